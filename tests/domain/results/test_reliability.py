"""How far panels agree, against published coefficients."""

from dataclasses import astuple

import numpy as np
import pytest

from heroes.domain.counting import Variances
from heroes.domain.results.reliability import alpha, alpha_with_interval, intraclass, reliability_of
from tests.domain.results.test_model import SHROUT_FLEISS

# Three coders and fifteen units, the example of the encyclopaedia's article on Krippendorff's alpha.
CODERS = (
    "* * * * * 3 4 1 2 1 1 3 3 * 3",
    "1 * 2 1 3 3 4 3 * * * * * * *",
    "* * 2 1 3 4 4 * 2 1 1 3 3 * 4",
)


def coded() -> tuple[np.ndarray, np.ndarray]:
    rows = [
        (unit, float(value)) for line in CODERS for unit, value in enumerate(line.split()) if value != "*"
    ]
    return np.array([unit for unit, _ in rows]), np.array([value for _, value in rows])


def test_alpha_is_the_published_one() -> None:
    assert alpha(*coded()) == pytest.approx(0.810845, abs=5e-7)


def test_alpha_does_not_move_with_the_scale() -> None:
    unit, value = coded()

    assert alpha(unit, 1e6 + 3 * value) == pytest.approx(0.810845, abs=5e-7)


@pytest.mark.parametrize(
    "unit, value",
    [([], []), ([0], [5.0]), ([0, 1, 2], [1.0, 2.0, 3.0]), ([0, 0, 1, 1], [5.0, 5.0, 5.0, 5.0])],
    ids=["nothing", "one", "no pair", "no difference"],
)
def test_alpha_is_unknown_where_nothing_can_be_compared(unit: list[int], value: list[float]) -> None:
    assert alpha(np.array(unit, dtype=int), np.array(value)) is None


def test_the_interval_is_around_alpha_and_the_same_for_a_seed() -> None:
    unit, value = coded()
    middle, low, high = alpha_with_interval(unit, value, seed=4)

    assert alpha_with_interval(unit, value, seed=4) == (middle, low, high)
    assert alpha_with_interval(unit, value, seed=5) != (middle, low, high)
    assert low is not None
    assert high is not None
    assert middle is not None
    assert low < middle < high <= 1


def test_the_six_coefficients_are_the_published_ones() -> None:
    found = intraclass(SHROUT_FLEISS)

    assert [
        found.one,
        found.agreement,
        found.consistency,
        found.one_k,
        found.agreement_k,
        found.consistency_k,
    ] == pytest.approx([0.1657, 0.2898, 0.7148, 0.4428, 0.6201, 0.9093], abs=5e-5)


def test_one_judge_or_one_entry_has_no_coefficient() -> None:
    for table in (SHROUT_FLEISS[:1], SHROUT_FLEISS[:, :1]):
        found = intraclass(table)
        assert {found.one, found.agreement, found.consistency, found.agreement_k} == {None}


def test_everything_about_an_incomplete_panel() -> None:
    entry = np.array([0, 0, 1, 1, 2])
    judge = np.array([0, 1, 0, 1, 0])
    variances = Variances(entry=4.0, judge=1.0, residual=3.0, mean=5.0, lq=0.75, lb=3.0)

    found = reliability_of(entry, judge, np.array([1.0, 3.0, 5.0, 5.0, 9.0]), 3, 2, variances, seed=0)

    # alpha by hand: the pair (1, 3) is seen from both sides, 2 x 4 / 4 values; 1 - 2 / (2 x 4 x 11 / (4 x 3)).
    assert found.alpha == pytest.approx(1 - 2 / (22 / 3))
    assert astuple(found)[:1] + astuple(found)[4:] == pytest.approx(
        (5 / 3, 4 / 8, 4 / (4 + 4 * 3 / 5), 4 / (4 + 4 * 3 / 5), 4 / (4 + 3 * 3 / 5), 4.0, "tentative")
    )


@pytest.mark.parametrize(
    "value, word",
    [([1.0, 1.0, 9.0, 9.0], "firm"), ([1.0, 9.0, 9.0, 1.0], "weak"), ([5.0, 5.0, 5.0, 5.0], "unknown")],
)
def test_words(value: list[float], word: str) -> None:
    entry, judge = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])

    assert reliability_of(entry, judge, np.array(value), 2, 2, None, seed=0).word == word
