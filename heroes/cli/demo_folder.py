"""Where a demo lives, and how its programs begin each other; light, since `heroes demo` itself does next to nothing."""

import os
import subprocess
import sys
from pathlib import Path


def demo_folder(stage: str) -> Path:
    """The folder of a stage's demo, in the folder for instances: with a database, keys and mails of its own."""
    return Path(os.environ.get("HEROES_INSTANCE") or "instance").resolve() / f"demo-{stage}"


def demo_database(stage: str) -> Path:
    """The file of a stage's database."""
    return demo_folder(stage) / "heroes.sqlite"


def ourselves(*arguments: str) -> subprocess.Popen[bytes]:
    """Another command of this program, begun beside this one."""
    return subprocess.Popen([sys.executable, "-m", "heroes", *arguments])  # noqa: S603 (nothing of it was typed)
