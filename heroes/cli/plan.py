"""`heroes plan`. It simulates at once, so it imports numpy."""

from dataclasses import asdict
from typing import Any

import click

from heroes.cli.results import to_json
from heroes.cli.running import command_app
from heroes.domain.results.planning import ASSUMED, Option
from heroes.services.planning import Planned
from heroes.services.planning import plan as plan_round

_HEAD = (
    f"{'reviews':>7}  {'in waves':>9}  {'best found':>10}  {'places 90 % sure':>16}  {'G raw':>5}  {'G':>5}"
    f"  {'a judge':>7}  {'hours':>6}"
)


@click.command("plan")
@click.option("--season", required=True, help="Its slug or its exact name.")
@click.option("--category", required=True, help="Its slug or its exact name.")
@click.option("--round", "in_round", help="Its slug or its exact name; else the last one with a scorecard.")
@click.option(
    "--places",
    type=click.IntRange(1),
    help="Places on the shortlist; else as the category’s rule says, or a tenth.",
)
@click.option("--entries", type=click.IntRange(2), help="Expected entries; else those admitted to the round.")
@click.option("--judges", type=click.IntRange(1), help="Judges; else those on the round’s panel.")
@click.option(
    "--assume",
    type=click.Choice(list(ASSUMED)),
    help="A kind of panel, whatever earlier runs say; without runs it is awards.",
)
@click.option("--minutes", type=click.FloatRange(0), help="Minutes that one review takes, to see hours.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, numbers unrounded.")
def plan(
    season: str,
    category: str,
    in_round: str | None,
    places: int | None,
    entries: int | None,
    judges: int | None,
    assume: str | None,
    minutes: float | None,
    as_json: bool,
) -> None:
    """Say how many reviews make how sure a shortlist, from what earlier runs say of the panel."""
    with command_app() as (_, make):
        planned = plan_round(
            make(),
            season,
            category,
            in_round,
            places=places,
            entries=entries,
            judges=judges,
            assume=assume,
            minutes=minutes,
        )
        click.echo(to_json(told(planned)) if as_json else in_words(planned))


def told(planned: Planned) -> dict[str, Any]:
    """An outlook as plain values: what `plan --json` prints."""
    found = planned.outlook
    return {
        "season": planned.season.slug,
        "category": planned.category.slug,
        "round": planned.round.slug,
        "entries": found.entries,
        "judges": found.judges,
        "places": found.places,
        "variances": asdict(found.variances),
        "source": planned.source,
        "seasons": found.seasons,
        "simulated": found.simulated,
        "options": [asdict(one) for one in found.options],
    }


def in_words(planned: Planned) -> str:
    """An outlook as a table for a terminal."""
    found = planned.outlook
    lines = [
        f"{planned.season.name} · {planned.category.name} · {planned.round.name}",
        f"{found.entries} entries, {found.judges} judges, {found.places} places; variances {planned.source}.",
        "",
        _HEAD,
        *(_line(one) for one in found.options),
        "",
        "Best found: the expected share of the truly best entries on the shortlist, by the calibrated mean.",
        f"From {found.seasons} simulated seasons of {found.simulated} entries each; ± {_error(found.options):.2f}.",
    ]
    return "\n".join(lines)


def _line(one: Option) -> str:
    waves = f"{one.first_wave} + {one.reviews - one.first_wave}" if one.second_wave else "one"
    return (
        f"{one.reviews:>7}  {waves:>9}  {_percent(one.recall):>10}  {_percent(one.sure):>16}  {_short(one.g_raw):>5}"
        f"  {_short(one.g):>5}  {one.per_judge:>7.1f}  {'–' if one.hours is None else f'{one.hours:,.0f}':>6}"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _error(options: tuple[Option, ...]) -> float:
    return max(one.recall_se for one in options)
