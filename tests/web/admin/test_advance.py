"""The page from an early round to the next: names first, the press takes exactly those, and nobody outside notices."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from heroes.domain.entry_states import Act
from heroes.models import Entry, OutboxMail, PrivateLink, Round, RoundEntry
from tests.outcomes import moved
from tests.three_rounds import teams
from tests.world import World

BOARD = "/admin/small-2026/results/teams/written"
PAGE = f"{BOARD}/advance"


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def fields(html: str) -> dict[str, Any]:
    """Hidden fields and ticked boxes of the page's own form."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", html[html.index("<main") :]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="checkbox"' not in tag or "checked" in tag):
            found.setdefault(name[1], []).append(value[1])
    return found


def second(world: World) -> set[str]:
    world.session.rollback()
    return set(
        world.session.scalars(
            select(Entry.title)
            .join(RoundEntry, RoundEntry.entry_id == Entry.id)
            .join(Round, Round.id == RoundEntry.round_id)
            .where(Round.slug == "second")
        )
    )


def test_by_a_line(world: World) -> None:
    one, two, _ = teams(world, "Team One", "Team Two", "Team Three")
    client = world.client("adam")
    assert f'href="{PAGE}?' in client.get(f"{BOARD}?places=2").text
    html = client.get(f"{PAGE}?places=2").text
    assert fields(html)["chosen"] == [f"{e.handle}:{e.version}" for e in (one, two)]
    assert second(world) == set()

    pressed = client.post(PAGE, data=fields(html))

    assert (pressed.status_code, pressed.location) == (303, f"{PAGE}?gone=2")
    after = client.get(pressed.location).text
    assert "2 entries are in Round 2, visits now." in after
    assert after.count("It is in the next round already.") == 2
    assert second(world) == {"Team One", "Team Two"}


def test_by_hand(world: World) -> None:
    _, _, three = teams(world, "Team One", "Team Two", "Team Three")
    client = world.client("adam")
    html = client.get(PAGE).text
    assert "chosen" not in fields(html), "no line, no tick"
    client.post(PAGE, data=fields(html) | {"chosen": f"{three.handle}:{three.version}"})
    assert second(world) == {"Team Three"}


def test_refusals_come_back_with_the_ticks_and_the_words(world: World) -> None:
    one, two = teams(world, "Team One", "Team Two", marks="9")
    client = world.client("adam")
    html = client.get(f"{PAGE}?places=1").text
    assert "needs your reason" in html

    nothing = client.post(PAGE, data={k: v for k, v in fields(html).items() if k != "chosen"})
    assert (nothing.status_code, "Choose at least one entry." in nothing.text) == (422, True)
    chosen = [f"{e.handle}:{e.version}" for e in (one, two)]
    missing = client.post(PAGE, data=fields(html) | {"chosen": chosen, "reason": " "})
    assert missing.status_code == 422
    assert missing.text.count("Say why it goes on with fewer scorecards than the quorum.") == 2
    assert fields(missing.text)["chosen"] == chosen
    moved(world, one, Act.DISQUALIFY, reason="Not in the country.")
    stale = client.post(PAGE, data=fields(html) | {"chosen": chosen, "reason": "Jill is ill."})
    assert stale.status_code == 409
    assert "Adam Admin was faster with one of these entries." in stale.text
    assert "Jill is ill." in stale.text
    assert second(world) == set()


def test_other_rounds_and_other_people(world: World) -> None:
    teams(world, "Team One")
    admin = world.client("adam")
    for path in ("teams/second", "teams/final", "frontline/written"):
        assert admin.get(f"/admin/small-2026/results/{path}/advance").status_code == 409
    assert "advance" not in admin.get("/admin/small-2026/results/teams/second").text
    for who in ("audrey", "chloe", "jack", "bob"):
        assert world.client(who).get(PAGE).status_code == 404
    assert admin.get(f"{PAGE}?places=many").status_code == 422


def test_nobody_outside_notices(world: World) -> None:
    """What the nominator and a judge with nothing in the next round read is the same, letter by letter."""
    one, _ = teams(world, "Team One", "Team Two")
    link = world.session.scalars(select(PrivateLink).where(PrivateLink.entry_id == one.id)).one()
    alice, jack, admin = world.client(), world.client("jack"), world.client("adam")
    with alice.session_transaction() as cookie:
        cookie["links"] = [link.id]

    def read() -> list[str]:
        pages = [(alice, f"/mine/{one.handle}/"), (alice, "/mine/"), (jack, "/judge/")]
        return [re.sub(r'name="csrf_token" value="[^"]+"', "", c.get(path).text) for c, path in pages]

    before, mails = read(), len(world.session.scalars(select(OutboxMail.id)).all())
    html = admin.get(f"{PAGE}?places=1").text
    assert admin.post(PAGE, data=fields(html)).status_code == 303
    assert second(world) == {"Team One"}
    assert read() == before
    assert len(world.session.scalars(select(OutboxMail.id)).all()) == mails
