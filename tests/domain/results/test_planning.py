"""The planner against what long simulations and the model's own algebra say."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from heroes.domain.counting.planning import VOLUNTEERS, forecast
from heroes.domain.counting.standings import Variances
from heroes.domain.results.planning import (
    ASSUMED,
    ASSUMED_ENDS,
    Outlook,
    _beyond,
    _chances,
    _dealt,
    _Panels,
    _second_wave,
    outlook,
)


@pytest.fixture(scope="module")
def awards() -> Outlook:
    return outlook(ASSUMED["awards"], entries=300, judges=40, places=30, ends=ASSUMED_ENDS, minutes=10)


def test_the_options_are_one_to_eight_reviews_without_and_with_a_second_wave(awards: Outlook) -> None:
    assert [(one.reviews, one.first_wave) for one in awards.options] == [
        (1, 1), (2, 2), (3, 3), (3, 2), (4, 4), (4, 2), (5, 5), (5, 2),
        (6, 6), (6, 3), (7, 7), (7, 3), (8, 8), (8, 3),
    ]  # fmt: skip
    assert [one.reviews for one in awards.options if one.second_wave] == [3, 4, 5, 6, 7, 8]


def test_effort_and_reliability_are_arithmetic(awards: Outlook) -> None:
    three = awards.options[2]
    assert (three.total, three.per_judge, three.hours) == (900, 22.5, 150)
    assert three.g_raw == pytest.approx(1 / (1 + (0.38 + 0.85) / 3))
    assert three.g == pytest.approx(1 / (1 + 0.85 / 3))
    assert (awards.options[3].g_raw, awards.options[3].g) == (None, None)


@pytest.mark.parametrize(
    ("kind", "three", "two_waves", "sure"),
    # Recall with the calibrated mean at 3 reviews, and in two waves; the share of places 90 % sure. 400 seasons of the
    # benchmark, which has whole marks, careless reviews and uneven judges as well.
    [("awards", 0.645, 0.717, 0.085), ("peer", 0.625, 0.700, 0.06), ("trained", 0.770, 0.83, 0.34)],
)
def test_it_foretells_what_the_long_simulation_measures(
    kind: str, three: float, two_waves: float, sure: float
) -> None:
    found = outlook(ASSUMED[kind], entries=300, judges=40, places=30, ends=ASSUMED_ENDS)
    by_way = {(one.reviews, one.first_wave): one for one in found.options}
    assert by_way[3, 3].recall == pytest.approx(three, abs=0.03)
    assert by_way[3, 2].recall == pytest.approx(two_waves, abs=0.03)
    assert by_way[3, 3].sure == pytest.approx(sure, abs=0.03)
    assert max(one.recall_se for one in found.options) < 0.015


def test_more_reviews_find_more_and_a_second_wave_more_still(awards: Outlook) -> None:
    uniform = [one for one in awards.options if not one.second_wave]
    waves = {one.reviews: one for one in awards.options if one.second_wave}
    for what in ("recall", "sure"):
        values = [getattr(one, what) for one in uniform]
        assert values == sorted(values)
        assert all(getattr(waves[one.reviews], what) > getattr(one, what) for one in uniform[2:])


def test_it_agrees_with_the_forecast_that_needs_no_simulation() -> None:
    endless = outlook(ASSUMED["peer"], entries=300, judges=40, places=30)
    uniform = [one for one in endless.options if not one.second_wave]
    closed = forecast(ASSUMED["peer"], entries=300, places=30, judges=40, reviews=range(1, 9))
    for one, other in zip(uniform, closed, strict=True):
        assert one.recall == pytest.approx(other.right, abs=0.04)


def test_a_scale_without_ends_lets_more_be_called_sure(awards: Outlook) -> None:
    endless = outlook(ASSUMED["awards"], entries=300, judges=40, places=30)
    assert endless.options[2].sure > 1.2 * awards.options[2].sure


def test_the_cheapest_option_that_is_good_enough(awards: Outlook) -> None:
    enough = awards.cheapest(0.7)
    assert enough is not None
    assert (enough.reviews, enough.first_wave) == (3, 2)
    one = awards.cheapest(0.1)
    assert one is not None
    assert one.reviews == 1
    assert awards.cheapest(0.99) is None


def test_the_same_arguments_give_the_same_outlook(awards: Outlook) -> None:
    asked = {"entries": 60, "judges": 12, "places": 6, "ends": ASSUMED_ENDS}
    first = outlook(ASSUMED["peer"], **asked, seed=1)  # type: ignore[arg-type]
    assert outlook(ASSUMED["peer"], **asked, seed=1) == first  # type: ignore[arg-type]
    assert outlook(ASSUMED["peer"], **asked, seed=2) != first  # type: ignore[arg-type]


def test_only_ratios_matter_where_the_scale_has_no_ends() -> None:
    points = ASSUMED["peer"]
    hundreds = replace(
        points, entry=100 * points.entry, judge=100 * points.judge, residual=100 * points.residual, mean=0.0
    )
    one, other = (outlook(v, entries=60, judges=12, places=6) for v in (points, hundreds))
    assert [o.recall for o in one.options] == [o.recall for o in other.options]


def test_of_a_large_programme_a_part_is_simulated_and_said() -> None:
    found = outlook(ASSUMED["awards"], entries=20_000, judges=1000, places=2000, minutes=6)
    assert (found.entries, found.simulated, found.seasons) == (20_000, 1000, 12)
    assert found.options[2].total == 60_000
    assert found.options[2].hours == 6000


def test_nobody_reads_more_than_there_are_judges() -> None:
    few = outlook(ASSUMED["awards"], entries=12, judges=3, places=3)
    assert [(one.reviews, one.first_wave) for one in few.options] == [(1, 1), (2, 2), (3, 3)]
    alone = outlook(ASSUMED["awards"], entries=2, judges=1, places=1)
    assert [(one.reviews, one.second_wave) for one in alone.options] == [(1, False)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"entries": 1}, "there is nothing to plan"),
        ({"judges": 0}, "there is nothing to plan"),
        ({"places": 0}, "there is nothing to choose"),
        ({"places": 60}, "there is nothing to choose"),
        ({"minutes": -1.0}, "is not a number of minutes"),
        ({"minutes": float("nan")}, "is not a number of minutes"),
        ({"variances": Variances(1.0, 0.0, 1.0, 0.0, 1.0, 1.0)}, "must be above zero"),
        ({"variances": Variances(float("nan"), 1.0, 1.0, 0.0, 1.0, 1.0)}, "must be above zero"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, object], said: str) -> None:
    asked = {"variances": ASSUMED["awards"], "entries": 60, "judges": 12, "places": 6} | changed
    with pytest.raises(ValueError, match=said):
        outlook(asked.pop("variances"), **asked)  # type: ignore[arg-type]


def test_its_deal_gives_nobody_an_entry_twice_and_everybody_as_much() -> None:
    who = _dealt(40, 8, 5, np.random.RandomState(0))
    assert all(len(set(row)) == 5 for row in who.tolist())
    for width in range(1, 6):
        assert set(np.bincount(who[:, :width].ravel(), minlength=8)) == {5 * width}


def test_the_second_wave_is_the_one_by_one_rule() -> None:
    chance = np.random.default_rng(3)
    chances = chance.random(30)
    doubt, many = np.sqrt(chances * (1 - chances)), np.full(30, 2)
    for _ in range(50):
        many[np.argmax(np.where(many < 5, doubt / many, -1))] += 1
    assert _second_wave(chances, np.full(30, 2), 50, 5).tolist() == many.tolist()
    assert _second_wave(chances, np.full(30, 2), 1000, 5).tolist() == [5] * 30


def test_the_normal_distribution_to_seven_digits() -> None:
    z = np.linspace(-8, 8, 401)
    assert np.abs(_beyond(z) - norm.cdf(z)).max() < 1e-7


def test_chances_add_up_to_the_places() -> None:
    chance = np.random.default_rng(4)
    found = _chances(chance.normal(size=100), chance.uniform(0.2, 1, size=100), 10)
    assert found.sum() == pytest.approx(10, abs=1e-6)


def test_its_scores_are_those_of_the_model_and_their_spread_that_of_the_joint_posterior() -> None:
    """Golden vector 1 of the judging model: three judges, four entries, both ratios 1."""
    who = np.array([[0, 1, 2], [0, 2, 1], [1, 2, 0], [0, 1, 2]])
    said = np.array([[7, 7, 0], [6, 8.5, 0], [5, 8, 0], [4, 4, 0]])
    each = np.array([2, 2, 2, 2])
    panels = _Panels(Variances(1.0, 1.0, 1.0, 0.0, 1.0, 1.0), who, said, 3)
    worth, spread = panels.judged(each)
    assert worth == pytest.approx([7.166667, 6.727273, 6.272727, 5.166667], abs=1e-6)
    design = np.zeros((8, 8))
    for row, (entry, column) in enumerate((e, c) for e in range(4) for c in range(2)):
        design[row, [0, 1 + entry, 5 + who[entry, column]]] = 1
    joint = np.linalg.inv(design.T @ design + np.diag([0.0] + [1.0] * 7))
    reach = np.zeros((4, 8))
    reach[:, 0] = 1
    reach[np.arange(4), 1 + np.arange(4)] = 1
    assert spread == pytest.approx(np.sqrt(np.einsum("ij,jk,ik->i", reach, joint, reach)))


def test_the_pages_assumption_is_the_commands() -> None:
    assumed = ASSUMED["awards"]

    assert (VOLUNTEERS.lq, VOLUNTEERS.lb) == pytest.approx((assumed.lq, assumed.lb))
