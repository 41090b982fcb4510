"""What the review queue and the season's glance read: the same few statements and rows however large the season."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from heroes.domain.entry_states import State
from heroes.domain.slugs import name_key
from heroes.models import visibility
from heroes.models.base import Instant
from heroes.models.entries import Entry, RoundEntry, Tally
from heroes.models.people import Organisation
from heroes.models.search import matching
from heroes.models.seasons import Category, Release, Season

PAGE = 50
NEVER_RECEIVED = frozenset({State.DRAFT, State.WITHDRAWN})
"""States that an entry may be in without having been submitted; their lists go by when it was begun."""
SORTS = ("newest", "oldest", "title", "fewest")
PROGRESS = ("none", "some", "all")
_ROUND_OF_ENTRY = and_(RoundEntry.round_id == Entry.round_id, RoundEntry.entry_id == Entry.id)
_TOLD: tuple[Any, ...] = (
    Entry.id,
    Entry.handle,
    Entry.reference,
    Entry.title,
    Entry.nominee_role,
    Entry.organisation_name,
    Entry.sector,
    Entry.chapter,
    Entry.nominator_name,
    Entry.nominator_email,
    Entry.category_id,
    Entry.state,
    Entry.level,
    Entry.screening,
    Entry.screening_reason,
    Entry.submitted_at,
    Entry.begun_at,
    Entry.version,
    RoundEntry.cards_asked,
    RoundEntry.cards_in,
)
"""What a page tells of its entries."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a view of the queue asks for; empty means any."""

    words: str = ""
    category_id: int | None = None
    state: str = ""
    screening: str = ""
    organisation: str = ""
    progress: str = ""
    chapter: str = ""
    sort: str = "newest"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins or ends: the sorted value and the entry's id; `back` reads towards the start."""

    value: datetime | str | int | None
    entry_id: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and whether there are more on either side."""

    rows: Sequence[Row[Any]]
    before: Cursor | None
    after: Cursor | None


def queue(
    session: Session, season: Season, filters: Filters, cursor: Cursor | None = None, size: int = PAGE
) -> Page:
    """One page of the entries that fit, read by key and in one statement; nothing is counted.

    A cursor that belongs to another order is none: the first page answers.
    """
    key, descending, kind = _order(filters)
    if cursor is not None and type(cursor.value) is not kind:
        cursor = None  # of another order, or made up
    back = cursor is not None and cursor.back
    falling = descending != back
    wanted = _wanted(session, season, filters).add_columns(key.label("sort_key"))
    if cursor is not None:
        wanted = wanted.where(_beyond(key, cursor, falling))
    here = wanted.order_by(*_in_order(key, Entry.id, falling)).limit(size + 1).subquery()
    rows = list(session.execute(_told(here).order_by(*_in_order(here.c.sort_key, here.c.id, falling))).all())
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    if not rows:
        return Page(rows, None, None)
    first, last = rows[0], rows[-1]
    return Page(
        rows,
        before=Cursor(first.sort_key, first.id, back=True)
        if (more if back else cursor is not None)
        else None,
        after=Cursor(last.sort_key, last.id) if back or more else None,
    )


def _in_order(key: Any, number: Any, falling: bool) -> tuple[Any, Any]:
    return (key.desc(), number.desc()) if falling else (key.asc(), number.asc())


def _wanted(session: Session, season: Season, filters: Filters) -> Select[Any]:
    """The ids of the entries that fit. Only what a condition needs is read of those that are on no page."""
    wanted: Select[Any] = select(Entry.id).where(
        Entry.season_id == season.id, visibility.entries_for_staff([season.programme_id])
    )
    if filters.progress:
        wanted = wanted.outerjoin_from(Entry, RoundEntry, _ROUND_OF_ENTRY)
    return wanted.where(*_conditions(session, season, filters))


def _told(here: Subquery) -> Select[Any]:
    return (
        select(*_TOLD, here.c.sort_key)
        .join_from(here, Entry, Entry.id == here.c.id)
        .outerjoin(RoundEntry, _ROUND_OF_ENTRY)
    )


def _conditions(session: Session, season: Season, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.state:
        found.append(Entry.state == filters.state)
    if filters.state not in NEVER_RECEIVED:
        found.append(Entry.submitted_at.is_not(None))
    if filters.category_id is not None:
        found.append(Entry.category_id == filters.category_id)
    if filters.chapter:
        found.append(Entry.chapter == filters.chapter)
    if filters.screening:
        found.append(Entry.screening == filters.screening)
    if filters.organisation:
        found.append(Entry.organisation_id.in_(_organisations(season, filters.organisation)))
    if filters.progress == "none":
        found.append(RoundEntry.cards_in == 0)
    elif filters.progress == "some":
        found.append(and_(RoundEntry.cards_in > 0, RoundEntry.cards_in < RoundEntry.cards_asked))
    elif filters.progress == "all":
        found.append(and_(RoundEntry.cards_asked > 0, RoundEntry.cards_in >= RoundEntry.cards_asked))
    words = matching(session, filters.words)
    if words is not None:
        found.append(_found(session).in_(words))
    return found


def _found(session: Session) -> ColumnElement[int]:
    """The entry's id, to be looked for among those that a search has found.

    With a plus SQLite goes through the list in its order and stops at a page's end. Without, it fetches every entry
    that has the word before it sorts them, which for a word of all takes three times as long.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    return literal_column("+entries.id", Integer) if sqlite else Entry.id.expression


def _organisations(season: Season, name: str) -> Select[Any]:
    return select(Organisation.id).where(
        Organisation.programme_id == season.programme_id,
        Organisation.name_key.startswith(name_key(name), autoescape=True),
    )


def _order(filters: Filters) -> tuple[Any, bool, type]:
    """The column that a view is sorted by, whether downwards, and the kind of its values."""
    if filters.sort == "title":
        return Entry.title, False, str
    if filters.sort == "fewest":
        return Entry.cards_in, False, int
    received = Entry.begun_at if filters.state in NEVER_RECEIVED else Entry.submitted_at
    return received, filters.sort != "oldest", datetime


def _beyond(key: Any, cursor: Cursor, falling: bool) -> ColumnElement[bool]:
    kind = Instant if isinstance(cursor.value, datetime) else None
    value = literal(cursor.value, kind) if kind else literal(cursor.value)
    here, there = tuple_(key, Entry.id), tuple_(value, literal(cursor.entry_id))
    return here < there if falling else here > there


def tallies(session: Session, season_id: int) -> dict[tuple[int, str, str], int]:
    """(category, kind, value) -> how many entries; from the maintained totals."""
    found = session.execute(
        select(Tally.category_id, Tally.kind, Tally.value, Tally.count.label("entries")).where(
            Tally.season_id == season_id
        )
    )
    return {(row.category_id, row.kind, row.value): row.entries for row in found}


def categories(session: Session, season_id: int) -> Sequence[Category]:
    """A season's categories in their order."""
    return session.scalars(
        select(Category).where(Category.season_id == season_id).order_by(Category.position)
    ).all()


def released(session: Session, season_id: int) -> dict[int, datetime]:
    """Release -> when it went out; the season's own and those of single categories."""
    found = session.execute(
        select(Release.id, Release.released_at).where(
            Release.season_id == season_id, Release.released_at.is_not(None)
        )
    )
    return {release: at for release, at in found if at is not None}


def received(session: Session, season_id: int, edges: Sequence[datetime]) -> list[int]:
    """How many entries were received between each two edges, counted in the database in one statement."""
    spans = [
        func.sum(case((and_(Entry.submitted_at >= start, Entry.submitted_at < end), 1), else_=0))
        for start, end in pairwise(edges)
    ]
    row = session.execute(
        select(*spans).where(
            Entry.season_id == season_id, Entry.submitted_at >= edges[0], Entry.submitted_at < edges[-1]
        )
    ).one()
    return [int(count or 0) for count in row]
