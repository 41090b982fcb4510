"""A rule that is tried out, as a picture: a dot for each score, a line for each threshold, and the same as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from heroes.domain.outcome_settings import Tried
from heroes.domain.outcomes import OutcomeRule, plain
from heroes.domain.proposing import KIND_WORDS, Kind

NEAR = 3
"""Dots that are nearer to each other than this, out of 100, are drawn above each other."""
STEP, LABEL = 18, 18
_OPEN = frozenset({Kind.TIED, Kind.WAITS})


@dataclass(frozen=True, slots=True)
class Dot:
    """One score: where it is drawn, and whether it is in, out, or still to be decided."""

    x: str
    y: int
    kind: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """One line of the picture, and its words at a height of their own."""

    x: str
    y: int
    words: str
    side: str


@dataclass(frozen=True, slots=True)
class PlotRow:
    """One score in the table beside the picture."""

    name: str
    score: str
    low: str
    words: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plot:
    """The picture and the table; `proposed` of them would be awarded."""

    dots: tuple[Dot, ...]
    thresholds: tuple[Threshold, ...]
    rows: tuple[PlotRow, ...]
    tall: int
    base: int
    proposed: int


def plot_of(rule: OutcomeRule, tried: Sequence[Tried]) -> Plot:
    """Draw what was tried."""
    asked: dict[Decimal, list[str]] = {}
    for level in rule.levels:
        if level.at_least is not None:
            asked.setdefault(level.at_least, []).append(level.name)
    # The highest on top: its words run to the left, over lines that begin further down.
    thresholds = tuple(
        Threshold(
            plain(score),
            14 + LABEL * n,
            f"{', '.join(names)} {plain(score)}",
            "late" if score > 60 else "early",
        )
        for n, (score, names) in enumerate(sorted(asked.items(), reverse=True))
    )
    heights = _heights([one.score for one in tried])
    base = LABEL * len(thresholds) + STEP * (1 + max(heights, default=0)) + 14
    dots = tuple(
        Dot(plain(one.score), base - 12 - STEP * height, _kind(one))
        for one, height in zip(tried, heights, strict=True)
    )
    rows = tuple(
        PlotRow(
            one.name,
            plain(one.score),
            plain(one.low) if one.low != one.score else "",
            rule.level_name(one.proposal.level)
            if one.proposal.kind is Kind.LEVEL
            else KIND_WORDS[one.proposal.kind],
            _kind(one),
            one.proposal.reason,
        )
        for one in tried
    )
    return Plot(dots, thresholds, rows, base + 28, base, sum(row.kind == "in" for row in rows))


def _kind(one: Tried) -> str:
    if one.proposal.kind is Kind.LEVEL:
        return "in"
    return "grey" if one.proposal.kind in _OPEN else "out"


def _heights(scores: Sequence[Decimal]) -> list[int]:
    """For each score, how many that are near it lie below it."""
    taken: list[list[Decimal]] = []
    heights = []
    for score in scores:
        height = next(
            (n for n, row in enumerate(taken) if all(abs(other - score) >= NEAR for other in row)), len(taken)
        )
        if height == len(taken):
            taken.append([])
        taken[height].append(score)
        heights.append(height)
    return heights
