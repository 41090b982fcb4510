"""Scorecards: marks on their scales, absent is not zero, and totals that a person can check by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.entry_states import State
from heroes.domain.scorecards import (
    ABSTAINED,
    MOST_COMMENT,
    Scale,
    SoFar,
    behind,
    can_be_marked,
    check,
    clean_draft,
    marks_of,
    minutes,
    plain,
    read_mark,
    so_far,
    total,
)


def scale(key: str = "a", weight: str = "60", low: str = "0", high: str = "10", step: str = "1") -> Scale:
    return Scale(key, key.upper(), Decimal(weight), Decimal(low), Decimal(high), Decimal(step))


TWO = (scale("a", "60"), scale("b", "40"))


@pytest.mark.parametrize("text,mark", [("7", "7"), ("7.0", "7"), ("10", "10"), ("0", "0"), ("1e1", "10")])
def test_a_mark_on_the_scale_is_read(text: str, mark: str) -> None:
    assert plain(read_mark(scale(), text)) == mark


@pytest.mark.parametrize(
    "text", ["11", "-1", "7.5", "seven", "NaN", "Infinity", "-0.5", "9" * 50, "1e999999", "1e-999999", "٧ ٧"]
)
def test_a_mark_off_the_scale_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Give a (mark|number) from 0 to 10( in steps of 1)?\.$"):
        read_mark(scale(), text)


def test_steps_are_counted_from_the_lowest_mark() -> None:
    quarter = scale(low="0.25", step="0.5")
    assert read_mark(quarter, "0.75") == Decimal("0.75")
    with pytest.raises(ValueError, match=r"from 0\.25 to 10 in steps of 0\.5"):
        read_mark(quarter, "1")


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    try:
        mark = read_mark(scale(), text)
    except ValueError:
        return
    assert mark in {Decimal(n) for n in range(11)}


def test_a_draft_keeps_what_fits_and_says_what_does_not() -> None:
    draft, comment, errors = clean_draft(TWO, {"a": " 7.0 ", "b": "12", "zz": "9"}, " Good\r\nwork \x00")
    assert (draft, comment) == ({"a": "7"}, "Good\nwork")
    assert errors == {"b": "Give a mark from 0 to 10."}


def test_a_draft_tells_an_abstention_from_nothing() -> None:
    assert clean_draft(TWO, {"a": "", "b": None}, "")[0] == {"a": ABSTAINED}


def test_a_comment_too_long_to_keep_is_refused_and_not_cut() -> None:
    _, comment, errors = clean_draft(TWO, {}, "x" * (MOST_COMMENT + 1))
    assert len(comment) == MOST_COMMENT + 1
    assert set(errors) == {"comment"}


def test_a_scorecard_is_complete_with_a_mark_or_an_abstention_for_each_criterion() -> None:
    assert check(TWO, {"a": "7", "b": ABSTAINED}, "", 0) == {}
    assert set(check(TWO, {"a": "7"}, "", 0)) == {"b"}
    assert set(check(TWO, {"a": ABSTAINED, "b": ABSTAINED}, "", 0)) == {"a"}


@pytest.mark.parametrize(
    "comment,errors",
    [
        ("one two three", {}),
        ("one two", {"comment": "3 words or more, please: 1 more word needed."}),
        ("", {"comment": "3 words or more, please: 3 more words needed."}),
    ],
)
def test_a_comment_needs_its_words(comment: str, errors: dict[str, str]) -> None:
    assert check(TWO, {"a": "7", "b": "7"}, comment, 3) == errors


@pytest.mark.parametrize(
    "marks,expected",
    [
        ({"a": "7", "b": "8"}, "74.00"),  # (60·70 + 40·80) / 100
        ({"a": "7", "b": ""}, "70.00"),  # only a counts, with all of the weight
        ({"a": "0", "b": "0"}, "0.00"),
        ({"a": "10", "b": "10"}, "100.00"),
    ],
)
def test_a_total_is_out_of_a_hundred_over_the_criteria_marked(marks: dict[str, str], expected: str) -> None:
    assert str(total(TWO, marks_of(TWO, marks))) == expected


def test_a_total_takes_each_mark_as_a_share_of_its_own_scale_and_rounds_half_up() -> None:
    mixed = (scale("a", "1", "1", "5"), scale("b", "2", "0", "10"))
    # (1·(4-1)/4 + 2·7/10) / 3 = 0.71666…
    assert total(mixed, {"a": Decimal(4), "b": Decimal(7)}) == Decimal("71.67")
    assert total((scale("a", "1", "0", "800"),), {"a": Decimal(1)}) == Decimal("0.13")


def test_a_running_total_says_out_of_how_much() -> None:
    assert so_far(TWO, {"a": "7", "b": ABSTAINED}) == SoFar(Decimal(42), Decimal("60.00"), 1)
    assert so_far(TWO, {}) == SoFar(Decimal(0), Decimal("0.00"), 0)


def test_in_a_first_round_every_judged_state_is_marked_alike() -> None:
    marked = {state for state in State if can_be_marked(state, after_shortlist=False)}
    assert marked == {
        State.SUBMITTED,
        State.SHORTLISTED,
        State.NOT_SHORTLISTED,
        State.AWARDED,
        State.NOT_AWARDED,
    }


def test_a_final_marks_what_is_on_the_shortlist() -> None:
    marked = {state for state in State if can_be_marked(state, after_shortlist=True)}
    assert marked == {State.SHORTLISTED, State.AWARDED, State.NOT_AWARDED}


def test_minutes_follow_the_words() -> None:
    assert [minutes(n) for n in (0, 199, 200, 1000)] == [2, 2, 3, 7]


OPENS = datetime(2026, 6, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=10)


@pytest.mark.parametrize(
    "asked,submitted,day,late",
    [
        (10, 0, 0, False),
        (10, 0, 3, False),
        (10, 0, 4, True),
        (10, 5, 8, False),
        (10, 4, 8, True),
        (10, 9, 10, True),
        (10, 10, 10, False),
        (0, 0, 12, False),
    ],
)
def test_a_judge_is_behind_when_the_time_runs_faster_than_the_scorecards(
    asked: int, submitted: int, day: int, late: bool
) -> None:
    assert behind(asked, submitted, OPENS, CLOSES, OPENS + timedelta(days=day)) is late
