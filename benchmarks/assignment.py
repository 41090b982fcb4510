"""Assigning judges at the size of a national season, and beside scipy's HiGHS at the size where that can keep up."""

import subprocess
import sys
from collections.abc import Callable

from benchmarks.report import Measure

NAME = "assignment"


def run(quick: bool, _: Callable[[], str] | None = None) -> list[Measure]:
    """Each case in a process of its own, so that memory is that of the case alone."""
    del quick  # a few seconds as it is
    measures = []
    for case, what in (
        ("plain", "10,000 x 500 x 3, 1 % conflicts"),
        ("fitting", "the same, affinity by category"),
    ):
        seconds, spread, clashes, short, fits, memory = _case(case)
        measures += [
            Measure(NAME, what, seconds, "CPU s", most=2),
            Measure(NAME, f"{what}: loads, max - min", spread, "", most=1),
            Measure(NAME, f"{what}: conflicts", clashes, "", most=0),
            Measure(NAME, f"{what}: reviews short", short, "", most=0),
            Measure(NAME, f"{what}: peak memory", memory, "MB"),
        ]
        if case == "fitting":
            measures.append(Measure(NAME, "reviews that fit (a blind deal: 19)", fits * 100, "%"))
    ours, theirs, same, ours_memory, their_memory = _case("peer")
    return [
        *measures,
        Measure(NAME, "1,000 x 100 x 3, affinity: ours", ours, "CPU s"),
        Measure(NAME, "1,000 x 100 x 3, affinity: scipy HiGHS", theirs, "CPU s"),
        Measure(NAME, "ours / HiGHS", ours / theirs, "", most=1),
        Measure(NAME, "affinity, ours / optimum of HiGHS", same, "", least=1 - 1e-9),
        Measure(NAME, "1,000 x 100 x 3: ours, memory", ours_memory, "MB"),
        Measure(NAME, "1,000 x 100 x 3: HiGHS, memory on top", their_memory, "MB"),
    ]


def _case(name: str) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.assignment_case", name]
    return [
        float(text)
        for text in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    ]
