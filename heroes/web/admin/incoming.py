"""The admin room: how nominations come in. How far people get, where drafts stop, and the pace against last time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from flask import Response

from heroes.domain.policy import Deed
from heroes.models import incoming_pages as read
from heroes.models import queue_pages
from heroes.models.database import current_session
from heroes.models.seasons import FormVersion, Season
from heroes.services.nomination_forms import form_of
from heroes.services.permission import staff_season
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render
from heroes.web.kit.visits import FORM, PAGE

MOST_DAYS = 90
"""How long before the close the pace is drawn from."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way in: how many came so far, and how many of them from the step before, in percent."""

    text: str
    count: int
    kept: int | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Drafts whose last answer is to this question; `place` is where it stands in the form, from 1."""

    text: str
    place: int
    count: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Entries received, added up day by day up to the close: this season, and the one before where there is one."""

    days: list[int]
    """Days before the close, falling to 0."""
    now: list[int]
    before: list[int]
    before_name: str


@blueprint.get("/<season_slug>/incoming")
@open_to(Access.STAFF)
def incoming(season_slug: str) -> Response:
    """The funnel, the questions where people stop, and entries added up against the deadline and last season."""
    season = staff_season(context(), season_slug, Deed.SEE_SEASON)
    session, now = current_session(), context().now
    categories = queue_pages.categories(session, season.id)
    visits, begun = read.visits(session, season.id), read.begun(session, season.id)
    rows = [(one, _numbers(visits, begun.get(one.id, (0, 0)), one.id)) for one in categories]
    return render(
        "admin/incoming.html",
        room=room(season, "season"),
        season=season,
        steps=_steps([sum(numbers[n] for _, numbers in rows) for n in range(4)]),
        rows=rows,
        stops=_stops(read.current_forms(session, season.id), read.stopped(session, season.id)),
        pace=_pace(season, read.season_before(session, season), now),
    )


def _numbers(
    visits: Mapping[tuple[int, str], int], begun: tuple[int, int], category_id: int
) -> tuple[int, int, int, int]:
    return visits.get((category_id, PAGE), 0), visits.get((category_id, FORM), 0), *begun


def _steps(counts: Sequence[int]) -> list[Step]:
    texts = ("Read a category’s page", "Opened the form", "Began a draft", "Sent it")
    steps = []
    for number, (text, count) in enumerate(zip(texts, counts, strict=True)):
        before = counts[number - 1] if number else 0
        # Who comes by a link that somebody shared skips a step, so a later one may well be the larger.
        steps.append(
            Step(text, count, round(count * 100 / before) if number and 0 < count <= before else None)
        )
    return steps


def _stops(forms: Sequence[FormVersion], stopped: Mapping[tuple[int, str], int]) -> list[Stop]:
    """The questions with drafts that go no further, most first; forms that share a question are added up."""
    found: dict[str, Stop] = {}
    for version in forms:
        questions = [
            ("", "Before the first question"),
            *((q.key, q.label) for q in form_of(version).questions),
        ]
        for place, (key, text) in enumerate(questions):
            count = stopped.get((version.category_id, key), 0)
            if count:
                known = found.get(text)
                found[text] = Stop(text, place, count + (known.count if known else 0))
    return sorted(found.values(), key=lambda stop: (-stop.count, stop.place))


def _pace(season: Season, before: Season | None, now: datetime) -> Pace:
    length = min(MOST_DAYS, max(1, (season.closes_at - season.opens_at).days + 1))
    days = list(range(length - 1, -1, -1))
    passed = sum(season.closes_at - timedelta(days=day) <= now + timedelta(days=1) for day in days)
    return Pace(
        days,
        _added_up(season, length)[:passed],
        _added_up(before, length) if before else [],
        before.name if before else "",
    )


def _added_up(season: Season, length: int) -> list[int]:
    """Entries received up to the end of each of the last days before the close, in the season's zone."""
    there = ZoneInfo(season.timezone)
    last = season.closes_at.astimezone(there)
    # Everything up to the first of these days is added to it, and the grace to the last.
    midnights = [
        (last - timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
        for day in range(length - 2, -1, -1)
    ]
    edges = [
        season.opens_at - timedelta(days=3650),
        *midnights,
        season.closes_at + timedelta(minutes=season.grace_minutes + 1),
    ]
    return list(accumulate(queue_pages.received(current_session(), season.id, edges)))
