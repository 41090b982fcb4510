"""A result as plain values: whatever it holds comes back equal, through any JSON."""

import json
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heroes.domain.counting import Criterion, Standing, Standings, TieStep, plain

st.register_type_strategy(
    Decimal, st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)
)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def types_of(value: object) -> object:
    """The value's types, at any depth: a decimal and a float can be equal and are not the same."""
    if is_dataclass(value):
        return [type(value), [types_of(getattr(value, field.name)) for field in fields(value)]]
    if isinstance(value, tuple):
        return [types_of(one) for one in value]
    return type(value)


@settings(max_examples=40)
@given(st.builds(Standings))
def test_what_is_written_is_read_back_equal(standings: Standings) -> None:
    kept = json.loads(json.dumps(plain.to_plain(standings), allow_nan=False))
    again = plain.from_plain(Standings, kept)
    assert again == standings
    assert types_of(again) == types_of(standings)


@settings(max_examples=15)
@given(st.builds(Standings))
def test_lines_and_the_rest_are_kept_apart(standings: Standings) -> None:
    summary = plain.without_entries(standings)
    assert "entries" not in summary
    kept = plain.lines_of(standings)
    ties = [plain.from_plain(TieStep, tie) for tie in kept.ties]
    lines = tuple(
        replace(plain.from_plain(Standing, line), tie=tuple(ties[number] for number in numbers))
        for line, numbers in zip(kept.lines, kept.tied, strict=True)
    )
    assert plain.with_entries(summary, lines) == standings
    assert len(set(ties)) == len(ties)
    assert plain.with_entries(summary).entries == ()


def test_what_has_its_default_is_left_out() -> None:
    one = Standing("CSH-26-0001", 1, Decimal("7.50"), 52.5, 2)
    assert plain.to_plain(one) == {
        "entry": "CSH-26-0001",
        "rank": 1,
        "score": "7.50",
        "total": 52.5,
        "reviews": 2,
    }


def test_a_float_that_a_database_gives_back_as_a_whole_number_is_a_float_again() -> None:
    read = plain.from_plain(
        Standing,
        {"entry": "a", "rank": 1, "score": 10**22, "total": None, "reviews": 1, "chance_of_best": 1},
    )
    assert (read.score, read.chance_of_best) == (1e22, 1.0)
    assert (type(read.score), type(read.chance_of_best)) == (float, float)


def test_criteria_keep_their_exact_weights() -> None:
    one = Criterion("Impact", Decimal("40.50"), Decimal(0), Decimal("1E+2"))
    again = plain.from_plain(Criterion, plain.to_plain(one))
    assert (again, str(again.weight), str(again.high)) == (one, "40.50", "1E+2")


def test_a_field_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        plain.from_plain(Standing, {"entry": "a", "shoe_size": 43})
