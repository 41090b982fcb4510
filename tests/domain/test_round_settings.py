"""What a round's form means, and what must hold between the rounds of a category."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from heroes.domain.advance_rules import AdvanceRule
from heroes.domain.round_kinds import KINDS, kind_of
from heroes.domain.round_settings import (
    BadSettings,
    InLine,
    RoundSettings,
    others_marks_show,
    out_of_order,
    read_settings,
    share_trouble,
)

LONDON = "Europe/London"
GOOD = {
    "kind": "scorecard",
    "name": "  Second   look ",
    "opens": "2026-07-10T09:00",
    "closes": "2026-07-25T17:00",
    "panel": "people",
    "design": "frontline",
    "reviews": "3",
    "quorum": "2",
    "blind": "yes",
    "marks_shown": "closed",
    "method": "mean",
    "advance": "score",
    "advance_score": "62.5",
}


def wrong(**changes: str) -> dict[str, str]:
    with pytest.raises(BadSettings) as caught:
        read_settings(GOOD | changes, LONDON)
    return caught.value.errors


def test_a_form_is_read_on_the_clocks_of_the_season() -> None:
    assert read_settings(GOOD, LONDON) == RoundSettings(
        kind=KINDS["scorecard"],
        name="Second look",
        opens_at=datetime(2026, 7, 10, 8, 0, tzinfo=UTC),
        closes_at=datetime(2026, 7, 25, 16, 0, tzinfo=UTC),
        panel="people",
        design="frontline",
        question="",
        reviews=3,
        quorum=2,
        blind=True,
        marks_shown="closed",
        method="mean",
        advance=AdvanceRule("score", at_least=Decimal("62.5")),
    )


def test_a_qualifying_round_brings_its_question_and_its_method() -> None:
    asked = {"kind": "qualifying", "question": "Is it real?", "advance": "yes", "advance_yes": "2"}
    read = read_settings(GOOD | asked | {"method": "calibrated", "design": "frontline"}, LONDON)
    assert (read.question, read.design, read.method) == ("Is it real?", "", "mean")
    assert read.advance == AdvanceRule("yes", at_least=Decimal(2))
    assert wrong(**asked | {"advance_yes": "4"}) == {
        "advance_yes": "No entry is given to more than 3 judges."
    }
    assert set(wrong(**asked | {"question": " "})) == {"question"}
    assert set(wrong(**asked | {"advance": "places"})) == {"advance"}


def test_every_fault_is_said_at_its_field() -> None:
    assert wrong(kind="lottery") == {"kind": "Choose a kind of round."}
    assert set(
        wrong(
            name="",
            opens="tomorrow",
            closes="2026-07-25",
            panel="",
            design="",
            reviews="0",
            quorum="x",
            marks_shown="always",
            method="magic",
            advance_score="101",
        )
    ) == {
        *("name", "opens", "closes", "panel", "design", "reviews", "quorum", "marks_shown", "method"),
        "advance_score",
    }
    assert wrong(quorum="4")["quorum"].startswith("No entry is given to more than 3 judges")
    assert wrong(closes="2026-07-10T09:00") == {"closes": "It must close after it opens."}


def test_a_time_that_the_clocks_skip_is_refused_at_its_field() -> None:
    assert wrong(opens="2026-03-29T01:30") == {
        "opens": "01:30 on this day does not exist in Europe/London: the clocks go forward over it. Choose another"
        " time."
    }


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 7, day, hour, tzinfo=UTC)


def test_rounds_follow_one_another() -> None:
    one, two = InLine("One", "scorecard", at(1), at(5)), InLine("Two", "live", at(5), at(9))
    assert out_of_order([one, two], LONDON) == {}
    early = InLine("two", "scorecard", at(4), at(9))
    assert out_of_order([one, early, InLine("ONE", "scorecard", at(9), at(10))], LONDON) == {
        1: {"opens": "One closes Sun 5 July 2026, 10:00. two must open then, or later."},
        2: {"name": "Another round of this category has this name."},
    }


@pytest.mark.parametrize("kinds", [("live",), ("live", "scorecard"), ("scorecard", "live", "scorecard")])
def test_a_live_round_comes_after_the_shortlist(kinds: tuple[str, ...]) -> None:
    line = [InLine(f"R{n}", kind, at(2 * n + 1), at(2 * n + 2)) for n, kind in enumerate(kinds)]
    assert {n: set(errors) for n, errors in out_of_order(line, LONDON).items()} == {
        kinds.index("live"): {"kind"}
    }


@pytest.mark.parametrize(
    ("shares", "fault"),
    [
        ([None, None], ""),
        ([50, 50], ""),
        ([None, 100], ""),
        ([50, None], "The shares add up to 50."),
        ([60, 60], "The shares add up to 120."),
        ([0, 100], "A share is a whole number"),
    ],
)
def test_shares_are_all_empty_or_make_a_hundred(shares: list[int | None], fault: str) -> None:
    said = share_trouble(shares)
    assert said.startswith(fault)
    assert bool(said) == bool(fault)


def test_who_sees_others_marks_fails_closed() -> None:
    def seen(when: str) -> list[bool]:
        return [others_marks_show(when, left=n, closed=over) for n in (0, 1) for over in (False, True)]

    assert seen("own_in") == [True, True, False, True]
    assert seen("closed") == [False, True, False, True]
    assert seen("never") == seen("something else") == [False] * 4


def test_a_kind_that_is_not_known_any_more_is_a_scorecard() -> None:
    assert kind_of("lottery") is KINDS["scorecard"]
    assert kind_of("qualifying").said(Decimal(1)) == "Yes"
    assert kind_of("qualifying").said_total(Decimal("0.00")) == "No"
    assert kind_of("scorecard").said(Decimal(1)) == kind_of("scorecard").said_total(Decimal(100)) == ""
