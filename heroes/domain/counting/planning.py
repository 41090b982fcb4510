"""How many reviews for how sure a shortlist: a forecast from the variances of a panel, before anybody reads.

Quality and score are taken as jointly normal. With k reviews each and leniency taken out, the share of the scores'
differences that is the entries' own is g = entry / (entry + residual / k), and score and quality correlate by sqrt(g).
What part of a shortlist is right is then P(quality among the best | score among the best). Leniency costs a little too,
since it has to be estimated: its error, judge * residual / (m * judge + residual) for a judge of m reviews, is added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, pi, sqrt

from heroes.domain.counting.standings import Variances

VOLUNTEERS = Variances(entry=1.0, judge=0.38, residual=0.85, mean=0.0, lq=0.85, lb=0.85 / 0.38)
"""Where nothing has been measured yet: as large as judges were found to differ in published tastings."""
REVIEWS = (1, 2, 3, 4, 5, 6, 8, 10)
_STEPS = 400
_FAR = 8.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """So many reviews for each entry: what part of the shortlist is right, and what that asks of each judge."""

    reviews: int
    right: float
    """From 0 to 1."""
    each: float
    """Reviews for each judge."""


def forecast(
    variances: Variances, *, entries: int, places: int, judges: int, reviews: Sequence[int] = REVIEWS
) -> tuple[Forecast, ...]:
    """One line for each number of reviews that the judges suffice for; ValueError for numbers that make no sense."""
    if not (1 <= places <= entries and judges >= 1):
        raise ValueError(
            "there must be at least one judge, and places for at least one entry and at most all"
        )
    return tuple(
        Forecast(k, right_share(variances, entries, places, judges, k), entries * k / judges)
        for k in reviews
        if k <= judges
    )


def right_share(variances: Variances, entries: int, places: int, judges: int, reviews: int) -> float:
    """The expected share of a shortlist of so many places that belongs there."""
    if places == entries:
        return 1.0
    if variances.entry <= 0:
        return places / entries
    load = entries * reviews / judges
    judge, residual = variances.judge, variances.residual
    unknown = judge * residual / (load * judge + residual) if judge > 0 and residual > 0 else 0.0
    g = variances.entry / (variances.entry + (residual + unknown) / reviews)
    return both_above(places / entries, sqrt(g))


def both_above(share: float, correlation: float) -> float:
    """P(Y among the best share | X among it) of two standard normals that correlate so."""
    line = upper_quantile(share)
    rest = sqrt(max(1 - correlation * correlation, 0.0))
    if rest < 1e-9:
        return 1.0
    # Simpson's rule over x above the line: density of x, times the chance that y is above it as well.
    width = (_FAR - line) / _STEPS
    total = 0.0
    for n in range(_STEPS + 1):
        x = line + n * width
        weight = 1 if n in (0, _STEPS) else 4 if n % 2 else 2
        total += weight * exp(-x * x / 2) / sqrt(2 * pi) * above((line - correlation * x) / rest)
    return min(1.0, total * width / 3 / share)


def above(value: float) -> float:
    """The chance that a standard normal is above a value."""
    return erfc(value / sqrt(2)) / 2


def upper_quantile(share: float) -> float:
    """The value that a standard normal exceeds with this chance."""
    low, high = -_FAR, _FAR
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if above(middle) > share else (low, middle)
    return (low + high) / 2
