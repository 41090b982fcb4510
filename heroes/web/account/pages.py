"""Signing in and out, private links, and a person's own account."""

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask_login import logout_user
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.questions import showable
from heroes.models import public_pages as read
from heroes.models.account_pages import demo_accounts, live_sessions
from heroes.models.database import current_session
from heroes.services import accounts, links, preferring, sharing
from heroes.services.refusals import Invalid, NotFound
from heroes.web.account.arrival import begin
from heroes.web.account.invitations import keep_invitation
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, house, keep_link, render, set_site, viewer
from heroes.web.kit.season_facts import season_nav

blueprint = Blueprint("accounts", __name__)


def _frame(here: str = "") -> list[tuple[str, str, bool]]:
    """The newest season's frame around a page that belongs to no season, and its navigation."""
    season = read.latest_season(current_session())
    if season is None:
        return []
    set_site(season, season.programme)
    return season_nav(season, here)


def safe_next(target: str) -> str:
    """Where to go after signing in: an address of our own, or the first room that is open."""
    ours = target.startswith("/") and not target.startswith("//")
    # Browsers read a backslash as a slash, and drop tabs and line ends before they read at all.
    return target if ours and "\\" not in target and target.isprintable() else url_for("accounts.welcome")


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to(Access.EVERYBODY)
def sign_in() -> AnyResponse:
    """Sign in by password or ask for a link by mail."""
    target = showable(request.values.get("next", ""))
    email = showable(request.form.get("email", "")).strip()
    errors: dict[str, str] = {}
    if request.method == "POST":
        if request.form.get("act") == "link":
            errors = {} if email else {"email": "Write your e-mail address."}
            if not errors:
                accounts.ask_sign_in_link(context(), email)
                return render("account/link_sent.html", address=email, nav=_frame("sign-in"))
        else:
            try:
                signed = accounts.sign_in(
                    context(), email, request.form.get("password", ""), browser=request.user_agent.string
                )
            except Invalid as error:
                errors = error.errors
            else:
                begin(signed)
                return redirect(safe_next(target), 303)
    nav = _frame("sign-in")
    demo = demo_accounts(current_session()) if house().settings.demo else {}
    return render(
        "account/sign_in.html",
        422 if errors else 200,
        email=email,
        errors=errors,
        target=target,
        demo=demo.items(),
        nav=nav,
    )


@blueprint.post("/sign-in/demo")
@open_to(Access.EVERYBODY)
def sign_in_demo() -> AnyResponse:
    """One click into somebody's shoes: only where the demo command runs on a database marked as demo."""
    if not house().settings.demo:
        raise NotFound
    begin(accounts.sign_in_for_demo(context(), request.form.get("who", "")))
    return redirect(url_for("accounts.welcome"), 303)


@blueprint.get("/welcome")
@open_to(Access.SIGNED_IN)
def welcome() -> AnyResponse:
    """The first room that is open to somebody who has just signed in."""
    person = viewer()
    assert person is not None
    return redirect(person.rooms[0][1])


@blueprint.post("/sign-out")
@open_to(Access.EVERYBODY)
def sign_out() -> AnyResponse:
    """End the session, here and for every copy of its cookie."""
    accounts.sign_out(context())
    logout_user()
    response = redirect(url_for("public.home"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.get("/account")
@open_to(Access.SIGNED_IN)
def account() -> AnyResponse:
    """One's own account: the way to its password, and where one is signed in."""
    person = viewer()
    assert person is not None
    nav = _frame()
    return render(
        "account/account.html",
        person=person,
        has_password=person.user.password_hash is not None,
        sessions=live_sessions(current_session(), person.user.id, context().now),
        saved=request.args.get("saved"),
        nav=nav,
    )


@blueprint.post("/account/sessions")
@open_to(Access.SIGNED_IN)
def end_other_sessions() -> AnyResponse:
    """Sign out everywhere else."""
    accounts.end_other_sessions(context())
    return redirect(url_for("accounts.account", saved=1), 303)


@blueprint.post("/account/reminders")
@open_to(Access.SIGNED_IN)
def reminders() -> AnyResponse:
    """Turn reminders about judging on or off."""
    preferring.set_reminders(context(), request.form.get("on") == "yes")
    return redirect(url_for("accounts.account", saved=1), 303)


@blueprint.get("/link/<token>")
@open_to(Access.EVERYBODY)
def link(token: str) -> AnyResponse:
    """What a private link shows: a button. Opening it changes nothing, so that a mail scanner spends nothing."""
    nav = _frame()
    try:
        found = links.find_link(context(), token)
    except NotFound as gone:
        return _gone(gone)
    if found.purpose == "stop_reminders":
        return redirect(url_for("reminders.ask", token=token))
    return render("account/link.html", token=token, purpose=found.purpose, nav=nav)


@blueprint.post("/link/<token>")
@open_to(Access.EVERYBODY)
def open_link(token: str) -> AnyResponse:
    """Take the link and go on at an address without the secret."""
    try:
        found = links.find_link(context(), token)
        current_app.logger.debug("a private link for %s was opened", found.purpose)
        if found.purpose == "sign_in":
            begin(accounts.sign_in_by_link(context(), token, browser=request.user_agent.string))
            return redirect(url_for("accounts.welcome"), 303)
        if found.purpose == "invitation":
            return keep_invitation(found.id)
        link_id, handle = sharing.open_link(context(), token)
    except NotFound as gone:
        return _gone(gone)
    keep_link(link_id)
    return redirect(url_for("nominator.status", handle=handle), 303)


def _gone(gone: NotFound) -> Response:
    """A link that opens nothing, and the two ways to a new one."""
    nav = _frame()
    ways = [
        ("Send me my nomination links", url_for("nominator.send_links")),
        ("Send me a sign-in link", url_for("accounts.sign_in")),
    ]
    return render("errors/404.html", 404, reason=gone.sentence, ways=ways, nav=nav)
