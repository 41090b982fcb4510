"""A season's timetable: all its instants, reading what somebody typed for them, and what hangs on each that moves."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select

from heroes.domain.digests import digest
from heroes.domain.entry_states import State
from heroes.domain.policy import Deed
from heroes.domain.questions import clean_text
from heroes.domain.timelines import Part, Span, Stop, out_of_order, read_instant
from heroes.models.entries import Entry
from heroes.models.judging import Assignment
from heroes.models.seasons import Category, Release, Round, Season
from heroes.services.context import Context
from heroes.services.permission import staff_season
from heroes.services.refusals import Invalid

MOST_MILESTONES = 40


@dataclass(frozen=True, slots=True)
class Milestone:
    """One date of the public calendar."""

    at: datetime
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Timetable:
    """Every instant of a season in a fixed order, its public calendar, and a fingerprint of both."""

    season: Season
    stops: tuple[Stop, ...]
    milestones: tuple[Milestone, ...]
    grace_minutes: int
    spans: tuple[Span, ...]
    """What lasts: nominations first, then the rounds that share their dates, in order."""
    seen: str
    rows: Mapping[str, Any] = field(repr=False)
    """What each stop's key stands for: rounds, categories or releases by id."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: key of a stop -> (day, time), the calendar’s lines (day, time, title, note), and the rest."""

    zone: str
    grace_minutes: str
    times: Mapping[str, tuple[str, str]]
    milestones: Sequence[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True)
class Moved:
    """One stop that moves, and what hangs on it: drafts whose deadline it is, judges with scorecards to do."""

    stop: Stop
    to: datetime | None
    drafts: int = 0
    judges: int = 0


def timetable(ctx: Context, season_slug: str) -> Timetable:
    """The season's timetable, for staff who may see its set-up. Four statements, however many categories."""
    return timetable_of(ctx, staff_season(ctx, season_slug, Deed.SEE_SET_UP))


def timetable_of(ctx: Context, season: Season) -> Timetable:
    """The timetable of a season that the actor may see."""
    session = ctx.session
    categories = session.scalars(
        select(Category).where(Category.season_id == season.id).order_by(Category.position)
    ).all()
    rounds = session.scalars(
        select(Round)
        .join(Category, Category.id == Round.category_id)
        .where(Category.season_id == season.id)
        .order_by(Round.position, Category.position)
    ).all()
    releases = session.scalars(
        select(Release).where(Release.season_id == season.id).order_by(Release.id)
    ).all()
    stops = [
        Stop("opens", "Nominations open", season.opens_at, "opens"),
        Stop("closes", "Nominations close", season.closes_at, "closes"),
        Stop("judging", "Judging begins", season.judging_starts_at),
    ]
    rows: dict[str, Any] = {}
    for category in categories:
        if category.opens_at is not None:
            key = f"own-{category.slug}-opens"
            stops.append(Stop(key, f"{category.name} opens", category.opens_at, "opens"))
            rows[key] = category
        if category.closes_at is not None:
            key = f"own-{category.slug}-closes"
            stops.append(Stop(key, f"{category.name} closes", category.closes_at, "closes"))
            rows[key] = category
    spans = [Span("nominating", "Nominations", season.opens_at, season.closes_at)]
    for number, together in enumerate(_together(rounds), 1):
        key, label = f"round-{number}", _label(together, len(categories), categories)
        first = together[0]
        stops += [
            Stop(f"{key}-opens", f"{label} opens", first.opens_at, "opens"),
            Stop(f"{key}-closes", f"{label} closes", first.closes_at, "closes"),
        ]
        lanes = frozenset(one.category_id for one in together)
        spans.append(Span(key, label, first.opens_at, first.closes_at, lanes))
        rows[key] = together
    names = {one.shortlist_release_id: one.name for one in categories} | {
        one.outcome_release_id: one.name for one in categories
    }
    shared: set[str] = set()
    for release in releases:
        key = release.kind if release.kind not in shared else f"{release.kind}-{release.id}"
        words = "Shortlist public" if release.kind == "shortlist" else "Outcomes public"
        label = words if release.kind not in shared else f"{words}: {names.get(release.id, 'its own')}"
        shared.add(release.kind)
        if release.released_at is None:
            stops.append(Stop(key, label, release.planned_at, "at", optional=True))
            rows[key] = release
    milestones = tuple(
        Milestone(datetime.fromisoformat(raw["at"]), raw["title"], raw.get("note", ""))
        for raw in season.milestones
    )
    seen = digest(
        [season.timezone, season.grace_minutes, season.milestones, *([stop.key, stop.at] for stop in stops)]
    )[:16]
    return Timetable(season, tuple(stops), milestones, season.grace_minutes, tuple(spans), seen, rows)


def _together(rounds: Sequence[Round]) -> list[list[Round]]:
    """The rounds that have their place, name and dates in common, which the timetable moves as one."""
    found: dict[tuple[Any, ...], list[Round]] = defaultdict(list)
    for one in rounds:
        found[one.position, one.name, one.opens_at, one.closes_at].append(one)
    return list(found.values())


def _label(together: Sequence[Round], count: int, categories: Sequence[Category]) -> str:
    name = together[0].name
    if len(together) == 1 and count > 1:
        names = {one.id: one.name for one in categories}
        return f"{name} ({names[together[0].category_id]})"
    return name if len(together) == count else f"{name} ({len(together)} categories)"


def read(known: Timetable, typed: Typed) -> tuple[dict[str, datetime | None], list[Milestone], int]:
    """The typed instants by stop, the calendar in order of time, and the grace in minutes; or `Invalid` by field.

    The order of everything is checked as well, so that an error stands beside the stop that should move.
    """
    errors: dict[str, str] = {}
    try:
        ZoneInfo(typed.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid({"zone": "There is no such time zone. They are called like Europe/London."}) from error
    wanted: dict[str, datetime | None] = {}
    for stop in known.stops:
        day, clock = typed.times.get(stop.key, ("", ""))
        if stop.optional and not day.strip() and not clock.strip():
            wanted[stop.key] = None
            continue
        wanted[stop.key] = _instant(errors, stop.key, day, clock, typed.zone, stop.part)
    milestones = _milestones(errors, typed)
    grace = typed.grace_minutes.strip() or "0"
    if not (grace.isascii() and grace.isdigit() and int(grace[:6]) <= 10_080):
        errors["grace"] = "Give whole minutes, a week at the most."
    if not errors:
        errors |= _order(known, wanted)
    if errors:
        raise Invalid(errors)
    return wanted, sorted(milestones, key=lambda one: one.at), int(grace)


def _instant(
    errors: dict[str, str], key: str, day: str, clock: str, zone: str, part: Part
) -> datetime | None:
    try:
        return read_instant(day, clock, zone, part)
    except ValueError as error:
        errors[key] = str(error)
        return None


def _milestones(errors: dict[str, str], typed: Typed) -> list[Milestone]:
    found = []
    for number, (day, clock, title, note_) in enumerate(typed.milestones):
        what, said = clean_text(title), clean_text(note_)
        if not (day.strip() or clock.strip() or what or said):
            continue
        at = _instant(errors, f"milestone-{number}", day, clock, typed.zone, "at")
        if not 0 < len(what) <= 200:
            errors[f"milestone-{number}-title"] = "Say what happens then, in up to 200 letters."
        elif len(said) > 500:
            errors[f"milestone-{number}-note"] = "Say it in up to 500 letters."
        elif at is not None:
            found.append(Milestone(at, what, said))
    if len(found) > MOST_MILESTONES:
        errors["milestone-0"] = f"{MOST_MILESTONES} dates at the most."
    return found


def _order(known: Timetable, wanted: Mapping[str, datetime | None]) -> dict[str, str]:
    def at(key: str) -> datetime:
        found = wanted[key]
        assert found is not None
        return found

    spans = [
        Span(span.key, span.label, at(f"{span.key}-opens"), at(f"{span.key}-closes"), span.lanes)
        for span in known.spans[1:]
    ]
    nominating = Span("nominating", "Nominations", at("opens"), at("closes"))
    faults = out_of_order(nominating, spans, wanted.get("shortlist"), wanted.get("outcomes"))
    if "nominating-closes" in faults:
        faults["closes"] = faults.pop("nominating-closes")
    for key, category in known.rows.items():
        if key.startswith("own-"):
            opens = wanted.get(f"own-{category.slug}-opens") or at("opens")
            closes = wanted.get(f"own-{category.slug}-closes") or at("closes")
            if closes <= opens:
                faults[key] = f"{category.name} must close after it opens."
    return {key: text for key, text in faults.items() if key in wanted}


def moves(ctx: Context, known: Timetable, wanted: Mapping[str, datetime | None]) -> list[Moved]:
    """The stops that move, in order, with whose deadlines hang on each."""
    moved = [stop for stop in known.stops if wanted[stop.key] != stop.at]
    drafts = _drafts(ctx, known) if any(stop.key.endswith("closes") for stop in moved) else {}
    busy = judges_busy(ctx, known) if any(stop.key.startswith("round-") for stop in moved) else {}
    return [
        Moved(
            stop,
            wanted[stop.key],
            _count_drafts(known, drafts, stop.key),
            len(judges_of(known, busy, stop.key)),
        )
        for stop in moved
    ]


def _drafts(ctx: Context, known: Timetable) -> dict[int, int]:
    rows = ctx.session.execute(
        select(Entry.category_id, func.count())
        .where(Entry.season_id == known.season.id, Entry.state == State.DRAFT.value)
        .group_by(Entry.category_id)
    )
    return {category_id: count for category_id, count in rows}  # noqa: C416 (a Row is no pair for dict)


def _count_drafts(known: Timetable, drafts: Mapping[int, int], key: str) -> int:
    own = {row.id for name, row in known.rows.items() if name.startswith("own-") and name.endswith("closes")}
    if key == "closes":
        return sum(count for category_id, count in drafts.items() if category_id not in own)
    row = known.rows.get(key) if key.startswith("own-") and key.endswith("-closes") else None
    return drafts.get(row.id, 0) if row is not None else 0


def judges_busy(ctx: Context, known: Timetable) -> dict[int, set[int]]:
    """Round -> the judges who have a scorecard to do in it."""
    found: dict[int, set[int]] = defaultdict(set)
    for round_id, user_id in ctx.session.execute(
        select(Assignment.round_id, Assignment.user_id)
        .join(Round, Round.id == Assignment.round_id)
        .join(Category, Category.id == Round.category_id)
        .where(Category.season_id == known.season.id, Assignment.state == "assigned")
        .distinct()
    ):
        found[round_id].add(user_id)
    return found


def judges_of(known: Timetable, busy: Mapping[int, set[int]], key: str) -> set[int]:
    """The judges whose deadline or begin a round's stop is."""
    if not key.startswith("round-"):
        return set()
    rounds = known.rows[key.rpartition("-")[0]]
    return set().union(*(busy.get(one.id, set()) for one in rounds))
