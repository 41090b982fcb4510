"""The announcement pages: exactly what becomes public, when, what keeps it back, and the press."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from heroes.models import Release
from heroes.services.announcing import release_due
from heroes.services.deciding import FINALIST, SET_ASIDE
from tests.outcomes import awarded, released, shortlisted, three
from tests.web.admin.test_results import text
from tests.world import JUDGED, World, post, token_in

HOME = "/admin/small-2026/announce"


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def page(world: World, path: str = HOME, who: str = "adam", status: int = 200) -> str:
    response = world.client(who).get(path)
    assert response.status_code == status
    return text(response.get_data(as_text=True))


def release(world: World, kind: str) -> Release:
    world.session.rollback()
    world.session.expire_all()
    return world.session.scalars(select(Release).where(Release.kind == kind).order_by(Release.id)).all()[0]


def version(world: World, kind: str) -> str:
    return str(release(world, kind).version)


def test_the_overview_says_what_is_planned(world: World) -> None:
    said = page(world, who="audrey")
    assert (
        "The shortlist Sealed Promised for Thursday 16 July 2026, 10:00 UK time. The clock is not set" in said
    )
    assert "The outcomes Sealed Promised for Thursday 19 November 2026, 21:30 UK time." in said


def test_the_preview_names_everybody_and_counts_the_mails(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    said = page(world, f"{HOME}/outcomes")
    assert "Exactly this becomes public, all at once, with 3 mails." in said
    assert re.search(r"Winner 1 Ada Ames Fernhill Telecom SH-26-0001 Finalist 1 Ben Bode", said)
    assert "1 entry is not shortlisted this year: told by mail, named nowhere." in said
    assert "Team of the Year No award this year." in said


def test_undecided_entries_are_named_and_stop_the_outcomes(world: World) -> None:
    ada, *_ = three(world)
    awarded(world, {ada: "winner"})
    html = world.client("adam").get(f"{HOME}/outcomes").get_data(as_text=True)
    assert "Frontline Hero: 2 entries are not decided yet" in html
    assert "Release it to everybody" not in html

    forced = post(
        world.client("adam"),
        f"{HOME}/outcomes/release",
        {"sure": "yes", "anyway": "yes", "rule_reason": "So", "version": version(world, "outcomes")},
        page=f"{HOME}/outcomes",
    )
    assert forced.status_code == 409
    assert release(world, "outcomes").released_at is None


def test_the_press_needs_the_tick_and_then_goes_out(world: World) -> None:
    ada, ben, cyd = three(world)
    shortlisted(world, [ada], [ben, cyd])
    client = world.client("adam")
    where = f"{HOME}/shortlist/release"
    unsure = post(client, where, {"version": version(world, "shortlist")}, page=f"{HOME}/shortlist")
    assert unsure.status_code == 422
    assert "Tick that you have read the names." in unsure.get_data(as_text=True)
    assert release(world, "shortlist").released_at is None

    data = {"version": version(world, "shortlist"), "sure": "yes"}
    assert post(client, where, data, page=f"{HOME}/shortlist").status_code == 303

    assert release(world, "shortlist").released_at == JUDGED
    assert "Released Thursday 2 July 2026, 13:00 UK time." in page(world)
    again = client.post(where, data=data | {"csrf_token": token_in(client.get(HOME).get_data(as_text=True))})
    assert again.status_code == 409


def test_a_shortlist_with_undecided_entries_needs_a_second_tick(world: World) -> None:
    ada, *_ = three(world)
    shortlisted(world, [ada])
    client = world.client("adam")
    data = {"version": version(world, "shortlist"), "sure": "yes"}
    where = f"{HOME}/shortlist/release"
    assert post(client, where, data, page=f"{HOME}/shortlist").status_code == 409
    assert post(client, where, data | {"anyway": "yes"}, page=f"{HOME}/shortlist").status_code == 303


def test_a_plan_is_read_in_the_seasons_zone(world: World) -> None:
    data = {
        "planned_at": "2026-11-19T20:00",
        "armed": "yes",
        "rule_reason": "So",
        "version": version(world, "outcomes"),
    }
    kept = post(world.client("adam"), f"{HOME}/outcomes/plan", data, page=f"{HOME}/outcomes")
    assert kept.status_code == 303
    found = release(world, "outcomes")
    assert (found.planned_at, found.armed) == (datetime(2026, 11, 19, 20, 0, tzinfo=UTC), True)
    assert "Goes out by itself on Thursday 19 November 2026, 20:00 UK time" in page(world)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("soon", "Write it like 2026-11-19T21:30."),
        ("", "Say when, so that the clock knows."),
        ("2026-01-01T10:00", "Choose an instant that is still to come, or release it now."),
        ("2027-03-28T01:30", "2027-03-28 01:30 does not exist in Europe/London: the clocks skip it"),
    ],
)
def test_an_instant_that_cannot_be_is_said_at_its_field(world: World, typed: str, said: str) -> None:
    data = {"planned_at": typed, "armed": "yes", "rule_reason": "So", "version": version(world, "outcomes")}
    refused = post(world.client("adam"), f"{HOME}/outcomes/plan", data, page=f"{HOME}/outcomes")
    html = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert html.count(said) == 2
    assert f'value="{typed}"' in html
    assert re.search(r'id="armed"[^>]*checked', html)
    assert release(world, "outcomes").armed is False


def test_a_stale_plan_is_shown_again(world: World) -> None:
    old = version(world, "outcomes")
    data = {"planned_at": "2026-12-01T20:00", "rule_reason": "So", "version": old}
    client = world.client("adam")
    post(client, f"{HOME}/outcomes/plan", data, page=f"{HOME}/outcomes")
    late = post(
        client, f"{HOME}/outcomes/plan", data | {"planned_at": "2026-12-02T20:00"}, page=f"{HOME}/outcomes"
    )
    assert late.status_code == 409
    assert "Somebody changed this release since you opened the page." in late.get_data(as_text=True)


def test_what_the_clock_refused_is_on_the_page(world: World) -> None:
    ada, *_ = three(world)
    awarded(world, {ada: "winner"})
    with_plan = {
        "planned_at": "2026-07-03T10:00",
        "armed": "yes",
        "rule_reason": "So",
        "version": version(world, "outcomes"),
    }
    post(world.client("adam"), f"{HOME}/outcomes/plan", with_plan, page=f"{HOME}/outcomes")
    world.clock.at = JUDGED + timedelta(days=1)
    release_due(world.ctx("system"))
    said = page(world)
    assert "It did not go out Frontline Hero: 2 entries are not decided yet" in said


def test_a_category_gets_a_release_of_its_own_and_comes_back(world: World) -> None:
    client = world.client("adam")
    own = {"category": "teams", "act": "part"}
    assert post(client, f"{HOME}/outcomes/own", own, page=HOME).status_code == 303
    assert "The outcomes: Team of the Year Sealed No date has been set." in page(world)
    assert post(client, f"{HOME}/outcomes/own", own, page=HOME).status_code == 409
    assert client.get(f"{HOME}/outcomes?category=teams").status_code == 200
    assert post(client, f"{HOME}/outcomes/own", own | {"act": "rejoin"}, page=HOME).status_code == 303
    assert "Team of the Year Sealed" not in page(world)


@pytest.mark.parametrize("path", [HOME, f"{HOME}/shortlist", f"{HOME}/outcomes"])
@pytest.mark.parametrize("who", ["chloe", "jack", "bob"])
def test_only_staff_look(world: World, who: str, path: str) -> None:
    assert world.client(who).get(path).status_code == 404


@pytest.mark.parametrize("kind", ["nothing", "outcome"])
def test_an_unknown_release_is_no_page(world: World, kind: str) -> None:
    assert world.client("adam").get(f"{HOME}/{kind}").status_code == 404
    assert world.client("adam").get(f"{HOME}/shortlist?category=nothing").status_code == 404


def test_an_auditor_cannot_press(world: World) -> None:
    client = world.client("audrey")
    token = {"csrf_token": token_in(client.get(HOME).get_data(as_text=True)), "sure": "yes", "version": "1"}
    for path in ("shortlist/release", "shortlist/plan", "shortlist/own"):
        assert client.post(f"{HOME}/{path}", data=token).status_code == 404
    assert release(world, "shortlist").released_at is None


def test_a_released_page_offers_nothing_more(world: World) -> None:
    ada, ben, cyd = three(world)
    shortlisted(world, [ada], [ben, cyd])
    released(world, "shortlist")
    said = page(world, f"{HOME}/shortlist")
    assert "What is taken back from now on is corrected in public." in said
    assert "Release it now" not in said
