"""The judge room: the season's terms, agreed to before the first entry is shown."""

import re

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.services import undertaking
from heroes.services.refusals import Faster, Invalid
from heroes.services.undertaking import TermsFirst
from heroes.web.judge.pages import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import (
    SAFE_METHODS,
    context,
    posted_fields,
    refused,
    render,
    set_site,
    wants_json,
)

_OURS = re.compile(r"/judge/[A-Za-z0-9/_-]*")


@blueprint.errorhandler(TermsFirst)
def terms_first(error: TermsFirst) -> AnyResponse:
    """To the terms instead of the page; a form that was posted comes back with all that was typed."""
    to = url_for("judge.terms", season_slug=error.season_slug, to=request.path)
    if request.method in SAFE_METHODS:
        return redirect(to)
    if wants_json():
        return refused(error)
    typed = posted_fields()
    return render(
        "errors/409.html",
        409,
        reason=error.sentence,
        error=error,
        fields=typed,
        ways=[("Read the terms", to)],
    )


@blueprint.route("/terms/<season_slug>", methods=["GET", "POST"])
@open_to(Access.JUDGE)
def terms(season_slug: str) -> AnyResponse:
    """The terms, and a tick that agrees to exactly these words."""
    to = request.values.get("to", "")
    to = to if _OURS.fullmatch(to) else url_for("judge.home")
    if request.method == "GET":
        return _page(season_slug, to)
    try:
        undertaking.agree(
            context(), season_slug, request.form.get("digest", ""), request.form.get("agree") == "yes"
        )
    except Invalid as error:
        return _page(season_slug, to, 422, error=error.errors["agree"])
    except Faster as error:
        return _page(season_slug, to, 409, changed=error.sentence)
    return redirect(to, 303)


def _page(season_slug: str, to: str, status: int = 200, *, error: str = "", changed: str = "") -> Response:
    found = undertaking.terms_of(context(), season_slug)
    set_site(found.season, found.season.programme)
    return render(
        "judge/terms.html",
        status,
        terms=found,
        season=found.season,
        to=to,
        error=error,
        changed=changed,
        problems=[Problem("agree", error)] if error else [],
        room=room(False),
    )
