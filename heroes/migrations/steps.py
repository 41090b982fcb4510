"""Migrations run. `upgrade` brings any database to the newest revision; it may be called by several at once."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

_LOCK = 4_206_113


def alembic_config() -> Config:
    """Where the migrations are; no file of settings is needed."""
    config = Config()
    config.set_main_option("script_location", "heroes:migrations")
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade in one transaction, one caller at a time; a failure leaves the database as it was."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take migrations back to `revision`, in one transaction."""
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
