"""Stopping reminders by the private link that every one of them carries."""

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.models import public_pages as read
from heroes.models.database import current_session
from heroes.services import links, reminding
from heroes.services.refusals import NotFound
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, set_site

blueprint = Blueprint("reminders", __name__)


def _frame() -> None:
    seasons = read.seasons(current_session())
    if seasons:
        set_site(seasons[0], seasons[0].programme)


@blueprint.get("/link/<token>/stop")
@open_to(Access.EVERYBODY)
def ask(token: str) -> Response:
    """A button. Opening the link changes nothing, so that a mail scanner stops nobody's reminders."""
    _frame()
    found = links.find_link(context(), token)
    if found.purpose != "stop_reminders":
        raise NotFound
    return render("account/stop_reminders.html", token=token, judging=found.user_id is not None)


@blueprint.post("/link/<token>/stop")
@open_to(Access.EVERYBODY)
def stop(token: str) -> AnyResponse:
    """Stop them, and go on at an address without the secret."""
    reminding.stop_reminders(context(), token)
    return redirect(url_for("reminders.stopped"), 303)


@blueprint.get("/link/stopped")
@open_to(Access.EVERYBODY)
def stopped() -> str:
    """They are stopped."""
    _frame()
    return render_template("account/reminders_stopped.html")
