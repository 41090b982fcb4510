"""The one door on real databases: every cell, every guard of the tables, and two people at once."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, select, text
from sqlalchemy.exc import IntegrityError

from heroes.adapters.chance import SystemChance
from heroes.domain.entry_states import Act, Given, State
from heroes.domain.results import RULES as RESULT_RULES
from heroes.models import AuditRecord, Entry, Programme, Recusal, Release, RoundEntry, Tally, User
from heroes.models.database import db
from heroes.services import acting, door
from heroes.services.context import Context
from heroes.services.door import Decision
from heroes.services.links import make_link
from heroes.services.refusals import Faster, NotAllowed, NotNow, Refusal
from heroes.services.transactions import transaction
from tests import state_oracle
from tests.counting import statements
from tests.crowd import add_crowd, add_one
from tests.state_oracle import Situation
from tests.world import JUDGED, OPEN, World

HATS = {
    "olive": {"owner"},
    "adam": {"admin"},
    "audrey": {"auditor"},
    "chloe": {"chair"},
    "jill": {"judge"},
    "bob": {"manager"},
    "beth": {"member"},
    "alice": {"nominator"},
    "charlie": set[str](),
    "stranger": set[str](),
    "import": {"import"},
    "system": {"system"},
}
"""Everybody of the world, and the roles that the design gives them for Larkfield's entry that Alice has a link to."""
MOMENTS = {
    OPEN: Situation(scorecards=0),
    JUDGED: Situation(scorecards=0, before_close=False, last_round_closed=True),
}


class Undone(Exception):
    """Raised so that a transaction leaves no trace."""


FEW = ("olive", "adam", "audrey", "chloe", "bob", "alice")


def contexts(world: World, entry: Entry, people: Iterable[str] = HATS) -> dict[str, Context]:
    """Everybody, acting; Alice with a private link to the entry."""
    ctx = world.ctx("system")
    with transaction(ctx):
        link = make_link(ctx, "entry", entry_id=entry.id)
    links = frozenset({link.id})
    return {who: world.ctx(who, links if who == "alice" else frozenset()) for who in people}


def full(at: datetime) -> Given:
    """Everything that any act may ask for."""
    return Given(reason="why", message="what", due_at=at + timedelta(days=1), level="winner", override=True)


def tried(ctx: Context, entry_id: int, act: Act, given: Given) -> State | None:
    """The state that an act would lead to, or None if it is refused; nothing is kept."""
    moved: door.Moved | None = None
    try:
        with transaction(ctx):
            entry = ctx.session.get_one(Entry, entry_id)
            moved = door.move(ctx, entry, act, given=given)
            raise Undone
    except (Undone, Refusal):
        return moved.after if moved else None


@pytest.mark.slow
@pytest.mark.parametrize("at", MOMENTS, ids=["open", "judged"])
def test_every_state_act_and_role_is_as_the_oracle_says(world: World, at: datetime) -> None:
    world.clock.at = at
    situation = replace(MOMENTS[at], override=True, past_due=at > OPEN)
    wrong = []
    for state in state_oracle.STATES:
        entry = add_one(world, state, workspace_id=world.organisations["larkfield"])
        once = entry.submitted_at is not None
        for who, ctx in contexts(world, entry, HATS if at == OPEN else FEW).items():
            roles = frozenset(HATS[who])
            here = replace(situation, once_submitted=once)
            for act in state_oracle.ACTS[1:]:
                expected = (
                    State(state_oracle.target(act)) if state_oracle.allowed(act, state, roles, here) else None
                )
                found = tried(ctx, entry.id, Act(act), full(at))
                if found is not expected:
                    wrong.append((state, act, who, found, expected))
    assert wrong == []


def test_an_entry_withdrawn_before_it_was_ever_submitted_is_restored_and_not_reinstated(world: World) -> None:
    entry = add_one(
        world,
        "withdrawn",
        reference=None,
        submitted_at=None,
        round_id=None,
        screening="unchecked",
        screened_at=None,
    )
    ctx = world.ctx("olive")
    assert tried(ctx, entry.id, Act.RESTORE, full(OPEN)) is State.DRAFT
    assert tried(ctx, entry.id, Act.REINSTATE, full(OPEN)) is None


@pytest.mark.parametrize("state", state_oracle.STATES)
def test_in_an_ended_season_only_an_owner_still_corrects(world: World, state: str) -> None:
    world.clock.at = JUDGED
    season = world.season()
    season.ended_at = JUDGED
    world.session.commit()
    entry = add_one(world, state, workspace_id=world.organisations["larkfield"])
    done = {
        (who, act.value)
        for who, ctx in contexts(world, entry, FEW).items()
        for act in Act
        if act is not Act.START and tried(ctx, entry.id, act, full(JUDGED)) is not None
    }
    acts = {
        act
        for act in ("reconsider", "revoke", "disqualify", "withdraw")
        if state in state_oracle.FROM_TO[act][0]
    }
    assert done == {("olive", act) for act in acts}


@pytest.mark.parametrize("why", ["recused", "started it", "is named in it", "nominated it"])
@pytest.mark.parametrize("who", ["olive", "adam", "chloe"])
def test_nobody_acts_on_an_entry_that_they_have_a_part_in(lite_world: World, who: str, why: str) -> None:
    world = lite_world
    user = world.session.get_one(User, world.people[who])
    parts: dict[str, dict[str, Any]] = {
        "started it": {"started_by_id": user.id},
        "is named in it": {"nominee_email": (user.email or "").upper()},
        "nominated it": {"nominator_email_key": user.email_key},
        "recused": {},
    }
    entry = add_one(world, "submitted", **parts[why])
    if why == "recused":
        world.session.add(
            Recusal(user_id=user.id, entry_id=entry.id, source="admin", reason="A friend.", recused_at=OPEN)
        )
        world.session.commit()
    act = Act.SHORTLIST
    with pytest.raises(NotAllowed) as refused, transaction(world.ctx(who)):
        door.move(world.ctx(who), entry, act, given=full(OPEN))
    assert refused.value.code == "conflict"


def test_a_lifted_recusal_no_longer_stands_in_the_way(lite_world: World) -> None:
    world = lite_world
    entry = add_one(world, "submitted")
    world.session.add(
        Recusal(
            user_id=world.people["adam"],
            entry_id=entry.id,
            source="admin",
            reason="A mistake.",
            recused_at=OPEN,
            lifted_at=OPEN,
        )
    )
    world.session.commit()
    assert tried(world.ctx("adam"), entry.id, Act.SHORTLIST, full(OPEN)) is State.SHORTLISTED


# ---- what a move writes ----


def totals(world: World) -> dict[tuple[str, str], int]:
    """Every total of entries by state that is not nought; those of rounds are held in tests.judging."""
    world.session.rollback()
    of_states = select(Tally).where(Tally.kind.in_(("state", "screening", "received")))
    return {(t.kind, t.value): t.count for t in world.session.scalars(of_states) if t.count}


def test_a_move_writes_state_evidence_totals_and_one_record_together(world: World) -> None:
    entry = add_one(world, "submitted")
    adam = world.ctx("adam")
    with transaction(adam):
        moved = door.move(
            adam,
            entry,
            Act.SHORTLIST,
            given=Given(reason="Clear.", override=True),
            expected_version=1,
            decision=Decision("d" * 64, "mean", RESULT_RULES),
        )
    world.session.expire_all()
    assert (moved.before, moved.after, moved.role.value) == (State.SUBMITTED, State.SHORTLISTED, "admin")
    assert (
        entry.state,
        entry.state_since,
        entry.state_by_id,
        entry.state_as,
        entry.state_reason,
        entry.version,
        entry.decided_digest,
        entry.decided_method,
        entry.decided_rules,
    ) == ("shortlisted", OPEN, adam.actor.user_id, "admin", "Clear.", 2, "d" * 64, "mean", RESULT_RULES)
    assert totals(world) == {("state", "shortlisted"): 1, ("received", "yes"): 1}
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.entry_id == entry.id)).one()
    assert (record.act, record.actor_name, record.acting_as, record.subject, record.body) == (
        "entry.shortlist",
        "Adam Admin",
        "admin",
        entry.reference,
        {
            "before": {"state": "submitted"},
            "after": {
                "state": "shortlisted",
                "digest": "d" * 64,
                "method": "mean",
                "rules": RESULT_RULES,
                "override": True,
            },
            "reason": "Clear.",
        },
    )


def test_what_was_decided_goes_when_the_decision_goes(world: World) -> None:
    entry = add_one(world, "shortlisted")
    olive = world.ctx("olive")
    with transaction(olive):
        door.move(olive, entry, Act.RECONSIDER, given=Given(reason="Again."))
    world.session.expire_all()
    assert (entry.decided_digest, entry.decided_method, entry.decided_rules) == (None, None, None)


def test_a_refused_or_failed_transaction_leaves_nothing_behind(world: World) -> None:
    entry = add_one(world, "submitted")
    before = totals(world), world.session.scalars(select(AuditRecord.id)).all()
    assert tried(world.ctx("adam"), entry.id, Act.DISQUALIFY, full(OPEN)) is State.INELIGIBLE
    assert tried(world.ctx("adam"), entry.id, Act.AWARD, full(OPEN)) is None
    world.session.expire_all()
    assert (totals(world), world.session.scalars(select(AuditRecord.id)).all()) == before
    assert (entry.state, entry.version) == ("submitted", 1)


def test_the_places_of_a_level_are_counted_in_the_database(world: World) -> None:
    world.clock.at = JUDGED
    first, second = add_one(world, "shortlisted"), add_one(world, "shortlisted")
    adam = world.ctx("adam")
    with transaction(adam):
        door.move(adam, first, Act.AWARD, given=Given(level="winner"))
    with pytest.raises(NotNow) as refused, transaction(adam):
        door.move(adam, second, Act.AWARD, given=Given(level="winner"))
    assert refused.value.code == "level_full"
    with transaction(adam):
        door.move(adam, second, Act.AWARD, given=Given(level="commended"))


def test_several_awards_at_once_do_not_take_more_places_than_there_are(world: World) -> None:
    world.clock.at = JUDGED
    entries = [add_one(world, "shortlisted") for _ in range(3)]
    adam = world.ctx("adam")
    with pytest.raises(NotNow) as refused, transaction(adam):
        door.move_many(adam, entries, Act.AWARD, given=Given(level="commended"))
    assert refused.value.code == "level_full"
    with transaction(adam):
        door.move_many(adam, entries[:2], Act.AWARD, given=Given(level="commended"))
    assert totals(world)["state", "awarded"] == 2


def test_scorecards_and_quorum_are_those_of_the_round_that_the_entry_is_in(world: World) -> None:
    entry = add_one(world, "submitted")
    adam = world.ctx("adam")
    admission = world.session.scalars(select(RoundEntry).where(RoundEntry.entry_id == entry.id)).one()
    answers = []
    for cards in (0, 1, 2):
        admission.cards_in = cards
        world.session.commit()
        answers.append(tried(adam, entry.id, Act.SHORTLIST, Given()))
        answers.append(tried(adam, entry.id, Act.RETURN, full(OPEN)))
    assert answers == [None, State.RETURNED, None, None, State.SHORTLISTED, None]


@pytest.mark.parametrize("release", ["shortlist", "outcomes"])
def test_after_a_release_only_an_owner_takes_a_decision_back(world: World, release: str) -> None:
    world.clock.at = JUDGED
    decided = add_one(world, "shortlisted"), add_one(world, "awarded")
    row = world.session.scalars(select(Release).where(Release.kind == release)).one()
    row.released_at, row.released_as = JUDGED, "admin"
    world.session.commit()
    done = {
        (who, act.value): tried(world.ctx(who), entry.id, act, full(JUDGED)) is not None
        for who in ("olive", "adam")
        for entry, act in zip(decided, (Act.RECONSIDER, Act.REVOKE), strict=True)
    }
    assert done == {
        ("olive", "reconsider"): True,
        ("olive", "revoke"): True,
        ("adam", "reconsider"): False,
        ("adam", "revoke"): release == "shortlist",
    }


def test_staff_of_another_programme_are_nobody_here(lite_world: World) -> None:
    world = lite_world
    elsewhere = Programme(slug="else", name="Else", body="Else", contact="", sectors=[])
    world.session.add(elsewhere)
    world.session.flush()
    season = world.season()
    entry = add_one(world, "submitted")
    world.session.execute(
        text("UPDATE programme_roles SET programme_id = :p WHERE user_id = :u"),
        {"p": elsewhere.id, "u": world.people["adam"]},
    )
    world.session.commit()
    assert season.programme_id != elsewhere.id
    assert tried(world.ctx("adam"), entry.id, Act.DISQUALIFY, full(OPEN)) is None
    assert tried(world.ctx("olive"), entry.id, Act.DISQUALIFY, full(OPEN)) is State.INELIGIBLE


# ---- the same act for many ----


def test_many_move_together_each_with_a_record_of_its_own(world: World) -> None:
    handles = add_crowd(world, 7)
    entries = world.session.scalars(select(Entry).where(Entry.handle.in_(handles))).all()
    adam = world.ctx("adam")
    with transaction(adam):
        moved = door.move_many(
            adam,
            entries,
            Act.NOT_SHORTLIST,
            given=Given(reason="Below the line."),
            expected={e.id: 1 for e in entries},
        )
    world.session.expire_all()
    assert len(moved) == 7
    assert {(e.state, e.version, e.state_reason) for e in entries} == {
        ("not_shortlisted", 2, "Below the line.")
    }
    assert totals(world) == {("state", "not_shortlisted"): 7, ("received", "yes"): 7}
    records = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "entry.not_shortlist")).all()
    assert {r.entry_id for r in records} == {e.id for e in entries}
    assert len(records) == 7


@pytest.mark.parametrize("spoil", ["version", "state", "missing version"])
def test_many_move_all_or_none(world: World, spoil: str) -> None:
    handles = add_crowd(world, 5)
    entries = world.session.scalars(select(Entry).where(Entry.handle.in_(handles)).order_by(Entry.id)).all()
    expected = {e.id: 1 for e in entries}
    if spoil == "missing version":
        del expected[entries[3].id]
    else:
        change = "version = 2" if spoil == "version" else "state = 'withdrawn'"
        world.session.execute(text(f"UPDATE entries SET {change} WHERE id = {entries[3].id}"))
        world.session.commit()
    adam = world.ctx("adam")
    kind = NotNow if spoil == "state" else Faster
    with pytest.raises(kind), transaction(adam):
        door.move_many(adam, entries, Act.NOT_SHORTLIST, given=Given(reason="Below."), expected=expected)
    world.session.expire_all()
    assert sorted(e.state for e in entries) == ["submitted"] * 4 + [
        "withdrawn" if spoil == "state" else "submitted"
    ]
    assert (
        world.session.scalars(select(AuditRecord).where(AuditRecord.act == "entry.not_shortlist")).all() == []
    )


def test_a_hundred_move_with_few_statements(world: World) -> None:
    handles = add_crowd(world, 100)
    entries = world.session.scalars(select(Entry).where(Entry.handle.in_(handles))).all()
    adam = world.ctx("adam")
    with statements(world) as sent, transaction(adam):
        door.move_many(adam, entries, Act.NOT_SHORTLIST, given=Given(reason="Below."))
    assert len(sent) == 9, sent


# ---- the tables refuse nonsense as well ----

NONSENSE = {
    "state": "state = 'rejected'",
    "awarded_has_level": "level = 'winner'",
    "reference_with_submission": "reference = NULL",
    "submitted_has_reference": "submitted_at = NULL, reference = NULL",
    "draft_never_submitted": "state = 'draft'",
    "returned_has_due": "state = 'returned', state_reason = 'why'",
    "reason_where_required": "state = 'ineligible', state_reason = NULL",
    "withdrawn_by_staff_has_reason": "state = 'withdrawn', state_as = 'admin', state_reason = NULL",
    "decided_on_results": "state = 'shortlisted'",
    "screening": "screening = 'perhaps'",
    "screened_by_somebody": "screened_at = NULL",
    "screened_why": "screening = 'query', screening_reason = NULL",
}


def test_every_check_of_the_table_is_tried() -> None:
    names = {
        str(c.name).removeprefix("ck_entries_")
        for c in Entry.__table__.constraints  # type: ignore[attr-defined] # a table has constraints
        if isinstance(c, CheckConstraint)
    }
    assert names == set(NONSENSE)


@pytest.mark.parametrize("name", NONSENSE)
def test_the_database_refuses(world: World, name: str) -> None:
    entry = add_one(world, "submitted")
    with pytest.raises(IntegrityError) as refused:
        world.session.execute(text(f"UPDATE entries SET {NONSENSE[name]} WHERE id = {entry.id}"))
    assert f"ck_entries_{name}" in str(refused.value.orig)
    world.session.rollback()


# ---- two at once ----


def at_once(
    world: World, presses: dict[str, tuple[Act, Given, list[str]]]
) -> dict[str, list[State | Exception]]:
    """Everybody presses their act on their entries one by one, each time at the same moment as the others."""
    gate = threading.Barrier(len(presses))
    found: dict[str, list[State | Exception]] = {who: [] for who in presses}
    actors = {who: world.actor(who) for who in presses}
    it = world.house
    world.session.rollback()

    def pressing(who: str) -> None:
        act, given, handles = presses[who]
        with world.app.app_context():
            for handle in handles:
                ctx = Context(db.session(), actors[who], world.clock.now(), it.keys, SystemChance())
                gate.wait(60)
                try:
                    found[who].append(acting.press(ctx, handle, act, given, 1).after)
                except Exception as error:  # noqa: BLE001 (whatever it is, the test shows it)
                    found[who].append(error)
            db.session.remove()

    threads = [threading.Thread(target=pressing, args=(who,)) for who in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.slow
def test_two_who_press_at_once_are_one_success_and_one_clear_refusal_200_times_of_200(world: World) -> None:
    handles = add_crowd(world, 200)
    found = at_once(
        world,
        {
            "olive": (Act.DISQUALIFY, Given(reason="Not in the country."), handles),
            "adam": (Act.NOT_SHORTLIST, Given(reason="Below the line."), handles),
        },
    )
    names, acts = ("Olive Owner", "Adam Admin"), ("entry.disqualify", "entry.not_shortlist")
    told = []
    for both in zip(found["olive"], found["adam"], strict=True):
        assert sorted(type(one).__name__ for one in both) == ["Faster", "State"], both
        first = 0 if isinstance(both[0], State) else 1
        second = both[1 - first]
        assert isinstance(second, Faster)
        told.append((second.who, second.what, second.when) == (names[first], acts[first], OPEN))
    assert told == [True] * 200
    done = totals(world)
    assert done["state", "ineligible"] + done["state", "not_shortlisted"] == 200
    assert len(world.session.scalars(select(AuditRecord).where(AuditRecord.act.in_(acts))).all()) == 200


@pytest.mark.slow
def test_two_who_decide_opposite_ways_all_over_a_category_never_wait_for_each_other(world: World) -> None:
    """Their totals meet in opposite directions; were they not written in one order, PostgreSQL would see a deadlock."""
    there = add_crowd(world, 40)
    back = add_crowd(world, 40, state="not_shortlisted")
    found = at_once(
        world,
        {
            "olive": (Act.NOT_SHORTLIST, Given(reason="Below the line."), there),
            "adam": (Act.RECONSIDER, Given(reason="Look again."), back),
        },
    )
    assert [one for mine in found.values() for one in mine if not isinstance(one, State)] == []
    done = totals(world)
    assert (done["state", "submitted"], done["state", "not_shortlisted"]) == (40, 40)


def test_two_awards_at_once_never_take_one_place_twice(world: World) -> None:
    world.clock.at = JUDGED
    pairs = [(add_one(world, "shortlisted").handle, add_one(world, "shortlisted").handle) for _ in range(10)]
    for first, second in pairs:
        award = Given(level="winner")
        found = at_once(world, {"olive": (Act.AWARD, award, [first]), "adam": (Act.AWARD, award, [second])})
        both = found["olive"] + found["adam"]
        assert sorted(getattr(one, "code", str(one)) for one in both) == ["awarded", "level_full"]
        world.session.execute(
            text("UPDATE entries SET state = 'not_awarded', level = NULL WHERE state = 'awarded'")
        )
        world.session.commit()
