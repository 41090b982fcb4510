"""The admin room's front door and the season at a glance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.entry_states import State
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.policy import Deed
from heroes.domain.roles import Role
from heroes.models import incoming_pages, public_pages, result_pages
from heroes.models import queue_pages as read
from heroes.models.database import current_session
from heroes.models.installation import Programme
from heroes.models.seasons import Category, Season
from heroes.services.permission import staff_season
from heroes.web.admin.blueprint import blueprint, room, room_before
from heroes.web.admin.queue import TO_SCREEN, glance_of
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, viewer
from heroes.web.kit.season_facts import milestones_of
from heroes.web.kit.terms import own
from heroes.web.kit.words import left, many, short_day

DAYS = 14
THIN_BELOW = 3
"""A category with fewer entries than this, or than its rule asks, is pointed out."""


@blueprint.get("/")
@open_to(Access.STAFF)
def home() -> AnyResponse:
    """The newest season that this person is staff of, open ones first; before there is one, how to get there."""
    person = viewer()
    assert person is not None
    for season in public_pages.seasons_of_staff(current_session(), person.found.programmes):
        return redirect(url_for("admin.season", season_slug=season.slug))
    programme = current_session().get_one(Programme, min(person.found.programmes))
    return render(
        "admin/no_season.html",
        room=room_before(programme),
        programme_name=programme.name,
        may_start=bool(person.found.staff & {Role.ADMIN, Role.OWNER}),
    )


@blueprint.get("/seasons/")
@open_to(Access.STAFF)
def seasons() -> Response:
    """Every season of the programmes that this person is staff of, by programme: the way from one to another."""
    person, now = viewer(), context().now
    assert person is not None
    session = current_session()
    found = public_pages.seasons_of_staff(session, person.found.programmes)
    programmes = {season.programme.name: [] for season in found}  # type: dict[str, list[tuple[Season, str]]]
    for season in found:
        programmes[season.programme.name].append((season, _stands(season, now)))
    first = found[0].programme if found else session.get_one(Programme, min(person.found.programmes))
    return render("admin/seasons.html", room=room_before(first), programmes=sorted(programmes.items()))


def _stands(season: Season, now: datetime) -> str:
    """How far a season is, in a few words."""
    if season.opened_at is None:
        return "being set up"
    if season.ended_at is not None and season.ended_at <= now:
        return "ended"
    if now < season.opens_at:
        return "not open for entries yet"
    return "open for entries" if now < season.closes_at else "closed for entries"


@blueprint.get("/<season_slug>/")
@open_to(Access.STAFF)
def season(season_slug: str) -> Response:
    """The season at a glance: what waits for somebody, how each category stands, the dates."""
    found = staff_season(context(), season_slug, Deed.SEE_SEASON)
    frame = room(found, "season")
    session, now = current_session(), context().now
    totals = read.tallies(session, found.id)
    rounds = result_pages.rounds_of_season(session, found.id)
    categories = read.categories(session, found.id)
    rows = [_row(category, totals, rounds, now) for category in categories]
    judged = all(row.judged for row in rows)
    stage = Stage.of(found, categories, read.released(session, found.id), now, judged=judged)
    edges = _edges(found, now)
    counts = read.received(session, found.id, edges)
    return render(
        "admin/season.html",
        season=found,
        room=frame,
        phase=_phase(found, stage, now),
        waiting=[row for row in (*_waiting(found, totals, rows, stage), _stuck(found)) if row[1]],
        milestones=milestones_of(found),
        categories=rows,
        days=[
            (short_day(edge, found.timezone)[4:], count) for edge, count in zip(edges, counts, strict=False)
        ],
    )


def _row(
    category: Category, totals: dict[tuple[int, str, str], int], progress: Sequence[Any], now: datetime
) -> SimpleNamespace:
    def total(kind: str, value: str) -> int:
        return totals.get((category.id, kind, value), 0)

    own = [r for r in progress if r.Round.category_id == category.id]
    rounds = [r for r in own if r.cards_asked]
    received, gone = total("received", "yes"), total("state", State.INELIGIBLE.value)
    rule = parse_outcome_rule(category.outcome)
    least = max(THIN_BELOW, rule.minimum_field, rule.shortlist_places or 0)
    return SimpleNamespace(
        id=category.id,
        judged=bool(own) and own[-1].Round.closes_at <= now,
        slug=category.slug,
        name=category.name,
        drafts=total("state", State.DRAFT.value),
        received=received,
        to_screen=total("screening", "unchecked"),
        done=rounds[-1].cards_in if rounds else 0,
        asked=rounds[-1].cards_asked if rounds else 0,
        thin=f"{many(received - gone, 'entry', 'entries')}, {least} wanted"
        if received - gone < least
        else "",
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a season is: of so many categories, for how many each release has gone out."""

    taking_entries: bool
    judged: bool
    categories: int
    shortlists: int
    outcomes: int

    @classmethod
    def of(
        cls,
        season: Season,
        categories: Sequence[Category],
        released: Mapping[int, datetime],
        now: datetime,
        *,
        judged: bool,
    ) -> "Stage":
        """The stage at that moment; `judged` is whether the last round of every category has closed."""
        outcomes = sum(category.outcome_release_id in released for category in categories)
        shortlists = sum(
            bool({category.shortlist_release_id, category.outcome_release_id} & released.keys())
            for category in categories
        )
        return cls(
            now < season.closes_at + timedelta(minutes=season.grace_minutes),
            judged,
            len(categories),
            shortlists,
            outcomes,
        )


def _waiting(
    season: Season, totals: dict[tuple[int, str, str], int], rows: list[SimpleNamespace], stage: Stage
) -> list[tuple[str, int, str, str]]:
    """(what, how many, where to, a hint) of everything that may wait for somebody at this stage."""
    glance = glance_of(totals)
    queue = url_for("admin.queue", season_slug=season.slug)
    thin = [row for row in rows if row.thin] if stage.taking_entries else []
    missing = sum(row.asked - row.done for row in rows if not row.judged)
    undecided = (State.SUBMITTED.value, State.RETURNED.value, State.SHORTLISTED.value)
    judged = {row.id for row in rows if row.judged}
    to_decide = sum(
        count
        for (category, kind, value), count in totals.items()
        if category in judged and kind == "state" and value in undecided
    )
    return [
        (
            "To screen",
            glance.to_screen,
            f"{queue}?state={TO_SCREEN}",
            own("Eligible entries go on to the judges."),
        ),
        (
            own("Back with their entrants"),
            glance.returned,
            f"{queue}?state={State.RETURNED.value}",
            "Each has your message and a time by which it is due.",
        ),
        (
            own("Scorecards not in yet"),
            missing,
            f"{queue}?sort=fewest&state={State.SUBMITTED.value}",
            own("Of those that judges have been asked for in each category’s latest round."),
        ),
        (
            own("Entries to decide"),
            to_decide,
            url_for("admin.results", season_slug=season.slug),
            own("Their category’s last round has closed. Its outcomes go out once each entry has one."),
        ),
        (
            own("Thin categories"),
            len(thin),
            f"{queue}?category={thin[0].slug}" if thin else queue,
            ", ".join(row.name for row in thin),
        ),
        (
            "Unfinished drafts",
            glance.drafts if stage.taking_entries else 0,
            f"{queue}?state={State.DRAFT.value}",
            "Their writers are reminded.",
        ),
    ]


def _stuck(season: Season) -> tuple[str, int, str, str]:
    return (
        "Mails that are stuck",
        incoming_pages.stuck_mails(current_session(), season.id),
        url_for("admin.mail", season_slug=season.slug),
        "The program has given up on them. The page says why, and tries again when you ask.",
    )


def _phase(season: Season, stage: Stage, now: datetime) -> str:
    """Where the season stands, in a sentence."""
    if season.ended_at is not None and season.ended_at <= now:
        return "The season has ended."
    if stage.outcomes:
        if stage.outcomes == stage.categories:
            return "The outcomes are out: the heroes have been named."
        return f"The outcomes are out for {stage.outcomes} of {stage.categories} categories."
    if stage.shortlists:
        part = (
            ""
            if stage.shortlists == stage.categories
            else f" for {stage.shortlists} of {stage.categories} categories"
        )
        return f"The shortlist is out{part}; the outcomes are not."
    if now < season.opens_at:
        return f"Opens in {left(season.opens_at, now)}."
    if now < season.closes_at:
        return f"Open for entries, {left(season.closes_at, now)} left."
    if now < season.judging_starts_at:
        return f"Closed. Judging begins in {left(season.judging_starts_at, now)}."
    if stage.judged:
        return "Every round has closed; nothing has been released yet."
    return "Closed for entries; judging has begun."


def _edges(season: Season, now: datetime) -> list[datetime]:
    """The midnights of the last two weeks in the season's zone, up to the end of today or of the last day open."""
    zone = ZoneInfo(season.timezone)
    latest = min(now, season.closes_at + timedelta(minutes=season.grace_minutes)).astimezone(zone)
    end = datetime(latest.year, latest.month, latest.day, tzinfo=zone) + timedelta(days=1)
    return [end - timedelta(days=DAYS - n) for n in range(DAYS + 1)]
