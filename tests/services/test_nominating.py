"""What an entrant does: starting, saving, sending, withdrawing; and every close call about time and revision."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from heroes.domain.digests import digest
from heroes.domain.entry_states import State
from heroes.models import AnswerSheet, AuditRecord, Entry, Organisation, OutboxMail, PrivateLink, Season
from heroes.models.entries import Tally
from heroes.services import door, nominating
from heroes.services.context import Context
from heroes.services.nominating import MOST_ADDRESSES
from heroes.services.own_entries import load_draft, may_do, problems, refusal_to_edit
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, NotNow, TooOften
from heroes.services.transactions import transaction
from tests.world import FINAL_JUDGED, JUDGED, JUDGING, OPEN, STORY, World

CLOSE = datetime(2026, 5, 22, 16, 0, tzinfo=UTC)
GRACE = timedelta(minutes=120)
SECOND = timedelta(seconds=1)
BEFORE_OPENING = datetime(2026, 3, 2, 8, 59, 59, tzinfo=UTC)


def alice(world: World, started: nominating.Started) -> Context:
    """Alice with the link to what she has started."""
    assert started.link is not None
    return world.ctx("alice", frozenset({started.link.id}))


def raw(**changes: str) -> dict[str, str | None]:
    """Alice's story as it is posted."""
    return {**STORY, **changes}


def mails(world: World, template: str) -> list[OutboxMail]:
    """The mails of one kind that are owed, the oldest first."""
    return list(
        world.session.scalars(
            select(OutboxMail).where(OutboxMail.template == template).order_by(OutboxMail.id)
        )
    )


def acts(world: World, entry: Entry) -> list[str]:
    """What the audit trail says has been done to an entry."""
    return list(
        world.session.scalars(
            select(AuditRecord.act).where(AuditRecord.entry_id == entry.id).order_by(AuditRecord.id)
        )
    )


def tallies(world: World) -> dict[tuple[str, str], int]:
    """The maintained totals that are not zero."""
    rows = world.session.scalars(select(Tally).where(Tally.kind.in_(("state", "screening")))).all()
    return {(row.kind, row.value): row.count for row in rows if row.count}


# ---- starting ----


def test_a_first_save_keeps_a_draft_its_link_and_its_mail(world: World) -> None:
    started = world.nominate()
    entry, sheet, link = started.entry, started.sheet, started.link
    assert (entry.state, entry.state_as, entry.reference, entry.submitted_at) == (
        "draft",
        "nominator",
        None,
        None,
    )
    assert (entry.title, entry.nominator_email_key, entry.begun_at) == (
        "Maureen Okafor",
        "alice@home.example",
        OPEN,
    )
    assert (sheet.number, sheet.revision, sheet.saved_at, sheet.sent_at) == (1, 1, OPEN, None)
    assert sheet.answers == {
        key: STORY[key] for key in ("sentence", "story", "where", "calls", "agreed", "consent")
    }
    assert link is not None
    assert (link.purpose, link.entry_id, link.single_use, link.expires_at) == ("entry", entry.id, False, None)
    (mail,) = mails(world, "draft_kept")
    assert (mail.to_address, mail.to_name) == ("alice@home.example", "Alice Archer")
    assert mail.values == {"category": "Frontline Hero", "title": "Maureen Okafor", "link_id": link.id}
    assert acts(world, entry) == ["entry.start"]
    assert tallies(world) == {("state", "draft"): 1}


def test_an_empty_first_save_is_kept_too_but_mails_nobody(world: World) -> None:
    started = nominating.start(world.ctx(), "small-2026", "frontline", {})
    assert (started.sheet.answers, started.entry.title) == ({}, "")
    assert mails(world, "draft_kept") == []


def test_a_save_that_nobody_pressed_mails_nobody(world: World) -> None:
    started = nominating.start(world.ctx(), "small-2026", "frontline", raw(), pressed=False)
    assert mails(world, "draft_kept") == []
    nominating.save(alice(world, started), started.entry.handle, 1, raw(), pressed=False)
    assert mails(world, "draft_kept") == []
    nominating.save(alice(world, started), started.entry.handle, 2, raw())
    assert [mail.to_address for mail in mails(world, "draft_kept")] == ["alice@home.example"]


@pytest.mark.parametrize("slugs", [("small-2026", "no-such"), ("no-such", "frontline"), ("", "")])
def test_an_unknown_category_is_not_found(world: World, slugs: tuple[str, str]) -> None:
    with pytest.raises(NotFound):
        nominating.start(world.ctx(), *slugs, raw())


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (BEFORE_OPENING, "not_open_yet"),
        (BEFORE_OPENING + SECOND, None),
        (CLOSE - SECOND, None),
        (CLOSE, "closed"),
        (CLOSE + GRACE - SECOND, "closed"),
    ],
)
def test_a_draft_is_begun_while_the_category_is_open_and_never_in_the_grace(
    world: World, now: datetime, code: str | None
) -> None:
    world.clock.at = now
    if code is None:
        assert world.nominate().entry.begun_at == now
        return
    with pytest.raises(NotNow) as refused:
        world.nominate()
    assert refused.value.code == code
    assert world.session.scalars(select(Entry)).all() == []


def test_text_too_large_to_keep_is_refused_and_nothing_is_kept(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        nominating.start(world.ctx(), "small-2026", "frontline", raw(story="x" * 20_001, title="y" * 301))
    assert set(refused.value.errors) == {"story", "title"}
    assert world.session.scalars(select(Entry)).all() == []


def test_an_office_may_start_six_hundred_an_hour_and_no_more(world: World) -> None:
    ctx = replace(world.ctx(), submissions_per_hour=2)
    for _ in range(4):
        nominating.start(ctx, "small-2026", "frontline", {})
    with pytest.raises(TooOften) as refused:
        nominating.start(ctx, "small-2026", "frontline", {})
    assert 0 < refused.value.seconds <= 3600
    elsewhere = replace(ctx, actor=replace(ctx.actor, address="192.0.2.99"))
    assert nominating.start(elsewhere, "small-2026", "frontline", {}).entry.state == "draft"


def test_a_member_starts_for_their_own_organisation_and_is_not_asked_who_they_are(world: World) -> None:
    larkfield = world.session.get_one(Organisation, world.organisations["larkfield"])
    started = nominating.start(world.ctx("beth"), "small-2026", "frontline", raw(), workspace=larkfield)
    entry = started.entry
    assert (entry.workspace_id, entry.started_by_id) == (larkfield.id, world.people["beth"])
    assert (entry.nominator_name, entry.nominator_email) == ("Beth Baker", "beth@larkfield.example")
    assert (started.link, entry.state_as) == (None, "member")
    assert mails(world, "draft_kept") == []


@pytest.mark.parametrize("who", ["charlie", "adam", "stranger"])
def test_nobody_starts_for_an_organisation_that_is_not_theirs(world: World, who: str) -> None:
    larkfield = world.session.get_one(Organisation, world.organisations["larkfield"])
    with pytest.raises(NotFound):
        nominating.start(world.ctx(who), "small-2026", "frontline", raw(), workspace=larkfield)


def test_an_admin_starts_for_somebody_at_any_time_and_a_judge_never(world: World) -> None:
    world.clock.at = CLOSE + GRACE
    started = nominating.start(world.ctx("adam"), "small-2026", "frontline", raw(), on_behalf=True)
    assert started.entry.state_as == "admin"
    with pytest.raises(NotAllowed):
        nominating.start(world.ctx("jack"), "small-2026", "frontline", raw(), on_behalf=True)


# ---- who has an entry ----


def test_an_entry_is_found_by_its_link_and_by_its_workspace_and_by_nobody_else(world: World) -> None:
    larkfield = world.session.get_one(Organisation, world.organisations["larkfield"])
    by_link = world.nominate()
    by_org = nominating.start(world.ctx("bob"), "small-2026", "frontline", raw(), workspace=larkfield)
    seen = {}
    for who in ("alice", "stranger", "bob", "beth", "charlie", "adam", "olive", "audrey", "dora", "jack"):
        ctx = alice(world, by_link) if who == "alice" else world.ctx(who)
        found = []
        for name, started in (("link", by_link), ("org", by_org)):
            try:
                assert load_draft(ctx, started.entry.handle).entry.id == started.entry.id
                found.append(name)
            except NotFound:
                pass
        if found:
            seen[who] = found
    assert seen == {"alice": ["link"], "bob": ["org"], "beth": ["org"]}


def test_a_revoked_link_and_a_link_of_another_kind_open_nothing(world: World) -> None:
    started, other = world.nominate(), world.nominate()
    assert started.link is not None
    with pytest.raises(NotFound):
        load_draft(alice(world, other), started.entry.handle)
    for values in ({"revoked_at": OPEN}, {"purpose": "stop_reminders", "revoked_at": None}):
        with transaction(world.ctx()):
            world.session.execute(
                update(PrivateLink).where(PrivateLink.id == started.link.id).values(**values)
            )
        with pytest.raises(NotFound):
            load_draft(alice(world, started), started.entry.handle)


# ---- saving ----


def test_a_save_is_the_next_revision_and_keeps_what_does_not_fit_yet(world: World) -> None:
    started = world.nominate()
    world.clock.at = OPEN + timedelta(minutes=5)
    changed = raw(story="too long " * 100, calls="about forty", title="Mo")
    saved = nominating.save(alice(world, started), started.entry.handle, 1, changed)
    assert (saved.sheet.revision, saved.sheet.saved_at) == (2, world.clock.at)
    world.session.rollback()
    sheet = world.session.scalars(select(AnswerSheet)).one()
    assert (sheet.revision, sheet.answers["calls"]) == (2, "about forty")
    assert sheet.answers["story"] == ("too long " * 100).strip()
    assert started.entry.title == "Mo"
    assert set(problems(load_draft(alice(world, started), started.entry.handle))) == {"story", "calls"}


def test_a_save_from_an_old_page_loses_and_changes_nothing(world: World) -> None:
    started = world.nominate()
    ctx = alice(world, started)
    nominating.save(ctx, started.entry.handle, 1, raw(story="first", title="First"))
    with pytest.raises(Faster) as refused:
        nominating.save(ctx, started.entry.handle, 1, raw(story="second", title="Second"))
    assert refused.value.when == OPEN
    world.session.rollback()
    kept = load_draft(ctx, started.entry.handle)
    assert (kept.sheet.revision, kept.sheet.answers["story"], kept.entry.title) == (2, "first", "First")


def test_a_save_too_large_to_keep_changes_nothing(world: World) -> None:
    started = world.nominate()
    ctx = alice(world, started)
    with pytest.raises(Invalid) as refused:
        nominating.save(ctx, started.entry.handle, 1, raw(title="New", relation="x" * 301))
    assert set(refused.value.errors) == {"relation"}
    world.session.rollback()
    kept = load_draft(ctx, started.entry.handle)
    assert (kept.sheet.revision, kept.entry.title) == (1, "Maureen Okafor")


def test_a_changed_address_gets_the_link_too_but_only_so_many(world: World) -> None:
    started = world.nominate()
    ctx = alice(world, started)
    for number in range(MOST_ADDRESSES + 2):
        address = f"alice{number}@home.example"
        nominating.save(ctx, started.entry.handle, number + 1, raw(nominator_email=address))
    wanted = ["alice@home.example", *(f"alice{n}@home.example" for n in range(MOST_ADDRESSES - 1))]
    assert [mail.to_address for mail in mails(world, "draft_kept")] == wanted


def test_the_same_address_gets_the_link_once(world: World) -> None:
    started = world.nominate()
    for revision in (1, 2, 3):
        nominating.save(
            alice(world, started),
            started.entry.handle,
            revision,
            raw(nominator_email=" ALICE@home.example" if revision == 2 else "alice@home.example"),
        )
    assert len(mails(world, "draft_kept")) == 1


def test_two_colleagues_who_save_at_once_lose_nothing(world: World) -> None:
    larkfield = world.session.get_one(Organisation, world.organisations["larkfield"])
    started = nominating.start(world.ctx("bob"), "small-2026", "frontline", raw(), workspace=larkfield)
    nominating.save(world.ctx("beth"), started.entry.handle, 1, raw(story="Beth's"))
    with pytest.raises(Faster):
        nominating.save(world.ctx("bob"), started.entry.handle, 1, raw(story="Bob's"))
    assert load_draft(world.ctx("bob"), started.entry.handle).sheet.answers["story"] == "Beth's"


# ---- sending ----


def test_sending_gives_reference_time_digest_receipt_and_record_at_once(world: World) -> None:
    started = world.nominate()
    world.clock.at = OPEN + timedelta(minutes=11)
    sent = nominating.send(alice(world, started), started.entry.handle, 1)
    world.session.rollback()
    entry, sheet = started.entry, started.sheet
    assert (entry.state, entry.reference, entry.submitted_at) == ("submitted", "SH-26-0001", world.clock.at)
    assert (sheet.sent_at, sheet.digest, sent.reference) == (world.clock.at, sent.digest, "SH-26-0001")
    people = {key: STORY[key] for key in sheet.people}
    assert sheet.people == people
    assert set(people) == {
        *("title", "nominee_role", "nominee_email", "organisation_name", "sector", "may_tell"),
        *("nominator_name", "nominator_email", "relation"),
    }
    form = started.form.form_version.digest
    assert sent.digest == digest(
        {"category": "frontline", "form": form, "people": people, "answers": sheet.answers}
    )
    (mail,) = mails(world, "receipt")
    assert started.link is not None
    assert (mail.to_address, mail.key) == ("alice@home.example", f"receipt:{entry.id}:1")
    assert mail.values == {
        "reference": "SH-26-0001",
        "title": "Maureen Okafor",
        "category": "Frontline Hero",
        "sent_at": world.clock.at.isoformat(),
        "digest": sent.digest,
        "sheet_id": sheet.id,
        "link_id": started.link.id,
    }
    assert acts(world, entry) == ["entry.start", "entry.submit"]
    assert tallies(world) == {("state", "submitted"): 1, ("screening", "unchecked"): 1}
    assert entry.organisation_id == world.organisations["larkfield"]


@pytest.mark.parametrize(
    ("begun", "now", "code"),
    [
        (CLOSE - 2 * SECOND, CLOSE - SECOND, None),
        (CLOSE - SECOND, CLOSE, None),
        (CLOSE - SECOND, CLOSE + GRACE - SECOND, None),
        (CLOSE - SECOND, CLOSE + GRACE, "closed"),
        (OPEN, CLOSE + GRACE, "closed"),
    ],
)
def test_what_was_begun_before_the_close_can_be_sent_until_the_grace_ends(
    world: World, begun: datetime, now: datetime, code: str | None
) -> None:
    world.clock.at = begun
    started = world.nominate()
    world.clock.at = now
    ctx = alice(world, started)
    if code is None:
        nominating.send(ctx, started.entry.handle, 1)
        assert started.entry.submitted_at == now
        return
    for attempt in (
        lambda: nominating.send(ctx, started.entry.handle, 1),
        lambda: nominating.save(ctx, started.entry.handle, 1, raw()),
    ):
        with pytest.raises(NotNow) as refused:
            attempt()
        assert refused.value.code == code
    world.session.rollback()
    kept = load_draft(ctx, started.entry.handle)
    assert (kept.entry.state, kept.sheet.revision, kept.sheet.sent_at) == ("draft", 1, None)
    assert kept.sheet.answers["story"] == STORY["story"]


@pytest.mark.parametrize("begun", [CLOSE, CLOSE + SECOND])
def test_what_an_admin_began_after_the_close_has_no_grace(world: World, begun: datetime) -> None:
    world.clock.at = begun
    started = nominating.start(world.ctx("adam"), "small-2026", "frontline", raw(), on_behalf=True)
    with pytest.raises(NotNow) as refused:
        nominating.send(alice(world, started), started.entry.handle, 1)
    assert refused.value.code == "closed"


def test_without_a_grace_the_close_is_the_close(world: World) -> None:
    with transaction(world.ctx()):
        world.session.execute(update(Season).values(grace_minutes=0))
    early, late = world.nominate(), world.nominate()
    world.clock.at = CLOSE - SECOND
    nominating.send(alice(world, early), early.entry.handle, 1)
    world.clock.at = CLOSE
    with pytest.raises(NotNow):
        nominating.send(alice(world, late), late.entry.handle, 1)


def test_an_incomplete_draft_is_not_sent_and_says_what_is_missing(world: World) -> None:
    started = world.nominate(consent="", title="", sector="Piracy")
    with pytest.raises(Invalid) as refused:
        nominating.send(alice(world, started), started.entry.handle, 1)
    assert set(refused.value.errors) == {"consent", "title", "sector"}
    world.session.rollback()
    assert started.entry.state == "draft"
    assert mails(world, "receipt") == []


def test_only_the_answers_that_were_checked_are_sent(world: World) -> None:
    started = world.nominate()
    ctx = alice(world, started)
    nominating.save(ctx, started.entry.handle, 1, raw(story="changed in another window"))
    with pytest.raises(Faster):
        nominating.send(ctx, started.entry.handle, 1)
    assert started.entry.state == "draft"
    nominating.send(ctx, started.entry.handle, 2)
    assert started.entry.state == "submitted"


def test_the_same_press_twice_gives_one_receipt(world: World) -> None:
    started = world.nominate()
    ctx = alice(world, started)
    first = nominating.send(ctx, started.entry.handle, 1)
    assert nominating.send(ctx, started.entry.handle, 1) == first
    assert len(mails(world, "receipt")) == 1
    assert acts(world, started.entry) == ["entry.start", "entry.submit"]
    with pytest.raises(Faster):
        nominating.send(ctx, started.entry.handle, 2)
    with pytest.raises(Faster):
        nominating.save(ctx, started.entry.handle, 1, raw(story="after the fact"))


def test_an_address_sends_three_hundred_an_hour_and_no_more(world: World) -> None:
    drafts = [world.nominate() for _ in range(3)]
    for started in drafts[:2]:
        ctx = replace(alice(world, started), submissions_per_hour=2)
        nominating.send(ctx, started.entry.handle, 1)
    ctx = replace(alice(world, drafts[2]), submissions_per_hour=2)
    with pytest.raises(TooOften):
        nominating.send(ctx, drafts[2].entry.handle, 1)
    world.session.rollback()
    assert drafts[2].entry.state == "draft"
    world.clock.at = OPEN + timedelta(hours=1)
    nominating.send(replace(alice(world, drafts[2]), submissions_per_hour=2), drafts[2].entry.handle, 1)


def test_a_save_that_comes_between_reading_and_sealing_stops_the_sending(world: World) -> None:
    started = world.nominate()
    ctx = alice(world, started)
    draft = load_draft(ctx, started.entry.handle)
    with transaction(ctx):
        table = AnswerSheet.__table__
        world.session.connection().execute(
            update(AnswerSheet)
            .where(table.c.id == draft.sheet.id)
            .values(revision=2, answers={"story": "new"})
        )
    with pytest.raises(Faster), transaction(ctx):
        nominating.seal(ctx, draft.entry, draft.sheet, draft.category, draft.form_version)
    world.session.rollback()
    assert draft.sheet.digest is None


def test_a_new_organisation_is_met_by_its_name_however_it_is_spelt(world: World) -> None:
    names = ("Brightwater  Housing", "BRIGHTWATER HOUSING.", "Brightwater Housing")
    entries = [world.submitted(organisation_name=name).entry for name in names]
    assert len({entry.organisation_id for entry in entries}) == 1
    brightwater = world.session.get_one(Organisation, entries[0].organisation_id)
    assert (brightwater.name, brightwater.name_key, brightwater.has_workspace) == (
        "Brightwater Housing",
        "brightwater housing",
        False,
    )


def test_both_who_send_at_the_same_moment_get_references_of_their_own(world: World) -> None:
    drafts = [world.nominate(organisation_name="Brand New Ltd") for _ in range(6)]
    handles = [(started.entry.handle, started.link.id) for started in drafts if started.link]
    world.session.rollback()
    found: list[Any] = []
    ready = threading.Barrier(len(handles))

    def send(handle: str, link: int) -> None:
        with world.app.app_context():
            ctx = world.ctx("alice", frozenset({link}))
            ready.wait()
            found.append(nominating.send(ctx, handle, 1).reference)
            ctx.session.close()

    threads = [threading.Thread(target=send, args=pair) for pair in handles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [f"SH-26-{n:04d}" for n in range(1, 7)]
    world.session.rollback()
    named = select(Organisation).where(Organisation.name_key == "brand new ltd")
    assert len(world.session.scalars(named).all()) == 1


# ---- withdrawing, restoring, reminders ----


def test_a_draft_is_withdrawn_quietly_and_taken_up_again_while_the_category_is_open(world: World) -> None:
    started = world.nominate()
    ctx = alice(world, started)
    nominating.withdraw(ctx, started.entry.handle)
    nominating.withdraw(ctx, started.entry.handle)
    assert started.entry.state == "withdrawn"
    assert mails(world, "withdrawn") == []
    nominating.restore(ctx, started.entry.handle)
    assert started.entry.state == "draft"
    assert acts(world, started.entry) == ["entry.start", "entry.withdraw", "entry.restore"]
    nominating.withdraw(ctx, started.entry.handle)
    world.clock.at = CLOSE
    with pytest.raises(NotNow):
        nominating.restore(alice(world, started), started.entry.handle)


def test_a_sent_entry_is_withdrawn_with_a_mail_and_not_restored(world: World) -> None:
    started = world.submitted()
    ctx = alice(world, started)
    nominating.withdraw(ctx, started.entry.handle, reason="She would rather not.")
    assert (started.entry.state, started.entry.state_reason) == ("withdrawn", "She would rather not.")
    (mail,) = mails(world, "withdrawn")
    assert mail.values == {
        "reference": "SH-26-0001",
        "title": "Maureen Okafor",
        "reason": "She would rather not.",
    }
    with pytest.raises(NotNow):
        nominating.restore(ctx, started.entry.handle)


DECIDED: dict[str, dict[str, Any]] = {
    "submitted": {},
    "shortlisted": {"decided_digest": "0" * 64, "decided_method": "mean", "decided_rules": "2026.1"},
    "not_shortlisted": {},
    "awarded": {
        "decided_digest": "0" * 64,
        "decided_method": "mean",
        "decided_rules": "2026.1",
        "level": "winner",
    },
    "not_awarded": {},
}


def put(world: World, entry: Entry, state: str) -> None:
    """Set an entry's state as no program may: by raw values, for a test."""
    with transaction(world.ctx()):
        world.session.execute(update(Entry).where(Entry.id == entry.id).values(state=state, **DECIDED[state]))
    world.session.expire_all()


@pytest.mark.parametrize("now", [JUDGING, JUDGED, FINAL_JUDGED])
def test_what_an_entrant_may_do_never_tells_what_has_been_decided(world: World, now: datetime) -> None:
    told = set()
    for state in DECIDED:
        world.clock.at = OPEN
        started = world.submitted()
        put(world, started.entry, state)
        world.clock.at = now
        ctx = alice(world, started)
        may = may_do(ctx, load_draft(ctx, started.entry.handle))
        try:
            nominating.withdraw(ctx, started.entry.handle)
            answer = "withdrawn"
        except NotNow as refused:
            answer = f"{refused.code}: {refused.sentence}"
        world.session.rollback()
        if now == JUDGING and state in ("awarded", "not_awarded"):
            continue  # nobody is awarded before the last round has closed
        told.add((may, answer))
    assert len(told) == 1


def test_nothing_but_withdrawing_and_restoring_is_offered(world: World) -> None:
    started = world.nominate()
    ctx = alice(world, started)
    offered = {"draft": {a.value for a in may_do(ctx, load_draft(ctx, started.entry.handle))}}
    nominating.withdraw(ctx, started.entry.handle)
    offered["withdrawn"] = {a.value for a in may_do(ctx, load_draft(ctx, started.entry.handle))}
    assert offered == {"draft": {"withdraw"}, "withdrawn": {"restore"}}


def test_reminders_are_on_until_somebody_turns_them_off(world: World) -> None:
    started = world.nominate()
    ctx = alice(world, started)
    assert started.entry.reminders
    nominating.set_reminders(ctx, started.entry.handle, False)
    nominating.set_reminders(ctx, started.entry.handle, False)
    assert not started.entry.reminders
    assert acts(world, started.entry) == ["entry.start", "entry.reminders"]


def test_a_returned_entry_can_be_edited_and_sent_again_until_it_is_due(world: World) -> None:
    started = world.submitted()
    due = OPEN + timedelta(days=2)
    with transaction(world.ctx()):
        new = AnswerSheet(
            entry_id=started.entry.id,
            number=2,
            form_version_id=started.sheet.form_version_id,
            answers=dict(started.sheet.answers),
            people={},
            saved_at=OPEN,
        )
        world.session.add(new)
        world.session.execute(
            update(Entry)
            .where(Entry.id == started.entry.id)
            .values(state="returned", due_at=due, state_reason="Leave the street out.", sheet_number=2)
        )
    world.session.expire_all()
    ctx = alice(world, started)
    saved = nominating.save(ctx, started.entry.handle, 1, raw(story="Without the street."))
    assert (saved.sheet.number, saved.sheet.revision) == (2, 2)
    world.clock.at = due
    assert refusal_to_edit(alice(world, started), load_draft(ctx, started.entry.handle)) is not None
    with pytest.raises(NotNow):
        nominating.send(alice(world, started), started.entry.handle, 2)
    world.clock.at = due - SECOND
    sent = nominating.send(alice(world, started), started.entry.handle, 2)
    assert (sent.reference, State(started.entry.state)) == ("SH-26-0001", State.SUBMITTED)
    assert [mail.key for mail in mails(world, "receipt")] == [
        f"receipt:{started.entry.id}:1",
        f"receipt:{started.entry.id}:2",
    ]
    assert len(mails(world, "draft_kept")) == 1


def test_the_door_is_the_only_way_in(world: World) -> None:
    started = world.nominate()
    draft = load_draft(alice(world, started), started.entry.handle)
    with pytest.raises(NotAllowed), transaction(world.ctx("stranger")):
        door.move(world.ctx("stranger"), draft.entry, draft.sending)
