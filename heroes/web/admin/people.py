"""The people of a programme: staff, judges, organisations and invitations, and what may be changed about each."""

from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.policy import Deed, may
from heroes.domain.roles import ROLE_WORDS, Role
from heroes.domain.slugs import name_key
from heroes.models import people_pages as read
from heroes.models.database import current_session
from heroes.models.seasons import Season
from heroes.services import inviting, organisations
from heroes.services import people as deeds
from heroes.services.permission import staff_season
from heroes.services.refusals import Invalid, NotFound
from heroes.services.standing import programme_roles
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render
from heroes.web.kit.terms import own

KINDS = {
    "staff": (inviting.STAFF_ROLES, Deed.INVITE_STAFF),
    "judge": (inviting.PANEL_ROLES, Deed.INVITE_JUDGE),
    "organisation": (inviting.WORKSPACE_ROLES, Deed.INVITE_ORGANISATION),
}
"""Kind of invitation -> the roles it offers and what it takes to send it."""


def _frame(season: Season) -> dict[str, Any]:
    """What every page of people is given: the room, and what this person may do."""
    roles = programme_roles(context(), season.programme_id)
    return {
        "season": season,
        "room": room(season, "people"),
        "words": ROLE_WORDS,
        "zone": season.timezone,
        "may_invite": {kind for kind, (_, deed) in KINDS.items() if may(deed, roles)},
        "may_disable": may(Deed.DISABLE_ACCOUNT, roles),
        "may_change": may(Deed.ASSIGN, roles),
        "may_look": may(Deed.VIEW_AS, roles),
        "done": DONE.get(request.args.get("done", ""), ""),
    }


MAY = {
    Role.OWNER: "runs everything, invites staff, corrects what has been released",
    Role.ADMIN: "runs the season",
    Role.AUDITOR: "sees everything, changes nothing",
    Role.CHAIR: "judges, and settles the shortlist",
    Role.JUDGE: "marks what they are dealt",
    Role.MANAGER: "enters, follows, and invites colleagues",
    Role.MEMBER: "enters and follows",
}
DONE = {
    "invited": "The invitation is on its way. The link in it works once, for 30 days.",
    "invited_list": "The invitations are on their way. The link in each works once, for 30 days.",
    "resent": "Sent again. The link that was sent before no longer works.",
    "withdrawn": "The invitation is withdrawn, and its link no longer works.",
    "changed": "Changed, and written into the audit trail.",
    "disabled": "The account is disabled. Every session of it ended at this moment.",
    "enabled": "The account is enabled again.",
}


@blueprint.get("/<season_slug>/people")
@open_to(Access.STAFF)
def people(season_slug: str) -> Response:
    """Staff, judges panel by panel, and open invitations."""
    season = staff_season(context(), season_slug)
    session = current_session()
    judges = read.judges(session, season.id)
    return render(
        "admin/people.html",
        **_frame(season),
        staff=read.staff(session, season.programme_id),
        panels=[(p, [j for j in judges if j.Panel.id == p.id]) for p in read.panels(session, season.id)],
        invitations=read.open_invitations(session, season.programme_id),
    )


@blueprint.get("/<season_slug>/people/organisations")
@open_to(Access.STAFF)
def workspaces(season_slug: str) -> Response:
    """The organisations that somebody belongs to, with their people."""
    season = staff_season(context(), season_slug)
    text, typed = request.args.get("page", "1"), request.args.get("q", "")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if page < 1:
        raise NotFound
    found = read.workspaces(current_session(), season.programme_id, name_key(typed), page)
    shown = found[: read.PAGE]
    inside = read.members(current_session(), [row.Organisation.id for row in shown])
    return render(
        "admin/people_organisations.html",
        **_frame(season),
        found=[(row.Organisation, [m for m in inside if m[0] == row.Organisation.id]) for row in shown],
        typed=typed,
        page=page,
        more=len(found) > read.PAGE,
    )


@blueprint.route("/<season_slug>/people/invite/<kind>", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def invite(season_slug: str, kind: str) -> AnyResponse:
    """Invite staff, a judge, or somebody into an organisation's workspace."""
    if kind not in KINDS:
        raise NotFound
    roles, deed = KINDS[kind]
    errors: dict[str, str] = {}
    typed = {key: request.form.get(key, "") for key in ("email", "name", "role", "panel", "organisation")}
    if request.method == "POST":
        try:
            _send(kind, season_slug, typed)
        except Invalid as error:
            errors = error.errors
        else:
            return redirect(url_for("admin.people", season_slug=season_slug, done="invited"), 303)
    season = staff_season(context(), season_slug, deed)
    session = current_session()
    return render(
        "admin/people_invite.html",
        422 if errors else 200,
        **_frame(season),
        kind=kind,
        role_options=[(role.value, own(f"{ROLE_WORDS[role]}: {MAY[role]}")) for role in reversed(roles)],
        panel_options=[(p.slug, p.name) for p in read.panels(session, season.id)] if kind == "judge" else [],
        names=read.organisation_names(session, season.programme_id) if kind == "organisation" else [],
        typed=typed,
        errors=errors,
    )


def _send(kind: str, season_slug: str, typed: dict[str, str]) -> None:
    ctx, email, name, role = context(), typed["email"], typed["name"], typed["role"]
    if kind == "staff":
        inviting.invite_staff(ctx, season_slug, email, name, role)
    elif kind == "judge":
        inviting.invite_judge(ctx, season_slug, typed["panel"], email, name, role)
    else:
        inviting.invite_organisation(ctx, season_slug, typed["organisation"], email, name, role)


@blueprint.post("/<season_slug>/people/invitations")
@open_to(Access.ADMIN)
def change_invitation(season_slug: str) -> AnyResponse:
    """Send an open invitation again, or take it back."""
    ctx = context()
    staff_season(ctx, season_slug)
    text, act = request.form.get("invitation", ""), request.form.get("act", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if act == "resend":
        inviting.resend(ctx, number)
    elif act == "withdraw":
        inviting.withdraw(ctx, number)
    else:
        raise NotFound
    done = "resent" if act == "resend" else "withdrawn"
    return redirect(url_for("admin.people", season_slug=season_slug, done=done), 303)


@blueprint.get("/<season_slug>/people/<user_handle>")
@open_to(Access.STAFF)
def person(season_slug: str, user_handle: str) -> Response:
    """One person: what they are in this programme, and what may be changed about it."""
    return _person(season_slug, user_handle, {})


def _person(season_slug: str, user_handle: str, errors: dict[str, str]) -> Response:
    ctx = context()
    season = staff_season(ctx, season_slug)
    found = deeds.person_of(ctx, season.programme_id, user_handle)
    session = current_session()
    roles, on_panels, inside, employer = read.places_of(session, season.programme_id, found.id)
    return render(
        "admin/people_person.html",
        422 if errors else 200,
        **_frame(season),
        person=found,
        roles=[Role(role) for role in reversed(roles)],
        on_panels=on_panels,
        inside=inside,
        employer=request.form.get("employer", employer) if "employer" in errors else employer,
        names=read.organisation_names(session, season.programme_id) if on_panels else [],
        reason=request.form.get("reason", ""),
        is_me=found.id == ctx.actor.user_id,
        errors=errors,
    )


@blueprint.post("/<season_slug>/people/<user_handle>")
@open_to(Access.ADMIN)
def change_person(season_slug: str, user_handle: str) -> AnyResponse:
    """Disable or enable the account, take a role, a panel or a workspace away, or set the employer."""
    try:
        done = _change(season_slug, user_handle, request.form.get("act", ""))
    except Invalid as error:
        return _person(season_slug, user_handle, error.errors)
    try:
        deeds.person_of(context(), staff_season(context(), season_slug).programme_id, user_handle)
    except NotFound:
        # Nothing ties them to the programme any more, or it was one's own last role.
        return redirect(url_for("accounts.welcome"), 303)
    return redirect(url_for("admin.person", season_slug=season_slug, user_handle=user_handle, done=done), 303)


def _change(season_slug: str, user_handle: str, act: str) -> str:
    ctx, given = context(), request.form.get("what", "")
    if act == "disable":
        deeds.disable(ctx, season_slug, user_handle, request.form.get("reason", "").strip())
        return "disabled"
    if act == "enable":
        deeds.enable(ctx, season_slug, user_handle)
        return "enabled"
    if act == "role":
        deeds.remove_role(ctx, season_slug, user_handle, given)
    elif act == "panel":
        deeds.remove_from_panel(ctx, season_slug, given, user_handle)
    elif act == "workspace":
        season = staff_season(ctx, season_slug)
        organisations.remove_member(ctx, season.programme_id, given, user_handle)
    elif act == "employer":
        text = request.form.get("version", "")
        version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        deeds.set_employer(ctx, season_slug, user_handle, request.form.get("employer", ""), version)
    else:
        raise NotFound
    return "changed"
