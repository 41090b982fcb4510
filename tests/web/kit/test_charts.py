"""The sums behind the figures."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from heroes.web.kit import charts
from tests.web.kit.gallery import MILESTONES, NOW, POINTS


def test_the_bands_of_a_scale_hold_every_mark_once() -> None:
    bands = charts.banded(reversed(POINTS))
    assert [band.label for band in bands] == ["0", "1–2", "3–4", "5", "6–7", "8–9", "10"]
    assert [mark for band in bands for mark in band.marks] == [str(n) for n in range(11)]


def test_half_marks_between_two_points_belong_to_the_lower_one() -> None:
    bands = charts.banded(POINTS, Decimal("0.5"))
    assert [mark for band in bands for mark in band.marks] == [f"{n / 2:g}" for n in range(21)]
    assert bands[1].marks == ("1", "1.5", "2", "2.5")


def test_a_scale_may_start_anywhere() -> None:
    points = [SimpleNamespace(from_=1, to_=5, word="Any", text="")]
    assert charts.banded(points) == [("Any", "", "1–5", ("1", "2", "3", "4", "5"))]
    assert charts.banded([]) == []


def test_bins_count_everything_once_edges_and_outsiders_too() -> None:
    values = [Decimal(v) for v in ("0", "9.99", "10", "55", "99.9", "100", "-31", "104")]
    counted = charts.bins(values)
    assert counted == [
        *[("0–10", 3), ("10–20", 1), ("20–30", 0), ("30–40", 0), ("40–50", 0)],
        *[("50–60", 1), ("60–70", 0), ("70–80", 0), ("80–90", 0), ("90–100", 3)],
    ]


def test_the_next_date_is_now_and_the_others_past_or_later() -> None:
    placed = [(station.state, station.place) for station in charts.stations(MILESTONES, NOW)]
    assert placed == [("past", 0), ("now", 20), ("later", 40), ("later", 60), ("later", 80)]
    over = charts.stations(MILESTONES, NOW + timedelta(days=999))
    assert {station.state for station in over} == {"past"}
    assert charts.stations([], NOW) == []


def test_today_lies_between_its_neighbours() -> None:
    first, second = MILESTONES[0].at, MILESTONES[1].at
    assert [charts.along(now, MILESTONES) for now in (first - timedelta(1), first, second)] == [0, 0, 20]
    assert charts.along(first + (second - first) / 2, MILESTONES) == 10
    assert charts.along(MILESTONES[-1].at, MILESTONES) == 100


@pytest.mark.parametrize(
    "current, count, shown",
    [
        (1, 1, [1]),
        (2, 5, [1, 2, 3, 4, 5]),
        (1, 31, [1, 2, 3, None, 31]),
        (15, 31, [1, None, 13, 14, 15, 16, 17, None, 31]),
        (31, 31, [1, None, 29, 30, 31]),
    ],
)
def test_page_numbers(current: int, count: int, shown: list[int | None]) -> None:
    assert charts.page_numbers(current, count) == shown
