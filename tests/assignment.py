"""Small assignment problems, and the slow exact answer to them by linear programming."""

import random
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linprog

from heroes.domain.assignment import Pair, Plan, assign

FAR = 1_000
"""One more step of evenness outweighs every affinity of a small problem."""


@dataclass
class Asked:
    """The arguments of `assign`."""

    entries: list[str]
    judges: list[str]
    wanted: dict[str, int]
    conflicts: set[Pair] = field(default_factory=set)
    caps: dict[str, int] = field(default_factory=dict)
    affinity: dict[Pair, float] = field(default_factory=dict)
    existing: set[Pair] = field(default_factory=set)
    carried: dict[str, int] = field(default_factory=dict)

    def plan(self, seed: int | str = 0, **changes: Any) -> Plan:
        """What our own solver says."""
        given: dict[str, Any] = {
            "conflicts": self.conflicts,
            "caps": self.caps,
            "affinity": self.affinity,
            "existing": self.existing,
            "carried": self.carried,
            "seed": seed,
        }
        return assign(self.entries, self.judges, self.wanted, **(given | changes))


class Worth(NamedTuple):
    """What a plan is measured by, in the order of what matters."""

    given: int
    short_squares: int
    load_squares: int
    affinity: float


def a_problem(dice: random.Random) -> Asked:
    """A problem of up to 8 entries and 6 judges, with everything that can be asked."""
    entries = [f"e{n}" for n in range(dice.randint(1, 8))]
    judges = [f"j{n}" for n in range(dice.randint(1, 6))]
    pairs = [(e, j) for e in entries for j in judges]
    conflicts = {pair for pair in pairs if dice.random() < dice.choice([0, 0.1, 0.5])}
    sparse = dice.choice([0, 0.1, 0.3])
    return Asked(
        entries,
        judges,
        {e: dice.randint(0, 4) for e in entries},
        conflicts,
        {j: dice.randint(0, 6) for j in judges if dice.random() < dice.choice([0, 0.5, 1])},
        {pair: dice.randint(-3, 5) for pair in pairs} if dice.random() < 0.8 else {},
        {pair for pair in pairs if pair not in conflicts and dice.random() < sparse},
        {j: dice.randint(0, 3) for j in judges if dice.random() < 0.3},
    )


def worth(asked: Asked, pairs: list[Pair]) -> Worth:
    """What a plan is worth, counted from its pairs alone."""
    short = {e: asked.wanted[e] - sum(pair[0] == e for pair in pairs) for e in asked.entries}
    loads = {j: asked.carried.get(j, 0) + sum(pair[1] == j for pair in pairs) for j in asked.judges}
    new = [pair for pair in pairs if pair not in asked.existing]
    return Worth(
        len(new),
        sum(max(0, gap) ** 2 for gap in short.values()),
        sum(load**2 for load in loads.values()),
        sum(asked.affinity.get(pair, 0) for pair in new),
    )


def optimum(asked: Asked) -> Worth:
    """The best there is: a linear programme whose corners are whole.

    A variable for every pair that may be, and one for every step of a judge's load and of an entry's reviews, whose
    costs are the differences of squares.
    """
    entries, judges = asked.entries, asked.judges
    able = [
        (e, j)
        for e in entries
        for j in judges
        if (e, j) not in asked.conflicts and (e, j) not in asked.existing
    ]
    have = {e: sum(pair[0] == e for pair in asked.existing) for e in entries}
    lack = {e: max(0, asked.wanted[e] - have[e]) for e in entries}
    base = {j: asked.carried.get(j, 0) + sum(pair[1] == j for pair in asked.existing) for j in judges}
    room = {j: max(0, asked.caps.get(j, 99) - base[j]) for j in judges}
    steps_e = [(e, step) for e in entries for step in range(min(lack[e], len(judges)))]
    steps_j = [(j, step) for j in judges for step in range(min(room[j], len(entries)))]
    cost = [-asked.affinity.get(pair, 0) for pair in able]
    # Filling comes first; what is short and how loads lie never trade with each other, so one scale serves both.
    cost += [-FAR * FAR - FAR * (2 * (lack[e] - step) - 1) for e, step in steps_e]
    cost += [FAR * (2 * (base[j] + step) + 1) for j, step in steps_j]
    equal = np.zeros((len(entries) + len(judges), len(cost)))
    for column, (e, j) in enumerate(able):
        equal[entries.index(e), column] = equal[len(entries) + judges.index(j), column] = 1
    for column, (e, _) in enumerate(steps_e, len(able)):
        equal[entries.index(e), column] = -1
    for column, (j, _) in enumerate(steps_j, len(able) + len(steps_e)):
        equal[len(entries) + judges.index(j), column] = -1
    if not cost:
        new: set[Pair] = set()
    else:
        found = linprog(cost, A_eq=equal, b_eq=np.zeros(len(equal)), bounds=(0, 1), method="highs-ds")
        assert found.x is not None
        values = found.x[: len(able)]
        assert np.allclose(values, values.round(), atol=1e-7)
        new = {pair for pair, value in zip(able, values, strict=True) if value > 0.5}
    return worth(asked, [*asked.existing, *new])
