"""The builder's overview: every part of the set-up, and how far it is."""

from flask import Response

from heroes.domain.policy import Deed
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
