"""The gallery for the kit's tests, by test client and in a real browser without any network."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from tests.web.kit import gallery

HOME = "http://gallery.example"


@pytest.fixture
def shown() -> Flask:
    """The gallery's app."""
    return gallery.create()


@pytest.fixture
def client(shown: Flask) -> FlaskClient:
    """A test client of the gallery."""
    return shown.test_client()


@pytest.fixture
def any_page(shown: Flask, browser: Browser) -> Iterator[Page]:
    """A page of a real browser whose every request the gallery answers."""
    answering = shown.test_client()

    def answer(route: Route) -> None:
        asked = route.request
        if shown.config.get("OFFLINE") and asked.method == "POST":
            route.abort()
            return
        given = answering.open(
            asked.url.removeprefix(HOME),
            method=asked.method,
            data=asked.post_data_buffer,
            headers=[(name, value) for name, value in asked.headers.items() if name != "content-length"],
        )
        body = given.get_data()
        given.close()
        route.fulfill(status=given.status_code, headers=dict(given.headers), body=body)

    with browser.new_context(base_url=HOME, viewport={"width": 1280, "height": 900}) as context:
        context.route("**/*", answer)
        yield context.new_page()


@pytest.fixture
def page(any_page: Page) -> Iterator[Page]:
    """The same, where an error in a module or a breach of the policy fails the test."""
    troubles: list[str] = []

    def listen(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            troubles.append(said.text)

    any_page.on("pageerror", lambda error: troubles.append(str(error)))
    any_page.on("console", listen)
    yield any_page
    assert troubles == []
