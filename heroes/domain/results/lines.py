"""The standing of each entry, put together from what a method and its model say."""

from collections.abc import Sequence
from fractions import Fraction
from math import isnan

import numpy as np

from heroes.domain.counting.marks import Number
from heroes.domain.counting.reviews import Review
from heroes.domain.counting.standings import (
    ACROSS_GROUPS,
    INCOMPLETE,
    NOT_JUDGED,
    PARTIAL,
    PROVISIONAL,
    UNUSUAL,
    Adjusted,
    CriterionValue,
    Explanation,
    JudgeTotal,
    Standing,
)
from heroes.domain.counting.wording import to_decimal
from heroes.domain.results.calibrated import Panelled, by_criterion, explanations
from heroes.domain.results.columns import added
from heroes.domain.results.methods import Tally
from heroes.domain.results.panel import SURPRISING
from heroes.domain.results.posterior import Futures
from heroes.domain.results.ranking import LIMITS, Place, Ranking
from heroes.domain.results.threads import uncollected

IN, OUT = 0.9, 0.1
_MEANS = frozenset({"mean", "final-panel"})
_Sure = tuple[int | None, int | None, float | None, float | None, float | None, str | None]
_UNKNOWN: _Sure = (None, None, None, None, None, None)


def standings_of(
    panel: Panelled,
    ranking: Ranking,
    listed: Sequence[Place],
    sure: Futures | None,
    wanted: set[str],
    *,
    within: bool,
) -> list[Standing]:
    """Every entry's standing: those judged as listed, then the others by id."""
    lines = _Lines(panel, ranking, within=within)
    chances = _chances(panel, listed, sure, within=within)
    made = lines.exact if ranking.exact else lines.calibrated
    with uncollected():
        found = [made(place, one) for place, one in zip(listed, chances, strict=True)]
    judged = {place.entry for place in listed}
    return found + [lines.unjudged(entry) for entry in sorted((wanted | set(panel.cards.entries)) - judged)]


def _chances(panel: Panelled, listed: Sequence[Place], sure: Futures | None, *, within: bool) -> list[_Sure]:
    """Per listed entry: the ends of its rank's interval, and its chances."""
    if sure is None:
        return [_UNKNOWN] * len(listed)
    number = {entry: at for at, entry in enumerate(panel.entries)}
    apart = within and len(panel.linked.groups) > 1
    low, high, best = sure.low.tolist(), sure.high.tolist(), sure.best.tolist()
    placed = None if sure.placed is None or apart else sure.placed.tolist()
    above = sure.above_next.tolist()
    found: list[_Sure] = []
    known = 0
    for position, place in enumerate(listed):
        at = number.get(place.entry)
        if at is None:
            found.append(_UNKNOWN)
            continue
        following = listed[position + 1] if position + 1 < len(listed) else None
        together = following is not None and following.group == place.group and following.entry in number
        chance = None if placed is None else placed[at]
        band = None if chance is None else _band(chance)
        found.append((low[at], high[at], chance, best[at], above[known] if together else None, band))
        known += 1
    return found


def _band(chance: float) -> str:
    if chance >= IN:
        return "in"
    return "out" if chance <= OUT else "grey"


class _Lines:
    """Makes the standing of one entry after the other."""

    def __init__(self, panel: Panelled, ranking: Ranking, *, within: bool) -> None:
        cards, reviews = panel.cards, panel.reviews
        self.panel, self.ranking = panel, ranking
        self.apart = len(panel.linked.groups) > 1
        self.across = self.apart and not within
        self.number = {entry: at for at, entry in enumerate(panel.entries)}
        self.group = panel.linked.entry.tolist()
        self.decimals = ranking.exact and cards.exact
        self.place_of = {entry: at for at, entry in enumerate(cards.entries)}
        self.ends = np.searchsorted(cards.entry, np.arange(len(cards.entries) + 1)).tolist()
        self.judge = [cards.judges[at] for at in cards.judge.tolist()]
        self.partial, self.counts = reviews.partial.tolist(), reviews.counts.tolist()
        self.score, self.total = (
            [value if counts else None for value, counts in zip(column.tolist(), self.counts, strict=True)]
            for column in (reviews.score, reviews.total)
        )
        self.surprise = _surprises(panel, ranking)
        many = np.bincount(panel.entry, minlength=len(panel.at_entry))
        self.many = many.tolist()
        raw = added(panel.entry, panel.score, len(many)) / np.maximum(many, 1)
        self.raw = raw.tolist()
        self.field = float(panel.score.mean()) if len(panel.rows) else 0.0
        if not ranking.exact and ranking.fitted is not None:
            self._prepare(raw, many)

    def _prepare(self, raw: np.ndarray, many: np.ndarray) -> None:
        panel, fitted = self.panel, self.ranking.fitted
        assert fitted is not None
        scale = panel.reviews.scale
        worth = fitted.back(fitted.worth)
        own = (by_criterion(panel, fitted) - scale.offsets) / scale.slopes
        self.worth = worth.tolist()
        if self.ranking.used == LIMITS:
            total = added(panel.entry, panel.reviews.total[panel.rows], len(many)) / many
            total += float((scale.weights / scale.slopes).sum()) * (worth - raw)
        else:
            total = np.nansum(own * scale.weights, axis=1)
        self.worth_total = total.tolist()
        self.values = [[None if isnan(value) else value for value in row] for row in own.tolist()]
        given = ~np.isnan(panel.cards.marks[panel.rows])
        columns = [added(panel.entry, given[:, c], len(many)) for c in range(given.shape[1])]
        self.marked = np.stack(columns, axis=1).astype(np.int64).tolist()
        self.names = [criterion.name for criterion in panel.cards.criteria]
        with uncollected():
            self.why = explanations(panel, fitted)

    def calibrated(self, place: Place, sure: _Sure) -> Standing:
        """The standing under a calibrated method, in floats."""
        at = self.number[place.entry]
        judges = self._judges(place.entry)
        criteria = tuple(map(CriterionValue, self.names, self.values[at], self.marked[at], _NOTHING))
        return Standing(
            place.entry,
            place.rank,
            self.worth[at],
            self.worth_total[at],
            self.many[at],
            judges,
            criteria,
            place.steps,
            self._flags(judges, self.many[at]),
            self.raw[at],
            *sure,
            self._group(place),
            self.why[at],
        )

    def exact(self, place: Place, sure: _Sure) -> Standing:
        """The standing under a method in exact fractions."""
        judging, outcome = self.ranking.judging, self.ranking.outcome
        assert judging is not None
        assert outcome is not None
        entry, tally = place.entry, outcome.tallies[place.entry]
        reviews = judging.reviews[entry]
        counted = [row for judge, row in judging.panel.rows[entry].items() if judge in tally.judges]
        judges = self._exact_judges(entry, reviews, tally)
        criteria = tuple(
            CriterionValue(
                criterion.name,
                self._maybe(tally.values.get(position)),
                sum(position in row for row in counted),
                tuple(self._shown(mark) for mark in tally.dropped.get(position, ())),
            )
            for position, criterion in enumerate(judging.panel.criteria)
        )
        raw = [review.score for review in reviews if review.score is not None]
        return Standing(
            entry,
            place.rank,
            self._shown(tally.score),
            self._shown(tally.total),
            len(tally.judges),
            judges,
            criteria,
            place.steps,
            self._flags(judges, len(tally.judges)),
            self._shown(sum(raw, Fraction(0)) / len(raw)) if raw else None,
            *sure,
            self._group(place),
            self._plainly(reviews, tally) if self.ranking.used in _MEANS else None,
        )

    def unjudged(self, entry: str) -> Standing:
        """The standing of an entry without a scorecard that counts."""
        judges = self._judges(entry)
        flags = (NOT_JUDGED, INCOMPLETE) if judges else (NOT_JUDGED,)
        return Standing(entry, None, None, None, 0, judges, flags=flags)

    def _judges(self, entry: str) -> tuple[JudgeTotal, ...]:
        at = self.place_of.get(entry)
        if at is None:
            return ()
        rows = slice(self.ends[at], self.ends[at + 1])
        return tuple(
            map(
                JudgeTotal,
                self.judge[rows],
                self.score[rows],
                self.total[rows],
                self.partial[rows],
                self.counts[rows],
                self.surprise[rows],
            )
        )

    def _exact_judges(self, entry: str, reviews: Sequence[Review], tally: Tally) -> tuple[JudgeTotal, ...]:
        first = self.ends[self.place_of[entry]]
        return tuple(
            JudgeTotal(
                review.judge,
                self._maybe(review.score),
                self._maybe(review.total),
                review.partial,
                review.judge in tally.judges,
                self.surprise[first + number],
            )
            for number, review in enumerate(reviews)
        )

    def _plainly(self, reviews: Sequence[Review], tally: Tally) -> Explanation:
        given = [(review.judge, float(review.score)) for review in reviews if review.score is not None]
        score = float(tally.score)
        parts = tuple(Adjusted(judge, gave, 0.0, gave) for judge, gave in given)
        return Explanation(parts, score, self.field, 1.0, score)

    def _flags(self, judges: tuple[JudgeTotal, ...], reviews: int) -> tuple[str, ...]:
        flags = []
        if reviews < 2:
            flags.append(PROVISIONAL)
        if any(one.partial and one.counted for one in judges):
            flags.append(PARTIAL)
        if self.across:
            flags.append(ACROSS_GROUPS)
        if any(one.surprise is not None and abs(one.surprise) > SURPRISING for one in judges):
            flags.append(UNUSUAL)
        return tuple(flags)

    def _group(self, place: Place) -> int:
        at = self.number.get(place.entry)
        return self.group[at] + 1 if self.apart and at is not None else 0

    def _shown(self, value: Fraction) -> Number:
        return to_decimal(value) if self.decimals else float(value)

    def _maybe(self, value: Fraction | None) -> Number | None:
        return None if value is None else self._shown(value)


class _Empty:
    """An endless supply of nothing dropped."""

    def __iter__(self) -> "_Empty":
        return self

    def __next__(self) -> tuple[Number, ...]:
        return ()


_NOTHING = _Empty()


def _surprises(panel: Panelled, ranking: Ranking) -> list[float | None]:
    """Per scorecard its standardised residual; None where it does not count or no model of the scores was fitted."""
    found: list[float | None] = [None] * len(panel.cards.entry)
    if ranking.fitted is None:
        return found
    for row, residual in zip(panel.rows.tolist(), ranking.fitted.errors.residual.tolist(), strict=True):
        found[row] = residual
    return found
