"""What the pre-flight reads: everything about a season's set-up in a few statements, however large it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from heroes.models.entries import Entry
from heroes.models.form_pages import InForce, categories, designs, in_force
from heroes.models.installation import Proof
from heroes.models.people import Invitation, ProgrammeRole, User
from heroes.models.round_pages import designs_of
from heroes.models.seasons import (
    Category,
    FormDesign,
    Panel,
    PanelMember,
    Release,
    Round,
    ScoreSetDesign,
    Season,
    Slot,
)


@dataclass(frozen=True, slots=True)
class PanelCount:
    """A panel, and how many judge on it: those with an account, those of them who chair it, and those only invited."""

    panel: Panel
    judges: int
    chairs: int
    invited: int


@dataclass(frozen=True, slots=True)
class SetUp:
    """A season's set-up as it stands now."""

    season: Season
    categories: Sequence[Category]
    forms: Mapping[int, FormDesign]
    published: Mapping[int, InForce]
    score_sets: Mapping[int, ScoreSetDesign]
    rounds: Mapping[int, Sequence[Round]]
    """Category -> its rounds in their order."""
    panels: Mapping[int, PanelCount]
    releases: Mapping[int, Release]
    slots: Mapping[int, int]
    """Round -> how many times there are in it."""
    proofs: Mapping[str, Proof]
    runners: int
    """Owners and admins who can sign in."""
    tried: int
    """Entries that there are already, which opening takes away."""


def set_up(session: Session, season: Season) -> SetUp:
    """Read it, in eleven statements."""
    found = categories(session, season.id)
    rounds: dict[int, list[Round]] = {category.id: [] for category in found}
    for one in session.scalars(
        select(Round).where(Round.category_id.in_(list(rounds))).order_by(Round.category_id, Round.position)
    ):
        rounds[one.category_id].append(one)
    judged = [one.id for many in rounds.values() for one in many]
    slots = session.execute(
        select(Slot.round_id, func.count()).where(Slot.round_id.in_(judged)).group_by(Slot.round_id)
    )
    runners = select(func.count(func.distinct(User.id))).join(ProgrammeRole, ProgrammeRole.user_id == User.id)
    counted = session.execute(
        select(
            runners.where(
                ProgrammeRole.programme_id == season.programme_id,
                ProgrammeRole.role.in_(("owner", "admin")),
                User.disabled_at.is_(None),
                User.email.is_not(None),
            ).scalar_subquery(),
            select(func.count()).where(Entry.season_id == season.id).scalar_subquery(),
        )
    ).one()
    return SetUp(
        season=season,
        categories=found,
        forms={design.id: design for design in designs(session, season.id)},
        published=in_force(session, season.id),
        score_sets={design.id: design for design in designs_of(session, season.id)},
        rounds=rounds,
        panels=_panels(session, season.id),
        releases={
            one.id: one
            for one in session.scalars(
                select(Release).where(Release.season_id == season.id).order_by(Release.id)
            )
        },
        slots={row[0]: row[1] for row in slots},
        proofs={proof.kind: proof for proof in session.scalars(select(Proof))},
        runners=counted[0],
        tried=counted[1],
    )


def _panels(session: Session, season_id: int) -> dict[int, PanelCount]:
    invited = (
        select(func.count())
        .where(
            Invitation.panel_id == Panel.id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .correlate(Panel)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Panel,
            func.count(User.id),
            func.count(User.id).filter(PanelMember.role == "chair"),
            invited,
        )
        .outerjoin(PanelMember, PanelMember.panel_id == Panel.id)
        .outerjoin(User, and_(User.id == PanelMember.user_id, User.disabled_at.is_(None)))
        .where(Panel.season_id == season_id)
        .group_by(Panel.id)
        .order_by(Panel.name, Panel.id)
    )
    return {row[0].id: PanelCount(*row) for row in rows}
