"""The digest's bytes are a contract: an outsider writes them down and gets the same."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import pytest

from heroes.domain.results import Criterion, Mark, digest
from tests.domain.results.panels import TWO, scorecards

D = Decimal
CRITERIA = (Criterion("Impact", D("60.0")), Criterion('Craft, "care"', D("4E1"), D("-0"), D(10)))
MARKS = [
    Mark("Zoë", "j1", "Impact", D("9.50")),
    Mark("A", "j2", "Impact", D(9)),
    Mark("A", "j10", 'Craft, "care"', D("0.0")),
    Mark("A", "j10", "Impact", D("1E+1")),
    Mark("A", "j3", "Impact", None),
]
TEXT = '''\
"method","mean"
"criterion","Impact","60","1","10"
"criterion","Craft, ""care""","40","0","10"
"mark","A","j10","Craft, ""care""","0"
"mark","A","j10","Impact","10"
"mark","A","j2","Impact","9"
"mark","Zoë","j1","Impact","9.5"
'''


def test_the_exact_bytes() -> None:
    assert digest(MARKS, CRITERIA, "mean") == sha256(TEXT.encode()).hexdigest()


def test_it_never_changes() -> None:
    assert (
        digest(MARKS, CRITERIA, "mean") == "bb25274c5d0b3c14525b11a19460de24b6229466809c44e381af6c00dc8826b5"
    )


def test_the_order_of_rows_and_the_spelling_of_numbers_make_no_difference() -> None:
    respelt = [
        replace(mark, value=None if mark.value is None else D(mark.value) + D("0.000")) for mark in MARKS
    ]

    assert digest(reversed(respelt), CRITERIA, "mean") == digest(MARKS, CRITERIA, "mean")


@pytest.mark.parametrize(
    "marks, criteria",
    [
        (MARKS[1:], CRITERIA),
        ([replace(MARKS[0], value=D("9.51")), *MARKS[1:]], CRITERIA),
        ([replace(MARKS[0], judge="j9"), *MARKS[1:]], CRITERIA),
        ([replace(MARKS[0], entry="Zoe"), *MARKS[1:]], CRITERIA),
        (MARKS, tuple(reversed(CRITERIA))),
        (MARKS, (replace(CRITERIA[0], weight=D(61)), CRITERIA[1])),
        (MARKS, (replace(CRITERIA[0], low=D(0)), CRITERIA[1])),
        (MARKS, (replace(CRITERIA[0], high=D(11)), CRITERIA[1])),
        (MARKS, (*CRITERIA, Criterion("Reach", D("0.1")))),
    ],
)
def test_whatever_could_change_the_result_changes_it(
    marks: list[Mark], criteria: tuple[Criterion, ...]
) -> None:
    assert digest(marks, criteria, "mean") != digest(MARKS, CRITERIA, "mean")


def test_marks_that_do_not_count_are_left_out() -> None:
    counted = scorecards(TWO, {"A": {"j1": "8 6"}})
    thin = scorecards(TWO, {"A": {"j2": "- 9"}, "B": {"j1": "- 3"}})

    assert digest([*counted, *thin], TWO, "mean") == digest(counted, TWO, "mean")


def test_it_names_the_method_used() -> None:
    four = {f"j{number}": "7 7" for number in range(4)}
    few = scorecards(TWO, {"A": four})
    five = scorecards(TWO, {"A": {**four, "j9": "- 9"}})

    assert digest(few, TWO, "trimmed-mean") == digest(few, TWO, "mean")
    assert digest(five, TWO, "trimmed-mean") not in (digest(five, TWO, "mean"), digest(few, TWO, "mean"))


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="known are calibrated, mean"):
        digest(MARKS, CRITERIA, "borda")
