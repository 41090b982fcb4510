"""Commands that set up and serve."""

from collections.abc import Callable
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from sqlalchemy import select

from heroes import config
from heroes.app import create_served_app
from heroes.cli.demo_folder import ourselves
from heroes.cli.demo_settings import demo_settings
from heroes.cli.failing import fail
from heroes.cli.running import command_app, read_settings
from heroes.domain.demo_stages import STAGES
from heroes.migrations import steps
from heroes.models.database import db
from heroes.models.installation import Installation
from heroes.services.links import address_of
from heroes.services.opening import begin


class _Server(BaseApplication):
    """gunicorn with our application in it; every worker builds its own."""

    def __init__(self, settings: config.Settings, options: dict[str, object]) -> None:
        self.settings = settings
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand the options to gunicorn."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """The WSGI application, for one worker."""
        return create_served_app(self.settings)


def _run(settings: config.Settings, host: str, port: int, workers: int) -> None:
    _Server(
        settings,
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": 8,  # so that a slow connection keeps nobody out; see heroes.web.kit.turn
            "control_socket_disable": True,
            "accesslog": None,
            "loglevel": "warning",
            "timeout": 60,
            "graceful_timeout": 20,
        },
    ).run()


@click.command()
@click.option("--slug", prompt="Short name for addresses, such as customer-heroes")
@click.option("--name", prompt="Name of the programme")
@click.option("--body", prompt="Who runs it")
@click.option("--owner-name", prompt="Your name")
@click.option("--owner-email", prompt="Your e-mail")
def init(slug: str, name: str, body: str, owner_name: str, owner_email: str) -> None:
    """Make the programme and its first owner, and print a link that signs the owner in once."""
    settings = read_settings(serving=True)
    with command_app(serving=True, at_head=False) as (_, make):
        steps.upgrade(db.engine)
        ctx = make()
        link = begin(ctx, slug, name, body, owner_name, owner_email)
        click.echo(
            f"The programme {name} is ready. This link signs {owner_name} in, once, within 15 minutes:"
        )
        click.echo(address_of(ctx.keys.links, settings.base_url, link))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages. Start `heroes worker` beside it for mail and releases."""
    with command_app(serving=True) as (settings, _):
        if db.session.scalar(select(Installation.is_demo)):
            fail("this database is a demo; serve it with: heroes demo")
        click.echo(f"instance folder: {settings.instance}")
    click.echo(f"serving on http://{host}:{port}")
    _run(settings, host, port, workers)


@click.command("demo-serve", hidden=True)
@click.option("--stage", type=click.Choice(STAGES), required=True)
@click.option("--port", default=8000, type=click.IntRange(1, 65535))
def demo_serve(stage: str, port: int) -> None:
    """Serve a demo that is built, on this machine only, with its worker beside it."""
    settings = demo_settings(stage, port)
    worker = ourselves("worker", "--demo", stage, "--port", str(port))
    click.echo(
        f"The demo is at http://127.0.0.1:{port}/ (sign in with one click at /sign-in). Stop it with Ctrl+C."
    )
    click.echo(f"Mails are written as files to {settings.instance / 'mail'}.")
    try:
        _run(settings, "127.0.0.1", port, 1)
    finally:
        worker.terminate()
        worker.wait(timeout=20)
