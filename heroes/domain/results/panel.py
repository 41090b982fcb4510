"""Each judge beside the panel: leniency with its error, fit, spread and halo, with flags in words."""

import numpy as np

from heroes.domain.counting.standings import JudgeStanding
from heroes.domain.results.calibrated import Fitted, Panelled
from heroes.domain.results.columns import Codes, Floats, added

GENEROUS = "more generous than colleagues"
STRICT = "stricter than colleagues"
UNPREDICTABLE = "often far from colleagues"
FLAT = "gives nearly the same score to all"
ONE_MARK = "gives one entry nearly the same mark on every criterion"
ENOUGH = 5
"""So many reviews before anything but leniency is flagged."""
SURPRISING = 3.0
_MISFIT = 2.0
_HALO = 0.95
_FLAT = 1 / 3


def judge_standings(panel: Panelled, fitted: Fitted | None) -> tuple[JudgeStanding, ...]:
    """One line for each judge with a scorecard that counts, by id.

    Without a model of the scores themselves nothing is said of leniency and fit.
    """
    cards, reviews, judge, present = panel.cards, panel.reviews, panel.judge, panel.at_judge
    if not len(panel.rows):
        return ()
    solution, errors = (None, None) if fitted is None else (fitted.solution, fitted.errors)
    score = panel.score
    many = np.bincount(judge, minlength=len(present))
    mean = added(judge, score, len(present)) / many
    squares = added(judge, (score - mean[judge]) ** 2, len(present))
    spread = np.sqrt(squares / np.maximum(many - 1, 1))
    halo = _halos(reviews.filled[panel.rows], judge, many)
    fit = None
    if errors is not None:
        fit = added(judge, errors.residual**2, len(present)) / many
    usual = float(np.median(spread[many >= 2])) if (many >= 2).any() else 0.0
    lines = []
    for number, position in enumerate(present):
        enough = many[number] >= ENOUGH
        leniency = se = None
        flags = []
        if solution is not None and errors is not None:
            leniency, se = float(solution.b[number]), float(errors.judge_se[number])
            if abs(leniency) > max(reviews.scale.half_point, 2 * se):
                flags.append(GENEROUS if leniency > 0 else STRICT)
        if enough and fit is not None and fit[number] > _MISFIT:
            flags.append(UNPREDICTABLE)
        if enough and usual > 0 and spread[number] < _FLAT * usual:
            flags.append(FLAT)
        if enough and halo[number] > _HALO:
            flags.append(ONE_MARK)
        lines.append(
            JudgeStanding(
                judge=cards.judges[position],
                leniency=leniency,
                leniency_se=se,
                reviews=int(many[number]),
                fit=None if fit is None else float(fit[number]),
                flags=tuple(flags),
                mean=float(mean[number]),
                spread=float(spread[number]) if many[number] > 1 else None,
                halo=None if np.isnan(halo[number]) else float(halo[number]),
            )
        )
    return tuple(lines)


def _halos(filled: Floats, judge: Codes, many: np.ndarray) -> Floats:
    """Per judge the mean correlation between pairs of criteria; NaN with too few reviews or marks that never differ."""
    found = np.full(len(many), np.nan)
    marked = filled[:, ~np.isnan(filled).any(axis=0)]
    if marked.shape[1] < 2:
        return found
    pairs = np.triu_indices(marked.shape[1], 1)
    order = np.argsort(judge, kind="stable")
    ends = np.cumsum(many)
    for number in np.flatnonzero(many >= ENOUGH):
        own = marked[order[ends[number] - many[number] : ends[number]]]
        away = own - own.mean(axis=0)
        length = np.sqrt((away**2).sum(axis=0))
        if (length > 1e-9).all():
            found[number] = float(((away.T @ away) / np.outer(length, length))[pairs].mean())
    return found
