"""Staff who judge as well read nobody's marks in the admin's room before their own are in."""

import pytest

from heroes.models import Entry, Programme, ProgrammeRole
from tests.judging import asked, elsewhere, handed_in
from tests.world import JUDGED, World

SEASON = "/admin/small-2026"
ROUND = f"{SEASON}/judging/frontline/written"
ROOMS = ("/admin/entry/{}", "/admin/entry/{}/audit", f"{SEASON}/audit", ROUND, f"{ROUND}/{{}}")


@pytest.fixture
def entry(lite_world: World) -> Entry:
    """An entry that Jill has marked, 74 out of 100, and that Jack, an admin by now, has still to mark."""
    entry = elsewhere(lite_world)
    handed_in(lite_world, entry, "jill")
    asked(lite_world, entry, "jack")
    lite_world.session.add(
        ProgrammeRole(
            user_id=lite_world.people["jack"],
            programme_id=lite_world.session.query(Programme).one().id,
            role="admin",
            given_at=lite_world.clock.now(),
        )
    )
    lite_world.session.commit()
    return entry


def told(world: World, entry: Entry, room: str, who: str) -> bool:
    """Whether the page says what Jill gave."""
    html = world.client(who).get(room.format(entry.handle)).get_data(as_text=True)
    assert "Jill Judge" in html
    return "74.0" in html or "She rang them all." in html


@pytest.mark.parametrize("room", ROOMS)
def test_others_marks_show_after_ones_own(lite_world: World, entry: Entry, room: str) -> None:
    assert not told(lite_world, entry, room, "jack")
    assert told(lite_world, entry, room, "adam"), "who judges nothing has nothing to wait for"
    lite_world.clock.at = JUDGED
    assert told(lite_world, entry, room, "jack"), "after the close nothing can be marked any more"
