"""The builder's page that gives one category's rounds to others."""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.policy import Deed
from heroes.models import round_pages as read
from heroes.models.database import current_session
from heroes.services.building import category_of
from heroes.services.permission import staff_season
from heroes.services.round_copies import Keeps, copy_plan
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.rounds import ONE, here
from heroes.web.builder.saving import CALM, Trouble, reason, save
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render


@blueprint.route(f"{ONE}copy", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def copy_rounds(season_slug: str, category_slug: str) -> AnyResponse:
    """Choose which other categories get these rounds in the place of their own."""
    if request.method == "GET":
        return _page(season_slug, category_slug, CALM)
    keeps = Keeps("keep_panel" in request.form, "keep_scorecard" in request.form)

    def do() -> None:
        copy_plan(context(), season_slug, category_slug, request.form.getlist("category"), keeps, reason())

    return save(do, lambda trouble: _page(season_slug, category_slug, trouble), here("rounds", season_slug))


def _page(season_slug: str, category_slug: str, trouble: Trouble) -> Response:
    ctx = context()
    season = staff_season(ctx, season_slug, Deed.SET_UP)
    category = category_of(ctx, season, category_slug)
    everybody = read.rounds_by_category(current_session(), season.id)
    posted = request.method == "POST"
    others = [(one, rows) for one, rows in everybody if one.id != category.id]
    return render(
        "builder/rounds_copy.html",
        trouble.status,
        category=category,
        plan=next(rows for one, rows in everybody if one.id == category.id),
        others=others,
        free=[one for one, rows in others if not any(row.admitted for row in rows)],
        chosen=set(request.form.getlist("category")),
        keep_panel="keep_panel" in request.form if posted else True,
        keep_scorecard="keep_scorecard" in request.form if posted else True,
        trouble=trouble,
        typed_reason=reason() if posted else "",
        **frame(season, "rounds"),
    )
