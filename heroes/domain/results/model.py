"""The additive model: a score is the field's mean, plus what the entry is worth, plus how lenient the judge is.

    t = mu + q[entry] + b[judge] + e        q ~ N(0, s2/lq)   b ~ N(0, s2/lb)   e ~ N(0, s2)

Solved by eliminating the larger facet (Henderson's mixed-model equations); lq and lb by restricted maximum likelihood.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
from scipy.linalg import cho_solve, lapack
from scipy.optimize import minimize
from scipy.sparse import csr_array

from heroes.domain.results.columns import Codes, Floats, added

FLOOR = 1e-12
"""The least residual variance, so that a panel which agrees on everything can be solved."""
START = ((0.0, 1.0), (1.0, 1.0), (0.0, 2.0))
"""Where the search begins: (0, 1), and how far it looks around at first."""
BOUNDS = ((-5.0, 7.0), (-5.0, 9.0))
"""Of ln lq and ln lb."""
PRIOR = ((0.0, 2.0), (log(3.0), 2.0))
"""Weak: mean and standard deviation of ln lq and of ln lb."""
_DENSE = 32_000_000
"""So many numbers may be kept to make each solution cheap."""
_CACHED = 131_072
"""So many numbers of a block stay in the processor's cache."""
_NEWTON = 20
_SETTLED = 1e-10
"""A step of ln lq and ln lb after which scores move by less than can be told."""
_STALE = 0.05
"""A step that leaves more than this share of the slope asks for new second derivatives."""


@dataclass(frozen=True, slots=True)
class Solution:
    """The model solved for given lq and lb. `mu`, `q` and `b` are in the units of the scores; `s2` is residual."""

    lq: float
    lb: float
    mu: float
    q: Floats
    b: Floats
    s2: float
    criterion: float
    """Minus twice the restricted log-likelihood, up to a constant, without a prior."""
    lower: Floats
    """The lower Cholesky factor of the Schur complement S over (mu, the smaller facet)."""
    weight: Floats
    """1 / (n + l) for each of the larger facet."""
    bent: Floats | None = None
    """The cost's second derivatives by (ln lq, ln lb), 2 x 2, near the most likely solution."""


class Additive:
    """One set of scores, made ready to be solved for many values of lq and lb."""

    def __init__(self, entry: Codes, judge: Codes, entries: int, judges: int, scores: Floats) -> None:
        """R scores by position of entry and judge; every entry and judge has at least one."""
        self.sizes = (entries, judges)
        self.grids: dict[bool, tuple[list[Floats], Floats, list[Solution]]] = {}
        """Kept for `posterior`: the grid around the most likely ratios, by whether there is a prior."""
        self.entry, self.judge = entry, judge
        self.rows = len(scores)
        self.centre = float(scores.mean()) if self.rows else 0.0
        self.scores = scores - self.centre
        self.entries_large = entries >= judges
        large, small = (entry, judge) if self.entries_large else (judge, entry)
        n_large, n_small = (entries, judges) if self.entries_large else (judges, entries)
        self.incidence = csr_array((np.ones(self.rows), (large, small)), shape=(n_large, n_small))
        self.large_counts = np.bincount(large, minlength=n_large).astype(np.float64)
        self.small_counts = np.bincount(small, minlength=n_small).astype(np.float64)
        self.large_sums = added(large, self.scores, n_large)
        self.small_sums = added(small, self.scores, n_small)
        self.total = float(self.scores.sum())
        self.squares = float(self.scores @ self.scores)
        self.values, self.kind, self.many = np.unique(
            self.large_counts, return_inverse=True, return_counts=True
        )
        self._grams: Floats | None = None
        if len(self.values) * n_small * n_small <= _DENSE:
            rows = [self.incidence[np.flatnonzero(self.kind == k)] for k in range(len(self.values))]
            self._grams = np.array([(part.T @ part).toarray() for part in rows]).reshape(
                len(rows), n_small, n_small
            )

    # ---- one solution ----

    def solve(self, lq: float, lb: float) -> Solution:
        """The best linear unbiased predictors for these ratios, and how likely the scores are under them."""
        l_large, l_small = (lq, lb) if self.entries_large else (lb, lq)
        weight = 1.0 / (self.large_counts + l_large)
        lower = self._factor(weight, l_small)
        mu, large, small = self._back(lower, weight, self.large_sums, self.small_sums)
        explained = mu * self.total + float(small @ self.small_sums) + float(large @ self.large_sums)
        freedom = max(self.rows - 1, 1)
        s2 = max((self.squares - explained) / freedom, FLOOR)
        entries, judges = self.sizes
        criterion = (
            (self.rows - 1) * log(s2)
            + float(self.many @ np.log(self.values + l_large))
            + 2.0 * float(np.log(np.diag(lower)).sum())
            - entries * log(lq)
            - judges * log(lb)
        )
        q, b = (large, small) if self.entries_large else (small, large)
        return Solution(lq, lb, mu + self.centre, q, b, s2, criterion, lower, weight)

    def _gram(self, by_kind: Floats) -> Floats:
        """N' diag(w) N for weights that are equal wherever the larger facet's counts are."""
        if self._grams is not None:
            found: Floats = np.tensordot(by_kind, self._grams, axes=1)
            return found
        weighed = self.incidence.multiply(by_kind[self.kind][:, None])
        dense: Floats = csr_array(self.incidence.T @ weighed).toarray()
        return dense

    def _factor(self, weight: Floats, l_small: float) -> Floats:
        by_kind = np.empty(len(self.values))
        by_kind[self.kind] = weight
        size = len(self.small_counts) + 1
        schur = np.empty((size, size))
        schur[0, 0] = self.rows - float((self.large_counts**2) @ weight)
        schur[1:, 0] = self.small_counts - self.incidence.T @ (self.large_counts * weight)
        schur[0, 1:] = schur[1:, 0]
        schur[1:, 1:] = -self._gram(by_kind)
        diagonal = np.arange(1, size)
        schur[diagonal, diagonal] += self.small_counts + l_small
        lower, info = lapack.dpotrf(schur, lower=1, clean=1, overwrite_a=1)
        if info:  # pragma: no cover (lq and lb are bounded away from zero, so S is positive definite)
            raise ArithmeticError("The scores could not be solved.")
        return np.asarray(lower)

    def inverse(self, solution: Solution) -> Floats:
        """S^-1, in full: over mu first, then the smaller facet."""
        inverse, _ = lapack.dpotri(solution.lower, lower=1)
        upper = np.triu_indices(len(inverse), 1)
        inverse[upper] = inverse.T[upper]
        return np.asarray(inverse)

    def effects(self, solution: Solution, columns: Floats) -> Floats:
        """Entries x k: mu + q of k other sets of scores of the same reviews (R x k), for the same lq and lb."""
        size = columns.shape[1]
        entries, judges = self.sizes
        found = np.full((entries, size), np.nan)
        for number in range(size):
            column = columns[:, number]
            centre = float(column.mean())
            if np.isnan(centre):
                continue
            by_entry = added(self.entry, column - centre, entries)
            by_judge = added(self.judge, column - centre, judges)
            large_sums, small_sums = (by_entry, by_judge) if self.entries_large else (by_judge, by_entry)
            mu, large, small = self._back(solution.lower, solution.weight, large_sums, small_sums)
            found[:, number] = centre + mu + (large if self.entries_large else small)
        return found

    def _back(
        self, lower: Floats, weight: Floats, large_sums: Floats, small_sums: Floats
    ) -> tuple[float, Floats, Floats]:
        """(mu, the larger facet's effects, the smaller one's) for sums of centred scores."""
        right = np.empty(len(small_sums) + 1)
        right[0] = float(small_sums.sum()) - float((self.large_counts * weight) @ large_sums)
        right[1:] = small_sums - self.incidence.T @ (weight * large_sums)
        solved = cho_solve((lower, True), right, check_finite=False)
        mu, small = float(solved[0]), solved[1:]
        return mu, weight * (large_sums - self.large_counts * mu - self.incidence @ small), small

    # ---- the variances ----

    def fit(self, *, prior: bool = True) -> Solution:
        """The solution with the most likely lq and lb: Nelder-Mead near them, then Newton's steps to full digits."""
        if self.rows < 2:
            return self.solve(*np.exp(START[0]).tolist())
        found = minimize(  # type: ignore[call-overload]  # the stubs know no bounds as pairs for a plain function
            lambda x: self.cost(x, prior=prior)[0],
            np.array(START[0]),
            method="Nelder-Mead",
            bounds=BOUNDS,
            options={"initial_simplex": np.array(START), "xatol": 0.1, "fatol": 0.1, "maxiter": 400},
        )
        x, bent = self._polished(np.asarray(found.x), prior=prior)
        return replace(self.cost(x, prior=prior)[1], bent=bent)

    def cost(self, x: Floats | Sequence[float], *, prior: bool) -> tuple[float, Solution]:
        """What is minimised at (ln lq, ln lb), and the solution there."""
        solution = self.solve(float(np.exp(x[0])), float(np.exp(x[1])))
        penalty = sum(((at - mean) / sd) ** 2 for at, (mean, sd) in zip(x, PRIOR, strict=True))
        return solution.criterion + (penalty if prior else 0.0), solution

    def slope(self, x: Floats, *, prior: bool) -> Floats:
        """The cost's derivatives by ln lq and ln lb."""
        lq, lb = float(np.exp(x[0])), float(np.exp(x[1]))
        solution = self.solve(lq, lb)
        inverse = self.inverse(solution)
        weight = solution.weight
        by_kind = np.empty(len(self.values))
        by_kind[self.kind] = weight**2
        product = np.empty_like(inverse)
        product[0, 0] = float((self.large_counts**2) @ weight**2)
        product[1:, 0] = np.asarray(self.incidence.T @ (self.large_counts * weight**2))
        product[0, 1:] = product[1:, 0]
        product[1:, 1:] = self._gram(by_kind)
        trace_large = float(weight.sum()) + float((inverse * product).sum())
        trace_small = float(np.diag(inverse)[1:].sum())
        trace_q, trace_b = (trace_large, trace_small) if self.entries_large else (trace_small, trace_large)
        # d s2 / d l is the sum of squared effects: at the solution the effects themselves may be held.
        moved = (self.rows - 1) / max(self.rows - 1, 1) / solution.s2
        held = 0.0 if solution.s2 <= FLOOR else 1.0
        slope = np.array(
            [
                lq * (held * moved * float(solution.q @ solution.q) + trace_q) - self.sizes[0],
                lb * (held * moved * float(solution.b @ solution.b) + trace_b) - self.sizes[1],
            ]
        )
        if prior:
            slope += [2 * (at - mean) / sd**2 for at, (mean, sd) in zip(x, PRIOR, strict=True)]
        return slope

    def curvature(self, x: Floats, *, prior: bool) -> Floats:
        """The cost's second derivatives at x, 2 x 2."""
        step = 1e-4
        here = self.slope(x, prior=prior)
        columns = [(self.slope(x + step * np.eye(2)[k], prior=prior) - here) / step for k in range(2)]
        bent = np.array(columns).T
        return np.asarray((bent + bent.T) / 2)

    def _polished(self, x: Floats, *, prior: bool) -> tuple[Floats, Floats]:
        """The root of the slope near x, and the curvature there; a coordinate driven against its bound stays there."""
        low, high = np.array(BOUNDS).T
        x = np.clip(x, low, high)
        here = self.slope(x, prior=prior)
        bent = self.curvature(x, prior=prior)
        for _ in range(_NEWTON):
            free = ~(((x <= low + 1e-3) & (here > 0)) | ((x >= high - 1e-3) & (here < 0)))
            x = np.where(free, x, np.where(here > 0, low, high))
            if not free.any() or np.abs(here[free]).max() < 1e-9:
                break
            part = bent[np.ix_(free, free)]
            if np.linalg.eigvalsh(part).min() <= 0:
                break
            step = np.zeros(2)
            step[free] = -np.linalg.solve(part, here[free])
            moved = np.clip(x + np.clip(step, -0.5, 0.5), low, high)
            there = self.slope(moved, prior=prior)
            gained = np.abs(there[free]).max() / np.abs(here[free]).max()
            if gained >= 1.0:
                break
            x, here = moved, there
            if np.abs(step).max() < _SETTLED:
                break
            if gained > _STALE:
                bent = self.curvature(x, prior=prior)
        return x, bent


@dataclass(frozen=True, slots=True)
class Errors:
    """How sure a solution is: standard errors of the judges' effects, and each review's standardised residual."""

    judge_se: Floats
    residual: Floats
    """R: (t - fitted) / sd, corrected for leverage."""


def errors_of(model: Additive, solution: Solution) -> Errors:
    """Standard errors from the inverse of the mixed-model matrix M; leverages h = x' M^-1 x, row by row."""
    inverse = model.inverse(solution)
    large, small = (model.entry, model.judge) if model.entries_large else (model.judge, model.entry)
    variance = np.empty(len(model.large_counts))
    cross = np.empty(len(large))
    with_mu = np.empty(len(model.large_counts))
    order = np.argsort(large, kind="stable")
    bounds = np.searchsorted(large[order], np.arange(len(model.large_counts) + 1))
    at_once = max(1, _CACHED // len(inverse))
    for start in range(0, len(model.large_counts), at_once):
        end = min(start + at_once, len(model.large_counts))
        part = model.incidence[start:end]
        weight = solution.weight[start:end]
        # a = W B S^-1 with B = [n, N]: minus the block of M^-1 between the larger facet and (mu, the smaller).
        block = weight[:, None] * (model.large_counts[start:end, None] * inverse[0] + part @ inverse[1:])
        inside = (
            model.large_counts[start:end] * block[:, 0]
            + np.asarray(part.multiply(block[:, 1:]).sum(axis=1)).ravel()
        )
        variance[start:end] = weight + weight * inside
        with_mu[start:end] = -block[:, 0]
        rows = order[bounds[start] : bounds[end]]
        cross[rows] = -block[large[rows] - start, small[rows] + 1]
    own = np.diag(inverse)[1:]
    leverage = (
        inverse[0, 0]
        + own[small]
        + 2 * inverse[0, 1:][small]
        + variance[large]
        + 2 * with_mu[large]
        + 2 * cross
    )
    fitted = solution.mu - model.centre + solution.q[model.entry] + solution.b[model.judge]
    spread = np.sqrt(solution.s2 * np.maximum(1.0 - leverage, 1e-9))
    judge = own if model.entries_large else variance
    return Errors(np.sqrt(solution.s2 * judge), (model.scores - fitted) / spread)
