"""CSV that no spreadsheet takes for a formula, and that every reader reads back."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroes.adapters.spreadsheets import safe, stream_csv, write_csv

STARTS = "=+-@\t\r\n＝＋－＠"


SIGNS = STARTS.translate({9: None, 10: None, 13: None})


@pytest.mark.parametrize(
    "start", [*STARTS, *(f" {sign}" for sign in SIGNS), *(f"\u00a0{sign}" for sign in SIGNS)]
)
def test_a_text_that_could_be_a_formula_gets_an_apostrophe(start: str) -> None:
    text = f"{start}cmd|' /C calc'!A0"
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Maureen", "a=b", "1+1", "'quoted", "😀", "5-a-day"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_numbers_and_instants_are_no_text() -> None:
    values = (-5, Decimal("-0.50"), Decimal("1E+3"), None, datetime(2026, 5, 1, 12, tzinfo=UTC))
    assert [safe(value) for value in values] == ["-5", "-0.50", "1000", "", "2026-05-01T12:00:00+00:00"]


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=2)
    )
)
def test_whatever_is_written_is_read_back_and_no_cell_starts_a_formula(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(write_csv(rows), newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert [cell for row in read for cell in row if cell.lstrip()[:1] in set(STARTS) and cell.lstrip()] == []


def test_rows_are_written_one_by_one_as_they_come() -> None:
    taken = []

    def rows():
        for n in range(3):
            taken.append(n)
            yield (n,)

    lines = stream_csv(rows())
    assert (next(lines), taken) == ("0\r\n", [0])
    assert list(lines) == ["1\r\n", "2\r\n"]
