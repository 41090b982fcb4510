"""Measure speed and memory by real flows over HTTP; the numbers are worth most beside the floor of the same run."""

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks import assignment, builder, floor, nominations, pages, results, selection_quality
from benchmarks.postgres import databases
from benchmarks.report import Measure, say, table, write

BENCHMARKS: dict[str, Callable[[bool, Callable[[], str] | None], list[Measure]]] = {
    floor.NAME: floor.run,
    nominations.NAME: nominations.run,
    pages.NAME: pages.run,
    builder.NAME: builder.run,
    results.NAME: results.run,
    assignment.NAME: assignment.run,
    selection_quality.NAME: selection_quality.run,
}


def beside_the_floor(measures: list[Measure]) -> list[Measure]:
    """A nomination in one-row POSTs of bare Flask: what is left of a number once a busy machine is taken out."""
    found = {(one.benchmark, one.what): one.value for one in measures}
    post = found.get((floor.NAME, "one-row POST, server"))
    flow = found.get((nominations.NAME, "32 at once, server"))
    if not post or not flow:
        return []
    # 15 CPU ms where such a POST took 0.9, on the machine that the target was set on.
    return [Measure("beside the floor", "a nomination, in one-row POSTs", flow / post, "CPU", most=16.7)]


def main() -> int:
    """Run the benchmarks that were named, or all; 1 if a target is not met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"one of {', '.join(BENCHMARKS)}; default: all"
    )
    parser.add_argument("--quick", action="store_true", help="a minute or two, and less sure of its numbers")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the numbers to a file")
    given = parser.parse_args()
    unknown = set(given.names) - BENCHMARKS.keys()
    if unknown:
        parser.error(f"there is no benchmark {min(unknown)!r}")
    measures: list[Measure] = []
    with ExitStack() as stack:
        create = stack.enter_context(databases()) if given.postgres else None
        for name in given.names or BENCHMARKS:
            say(f"{name} …")
            measures += BENCHMARKS[name](given.quick, create)
    measures += beside_the_floor(measures)
    print(table(measures))
    if given.json:
        write(measures, given.json, given.quick)
    return int(any(one.met is False for one in measures))


if __name__ == "__main__":
    sys.exit(main())
