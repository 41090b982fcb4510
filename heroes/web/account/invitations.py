"""Accepting an invitation. The mailed link is opened at /link/<token>, whose POST leads here without the secret."""

from flask import Blueprint, Response, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.promises import PROMISE
from heroes.domain.roles import ROLE_WORDS, Role
from heroes.services import accepting, undertaking
from heroes.services.refusals import Invalid, NotFound
from heroes.web.account.arrival import begin
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, set_site, viewer

blueprint = Blueprint("invitations", __name__)
COOKIE_KEY = "invitation"


def keep_invitation(link_id: int) -> AnyResponse:
    """Remember in the signed cookie which invitation this browser has opened, and go on at a clean address.

    Spends nothing: the invitation is used up by accepting it.
    """
    session[COOKIE_KEY] = link_id
    return redirect(url_for("invitations.answer"), 303)


@blueprint.route("/invitation", methods=["GET", "POST"])
@open_to(Access.EVERYBODY)
def answer() -> AnyResponse:
    """What somebody is invited to, and one button that accepts it; a judge is shown the season's terms at once."""
    link_id = session.get(COOKIE_KEY)
    if not isinstance(link_id, int):
        raise NotFound("Open the link in your invitation first.")
    if request.method == "GET":
        return _page(link_id, {})
    try:
        season = accepting.open_offer(context(), link_id).season
        terms_of = season.slug if season is not None and undertaking.shows(season) else ""
        signed = accepting.accept(
            context(),
            link_id,
            name=request.form.get("name", ""),
            password=request.form.get("password", ""),
            promised=request.form.get("promise") == "yes",
            browser=request.user_agent.string,
        )
    except Invalid as error:
        return _page(link_id, error.errors)
    session.pop(COOKIE_KEY, None)
    if signed is not None:
        begin(signed)
    if terms_of:
        return redirect(url_for("judge.terms", season_slug=terms_of), 303)
    return redirect(url_for("accounts.welcome"), 303)


def _page(link_id: int, errors: dict[str, str]) -> Response:
    ctx = context()
    offer = accepting.open_offer(ctx, link_id)
    set_site(offer.season, offer.wanted.programme)
    person = viewer()
    is_me = offer.account is not None and person is not None and offer.account.id == person.user.id
    return render(
        "account/invitation.html",
        422 if errors else 200,
        offer=offer,
        role=ROLE_WORDS[offer.wanted.role],
        may=MAY[offer.wanted.role],
        place=offer.wanted.organisation or offer.wanted.panel,
        asks_password=offer.asks_password(ctx),
        asks_promise=offer.asks_promise,
        promise=PROMISE,
        is_me=is_me,
        somebody_else=person.name if person is not None and not is_me else "",
        zone=offer.season.timezone if offer.season is not None else "UTC",
        errors=errors,
        name=request.form.get("name", offer.invitation.name),
        promised=request.form.get("promise") == "yes",
    )


MAY = {
    Role.OWNER: "Run everything, invite the staff, and correct what has been released.",
    Role.ADMIN: "Run the season: screen entries, deal them to judges, shortlist, award and announce.",
    Role.AUDITOR: "See everything, including the audit trail, and change nothing.",
    Role.CHAIR: "Judge, and settle the shortlist with your panel.",
    Role.JUDGE: "Read the entries that you are dealt, and mark them.",
    Role.MANAGER: "Enter for your organisation, follow every entry, and look after its workspace.",
    Role.MEMBER: "Enter for your organisation, and follow every entry of it.",
}
"""What each role lets somebody do, as the invitation says it."""
