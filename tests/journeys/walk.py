"""The walk: every page that somebody can reach by links in the demo season, looked at in a real browser.

A page is fetched first, which costs next to nothing; the browser looks at it unless this run has looked at one of
the same shape already: the same view with the same elements, classes, roles and fields, whatever is written there.
"""

import hashlib
import re
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import func, select
from werkzeug.exceptions import HTTPException

from heroes.adapters.chance import SeededChance
from heroes.adapters.clock import FixedClock
from heroes.app import create_app
from heroes.domain.actors import SYSTEM
from heroes.migrations import steps
from heroes.models import Entry, Membership, PanelMember, PrivateLink, ProgrammeRole
from heroes.models.database import db, dispose
from heroes.services import demo
from heroes.services.context import Context
from heroes.services.links import token_of
from heroes.web.kit.pipeline import house
from tests.live import DESK, PHONE, Live, served
from tests.servers import Databases
from tests.world import World, open_world, settings_for

TODAY = datetime(2026, 9, 15, 12, 0, tzinfo=UTC)
ROLES = ("stranger", "nominator", "member", "judge", "chair", "admin", "auditor", "owner")
EACH_VIEW = 4
"""So many pages of one view are fetched for one role; a queue links to as many entries as there are."""
_AXE: str = Axe().axe_script
_NOT_PAGES = re.compile(r"\.(csv|txt|eml)$|^/static/|^/bootstrap/")
_DRAWN = {"rect", "path", "use", "circle", "g", "line", "text"}
_CHANCE = re.compile(r"(hue|p\d?|w)-\d")


def build_stage(database_url: str, stage: str) -> None:
    """Fill an empty database with the demo season at a stage."""
    folder = Path(database_url.removeprefix("sqlite:///")).parent
    app = create_app(settings_for(database_url, folder, demo=True), clock=FixedClock(TODAY))
    with app.app_context():
        steps.upgrade(db.engine)
        it = house()
        ctx = Context(session=db.session(), actor=SYSTEM, now=TODAY, keys=it.keys, chance=SeededChance(1))
        demo.build(ctx, stage, TODAY)
        db.session.remove()
        dispose(db.engine)


@contextmanager
def demo_at(databases: Databases, stage: str, folder: Path, browser: Browser) -> Iterator[Live]:
    """The demo season at a stage, served."""
    url = databases.copy_of("sqlite", f"demo-{stage}", lambda address: build_stage(address, stage))
    with open_world(url, "sqlite", folder, demo=True) as world:
        world.clock.at = TODAY
        with served(world, browser) as live:
            yield live


def come_as(live: Live, role: str) -> Page:
    """A browser of somebody who has the role."""
    if role == "stranger":
        return live.page()
    if role == "nominator":
        page = live.page()
        page.goto(_private_link(live.world))
        page.locator("main form button").first.click()
        return page
    return live.page(_somebody(live.world, role))


def _private_link(world: World) -> str:
    link = world.session.scalars(
        select(PrivateLink)
        .join(Entry, Entry.id == PrivateLink.entry_id)
        .where(PrivateLink.purpose == "entry")
        .order_by(Entry.state.desc(), PrivateLink.id)
    ).first()
    assert link is not None
    token = token_of(world.house.keys.links, link.purpose, link.nonce)
    db.session.rollback()
    return f"/link/{token}"


def _somebody(world: World, role: str) -> str:
    """The name that the world has for somebody of a role; a member is one whose organisation has most entries."""
    if role == "member":
        entries = func.count(Entry.id)
        wanted = (
            select(Membership.user_id)
            .join(Entry, Entry.workspace_id == Membership.organisation_id)
            .group_by(Membership.user_id)
            .order_by(entries.desc(), Membership.user_id)
        )
    elif role in ("judge", "chair"):
        wanted = select(PanelMember.user_id).where(PanelMember.role == role).order_by(PanelMember.user_id)
    else:
        wanted = select(ProgrammeRole.user_id).where(ProgrammeRole.role == role)
    found = world.session.scalars(wanted).first()
    db.session.rollback()
    return next(name for name, user_id in world.people.items() if user_id == found)


@dataclass
class Walk:
    """One person's walk through the pages, and everything found on the way.

    All walks of a run share the folder `marks`, so that nobody looks at what somebody has looked at already.
    """

    live: Live
    page: Page
    marks: Path
    pictures: Path | None = None
    faults: list[str] = field(default_factory=list)
    fetched: Counter[str] = field(default_factory=Counter)
    looked: list[str] = field(default_factory=list)

    def go(self, *starts: str) -> None:
        """Walk from these pages along every link.

        Of the builder's pages each is looked at once: their many fields differ from one season to the next, and their
        states have tests of their own.
        """
        waiting, known = deque(starts), set(starts)
        while waiting:
            path = waiting.popleft()
            view = self._view(path)
            if view is None or self.fetched[view] >= (1 if view.startswith("builder.") else EACH_VIEW):
                continue
            self.fetched[view] += 1
            answer = self.page.request.get(self.live.address + path)
            if answer.status != 200:
                self.faults.append(f"{path}: status {answer.status}")
                continue
            if "text/html" not in answer.headers["content-type"]:
                continue
            seen = _Seen(view.partition("?")[0])
            seen.feed(answer.text())
            if self._has_news({seen.view} if view.startswith("builder.") else seen.kinds):
                self.look(path)
            for link in self._links(urlsplit(answer.url).path, seen.links):
                if link not in known:
                    known.add(link)
                    waiting.append(link)

    def _has_news(self, kinds: set[str]) -> bool:
        """Whether a page has a kind of element that nobody in the whole run has looked at in this view."""
        return any([self._is_new(kind) for kind in kinds])  # noqa: C419 (each is to be marked as looked at)

    def _is_new(self, kind: str) -> bool:
        try:
            (self.marks / hashlib.sha256(kind.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _quietly(self) -> list[str]:
        """The page's faults. What axe does to the page while it looks is no trouble of the page's own."""
        heard = len(self.live.troubles)
        found = faults_of(self.page)
        self.live.troubles[heard:] = [
            t for t in self.live.troubles[heard:] if "Applying inline style" not in t
        ]
        return found

    def _view(self, path: str) -> str | None:
        """The view behind an address, with the names of what its query says; None if it is no page."""
        parts = urlsplit(path)
        if _NOT_PAGES.search(parts.path):
            return None
        try:
            endpoint, _ = self.live.world.app.url_map.bind("localhost").match(parts.path, method="GET")
        except HTTPException:
            return f"nowhere {parts.path}"
        names = ",".join(sorted({name for name, value in parse_qsl(parts.query) if value}))
        return f"{endpoint}?{names}"

    def _links(self, landed: str, links: list[str]) -> Iterator[str]:
        for link in links:
            address = urldefrag(urljoin(self.live.address + landed, link)).url
            if address.startswith(self.live.address + "/"):
                yield address.removeprefix(self.live.address)

    def look(self, path: str) -> None:
        """Look at one page, and keep a picture of it if pictures are asked for."""
        self.looked.append(path)
        self.page.goto(path)
        self.faults += [f"{path}: {fault}" for fault in self._quietly()]
        if self.pictures is None:
            return
        name = re.sub(r"\W+", "_", path).strip("_")[:80] or "home"
        for size in (DESK, PHONE):
            self.page.set_viewport_size(size)  # type: ignore[arg-type] # playwright's own dict
            picture = self.pictures / f"{len(self.looked):02}_{name}_{size['width']}.png"
            self.page.screenshot(path=picture, full_page=True)
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type] # playwright's own dict


class _Seen(HTMLParser):
    """The links of a page, and what kinds of element its view has: their classes, and how a machine knows them."""

    def __init__(self, view: str) -> None:
        super().__init__()
        self.view = view
        self.links: list[str] = []
        self.kinds = {view}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a kind of element, and where a link leads."""
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag not in _DRAWN:
            classes = sorted(c for c in (given.get("class") or "").split() if not _CHANCE.match(c))
            named = sorted(given.keys() - {"id", "class", "href", "for", "value", "name", "aria-describedby"})
            self.kinds.add(f"{self.view} {tag} {classes} {named}")


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page in front of us: axe by day on a desk and by night on a phone, width, and print."""
    before = page.viewport_size
    found = []
    page.evaluate(_AXE)
    for size, scheme in ((DESK, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)  # type: ignore[arg-type] # playwright's own dict
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type] # a plain str to mypy
        found += [f"{size['width']}: {fault}" for fault in _sideways(page)]
        found += [f"{size['width']} {scheme}: {fault}" for fault in _axe(page)]
    found += _print_faults(page)
    page.emulate_media(color_scheme="light", media="screen")
    if before:
        page.set_viewport_size(before)
    return found


def _axe(page: Page) -> list[str]:
    options = '{resultTypes: ["violations"], preload: false, iframes: false}'
    violations = page.evaluate(
        f"axe.run(document, {options}).then(r => r.violations.map(v => [v.id, v.nodes.map("
        "n => [n.target.join(' '), n.html.slice(0, 160), (n.any[0] || n.all[0] || n.none[0] || {}).message])]))"
    )
    return [
        f"{rule} at {target}: {text} ({why})" for rule, nodes in violations for target, text, why in nodes[:3]
    ]


def _sideways(page: Page) -> list[str]:
    wide, widest = page.evaluate(
        """() => {
          const width = innerWidth;
          const over = [...document.querySelectorAll("main *, header *, footer *")]
            .filter(e => e.getBoundingClientRect().right > width + 1)
            .slice(0, 3).map(e => e.outerHTML.slice(0, 120));
          return [document.scrollingElement.scrollWidth - width, over];
        }"""
    )
    return [f"scrolls sideways by {wide} px: {widest}"] if wide > 0 else []


def _print_faults(page: Page) -> list[str]:
    page.emulate_media(media="print", color_scheme="light")
    shown = page.evaluate(
        """() => [...document.querySelectorAll("nav, .skip, .btn")]
          .filter(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length)
          .map(e => e.outerHTML.slice(0, 120))"""
    )
    faults = [f"printed: {element}" for element in shown[:3]]
    if page.locator("h1").count() and not page.locator("h1").first.is_visible():
        faults.append("printed without its heading")
    return faults
