"""The second wave: where the remaining reviews tell most about who belongs above the line."""

from collections.abc import Iterable, Sequence
from heapq import heapify, heapreplace
from math import inf, sqrt

import numpy as np

from heroes.domain.counting.marks import Criterion, Mark
from heroes.domain.results.calibrated import Panelled, Reading, fit_panel, read
from heroes.domain.results.columns import Marks
from heroes.domain.results.posterior import check_seed, futures
from heroes.domain.results.threads import one_thread

DRAWS = 200


def next_reviews(
    marks: Iterable[Mark] | Marks | Reading,
    criteria: Sequence[Criterion],
    *,
    places: int,
    budget: int,
    cap: int = 8,
    seed: int = 0,
    entries: Iterable[str] = (),
) -> dict[str, int]:
    """Entry -> how many more reviews it should get, `budget` in all; entries that get none are left out.

    One by one to the entry with the largest sqrt(p (1 - p)) / n, where p is its chance of one of the places and n its
    reviews, those of this wave included; none beyond `cap` reviews, so that less than the budget is given out where
    every entry is at the cap. An entry without a review that counts comes first; `entries`
    may name such as have no mark at all. Equals are taken in an order that
    `seed` shuffles. p is from 200 draws of the calibrated model; with fewer reviews than a model takes it is the same
    for all. The same for any order of rows. Raises InvalidMarks as `rank` does, ValueError for a number that makes no
    sense.
    """
    for name, number, least in (("places", places, 1), ("budget", budget, 0), ("cap", cap, 1)):
        if isinstance(number, bool) or number < least:
            raise ValueError(f"{name}: {number} is less than {least}.")
    check_seed(seed)
    with one_thread():
        panel = read(marks, criteria).panel
        chance = _chances(panel, places, seed) if len(panel.rows) else []
    everybody = sorted({*panel.cards.entries, *entries})
    many = dict.fromkeys(everybody, 0) | dict(zip(panel.entries, panel.many.tolist(), strict=True))
    spread = dict.fromkeys(everybody, 0.5)
    spread |= {entry: sqrt(p * (1 - p)) for entry, p in zip(panel.entries, chance, strict=True)}
    shuffled = np.random.RandomState(seed).permutation(len(many)).tolist()
    line = [
        (_urgency(spread[entry], many[entry]), order, entry)
        for order, entry in zip(shuffled, many, strict=True)
        if many[entry] < cap
    ]
    heapify(line)
    extra: dict[str, int] = {}
    for _ in range(budget):
        if not line:
            break
        _, order, entry = line[0]
        extra[entry] = extra.get(entry, 0) + 1
        reviews = many[entry] + extra[entry]
        # At the cap it stays in line, behind everybody: when it comes up, everybody is.
        again = inf if reviews >= cap else _urgency(spread[entry], reviews)
        heapreplace(line, (again, order, entry))
        if line[0][0] == inf:
            break
    return dict(sorted(extra.items()))


def _urgency(spread: float, reviews: int) -> float:
    """The smaller, the sooner."""
    return -inf if not reviews else -spread / reviews


def _chances(panel: Panelled, places: int, seed: int) -> list[float]:
    fitted = fit_panel(panel)
    found = futures(fitted.model, fitted.solution, draws=DRAWS, seed=seed, places=places)
    assert found.placed is not None
    chances: list[float] = found.placed.tolist()
    return chances
