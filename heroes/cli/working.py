"""`heroes worker`: what the clock does. It computes results, so it imports numpy and scipy."""

import logging
import signal
import sys
from datetime import timedelta
from threading import Event

import click
from flask import current_app

from heroes.adapters.letters import Letters
from heroes.adapters.mail import post_for
from heroes.app import templates_folder
from heroes.cli.demo_settings import demo_settings
from heroes.cli.running import command_app, read_settings
from heroes.domain.demo_stages import STAGES
from heroes.jobs.postman import Postman
from heroes.jobs.reckoner import Reckoner
from heroes.jobs.worker import Worker
from heroes.services import computing, delivering


@click.command()
@click.option("--once", is_flag=True, help="Do everything that is due now, then end.")
@click.option("--demo", type=click.Choice(STAGES), hidden=True)
@click.option("--port", default=8000, type=click.IntRange(1, 65535), hidden=True)
@click.option("--lease", default=delivering.LEASE.total_seconds(), type=float, hidden=True)
@click.option("--computing-lease", default=computing.LEASE.total_seconds(), type=float, hidden=True)
def worker(once: bool, demo: str | None, port: int, lease: float, computing_lease: float) -> None:
    """Deliver mail, compute results, make releases at their instant, send reminders. Several may run at once."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    settings = demo_settings(demo, port) if demo else read_settings(serving=True)
    with command_app(settings=settings) as (_, make):
        postman = Postman(
            make,
            post_for(settings.mail_url),
            Letters(templates_folder()),
            settings.mail_from,
            timedelta(seconds=lease),
        )
        reckoner = Reckoner(make, timedelta(seconds=computing_lease))
        at_work = Worker(make, postman, reckoner, current_app.app_context, stop)
        if once:
            at_work.once()
        else:
            at_work.run()
