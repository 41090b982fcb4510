"""The settings of a demo."""

import secrets

from heroes import config
from heroes.cli.demo_folder import demo_database, demo_folder


def demo_settings(stage: str, port: int) -> config.Settings:
    """The demo's own settings: a folder of its own in the instance folder, its own keys, loopback only."""
    folder = demo_folder(stage)
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "secret.key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(48))
    return config.Settings(
        instance=folder,
        database_url=f"sqlite:///{demo_database(stage)}",
        secret_key=key.read_text().strip(),
        base_url=f"http://127.0.0.1:{port}",
        mail_url=f"file://{folder / 'mail'}",
        mail_from="heroes@northgate.example",
        storage_url=f"file://{folder / 'files'}",
        demo=True,
    )
