"""The organisation room in a browser: two colleagues, one entry, and strangers who find nothing."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from heroes.models import Entry, Membership, Organisation, OutboxMail
from heroes.services import organisations
from heroes.services.accounts import add_user
from heroes.services.transactions import transaction
from tests.counting import statements
from tests.world import JUDGED, STORY, World, post, token_in

ROOM = "/organisation/orglarkfield/"
START = "/organisation/orglarkfield/small-2026/frontline/start"
ANSWERS = {k: v for k, v in STORY.items() if k not in ("nominator_name", "nominator_email", "relation")}


def words_of(answer: Any) -> str:
    """What a person reads of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def entry_of(world: World) -> Entry:
    """The only entry."""
    world.session.rollback()
    return world.session.scalars(select(Entry).execution_options(populate_existing=True)).one()


def start(client: FlaskClient, **changes: str) -> Any:
    """Fill in the form and press the button."""
    return post(client, START, ANSWERS | {"act": "check"} | changes)


def test_one_organisation_opens_at_once_and_several_are_offered(lite_world: World) -> None:
    bob = lite_world.client("bob")
    assert bob.get("/organisation/").headers["Location"] == ROOM
    ctx = lite_world.ctx("adam")
    with transaction(ctx):
        ctx.session.add(
            Membership(
                user_id=lite_world.people["bob"],
                organisation_id=lite_world.organisations["fernhill"],
                role="member",
                joined_at=ctx.now,
            )
        )
    said = words_of(bob.get("/organisation/"))
    assert "Larkfield Water You manage it" in said
    assert "Fernhill Telecom You are a member" in said
    assert "All organisations" in words_of(bob.get(ROOM))


@pytest.mark.parametrize("who", ["charlie", "jack", "olive", "adam"])
@pytest.mark.parametrize("path", [ROOM, f"{ROOM}colleagues", f"{ROOM}start", START])
def test_outsiders_find_nothing(lite_world: World, who: str, path: str) -> None:
    client = lite_world.client(who)
    assert client.get(path).status_code == 404
    token = {"csrf_token": "", "act": "check"}
    assert client.post(path, data=token).status_code in (400, 404, 405)


@pytest.mark.parametrize("path", [ROOM, f"{ROOM}colleagues", START])
def test_a_stranger_is_asked_to_sign_in(lite_world: World, path: str) -> None:
    assert lite_world.client().get(path).headers["Location"].startswith("/sign-in?next=")


def test_an_outsider_with_a_good_token_still_changes_nothing(lite_world: World) -> None:
    charlie = lite_world.client("charlie")
    own = "/organisation/orgfernhill/colleagues"
    for path, data in (
        (START, ANSWERS),
        (f"{ROOM}colleagues", {"email": "x@y.example", "role": "manager"}),
        (f"{ROOM}invitations", {"invitation": "1", "act": "resend"}),
        (f"{ROOM}reminders", {"entry": "x", "on": "no"}),
    ):
        assert post(charlie, path, data, page=own).status_code == 404
    assert lite_world.session.scalars(select(Entry)).all() == []


def test_two_colleagues_write_one_entry(lite_world: World) -> None:
    bob, beth, charlie = (lite_world.client(who) for who in ("bob", "beth", "charlie"))
    page = words_of(bob.get(START))
    assert "Your e-mail" not in page
    assert start(bob, act="leave").status_code == 303
    entry = entry_of(lite_world)
    assert entry.workspace_id == lite_world.organisations["larkfield"]
    edit = f"/mine/{entry.handle}/edit"
    assert charlie.get(edit).status_code == charlie.get(f"/mine/{entry.handle}/").status_code == 404
    assert "Maureen Okafor" in words_of(beth.get(ROOM))

    old = bob.get(edit).get_data(as_text=True)
    assert 'name="revision"' in old
    saved = post(beth, edit, ANSWERS | {"revision": "1", "where": "Beth says Hull", "act": "leave"})
    assert saved.status_code == 303
    second = post(bob, edit, ANSWERS | {"revision": "1", "where": "Bob says York", "act": "leave"})
    assert second.status_code == 409
    both = second.get_data(as_text=True)
    assert "Bob says York" in both
    assert "Beth says Hull" in both
    assert 'name="revision" type="hidden" value="2"' in both
    settled = post(bob, edit, ANSWERS | {"revision": "2", "where": "York and Hull", "act": "check"})
    assert settled.headers["Location"] == f"/mine/{entry.handle}/check"

    sent = post(beth, f"/mine/{entry.handle}/check", {"revision": "3"})
    assert sent.headers["Location"] == f"/mine/{entry.handle}/receipt"
    assert "SH-26-0001" in words_of(bob.get(ROOM))
    late = post(bob, f"/mine/{entry.handle}/check", {"revision": "3"}, page=f"/mine/{entry.handle}/")
    assert late.headers["Location"] == f"/mine/{entry.handle}/receipt"
    receipts = lite_world.session.scalars(
        select(OutboxMail.to_address).where(OutboxMail.template == "receipt")
    )
    assert receipts.all() == ["bob@larkfield.example"]
    gone = post(
        beth, f"/mine/{entry.handle}/withdraw", {"reason": "She has left us."}, page=f"/mine/{entry.handle}/"
    )
    assert gone.status_code == 303
    assert entry_of(lite_world).state == "withdrawn"
    assert "Withdrawn" in words_of(bob.get(f"{ROOM}?show=withdrawn"))
    assert charlie.get(f"/mine/{entry.handle}/receipt").status_code == 404


def test_the_form_knows_the_organisation_already(lite_world: World) -> None:
    page = lite_world.client("beth").get(START).get_data(as_text=True)
    assert 'value="Larkfield Water"' in page


def test_a_refused_first_save_keeps_everything(lite_world: World) -> None:
    answer = start(lite_world.client("bob"), story="", where="Hull & <Humber>")
    assert answer.status_code == 422
    assert "Hull &amp; &lt;Humber&gt;" in answer.get_data(as_text=True)
    assert entry_of(lite_world).state == "draft"


def test_a_robot_and_a_closed_category_start_nothing(lite_world: World) -> None:
    bob = lite_world.client("bob")
    assert start(bob, website="https://buy.example").status_code == 400
    token = token_in(bob.get(START).get_data(as_text=True))
    lite_world.clock.at = lite_world.season().closes_at
    lite_world.sign_in(bob, "bob")
    late = bob.post(START, data=ANSWERS | {"csrf_token": token, "act": "check"})
    assert late.status_code == 409
    assert "forty-one people" in late.get_data(as_text=True)
    assert bob.get(START).status_code == 200
    assert "No category is open just now" in words_of(bob.get(f"{ROOM}start"))
    assert lite_world.session.scalars(select(Entry)).all() == []


def test_a_category_of_nowhere_is_a_404(lite_world: World) -> None:
    bob = lite_world.client("bob")
    assert bob.get("/organisation/orglarkfield/small-2026/nothing/start").status_code == 404
    assert bob.get("/organisation/nobody/small-2026/frontline/start").status_code == 404
    for query in ("?show=secret", "?page=0", "?page=-1", "?page=x", "?page=99999999"):
        assert bob.get(ROOM + query).status_code == 404


def test_the_list_shows_deadlines_and_stops_reminders(lite_world: World) -> None:
    bob = lite_world.client("bob")
    start(bob, act="leave")
    said = words_of(bob.get(ROOM))
    assert "Send it by Fri 22 May, 17:00 in 21 days" in said
    assert "1 entry to finish." in said
    entry = entry_of(lite_world)
    post(lite_world.client("beth"), f"{ROOM}reminders", {"entry": entry.handle, "on": "no"}, page=ROOM)
    assert entry_of(lite_world).reminders is False
    assert "Off. Start them" in words_of(bob.get(ROOM))


@pytest.mark.parametrize("hidden", ["shortlisted", "not_shortlisted"])
def test_nothing_on_the_list_tells_a_hidden_state(lite_world: World, hidden: str) -> None:
    bob = lite_world.client("bob")
    start(bob)
    entry = entry_of(lite_world)
    post(bob, f"/mine/{entry.handle}/check", {"revision": "1"})
    lite_world.clock.at = JUDGED
    lite_world.sign_in(bob, "bob")
    plain = [
        bob.get(ROOM + query).get_data()
        for query in ("", "?show=sent", "?show=unfinished", "?show=withdrawn")
    ]
    lite_world.session.execute(
        text(
            "UPDATE entries SET state = :state, decided_digest = 'd', decided_method = 'm', decided_rules = 'r'"
        ),
        {"state": hidden},
    )
    lite_world.session.commit()
    with_secret = [
        bob.get(ROOM + query).get_data()
        for query in ("", "?show=sent", "?show=unfinished", "?show=withdrawn")
    ]
    masked = [re.sub(rb'name="csrf_token" value="[^"]+"', b"", page) for page in (*plain, *with_secret)]
    assert masked[:4] == masked[4:]
    assert b"In judging" in masked[0]


def test_a_manager_invites_changes_and_removes(lite_world: World) -> None:
    bob, page = lite_world.client("bob"), f"{ROOM}colleagues"
    beth = organisations.workspace(lite_world.ctx("beth"), "orglarkfield")
    assert not beth.managed
    handle = lite_world.actor("beth").name
    assert handle in words_of(bob.get(page))
    refused = post(bob, page, {"email": "nobody", "name": "Nina", "role": "manager"})
    assert refused.status_code == 422
    assert 'value="nobody"' in refused.get_data(as_text=True)
    assert (
        post(bob, page, {"email": "nina@larkfield.example", "name": "Nina", "role": "member"}).status_code
        == 303
    )
    said = words_of(bob.get(page))
    assert "nina@larkfield.example · Organisation member" in said
    assert "nina@larkfield.example" not in words_of(lite_world.client("beth").get(page))
    number = re.search(r'name="invitation" value="(\d+)"', bob.get(page).get_data(as_text=True))
    assert number is not None
    for who, act, status in (
        ("beth", "withdraw", 403),
        ("bob", "resend", 303),
        ("bob", "shout", 404),
        ("bob", "withdraw", 303),
        ("bob", "resend", 409),
    ):
        client = lite_world.client(who)
        answer = post(client, f"{ROOM}invitations", {"invitation": number[1], "act": act}, page=page)
        assert (who, act, answer.status_code) == (who, act, status)


def test_the_last_manager_reads_why_and_a_member_may_leave(lite_world: World) -> None:
    bob, beth, page = lite_world.client("bob"), lite_world.client("beth"), f"{ROOM}colleagues"
    bobs, beths = (
        re.findall(
            r'action="(/organisation/orglarkfield/colleagues/[^"]+)"', c.get(page).get_data(as_text=True)
        )
        for c in (bob, beth)
    )
    assert len(set(bobs)) == 2
    own = next(path for path in bobs if path not in beths)
    refused = post(bob, own, {"act": "remove"}, page=page)
    assert refused.status_code == 422
    assert "at least one manager" in words_of(refused)
    assert post(bob, own, {"act": "king"}, page=page).status_code == 404
    left = post(beth, beths[0], {"act": "remove"}, page=page)
    assert left.headers["Location"] == "/welcome"
    assert beth.get(page).status_code == 404


def test_a_manager_makes_another_who_then_acts(lite_world: World) -> None:
    bob, beth, page = lite_world.client("bob"), lite_world.client("beth"), f"{ROOM}colleagues"
    path = re.findall(
        r'action="(/organisation/orglarkfield/colleagues/[^"]+)"', beth.get(page).get_data(as_text=True)
    )[0]
    assert post(beth, path, {"act": "manager"}, page=page).status_code == 403
    assert post(bob, path, {"act": "manager"}, page=page).status_code == 303
    assert post(beth, page, {"email": "n@n.example", "role": "member"}).status_code == 303


def test_more_entries_cost_no_more_statements_and_turn_pages(lite_world: World) -> None:
    bob = lite_world.client("bob")

    def cost(path: str) -> int:
        with statements(lite_world) as sent:
            assert bob.get(path).status_code == 200
        return len(sent)

    organisations.start_entry(lite_world.ctx("bob"), "orglarkfield", "small-2026", "frontline", ANSWERS)
    few = cost(ROOM)
    for number in range(52):
        organisations.start_entry(
            lite_world.ctx("bob"),
            "orglarkfield",
            "small-2026",
            "frontline",
            ANSWERS | {"title": f"Hero {number}"},
        )
    assert cost(ROOM) == few
    assert few == 8
    first, second = words_of(bob.get(ROOM)), words_of(bob.get(f"{ROOM}?page=2"))
    assert "Hero 51" in first
    assert "Hero 51" not in second
    assert "Maureen Okafor" in second
    assert "To finish 53" in first


def test_the_colleagues_page_costs_the_same_for_many(lite_world: World) -> None:
    bob = lite_world.client("bob")
    with statements(lite_world) as few:
        bob.get(f"{ROOM}colleagues")
    ctx = lite_world.ctx("adam")
    with transaction(ctx):
        larkfield = ctx.session.get_one(Organisation, lite_world.organisations["larkfield"])
        for number in range(20):
            user = add_user(ctx, f"Person {number}", f"p{number}@many.example")
            ctx.session.add(
                Membership(user_id=user.id, organisation_id=larkfield.id, role="member", joined_at=ctx.now)
            )
    with statements(lite_world) as many:
        bob.get(f"{ROOM}colleagues")
    assert len(many) == len(few) <= 10
