"""What the pages of the form builder read: a few statements however many categories and questions there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from heroes.domain.entry_states import State
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.public_pages import BLIND
from heroes.models.seasons import Category, FormDesign, FormVersion


@dataclass(frozen=True, slots=True)
class InForce:
    """A category's current form: its number and digest, without what it asks."""

    category_id: int
    id: int
    number: int
    digest: str


def designs(session: Session, season_id: int) -> Sequence[FormDesign]:
    """The season's working copies by name."""
    found = session.scalars(select(FormDesign).where(FormDesign.season_id == season_id)).all()
    return sorted(found, key=lambda design: (design.name.casefold(), design.key))


def design(session: Session, season_id: int, key: str, *, to_write: bool = False) -> FormDesign | None:
    """One working copy; `to_write` holds it as it stands until the transaction ends."""
    asked = select(FormDesign).where(FormDesign.season_id == season_id, FormDesign.key == key)
    if to_write:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return session.scalar(asked)


def categories(session: Session, season_id: int, *, to_write: bool = False) -> Sequence[Category]:
    """The season's categories in their order; `to_write` holds them until the transaction ends."""
    asked = select(Category).where(Category.season_id == season_id).order_by(Category.position)
    if to_write:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return session.scalars(asked).all()


def in_force(session: Session, season_id: int) -> dict[int, InForce]:
    """Category -> its current form, in one statement."""
    newer = aliased(FormVersion)
    rows = session.execute(
        select(FormVersion.category_id, FormVersion.id, FormVersion.number, FormVersion.digest)
        .join(Category, Category.id == FormVersion.category_id)
        .where(
            Category.season_id == season_id,
            ~select(newer.id)
            .where(newer.category_id == FormVersion.category_id, newer.number > FormVersion.number)
            .exists(),
        )
    )
    return {row.category_id: InForce(*row) for row in rows}


def all_blind(session: Session, category_id: int) -> bool:
    """Whether every round of a category hides the identifying answers."""
    return bool(session.scalar(select(BLIND).select_from(Category).where(Category.id == category_id)))


def sections_of(session: Session, version_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Published form -> what it asks."""
    rows = session.execute(
        select(FormVersion.id, FormVersion.sections).where(FormVersion.id.in_(version_ids))
    )
    return {row.id: row.sections for row in rows}


def ever_asked(session: Session, category_ids: Sequence[int]) -> list[list[dict[str, Any]]]:
    """What every form asked that these categories have ever published; forms that are alike come once."""
    once = (
        select(func.min(FormVersion.id))
        .where(FormVersion.category_id.in_(category_ids))
        .group_by(FormVersion.digest)
    )
    return list(session.scalars(select(FormVersion.sections).where(FormVersion.id.in_(once))))


def by_state(session: Session, category_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Category -> state -> how many entries."""
    rows = session.execute(
        select(Entry.category_id, Entry.state, func.count())
        .where(
            Entry.category_id.in_(category_ids),
            Entry.state.in_((State.DRAFT.value, State.SUBMITTED.value, State.RETURNED.value)),
        )
        .group_by(Entry.category_id, Entry.state)
    )
    found: dict[int, dict[str, int]] = {}
    for category_id, state, count in rows:
        found.setdefault(category_id, {})[state] = count
    return found


def handles_in(session: Session, category_ids: Sequence[int], state: State) -> list[str]:
    """The entries of these categories in a state, by handle."""
    return list(
        session.scalars(
            select(Entry.handle)
            .where(Entry.category_id.in_(category_ids), Entry.state == state.value)
            .order_by(Entry.id)
        )
    )


def drafts_to_move(session: Session, category_ids: Sequence[int]) -> list[tuple[AnswerSheet, int]]:
    """The sheets that drafts are written on, each with its category, held until the transaction ends.

    Sheets before entries, as everybody takes them who saves or sends one.
    """
    rows = session.execute(
        select(AnswerSheet, Entry.category_id)
        .join(Entry, (Entry.id == AnswerSheet.entry_id) & (Entry.sheet_number == AnswerSheet.number))
        .where(Entry.category_id.in_(category_ids), Entry.state == State.DRAFT.value)
        .order_by(AnswerSheet.id)
        .with_for_update(of=AnswerSheet)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in rows]
