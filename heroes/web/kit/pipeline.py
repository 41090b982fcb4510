"""What happens around every view: who acts, which transaction, which headers, and what a refusal looks like."""

from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from sqlalchemy import select, update
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.exceptions import NotFound as NoPage
from werkzeug.wrappers import Response as AnyResponse

from heroes.adapters.chance import Chance
from heroes.adapters.clock import Clock
from heroes.config import Settings
from heroes.domain.actors import Actor
from heroes.domain.questions import showable
from heroes.domain.roles import Role
from heroes.models.database import current_session, db
from heroes.models.people import User, UserSession
from heroes.models.rooms import Rooms, rooms_of
from heroes.services.accounts import actor_of, session_user
from heroes.services.context import Context, Keys
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, OnlyLooking, Refusal, TooOften
from heroes.services.viewing import Eyes, eyes_of
from heroes.web.kit.access import Access, access_of
from heroes.web.kit.look import STILL, logo_address, sheet_address
from heroes.web.kit.terms import own
from heroes.web.kit.words import zone_word

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SEEN_EVERY = timedelta(minutes=10)
MOST_LINKS = 60
NETWORK_BITS = 64
"""The part of an IPv6 address that one household or host has for itself."""
AS_ONESELF = frozenset({"viewing.stop", "accounts.sign_out"})
"""Endpoints that whoever looks as somebody else uses as themselves."""
OF_ONESELF = ("passwords", "invitations", "reminders")
"""Blueprints whose pages are about the signed-in person alone; nobody looks at somebody else's."""

csrf = CSRFProtect()
login = LoginManager()


@dataclass(frozen=True, slots=True)
class House:
    """What the pipeline needs for the life of the process."""

    settings: Settings
    keys: Keys
    clock: Clock
    chance: Chance


@dataclass(slots=True)
class Viewer(UserMixin):
    """The signed-in person of a request, with the rooms that are open to them."""

    user: User
    row: UserSession
    token: str
    found: Rooms = field(default_factory=Rooms)
    looked_at: bool = False
    """Whether this is the person that an admin looks as, and not the one who is signed in."""

    def get_id(self) -> str:
        """What the signed cookie keeps: the session's token, which is worth nothing once the session has ended."""
        return self.token

    @property
    def name(self) -> str:
        """The person's name."""
        return self.user.name

    @property
    def rooms(self) -> list[tuple[str, str, str]]:
        """(label, address, key) of every working room open to this person."""
        rooms = []
        if self.found.staff:
            rooms.append(("Run the season", url_for("admin.home"), "admin"))
        if self.found.judge:
            rooms.append(("Judge", url_for("judge.home"), "judge"))
        if self.found.organisations:
            rooms.append(("Organisation", url_for("organisation.home"), "organisation"))
        if not self.looked_at:
            rooms.append(("Account", url_for("accounts.account"), "account"))
        return rooms


def house() -> House:
    """The process's settings, keys, clock and chance."""
    return cast(House, current_app.extensions["heroes"])


def install(app: Flask, it: House) -> None:
    """Put the pipeline around every view of the application."""
    app.extensions["heroes"] = it
    # First of all the moment of arrival: a form that the next guard refuses is answered with it, too.
    app.before_request(_arrive)
    csrf.init_app(app)
    login.init_app(app)
    login.session_protection = None
    login.user_loader(_load_viewer)
    app.before_request(_gate)
    app.after_request(_headers)
    app.after_request(_seen)
    app.context_processor(_shared)
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(DataError, _names_nothing)
    app.register_error_handler(Exception, _crash)


def _arrive() -> None:
    g.now = house().clock.now()
    db.session().info["read_only"] = request.method in SAFE_METHODS
    if not request.path.isprintable():
        raise NoPage  # no address of ours has a control character, and no page could show it


def _load_viewer(token: str) -> Viewer | None:
    found = session_user(_context(Actor(address=_where_from())), token)
    if found is None:
        return None
    return Viewer(found[0], found[1], token, rooms_of(current_session(), found[0].id))


def _where_from() -> str:
    """Where the request came from, as limits count it: of IPv6 the network, for it gives one person 2**64 addresses."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv4Address):
        return text
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), NETWORK_BITS), strict=False))


def _context(actor: Actor) -> Context:
    it = house()
    return Context(
        session=current_session(),
        actor=actor,
        now=g.now,
        keys=it.keys,
        chance=it.chance,
        base_url=it.settings.base_url,
        submissions_per_hour=it.settings.submissions_per_hour,
    )


def signed_in() -> Viewer | None:
    """The signed-in person, if any. Asks the database only when the cookie names a session."""
    if "_user_id" not in session or g.get("in_trouble"):
        return None
    return cast(Viewer, current_user) if current_user.is_authenticated else None


def looking() -> Eyes | None:
    """With whose eyes the signed-in person looks, if not with their own. Such a request counts as nobody's visit."""
    if "eyes" not in g:
        person = signed_in()
        g.eyes = None
        if person is not None and person.row.viewing_season_id is not None:
            g.eyes = eyes_of(_context(actor_of(person.user, person.row.id, _where_from())), person.row)
    return cast("Eyes | None", g.eyes)


def viewer() -> Viewer | None:
    """The person whose pages these are: who is signed in, or whom they look as; nobody for a visitor."""
    person, eyes = signed_in(), looking()
    if person is None or eyes is None:
        return person
    if eyes.user is None:
        return None
    if "looked_at" not in g:
        found = rooms_of(current_session(), eyes.user.id)
        g.looked_at = Viewer(eyes.user, person.row, person.token, found, looked_at=True)
    return cast(Viewer, g.looked_at)


def context() -> Context:
    """The context that this request's services act in."""
    if "ctx" not in g:
        eyes = looking()
        if eyes is not None:
            g.ctx = _context(eyes.actor(_where_from()))
            return cast(Context, g.ctx)
        person = signed_in()
        links = frozenset(int(i) for i in session.get("links", []))
        address = _where_from()
        actor = (
            Actor(links=links, address=address)
            if person is None
            else actor_of(person.user, person.row.id, address, links)
        )
        g.ctx = _context(actor)
    return cast(Context, g.ctx)


def keep_link(link_id: int) -> None:
    """Let this browser open an entry from now on; the cookie is signed and keeps the latest sixty."""
    links = [i for i in session.get("links", []) if i != link_id]
    session["links"] = [*links, link_id][-MOST_LINKS:]
    session.permanent = True


def _gate() -> AnyResponse | None:
    if request.endpoint is None:
        return None
    access = access_of(current_app.view_functions[request.endpoint])
    if access is None:
        return None
    if request.endpoint in AS_ONESELF:
        g.eyes = None
    elif _may_be_looking():
        _only_look(request.endpoint, access)
    if access is Access.EVERYBODY:
        return None
    person = viewer()
    if person is None:
        if request.method in SAFE_METHODS:
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        return _signed_out_while_writing()
    if not allowed(access, person.found):
        raise NoPage
    return None


def _may_be_looking() -> bool:
    return "_user_id" in session and looking() is not None


def _only_look(endpoint: str, access: Access) -> None:
    """Refuse what nobody does with another's eyes: change anything, or open a page that is one's own alone."""
    eyes = looking()
    assert eyes is not None
    if request.method not in SAFE_METHODS:
        raise OnlyLooking(f"You are looking as {eyes.words}, and nothing can be changed that way.")
    blueprint, _, name = endpoint.partition(".")
    if access in (Access.STAFF, Access.ADMIN, Access.OWNER):
        raise OnlyLooking(f"This is a page of your own, and you are looking as {eyes.words}.")
    if blueprint in OF_ONESELF or name == "account":
        raise OnlyLooking("An account’s own pages are for nobody but the person whose account it is.")


def allowed(access: Access, rooms: Rooms) -> bool:
    """Whether somebody with these rooms may use endpoints of this kind at all."""
    match access:
        case Access.ORGANISATION:
            return bool(rooms.organisations)
        case Access.JUDGE:
            return rooms.judge
        case Access.STAFF:
            return bool(rooms.staff)
        case Access.ADMIN:
            return bool(rooms.staff & {Role.ADMIN, Role.OWNER})
        case Access.OWNER:
            return Role.OWNER in rooms.staff
    return True


def render(template: str, status: int = 200, **values: Any) -> Response:
    """A page."""
    return make_response(render_template(template, **values), status)


def wants_json() -> bool:
    """Whether one of our own modules asks, which is answered in a few words of JSON."""
    return request.headers.get("X-Requested-With") == "autosave"


def _shared() -> dict[str, Any]:
    return {
        "viewer": viewer(),
        "looking": looking(),
        "now": g.get("now"),
        "site": g.get("site"),
        "csrf_token": generate_csrf,
    }


def set_site(season: Any, programme: Any) -> None:
    """Tell the frame of every page whose season this is."""
    person_demo = house().settings.demo
    g.words = programme.words
    g.site = {
        "programme": programme.name,
        "body": programme.body,
        "contact": programme.contact,
        "season_name": season.name if season else programme.name,
        "season_slug": season.slug if season else None,
        "year": season.year if season else None,
        "zone": season.timezone if season else "UTC",
        "zone_word": zone_word(g.now, season.timezone) if season else "UTC",
        "demo": person_demo,
        "look": sheet_address(season.colours) if season else "",
        "logo": logo_address(season.logo_digest) if season else "",
        "built": _built(season),
    }


def _built(season: Any) -> str:
    """What pages of a season that is not open say on top: it is tried out, or only its staff see it."""
    if season is None or season.opened_at is not None:
        return ""
    return "rehearsal" if season.rehearsed else "built"


# ---- what a refusal looks like ----


def refused(error: Refusal) -> Response:
    """The page (or JSON) of a refusal that no view has taken up itself."""
    status = status_of(error)
    current_session().rollback()
    if wants_json():
        return make_response(jsonify(error=error.code, sentence=own(error.sentence)), status)
    if isinstance(error, NotFound) and error.sentence == NotFound().sentence:
        return render("errors/404.html", 404, fields=posted_fields())
    values: dict[str, Any] = {"reason": own(error.sentence), "fields": posted_fields(), "error": error}
    template = "errors/looking.html" if isinstance(error, OnlyLooking) else f"errors/{status}.html"
    response = render(template, status, **values)
    if isinstance(error, TooOften):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def status_of(error: Refusal) -> int:
    """The HTTP status of a refusal."""
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, NotAllowed):
        return 403
    if isinstance(error, TooOften):
        return 429
    return 400 if isinstance(error, Invalid) else 409


def posted_fields() -> list[tuple[str, str]]:
    """Everything that was typed into the refused form, so that a page can give it back."""
    if request.method in SAFE_METHODS:
        return []
    try:
        posted = request.form.lists()
    except RequestEntityTooLarge:
        return []
    hidden = {"csrf_token", "password", "old", "new"}
    return [(showable(k), showable(v)) for k, values in posted for v in values if k not in hidden]


def _stale_form(_: CSRFError) -> Response:
    """A form from another session: give everything back with a button that sends it again.

    Only where the browser says that the form came from ourselves; anything else is refused outright.
    """
    if not _same_origin():
        return render("errors/400.html", 400, reason="This form did not come from our own pages.")
    if wants_json():
        return make_response(
            jsonify(error="stale", sentence="Please reload this page; your text is still here."), 400
        )
    return render("errors/again.html", 400, fields=posted_fields(), signed_out=False)


def _signed_out_while_writing() -> Response:
    if wants_json():
        return make_response(
            jsonify(error="signed_out", sentence="You have been signed out. Your text is still here."), 401
        )
    if not _same_origin():
        abort(400)
    return render("errors/again.html", 401, fields=posted_fields(), signed_out=True)


def _same_origin() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(source).netloc == request.host


def _http_error(error: HTTPException) -> AnyResponse:
    code = error.code or 500
    if error.response is not None or code < 400:
        return error.get_response()
    current_session().rollback()
    if wants_json():
        return make_response(jsonify(error=str(code), sentence=error.name), code)
    page = code if code in (400, 403, 404, 405, 409, 413, 429, 503) else (400 if code < 500 else 500)
    response = render(f"errors/{page}.html", code, fields=posted_fields())
    if code == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods or ())  # type: ignore[attr-defined] # 405 has them
    return response


def _database_error(error: OperationalError) -> Response:
    current_app.logger.error("the database is not answering: %s", type(error.orig).__name__)
    _set_aside()
    return render("errors/503.html", 503, fields=posted_fields())


def _names_nothing(error: DataError) -> AnyResponse:
    """A handle or number that PostgreSQL cannot even look for: nothing has it, as SQLite finds out by looking."""
    current_app.logger.error(
        "a value that no column holds at %s: %s", request.endpoint, type(error.orig).__name__
    )
    return _http_error(NoPage())


def _crash(error: Exception) -> Response:
    if current_app.testing or current_app.debug:
        raise error
    current_app.logger.error("unexpected error at %s", request.endpoint, exc_info=error)
    _set_aside()
    return render("errors/500.html", 500, fields=posted_fields())


def _set_aside() -> None:
    """Let go of the database and ask it nothing more in this request: the page about the trouble must still come."""
    g.in_trouble = True
    current_session().rollback()


# ---- headers ----

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if house().settings.https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint not in STILL or "Cache-Control" not in headers:
        headers.setdefault("Cache-Control", "no-store")
        response.vary.add("Cookie")
    return response


def _seen(response: Response) -> Response:
    """Note now and then that a session is in use: apart from the request's own transaction."""
    person = signed_in() if "_user_id" in session and request.endpoint not in STILL else None
    if person is None or g.now - person.row.last_seen_at < SEEN_EVERY or person.row.ended_at is not None:
        return response
    with Session(db.engine) as apart, apart.begin():
        apart.execute(update(UserSession).where(UserSession.id == person.row.id).values(last_seen_at=g.now))
    return response


def check_every_endpoint_declares(app: Flask) -> None:
    """Stop the start if an endpoint does not say who may use it."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if access_of(view) is None and rule.endpoint not in ("static", "bootstrap.static"):
            raise RuntimeError(f"the endpoint {rule.endpoint} does not declare who may use it")


def changed_by(error: Faster) -> dict[str, Any]:
    """The values of the page "somebody was faster"."""
    return {"who": error.who, "what": error.what, "when": error.when, "reason": error.sentence}


def database_is_demo() -> bool:
    """Whether the database is marked as demo."""
    from_installation = (
        current_session().execute(select(db.metadata.tables["installation"].c.is_demo)).scalar()
    )
    return bool(from_installation)
