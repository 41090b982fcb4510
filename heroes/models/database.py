"""The engine and the session: one set of transaction rules on SQLite and PostgreSQL.

A writing transaction takes SQLite's write lock with its first statement (`BEGIN IMMEDIATE`), since one that reads
and then writes fails at once under load. A reading one cannot write: `query_only` on SQLite, READ ONLY on PostgreSQL.
"""

from typing import Any
from weakref import WeakKeyDictionary

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from heroes.models.base import Base

BUSY_MILLISECONDS = 20_000
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
    """The same pool of connections, with transactions that cannot write."""
    if engine not in _READERS:
        _READERS[engine] = engine.execution_options(heroes_read_only=True, postgresql_readonly=True)
    return _READERS[engine]


def normal_url(url: str) -> str:
    """Give a PostgreSQL address the driver that we use."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` gets for an address."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False}}
    return {"pool_pre_ping": True}


def install_rules(engine: Engine) -> None:
    """Give an engine the transaction rules; for PostgreSQL the execution options are enough."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
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
    record.info["query_only"] = False


def _on_begin(connection: Connection) -> None:
    read_only = bool(connection.get_execution_options().get("heroes_read_only"))
    info = connection.info
    if info.get("query_only", False) != read_only:
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        info["query_only"] = read_only
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
