"""Where the schema stands: the revision that this program knows, and the one that a database is at.

Alembic itself is in `heroes.migrations.steps`: a web worker only asks, and starts sooner without it.
"""

from sqlalchemy import Engine, inspect, text

HEAD = "0004"
"""The newest revision; a test holds it to the files beside this one."""


def current(engine: Engine) -> str | None:
    """The revision that the database is at, or None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return revision
