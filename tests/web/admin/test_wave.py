"""The second wave: proposed by a run, planned with everybody's load, assigned by one press or not at all."""

import re

import pytest
from sqlalchemy import func, select

from heroes.models import Assignment, Entry, ResultsRun
from tests.counting import statements
from tests.outcomes import three
from tests.stored import stored
from tests.web.admin.test_results import BOARD, fields, page, text
from tests.world import JUDGED, JUDGING, World, post

WAVE = f"{BOARD}/wave"


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def proposed(world: World, *extra: int) -> list[Entry]:
    """Ada, Ben and Cyd while the round is open, with so many more reviews proposed for each."""
    entries = three(world, computed=False)
    world.clock.at = JUDGING
    rows = [
        {"entry": entry.reference, "extra": count, "reviews": 2, "chance": 0.55}
        for entry, count in zip(entries, extra, strict=False)
        if count
    ]
    proposals = {"places": 2, "budget": 3, "given_out": sum(extra), "grey": 2, "rows": rows}
    stored(world, entries, extras={"proposals": proposals})
    return entries


def asked(world: World) -> dict[str, int]:
    """Title -> how many judges have been asked for the entry."""
    world.session.rollback()
    rows = world.session.execute(
        select(Entry.title, func.count())
        .join(Assignment, Assignment.entry_id == Entry.id)
        .group_by(Entry.title)
        .order_by(Entry.title)
    )
    return {row[0]: row[1] for row in rows}


def test_who_would_read_what_is_shown_before_anything_happens(world: World) -> None:
    proposed(world, 0, 2, 1)
    assert "See who would read them" in page(world, BOARD)
    said = text(page(world, WAVE))
    assert (
        "2 entries are neither surely in nor surely out of 2 places. 3 more scorecards would go to 2" in said
    )
    assert "Ben Bode 2 2 55% Cyd Cole 2 1 55%" in said
    assert re.search(r"Chloe Chair [12] [12] ", said)
    assert "Assign exactly these 3" in said
    assert asked(world) == {"Ada Ames": 2, "Ben Bode": 2, "Cyd Cole": 2}


def test_one_press_assigns_exactly_that(world: World) -> None:
    proposed(world, 0, 2, 1)
    client = world.client("adam")
    data = fields(client.get(WAVE).get_data(as_text=True))
    answer = client.post(WAVE, data=data)
    assert (answer.status_code, answer.location) == (
        303,
        "/admin/small-2026/judging/frontline/written?dealt=3",
    )
    assert asked(world) == {"Ada Ames": 2, "Ben Bode": 4, "Cyd Cole": 3}


def test_a_plan_that_has_changed_since_assigns_nothing(world: World) -> None:
    proposed(world, 0, 1)
    client = world.client("adam")
    data = fields(client.get(WAVE).get_data(as_text=True))
    answer = client.post(WAVE, data=data | {"plan": "another"})
    assert answer.status_code == 409
    assert "so nothing was dealt" in answer.get_data(as_text=True)
    assert asked(world)["Ben Bode"] == 2


def test_after_the_round_nobody_can_be_assigned(world: World) -> None:
    proposed(world, 0, 1)
    world.clock.at = JUDGED
    assert "The round has closed, so nobody can be assigned any more." in page(world, WAVE)


def test_where_nothing_is_proposed_the_page_says_so(world: World) -> None:
    proposed(world)
    assert "No further scorecard would change who has a place." in page(world, WAVE)


def test_another_budget_is_a_new_run(world: World) -> None:
    proposed(world, 0, 1)
    client = world.client("adam")
    assert post(client, f"{WAVE}/budget", {"budget": "many"}, WAVE).status_code == 422
    assert post(client, f"{WAVE}/budget", {"budget": "12"}, WAVE).status_code == 303
    world.session.rollback()
    assert [(run.budget, run.places, run.state) for run in world.session.scalars(select(ResultsRun))][1:] == [
        (12, 2, "waiting")
    ]


@pytest.mark.parametrize("who", ["audrey", "jack", "chloe", "bob"])
def test_others_find_no_page(world: World, who: str) -> None:
    proposed(world, 0, 1)
    assert world.client(who).get(WAVE).status_code == 404


def test_the_page_has_a_literal_number_of_statements(world: World) -> None:
    counts = []
    entries = proposed(world, 0, 1)
    for count in (1, 3):
        rows = [{"entry": one.reference, "extra": 1, "reviews": 2, "chance": 0.5} for one in entries[:count]]
        proposals = {"places": 2, "budget": 3, "given_out": count, "grey": 2, "rows": rows}
        stored(world, entries, extras={"proposals": proposals})
        client = world.client("adam")
        client.get(WAVE)
        with statements(world) as sent:
            client.get(WAVE)
        counts.append(len(sent))
    assert counts == [32, 32]
