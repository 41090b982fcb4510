"""`heroes results`. It computes at once, so it imports numpy and scipy."""

from decimal import Decimal
from json import dumps
from typing import Any

import click

from heroes.cli.running import command_app
from heroes.domain.counting import METHODS, Number, Standing
from heroes.services.computing import Looked, look


@click.command("results")
@click.option("--season", required=True, help="Its slug or its exact name.")
@click.option("--category", required=True, help="Its slug or its exact name.")
@click.option("--round", "in_round", help="Its slug or its exact name; else the last one with a scorecard.")
@click.option("--method", help=f"{', '.join(METHODS)}; else the round’s own.")
@click.option(
    "--places",
    type=click.IntRange(1, 10_000),
    help="Chances of so many places; else as many as the category’s rule decides on this round.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, numbers unrounded.")
def results(
    season: str, category: str, in_round: str | None, method: str | None, places: int | None, as_json: bool
) -> None:
    """Print the standings of a category, best first."""
    with command_app() as (_, make):
        looked = look(make(), season, category, in_round, method, places)
        click.echo(to_json(told(looked)) if as_json else in_words(looked))


def told(looked: Looked) -> dict[str, Any]:
    """A result as plain values: what `results --json` prints."""
    season, category, round_, _ = looked.where
    ranked, gathered = looked.computed.standings, looked.computed.material.gathered
    said: dict[str, Any] = {
        "season": season.slug,
        "category": category.slug,
        "round": round_.slug,
        "asked": ranked.asked,
        "method": ranked.method,
    }
    if ranked.reason is not None:
        said["reason"] = ranked.reason
    marks = gathered.given()
    return said | {
        "rules": ranked.rules,
        "digest": looked.computed.digest,
        "audit_head": looked.head,
        "criteria": [
            {"name": c.name, "weight": c.weight, "low": c.low, "high": c.high} for c in gathered.criteria
        ],
        "standings": [
            _standing(one, looked.titles[one.entry])
            | {
                "judges": [
                    {
                        "judge": judge.judge,
                        "name": looked.names[judge.judge],
                        "score": judge.score,
                        "total": judge.total,
                        "counted": judge.counted,
                        "partial": judge.partial,
                        "marks": [
                            None if text is None else Decimal(text) for text in marks[one.entry][judge.judge]
                        ],
                    }
                    for judge in sorted(one.judges, key=lambda j: (looked.names[j.judge], j.judge))
                ]
            }
            for one in ranked.entries
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
        "low": one.low,
        "high": one.high,
        "chance_of_place": one.chance_of_place,
        "chance_of_best": one.chance_of_best,
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


def in_words(looked: Looked) -> str:
    """A result as a table for a terminal."""
    season, category, round_, _ = looked.where
    ranked = looked.computed.standings
    lines = [f"{season.name} · {category.name} · {round_.name} · {ranked.method}"]
    if ranked.reason:
        lines.append(ranked.reason)
    lines += ["", f"{'place':>5}  {'score':>9}  {'total':>9}  {'judges':>6}  entry"]
    for one in ranked.entries:
        lines.append(
            f"{one.rank or '–':>5}  {_short(one.score):>9}  {_short(one.total):>9}  {one.reviews:>6}"
            f"  {one.entry}  {looked.titles[one.entry]}"
        )
        lines += [f"{'':7}{step.sentence}" for step in one.tie]
    return "\n".join([*lines, "", f"digest {looked.computed.digest}", f"audit head {looked.head}"])


def _short(value: Number | None) -> str:
    return "–" if value is None else f"{value:.3f}"
