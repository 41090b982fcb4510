"""The leaderboard over stored runs: how far they are, how sure each place is, and what each choice changes."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from heroes.domain.counting import Group
from heroes.models import Entry, ResultsRun
from heroes.services import recusing, scoring
from heroes.web.admin import leaderboard
from tests import outcomes
from tests.counting import statements
from tests.judging import COMMENT, assignment, handed_in
from tests.stored import judge_of, stored
from tests.web.admin.test_results import BOARD, fields, page, text
from tests.world import JUDGED, JUDGING, World, post


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def three(world: World, **more: Any) -> list[Entry]:
    """Ada, Ben and Cyd with a stored result of two places, on which Ben and Cyd are too close to call."""
    entries = outcomes.three(world, computed=False)
    stored(world, entries, **more)
    return entries


def runs(world: World) -> list[tuple[str, int | None, str, bool]]:
    world.session.rollback()
    world.session.expire_all()
    return [
        (run.asked, run.places, run.state, run.across_groups)
        for run in world.session.scalars(select(ResultsRun).order_by(ResultsRun.id))
    ]


# ---- how far a run is ----


def test_before_the_first_run_the_page_says_that_it_is_on_its_way(world: World) -> None:
    outcomes.three(world, computed=False)
    html = page(world, BOARD)
    assert "The results are being computed" in html
    assert re.search(rf'data-progress="{BOARD}/run"', html)
    assert f'<a href="{BOARD}">Look again</a>' in html
    world.computed()
    assert "Ada Ames" in page(world, BOARD)


def test_progress_is_told_in_words_and_is_over_when_there_is_something_new(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    client = world.client("adam")
    asked = f"{BOARD}/run?shown="
    assert client.get(asked).get_json() == {
        "over": False,
        "progress": 0,
        "said": "The worker computes them in a moment.",
    }
    stored(world, entries, state="waiting")
    assert client.get(asked).get_json()["said"] == "Waiting for the worker to begin"
    stored(world, entries, state="computing")
    assert client.get(asked).get_json() == {
        "over": False,
        "progress": 40,
        "said": "Drawing 1,000 futures",
    }
    done = stored(world, entries)
    assert client.get(asked).get_json()["over"] is True
    assert client.get(f"{BOARD}/run?shown={done.handle}").get_json()["over"] is False
    stored(world, entries, state="failed")
    assert client.get(f"{BOARD}/run?shown={done.handle}").get_json() == {
        "over": True,
        "progress": 0,
        "said": "There is a mark off its scale.",
    }


def test_a_newer_run_that_is_being_computed_is_shown_above_the_last_one(world: World) -> None:
    entries = three(world)
    stored(world, entries, state="computing")
    said = text(page(world, BOARD))
    assert "The results are being computed Drawing 1,000 futures" in said
    assert "Where each place really lies" in said


def test_a_run_that_failed_says_why_and_can_be_asked_for_again(world: World) -> None:
    entries = three(world)
    stored(world, entries, state="failed")
    said = text(page(world, BOARD))
    assert "The newest results could not be computed There is a mark off its scale." in said
    assert "Compute again" in said
    assert "Compute again" not in page(world, BOARD, "audrey")


def test_a_first_run_that_failed_says_why(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    stored(world, entries, state="failed")
    said = text(page(world, BOARD))
    assert "The results could not be computed There is a mark off its scale. Compute again" in said


def test_changes_since_name_whom_they_touch(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    world.computed()
    world.clock.at = JUDGING
    handed_in(world, entries[0], "dora", difference="2")
    handed_in(world, entries[1], "dora", difference="9")
    recusing.recuse(world.ctx("adam"), entries[1].handle, judge_of(world, "jack"), "They are cousins.")
    world.clock.at = JUDGED
    said = text(page(world, BOARD))
    assert "3 changes to the marks since these numbers were computed Affected: Ada Ames and Ben Bode." in said
    assert "Compute again" in said
    world.computed()
    assert "since these numbers were computed" not in page(world, BOARD)


def test_a_page_follows_the_rounds_own_run_whatever_line_is_drawn(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    own = stored(world, entries)
    stored(world, entries, places=1, asked="calibrated")
    world.clock.at = JUDGING
    handed_in(world, entries[0], "dora", difference="2")
    html = page(world, f"{BOARD}?places=1")
    [follows] = re.findall(r'data-progress="([^"]+)"', html)
    assert follows == f"{BOARD}/run?shown={own.handle}"
    assert world.client("adam").get(follows).get_json()["over"] is False


def test_chances_that_were_asked_for_are_followed_until_they_are_there(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    stored(world, entries)
    client = world.client("adam")
    post(client, f"{BOARD}/run", {"method": "calibrated", "places": "1"}, f"{BOARD}?places=1")
    html = page(world, f"{BOARD}?places=1")
    assert "Waiting for the worker to begin" in html
    [follows] = re.findall(r'data-progress="([^"]+)"', html.replace("&amp;", "&"))
    assert follows == f"{BOARD}/run?method=calibrated&places=1"
    assert client.get(follows).get_json() == {
        "over": False,
        "progress": 0,
        "said": "Waiting for the worker to begin",
    }
    world.computed()
    assert client.get(follows).get_json()["over"] is True
    assert "data-progress=" not in page(world, f"{BOARD}?places=1")


def test_a_way_to_count_that_somebody_asked_for_is_followed_by_nobody(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    stored(world, entries, asked="median", method="median")
    world.clock.at = JUDGING
    handed_in(world, entries[0], "dora", difference="2")
    html = page(world, f"{BOARD}?method=median")
    assert "data-progress=" not in html
    assert "This way to count is computed only when somebody asks." in html
    assert "Compute again" in html


def test_a_card_handed_in_again_with_the_same_marks_is_no_change(world: World) -> None:
    entries = outcomes.three(world)
    world.clock.at = JUDGING
    one = assignment(world, entries[0], "jack")
    scoring.submit(world.ctx("jack"), one.handle, one.revision, {"difference": "8", "beyond": "8"}, COMMENT)
    html = page(world, BOARD)
    assert "since these numbers were computed" not in html
    assert "data-progress=" not in html


def test_asking_for_a_run_goes_back_to_where_one_was(world: World) -> None:
    entries = three(world)
    assert entries
    client = world.client("adam")
    answer = post(client, f"{BOARD}/run", {"method": "median", "places": "1", "back": "median"}, BOARD)
    assert (answer.status_code, answer.location) == (303, f"{BOARD}?method=median&places=1")
    assert runs(world)[1:] == [("median", 1, "waiting", False)]


def test_an_auditor_asks_for_nothing(world: World) -> None:
    three(world)
    client = world.client("audrey")
    html = client.get(BOARD).get_data(as_text=True)
    assert f'action="{BOARD}/run"' not in html
    assert post(client, f"{BOARD}/run", {"method": "median"}, BOARD).status_code == 404
    assert len(runs(world)) == 1


def test_nonsense_in_a_wish_is_refused(world: World) -> None:
    three(world)
    client = world.client("adam")
    assert post(client, f"{BOARD}/run", {"method": "luck"}, BOARD).status_code == 400
    assert len(runs(world)) == 1


# ---- how sure it is ----


def test_each_place_has_its_interval_band_and_chance(world: World) -> None:
    three(world)
    html = page(world, BOARD)
    rows = re.findall(
        r'<tr role="row">\s*<td role="cell" class="num" data-label="Place">(.*?)</tr>', html, re.DOTALL
    )
    assert [text(row) for row in rows] == [
        "1 Ada Ames SH-26-0001 70.0: why this score 1 to 2 In 97%",
        "2 Ben Bode SH-26-0002 65.0: why this score 1 to 3 Too close 62%",
        "3 Cyd Cole SH-26-0003 60.0: why this score 2 to 3 Too close 27%",
    ]
    assert re.findall(r'<g class="(in|grey|out|plain)" data-row', html) == ["in", "grey", "grey"]


def test_the_line_of_the_picture_is_that_of_the_form(world: World) -> None:
    three(world)
    html = page(world, BOARD)
    assert 'data-cutline="places"' in html
    assert '<text class="cut-t" x="66.67%" y="14">2 places</text>' in html


def test_neighbours_across_the_line_that_cannot_be_told_apart_are_too_close_to_call(world: World) -> None:
    three(world)
    said = text(page(world, BOARD))
    assert "Too close to call: Ben Bode and Cyd Cole Place 2 is the last one above a border" in said
    assert "the chance that the first of these two is the better one is 55%: a coin." in said
    assert "The scores alone cannot part them" in said
    world.clock.at = JUDGING
    assert "give Ben Bode one more judge, give Cyd Cole one more judge" in text(page(world, BOARD))


def test_a_first_who_is_not_clear_is_not_called_clear(world: World) -> None:
    entries = three(world)
    assert "Ada Ames leads, but nobody is clearly first" in page(world, BOARD)
    stored(world, entries, clear=True)
    assert "Ada Ames is first, and clearly so" in page(world, BOARD)


def test_another_line_says_what_it_changes_and_offers_its_chances(world: World) -> None:
    three(world)
    said = text(page(world, f"{BOARD}?places=1"))
    assert "One place more (2): Ben Bode comes in." in said
    assert "One place fewer" not in said
    assert "Compute how sure 1 place are" not in said
    assert "Compute how sure 1 place is" in said
    html = page(world, f"{BOARD}?places=1")
    assert re.findall(r'<g class="(in|grey|out|plain)" data-row', html) == ["grey", "grey", "out"]
    client = world.client("adam")
    post(client, f"{BOARD}/run", {"method": "calibrated", "places": "1"}, f"{BOARD}?places=1")
    assert runs(world)[1:] == [("calibrated", 1, "waiting", False)]


def test_chances_for_another_line_are_shown_once_they_are_computed(world: World) -> None:
    entries = three(world)
    stored(world, entries, places=1, asked="calibrated")
    html = page(world, f"{BOARD}?places=1")
    assert "Compute how sure" not in html
    assert re.findall(r'<g class="(in|grey|out|plain)" data-row', html) == ["in", "grey", "out"]


def test_every_way_to_count_says_who_would_change_sides(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    ada, ben, cyd = (entry.reference for entry in entries)
    orders = {
        "calibrated": {ada: 1, ben: 2, cyd: 3},
        "mean": {ada: 1, ben: 2, cyd: 3},
        "median": {ada: 1, cyd: 2, ben: 3},
    }
    stored(world, entries, extras={"fairness": {"orders": orders}})
    said = text(page(world, BOARD))
    assert "Counted by mean: the same entries are above the line." in said
    assert "Counted by median: Cyd Cole comes in, Ben Bode drops out." in said


def test_a_method_with_a_warning_says_it(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    stored(world, entries, asked="median", method="median")
    assert "the median finds the best entries less often" in page(world, f"{BOARD}?method=median")


def test_groups_that_nothing_links_are_not_ranked_together_unasked(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    groups = (Group(("SH-26-0001",), ("a",)), Group(("SH-26-0002", "SH-26-0003"), ("b",)))
    stored(world, entries, groups=groups, links_needed=1)
    said = text(page(world, BOARD))
    assert "The panel falls into 2 groups that no scorecard links" in said
    assert "1 scorecard across the groups would join them." in said
    post(world.client("adam"), f"{BOARD}/run", {"method": "calibrated", "across": "yes"}, BOARD)
    assert runs(world)[1:] == [("calibrated", 2, "waiting", True)]


def test_what_does_not_count_is_listed_with_its_reason(world: World) -> None:
    three(world)
    said = text(page(world, BOARD))
    assert "Not counted, and why (1)" in said
    assert "Cyd Cole Jill Judge the judge is recused from the entry" in said


def test_agreement_and_warnings_are_said_without_jargon(world: World) -> None:
    three(world)
    html = page(world, BOARD)
    said = text(html)
    assert "The judges agree tolerably: take the order with care near the line." in said
    assert "Two judges only: leniency is known roughly." in said
    outside = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
    assert re.findall(r"REML|posterior|shrinkage|alpha|ICC|Krippendorff", outside) == []


def test_where_more_reading_would_help_is_listed(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    rows = [
        {"entry": entry.reference, "extra": extra, "reviews": 2, "chance": chance}
        for entry, extra, chance in ((entries[1], 2, 0.62), (entries[2], 1, None))
    ]
    stored(world, entries, extras={"proposals": {"rows": rows}})
    assert "more scorecard" not in text(page(world, BOARD))
    world.clock.at = JUDGING
    said = text(page(world, BOARD))
    assert "Ben Bode: 2 more scorecards, 62% sure of a place now Cyd Cole: 1 more scorecard" in said


# ---- many entries ----


def test_pages_are_turned_and_lead_to_the_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    three(world)
    monkeypatch.setattr(leaderboard, "PAGE", 2)
    first, second = text(page(world, f"{BOARD}?places=3")), text(page(world, f"{BOARD}?places=3&page=2"))
    assert "Entries 1 to 2 of 3" in first
    assert "Go to the line" in first
    assert "Ben Bode SH" in first
    assert "Cyd Cole SH" not in first
    assert "Entries 3 to 3 of 3" in second
    assert "Cyd Cole SH" in second
    assert "Ada Ames SH" not in second
    assert world.client("adam").get(f"{BOARD}?page=x").status_code == 200


def test_the_page_has_a_literal_number_of_statements(world: World) -> None:
    entries = outcomes.three(world, computed=False)
    counts = []
    for some in (entries[:1], entries):
        stored(world, some)
        client = world.client("adam")
        client.get(BOARD)
        with statements(world) as sent:
            client.get(BOARD)
        counts.append(len(sent))
    assert counts == [22, 22]


# ---- deciding on numbers that marks have moved on from ----


def test_a_decision_on_numbers_of_before_says_who_is_affected(world: World) -> None:
    entries = outcomes.three(world)
    client = world.client("adam")
    html = client.get(f"{BOARD}/shortlist?places=2").get_data(as_text=True)
    assert "Marks have changed since these numbers were computed" not in html
    world.clock.at = JUDGING
    handed_in(world, entries[1], "dora", difference="2")
    world.clock.at = JUDGED
    answer = client.post(f"{BOARD}/shortlist", data=fields(html))
    assert answer.status_code == 409
    said = text(answer.get_data(as_text=True))
    assert "A scorecard has come in or gone since you looked" in said
    assert "Marks have changed since these numbers were computed Affected: Ben Bode." in said
    world.computed()
    fresh = client.get(f"{BOARD}/shortlist?places=2").get_data(as_text=True)
    assert "Marks have changed since" not in fresh
    assert client.post(f"{BOARD}/shortlist", data=fields(fresh)).status_code == 303
