"""Keeps results up to date: asks for a run of each round whose marks have changed, and computes what waits."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from heroes.models.run_pages import rounds_to_compute
from heroes.services import computing, running
from heroes.services.context import Context

log = logging.getLogger("heroes.worker")
QUIET = timedelta(seconds=3)
"""So long nobody has handed anything in before a round is computed again, so that a burst is computed once."""
AT_THE_LATEST = timedelta(seconds=30)
"""So long a round waits at most while scorecards keep coming in."""


@dataclass(slots=True)
class Reckoner:
    """Watches the rounds' revisions and computes. Several may be at work at once."""

    make: Callable[[], Context]
    lease: timedelta = computing.LEASE
    quiet: timedelta = QUIET
    _seen: dict[int, tuple[int, datetime, datetime]] = field(default_factory=dict)
    """Round -> its revision, since when it is that, and since when the round has been waiting."""

    def watch(self, ctx: Context) -> None:
        """Ask for the runs of rounds whose marks have changed and been quiet for a moment."""
        behind = {round_.id: revision for round_, revision in rounds_to_compute(ctx.session)}
        ctx.session.rollback()
        self._seen = {
            round_id: self._watched(round_id, revision, ctx.now) for round_id, revision in behind.items()
        }
        ready = frozenset(
            round_id
            for round_id, (_, since, waiting) in self._seen.items()
            if ctx.now - since >= self.quiet or ctx.now - waiting >= AT_THE_LATEST
        )
        if ready:
            running.request_due(ctx, ready)

    def _watched(self, round_id: int, revision: int, now: datetime) -> tuple[int, datetime, datetime]:
        known, since, waiting = self._seen.get(round_id, (revision, now, now))
        return (revision, since if known == revision else now, waiting)

    def compute_one(self) -> bool:
        """Compute the run that has waited longest; False when none waits."""
        return computing.compute_next(self.make, self.lease)

    def all_now(self) -> None:
        """Compute whatever is behind its marks or waits, without waiting for quiet."""
        ctx = self.make()
        try:
            running.request_due(ctx)
        finally:
            ctx.session.close()
        while self.compute_one():
            pass
