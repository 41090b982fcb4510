"""The ways to reach a result from marks, by id. A method is one function here and one line in `FUNCTIONS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median as middle

from heroes.domain.counting.exact import average, half_up
from heroes.domain.counting.marks import Row
from heroes.domain.counting.reviews import Judging, Review, criterion_means, enough, fill, weigh

TRIM_FROM = 5
"""So many judges must have marked a criterion before its highest and lowest mark are dropped."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a method says about one entry."""

    score: Fraction
    total: Fraction
    values: Row
    """The aggregated mark per criterion; their weighted sum is the total."""
    dropped: Mapping[int, tuple[Fraction, Fraction]]
    """Per criterion the lowest and highest mark left out by rule, if any were."""
    judges: frozenset[str]
    """Those whose marks count."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A method's result: an entry without a tally is not judged."""

    tallies: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Instead:
    """A method's answer where it does not apply: which one to use, and why, in a sentence."""

    method: str
    reason: str


Method = Callable[[Judging], Outcome | Instead]


def mean(judging: Judging) -> Outcome:
    """The mean of the judges' totals; a partial review counts from half the weight, its gaps filled."""
    return _of_reviews(judging, average)


def median(judging: Judging) -> Outcome:
    """The middle one of the judges' scores, of an even number the mean of the middle two; totals likewise.

    Less accurate than the mean with few reviews: that is said wherever it is offered.
    """
    return _of_reviews(judging, middle)


def final_panel(judging: Judging) -> Outcome | Instead:
    """The mean of a panel in which every judge marked every entry in full; else the calibrated mean."""
    gap = first_gap(judging)
    if gap is not None:
        entry, judge = gap
        return Instead(
            "calibrated",
            f"Not every judge has marked every entry in full ({judge} has not marked {entry}), so leniency would"
            " decide: the calibrated mean is used.",
        )
    return mean(judging)


def first_gap(judging: Judging) -> tuple[str, str] | None:
    """(entry, judge) of the first scorecard that a complete panel would have and this one has not in full."""
    judges = sorted({review.judge for reviews in judging.reviews.values() for review in reviews})
    for entry in sorted(judging.reviews):
        whole = {review.judge for review in judging.reviews[entry] if not review.partial}
        for judge in judges:
            if judge not in whole:
                return entry, judge
    return None


def _of_reviews(judging: Judging, middle_of: Callable[[list[Fraction]], Fraction]) -> Outcome:
    tallies = {}
    for entry, all_of_them in judging.reviews.items():
        counted = [review for review in all_of_them if review.score is not None]
        if counted:
            tallies[entry] = _tally(counted, middle_of)
    return Outcome(tallies)


def _tally(counted: list[Review], middle_of: Callable[[list[Fraction]], Fraction]) -> Tally:
    scores = [review.score for review in counted if review.score is not None]
    totals = [review.total for review in counted if review.total is not None]
    columns: dict[int, list[Fraction]] = {}
    for review in counted:
        for position, mark in review.row.items():
            columns.setdefault(position, []).append(mark)
    return Tally(
        middle_of(scores),
        middle_of(totals),
        {position: middle_of(columns[position]) for position in sorted(columns)},
        {},
        frozenset(review.judge for review in counted),
    )


def trimmed_mean(judging: Judging) -> Outcome | Instead:
    """The ISU rule: per criterion drop one highest and one lowest mark where five or more judges marked it,
    round the mean of the rest half-up to 0.01, then weight.

    With fewer than five the mean of all is rounded. Marks count one by one, whether or not the scorecard is
    complete; a criterion nobody marked for an entry is filled as in a partial review, from half the weight.
    """
    panel = judging.panel
    columns = {entry: _columns(judges) for entry, judges in panel.rows.items()}
    widest = max(
        (len(marks) for by_criterion in columns.values() for marks in by_criterion.values()), default=0
    )
    if widest < TRIM_FROM:
        return Instead(
            "mean",
            "No entry has five judges' marks on a criterion, so there is nothing to trim: "
            "the plain mean is used.",
        )
    trimmed = {
        entry: {position: _trim(marks) for position, marks in by_criterion.items()}
        for entry, by_criterion in columns.items()
    }
    values = {
        entry: {position: value for position, (value, _) in row.items()} for entry, row in trimmed.items()
    }
    judged = [entry for entry, row in values.items() if enough(panel, row)]
    means = criterion_means(row for entry in judged for row in panel.rows[entry].values())
    tallies = {}
    for entry in judged:
        filled = fill(panel, values[entry], means)
        score, total = weigh(panel, filled)
        dropped = {position: ends for position, (_, ends) in trimmed[entry].items() if ends}
        tallies[entry] = Tally(score, total, filled, dropped, frozenset(panel.rows[entry]))
    return Outcome(tallies)


def _columns(judges: Mapping[str, Row]) -> dict[int, list[Fraction]]:
    columns: dict[int, list[Fraction]] = {}
    for row in judges.values():
        for position, mark in row.items():
            columns.setdefault(position, []).append(mark)
    return columns


def _trim(marks: list[Fraction]) -> tuple[Fraction, tuple[Fraction, Fraction] | None]:
    if len(marks) < TRIM_FROM:
        return half_up(average(marks)), None
    ordered = sorted(marks)
    return half_up(average(ordered[1:-1])), (ordered[0], ordered[-1])


FUNCTIONS: Mapping[str, Method] = {
    "mean": mean,
    "trimmed-mean": trimmed_mean,
    "median": median,
    "final-panel": final_panel,
}
"""The methods in exact fractions; the calibrated ones are models (`heroes.domain.results.calibrated`)."""
