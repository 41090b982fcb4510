"""A file of marks: `category,entry,judge,criterion,mark`, read and checked line by line.

Everything that can be known from the file alone is checked here, and every bad line is reported, not just the first.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from heroes.domain.slugs import slugify

NEEDED = ("category", "entry", "judge", "criterion", "mark")
OPTIONAL = ("weight", "low", "high")
LONGEST = {"category": 200, "entry": 300, "judge": 200, "criterion": 200}
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line of the file, and where in it."""

    line: int
    field: str
    what: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A criterion's weight and the ends of its scale, as the file has them or by default."""

    weight: Decimal = Decimal(1)
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(10)


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One line: one judge, one entry, one criterion; no value is an abstention."""

    line: int
    category: str
    entry: str
    judge: str
    criterion: str
    value: Decimal | None


@dataclass(slots=True)
class MarkFile:
    """What a file says: its usable rows, the scale of each (category, criterion), and every fault."""

    rows: list[MarkRow] = field(default_factory=list)
    scales: dict[tuple[str, str], Scale] = field(default_factory=dict)
    said: frozenset[str] = frozenset()
    """Which of the optional columns the file has."""
    faults: list[Fault] = field(default_factory=list)
    left_out: int = 0
    """How many rows belong to another category than the one asked for."""


def read_marks(text: str, only: str | None = None) -> MarkFile:
    """Read a file; with `only` (a name or a slug), the rows of that category and those that leave theirs empty.

    A row with a fault is not among the rows. A header that cannot be used is the only fault reported.
    """
    found = MarkFile()
    lines = _lines(text, found)
    header = next(lines, None)
    if header is None:
        found.faults = found.faults or [Fault(1, "header", "the file is empty")]
        return found
    columns = _columns(header[1], found)
    if found.faults:
        return found
    found.said = frozenset(columns) & frozenset(OPTIONAL)
    reader = _Reader(found, columns, only)
    for line, cells in lines:
        reader.take(line, cells)
    if not found.rows and not found.faults:
        found.faults.append(Fault(1, "file", "there is no mark in it"))
    return found


def _lines(text: str, found: MarkFile) -> Iterator[tuple[int, list[str]]]:
    """(number of the line that it begins on, its cells) of every row that is not blank."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found.faults.append(Fault(begins, "row", f"cannot be read as CSV: {error}"))
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def _columns(header: list[str], found: MarkFile) -> dict[str, int]:
    names = [cell.strip().lower() for cell in header]
    known = {name: names.index(name) for name in (*NEEDED, *OPTIONAL) if name in names}
    found.faults += [
        Fault(1, "header", f"there is no column “{name}”") for name in NEEDED if name not in known
    ]
    found.faults += [
        Fault(1, "header", f"the column “{name}” is there twice") for name in known if names.count(name) > 1
    ]
    return known


class _Reader:
    """Takes the rows one by one and remembers what must agree between them."""

    def __init__(self, found: MarkFile, columns: dict[str, int], only: str | None) -> None:
        self.found = found
        self.columns = columns
        self.only = only
        self.width = max(columns.values()) + 1
        self.given: dict[tuple[str, str, str, str], int] = {}
        self.scaled_at: dict[tuple[str, str], int] = {}

    def take(self, line: int, cells: list[str]) -> None:
        faults: list[Fault] = []
        if len(cells) < self.width:
            self.found.faults.append(
                Fault(line, "row", f"has {len(cells)} fields where {self.width} are needed")
            )
            return
        text = {name: " ".join(cells[at].split()) for name, at in self.columns.items()}
        text["category"] = text["category"] or self.only or ""
        if self.only is not None and self.only not in (text["category"], slugify(text["category"])):
            self.found.left_out += 1
            return
        for name, most in LONGEST.items():
            what = _name_fault(text[name], most)
            if what:
                faults.append(Fault(line, name, what))
        numbers = {}
        for name in ("mark", *OPTIONAL):
            cell = text.get(name, "")
            if not cell:
                continue
            if _NUMBER.fullmatch(cell):
                numbers[name] = Decimal(cell)
            else:
                faults.append(Fault(line, name, f"“{cell[:40]}” is not a number{_hint(cell)}"))
        if not faults:
            faults += self._scale(line, text, numbers) or self._once(line, text)
        if faults:
            self.found.faults += faults
            return
        self.found.rows.append(
            MarkRow(
                line, text["category"], text["entry"], text["judge"], text["criterion"], numbers.get("mark")
            )
        )

    def _scale(self, line: int, text: dict[str, str], numbers: dict[str, Decimal]) -> list[Fault]:
        where = (text["category"], text["criterion"])
        scale = Scale(**{name: numbers[name] for name in OPTIONAL if name in numbers})
        if scale.weight <= 0:
            return [Fault(line, "weight", f"{text['weight']} is not above zero")]
        if scale.low >= scale.high:
            return [Fault(line, "low", f"{scale.low} is not below the highest mark {scale.high}")]
        first = self.found.scales.setdefault(where, scale)
        before = self.scaled_at.setdefault(where, line)
        return [
            Fault(
                line,
                name,
                f"{getattr(scale, name)} here, {getattr(first, name)} on line {before}: it must be the same for"
                " every mark of a criterion",
            )
            for name in OPTIONAL
            if getattr(scale, name) != getattr(first, name)
        ]

    def _once(self, line: int, text: dict[str, str]) -> list[Fault]:
        key = (text["category"], text["entry"], text["judge"], text["criterion"])
        before = self.given.setdefault(key, line)
        if before == line:
            return []
        return [
            Fault(
                line,
                "mark",
                f"{text['judge']} has marked {text['entry']} on this criterion on line {before} already",
            )
        ]


def _name_fault(name: str, most: int) -> str | None:
    if not name:
        return "is empty"
    if len(name) > most:
        return f"is {len(name)} characters long; {most} can be kept"
    return None if name.isprintable() else "holds a character that cannot be printed"


def _hint(cell: str) -> str:
    return ": write a decimal point, not a comma" if re.fullmatch(r"[0-9]+,[0-9]+", cell) else ""


def step_of(values: list[Decimal], low: Decimal) -> Decimal:
    """The largest usual step in which all these marks can be given from `low`."""
    for text in ("1", "0.5", "0.25", "0.1", "0.05", "0.01"):
        step = Decimal(text)
        if all((value - low) % step == 0 for value in values):
            return step
    return Decimal(1).scaleb(min(_places(value - low) for value in values))


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
