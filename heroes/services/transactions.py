"""The one place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager

from heroes.services import auditing, tallies
from heroes.services.context import Context

SETTLED = "settled"


@contextmanager
def transaction(ctx: Context) -> Iterator[None]:
    """Everything inside happens together or not at all.

    The totals and then the audit records collected inside are written as the last statements before the commit.
    A transaction inside another joins it: only the outermost commits. Any exception rolls everything back.
    Where a session was told that it may write, what is read after the end is read without the right to write, so
    that nobody waits for the page that follows.
    """
    info = ctx.session.info
    if info.get("depth"):
        yield
        return
    told = info.get("read_only")
    if told == SETTLED:
        info["read_only"] = False
    info["depth"] = 1
    try:
        yield
        ctx.session.flush()
        tallies.write_pending(ctx)
        auditing.write_pending(ctx)
        ctx.session.commit()
    except BaseException:
        ctx.session.rollback()
        raise
    finally:
        info["depth"] = 0
        if told is not None and not info["read_only"]:
            info["read_only"] = SETTLED
        info.pop("tallies", None)
        info.pop("audit", None)
