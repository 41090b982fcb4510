"""The builder's page of people: inviting one by one or by a pasted list, and the ways to what else is about people."""

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.invitation_lists import MOST_LINES
from heroes.domain.policy import Deed, may
from heroes.domain.questions import showable
from heroes.domain.roles import ROLE_WORDS
from heroes.models import people_pages as read
from heroes.models.database import current_session
from heroes.services import inviting_many
from heroes.services.inviting_many import Outcome, Plan, Step
from heroes.services.permission import staff_season
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.saving import CALM, Trouble, save
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, viewer

SIGNS = {
    Outcome.SEND: ("ok", "Invited", "mail"),
    Outcome.AGAIN: ("ok", "Sent again", "mail"),
    Outcome.OPEN: ("wait", "Invited before", "clock"),
    Outcome.HAS: ("wait", "There already", "person"),
    Outcome.WRONG: ("returned", "To be mended", "alert"),
}
"""Colour, word and icon of what becomes of a line."""


@blueprint.get("/people")
@open_to(Access.STAFF)
def invite(season_slug: str) -> Response:
    """Who can be invited, and the field for a list."""
    return _page(season_slug, CALM)


@blueprint.post("/people")
@open_to(Access.ADMIN)
def invite_list(season_slug: str) -> AnyResponse:
    """Say what a pasted list would do, or do it; whatever is refused comes back with the list in the field."""
    if request.form.get("act") != "apply":
        return _page(season_slug, CALM, _checked(season_slug))

    def do() -> None:
        inviting_many.apply(
            context(),
            season_slug,
            _text(),
            request.form.get("seen", ""),
            again=request.form.get("again") == "yes",
        )

    def page(trouble: Trouble) -> Response:
        return _page(season_slug, trouble, _checked(season_slug))

    return save(do, page, url_for("admin.people", season_slug=season_slug, done="invited_list"))


def _text() -> str:
    return showable(request.form.get("list", ""))


def _checked(season_slug: str) -> Plan:
    return inviting_many.check(context(), season_slug, _text(), again=request.form.get("again") == "yes")


def _shown(plan: Plan | None) -> list[Step]:
    """The lines to be mended, if there are any, and else all."""
    steps = [] if plan is None else list(plan.steps)
    return [step for step in steps if step.outcome is Outcome.WRONG] or steps


def _page(season_slug: str, trouble: Trouble, plan: Plan | None = None) -> Response:
    season = plan.season if plan is not None else staff_season(context(), season_slug, Deed.SEE_SET_UP)
    person = viewer()
    assert person is not None
    errors = dict(trouble.errors)
    if plan is not None and plan.error:
        errors.setdefault("list", plan.error)
    return render(
        "builder/invite.html",
        422 if errors and trouble.status == 200 else trouble.status,
        **frame(season, "invite"),
        trouble=Trouble(trouble.status, errors),
        changed=trouble.faster.sentence if trouble.faster else "",
        plan=plan,
        counts=[] if plan is None else [(SIGNS[one], plan.count(one)) for one in Outcome if plan.count(one)],
        shown=_shown(plan),
        signs=SIGNS,
        words=ROLE_WORDS,
        most=MOST_LINES,
        panels=[panel.name for panel in read.panels(current_session(), season.id)],
        text=_text(),
        again=request.form.get("again") == "yes",
        may_staff=may(Deed.INVITE_STAFF, person.found.staff),
        may_invite=may(Deed.INVITE_JUDGE, person.found.staff),
    )
