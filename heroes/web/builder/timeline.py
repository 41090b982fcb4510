"""The timeline editor: every instant of the season on one page, drawn, typed and checked together."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.policy import Deed
from heroes.domain.questions import showable
from heroes.domain.timelines import Stop, twice
from heroes.services import retiming
from heroes.services import timetable as read
from heroes.services.permission import staff_season
from heroes.services.refusals import Invalid
from heroes.services.timetable import Moved, Timetable, Typed
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.saving import CALM, Trouble, reason, save
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render

SPARE_LINES = 2
"""Empty lines at the end of the public calendar, to add dates without JavaScript."""


@dataclass(frozen=True, slots=True)
class Line:
    """One stop as its line in the form shows it."""

    stop: Stop
    day: str
    clock: str
    at: datetime | None
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasts, drawn: where it begins and how long it is, as shares of the whole in percent."""

    label: str
    left: float
    width: float
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Drawn:
    """The season as a picture: bars, single instants, the first days of months, and today where it falls inside."""

    bars: list[Bar]
    points: list[tuple[float, str, datetime]]
    months: list[tuple[float, str]]
    today: float | None


@blueprint.route("/timeline", methods=["GET", "POST"])
@open_to(Access.STAFF)
def timeline(season_slug: str) -> AnyResponse:
    """All dates of the season; once it is open, a look at what moves and who hears of it comes before saving."""
    ctx = context()
    if request.method == "GET":
        return _page(read.timetable(ctx, season_slug), None, CALM)
    typed = _typed()
    known = read.timetable(ctx, season_slug)
    staff_season(ctx, season_slug, Deed.SET_UP)
    if request.form.get("act") == "look":
        try:
            wanted, _, _ = read.read(known, typed)
        except Invalid as error:
            return _page(known, typed, Trouble(422, errors=error.errors))
        return _page(known, typed, CALM, looked=read.moves(ctx, known, wanted), sure=True)
    return save(
        lambda: retiming.retime(
            ctx,
            season_slug,
            typed,
            seen=request.form.get("seen", ""),
            reason=reason(),
            tell="tell" in request.form or "told" not in request.form,
        ),
        lambda trouble: _page(read.timetable(ctx, season_slug), typed, trouble, sure=bool(trouble.changes)),
        url_for("builder.timeline", season_slug=season_slug, done="saved"),
    )


def _typed() -> Typed:
    form = request.form
    keys = [name.removeprefix("day-") for name in form if name.startswith("day-")]
    lines = [key for key in keys if key.startswith("milestone-")]
    return Typed(
        zone=showable(form.get("zone", "")).strip(),
        grace_minutes=showable(form.get("grace", "")),
        times={
            key: (showable(form.get(f"day-{key}", "")), showable(form.get(f"clock-{key}", "")))
            for key in keys
            if key not in lines
        },
        milestones=[
            (
                showable(form.get(f"day-{key}", "")),
                showable(form.get(f"clock-{key}", "")),
                showable(form.get(f"{key}-title", "")),
                showable(form.get(f"{key}-note", "")),
            )
            for key in lines[: read.MOST_MILESTONES + SPARE_LINES]
        ],
    )


def _page(
    known: Timetable,
    typed: Typed | None,
    trouble: Trouble,
    *,
    looked: list[Moved] | None = None,
    sure: bool = False,
) -> Response:
    season = known.season
    zone = typed.zone if typed and "zone" not in trouble.errors else season.timezone
    return render(
        "builder/timeline.html",
        trouble.status,
        **frame(season, "timeline"),
        trouble=trouble,
        zone=zone if zone in available_timezones() else season.timezone,
        typed_zone=typed.zone if typed else season.timezone,
        zones=sorted(available_timezones()),
        grace=typed.grace_minutes if typed else str(known.grace_minutes),
        lines=[_line(stop, typed, zone) for stop in known.stops],
        calendar=_calendar(known, typed),
        both=_both(known, typed) if trouble.faster else [],
        drawn=_drawn(known, context().now),
        seen=known.seen,
        looked=looked,
        sure=sure,
        tell=typed is None or "tell" in request.form or "told" not in request.form,
        typed_reason=reason(),
        saved=request.args.get("done") == "saved",
    )


def _line(stop: Stop, typed: Typed | None, zone: str) -> Line:
    if typed is None:
        shown = _wall(stop.at, zone)
        return Line(stop, *shown, stop.at, stop.at is not None and twice(stop.at, zone))
    day, clock = typed.times.get(stop.key, ("", ""))
    return Line(stop, day, clock, stop.at if _wall(stop.at, zone) == (day, clock) else None)


def _wall(at: datetime | None, zone: str) -> tuple[str, str]:
    """A day and a time as the browser's own fields take them."""
    if at is None:
        return "", ""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d}", f"{local:%H:%M}"


def _calendar(known: Timetable, typed: Typed | None) -> list[tuple[str, str, str, str]]:
    lines = (
        [(*_wall(one.at, known.season.timezone), one.title, one.note) for one in known.milestones]
        if typed is None
        else [line for line in typed.milestones if any(part.strip() for part in line)]
    )
    return [*lines, *[("", "", "", "")] * SPARE_LINES]


def _both(known: Timetable, typed: Typed | None) -> list[tuple[str, str, str]]:
    """What is saved now beside what was typed, where they differ."""
    assert typed is not None
    found = []
    for stop in known.stops:
        theirs, mine = _wall(stop.at, known.season.timezone), typed.times.get(stop.key, ("", ""))
        if theirs != mine:
            found.append((stop.label, " ".join(theirs) or "–", " ".join(mine).strip() or "–"))
    return found


def _drawn(known: Timetable, now: datetime) -> Drawn:
    points = [(stop.label, stop.at) for stop in known.stops if stop.part == "at" and stop.at is not None]
    instants = [at for span in known.spans for at in (span.opens, span.closes)] + [at for _, at in points]
    first, last = min(instants) - timedelta(days=7), max(instants) + timedelta(days=7)
    whole = (last - first).total_seconds()

    def share(at: datetime) -> float:
        return round((at - first).total_seconds() * 100 / whole, 2)

    months = []
    there = ZoneInfo(known.season.timezone)
    month = first.astimezone(there).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    step = 1 if (last - first).days < 400 else 3
    while (month := _later(month, step)) < last:
        months.append((share(month), f"{month:%b}"))
    return Drawn(
        [
            Bar(
                span.label,
                share(span.opens),
                round(share(span.closes) - share(span.opens), 2),
                span.opens,
                span.closes,
            )
            for span in known.spans
        ],
        [(share(at), label, at) for label, at in points],
        months,
        share(now) if first <= now <= last else None,
    )


def _later(month: datetime, step: int) -> datetime:
    number = month.month - 1 + step
    return month.replace(year=month.year + number // 12, month=number % 12 + 1)
