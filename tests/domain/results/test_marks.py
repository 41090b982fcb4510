"""Rows that cannot be used are refused by name, never skipped."""

from dataclasses import FrozenInstanceError, astuple, replace
from decimal import Decimal
from typing import Any

import pytest

from heroes.domain.results import Criterion, InvalidMarks, Mark, Marks, digest, next_reviews, rank
from tests.domain.results.panels import CRAFT, IMPACT, TWO, by_mean

GOOD = Mark("A", "j1", "Impact", Decimal(8))
# What a caller without a type checker may hand over.
NO_NUMBER: list[Any] = [True, "9", float("nan")]
EDGE = "10.0000000000000000000000000000001 is outside the scale 1 to 10."
PLACE = "Entry “A”, judge “j1”, criterion “Impact”"


@pytest.mark.parametrize(
    "bad, message",
    [
        (
            replace(GOOD, criterion="Reach"),
            "Entry “A”, judge “j1”, criterion “Reach”: unknown criterion (known: Impact, Craft).",
        ),
        (
            replace(GOOD, criterion="Reach", value=None),
            "Entry “A”, judge “j1”, criterion “Reach”: unknown criterion (known: Impact, Craft).",
        ),
        (replace(GOOD, value=Decimal("10.1")), f"{PLACE}: 10.1 is outside the scale 1 to 10."),
        (replace(GOOD, value=Decimal(0)), f"{PLACE}: 0 is outside the scale 1 to 10."),
        (replace(GOOD, value=Decimal("NaN")), f"{PLACE}: NaN is not a finite number."),
        (replace(GOOD, value=Decimal("sNaN")), f"{PLACE}: sNaN is not a finite number."),
        (replace(GOOD, value=Decimal("Infinity")), f"{PLACE}: Infinity is not a finite number."),
        (replace(GOOD, value=Decimal("-Infinity")), f"{PLACE}: -Infinity is not a finite number."),
        (replace(GOOD, value=Decimal("8E-61")), f"{PLACE}: 8E-61 has too many digits."),
        (replace(GOOD, value=Decimal("1E+999999")), f"{PLACE}: 1E+999999 has too many digits."),
        (replace(GOOD, value=float("nan")), f"{PLACE}: NaN is not a finite number."),
        (replace(GOOD, value=float("-inf")), f"{PLACE}: -Infinity is not a finite number."),
        (replace(GOOD, value=10.5), f"{PLACE}: 10.5 is outside the scale 1 to 10."),
        (replace(GOOD, value=Decimal("10.0000000000000000000000000000001")), f"{PLACE}: {EDGE}"),
        (replace(GOOD, value=NO_NUMBER[0]), f"{PLACE}: True is not a number."),
        (replace(GOOD, value=NO_NUMBER[1]), f"{PLACE}: '9' is not a number."),
    ],
)
def test_an_unusable_mark_is_named(bad: Mark, message: str) -> None:
    marks = [Mark("B", "j1", "Impact", Decimal(9)), bad]

    for refuse in (
        lambda: by_mean(marks, TWO),
        lambda: rank(marks, TWO),
        lambda: rank(Marks.from_columns(*zip(*map(astuple, marks), strict=True)), TWO),
        lambda: next_reviews(marks, TWO, places=1, budget=1),
        lambda: digest(marks, TWO, "mean"),
    ):
        with pytest.raises(InvalidMarks) as caught:
            refuse()
        assert (str(caught.value), caught.value.row) == (message, bad)


@pytest.mark.parametrize("first, second", [("8", "9"), ("8", "8"), ("8", None), (None, "8"), (None, None)])
def test_a_judge_marks_an_entry_once_on_a_criterion(first: str | None, second: str | None) -> None:
    marks = [replace(GOOD, value=Decimal(text) if text else None) for text in (first, second)]

    with pytest.raises(InvalidMarks) as caught:
        by_mean(marks, TWO)
    assert str(caught.value) == f"{PLACE}: this judge already marked this entry on it."
    assert caught.value.row is marks[1]


@pytest.mark.parametrize(
    "bad, message",
    [
        (Criterion("Impact", Decimal(1)), "Criterion “Impact”: two criteria have this name."),
        (replace(CRAFT, weight=Decimal(0)), "Criterion “Craft”: the weight 0 is not above zero."),
        (replace(CRAFT, weight=Decimal(-1)), "Criterion “Craft”: the weight -1 is not above zero."),
        (replace(CRAFT, weight=Decimal("NaN")), "Criterion “Craft”, weight: NaN is not a finite number."),
        (replace(CRAFT, weight=Decimal("1E+31")), "Criterion “Craft”, weight: 1E+31 has too many digits."),
        (
            replace(CRAFT, low=Decimal(10)),
            "Criterion “Craft”: the lowest mark 10 is not below the highest 10.",
        ),
        (
            replace(CRAFT, low=Decimal(11)),
            "Criterion “Craft”: the lowest mark 11 is not below the highest 10.",
        ),
        (
            replace(CRAFT, low=Decimal("-Infinity")),
            "Criterion “Craft”, lowest mark: -Infinity is not a finite number.",
        ),
        (
            replace(CRAFT, high=Decimal("Infinity")),
            "Criterion “Craft”, highest mark: Infinity is not a finite number.",
        ),
        (replace(CRAFT, weight=NO_NUMBER[1]), "Criterion “Craft”, weight: '9' is not a number."),
        (replace(CRAFT, weight=NO_NUMBER[0]), "Criterion “Craft”, weight: True is not a number."),
        (replace(CRAFT, weight=NO_NUMBER[2]), "Criterion “Craft”, weight: NaN is not a finite number."),
    ],
)
def test_an_unusable_criterion_is_named(bad: Criterion, message: str) -> None:
    with pytest.raises(InvalidMarks) as caught:
        by_mean([GOOD], [IMPACT, bad])
    assert (str(caught.value), caught.value.row) == (message, bad)


def test_invalid_marks_is_a_value_error() -> None:
    assert issubclass(InvalidMarks, ValueError)


def test_the_ends_of_the_scale_belong_to_it() -> None:
    marks = [replace(GOOD, value=Decimal("1.0")), replace(GOOD, judge="j2", value=Decimal("1E1"))]

    assert by_mean(marks, TWO).entries[0].score == Decimal("5.5")


def test_a_mark_on_another_criterion_has_its_own_scale() -> None:
    wide = replace(CRAFT, high=Decimal(100))
    marks = [replace(GOOD, criterion="Craft", value=Decimal(50)), replace(GOOD, value=Decimal(50))]

    with pytest.raises(InvalidMarks, match="criterion “Impact”: 50 is outside the scale 1 to 10"):
        by_mean(marks, [IMPACT, wide])


def test_marks_and_criteria_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        GOOD.value = Decimal(9)  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        IMPACT.weight = Decimal(9)  # type: ignore[misc]
    assert not hasattr(GOOD, "__dict__")
    assert not hasattr(IMPACT, "__dict__")
