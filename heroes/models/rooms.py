"""Which working rooms are open to a person: the outer answer, read once per request."""

from dataclasses import dataclass, field

from sqlalchemy import Integer, String, bindparam, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from heroes.domain.roles import Role
from heroes.models.people import Membership, ProgrammeRole
from heroes.models.seasons import PanelMember, Season
from heroes.models.visibility import panels_at_work


@dataclass(frozen=True, slots=True)
class Rooms:
    """Staff roles in any programme, whether they judge or chair anywhere, and the organisations they belong to.

    Panels of a season that is not open count only while it is rehearsed.
    """

    staff: frozenset[Role] = frozenset()
    judge: bool = False
    organisations: frozenset[int] = frozenset()
    programmes: frozenset[int] = field(default=frozenset())
    chair: bool = False
    seasons: int = 0
    """How many seasons the programmes have that they are staff of."""


# Asked by every request of somebody who is signed in, so it is made once.
_USER = bindparam("user_id", type_=Integer)
_FOUND = union_all(
    select(literal("staff"), cast(ProgrammeRole.role, String), ProgrammeRole.programme_id).where(
        ProgrammeRole.user_id == _USER
    ),
    select(literal("panel"), cast(PanelMember.role, String), PanelMember.panel_id).where(
        PanelMember.user_id == _USER, PanelMember.panel_id.in_(panels_at_work())
    ),
    select(literal("member"), cast(Membership.role, String), Membership.organisation_id).where(
        Membership.user_id == _USER
    ),
    select(literal("season"), cast(func.count(), String), Season.programme_id)
    .where(Season.programme_id.in_(select(ProgrammeRole.programme_id).where(ProgrammeRole.user_id == _USER)))
    .group_by(Season.programme_id),
)


def rooms_of(session: Session, user_id: int) -> Rooms:
    """Read a person's rooms in one statement."""
    found = session.connection().execute(_FOUND, {"user_id": user_id}).all()
    return Rooms(
        staff=frozenset(Role(role) for kind, role, _ in found if kind == "staff"),
        judge=any(kind == "panel" for kind, _, _ in found),
        organisations=frozenset(number for kind, _, number in found if kind == "member"),
        programmes=frozenset(number for kind, _, number in found if kind == "staff"),
        seasons=sum(int(count) for kind, count, _ in found if kind == "season"),
        chair=any(kind == "panel" and role == Role.CHAIR for kind, role, _ in found),
    )
