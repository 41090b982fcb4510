"""What is public after a release, and what a release would make public.

The public queries find entries only of categories whose release is out: what is not released is never even read.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from heroes.domain.entry_states import State
from heroes.models.audit import AuditRecord
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.people import PrivateLink, ProgrammeRole, User
from heroes.models.seasons import Category, FormVersion, Release

ON_THE_SHORTLIST = (State.SHORTLISTED.value, State.AWARDED.value, State.NOT_AWARDED.value)
UNDECIDED = {
    "shortlist": (State.SUBMITTED.value, State.RETURNED.value),
    "outcomes": (State.SUBMITTED.value, State.RETURNED.value, State.SHORTLISTED.value),
}
"""Kind of release -> states in which an entry of it still waits for somebody's decision."""


@dataclass(frozen=True, slots=True)
class Named:
    """An entry as the public reads it."""

    category_id: int
    title: str
    role: str
    organisation: str
    level: str | None = None
    answers: dict[str, str] | None = None
    sections: list[dict[str, Any]] | None = None


def _shortlist_out() -> ColumnElement[bool]:
    """The entry's category has its shortlist out, or its outcomes, which say more."""
    released = aliased(Release)
    return Entry.category_id.in_(
        select(Category.id)
        .join(
            released,
            or_(released.id == Category.shortlist_release_id, released.id == Category.outcome_release_id),
        )
        .where(released.released_at.is_not(None))
    )


def _outcomes_out() -> ColumnElement[bool]:
    """The entry's category has its outcomes out."""
    return Entry.category_id.in_(
        select(Category.id)
        .join(Release, Release.id == Category.outcome_release_id)
        .where(Release.released_at.is_not(None))
    )


def with_releases(session: Session, season_id: int) -> Sequence[Category]:
    """A season's categories in their order, each with its two releases."""
    first, last = aliased(Release), aliased(Release)
    return session.scalars(
        select(Category)
        .join(first, first.id == Category.shortlist_release_id)
        .join(last, last.id == Category.outcome_release_id)
        .options(
            contains_eager(Category.shortlist_release.of_type(first)),
            contains_eager(Category.outcome_release.of_type(last)),
        )
        .where(Category.season_id == season_id)
        .order_by(Category.position)
        .execution_options(populate_existing=True)
    ).all()


def shortlist(session: Session, season_id: int, benchmarks: Collection[int]) -> list[Named]:
    """Everybody on a released shortlist of the season, in the order of their names.

    `benchmarks` are the categories in which nobody competes, and so nobody is shortlisted.
    """
    rows = session.execute(
        select(
            Entry.category_id, Entry.title, Entry.nominee_role, Entry.organisation_name, Entry.reference
        ).where(
            Entry.season_id == season_id,
            Entry.state.in_(ON_THE_SHORTLIST),
            Entry.category_id.not_in(benchmarks),
            _shortlist_out(),
        )
    ).all()
    ordered = sorted(rows, key=lambda row: (row.title.casefold(), row.title, row.reference or ""))
    return [Named(row.category_id, row.title, row.nominee_role, row.organisation_name) for row in ordered]


def outcomes(session: Session, season_id: int, benchmarks: Collection[int]) -> list[Named]:
    """Everybody awarded (with the answers they wrote) or finalist in a released category, by name.

    Of `benchmarks`, the categories in which nobody competes, only who was awarded.
    """
    rows = session.execute(
        select(
            Entry.category_id,
            Entry.title,
            Entry.nominee_role,
            Entry.organisation_name,
            Entry.reference,
            Entry.level,
            AnswerSheet.answers,
            FormVersion.sections,
        )
        .join(AnswerSheet, (AnswerSheet.entry_id == Entry.id) & (AnswerSheet.number == Entry.sheet_number))
        .join(FormVersion, FormVersion.id == AnswerSheet.form_version_id)
        .where(
            Entry.season_id == season_id,
            or_(
                Entry.state == State.AWARDED.value,
                and_(Entry.state == State.NOT_AWARDED.value, Entry.category_id.not_in(benchmarks)),
            ),
            _outcomes_out(),
        )
    ).all()
    ordered = sorted(rows, key=lambda row: (row.title.casefold(), row.title, row.reference or ""))
    return [
        Named(
            row.category_id,
            row.title,
            row.nominee_role,
            row.organisation_name,
            row.level,
            row.answers if row.level else None,
            row.sections if row.level else None,
        )
        for row in ordered
    ]


def corrections(session: Session, season_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Outcomes taken back after they were out: category id, title, what stood before, when, and the level now.

    An entry that was touched after the release says so itself, so that the trail of the others is not looked at.
    """
    return session.execute(
        select(
            Entry.category_id,
            Entry.title,
            AuditRecord.body,
            AuditRecord.at,
            Entry.level,
            Release.released_at,
        )
        .join(Category, Category.id == Entry.category_id)
        .join(Release, Release.id == Category.outcome_release_id)
        .join(
            AuditRecord,
            and_(
                AuditRecord.entry_id == Entry.id,
                AuditRecord.act == "entry.revoke",
                AuditRecord.at > Release.released_at,
            ),
        )
        .where(
            Entry.season_id == season_id,
            Release.released_at.is_not(None),
            Entry.state_since > Release.released_at,
        )
        .order_by(AuditRecord.id)
    ).all()


# ---- what staff look at before a release ----


def releases(session: Session, season_id: int) -> Sequence[Release]:
    """A season's releases; the first of a kind is the season's, the others belong to a category of their own."""
    return session.scalars(
        select(Release).where(Release.season_id == season_id).order_by(Release.kind.desc(), Release.id)
    ).all()


def categories(session: Session, season_id: int) -> Sequence[Category]:
    """A season's categories in their order."""
    return session.scalars(
        select(Category)
        .where(Category.season_id == season_id)
        .order_by(Category.position)
        .execution_options(populate_existing=True)
    ).all()


def concerned(session: Session, release: Release) -> Sequence[Entry]:
    """Every entry that a release is about, whatever its state, drafts left out, by name."""
    column = Category.shortlist_release_id if release.kind == "shortlist" else Category.outcome_release_id
    found = session.scalars(
        select(Entry)
        .join(Category, Category.id == Entry.category_id)
        .where(column == release.id, Entry.submitted_at.is_not(None))
        .execution_options(populate_existing=True)
    ).all()
    return sorted(found, key=lambda entry: (entry.title.casefold(), entry.id))


def first_links(session: Session, entries: Sequence[int]) -> dict[int, int]:
    """Entry -> its oldest live private link."""
    rows = session.execute(
        select(PrivateLink.entry_id, func.min(PrivateLink.id))
        .where(
            PrivateLink.entry_id.in_(entries),
            PrivateLink.purpose == "entry",
            PrivateLink.revoked_at.is_(None),
        )
        .group_by(PrivateLink.entry_id)
    )
    return {int(entry_id): int(link_id) for entry_id, link_id in rows if entry_id is not None}


def runners(session: Session, programme_id: int) -> Sequence[User]:
    """The owners and admins of a programme that a mail can reach."""
    return session.scalars(
        select(User)
        .join(ProgrammeRole, ProgrammeRole.user_id == User.id)
        .where(
            ProgrammeRole.programme_id == programme_id,
            ProgrammeRole.role.in_(("owner", "admin")),
            User.disabled_at.is_(None),
            User.email.is_not(None),
        )
        .distinct()
        .order_by(User.id)
    ).all()
