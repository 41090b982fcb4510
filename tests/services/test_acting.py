"""What staff do to one entry, and everything that follows from it: the entrant's new sheet, the mails, the words."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from heroes.domain.entry_states import Act, Given
from heroes.models import AnswerSheet, AuditRecord, Entry, OutboxMail, Release
from heroes.services import acting, nominating
from heroes.services.own_entries import load_draft
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, NotNow
from tests.crowd import add_one
from tests.world import JUDGED, OPEN, World

DUE = OPEN + timedelta(days=5)
WHY = Given(reason="She asked us to.", override=True, level="winner", message="Where was it?", due_at=DUE)


def release(world: World, kind: str) -> None:
    row = world.session.scalars(select(Release).where(Release.kind == kind)).one()
    row.released_at, row.released_as = world.clock.now(), "admin"
    world.session.commit()


def mails(world: World) -> list[tuple[str, str, dict[str, Any]]]:
    world.session.rollback()
    rows = world.session.scalars(select(OutboxMail).order_by(OutboxMail.id))
    return [(m.template, m.to_address, m.values) for m in rows]


def sheets(world: World, entry: Entry) -> list[AnswerSheet]:
    world.session.expire_all()
    return list(
        world.session.scalars(
            select(AnswerSheet).where(AnswerSheet.entry_id == entry.id).order_by(AnswerSheet.number)
        )
    )


@pytest.mark.parametrize(
    ("state", "act", "template"),
    [
        ("submitted", Act.RETURN, "returned"),
        ("submitted", Act.WITHDRAW, "withdrawn"),
        ("submitted", Act.DISQUALIFY, "ineligible"),
        ("withdrawn", Act.REINSTATE, "reinstated"),
        ("submitted", Act.SHORTLIST, None),
        ("submitted", Act.NOT_SHORTLIST, None),
        ("shortlisted", Act.RECONSIDER, None),
        ("shortlisted", Act.AWARD, None),
        ("shortlisted", Act.NOT_AWARD, None),
        ("awarded", Act.REVOKE, None),
    ],
)
def test_before_any_release_only_what_may_be_told_is_mailed(
    world: World, state: str, act: Act, template: str | None
) -> None:
    world.clock.at = JUDGED
    entry = add_one(world, state)
    given = Given(
        reason=WHY.reason, override=True, level="winner", message="Where?", due_at=JUDGED + timedelta(1)
    )
    acting.press(world.ctx("olive"), entry.handle, act, given, 1)
    assert [(m[0], m[1]) for m in mails(world)] == ([(template, entry.nominator_email)] if template else [])


@pytest.mark.parametrize(
    ("state", "act", "after_shortlist", "after_outcomes"),
    [
        ("shortlisted", Act.RECONSIDER, "correction", "correction"),
        ("submitted", Act.SHORTLIST, "shortlisted", "shortlisted"),
        ("submitted", Act.NOT_SHORTLIST, "not_shortlisted", "not_shortlisted"),
        ("awarded", Act.REVOKE, None, "correction"),
        ("shortlisted", Act.AWARD, None, "awarded"),
        ("shortlisted", Act.NOT_AWARD, None, "finalist"),
    ],
)
def test_a_decision_after_its_release_is_told_at_once(
    lite_world: World, state: str, act: Act, after_shortlist: str | None, after_outcomes: str | None
) -> None:
    world = lite_world
    world.clock.at = JUDGED
    first, second = add_one(world, state), add_one(world, state)
    found = []
    for kind, entry in (("shortlist", first), ("outcomes", second)):
        release(world, kind)
        before = len(mails(world))
        given = Given(reason="Miscounted.", override=True, level="commended")
        acting.press(world.ctx("olive"), entry.handle, act, given, 1)
        found.append([m[0] for m in mails(world)[before:]])
    assert found == [[t] if t else [] for t in (after_shortlist, after_outcomes)]


def test_sending_back_gives_the_entrant_a_copy_to_change_and_keeps_what_was_sent(world: World) -> None:
    started = world.submitted()
    entry = started.entry
    assert started.link is not None
    acting.press(
        world.ctx("adam"), entry.handle, Act.RETURN, Given(message="Where was it?", due_at=DUE), entry.version
    )
    first, second = sheets(world, entry)
    assert (entry.state, entry.due_at, entry.state_reason, entry.sheet_number) == (
        "returned",
        DUE,
        "Where was it?",
        2,
    )
    assert (second.answers, second.sent_at, second.digest) == (first.answers, None, None)
    assert first.sent_at is not None
    template, _, values = mails(world)[-1]
    assert (template, values) == (
        "returned",
        {
            "reference": entry.reference,
            "title": "Maureen Okafor",
            "category": "Frontline Hero",
            "reason": "",
            "link_id": started.link.id,
            "message": "Where was it?",
            "due_at": DUE.isoformat(),
        },
    )


def test_a_returned_entry_comes_back_in_with_its_changes(world: World) -> None:
    started = world.submitted()
    entry = started.entry
    assert started.link is not None
    acting.press(
        world.ctx("adam"), entry.handle, Act.RETURN, Given(message="Where?", due_at=DUE), entry.version
    )
    alice = world.ctx("alice", frozenset({started.link.id}))
    draft = load_draft(alice, entry.handle)
    nominating.send(alice, entry.handle, draft.sheet.revision)
    world.session.expire_all()
    assert (entry.state, entry.due_at, entry.sheet_number) == ("submitted", None, 2)
    assert [s.sent_at is not None for s in sheets(world, entry)] == [True, True]


def test_an_admin_sends_it_in_for_an_entrant_who_is_late_with_a_reason(world: World) -> None:
    started = world.submitted()
    entry = started.entry
    acting.press(
        world.ctx("adam"), entry.handle, Act.RETURN, Given(message="Where?", due_at=DUE), entry.version
    )
    world.clock.at = DUE
    version = entry.version
    with pytest.raises(NotNow) as refused:
        acting.press(world.ctx("adam"), entry.handle, Act.RESUBMIT, Given(), version)
    assert refused.value.code == "return_overdue"
    acting.press(world.ctx("adam"), entry.handle, Act.RESUBMIT, Given(reason="By telephone."), version)
    assert sheets(world, entry)[1].digest is not None
    assert (entry.state, mails(world)[-1][0]) == ("submitted", "receipt")


def test_an_admin_submits_a_draft_and_the_entrant_gets_the_receipt(world: World) -> None:
    started = world.nominate()
    entry = started.entry
    acting.press(world.ctx("adam"), entry.handle, Act.SUBMIT, Given(), entry.version)
    sheet = sheets(world, entry)[0]
    template, address, values = mails(world)[-1]
    assert (template, address, values["reference"], values["digest"], values["sheet_id"]) == (
        "receipt",
        "alice@home.example",
        entry.reference,
        sheet.digest,
        sheet.id,
    )


@pytest.mark.parametrize("how", ["reinstated", "passed over"])
def test_what_counts_again_is_what_was_sent_and_not_what_was_begun_since(world: World, how: str) -> None:
    started = world.submitted()
    entry = started.entry
    assert started.link is not None
    olive = world.ctx("olive")
    acting.press(olive, entry.handle, Act.RETURN, Given(message="Where?", due_at=DUE), entry.version)
    alice = world.ctx("alice", frozenset({started.link.id}))
    draft = load_draft(alice, entry.handle)
    raw = dict(draft.sheet.answers) | {
        column: getattr(entry, column)
        for column in ("nominator_name", "nominator_email", "relation", "nominee_role", "organisation_name")
    }
    nominating.save(alice, entry.handle, draft.sheet.revision, raw | {"title": "Somebody Else", "story": ""})
    world.session.expire_all()
    if how == "reinstated":
        acting.press(olive, entry.handle, Act.WITHDRAW, Given(reason="A pause."), entry.version)
        acting.press(olive, entry.handle, Act.REINSTATE, Given(reason="Back."), entry.version)
    else:
        world.clock.at = DUE
        olive = world.ctx("olive")
        acting.press(olive, entry.handle, Act.NOT_SHORTLIST, Given(reason="Never came back."), entry.version)
    kept = sheets(world, entry)
    assert (entry.sheet_number, entry.title) == (1, "Maureen Okafor")
    assert [s.answers.get("story", "") for s in kept] == [draft_story(), ""]


def draft_story() -> str:
    return "A main burst at teatime and she rang every customer on the register."


def test_changing_a_level_is_two_acts_in_one_transaction(world: World) -> None:
    world.clock.at = JUDGED
    entry, other = add_one(world, "awarded"), add_one(world, "awarded", level="commended")
    adam = world.ctx("adam")
    acting.change_level(adam, entry.handle, Given(reason="A tie.", level="commended"), 1)
    with pytest.raises(NotNow) as refused:
        acting.change_level(adam, other.handle, Given(reason="A tie.", level="emperor"), 1)
    world.session.expire_all()
    assert (refused.value.code, other.state, other.level, other.version) == (
        "unknown_level",
        "awarded",
        "commended",
        1,
    )
    assert (entry.state, entry.level, entry.version, entry.decided_method) == (
        "awarded",
        "commended",
        3,
        "mean",
    )
    acts = world.session.scalars(
        select(AuditRecord.act).where(AuditRecord.entry_id == entry.id).order_by(AuditRecord.number)
    )
    assert list(acts) == ["entry.revoke", "entry.award"]
    assert mails(world) == []


def test_a_change_of_level_after_the_release_is_one_correction_with_the_new_level(lite_world: World) -> None:
    world = lite_world
    world.clock.at = JUDGED
    entry = add_one(world, "awarded")
    release(world, "outcomes")
    given = Given(reason="A tie.", level="commended")
    with pytest.raises(NotAllowed):
        acting.change_level(world.ctx("adam"), entry.handle, given, 1)
    acting.change_level(world.ctx("olive"), entry.handle, given, 1)
    assert [(m[0], m[2]["level"], m[2]["reason"]) for m in mails(world)] == [
        ("correction", "Highly commended", "A tie.")
    ]


def test_finding_an_awarded_entry_ineligible_is_two_acts_in_one_transaction(world: World) -> None:
    world.clock.at = JUDGED
    entry = add_one(world, "awarded")
    acting.disqualify_decided(world.ctx("adam"), entry.handle, Given(reason="Not in the country."), 1)
    world.session.expire_all()
    assert (entry.state, entry.level, entry.version, entry.state_reason) == (
        "ineligible",
        None,
        3,
        "Not in the country.",
    )
    assert [m[0] for m in mails(world)] == ["ineligible"]


def test_a_stale_page_changes_nothing(world: World) -> None:
    entry = add_one(world, "submitted")
    acting.press(world.ctx("olive"), entry.handle, Act.DISQUALIFY, WHY, 1)
    before = len(mails(world))
    for press in (
        lambda: acting.press(world.ctx("adam"), entry.handle, Act.RETURN, WHY, 1),
        lambda: acting.disqualify_decided(world.ctx("adam"), entry.handle, WHY, 1),
        lambda: acting.change_level(world.ctx("adam"), entry.handle, WHY, 1),
    ):
        with pytest.raises(Faster) as refused:
            press()
        assert (refused.value.who, refused.value.what) == ("Olive Owner", "entry.disqualify")
    assert len(mails(world)) == before


@pytest.mark.parametrize("field", ["reason", "message"])
def test_a_text_too_long_to_keep_is_refused_at_its_field(lite_world: World, field: str) -> None:
    entry = add_one(lite_world, "submitted")
    given = Given(**({"reason": "x", "message": "y", "due_at": DUE} | {field: "x" * 4001}))  # type: ignore[arg-type] # one is long
    with pytest.raises(Invalid) as refused:
        acting.press(lite_world.ctx("adam"), entry.handle, Act.RETURN, given, 1)
    assert set(refused.value.errors) == {field}


@pytest.mark.parametrize("who", ["bob", "jill", "charlie", "stranger"])
def test_whoever_is_not_staff_finds_nothing(lite_world: World, who: str) -> None:
    entry = add_one(lite_world, "submitted")
    with pytest.raises(NotFound):
        acting.press(lite_world.ctx(who), entry.handle, Act.DISQUALIFY, WHY, 1)


def test_a_chair_shortlists_and_does_nothing_else(lite_world: World) -> None:
    world = lite_world
    entry = add_one(world, "submitted")
    for act in set(Act) - {Act.SHORTLIST, Act.START}:
        with pytest.raises((NotAllowed, NotNow)):
            acting.press(world.ctx("chloe"), entry.handle, act, WHY, 1)
    acting.press(world.ctx("chloe"), entry.handle, Act.SHORTLIST, WHY, 1)
    world.session.expire_all()
    assert (entry.state, entry.state_as) == ("shortlisted", "chair")
