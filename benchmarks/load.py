"""Many visitors at once, each doing a whole flow, and how long each took."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

from benchmarks.client import Unexpected

Flow = Callable[[int], object]
MOST_ERRORS = 20


@dataclass(slots=True)
class Outcome:
    """What a round of load gave: how long each flow took, what it handed back, and what went wrong."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    results: list[object] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Whole flows a second."""
        return len(self.took) / self.seconds if self.seconds else 0.0

    def share(self, part: float) -> float:
        """The time that this part of the flows took at most, such as 0.95."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0

    @property
    def median(self) -> float:
        """The middle flow."""
        return median(self.took) if self.took else 0.0


def drive(flow: Flow, flows: int, at_once: int, most_seconds: float = 60.0) -> Outcome:
    """Do a flow so often, so many at once; it ends early after too many errors or too long a time."""
    outcome, numbers, lock = Outcome(), iter(range(flows)), threading.Lock()
    deadline = time.monotonic() + most_seconds
    crew = [
        threading.Thread(target=_visit, args=(flow, numbers, lock, outcome, deadline)) for _ in range(at_once)
    ]
    began = time.perf_counter()
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    outcome.seconds = time.perf_counter() - began
    return outcome


def _visit(
    flow: Flow, numbers: Iterator[int], lock: threading.Lock, outcome: Outcome, deadline: float
) -> None:
    while True:
        with lock:
            number = next(numbers, None)
        if number is None or len(outcome.errors) >= MOST_ERRORS:
            return
        if time.monotonic() > deadline:
            outcome.errors.append("out of time")
            return
        began = time.perf_counter()
        try:
            result = flow(number)
        except (Unexpected, OSError) as error:
            outcome.errors.append(f"{type(error).__name__}: {error}")
        else:
            outcome.took.append(time.perf_counter() - began)
            outcome.results.append(result)
