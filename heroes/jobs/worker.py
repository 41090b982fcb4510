"""The worker's loops: what is due is done, one thing after the other, until somebody asks it to stop.

Results are computed beside, in a thread of their own: a run of thousands takes seconds, and a release is to go out
at its instant all the same.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

from heroes.jobs.postman import Postman
from heroes.jobs.reckoner import Reckoner
from heroes.services import announcing, keeping, reminding
from heroes.services.context import Context

log = logging.getLogger("heroes.worker")
PAUSE_SECONDS = 1.0
MAILS_IN_A_ROW = 20
WATCH = timedelta(seconds=1)
LAST_RUN_SECONDS = 10.0
"""So long a run in hand may take when the worker is asked to end; then its lease runs out, and another computes it."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that the clock does: how often, and what. Each may run at any time and again without harm."""

    name: str
    every: timedelta
    do: Callable[[Context], object]


ROTA = (
    Job("releases", timedelta(seconds=1), announcing.release_due),
    Job("reminders to entrants", timedelta(minutes=1), reminding.remind_drafts),
    Job("reminders to judges", timedelta(minutes=1), reminding.remind_judges),
    Job("audit heads", timedelta(hours=1), keeping.mail_heads),
    Job("sweeping", timedelta(hours=1), keeping.sweep),
    Job("notices of erasure", timedelta(hours=6), keeping.announce_erasures),
    Job("erasing", timedelta(hours=6), keeping.erase_drafts),
)


@dataclass(slots=True)
class Worker:
    """Does what the clock asks for. `stop` is set by whoever wants it to end; the mail in hand is finished first.

    `inside` gives what a thread must be inside of to make contexts of its own.
    """

    make: Callable[[], Context]
    postman: Postman
    reckoner: Reckoner
    inside: Callable[[], AbstractContextManager[object]]
    stop: Event = field(default_factory=Event)
    rota: tuple[Job, ...] = ROTA
    _last: dict[str, datetime] = field(default_factory=dict)

    def run(self) -> None:
        """Work until asked to stop. Trouble with one job, or with the database, is logged and tried again later."""
        beside = Thread(target=self.reckon, name="results", daemon=True)
        beside.start()
        while not self.stop.is_set():
            if not self.turn():
                self.postman.post.close()
                self.stop.wait(PAUSE_SECONDS)
        self.postman.post.close()
        beside.join(LAST_RUN_SECONDS)

    def reckon(self) -> None:
        """Compute results until asked to stop."""
        watching = Job("results", WATCH, self.reckoner.watch)
        with self.inside():
            while not self.stop.is_set():
                self._guarded(watching.name, partial(self._if_due, watching))
                if not self._guarded("a results run", self.reckoner.compute_one):
                    self.stop.wait(PAUSE_SECONDS)

    def once(self) -> None:
        """Do everything that is due now, and end. Trouble is raised."""
        for job in self.rota:
            self._do(job)
        self.reckoner.all_now()
        while not self.stop.is_set() and self.postman.deliver_one():
            pass
        self.postman.post.close()

    def turn(self) -> bool:
        """Every job whose time has come, then some mails; whether there may be more mail to deliver at once."""
        for job in self.rota:
            if self.stop.is_set():
                return False
            self._guarded(job.name, partial(self._if_due, job))
        for _ in range(MAILS_IN_A_ROW):
            if self.stop.is_set() or not self._guarded("mail", self.postman.deliver_one):
                return False
        return True

    def _guarded(self, name: str, do: Callable[[], object]) -> object:
        try:
            return do()
        except Exception:
            # The loop outlives any one job; what went wrong is logged with its trace.
            log.exception("%s failed; it is tried again", name)
            return None

    def _if_due(self, job: Job) -> None:
        now = self.make().now
        last = self._last.get(job.name)
        if last is None or now - last >= job.every or now < last:
            self._do(job)
            self._last[job.name] = now

    def _do(self, job: Job) -> None:
        ctx = self.make()
        try:
            job.do(ctx)
        finally:
            ctx.session.close()
