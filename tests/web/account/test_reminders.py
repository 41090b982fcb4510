"""Stopping reminders by the link in the mail."""

import pytest

from heroes.models import Entry, User
from heroes.services.links import address_of, make_link
from heroes.services.transactions import transaction
from tests.world import post


def stop_path(world, **subject):
    """The address in a reminder."""
    ctx = world.ctx("system")
    with transaction(ctx):
        link = make_link(ctx, "stop_reminders", **subject)
    return address_of(ctx.keys.links, "", link) + "/stop"


def test_opening_the_link_changes_nothing_and_its_button_stops_the_reminders(lite_world):
    started = lite_world.nominate()
    path = stop_path(lite_world, entry_id=started.entry.id)
    client = lite_world.client()
    assert "about this draft" in client.get(path).get_data(as_text=True)
    lite_world.session.expire_all()
    assert lite_world.session.get_one(Entry, started.entry.id).reminders is True
    response = post(client, path)
    assert (response.status_code, response.location) == (303, "/link/stopped")
    assert "have stopped" in client.get(response.location).get_data(as_text=True)
    lite_world.session.expire_all()
    assert lite_world.session.get_one(Entry, started.entry.id).reminders is False


def test_a_judge_stops_theirs(lite_world):
    path = stop_path(lite_world, user_id=lite_world.people["jack"])
    client = lite_world.client()
    assert "scorecards" in client.get(path).get_data(as_text=True)
    post(client, path)
    lite_world.session.expire_all()
    assert lite_world.session.get_one(User, lite_world.people["jack"]).reminders is False


@pytest.mark.parametrize("purpose", ["entry", "nonsense"])
def test_no_other_link_does(lite_world, purpose):
    started = lite_world.nominate()
    client = lite_world.client()
    path = "/link/nonsense/stop"
    if purpose == "entry":
        path = address_of(lite_world.house.keys.links, "", started.link) + "/stop"
    assert client.get(path).status_code == 404
    assert post(client, path, page=stop_path(lite_world, entry_id=started.entry.id)).status_code == 404
    lite_world.session.expire_all()
    assert lite_world.session.get_one(Entry, started.entry.id).reminders is True
