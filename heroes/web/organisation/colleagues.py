"""Who is in an organisation's workspace: a list for every member, and changes by its managers."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.roles import ROLE_WORDS
from heroes.models import organisation_pages as read
from heroes.models.database import current_session
from heroes.services import inviting, organisations
from heroes.services.organisations import workspace
from heroes.services.refusals import Invalid, NotFound
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, viewer
from heroes.web.organisation.blueprint import blueprint, frame, room


@blueprint.route("/<org_handle>/colleagues", methods=["GET", "POST"])
@open_to(Access.ORGANISATION)
def colleagues(org_handle: str) -> AnyResponse:
    """Everybody in the workspace and the open invitations; a manager invites by the form."""
    if request.method == "GET":
        return _page(org_handle, {}, {})
    typed = {key: request.form.get(key, "") for key in ("email", "name", "role")}
    try:
        inviting.invite_colleague(context(), org_handle, typed["email"], typed["name"], typed["role"])
    except Invalid as error:
        return _page(org_handle, error.errors, typed)
    return redirect(url_for("organisation.colleagues", org_handle=org_handle, done="invited"), 303)


def _page(org_handle: str, errors: dict[str, str], typed: dict[str, str]) -> Response:
    ctx = context()
    found = workspace(ctx, org_handle)
    season = frame(found.organisation.programme_id)
    session = current_session()
    return render(
        "organisation/colleagues.html",
        422 if errors else 200,
        room=room(found, "colleagues"),
        found=found,
        zone=season.timezone if season is not None else "UTC",
        people=read.colleagues(session, found.organisation.id),
        invitations=read.open_invitations(session, found.organisation.id) if found.managed else [],
        me=ctx.actor.user_id,
        words=ROLE_WORDS,
        errors=errors,
        typed=typed,
        done=request.args.get("done", ""),
    )


@blueprint.post("/<org_handle>/colleagues/<user_handle>")
@open_to(Access.ORGANISATION)
def change_colleague(org_handle: str, user_handle: str) -> AnyResponse:
    """Change a colleague's role, or take somebody (or oneself) out of the workspace."""
    ctx = context()
    act = request.form.get("act", "")
    try:
        if act == "remove":
            organisations.remove_colleague(ctx, org_handle, user_handle)
        elif act in ("manager", "member"):
            organisations.change_role(ctx, org_handle, user_handle, act)
        else:
            raise NotFound
    except Invalid as error:
        return _page(org_handle, error.errors, {})
    person = viewer()
    if act == "remove" and person is not None and person.user.handle == user_handle:
        return redirect(url_for("accounts.welcome"), 303)
    return redirect(url_for("organisation.colleagues", org_handle=org_handle, done="changed"), 303)


@blueprint.post("/<org_handle>/invitations")
@open_to(Access.ORGANISATION)
def change_invitation(org_handle: str) -> AnyResponse:
    """Send an open invitation again, or take it back."""
    ctx = context()
    workspace(ctx, org_handle)
    text = request.form.get("invitation", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if request.form.get("act") == "resend":
        inviting.resend(ctx, number)
    elif request.form.get("act") == "withdraw":
        inviting.withdraw(ctx, number)
    else:
        raise NotFound
    return redirect(url_for("organisation.colleagues", org_handle=org_handle, done="changed"), 303)
