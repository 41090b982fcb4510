"""What the page about incoming nominations reads: how far people come, where drafts stand, and last season's pace."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from heroes.domain.entry_states import State
from heroes.models.entries import Entry
from heroes.models.outbox import OutboxMail
from heroes.models.seasons import Category, FormVersion, Season, Visits


def visits(session: Session, season_id: int) -> dict[tuple[int, str], int]:
    """(Category, step) -> how often it was reached since the season opened."""
    rows = session.execute(
        select(Visits.category_id, Visits.step, func.sum(Visits.count))
        .join(Category, Category.id == Visits.category_id)
        .where(Category.season_id == season_id)
        .group_by(Visits.category_id, Visits.step)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


def begun(session: Session, season_id: int) -> dict[int, tuple[int, int]]:
    """Category -> how many entries were begun, and how many of these were ever sent."""
    rows = session.execute(
        select(Entry.category_id, func.count(), func.count(Entry.submitted_at))
        .where(Entry.season_id == season_id)
        .group_by(Entry.category_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def stopped(session: Session, season_id: int) -> dict[tuple[int, str], int]:
    """(Category, key of the last answered question, empty for none) -> how many drafts stand there."""
    rows = session.execute(
        select(Entry.category_id, Entry.reached, func.count())
        .where(Entry.season_id == season_id, Entry.state == State.DRAFT.value)
        .group_by(Entry.category_id, Entry.reached)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def current_forms(session: Session, season_id: int) -> Sequence[FormVersion]:
    """The newest form of each category, in the categories' order."""
    newest = (
        select(FormVersion.category_id, func.max(FormVersion.number).label("number"))
        .join(Category, Category.id == FormVersion.category_id)
        .where(Category.season_id == season_id)
        .group_by(FormVersion.category_id)
        .subquery()
    )
    return session.scalars(
        select(FormVersion)
        .join(
            newest,
            (newest.c.category_id == FormVersion.category_id) & (newest.c.number == FormVersion.number),
        )
        .join(Category, Category.id == FormVersion.category_id)
        .order_by(Category.position)
    ).all()


def season_before(session: Session, season: Season) -> Season | None:
    """The programme's season that opened last before this one."""
    return session.scalar(
        select(Season)
        .where(
            Season.programme_id == season.programme_id,
            Season.opened_at.is_not(None),
            Season.opens_at < season.opens_at,
        )
        .order_by(Season.opens_at.desc(), Season.id.desc())
        .limit(1)
    )


def stuck_mails(session: Session, season_id: int) -> int:
    """How many of a season's mails the program has given up on."""
    return (
        session.scalar(
            select(func.count()).where(OutboxMail.season_id == season_id, OutboxMail.state == "stuck")
        )
        or 0
    )
