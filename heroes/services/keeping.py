"""Keeping house: what is swept, what is erased when its time has come, and the audit heads that are mailed out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, delete, func, literal, null, or_, select, update

from heroes.domain.questions import email_error
from heroes.models.audit import AuditRecord
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.outbox import OutboxMail
from heroes.models.people import PrivateLink, ProgrammeRole, User, UserSession
from heroes.models.seasons import Category, Season
from heroes.models.visibility import seasons_for_public
from heroes.services import limits, verifying
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.posting import owe
from heroes.services.transactions import transaction
from heroes.services.turns import take_turn

KEPT_MONTHS = 12
NOTICE_MONTHS = 11
NOTICE = timedelta(days=28)
"""A draft is erased twelve months after its close, and four weeks after the notice at the least."""
SPENT = timedelta(days=30)
AT_ONCE = 100


def sweep(ctx: Context) -> None:
    """Forget ended rate windows, and sessions and single-use links that have been over for thirty days."""
    over = ctx.now - SPENT
    with transaction(ctx):
        limits.sweep(ctx)
        ctx.session.execute(
            delete(UserSession).where(or_(UserSession.expires_at < over, UserSession.ended_at < over))
        )
        ctx.session.execute(
            delete(PrivateLink).where(PrivateLink.single_use.is_(True), PrivateLink.expires_at < over)
        )


# ---- drafts that were never sent ----


def months_before(at: datetime, months: int) -> datetime:
    """The same moment so many calendar months earlier; the month's last day where it is shorter."""
    count = at.year * 12 + at.month - 1 - months
    year, month = divmod(count, 12)
    after = datetime(year + (month == 11), (month + 1) % 12 + 1, 1, tzinfo=UTC)
    last = (after - timedelta(days=1)).day
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def announce_erasures(ctx: Context) -> int:
    """Tell whoever left a draft unsent that it will be erased in a month; returns how many mails. Once each."""
    owed, after = 0, 0
    while True:
        with transaction(ctx):
            take_turn(ctx, "erasures")
            rows = _left_over(ctx, NOTICE_MONTHS, after, told=False)
            for entry, category, season in rows:
                if entry.nominator_email and email_error(entry.nominator_email) is None:
                    ends = category.closes_at or season.closes_at
                    erased_at = max(_months_after(ends, KEPT_MONTHS), ctx.now + NOTICE)
                    owe(
                        ctx,
                        "draft_erasure",
                        entry.nominator_email,
                        to_name=entry.nominator_name,
                        key=_notice_key(entry.id),
                        season_id=season.id,
                        entry_id=entry.id,
                        category=category.name,
                        title=entry.title,
                        erased_at=erased_at.isoformat(),
                    )
                    owed += 1
        if len(rows) < AT_ONCE:
            return owed
        after = rows[-1][0].id


def erase_drafts(ctx: Context) -> int:
    """Erase drafts that were never sent, a year after the close and four weeks after the notice; returns how many.

    What was written and everybody's names and addresses go, in the entry, its answers, its mails and the bodies of
    its audit records; its private links open nothing any more. That there was a draft remains, and the audit trail
    still verifies.
    """
    erased = 0
    while True:
        with transaction(ctx):
            take_turn(ctx, "erasures")
            rows = _left_over(ctx, KEPT_MONTHS, 0, told=True)
            for entry, _, _ in rows:
                _erase(ctx, entry)
        erased += len(rows)
        if len(rows) < AT_ONCE:
            return erased


def _months_after(at: datetime, months: int) -> datetime:
    return months_before(at, -months)


def _notice_key(entry_id: int) -> str:
    return f"draft_erasure:{entry_id}"


def _left_over(ctx: Context, months: int, after: int, *, told: bool) -> Sequence[Any]:
    """Entries never sent in categories that closed so many months ago and are not erased yet.

    `told`: the notice went out four weeks ago, or there was nobody to tell.
    """
    notice = select(OutboxMail.id).where(OutboxMail.key == literal("draft_erasure:") + cast(Entry.id, String))
    reachable = Entry.nominator_email.contains("@")
    ready = (
        or_(notice.where(OutboxMail.created_at <= ctx.now - NOTICE).exists(), ~reachable)
        if told
        else ~notice.exists()
    )
    erased = select(AuditRecord.id).where(AuditRecord.entry_id == Entry.id, AuditRecord.act == "entry.erase")
    return ctx.session.execute(
        select(Entry, Category, Season)
        .join(Category, Category.id == Entry.category_id)
        .join(Season, Season.id == Entry.season_id)
        .where(
            func.coalesce(Category.closes_at, Season.closes_at) <= months_before(ctx.now, months),
            Entry.submitted_at.is_(None),
            seasons_for_public(),
            Entry.id > after,
            ready,
            ~erased.exists(),
        )
        .order_by(Entry.id)
        .limit(AT_ONCE)
    ).all()


def _erase(ctx: Context, entry: Entry) -> None:
    for column in (
        *("title", "nominee_role", "nominee_email", "organisation_name", "sector", "may_tell"),
        *("nominator_name", "nominator_email", "nominator_email_key", "relation"),
    ):
        setattr(entry, column, "")
    entry.organisation_id = None
    entry.version += 1
    session = ctx.session
    session.flush()
    session.execute(
        update(AnswerSheet)
        .where(AnswerSheet.entry_id == entry.id)
        .values(answers={}, people={}, revision=AnswerSheet.revision + 1)
    )
    session.execute(
        update(PrivateLink)
        .where(PrivateLink.entry_id == entry.id, PrivateLink.revoked_at.is_(None))
        .values(revoked_at=ctx.now)
    )
    session.execute(delete(OutboxMail).where(OutboxMail.entry_id == entry.id))
    erase_bodies(ctx, entry.id)
    note(
        ctx,
        "entry.erase",
        entry.handle,
        season_id=entry.season_id,
        entry_id=entry.id,
        reason="never sent; a year has passed since the close",
    )


def erase_bodies(ctx: Context, entry_id: int) -> None:
    """Erase before, after and reason of an entry's audit records; their digests stay, so the chain still verifies."""
    ctx.session.execute(
        update(AuditRecord).where(AuditRecord.entry_id == entry_id).values(body=null(), salt=None)
    )


# ---- audit heads ----


def mail_heads(ctx: Context) -> int:
    """Owe every auditor today's audit head of each season of their programme that has not ended; returns how many.

    Whoever keeps these mails can prove later that nothing was cut off the trail.
    """
    today = f"{ctx.now:%Y-%m-%d}"
    with transaction(ctx):
        take_turn(ctx, "audit heads")
        rows = ctx.session.execute(
            select(Season, User)
            .join(ProgrammeRole, ProgrammeRole.programme_id == Season.programme_id)
            .join(User, User.id == ProgrammeRole.user_id)
            .where(
                ProgrammeRole.role == "auditor",
                User.email.is_not(None),
                User.disabled_at.is_(None),
                or_(Season.ended_at.is_(None), Season.ended_at > ctx.now - SPENT),
            )
            .order_by(Season.id, User.id)
        ).all()
        owed = 0
        for season, user in rows:
            key = f"audit_head:{today}:{season.id}:{user.id}"
            if ctx.session.scalar(select(OutboxMail.id).where(OutboxMail.key == key)) is None:
                heads = [verifying.head_of(ctx, season), verifying.head_of(ctx, None)]
                owe(
                    ctx,
                    "audit_head",
                    user.email or "",
                    to_name=user.name,
                    key=key,
                    season_id=season.id,
                    season=season.name,
                    heads=heads,
                )
                owed += 1
    return owed
