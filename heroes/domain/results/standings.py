"""The result of a panel: every entry's place, and the numbers it rests on."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from heroes.domain.counting.marks import Criterion, Mark, Panel
from heroes.domain.counting.methods import RULES
from heroes.domain.counting.reviews import Judging, Review, read_judging
from heroes.domain.counting.standings import (
    INCOMPLETE,
    NOT_JUDGED,
    PARTIAL,
    PROVISIONAL,
    CriterionValue,
    JudgeTotal,
    Standing,
    Standings,
    TieStep,
)
from heroes.domain.counting.wording import to_decimal
from heroes.domain.results.methods import Tally, apply_method
from heroes.domain.results.ties import Contender, break_ties


def rank(
    marks: Iterable[Mark], criteria: Sequence[Criterion], *, method: str = "mean", entries: Iterable[str] = ()
) -> Standings:
    """Rank the entries of one category and round.

    Guaranteed: exact arithmetic; the same result for any order of `marks`; equal ranks (1, 1, 3) only where
    every tie-break is exhausted. `entries` must appear even without a mark. `score` is sum(w x) / sum(w) on
    the criteria's common scale (0 to 100 where theirs differ), `total` is sum(w x) of the marks as given.
    Raises InvalidMarks for a row that cannot be used and ValueError for an unknown method.
    """
    judging = read_judging(marks, criteria)
    panel, reviews = judging.panel, judging.reviews
    used, reason, outcome = apply_method(judging, method)
    ranked = _places(judging, outcome.tallies, points_first=used == "trimmed-mean")
    standings = [
        _standing(panel, entry, place, reviews[entry], outcome.tallies[entry], steps)
        for entry, place, steps in ranked
    ]
    unjudged = (set(entries) | panel.rows.keys()) - outcome.tallies.keys()
    standings += [_unjudged(entry, reviews.get(entry, ())) for entry in sorted(unjudged)]
    return Standings(method, used, reason, RULES, tuple(standings))


def _places(
    judging: Judging, tallies: Mapping[str, Tally], *, points_first: bool
) -> list[tuple[str, int, tuple[TieStep, ...]]]:
    """(entry, rank, tie-breaks taken), best first."""
    ordered = sorted(tallies, key=lambda entry: -tallies[entry].score)
    ranked: list[tuple[str, int, tuple[TieStep, ...]]] = []
    for _, same_score in groupby(ordered, key=lambda entry: tallies[entry].score):
        tied = list(same_score)
        if len(tied) == 1:
            ranked.append((tied[0], len(ranked) + 1, ()))
            continue
        contenders = [_contender(entry, tallies[entry], judging.reviews[entry]) for entry in tied]
        groups, steps = break_ties(judging.panel, contenders, points_first=points_first)
        for group in groups:
            place = len(ranked) + 1
            ranked.extend((entry, place, steps[entry]) for entry in group)
    return ranked


def _contender(entry: str, tally: Tally, reviews: Sequence[Review]) -> Contender:
    scores = {review.judge: review.score for review in reviews if review.score is not None}
    return Contender(entry, tally.values, scores)


def _standing(
    panel: Panel, entry: str, place: int, reviews: Sequence[Review], tally: Tally, tie: tuple[TieStep, ...]
) -> Standing:
    counted = [row for judge, row in panel.rows[entry].items() if judge in tally.judges]
    given = [sum(position in row for row in counted) for position in range(len(panel.criteria))]
    values = tuple(
        CriterionValue(
            criterion.name,
            _decimal(tally.values.get(position)),
            given[position],
            tuple(to_decimal(mark) for mark in tally.dropped.get(position, ())),
        )
        for position, criterion in enumerate(panel.criteria)
    )
    flags = []
    if len(tally.judges) < 2:
        flags.append(PROVISIONAL)
    if any(review.partial and review.judge in tally.judges for review in reviews):
        flags.append(PARTIAL)
    return Standing(
        entry=entry,
        rank=place,
        score=to_decimal(tally.score),
        total=to_decimal(tally.total),
        reviews=len(tally.judges),
        judges=_judge_totals(reviews, tally.judges),
        criteria=values,
        tie=tie,
        flags=tuple(flags),
    )


def _unjudged(entry: str, reviews: Sequence[Review]) -> Standing:
    flags = (NOT_JUDGED, INCOMPLETE) if reviews else (NOT_JUDGED,)
    return Standing(entry, None, None, None, 0, _judge_totals(reviews, frozenset()), (), (), flags)


def _judge_totals(reviews: Sequence[Review], counted: frozenset[str]) -> tuple[JudgeTotal, ...]:
    return tuple(
        JudgeTotal(
            review.judge,
            _decimal(review.score),
            _decimal(review.total),
            review.partial,
            review.judge in counted,
        )
        for review in reviews
    )


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else to_decimal(value)
