"""What the builder's overview reads: how much of each part of a season's set-up there is."""

from dataclasses import dataclass

from sqlalchemy import Integer, bindparam, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from heroes.models.people import Invitation
from heroes.models.seasons import (
    Category,
    FormDesign,
    FormVersion,
    Panel,
    PanelMember,
    Round,
    RuleCard,
    ScoreSetDesign,
)

_SEASON = bindparam("season_id", type_=Integer)
_OURS = select(Category.id).where(Category.season_id == _SEASON)
_OWN_PANELS = select(Panel.id).where(Panel.season_id == _SEASON)
_COUNTED = union_all(
    select(literal("categories"), func.count(), func.count(Category.form_design_id)).where(
        Category.season_id == _SEASON
    ),
    select(literal("rounds"), func.count(), func.count(func.distinct(Round.category_id))).where(
        Round.category_id.in_(_OURS)
    ),
    select(literal("forms"), func.count(), literal(0)).where(FormDesign.season_id == _SEASON),
    select(literal("published"), func.count(func.distinct(FormVersion.category_id)), literal(0)).where(
        FormVersion.category_id.in_(_OURS)
    ),
    select(literal("scorecards"), func.count(), literal(0)).where(ScoreSetDesign.season_id == _SEASON),
    select(literal("panels"), func.count(), literal(0)).where(Panel.season_id == _SEASON),
    select(
        literal("judges"),
        func.count(func.distinct(PanelMember.user_id)),
        func.count(func.distinct(case((PanelMember.role == "chair", PanelMember.panel_id)))),
    ).where(PanelMember.panel_id.in_(_OWN_PANELS)),
    select(literal("invited"), func.count(), literal(0)).where(
        Invitation.panel_id.in_(_OWN_PANELS),
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    ),
    select(literal("cards"), func.count(), literal(0)).where(RuleCard.season_id == _SEASON),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of everything: categories, those with a form, those with a round, and so on."""

    categories: int
    with_form: int
    with_round: int
    rounds: int
    forms: int
    published: int
    scorecards: int
    panels: int
    judges: int
    invited: int
    cards: int


def counts(session: Session, season_id: int) -> Counts:
    """The counts of a season's set-up, in one statement."""
    rows = session.execute(_COUNTED, {"season_id": season_id}).all()
    found = {row[0]: (int(row[1]), int(row[2])) for row in rows}
    return Counts(
        categories=found["categories"][0],
        with_form=found["categories"][1],
        with_round=found["rounds"][1],
        rounds=found["rounds"][0],
        **{
            name: found[name][0]
            for name in ("forms", "published", "scorecards", "panels", "judges", "invited", "cards")
        },
    )
