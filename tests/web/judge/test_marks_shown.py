"""Who sees other judges' marks, and when: as the round says, on every page of a judge, a chair and staff who judge."""

import pytest
from sqlalchemy import select

from heroes.models import Entry, Programme, ProgrammeRole, Round
from tests.judging import assignment, change, elsewhere, handed_in
from tests.world import JUDGED, JUDGING, World

BOARD = "/judge/table/small-2026/frontline/written"
STAFF = "/admin/small-2026/results/frontline/written"


@pytest.fixture
def entry(lite_world: World) -> Entry:
    """An entry that Jack (who is an admin as well), Jill and Chloe, the chair, have all marked."""
    entry = elsewhere(lite_world)
    handed_in(lite_world, entry, "jill", beyond="1", difference="2")
    handed_in(lite_world, entry, "jack")
    handed_in(lite_world, entry, "chloe")
    programme = lite_world.session.scalars(select(Programme)).one()
    lite_world.session.add(
        ProgrammeRole(
            user_id=lite_world.people["jack"],
            programme_id=programme.id,
            role="admin",
            given_at=lite_world.clock.now(),
        )
    )
    lite_world.session.commit()
    lite_world.computed()
    return entry


def seen(world: World, entry: Entry) -> dict[str, bool]:
    """Page -> whether Jill's total, or what is worked out from it, is on it."""
    pages = {
        "card": ("jack", f"/judge/{assignment(world, entry, 'jack').handle}", "16.0"),
        "mine": ("jack", "/judge/mine", "your colleagues"),
        "table": ("chloe", BOARD, "16.0"),
        "staff who judge": ("jack", STAFF, "16.0"),
        "their entry": ("jack", f"/admin/entry/{entry.handle}", "16.0"),
        "staff": ("adam", STAFF, "16.0"),
    }
    found = {}
    for name, (who, path, sign) in pages.items():
        found[name] = sign in world.client(who).get(path).get_data(as_text=True)
    return found


ALL = dict.fromkeys(("card", "mine", "table", "staff who judge", "their entry", "staff"), True)
NONE = dict.fromkeys(ALL, False) | {"staff": True}


@pytest.mark.parametrize(
    ("when", "open_still", "closed"),
    [
        ("own_in", ALL, ALL),
        ("closed", NONE, ALL),
        # Staff decide on the results, so in the end they read them, whatever else they are.
        ("never", NONE, NONE | {"staff who judge": True, "their entry": True}),
    ],
)
def test_others_marks_show_when_the_round_says_so(
    lite_world: World, entry: Entry, when: str, open_still: dict[str, bool], closed: dict[str, bool]
) -> None:
    change(lite_world, lite_world.session.scalars(select(Round).where(Round.blind)).one(), marks_shown=when)
    lite_world.clock.at = JUDGING
    assert seen(lite_world, entry) == open_still
    lite_world.clock.at = JUDGED
    assert seen(lite_world, entry) == closed
    if when == "never":
        assert "nobody on the panel sees the others’ marks" in lite_world.client("chloe").get(BOARD).text
