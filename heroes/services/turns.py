"""Jobs of the clock that several workers might begin at once."""

import zlib

from sqlalchemy import func, select

from heroes.services.context import Context


def take_turn(ctx: Context, job: str) -> None:
    """Wait until no other worker is at this job; the turn ends with the transaction, which must be running.

    SQLite needs nothing for it: a writing transaction is alone from its first statement.
    """
    if ctx.session.get_bind().dialect.name == "postgresql":
        ctx.session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(job.encode()))))
