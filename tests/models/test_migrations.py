"""The schema's history: upgrading from empty equals the models, and every step can be taken back, with rows in it."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, func, inspect, select

from heroes import migrations
from heroes.migrations import steps
from heroes.models import Base, Entry, Installation, ResultsRun, RunLine, Tally
from heroes.models.database import db, install_rules
from heroes.services import season_exports
from tests.judging import asked, elsewhere, handed_in
from tests.servers import Databases
from tests.world import World, build

SEARCH = "entry_search"
"""The search's own tables are made by hand, since no model can declare them."""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine(database_url)
    install_rules(made)
    yield made
    made.dispose()


def declared(_thing: object, name: str | None, *_: object) -> bool:
    return not str(name).startswith((SEARCH, f"ix_{SEARCH}"))


def tables(engine: Engine) -> set[str]:
    return {name for name in inspect(engine).get_table_names() if not name.startswith(SEARCH)}


def test_upgrading_from_empty_equals_the_models(engine: Engine) -> None:
    steps.upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": declared})
        assert compare_metadata(context, Base.metadata) == []
    assert tables(engine) == set(Base.metadata.tables) | {"alembic_version"}


def test_there_is_one_head_and_the_database_is_at_it(engine: Engine) -> None:
    assert migrations.current(engine) is None
    steps.upgrade(engine)
    assert migrations.current(engine) == migrations.HEAD
    assert ScriptDirectory.from_config(steps.alembic_config()).get_heads() == [migrations.HEAD]


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    steps.upgrade(engine)
    before = tables(engine)
    steps.upgrade(engine)
    assert tables(engine) == before


def test_every_step_can_be_taken_back_with_rows_in_the_tables(
    databases: Databases, database_kind: str
) -> None:
    engine = create_engine(databases.copy_of(database_kind, "small-world", build))
    install_rules(engine)
    with engine.connect() as connection:
        assert connection.scalar(select(Installation.id)) == 1

    steps.downgrade(engine, "base")
    assert tables(engine) == {"alembic_version"}

    steps.upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalars(select(Entry.id)).all() == []
    engine.dispose()


def test_the_totals_of_rounds_are_counted_where_scorecards_are_in_already(world: World) -> None:
    """As on a database that was used before the second migration."""
    one, two = (elsewhere(world, title) for title in ("One", "Two"))
    asked(world, two, "jill")
    handed_in(world, one, "jack")

    def kept() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        # How often marks changed cannot be counted again: it begins anew, and the round is computed.
        totals = select(Tally.category_id, Tally.kind, Tally.value, Tally.season_id, Tally.count).where(
            Tally.kind != "marks"
        )
        entries = select(Entry.id, Entry.cards_in)
        found = tuple(sorted(map(tuple, world.session.execute(q))) for q in (totals, entries))
        world.session.rollback()
        return found[0], found[1]

    before = kept()
    assert {n for _, n in before[1]} == {0, 1}
    db.session.remove()
    steps.downgrade(db.engine, "0001")
    assert "cards_in" not in {column["name"] for column in inspect(db.engine).get_columns("entries")}
    steps.upgrade(db.engine)
    assert kept() == before


def test_stored_results_can_be_taken_back_and_are_computed_anew(world: World) -> None:
    """As on a database that was used before the third migration, and on one that goes back to the second."""
    handed_in(world, elsewhere(world, "One"), "jack")
    world.computed()

    def kept() -> tuple[object, ...]:
        world.session.rollback()
        found = world.session.execute(
            select(ResultsRun.digest, ResultsRun.result_digest, RunLine.entry_id, RunLine.data).join(
                RunLine, RunLine.run_id == ResultsRun.id
            )
        ).one()
        world.session.rollback()
        return tuple(found)

    before = kept()
    db.session.remove()
    steps.downgrade(db.engine, "0002")
    columns = {column["name"] for column in inspect(db.engine).get_columns("entries")}
    assert "decided_run_id" not in columns
    assert {"results_runs", "run_lines"} & tables(db.engine) == set()
    steps.upgrade(db.engine)
    assert rows_of(world, ResultsRun) == 0
    world.computed()
    assert kept() == before


def test_a_season_from_before_the_builder_can_be_built_on(world: World) -> None:
    """As on a database that was used before the fourth migration: its set-up comes out as it went in."""
    before = season_exports.export(world.ctx("olive"), "small-2026")
    world.session.rollback()
    db.session.remove()
    steps.downgrade(db.engine, "0003")
    assert "form_designs" not in tables(db.engine)
    steps.upgrade(db.engine)
    assert world.season().opened_at == world.season().opens_at
    after = season_exports.export(world.ctx("olive"), "small-2026")
    # A form is named after its first category, and a scale has no name: neither was kept before.
    for old, new in (
        ('key = "hero"', 'key = "frontline"'),
        ('name = "Hero"', 'name = "Frontline Hero"'),
        ('form = "hero"', 'form = "frontline"'),
    ):
        before = before.replace(old, new)
    assert after == before.replace('scale = "ten"', 'scale = "scale"').replace('key = "ten"', 'key = "scale"')


def rows_of(world: World, table: type) -> int:
    count = world.session.scalar(select(func.count()).select_from(table)) or 0
    world.session.rollback()
    return count
