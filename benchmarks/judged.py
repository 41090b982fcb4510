"""An invented season judged through the public interface: a deal, a second wave, a final panel, a ranking."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds import WEIGHTS, Floats, World
from heroes.domain.assignment import assign
from heroes.domain.results import Criterion, Marks, Standings, next_reviews, rank

CRITERIA = [Criterion(f"c{position}", weight) for position, weight in enumerate(WEIGHTS.tolist())]

Seen = NDArray[np.bool_]
"""entries x judges: who reviews what."""


def entry_name(number: int) -> str:
    """What the engine calls an entry."""
    return f"e{number:05}"


def judge_name(number: int) -> str:
    """What the engine calls a judge."""
    return f"j{number:05}"


def number_of(name: str) -> int:
    """The position behind a name."""
    return int(name[1:])


def deal(
    shape: tuple[int, int], reviews: int | Mapping[int, int], seed: int, given: Seen | None = None
) -> Seen:
    """Who reviews what after `reviews` (in all) for each entry have been assigned, beside those already given."""
    entries, judges = shape
    existing = [] if given is None else [(entry_name(i), judge_name(j)) for i, j in np.argwhere(given)]
    wanted = reviews if isinstance(reviews, int) else {entry_name(i): count for i, count in reviews.items()}
    plan = assign(
        [entry_name(i) for i in range(entries)],
        [judge_name(j) for j in range(judges)],
        wanted,
        existing=existing,
        seed=seed,
    )
    seen = np.zeros(shape, dtype=bool)
    for entry, judge in plan.pairs:
        seen[number_of(entry), number_of(judge)] = True
    return seen


def marks_of(world: World, seen: Seen) -> Marks:
    """The marks that these reviews come to."""
    rows = np.argwhere(seen)
    entries = [entry_name(i) for i in rows[:, 0].tolist()]
    judges = [judge_name(j) for j in rows[:, 1].tolist()]
    values = world.marks[seen].astype(float)
    width = len(CRITERIA)
    return Marks.from_columns(
        [name for name in entries for _ in range(width)],
        [name for name in judges for _ in range(width)],
        [one.name for one in CRITERIA] * len(rows),
        values.ravel(),
    )


def ranked(
    world: World, seen: Seen, method: str = "calibrated", places: int | None = None, draws: int = 0
) -> Standings:
    """The engine's ranking of these reviews."""
    return rank(marks_of(world, seen), CRITERIA, method=method, places=places, draws=draws)


def second_wave(world: World, seen: Seen, places: int, budget: int, seed: int) -> Seen:
    """The reviews after so many more have gone where `next_reviews` sends them."""
    extra = next_reviews(marks_of(world, seen), CRITERIA, places=places, budget=budget, seed=seed)
    wanted = dict(enumerate(seen.sum(axis=1).tolist()))
    for name, count in extra.items():
        wanted[number_of(name)] += count
    return deal(world.truth.shape + seen.shape[1:], wanted, seed, seen)


def top(standings: Standings, places: int) -> list[int]:
    """The positions of the first entries, best first."""
    return [number_of(one.entry) for one in standings.entries[:places]]


def recall(found: list[int], world: World, places: int) -> float:
    """The share of the truly best entries that were found."""
    return len(world.best(places).intersection(found)) / places


def plain(world: World, seen: Seen) -> Floats:
    """Every entry's plain mean, which is what most products rank by."""
    return np.where(seen, world.totals, 0.0).sum(axis=1) / seen.sum(axis=1)


def middle(world: World, seen: Seen) -> Floats:
    """Every entry's median."""
    return np.nanmedian(np.where(seen, world.totals, np.nan), axis=1)


def standardised(world: World, seen: Seen) -> Floats:
    """Every entry's mean of z-scores within each judge, as some committees do."""
    given = np.where(seen, world.totals, np.nan)
    spread = np.nanstd(given, axis=0)
    z = (given - np.nanmean(given, axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.asarray(np.nanmean(z, axis=1))


def order(scores: Floats, chance: np.random.Generator) -> list[int]:
    """Positions by score, best first, ties by lot: a peer must neither gain nor lose by the order of rows."""
    return np.lexsort((chance.random(len(scores)), -scores)).tolist()
