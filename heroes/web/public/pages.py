"""What anybody may read: seasons, categories with their whole form, rules, and how the program is doing."""

from collections.abc import Sequence
from types import SimpleNamespace

from flask import Blueprint, Response, jsonify, make_response, redirect, url_for
from sqlalchemy import text
from werkzeug.wrappers import Response as AnyResponse

from heroes import migrations
from heroes.adapters.files import store_for
from heroes.domain.nominations import people_fields
from heroes.domain.outcomes import levels_in_short, parse_outcome_rule, sentences
from heroes.domain.questions import explained
from heroes.models import public_pages as read
from heroes.models.database import current_session, db
from heroes.models.rule_pages import fingerprint
from heroes.models.seasons import Category, Criterion, Season
from heroes.services.nomination_forms import form_of
from heroes.services.proposing import measures_of
from heroes.services.refusals import NotFound
from heroes.web.kit import visits
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, house, render, set_site
from heroes.web.kit.season_facts import closes_at, is_open, milestones_of, opens_at, season_nav

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@open_to(Access.EVERYBODY)
def home() -> AnyResponse:
    """Every open season; with only one, that season's own page."""
    seasons = read.seasons(current_session())
    if len(seasons) == 1:
        return redirect(url_for("public.season", season_slug=seasons[0].slug))
    programmes: dict[str, list[Season]] = {}
    for one in seasons:
        programmes.setdefault(one.programme.name, []).append(one)
    if len(programmes) == 1:
        set_site(None, seasons[0].programme)
    nav = [
        (url_for("nominator.my_entries"), "My nominations", False),
        (url_for("accounts.sign_in"), "Sign in", False),
    ]
    return render("public/seasons.html", programmes=programmes, nav=nav)


def season_or_404(slug: str) -> Season:
    """A season by its slug; the frame of the page becomes its own."""
    found = read.season_by_slug(current_session(), slug, context().actor)
    if found is None:
        raise NotFound
    set_site(found, found.programme)
    return found


@blueprint.get("/<season_slug>/")
@open_to(Access.EVERYBODY)
def season(season_slug: str) -> Response:
    """A season: what can be won, by when, and how it is judged."""
    found = season_or_404(season_slug)
    categories = read.categories(current_session(), found.id)
    headline, lead = parted(found)
    return render(
        "public/season.html",
        season=found,
        headline=headline,
        lead=lead,
        lines=[c.line for c in categories if 0 < len(c.line) <= SHORT][:3],
        categories=[card(c) for c in categories],
        closes=found.closes_at,
        open=is_open(found, None, context().now),
        shortlisted=any(c.shortlist_release.released_at for c in categories),
        announced=any(c.outcome_release.released_at for c in categories),
        milestones=milestones_of(found),
        rule_card=fingerprint(current_session(), found.id),
        nav=season_nav(found, "season"),
    )


SHORT = 80
"""What fits into the large type of a season's page."""


def parted(season: Season) -> tuple[str, str]:
    """The large words of a season's page and the smaller ones below: its welcome's first sentence and the rest."""
    first, _, rest = season.welcome.partition(". ")
    if not first or len(first) > SHORT:
        return season.name, season.welcome
    return (first if first.endswith((".", "?")) else f"{first}."), rest


KINDS = {"person": "A person", "team": "A team", "organisation": "An organisation"}
"""What a category is for, in words."""

PRESS = {"person": "Nominate somebody", "team": "Nominate a team", "organisation": "Make an entry"}
"""What the button to the form says."""


def card(category: Category) -> SimpleNamespace:
    """What a category's card shows."""
    return SimpleNamespace(
        slug=category.slug,
        name=category.name,
        line=category.line,
        kind=category.kind,
        kind_words=KINDS[category.kind],
        position=category.position,
        outcome=levels_in_short(parse_outcome_rule(category.outcome)),
    )


def worded_scales(criteria: Sequence[Criterion]) -> list[SimpleNamespace]:
    """Every worded scale in use, once, with the names of the criteria that it is used for."""
    scales: list[SimpleNamespace] = []
    for criterion in criteria:
        same = next((s for s in scales if (s.raw, s.step) == (criterion.points, criterion.step)), None)
        if same is not None:
            same.names.append(criterion.name)
        elif criterion.points:
            points = [
                SimpleNamespace(from_=p["from"], to_=p["to"], word=p["word"], text=p["text"])
                for p in criterion.points
            ]
            scales.append(
                SimpleNamespace(
                    raw=criterion.points, step=criterion.step, points=points, names=[criterion.name]
                )
            )
    return scales


@blueprint.get("/<season_slug>/<category_slug>/")
@open_to(Access.EVERYBODY)
def category(season_slug: str, category_slug: str) -> Response:
    """A category: who it is for, the whole form, the criteria, the dates and the rules, readable without account."""
    page = read.category_page(current_session(), season_slug, category_slug, context().actor)
    if page is None:
        raise NotFound
    season, category = page.form.season, page.form.category
    set_site(season, season.programme)
    visits.count(season, category, visits.PAGE)
    return render(
        "public/category.html",
        season=season,
        category=category,
        card=card(category),
        press_words=PRESS[category.kind],
        form=form_of(page.form.form_version),
        explained=explained,
        blind=page.form.blind,
        people=sorted(
            people_fields(category.kind, chapters=season.chapters), key=lambda person: person.nominator
        ),
        criteria=page.criteria,
        heaviest=max((criterion.weight for criterion in page.criteria), default=0) or 1,
        scales=worded_scales(page.criteria),
        rounds=page.rounds,
        shortlist=page.shortlist,
        outcomes=page.outcomes,
        opens=opens_at(season, category),
        closes=closes_at(season, category),
        open=is_open(season, category, context().now),
        benchmark=parse_outcome_rule(category.outcome).benchmark,
        decided=sentences(parse_outcome_rule(category.outcome), measures_of(page.criteria)),
        nav=season_nav(season, ""),
    )


@blueprint.get("/<season_slug>/rules")
@open_to(Access.EVERYBODY)
def rules(season_slug: str) -> Response:
    """The season's rules and privacy notice."""
    found = season_or_404(season_slug)
    return render("public/rules.html", season=found, nav=season_nav(found, "rules"))


@blueprint.get("/healthz")
@open_to(Access.EVERYBODY)
def healthz() -> Response:
    """The process answers."""
    return make_response(jsonify(status="ok"))


@blueprint.get("/readyz")
@open_to(Access.EVERYBODY)
def readyz() -> Response:
    """The database answers and is at the revision that this program needs, and files can be kept."""
    current_session().execute(text("SELECT 1"))
    if migrations.current(db.engine) != migrations.HEAD:
        return make_response(jsonify(status="the database is not at this program's revision"), 503)
    try:
        store_for(house().settings.storage_url).check()
    except OSError:
        return make_response(jsonify(status="files cannot be kept"), 503)
    return make_response(jsonify(status="ok"))
