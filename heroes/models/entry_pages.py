"""What staff see of one entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased, contains_eager

from heroes.models import visibility
from heroes.models.audit import AuditChain, AuditRecord
from heroes.models.entries import AnswerSheet, Entry, Recusal, RoundEntry
from heroes.models.installation import Programme
from heroes.models.judging import Assignment
from heroes.models.outbox import OutboxMail
from heroes.models.people import Organisation, User
from heroes.models.seasons import Category, FormVersion, Release, Round, Season

MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class EntryPage:
    """An entry with everything that its page shows beside its history."""

    entry: Entry
    season: Season
    category: Category
    shortlist: Release
    outcomes: Release
    sheet: AnswerSheet
    form_version: FormVersion
    screened_by: str | None
    admission: RoundEntry | None
    workspace: str | None


def entry_page(session: Session, programmes: Iterable[int], handle: str) -> EntryPage | None:
    """An entry that staff of these programmes may see, in one statement.

    The answers are those that were last sent; of a draft those that are kept.
    """
    outcomes, screener = aliased(Release), aliased(User)
    sent = (
        select(func.max(AnswerSheet.number))
        .where(AnswerSheet.entry_id == Entry.id, AnswerSheet.sent_at.is_not(None))
        .correlate(Entry)
        .scalar_subquery()
    )
    shown = aliased(AnswerSheet)
    row: Any = session.execute(
        select(
            Entry,
            Season,
            Category,
            Release,
            outcomes,
            shown,
            FormVersion,
            screener.name,
            RoundEntry,
            Organisation.name,
        )
        .join(Category, Category.id == Entry.category_id)
        .join(Season, Season.id == Entry.season_id)
        .join(Programme, Programme.id == Season.programme_id)
        .join(Release, Release.id == Category.shortlist_release_id)
        .join(outcomes, outcomes.id == Category.outcome_release_id)
        .join(shown, shown.entry_id == Entry.id)
        .join(FormVersion, FormVersion.id == shown.form_version_id)
        .outerjoin(Organisation, Organisation.id == Entry.workspace_id)
        .outerjoin(screener, screener.id == Entry.screened_by_id)
        .outerjoin(RoundEntry, (RoundEntry.round_id == Entry.round_id) & (RoundEntry.entry_id == Entry.id))
        .options(contains_eager(Season.programme))
        .where(shown.number == func.coalesce(sent, Entry.sheet_number))
        .where(Entry.handle == handle, visibility.entries_for_staff(programmes))
    ).one_or_none()
    return None if row is None else EntryPage(*row)


def judged_by(session: Session, entry_id: int) -> Sequence[Any]:
    """Everybody who was asked to judge an entry, by round, and everybody who must not judge or decide it.

    Rows have name, round, round_id, state ("barred" for somebody recused), total and reason.
    """
    asked = (
        select(
            User.name,
            Round.name.label("round"),
            Round.id.label("round_id"),
            Round.position,
            Assignment.state,
            Assignment.total,
            Assignment.recused_reason.label("reason"),
        )
        .join(User, User.id == Assignment.user_id)
        .join(Round, Round.id == Assignment.round_id)
        .where(Assignment.entry_id == entry_id, Assignment.state.in_(("assigned", "submitted")))
    )
    barred = (
        select(User.name, literal(""), literal(0), literal(0), literal("barred"), null(), Recusal.reason)
        .join(User, User.id == Recusal.user_id)
        .where(Recusal.entry_id == entry_id, Recusal.lifted_at.is_(None))
    )
    both = union_all(asked, barred).subquery()
    return session.execute(select(both).order_by(both.c.position, both.c.name)).all()


def recused(session: Session, entry_id: int) -> Sequence[Any]:
    """Everybody who is recused from an entry now: handle, name, reason and recused_at, the latest first."""
    return session.execute(
        select(User.handle, User.name, Recusal.reason, Recusal.recused_at)
        .join(User, User.id == Recusal.user_id)
        .where(Recusal.entry_id == entry_id, Recusal.lifted_at.is_(None))
        .order_by(Recusal.recused_at.desc(), User.name, User.id)
    ).all()


def records(session: Session, entry_id: int) -> Sequence[Any]:
    """The newest audit records of an entry, with the head of their chain."""
    return session.execute(
        select(AuditRecord, AuditChain.length, AuditChain.head)
        .join(AuditChain, AuditChain.id == AuditRecord.chain_id)
        .where(AuditRecord.entry_id == entry_id)
        .order_by(AuditRecord.id.desc())
        .limit(MOST_EVENTS)
    ).all()


def mails(session: Session, entry_id: int) -> Sequence[Any]:
    """The newest mails about an entry."""
    return session.execute(
        select(
            OutboxMail.template,
            OutboxMail.to_name,
            OutboxMail.to_address,
            OutboxMail.state,
            OutboxMail.created_at,
            OutboxMail.sent_at,
        )
        .where(OutboxMail.entry_id == entry_id)
        .order_by(OutboxMail.id.desc())
        .limit(MOST_EVENTS)
    ).all()
