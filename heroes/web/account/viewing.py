"""The way back from looking at the site as somebody else."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.services import viewing
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context

blueprint = Blueprint("viewing", __name__)


@blueprint.post("/account/viewing/stop")
@open_to(Access.SIGNED_IN)
def stop() -> AnyResponse:
    """Look with one's own eyes again, and go on where one chose whom to look as."""
    season_slug = viewing.stop(context())
    if not season_slug:
        return redirect(url_for("accounts.welcome"), 303)
    return redirect(url_for("admin.view_as", season_slug=season_slug), 303)
