"""Reminders: at the right time, once each, and only to whoever wants them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from heroes.models import Assignment, Category, Entry, OutboxMail, PrivateLink, Round, Season, User
from heroes.services import reminding
from heroes.services.links import address_of, make_link
from heroes.services.refusals import NotFound
from heroes.services.transactions import transaction

FIRST = "Your draft for"


def closes(world):
    """When the small season closes."""
    at = world.season().closes_at
    world.session.rollback()
    return at


def owed(world, template):
    """Keys of the mails of one kind, in order."""
    keys = world.session.scalars(
        select(OutboxMail.key).where(OutboxMail.template == template).order_by(OutboxMail.id)
    ).all()
    world.session.rollback()
    return list(keys)


def remind(world):
    """Run both jobs now."""
    return reminding.remind_drafts(world.ctx("system")), reminding.remind_judges(world.ctx("system"))


def test_a_draft_is_reminded_seven_days_two_days_and_six_hours_before_the_close_and_once_each(world):
    started = world.nominate()
    end = closes(world)
    counts = []
    for before in (
        timedelta(days=7, seconds=1), timedelta(days=7), timedelta(days=3), timedelta(days=2),
        timedelta(hours=7), timedelta(hours=6), timedelta(seconds=1), timedelta(0), timedelta(days=-1),
    ):  # fmt: skip
        world.clock.at = end - before
        counts.append(reminding.remind_drafts(world.ctx("system")))
        assert reminding.remind_drafts(world.ctx("system")) == 0
    assert counts == [0, 1, 0, 1, 0, 1, 0, 0, 0]
    stamp = int(end.timestamp())
    assert owed(world, "draft_reminder") == [
        f"draft_reminder:{started.entry.id}:{stage}:{stamp}" for stage in ("7d", "2d", "6h")
    ]


def test_a_worker_that_slept_sends_the_latest_reminder_only(world):
    world.nominate()
    world.clock.at = closes(world) - timedelta(hours=1)
    assert reminding.remind_drafts(world.ctx("system")) == 1
    assert [key.split(":")[2] for key in owed(world, "draft_reminder")] == ["6h"]


def test_whoever_has_just_begun_is_not_reminded_of_it(world):
    world.clock.at = closes(world) - timedelta(days=1)
    world.nominate()
    assert reminding.remind_drafts(world.ctx("system")) == 0
    world.clock.at = closes(world) - timedelta(hours=6)
    assert reminding.remind_drafts(world.ctx("system")) == 1


def test_only_unfinished_drafts_with_an_address_that_want_it_are_reminded(world):
    wanted = world.nominate(title="Wanted")
    world.submitted(title="Sent")
    world.nominate(title="Nobody", nominator_email="")
    world.nominate(title="Nonsense", nominator_email="nonsense")
    stopped = world.nominate(title="Stopped")
    with transaction(world.ctx("system")):
        world.session.execute(update(Entry).where(Entry.id == stopped.entry.id).values(reminders=False))
    world.clock.at = closes(world) - timedelta(days=2)
    assert reminding.remind_drafts(world.ctx("system")) == 1
    assert owed(world, "draft_reminder")[0].split(":")[1] == str(wanted.entry.id)


def test_a_category_with_a_close_of_its_own_counts_from_that(world):
    world.nominate()
    with transaction(world.ctx("system")):
        world.session.execute(update(Category).values(closes_at=world.clock.at + timedelta(days=6)))
    world.clock.forward(hours=1)
    assert reminding.remind_drafts(world.ctx("system")) == 0
    world.clock.forward(days=4)
    assert reminding.remind_drafts(world.ctx("system")) == 1


def test_many_drafts_are_reminded_in_portions(world, monkeypatch):
    monkeypatch.setattr(reminding, "AT_ONCE", 2)
    for number in range(5):
        world.nominate(
            title=f"Person {number}", nominator_email="nonsense" if number == 1 else "a@home.example"
        )
    world.clock.at = closes(world) - timedelta(days=2)
    assert reminding.remind_drafts(world.ctx("system")) == 4
    assert reminding.remind_drafts(world.ctx("system")) == 0


# ---- judges ----


def asked(world, who, started, at, state="assigned"):
    """Put an entry into a judge's queue by hand."""
    ctx = world.ctx("system")
    round_id = world.session.scalars(
        select(Round.id)
        .where(Round.category_id == started.entry.category_id)
        .order_by(Round.position)
        .limit(1)
    ).one()
    with transaction(ctx):
        world.session.add(
            Assignment(
                handle=f"{who}{started.entry.id}",
                round_id=round_id,
                entry_id=started.entry.id,
                user_id=world.people[who],
                position=1,
                state=state,
                assigned_at=at,
            )
        )
    return round_id


def round_closes(world):
    """When the first round closes."""
    at = world.session.scalars(select(Round.closes_at).order_by(Round.closes_at).limit(1)).one()
    world.session.rollback()
    return at


def test_a_judge_is_reminded_of_everything_in_one_mail_and_once_a_stage(world):
    entries = [world.submitted(title=f"Person {n}") for n in range(3)]
    end = round_closes(world)
    for started in entries:
        asked(world, "jack", started, end - timedelta(days=10))
    asked(world, "jill", entries[0], end - timedelta(days=10))
    counts = []
    for before in (
        timedelta(days=8),
        timedelta(days=7),
        timedelta(days=5),
        timedelta(days=2),
        timedelta(hours=6),
    ):
        world.clock.at = end - before
        counts.append(reminding.remind_judges(world.ctx("system")))
        assert reminding.remind_judges(world.ctx("system")) == 0
    world.clock.at = end
    counts.append(reminding.remind_judges(world.ctx("system")))
    assert counts == [0, 2, 0, 2, 2, 0]
    mails = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "judge_reminder")).all()
    assert {(m.to_address, m.values["count"]) for m in mails} == {
        ("jack@judges.example", 3),
        ("jill@judges.example", 1),
    }


def test_only_scorecards_that_are_still_to_do_are_counted(world):
    kept, withdrawn = world.submitted(title="Kept"), world.submitted(title="Withdrawn")
    end = round_closes(world)
    asked(world, "jack", kept, end - timedelta(days=10))
    asked(world, "jack", withdrawn, end - timedelta(days=10))
    asked(world, "jill", kept, end - timedelta(days=10), state="removed")
    with transaction(world.ctx("system")):
        world.session.execute(
            update(Entry)
            .where(Entry.id == withdrawn.entry.id)
            .values(state="withdrawn", state_as="nominator")
        )
    world.clock.at = end - timedelta(days=2)
    assert reminding.remind_judges(world.ctx("system")) == 1
    (mail,) = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "judge_reminder")).all()
    assert (mail.to_address, mail.values["count"]) == ("jack@judges.example", 1)


def test_a_judge_who_was_dealt_everything_later_waits_for_the_next_reminder(world):
    started = world.submitted()
    end = round_closes(world)
    asked(world, "jack", started, end - timedelta(days=3))
    world.clock.at = end - timedelta(days=3)
    assert reminding.remind_judges(world.ctx("system")) == 0
    world.clock.at = end - timedelta(days=2)
    assert reminding.remind_judges(world.ctx("system")) == 1


@pytest.mark.parametrize("change", ["reminders", "disabled", "no address", "ended season"])
def test_judges_who_cannot_or_do_not_want_to_are_left_alone(world, change):
    started = world.submitted()
    end = round_closes(world)
    asked(world, "jack", started, end - timedelta(days=10))
    world.clock.at = end - timedelta(days=2)
    with transaction(world.ctx("system")):
        jack = world.session.get_one(User, world.people["jack"])
        if change == "reminders":
            jack.reminders = False
        elif change == "disabled":
            jack.disabled_at = world.clock.at
        elif change == "no address":
            jack.email = jack.email_key = None
        else:
            world.session.execute(update(Season).values(ended_at=world.clock.at))
    assert reminding.remind_judges(world.ctx("system")) == 0


# ---- stopping ----


def test_the_link_stops_the_reminders_of_that_draft_and_nothing_else(world):
    first, second = world.nominate(), world.nominate(title="Other")
    with transaction(world.ctx("system")):
        link = make_link(world.ctx("system"), "stop_reminders", entry_id=first.entry.id)
    token = address_of(world.house.keys.links, "", link).rsplit("/", 1)[1]
    assert reminding.stop_reminders(world.ctx(), token) == "about your draft for Maureen Okafor"
    reminding.stop_reminders(world.ctx(), token)
    world.session.expire_all()
    assert (world.session.get_one(Entry, first.entry.id).reminders) is False
    assert (world.session.get_one(Entry, second.entry.id).reminders) is True


def test_the_link_stops_a_judges_reminders(world):
    with transaction(world.ctx("system")):
        link = make_link(world.ctx("system"), "stop_reminders", user_id=world.people["jack"])
    token = address_of(world.house.keys.links, "", link).rsplit("/", 1)[1]
    assert reminding.stop_reminders(world.ctx(), token) == "about judging"
    world.session.expire_all()
    assert [u.email for u in world.session.scalars(select(User).where(User.reminders.is_(False)))] == [
        "jack@judges.example"
    ]


def test_no_other_link_stops_anything(world):
    started = world.nominate()
    link = world.session.get_one(PrivateLink, started.link.id)
    token = address_of(world.house.keys.links, "", link).rsplit("/", 1)[1]
    world.session.rollback()
    for other in (token, "nonsense"):
        with pytest.raises(NotFound):
            reminding.stop_reminders(world.ctx(), other)


def test_the_stages_are_exact():
    end = datetime.fromisoformat("2026-05-22T16:00:00+00:00")
    second = timedelta(seconds=1)
    got = [
        (reminding.stage_at(end - before, end) or ("none",))[0]
        for before in (
            timedelta(days=7) + second, timedelta(days=7), timedelta(days=2) + second, timedelta(days=2),
            timedelta(hours=6) + second, timedelta(hours=6), second, timedelta(0),
        )
    ]  # fmt: skip
    assert got == ["none", "7d", "7d", "2d", "2d", "6h", "6h", "none"]
