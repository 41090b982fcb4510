"""What an entrant's own pages read: one entry with all that is around it, and the list of one's own."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from heroes.domain.actors import Actor
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.installation import Programme
from heroes.models.people import PrivateLink
from heroes.models.public_pages import BLIND
from heroes.models.seasons import Category, FormVersion, Release, Season
from heroes.models.visibility import entries_for_links, entries_for_member

_OUTCOMES = aliased(Release)
_USER = bindparam("user_id", type_=Integer)
_LOOKS_INTO = bindparam("looks_into", type_=Integer)
_FIRST_LINK = (
    select(func.min(PrivateLink.id))
    .where(
        PrivateLink.entry_id == Entry.id,
        PrivateLink.purpose == "entry",
        PrivateLink.revoked_at.is_(None),
    )
    .correlate(Entry)
    .scalar_subquery()
)
_MINE = (
    select(Entry, AnswerSheet, FormVersion, Season, Category, Release, _OUTCOMES, _FIRST_LINK, BLIND)
    .join(AnswerSheet, (AnswerSheet.entry_id == Entry.id) & (AnswerSheet.number == Entry.sheet_number))
    .join(FormVersion, FormVersion.id == AnswerSheet.form_version_id)
    .join(Category, Category.id == Entry.category_id)
    .join(Season, Season.id == Entry.season_id)
    .join(Programme, Programme.id == Season.programme_id)
    .join(Release, Release.id == Category.shortlist_release_id)
    .join(_OUTCOMES, _OUTCOMES.id == Category.outcome_release_id)
    .options(contains_eager(Season.programme))
    .where(
        Entry.handle == bindparam("handle"),
        or_(
            entries_for_links(bindparam("links", expanding=True), _USER, _LOOKS_INTO),
            entries_for_member(_USER, _LOOKS_INTO),
        ),
    )
)


class Mine(NamedTuple):
    """An entry as its entrant has it; `link_id` is the nominator's own private link, if there is one."""

    entry: Entry
    sheet: AnswerSheet
    form_version: FormVersion
    season: Season
    category: Category
    shortlist: Release
    outcomes: Release
    link_id: int | None
    blind: bool


def my_entry(session: Session, handle: str, actor: Actor) -> Mine | None:
    """An entry that the actor's private links open or that their organisation entered, in one statement."""
    if not actor.links and actor.user_id is None:
        return None
    asked = {
        "handle": handle,
        "links": sorted(actor.links),
        "user_id": actor.user_id,
        "looks_into": actor.looks_into,
    }
    row = session.execute(_MINE, asked).one_or_none()
    return Mine(*row) if row else None


class Listed(NamedTuple):
    """One line of an entrant's list."""

    entry: Entry
    category: Category
    season: Season
    shortlist_released: datetime | None
    outcomes_released: datetime | None


def entries_of_links(session: Session, actor: Actor) -> list[Listed]:
    """The entries that the actor's private links open, the newest first."""
    if not actor.links:
        return []
    rows = session.execute(
        select(Entry, Category, Season, Release.released_at, _OUTCOMES.released_at)
        .join(Category, Category.id == Entry.category_id)
        .join(Season, Season.id == Entry.season_id)
        .join(Release, Release.id == Category.shortlist_release_id)
        .join(_OUTCOMES, _OUTCOMES.id == Category.outcome_release_id)
        .where(entries_for_links(actor.links, actor.user_id, actor.looks_into))
        .order_by(Entry.begun_at.desc(), Entry.id.desc())
    )
    return [Listed(*row) for row in rows]


def earlier_sheets(session: Session, entry_id: int, number: int) -> list[tuple[AnswerSheet, FormVersion]]:
    """The sheets of an entry before one, each with the form it was written on, the latest first."""
    rows = session.execute(
        select(AnswerSheet, FormVersion)
        .join(FormVersion, FormVersion.id == AnswerSheet.form_version_id)
        .where(AnswerSheet.entry_id == entry_id, AnswerSheet.number < number)
        .order_by(AnswerSheet.number.desc())
    )
    return [(row[0], row[1]) for row in rows]
