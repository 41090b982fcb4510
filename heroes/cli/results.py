"""`heroes results`. It computes at once, so it imports numpy and scipy."""

from decimal import Decimal, InvalidOperation
from json import dumps
from typing import Any

import click

from heroes.cli.failing import fail
from heroes.cli.running import command_app
from heroes.domain.counting import METHODS, Number, Standing
from heroes.domain.counting.plain import to_plain
from heroes.services.looking import Blended, Looked, look, look_blended


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
@click.option(
    "--blend",
    multiple=True,
    metavar="ROUND=WEIGHT",
    help="Blend rounds, each by its own method: --blend written=50 --blend final=50.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, numbers unrounded.")
def results(
    season: str,
    category: str,
    in_round: str | None,
    method: str | None,
    places: int | None,
    blend: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print the standings of a category, best first."""
    if blend and (in_round or method or places):
        fail("--blend takes each round by its own method: leave out --round, --method and --places")
    with command_app() as (_, make):
        if blend:
            parts = [_part(text) for text in blend]
            mixed = look_blended(make(), season, category, parts)
            click.echo(to_json(told_blended(mixed)) if as_json else blended_in_words(mixed))
            return
        looked = look(make(), season, category, in_round, method, places)
        click.echo(to_json(told(looked)) if as_json else in_words(looked))


def _part(text: str) -> tuple[str, Decimal]:
    """A round and its weight from "written=50"."""
    name, _, number = text.rpartition("=")
    try:
        weight = Decimal(number)
    except InvalidOperation:
        weight = Decimal(0)
    if not name or not weight.is_finite() or weight <= 0:
        fail(f"--blend: {text!r} is no ROUND=WEIGHT with a weight above zero")
    return name, weight


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
        "rule_card": looked.rule_card,
        "criteria": [
            {"name": c.name, "weight": c.weight, "low": c.low, "high": c.high} for c in gathered.criteria
        ],
        "variances": None if ranked.variances is None else to_plain(ranked.variances),
        "leniency": {
            looked.names[judge.judge]: judge.leniency for judge in ranked.judges if judge.leniency is not None
        },
        "groups": [list(group.entries) for group in ranked.groups],
        "warnings": list(ranked.warnings),
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


def told_blended(mixed: Blended) -> dict[str, Any]:
    """A blend of rounds as plain values: which rounds, by what, and the standings of all."""
    season, category = mixed.parts[0][0].where[:2]
    return {
        "season": season.slug,
        "category": category.slug,
        "method": mixed.standings.method,
        "rules": mixed.standings.rules,
        "rounds": [
            {
                "round": looked.where[2].slug,
                "weight": weight,
                "method": looked.computed.standings.method,
                "digest": looked.computed.digest,
            }
            for looked, weight in mixed.parts
        ],
        "standings": [
            {
                "rank": one.rank,
                "entry": one.entry,
                "title": mixed.titles[one.entry],
                "score": one.score,
                "total": one.total,
                "reviews": one.reviews,
            }
            for one in mixed.standings.entries
        ],
    }


def blended_in_words(mixed: Blended) -> str:
    """A blend of rounds as a table for a terminal."""
    season, category = mixed.parts[0][0].where[:2]
    rounds = " + ".join(f"{looked.where[2].name} {weight:f}" for looked, weight in mixed.parts)
    lines = [f"{season.name} · {category.name} · {rounds}, out of 100", ""]
    lines += [
        f"{one.rank or '–':>5}  {_short(one.score):>9}  {one.entry}  {mixed.titles[one.entry]}"
        for one in mixed.standings.entries
    ]
    return "\n".join(lines)


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
        "raw_mean": one.raw_mean,
        "band": one.band,
        "group": one.group,
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
