"""Each scorecard's total in floats, with the gaps of partial ones filled; for the calibrated methods.

The rules are those of `heroes.domain.counting.reviews`, which does the same in exact fractions.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from heroes.domain.results.columns import Flags, Floats, Scorecards

HUNDRED = 100.0
_EXACT = 2**60


@dataclass(frozen=True, slots=True)
class Scale:
    """How marks reach the common scale, and what its ends are."""

    weights: Floats
    offsets: Floats
    slopes: Floats
    """Per criterion: a mark x stands at offset + slope * x on the common scale."""
    low: float
    high: float

    @property
    def half_point(self) -> float:
        """Half a point of a scale from 1 to 10, on this one."""
        return (self.high - self.low) / 18


def scale_of(cards: Scorecards) -> Scale:
    """The common scale: the criteria's own where they share one, else 0 to 100."""
    weights = np.array([float(one.weight) for one in cards.criteria])
    lows = np.array([float(one.low) for one in cards.criteria])
    highs = np.array([float(one.high) for one in cards.criteria])
    if len({(one.low, one.high) for one in cards.criteria}) <= 1:
        low, high = (float(lows[0]), float(highs[0])) if len(lows) else (0.0, HUNDRED)
        return Scale(weights, np.zeros_like(weights), np.ones_like(weights), low, high)
    slopes = HUNDRED / (highs - lows)
    return Scale(weights, -slopes * lows, slopes, 0.0, HUNDRED)


@dataclass(frozen=True, slots=True)
class Reviews:
    """The scorecards' totals, row by row as in the scorecards; NaN where too little is marked to count."""

    scale: Scale
    score: Floats
    """R: sum(w x) / sum(w) on the common scale."""
    total: Floats
    """R: sum(w x) of the marks as they are."""
    filled: Floats
    """R x C on the common scale, gaps filled in the rows that count; NaN where nobody marked a criterion."""
    counts: Flags
    partial: Flags


def review_totals(cards: Scorecards) -> Reviews:
    """Complete and weigh every scorecard that has at least half of the weight marked."""
    scale = scale_of(cards)
    given = ~np.isnan(cards.marks)
    counts = _enough(cards, given)
    partial = np.asarray(~given.all(axis=1), dtype=np.bool_)
    common = scale.offsets + scale.slopes * cards.marks
    filled = _filled(common, given, counts)
    weight, score, total = (np.zeros(len(common)) for _ in range(3))
    # Column by column, so that a row's total never depends on which row it is.
    for position in range(common.shape[1]):
        column = filled[:, position]
        known = ~np.isnan(column)
        weight += np.where(known, scale.weights[position], 0.0)
        part = np.where(known, scale.weights[position] * column, 0.0)
        score += part
        offset = np.where(known, scale.weights[position] * scale.offsets[position], 0.0)
        total += (part - offset) / scale.slopes[position]
    with np.errstate(invalid="ignore"):
        score /= weight
    return Reviews(
        scale, np.where(counts, score, np.nan), np.where(counts, total, np.nan), filled, counts, partial
    )


def _enough(cards: Scorecards, given: Flags) -> Flags:
    """Which rows carry at least half of the weight; in whole numbers, since half is a border."""
    weights = [Fraction(one.weight) for one in cards.criteria]
    unit = lcm(*(weight.denominator for weight in weights))
    whole = np.array([int(weight * unit) for weight in weights], dtype=object)
    if sum(whole) < _EXACT:
        whole = whole.astype(np.int64)
    answered = (given * whole).sum(axis=1)
    return np.asarray(2 * answered >= sum(whole), dtype=np.bool_)


def _filled(
    common: Floats,
    given: Flags,
    counts: Flags,
) -> Floats:
    """Each gap: the criterion's mean over counted scorecards, plus how far this one's marks lie above theirs."""
    gaps = ~given & counts[:, None]
    if not gaps.any():
        return common
    used = given & counts[:, None]
    number = used.sum(axis=0)
    means = np.array([common[used[:, c], c].mean() if number[c] else np.nan for c in range(common.shape[1])])
    above = np.where(given, common - np.where(number > 0, means, 0.0), 0.0)
    shift = np.zeros(len(common))
    for position in range(common.shape[1]):
        shift += above[:, position]
    shift /= np.maximum(given.sum(axis=1), 1)
    return np.where(gaps, means + shift[:, None], common)
