"""`heroes export`: what staff take out of a season, as files."""

from pathlib import Path

import click

from heroes.adapters.spreadsheets import BOM, stream_csv
from heroes.cli.running import command_app, fail
from heroes.domain.phrases import many
from heroes.models.queue_pages import Filters
from heroes.services import exporting
from heroes.services.standings import find_season


@click.group("export")
def export() -> None:
    """Take out what a season holds."""


@export.command("queue")
@click.option("--season", required=True, help="Its slug or its exact name.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def queue(season: str, file: Path) -> None:
    """Write the review queue, every entry received, to FILE as CSV. An existing file is not overwritten."""
    with command_app() as (_, make):
        ctx = make()
        rows = exporting.queue(ctx, find_season(ctx, season).slug, Filters()).rows
        try:
            with file.open("x", encoding="utf-8", newline="") as out:
                out.write(BOM)
                count = sum(1 for line in stream_csv(rows) if out.write(line))
        except OSError as error:
            fail(f"{file}: {error.strerror}")
    click.echo(f"{many(count - 1, 'entry', 'entries')} written to {file}")
