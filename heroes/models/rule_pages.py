"""What the pages of the rule card read, and everybody who quotes its fingerprint."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from heroes.models.people import User
from heroes.models.seasons import RuleCard


class Version(NamedTuple):
    """One version of a season's rule card, and who made it."""

    card: RuleCard
    who: str | None


def versions(session: Session, season_id: int) -> Sequence[Version]:
    """Every version of a season's rule card, the newest first."""
    rows = session.execute(
        select(RuleCard, User.name)
        .outerjoin(User, User.id == RuleCard.made_by_id)
        .where(RuleCard.season_id == season_id)
        .order_by(RuleCard.number.desc())
    )
    return [Version(*row) for row in rows]


def version(session: Session, season_id: int, number: int | None = None) -> RuleCard | None:
    """A version of a season's rule card; without a number the one in force."""
    wanted = select(RuleCard).where(RuleCard.season_id == season_id)
    if number is not None:
        wanted = wanted.where(RuleCard.number == number)
    return session.scalar(wanted.order_by(RuleCard.number.desc()).limit(1))


def fingerprint(session: Session, season_id: int) -> tuple[int, str] | None:
    """The number and the SHA-256 of the rule card in force; none before the season is opened."""
    row = session.execute(
        select(RuleCard.number, RuleCard.digest)
        .where(RuleCard.season_id == season_id)
        .order_by(RuleCard.number.desc())
        .limit(1)
    ).one_or_none()
    return (row.number, row.digest) if row else None
