"""The times of a live round: no two at once, told to judges at once and to entrants once they know they are in it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from heroes.domain.entry_states import Act
from heroes.domain.policy import Deed
from heroes.models import Entry, OutboxMail, Release, Slot
from heroes.services import slotting
from heroes.services.refusals import Invalid, NotAllowed, NotFound, Refusal
from tests.judging import change
from tests.outcomes import moved, released
from tests.round_scenes import FINAL, LIVE, finalists, round_of
from tests.two_at_once import one_after_the_other
from tests.world import World

MORNING = {"starts": "2026-09-11T10:00", "minutes": "20", "count": "3", "place": "Room 4"}


def make(world: World, where: slotting.Where = LIVE, **changes: Any) -> int:
    return slotting.make(world.ctx("adam"), where, MORNING | changes)


def refused(do: Callable[[], Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        do()
    return caught.value.errors


def table(world: World) -> list[tuple[str, str, str]]:
    """(time, place, title or nothing) of every slot, as staff see it."""
    world.session.rollback()
    times = slotting.times_of(world.ctx("adam"), LIVE)
    return [(f"{s.starts_at:%H:%M}", s.place, entry.title if entry else "") for s, entry in times.slots]


def ids(world: World) -> list[str]:
    world.session.rollback()
    return [str(slot.id) for slot, _ in slotting.times_of(world.ctx("adam"), LIVE).slots]


def mails(world: World) -> list[tuple[str, Any]]:
    """(Title, time or nothing) of the mails about times."""
    world.session.rollback()
    found = world.session.execute(
        select(Entry.title, OutboxMail.values)
        .join(Entry, Entry.id == OutboxMail.entry_id)
        .where(OutboxMail.template == "slot")
        .order_by(OutboxMail.id)
    )
    return [(title, values.get("starts_at", "")[11:16]) for title, values in found]


def test_times_are_made_given_moved_and_taken_back(lite_world: World) -> None:
    one, two = finalists(lite_world, "Team One", "Team Two")
    assert make(lite_world) == 3
    first, second, third = ids(lite_world)
    act = lite_world.ctx("adam")
    slotting.assign(act, LIVE, third, two.handle)
    assert slotting.fill(act, LIVE) == 1
    assert table(lite_world) == [
        ("09:00", "Room 4", "Team One"),
        ("09:20", "Room 4", ""),
        ("09:40", "Room 4", "Team Two"),
    ]
    slotting.move(act, LIVE, third, second)
    slotting.clear(act, LIVE, first)
    slotting.remove(act, LIVE, first)
    assert table(lite_world) == [("09:20", "Room 4", "Team Two"), ("09:40", "Room 4", "")]
    waiting = slotting.times_of(lite_world.ctx("adam"), LIVE).waiting
    assert [entry.title for entry in waiting] == [one.title]


def test_no_two_at_once(lite_world: World) -> None:
    """The panel, the place and the entry are each in one place at a time, and the refusal names it."""
    one, two = finalists(lite_world, "Team One", "Team Two")
    make(lite_world)
    hears = (
        "The panel hears Team of the Year, Final panel Fri 11 September 2026, 10:40, for 20 minutes in Room 4"
    )
    assert refused(lambda: make(lite_world, starts="2026-09-11T10:59", place="Room 5")) == {
        "starts": f"{hears}, so it cannot be elsewhere then."
    }
    assert make(lite_world, starts="2026-09-11T11:00", count="1", place="Room 5") == 1, (
        "end to end is no clash"
    )
    other = round_of(lite_world, "frontline", "written")
    change(
        lite_world,
        other,
        kind="live",
        opens_at=FINAL - timedelta(days=1),
        closes_at=FINAL + timedelta(days=9),
    )
    assert refused(
        lambda: make(lite_world, ("small-2026", "frontline", "written"), count="1", place="room 4")
    ) == {
        "starts": "Room 4 is taken Fri 11 September 2026, 10:00, for 20 minutes, by Team of the Year, Final panel."
    }
    assert make(lite_world, ("small-2026", "frontline", "written"), place="Room 6") == 3, (
        "another panel, elsewhere"
    )
    first, second, *_ = ids(lite_world)
    act = lite_world.ctx("adam")
    slotting.assign(act, LIVE, first, one.handle)
    assert refused(lambda: slotting.assign(act, LIVE, second, one.handle)) == {
        "times": "Team One has a time already: Fri 11 September 2026, 10:00 in Room 4."
    }
    assert refused(lambda: slotting.assign(act, LIVE, first, two.handle)) == {
        "times": "Team One has this time already."
    }
    slotting.assign(act, LIVE, second, two.handle)
    assert refused(lambda: slotting.move(act, LIVE, first, second)) == {
        "times": "Team Two has this time already."
    }
    assert refused(lambda: slotting.remove(act, LIVE, first)) == {
        "times": "Team One has this time. Take it back first."
    }


def test_two_who_make_the_same_times_at_once_make_them_once(world: World) -> None:
    finalists(world, "Team One")
    act = ("adam", lambda ctx: slotting.make(ctx, LIVE, MORNING))
    assert one_after_the_other(world, act, before="INSERT INTO slots", second=act) == ("done", "invalid")
    assert len(ids(world)) == 3


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"starts": "2026-09-06T10:00"}, {"starts"}),
        ({"starts": "2026-09-18T16:30"}, {"count"}),
        ({"starts": "soon", "minutes": "0", "count": "201"}, {"starts", "minutes", "count"}),
        ({"place": "x" * 201}, {"place"}),
    ],
)
def test_times_lie_in_their_round(lite_world: World, changes: dict[str, Any], fields: set[str]) -> None:
    finalists(lite_world, "Team One")
    assert set(refused(lambda: make(lite_world, **changes))) == fields
    assert table(lite_world) == []


def test_an_entrant_hears_of_a_change_only_once_the_shortlist_is_out(lite_world: World) -> None:
    one, two = finalists(lite_world, "Team One", "Team Two")
    make(lite_world)
    first, second, third = ids(lite_world)
    act = lite_world.ctx("adam")
    slotting.fill(act, LIVE)
    shortlist = lite_world.session.scalars(select(Release).where(Release.kind == "shortlist")).one()
    assert slotting.own_slot(act, one, shortlist) is None
    assert mails(lite_world) == []

    released(lite_world, "shortlist")
    act = lite_world.ctx("adam")
    found = slotting.own_slot(act, one, lite_world.session.get_one(Release, shortlist.id))
    assert found is not None
    assert f"{found[1].starts_at:%H:%M}" == "09:00"
    slotting.move(act, LIVE, first, third)
    slotting.clear(act, LIVE, second)
    slotting.assign(act, LIVE, first, two.handle)
    assert mails(lite_world) == [("Team One", "09:40"), ("Team Two", ""), ("Team Two", "09:00")]
    moved(lite_world, one, Act.DISQUALIFY, reason="Not in the country.")
    slotting.clear(lite_world.ctx("adam"), LIVE, third)
    assert len(mails(lite_world)) == 3, "who is out of it hears nothing of its times"


def test_who_may_and_when(lite_world: World) -> None:
    finalists(lite_world, "Team One")
    make(lite_world)
    for who, refusal in (("audrey", NotAllowed), ("chloe", NotFound), ("jack", NotFound), ("bob", NotFound)):
        with pytest.raises(refusal):
            slotting.fill(lite_world.ctx(who), LIVE)
    assert slotting.times_of(lite_world.ctx("audrey"), LIVE).slots
    with pytest.raises(NotFound):
        slotting.times_of(lite_world.ctx("adam"), ("small-2026", "teams", "written"), Deed.SEE_SEASON)
    lite_world.clock.at = FINAL + timedelta(days=30)
    with pytest.raises(Refusal, match="This round has closed"):
        slotting.fill(lite_world.ctx("adam"), LIVE)
    assert lite_world.session.scalars(select(Slot.entry_id)).all() == [None] * 3
