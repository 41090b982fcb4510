"""Signing in and out, private links and one's own account, as pages."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from heroes.models import Entry, PrivateLink, User, UserSession
from heroes.services.accounts import hasher
from heroes.services.links import make_link, token_of
from heroes.services.sharing import share
from heroes.services.transactions import transaction
from heroes.web.account.pages import safe_next
from tests.web.nominator.desk import shown, tree, words_of
from tests.world import OPEN, World, post

PASSWORD = "correct horse battery"


@pytest.fixture
def adam(lite_world: World) -> World:
    """The world in which Adam has a password."""
    with transaction(lite_world.ctx()):
        lite_world.session.execute(
            update(User)
            .where(User.id == lite_world.people["adam"])
            .values(password_hash=hasher().hash(PASSWORD))
        )
    lite_world.session.expire_all()
    return lite_world


def link_of(world: World, purpose: str, **subject: int) -> str:
    """The token of a new private link."""
    ctx = world.ctx()
    with transaction(ctx):
        link = make_link(ctx, purpose, **subject)
    return token_of(ctx.keys.links, purpose, link.nonce)


def signed_in(client: FlaskClient) -> bool:
    """Whether this browser is signed in."""
    return client.get("/account").status_code == 200


# ---- where somebody comes from ----


@pytest.mark.parametrize(
    ("address", "last"),
    [
        ("2001:db8:1:2::{:x}", 429),
        ("2001:db8:1:{:x}::1", 200),
        ("::ffff:192.0.2.{}", 200),
        ("192.0.2.{}", 200),
    ],
)
def test_who_has_a_whole_network_of_addresses_is_counted_once(
    lite_world: World, address: str, last: int
) -> None:
    client = lite_world.client()
    fields = shown(client.get("/links").get_data(as_text=True))
    for n in range(31):
        answer = client.post(
            "/links",
            data=fields | {"email": f"nobody{n}@home.example"},
            environ_overrides={"REMOTE_ADDR": address.format(n + 1)},
        )
        assert answer.status_code == (last if n == 30 else 200)


# ---- signing in ----


def test_the_right_password_opens_the_first_room(adam: World) -> None:
    client = adam.client()
    answer = post(client, "/sign-in", {"email": " Adam@tiny.example ", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/welcome")
    assert client.get("/welcome").location == "/admin/"
    assert signed_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("adam@tiny.example", "wrong"),
        ("adam@tiny.example", ""),
        ("nobody@tiny.example", PASSWORD),
        ("olive@tiny.example", PASSWORD),
        ("", ""),
        ("<b>@x", "<script>"),
        ("a\x00dam@tiny.example", PASSWORD),
    ],
)
def test_every_miss_says_the_same_and_keeps_the_address(adam: World, email: str, password: str) -> None:
    client = adam.client()
    answer = post(client, "/sign-in", {"email": email, "password": password})
    text = answer.get_data(as_text=True)
    if email.startswith("a\x00"):
        assert answer.status_code == 303  # what no page can hold is not part of an address
        return
    assert answer.status_code == 422
    assert "That address and password do not go together." in words_of(text)
    fields = shown(text)
    assert (fields["email"], fields["password"]) == (email, "")
    assert not signed_in(client)


def test_signing_in_leads_back_to_where_one_wanted_to_go(adam: World) -> None:
    client = adam.client()
    door = client.get("/account?x=1")
    assert door.location == "/sign-in?next=/account?x%3D1"
    page = client.get(door.location).get_data(as_text=True)
    fields = shown(page) | {"email": "adam@tiny.example", "password": PASSWORD}
    assert client.post("/sign-in", data=fields).location == "/account?x=1"


@pytest.mark.parametrize(
    ("target", "ours"),
    [
        ("/account", True),
        ("/small-2026/?a=b#c", True),
        ("/a//b", True),
        ("", False),
        ("account", False),
        ("//evil.example", False),
        ("///evil.example", False),
        ("/\\evil.example", False),
        ("\\\\evil.example", False),
        ("/\t/evil.example", False),
        ("/\n/evil.example", False),
        ("/\x00/evil.example", False),
        ("/\u2028/evil.example", False),
        ("https://evil.example", False),
        ("https:evil.example", False),
        ("javascript:alert(1)", False),
        (" /account", False),
    ],
)
def test_nobody_is_led_away_after_signing_in(lite_world: World, target: str, ours: bool) -> None:
    with lite_world.app.test_request_context():
        assert safe_next(target) == (target if ours else "/welcome")


@pytest.mark.parametrize("email", ["adam@tiny.example", "nobody@tiny.example"])
def test_asking_for_a_sign_in_link_answers_the_same_for_everybody(lite_world: World, email: str) -> None:
    answer = post(lite_world.client(), "/sign-in", {"email": email, "act": "link"})
    assert answer.status_code == 200
    said = words_of(answer.get_data(as_text=True)).replace(email, "ADDRESS")
    assert "If ADDRESS has an account here, a link is on the way to it." in said


def test_a_link_for_no_address_is_asked_for_an_address(lite_world: World) -> None:
    answer = post(lite_world.client(), "/sign-in", {"email": " ", "act": "link"})
    assert answer.status_code == 422
    assert "Write your e-mail address." in answer.get_data(as_text=True)


def test_one_click_accounts_need_the_demo_command(lite_world: World) -> None:
    with transaction(lite_world.ctx()):
        lite_world.session.execute(update(User).values(demo_note="Invented"))
    client = lite_world.client()
    assert "Step into" not in client.get("/sign-in").get_data(as_text=True)
    handle = lite_world.session.get_one(User, lite_world.people["adam"]).handle
    assert post(client, "/sign-in/demo", {"who": handle}, page="/sign-in").status_code == 404
    assert not signed_in(client)


def test_signing_out_really_ends_the_session(lite_world: World) -> None:
    client, copy = lite_world.client("adam"), lite_world.client()
    with client.session_transaction() as theirs, copy.session_transaction() as mine:
        mine.update(theirs)
    assert signed_in(copy)
    answer = post(client, "/sign-out", page="/account")
    assert (answer.status_code, answer.location) == (303, "/")
    assert not signed_in(client)
    assert not signed_in(copy)


def test_one_can_sign_out_everywhere_else(lite_world: World) -> None:
    here, there = lite_world.client("adam"), lite_world.client("adam")
    assert post(here, "/account/sessions", page="/account").location == "/account?saved=1"
    assert (signed_in(here), signed_in(there)) == (True, False)


def test_an_account_shows_where_one_is_signed_in_and_nothing_of_others(lite_world: World) -> None:
    client = lite_world.client("bob")
    lite_world.client("bob")
    lite_world.client("adam")
    text = client.get("/account").get_data(as_text=True)
    said = words_of(text)
    assert said.count("Since Friday 1 May 2026, 13:00 UK time") == 2
    assert "bob@larkfield.example" in said
    assert [e.text for e in tree(text).iter("a") if e.get("href") == "/organisation/"] == [
        "Organisation",
        "Organisation",
    ]
    assert "adam" not in text.lower().replace("administr", "")


def test_reminders_about_judging_are_turned_off_and_on(lite_world: World) -> None:
    client = lite_world.client("jack")
    kept = []
    for on in ("no", "yes"):
        assert post(client, "/account/reminders", {"on": on}, page="/account").status_code == 303
        lite_world.session.rollback()
        kept.append(lite_world.session.get_one(User, lite_world.people["jack"]).reminders)
    assert kept == [False, True]


# ---- private links ----


def test_opening_a_nominators_link_shows_a_button_and_its_press_leads_to_a_clean_address(
    world: World,
) -> None:
    started = world.nominate()
    assert started.link is not None
    token = token_of(world.ctx().keys.links, "entry", started.link.nonce)
    client = world.client()
    page = client.get(f"/link/{token}")
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert client.get(f"/mine/{started.entry.handle}/").status_code == 404
    world.session.rollback()
    assert world.session.scalars(select(PrivateLink.used_at)).one() is None
    answer = post(client, f"/link/{token}")
    assert (answer.status_code, answer.location) == (303, f"/mine/{started.entry.handle}/")
    assert client.get(answer.location).status_code == 200
    again = world.client()
    assert post(again, f"/link/{token}").status_code == 303


def test_a_shared_link_opens_the_same_entry_for_somebody_else(lite_world: World) -> None:
    started = lite_world.nominate()
    assert started.link is not None
    ctx = lite_world.ctx("alice", frozenset({started.link.id}))
    link = share(ctx, started.entry.handle, "tom@home.example")
    client = lite_world.client()
    assert post(client, f"/link/{token_of(ctx.keys.links, 'entry', link.nonce)}").status_code == 303
    assert client.get(f"/mine/{started.entry.handle}/edit").status_code == 200


def test_a_sign_in_link_works_once(lite_world: World) -> None:
    token = link_of(lite_world, "sign_in", user_id=lite_world.people["adam"])
    first, second = lite_world.client(), lite_world.client()
    waiting = shown(second.get(f"/link/{token}").get_data(as_text=True))
    assert post(first, f"/link/{token}").location == "/welcome"
    assert signed_in(first)
    late = second.post(f"/link/{token}", data=waiting)
    assert late.status_code == 404
    assert not signed_in(second)
    assert second.get(f"/link/{token}").status_code == 404


def test_a_link_that_opens_nothing_says_how_to_get_another(lite_world: World) -> None:
    started = lite_world.nominate()
    assert started.link is not None
    expired = link_of(lite_world, "sign_in", user_id=lite_world.people["adam"])
    revoked = token_of(lite_world.ctx().keys.links, "entry", started.link.nonce)
    with transaction(lite_world.ctx()):
        lite_world.session.execute(
            update(PrivateLink).where(PrivateLink.id == started.link.id).values(revoked_at=OPEN)
        )
    lite_world.clock.at = OPEN + timedelta(minutes=15)
    client = lite_world.client()
    pages = set()
    for token in (expired, revoked, "x" * 22, "é", "a" * 5000):
        answer = client.get(f"/link/{token}")
        text = answer.get_data(as_text=True)
        assert answer.status_code == 404
        assert "This link has been used or has run out." in words_of(text)
        links = {e.get("href") for e in tree(text).iter("a") if "btn" in (e.get("class") or "").split()}
        assert links == {"/links", "/sign-in"}
        pages.add(words_of(text))
        assert (
            client.post(f"/link/{token}", data=shown(client.get("/links").get_data(as_text=True))).status_code
            == 404
        )
    assert len(pages) == 1


def test_a_sign_in_link_lives_for_fifteen_minutes(lite_world: World) -> None:
    token = link_of(lite_world, "sign_in", user_id=lite_world.people["adam"])
    client = lite_world.client()
    lite_world.clock.at = OPEN + timedelta(minutes=15) - timedelta(seconds=1)
    assert post(client, f"/link/{token}").location == "/welcome"


def test_a_link_that_stops_reminders_leads_to_its_own_page(lite_world: World) -> None:
    started = lite_world.nominate()
    token = link_of(lite_world, "stop_reminders", entry_id=started.entry.id)
    assert lite_world.client().get(f"/link/{token}").location == f"/link/{token}/stop"
    assert lite_world.session.get_one(Entry, started.entry.id).reminders


def test_signing_in_keeps_the_nominations_that_this_browser_has_opened(lite_world: World) -> None:
    started = lite_world.nominate()
    assert started.link is not None
    client = lite_world.client()
    post(client, f"/link/{token_of(lite_world.ctx().keys.links, 'entry', started.link.nonce)}")
    post(client, f"/link/{link_of(lite_world, 'sign_in', user_id=lite_world.people['jack'])}")
    assert client.get(f"/mine/{started.entry.handle}/").status_code == 200
    assert lite_world.session.scalars(select(UserSession)).one().user_id == lite_world.people["jack"]
