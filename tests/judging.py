"""Ways to set a judging scene in the small world: entries admitted, judges asked, scorecards in."""

from sqlalchemy import func, select, update

from heroes.models import Assignment, Category, Entry, Mark, Round, RoundEntry, Tally, User
from heroes.services import assigning, rounds, scoring
from heroes.services.transactions import transaction
from tests.world import JUDGING, World

WRITTEN = ("small-2026", "frontline", "written")
GOOD: dict[str, str | None] = {"difference": "7", "beyond": "8"}
"""Marks for the category `frontline`; their total is 74."""
COMMENT = "She rang them all."
FORM = {"mark-difference": "7", "mark-beyond": "8", "comment": COMMENT}
"""The same as a form posts them."""


def entered(world: World, category: str = "frontline", **changes: str) -> Entry:
    """An entry of Alice's about somebody at Larkfield, admitted to its category's first round."""
    entry = world.submitted(category, **changes).entry
    ctx = world.ctx("adam")
    with transaction(ctx):
        rounds.admit(ctx, entry, rounds.first_round(ctx, entry.category_id))
    return entry


def elsewhere(world: World, title: str = "Sam Poole") -> Entry:
    """An admitted entry that has nothing to do with Dora's employer."""
    return entered(world, title=title, organisation_name="Fernhill Telecom")


def asked(world: World, entry: Entry, judge: str) -> Assignment:
    """Ask a judge, by hand, to mark an entry in the round it is in; the clock moves to the judging."""
    world.clock.at = max(world.clock.at, JUDGING)
    round_ = world.session.get_one(Round, entry.round_id)
    category = world.session.get_one(Category, round_.category_id)
    assigning.assign(
        world.ctx("adam"), "small-2026", category.slug, round_.slug, entry.handle, handle_of(world, judge)
    )
    return assignment(world, entry, judge)


def assignment(world: World, entry: Entry, judge: str) -> Assignment:
    """A judge's assignment to an entry in the round it is in, as the database has it now."""
    return world.session.scalars(
        select(Assignment)
        .where(
            Assignment.user_id == world.people[judge],
            Assignment.entry_id == entry.id,
            Assignment.round_id == entry.round_id,
        )
        .execution_options(populate_existing=True)
    ).one()


def handed_in(world: World, entry: Entry, judge: str, **marks: str) -> Assignment:
    """A judge asked, and their scorecard in."""
    one = asked(world, entry, judge)
    scoring.submit(world.ctx(judge), one.handle, one.revision, GOOD | marks, COMMENT)
    return assignment(world, entry, judge)


def handle_of(world: World, who: str) -> str:
    """A person's handle."""
    return world.session.get_one(User, world.people[who]).handle


def cards(world: World, entry: Entry) -> tuple[int, int]:
    """An entry's counters in its round: scorecards asked for, and in. They, and all totals, agree with the rows."""
    live = (Assignment.entry_id == entry.id) & (Assignment.round_id == entry.round_id)
    counted = world.session.execute(
        select(
            func.count().filter(live, Assignment.state.in_(("assigned", "submitted"))),
            func.count().filter(live, Assignment.state == "submitted"),
        ).select_from(Assignment)
    ).one()
    kept = world.session.execute(
        select(RoundEntry.cards_asked, RoundEntry.cards_in).where(
            RoundEntry.entry_id == entry.id, RoundEntry.round_id == entry.round_id
        )
    ).one()
    assert tuple(kept) == tuple(counted), "the counters do not agree with the assignments"
    assert world.session.scalars(select(Entry.cards_in).where(Entry.id == entry.id)).one() == kept.cards_in
    assert totals(world) == counted_totals(world)
    return kept.cards_asked, kept.cards_in


def totals(world: World) -> dict[tuple[str, str], int]:
    """The maintained totals of rounds: (kind, round's id) -> count, without zeroes."""
    kinds = ("admitted", "cards_asked", "cards_in")
    found = world.session.execute(select(Tally.kind, Tally.value, Tally.count).where(Tally.kind.in_(kinds)))
    return {(kind, value): count for kind, value, count in found if count}


def counted_totals(world: World) -> dict[tuple[str, str], int]:
    """The same, counted."""
    numbers = (func.count(), func.sum(RoundEntry.cards_asked), func.sum(RoundEntry.cards_in))
    rows = world.session.execute(select(RoundEntry.round_id, *numbers).group_by(RoundEntry.round_id))
    return {
        (kind, str(round_id)): count
        for round_id, *counts in rows
        for kind, count in zip(("admitted", "cards_asked", "cards_in"), counts, strict=True)
        if count
    }


def marks_kept(world: World, one: Assignment) -> dict[int, list[str | None]]:
    """Submission -> the marks of an assignment in their criteria's order, as texts."""
    found: dict[int, list[str | None]] = {}
    for mark in world.session.scalars(
        select(Mark).where(Mark.assignment_id == one.id).order_by(Mark.submission, Mark.criterion_id)
    ):
        found.setdefault(mark.submission, []).append(None if mark.value is None else f"{mark.value:f}")
    return found


def change(world: World, thing: object, **values: object) -> None:
    """Change columns of a row behind everybody's back, whatever the services would say."""
    table = type(thing)
    key = table.__table__.c.id  # type: ignore[attr-defined]
    with world.session.begin_nested():
        world.session.execute(update(table).where(key == thing.id).values(**values))  # type: ignore[attr-defined]
    world.session.commit()
    world.session.expire_all()
