"""One case of the assignment benchmark, in a process of its own: prints its numbers."""

import sys
from pathlib import Path
from time import process_time

from heroes.domain.assignment import Pair, Plan, assign


def people(entries: int, judges: int) -> tuple[list[str], list[str]]:
    """Names."""
    return [f"entry {n}" for n in range(entries)], [f"judge {n}" for n in range(judges)]


def conflicts(entries: list[str], judges: list[str], percent: int) -> set[Pair]:
    """So many of all pairs, scattered by a fixed rule."""
    mixed = (n * 2_654_435_761 % (1 << 32) for n in range(len(entries) * len(judges)))
    return {
        (entries[n // len(judges)], judges[n % len(judges)])
        for n, value in enumerate(mixed)
        if value % 10_007 < percent * 100
    }


def fits(entry: str, judge: str) -> float:
    """1 where one of the judge's two categories of ten is the entry's."""
    kind, number = int(entry[6:]) % 10, int(judge[6:])
    return float(kind in (number % 10, number * 7 % 10))


def memory() -> float:
    """The most that this process ever held, in MB; getrusage would count what its parent held before it began."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def large(fitting: bool) -> list[float]:
    """10,000 entries, 500 judges, 3 reviews, 1 % conflicts."""
    entries, judges = people(10_000, 500)
    barred = conflicts(entries, judges, 1)
    began = process_time()
    plan = assign(entries, judges, 3, conflicts=barred, affinity=fits if fitting else None, seed=1)
    took = process_time() - began
    loads = plan.loads.values()
    short = sum(one.missing for one in plan.shortfalls)
    share = sum(fits(*pair) for pair in plan.pairs) / len(plan.pairs)
    return [took, max(loads) - min(loads), len(barred & set(plan.pairs)), short, share, memory()]


def peer() -> list[float]:
    """The same question for our solver and, as a linear programme with even loads, for scipy's HiGHS."""
    entries, judges = people(1_000, 100)
    barred = conflicts(entries, judges, 5)
    began = process_time()
    plan = assign(entries, judges, 3, conflicts=barred, affinity=fits, seed=1)
    ours = process_time() - began
    held = memory()
    began = process_time()
    best = highs(entries, judges, barred, plan)
    return [ours, process_time() - began, plan.affinity / best, held, memory() - held]


def highs(entries: list[str], judges: list[str], barred: set[Pair], plan: Plan) -> float:
    """The highest affinity with these loads' bounds, by scipy's HiGHS, its import included."""
    import numpy as np  # noqa: PLC0415 (what the peer costs in memory shows only if it comes later)
    from scipy.optimize import linprog  # noqa: PLC0415 (the same)
    from scipy.sparse import csr_array, vstack  # noqa: PLC0415 (the same)

    able = [
        (e, j)
        for e in range(len(entries))
        for j in range(len(judges))
        if (entries[e], judges[j]) not in barred
    ]
    by_entry, by_judge = np.array(able).T
    ones, column = np.ones(len(able)), np.arange(len(able))
    low, high = min(plan.loads.values()), max(plan.loads.values())
    each = csr_array((ones, (by_entry, column)))
    loads = csr_array((ones, (by_judge, column)))
    found = linprog(
        [-fits(entries[e], judges[j]) for e, j in able],
        A_eq=each,
        b_eq=np.full(len(entries), 3),
        A_ub=vstack([loads, -loads]),
        b_ub=np.concatenate([np.full(len(judges), high), np.full(len(judges), -low)]),
        bounds=(0, 1),
        method="highs",
    )
    return -float(found.fun)


if __name__ == "__main__":
    print(*(peer() if sys.argv[1] == "peer" else large(sys.argv[1] == "fitting")))
