"""`heroes import marks`."""

from pathlib import Path

import click

from heroes.cli.failing import BAD_INPUT, fail
from heroes.cli.running import command_app
from heroes.domain.actors import IMPORT
from heroes.domain.phrases import many
from heroes.services.imported_cards import Imported
from heroes.services.importing import BadFile, import_marks


@click.group("import")
def import_() -> None:
    """Bring in what was collected elsewhere."""


@import_.command("marks")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--season", required=True, help="Its slug or its exact name.")
@click.option("--category", help="Take this category's rows only; rows without a category are its own.")
@click.option("--round", "in_round", help="The round's slug or name; else each category's first.")
@click.option("--create", is_flag=True, help="Make the season, categories, entries and judges that are new.")
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
def marks(
    file: Path, season: str, category: str | None, in_round: str | None, create: bool, dry_run: bool
) -> None:
    """Bring in a CSV file with the columns category, entry, judge, criterion and mark.

    Optional columns: weight, low, high (one value for a criterion; else 1, 0 and 10). An empty mark is an abstention.
    Everything is brought in together; if a line is bad, every bad line is named and nothing is written.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    with command_app() as (_, make):
        try:
            done = import_marks(
                make(IMPORT),
                data,
                name=file.name,
                season=season,
                category=category,
                in_round=in_round,
                create=create,
                dry_run=dry_run,
            )
        except BadFile as error:
            for fault in error.faults:
                click.echo(f"{file}:{fault.line}: {fault.field}: {fault.what}", err=True)
            raise SystemExit(BAD_INPUT) from error
        click.echo(said_of(done, dry_run=dry_run))


def said_of(done: Imported, *, dry_run: bool) -> str:
    """What an import came to, in a few lines."""
    counts = ", ".join(
        _counted(getattr(done, what), what)
        for what in ("categories", "entries", "judges", "scorecards", "marks", "abstentions")
    )
    new = ", ".join(_counted(count, what) for what, count in done.made.items() if count)
    lines = [f"{'It would be' if dry_run else 'Imported'} into {done.season}: {counts}."]
    if new:
        lines.append(f"New: {new}.")
    if done.left_out:
        were = "was" if done.left_out == 1 else "were"
        lines.append(f"{many(done.left_out, 'row')} of other categories {were} left out.")
    lines.append("Nothing was written: this was a dry run." if dry_run else f"digest {done.digest}")
    return "\n".join(lines)


def _counted(count: int, several: str) -> str:
    """1 category, 2 categories; 1 judge, 2 judges."""
    one = f"{several.removesuffix('ies')}y" if several.endswith("ies") else several.removesuffix("s")
    return many(count, one, several)
