"""Many at once: the preview tells the truth, and applying moves exactly what it showed or nothing."""

import pytest
from sqlalchemy import select, text

from heroes.domain.entry_states import Act, Given
from heroes.domain.workflow import SENTENCES, Why
from heroes.models import AuditRecord, Entry
from heroes.services import acting, bulk
from heroes.services.bulk import BulkAct
from heroes.services.refusals import Faster, Invalid, NotFound, NotNow
from tests.counting import statements
from tests.crowd import add_crowd, add_one
from tests.world import JUDGED, World

SEASON = "small-2026"


def states(world: World, handles: list[str]) -> list[str]:
    world.session.rollback()
    found = dict(
        world.session.execute(select(Entry.handle, Entry.state).where(Entry.handle.in_(handles))).all()
    )
    return [found[handle] for handle in handles]


def versions(preview: bulk.Preview) -> dict[str, int]:
    return {line.entry.handle: line.version for line in preview.moving}


def test_the_preview_says_which_will_move_and_why_others_cannot(world: World) -> None:
    ready, short, unscreened = (
        add_one(world, "submitted"),
        add_one(world, "submitted"),
        add_one(world, "submitted", screening="unchecked", screened_at=None),
    )
    gone = add_one(world, "withdrawn")
    world.session.execute(text(f"UPDATE round_entries SET cards_in = 2 WHERE entry_id = {ready.id}"))
    world.session.commit()
    handles = [e.handle for e in (ready, short, unscreened, gone)]
    found = bulk.preview(world.ctx("adam"), SEASON, BulkAct.SHORTLIST, handles)
    assert {line.entry.handle: line.refusal for line in found.lines} == {
        ready.handle: "",
        short.handle: SENTENCES[Why.NO_QUORUM],
        unscreened.handle: SENTENCES[Why.NOT_ELIGIBLE],
        gone.handle: SENTENCES[Why.WRONG_STATE],
    }
    assert versions(found) == {ready.handle: 1}
    again = bulk.preview(
        world.ctx("adam"), SEASON, BulkAct.SHORTLIST, handles, Given(reason="Late judges.", override=True)
    )
    assert versions(again) == {ready.handle: 1, short.handle: 1}
    assert states(world, handles) == ["submitted", "submitted", "submitted", "withdrawn"]


@pytest.mark.parametrize(
    ("act", "state", "target"),
    [
        (BulkAct.SHORTLIST, "submitted", "shortlisted"),
        (BulkAct.NOT_SHORTLIST, "submitted", "not_shortlisted"),
        (BulkAct.RECONSIDER, "not_shortlisted", "submitted"),
        (BulkAct.NOT_AWARD, "shortlisted", "not_awarded"),
    ],
)
def test_applying_moves_exactly_what_was_previewed(
    world: World, act: BulkAct, state: str, target: str
) -> None:
    world.clock.at = JUDGED
    handles = add_crowd(world, 5, state=state)
    other = add_one(world, state)
    given = Given(reason="As the panel decided.", override=True)
    found = bulk.preview(world.ctx("adam"), SEASON, act, handles, given)
    assert bulk.apply(world.ctx("adam"), SEASON, act, versions(found), given) == 5
    assert states(world, [*handles, other.handle]) == [target] * 5 + [state]


@pytest.mark.parametrize("act", [BulkAct.NOT_SHORTLIST, BulkAct.ELIGIBLE])
def test_if_one_has_changed_meanwhile_none_moves(world: World, act: BulkAct) -> None:
    handles = add_crowd(world, 4, screening="query", screening_reason="Who?")
    given = Given(reason="Below the line.")
    found = bulk.preview(world.ctx("adam"), SEASON, act, handles, given)
    acting.press(world.ctx("olive"), handles[2], Act.DISQUALIFY, Given(reason="Not here."), 1)
    with pytest.raises(Faster) as refused:
        bulk.apply(world.ctx("adam"), SEASON, act, versions(found), given)
    assert refused.value.who == "Olive Owner"
    assert states(world, handles) == ["submitted", "submitted", "ineligible", "submitted"]
    again = bulk.preview(world.ctx("adam"), SEASON, act, handles, given)
    assert len(again.moving) == 3
    bulk.apply(world.ctx("adam"), SEASON, act, versions(again), given)


def test_a_rule_that_has_come_to_refuse_one_stops_all(world: World) -> None:
    handles = add_crowd(world, 3)
    world.session.execute(text("UPDATE round_entries SET cards_in = 2"))
    world.session.commit()
    found = bulk.preview(world.ctx("adam"), SEASON, BulkAct.SHORTLIST, handles)
    assert len(found.moving) == 3
    world.session.execute(
        text("UPDATE round_entries SET cards_in = 1 WHERE entry_id = (SELECT max(id) FROM entries)")
    )
    world.session.commit()
    with pytest.raises(NotNow):
        bulk.apply(world.ctx("adam"), SEASON, BulkAct.SHORTLIST, versions(found))
    assert states(world, handles) == ["submitted"] * 3


def test_a_returned_entry_that_never_came_back_is_passed_over_as_it_was_sent(world: World) -> None:
    started = world.submitted()
    entry = started.entry
    due = world.clock.now().replace(day=9)
    acting.press(
        world.ctx("adam"), entry.handle, Act.RETURN, Given(message="Where?", due_at=due), entry.version
    )
    world.clock.at = due
    given = Given(reason="Never came back.")
    found = bulk.preview(world.ctx("adam"), SEASON, BulkAct.NOT_SHORTLIST, [entry.handle], given)
    bulk.apply(world.ctx("adam"), SEASON, BulkAct.NOT_SHORTLIST, versions(found), given)
    world.session.expire_all()
    assert (entry.state, entry.sheet_number) == ("not_shortlisted", 1)


@pytest.mark.parametrize("handles", [[], ["nothing"], ["x"] * 3])
def test_a_choice_that_is_none_is_refused(lite_world: World, handles: list[str]) -> None:
    with pytest.raises((Invalid, NotFound)):
        bulk.preview(lite_world.ctx("adam"), SEASON, BulkAct.SHORTLIST, handles)
    with pytest.raises((Invalid, NotFound)):
        bulk.apply(lite_world.ctx("adam"), SEASON, BulkAct.SHORTLIST, dict.fromkeys(handles, 1))


def test_too_many_at_once_are_refused(lite_world: World) -> None:
    handles = [f"entry{n}" for n in range(bulk.MOST_ROWS + 1)]
    with pytest.raises(Invalid):
        bulk.preview(lite_world.ctx("adam"), SEASON, BulkAct.SHORTLIST, handles)
    with pytest.raises(Invalid):
        bulk.apply(lite_world.ctx("adam"), SEASON, BulkAct.SHORTLIST, dict.fromkeys(handles, 1))


def test_an_auditor_sees_that_nothing_would_move_and_strangers_see_nothing(lite_world: World) -> None:
    handles = add_crowd(lite_world, 2)
    given = Given(reason="x", override=True)
    found = bulk.preview(lite_world.ctx("audrey"), SEASON, BulkAct.SHORTLIST, handles, given)
    assert {line.refusal for line in found.lines} == {SENTENCES[Why.NOT_YOURS]}
    with pytest.raises(NotFound):
        bulk.preview(lite_world.ctx("jill"), SEASON, BulkAct.SHORTLIST, handles, given)


def test_shortlisting_a_hundred_asks_little(world: World) -> None:
    handles = add_crowd(world, 100)
    world.session.execute(text("UPDATE round_entries SET cards_in = 2"))
    world.session.commit()
    found = bulk.preview(world.ctx("adam"), SEASON, BulkAct.SHORTLIST, handles)
    world.session.rollback()
    with statements(world) as sent:
        assert bulk.apply(world.ctx("adam"), SEASON, BulkAct.SHORTLIST, versions(found)) == 100
    assert len(sent) <= 4 * 100
    assert (
        len(world.session.scalars(select(AuditRecord).where(AuditRecord.act == "entry.shortlist")).all())
        == 100
    )
