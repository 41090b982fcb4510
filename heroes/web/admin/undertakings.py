"""The admin room: which judges have agreed to which text of the season's terms, and when."""

from flask import Response, make_response

from heroes.adapters.spreadsheets import BOM, write_csv
from heroes.domain.policy import Deed
from heroes.services import undertaking
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render


@blueprint.get("/<season_slug>/people/terms")
@open_to(Access.STAFF)
def undertakings(season_slug: str) -> Response:
    """Every judge of the season with what they agreed to, and every text that somebody agreed to."""
    found = undertaking.register(context(), season_slug)
    return render(
        "admin/undertakings.html",
        room=room(found.season, "people"),
        season=found.season,
        found=found,
        waiting=sum(not one.present for one in found.judges),
    )


@blueprint.get("/<season_slug>/people/terms.csv")
@open_to(Access.STAFF)
def undertakings_csv(season_slug: str) -> Response:
    """The same as a table for a spreadsheet."""
    found = undertaking.register(context(), season_slug, Deed.EXPORT)
    response = make_response(BOM + write_csv(undertaking.rows_of(found)))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{found.season.slug}-terms.csv"'
    return response
