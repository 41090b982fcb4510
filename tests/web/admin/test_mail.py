"""The mail page: what waits, what is stuck, what went out, and trying again."""

import re

import pytest
from sqlalchemy import func, insert, select, update

from heroes.models import OutboxMail
from heroes.services.posting import owe
from heroes.services.transactions import transaction
from tests.counting import statements
from tests.world import post

PAGE = "/admin/small-2026/mail"


def owed(world, count=1, state="stuck", address="person{}@judges.example", **more):
    """Mails of the season in one state; returns their ids."""
    ctx = world.ctx("system")
    keys = []
    with transaction(ctx):
        for number in range(count):
            keys.append(f"test:{ctx.chance.token_hex(6)}")
            season_id = more.get("season_id", world.season().id)
            owe(ctx, "password_changed", address.format(number), key=keys[-1], season_id=season_id)
        ctx.session.flush()
        values = {"state": state, "sent_at": ctx.now if state == "sent" else None}
        if state == "stuck":
            values["last_error"] = "550 <nobody> here"
        ctx.session.execute(update(OutboxMail).where(OutboxMail.key.in_(keys)).values(**values))
    ids = world.session.scalars(
        select(OutboxMail.id).where(OutboxMail.key.in_(keys)).order_by(OutboxMail.id)
    ).all()
    world.session.rollback()
    return list(ids)


def addresses(page):
    """Who is written to, in the page's order."""
    return re.findall(r'fw-normal">([^<]+@[^<]+)</span>', page)


def test_stuck_mail_is_shown_first_with_the_reason(lite_world):
    owed(lite_world, 2)
    owed(lite_world, 1, "sent", "sent@judges.example")
    page = lite_world.client("adam").get(PAGE).get_data(as_text=True)
    assert addresses(page) == ["person1@judges.example", "person0@judges.example"]
    assert "550 &lt;nobody&gt; here" in page
    assert re.findall(r"(Stuck|Waiting|Sent|No longer wanted) <b>([^<]+)</b>", page) == [
        ("Stuck", "2"), ("Waiting", "0"), ("Sent", "1"), ("No longer wanted", "0"),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["waiting", "sent", "cancelled"])
def test_each_state_has_its_tab(lite_world, state):
    owed(lite_world, 1, state)
    owed(lite_world, 1, "stuck", "other@judges.example")
    page = lite_world.client("audrey").get(f"{PAGE}?state={state}").get_data(as_text=True)
    assert addresses(page) == ["person0@judges.example"]


def test_nothing_stuck_is_said_warmly(lite_world):
    page = lite_world.client("adam").get(PAGE).get_data(as_text=True)
    assert "Nothing is stuck" in page


@pytest.mark.parametrize(
    "typed, found",
    [("PERSON3@", ["person3@judges.example"]), ("%", []), ("_", []), ("judges.example\0", None), ("é", [])],
)
def test_an_address_or_part_of_it_narrows_the_list(world, typed, found):
    owed(world, 5)
    client = world.client("adam")
    page = client.get(PAGE, query_string={"state": "stuck", "address": typed}).get_data(as_text=True)
    assert addresses(page) == (
        found if found is not None else [f"person{n}@judges.example" for n in range(4, -1, -1)]
    )


def test_the_list_is_turned_by_fifties(lite_world):
    owed(lite_world, 120)
    client, seen, address = lite_world.client("adam"), [], f"{PAGE}?state=stuck"
    while address:
        page = client.get(address).get_data(as_text=True)
        assert len(addresses(page)) <= 50
        seen += addresses(page)
        found = re.search(r'<a href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == [f"person{n}@judges.example" for n in range(119, -1, -1)]


def test_counts_stop_at_a_thousand(lite_world):
    (mail_id,) = owed(lite_world)
    with transaction(lite_world.ctx("system")):
        row = (
            lite_world.session.execute(select(OutboxMail.__table__).where(OutboxMail.id == mail_id))
            .one()
            ._mapping
        )
        plain = {key: value for key, value in row.items() if key != "id"}
        lite_world.session.execute(insert(OutboxMail), [plain | {"key": f"k{n}"} for n in range(1200)])
    page = lite_world.client("adam").get(PAGE).get_data(as_text=True)
    assert "Stuck <b>1,000 or more</b>" in page


@pytest.mark.parametrize("count", [1, 3, 200])
def test_the_page_takes_the_same_statements_however_much_mail_there_is(lite_world, count):
    owed(lite_world, count)
    client = lite_world.client("adam")
    client.get(PAGE)
    with statements(lite_world) as said:
        client.get(PAGE)
    assert len([s for s in said if s.lstrip().upper().startswith(("SELECT", "WITH"))]) <= 6


def test_chosen_mails_are_tried_again_and_no_others(lite_world):
    ids = owed(lite_world, 3)
    client = lite_world.client("adam")
    response = post(client, f"{PAGE}/retry", {"mail": [str(ids[0]), str(ids[2]), "x", "-1"]}, page=PAGE)
    assert response.status_code == 303
    page = client.get(response.location).get_data(as_text=True)
    assert "2 mails are tried again now" in page
    states = lite_world.session.execute(
        select(OutboxMail.id, OutboxMail.state).where(OutboxMail.id.in_(ids))
    ).all()
    assert dict(states) == {ids[0]: "waiting", ids[1]: "stuck", ids[2]: "waiting"}


def test_an_auditor_sees_and_cannot_retry(lite_world):
    ids = owed(lite_world)
    client = lite_world.client("audrey")
    page = client.get(PAGE).get_data(as_text=True)
    assert addresses(page) == ["person0@judges.example"]
    assert "Try the chosen" not in page
    assert post(client, f"{PAGE}/retry", {"mail": ids}, page=PAGE).status_code == 404
    assert lite_world.session.scalar(select(func.count()).where(OutboxMail.state == "stuck")) == 1


@pytest.mark.parametrize("who", ["jack", "bob", "chloe"])
def test_nobody_else_knows_of_the_page(lite_world, who):
    assert lite_world.client(who).get(PAGE).status_code == 404


def test_a_mails_values_and_links_are_nowhere_on_the_page(lite_world):
    lite_world.nominate()
    page = lite_world.client("adam").get(f"{PAGE}?state=waiting").get_data(as_text=True)
    assert addresses(page) == ["alice@home.example"]
    assert "Maureen" not in page
    assert "/link/" not in page
