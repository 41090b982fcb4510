"""The world that tests live in: one small season and five people, on both databases, with a clock that stands still.

Alice nominates (a private link, no account). Bob is a member of her organisation, Larkfield Water; Charlie of another,
Fernhill Telecom. Dora judges on the people panel and works for Larkfield, so Alice's nominee is a conflict for her.
Olive owns the programme. Beside them: Adam an admin, Audrey an auditor, Chloe chairs both panels, Jack and Jill judge.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, make_url, select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from heroes.adapters.chance import SeededChance
from heroes.adapters.clock import FixedClock
from heroes.app import create_app
from heroes.config import Settings
from heroes.domain.actors import IMPORT, SYSTEM, Actor
from heroes.domain.slugs import name_key
from heroes.jobs.reckoner import Reckoner
from heroes.migrations import steps
from heroes.models import Membership, Organisation, Panel, PanelMember, Programme, Season, User
from heroes.models.database import db, dispose, reader
from heroes.services import nominating
from heroes.services.accounts import actor_of, add_user, start_session
from heroes.services.context import Context
from heroes.services.opening import ensure_installation, give_role
from heroes.services.season_files import load_season, read_season
from heroes.services.transactions import transaction
from heroes.web.kit.pipeline import House, house
from heroes.web.kit.visits import Waiting
from tests import conscience
from tests.servers import Databases

HERE = Path(__file__).parent
OPEN = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
"""A moment when the small season takes entries."""
JUDGING = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
JUDGED = datetime(2026, 7, 2, 12, 0, tzinfo=UTC)
FINAL_JUDGED = datetime(2026, 9, 20, 12, 0, tzinfo=UTC)

STORY = {
    "nominator_name": "Alice Archer",
    "nominator_email": "alice@home.example",
    "relation": "She helped my mother",
    "title": "Maureen Okafor",
    "nominee_role": "Adviser",
    "nominee_email": "maureen@larkfield.example",
    "organisation_name": "Larkfield Water",
    "sector": "Water",
    "may_tell": "no",
    "sentence": "She rang forty-one people before anybody asked.",
    "story": "A main burst at teatime and she rang every customer on the register.",
    "where": "Leeds",
    "calls": "40",
    "agreed": "yes",
    "consent": "2026-1",
}
"""A whole nomination for the category `frontline`, as it is posted."""

STAFF = (
    ("olive", "Olive Owner", "owner"),
    ("adam", "Adam Admin", "admin"),
    ("audrey", "Audrey Auditor", "auditor"),
)
JUDGES = (
    ("chloe", "Chloe Chair", "chair"),
    ("dora", "Dora Dent", "judge"),
    ("jack", "Jack Judge", "judge"),
    ("jill", "Jill Judge", "judge"),
)


def settings_for(database_url: str, folder: Path, **more: Any) -> Settings:
    """Settings of a test's application."""
    given: dict[str, Any] = {
        "instance": folder,
        "database_url": database_url.replace("postgresql://", "postgresql+psycopg://", 1),
        "secret_key": "for tests only, and long enough to pass",
        "audit_key": "an audit key for tests, long enough as well",
        "base_url": "http://localhost",
        "mail_from": "heroes@tiny.example",
        "mail_url": f"file://{folder / 'mail'}",
        "storage_url": f"file://{folder / 'files'}",
    }
    return Settings(**(given | more))


class Browser(FlaskClient):
    """A browser that first lets go of what the test itself has read: SQLite has one writer at a time."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Make a request; an HTML answer must keep what every page keeps."""
        db.session.rollback()
        # A context of its own, as on a server: in the test's, a request would find the last one's person in `g`.
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        if (
            response.mimetype == "text/html"
            and response.get_data()
            and response.status_code not in (301, 302, 303, 308)
        ):
            conscience.check(response.get_data(), response.request.path)
        return response


@dataclass
class World:
    """An application on a database of its own, with short ways to act as somebody."""

    app: Flask
    clock: FixedClock
    kind: str
    people: dict[str, int] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        """The session of the test's own application context."""
        return db.session()

    @property
    def house(self) -> House:
        """Settings, keys, clock and chance."""
        return house()

    def actor(self, who: str, links: frozenset[int] = frozenset()) -> Actor:
        """An actor by name: a person of the world, "stranger", "import" or "system"."""
        if who in ("import", "system"):
            return IMPORT if who == "import" else SYSTEM
        if who in ("stranger", "alice"):
            return Actor(links=links, address="192.0.2.1")
        return actor_of(self.session.get_one(User, self.people[who]), address="192.0.2.2", links=links)

    def ctx(self, who: str = "stranger", links: frozenset[int] = frozenset()) -> Context:
        """A context in which somebody acts, at the present moment of the world's clock."""
        it = self.house
        return Context(
            session=self.session,
            actor=self.actor(who, links),
            now=self.clock.now(),
            keys=it.keys,
            chance=it.chance,
        )

    def client(self, who: str | None = None) -> FlaskClient:
        """A browser; signed in if somebody is named."""
        self.app.test_client_class = Browser
        client = self.app.test_client()
        if who is not None:
            self.sign_in(client, who)
        return client

    def sign_in(self, client: FlaskClient, who: str) -> None:
        """Sign a browser in without the pages for it."""
        ctx = self.ctx(who)
        with transaction(ctx):
            token = start_session(ctx, ctx.session.get_one(User, self.people[who]), "test").token
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True

    def nominate(self, category: str = "frontline", **changes: str) -> nominating.Started:
        """A draft of Alice's."""
        return nominating.start(self.ctx(), "small-2026", category, STORY | changes)  # type: ignore[arg-type]

    def submitted(self, category: str = "frontline", **changes: str) -> nominating.Started:
        """A submitted entry of Alice's, with the link that opens it."""
        started = self.nominate(category, **changes)
        assert started.link is not None
        ctx = self.ctx("alice", frozenset({started.link.id}))
        nominating.send(ctx, started.entry.handle, started.sheet.revision)
        self.session.refresh(started.entry)
        return started

    def computed(self) -> None:
        """Have the worker compute whatever is behind its marks, and read anew what the test has read."""
        self.session.rollback()
        # A context of its own, as a worker has: it closes its session when it has done its work.
        with self.app.app_context():
            Reckoner(lambda: self.ctx("system")).all_now()
        self.session.expire_all()

    def season(self) -> Season:
        """The small season."""
        return self.session.scalars(select(Season)).one()


def build(database_url: str) -> None:
    """Fill an empty database with the small season and its people."""
    folder = (
        Path(database_url.removeprefix("sqlite:///")).parent if database_url.startswith("sqlite") else HERE
    )
    app = create_app(settings_for(database_url, folder), clock=FixedClock(OPEN), chance=SeededChance(1))
    with app.app_context():
        steps.upgrade(db.engine)
        it = house()
        ctx = Context(session=db.session(), actor=SYSTEM, now=OPEN, keys=it.keys, chance=it.chance)
        ensure_installation(ctx)
        season = load_season(ctx, read_season(HERE / "data" / "small_season.toml"))
        with transaction(ctx):
            _people(ctx, season)
        db.session.remove()
        dispose(db.engine)


def _people(ctx: Context, season: Season) -> None:
    programme = ctx.session.scalars(select(Programme)).one()
    organisations = {}
    for key, name in (("larkfield", "Larkfield Water"), ("fernhill", "Fernhill Telecom")):
        organisations[key] = Organisation(
            programme_id=programme.id,
            handle=f"org{key}",
            name=name,
            name_key=name_key(name),
            sector="Water",
            has_workspace=True,
            created_at=ctx.now,
        )
    ctx.session.add_all(organisations.values())
    ctx.session.flush()
    for key, name, role in STAFF:
        user = add_user(ctx, name, f"{key}@tiny.example")
        give_role(ctx, user.id, programme.id, role)
    for key, name, org, role in (
        ("bob", "Bob Baker", "larkfield", "manager"),
        ("beth", "Beth Baker", "larkfield", "member"),
        ("charlie", "Charlie Cole", "fernhill", "manager"),
    ):
        user = add_user(ctx, name, f"{key}@{org}.example")
        ctx.session.add(
            Membership(user_id=user.id, organisation_id=organisations[org].id, role=role, joined_at=ctx.now)
        )
    panels = ctx.session.scalars(select(Panel).where(Panel.season_id == season.id)).all()
    for key, name, role in JUDGES:
        user = add_user(ctx, name, f"{key}@judges.example")
        if key == "dora":
            user.employer_id = organisations["larkfield"].id
        for panel in panels:
            ctx.session.add(PanelMember(panel_id=panel.id, user_id=user.id, role=role, joined_at=ctx.now))
    ctx.session.flush()


class Lent:
    """An application that outlives the worlds it is lent to, one at a time.

    A new one costs as much as all that a usual test asks of it: routes, templates and statements are made ready once
    for each. Its database, clock, chance and settings are the borrower's; what a test changed of its views and its
    configuration is put back.
    """

    def __init__(self, settings: Settings) -> None:
        self.app = create_app(settings)
        self.app.testing = True
        self.free = True
        self._views, self._config = dict(self.app.view_functions), dict(self.app.config)
        self._where = make_url(settings.database_url)
        with self.app.app_context():
            # On PostgreSQL the reader has the engine's own dialect.
            for dialect in {db.engine.dialect, reader(db.engine).dialect}:
                event.listen(dialect, "do_connect", self._redirect)

    def _redirect(self, dialect: Dialect, entry: object, arguments: list[Any], names: dict[str, Any]) -> None:
        if dialect.name == "sqlite":
            arguments[0] = self._where.database
        else:
            names["dbname"] = self._where.database

    @contextmanager
    def to(self, settings: Settings, clock: FixedClock, chance: SeededChance) -> Iterator[Flask]:
        """Lend it to a world with these settings."""
        self.free, self._where = False, make_url(settings.database_url)
        self.app.extensions["visits"] = Waiting()
        kept = self.app.extensions["heroes"]
        self.app.extensions["heroes"] = replace(kept, settings=settings, clock=clock, chance=chance)
        with self.app.app_context():
            yield self.app
            db.session.remove()
            dispose(db.engine)
        for mine, before in ((self.app.view_functions, self._views), (self.app.config, self._config)):
            mine.clear()
            mine.update(before)
        self.free = True  # not after a failure: then the next world gets a new one


_lent: dict[object, Lent] = {}


def _lender(settings: Settings, kind: str, more: dict[str, Any]) -> Lent:
    """The application for a kind of database and these settings; a new one where the last is still in use."""
    key = (kind, tuple(sorted(more.items())))
    if key not in _lent or not _lent[key].free:
        _lent[key] = Lent(settings)
    return _lent[key]


@contextmanager
def open_world(database_url: str, kind: str, folder: Path, seed: int = 2, **more: Any) -> Iterator[World]:
    """A world on a database that `build` has filled; `more` are settings."""
    clock = FixedClock(OPEN)
    settings = settings_for(database_url, folder, **more)
    with _lender(settings, kind, more).to(settings, clock, SeededChance(seed)) as app:
        world = World(app, clock, kind)
        for user in db.session.scalars(select(User)):
            world.people[(user.email or user.name).split("@")[0]] = user.id
        for organisation in db.session.scalars(select(Organisation)):
            world.organisations[organisation.name_key.split()[0]] = organisation.id
        db.session.rollback()
        yield world


@pytest.fixture
def world(databases: Databases, database_kind: str, tmp_path: Path) -> Iterator[World]:
    """The world, once on each database."""
    url = databases.copy_of(database_kind, "small-world", build)
    with open_world(url, database_kind, tmp_path) as opened:
        yield opened


@pytest.fixture
def lite_world(databases: Databases, tmp_path: Path) -> Iterator[World]:
    """The world on SQLite only, for tests about pages rather than about the database."""
    url = databases.copy_of("sqlite", "small-world", build)
    with open_world(url, "sqlite", tmp_path) as opened:
        yield opened


def token_in(page: str) -> str:
    """The CSRF token of a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None, "the page has no form token"
    return found[1]


def post(
    client: FlaskClient, path: str, data: dict[str, Any] | None = None, page: str | None = None, **more: Any
) -> Any:
    """Post a form as a browser does: with the token of the page it was on (`page`, else the same path)."""
    token = token_in(client.get(page or path).get_data(as_text=True))
    return client.post(path, data={"csrf_token": token, **(data or {})}, **more)
