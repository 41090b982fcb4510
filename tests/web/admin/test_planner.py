"""The planner: how many reviews for how sure a shortlist, from what is known, and for the numbers that are typed."""

import re

import pytest

from tests.counting import statements
from tests.outcomes import three
from tests.stored import stored
from tests.web.admin.test_results import page, text
from tests.world import World

ROUND = "/admin/small-2026/judging/frontline/written"
PLANNER = f"{ROUND}/planner"


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def test_before_anything_is_known_it_forecasts_from_published_numbers(world: World) -> None:
    html = page(world, f"{PLANNER}?entries=300&places=30&judges=40&minutes=10")
    said = text(html)
    assert "by how far judges differed in published tastings, as nothing has been computed here yet." in said
    rows = re.findall(r'<tr role="row"><th scope="row" role="rowheader">(.*?)</tr>', html)
    assert [text(row) for row in rows][:3] == ["1 48 8 1.3", "2 as this round asks 60 15 2.5", "3 66 22 3.8"]
    assert "Scorecards a judge" in said


def test_it_knows_the_round_and_prefers_its_own_numbers(world: World) -> None:
    entries = three(world, computed=False)
    stored(world, entries)
    html = page(world, PLANNER)
    assert re.findall(r'name="(entries|places|judges|minutes)"[^>]* value="(\d+)"', html) == [
        ("entries", "3"),
        ("places", "2"),
        ("judges", "4"),
        ("minutes", "8"),
    ]
    assert "by how far judges differed in this round itself." in text(html)
    other = text(page(world, "/admin/small-2026/judging/teams/written/planner"))
    assert "by how far judges differed in Frontline Hero, Round 1, written, of Small Heroes 2026." in other


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("entries=0", "Give a whole number from 1 to 10,000."),
        ("judges=many", "Give a whole number from 1 to 10,000."),
        ("minutes=601", "Give a whole number from 1 to 600."),
        ("entries=3&places=4", "There cannot be more places than entries."),
    ],
)
def test_nonsense_is_said_at_its_field(world: World, query: str, said: str) -> None:
    assert page(world, f"{PLANNER}?{query}", status=422).count(said) == 2


def test_the_round_leads_there(world: World) -> None:
    three(world, computed=False)
    world.clock.at = world.clock.at.replace(month=6, day=15)
    assert f'href="{PLANNER}"' in page(world, ROUND)


@pytest.mark.parametrize(("who", "status"), [("audrey", 200), ("jack", 404), ("chloe", 404), ("bob", 404)])
def test_it_is_for_staff(world: World, who: str, status: int) -> None:
    assert world.client(who).get(PLANNER).status_code == status


def test_the_page_has_a_literal_number_of_statements(world: World) -> None:
    entries = three(world, computed=False)
    counts = []
    for some in (entries[:1], entries):
        stored(world, some)
        client = world.client("adam")
        client.get(PLANNER)
        with statements(world) as sent:
            client.get(PLANNER)
        counts.append(len(sent))
    assert counts == [8, 8]
