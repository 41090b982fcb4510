"""What was measured beside what was asked, as a table for people and a file for programs."""

import json
import math
import platform
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measure:
    """One number. `most` and `least` are the target; without either it is only told.

    `value` is None where there was nothing to measure it on: a row that says so beats one that is not there.
    """

    benchmark: str
    what: str
    value: float | None
    unit: str
    most: float | None = None
    least: float | None = None
    se: float | None = None
    """The standard error, where the number is an estimate."""
    peers: str = ""
    """What others reach at the same, where they were measured as well."""

    @property
    def met(self) -> bool | None:
        """Whether the target is met, or None where there is none or nothing was measured."""
        if self.value is None or (self.most is None and self.least is None):
            return None
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    @property
    def target(self) -> str:
        """The target as people read it."""
        if self.most is not None and self.least is not None:
            return f"{number(self.least)} to {number(self.most)} {self.unit}".rstrip()
        if self.most is not None:
            return f"<= {number(self.most)} {self.unit}".rstrip()
        return f">= {number(self.least)} {self.unit}".rstrip() if self.least is not None else ""

    @property
    def told(self) -> str:
        """The number as people read it, with its standard error."""
        if self.value is None:
            return "not measured here"
        error = f" ± {self.se:.2g}" if self.se is not None else ""
        return f"{number(self.value)}{error} {self.unit}".rstrip()


def number(value: float) -> str:
    """A number with as many digits as it is worth."""
    if math.isnan(value):
        return "none"
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def table(measures: Iterable[Measure]) -> str:
    """The whole result as a table."""
    verdict = {True: "ok", False: "NO", None: ""}
    rows = [("", "others", "measured", "target", "")]
    benchmark = ""
    for one in measures:
        if one.benchmark != benchmark:
            benchmark = one.benchmark
            rows.append((benchmark.upper(), "", "", "", ""))
        rows.append((f"  {one.what}", one.peers, one.told, one.target, verdict[one.met]))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    # A column that nobody filled is not shown.
    widths = [
        0 if i == 1 and not any(row[1] for row in rows[1:]) else width for i, width in enumerate(widths)
    ]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: tuple[str, str, str, str, str], widths: list[int]) -> str:
    what, peers, told, target, verdict = row
    between = f"{peers:<{widths[1]}}  " if widths[1] else ""
    return f"{what:<{widths[0]}}  {between}{told:>{widths[2]}}  {target:>{widths[3]}}  {verdict}".rstrip()


def write(measures: Iterable[Measure], path: Path, quick: bool) -> None:
    """Keep the result as JSON."""
    values = [asdict(one) | {"met": one.met} for one in measures]
    machine = {"python": platform.python_version(), "machine": platform.machine(), "quick": quick}
    path.write_text(json.dumps({"about": machine, "measures": values}, indent=1) + "\n")
