"""How sure a result is: exact joint draws of what the entries are worth, given the scores.

Averaged over the uncertainty of lq and lb themselves (a 5 x 5 grid weighted by their restricted likelihood) and of s2
(scaled inverse chi-squared). Never a bootstrap: with three reviews that claims far more than is known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from heroes.domain.results.columns import Codes, Floats
from heroes.domain.results.model import BOUNDS, Additive, Solution

OFFSETS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Standard deviations at which the grid stands, along each principal axis."""
TAIL = 0.05
"""On each side of the 90 % interval."""
_KEPT = 16_000_000
_AT_ONCE = 400_000
"""So many numbers are drawn at once."""


def check_seed(seed: int) -> None:
    """Raise ValueError for what numpy's frozen stream takes no seed from: it asks for 0 to 2^32 - 1."""
    if isinstance(seed, bool) or not 0 <= seed < 2**32:
        raise ValueError(f"seed: {seed} is not from 0 to {2**32 - 1}.")


@dataclass(frozen=True, slots=True)
class Futures:
    """What the draws say of each entry, by position. Ranks are within the entry's group, 1 the best.

    `low` and `high` end the 90 % interval of the rank. `above_next` follows the order that was asked about: how often
    each entry of it is worth more than the one after it; one shorter than that order.
    """

    low: Codes
    high: Codes
    best: Floats
    placed: Floats | None
    above_next: Floats


def worths(model: Additive, solution: Solution, *, draws: int, seed: int, prior: bool) -> Iterator[Floats]:
    """Draws of every entry's q, in blocks of d x entries, `draws` rows in all.

    The stream is numpy's frozen one (RandomState), so the same seed gives the same numbers for ever.
    """
    dice = np.random.RandomState(seed)
    freedom = max(model.rows - 1, 1)
    pairs = max(1, _AT_ONCE // (2 * max(model.sizes)))
    for node, count in _nodes(model, solution, draws=draws, prior=prior):
        for start in range(0, count, 2 * pairs):
            size = min(2 * pairs, count - start)
            spread = np.sqrt(node.s2 * freedom / dice.chisquare(freedom, (size + 1) // 2))
            yield _block(model, node, spread, dice)[:size]


def _nodes(model: Additive, solution: Solution, *, draws: int, prior: bool) -> Iterator[tuple[Solution, int]]:
    """Each solution of the grid that is drawn from, and how often: weights to whole numbers by largest remainders."""
    points, costs, kept = _points(model, solution, prior=prior)
    shares = np.exp(-(costs - costs.min()) / 2)
    shares *= draws / shares.sum()
    counts = np.floor(shares).astype(np.int64)
    short = draws - int(counts.sum())
    counts[np.argsort(counts - shares, kind="stable")[:short]] += 1
    for number, count in enumerate(counts.tolist()):
        if count:
            yield kept[number] if kept else model.cost(points[number], prior=prior)[1], count


def _points(
    model: Additive, solution: Solution, *, prior: bool
) -> tuple[list[Floats], Floats, list[Solution]]:
    """The grid's points with their costs and, where they are small, their solutions; worked out once for a model."""
    known = model.grids.get(prior)
    if known is not None:
        return known
    points = _grid(model, solution, prior=prior)
    # A solution costs as much as a hundred draws.
    keep = len(points) * (len(model.small_counts) + 1) ** 2 <= _KEPT
    solved = [model.cost(point, prior=prior) for point in points] if keep else []
    costs = np.array([cost for cost, _ in solved] or [model.cost(point, prior=prior)[0] for point in points])
    found = points, costs, [one for _, one in solved]
    if keep:
        model.grids[prior] = found
    return found


def _grid(model: Additive, solution: Solution, *, prior: bool) -> list[Floats]:
    centre = np.log([solution.lq, solution.lb])
    bent = solution.bent if solution.bent is not None else model.curvature(centre, prior=prior)
    values, axes = np.linalg.eigh(bent)
    # Where the likelihood is flat or falls off a bound, one unit of the logarithm stands in for its width.
    width = np.where(values > 2e-2, np.sqrt(2.0 / np.maximum(values, 2e-2)), 1.0)
    low, high = np.array(BOUNDS).T
    return [
        np.clip(centre + axes @ (width * np.array([one, other])), low, high)
        for one in OFFSETS
        for other in OFFSETS
    ]


def _block(model: Additive, node: Solution, spread: Floats, dice: np.random.RandomState) -> Floats:
    """Draws in pairs, one as far above the mean as the other is below: rows of entries, two for each spread."""
    mean = np.concatenate([[node.mu - model.centre], node.b if model.entries_large else node.q])
    loose = dice.standard_normal((len(spread), len(mean))).T
    away = spread * solve_triangular(node.lower, loose, lower=True, trans="T", check_finite=False)
    if not model.entries_large:
        return _pairs(node.q, away[1:])
    held = model.large_counts[:, None] * away[0] + model.incidence @ away[1:]
    own = dice.standard_normal((len(spread), len(held))).T
    return _pairs(node.q, np.sqrt(node.weight)[:, None] * spread * own - node.weight[:, None] * held)


def _pairs(middle: Floats, away: Floats) -> Floats:
    across = np.ascontiguousarray(away.T)
    found = np.empty((2 * len(across), across.shape[1]))
    found[0::2], found[1::2] = middle + across, middle - across
    return found


def futures(
    model: Additive,
    solution: Solution,
    *,
    draws: int,
    seed: int,
    prior: bool = True,
    places: int | None = None,
    groups: Sequence[Codes] = (),
    listed: Codes | None = None,
) -> Futures:
    """Rank every draw and count. `groups`: positions to be ranked among each other, everybody without them."""
    entries = model.sizes[0]
    among = list(groups) or [np.arange(entries)]
    order = np.arange(entries) if listed is None else listed
    ranks = np.empty((draws, entries), dtype=np.uint16 if entries < 2**16 else np.uint32)
    above = np.zeros(max(len(order) - 1, 0))
    done = 0
    for block in worths(model, solution, draws=draws, seed=seed, prior=prior):
        rows = ranks[done : done + len(block)]
        for group in among:
            rows[:, group] = _ranked(block[:, group], ranks.dtype)
        above += (block[:, order[:-1]] > block[:, order[1:]]).sum(axis=0)
        done += len(block)
    low, high = _ends(ranks)
    return Futures(
        low=low,
        high=high,
        best=(ranks == 1).mean(axis=0),
        placed=None if places is None else (ranks <= places).mean(axis=0),
        above_next=above / draws,
    )


def _ranked(block: Floats, kind: np.dtype[np.unsignedinteger]) -> np.ndarray:
    # Seven digits are enough to sort by, and sorted faster.
    order = np.argsort(-block.astype(np.float32), axis=1)
    ranks = np.empty(block.shape, dtype=kind)
    places = np.arange(1, block.shape[1] + 1, dtype=kind)
    np.put_along_axis(ranks, order, places[None, :], axis=1)
    return ranks


def _ends(ranks: np.ndarray) -> tuple[Codes, Codes]:
    draws, entries = ranks.shape
    first = int(np.floor(TAIL * draws))
    last = max(int(np.ceil((1 - TAIL) * draws)) - 1, first)
    low, high = np.empty(entries, dtype=np.int64), np.empty(entries, dtype=np.int64)
    at_once = max(1, _AT_ONCE // draws)
    for start in range(0, entries, at_once):
        part = np.ascontiguousarray(ranks[:, start : start + at_once].T)
        part.partition((first, last), axis=1)
        low[start : start + at_once], high[start : start + at_once] = part[:, first], part[:, last]
    return low, high
