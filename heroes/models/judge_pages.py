"""What the judge room reads. Everything about an assignment comes through `visibility.assignments_for_judge`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, contains_eager

from heroes.domain.entry_states import JUDGED, State
from heroes.domain.scorecards import can_be_marked
from heroes.models.base import Instant
from heroes.models.entries import AnswerSheet, Entry, RoundEntry
from heroes.models.installation import Programme
from heroes.models.judging import Assignment, Mark
from heroes.models.seasons import (
    Category,
    Criterion,
    FormVersion,
    Panel,
    PanelMember,
    Round,
    ScoreSet,
    Season,
    Slot,
)
from heroes.models.visibility import (
    assignments_for_judge,
    panels_at_work,
    panels_in_rehearsal,
    seasons_for_panels,
)

BANDS = 10
PAGE = 50

# Every statement here is made once: making one costs several times what running it does. It is asked with these.
_USER = bindparam("user_id", type_=Integer)
_NOW = bindparam("now", type_=Instant)
_HANDLE = bindparam("handle", type_=String)


@dataclass(frozen=True, slots=True)
class CardRow:
    """One assignment and all that its page is made of. The answers are those that were last sent in."""

    assignment: Assignment
    entry: Entry
    round: Round
    category: Category
    season: Season
    sheet: AnswerSheet
    form_version: FormVersion
    code: str
    score_set: ScoreSet
    after_shortlist: bool

    @property
    def takes_marks(self) -> bool:
        """Whether the entry, by its own state, is one that this round judges."""
        return can_be_marked(State(self.entry.state), after_shortlist=self.after_shortlist)

    @property
    def name(self) -> str:
        """What its judges call it: a code name where the round is blind."""
        return self.code if self.round.blind else self.entry.title


def card_row(session: Session, user_id: int, handle: str, *, to_write: bool = False) -> CardRow | None:
    """A judge's own assignment, or None. `to_write` holds it and its entry until the transaction ends."""
    found = session.execute(_card_row(to_write), {"user_id": user_id, "handle": handle}).one_or_none()
    return None if found is None else CardRow(*tuple(found))


@cache
def _card_row(to_write: bool) -> Select[*tuple[Any, ...]]:
    sheets = aliased(AnswerSheet)
    # A returned entry is being rewritten: judges go on seeing what was sent.
    latest = (
        select(sheets.id)
        .where(sheets.entry_id == Assignment.entry_id)
        .order_by(case((sheets.sent_at.is_(None), 1), else_=0), sheets.number.desc())
        .limit(1)
        .correlate(Assignment)
        .scalar_subquery()
    )
    wanted = (
        select(
            Assignment,
            Entry,
            Round,
            Category,
            Season,
            AnswerSheet,
            FormVersion,
            RoundEntry.code,
            ScoreSet,
            _after_shortlist().label("after_shortlist"),
        )
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(Round, Round.id == Assignment.round_id)
        .join(Category, Category.id == Round.category_id)
        .join(Season, Season.id == Category.season_id)
        .join(Programme, Programme.id == Season.programme_id)
        .join(AnswerSheet, AnswerSheet.id == latest)
        .join(FormVersion, FormVersion.id == AnswerSheet.form_version_id)
        .join(ScoreSet, ScoreSet.id == Round.score_set_id)
        .join(RoundEntry, _admission())
        .options(contains_eager(Season.programme))
        .where(Assignment.handle == _HANDLE, assignments_for_judge(_USER))
    )
    if to_write:
        # In this order, which is that of whoever is recused from it: PostgreSQL locks table by table as they are named.
        wanted = wanted.with_for_update(of=(Entry, Assignment), key_share=True).execution_options(
            populate_existing=True
        )
    return wanted


def criteria_now(session: Session, round_id: int) -> tuple[ScoreSet | None, Sequence[Criterion]]:
    """The score set of a round as it is at this moment, and its criteria in their order.

    Asked anew by whoever holds a scorecard: what was read together with the lock may be of the moment before it.
    """
    rows = session.execute(_criteria_now(), {"round_id": round_id}).all()
    return (rows[0][0] if rows else None), [row[1] for row in rows]


@cache
def _criteria_now() -> Select[*tuple[Any, ...]]:
    return (
        select(ScoreSet, Criterion)
        .join(Round, Round.score_set_id == ScoreSet.id)
        .join(Criterion, Criterion.score_set_id == ScoreSet.id)
        .where(Round.id == bindparam("round_id", type_=Integer))
        .order_by(Criterion.position)
        .execution_options(populate_existing=True)
    )


def colleagues(session: Session, assignment: Assignment) -> Sequence[Row[*tuple[Any, ...]]]:
    """What the other judges of this entry have handed in in this round: place, total, comment, and no name.

    For a judge whose own scorecard is in, and for nobody else: this function does not ask. `place` numbers the
    other judges in an order that says nothing about who they are, and stays while more scorecards arrive.
    """
    others = (
        select(
            func.row_number().over(order_by=Assignment.handle).label("place"),
            Assignment.state,
            Assignment.total,
            Assignment.comment,
        )
        .where(
            Assignment.entry_id == assignment.entry_id,
            Assignment.round_id == assignment.round_id,
            Assignment.id != assignment.id,
        )
        .subquery()
    )
    return session.execute(
        select(others.c.place, others.c.total, others.c.comment)
        .where(others.c.state == "submitted")
        .order_by(others.c.place)
    ).all()


def marks_handed_in(session: Session, assignment: Assignment) -> dict[str, tuple[Criterion, Decimal | None]]:
    """The marks of an assignment handed in last: criterion key -> (the criterion of then, mark); None: abstained."""
    rows = session.execute(
        select(Criterion, Mark.value)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(Mark.assignment_id == assignment.id, Mark.submission == assignment.submission)
    )
    return {row[0].key: (row[0], row[1]) for row in rows}


# ---- the queue ----


@dataclass(frozen=True, slots=True)
class Bench:
    """A judge's assignments in figures, counted in one statement, and their own totals in ten bands."""

    todo: int
    drafts: int
    submitted: int
    missed: int
    gone: int
    bands: tuple[int, ...]

    @property
    def asked(self) -> int:
        """Everything that was to be marked: done, to do, and closed without a scorecard."""
        return self.todo + self.submitted + self.missed


def season_of_judge(session: Session, user_id: int) -> Season | None:
    """The newest season that somebody judges in, with its programme."""
    return session.scalars(
        select(Season)
        .join(Programme, Programme.id == Season.programme_id)
        .join(Panel, Panel.season_id == Season.id)
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .options(contains_eager(Season.programme))
        .where(PanelMember.user_id == user_id, seasons_for_panels())
        .order_by(Season.opens_at.desc(), Season.id.desc())
        .limit(1)
    ).first()


def _admission() -> ColumnElement[bool]:
    return and_(RoundEntry.round_id == Assignment.round_id, RoundEntry.entry_id == Assignment.entry_id)


def _slot() -> ColumnElement[bool]:
    return and_(Slot.round_id == Assignment.round_id, Slot.entry_id == Assignment.entry_id)


# What is presented is judged in the order of its times; only then comes the judge's own order.
_BY_TIME = (case((Slot.starts_at.is_(None), 1), else_=0), Slot.starts_at)


def _after_shortlist() -> ColumnElement[bool]:
    """Whether `Round` is the last of several, which only those on the shortlist are judged in."""
    later = aliased(Round)
    further = select(later.id).where(later.category_id == Round.category_id, later.position > Round.position)
    return and_(Round.position > 1, not_(further.correlate(Round).exists()))


def takes_marks() -> ColumnElement[bool]:
    """`scorecards.can_be_marked` as SQL, over Entry and Round."""
    judged = [state.value for state in JUDGED]
    shortlist = [State.SHORTLISTED.value, State.AWARDED.value, State.NOT_AWARDED.value]
    return or_(
        and_(not_(_after_shortlist()), Entry.state.in_(judged)),
        and_(_after_shortlist(), Entry.state.in_(shortlist)),
    )


def _rehearsed() -> ColumnElement[bool]:
    """Whether `Round` is one of a season that is only tried out, where its dates do not count."""
    return Round.panel_id.in_(panels_in_rehearsal())


def _takes_more(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    return or_(Round.closes_at > now, _rehearsed())


def to_do(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Assignments that wait for a scorecard and can still get one, over Assignment, Entry and Round.

    One that is in waits again where a correction of the score set asks for marks that it does not have.
    """
    return and_(or_(Assignment.state == "assigned", asked_again()), _takes_more(now), takes_marks())


def asked_again() -> ColumnElement[bool]:
    """Scorecards that are in and lack marks since a correction of the score set, over Assignment."""
    return and_(Assignment.state == "submitted", Assignment.asked_again_at.is_not(None))


def _begun() -> ColumnElement[bool]:
    return and_(Assignment.state == "assigned", Assignment.saved_at.is_not(None))


def _joined(wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        wanted.join(Entry, Entry.id == Assignment.entry_id)
        .join(Round, Round.id == Assignment.round_id)
        .join(Category, Category.id == Round.category_id)
    )


def bench(session: Session, user_id: int, now: datetime) -> Bench:
    """Count a judge's assignments."""
    numbers = [int(n) for n in session.execute(_bench(), {"user_id": user_id, "now": now}).one()]
    todo, drafts, submitted, missed, gone, *counted_bands = numbers
    return Bench(todo, drafts, submitted, missed, gone, tuple(counted_bands))


@cache
def _bench() -> Select[*tuple[Any, ...]]:
    points = cast(Assignment.total, Float)
    counted = Assignment.state == "submitted"
    bands = [times(and_(counted, in_band(points, n))) for n in range(BANDS)]
    return _joined(
        select(
            times(to_do(_NOW)),
            times(and_(to_do(_NOW), _begun())),
            times(and_(counted, not_(to_do(_NOW)))),
            times(and_(Assignment.state == "assigned", takes_marks(), not_(_takes_more(_NOW)))),
            times(and_(Assignment.state == "assigned", not_(takes_marks()))),
            *bands,
        ).select_from(Assignment)
    ).where(assignments_for_judge(_USER))


def times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of the group fulfil a condition."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def in_band(points: ColumnElement[float], band: int) -> ColumnElement[bool]:
    """Whether points out of 100 lie in one of ten bands; the top one includes 100."""
    low, high = 100 * band // BANDS, 100 * (band + 1) // BANDS
    return points >= low if band == BANDS - 1 else and_(points >= low, points < high)


SHOWN = ("all", "todo", "submitted")


def queue(
    session: Session, user_id: int, now: datetime, shown: str = "all", page: int = 1, size: int = PAGE
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One page of a judge's assignments, to do first, then by deadline, each judge in an order of their own.

    Rows carry handle, state, saved_at, submitted_at, total, code, category, round, closes_at, opens_at, answers,
    draft, blind, title, live (takes marks), waits (to do), season, the round's kind, and when (starts_at) and where
    (place) it is presented, if it is.
    """
    asked = {"user_id": user_id, "now": now, "size": size, "offset": (page - 1) * size}
    return session.execute(_queue(shown), asked).all()


@cache
def _queue(shown: str) -> Select[*tuple[Any, ...]]:
    waits = to_do(_NOW)
    wanted = (
        _joined(
            select(
                Assignment.handle,
                Assignment.state,
                Assignment.saved_at,
                Assignment.submitted_at,
                Assignment.total,
                Assignment.draft,
                Assignment.asked_again_at,
                RoundEntry.code,
                Category.name.label("category"),
                Round.name.label("round"),
                Round.opens_at,
                Round.closes_at,
                Round.blind,
                Entry.state.label("entry_state"),
                Entry.title,
                AnswerSheet.answers,
                FormVersion,
                takes_marks().label("live"),
                case((waits, 1), else_=0).label("waits"),
                Round.kind,
                Slot.starts_at,
                Slot.place,
                Season.name.label("season"),
            ).select_from(Assignment)
        )
        .join(Season, Season.id == Category.season_id)
        .join(RoundEntry, _admission())
        .outerjoin(Slot, _slot())
        .join(AnswerSheet, and_(AnswerSheet.entry_id == Entry.id, AnswerSheet.number == Entry.sheet_number))
        .join(FormVersion, FormVersion.id == AnswerSheet.form_version_id)
        .where(assignments_for_judge(_USER))
        .order_by(
            case((waits, 0), else_=1),
            case((waits, Round.closes_at), else_=None),
            Round.closes_at.desc(),
            *_BY_TIME,
            Assignment.position,
            Assignment.id,
        )
        .limit(bindparam("size", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )
    if shown == "todo":
        wanted = wanted.where(waits)
    elif shown == "submitted":
        wanted = wanted.where(Assignment.state == "submitted", not_(waits))
    return wanted


def next_to_do(session: Session, user_id: int, now: datetime, but: str = "") -> Row[*tuple[Any, ...]] | None:
    """The first assignment that waits for this judge (handle, code), `but` one."""
    return session.execute(_next_to_do(), {"user_id": user_id, "now": now, "handle": but}).one_or_none()


@cache
def _next_to_do() -> Select[*tuple[Any, ...]]:
    return (
        _joined(select(Assignment.handle, RoundEntry.code, Entry.title, Round.blind).select_from(Assignment))
        .join(RoundEntry, _admission())
        .outerjoin(Slot, _slot())
        .where(
            assignments_for_judge(_USER),
            to_do(_NOW),
            or_(Round.opens_at <= _NOW, _rehearsed()),
            Assignment.handle != _HANDLE,
        )
        .order_by(Round.closes_at, *_BY_TIME, Assignment.position, Assignment.id)
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class RoundToDo:
    """How far a judge is in one round that is not over."""

    season: str
    category: str
    name: str
    opens_at: datetime
    closes_at: datetime
    asked: int
    submitted: int


def open_rounds(session: Session, user_id: int, now: datetime) -> list[RoundToDo]:
    """The rounds that this judge has entries in and that have not closed, the next to close first."""
    rows = session.execute(_open_rounds(), {"user_id": user_id, "now": now})
    return [RoundToDo(*tuple(row)) for row in rows]


@cache
def _open_rounds() -> Select[*tuple[Any, ...]]:
    return (
        _joined(
            select(
                Season.name,
                Category.name,
                Round.name,
                Round.opens_at,
                Round.closes_at,
                func.count(),
                times(and_(Assignment.state == "submitted", Assignment.asked_again_at.is_(None))),
            ).select_from(Assignment)
        )
        .join(Season, Season.id == Category.season_id)
        .where(assignments_for_judge(_USER), takes_marks(), _takes_more(_NOW))
        .group_by(Season.name, Category.name, Round.name, Round.opens_at, Round.closes_at, Round.id)
        .order_by(Round.closes_at, Round.id)
        .limit(PAGE)
    )


def stepped_back(session: Session, user_id: int) -> int:
    """From how many entries a judge has stepped back; a figure, because the entries are no longer theirs to see."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Assignment)
            .join(Round, Round.id == Assignment.round_id)
            .where(
                Assignment.user_id == user_id,
                Assignment.state == "recused",
                Round.panel_id.in_(panels_at_work()),
            )
        )
        or 0
    )
