"""Tables for spreadsheets: CSV whose cells no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

Cell = str | int | float | Decimal | datetime | None

BOM = "\ufeff"
"""Put before a file that people open by a double click, so that names keep their accents."""

_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def safe(value: Cell) -> str:
    """One cell as text. A text that a spreadsheet could take for a formula gets an apostrophe before it.

    Numbers and instants are written as they are: they come from us and can be no formula.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, int | float | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return f"'{value}" if tempting(value) else value


def tempting(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula once somebody edits it."""
    return text[:1] in _STARTS or text.lstrip()[:1] in _STARTS


def stream_csv(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """The lines of a CSV file, one by one, however many there are."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def write_csv(rows: Iterable[Iterable[Cell]]) -> str:
    """A whole CSV file as text."""
    return "".join(stream_csv(rows))
