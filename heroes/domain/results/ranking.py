"""Who comes where: a method's scores, the places they give, and the tie-breaks that part equals."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise

import numpy as np

from heroes.domain.counting.marks import Mark, Panel, read_panel
from heroes.domain.counting.reviews import Judging, Review, read_judging
from heroes.domain.counting.standings import TieStep
from heroes.domain.results.calibrated import Fitted, Panelled, by_criterion, fit_panel
from heroes.domain.results.columns import Floats, Marks
from heroes.domain.results.methods import FUNCTIONS, Instead, Outcome, Tally
from heroes.domain.results.ties import Contender, break_ties

SAME = 1e-9
"""Calibrated scores closer than this are the same."""
LIMITS = "calibrated-limits"


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a method made of the panel, by position of the entry. `fitted` is the model that says how sure it is."""

    used: str
    reason: str | None
    fitted: Fitted | None
    judging: Judging | None
    outcome: Outcome | None

    @property
    def exact(self) -> bool:
        """Whether the scores are fractions."""
        return self.outcome is not None


def ranking_of(marks: Sequence[Mark] | Marks, panel: Panelled, method: str, *, prior: bool) -> Ranking:
    """What a method, or the one that stands in for it, makes of a panel."""
    why_not = panel.why_no_model
    used, reason = method, None
    judging: Judging | None = None
    while True:
        if used not in FUNCTIONS:
            if why_not is None:
                fitted = fit_panel(panel, limits=used == LIMITS, prior=prior)
                return Ranking(used, reason, fitted, None, None)
            used, reason = "mean", f"{reason} {why_not}" if reason else why_not
        judging = judging or read_judging(marks, panel.cards.criteria)
        outcome = FUNCTIONS[used](judging)
        if not isinstance(outcome, Instead):
            fitted_too = fit_panel(panel, prior=prior) if why_not is None else None
            return Ranking(used, reason, fitted_too, judging, outcome)
        used, reason = outcome.method, outcome.reason


@dataclass(frozen=True, slots=True)
class Place:
    """An entry's place in the list."""

    entry: str
    rank: int
    group: int
    steps: tuple[TieStep, ...]


def listed_by(panel: Panelled, ranking: Ranking, *, within: bool, tie_seed: str | None) -> list[Place]:
    """Every judged entry, best first; within groups one group after the other."""
    if ranking.outcome is not None and ranking.judging is not None:
        levels = _exact_levels(panel, ranking.outcome, within=within)
        contender = _exact_contenders(ranking.judging, ranking.outcome)
        scheme = ranking.judging.panel
    else:
        assert ranking.fitted is not None
        levels = _calibrated_levels(panel, ranking.fitted, within=within)
        contender = _calibrated_contenders(panel, ranking.fitted)
        scheme = read_panel([], panel.cards.criteria)
    return [
        place
        for group, level in levels
        for place in _places(level, contender, scheme, group, ranking.used, tie_seed)
    ]


_Levels = list[tuple[int, list[list[str]]]]
"""Per group, best first, the entries of each score."""


def _exact_levels(panel: Panelled, outcome: Outcome, *, within: bool) -> _Levels:
    tallies = outcome.tallies
    group_of = dict(zip(panel.entries, panel.linked.entry.tolist(), strict=True)) if within else {}
    parts: dict[int, list[str]] = {}
    for entry in sorted(tallies, key=lambda entry: -tallies[entry].score):
        parts.setdefault(group_of.get(entry, 0), []).append(entry)
    return [
        (group, [list(same) for _, same in groupby(parts[group], key=lambda entry: tallies[entry].score)])
        for group in sorted(parts)
    ]


def _calibrated_levels(panel: Panelled, fitted: Fitted, *, within: bool) -> _Levels:
    worth, names = fitted.worth, panel.entries
    found: _Levels = []
    for group in range(len(panel.linked.groups)) if within else (0,):
        members = np.flatnonzero(panel.linked.entry == group) if within else np.arange(len(worth))
        order = members[np.argsort(-worth[members], kind="stable")]
        edges = [0, *(np.flatnonzero(-np.diff(worth[order]) > SAME) + 1).tolist(), len(order)]
        listed = [names[at] for at in order.tolist()]
        found.append((group, [listed[start:end] for start, end in pairwise(edges)]))
    return found


def _exact_contenders(judging: Judging, outcome: Outcome) -> Callable[[str], Contender]:
    return lambda entry: _contender(entry, outcome.tallies[entry], judging.reviews[entry])


def _places(
    level: Iterable[list[str]],
    contender: Callable[[str], Contender],
    panel: Panel,
    group: int,
    method: str,
    tie_seed: str | None,
) -> Iterator[Place]:
    place = 1
    for tied in level:
        if len(tied) == 1:
            yield Place(tied[0], place, group, ())
            place += 1
            continue
        parts, steps = break_ties(
            panel, [contender(entry) for entry in tied], points_first=method == "trimmed-mean", seed=tie_seed
        )
        for part in parts:
            for entry in part:
                yield Place(entry, place, group, steps[entry])
            place += len(part)


def _contender(entry: str, tally: Tally, reviews: Sequence[Review]) -> Contender:
    scores = {review.judge: review.score for review in reviews if review.score is not None}
    return Contender(entry, tally.values, scores, len(tally.judges))


def _calibrated_contenders(panel: Panelled, fitted: Fitted) -> Callable[[str], Contender]:
    """What tie-breaks may look at, rounded so that what is the same stays the same; made only where there is a tie."""
    known: list[Floats] = []
    number = {entry: at for at, entry in enumerate(panel.entries)}
    ends = np.cumsum(panel.many)
    names = panel.judges

    def of(entry: str) -> Contender:
        if not known:
            known.append(by_criterion(panel, fitted))
        at = number[entry]
        rows = slice(int(ends[at] - panel.many[at]), int(ends[at]))
        scores = zip(panel.judge[rows], panel.score[rows], strict=True)
        return Contender(
            entry,
            {c: _rounded(value) for c, value in enumerate(known[0][at]) if not np.isnan(value)},
            {names[judge]: _rounded(score) for judge, score in scores},
            int(panel.many[at]),
        )

    return of


def _rounded(value: float) -> Fraction:
    return Fraction(round(float(value) / SAME), round(1 / SAME))
