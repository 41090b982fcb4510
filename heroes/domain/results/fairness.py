"""Would another rule, another panel or another mark have decided otherwise? What committees are asked afterwards."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heroes.domain.counting.marks import Criterion, Mark
from heroes.domain.counting.standings import Standings
from heroes.domain.results.calibrated import Fitted, Panelled, Reading, fit_panel, read
from heroes.domain.results.columns import Codes, Flags, Floats, Marks, added
from heroes.domain.results.methods import TRIM_FROM
from heroes.domain.results.model import Additive
from heroes.domain.results.threads import one_thread

SAME = 1e-9
SHOWN = 200
"""So many of the first entries by any method are listed in the orders."""
MOST_JUDGES, MOST_JUDGES_OF_MANY, MANY = 60, 12, 5_000
"""So many judges are left out, one at a time: of the most influential first; fewer from so many scorecards on."""
MOST_CHANGES = 20
MOST_MARKS = 12
_COUNTERPARTS = ("mean", "calibrated", "trimmed-mean", "median")


@dataclass(frozen=True, slots=True)
class Moved:
    """An entry's place before and after; None for one that would have no score."""

    entry: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Without:
    """What the result would be without one judge's scorecards, by the same method with the same lq and lb.

    `came_in` and `fell_out` are about the places; `first` is who would be first, where that is somebody else.
    """

    judge: str
    changes: tuple[Moved, ...]
    came_in: tuple[str, ...]
    fell_out: tuple[str, ...]
    first: str | None


@dataclass(frozen=True, slots=True)
class Flip:
    """Two entries that the plain mean and the calibrated mean put in different orders across the line.

    `cause` is the judge whose leniency accounts for most of it, with `leniency` in points and `share` of the whole
    change; None where no judge helped it along.
    """

    up: str
    down: str
    line: int
    cause: str | None
    leniency: float | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Deciding:
    """One mark that alone would change who has a place: between `entry` and its `rival` across the line."""

    entry: str
    rival: str
    judge: str
    criterion: str
    gave: float
    turns_at: float
    """The mark, on its criterion's scale, at which the two would be level."""
    line: int


@dataclass(frozen=True, slots=True)
class Fairness:
    """The report of one result for so many places.

    `orders`: method -> entry -> place, for the entries near the top by any of them. `judges_left_out` is how many were
    tried in `without`, which holds only those whose absence would change something.
    """

    places: int
    orders: Mapping[str, Mapping[str, int]]
    flips: tuple[Flip, ...]
    without: tuple[Without, ...]
    judges_left_out: int
    deciding: tuple[Deciding, ...]


def fairness(
    marks: Iterable[Mark] | Marks | Reading,
    criteria: Sequence[Criterion],
    standings: Standings,
    *,
    places: int,
) -> Fairness:
    """Report on a result that `rank` gave for these marks. Raises InvalidMarks as `rank` does."""
    if places < 1:
        raise ValueError(f"places: {places} is less than 1.")
    with one_thread():
        panel = read(marks, criteria).panel
        if not len(panel.rows):
            return Fairness(places, {}, (), (), 0, ())
        return _Report(panel, standings, places).whole()


class _Report:
    def __init__(self, panel: Panelled, standings: Standings, places: int) -> None:
        self.panel, self.standings, self.places = panel, standings, places
        self.fitted: Fitted | None = fit_panel(panel) if panel.why_no_model is None else None
        self.names = panel.entries
        everything = np.ones(len(panel.rows), dtype=np.bool_)
        used = standings.method.removesuffix("-limits")
        self.used = used if used in _COUNTERPARTS else "mean"
        scores = {method: self._scores(method, everything) for method in _COUNTERPARTS}
        self.scores = {method: found for method, found in scores.items() if found is not None}

    def whole(self) -> Fairness:
        """The report."""
        without, tried = self._without()
        return Fairness(self.places, self._orders(), self._flips(), without, tried, self._deciding())

    # ---- orders ----

    def _scores(self, method: str, kept: Flags) -> Floats | None:
        """Per entry the score by a method of the kept scorecards; NaN without one. None if there is no such score."""
        entry, score, size = self.panel.entry[kept], self.panel.score[kept], len(self.names)
        if method == "mean":
            with np.errstate(invalid="ignore"):
                return added(entry, score, size) / np.bincount(entry, minlength=size)
        if method == "median":
            return _by_entry(entry, score[:, None], size, np.nanmedian)[:, 0]
        if method == "trimmed-mean":
            if int(np.bincount(entry, minlength=size).max()) < TRIM_FROM:
                return None
            weights = self.panel.reviews.scale.weights
            trimmed = _by_entry(entry, self.panel.reviews.filled[self.panel.rows][kept], size, _trimmed)
            known = ~np.isnan(trimmed).all(axis=0)
            return np.asarray(trimmed[:, known] @ weights[known] / weights[known].sum())
        if self.fitted is None:
            return None
        return self._calibrated(kept)

    def _calibrated(self, kept: Flags) -> Floats:
        assert self.fitted is not None
        solution = self.fitted.solution
        if kept.all():
            return self.fitted.worth
        at_entry, entry = np.unique(self.panel.entry[kept], return_inverse=True)
        at_judge, judge = np.unique(self.panel.judge[kept], return_inverse=True)
        model = Additive(entry, judge, len(at_entry), len(at_judge), self.panel.score[kept])
        again = model.solve(solution.lq, solution.lb)
        found = np.full(len(self.names), np.nan)
        found[at_entry] = again.mu + again.q
        return found

    def _orders(self) -> dict[str, dict[str, int]]:
        ranks = {method: _ranks(score) for method, score in self.scores.items()}
        near = set()
        for found in ranks.values():
            near |= set(np.flatnonzero((found > 0) & (found <= SHOWN)).tolist())
        orders = {
            method: {self.names[at]: int(found[at]) for at in sorted(near) if found[at]}
            for method, found in ranks.items()
        }
        shown = {self.names[at] for at in near}
        if self.standings.method == self.used:
            orders[self.used] = {
                one.entry: one.rank
                for one in self.standings.entries
                if one.rank is not None and one.entry in shown
            }
        return orders

    # ---- flips ----

    def _flips(self) -> tuple[Flip, ...]:
        if self.fitted is None or len(self.names) < 2:
            return ()
        found = []
        for line in sorted({1, min(self.places, len(self.names) - 1)}):
            plain, calibrated = (
                np.argsort(-self.scores[method], kind="stable")[:line] for method in ("mean", "calibrated")
            )
            ups = [at for at in calibrated.tolist() if at not in set(plain.tolist())]
            downs = [at for at in plain.tolist() if at not in set(calibrated.tolist())]
            found += [self._flip(up, down, line) for up, down in zip(ups, downs, strict=True)]
        return tuple(found)

    def _flip(self, up: int, down: int, line: int) -> Flip:
        assert self.fitted is not None
        solution, panel = self.fitted.solution, self.panel
        moved = self.scores["calibrated"] - self.scores["mean"]
        whole = float(moved[up] - moved[down])
        part = np.zeros(len(panel.at_judge))
        for at, sign in ((up, -1.0), (down, 1.0)):
            judges = panel.judge[panel.entry == at]
            part[judges] += sign * solution.b[judges] / (len(judges) + solution.lq)
        cause = int(part.argmax())
        if part[cause] <= 0 or whole <= 0:
            return Flip(self.names[up], self.names[down], line, None, None, None)
        return Flip(
            self.names[up],
            self.names[down],
            line,
            panel.judges[cause],
            float(solution.b[cause]),
            float(part[cause] / whole),
        )

    # ---- one judge left out ----

    def _without(self) -> tuple[tuple[Without, ...], int]:
        panel = self.panel
        base = self.scores.get(self.used)
        if base is None or len(panel.at_judge) < 2:
            return (), 0
        before = _ranks(base)
        away = np.abs(panel.score - self.scores["mean"][panel.entry])
        influence = added(panel.judge, away, len(panel.at_judge))
        most = MOST_JUDGES if len(panel.rows) <= MANY else MOST_JUDGES_OF_MANY
        tried = np.argsort(-influence, kind="stable")[:most].tolist()
        found = []
        for judge in tried:
            score = self._scores(self.used, panel.judge != judge)
            if score is None:
                continue
            one = self._difference(panel.judges[judge], before, _ranks(score))
            if one is not None:
                found.append(one)
        return tuple(found), len(tried)

    def _difference(self, judge: str, before: Codes, after: Codes) -> Without | None:
        inside = (before > 0) & (before <= self.places)
        then = (after > 0) & (after <= self.places)
        near = np.flatnonzero(((inside | then) & (before != after)) | (inside != then))
        first = np.flatnonzero(after == 1)
        was_first = np.flatnonzero(before == 1)
        other_first = bool(set(first.tolist()) - set(was_first.tolist()))
        if not (inside != then).any() and not other_first:
            return None
        listed = sorted(near.tolist(), key=lambda at: (inside[at] == then[at], before[at] or len(before)))
        return Without(
            judge,
            tuple(
                Moved(self.names[at], int(before[at]) or None, int(after[at]) or None)
                for at in listed[:MOST_CHANGES]
            ),
            tuple(self.names[at] for at in np.flatnonzero(then & ~inside).tolist()),
            tuple(self.names[at] for at in np.flatnonzero(inside & ~then).tolist()),
            self.names[int(first[0])] if other_first else None,
        )

    # ---- one mark ----

    def _deciding(self) -> tuple[Deciding, ...]:
        if self.used not in ("mean", "calibrated") or self.scores.get(self.used) is None:
            return ()
        score = self.scores[self.used]
        order = np.argsort(-score, kind="stable")
        found: list[tuple[float, Deciding]] = []
        for line in sorted({1, self.places}):
            if line < len(order):
                found += self._between(int(order[line - 1]), int(order[line]), line)
        found.sort(key=lambda one: (one[0], one[1].entry, one[1].judge, one[1].criterion))
        return tuple(one for _, one in found[:MOST_MARKS])

    def _between(self, inside: int, outside: int, line: int) -> list[tuple[float, Deciding]]:
        """Every mark of the two that could close the gap alone, and how far it would move, as a share of its scale."""
        panel = self.panel
        gap = float(self.scores[self.used][inside] - self.scores[self.used][outside])
        scale, cards = panel.reviews.scale, panel.cards
        found = []
        rows = np.flatnonzero((panel.entry == inside) | (panel.entry == outside))
        reach = self._reach(rows, inside, outside)
        for row, by in zip(rows.tolist(), reach.tolist(), strict=True):
            card = int(panel.rows[row])
            marks = cards.marks[card]
            marked = ~np.isnan(panel.reviews.filled[card])
            for position in np.flatnonzero(~np.isnan(marks)).tolist():
                criterion = cards.criteria[position]
                weight = scale.weights[position] / scale.weights[marked].sum()
                per_point = by * weight * scale.slopes[position]
                if abs(per_point) < SAME:
                    continue
                turns_at = float(marks[position] - gap / per_point)
                if float(criterion.low) <= turns_at <= float(criterion.high):
                    entry, rival = (inside, outside) if panel.entry[row] == inside else (outside, inside)
                    width = float(criterion.high - criterion.low)
                    found.append(
                        (
                            abs(turns_at - float(marks[position])) / width,
                            Deciding(
                                self.names[entry],
                                self.names[rival],
                                panel.judges[panel.judge[row]],
                                criterion.name,
                                float(marks[position]),
                                turns_at,
                                line,
                            ),
                        )
                    )
        return found

    def _reach(self, rows: Codes, inside: int, outside: int) -> Floats:
        """By how much a scorecard's score, one point higher, widens the gap between the two."""
        if self.used == "mean":
            sign = np.where(self.panel.entry[rows] == inside, 1.0, -1.0)
            return np.asarray(sign / self.panel.many[self.panel.entry[rows]])
        assert self.fitted is not None
        one = np.zeros((len(self.panel.rows), len(rows)))
        one[rows, np.arange(len(rows))] = 1.0
        effects = self.fitted.model.effects(self.fitted.solution, one)
        return np.asarray(effects[inside] - effects[outside])


def _ranks(score: Floats) -> Codes:
    """1 for the best; equals share the better place; 0 without a score."""
    found = np.zeros(len(score), dtype=np.int64)
    known = np.flatnonzero(~np.isnan(score))
    order = known[np.argsort(-score[known], kind="stable")]
    first = (
        np.concatenate([[True], -np.diff(score[order]) > SAME]) if len(order) else np.array([], dtype=bool)
    )
    found[order] = np.maximum.accumulate(np.where(first, np.arange(1, len(order) + 1), 0))
    return found


def _by_entry(entry: Codes, values: Floats, size: int, middle: Callable[..., Floats]) -> Floats:
    """Entries x columns: `middle` over each entry's rows; NaN for an entry without one."""
    many = np.bincount(entry, minlength=size)
    order = np.argsort(entry, kind="stable")
    starts = np.cumsum(many) - many
    slot = np.arange(len(entry)) - starts[entry[order]]
    table = np.full((size, int(many.max(initial=1)), values.shape[1]), np.nan)
    table[entry[order], slot] = values[order]
    found = np.full((size, values.shape[1]), np.nan)
    there = many > 0
    known = ~np.isnan(values).all(axis=0)
    found[np.ix_(there, known)] = middle(table[there][:, :, known], axis=1)
    return found


def _trimmed(table: Floats, axis: int) -> Floats:
    """The mean without one highest and one lowest where five or more are given."""
    many = (~np.isnan(table)).sum(axis=axis)
    whole = np.nansum(table, axis=axis)
    ends = np.nanmax(table, axis=axis) + np.nanmin(table, axis=axis)
    cut = many >= TRIM_FROM
    return np.asarray((whole - np.where(cut, ends, 0.0)) / np.maximum(many - np.where(cut, 2, 0), 1))
