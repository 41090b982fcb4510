"""`heroes season load`: a season file becomes a season."""

from pathlib import Path

import click

import heroes
from heroes.cli.failing import fail
from heroes.cli.running import command_app
from heroes.domain.phrases import many
from heroes.services import launching
from heroes.services.permission import staff_season
from heroes.services.refusals import NotFound, Refusal
from heroes.services.season_files import BadSeason, TakenIn, read_season, take_in

EXAMPLE = Path(heroes.__file__).parent / "seasons" / "customer-service-heroes.toml"

OPEN_HELP = """Open the season with the short name SLUG, as its page "Check and open" does.

What still keeps it from being opened is listed, and then nothing happens. Opening cannot be taken back: the rehearsal
goes away, everybody sees the season, and its rule card is frozen.
"""
HELP = f"""Make the season that FILE describes, in the programme that `heroes init` made.

It happens whole or not at all, and --dry-run says what would be made. Nobody but its staff sees it until it is opened:
on its page "Check and open", with `heroes season open`, or at once with --open, which asks nothing.

A complete example to copy and change:

\b
{EXAMPLE}

The slug under [programme] is the short name that you gave to `heroes init`.
"""


@click.group("season")
def season() -> None:
    """Set up a season."""


@season.command("load", help=HELP, short_help="Make the season that FILE describes.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
@click.option("--open", "opened", is_flag=True, help="Open it at once, without any check.")
def load(file: Path, dry_run: bool, opened: bool) -> None:
    """Read a season file and make its season; what is wrong is named by file, table and setting."""
    try:
        data = read_season(file)
        with command_app() as (_, make):
            taken = take_in(make(), data, dry_run=dry_run, opened=opened)
    except BadSeason as error:
        line = str(error)
        fail(line if line.startswith(f"{file.name}: ") else f"{file.name}: {line}")
    click.echo(said_of(taken, dry_run=dry_run, opened=opened))


@season.command("open", help=OPEN_HELP, short_help="Open a season, if nothing keeps it.")
@click.argument("slug")
def open_it(slug: str) -> None:
    """Open a season, or say what keeps it from being opened."""
    with command_app() as (_, make):
        try:
            name = staff_season(make(), slug).name
            card = launching.open_season(make(), slug, name)
            digest = card.digest
        except NotFound:
            fail(f"there is no season {slug!r}")
        except launching.NotReady as error:
            for finding in error.findings:
                click.echo(f"BAD  {finding.sentence}")
            fail(f"{name} stays closed: {many(len(error.findings), 'line')} above", 1)
        except Refusal as error:
            fail(error.sentence)
    click.echo(f"{name} is open. Its rule card: {digest}")


def said_of(taken: TakenIn, *, dry_run: bool, opened: bool = False) -> str:
    """What a file came to, in a few lines."""
    counts = (
        f"{many(taken.categories, 'category', 'categories')}, {many(taken.rounds, 'round')},"
        f" {many(taken.panels, 'panel')}"
    )
    lines = [
        f"{'It would make' if dry_run else 'Made'} {taken.name} ({taken.slug}) in {taken.programme}: {counts}.",
        f"References begin with {taken.reference}.",
    ]
    if taken.took:
        names = " and ".join({"sectors": "sectors", "about": "description"}[name] for name in taken.took)
        lines.append(f"The programme {'would take' if dry_run else 'took'} its {names} from the file.")
    lines.append(
        "Nothing was written: this was a dry run."
        if dry_run
        else f"Look at /{taken.slug}/ as a stranger would; the owner goes on at /admin/{taken.slug}/."
        if opened
        else f"Only its staff see it: go on at /admin/{taken.slug}/setup/, and open it there when it is ready."
    )
    return "\n".join(lines)
