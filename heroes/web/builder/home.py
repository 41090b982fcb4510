"""The builder's overview: every part of the set-up and how much of it there is, and the set-up as one file."""

from dataclasses import dataclass

from flask import Response, make_response, url_for

from heroes.domain.policy import Deed
from heroes.domain.roles import Role
from heroes.models.database import current_session
from heroes.models.seasons import Season
from heroes.models.setup_pages import Counts, counts
from heroes.services import season_exports
from heroes.services.permission import staff_season
from heroes.web.builder.blueprint import PARTS, blueprint, frame
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, viewer
from heroes.web.kit.terms import own
from heroes.web.kit.words import many, short_day


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part of the set-up: what there is of it, and whether there is anything yet."""

    name: str
    url: str
    said: str
    begun: bool


@blueprint.get("/")
@open_to(Access.STAFF)
def home(season_slug: str) -> Response:
    """Every part of the set-up, in the order in which people go through them."""
    season = staff_season(context(), season_slug, Deed.SEE_SET_UP)
    page = frame(season, "home")
    said = _said(season, counts(current_session(), season.id))
    lines = [
        PartLine(text, url_for(f"builder.{name}", season_slug=season.slug), *said[name])
        for name, text in PARTS
        if name in said
    ]
    person = viewer()
    may_start = person is not None and bool(person.found.staff & {Role.ADMIN, Role.OWNER})
    return render("builder/home.html", **page, lines=lines, may_start=may_start)


def _said(season: Season, it: Counts) -> dict[str, tuple[str, bool]]:
    opens, closes = (short_day(at, season.timezone) for at in (season.opens_at, season.closes_at))
    texts = [
        name
        for name, text in (
            ("welcome", season.welcome),
            ("rules", season.rules),
            ("privacy", season.privacy),
            ("judges’ terms", season.terms),
        )
        if text
    ]
    return {
        "programme": (f"{season.programme.name}, run by {season.programme.body}", True),
        "look": (
            own(
                f"{'Own' if season.colours else 'The house’s'} colours,"
                f" {'a logo' if season.logo_digest else 'no logo'}; texts: {', '.join(texts) or 'none yet'}"
            ),
            bool(texts),
        ),
        "timeline": (own(f"Nominations from {opens} to {closes}"), True),
        "categories": (
            f"{many(it.categories, 'category', 'categories')}, {it.with_form} with a form",
            it.categories > 0,
        ),
        "forms": (
            f"{many(it.forms, 'form')}, published in {many(it.published, 'category', 'categories')}",
            it.forms > 0,
        ),
        "scorecards": (many(it.scorecards, "scorecard"), it.scorecards > 0),
        "rounds": (
            (
                f"{many(it.rounds, 'round')} in {many(it.with_round, 'category', 'categories')},"
                f" {many(it.panels, 'panel')}"
            ),
            it.rounds > 0,
        ),
        "invite": (
            f"{many(it.judges, 'judge')}{f', {it.invited} invited' if it.invited else ''}",
            it.judges + it.invited > 0,
        ),
        "check": (
            "Open" if season.opened_at else "Not open yet: only staff see it",
            season.opened_at is not None,
        ),
    }


@blueprint.get("/season.toml")
@open_to(Access.STAFF)
def take_out(season_slug: str) -> Response:
    """The whole set-up as one file that a person can read and compare."""
    response = make_response(season_exports.export(context(), season_slug))
    response.mimetype = "application/toml"
    response.headers["Content-Disposition"] = f'attachment; filename="{season_slug}.toml"'
    return response
