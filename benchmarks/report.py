"""What was measured beside what was asked, as a table for people and a file for programs."""

import json
import platform
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measure:
    """One number. `most` or `least` is the target; without either it is only told."""

    benchmark: str
    what: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met, or None where there is none."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    @property
    def target(self) -> str:
        """The target as people read it."""
        if self.most is not None:
            return f"<= {number(self.most)} {self.unit}"
        return f">= {number(self.least)} {self.unit}" if self.least is not None else ""


def number(value: float) -> str:
    """A number with as many digits as it is worth."""
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def table(measures: Iterable[Measure]) -> str:
    """The whole result as a table."""
    verdict = {True: "ok", False: "NO", None: ""}
    rows = [("", "measured", "target", "")]
    benchmark = ""
    for one in measures:
        if one.benchmark != benchmark:
            benchmark = one.benchmark
            rows.append((benchmark.upper(), "", "", ""))
        rows.append((f"  {one.what}", f"{number(one.value)} {one.unit}", one.target, verdict[one.met]))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join(
        f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {d}".rstrip() for a, b, c, d in rows
    )


def write(measures: Iterable[Measure], path: Path, quick: bool) -> None:
    """Keep the result as JSON."""
    values = [asdict(one) | {"met": one.met} for one in measures]
    machine = {"python": platform.python_version(), "machine": platform.machine(), "quick": quick}
    path.write_text(json.dumps({"about": machine, "measures": values}, indent=1) + "\n")
