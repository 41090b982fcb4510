"""A judge's own page: their leniency in words, only from results that are done, and never anybody else's."""

import pytest

from heroes.domain.counting import JudgeStanding
from heroes.web.judge.own import leniency_said, steady_said
from tests.counting import statements
from tests.judging import asked
from tests.outcomes import eligible, three
from tests.stored import judge_of, stored
from tests.web.admin.test_results import page, text
from tests.world import JUDGED, JUDGING, World

MINE = "/judge/mine"


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def test_one_reads_how_one_marks_and_nothing_of_others(world: World) -> None:
    stored(world, three(world, computed=False))
    html = page(world, MINE, "jack")
    said = text(html)
    assert "You mark 0.5 points stricter than your colleagues on the same entries." in said
    assert "Give or take 0.4, from 6 scorecards." in said
    assert "Your own scores lie around 5.9 and spread by 1.2 to either side, two times in three." in said
    assert "Jill" not in html
    assert judge_of(world, "jill") not in html
    assert "Ada Ames" not in html
    assert "about as your colleagues do" in page(world, MINE, "jill")


def test_before_ones_own_cards_are_in_there_is_nothing(world: World) -> None:
    entries = three(world, computed=False)
    world.clock.at = JUDGING
    stored(world, entries)
    assert "You mark 0.5 points stricter" in page(world, MINE, "jack")
    asked(world, entries[0], "dora")
    assert "Nothing to look back on yet" in page(world, MINE, "dora")


def test_with_one_card_left_nothing_is_shown_until_the_round_closes(world: World) -> None:
    entries = three(world, computed=False)
    asked(world, eligible(world, "Dee Dale"), "jack")
    world.clock.at = JUDGING
    stored(world, entries)
    assert "Nothing to look back on yet" in page(world, MINE, "jack")
    world.clock.at = JUDGED
    assert "You mark 0.5 points stricter" in page(world, MINE, "jack")


def test_without_a_run_there_is_nothing(world: World) -> None:
    three(world, computed=False)
    assert "Nothing to look back on yet" in page(world, MINE, "jack")


@pytest.mark.parametrize("who", ["bob", "adam", "charlie"])
def test_it_is_for_judges(world: World, who: str) -> None:
    assert world.client(who).get(MINE).status_code == 404


def test_the_page_has_a_literal_number_of_statements(world: World) -> None:
    entries = three(world, computed=False)
    counts = []
    for _ in range(2):
        stored(world, entries)
        client = world.client("jack")
        client.get(MINE)
        with statements(world) as sent:
            client.get(MINE)
        counts.append(len(sent))
    assert counts == [7, 7]


def own(leniency: float | None, se: float | None, fit: float | None, reviews: int = 6) -> JudgeStanding:
    return JudgeStanding("j", leniency, se, reviews, fit)


def test_words_for_every_kind_of_judge() -> None:
    assert leniency_said(own(None, None, None)).startswith("There are too few scorecards")
    assert leniency_said(own(0.3, 0.2, 1.0)) == "You mark about as your colleagues do on the same entries."
    assert leniency_said(own(0.9, 0.2, 1.0)).startswith("You mark 0.9 points milder than")
    assert [steady_said(own(0, 0, fit)).split(" ")[-1] for fit in (0.4, 1.0, 2.1)] == [
        "saw.",
        "usual.",
        "again.",
    ]
    assert [steady_said(own(0, 0, 2.1, 4)), steady_said(own(0, 0, None))] == ["", ""]
