"""What the builder's pages about rounds and panels read, and what stands in the way of changing them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from heroes.domain.entry_states import State
from heroes.models.entries import Entry, RoundEntry
from heroes.models.judging import Assignment
from heroes.models.people import Invitation, User
from heroes.models.result_pages import total_of_round
from heroes.models.runs import ResultsRun
from heroes.models.seasons import (
    Category,
    Criterion,
    Panel,
    PanelMember,
    Round,
    ScoreSet,
    ScoreSetDesign,
    Season,
    Slot,
)

_DECIDED = (
    State.SHORTLISTED.value,
    State.NOT_SHORTLISTED.value,
    State.AWARDED.value,
    State.NOT_AWARDED.value,
)


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round with the names of what it uses and how far it is; `question` is that of a kind which asks one."""

    round: Round
    panel: Panel
    design: ScoreSetDesign | None
    question: str
    admitted: int
    cards_asked: int
    cards_in: int


def rounds_by_category(
    session: Session, season_id: int, category_id: int | None = None
) -> list[tuple[Category, list[RoundRow]]]:
    """A season's categories (or one) with their rounds, each in its order; a category may have none."""
    question = (
        select(Criterion.name)
        .where(Criterion.score_set_id == Round.score_set_id, Criterion.position == 1)
        .correlate(Round)
        .scalar_subquery()
    )
    wanted = (
        select(
            Category,
            Round,
            Panel,
            ScoreSetDesign,
            question,
            total_of_round("admitted"),
            total_of_round("cards_asked"),
            total_of_round("cards_in"),
        )
        .outerjoin(Round, Round.category_id == Category.id)
        .outerjoin(Panel, Panel.id == Round.panel_id)
        .outerjoin(ScoreSetDesign, ScoreSetDesign.id == Round.design_id)
        .where(Category.season_id == season_id)
        .order_by(Category.position, Round.position)
    )
    if category_id is not None:
        wanted = wanted.where(Category.id == category_id)
    found: dict[int, tuple[Category, list[RoundRow]]] = {}
    for category, round_, panel, design, asked, *totals in session.execute(wanted):
        _, rows = found.setdefault(category.id, (category, []))
        if round_ is not None:
            rows.append(RoundRow(round_, panel, design, asked or "", *totals))
    return list(found.values())


def categories_of(session: Session, season_id: int) -> Sequence[Category]:
    """A season's categories in their order."""
    return session.scalars(
        select(Category).where(Category.season_id == season_id).order_by(Category.position)
    ).all()


def panels_of(session: Session, season_id: int) -> Sequence[Panel]:
    """A season's panels by name."""
    return session.scalars(
        select(Panel).where(Panel.season_id == season_id).order_by(Panel.name, Panel.id)
    ).all()


def designs_of(session: Session, season_id: int) -> Sequence[ScoreSetDesign]:
    """A season's score set designs by name."""
    return session.scalars(
        select(ScoreSetDesign)
        .where(ScoreSetDesign.season_id == season_id)
        .order_by(ScoreSetDesign.name, ScoreSetDesign.id)
    ).all()


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A panel with its members (name, role), the chair first, and how many rounds and invitations name it."""

    panel: Panel
    members: tuple[tuple[str, str], ...]
    rounds: int
    invitations: int

    @property
    def used(self) -> bool:
        """Whether something depends on it, so that it cannot be taken away."""
        return bool(self.members or self.rounds or self.invitations)


def panels_with_use(session: Session, season_id: int) -> list[PanelRow]:
    """A season's panels, in three statements whatever their number."""
    members: dict[int, list[tuple[str, str]]] = {}
    for panel_id, name, role in session.execute(
        select(PanelMember.panel_id, User.name, PanelMember.role)
        .join(User, User.id == PanelMember.user_id)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .where(Panel.season_id == season_id)
        .order_by(PanelMember.role, User.name)
    ):
        members.setdefault(panel_id, []).append((name, role))
    used = select(func.count()).where(Round.panel_id == Panel.id).correlate(Panel).scalar_subquery()
    invited = select(func.count()).where(Invitation.panel_id == Panel.id).correlate(Panel).scalar_subquery()
    rows = session.execute(
        select(Panel, used, invited).where(Panel.season_id == season_id).order_by(Panel.name, Panel.id)
    )
    return [PanelRow(panel, tuple(members.get(panel.id, ())), *counts) for panel, *counts in rows]


def question_of(session: Session, score_set_id: int) -> str:
    """The name of the first criterion of a score set: for a kind that asks one question, that question."""
    return (
        session.scalar(
            select(Criterion.name).where(Criterion.score_set_id == score_set_id, Criterion.position == 1)
        )
        or ""
    )


# ---- what stands in the way ----


def has_admitted(session: Session, round_ids: Sequence[int]) -> bool:
    """Whether an entry was ever admitted to one of these rounds, or a result computed of it."""
    for table in (RoundEntry, Assignment, ResultsRun):
        if session.scalar(select(table.round_id).where(table.round_id.in_(round_ids)).limit(1)) is not None:
            return True
    return False


def is_assigned(session: Session, round_id: int) -> bool:
    """Whether somebody was asked to judge in a round."""
    return session.scalar(select(Assignment.id).where(Assignment.round_id == round_id).limit(1)) is not None


def is_marked(session: Session, round_id: int) -> bool:
    """Whether a scorecard was ever handed in in a round, or one has been begun."""
    begun = (Assignment.submission > 0) | Assignment.saved_at.is_not(None)
    return (
        session.scalar(select(Assignment.id).where(Assignment.round_id == round_id, begun).limit(1))
        is not None
    )


def is_decided(session: Session, category_id: int) -> bool:
    """Whether the shortlist of a category has been decided upon for any entry."""
    return (
        session.scalar(
            select(Entry.id).where(Entry.category_id == category_id, Entry.state.in_(_DECIDED)).limit(1)
        )
        is not None
    )


def slots_of(session: Session, round_id: int) -> Sequence[Slot]:
    """A round's slots, the first one first."""
    return session.scalars(
        select(Slot).where(Slot.round_id == round_id).order_by(Slot.starts_at, Slot.place, Slot.id)
    ).all()


def slots_in_season(session: Session, season_id: int) -> Sequence[tuple[Slot, Round, Category]]:
    """Every slot of a season with its round and category: what a panel and a place are taken by."""
    rows = session.execute(
        select(Slot, Round, Category)
        .join(Round, Round.id == Slot.round_id)
        .join(Category, Category.id == Round.category_id)
        .join(Season, Season.id == Category.season_id)
        .where(Season.id == season_id)
        .order_by(Slot.starts_at, Slot.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def newest_set(session: Session, category_id: int, digest: str) -> ScoreSet | None:
    """The newest published set of a category that has exactly this content."""
    return session.scalar(
        select(ScoreSet)
        .where(ScoreSet.category_id == category_id, ScoreSet.digest == digest)
        .order_by(ScoreSet.number.desc())
        .limit(1)
    )


def newest_of_design(session: Session, category_id: int, design_id: int) -> ScoreSet | None:
    """The newest set of a category that was published from a design."""
    return session.scalar(
        select(ScoreSet)
        .where(ScoreSet.category_id == category_id, ScoreSet.design_id == design_id)
        .order_by(ScoreSet.number.desc())
        .limit(1)
    )


def last_number(session: Session, category_id: int) -> int:
    """The highest number of a category's score sets; 0 without any."""
    return session.scalar(select(func.max(ScoreSet.number)).where(ScoreSet.category_id == category_id)) or 0
