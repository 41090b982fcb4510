"""The admin room: which role may do what, as the policy and the state table say it."""

from flask import Response, request

from heroes.domain.permission_words import SHOWN_ROLES, act_rows, deed_rows
from heroes.domain.roles import ROLE_WORDS, Role
from heroes.services.permission import staff_season
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render

BESIDE = {
    Role.OWNER: "Also does everything that an admin may.",
    Role.CHAIR: "Also does everything that a judge may.",
    Role.MANAGER: "Also does everything that a member may.",
}
"""What a role includes, as its own page says it."""


@blueprint.get("/<season_slug>/people/roles")
@open_to(Access.STAFF)
def roles(season_slug: str) -> Response:
    """Every act and deed against every role; with ?role= what one role may do, in a column."""
    season = staff_season(context(), season_slug)
    asked = request.args.get("role", "")
    one = next((role for role in SHOWN_ROLES if role.value == asked), None)
    at = SHOWN_ROLES.index(one) if one is not None else None
    return render(
        "admin/roles.html",
        room=room(season, "people"),
        season=season,
        heads=[(role.value, ROLE_WORDS[role]) for role in SHOWN_ROLES],
        parts=[("What moves an entry", "acts", act_rows()), ("Everything else", "deeds", deed_rows())],
        one=one,
        at=at,
        beside=BESIDE.get(one, "") if one is not None else "",
    )
