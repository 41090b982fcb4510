"""The databases and the browser that tests get are fresh, apart from each other, and real."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import create_engine, make_url, text

from tests.servers import RUN, Databases, Postgres, as_plain_user


def rows(url: str, *statements: str) -> list[int]:
    """Run statements in one transaction; return what table `kept` then holds."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
        found = [row.number for row in connection.execute(text("SELECT number FROM kept ORDER BY number"))]
    engine.dispose()
    return found


def build(url: str) -> None:
    """A database worth copying."""
    rows(url, "CREATE TABLE kept (number integer)", "INSERT INTO kept VALUES (1)")


def test_a_fresh_database_is_empty(database_url: str) -> None:
    assert rows(database_url, "CREATE TABLE kept (number integer)") == []


def test_copies_are_made_of_one_original_and_live_apart(databases: Databases, database_kind: str) -> None:
    one = databases.copy_of(database_kind, "house-servers", build)
    two = databases.copy_of(database_kind, "house-servers", build)
    assert rows(one, "INSERT INTO kept VALUES (2)") == [1, 2]
    assert rows(two) == [1]


def test_an_original_is_built_once(databases: Databases, database_kind: str) -> None:
    built = []

    def counted(url: str) -> None:
        built.append(url)
        build(url)

    name = f"house-once-{databases.folder.name.lower()}"
    for _ in range(3):
        databases.copy_of(database_kind, name, counted)
    assert len(built) == 1


def test_an_original_that_failed_is_built_again(databases: Databases, database_kind: str) -> None:
    def fails(url: str) -> None:
        rows(url, "CREATE TABLE kept (number integer)")
        raise OSError("on the way")

    name = f"house-again-{databases.folder.name.lower()}"
    with pytest.raises(OSError, match="on the way"):
        databases.copy_of(database_kind, name, fails)
    assert rows(databases.copy_of(database_kind, name, build)) == [1]


def test_an_original_left_open_is_refused(databases: Databases) -> None:
    engines = []

    def leaves_open(url: str) -> None:
        engine = create_engine(url)
        engines.append(engine.connect())
        engines[0].execute(text("PRAGMA journal_mode=WAL"))
        engines[0].execute(text("CREATE TABLE kept (number integer)"))
        engines[0].commit()

    with pytest.raises(AssertionError, match="left a connection open"):
        databases.copy_of("sqlite", f"house-open-{databases.folder.name.lower()}", leaves_open)
    engines[0].close()
    engines[0].engine.dispose()


def test_a_dropped_database_is_gone(postgres_server: Postgres) -> None:
    url = postgres_server.create()
    postgres_server.drop(url)
    name = make_url(url).database
    left = postgres_server.connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    assert left.fetchall() == []


def test_our_own_server_takes_no_port_and_opens_no_folder(
    postgres_server: Postgres, request: pytest.FixtureRequest
) -> None:
    run = request.config.stash[RUN]
    if run.given:
        assert postgres_server.address.database == make_url(run.given).database
        return
    (listens,) = postgres_server.connection.execute("SHOW listen_addresses").fetchall()
    assert listens == ("",)
    owner = as_plain_user().get("user", run.folder.stat().st_uid)
    assert {path.stat().st_uid for path in (run.home, run.cluster)} == {owner}
    assert [oct(path.stat().st_mode & 0o066) for path in (run.folder, run.memory, run.cluster)] == ["0o0"] * 3


def test_the_browser_is_real(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    page.set_content("<title>Heroes</title>")
    assert page.title() == "Heroes"
    assert re.match(r"\d+\.", browser.version)
    page.close()
