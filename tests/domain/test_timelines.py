"""Instants as people type them: no wrong midnight, no time that does not exist, everything in its order."""

from datetime import UTC, datetime, timedelta

import pytest

from heroes.domain.timelines import Span, out_of_order, read_instant, twice

LONDON = "Europe/London"
MIDNIGHT = "Midnight could mean either day. Take 23:59 on Thu 21 May, or 00:01 on Fri 22 May."


def test_a_typed_time_is_one_instant_of_its_zone() -> None:
    assert read_instant("2026-05-22", "17:00", LONDON) == datetime(2026, 5, 22, 16, tzinfo=UTC)
    assert read_instant(" 2026-05-22 ", "9:05:00", "Asia/Kathmandu") == datetime(
        2026, 5, 22, 3, 20, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("day", "clock", "part", "said"),
    [
        ("2026-05-22", "00:00", "closes", MIDNIGHT),
        (
            "2026-03-29",
            "01:30",
            "at",
            "There is no 01:30 on Sun 29 Mar: the clocks go forward then. Take 02:30.",
        ),
        ("2026-02-30", "09:00", "at", "Give a day and a time, such as 22 May 2026 and 17:00."),
        ("2026-05-22", "", "at", "Give a day and a time, such as 22 May 2026 and 17:00."),
        ("2026-05-22", "²:00", "at", "Give a day and a time, such as 22 May 2026 and 17:00."),
        ("0001-01-01", "09:00", "at", "Give a year from 1970 to 2200."),
    ],
)
def test_what_is_no_instant_is_refused_in_one_sentence(day: str, clock: str, part: str, said: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (the whole sentence is compared below)
        read_instant(day, clock, LONDON, part)  # type: ignore[arg-type] # parametrised texts
    assert str(refused.value) == said


def test_an_opening_may_be_at_midnight() -> None:
    assert read_instant("2026-05-22", "00:00", LONDON, "opens") == datetime(2026, 5, 21, 23, tzinfo=UTC)


def test_a_time_that_happens_twice_is_pointed_out() -> None:
    first = read_instant("2026-10-25", "01:30", LONDON)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert [twice(first + timedelta(hours=hours), LONDON) for hours in (-1, 0, 1, 2)] == [
        False,
        True,
        True,
        False,
    ]


def at(day: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)


WRITTEN = Span("round-1", "Written", at(20), at(30), frozenset({1, 2}))
LIVE = Span("round-2", "Live", at(40), at(50), frozenset({2}))
NOMINATIONS = Span("nominating", "Nominations", at(0), at(10))


def test_what_follows_is_in_order() -> None:
    assert out_of_order(NOMINATIONS, [WRITTEN, LIVE], at(35), at(60)) == {}
    # Rounds of different categories may overlap, and some bodies judge while entries come in.
    early = Span("round-2", "Other", at(5), at(50), frozenset({3}))
    assert out_of_order(NOMINATIONS, [WRITTEN, early], None, None) == {}


def test_every_stop_that_is_out_of_order_is_named() -> None:
    nominations = Span("nominating", "Nominations", at(10), at(10))
    live = Span("round-2", "Live", at(25), at(24), frozenset({2}))
    assert out_of_order(nominations, [WRITTEN, live], at(9), at(8)) == {
        "nominating-closes": "Nominations must close after it opens.",
        "round-2-closes": "Live must close after it opens.",
        "round-2-opens": "Live opens before Written has closed.",
        "shortlist": "The shortlist cannot come out before nominations close.",
        "outcomes": "The outcomes cannot come out before the shortlist.",
    }
