"""The forecast of a shortlist, beside what the simulator measured and what must hold exactly."""

import pytest

from heroes.domain.counting import Variances
from heroes.domain.counting.planning import (
    VOLUNTEERS,
    above,
    both_above,
    forecast,
    right_share,
    upper_quantile,
)


def test_known_values_of_the_normal() -> None:
    assert above(1.959964) == pytest.approx(0.025, abs=1e-6)
    assert upper_quantile(0.1) == pytest.approx(1.281552, abs=1e-6)
    # Sheppard: both above the median with a correlation of one half is one third.
    assert both_above(0.5, 0.5) == pytest.approx(2 / 3, abs=1e-6)
    assert both_above(0.1, 0.0) == pytest.approx(0.1, abs=1e-6)
    assert both_above(0.1, 1.0) == 1.0


@pytest.mark.parametrize(
    ("reviews", "measured"), [(2, 0.582), (3, 0.641), (4, 0.685), (6, 0.732), (8, 0.764)]
)
def test_it_comes_near_what_the_simulator_found_for_volunteers(reviews: int, measured: float) -> None:
    """300 entries, 40 judges, the best tenth: docs/results-methods has the measured table."""
    assert right_share(VOLUNTEERS, 300, 30, 40, reviews) == pytest.approx(measured, abs=0.045)


def test_more_reading_never_makes_a_shortlist_worse() -> None:
    lines = forecast(VOLUNTEERS, entries=120, places=10, judges=24)
    shares = [line.right for line in lines]
    assert shares == sorted(shares)
    assert [(line.reviews, line.each) for line in lines[:3]] == [(1, 5.0), (2, 10.0), (3, 15.0)]


def test_an_entry_has_no_more_reviews_than_there_are_judges() -> None:
    assert [line.reviews for line in forecast(VOLUNTEERS, entries=9, places=3, judges=4)] == [1, 2, 3, 4]


def test_where_entries_do_not_differ_only_chance_is_right() -> None:
    alike = Variances(0.0, 0.1, 1.0, 5.0, 1.0, 1.0)
    assert right_share(alike, 20, 5, 4, 3) == 0.25
    assert right_share(VOLUNTEERS, 5, 5, 4, 3) == 1.0
    agreeing = Variances(1.0, 0.0, 0.0, 5.0, 0.0, 1.0)
    assert right_share(agreeing, 20, 5, 4, 3) == 1.0


@pytest.mark.parametrize(("entries", "places", "judges"), [(0, 0, 1), (3, 4, 1), (3, 1, 0), (3, 0, 2)])
def test_numbers_that_make_no_sense_are_refused(entries: int, places: int, judges: int) -> None:
    with pytest.raises(ValueError, match="at least one judge"):
        forecast(VOLUNTEERS, entries=entries, places=places, judges=judges)
