"""The recipe 2026.1 is frozen: what was computed under it comes to the same for ever, chances as well."""

import pytest

from heroes.domain.results import RULES, digest, next_reviews, rank
from tests.domain.results.worlds import SCALE, panel

MARKS = panel(5)
"""Twelve entries, five judges, three reviews each, made from numpy's frozen stream."""
DIGEST = "d25200adec46f8bc418f59971047b99b976f0b788a2b4451f18ee2872b625fbc"


@pytest.mark.parametrize(
    "method, first",
    [
        (
            "calibrated",
            [
                ("e02", 7.860989, 1, 4, 0.965),
                ("e05", 6.847816, 1, 8, 0.798),
                ("e08", 6.442455, 1, 9, 0.622),
                ("e00", 6.242196, 2, 9, 0.528),
                ("e04", 5.777694, 2, 11, 0.291),
                ("e09", 5.711063, 2, 11, 0.264),
            ],
        ),
        (
            "calibrated-limits",
            [
                ("e02", 8.277294, 1, 4, 0.977),
                ("e05", 7.078521, 1, 8, 0.780),
                ("e08", 6.550123, 2, 10, 0.573),
                ("e00", 6.477916, 2, 9, 0.555),
                ("e04", 5.832783, 2, 11, 0.282),
                ("e09", 5.687620, 2, 11, 0.224),
            ],
        ),
        (
            "mean",
            [
                ("e02", 8.533333, 1, 4, 0.965),
                ("e05", 7.133333, 1, 8, 0.798),
                ("e00", 6.666667, 2, 9, 0.528),
                ("e08", 6.466667, 1, 9, 0.622),
                ("e09", 5.866667, 2, 11, 0.264),
                ("e04", 5.666667, 2, 11, 0.291),
            ],
        ),
    ],
)
def test_an_old_season_comes_to_the_same(
    method: str, first: list[tuple[str, float, int, int, float]]
) -> None:
    found = rank(MARKS, SCALE, method=method, places=4).entries[:6]

    assert RULES == "2026.1"
    assert [one.entry for one in found] == [entry for entry, *_ in first]
    assert [float(one.score or 0) for one in found] == pytest.approx(
        [score for _, score, *_ in first], abs=1e-6
    )
    # Another processor may round a draw the other way.
    assert [(one.low, one.high) for one in found] == [(low, high) for *_, low, high, _ in first]
    assert [one.chance_of_place for one in found] == pytest.approx(
        [chance for *_, chance in first], abs=2.1e-3
    )


def test_so_do_its_second_wave_and_its_fingerprint() -> None:
    assert next_reviews(MARKS, SCALE, places=4, budget=8) == {
        "e00": 2,
        "e01": 1,
        "e04": 1,
        "e05": 1,
        "e08": 2,
        "e09": 1,
    }
    assert digest(MARKS, SCALE, "calibrated") == DIGEST
