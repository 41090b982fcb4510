"""What the sign-in and account pages read."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from heroes.models.installation import Installation
from heroes.models.people import Membership, Organisation, ProgrammeRole, User, UserSession
from heroes.models.seasons import PanelMember


def demo_accounts(session: Session) -> dict[str, list[tuple[User, str]]]:
    """The one-click accounts of a demo database by what they do, each with a few words about who it is.

    None at all unless the database is marked as demo.
    """
    if not session.scalar(select(Installation.is_demo)):
        return {}
    staff = select(ProgrammeRole.user_id).where(ProgrammeRole.user_id == User.id).exists()
    chair = (
        select(PanelMember.user_id)
        .where(PanelMember.user_id == User.id, PanelMember.role == "chair")
        .exists()
    )
    judge = select(PanelMember.user_id).where(PanelMember.user_id == User.id).exists()
    groups = {"staff": "Running the season", "chair": "Chairs", "judge": "Judges", "other": "Organisations"}
    found: dict[str, list[tuple[User, str]]] = {title: [] for title in groups.values()}
    works_for = (
        select(func.min(Organisation.name))
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == User.id)
        .scalar_subquery()
    )
    for user, group, organisation in session.execute(
        select(User, case((staff, "staff"), (chair, "chair"), (judge, "judge"), else_="other"), works_for)
        .where(User.demo_note.is_not(None), User.disabled_at.is_(None))
        .order_by(User.id)
    ):
        said = filter(None, (organisation, user.demo_note))
        found[groups[group]].append((user, ": ".join(said)))
    return {title: users for title, users in found.items() if users}


def live_sessions(session: Session, user_id: int, now: datetime) -> Sequence[UserSession]:
    """Where somebody is signed in, the latest first."""
    return session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.expires_at > now)
        .order_by(UserSession.last_seen_at.desc())
        .limit(50)
    ).all()
