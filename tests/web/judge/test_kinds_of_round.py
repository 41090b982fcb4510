"""Rounds that are no scorecards: yes or no on one question, and presentations at a time of their own."""

import re

import pytest
from sqlalchemy import select

from heroes.models import Category, Entry, PrivateLink
from heroes.services import round_plans, slotting
from tests.judging import asked, assignment, change, elsewhere, marks_kept
from tests.outcomes import eligible, released
from tests.round_scenes import FINAL, LIVE, SECOND, WHY, finalists, round_of
from tests.web.judge.test_scorecard import path
from tests.world import JUDGED, JUDGING, World, post

QUESTION = "Is it real?"


@pytest.fixture
def qualifying(lite_world: World) -> World:
    """`frontline` begins with a qualifying round: two of up to three judges say yes."""
    asks = {"kind": "qualifying", "question": QUESTION, "advance": "yes", "advance_yes": "2"}
    for name, opens, closes in (("Second", "07-10", "07-20"), ("Third", "07-21", "07-30")):
        when = {"name": name, "opens": f"2026-{opens}T09:00", "closes": f"2026-{closes}T17:00"}
        round_plans.add_round(lite_world.ctx("adam"), "small-2026", "frontline", SECOND | when, WHY)
    dates = {"name": "First", "opens": "2026-06-11T09:00", "closes": "2026-07-01T17:00"}
    round_plans.change_round(
        lite_world.ctx("adam"), "small-2026", "frontline", "written", SECOND | asks | dates, 1, WHY
    )
    return lite_world


def answered(world: World, entry: Entry, judge: str, answer: str) -> None:
    one = asked(world, entry, judge)
    done = post(world.client(judge), path(one), {"revision": "1", "mark-answer": answer, "act": "submit"})
    assert done.status_code == 303
    world.session.rollback()


def test_judges_answer_yes_or_no_and_the_rest_is_as_ever(qualifying: World) -> None:
    world = qualifying
    entry = elsewhere(world)
    one = asked(world, entry, "jill")
    page = world.client("jill").get(path(one)).text
    assert re.findall(r'<label for="mark-answer-[01]">(.*?)</label>', page) == ["Yes", "No"]
    assert QUESTION in page
    assert "criteria, weights applied" not in page
    missing = post(world.client("jill"), path(one), {"revision": "1", "act": "submit"})
    assert (missing.status_code, 'href="#mark-answer-0"' in missing.text) == (422, True)
    half = post(world.client("jill"), path(one), {"revision": "1", "mark-answer": "0.5", "act": "submit"})
    assert half.status_code == 422
    sent = post(world.client("jill"), path(one), {"revision": "1", "mark-answer": "1", "act": "submit"})
    assert sent.status_code == 303
    answered(world, entry, "jack", "0")
    assert marks_kept(world, assignment(world, entry, "jill")) == {1: ["1"]}
    seen = world.client("jill").get(path(one)).text
    assert 'Judge 1: <span class="num">No</span>' in seen
    assert ", <strong>Yes</strong>. You can change it" in seen
    assert re.search(r'data-label="Your total">Yes<', world.client("jill").get("/judge/").text)
    world.clock.at = JUDGED
    assert '<td class="num">Yes</td>' in world.client("jill").get(path(one)).text


def test_so_many_times_yes_is_proposed_with_its_reason(qualifying: World) -> None:
    world = qualifying
    real, doubtful, _ = (eligible(world, name) for name in ("Ada Ames", "Ben Bode", "Cyd Cole"))
    world.clock.at = JUDGING
    for entry, answers in ((real, "110"), (doubtful, "100")):
        for judge, answer in zip(("jack", "jill", "chloe"), answers, strict=True):
            answered(world, entry, judge, answer)
    world.clock.at = JUDGED
    world.computed()
    page = world.client("adam").get("/admin/small-2026/results/frontline/written/advance").text
    ticked = re.findall(r'name="chosen" value="(\w+):\d+" aria-label="Take on ([^"]+)" checked', page)
    assert ticked == [(real.handle, "Ada Ames")]
    assert "Every entry to which at least 2 judges say yes goes on." in page
    assert re.findall(r"\d yes, 2 needed", page) == ["2 yes, 2 needed", "1 yes, 2 needed", "0 yes, 2 needed"]


def test_the_shortlist_is_proposed_by_it_where_the_outcome_rule_draws_no_line(qualifying: World) -> None:
    """With one round after it, whoever qualifies is on the shortlist; the chair's table and the page say the same."""
    world = qualifying
    third = round_of(world, "frontline", "third")
    round_plans.remove_round(world.ctx("adam"), "small-2026", "frontline", "third", third.version, WHY)
    category = world.session.get_one(Category, third.category_id)
    change(world, category, outcome={"levels": category.outcome["levels"]})
    real, doubtful = (eligible(world, name) for name in ("Ada Ames", "Ben Bode"))
    world.clock.at = JUDGING
    for entry, answers in ((real, "110"), (doubtful, "100")):
        for judge, answer in zip(("jack", "jill", "chloe"), answers, strict=True):
            answered(world, entry, judge, answer)
    world.clock.at = JUDGED
    world.computed()
    board = "/admin/small-2026/results/frontline/written"
    page = world.client("adam").get(f"{board}/shortlist").text
    assert re.findall(r'name="chosen" value="(\w+):\d+"[^>]* checked', page) == [real.handle]
    assert "2 judges who say yes" in page
    assert "2 yes, and 2 are asked" in page
    assert (
        f'href="{board}/shortlist?method=&amp;places=&amp;at_least=&amp;yes=2"'
        in world.client("adam").get(board).text
    )
    table = world.client("chloe").get("/judge/table/small-2026/frontline/written").text
    assert re.findall(r'name="chosen" value="(\w+)"[^>]* checked', table) == [real.handle]
    assert "The line is at 2 judges who say yes: those above it are ticked." in table
    assert re.findall(r"Jack Judge <strong>(Yes|No)</strong>", table) == ["Yes", "Yes"]


def test_the_public_page_shows_the_criteria_of_the_scorecard(qualifying: World) -> None:
    page = qualifying.client("adam").get("/small-2026/frontline/").text
    assert QUESTION not in page
    assert "Beyond the role" in page


def slots_of(world: World, client: str = "adam") -> str:
    return world.client(client).get("/admin/small-2026/judging/teams/final/times").text


def test_times_are_made_and_given_on_their_page(lite_world: World) -> None:
    one, _ = finalists(lite_world, "Team One", "Team Two")
    admin, times = lite_world.client("adam"), "/admin/small-2026/judging/teams/final/times"
    assert "No times yet" in slots_of(lite_world)
    form = {"act": "make", "starts": "2026-09-11T10:00", "minutes": "20", "count": "2", "place": "Room 4"}
    wrong = post(admin, times, form | {"minutes": "many"})
    assert (wrong.status_code, 'value="many"' in wrong.text, 'value="Room 4"' in wrong.text) == (
        422,
        True,
        True,
    )
    assert post(admin, times, form).location.endswith("/times?did=made")
    slot = re.search(r'name="slot" value="(\d+)"', slots_of(lite_world))
    assert slot is not None
    given = {"act": "give", "slot": slot[1], "entry": one.handle}
    assert post(admin, times, given).status_code == 303
    stale = post(admin, times, given)
    assert (stale.status_code, "Team One has a time already" in stale.text) == (422, True)
    assert post(admin, times, {"act": "remove", "slot": "999"}).status_code == 404
    assert "<form" not in slots_of(lite_world, "audrey").partition("<main")[2]
    assert lite_world.client("chloe").get(times).status_code == 404
    jack = asked(lite_world, one, "jack")
    assert "Presents" in lite_world.client("jack").get("/judge/").text
    card = lite_world.client("jack").get(path(jack)).text
    assert "Room 4" in card


def test_an_entrant_sees_a_time_once_the_shortlist_is_out_and_not_a_letter_before(lite_world: World) -> None:
    one, _ = finalists(lite_world, "Team One", "Team Two")
    link = lite_world.session.scalars(select(PrivateLink).where(PrivateLink.entry_id == one.id)).one()
    alice = lite_world.client()
    with alice.session_transaction() as cookie:
        cookie["links"] = [link.id]

    def read() -> str:
        return re.sub(r'name="csrf_token" value="[^"]+"', "", alice.get(f"/mine/{one.handle}/").text)

    before = read()
    form = {"starts": "2026-09-11T10:00", "minutes": "20", "count": "2", "place": "Room 4"}
    slotting.make(lite_world.ctx("adam"), LIVE, form)
    slotting.fill(lite_world.ctx("adam"), LIVE)
    assert read() == before
    released(lite_world, "shortlist")
    lite_world.clock.at = FINAL
    page = read()
    assert "Its time in Final panel" in page
    assert "Room 4" in page
