"""Nobody learns an outcome before its hour: two worlds that differ only in what is hidden answer alike, everywhere.

Both are built by the same number of acts in the same order with the same seeds. Then every address of the program is
asked for as a stranger, an entrant, an organisation's member and a judge who is not in the final round, every link and
form on the pages is followed and sent, and each answer is compared: status, headers, body, number of statements, mails.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from heroes.domain.entry_states import Act, Face, State
from heroes.models import Assignment, Category, Entry, Organisation, OutboxMail
from heroes.models.database import db, dispose
from heroes.services import nominating, posting, rounds, screening
from heroes.services.context import Context
from heroes.web.nominator import private
from tests.counting import statements
from tests.judging import asked, change, handed_in
from tests.outcomes import moved, released
from tests.servers import Databases
from tests.world import FINAL_JUDGED, JUDGED, JUDGING, OPEN, STORY, World, build, open_world

WHO = ("stranger", "alice", "bob", "jill")
READERS = ("alice@home.example", "bob@larkfield.example", "beth@larkfield.example", "jill@judges.example")
MOST_LINKS = 400
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{20,}")
_LEAVES = ("/sign-out",)
READS = ("SELECT", "WITH")

Answer = tuple[Any, ...]
Seen = dict[tuple[str, str, str], Answer]


# ---- the two worlds ----


@dataclass
class Scene:
    """Eight entries: of Alice, of Bob's organisation, and of two others, in a category of one round and of two."""

    world: World
    entries: dict[str, Entry] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)

    def build(self) -> None:
        world = self.world
        world.clock.at = OPEN
        larkfield = world.session.scalars(
            select(Organisation).where(Organisation.handle == "orglarkfield")
        ).one()
        for category, number in (("frontline", 1), ("teams", 2)):
            for letter in "abcd":
                name = f"{letter}{number}"
                story: dict[str, Any] = STORY | {
                    "title": f"Entry {name.upper()}",
                    "organisation_name": "Fernhill Telecom",
                }
                if letter == "b":
                    started = nominating.start(
                        world.ctx("bob"), "small-2026", category, story, workspace=larkfield
                    )
                    sender = world.ctx("bob")
                else:
                    mail = "alice@home.example" if letter == "a" else f"{letter}@other.example"
                    started = world.nominate(category, **story | {"nominator_email": mail})
                    assert started.link is not None
                    self.links[name] = started.link.id
                    sender = world.ctx("alice", frozenset({started.link.id}))
                nominating.send(sender, started.entry.handle, started.sheet.revision)
                entry = self.entries[name] = started.entry
                world.session.refresh(entry)
                screening.screen(world.ctx("adam"), entry.handle, "eligible", "", entry.version)
                world.session.refresh(entry)
        world.clock.at = JUDGING
        for name, entry in self.entries.items():
            marks = (
                {"difference": "7", "beyond": "6"}
                if name.endswith("1")
                else {"outcome": "7", "learning": "6"}
            )
            for judge in ("jack", "jill"):
                handed_in(world, entry, judge, **marks)
        world.clock.at = JUDGED
        world.computed()

    def act(self, name: str, act: Act, **given: Any) -> None:
        moved(self.world, self.entries[name], act, **given)

    def final(self, first: str, second: str) -> None:
        """Open the final for whoever is shortlisted; Jack is asked for two entries and hands one in."""
        rounds.open_final(self.world.ctx("adam"), "small-2026", "teams")
        self.world.clock.at = FINAL_JUDGED.replace(day=10)
        for name in (first, second):
            self.world.session.refresh(self.entries[name])
        asked(self.world, self.entries[first], "jack")
        handed_in(self.world, self.entries[second], "jack", outcome="9", learning="9")
        self.world.computed()


def before_the_shortlist(scene: Scene, swapped: bool) -> None:
    """Half of the entries are shortlisted and half are not: which half is the hidden fact. The final is under way."""
    ahead = "cd" if swapped else "ab"
    for name in scene.entries:
        scene.act(name, Act.SHORTLIST if name[0] in ahead else Act.NOT_SHORTLIST)
    scene.final(f"{ahead[0]}2", f"{ahead[1]}2")


def between_the_releases(scene: Scene, swapped: bool) -> None:
    """The same shortlist is out; who is awarded, at which level, and who is not, are the hidden facts."""
    for name in scene.entries:
        scene.act(name, Act.NOT_SHORTLIST if name[0] == "d" else Act.SHORTLIST)
    released(scene.world, "shortlist")
    scene.final("a2", "b2")
    scene.world.clock.at = FINAL_JUDGED
    levels = {"a1": "", "b1": "commended", "c1": "winner", "a2": "", "b2": "", "c2": "winner"}
    if not swapped:
        levels = {"a1": "winner", "b1": "", "c1": "commended", "a2": "winner", "b2": "", "c2": ""}
    for name, level in levels.items():
        if level:
            scene.act(name, Act.AWARD, level=level)
        else:
            scene.act(name, Act.NOT_AWARD)


def only_the_level(scene: Scene, swapped: bool) -> None:
    """Everybody shortlisted is awarded; who holds which level is the hidden fact."""
    for name in scene.entries:
        scene.act(name, Act.NOT_SHORTLIST if name[0] == "d" else Act.SHORTLIST)
    released(scene.world, "shortlist")
    scene.final("a2", "b2")
    scene.world.clock.at = FINAL_JUDGED
    scene.act("a1", Act.AWARD, level="winner" if swapped else "commended")
    scene.act("b1", Act.AWARD, level="commended" if swapped else "winner")
    scene.act("c1", Act.AWARD, level="commended")
    for name in ("a2", "b2", "c2"):
        scene.act(name, Act.NOT_AWARD)


def where_nobody_competes(scene: Scene, swapped: bool) -> None:
    """A shortlist is out and says nothing here: who reached the benchmark, and who did not, are the hidden facts."""
    frontline = scene.world.session.get_one(Category, scene.entries["a1"].category_id)
    outcome = {"levels": [{"key": "reached", "name": "Accredited", "at_least": 60}]}
    change(scene.world, frontline, outcome=outcome)
    released(scene.world, "shortlist", anyway=True)
    for name in ("a1", "b1", "c1"):
        scene.act(name, Act.SHORTLIST)
        if (name == "b1") is swapped:
            scene.act(name, Act.AWARD, level="reached")
        else:
            scene.act(name, Act.NOT_AWARD)


# ---- looking at everything ----


BUILT = {"source": ("empty",), "accent": ("8e1b55",), "digest": ("0" * 64,), "number": ("1",)}
"""Parameters of pages about a season's set-up, its look and its rule card."""


class Walk:
    """Asks one world for everything as four people and writes down what came back."""

    def __init__(self, scene: Scene, *, writing: bool, only: str = "") -> None:
        self.scene = scene
        self.world = scene.world
        self.writing = writing
        self.only = only
        self.seen: Seen = {}
        self.saved = ""
        self.tokens: dict[str, str] = {}
        self.written = False

    def everything(self) -> Seen:
        self.world.app.config["WTF_CSRF_CHECK_DEFAULT"] = False
        self.snapshot()
        for who in WHO:
            forms = self.reads(who)
            if self.writing:
                self.writes(who, forms)
        return self.seen

    def reads(self, who: str) -> dict[str, tuple[str, dict[str, Any]]]:
        client = self.client(who)
        forms: dict[str, tuple[str, dict[str, Any]]] = {}
        waiting = [
            path for rule in self.rules() if "GET" in (rule.methods or ()) for path in self.addresses(rule)
        ]
        done: set[str] = set()
        while waiting:
            path = waiting.pop(0)
            if path in done or len(done) > MOST_LINKS or self.only not in path:
                continue
            done.add(path)
            response = self.ask(client, who, "GET", path)
            if response.mimetype == "text/html" and response.status_code < 300:
                links, found = parts_of(response.get_data(as_text=True), path)
                waiting += sorted(links - done)
                forms |= found
        return forms

    def writes(self, who: str, forms: dict[str, tuple[str, dict[str, Any]]]) -> None:
        """Each form as it stands on its page, and every address that takes a form without anything in it."""
        presses = [*forms.values()]
        presses += [
            (path, {})
            for rule in self.rules()
            if "POST" in (rule.methods or ())
            for path in self.addresses(rule)
        ]
        for path, data in presses:
            if self.only not in path:
                continue
            if self.written:
                self.restore()
            client = self.client(who)
            response = self.ask(client, who, "POST", path, data)
            target = response.headers.get("Location", "")
            if response.status_code == 303 and target.startswith("/") and target not in _LEAVES:
                self.ask(client, who, f"after POST {path} {sorted(data)}", target)
        self.restore()

    def rules(self) -> list[Rule]:
        skipped = ("static", "bootstrap.static")
        # Nobody who walks here gets into staff's rooms: tests/house/test_endpoints.py holds their doors shut.
        found = [
            rule
            for rule in self.world.app.url_map.iter_rules()
            if rule.endpoint not in skipped and not rule.endpoint.startswith(("admin.", "builder."))
        ]
        return sorted(found, key=lambda rule: rule.rule)

    def addresses(self, rule: Rule) -> Iterator[str]:
        """A rule's address with everything that the world has for its parameters."""
        names = sorted(rule.arguments)
        unknown = set(names) - self.values.keys()
        assert not unknown, f"{rule.rule}: say in this test what {unknown} can be"
        for values in product(*(self.handles_of(rule.rule).get(name, self.values[name]) for name in names)):
            yield self.world.app.url_map.bind("localhost").build(
                rule.endpoint, dict(zip(names, values, strict=True)), method=None
            )

    def handles_of(self, rule: str) -> dict[str, tuple[str, ...]]:
        """What a handle can be: in the rooms of the four all that is theirs, and something of another kind."""
        entries, assignments = self.handles[:8], self.handles[8:]
        if rule.startswith("/judge/"):
            return {"handle": (*assignments, entries[0])}
        if rule.startswith("/mine/"):
            return {"handle": (*entries, assignments[0])}
        return {"handle": (entries[0], entries[-1])}

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        entries = self.handles[:8]
        return {
            "season_slug": ("small-2026",),
            "category_slug": ("frontline", "teams"),
            "round_slug": ("written", "final"),
            "handle": self.handles,
            "entry_handle": entries[:2],
            "org_handle": ("orglarkfield", "orgfernhill"),
            "user_handle": self.people,
            "kind": ("shortlist", "outcomes", "judge"),
            "act": ("withdraw", "shortlist", "award"),
            "token": ("nothing",),
            "filename": ("theme.css",),
            **BUILT,
        }

    def client(self, who: str) -> FlaskClient:
        client = self.world.client()
        with client.session_transaction() as cookie:
            if who in self.tokens:
                cookie["_user_id"], cookie["_fresh"] = self.tokens[who], True
            elif who == "alice":
                cookie["links"] = [self.scene.links["a1"], self.scene.links["a2"]]
        return client

    def ask(
        self, client: FlaskClient, who: str, method: str, path: str, data: dict[str, Any] | None = None
    ) -> TestResponse:
        before = self.outbox()
        with statements(self.world) as sent:
            if method == "POST":
                response = client.post(path, data=data, headers={"Sec-Fetch-Site": "same-origin"})
            else:
                response = client.get(path)
        self.written |= any(not statement.lstrip().startswith(READS) for statement in sent)
        key = (who, f"{method} {sorted(data)}" if data else method, path)
        self.seen[key] = (
            response.status_code,
            sorted(
                (name, self.plain(name, value))
                for name, value in response.headers
                if name != "Content-Length"
            ),
            TOKEN.sub("TOKEN", response.get_data(as_text=True)),
            len(sent),
            [mail for mail in self.outbox() if mail not in before],
        )
        return response

    def plain(self, name: str, value: str) -> str:
        """A header without what is random in it: the form token and the signature's time."""
        if name != "Set-Cookie" or not value.startswith("heroes="):
            return TOKEN.sub("TOKEN", value)
        cookie, _, rest = value.removeprefix("heroes=").partition(";")
        reader = self.world.app.session_interface.get_signing_serializer(self.world.app)  # type: ignore[attr-defined]
        content = dict(reader.loads(cookie)) if cookie else {}
        content.pop("csrf_token", None)
        return f"{content} {rest}"

    def outbox(self) -> list[Answer]:
        """Every mail to one of the four, as it is kept."""
        self.world.session.rollback()
        rows = self.world.session.scalars(
            select(OutboxMail).where(OutboxMail.to_address.in_(READERS)).order_by(OutboxMail.id)
        )
        return [
            (m.id, m.key, m.template, m.to_address, m.to_name, str(m.values), m.message_id, m.state, m.due_at)
            for m in rows
        ]

    # ---- the database as it was, for each form that is sent ----

    def snapshot(self) -> None:
        session = self.world.session
        self.handles = (
            *(entry.handle for entry in self.scene.entries.values()),
            *session.scalars(select(Assignment.handle).order_by(Assignment.id)),
        )
        self.people = tuple(handle for who in ("bob", "jill") for handle in [self.world_user(who)])
        for who in ("bob", "jill"):
            with self.world.client(who).session_transaction() as cookie:
                self.tokens[who] = cookie["_user_id"]
        self.saved = f"{self.file}.saved"
        self.close()
        shutil.copyfile(self.file, self.saved)

    def world_user(self, who: str) -> str:
        row = db.metadata.tables["users"]
        return str(
            self.world.session.execute(
                select(row.c.handle).where(row.c.id == self.world.people[who])
            ).scalar_one()
        )

    def restore(self) -> None:
        self.written = False
        self.close()
        shutil.copyfile(self.saved, self.file)

    def close(self) -> None:
        db.session.remove()
        dispose(db.engine)
        assert not Path(f"{self.file}-wal").exists()

    @property
    def file(self) -> str:
        return str(make_url(self.world.house.settings.database_url).database)


def parts_of(html: str, path: str) -> tuple[set[str], dict[str, tuple[str, dict[str, Any]]]]:
    """The page's links to our own pages, and its forms filled in as they stand, once for each of their buttons."""
    root = html5lib.parse(html, namespaceHTMLElements=False)
    links = {a.get("href", "") for a in root.iter("a")}
    forms: dict[str, tuple[str, dict[str, Any]]] = {}
    for form in root.iter("form"):
        if form.get("method") != "post":
            continue
        action = form.get("action") or path
        data: dict[str, Any] = {}
        buttons: list[tuple[str, str]] = []
        for e in form.iter():
            name, value = e.get("name"), e.get("value", "")
            if e.tag == "button" and name:
                buttons.append((name, value))
            elif e.tag == "textarea" and name:
                data[name] = e.text or ""
            elif e.tag == "select" and name:
                options = list(e.iter("option"))
                chosen = [o for o in options if o.get("selected") is not None] or options[:1]
                data[name] = [o.get("value", "") for o in chosen]
            elif e.tag == "input" and name and name != "csrf_token" and _sent(e):
                data[name] = value
        for button in buttons or [("", "")]:
            sent = data | {button[0]: button[1]} if button[0] else data
            forms[f"{action} {sorted(sent.items(), key=str)}"] = (action, sent)
    ours = {link.split("#")[0] for link in links if link.startswith("/") and not link.startswith("/static")}
    return {link for link in ours if link}, forms


def _sent(element: Any) -> bool:
    return element.get("type") not in ("checkbox", "radio") or element.get("checked") is not None


# ---- comparing ----

Facts = Callable[[Scene, bool], None]


def seen_in(
    databases: Databases, folder: Path, facts: Facts, *, swapped: bool, writing: bool = True, only: str = ""
) -> Seen:
    folder.mkdir()
    url = databases.copy_of("sqlite", "small-world", build)
    with open_world(url, "sqlite", folder) as world:
        scene = Scene(world)
        scene.build()
        facts(scene, swapped)
        walk = Walk(scene, writing=writing, only=only)
        return walk.everything()


def differences(one: Seen, other: Seen) -> list[str]:
    parts = ("status", "headers", "body", "statements", "mails")
    found = [f"{key}: seen in one world only" for key in sorted(one.keys() ^ other.keys())]
    for key in one.keys() & other.keys():
        found += [
            f"{key}: {part} differ" for part, a, b in zip(parts, one[key], other[key], strict=True) if a != b
        ]
    return sorted(found)


@pytest.mark.parametrize("facts", [before_the_shortlist, between_the_releases, only_the_level])
def test_two_worlds_that_differ_only_in_what_is_hidden_answer_alike(
    databases: Databases, tmp_path: Path, facts: Facts
) -> None:
    one = seen_in(databases, tmp_path / "one", facts, swapped=False)
    other = seen_in(databases, tmp_path / "other", facts, swapped=True)

    assert differences(one, other) == []
    for who in WHO:
        assert sum(1 for person, *_ in one if person == who) > 100, "the walk has not gone far"
    statuses = {(who, answer[0]) for (who, *_), answer in one.items()}
    assert {(who, 200) for who in WHO} <= statuses


def leak_in(
    databases: Databases, folder: Path, facts: Facts, only: str, *, writing: bool = False
) -> list[str]:
    one = seen_in(databases, folder / "one", facts, swapped=False, writing=writing, only=only)
    other = seen_in(databases, folder / "other", facts, swapped=True, writing=writing, only=only)
    return differences(one, other)


def test_without_a_leak_a_short_walk_finds_nothing(databases: Databases, tmp_path: Path) -> None:
    assert leak_in(databases, tmp_path, where_nobody_competes, "/mine/") == []


def test_a_planted_word_turns_it_red(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def honest(draft: Any, now: object) -> Face:
        state = State(draft.entry.state)
        return Face.SHORTLISTED if state is State.SHORTLISTED else Face.IN_JUDGING

    monkeypatch.setattr(private, "face_of", honest)
    found = leak_in(databases, tmp_path, before_the_shortlist, "/mine/")
    assert {line.rsplit(": ", 1)[1] for line in found} == {"body differ"}
    assert {line.split("'")[1] for line in found} == {"alice", "bob"}


def test_a_planted_statement_turns_it_red(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = private.load_draft

    def curious(ctx: Context, handle: str) -> Any:
        draft = load(ctx, handle)
        if draft.entry.state == State.AWARDED:
            ctx.session.execute(select(Entry.id).where(Entry.id == draft.entry.id))
        return draft

    monkeypatch.setattr(private, "load_draft", curious)
    found = leak_in(databases, tmp_path, between_the_releases, "/mine/")
    assert found
    assert {line.rsplit(": ", 1)[1] for line in found} == {"statements differ"}


def test_a_planted_mail_turns_it_red(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe = posting.owe

    def telling(ctx: Context, template: str, to: str, **values: Any) -> None:
        state = ctx.session.scalars(select(Entry.state).where(Entry.id == values["entry_id"])).one()
        before = ctx.session.info.get("known", {}).get(values["entry_id"], state)
        owe(ctx, template, to, **values | {"title": f"{values.get('title')} ({before})"})

    remember = private.nominating.withdraw

    def withdraw(ctx: Context, handle: str, **more: Any) -> None:
        rows = ctx.session.execute(select(Entry.id, Entry.state).where(Entry.handle == handle)).all()
        ctx.session.info["known"] = {row.id: row.state for row in rows}
        remember(ctx, handle, **more)

    monkeypatch.setattr(nominating, "owe", telling)
    monkeypatch.setattr(private.nominating, "withdraw", withdraw)
    found = leak_in(databases, tmp_path, before_the_shortlist, "/withdraw", writing=True)
    assert found
    assert {line.rsplit(": ", 1)[1] for line in found} == {"mails differ"}
