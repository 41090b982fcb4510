"""Scorecards with gaps: when one still counts, and what stands in for a criterion it left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from heroes.domain.counting.exact import average, dot, exact_sum
from heroes.domain.counting.marks import Criterion, Mark, Panel, Row, read_panel


@dataclass(frozen=True, slots=True)
class Review:
    """One judge on one entry. A review with less than half the weight answered has no score."""

    judge: str
    row: Row
    """The marks with gaps filled in if the review counts, else as given."""
    score: Fraction | None
    total: Fraction | None
    partial: bool


@dataclass(frozen=True, slots=True)
class Judging:
    """All that a method may look at."""

    panel: Panel
    reviews: Mapping[str, tuple[Review, ...]]
    """Per entry in the order of the judges' names; gaps are filled where half the weight is there."""


def enough(panel: Panel, row: Row) -> bool:
    """Whether the marks carry at least half of all the criteria's weight."""
    return len(row) == len(panel.criteria) or 2 * _weight(panel, row) >= panel.full_weight


def criterion_means(rows: Iterable[Row]) -> Row:
    """The programme mean of each criterion over the marks given; a criterion nobody marked is absent."""
    columns: dict[int, list[Fraction]] = {}
    for row in rows:
        for position, mark in row.items():
            columns.setdefault(position, []).append(mark)
    return {position: average(columns[position]) for position in sorted(columns)}


def fill(panel: Panel, row: Row, means: Row) -> Row:
    """The row with each gap closed: the criterion's mean, plus how far this row's marks lie above theirs.

    The shift is taken on the common scale, unweighted. A criterion nobody marked (not in `means`) stays out.
    """
    gaps = [position for position in means if position not in row]
    if not gaps:
        return row
    above = average(
        [
            panel.common(position, mark) - panel.common(position, means[position])
            for position, mark in row.items()
        ]
    )
    estimates = {
        position: panel.raw(position, panel.common(position, means[position]) + above) for position in gaps
    }
    return row | estimates


def weigh(panel: Panel, row: Row) -> tuple[Fraction, Fraction]:
    """(score, total) of a filled row: score = sum(w x) / sum(w) on the common scale, total = sum(w x)."""
    weight = _weight(panel, row)
    total = dot((panel.weights[position], mark) for position, mark in row.items())
    if panel.one_scale:
        return total / weight, total
    mapped = dot((panel.slopes[position], mark) for position, mark in row.items())
    mapped += panel.full_offset if len(row) == len(panel.criteria) else _over(panel.offsets, row)
    return mapped / weight, total


def _weight(panel: Panel, row: Row) -> Fraction:
    if len(row) == len(panel.criteria):
        return panel.full_weight
    return _over(panel.weights, row)


def _over(values: tuple[Fraction, ...], row: Row) -> Fraction:
    return exact_sum(values[position] for position in row)


def read_judging(marks: Iterable[Mark], criteria: Sequence[Criterion]) -> Judging:
    """Check the marks and complete the reviews; raises InvalidMarks as `read_panel` does."""
    panel = read_panel(marks, criteria)
    means = criterion_means(
        row for judges in panel.rows.values() for row in judges.values() if enough(panel, row)
    )
    return Judging(panel, {entry: _reviews(panel, judges, means) for entry, judges in panel.rows.items()})


def _reviews(panel: Panel, judges: Mapping[str, Row], means: Row) -> tuple[Review, ...]:
    reviews = []
    for judge, row in sorted(judges.items()):
        partial = len(row) < len(panel.criteria)
        if enough(panel, row):
            filled = fill(panel, row, means)
            score, total = weigh(panel, filled)
            reviews.append(Review(judge, filled, score, total, partial))
        else:
            reviews.append(Review(judge, row, None, None, partial))
    return tuple(reviews)
