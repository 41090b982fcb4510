"""The planner's page reckons at once what its command simulates: they may not tell two stories."""

import pytest

from heroes.domain.counting.planning import VOLUNTEERS, forecast
from heroes.domain.results.planning import ASSUMED, ASSUMED_ENDS, outlook


@pytest.mark.parametrize("panel", ["trained", "peer", "awards"])
def test_page_and_command_agree(panel: str) -> None:
    size = {"entries": 300, "judges": 40, "places": 30}
    simulated = outlook(ASSUMED[panel], ends=ASSUMED_ENDS, **size)  # type: ignore[arg-type]  # all whole numbers
    reckoned = {one.reviews: one.right for one in forecast(ASSUMED[panel], **size)}

    found = {one.reviews: one.recall for one in simulated.options if one.first_wave == one.reviews}
    both = sorted(found.keys() & reckoned.keys())
    assert both == [1, 2, 3, 4, 5, 6, 8]
    assert [found[k] for k in both] == pytest.approx([reckoned[k] for k in both], abs=0.05)


def test_the_pages_assumption_is_the_commands() -> None:
    assumed = ASSUMED["awards"]

    assert (VOLUNTEERS.lq, VOLUNTEERS.lb) == pytest.approx((assumed.lq, assumed.lb))
