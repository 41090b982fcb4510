"""The engine and the session: one set of transaction rules on SQLite and PostgreSQL.

A writing transaction takes SQLite's write lock with its first statement (`BEGIN IMMEDIATE`), since one that reads
and then writes fails at once under load. A reading one cannot write: `query_only` on SQLite, READ ONLY on PostgreSQL.
"""

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
_READ_ONLY = {"heroes_read_only": True}
_READERS: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()


class HeroesSession(FlaskSession):
    """A session that is told once whether it may write: `session.info["read_only"]`."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """Pick the reading face of the engine for a session that may not write."""
        bind = super().get_bind(*args, **kwargs)
        if self.info.get("read_only") and isinstance(bind, Engine):
            return reader(bind)
        return bind


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": HeroesSession, "expire_on_commit": False})


def current_session() -> Session:
    """The session of the running request, command or job."""
    return db.session()


def reader(engine: Engine) -> Engine:
    """The same database with transactions that cannot write.

    On SQLite these have connections of their own: `query_only` is switched once for each, since switching it makes
    SQLite forget every prepared statement. Who listens to the engine hears its reader as well.
    """
    if engine not in _READERS:
        _READERS[engine] = (
            _sqlite_reader(engine)
            if engine.dialect.name == "sqlite"
            else engine.execution_options(postgresql_readonly=True)
        )
    return _READERS[engine]


def _sqlite_reader(engine: Engine) -> Engine:
    reading = create_engine(engine.url, **engine_options("sqlite"))
    reading.dispatch = reading.dispatch._join(engine.dispatch)  # noqa: SLF001 (as an engine with options does)
    reading.update_execution_options(**_READ_ONLY)
    event.listen(reading, "connect", _on_connect_reader)
    event.listen(reading, "begin", _on_begin)
    event.listen(engine, "engine_disposed", lambda gone: None if gone is reading else reading.dispose())
    return reading


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
    event.listen(engine, "begin", _on_begin_immediate)


def _on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # What visibility.EmailKey asks for; PostgreSQL has all that it takes.
    connection.create_function("email_key", 1, email_key, deterministic=True)


def _on_connect_reader(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    _on_connect(connection, entry)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _on_begin_immediate(connection: Connection) -> None:
    if not connection.get_execution_options().get("heroes_read_only"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
