"""J11 to J14: how long large programmes take, how much memory, and that the order of rows changes no bit.

Each case runs in a process of its own, so that its peak of memory is its own. Seconds are of the processor, which on
one thread are those of the clock on an idle machine, and the best of three where a case is short.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from time import process_time

import numpy as np

from benchmarks.judged import CRITERIA, entry_name, judge_name
from benchmarks.report import Measure
from heroes.domain.assignment import assign
from heroes.domain.results import Criterion, Mark, Marks, rank

NAME = "selection"
Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Size:
    """A programme of so many entries, judges, and reviews of each entry."""

    entries: int
    judges: int
    each: int

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.entries:,} x {self.judges:,} x {self.each}"


SEASON = Size(10_000, 500, 3)
MILLION = Size(10_000, 500, 25)
WIDE = Size(83_334, 1000, 3)
SMALL = Size(1_000, 60, 3)

ONE = (Criterion("score", Decimal(1)),)
"""Reviews that are one number each, as most published comparisons have them."""

Columns = tuple[list[str], list[str], list[str], list[float]]


def columns(size: Size, criteria: Sequence[Criterion] = CRITERIA) -> Columns:
    """Entries, judges, criteria and marks of such a programme."""
    chance = np.random.default_rng([20_261_127, *vars_of(size)])
    # Each judge shifts by some other number of places, so that nobody has an entry twice and loads are even.
    entry = np.repeat(np.arange(size.entries), size.each)
    judge = (
        np.argsort(chance.random(size.entries))[:, None] * size.each + np.arange(size.each)
    ).ravel() % size.judges
    worth = chance.normal(size=size.entries)[entry] + 0.6 * chance.normal(size=size.judges)[judge]
    said = 6 + 1.5 * (worth[:, None] + chance.normal(size=(len(entry), len(criteria))))
    marks = np.clip(np.rint(said), 1, 10)
    width = len(criteria)
    return (
        [name for number in entry.tolist() for name in [entry_name(number)] * width],
        [name for number in judge.tolist() for name in [judge_name(number)] * width],
        [one.name for one in criteria] * len(entry),
        marks.ravel().tolist(),
    )


def vars_of(size: Size) -> tuple[int, int, int]:
    """The three numbers."""
    return size.entries, size.judges, size.each


def took(deed: Callable[[], object], times: int = 1) -> float:
    """The seconds that the quickest of so many goes took."""
    best = float("inf")
    for _ in range(times):
        start = process_time()
        deed()
        best = min(best, process_time() - start)
    return best


def fit(size: Size, criteria: Sequence[Criterion] = CRITERIA) -> Numbers:
    """The result without and with 1,000 futures."""
    marks = Marks.from_columns(*columns(size, criteria))
    places = size.entries // 10
    return {
        "fit": took(lambda: rank(marks, criteria, draws=0), 3),
        "with draws": took(lambda: rank(marks, criteria, draws=1000, places=places), 3),
    }


def fit_one(size: Size) -> Numbers:
    """The same where a review is one number."""
    return fit(size, ONE)


def as_columns(size: Size) -> Numbers:
    """Everything from lists of texts and numbers to the ranking with its futures."""
    given = columns(size)
    return {"seconds": took(lambda: rank(Marks.from_columns(*given), CRITERIA, places=size.entries // 10))}


def as_objects(size: Size) -> Numbers:
    """The same from a list of `Mark`."""
    marks = list(map(Mark, *columns(size)))
    return {"seconds": took(lambda: rank(marks, CRITERIA, places=size.entries // 10))}


def dealt(size: Size) -> Numbers:
    """A deal in which every judge has a conflict with one entry in a hundred."""
    entries = [entry_name(number) for number in range(size.entries)]
    judges = [judge_name(number) for number in range(size.judges)]
    chance = np.random.default_rng(1)
    barred = chance.integers((size.entries, size.judges), size=(size.entries * size.judges // 100, 2))
    conflicts = frozenset((entries[entry], judges[judge]) for entry, judge in barred.tolist())
    start = process_time()
    plan = assign(entries, judges, size.each, conflicts=conflicts)
    seconds = process_time() - start
    return {
        "seconds": seconds,
        "between loads": max(plan.loads.values()) - min(plan.loads.values()),
        "conflicts": len(conflicts.intersection(plan.pairs)),
        "short": size.entries * size.each - len(plan.pairs),
    }


def shuffled(size: Size) -> Numbers:
    """How many of five other orders of the rows change anything at all in the result."""
    given = columns(size)
    places = size.entries // 10
    first = repr(rank(Marks.from_columns(*given), CRITERIA, places=places))
    chance = np.random.default_rng(2)
    changed = 0
    for _ in range(5):
        order = chance.permutation(len(given[0])).tolist()
        again = rank(
            Marks.from_columns(*([column[row] for row in order] for column in given)), CRITERIA, places=places
        )
        changed += repr(again) != first
    return {"changed": changed}


CASES: Mapping[str, tuple[Callable[[Size], Numbers], Size]] = {
    "fit one": (fit_one, SEASON),
    "fit": (fit, SEASON),
    "columns": (as_columns, MILLION),
    "wide columns": (as_columns, WIDE),
    "objects": (as_objects, MILLION),
    "dealt": (dealt, SEASON),
    "shuffled": (shuffled, SMALL),
}


def apart(case: str) -> Numbers:
    """A case in a process of its own, with that one's peak of memory in GB."""
    command = [sys.executable, "-m", "benchmarks.selection_sizes", case]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: Numbers = json.loads(done.stdout)
    return found


def run(perform: Callable[[str], Numbers] = apart) -> list[Measure]:
    """All cases as measures."""
    found = {case: perform(case) for case in CASES}
    deal = found["dealt"]
    measures = [
        ("J11 " + str(SEASON) + ", one number a review", found["fit one"]["fit"], "s", 0.5),
        ("    with 1,000 futures", found["fit one"]["with draws"], "s", 1.5),
        ("    four criteria a review", found["fit"]["fit"], "s", 0.5),
        ("    with 1,000 futures", found["fit"]["with draws"], "s", 1.5),
    ]
    for start, case, most in (
        ("J12 1,000,000 marks as columns, " + str(MILLION), "columns", 3.0),
        ("    " + str(WIDE), "wide columns", 3.0),
        ("    as Mark objects, " + str(MILLION), "objects", 6.0),
    ):
        measures += [
            (start, found[case]["seconds"], "s", most),
            ("    its memory", found[case]["memory"], "GB", 1.0),
        ]
    measures += [
        ("J13 a deal with conflicts, " + str(SEASON), deal["seconds"], "s", 2.0),
        ("    between the most and the least load", deal["between loads"], "", 1),
        ("    conflicts assigned", deal["conflicts"], "", 0),
        ("    reviews short", deal["short"], "", 0),
        ("J14 orders of rows that change a bit, of 5", found["shuffled"]["changed"], "", 0),
    ]
    return [Measure(NAME, what, value, unit, most=most) for what, value, unit, most in measures]


def main(arguments: Sequence[str]) -> None:
    """Perform the case that is named and print its numbers."""
    perform, size = CASES[arguments[0]]
    found = perform(size)
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
