"""Panels made by chance from a seed, for the tests of the calibrated methods."""

import numpy as np

from heroes.domain.results import Criterion, Mark

SCALE = (Criterion("Impact", 60), Criterion("Craft", 40))  # type: ignore[arg-type]  # plain numbers are taken too


def panel(
    seed: int,
    entries: int = 12,
    judges: int = 5,
    reviews: int = 3,
    *,
    harsh: int | None = None,
    whole: bool = True,
) -> list[Mark]:
    """Every entry read by so many judges; `harsh` is a judge who gives three points less to everybody.

    Marks are whole numbers from 1 to 10, or with one decimal more than a scale of tenths can tie, unless `whole`.
    """
    dice = np.random.RandomState(seed)
    worth, lenient = dice.normal(size=entries), 0.6 * dice.normal(size=judges)
    if harsh is not None:
        lenient[harsh] -= 2.0
    marks = []
    for entry in range(entries):
        for judge in dice.permutation(judges)[:reviews]:
            base = 5.5 + 1.5 * (worth[entry] + lenient[judge] + 0.8 * dice.normal())
            for criterion in SCALE:
                value = float(np.clip(base + 0.5 * dice.normal(), 1, 10))
                shown = round(value) if whole else round(value, 3)
                marks.append(Mark(f"e{entry:02}", f"j{judge:02}", criterion.name, float(shown)))
    return marks


def review(text: str) -> list[Mark]:
    """Marks on one criterion from "0A7 0B7 1A6": entry, judge, score."""
    return [Mark(f"e{one[0]}", one[1], "Impact", float(one[2:])) for one in text.split()]
