"""The admin room: looking at the site as a visitor, a judge, somebody of an organisation, or a nominator."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.policy import Deed
from heroes.domain.questions import showable
from heroes.domain.roles import ROLE_WORDS
from heroes.models import people_pages as read
from heroes.models.database import current_session
from heroes.services import viewing
from heroes.services.permission import staff_season
from heroes.services.refusals import Invalid, NotAllowed, NotFound
from heroes.services.viewing import Eyes
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render


@blueprint.get("/<season_slug>/people/view-as")
@open_to(Access.ADMIN)
def view_as(season_slug: str) -> Response:
    """Whom one can look as."""
    return _page(season_slug, {})


def _page(season_slug: str, errors: dict[str, str], status: int = 200) -> Response:
    season = staff_season(context(), season_slug, Deed.VIEW_AS)
    session = current_session()
    judges = read.judges(session, season.id)
    return render(
        "admin/view_as.html",
        status,
        room=room(season, "people"),
        season=season,
        words=ROLE_WORDS,
        panels=[(p, [j for j in judges if j.Panel.id == p.id]) for p in read.panels(session, season.id)],
        members=read.all_members(session, season.programme_id),
        errors=errors,
        problems=[Problem(name, text) for name, text in errors.items()],
        entry=showable(request.form.get("entry", "")),
        chosen=showable(request.form.get("who", "")),
    )


@blueprint.post("/<season_slug>/people/view-as")
@open_to(Access.ADMIN)
def look(season_slug: str) -> AnyResponse:
    """Begin to look; from now on this browser shows what the chosen person sees, until it is stopped."""
    kind, who = request.form.get("act", ""), request.form.get("who", "")
    field = kind if kind in ("judge", "member", "entry") else "judge"
    try:
        eyes = _look(season_slug, kind, who)
    except Invalid as error:
        return _page(season_slug, error.errors, 422)
    except NotAllowed as error:
        return _page(season_slug, {field: error.sentence}, 403)
    return redirect(_first_page(eyes), 303)


def _look(season_slug: str, kind: str, who: str) -> Eyes:
    ctx = context()
    if kind == "visitor":
        return viewing.look_as_visitor(ctx, season_slug)
    if kind == "entry":
        return viewing.look_as_nominator(ctx, season_slug, request.form.get("entry", ""))
    if kind not in ("judge", "member"):
        raise NotFound
    if not who:
        raise Invalid({kind: "Choose whom to look as."})
    of_panel = who.partition("panel:")[2]
    if of_panel:
        return viewing.look_as_judge_of(ctx, season_slug, of_panel)
    return viewing.look_as_person(ctx, season_slug, who)


def _first_page(eyes: Eyes) -> str:
    """Where the chosen person would begin."""
    if eyes.user is not None:
        return url_for("accounts.welcome")
    if eyes.links:
        return url_for("nominator.my_entries")
    return url_for("public.season", season_slug=eyes.season_slug)
