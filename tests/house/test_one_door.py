"""One door: nothing but heroes/services/door.py writes the state of an entry, by its source and by what it sends."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update

from heroes.domain.entry_states import Act, Given
from heroes.models import Entry
from heroes.services import acting, screening
from tests import one_door
from tests.crowd import add_one
from tests.world import JUDGED, World


def test_no_other_module_writes_a_guarded_column() -> None:
    found = {name: faults for name, source in one_door.modules() if (faults := one_door.offences(source))}
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "entry.state = 'awarded'",
        "draft.entry.level = 'winner'",
        "row.Entry.due_at = None",
        "entry.submitted_at: object = now",
        "Entry(handle='x', state='draft')",
        "session.execute(update(Entry).where(Entry.id == 1).values(state='awarded'))",
        "session.execute(Entry.__table__.update().values(level='winner'))",
        "def f():\n    session.execute(insert(Entry), [{'state': 'awarded'}])",
        "def f():\n    values = {'state': 'draft'}\n    session.connection().execute(update(Entry), values)",
        "session.execute(text('UPDATE entries SET version = 2, state = :s'))",
        "session.execute('insert into entries (id) values (1)')",
        "setattr(entry, 'state', 'awarded')",
        "set_committed_value(entry, 'level', 'winner')",
    ],
)
def test_the_reader_finds_each_way_past_the_door(source: str) -> None:
    assert one_door.offences(source) != []


@pytest.mark.parametrize(
    "source",
    [
        "assignment.state = 'submitted'",
        "mail.due_at = now",
        "entry.title = 'Maureen'",
        "session.execute(update(Entry).values(round_id=1))",
        "if entry.state == 'draft': pass",
        "def f():\n    return {'state': 'draft'}",
    ],
)
def test_the_reader_lets_everything_else_pass(source: str) -> None:
    assert one_door.offences(source) == []


def test_a_whole_life_goes_through_the_door_and_nowhere_else(world: World) -> None:
    with one_door.watched() as passed:
        started = world.submitted()
        handle = started.entry.handle

        def press(act: Act, given: Given | None = None) -> None:
            version = world.session.scalars(select(Entry.version).where(Entry.handle == handle)).one()
            acting.press(world.ctx("olive"), handle, act, given or Given(), version)

        due = world.clock.now().replace(day=9)
        press(Act.RETURN, Given(message="What happened then?", due_at=due))
        press(Act.RESUBMIT, Given(reason="By telephone."))
        screening.screen(world.ctx("adam"), handle, "eligible", "", started.entry.version)
        press(Act.DISQUALIFY, Given(reason="Not in the country."))
        press(Act.REINSTATE, Given(reason="She is, after all."))
        press(Act.NOT_SHORTLIST, Given(reason="Too early."))
        press(Act.RECONSIDER, Given(reason="Not too early."))
        press(Act.SHORTLIST, Given(reason="Clear.", override=True))
        world.clock.at = JUDGED
        press(Act.AWARD, Given(level="winner"))
        press(Act.REVOKE, Given(reason="Miscounted."))
        press(Act.NOT_AWARD)
        press(Act.REVOKE, Given(reason="Again."))
        press(Act.WITHDRAW, Given(reason="She asked us to."))
    assert len(passed) == 14


def by_statement(world: World, entry: Entry) -> None:
    world.session.execute(update(Entry).values(state="withdrawn"))


def by_row(world: World, entry: Entry) -> None:
    entry.state = "withdrawn"
    world.session.flush()


def by_raw_sql(world: World, entry: Entry) -> None:
    world.session.execute(text("UPDATE entries SET version = 9, state = 'withdrawn'"))


@pytest.mark.parametrize("climb", [by_statement, by_row, by_raw_sql])
def test_the_watchman_hears_somebody_climb_through_the_window(
    lite_world: World, climb: Callable[[World, Entry], None]
) -> None:
    entry = add_one(lite_world, "submitted")
    with one_door.watched(), pytest.raises(AssertionError, match="past the door"):
        climb(lite_world, entry)
