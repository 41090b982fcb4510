"""Marks as columns: read once, checked at once, and put into one order that no order of rows can change."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from heroes.domain.counting.marks import Criterion, Mark, check_criteria, read_panel

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
_NUMBERS = {float, int}
_KNOWN = _NUMBERS | {Decimal, type(None)}


def added(at: Codes, values: Floats, size: int) -> Floats:
    """The sum of the values at each position from 0 to size - 1, added in the order of the rows."""
    return np.asarray(np.bincount(at, weights=values, minlength=size), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Marks:
    """Many marks as four columns of one length. Iterating gives them one by one."""

    entries: Sequence[str]
    judges: Sequence[str]
    criteria: Sequence[str]
    values: Sequence[Decimal | float | None]

    @classmethod
    def from_columns(cls, entries: Any, judges: Any, criteria: Any, values: Any) -> "Marks":
        """Take lists or numpy arrays: texts for the first three, numbers (or None: abstained) for the last.

        Raises ValueError where they differ in length; what is in them is checked by whoever uses them.
        """
        columns = [_plain(column) for column in (entries, judges, criteria, values)]
        lengths = {len(column) for column in columns}
        if len(lengths) > 1:
            raise ValueError(
                f"The columns differ in length: {', '.join(str(len(column)) for column in columns)}."
            )
        return cls(*columns)

    def __iter__(self) -> Iterator[Mark]:
        """Each mark, in the order of the rows."""
        return map(Mark, self.entries, self.judges, self.criteria, self.values)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.entries)


def _plain(column: Any) -> Sequence[Any]:
    found: Sequence[Any] = column.tolist() if isinstance(column, np.ndarray) else list(column)
    return found


@dataclass(frozen=True, slots=True)
class Scorecards:
    """Every scorecard with at least one mark: R rows in the order of (entry, judge), C criteria.

    `entries` and `judges` are sorted and hold whoever appears in a row at all; `entry` and `judge` are positions in
    them. `marks` is R x C on the criteria's own scales, NaN where there is no mark.
    """

    criteria: tuple[Criterion, ...]
    entries: tuple[str, ...]
    judges: tuple[str, ...]
    entry: Codes
    judge: Codes
    marks: Floats
    exact: bool
    """Whether no mark was given as a float."""


def read_scorecards(marks: Iterable[Mark], criteria: Sequence[Criterion]) -> Scorecards:
    """Check every row and group the marks. Raises `InvalidMarks` that names the first row that cannot be used."""
    check_criteria(criteria)
    marks = marks if isinstance(marks, Marks | list | tuple) else list(marks)
    rows = marks if isinstance(marks, Marks) else _columns(marks)
    if not _texts(rows):
        _refuse(marks, criteria)
    entries, entry = _codes(rows.entries)
    judges, judge = _codes(rows.judges)
    position = {criterion.name: number for number, criterion in enumerate(criteria)}
    places = position | dict.fromkeys(set(rows.criteria) - position.keys(), -1)
    criterion = np.fromiter(map(places.__getitem__, rows.criteria), dtype=np.int64, count=len(rows))
    values, types = _values(rows)
    if values is None:
        _refuse(marks, criteria)
    absent = np.isnan(values)
    low, high = (np.array([float(getattr(one, end)) for one in criteria] or [0.0]) for end in ("low", "high"))
    fits = (criterion >= 0) & (absent | ((values >= low[criterion]) & (values <= high[criterion])))
    width = max(1, len(criteria))
    key = (entry * max(1, len(judges)) + judge) * width + criterion
    order = np.argsort(key, kind="stable")
    key = key[order]
    if not fits.all() or (np.diff(key) == 0).any() or _on_the_edge(rows, values, low, high, criterion, types):
        _refuse(marks, criteria)
    given = ~absent[order]
    key, values = key[given], values[order][given]
    card, first = np.unique(key // width, return_index=True)
    table = np.full((len(card), len(criteria)), np.nan)
    row = np.repeat(np.arange(len(card)), np.diff(np.append(first, len(key))))
    table[row, key % width] = values
    return Scorecards(
        criteria=tuple(criteria),
        entries=entries,
        judges=judges,
        entry=card // max(1, len(judges)),
        judge=card % max(1, len(judges)),
        marks=table,
        exact=float not in types,
    )


def _columns(marks: Sequence[Mark]) -> Marks:
    return Marks(
        [mark.entry for mark in marks],
        [mark.judge for mark in marks],
        [mark.criterion for mark in marks],
        [mark.value for mark in marks],
    )


def _texts(rows: Marks) -> bool:
    return all(set(map(type, column)) <= {str} for column in (rows.entries, rows.judges, rows.criteria))


def _codes(names: Sequence[str]) -> tuple[tuple[str, ...], Codes]:
    known = tuple(sorted(set(names)))
    position = {name: number for number, name in enumerate(known)}
    return known, np.fromiter(map(position.__getitem__, names), dtype=np.int64, count=len(names))


def _values(rows: Marks) -> tuple[Floats | None, set[type]]:
    """The values as floats, NaN for an abstention, and the kinds of numbers that came; None for what is no number."""
    types: set[type] = set(map(type, rows.values))
    try:
        if types <= _NUMBERS:
            values = np.array(rows.values, dtype=np.float64)
            usable = bool(np.isfinite(values).all())
        else:
            given = (np.nan if value is None else value for value in rows.values)
            numbers: Iterable[Any] = given if type(None) in types else rows.values
            values = np.fromiter(map(float, numbers), dtype=np.float64, count=len(rows))
            usable = types <= _KNOWN and int(np.isnan(values).sum()) == rows.values.count(None)
    except (ValueError, TypeError, OverflowError):
        return None, types
    return (values if usable else None), types


def _on_the_edge(
    rows: Marks, values: Floats, low: Floats, high: Floats, criterion: Codes, types: set[type]
) -> bool:
    """Whether a decimal lies off its scale by less than a float can tell."""
    if Decimal not in types:
        return False
    at_end = np.flatnonzero((values == low[criterion]) | (values == high[criterion]))
    return any(
        isinstance(value := rows.values[row], Decimal) and value != Decimal(float(values[row]))
        for row in at_end.tolist()
    )


def _refuse(marks: Iterable[Mark], criteria: Sequence[Criterion]) -> NoReturn:
    """Raise for the first row that cannot be used, in words: the slow reading knows them."""
    read_panel(marks, criteria)
    raise AssertionError("the two ways to read marks differ in what they refuse")
