"""What the builder's pages about categories read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from heroes.models.entries import Entry
from heroes.models.seasons import Category, Criterion, FormDesign, Release, Round


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category, its form's name, and how many rounds and entries it has, drafts included."""

    category: Category
    form: str
    rounds: int
    entries: int


def categories(session: Session, season_id: int) -> list[CategoryRow]:
    """A season's categories in their order, in one statement."""
    rounds = (
        select(func.count(Round.id))
        .where(Round.category_id == Category.id)
        .correlate(Category)
        .scalar_subquery()
    )
    entries = (
        select(func.count(Entry.id))
        .where(Entry.category_id == Category.id)
        .correlate(Category)
        .scalar_subquery()
    )
    found = session.execute(
        select(Category, FormDesign.name, rounds, entries)
        .outerjoin(FormDesign, FormDesign.id == Category.form_design_id)
        .where(Category.season_id == season_id)
        .order_by(Category.position, Category.id)
    )
    return [CategoryRow(row[0], row[1] or "", row[2], row[3]) for row in found]


def designs(session: Session, season_id: int) -> Sequence[FormDesign]:
    """The season's forms by name."""
    return session.scalars(
        select(FormDesign).where(FormDesign.season_id == season_id).order_by(FormDesign.name, FormDesign.key)
    ).all()


def last_criteria(session: Session, category_id: int) -> Sequence[Criterion]:
    """The criteria that the awards of a category are decided on: those of its last round."""
    last = (
        select(Round.score_set_id)
        .where(Round.category_id == category_id)
        .order_by(Round.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    return session.scalars(
        select(Criterion).where(Criterion.score_set_id == last).order_by(Criterion.position)
    ).all()


def has_entries(session: Session, category_id: int) -> bool:
    """Whether there is any entry in it, a draft included."""
    return session.scalar(select(Entry.id).where(Entry.category_id == category_id).limit(1)) is not None


def given_levels(session: Session, category_id: int) -> set[str]:
    """The levels that somebody holds in it."""
    found = session.scalars(
        select(Entry.level).where(Entry.category_id == category_id, Entry.level.is_not(None)).distinct()
    )
    return {level for level in found if level is not None}


def shared_releases(session: Session, season_id: int) -> dict[str, int]:
    """Kind -> the season's own release, which categories share unless they have one for themselves."""
    rows = session.execute(
        select(Release.kind, func.min(Release.id))
        .where(Release.season_id == season_id)
        .group_by(Release.kind)
    )
    return {row[0]: row[1] for row in rows}
