"""Admitting entries to rounds: the first when they are screened eligible, the last when they are shortlisted."""

from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm.attributes import set_committed_value

from heroes.domain.codenames import candidates
from heroes.domain.entry_states import State
from heroes.domain.policy import Deed
from heroes.models.entries import Entry, RoundEntry
from heroes.models.seasons import Category, Round, Season
from heroes.services import tallies
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import staff_category
from heroes.services.refusals import NotFound, Refusal
from heroes.services.transactions import transaction

AT_ONCE = 500


def first_round(ctx: Context, category_id: int) -> Round:
    """The round that a category's eligible entries are admitted to. Raises `NotFound` where it has none."""
    found = ctx.session.scalars(
        select(Round).where(Round.category_id == category_id).order_by(Round.position).limit(1)
    ).first()
    if found is None:
        raise NotFound("This category has no round yet, so nothing can be admitted to one.")
    return found


def rounds_of(ctx: Context, category_id: int) -> Sequence[Round]:
    """A category's rounds in their order."""
    return ctx.session.scalars(
        select(Round).where(Round.category_id == category_id).order_by(Round.position)
    ).all()


def staff_round(
    ctx: Context, season_slug: str, category_slug: str, round_slug: str, deed: Deed
) -> tuple[Season, Category, Round]:
    """A round, for staff who may do this in its season; refusals as in `permission.staff_season`."""
    season, category = staff_category(ctx, season_slug, category_slug, deed)
    found = ctx.session.scalar(
        select(Round).where(Round.category_id == category.id, Round.slug == round_slug)
    )
    if found is None:
        raise NotFound
    return season, category, found


def admit(ctx: Context, entry: Entry, round_: Round) -> None:
    """Admit an entry to a round under a code name that no other entry of it has, and make it the entry's round.

    An entry that is admitted already stays as it is, in whatever round it is now. Needs a running transaction;
    its audit record is that of the act which admits.
    """
    insert_one = insert_sqlite if ctx.session.get_bind().dialect.name == "sqlite" else insert_postgresql
    for code in candidates(ctx.chance.choice_below):
        admitted = ctx.session.execute(
            insert_one(RoundEntry)
            .values(
                round_id=round_.id,
                entry_id=entry.id,
                code=code,
                admitted_at=ctx.now,
                admitted_by_id=ctx.actor.user_id,
                cards_asked=0,
                cards_in=0,
            )
            .on_conflict_do_nothing()
            .returning(RoundEntry.entry_id)
        ).one_or_none()
        if admitted is not None:
            break
        if ctx.session.get(RoundEntry, (round_.id, entry.id)) is not None:
            return
    ctx.session.execute(
        update(Entry)
        .where(Entry.id == entry.id)
        .values(round_id=round_.id, cards_in=0)
        .execution_options(synchronize_session=False)
    )
    set_committed_value(entry, "round_id", round_.id)
    tallies.add(ctx, entry.season_id, entry.category_id, "admitted", str(round_.id), 1)
    tallies.marks_changed(ctx, entry.season_id, entry.category_id, [round_.id])


def admit_many(ctx: Context, season_id: int, entry_ids: Sequence[int], round_: Round) -> int:
    """Admit many entries of a season at once, as `admit` does one; return how many were new.

    Needs a running transaction. A handful of statements whatever their number. Entries in memory do not learn
    their new round.
    """
    ctx.session.execute(select(Round.id).where(Round.id == round_.id).with_for_update())
    there = ctx.session.execute(
        select(RoundEntry.entry_id, RoundEntry.code).where(RoundEntry.round_id == round_.id)
    ).all()
    admitted, taken = {row.entry_id for row in there}, {row.code for row in there}
    new = [entry_id for entry_id in dict.fromkeys(entry_ids) if entry_id not in admitted]
    rows = []
    for entry_id in new:
        code = next(c for c in candidates(ctx.chance.choice_below) if c not in taken)
        taken.add(code)
        rows.append(
            {
                "round_id": round_.id,
                "entry_id": entry_id,
                "code": code,
                "admitted_at": ctx.now,
                "admitted_by_id": ctx.actor.user_id,
                "cards_asked": 0,
                "cards_in": 0,
            }
        )
    if rows:
        ctx.session.execute(insert(RoundEntry), rows)
    for start in range(0, len(new), AT_ONCE):
        ctx.session.execute(
            update(Entry)
            .where(Entry.id.in_(new[start : start + AT_ONCE]))
            .values(round_id=round_.id, cards_in=0)
            .execution_options(synchronize_session=False)
        )
    tallies.add(ctx, season_id, round_.category_id, "admitted", str(round_.id), len(new))
    if new:
        tallies.marks_changed(ctx, season_id, round_.category_id, [round_.id])
    return len(new)


def open_final(ctx: Context, season_slug: str, category_slug: str) -> int:
    """Admit every shortlisted entry of a category to its last round; return how many were new.

    May be done again after the shortlist has grown. Raises a refusal for a category of one round, where the
    shortlist is decided on in that round itself.
    """
    season, category = staff_category(ctx, season_slug, category_slug, Deed.OPEN_ROUND)
    with transaction(ctx):
        rounds = rounds_of(ctx, category.id)
        if len(rounds) < 2:
            raise Refusal(
                "This category has one round only: its awards are decided on that round.", "one_round"
            )
        last = rounds[-1]
        # Held before the round is, as everybody takes them who admits or recuses: so no two wait for each other.
        shortlisted = ctx.session.scalars(
            select(Entry.id)
            .where(Entry.category_id == category.id, Entry.state == State.SHORTLISTED.value)
            .order_by(Entry.id)
            .with_for_update(key_share=True)
        ).all()
        new = admit_many(ctx, season.id, shortlisted, last)
        note(
            ctx,
            "round.open",
            f"{category.slug}/{last.slug}",
            season_id=season.id,
            after={"admitted": new, "shortlisted": len(shortlisted)},
        )
    return new
