"""One result of several rounds."""

from decimal import Decimal

import pytest

from heroes.domain.results import Criterion, Part, blend, rank
from tests.domain.results.panels import ONE, ranks, scorecards, scores
from tests.domain.results.worlds import SCALE, panel

WRITTEN = rank(scorecards(ONE, {"A": {"j": "10"}, "B": {"j": "7"}, "C": {"j": "4"}}), ONE, method="mean")
STAGE = (Criterion("Stage", Decimal(1), Decimal(0), Decimal(5)),)
LIVE = rank(scorecards(STAGE, {"A": {"k": "2"}, "B": {"k": "5"}}), STAGE, method="mean", entries=["D"])


def test_each_round_counts_by_its_weight_out_of_a_hundred() -> None:
    found = blend([Part(WRITTEN, ONE, Decimal(50)), Part(LIVE, STAGE, Decimal(50))])

    # Written: A 100, B 66.7; live: A 40, B 100.
    assert ranks(found) == [(1, "B"), (2, "A"), (None, "C"), (None, "D")]
    assert found.entries[1].score == Decimal(70)
    assert float(found.entries[0].score or 0) == pytest.approx((200 / 3 + 100) / 2)
    assert [one.reviews for one in found.entries] == [2, 2, 1, 0]


def test_the_weights_have_any_sum() -> None:
    half = blend([Part(WRITTEN, ONE, Decimal(3)), Part(LIVE, STAGE, Decimal(1))])

    assert scores(half)["A"] == Decimal(85)
    assert ranks(half)[:2] == [(1, "A"), (2, "B")]


def test_equals_share_a_place_and_models_give_floats() -> None:
    level = blend([Part(WRITTEN, ONE, Decimal(1)), Part(WRITTEN, ONE, Decimal(2))])
    modelled = blend([Part(rank(panel(1), SCALE), SCALE, 1), Part(rank(panel(2), SCALE), SCALE, 1)])

    assert ranks(level) == [(1, "A"), (2, "B"), (3, "C")]
    assert {type(one.score) for one in modelled.entries} == {float}
    one, other = (rank(panel(seed), SCALE) for seed in (1, 2))
    points = {e.entry: (float(e.score or 0) - 1) / 9 * 50 for e in one.entries}
    for entry in other.entries:
        points[entry.entry] += (float(entry.score or 0) - 1) / 9 * 50
    assert {e.entry: e.score for e in modelled.entries} == pytest.approx(points)
    equal = rank(scorecards(ONE, {"A": {"j": "5"}, "B": {"j": "5"}}), ONE, method="mean")
    assert ranks(blend([Part(equal, ONE, Decimal(1))])) == [(1, "A"), (1, "B")]


@pytest.mark.parametrize("weight", [Decimal(0), Decimal(-1), Decimal("NaN"), float("inf")])
def test_a_weight_that_is_none_is_refused(weight: Decimal | float) -> None:
    with pytest.raises(ValueError, match="not above zero"):
        blend([Part(WRITTEN, ONE, weight)])
    with pytest.raises(ValueError, match="no round"):
        blend([])
