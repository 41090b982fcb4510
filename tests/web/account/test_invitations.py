"""An invitation from the mail to the room: nothing happens by opening it, and it is for one person."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from heroes.models import Invitation, Membership, PanelMember, PrivateLink, User
from heroes.services import accounts, inviting
from heroes.services.links import token_of
from tests.world import OPEN, World, post

PHRASE = "seven calm herons"


def words_of(answer: Any) -> str:
    """What a person reads of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def invite(world: World, email: str = "nina@new.example") -> str:
    """Invite somebody onto the people panel; return the address that the mail holds."""
    inviting.invite_judge(world.ctx("adam"), "small-2026", "people", email, "Nina New", "judge")
    return newest(world)


def newest(world: World) -> str:
    """The address in the newest invitation's mail."""
    link = world.session.scalars(
        select(PrivateLink).where(PrivateLink.purpose == "invitation").order_by(PrivateLink.id.desc())
    ).first()
    assert link is not None
    return f"/link/{token_of(world.house.keys.links, link.purpose, link.nonce)}"


def opened(world: World, path: str, who: str | None = None) -> FlaskClient:
    """A browser that has opened the link and pressed its button."""
    client = world.client(who)
    answer = post(client, path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/invitation")
    return client


def test_from_the_mail_to_the_judges_room(lite_world: World) -> None:
    path = invite(lite_world)
    client = lite_world.client()
    assert client.get(path).status_code == client.get(path).status_code == 200
    client = opened(lite_world, path)
    said = words_of(client.get("/invitation"))
    assert "You are invited: judge, People panel" in said
    assert "nina@new.example" in said
    assert 'value="Nina New"' in client.get("/invitation").get_data(as_text=True)
    done = post(client, "/invitation", {"name": "Nina New", "password": PHRASE, "promise": "yes"})
    assert (done.status_code, done.headers["Location"]) == (303, "/welcome")
    assert client.get("/welcome").headers["Location"] == "/judge/"
    assert client.get("/invitation").status_code == 404
    other = lite_world.client()
    assert other.get(path).status_code == 404


def test_the_secret_is_in_no_address_after_the_button(lite_world: World) -> None:
    path = invite(lite_world)
    client = opened(lite_world, path)
    token = path.rsplit("/", 1)[1]
    answer = client.get("/invitation")
    assert token not in answer.get_data(as_text=True)
    with client.session_transaction() as cookie:
        assert token not in str(dict(cookie))


def test_a_refused_form_keeps_the_name_but_never_the_password(lite_world: World) -> None:
    client = opened(lite_world, invite(lite_world))
    answer = post(client, "/invitation", {"name": "Nina <Nova>", "password": "password123"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="Nina &lt;Nova&gt;"' in page
    assert "password123" not in page
    for field in ("password-error", "promise-error"):
        assert f'id="{field}"' in page
    assert "<title>Error: " in page
    assert post(client, "/invitation", {"name": "Nina", "promise": "yes"}).status_code == 303


def test_without_having_opened_a_link_there_is_no_invitation(lite_world: World) -> None:
    answer = lite_world.client().get("/invitation")
    assert answer.status_code == 404
    assert "Open the link in your invitation first" in words_of(answer)


@pytest.mark.parametrize("end", ["expired", "withdrawn", "used", "sent again"])
def test_a_dead_invitation_says_so_before_and_after_its_button(lite_world: World, end: str) -> None:
    path = invite(lite_world)
    client = opened(lite_world, path)
    assert client.get("/invitation").status_code == 200
    invitation = lite_world.session.scalars(select(Invitation)).one()
    if end == "expired":
        lite_world.clock.at = OPEN + timedelta(days=30)
    elif end == "withdrawn":
        inviting.withdraw(lite_world.ctx("adam"), invitation.id)
    elif end == "sent again":
        inviting.resend(lite_world.ctx("adam"), invitation.id)
    else:
        post(opened(lite_world, path), "/invitation", {"name": "Nina", "promise": "yes"})
    for answer in (client.get(path), client.get("/invitation")):
        assert answer.status_code == 404
    assert "Ask the person who invited you for a new one" in words_of(client.get("/invitation"))
    late = post(client, "/invitation", {"name": "Mallory", "promise": "yes"}, page="/links")
    assert late.status_code == 404
    assert lite_world.session.scalars(select(User).where(User.name == "Mallory")).all() == []


def test_charlie_gains_nothing_from_an_invitation_to_jack(lite_world: World) -> None:
    inviting.invite_colleague(lite_world.ctx("bob"), "orglarkfield", "jack@judges.example", "", "manager")
    client = opened(lite_world, newest(lite_world), "charlie")
    assert "You are signed in as Charlie Cole" in words_of(client.get("/invitation"))
    post(client, "/invitation")
    lite_world.session.rollback()
    inside = lite_world.session.scalars(
        select(Membership.user_id).where(Membership.organisation_id == lite_world.organisations["larkfield"])
    )
    assert set(inside) == {lite_world.people[who] for who in ("bob", "beth", "jack")}
    assert "Jack Judge" in words_of(client.get("/account"))


def test_a_forwarded_link_asks_for_the_password_of_the_account(lite_world: World) -> None:
    accounts.set_password(lite_world.ctx("jack"), "", PHRASE)
    inviting.invite_colleague(lite_world.ctx("bob"), "orglarkfield", "jack@judges.example", "", "member")
    client = opened(lite_world, newest(lite_world))
    refused = post(client, "/invitation", {"password": "something else"})
    assert refused.status_code == 422
    assert "do not go together" in words_of(refused)
    assert client.get("/account").status_code == 302
    assert post(client, "/invitation", {"password": PHRASE}).status_code == 303
    assert client.get("/organisation/").status_code == 302


def test_an_invited_judge_who_is_signed_in_joins_with_one_press(lite_world: World) -> None:
    inviting.invite_judge(
        lite_world.ctx("adam"), "small-2026", "people", "bob@larkfield.example", "", "chair"
    )
    client = opened(lite_world, newest(lite_world), "bob")
    assert "You are signed in as Bob Baker" in words_of(client.get("/invitation"))
    assert post(client, "/invitation", {"promise": "yes"}).status_code == 303
    roles = lite_world.session.scalars(
        select(PanelMember.role).where(PanelMember.user_id == lite_world.people["bob"])
    ).all()
    assert roles == ["chair"]
