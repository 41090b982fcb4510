"""Screening: the verdict with its evidence, the totals, and the first round."""

import pytest
from sqlalchemy import select

from heroes.models import AuditRecord, Entry, Recusal, RoundEntry, Tally
from heroes.services import screening
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, NotNow
from tests.crowd import add_crowd, add_one
from tests.world import OPEN, World


def fresh(world: World, state: str = "submitted") -> Entry:
    """An entry that nobody has screened."""
    return add_one(world, state, screening="unchecked", screened_at=None, round_id=None)


def totals(world: World) -> dict[str, int]:
    world.session.rollback()
    return {
        t.value: t.count
        for t in world.session.scalars(select(Tally).where(Tally.kind == "screening"))
        if t.count
    }


def evidence(entry: Entry) -> tuple[object, ...]:
    return entry.screening, entry.screened_by_id, entry.screened_at, entry.screening_reason, entry.version


def test_eligible_says_who_and_when_and_admits_to_the_first_round(world: World) -> None:
    entry = fresh(world)
    screening.screen(world.ctx("adam"), entry.handle, "eligible", "", 1)
    world.session.expire_all()
    assert evidence(entry) == ("eligible", world.people["adam"], OPEN, None, 2)
    admission = world.session.scalars(select(RoundEntry).where(RoundEntry.entry_id == entry.id)).one()
    assert (entry.round_id, admission.cards_in, admission.cards_asked) == (admission.round_id, 0, 0)
    assert (entry.state, totals(world)) == ("submitted", {"eligible": 1})
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.entry_id == entry.id)).one()
    assert (record.act, record.body) == (
        "entry.screen",
        {"before": {"screening": "unchecked"}, "after": {"screening": "eligible"}},
    )


@pytest.mark.parametrize("verdict", ["query", "ineligible"])
def test_any_other_verdict_needs_a_reason_and_moves_nothing_else(world: World, verdict: str) -> None:
    entry = fresh(world)
    with pytest.raises(Invalid) as refused:
        screening.screen(world.ctx("adam"), entry.handle, verdict, " \x00 ", 1)
    assert set(refused.value.errors) == {"reason"}
    screening.screen(world.ctx("adam"), entry.handle, verdict, "Where does she work?", 1)
    world.session.expire_all()
    assert evidence(entry) == (verdict, world.people["adam"], OPEN, "Where does she work?", 2)
    assert (entry.state, entry.round_id, totals(world)) == ("submitted", None, {verdict: 1})


def test_a_verdict_can_be_taken_back(world: World) -> None:
    entry = fresh(world)
    screening.screen(world.ctx("adam"), entry.handle, "query", "Who?", 1)
    screening.screen(world.ctx("olive"), entry.handle, "unchecked", "", 2)
    world.session.expire_all()
    assert (evidence(entry), totals(world)) == (("unchecked", None, None, None, 3), {"unchecked": 1})


def test_screening_again_admits_only_once(world: World) -> None:
    entry = fresh(world)
    for version, verdict in enumerate(("eligible", "query", "eligible"), 1):
        screening.screen(world.ctx("adam"), entry.handle, verdict, "Asked.", version)
    assert len(world.session.scalars(select(RoundEntry)).all()) == 1


@pytest.mark.parametrize("verdict", ["", "yes", "Eligible"])
def test_an_unknown_verdict_is_refused(lite_world: World, verdict: str) -> None:
    entry = fresh(lite_world)
    with pytest.raises(Invalid) as refused:
        screening.screen(lite_world.ctx("adam"), entry.handle, verdict, "", 1)
    assert set(refused.value.errors) == {"verdict"}


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("audrey", NotAllowed),
        ("chloe", NotAllowed),
        ("jill", NotFound),
        ("bob", NotFound),
        ("stranger", NotFound),
        ("charlie", NotFound),
    ],
)
def test_only_admins_screen(lite_world: World, who: str, kind: type[Exception]) -> None:
    entry = fresh(lite_world)
    with pytest.raises(kind):
        screening.screen(lite_world.ctx(who), entry.handle, "eligible", "", 1)


def test_nobody_screens_an_entry_that_they_are_recused_from(lite_world: World) -> None:
    world = lite_world
    entry = fresh(world)
    world.session.add(
        Recusal(
            user_id=world.people["adam"],
            entry_id=entry.id,
            source="admin",
            reason="A friend.",
            recused_at=OPEN,
        )
    )
    world.session.commit()
    with pytest.raises(NotAllowed) as refused:
        screening.screen(world.ctx("adam"), entry.handle, "eligible", "", 1)
    assert refused.value.code == "conflict"


@pytest.mark.parametrize(
    "state", ["draft", "withdrawn", "ineligible", "shortlisted", "awarded", "not_shortlisted"]
)
def test_what_is_not_waiting_for_it_is_not_screened(lite_world: World, state: str) -> None:
    entry = add_one(lite_world, state)
    with pytest.raises(NotNow) as refused:
        screening.screen(lite_world.ctx("adam"), entry.handle, "query", "Why?", 1)
    assert refused.value.code == "wrong_state"


def test_a_returned_entry_is_screened_without_touching_the_totals_of_the_submitted(world: World) -> None:
    entry = add_one(world, "returned", screening="unchecked", screened_at=None)
    screening.screen(world.ctx("adam"), entry.handle, "eligible", "", 1)
    assert totals(world) == {}


def test_in_an_ended_season_nothing_is_screened(lite_world: World) -> None:
    entry = fresh(lite_world)
    lite_world.season().ended_at = OPEN
    lite_world.session.commit()
    with pytest.raises(NotNow) as refused:
        screening.screen(lite_world.ctx("olive"), entry.handle, "eligible", "", 1)
    assert refused.value.code == "season_ended"


def test_the_second_of_two_hears_who_was_faster(world: World) -> None:
    entry = fresh(world)
    screening.screen(world.ctx("olive"), entry.handle, "query", "Who?", 1)
    with pytest.raises(Faster) as refused:
        screening.screen(world.ctx("adam"), entry.handle, "eligible", "", 1)
    assert (refused.value.who, refused.value.what, refused.value.when) == (
        "Olive Owner",
        "entry.screen",
        OPEN,
    )
    world.session.expire_all()
    assert entry.screening == "query"


def test_many_are_screened_together_or_not_at_all(world: World) -> None:
    handles = add_crowd(world, 6, judges=0, screening="unchecked", screened_at=None, round_id=None)
    adam = world.ctx("adam")
    with pytest.raises(Faster):
        screening.screen_many(adam, "small-2026", dict.fromkeys(handles, 1) | {handles[4]: 2}, "eligible")
    assert totals(world) == {"unchecked": 6}
    screening.screen_many(adam, "small-2026", dict.fromkeys(handles, 1), "eligible")
    assert totals(world) == {"eligible": 6}
    assert len(world.session.scalars(select(RoundEntry)).all()) == 6
    assert len(world.session.scalars(select(AuditRecord).where(AuditRecord.act == "entry.screen")).all()) == 6
