"""The one place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager

from heroes.services import auditing, tallies
from heroes.services.context import Context


@contextmanager
def transaction(ctx: Context) -> Iterator[None]:
    """Everything inside happens together or not at all.

    The totals and then the audit records collected inside are written as the last statements before the commit.
    A transaction inside another joins it: only the outermost commits. Any exception rolls everything back.
    """
    info = ctx.session.info
    if info.get("depth"):
        yield
        return
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
        info.pop("tallies", None)
        info.pop("audit", None)
