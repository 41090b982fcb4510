"""Handles and numbers that no row can have name nothing, on both databases; none of them is an error of ours."""

from typing import Any

import pytest

from tests.judging import asked, elsewhere
from tests.world import World, token_in

ENTRY = "/admin/small-2026/judging/frontline/written/{}"


@pytest.mark.parametrize(
    "path",
    [
        "/small%00/",
        "/small-2026/front%00/",
        "/mine/x%00/",
        "/link/%00",
        "/small-2026/%1f/nominate",
        "/%C2%85/",
    ],
)
def test_an_address_with_a_control_character_is_a_404(world: World, path: str) -> None:
    assert world.client().get(path).status_code == 404


@pytest.mark.parametrize("page", ["mail", "audit"])
def test_a_number_past_every_row_is_no_error(world: World, page: str) -> None:
    answer = world.client("audrey").get(f"/admin/small-2026/{page}?before=99999999999999999")
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize("act", ["assign", "recuse", "lift", "remove"])
def test_a_handle_that_no_row_can_have_is_refused(world: World, act: str) -> None:
    entry = elsewhere(world)
    asked(world, entry, "jack")
    client, path = world.client("adam"), ENTRY.format(entry.handle)
    data: dict[str, Any] = {"csrf_token": token_in(client.get(path).get_data(as_text=True)), "reason": "So."}
    answer = client.post(f"{path}/{act}", data=data | {"judge": "x\0", "assignment": "x\0"})
    assert answer.status_code in (404, 422)
