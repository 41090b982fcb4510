"""Two presses at the same moment: one happens, the other is told so, and the counters agree with the rows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier

from sqlalchemy import func, select

from heroes.domain.entry_states import Act
from heroes.models import Assignment, Entry
from heroes.models.database import db
from heroes.services import assigning, recusing, rounds, scoring
from heroes.services.context import Context
from heroes.services.refusals import Refusal
from heroes.services.transactions import transaction
from tests.judging import (
    COMMENT,
    GOOD,
    WRITTEN,
    asked,
    assignment,
    cards,
    elsewhere,
    handed_in,
    handle_of,
    marks_kept,
)
from tests.outcomes import eligible, moved
from tests.world import JUDGED, JUDGING, World

ROUNDS = 12
Press = Callable[[Context], object]


def at_once(world: World, *presses: tuple[str, Press]) -> list[str]:
    """Press at the same moment, each in a session of its own; "done" or the code of each refusal, sorted."""
    world.session.rollback()
    together = Barrier(len(presses))

    def press(who: str, what: Press) -> str:
        with world.app.app_context():
            try:
                ctx = world.ctx(who)
                world.session.rollback()
                together.wait(20)
                what(ctx)
            except Refusal as refusal:
                return refusal.code
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(len(presses)) as pool:
        return sorted(pool.map(lambda one: press(*one), presses))


def test_a_double_press_hands_a_scorecard_in_once(world: World) -> None:
    for n in range(ROUNDS):
        world.clock.at = world.clock.at.replace(month=5, day=1)
        entry = elsewhere(world, f"Person {n}")
        one = asked(world, entry, "jack")
        handle = one.handle

        def submit(ctx: Context, handle: str = handle) -> object:
            return scoring.submit(ctx, handle, 1, GOOD, COMMENT)

        assert at_once(world, ("jack", submit), ("jack", submit)) == ["done", "faster"]
        assert (cards(world, entry), marks_kept(world, one)) == ((1, 1), {1: ["7", "8"]})


def test_submitting_and_being_recused_at_once_leave_counters_that_agree(world: World) -> None:
    for n in range(ROUNDS):
        world.clock.at = world.clock.at.replace(month=5, day=1)
        entry = elsewhere(world, f"Person {n}")
        handle = asked(world, entry, "jack").handle

        def submit(ctx: Context, handle: str = handle) -> object:
            return scoring.submit(ctx, handle, 1, GOOD, COMMENT)

        def step_back(ctx: Context, handle: str = handle) -> None:
            recusing.step_back(ctx, handle, "I know them")

        outcome = at_once(world, ("jack", submit), ("jack", step_back))
        assert outcome in (["done", "done"], ["done", "not_found"])
        assert cards(world, entry) == (0, 0)
        assert assignment(world, entry, "jack").state == "recused"


def test_two_admins_who_deal_at_once_deal_once(world: World) -> None:
    entries = [elsewhere(world, f"Person {n}") for n in range(6)]
    world.clock.at = JUDGING
    digest = assigning.plan(world.ctx("adam"), *WRITTEN, 2, "s").digest

    def deal(ctx: Context) -> object:
        return assigning.apply(ctx, *WRITTEN, 2, "s", digest)

    assert at_once(world, ("adam", deal), ("olive", deal)) == ["done", "faster"]
    assert world.session.scalar(select(func.count()).select_from(Assignment)) == 12
    assert {cards(world, entry) for entry in entries} == {(2, 0)}


def test_an_entry_admitted_twice_at_once_is_admitted_once(world: World) -> None:
    handles = [world.submitted(title=f"Person {n}").entry.handle for n in range(ROUNDS)]

    def admit(ctx: Context, handle: str) -> None:
        with transaction(ctx):
            entry = ctx.session.scalars(select(Entry).where(Entry.handle == handle)).one()
            rounds.admit(ctx, entry, rounds.first_round(ctx, entry.category_id))

    for handle in handles:

        def press(ctx: Context, handle: str = handle) -> None:
            admit(ctx, handle)

        assert at_once(world, ("adam", press), ("olive", press)) == ["done", "done"]
        entry = world.session.scalars(
            select(Entry).where(Entry.handle == handle).execution_options(populate_existing=True)
        ).one()
        assert cards(world, entry) == (0, 0)


# ---- one order of locks: the entry, then its round, then its place in the round ----

WAITS = 0.7
"""Seconds after which whoever has not finished is waiting for a lock; PostgreSQL looks for a deadlock after one."""


def crossed(world: World, entry: Entry, who: str, other: Press, then: Press) -> None:
    """Hold an entry as a scorecard or an advance does, have somebody else press, then go on: both succeed."""
    entry_id = entry.id
    ctx = world.ctx("adam")
    world.session.rollback()

    def press() -> None:
        with world.app.app_context():
            try:
                other(world.ctx(who))
            finally:
                db.session.remove()

    with ThreadPoolExecutor(1) as pool:
        with transaction(ctx):
            ctx.session.execute(select(Entry.id).where(Entry.id == entry_id).with_for_update(key_share=True))
            pressed = pool.submit(press)
            wait([pressed], WAITS)
            assert not pressed.done(), "it did not wait for whoever holds the entry"
            then(ctx)
        pressed.result(30)


def test_a_recusal_and_the_scorecard_of_another_judge_both_go_through(world: World) -> None:
    entry = elsewhere(world)
    handed_in(world, entry, "jack")
    one = asked(world, entry, "jill")
    handle, jack, revision = entry.handle, handle_of(world, "jack"), one.revision
    crossed(
        world,
        entry,
        "olive",
        lambda ctx: recusing.recuse(ctx, handle, jack, "They are cousins."),
        lambda ctx: scoring.submit(ctx.acting(world.actor("jill")), one.handle, revision, GOOD, COMMENT),
    )
    assert cards(world, entry) == (1, 1)


def test_a_recusal_and_an_admission_to_the_next_round_both_go_through(world: World) -> None:
    """Whoever admits has the entry first and asks for the round then; so must whoever steps back."""
    entry = elsewhere(world)
    handed_in(world, entry, "jack")
    handle, jack = entry.handle, handle_of(world, "jack")
    crossed(
        world,
        entry,
        "olive",
        lambda ctx: recusing.recuse(ctx, handle, jack, "They are cousins."),
        lambda ctx: rounds.admit_many(
            ctx, entry.season_id, [entry.id], rounds.first_round(ctx, entry.category_id)
        ),
    )
    assert cards(world, entry) == (0, 0)


def test_opening_the_final_and_a_recusal_both_go_through(world: World) -> None:
    entry = eligible(world, "Team One", "teams")
    handed_in(world, entry, "jack", outcome="7", learning="5")
    world.clock.at = JUDGED
    moved(world, entry, Act.SHORTLIST, override=True, reason="One entry only.")
    handle, jack = entry.handle, handle_of(world, "jack")
    crossed(
        world,
        entry,
        "olive",
        lambda ctx: rounds.open_final(ctx, "small-2026", "teams"),
        lambda ctx: recusing.recuse(ctx, handle, jack, "They are cousins."),
    )
    assert assignment_states(world, entry) == ["recused"]


def assignment_states(world: World, entry: Entry) -> list[str]:
    world.session.rollback()
    return list(world.session.scalars(select(Assignment.state).where(Assignment.entry_id == entry.id)))
