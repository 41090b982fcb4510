"""What the audit pages read: one statement a page, by key, however long the trail is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, contains_eager

from heroes.models.audit import AuditChain, AuditRecord
from heroes.models.entries import Entry
from heroes.models.people import User
from heroes.models.seasons import Season

PAGE = 50


@dataclass(frozen=True, slots=True)
class History:
    """A page of records, the newest first; `next` is where the next page begins, `handles` lead to the entries."""

    records: Sequence[AuditRecord]
    handles: dict[int, str]
    next: int | None


def history(
    session: Session,
    season_id: int,
    *,
    act: str = "",
    who: str = "",
    entry_id: int | None = None,
    before: int | None = None,
) -> History:
    """Fifty records of a season numbered below `before`: of one act, of one actor (name or label), of one entry."""
    wanted = (
        select(AuditRecord, Entry.handle)
        .join(AuditChain, AuditChain.id == AuditRecord.chain_id)
        .outerjoin(Entry, Entry.id == AuditRecord.entry_id)
        .where(AuditChain.season_id == season_id)
    )
    if act:
        wanted = wanted.where(AuditRecord.act == act)
    if who:
        named = func.lower(AuditRecord.actor_name).contains(who.lower(), autoescape=True)
        wanted = wanted.where(or_(AuditRecord.actor == who, named))
    if entry_id is not None:
        wanted = wanted.where(AuditRecord.entry_id == entry_id)
    if before is not None:
        wanted = wanted.where(AuditRecord.number < before)
    found = session.execute(wanted.order_by(AuditRecord.number.desc()).limit(PAGE + 1)).all()
    rows = [row[0] for row in found[:PAGE]]
    handles = {row[0].entry_id: row[1] for row in found if row[0].entry_id is not None}
    return History(rows, handles, rows[-1].number if len(found) > PAGE else None)


def people_named(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """User -> name, for the people whom records mention by number."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found = session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in found}


def entry_and_season(session: Session, handle: str) -> tuple[Entry, Season] | None:
    """An entry with its season and programme."""
    row = session.execute(
        select(Entry, Season)
        .join(Season, Season.id == Entry.season_id)
        .join(Season.programme)
        .options(contains_eager(Season.programme))
        .where(Entry.handle == handle)
    ).one_or_none()
    return (row[0], row[1]) if row else None
