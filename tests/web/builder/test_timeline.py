"""The timeline page: what moves is shown before it is saved, and nothing typed is lost."""

import re

from tests.counting import statements
from tests.judging import change
from tests.world import World, post

PAGE = "/admin/small-2026/setup/timeline"


def fields(world: World, who: str = "adam") -> dict[str, str]:
    """Every field of the page as it stands."""
    page = world.client(who).get(PAGE).text
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and name[1] != "csrf_token":
            found[name[1]] = value[1]
    return found


def test_an_open_season_shows_what_moves_and_asks_why_before_it_saves(lite_world: World) -> None:
    world = lite_world
    world.nominate()
    client = world.client("adam")
    with statements(world) as sent:
        client.get(PAGE)
    assert len(sent) == 7
    typed = fields(world) | {"day-closes": "2026-05-26"}
    look = post(client, PAGE, typed | {"act": "look"})
    assert look.status_code == 200
    assert "What moves" in look.text
    assert "1 draft" in look.text
    unsaid = post(client, PAGE, typed | {"act": "save", "told": "1", "tell": "yes"})
    assert unsaid.status_code == 422
    assert 'value="2026-05-26"' in unsaid.text
    assert "Say why: everybody will read it." in unsaid.text
    saved = post(
        client, PAGE, typed | {"act": "save", "told": "1", "tell": "yes", "rule_reason": "A holiday."}
    )
    assert (saved.status_code, saved.location) == (303, f"{PAGE}?done=saved")
    assert fields(world)["day-closes"] == "2026-05-26"


def test_what_is_out_of_order_or_no_time_stands_beside_its_field_with_all_that_was_typed(
    lite_world: World,
) -> None:
    world = lite_world
    change(world, world.season(), opened_at=None)
    typed = fields(world) | {
        "day-closes": "2026-03-29",
        "clock-closes": "01:30",
        "milestone-0-title": "A new name",
        "grace": "soon",
    }
    refused = post(world.client("adam"), PAGE, typed | {"act": "save"})
    assert refused.status_code == 422
    assert "There is no 01:30 on Sun 29 Mar: the clocks go forward then. Take 02:30." in refused.text
    for name in ("closes", "grace"):
        assert f'id="{name}-error"' in refused.text
    for value in ("01:30", "A new name", "soon"):
        assert f'value="{value}"' in refused.text


def test_somebody_who_was_faster_is_shown_beside_what_was_typed(lite_world: World) -> None:
    world = lite_world
    change(world, world.season(), opened_at=None)
    before = fields(world)
    assert (
        post(world.client("olive"), PAGE, before | {"clock-opens": "10:00", "act": "save"}).status_code == 303
    )
    late = post(world.client("adam"), PAGE, before | {"clock-opens": "11:00", "act": "save"})
    assert late.status_code == 409
    text = " ".join(re.sub(r"<[^>]+>", " ", late.text).split())
    assert "Olive Owner was faster" in text
    assert "Nominations open 2026-03-02 10:00 2026-03-02 11:00" in text
    again = {**before, "seen": re.search(r'name="seen" value="(\w+)"', late.text)[1]}  # type: ignore[index] # it is there
    saved = post(world.client("adam"), PAGE, again | {"clock-opens": "11:00", "act": "save"})
    assert saved.status_code == 303
    assert fields(world)["clock-opens"] == "11:00"


def test_an_auditor_reads_the_dates_and_moves_none(lite_world: World) -> None:
    typed = fields(lite_world, "audrey")
    assert post(lite_world.client("audrey"), PAGE, typed | {"act": "save"}).status_code == 403
