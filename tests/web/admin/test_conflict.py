"""The page about connections with an entry: declaring one's own, and taking back somebody else's."""

import pytest

from heroes.services import recusing
from tests.judging import elsewhere, handle_of
from tests.world import World, post

WHY = "My sister works for them."


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def test_it_is_declared_on_the_page_and_said_on_the_entrys(world: World) -> None:
    entry = elsewhere(world)
    client = world.client("adam")
    assert f'href="/admin/entry/{entry.handle}/conflict"' in client.get(f"/admin/entry/{entry.handle}").text
    here = f"/admin/entry/{entry.handle}/conflict"
    assert "Nobody has declared a connection" in client.get(here).text

    assert post(client, here, {"reason": WHY}).status_code == 303

    after = client.get(here).text
    assert "Adam Admin" in after
    assert WHY in after
    assert "What connects you?" not in after
    assert "It was declared by mistake" not in after
    shown = client.get(f"/admin/entry/{entry.handle}").text
    assert "You have a connection with this entry" in shown
    assert f"/admin/entry/{entry.handle}/disqualify" not in shown
    history = world.client("olive").get(f"/admin/entry/{entry.handle}").text
    assert "declared a connection with" in history
    assert WHY in history


@pytest.mark.parametrize("person", [False, True])
def test_a_missing_reason_is_said_at_its_field(world: World, person: bool) -> None:
    entry = elsewhere(world)
    here = f"/admin/entry/{entry.handle}/conflict"
    recusing.declare(world.ctx("adam"), entry.handle, WHY)
    judge = handle_of(world, "adam") if person else ""
    answer = post(world.client("olive"), here, {"reason": " ", "person": judge})
    assert answer.status_code == 422
    assert answer.text.count("Say in a sentence why.") == 2, "in the summary and at the field"
    assert f'href="#reason{"-" + judge if judge else ""}"' in answer.text


def test_somebody_else_takes_it_back(world: World) -> None:
    entry = elsewhere(world)
    here = f"/admin/entry/{entry.handle}/conflict"
    recusing.declare(world.ctx("adam"), entry.handle, WHY)
    form = {"person": handle_of(world, "adam"), "reason": "Another Larkfield."}
    assert post(world.client("adam"), here, form).status_code == 403
    assert post(world.client("olive"), here, form).status_code == 303
    assert "Nobody has declared a connection" in world.client("adam").get(here).text


def test_an_auditor_reads_and_nobody_else_finds_it(world: World) -> None:
    entry = elsewhere(world)
    here = f"/admin/entry/{entry.handle}/conflict"
    recusing.declare(world.ctx("adam"), entry.handle, WHY)
    read = world.client("audrey").get(here).text
    assert WHY in read
    assert "<textarea" not in read
    for who in ("chloe", "jack", "bob", "charlie"):
        assert world.client(who).get(here).status_code == 404
