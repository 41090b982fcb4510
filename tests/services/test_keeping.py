"""Housekeeping: what is swept, what is erased and when, and the heads that auditors get."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from heroes.models import (
    AnswerSheet,
    AuditRecord,
    Entry,
    OutboxMail,
    PrivateLink,
    RateCount,
    Season,
    User,
    UserSession,
)
from heroes.services import keeping, verifying
from heroes.services.links import address_of, find_link, make_link
from heroes.services.refusals import NotFound
from heroes.services.transactions import transaction

CLOSED = datetime(2026, 5, 22, 16, 0, tzinfo=UTC)


def job(world, do):
    """Run one job of the clock."""
    done = do(world.ctx("system"))
    world.session.expire_all()
    return done


def test_months_are_calendar_months():
    at = datetime(2024, 3, 31, 12, tzinfo=UTC)
    assert keeping.months_before(at, 1) == datetime(2024, 2, 29, 12, tzinfo=UTC)
    assert keeping.months_before(at, 3) == datetime(2023, 12, 31, 12, tzinfo=UTC)
    assert keeping.months_before(at, -9) == datetime(2024, 12, 31, 12, tzinfo=UTC)
    assert keeping.months_before(at, 12) == datetime(2023, 3, 31, 12, tzinfo=UTC)


# ---- sweeping ----


def test_what_is_over_for_thirty_days_is_swept_and_nothing_else(world):
    ctx = world.ctx("system")
    started = world.nominate()
    with transaction(ctx):
        make_link(ctx, "sign_in", user_id=world.people["jack"])
        for name, ended, expires in (("a", None, 60), ("b", 0, 60), ("c", None, 0)):
            world.session.add(
                UserSession(
                    token_hash=name,
                    user_id=world.people["jack"],
                    created_at=ctx.now,
                    last_seen_at=ctx.now,
                    expires_at=ctx.now + timedelta(days=expires),
                    ended_at=None if ended is None else ctx.now,
                )
            )
    assert world.session.scalar(select(func.count()).select_from(RateCount)) > 0
    world.clock.forward(days=29)
    job(world, keeping.sweep)
    assert set(world.session.scalars(select(UserSession.token_hash))) == {"a", "b", "c"}
    assert world.session.scalar(select(func.count()).select_from(RateCount)) == 0
    world.clock.forward(days=2)
    with transaction(world.ctx("system")):
        new = make_link(world.ctx("system"), "sign_in", user_id=world.people["jack"])
    job(world, keeping.sweep)
    assert set(world.session.scalars(select(UserSession.token_hash))) == {"a"}
    assert set(world.session.scalars(select(PrivateLink.id))) == {started.link.id, new.id}


# ---- erasing ----


def test_a_draft_is_erased_a_year_after_the_close_with_notice_a_month_before(world):
    draft = world.nominate()
    sent = world.submitted(title="Sent")
    counts = []
    for at in (
        datetime(2027, 4, 22, 15, 59, tzinfo=UTC),
        datetime(2027, 4, 22, 16, 0, tzinfo=UTC),
        datetime(2027, 5, 1, tzinfo=UTC),
        datetime(2027, 5, 22, 15, 59, tzinfo=UTC),
        datetime(2027, 5, 22, 16, 0, tzinfo=UTC),
        datetime(2027, 8, 1, tzinfo=UTC),
    ):
        world.clock.at = at
        counts.append((job(world, keeping.announce_erasures), job(world, keeping.erase_drafts)))
    assert counts == [(0, 0), (1, 0), (0, 0), (0, 0), (0, 1), (0, 0)]
    assert world.session.get_one(Entry, sent.entry.id).title == "Sent"
    assert world.session.get_one(Entry, draft.entry.id).title == ""


def test_the_notice_says_the_day_and_comes_before_it(world):
    world.nominate()
    world.clock.at = datetime(2027, 4, 22, 16, 0, tzinfo=UTC)
    job(world, keeping.announce_erasures)
    (mail,) = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "draft_erasure")).all()
    assert mail.values["erased_at"] == "2027-05-22T16:00:00+00:00"


def test_nothing_is_erased_without_four_weeks_of_notice(world):
    world.nominate()
    world.clock.at = datetime(2029, 1, 1, tzinfo=UTC)
    assert job(world, keeping.erase_drafts) == 0
    assert job(world, keeping.announce_erasures) == 1
    world.clock.forward(days=27)
    assert job(world, keeping.erase_drafts) == 0
    world.clock.forward(days=1)
    assert job(world, keeping.erase_drafts) == 1


def test_a_draft_of_nobody_needs_no_notice(world):
    world.nominate(nominator_email="")
    world.clock.at = datetime(2027, 6, 1, tzinfo=UTC)
    assert (job(world, keeping.announce_erasures), job(world, keeping.erase_drafts)) == (0, 1)


def test_erasing_leaves_no_word_of_it_anywhere_and_a_trail_that_verifies(world):
    ctx = world.ctx()
    draft = world.nominate()
    token = address_of(ctx.keys.links, "", world.session.get_one(PrivateLink, draft.link.id)).rsplit("/", 1)[
        1
    ]
    words = [
        "Maureen", "Alice", "alice@home.example", "maureen@larkfield.example", "forty-one people", "teatime",
        "helped my mother", "Adviser",
    ]  # fmt: skip
    world.clock.at = datetime(2027, 5, 1, tzinfo=UTC)
    job(world, keeping.announce_erasures)
    world.clock.at = datetime(2027, 6, 1, tzinfo=UTC)
    job(world, keeping.erase_drafts)
    kept = {}
    for table in (Entry, AnswerSheet, OutboxMail, AuditRecord, PrivateLink):
        rows = world.session.execute(select(table.__table__)).all()
        kept[table.__tablename__] = " ".join(str(value) for row in rows for value in row)
    assert {name: [w for w in words if w in text] for name, text in kept.items()} == {
        name: [] for name in kept
    }
    assert world.session.scalars(select(Entry.state)).all() == ["draft"]
    with pytest.raises(NotFound):
        find_link(world.ctx(), token)
    assert {check.fault for check in verifying.verify(world.ctx("system"))} == {""}
    bodies = world.session.execute(
        select(AuditRecord.act, AuditRecord.salt).where(AuditRecord.entry_id == draft.entry.id)
    ).all()
    assert {(act, salt is None) for act, salt in bodies} == {("entry.start", True), ("entry.erase", False)}


def test_many_drafts_are_erased_in_portions(world, monkeypatch):
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    for number in range(5):
        world.nominate(title=f"Person {number}", nominator_email="a@home.example" if number % 2 else "")
    world.clock.at = datetime(2027, 5, 1, tzinfo=UTC)
    assert job(world, keeping.announce_erasures) == 2
    world.clock.at = datetime(2027, 6, 1, tzinfo=UTC)
    assert job(world, keeping.erase_drafts) == 5


# ---- audit heads ----


def test_every_auditor_gets_the_heads_once_a_day(world):
    assert job(world, keeping.mail_heads) == 1
    assert job(world, keeping.mail_heads) == 0
    world.clock.forward(hours=11)
    assert job(world, keeping.mail_heads) == 0
    world.clock.forward(hours=2)
    assert job(world, keeping.mail_heads) == 1
    mails = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "audit_head")).all()
    assert {mail.to_address for mail in mails} == {"audrey@tiny.example"}
    heads = mails[0].values["heads"]
    assert heads[0] == verifying.head_of(world.ctx("system"), world.season())
    world.session.rollback()
    assert {check.fault for check in verifying.verify(world.ctx("system"), expect=heads[0])} == {""}


def test_a_disabled_auditor_and_a_season_long_over_get_no_heads(world):
    with transaction(world.ctx("system")):
        world.session.execute(
            update(User).where(User.id == world.people["audrey"]).values(disabled_at=world.clock.at)
        )
    assert job(world, keeping.mail_heads) == 0
    with transaction(world.ctx("system")):
        world.session.execute(update(User).values(disabled_at=None))
        world.session.execute(update(Season).values(ended_at=world.clock.at - timedelta(days=40)))
    assert job(world, keeping.mail_heads) == 0
