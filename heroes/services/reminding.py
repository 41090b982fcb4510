"""Reminders: to entrants with an unfinished draft, to judges with scorecards to do. On by default, once each."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, func, literal, or_, select, update

from heroes.domain.entry_states import JUDGED, State
from heroes.domain.questions import email_error
from heroes.models.entries import Entry
from heroes.models.judge_pages import asked_again
from heroes.models.judging import Assignment
from heroes.models.outbox import OutboxMail
from heroes.models.people import PrivateLink, User
from heroes.models.seasons import Category, Round, Season
from heroes.models.visibility import seasons_for_public
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.links import find_link
from heroes.services.posting import owe
from heroes.services.refusals import NotFound
from heroes.services.transactions import transaction
from heroes.services.turns import take_turn

STAGES = (
    ("6h", timedelta(hours=6)),
    ("2d", timedelta(days=2)),
    ("7d", timedelta(days=7)),
)
"""How long before an end a reminder is due, the nearest first."""
AT_ONCE = 200


def stage_at(now: datetime, ends: datetime) -> tuple[str, datetime] | None:
    """Which reminder is due now and since when, or None: too early, or over."""
    if now >= ends:
        return None
    return next(((name, ends - before) for name, before in STAGES if ends - before <= now), None)


def remind_drafts(ctx: Context) -> int:
    """Owe a reminder for every unfinished draft whose category closes soon; returns how many.

    Whoever began after a reminder was due does not get that one. Each is owed once, however often this runs.
    """
    owed = 0
    for category, season in _closing(ctx):
        ends = category.closes_at or season.closes_at
        due = stage_at(ctx.now, ends)
        if due is not None:
            last: int | None = 0
            while last is not None:
                count, last = _remind_some(ctx, category, ends, *due, after=last)
                owed += count
    return owed


def _closing(ctx: Context) -> Sequence[Any]:
    ends = func.coalesce(Category.closes_at, Season.closes_at)
    found = ctx.session.execute(
        select(Category, Season)
        .join(Season, Season.id == Category.season_id)
        .where(
            ends > ctx.now,
            ends <= ctx.now + STAGES[-1][1],
            Season.ended_at.is_(None),
            seasons_for_public(),
        )
    ).all()
    ctx.session.rollback()
    return found


def _remind_some(
    ctx: Context, category: Category, ends: datetime, stage: str, since: datetime, *, after: int
) -> tuple[int, int | None]:
    """Go through some drafts past the id `after`: how many mails are owed, and where to go on (None: nowhere)."""
    tail = f":{stage}:{int(ends.timestamp())}"
    key = literal("draft_reminder:") + cast(Entry.id, String) + literal(tail)
    with transaction(ctx):
        take_turn(ctx, "reminders")
        rows = ctx.session.execute(
            select(Entry.id, Entry.title, Entry.nominator_email, Entry.nominator_name, Entry.season_id)
            .where(
                Entry.category_id == category.id,
                Entry.state == State.DRAFT.value,
                Entry.reminders.is_(True),
                Entry.nominator_email != "",
                Entry.begun_at <= since,
                Entry.id > after,
                ~select(OutboxMail.id).where(OutboxMail.key == key).exists(),
            )
            .order_by(Entry.id)
            .limit(AT_ONCE)
        ).all()
        reachable = [row for row in rows if email_error(row.nominator_email) is None]
        for row in reachable:
            owe(
                ctx,
                "draft_reminder",
                row.nominator_email,
                to_name=row.nominator_name,
                key=f"draft_reminder:{row.id}{tail}",
                season_id=row.season_id,
                entry_id=row.id,
                category=category.name,
                title=row.title,
                closes_at=ends.isoformat(),
            )
    return len(reachable), rows[-1].id if len(rows) == AT_ONCE else None


def remind_judges(ctx: Context) -> int:
    """Owe one reminder to every judge with scorecards to do in rounds that close soon; returns how many mails.

    One mail a judge for all rounds that close at the same instant. A judge who was dealt everything after a reminder
    was due does not get that one.
    """
    with transaction(ctx):
        take_turn(ctx, "reminders")
        to_do: dict[tuple[int, int, datetime], list[Any]] = defaultdict(list)
        for row in _judging(ctx):
            to_do[row.user_id, row.season_id, row.closes_at].append(row)
        owed = 0
        for (user_id, season_id, ends), rows in sorted(to_do.items()):
            due = stage_at(ctx.now, ends)
            if due is None or min(row.first_assigned for row in rows) > due[1]:
                continue
            key = f"judge_reminder:{user_id}:{season_id}:{due[0]}:{int(ends.timestamp())}"
            if ctx.session.scalar(select(OutboxMail.id).where(OutboxMail.key == key)) is not None:
                continue
            owe(
                ctx,
                "judge_reminder",
                rows[0].email,
                to_name=rows[0].name,
                key=key,
                season_id=season_id,
                count=sum(row.count for row in rows),
                closes_at=ends.isoformat(),
                rounds=[{"category": row.category, "round": row.round, "count": row.count} for row in rows],
            )
            owed += 1
    return owed


def _judging(ctx: Context) -> Sequence[Any]:
    """Judge by judge and round by round: how many scorecards are to do in rounds that close within a week."""
    return ctx.session.execute(
        select(
            User.id.label("user_id"),
            User.email,
            User.name,
            Category.season_id,
            Category.name.label("category"),
            Round.name.label("round"),
            Round.closes_at,
            func.count().label("count"),
            func.min(Assignment.assigned_at, type_=Assignment.assigned_at.type).label("first_assigned"),
        )
        .select_from(Round)
        .join(Category, Category.id == Round.category_id)
        .join(Season, Season.id == Category.season_id)
        .join(Assignment, Assignment.round_id == Round.id)
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(User, User.id == Assignment.user_id)
        .where(
            Round.opens_at <= ctx.now,
            Round.closes_at > ctx.now,
            Round.closes_at <= ctx.now + STAGES[-1][1],
            Season.ended_at.is_(None),
            seasons_for_public(),
            or_(Assignment.state == "assigned", asked_again()),
            Entry.state.in_([state.value for state in JUDGED]),
            User.email.is_not(None),
            User.disabled_at.is_(None),
            User.reminders.is_(True),
        )
        .group_by(
            User.id, User.email, User.name, Category.season_id, Category.position, Category.name, Round.id
        )
        .order_by(User.id, Category.position, Round.id)
    ).all()


# ---- stopping them ----


def stop_reminders(ctx: Context, token: str) -> str:
    """Turn off the reminders that a private link from a mail stands for, and say which those are.

    Doing it again does no harm. Raises `NotFound` for any other link.
    """
    with transaction(ctx):
        link = find_link(ctx, token)
        if link.purpose != "stop_reminders":
            raise NotFound
        return _stop_entry(ctx, link) if link.entry_id is not None else _stop_user(ctx, link)


def _stop_entry(ctx: Context, link: PrivateLink) -> str:
    entry = ctx.session.get_one(Entry, link.entry_id)
    if entry.reminders:
        entry.reminders = False
        _note(ctx, entry.reference or entry.handle, entry)
    return f"about your draft for {entry.title}" if entry.title else "about your draft"


def _stop_user(ctx: Context, link: PrivateLink) -> str:
    changed = ctx.session.execute(
        update(User)
        .where(User.id == link.user_id, User.reminders.is_(True))
        .values(reminders=False)
        .returning(User.id)
        .execution_options(synchronize_session="fetch")
    ).one_or_none()
    if changed is not None:
        _note(ctx, f"user:{link.user_id}", None)
    return "about judging"


def _note(ctx: Context, subject: str, entry: Entry | None) -> None:
    act = "account.reminders" if entry is None else "entry.reminders"
    note(
        ctx,
        act,
        subject,
        season_id=entry.season_id if entry else None,
        entry_id=entry.id if entry else None,
        after={"reminders": False},
    )
