"""The admin room: who has a connection with an entry, declaring one's own, and taking back somebody else's."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.policy import Deed, may
from heroes.domain.questions import showable
from heroes.models import entry_pages as read
from heroes.models.database import current_session
from heroes.services import recusing
from heroes.services.refusals import Invalid
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.entry import load
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render


@blueprint.get("/entry/<handle>/conflict")
@open_to(Access.STAFF)
def conflict(handle: str) -> Response:
    """Everybody who is recused from the entry, and the form to declare a connection of one's own."""
    return _page(handle)


def _page(handle: str, error: str = "") -> Response:
    shown = load(handle)
    roles, conflicted = shown.standing.roles, shown.standing.conflicted
    pressed = request.form.get("person", "")
    field = f"reason-{pressed}" if pressed else "reason"
    return render(
        "admin/conflict.html",
        422 if error else 200,
        room=room(shown.page.season, "queue"),
        entry=shown.page.entry,
        season=shown.page.season,
        recused=read.recused(current_session(), shown.page.entry.id),
        conflicted=conflicted,
        declares=may(Deed.RECUSE_SELF, roles) and not conflicted,
        lifts=may(Deed.RECUSE_SOMEBODY, roles) and not conflicted,
        pressed=pressed,
        error=error,
        typed=showable(request.form.get("reason", "")),
        found=[Problem(field, error)] if error else [],
    )


@blueprint.post("/entry/<handle>/conflict")
@open_to(Access.ADMIN)
def declare_conflict(handle: str) -> AnyResponse:
    """Declare a connection of one's own; where a person is named, take theirs back."""
    person, reason = request.form.get("person", ""), request.form.get("reason", "")
    try:
        if person:
            recusing.lift(context(), handle, person, reason)
        else:
            recusing.declare(context(), handle, reason)
    except Invalid as error:
        return _page(handle, error.errors["reason"])
    return redirect(url_for("admin.conflict", handle=handle), 303)
