"""Invented seasons whose truth is known: entries, judges, and what every judge would mark on every entry.

The size of each effect follows published judging data (docs/results-methods.md names the sources); the variance of
the entries' true quality is 1. Truth is Gaussian, and a judge's taste counts as noise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEIGHTS = np.array([0.4, 0.3, 0.2, 0.1])
CORRELATION = 0.8
"""Between an entry's true qualities on two criteria."""
MIDDLE, POINTS = 6.0, 1.5
"""An average entry's mark on the scale 1 to 10, and how many points one standard deviation of quality is."""

Ints = NDArray[np.int_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of panel. Variances beside an entry variance of 1; `scale` and `noise` are standard deviations of logs."""

    name: str
    judge: float
    """How much judges differ in leniency."""
    taste: float
    """Judge and entry together: what one judge sees in one entry."""
    criterion: float
    """Noise of a single mark."""
    scale: float
    noise: float
    careless: float = 0.0
    """Share of reviews that have nothing to do with the entry."""
    conflicted: float = 0.0
    """Share of reviews that lift a friend."""


SCENARIOS: Mapping[str, Scenario] = {
    one.name: one
    for one in (
        Scenario("trained", judge=0.08, taste=0.22, criterion=0.25, scale=0.03, noise=0.05),
        Scenario("peer", judge=0.19, taste=0.80, criterion=0.50, scale=0.08, noise=0.14),
        Scenario(
            "awards", 0.38, taste=0.54, criterion=0.50, scale=0.10, noise=0.22, careless=0.02, conflicted=0.01
        ),
        Scenario("harsh", judge=1.00, taste=1.02, criterion=0.50, scale=0.14, noise=0.22),
        Scenario("null", judge=0.00, taste=0.50, criterion=0.50, scale=0.0, noise=0.0),
    )
}


@dataclass(frozen=True, slots=True)
class World:
    """One season. `marks[i, j, c]` is what judge j would give entry i on criterion c, a whole number from 1 to 10."""

    truth: Floats
    marks: Ints

    @property
    def totals(self) -> Floats:
        """Every possible review's weighted mean."""
        return np.asarray(self.marks @ WEIGHTS)

    def best(self, places: int) -> frozenset[int]:
        """The entries that truly are the best."""
        return frozenset(np.argsort(-self.truth)[:places].tolist())


def make_world(scenario: Scenario, entries: int, judges: int, chance: np.random.Generator) -> World:
    """A season of this kind; the same generator state gives the same season."""
    common = chance.normal(size=(entries, 1))
    own = chance.normal(size=(entries, len(WEIGHTS)))
    quality = np.sqrt(CORRELATION) * common + np.sqrt(1 - CORRELATION) * own
    quality /= np.sqrt(CORRELATION + (1 - CORRELATION) * (WEIGHTS**2).sum())
    leniency = chance.normal(scale=np.sqrt(scenario.judge), size=judges)
    stretch = np.exp(chance.normal(scale=scenario.scale, size=judges))
    unsteady = np.exp(chance.normal(scale=scenario.noise, size=judges))
    taste = chance.normal(scale=np.sqrt(scenario.taste), size=(entries, judges))
    slips = chance.normal(scale=np.sqrt(scenario.criterion), size=(entries, judges, len(WEIGHTS)))
    seen = quality[:, None, :] + unsteady[:, None] * (taste[:, :, None] + slips)
    careless = chance.random((entries, judges)) < scenario.careless
    seen[careless] = chance.normal(size=(int(careless.sum()), 1)) + chance.normal(
        size=(int(careless.sum()), len(WEIGHTS))
    )
    friends = chance.random((entries, judges)) < scenario.conflicted
    seen[friends] += 1.5
    said = MIDDLE + POINTS * (leniency[:, None] + stretch[:, None] * seen)
    return World(quality @ WEIGHTS, np.clip(np.rint(said), 1, 10).astype(int))


def deal(entries: int, judges: int, each: int, chance: np.random.Generator) -> NDArray[np.bool_]:
    """A balanced random deal: who reviews what; loads differ by one at most."""
    seen = np.zeros((entries, judges), dtype=bool)
    load = np.zeros(judges)
    for entry in chance.permutation(entries):
        chosen = np.argsort(load + chance.random(judges) * 0.5)[:each]
        seen[entry, chosen] = True
        load[chosen] += 1
    return seen
