"""Rate limits, counted in the database so that every worker sees the same number."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Insert, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from heroes.models.outbox import RateCount
from heroes.services.context import Context
from heroes.services.refusals import TooOften

HOUR = 3600


def _counting(insert: Any) -> Insert:
    """The statement of `hit`, made once: making one costs several times what running it does."""
    adding = insert(RateCount).values(
        key=bindparam("key"),
        window=bindparam("window"),
        count=bindparam("by"),
        ends_at=bindparam("ends_at"),
    )
    counted: Insert = adding.on_conflict_do_update(
        index_elements=["key", "window"], set_={"count": RateCount.count + adding.excluded.count}
    ).returning(RateCount.count)
    return counted


_COUNT = {"sqlite": _counting(insert_sqlite), "postgresql": _counting(insert_postgresql)}


def hit(ctx: Context, what: str, who: str, most: int, seconds: int = HOUR, *, by: int = 1) -> int:
    """Count one try, or `by` at once, and return how many there were in this window; raise `TooOften` past `most`.

    Runs in the caller's transaction. `who` is kept only as a hash.
    """
    window = int(ctx.now.timestamp()) // seconds
    key = _key(what, who, seconds)
    ends = datetime.fromtimestamp((window + 1) * seconds, UTC)
    connection = ctx.session.connection()
    count = connection.execute(
        _COUNT[connection.dialect.name], {"key": key, "window": window, "ends_at": ends, "by": by}
    ).scalar_one()
    if count > most:
        raise TooOften(max(1, int((ends - ctx.now).total_seconds())))
    return int(count)


def used(ctx: Context, what: str, who: str, seconds: int = HOUR) -> int:
    """How many tries there were in this window; counts none."""
    window = int(ctx.now.timestamp()) // seconds
    found = select(RateCount.count).where(
        RateCount.key == _key(what, who, seconds), RateCount.window == window
    )
    return ctx.session.scalar(found) or 0


def _key(what: str, who: str, seconds: int) -> str:
    return hashlib.sha256(f"{what}:{seconds}:{who}".encode()).hexdigest()


def hit_account(
    ctx: Context, what: str, account: str, most: int, from_everywhere: int, seconds: int = HOUR
) -> None:
    """Count one try about an account; raise `TooOften` past `most` from one address or `from_everywhere`.

    Were there one number for both, a stranger could use it up and so keep the owner out of an account.
    """
    hit(ctx, f"{what}:account-from", f"{account} {ctx.actor.address}", most, seconds)
    hit(ctx, f"{what}:account", account, from_everywhere, seconds)


def sweep(ctx: Context) -> None:
    """Forget windows that ended more than an hour ago. Needs a running transaction."""
    ctx.session.execute(delete(RateCount).where(RateCount.ends_at < ctx.now - timedelta(hours=1)))
