"""The transaction rules: reading sessions cannot write, and writers that read first never lose an update."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from heroes.models import Programme, database
from heroes.models.database import db, normal_url
from tests.world import World


def test_a_reading_session_cannot_write(world: World) -> None:
    session = world.session
    session.info["read_only"] = True
    assert session.scalar(select(Programme.slug)) == "small-heroes"

    with pytest.raises(DBAPIError):
        session.execute(text("UPDATE programmes SET body = 'changed'"))
    session.rollback()

    session.info["read_only"] = False
    assert session.scalar(select(Programme.body)) == "The Tiny Alliance"


def test_the_same_connection_writes_again_after_reading(world: World) -> None:
    session = world.session
    session.info["read_only"] = True
    session.scalar(select(Programme.slug))
    session.rollback()
    session.info["read_only"] = False

    session.execute(text("UPDATE programmes SET body = 'changed'"))

    assert session.scalar(text("SELECT body FROM programmes")) == "changed"
    session.rollback()


def test_six_writers_that_read_first_lose_nothing(world: World) -> None:
    world.session.rollback()
    failures: list[Exception] = []

    def add_fifty() -> None:
        try:
            for _ in range(50):
                with world.app.app_context():
                    session = db.session()
                    row = session.scalars(select(Programme).with_for_update()).one()
                    row.about = str(int(row.about or "0") + 1)
                    session.commit()
        except Exception as error:  # noqa: BLE001 (whatever it was is the test's answer)
            failures.append(error)

    threads = [threading.Thread(target=add_fifty) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert world.session.scalar(select(Programme.about)) == "300"


def test_sqlite_keeps_every_acknowledged_commit(lite_world: World) -> None:
    found = {
        name: lite_world.session.scalar(text(f"PRAGMA {name}"))
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:///x.db", "sqlite:///x.db"),
    ],
)
def test_addresses_get_our_driver(given: str, used: str) -> None:
    assert normal_url(given) == used


def test_the_world_lives_in_a_folder_of_its_own(lite_world: World, tmp_path: Path) -> None:
    assert lite_world.house.settings.instance == tmp_path


def test_a_writer_waits_for_its_turn_and_gives_up_in_the_end(
    lite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lite_world.session.rollback()
    first = db.engine.connect()
    first.execute(text("SELECT 1"))
    threading.Timer(0.2, first.rollback).start()
    with db.engine.connect() as second:
        second.execute(text("UPDATE programmes SET about = 'in turn'"))
        monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
        with db.engine.connect() as third, pytest.raises(DBAPIError, match="locked"):
            third.execute(text("SELECT 1"))
    first.close()
