"""`heroes results` and `heroes import marks`."""

from decimal import Decimal
from json import dumps
from pathlib import Path
from typing import Any

import click

from heroes.cli.running import BAD_INPUT, command_app, fail
from heroes.domain.actors import IMPORT
from heroes.domain.counting import Number
from heroes.domain.phrases import many
from heroes.domain.results import METHODS, Standing
from heroes.services.imported_cards import Imported
from heroes.services.importing import BadFile, import_marks
from heroes.services.standings import Board, standings


@click.command("results")
@click.option("--season", required=True, help="Its slug or its exact name.")
@click.option("--category", required=True, help="Its slug or its exact name.")
@click.option("--round", "in_round", help="Its slug or its exact name; else the last one with a scorecard.")
@click.option("--method", help=f"{', '.join(METHODS)}; else the round’s own.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, numbers unrounded.")
def results(season: str, category: str, in_round: str | None, method: str | None, as_json: bool) -> None:
    """Print the standings of a category, best first."""
    with command_app() as (_, make):
        board = standings(make(), season, category, in_round, method)
        click.echo(to_json(told(board)) if as_json else in_words(board))


def told(board: Board) -> dict[str, Any]:
    """A board as plain values: what `results --json` prints."""
    ranked = board.standings
    said: dict[str, Any] = {
        "season": board.season.slug,
        "category": board.category.slug,
        "round": board.round.slug,
        "asked": ranked.asked,
        "method": ranked.method,
    }
    if ranked.reason is not None:
        said["reason"] = ranked.reason
    return said | {
        "rules": ranked.rules,
        "digest": board.digest,
        "audit_head": board.head,
        "criteria": [
            {"name": c.name, "weight": c.weight, "low": c.low, "high": c.high} for c in board.criteria
        ],
        "standings": [
            _standing(line.standing, line.entry.title)
            | {
                "judges": [
                    {
                        "judge": given.judge,
                        "name": given.name,
                        "score": given.score,
                        "total": given.total,
                        "counted": given.counted,
                        "partial": given.partial,
                        "marks": list(given.marks),
                    }
                    for given in line.given
                ]
            }
            for line in board.lines
        ],
    }


def _standing(one: Standing, title: str) -> dict[str, Any]:
    return {
        "rank": one.rank,
        "entry": one.entry,
        "title": title,
        "score": one.score,
        "total": one.total,
        "reviews": one.reviews,
        "criteria": [{"criterion": c.criterion, "value": c.value, "marks": c.marks} for c in one.criteria],
        "tie": [step.sentence for step in one.tie],
        "flags": list(one.flags),
    }


def to_json(value: Any, indent: str = "") -> str:
    """JSON in which a decimal is a number with exactly its own digits, which no float could promise."""
    if isinstance(value, Decimal):
        return format(value, "f")
    inner = indent + "  "
    if isinstance(value, dict) and value:
        pairs = (f"{inner}{dumps(str(k), ensure_ascii=False)}: {to_json(v, inner)}" for k, v in value.items())
        return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return "[\n" + ",\n".join(inner + to_json(item, inner) for item in value) + f"\n{indent}]"
    if isinstance(value, list):
        return "[" + ", ".join(to_json(item) for item in value) + "]"
    return dumps(value, ensure_ascii=False)


def in_words(board: Board) -> str:
    """A board as a table for a terminal."""
    ranked = board.standings
    lines = [f"{board.season.name} · {board.category.name} · {board.round.name} · {ranked.method}"]
    if ranked.reason:
        lines.append(ranked.reason)
    lines += ["", f"{'place':>5}  {'score':>9}  {'total':>9}  {'judges':>6}  entry"]
    for line in board.lines:
        one = line.standing
        lines.append(
            f"{one.rank or '–':>5}  {_short(one.score):>9}  {_short(one.total):>9}  {one.reviews:>6}"
            f"  {one.entry}  {line.entry.title}"
        )
        lines += [f"{'':7}{step.sentence}" for step in one.tie]
    return "\n".join([*lines, "", f"digest {board.digest}", f"audit head {board.head}"])


def _short(value: Number | None) -> str:
    return "–" if value is None else f"{value:.3f}"


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
