"""Check and open: the pre-flight with a way to each thing that it finds, the rehearsal, the opening, and the end."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.policy import Deed, may
from heroes.domain.questions import showable
from heroes.models.database import current_session
from heroes.models.rule_pages import version
from heroes.services import launching, preflight, proving, rehearsing
from heroes.services.permission import must
from heroes.services.preflight import Finding
from heroes.services.refusals import NotNow
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.saving import CALM, Trouble, save
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render

DONE = {
    "rehearsing": "The rehearsal has begun. Everything is open to you and to the judges on your panels.",
    "emptied": "Everything that was tried is gone, and the rehearsal goes on.",
    "stopped": "The rehearsal is over, and everything that was tried is gone.",
    "opened": "The season is open. Everybody can see it now.",
    "ended": "The season has ended.",
    "mailed": "The test mail is on its way. Load this page again in a minute.",
}


@blueprint.get("/check")
@open_to(Access.STAFF)
def check(season_slug: str) -> Response:
    """What is ready and what is missing."""
    return _page(season_slug, CALM)


def _page(season_slug: str, trouble: Trouble) -> Response:
    season, found, it = preflight.look(context(), season_slug)
    roles = must(context(), Deed.SEE_SET_UP, season.programme_id)
    return render(
        "builder/check.html",
        trouble.status,
        **frame(season, "check"),
        trouble=trouble,
        preflight=found,
        link=lambda finding: _link(season_slug, finding),
        tried=it.tried,
        proofs=it.proofs,
        categories=it.categories,
        card=version(current_session(), season.id) if season.opened_at else None,
        may_open=may(Deed.OPEN_SEASON, roles),
        may_end=may(Deed.END_SEASON, roles),
        done=DONE.get(request.args.get("done", ""), ""),
        typed=showable(request.form.get("confirm", "")),
        reason=showable(request.form.get("reason", "")),
    )


def _link(season_slug: str, finding: Finding) -> str:
    """The page that puts it right; the overview where this installation has no such page."""
    known = finding.endpoint in current_app.view_functions
    endpoint, values = (finding.endpoint, finding.values) if known else ("builder.home", {})
    given: dict[str, Any] = {"season_slug": season_slug, **values}
    return url_for(endpoint, **given) if finding.endpoint else ""


def _done(season_slug: str, what: str) -> str:
    return url_for("builder.check", season_slug=season_slug, done=what)


def _press(season_slug: str, done: str, do: Callable[[], object]) -> AnyResponse:
    """Do it and say so; whatever stands in the way is said on the page."""
    try:
        return save(do, lambda trouble: _page(season_slug, trouble), _done(season_slug, done))
    except NotNow as error:
        current_session().rollback()
        return _page(season_slug, Trouble(409, errors={"": error.sentence}))


@blueprint.post("/check/rehearsal")
@open_to(Access.ADMIN)
def rehearse(season_slug: str) -> AnyResponse:
    """Begin the rehearsal, take away what was tried, or end it."""
    act, ctx = request.form.get("act", ""), context()
    if act == "start":
        return _press(season_slug, "rehearsing", lambda: rehearsing.start(ctx, season_slug))
    if act == "empty":
        return _press(season_slug, "emptied", lambda: rehearsing.stop(ctx, season_slug, go_on=True))
    return _press(season_slug, "stopped", lambda: rehearsing.stop(ctx, season_slug))


@blueprint.post("/check/mail")
@open_to(Access.ADMIN)
def test_mail(season_slug: str) -> AnyResponse:
    """Send whoever asks a mail, so that it is known whether mail works."""
    return _press(season_slug, "mailed", lambda: proving.send_test_mail(context(), season_slug))


@blueprint.post("/check/open")
@open_to(Access.ADMIN)
def open_season(season_slug: str) -> AnyResponse:
    """Open the season, for whoever has typed its name."""
    typed = request.form.get("confirm", "")
    return _press(season_slug, "opened", lambda: launching.open_season(context(), season_slug, typed))


@blueprint.post("/check/end")
@open_to(Access.OWNER)
def end_season(season_slug: str) -> AnyResponse:
    """End the season, for an owner who has typed its name and why."""
    typed, why = request.form.get("confirm", ""), request.form.get("reason", "")
    return _press(season_slug, "ended", lambda: launching.end_season(context(), season_slug, typed, why))
