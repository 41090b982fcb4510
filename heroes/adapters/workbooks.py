"""Workbooks for spreadsheets: XLSX whose cells no spreadsheet takes for a formula.

A module of its own, since the library takes half a second to load and 12 MB that not every process needs.
"""

import io
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from heroes.adapters.spreadsheets import Cell, safe, tempting

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_UNITS = 32_767
"""What a sheet holds, and a cell in UTF-16 code units."""
MOST_EXACT = 10**15
"""From here on a spreadsheet changes digits of a whole number: such a number is written as text."""
WIDEST, NARROWEST = 60, 8
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]|[\x00-\x1f]")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_xlsx(sheets: Mapping[str, Iterable[Iterable[Cell]]]) -> bytes:
    """A workbook with these sheets in their order, the first row of each as its head: bold, and staying in view.

    Texts stay texts, whatever they begin with, and no cell is a formula or a link. Numbers are numbers with the 15
    digits that a spreadsheet keeps (exact digits are in the CSV), whole ones from 10^15 texts; instants are dates in
    UTC; a None is an empty cell. Characters that no XML can hold are left out, lines end as sheets end them, and texts
    are cut where a cell ends.
    Raises ValueError for more rows or columns than a sheet has.
    """
    out = io.BytesIO()
    with Workbook(out, _OPTIONS) as book:
        looks = _Looks(book)
        taken: set[str] = set()
        for name, rows in sheets.items():
            _fill(book.add_worksheet(_sheet_name(name, taken)), rows, looks)
    return out.getvalue()


class _Looks:
    """The few formats of a workbook; `quoted` keeps a text a text when somebody edits the cell."""

    def __init__(self, book: Workbook) -> None:
        self.head: Format = book.add_format({"bold": True, "bottom": 1, "quote_prefix": True})
        self.quoted: Format = book.add_format({"quote_prefix": True})
        self.instant: Format = book.add_format({"num_format": 'yyyy-mm-dd hh:mm "UTC"'})


def _fill(sheet: Worksheet, rows: Iterable[Iterable[Cell]], looks: _Looks) -> None:
    sheet.freeze_panes(1, 0)
    widths: dict[int, int] = {}
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if at >= MOST_ROWS or column >= MOST_COLUMNS:
                raise ValueError(f"a sheet has {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns at most")
            shown = _put(sheet, at, column, value, looks)
            widths[column] = max(widths.get(column, NARROWEST), min(shown + 2, WIDEST))
    for column, width in widths.items():
        sheet.set_column(column, column, width)


def _put(sheet: Worksheet, row: int, column: int, value: Cell, looks: _Looks) -> int:
    """Write one cell; returns about how many characters it shows."""
    if value is None:
        return 0
    if isinstance(value, datetime) and value.tzinfo is not None:
        sheet.write_datetime(row, column, value.astimezone(UTC).replace(tzinfo=None), looks.instant)
        return len("2026-05-01 12:00 UTC")
    if isinstance(value, int | float | Decimal) and _is_a_number(value):
        sheet.write_number(row, column, float(value), looks.head if row == 0 else None)
        return min(len(str(value)), 16)
    text = _cell_text(value if isinstance(value, str) else safe(value))
    if not text:
        return 0
    look = looks.head if row == 0 else looks.quoted if tempting(text) else None
    sheet.write_string(row, column, text, look)
    return max(map(len, text.split("\n")))


def _is_a_number(value: float | Decimal) -> bool:
    """Whether a spreadsheet can hold it as a number without changing its whole part."""
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value) < MOST_EXACT
    return abs(value) < MOST_EXACT if isinstance(value, int) else math.isfinite(value)


def _cell_text(text: str) -> str:
    clean = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(clean) * 2 <= MOST_UNITS:
        return clean
    return clean.encode("utf-16-le")[: 2 * MOST_UNITS].decode("utf-16-le", "ignore")


def _sheet_name(name: str, taken: set[str]) -> str:
    """The name as a sheet may have it: 1 to 31 characters, without some, and unlike any other in the workbook."""
    clean = _UNPRINTABLE.sub("", _NOT_IN_NAMES.sub(" ", name)).strip(" '")[:31].strip(" '")
    if not clean or clean.lower() == "history":
        clean = f"{clean} sheet".strip()
    number, found = 1, clean
    while found.lower() in taken:
        number += 1
        found = f"{clean[: 31 - len(str(number)) - 1]} {number}"
    taken.add(found.lower())
    return found
