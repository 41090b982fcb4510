"""Bulk acts on the page: choose, see the names, press; or see that something has changed."""

import re

import pytest
from sqlalchemy import select, text

from heroes.domain.entry_states import Act, Given
from heroes.models import Entry
from heroes.services import acting
from tests.crowd import add_crowd, add_one
from tests.world import World, post

QUEUE, LOOK, APPLY = (f"/admin/small-2026/{end}" for end in ("queue", "bulk", "bulk/apply"))


def states(world: World, handles: list[str]) -> list[str]:
    world.session.rollback()
    found = dict(
        world.session.execute(select(Entry.handle, Entry.state).where(Entry.handle.in_(handles))).all()
    )
    return [found[handle] for handle in handles]


def fields(page: str) -> dict[str, list[str]]:
    """The hidden fields of the preview's form."""
    form = page[page.index(f'action="{APPLY}"') :]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value.replace("&amp;", "&"))
    return found


@pytest.fixture
def ready(lite_world: World) -> list[str]:
    """Three entries that can be shortlisted and one that cannot."""
    handles = add_crowd(lite_world, 3)
    lite_world.session.execute(text("UPDATE round_entries SET cards_in = 2"))
    lite_world.session.commit()
    return [*handles, add_one(lite_world, "submitted").handle]


def test_choosing_previewing_and_applying(lite_world: World, ready: list[str]) -> None:
    client = lite_world.client("adam")
    choice = {"act": "shortlist", "entry": ready, "view": "state=submitted&q=x"}
    preview = post(client, LOOK, choice, page=QUEUE)
    page = preview.get_data(as_text=True)
    assert preview.status_code == 200
    assert "3 entries will change, 1 cannot." in page
    assert "fewer scorecards than the quorum" in page
    assert states(lite_world, ready) == ["submitted"] * 4
    data = fields(page)
    assert data["row"] == [f"{handle}:1" for handle in ready[:3]]
    done = client.post(APPLY, data=data)
    assert (done.status_code, states(lite_world, ready)) == (303, ["shortlisted"] * 3 + ["submitted"])
    assert done.headers["Location"] == f"{QUEUE}?q=x&state=submitted&done=3&did=shortlist"
    assert "Shortlist: done for 3 entries." in client.get(done.headers["Location"]).get_data(as_text=True)


def test_a_reason_and_an_override_are_kept_and_looked_at_again(lite_world: World, ready: list[str]) -> None:
    client = lite_world.client("adam")
    choice = {"act": "shortlist", "entry": ready, "reason": "Two judges <fell> ill.", "override": "yes"}
    page = post(client, LOOK, choice, page=QUEUE).get_data(as_text=True)
    assert "4 entries will change, 0 cannot." in page
    assert "Two judges &lt;fell&gt; ill.</textarea>" in page
    assert re.search(r'name="override" value="yes" checked', page)
    client.post(APPLY, data=fields(page) | {"reason": "Two judges fell ill.", "override": "yes"})
    assert states(lite_world, ready) == ["shortlisted"] * 4


def test_if_one_has_changed_the_preview_comes_again_and_nothing_has_moved(
    lite_world: World, ready: list[str]
) -> None:
    client = lite_world.client("adam")
    data = fields(post(client, LOOK, {"act": "shortlist", "entry": ready}, page=QUEUE).get_data(as_text=True))
    acting.press(lite_world.ctx("olive"), ready[1], Act.DISQUALIFY, Given(reason="Not here."), 1)
    response = client.post(APPLY, data=data | {"reason": "Typed already."})
    page = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "Olive Owner was faster with one of them." in page
    assert "2 entries will change, 2 cannot." in page
    assert "Typed already.</textarea>" in page
    assert states(lite_world, ready) == ["submitted", "ineligible", "submitted", "submitted"]
    again = client.post(APPLY, data=fields(page))
    assert (again.status_code, states(lite_world, ready)) == (
        303,
        ["shortlisted", "ineligible", "shortlisted", "submitted"],
    )


@pytest.mark.parametrize(
    "data",
    [{"act": "shortlist"}, {"act": "crown", "entry": "x"}, {"entry": "x"}, {"act": "", "entry": []}],
)
def test_nothing_chosen_shows_the_queue_again_with_a_sentence(
    lite_world: World, ready: list[str], data: dict
) -> None:
    response = post(lite_world.client("adam"), LOOK, data | {"view": "state=submitted"}, page=QUEUE)
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "Choose " in page
    assert 'name="state" value="submitted"' in page


@pytest.mark.parametrize("rows", [[], ["nonsense"], ["x:y"], ["x:99999999999"], [":1"]])
def test_a_form_that_was_tampered_with_moves_nothing(
    lite_world: World, ready: list[str], rows: list[str]
) -> None:
    client = lite_world.client("adam")
    data = fields(post(client, LOOK, {"act": "shortlist", "entry": ready}, page=QUEUE).get_data(as_text=True))
    response = client.post(APPLY, data=data | {"row": rows})
    assert response.status_code in (404, 422)
    assert states(lite_world, ready) == ["submitted"] * 4


def test_marking_as_eligible(lite_world: World) -> None:
    handles = add_crowd(lite_world, 2, screening="unchecked", screened_at=None, round_id=None)
    client = lite_world.client("adam")
    page = post(client, LOOK, {"act": "eligible", "entry": handles}, page=QUEUE).get_data(as_text=True)
    assert "Becomes eligible and goes on to the judges" in page
    client.post(APPLY, data=fields(page))
    lite_world.session.rollback()
    found = lite_world.session.execute(select(Entry.screening, Entry.round_id.is_not(None))).all()
    assert [tuple(row) for row in found] == [("eligible", True)] * 2


@pytest.mark.parametrize("path", [LOOK, APPLY])
@pytest.mark.parametrize(("who", "status"), [("audrey", 404), ("jill", 404), ("bob", 404)])
def test_bulk_acts_are_for_admins(lite_world: World, path: str, who: str, status: int) -> None:
    page = QUEUE if who == "audrey" else "/account"
    assert post(lite_world.client(who), path, {"act": "shortlist"}, page=page).status_code == status
