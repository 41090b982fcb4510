"""What repeated seasons come to, with standard errors; a season is the unit, so paired differences stay paired."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.worlds import Floats

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and its standard error."""

    value: float
    se: float

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.value:.3f}"


@dataclass(frozen=True, slots=True)
class Saving(Estimate):
    """The share of effort saved, and the effort that the other way would need."""

    needs: float


def mean_of(values: Floats) -> Estimate:
    """The mean over seasons."""
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return Estimate(float(values.mean()), spread / len(values) ** 0.5)


def among_claims(right: Floats, claimed: Floats) -> Estimate:
    """The share of all claims that are right; claims of one season stand and fall together."""
    total = float(claimed.sum())
    if not total:
        return Estimate(float("nan"), float("nan"))
    share = float(right.sum()) / total
    off = right - share * claimed
    return Estimate(share, float(np.sqrt((off**2).sum())) / total)


def saved(curve: Floats, efforts: Sequence[int], reached: Floats, spent: float) -> Saving:
    """How much less than the plain mean `reached` takes: where the mean's curve (efforts x seasons) is as high.

    Beyond the curve's end the last effort is taken, which can only make the saving look smaller. The error comes from
    drawing the seasons anew.
    """

    def needs(weights: Floats) -> float:
        return float(np.interp(reached @ weights, curve @ weights, efforts))

    count = len(reached)
    even = needs(np.full(count, 1 / count))
    chance = np.random.default_rng(count)
    again = [
        1 - spent / needs(chance.multinomial(count, [1 / count] * count) / count) for _ in range(RESAMPLES)
    ]
    return Saving(1 - spent / even, float(np.std(again)), even)
