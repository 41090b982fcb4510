"""`heroes demo`. It imports next to nothing, since building and serving are programs of their own."""

import os
import sys
from pathlib import Path

import click

from heroes.cli.demo_folder import demo_database, ourselves
from heroes.cli.failing import fail
from heroes.domain.demo_stages import STAGES


@click.command()
@click.option("--stage", type=click.Choice(STAGES), default="open", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--fresh", is_flag=True, help="Build the season again even if it is there.")
@click.option("--build-only", is_flag=True, hidden=True)
def demo(stage: str, port: int, fresh: bool, build_only: bool) -> None:
    """Show a living awards season on this machine: built in seconds, everything invented, one-click accounts."""
    where = ("--stage", stage, "--port", str(port))
    database = demo_database(stage)
    if fresh or not database.exists():
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)
        # In a program of its own: building computes results, and what serves must never load what that takes.
        built = ourselves("demo-build", *where).wait()
        if built:
            fail("the demo could not be built", built)
    if not build_only:
        os.execv(sys.executable, [sys.executable, "-m", "heroes", "demo-serve", *where])  # noqa: S606 (our own)
