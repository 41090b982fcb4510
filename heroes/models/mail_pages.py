"""What the mail page reads: two statements, however much mail there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from heroes.models.installation import Programme
from heroes.models.outbox import OutboxMail
from heroes.models.people import ProgrammeRole

PAGE = 50
MOST_COUNTED = 1000
TABS: dict[str, tuple[str, ...]] = {
    "stuck": ("stuck",),
    "waiting": ("waiting", "sending"),
    "sent": ("sent",),
    "cancelled": ("cancelled",),
}
"""Tab -> the states of the outbox that it shows."""


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail as the page shows it: never its values, which can hold what only the addressee is told."""

    id: int
    template: str
    to_name: str
    to_address: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class MailPage:
    """A page of mails, the newest first; `counts` stop at a thousand; `next` is where the next page begins."""

    rows: Sequence[MailRow]
    counts: dict[str, int]
    next: int | None


def seen_by(season_id: int, user_id: int | None) -> ColumnElement[bool]:
    """The mails that staff of a season may see: the season's own, and those about accounts and links, which belong
    to no season, only for somebody with a role in every programme of the installation."""
    elsewhere = (
        select(Programme.id)
        .where(
            ~select(ProgrammeRole.user_id)
            .where(ProgrammeRole.programme_id == Programme.id, ProgrammeRole.user_id == user_id)
            .exists()
        )
        .exists()
    )
    return or_(OutboxMail.season_id == season_id, and_(OutboxMail.season_id.is_(None), ~elsewhere))


def mails(
    session: Session, season_id: int, user_id: int | None, tab: str, address: str, before: int | None
) -> MailPage:
    """Fifty mails of a tab below the id `before`, and how many each tab holds."""
    seen = seen_by(season_id, user_id)
    if address:
        seen = and_(seen, func.lower(OutboxMail.to_address).contains(address.lower(), autoescape=True))
    wanted = select(*(getattr(OutboxMail, name) for name in MailRow.__slots__)).where(
        seen, OutboxMail.state.in_(TABS[tab])
    )
    if before is not None:
        wanted = wanted.where(OutboxMail.id < before)
    found = session.execute(wanted.order_by(OutboxMail.id.desc()).limit(PAGE + 1)).all()
    counts = session.execute(
        union_all(
            *(
                select(
                    literal(name),
                    select(func.count())
                    .select_from(
                        select(literal(1))
                        .select_from(OutboxMail)
                        .where(seen, OutboxMail.state.in_(states))
                        .limit(MOST_COUNTED + 1)
                        .subquery()
                    )
                    .scalar_subquery(),
                )
                for name, states in TABS.items()
            )
        )
    ).all()
    rows = [MailRow(*row) for row in found[:PAGE]]
    more = rows[-1].id if len(found) > PAGE else None
    return MailPage(rows, {str(name): int(count) for name, count in counts}, more)
