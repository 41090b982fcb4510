"""The builder's overview: every part of the set-up, and how far it is."""

from flask import Response, make_response

from heroes.domain.policy import Deed
from heroes.services import season_exports
from heroes.services.permission import staff_season
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render


@blueprint.get("/")
@open_to(Access.STAFF)
def home(season_slug: str) -> Response:
    """Every part of the set-up."""
    season = staff_season(context(), season_slug, Deed.SEE_SET_UP)
    return render("builder/home.html", **frame(season, "home"))


@blueprint.get("/season.toml")
@open_to(Access.STAFF)
def take_out(season_slug: str) -> Response:
    """The whole set-up as one file that a person can read and compare."""
    response = make_response(season_exports.export(context(), season_slug))
    response.mimetype = "application/toml"
    response.headers["Content-Disposition"] = f'attachment; filename="{season_slug}.toml"'
    return response
