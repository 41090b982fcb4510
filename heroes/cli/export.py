"""`heroes export`: what staff take out of a season, as files."""

from pathlib import Path

import click

from heroes import config
from heroes.adapters.signing import Ed25519Signer
from heroes.adapters.spreadsheets import BOM, stream_csv
from heroes.cli.failing import fail
from heroes.cli.running import command_app
from heroes.domain.phrases import many
from heroes.models.queue_pages import Filters
from heroes.services import bundling, exporting
from heroes.services.standings import find_season
from heroes.services.transactions import SETTLED


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


@export.command("results")
@click.option("--season", required=True, help="Its slug or its exact name.")
@click.option("--category", required=True, help="Its slug or its exact name.")
@click.option("--round", "in_round", help="Its slug or its exact name; else the last one with a scorecard.")
@click.option("--with-references", is_flag=True, help="Call entries by their references, not by pseudonyms.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def results(season: str, category: str, in_round: str | None, with_references: bool, file: Path) -> None:
    """Write a category's result to FILE, signed, so that anybody can work it out again with `heroes verify`.

    It holds every mark under a pseudonym of its judge, the rules and the standings, and no name of a person. An
    existing file is not overwritten.
    """
    with command_app() as (settings, make):
        ctx = make()
        # Reading and ranking hold nobody up; only the record in the trail is written, and that is the service's turn.
        ctx.session.info["read_only"] = SETTLED
        signer = Ed25519Signer(config.signing_seed(settings))
        try:
            with file.open("xb") as out:
                try:
                    made = bundling.results(
                        ctx, signer, season, category, in_round, references=with_references
                    )
                    out.write(made.data)
                except BaseException:
                    file.unlink()
                    raise
        except OSError as error:
            fail(f"{file}: {error.strerror}")
    if made.stale:
        click.echo(
            f"heroes: marks have changed since run {made.run}, which this is; a new one comes soon", err=True
        )
    click.echo(
        f"{many(made.entries, 'entry', 'entries')} and {many(made.marks, 'mark')} written to {file}\n"
        f"signed with the key {made.key}"
    )
