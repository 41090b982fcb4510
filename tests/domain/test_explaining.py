"""The sentences that explain a score."""

import pytest

from heroes.domain.counting.explaining import share, why
from heroes.domain.counting.standings import Adjusted, Explanation

NAMES = {"a": "Judge A", "c": "Judge C"}


def test_the_flip_example_is_explained_with_every_number() -> None:
    """Entry 1 of the flip example: 6 and 8.5, leniencies -0.515 and 1.167, the field at 6.333."""
    found = Explanation(
        reviews=(Adjusted("a", 6.0, -0.515152, 6.515152), Adjusted("c", 8.5, 1.166667, 7.333333)),
        average=6.924242,
        field_mean=6.333333,
        kept=2 / 3,
        score=6.727273,
    )
    assert why(found, NAMES) == (
        "Judge A scores 0.5 below colleagues on the same entries: the 6.0 given counts as 6.5.",
        "Judge C scores 1.2 above colleagues on the same entries: the 8.5 given counts as 7.3.",
        "Average 6.9. With only two scorecards we move it a third of the way to everybody’s average, 6.3: 6.7.",
    )


def test_a_plain_average_says_so() -> None:
    found = Explanation((Adjusted("a", 6.0, 0.0, 6.0), Adjusted("c", 8.0, 0.0, 8.0)), 7.0, 6.0, 1.0, 7.0)
    assert why(found, {}) == (
        "a scores as colleagues do on the same entries: 6.0 counts as it is.",
        "c scores as colleagues do on the same entries: 8.0 counts as it is.",
        "Their average is the score: 7.0.",
    )


def test_one_scorecard_has_no_average_of_its_own() -> None:
    found = Explanation((Adjusted("a", 9.0, 0.2, 8.8),), 8.8, 6.0, 0.5, 7.4)
    assert why(found, NAMES)[-1] == (
        "With only one scorecard we move it half of the way to everybody’s average, 6.0: 7.4."
    )


def test_what_is_hardly_moved_is_said_to_be() -> None:
    found = Explanation((Adjusted("a", 7.0, 0.0, 7.0),) * 3, 7.0, 6.0, 0.98, 6.98)
    assert why(found, NAMES)[-1] == (
        "Average 7.0. With three scorecards we hardly move it towards everybody’s average, 6.0: 7.0."
    )


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (1 / 3, "a third of the way"),
        (0.3, "about a third of the way"),
        (0.5, "half of the way"),
        (0.001, "hardly"),
        (0.12, "an eighth of the way"),
        (0.16, "a sixth of the way"),
        (0.97, "about all the way"),
    ],
)
def test_a_share_is_said_as_the_nearest_plain_fraction(part: float, said: str) -> None:
    assert share(part) == said
