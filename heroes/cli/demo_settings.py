"""Where a demo lives: each stage has a folder, a database and keys of its own."""

import os
import secrets

from heroes import config
from heroes.cli.running import fail


def demo_settings(stage: str, port: int) -> config.Settings:
    """The demo's own settings: a folder of its own in the instance folder, its own keys, loopback only."""
    try:
        instance = config.load(
            {k: v for k, v in os.environ.items() if k == "HEROES_INSTANCE"}, serving=False
        ).instance
    except config.BadSetting as error:
        fail(str(error))
    folder = instance / f"demo-{stage}"
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "secret.key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(48))
    return config.Settings(
        instance=folder,
        database_url=f"sqlite:///{folder / 'heroes.sqlite'}",
        secret_key=key.read_text().strip(),
        base_url=f"http://127.0.0.1:{port}",
        mail_url=f"file://{folder / 'mail'}",
        mail_from="heroes@northgate.example",
        storage_url=f"file://{folder / 'files'}",
        demo=True,
    )
