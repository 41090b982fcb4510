"""`heroes demo-build`: fills a demo's database. It computes results, so it imports numpy and scipy."""

import click

from heroes.app import create_app
from heroes.cli.demo_settings import demo_settings
from heroes.cli.running import make_context
from heroes.domain.demo_stages import STAGES
from heroes.migrations import steps
from heroes.models.database import db, dispose
from heroes.services import demo


@click.command("demo-build", hidden=True)
@click.option("--stage", type=click.Choice(STAGES), required=True)
@click.option("--port", default=8000, type=click.IntRange(1, 65535))
def build(stage: str, port: int) -> None:
    """Fill the empty database of a demo."""
    app = create_app(demo_settings(stage, port))
    with app.app_context():
        steps.upgrade(db.engine)
        ctx = make_context()()
        demo.build(ctx, stage, ctx.now)
        db.session.remove()
        dispose(db.engine)
