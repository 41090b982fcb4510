"""What staff read about judging: rounds, panels, and who has marked what. Counters, not counting, for entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Float, Row, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from heroes.models.entries import Entry, Recusal, RoundEntry
from heroes.models.judge_pages import BANDS, in_band, times
from heroes.models.judging import Assignment
from heroes.models.people import User
from heroes.models.result_pages import total_of_round
from heroes.models.seasons import Category, Panel, PanelMember, Round
from heroes.models.visibility import LIVE_ASSIGNMENTS, entries_for_staff

PAGE = 50
SHOWN = ("all", "short", "waiting")


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in the overview: its panel and how far its scorecards are."""

    category: Category
    round: Round
    panel: str
    judges: int
    admitted: int
    asked: int
    submitted: int

    @property
    def wanted(self) -> int:
        """How many scorecards there are to be in the end."""
        return self.admitted * self.round.reviews


def rounds_of_season(session: Session, season_id: int) -> list[RoundLine]:
    """Every round of a season in order, with its progress."""
    judges = (
        select(PanelMember.panel_id, func.count().label("judges")).group_by(PanelMember.panel_id).subquery()
    )
    rows = session.execute(
        select(
            Category,
            Round,
            Panel.name,
            judges.c.judges,
            total_of_round("admitted"),
            total_of_round("cards_asked"),
            total_of_round("cards_in"),
        )
        .join(Round, Round.category_id == Category.id)
        .join(Panel, Panel.id == Round.panel_id)
        .outerjoin(judges, judges.c.panel_id == Panel.id)
        .where(Category.season_id == season_id)
        .order_by(Category.position, Round.position)
    )
    return [
        RoundLine(category, round_, panel, *(int(n or 0) for n in numbers))
        for category, round_, panel, *numbers in rows
    ]


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """One judge's progress in a round, and how their totals lie: their mean and how many in each band of ten."""

    user: User
    role: str
    asked: int
    submitted: int
    drafts: int
    stepped_back: int
    last_at: datetime | None
    mean: float | None
    bands: tuple[int, ...]


def judges_of_round(session: Session, round_: Round) -> list[JudgeLine]:
    """The panel of a round, and whoever else has marked in it, with their progress, in one statement."""
    live, submitted = Assignment.state.in_(LIVE_ASSIGNMENTS), Assignment.state == "submitted"
    points = cast(Assignment.total, Float)
    rows = session.execute(
        select(
            User,
            func.max(PanelMember.role),
            times(live),
            times(submitted),
            times(and_(Assignment.state == "assigned", Assignment.saved_at.is_not(None))),
            times(Assignment.state == "recused"),
            func.max(Assignment.saved_at),
            func.avg(case((submitted, points), else_=None)),
            *(times(and_(submitted, in_band(points, n))) for n in range(BANDS)),
        )
        .outerjoin(PanelMember, and_(PanelMember.user_id == User.id, PanelMember.panel_id == round_.panel_id))
        .outerjoin(Assignment, and_(Assignment.user_id == User.id, Assignment.round_id == round_.id))
        .where(or_(PanelMember.user_id.is_not(None), Assignment.id.is_not(None)))
        .group_by(User.id)
        .order_by(User.name, User.id)
    )
    return [_judge_line(row) for row in rows]


def _judge_line(row: Row[*tuple[Any, ...]]) -> JudgeLine:
    user, role, asked, submitted, drafts, stepped_back, last_at, mean, *bands = row
    return JudgeLine(
        user,
        role or "",
        int(asked),
        int(submitted),
        int(drafts),
        int(stepped_back),
        last_at,
        mean,
        tuple(int(n) for n in bands),
    )


def entries_of_round(
    session: Session, round_: Round, programme_id: int, shown: str = "all", page: int = 1
) -> Sequence[Row[*tuple[Any, ...]]]:
    """A page of the entries admitted to a round (RoundEntry, Entry), the fewest scorecards first.

    Shown: all, those with fewer judges than the round wants (short), or those that wait for scorecards. One more
    row than a page holds says that there is another page.
    """
    wanted = (
        select(RoundEntry, Entry)
        .join(Entry, Entry.id == RoundEntry.entry_id)
        .where(RoundEntry.round_id == round_.id, entries_for_staff([programme_id]))
        .order_by(RoundEntry.cards_in, RoundEntry.entry_id)
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    if shown == "short":
        wanted = wanted.where(RoundEntry.cards_asked < round_.reviews)
    elif shown == "waiting":
        wanted = wanted.where(RoundEntry.cards_in < RoundEntry.cards_asked)
    return session.execute(wanted).all()


@dataclass(frozen=True, slots=True)
class Held:
    """What one judge has to do with one entry: their assignment in this round and their recusal, if any."""

    assignment: Assignment | None
    recusal: Recusal | None

    @property
    def recused(self) -> bool:
        """Whether a recusal stands."""
        return self.recusal is not None and self.recusal.lifted_at is None


def held_by_judges(
    session: Session, round_id: int, entry_id: int, user_ids: Sequence[int]
) -> dict[int, Held]:
    """User id -> what they have to do with an entry, for these users and all who were asked to judge it."""
    rows = session.execute(
        select(User.id, Assignment, Recusal)
        .outerjoin(
            Assignment,
            and_(
                Assignment.user_id == User.id,
                Assignment.entry_id == entry_id,
                Assignment.round_id == round_id,
            ),
        )
        .outerjoin(Recusal, and_(Recusal.user_id == User.id, Recusal.entry_id == entry_id))
        .where(or_(User.id.in_(user_ids), Assignment.id.is_not(None)))
    )
    return {user_id: Held(assignment, recusal) for user_id, assignment, recusal in rows}


def people_by_id(session: Session, user_ids: Sequence[int]) -> dict[int, User]:
    """These people."""
    return {user.id: user for user in session.scalars(select(User).where(User.id.in_(user_ids)))}
