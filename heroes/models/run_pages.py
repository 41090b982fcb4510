"""What stored results runs there are, which one a page shows, and how far the marks have moved since."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, String, cast, exists, func, select
from sqlalchemy.orm import Session, defer

from heroes.domain.counting import Standing, TieStep
from heroes.domain.counting.plain import from_plain
from heroes.models.entries import Entry, RoundEntry, Tally
from heroes.models.judging import Assignment
from heroes.models.people import User
from heroes.models.result_pages import OUT_OF_THE_RUNNING, active_recusal
from heroes.models.runs import ResultsRun, RunLine, RunTie
from heroes.models.seasons import Category, Round, Season

UNDER_WAY = ("waiting", "computing")


def revision_of(session: Session, round_id: int) -> int:
    """The revision of a round's marks: it grows with every change of what a result counts or lists."""
    return session.scalar(select(Tally.count).where(Tally.kind == "marks", Tally.value == str(round_id))) or 0


def rounds_to_compute(session: Session) -> Sequence[Row[*tuple[Any, ...]]]:
    """(Round, revision) of rounds whose marks are beyond what was computed last by the round's own method.

    A round without a scorecard is none of them, unless it had one when it was computed.
    """
    last = (
        select(ResultsRun.revision)
        .where(ResultsRun.round_id == Round.id, ResultsRun.explicit.is_(False), ~_under_way())
        .order_by(ResultsRun.id.desc())
        .limit(1)
        .correlate(Round)
        .scalar_subquery()
    )
    cards = (
        select(Tally.count)
        .where(
            Tally.category_id == Round.category_id,
            Tally.kind == "cards_in",
            Tally.value == cast(Round.id, String),
        )
        .correlate(Round)
        .scalar_subquery()
    )
    under_way = exists().where(ResultsRun.round_id == Round.id, ResultsRun.explicit.is_(False), _under_way())
    return session.execute(
        select(Round, Tally.count)
        .join(
            Tally,
            (Tally.category_id == Round.category_id)
            & (Tally.kind == "marks")
            & (Tally.value == cast(Round.id, String)),
        )
        .where(
            func.coalesce(last, 0) != Tally.count,
            (func.coalesce(cards, 0) > 0) | last.is_not(None),
            ~under_way,
        )
        .order_by(Round.id)
    ).all()


def _under_way() -> ColumnElement[bool]:
    return ResultsRun.state.in_(UNDER_WAY)


def _runs(round_id: int, method: str | None, places: int | None) -> Select[ResultsRun]:
    wanted = (
        select(ResultsRun).where(ResultsRun.round_id == round_id).execution_options(populate_existing=True)
    )
    if method is None and places is None:
        return wanted.where(ResultsRun.explicit.is_(False))
    if method is not None:
        wanted = wanted.where(ResultsRun.asked == method)
    if places is not None:
        wanted = wanted.where(ResultsRun.places == places)
    return wanted


def last_done(
    session: Session, round_id: int, method: str | None = None, places: int | None = None
) -> ResultsRun | None:
    """The newest run of a round that is done: of the round's own method, or as asked for by method and places."""
    wanted = _runs(round_id, method, places).where(ResultsRun.state == "done")
    return session.scalar(wanted.order_by(ResultsRun.id.desc()).limit(1))


def last_begun(
    session: Session, round_id: int, method: str | None = None, places: int | None = None
) -> ResultsRun | None:
    """The newest run of a round that is not done, if it is newer than what is: waiting, computing or failed."""
    wanted = _runs(round_id, method, places).options(defer(ResultsRun.summary))
    found = session.scalar(wanted.order_by(ResultsRun.id.desc()).limit(1))
    return None if found is None or found.state == "done" else found


def by_handle(session: Session, round_id: int, handle: str, *, hold: bool = False) -> ResultsRun | None:
    """A done run of a round by its handle; `hold` keeps it from being forgotten until the transaction ends."""
    wanted = (
        select(ResultsRun)
        .where(ResultsRun.round_id == round_id, ResultsRun.handle == handle, ResultsRun.state == "done")
        .execution_options(populate_existing=True)
    )
    return session.scalar(wanted.with_for_update(read=True, key_share=True) if hold else wanted)


def same_wish(session: Session, round_id: int, wanted: str, revision: int) -> ResultsRun | None:
    """A run of exactly this wish that waits, or that is done and still up to date."""
    return session.scalar(
        select(ResultsRun)
        .where(
            ResultsRun.round_id == round_id,
            ResultsRun.wanted == wanted,
            (ResultsRun.state == "waiting")
            | ((ResultsRun.state == "done") & (ResultsRun.revision == revision)),
        )
        .order_by(ResultsRun.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def lines_of(
    session: Session, run_id: int, *, start: int = 0, limit: int | None = None
) -> Sequence[Row[RunLine, Entry]]:
    """(line, entry) of a run in its order, without entries that have left the running since.

    With a limit: those at the places in the order after `start`, as many or fewer.
    """
    wanted = (
        select(RunLine, Entry)
        .join(Entry, Entry.id == RunLine.entry_id)
        .where(RunLine.run_id == run_id, RunLine.position > start, Entry.state.not_in(OUT_OF_THE_RUNNING))
        .order_by(RunLine.position)
    )
    if limit is not None:
        wanted = wanted.where(RunLine.position <= start + limit)
    return session.execute(wanted).all()


def standings_of(session: Session, run_id: int, lines: Sequence[RunLine]) -> list[Standing]:
    """What these lines of a run say, their tie-breaks included."""
    numbers = {number for line in lines for number in line.ties}
    rows = session.execute(
        select(RunTie.number, RunTie.data).where(RunTie.run_id == run_id, RunTie.number.in_(numbers))
    )
    ties = {row.number: from_plain(TieStep, row.data) for row in rows}
    return [
        replace(from_plain(Standing, line.data), tie=tuple(ties[number] for number in line.ties))
        for line in lines
    ]


def line_of(session: Session, run_id: int, entry_id: int) -> RunLine | None:
    """An entry's line in a run."""
    return session.scalar(select(RunLine).where(RunLine.run_id == run_id, RunLine.entry_id == entry_id))


def sharing(session: Session, run_id: int, ranks: Collection[int]) -> dict[int, int]:
    """Rank -> how many lines of a run share it, of these ranks."""
    rows = session.execute(
        select(RunLine.rank, func.count())
        .where(RunLine.run_id == run_id, RunLine.rank.in_(ranks))
        .group_by(RunLine.rank)
    )
    return {rank: count for rank, count in rows if rank is not None}


def divided(
    session: Session, run_id: int, places: int | None, at_least: float | None
) -> dict[Literal["above", "level", "below"], int]:
    """How many lines of a run lie above a line of so many places, or of a score out of 100; see `standings.cut`."""
    here = RunLine.run_id == run_id
    reaching = here & RunLine.rank.is_not(None)
    if at_least is not None:
        reaching &= RunLine.points >= at_least
    level = 0
    if places is not None:
        reaching &= RunLine.rank <= places
        last = session.scalar(select(func.max(RunLine.rank)).where(here, RunLine.rank <= places))
        if last is not None:
            sharing_it = session.scalar(select(func.count()).where(here, RunLine.rank == last)) or 0
            if last + sharing_it - 1 > places:
                level = session.scalar(select(func.count()).where(reaching, RunLine.rank == last)) or 0
    reached = session.scalar(select(func.count()).where(reaching)) or 0
    total = session.scalar(select(func.count()).where(here)) or 0
    return {"above": reached - level, "level": level, "below": total - reached}


def names_of(session: Session, handles: Collection[str]) -> dict[str, str]:
    """Judge's handle -> name."""
    if not handles:
        return {}
    rows = session.execute(select(User.handle, User.name).where(User.handle.in_(handles)))
    return {row.handle: row.name for row in rows}


def set_aside(session: Session, round_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Scorecards with marks of a round that do not count: Entry.id, reference, handle, state, judge, why it may be so.

    Those of entries out of the running, of recused judges, and those taken back or to be handed in again.
    """
    recused = active_recusal()
    return session.execute(
        select(
            Entry.reference,
            Entry.handle,
            Entry.state.label("entry_state"),
            User.handle.label("judge"),
            Assignment.state,
            recused.label("recused"),
        )
        .select_from(Assignment)
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(User, User.id == Assignment.user_id)
        .where(
            Assignment.round_id == round_id,
            Assignment.submission > 0,
            (Assignment.state != "submitted") | recused | Entry.state.in_(OUT_OF_THE_RUNNING),
        )
        .order_by(Entry.id, User.id)
    ).all()


def not_handed_in(session: Session, round_id: int) -> dict[str, int]:
    """What else lies beside the marks that count: earlier submissions of scorecards, and drafts not handed in."""
    superseded = session.scalar(
        select(func.coalesce(func.sum(Assignment.submission - 1), 0)).where(
            Assignment.round_id == round_id, Assignment.submission > 1
        )
    )
    drafts = session.scalar(
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.round_id == round_id,
            Assignment.state == "assigned",
            Assignment.saved_at.is_not(None),
        )
    )
    return {"superseded": int(superseded or 0), "drafts": drafts or 0}


def asked_again(session: Session, round_id: int) -> int:
    """How many scorecards of a round are in that a correction of the score set asks their judges to complete."""
    return (
        session.scalar(
            select(func.count()).where(
                Assignment.round_id == round_id,
                Assignment.state == "submitted",
                Assignment.asked_again_at.is_not(None),
            )
        )
        or 0
    )


def was_marked(session: Session, round_id: int) -> bool:
    """Whether a round has scorecards in, or was computed or to be computed: whether there is a result to wait for."""
    cards = select(Tally.count).where(Tally.kind == "cards_in", Tally.value == str(round_id))
    any_run = select(ResultsRun.id).where(ResultsRun.round_id == round_id).limit(1)
    return bool(session.scalar(cards)) or session.scalar(any_run) is not None


def whole_of(session: Session, run_id: int) -> Sequence[Row[dict[str, Any], dict[str, list[str | None]]]]:
    """(standing as plain values, its marks by judge) of every line of a run, wherever its entry is now."""
    return session.execute(
        select(RunLine.data, RunLine.marks).where(RunLine.run_id == run_id).order_by(RunLine.position)
    ).all()


def marks_of(session: Session, run_id: int) -> Sequence[Row[int, dict[str, list[str | None]]]]:
    """(entry id, its marks by judge) of every line of a run."""
    return session.execute(select(RunLine.entry_id, RunLine.marks).where(RunLine.run_id == run_id)).all()


def entries_by_id(session: Session, ids: Collection[int]) -> Sequence[Entry]:
    """Entries in the order of their ids."""
    return session.scalars(select(Entry).where(Entry.id.in_(ids)).order_by(Entry.id)).all() if ids else []


def places_of_last(session: Session, round_id: int) -> dict[str, int | None]:
    """Entry's reference (or handle) -> its place in the round's last own run; empty without one."""
    last = (
        select(ResultsRun.id)
        .where(ResultsRun.round_id == round_id, ResultsRun.explicit.is_(False), ResultsRun.state == "done")
        .order_by(ResultsRun.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found: Sequence[Row[*tuple[Any, ...]]] = session.execute(
        select(func.coalesce(Entry.reference, Entry.handle), RunLine.rank)
        .join(Entry, Entry.id == RunLine.entry_id)
        .where(RunLine.run_id == last)
    ).all()
    return {row[0]: row[1] for row in found}


def reviews_to_ask(session: Session, round_id: int) -> int:
    """How many reviews the round's number for each entry leaves; where none, half a review for each entry."""
    row = session.execute(
        select(Round.reviews, func.count(), func.coalesce(func.sum(RoundEntry.cards_asked), 0))
        .join(RoundEntry, RoundEntry.round_id == Round.id)
        .join(Entry, Entry.id == RoundEntry.entry_id)
        .where(Round.id == round_id, Entry.state.not_in(OUT_OF_THE_RUNNING))
        .group_by(Round.reviews)
    ).one_or_none()
    if row is None:
        return 0
    reviews, entries, asked = row
    left = int(reviews * entries - asked)
    return left if left > 0 else -(-entries // 2)


def calibrated_runs(
    session: Session, season: Season, category_slug: str
) -> Sequence[Row[ResultsRun, Season]]:
    """(run, season) of a programme's calibrated runs in categories with this slug; this season's first, then newest."""
    return session.execute(
        select(ResultsRun, Season)
        .join(Round, Round.id == ResultsRun.round_id)
        .join(Category, Category.id == Round.category_id)
        .join(Season, Season.id == Category.season_id)
        .where(
            ResultsRun.state == "done",
            ResultsRun.method == "calibrated",
            Category.slug == category_slug,
            Season.programme_id == season.programme_id,
        )
        .order_by((Season.id == season.id).desc(), Season.id.desc(), ResultsRun.id.desc())
        .limit(20)
    ).all()
