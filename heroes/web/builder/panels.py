"""The builder's page about panels: their names and who sits on them. People are invited elsewhere."""

from collections.abc import Callable

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.policy import Deed
from heroes.domain.questions import showable
from heroes.models import round_pages as read
from heroes.models.database import current_session
from heroes.services import panels as keeping
from heroes.services.permission import staff_season
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.rounds import acts, here
from heroes.web.builder.saving import CALM, Trouble, save
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render

ALL = "/panels/"


@blueprint.get(ALL)
@open_to(Access.STAFF)
def panels(season_slug: str) -> Response:
    """Every panel with its members."""
    return _page(season_slug, CALM)


def _page(season_slug: str, trouble: Trouble, panel_slug: str = "") -> Response:
    season = staff_season(context(), season_slug, Deed.SEE_SET_UP)
    return render(
        "builder/panels.html",
        trouble.status,
        rows=read.panels_with_use(current_session(), season.id),
        about=panel_slug,
        typed=showable(request.form.get("name", "")),
        people=url_for("admin.people", season_slug=season.slug),
        saved="saved" in request.args,
        trouble=trouble,
        acts=acts(),
        **frame(season, "rounds"),
    )


def _do(season_slug: str, do: Callable[[], object], panel_slug: str = "") -> AnyResponse:
    to = here("panels", season_slug, saved="1")
    return save(do, lambda trouble: _page(season_slug, trouble, panel_slug), to)


@blueprint.post(ALL)
@open_to(Access.ADMIN)
def add_panel(season_slug: str) -> AnyResponse:
    """Make a panel."""
    return _do(season_slug, lambda: keeping.add_panel(context(), season_slug, request.form.get("name", "")))


@blueprint.post(f"{ALL}<panel_slug>")
@open_to(Access.ADMIN)
def rename_panel(season_slug: str, panel_slug: str) -> AnyResponse:
    """Give a panel another name."""
    name, seen = request.form.get("name", ""), request.form.get("seen", "")
    return _do(
        season_slug, lambda: keeping.rename_panel(context(), season_slug, panel_slug, name, seen), panel_slug
    )


@blueprint.post(f"{ALL}<panel_slug>/remove")
@open_to(Access.ADMIN)
def remove_panel(season_slug: str, panel_slug: str) -> AnyResponse:
    """Take a panel away that nothing needs."""
    return _do(season_slug, lambda: keeping.remove_panel(context(), season_slug, panel_slug), panel_slug)
