"""The engine and the session: one set of transaction rules on SQLite and PostgreSQL.

A writing transaction takes SQLite's write lock with its first statement (`BEGIN IMMEDIATE`), since one that reads
and then writes fails at once under load. A reading one cannot write: `query_only` on SQLite, READ ONLY on PostgreSQL.
"""

import sqlite3
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from heroes.domain.slugs import email_key
from heroes.models.base import Base

BUSY_MILLISECONDS = 20_000
"""So long a transaction waits for another writer before it is given up."""
TURN_MILLISECONDS = 1
"""So long SQLite sleeps before `_begin_immediate` looks again."""
_READERS: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()


class HeroesSession(FlaskSession):
    """A session that is told once whether it may write: `session.info["read_only"]`."""

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Engine | Connection | None = None, **more: Any
    ) -> Engine | Connection:
        """The only engine there is, or its reading face for a session that may not write."""
        if bind is not None:
            return bind
        return reader(db.engine) if self.info.get("read_only") else db.engine


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": HeroesSession, "expire_on_commit": False})


def current_session() -> Session:
    """The session of the running request, command or job."""
    return db.session()


def reader(engine: Engine) -> Engine:
    """The same database with transactions that cannot write.

    On SQLite these have connections of their own: `query_only` is switched once for each, since switching it makes
    SQLite forget every prepared statement. On PostgreSQL who listens to the engine hears its reader as well.
    """
    found = _READERS.get(engine)
    if found is None:
        found = _READERS[engine] = (
            _sqlite_reader(engine)
            if engine.dialect.name == "sqlite"
            else engine.execution_options(postgresql_readonly=True)
        )
    return found


def _sqlite_reader(engine: Engine) -> Engine:
    reading = create_engine(engine.url, **engine_options("sqlite"))
    event.listen(reading, "connect", _on_connect_reader)
    reading.dialect.do_begin = _begin  # type: ignore[method-assign,assignment] # one engine's own dialect; takes any connection
    return reading


def faces(engine: Engine) -> tuple[Engine, ...]:
    """The engines to listen to for every statement that is sent, each once."""
    return (engine, reader(engine)) if engine.dialect.name == "sqlite" else (engine,)


def dispose(engine: Engine) -> None:
    """Close every connection that nobody uses at the moment; the engine can be used again."""
    for face in faces(engine):
        face.dispose()


def normal_url(url: str) -> str:
    """Give a PostgreSQL address the driver that we use."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` gets for an address."""
    if url.startswith("sqlite"):
        return {
            "connect_args": {
                "timeout": BUSY_MILLISECONDS / 1000,
                "check_same_thread": False,
                "cached_statements": 500,  # about as many as there are different statements
            }
        }
    return {"pool_pre_ping": True}


def install_rules(engine: Engine) -> None:
    """Give an engine the transaction rules; for PostgreSQL the execution options are enough."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _on_connect)
    # Not a listener to "begin": with one, every statement looks for listeners.
    engine.dialect.do_begin = _begin_immediate  # type: ignore[method-assign,assignment] # as in the reader


def _on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-16000",
        f"busy_timeout={TURN_MILLISECONDS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # What visibility.EmailKey asks for; PostgreSQL has all that it takes.
    connection.create_function("email_key", 1, email_key, deterministic=True)


def _on_connect_reader(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    _on_connect(connection, entry)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.close()


def _begin(connection: Any) -> None:
    connection.execute("BEGIN")


def _begin_immediate(connection: Any) -> None:
    # SQLite's own waiting sleeps longer and longer, up to a tenth of a second; a write here takes a few milliseconds.
    deadline = monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
        else:
            return
