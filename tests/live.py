"""The world served for real, for a real browser: the same application, on a free port, with the world's clock."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from heroes.models import OutboxMail, PrivateLink
from heroes.models.database import db
from heroes.services.links import token_of
from tests.servers import Databases
from tests.world import World, build, open_world

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 (Werkzeug's own name)
        """Say nothing."""


def _whole(app: Flask) -> Callable[..., list[bytes]]:
    """The application with answers of one piece: Werkzeug leaves a file open when the browser hangs up on it."""

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            if hasattr(parts, "close"):
                parts.close()

    return answer


@dataclass
class Live:
    """A served world, and browsers that look at it. Every page's errors and foreign requests are kept."""

    world: World
    address: str
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def page(self, who: str | None = None, *, phone: bool = False, scripts: bool = True) -> Page:
        """A new browser of its own, signed in if somebody is named."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type] # playwright's own dict
            java_script_enabled=scripts,
            has_touch=phone,
        )
        self.contexts.append(context)
        context.set_default_timeout(30_000)
        context.route("**/*", self._stay_home)
        if who is not None:
            client = self.world.client(who)
            cookie = client.get_cookie("heroes")
            assert cookie is not None
            context.add_cookies([{"name": "heroes", "value": cookie.value, "url": self.address}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._heard(page, said.type, said.text))
        return page

    def _heard(self, page: Page, kind: str, text: str) -> None:
        # A browser reports every refused request as an error of its own; the tests look at those themselves.
        if kind == "error" and "status of 4" not in text:
            self.troubles.append(f"{page.url}: {text}")

    def _stay_home(self, route: Route) -> None:
        if route.request.url.startswith((self.address, "data:")):
            route.continue_()
        else:
            self.troubles.append(f"a request to {route.request.url}")
            route.abort()

    def mailed_link(self, template: str, to: str = "") -> str:
        """The address of the private link in the latest mail of a kind, as the worker would write it."""
        db.session.rollback()
        wanted = select(OutboxMail).where(OutboxMail.template == template).order_by(OutboxMail.id.desc())
        mail = db.session.scalars(wanted.where(OutboxMail.to_address == to) if to else wanted).first()
        assert mail is not None, f"no mail {template}"
        link = db.session.get_one(PrivateLink, mail.values["link_id"])
        token = token_of(self.world.house.keys.links, link.purpose, link.nonce)
        db.session.rollback()
        return f"/link/{token}"


@contextmanager
def served(world: World, browser: Browser) -> Iterator[Live]:
    """Serve a world until the test is over; a script error or a request to elsewhere fails it at the end."""
    server = make_server("127.0.0.1", 0, _whole(world.app), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    live = Live(world, f"http://127.0.0.1:{server.server_port}", browser)
    db.session.rollback()
    try:
        yield live
    finally:
        for context in live.contexts:
            context.close()
        server.shutdown()
        thread.join()
        server.server_close()
    assert live.troubles == []


@pytest.fixture
def live(databases: Databases, tmp_path: Path, browser: Browser) -> Iterator[Live]:
    """The small season, served on a free port of this machine."""
    url = databases.copy_of("sqlite", "small-world", build)
    with open_world(url, "sqlite", tmp_path) as world, served(world, browser) as opened:
        yield opened
