"""Stepping back and being recused: the entry is gone, marks stop counting and stay as rows, all of it audited."""

from typing import Any

import pytest
from sqlalchemy import select

from heroes.models import AuditRecord, Entry, Recusal
from heroes.services import recusing, scoring
from heroes.services.refusals import Invalid, NotAllowed, NotFound, Refusal
from tests.judging import COMMENT, GOOD, asked, assignment, cards, elsewhere, handed_in, handle_of, marks_kept
from tests.world import JUDGED, JUDGING, World

WHY = "I managed their team until 2024."


def recusal(world: World, entry: Entry, who: str) -> Recusal | None:
    return world.session.get(Recusal, (world.people[who], entry.id), populate_existing=True)


def by_admin(world: World, entry: Entry, judge: str, reason: str = WHY, who: str = "adam") -> None:
    recusing.recuse(world.ctx(who), entry.handle, handle_of(world, judge), reason)


def lifted(world: World, entry: Entry, judge: str) -> None:
    recusing.lift(
        world.ctx("adam"), entry.handle, handle_of(world, judge), "It was somebody of the same name"
    )


def records(world: World, act: str) -> list[Any]:
    return [
        (record.actor, record.acting_as, record.body)
        for record in world.session.scalars(
            select(AuditRecord).where(AuditRecord.act == act).order_by(AuditRecord.id)
        )
    ]


def test_stepping_back_ends_the_assignment_and_keeps_the_reason(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    recusing.step_back(world.ctx("jack"), one.handle, f"  {WHY} ")
    one = assignment(world, entry, "jack")
    kept = recusal(world, entry, "jack")
    assert kept is not None
    assert (one.state, one.recused_reason) == ("recused", WHY)
    assert (kept.source, kept.reason, kept.recused_at, kept.lifted_at) == ("judge", WHY, JUDGING, None)
    assert cards(world, entry) == (0, 0)
    jack = f"user:{world.people['jack']}"
    body = {"after": {"recused": jack, "scorecards_set_aside": 0}, "reason": WHY}
    assert records(world, "judging.recuse") == [(jack, "judge", body)]


def test_marks_that_are_in_stop_counting_and_stay_as_rows(world: World) -> None:
    entry = elsewhere(world)
    one = handed_in(world, entry, "jack")
    handed_in(world, entry, "jill")
    recusing.step_back(world.ctx("jack"), one.handle, WHY)
    assert cards(world, entry) == (1, 1)
    one = assignment(world, entry, "jack")
    assert (one.state, one.total, one.submitted_at) == ("recused", None, None)
    assert marks_kept(world, one) == {1: ["7", "8"]}


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 2001])
def test_stepping_back_takes_a_reason_that_can_be_kept(world: World, reason: str) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    with pytest.raises(Invalid) as refused:
        recusing.step_back(world.ctx("jack"), one.handle, reason)
    assert set(refused.value.errors) == {"reason"}
    assert (cards(world, entry), recusal(world, entry, "jack")) == ((1, 0), None)


@pytest.mark.parametrize("who", ["jill", "adam", "bob", "stranger"])
def test_nobody_steps_back_for_somebody_else(world: World, who: str) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    with pytest.raises(NotFound):
        recusing.step_back(world.ctx(who), one.handle, WHY)
    assert cards(world, entry) == (1, 0)


def test_after_the_close_only_an_admin_sets_marks_aside(world: World) -> None:
    entry = elsewhere(world)
    one = handed_in(world, entry, "jack")
    world.clock.at = JUDGED
    with pytest.raises(Refusal) as refused:
        recusing.step_back(world.ctx("jack"), one.handle, WHY)
    assert (refused.value.code, cards(world, entry)) == ("round_closed", (1, 1))
    by_admin(world, entry, "jack")
    assert cards(world, entry) == (0, 0)


def test_an_admin_recuses_somebody_who_was_not_asked_yet(world: World) -> None:
    entry = elsewhere(world)
    by_admin(world, entry, "jack")
    kept = recusal(world, entry, "jack")
    assert kept is not None
    assert (kept.source, kept.reason) == ("admin", WHY)
    with pytest.raises(Invalid):
        asked(world, entry, "jack")


def test_recusing_twice_is_refused(world: World) -> None:
    entry = elsewhere(world)
    by_admin(world, entry, "jack")
    with pytest.raises(Refusal) as refused:
        by_admin(world, entry, "jack", "Again")
    assert refused.value.code == "recused_already"
    kept = recusal(world, entry, "jack")
    assert kept is not None
    assert kept.reason == WHY


def test_lifting_gives_the_entry_back_with_its_draft(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    scoring.save(world.ctx("jack"), one.handle, 1, {"difference": "7"}, "So far")
    recusing.step_back(world.ctx("jack"), one.handle, WHY)
    lifted(world, entry, "jack")
    one = assignment(world, entry, "jack")
    assert (one.state, one.draft, one.draft_comment) == ("assigned", {"difference": "7"}, "So far")
    assert cards(world, entry) == (1, 0)
    jack, adam = (f"user:{world.people[who]}" for who in ("jack", "adam"))
    body = {"before": {"recused": jack}, "reason": "It was somebody of the same name"}
    assert records(world, "judging.lift_recusal") == [(adam, "", body)]


def test_marks_set_aside_count_again_only_when_handed_in_again(world: World) -> None:
    entry = elsewhere(world)
    one = handed_in(world, entry, "jack")
    by_admin(world, entry, "jack")
    lifted(world, entry, "jack")
    one = assignment(world, entry, "jack")
    assert (one.state, one.submission, cards(world, entry)) == ("assigned", 1, (1, 0))
    scoring.submit(world.ctx("jack"), one.handle, one.revision, GOOD, COMMENT)
    assert cards(world, entry) == (1, 1)
    assert marks_kept(world, one) == {1: ["7", "8"], 2: ["7", "8"]}


def test_lifting_after_the_close_leaves_the_assignment_as_it_is(world: World) -> None:
    entry = elsewhere(world)
    handed_in(world, entry, "jack")
    by_admin(world, entry, "jack")
    world.clock.at = JUDGED
    lifted(world, entry, "jack")
    assert (assignment(world, entry, "jack").state, cards(world, entry)) == ("recused", (0, 0))


def test_a_lifted_recusal_may_come_again(world: World) -> None:
    entry = elsewhere(world)
    asked(world, entry, "jack")
    by_admin(world, entry, "jack")
    lifted(world, entry, "jack")
    by_admin(world, entry, "jack", "It was the same person after all")
    kept = recusal(world, entry, "jack")
    assert kept is not None
    assert (kept.reason, kept.lifted_at) == ("It was the same person after all", None)
    assert cards(world, entry) == (0, 0)


def test_lifting_what_is_not_there_is_refused(world: World) -> None:
    entry = elsewhere(world)
    with pytest.raises(Refusal) as refused:
        lifted(world, entry, "jack")
    assert refused.value.code == "not_recused"


@pytest.mark.parametrize(
    "who,refusal",
    [("audrey", NotAllowed), ("chloe", NotFound), ("jack", NotFound), ("bob", NotFound)],
)
def test_only_owner_and_admin_recuse_and_lift(world: World, who: str, refusal: type[Refusal]) -> None:
    entry = elsewhere(world)
    asked(world, entry, "jack")
    with pytest.raises(refusal):
        by_admin(world, entry, "jack", who=who)
    with pytest.raises(refusal):
        recusing.lift(world.ctx(who), entry.handle, handle_of(world, "jack"), WHY)
    assert cards(world, entry) == (1, 0)


def test_an_admin_recuses_nobody_from_an_entry_that_they_are_recused_from(world: World) -> None:
    entry = elsewhere(world)
    asked(world, entry, "jack")
    ctx = world.ctx("olive")
    ctx.session.add(
        Recusal(
            user_id=world.people["adam"], entry_id=entry.id, source="admin", reason="Kin", recused_at=ctx.now
        )
    )
    ctx.session.commit()
    with pytest.raises(NotAllowed):
        by_admin(world, entry, "jack")
    assert cards(world, entry) == (1, 0)


@pytest.mark.parametrize("who", ["bob", "adam"])
def test_only_judges_of_the_season_are_recused(world: World, who: str) -> None:
    entry = elsewhere(world)
    with pytest.raises(NotFound):
        by_admin(world, entry, who, who="olive")
