"""The cookie: new at every sign-in, worthless after sign-out, and no way to lead somebody elsewhere."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient

from heroes.services import accounts
from heroes.web.account.pages import safe_next
from tests.world import World, post

PHRASE = "seven calm herons"
JACK = "jack@judges.example"


@pytest.fixture
def jack(lite_world: World) -> FlaskClient:
    """A browser in which Jack has signed in by password."""
    accounts.set_password(lite_world.ctx("jack"), "", PHRASE)
    client = lite_world.client()
    assert sign_in(client).status_code == 303
    return client


def sign_in(client: FlaskClient, password: str = PHRASE, **more: str) -> Any:
    """Fill in the page."""
    return post(client, "/sign-in", {"email": JACK, "password": password, **more})


def cookie_of(client: FlaskClient) -> str:
    """The session cookie as it stands."""
    found = client.get_cookie("heroes")
    assert found is not None
    return found.value


def test_a_copied_cookie_opens_nothing_after_sign_out(lite_world: World, jack: FlaskClient) -> None:
    copied = cookie_of(jack)
    thief = lite_world.client()
    thief.set_cookie("heroes", copied)
    assert thief.get("/account").status_code == 200
    assert post(jack, "/sign-out", page="/account").status_code == 303
    assert thief.get("/account").status_code == 302
    jack.set_cookie("heroes", copied)
    assert jack.get("/account").status_code == 302


def test_the_session_is_new_at_every_sign_in(lite_world: World, jack: FlaskClient) -> None:
    with jack.session_transaction() as cookie:
        first = cookie["_user_id"]
    old = cookie_of(jack)
    sign_in(jack)
    with jack.session_transaction() as cookie:
        assert cookie["_user_id"] != first
    thief = lite_world.client()
    thief.set_cookie("heroes", old)
    assert thief.get("/account").status_code == 302


def test_a_session_that_somebody_planted_is_not_taken_over(lite_world: World) -> None:
    accounts.set_password(lite_world.ctx("jack"), "", PHRASE)
    client = lite_world.client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "planted"
    sign_in(client)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != "planted"


def test_the_cookie_cannot_be_read_by_scripts_or_sent_by_others(jack: FlaskClient) -> None:
    found = jack.get_cookie("heroes")
    assert found is not None
    assert (found.http_only, found.same_site, found.path) == (True, "Lax", "/")


def test_a_changed_password_signs_the_other_browser_out(lite_world: World, jack: FlaskClient) -> None:
    other = lite_world.client()
    sign_in(other)
    changed = post(jack, "/account/password", {"old": PHRASE, "new": "eight calm herons"})
    assert changed.status_code == 303
    assert jack.get("/account").status_code == 200
    assert other.get("/account").status_code == 302


def test_a_wrong_old_password_is_refused_at_its_field_and_never_shown(jack: FlaskClient) -> None:
    answer = post(jack, "/account/password", {"old": "some wrong one", "new": "eight calm herons"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="old-error"' in page
    assert "eight calm herons" not in page
    assert "some wrong one" not in page


def test_a_session_in_use_lives_for_thirty_days(lite_world: World, jack: FlaskClient) -> None:
    for _ in range(5):
        lite_world.clock.forward(days=5)
        assert jack.get("/account").status_code == 200, "a session in use stays alive"
    lite_world.clock.forward(days=5)
    assert jack.get("/account").status_code == 302, "but not for more than thirty days"


def test_a_browser_left_alone_for_a_week_is_asked_to_sign_in_again(
    lite_world: World, jack: FlaskClient
) -> None:
    lite_world.clock.forward(days=7)
    assert jack.get("/account").status_code == 302


def test_a_demo_sign_in_is_not_there_without_the_demo(lite_world: World) -> None:
    answer = post(lite_world.client(), "/sign-in/demo", {"who": "anybody"}, page="/sign-in")
    assert answer.status_code == 404


ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:/evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\x00/evil.example",
    "/\u2028/evil.example",
    "",
    "@evil.example",
    "?next=//evil.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_led_elsewhere_after_signing_in(lite_world: World, target: str) -> None:
    with lite_world.app.test_request_context("/"):
        assert safe_next(target) == "/welcome"


@pytest.mark.parametrize(
    "target", ["/judge/", "/admin/small-2026/queue?q=a%20b&page=2", "/%2F%2Fevil.example", "/é"]
)
def test_an_address_of_our_own_is_kept(lite_world: World, target: str) -> None:
    with lite_world.app.test_request_context("/"):
        assert safe_next(target) == target


@pytest.mark.parametrize("target", [*ELSEWHERE, "%2F%2Fevil.example", "/%5Cevil.example"])
def test_the_redirect_itself_stays_here(lite_world: World, target: str) -> None:
    accounts.set_password(lite_world.ctx("jack"), "", PHRASE)
    answer = sign_in(lite_world.client(), next=target)
    location = answer.headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_nothing_secret_is_logged_on_the_way_in(lite_world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    accounts.set_password(lite_world.ctx("jack"), "", PHRASE)
    client = lite_world.client()
    sign_in(client, "a wrong guess here")
    sign_in(client)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    for secret in (PHRASE, "a wrong guess here", token):
        assert secret not in caplog.text


def test_the_same_page_answers_a_known_and_an_unknown_address(lite_world: World) -> None:
    pages = []
    for address in (JACK, "nobody@judges.example"):
        answer = post(lite_world.client(), "/sign-in", {"email": address, "act": "link"})
        pages.append(answer.get_data(as_text=True).replace(address, "ADDRESS"))
    assert pages[0] == pages[1]
