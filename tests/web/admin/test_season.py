"""The season at a glance."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from heroes.models.people import ProgrammeRole
from heroes.models.queue_pages import categories
from heroes.models.seasons import Release
from heroes.services.opening import begin
from heroes.services.transactions import transaction
from tests.counting import statements
from tests.crowd import add_crowd, add_one
from tests.outcomes import awarded, released, shortlisted, three
from tests.world import JUDGED, World

SEASON = "/admin/small-2026/"


def page_of(world: World, who: str = "adam") -> str:
    response = world.client(who).get(SEASON)
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


def waiting(page: str) -> dict[str, int]:
    return {
        words.strip(): int(count.replace(",", ""))
        for words, count in re.findall(r'<span>([^<]+) <strong class="num">([\d,]+)</strong></span>', page)
    }


def test_it_says_what_waits_for_somebody(lite_world: World) -> None:
    world = lite_world
    world.submitted()
    add_one(world, "returned")
    add_one(world, "draft")
    add_crowd(world, 4, judges=2)
    assert waiting(page_of(world)) == {
        "To screen": 1,
        "Back with their entrants": 1,
        "Scorecards not in yet": 5,
        "Thin categories": 1,
        "Unfinished drafts": 1,
    }


def test_the_picture_counts_by_the_days_of_the_seasons_zone(lite_world: World) -> None:
    world = lite_world
    world.clock.at = world.clock.at.replace(hour=22, minute=59, second=59)
    world.submitted()
    world.clock.at = world.clock.at.replace(hour=23, minute=0, second=0)
    world.submitted()
    page = page_of(world)
    assert re.search(r">1 May</th><td class=\"num\">1<", page)
    assert re.search(r">2 May</th><td class=\"num\">1<", page)


def test_it_asks_the_same_few_statements_however_large_the_season(world: World) -> None:
    found = []
    for more in (10, 1990):
        add_crowd(world, more, judges=1)
        client = world.client("adam")
        with statements(world) as sent:
            client.get(SEASON)
        found.append(len(sent))
    assert found == [10, 10]


def test_the_phases_are_told_in_words(lite_world: World) -> None:
    world = lite_world
    assert "Open for entries" in page_of(world)
    world.clock.at = JUDGED
    assert "Closed for entries; judging has begun." in page_of(world)
    world.clock.at = JUDGED + timedelta(days=300)
    assert "Every round has closed; nothing has been released yet." in page_of(world)
    world.clock.at = JUDGED
    world.season().ended_at = JUDGED
    world.session.commit()
    assert "The season has ended." in page_of(world)


def test_the_phase_follows_the_releases_and_nothing_waits_afterwards(lite_world: World) -> None:
    world = lite_world
    ada, ben, cyd = three(world)
    assert waiting(page_of(world))["Entries to decide"] == 3
    shortlisted(world, [ada, ben], [cyd])
    released(world, "shortlist")
    page = page_of(world)
    assert "The shortlist is out; the outcomes are not." in page
    assert waiting(page) == {"Entries to decide": 2}
    awarded(world, {ada: "winner", ben: "finalist"})
    released(world, "outcomes")
    page = page_of(world)
    assert "The outcomes are out: the heroes have been named." in page
    assert waiting(page) == {}
    assert "Everything that can be done at this stage is done." in page


def test_releases_of_single_categories_are_counted(lite_world: World) -> None:
    world = lite_world
    world.clock.at = JUDGED
    first, *_ = categories(world.session, world.season().id)
    own = {
        kind: Release(season_id=world.season().id, kind=kind, released_at=JUDGED, released_as="owner")
        for kind in ("shortlist", "outcomes")
    }
    world.session.add_all(own.values())
    world.session.flush()
    first.shortlist_release_id = own["shortlist"].id
    world.session.commit()
    assert "The shortlist is out for 1 of 2 categories; the outcomes are not." in page_of(world)
    first.outcome_release_id = own["outcomes"].id
    world.session.commit()
    assert "The outcomes are out for 1 of 2 categories." in page_of(world)


def test_it_is_for_staff_and_the_front_door_leads_to_it(lite_world: World) -> None:
    statuses = {
        who: lite_world.client(who).get(SEASON).status_code for who in ("audrey", "adam", "jill", "bob")
    }
    assert statuses == {"audrey": 200, "adam": 200, "jill": 404, "bob": 404}
    assert lite_world.client("audrey").get("/admin/").headers["Location"] == SEASON


@pytest.mark.parametrize("role", ["owner", "admin", "auditor"])
def test_before_the_first_season_it_says_what_to_do_next(lite_world: World, role: str) -> None:
    world = lite_world
    link = begin(world.ctx("system"), "new-heroes", "New <Heroes>", "New Alliance", "Nia", "nia@new.example")
    assert link.user_id is not None
    with transaction(world.ctx("system")):
        world.session.execute(
            update(ProgrammeRole).where(ProgrammeRole.user_id == link.user_id).values(role=role)
        )
    world.people["nia"] = link.user_id
    client = world.client("nia")
    answer = client.get("/admin/")
    assert answer.status_code == 200
    assert "New &lt;Heroes&gt; is set up." in answer.text
    assert ("Start a season" in answer.text) is (role != "auditor")
    assert "Small Heroes" not in answer.text
    assert client.get(SEASON).status_code == 404
