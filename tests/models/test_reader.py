"""The two faces of a database: one that writes from its first statement, one that cannot."""

import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from heroes.models.database import db, dispose, reader
from heroes.models.installation import Programme
from heroes.services.transactions import SETTLED, transaction
from tests.counting import statements
from tests.world import World

WRITE = text("UPDATE programmes SET about = 'changed'")


def test_the_reader_reads_what_was_written_and_writes_nothing(world: World) -> None:
    with db.engine.begin() as connection:
        connection.execute(WRITE)
    with reader(db.engine).connect() as reading:
        assert reading.execute(text("SELECT about FROM programmes")).scalar_one() == "changed"
        with pytest.raises(DBAPIError):
            reading.execute(text("UPDATE programmes SET about = 'again'"))


def test_whoever_listens_to_both_faces_hears_each_statement_once(world: World) -> None:
    with statements(world) as heard:
        with reader(db.engine).connect() as reading:
            reading.execute(text("SELECT 1"))
        with db.engine.connect() as writing:
            writing.execute(text("SELECT 2"))
    assert heard == ["SELECT 1", "SELECT 2"]


def test_a_writer_has_the_right_to_write_from_its_first_statement_on(lite_world: World) -> None:
    address = str(db.engine.raw_connection().driver_connection.execute("PRAGMA database_list").fetchone()[2])  # type: ignore[union-attr] # there is one
    with db.engine.connect() as writing:
        writing.execute(text("SELECT 1"))
        other = sqlite3.connect(address, timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_disposing_of_an_engine_closes_its_reader(lite_world: World) -> None:
    reading = reader(db.engine)
    reading.connect().close()
    before = reading.pool
    dispose(db.engine)
    assert reading.pool is not before


def test_a_session_that_may_write_does_so_in_transactions_and_reads_without_that_right_after_them(
    world: World,
) -> None:
    session = world.session
    session.rollback()
    session.info["read_only"] = False
    ctx = world.ctx()
    with transaction(ctx):
        session.execute(WRITE)
    assert session.info["read_only"] == SETTLED
    with pytest.raises(DBAPIError):
        session.execute(WRITE)
    session.rollback()
    with transaction(ctx):
        session.execute(WRITE)
    session.rollback()
    assert session.query(Programme.about).scalar() == "changed"


def test_a_session_that_may_only_read_gains_nothing_by_a_transaction(world: World) -> None:
    session = world.session
    session.rollback()
    session.info["read_only"] = True
    with pytest.raises(DBAPIError), transaction(world.ctx()):
        session.execute(WRITE)
    assert session.info["read_only"] is True
