"""Alembic's entrance: runs on the connection that `heroes.migrations` hands over."""

from alembic import context

from heroes.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
