"""What the page of a programme's people reads."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from heroes.models.people import Invitation, Membership, Organisation, ProgrammeRole, User
from heroes.models.seasons import Panel, PanelMember, Season, Undertaking

PAGE = 50


def staff(session: Session, programme_id: int) -> Sequence[Any]:
    """Owners, admins and auditors: User and role."""
    return session.execute(
        select(User, ProgrammeRole.role, ProgrammeRole.given_at)
        .join(ProgrammeRole, ProgrammeRole.user_id == User.id)
        .where(ProgrammeRole.programme_id == programme_id)
        .order_by(User.name, User.id, ProgrammeRole.role)
        .limit(500)
    ).all()


def panels(session: Session, season_id: int) -> Sequence[Panel]:
    """A season's panels by name."""
    return session.scalars(
        select(Panel).where(Panel.season_id == season_id).order_by(Panel.name, Panel.id)
    ).all()


def judges(session: Session, season_id: int) -> Sequence[Any]:
    """Everybody on a season's panels: Panel, role, User, name of the employer; chairs first."""
    return session.execute(
        select(Panel, PanelMember.role, User, Organisation.name.label("employer"))
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .join(User, User.id == PanelMember.user_id)
        .outerjoin(Organisation, Organisation.id == User.employer_id)
        .where(Panel.season_id == season_id)
        .order_by(Panel.name, Panel.id, PanelMember.role, User.name, User.id)
        .limit(2000)
    ).all()


def open_invitations(session: Session, programme_id: int) -> Sequence[Any]:
    """Invitations that nobody has taken up or back: Invitation, its place, who sent it; the latest first."""
    sender = aliased(User)
    return session.execute(
        select(
            Invitation,
            func.coalesce(Organisation.name, Panel.name, "").label("place"),
            sender.name.label("sender"),
        )
        .outerjoin(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Panel, Panel.id == Invitation.panel_id)
        .outerjoin(sender, sender.id == Invitation.invited_by_id)
        .where(
            Invitation.programme_id == programme_id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .order_by(Invitation.invited_at.desc(), Invitation.id.desc())
        .limit(200)
    ).all()


def workspaces(session: Session, programme_id: int, words: str, page: int) -> Sequence[Any]:
    """One page of organisations that somebody belongs to, and one row more if there is a next page: Organisation
    and how many people are in it."""
    wanted = (
        select(Organisation, func.count(Membership.user_id).label("people"))
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Organisation.programme_id == programme_id)
        .group_by(Organisation.id)
    )
    if words:
        wanted = wanted.where(Organisation.name_key.contains(words, autoescape=True))
    return session.execute(
        wanted.order_by(Organisation.name_key, Organisation.id).limit(PAGE + 1).offset((page - 1) * PAGE)
    ).all()


def all_members(session: Session, programme_id: int) -> Sequence[Any]:
    """User and name of the organisation of everybody in a programme's workspaces; the first thousand by name."""
    return session.execute(
        select(User, Organisation.name.label("organisation"))
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Organisation.programme_id == programme_id)
        .order_by(Organisation.name_key, User.name, User.id)
        .limit(1000)
    ).all()


def members(session: Session, organisation_ids: list[int]) -> Sequence[Any]:
    """Who is in these organisations: organisation's id, role, User; managers first."""
    if not organisation_ids:
        return []
    return session.execute(
        select(Membership.organisation_id, Membership.role, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organisation_id.in_(organisation_ids))
        .order_by(Membership.organisation_id, Membership.role, User.name, User.id)
    ).all()


def places_of(
    session: Session, programme_id: int, user_id: int
) -> tuple[Sequence[str], Sequence[Any], Sequence[Any], str]:
    """What somebody is in a programme: staff roles; (Season, Panel, role); (Organisation, role); the employer."""
    roles = session.scalars(
        select(ProgrammeRole.role)
        .where(ProgrammeRole.user_id == user_id, ProgrammeRole.programme_id == programme_id)
        .order_by(ProgrammeRole.role)
    ).all()
    on_panels = session.execute(
        select(Season, Panel, PanelMember.role)
        .join(Panel, Panel.season_id == Season.id)
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .where(PanelMember.user_id == user_id, Season.programme_id == programme_id)
        .order_by(Season.opens_at.desc(), Panel.name)
    ).all()
    inside = session.execute(
        select(Organisation, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id, Organisation.programme_id == programme_id)
        .order_by(Organisation.name_key)
    ).all()
    employer = session.scalar(
        select(Organisation.name).join(User, User.employer_id == Organisation.id).where(User.id == user_id)
    )
    return roles, on_panels, inside, employer or ""


def organisation_names(session: Session, programme_id: int) -> Sequence[str]:
    """Names to choose an employer or a workspace from; the first thousand by name."""
    return session.scalars(
        select(Organisation.name)
        .where(Organisation.programme_id == programme_id)
        .order_by(Organisation.name_key)
        .limit(1000)
    ).all()


def agreed(session: Session, season_id: int) -> Sequence[Any]:
    """Who agreed to which text of a season's terms, and when; the latest last."""
    return session.execute(
        select(Undertaking.user_id, Undertaking.digest, Undertaking.accepted_at)
        .where(Undertaking.season_id == season_id)
        .order_by(Undertaking.accepted_at)
    ).all()


def texts_agreed(session: Session, season_id: int) -> Sequence[Any]:
    """Every text of a season's terms that somebody agreed to: digest, text, since when, how many judges."""
    return session.execute(
        select(
            Undertaking.digest,
            func.min(Undertaking.text).label("text"),
            func.min(Undertaking.accepted_at).label("since"),
            func.count().label("judges"),
        )
        .where(Undertaking.season_id == season_id)
        .group_by(Undertaking.digest)
        .order_by(func.min(Undertaking.accepted_at).desc())
        .limit(50)
    ).all()
