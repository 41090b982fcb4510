"""What results are computed from, and what the results pages list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session, aliased, defer

from heroes.domain.counting import Standing
from heroes.domain.counting.plain import from_plain
from heroes.domain.entry_states import State
from heroes.models.audit import AuditChain, AuditRecord
from heroes.models.entries import Entry, Recusal, RoundEntry, Tally
from heroes.models.judging import Assignment, Mark
from heroes.models.people import User
from heroes.models.runs import ResultsRun, RunLine
from heroes.models.seasons import Category, Criterion, PanelMember, Release, Round, ScoreSet, Season
from heroes.models.visibility import LIVE_ASSIGNMENTS, rounds_for_panel, seasons_for_panels

OUT_OF_THE_RUNNING = (State.DRAFT.value, State.WITHDRAWN.value, State.INELIGIBLE.value)
"""States whose entries no result knows."""
MOST_LOOKED_AT = 20
"""So many runs are looked through for one that knows how far judges differ."""
MOST_AT_ONCE = 200
"""So many lines are read around a border, however many share a place there."""
ROUND_TOTALS = ("admitted", "cards_in", "cards_asked")


def rounds_of_season(session: Session, season_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Category, Round, entries admitted, scorecards in and asked, in the season's order."""
    return session.execute(
        select(Category, Round, *(total_of_round(kind).label(kind) for kind in ROUND_TOTALS))
        .join(Round, Round.category_id == Category.id)
        .where(Category.season_id == season_id)
        .order_by(Category.position, Round.position)
    ).all()


def total_of_round(kind: str) -> ColumnElement[int]:
    """One of a round's maintained totals, in a statement that reads `Round`."""
    kept = (
        select(Tally.count)
        .where(
            Tally.category_id == Round.category_id,
            Tally.kind == kind,
            Tally.value == cast(Round.id, String),
        )
        .correlate(Round)
        .scalar_subquery()
    )
    return func.coalesce(kept, 0)


def states_of_season(session: Session, season_id: int) -> dict[int, dict[str, int]]:
    """Category -> state -> how many entries, from the maintained totals."""
    found: dict[int, dict[str, int]] = {}
    for tally in session.scalars(select(Tally).where(Tally.season_id == season_id, Tally.kind == "state")):
        found.setdefault(tally.category_id, {})[tally.value] = tally.count
    return found


def rounds_of(session: Session, category_id: int) -> Sequence[Round]:
    """A category's rounds, the first one first."""
    return session.scalars(
        select(Round).where(Round.category_id == category_id).order_by(Round.position)
    ).all()


def released_at(session: Session, category: Category) -> dict[str, datetime]:
    """Kind of release -> when it went out for this category; a release that is still to come is not in it."""
    both = (category.shortlist_release_id, category.outcome_release_id)
    found = session.execute(
        select(Release.kind, Release.released_at).where(
            Release.id.in_(both), Release.released_at.is_not(None)
        )
    )
    return {kind: at for kind, at in found if at is not None}


def criteria_of(session: Session, score_set_id: int) -> Sequence[Criterion]:
    """The criteria of a score set, in their order."""
    return session.scalars(
        select(Criterion).where(Criterion.score_set_id == score_set_id).order_by(Criterion.position)
    ).all()


@dataclass(frozen=True, slots=True)
class Markings:
    """The criteria of a round's score set now, in their order, and what every criterion ever marked is among them.

    `same` maps the id of a criterion to the one of now with the same key on the same scale. A mark of any other
    criterion was given for something else, and counts nowhere.
    """

    criteria: Sequence[Criterion]
    same: dict[int, Criterion]


def markings_of(session: Session, round_id: int) -> Markings:
    """The criteria that marks of a round are counted under, those of earlier sets carried over, in one statement."""
    rows = session.execute(
        select(Criterion, Round.score_set_id)
        .join(ScoreSet, ScoreSet.id == Criterion.score_set_id)
        .join(Round, Round.category_id == ScoreSet.category_id)
        .where(Round.id == round_id)
        .order_by(Criterion.score_set_id, Criterion.position)
    ).all()
    criteria = [one for one, now in rows if one.score_set_id == now]
    known = {span_of(one): one for one in criteria}
    return Markings(criteria, {one.id: known[span_of(one)] for one, _ in rows if span_of(one) in known})


def span_of(one: Criterion) -> tuple[str, Decimal, Decimal, Decimal]:
    """What makes a mark of one criterion a mark of another: the key, and the scale that it is on."""
    return one.key, one.low, one.high, one.step


def in_the_running(session: Session, round_id: int) -> Sequence[Entry]:
    """The entries admitted to a round that a result of it lists, whether or not anybody has marked them."""
    return session.scalars(
        select(Entry)
        .join(RoundEntry, RoundEntry.entry_id == Entry.id)
        .where(RoundEntry.round_id == round_id, Entry.state.not_in(OUT_OF_THE_RUNNING))
        .order_by(Entry.id)
    ).all()


def labels_of(session: Session, round_id: int) -> dict[int, str]:
    """The same entries by id: what results call them, their reference."""
    rows = session.execute(
        select(Entry.id, func.coalesce(Entry.reference, Entry.handle))
        .join(RoundEntry, RoundEntry.entry_id == Entry.id)
        .where(RoundEntry.round_id == round_id, Entry.state.not_in(OUT_OF_THE_RUNNING))
        .order_by(Entry.id)
    )
    return {row[0]: row[1] for row in rows}


def active_recusal() -> ColumnElement[bool]:
    """Whether the judge of an assignment is recused from its entry, in a statement that reads `Assignment`."""
    return (
        select(Recusal.user_id)
        .where(
            Recusal.user_id == Assignment.user_id,
            Recusal.entry_id == Assignment.entry_id,
            Recusal.lifted_at.is_(None),
        )
        .correlate(Assignment)
        .exists()
    )


def _counting(round_id: int) -> Select[*tuple[Any, ...]]:
    """Submitted scorecards of entries in the running, by judges who are not recused from them."""
    return (
        select(Assignment.entry_id)
        .join(Entry, Entry.id == Assignment.entry_id)
        .where(
            Assignment.round_id == round_id,
            Assignment.state == "submitted",
            Entry.state.not_in(OUT_OF_THE_RUNNING),
            ~active_recusal(),
        )
    )


def counting_marks(session: Session, round_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """(entry id, judge's handle, criterion id, value) of each latest submission that counts; no value: abstained."""
    counting: Select[*tuple[Any, ...]] = (
        _counting(round_id)
        .join(Mark, and_(Mark.assignment_id == Assignment.id, Mark.submission == Assignment.submission))
        .join(User, User.id == Assignment.user_id)
        .with_only_columns(Assignment.entry_id, User.handle, Mark.criterion_id, Mark.value)
    )
    return session.execute(counting).all()


def marks_of_criteria(
    session: Session, round_id: int, criteria: Collection[int], entry_id: int | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """As `counting_marks`, of these criteria only and in one order; of one entry, or of all."""
    wanted = (
        _counting(round_id)
        .join(Mark, and_(Mark.assignment_id == Assignment.id, Mark.submission == Assignment.submission))
        .join(User, User.id == Assignment.user_id)
        .where(Mark.criterion_id.in_(criteria))
        .order_by(Assignment.entry_id, User.name, User.id)
        .with_only_columns(Assignment.entry_id, User.name, Mark.criterion_id, Mark.value)
    )
    return session.execute(
        wanted if entry_id is None else wanted.where(Assignment.entry_id == entry_id)
    ).all()


def reasons_of(session: Session, round_id: int, entry_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """(judge, reasons by criterion key) of an entry's scorecards that count."""
    wanted = (
        _counting(round_id)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.entry_id == entry_id)
        .order_by(User.name, User.id)
        .with_only_columns(User.name, Assignment.notes)
    )
    return session.execute(wanted).all()


def last_marked_round(session: Session, category_id: int) -> int | None:
    """The id of the last round of a category that has a submitted scorecard."""
    return session.scalar(
        select(Round.id)
        .where(
            Round.category_id == category_id,
            select(Assignment.id)
            .where(Assignment.round_id == Round.id, Assignment.state == "submitted")
            .correlate(Round)
            .exists(),
        )
        .order_by(Round.position.desc())
        .limit(1)
    )


def still_to_judge(session: Session, round_id: int, user_id: int) -> int:
    """How many scorecards somebody has been asked for in a round and not submitted."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Assignment)
            .where(
                Assignment.round_id == round_id, Assignment.user_id == user_id, Assignment.state == "assigned"
            )
        )
        or 0
    )


def judges_in(session: Session, round_id: int, user_id: int) -> bool:
    """Whether somebody has been asked for a scorecard in a round, and still is."""
    own = (Assignment.round_id == round_id) & (Assignment.user_id == user_id)
    live = Assignment.state.in_(LIVE_ASSIGNMENTS)
    return session.scalar(select(Assignment.id).where(own, live).limit(1)) is not None


def rounds_to_wait_for(session: Session, user_id: int, now: datetime) -> frozenset[int]:
    """The rounds that have not closed and in which somebody judges who must not see the others' marks yet.

    That is while a scorecard of theirs is left; where the round keeps all marks to their judges, until it closes.
    """
    waits = or_(
        Assignment.state == "assigned",
        and_(Assignment.state.in_(LIVE_ASSIGNMENTS), Round.marks_shown != "own_in"),
    )
    return frozenset(
        session.scalars(
            select(Assignment.round_id)
            .join(Round, Round.id == Assignment.round_id)
            .where(Assignment.user_id == user_id, waits, Round.closes_at > now)
        )
    )


def entries_in_rounds(
    session: Session, round_ids: Collection[int], entry_ids: Collection[int]
) -> frozenset[int]:
    """Those of these entries that are admitted to one of these rounds."""
    return frozenset(
        session.scalars(
            select(RoundEntry.entry_id).where(
                RoundEntry.round_id.in_(round_ids), RoundEntry.entry_id.in_(entry_ids)
            )
        )
    )


def sees_round(session: Session, round_id: int, user_id: int) -> bool:
    """Whether somebody sees the leaderboard of a round as its panel's chair."""
    return session.scalar(select(Round.id).where(Round.id == round_id, rounds_for_panel(user_id))) is not None


def rounds_of_chair(session: Session, user_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Season, Category, Round of every panel that somebody chairs, the newest season first.

    Beside them entries admitted, scorecards in and asked, and how many of somebody's own are left.
    """
    left = (
        select(func.count())
        .select_from(Assignment)
        .where(Assignment.round_id == Round.id, Assignment.user_id == user_id, Assignment.state == "assigned")
        .correlate(Round)
        .scalar_subquery()
    )
    return session.execute(
        select(
            Season,
            Category,
            Round,
            *(total_of_round(kind).label(kind) for kind in ROUND_TOTALS),
            left.label("left"),
        )
        .join(Category, Category.season_id == Season.id)
        .join(Round, Round.category_id == Category.id)
        .where(rounds_for_panel(user_id))
        .order_by(Season.opens_at.desc(), Season.id, Category.position, Round.position)
    ).all()


def codes_of(session: Session, round_id: int) -> dict[int, str]:
    """Entry -> the code name that the judges of a round know it by."""
    rows = session.execute(
        select(RoundEntry.entry_id, RoundEntry.code).where(RoundEntry.round_id == round_id)
    )
    return {row.entry_id: row.code for row in rows}


def audit_head(session: Session, season_id: int) -> tuple[int, str]:
    """How long a season's audit chain is, and its last hash."""
    row = session.execute(
        select(AuditChain.length, AuditChain.head).where(AuditChain.season_id == season_id)
    ).one_or_none()
    return (row.length, row.head) if row else (0, "0" * 64)


def by_handles(session: Session, category_id: int, handles: Sequence[str]) -> dict[str, Entry]:
    """Entries of a category by their handles; a handle of somewhere else is not among them."""
    found = session.scalars(select(Entry).where(Entry.category_id == category_id, Entry.handle.in_(handles)))
    return {entry.handle: entry for entry in found}


# ---- what runs say, for pages ----


def rounds_judged(session: Session, user_id: int, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """(Season, Category, Round) in which somebody has a scorecard in and nothing left to do, the newest first.

    Nothing is left once the round has closed, or once all that they were asked for is in.
    """
    own = and_(Assignment.round_id == Round.id, Assignment.user_id == user_id)
    given = select(Assignment.id).where(own, Assignment.state == "submitted").correlate(Round).exists()
    left = select(Assignment.id).where(own, Assignment.state == "assigned").correlate(Round).exists()
    return session.execute(
        select(Season, Category, Round)
        .join(Category, Category.season_id == Season.id)
        .join(Round, Round.category_id == Category.id)
        .where(given, or_(Round.closes_at <= now, ~left), seasons_for_panels())
        .order_by(Round.closes_at.desc(), Category.position, Round.position, Round.id)
    ).all()


def newest_runs(session: Session, round_ids: Collection[int]) -> dict[int, ResultsRun]:
    """Round -> its own newest run that is done."""
    newest = (
        select(func.max(ResultsRun.id))
        .where(ResultsRun.round_id.in_(round_ids), ResultsRun.state == "done", ResultsRun.explicit.is_(False))
        .group_by(ResultsRun.round_id)
    )
    return {run.round_id: run for run in session.scalars(select(ResultsRun).where(ResultsRun.id.in_(newest)))}


def own_totals(session: Session, user_id: int, round_ids: Collection[int]) -> dict[int, list[Decimal]]:
    """Round -> the totals out of 100 of somebody's own scorecards that are in."""
    found: dict[int, list[Decimal]] = {}
    rows = session.execute(
        select(Assignment.round_id, Assignment.total).where(
            Assignment.user_id == user_id,
            Assignment.round_id.in_(round_ids),
            Assignment.state == "submitted",
            Assignment.total.is_not(None),
        )
    )
    for row in rows:
        found.setdefault(row.round_id, []).append(row.total)
    return found


def handle_of(session: Session, user_id: int) -> str:
    """Somebody's handle, which is what results call them; empty for nobody."""
    return session.scalar(select(User.handle).where(User.id == user_id)) or ""


def titles_in_round(session: Session, round_id: int) -> dict[str, tuple[str, str]]:
    """What results call an entry admitted to a round -> its title and handle."""
    rows = session.execute(
        select(Entry.reference, Entry.handle, Entry.title)
        .join(RoundEntry, RoundEntry.entry_id == Entry.id)
        .where(RoundEntry.round_id == round_id)
    )
    return {row.reference or row.handle: (row.title, row.handle) for row in rows}


def trail_of_round(
    session: Session, round_id: int, acts: Collection[str], limit: int = 500
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(AuditRecord, Entry.handle) of these acts on the entries of a round, the newest first."""
    return session.execute(
        select(AuditRecord, Entry.handle)
        .join(Entry, Entry.id == AuditRecord.entry_id)
        .join(RoundEntry, RoundEntry.entry_id == Entry.id)
        .where(RoundEntry.round_id == round_id, AuditRecord.act.in_(acts))
        .order_by(AuditRecord.id.desc())
        .limit(limit)
    ).all()


def run_before(session: Session, run_id: int) -> ResultsRun | None:
    """The newest run of the same wish that was done before this one and read other marks; without its summary."""
    here = aliased(ResultsRun)
    return session.scalar(
        select(ResultsRun)
        .join(here, (here.round_id == ResultsRun.round_id) & (here.wanted == ResultsRun.wanted))
        .where(
            here.id == run_id,
            ResultsRun.state == "done",
            ResultsRun.id < run_id,
            ResultsRun.revision != here.revision,
        )
        .options(defer(ResultsRun.summary))
        .order_by(ResultsRun.id.desc())
        .limit(1)
    )


def standings_at(session: Session, run_id: int, ranks: Collection[int]) -> list[Standing]:
    """The lines of a run at these ranks, in its order."""
    rows = session.scalars(
        select(RunLine.data)
        .where(RunLine.run_id == run_id, RunLine.rank.in_(ranks))
        .order_by(RunLine.position)
        .limit(MOST_AT_ONCE)
    )
    return [from_plain(Standing, data) for data in rows]


def titles_of(session: Session, category_id: int, labels: Collection[str]) -> dict[str, tuple[str, str]]:
    """What results call an entry -> its title and handle, of these entries of a category."""
    if not labels:
        return {}
    rows = session.execute(
        select(Entry.reference, Entry.handle, Entry.title).where(
            Entry.category_id == category_id,
            or_(Entry.reference.in_(labels), Entry.handle.in_(labels)),
        )
    )
    return {row.reference or row.handle: (row.title, row.handle) for row in rows}


def line_quoted(session: Session, entry: Entry) -> Row[*tuple[Any, ...]] | None:
    """(points out of 100, data, method) of an entry's line in the run that its last decision quotes, if it has one."""
    if entry.decided_run_id is None:
        return None
    return session.execute(
        select(RunLine.points, RunLine.data, ResultsRun.method)
        .join(ResultsRun, ResultsRun.id == RunLine.run_id)
        .where(RunLine.run_id == entry.decided_run_id, RunLine.entry_id == entry.id)
    ).one_or_none()


def lines_quoted(session: Session, entries: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """(entry, its line's data, the run's criteria, the round's score set) of the runs that these were decided on."""
    return session.execute(
        select(
            Entry.id.label("entry_id"),
            RunLine.data,
            ResultsRun.summary["criteria"].label("criteria"),
            Round.score_set_id,
        )
        .join(RunLine, (RunLine.entry_id == Entry.id) & (RunLine.run_id == Entry.decided_run_id))
        .join(ResultsRun, ResultsRun.id == RunLine.run_id)
        .join(Round, Round.id == ResultsRun.round_id)
        .where(Entry.id.in_(entries))
    ).all()


def awarded_people(session: Session, season_id: int, but_category: int) -> Sequence[tuple[Entry, Category]]:
    """The entries about a person that are awarded in another category of the season."""
    rows = session.execute(
        select(Entry, Category)
        .join(Category, Category.id == Entry.category_id)
        .where(
            Entry.season_id == season_id,
            Entry.state == State.AWARDED.value,
            Category.kind == "person",
            Category.id != but_category,
        )
    )
    return [(row[0], row[1]) for row in rows]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a round is: entries admitted to it, and judges of its panel."""

    entries: int
    judges: int


def size_of_round(session: Session, round_: Round) -> Size:
    """The entries and the judges of a round."""
    judges = select(func.count()).where(PanelMember.panel_id == round_.panel_id).scalar_subquery()
    row = session.execute(
        select(total_of_round("admitted").label("admitted"), judges.label("judges"))
        .select_from(Round)
        .where(Round.id == round_.id)
    ).one()
    return Size(row.admitted, row.judges)


def newest_variances(
    session: Session, programme_id: int, round_id: int
) -> tuple[str, str, str, bool, dict[str, Any]] | None:
    """(season, category, round, whether it is this round, variances) of the newest run of a programme that has any.

    This round's own come first.
    """
    own = case((ResultsRun.round_id == round_id, 0), else_=1)
    rows = session.execute(
        select(Season.name, Category.name, Round.name, ResultsRun.round_id, ResultsRun.summary)
        .join(Round, Round.id == ResultsRun.round_id)
        .join(Category, Category.id == Round.category_id)
        .join(Season, Season.id == Category.season_id)
        .where(
            Season.programme_id == programme_id,
            ResultsRun.state == "done",
            # Its variances are those of logits.
            ResultsRun.method != "calibrated-limits",
        )
        .order_by(own, ResultsRun.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    for season, category, round_name, of_round, summary in rows:
        if summary.get("variances"):
            return season, category, round_name, of_round == round_id, summary["variances"]
    return None
