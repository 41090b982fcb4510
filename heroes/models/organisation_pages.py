"""What the organisation room reads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from heroes.domain.entry_states import State
from heroes.models.entries import Entry
from heroes.models.people import Invitation, Membership, Organisation, User
from heroes.models.seasons import Category, Release, Season
from heroes.models.visibility import entries_for_member, seasons_for_public

PAGE = 50
SHOWN = {
    "all": None,
    "unfinished": (State.DRAFT.value, State.RETURNED.value),
    "sent": tuple(s.value for s in State if s not in (State.DRAFT, State.RETURNED, State.WITHDRAWN)),
    "withdrawn": (State.WITHDRAWN.value,),
}
"""Tab -> states. No tab parts the judged states from each other, which would tell an outcome before its hour."""


def organisations_of(session: Session, user_id: int) -> Sequence[Any]:
    """The organisations that somebody belongs to: Organisation and role, by name."""
    return session.execute(
        select(Organisation, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id)
        .order_by(Organisation.name_key, Organisation.id)
        .limit(100)
    ).all()


def newest_season(session: Session, programme_id: int) -> Season | None:
    """The newest open season of a programme."""
    return session.scalars(
        select(Season)
        .where(Season.programme_id == programme_id, seasons_for_public())
        .order_by(Season.opens_at.desc(), Season.id.desc())
        .limit(1)
    ).first()


def entries(session: Session, user_id: int, organisation_id: int, show: str, page: int) -> Sequence[Any]:
    """One page of an organisation's entries, newest first, as a member may see them, and one row more if there is
    a next page: Entry, Category, Season, who started it, when each release went out."""
    outcomes = Release.__table__.alias("outcomes")
    states = SHOWN[show]
    wanted = (
        select(
            Entry,
            Category,
            Season,
            User.name.label("started_by"),
            Release.released_at.label("shortlist_released"),
            outcomes.c.released_at.label("outcomes_released"),
        )
        .join(Category, Category.id == Entry.category_id)
        .join(Season, Season.id == Entry.season_id)
        .join(Release, Release.id == Category.shortlist_release_id)
        .join(outcomes, outcomes.c.id == Category.outcome_release_id)
        .outerjoin(User, User.id == Entry.started_by_id)
        .where(entries_for_member(user_id), Entry.workspace_id == organisation_id)
    )
    if states is not None:
        wanted = wanted.where(Entry.state.in_(states))
    return session.execute(
        wanted.order_by(Entry.begun_at.desc(), Entry.id.desc()).limit(PAGE + 1).offset((page - 1) * PAGE)
    ).all()


def counts(session: Session, user_id: int, organisation_id: int) -> dict[str, int]:
    """How many entries each tab holds, as a member may see them."""
    found = session.execute(
        select(Entry.state, func.count())
        .where(entries_for_member(user_id), Entry.workspace_id == organisation_id)
        .group_by(Entry.state)
    ).all()
    return {
        show: sum(count for state, count in found if states is None or state in states)
        for show, states in SHOWN.items()
    }


def colleagues(session: Session, organisation_id: int) -> Sequence[Any]:
    """Everybody in a workspace: User and role, managers first."""
    return session.execute(
        select(User, Membership.role, Membership.joined_at)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Membership.role, User.name, User.id)
        .limit(500)
    ).all()


def open_invitations(session: Session, organisation_id: int) -> Sequence[Invitation]:
    """The invitations into a workspace that nobody has taken up or back, the latest first."""
    return session.scalars(
        select(Invitation)
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .order_by(Invitation.invited_at.desc(), Invitation.id.desc())
        .limit(200)
    ).all()


def open_categories(session: Session, programme_id: int, now: datetime) -> Sequence[Any]:
    """Every category of the programme's open seasons that takes entries now: Category and Season, in their order."""
    wanted = (
        select(Category, Season)
        .join(Season, Season.id == Category.season_id)
        .where(
            Season.programme_id == programme_id,
            seasons_for_public(),
            or_(Season.ended_at.is_(None), Season.ended_at > now),
            func.coalesce(Category.opens_at, Season.opens_at) <= now,
            func.coalesce(Category.closes_at, Season.closes_at) > now,
        )
        .order_by(Season.opens_at.desc(), Season.id, Category.position)
        .limit(200)
    )
    return session.execute(wanted).all()
