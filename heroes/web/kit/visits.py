"""Visits on their way into the database: collected in the process, and written now and then apart from any request."""

from collections import Counter
from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from heroes.models.database import db
from heroes.models.seasons import Category, Season
from heroes.services import visiting
from heroes.web.kit.pipeline import signed_in

EVERY = timedelta(seconds=15)
AT_ONCE = 200
PAGE, FORM = "page", "form"
"""The steps that nothing else in the database tells: a category's page was read, its form was opened."""


class Waiting:
    """What has been counted and not yet written. A worker that dies takes its last seconds along."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.lock = Lock()
        self.counts: Counter[visiting.Key] = Counter()
        self.since: datetime | None = None

    def take(self, now: datetime, *, all_now: bool = False) -> Counter[visiting.Key]:
        """Everything that waits, if it has waited long enough or there is enough of it."""
        with self.lock:
            due = self.since is not None and (now - self.since >= EVERY or self.counts.total() >= AT_ONCE)
            if not (due or all_now):
                return Counter()
            taken, self.counts, self.since = self.counts, Counter(), None
            return taken


def install(app: Flask) -> None:
    """Write what waits after a request that finds it due."""
    app.extensions["visits"] = Waiting()
    app.after_request(_write)


def waiting() -> Waiting:
    """This application's own."""
    found: Waiting = current_app.extensions["visits"]
    return found


def count(season: Season, category: Category, step: str) -> None:
    """Count that somebody who is not staff came to this step. Not kept: who, from where, or whether twice."""
    person = signed_in()  # also where they look with somebody else's eyes
    if request.method != "GET" or season.opened_at is None or (person is not None and person.found.staff):
        return
    it = waiting()
    day = g.now.astimezone(ZoneInfo(season.timezone)).date()
    with it.lock:
        it.counts[category.id, day, step] += 1
        it.since = it.since or g.now


def flush(now: datetime, *, all_now: bool = True) -> None:
    """Write what waits. A database that is busy, or a category that was removed, loses these counts, never a page."""
    taken = waiting().take(now, all_now=all_now)
    if not taken:
        return
    try:
        with Session(db.engine) as apart, apart.begin():
            visiting.add(apart, taken)
    except (IntegrityError, OperationalError):
        current_app.logger.warning(
            "%d visits are not counted: the database is busy, or a category is gone", taken.total()
        )


def _write(response: Response) -> Response:
    flush(g.now, all_now=False)
    return response
