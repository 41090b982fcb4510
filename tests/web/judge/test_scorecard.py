"""An entry and its scorecard: blind means absent, refusals keep what was typed, others' marks come last."""

import html
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from heroes.models import Assignment, Criterion, Entry, Round, ScoreSet
from heroes.services import assigning, recusing, scoring
from tests.counting import statements
from tests.judging import (
    COMMENT,
    FORM,
    GOOD,
    asked,
    assignment,
    cards,
    elsewhere,
    entered,
    handed_in,
    handle_of,
    marks_kept,
)
from tests.world import JUDGED, JUDGING, OPEN, STORY, World, post, token_in

IDENTIFYING = (
    STORY["title"],
    STORY["organisation_name"],
    STORY["nominator_name"],
    STORY["nominator_email"],
    STORY["nominee_email"],
    STORY["relation"],
    STORY["where"],
    "Adviser",
    "SH-26-0001",
    "Which office do they work in?",
)
"""What the blind round of `frontline` must not show of Alice's nomination."""

CLOSE = datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
"""When the written round closes."""


def path(one: Assignment) -> str:
    return f"/judge/{one.handle}"


def page_of(world: World, who: str, one: Assignment, status: int = 200) -> str:
    response = world.client(who).get(path(one))
    assert response.status_code == status
    page: str = response.get_data(as_text=True)
    return page


def sent(world: World, who: str, one: Assignment, act: str = "submit", **form: Any) -> Any:
    return post(world.client(who), path(one), {"revision": one.revision, "act": act} | FORM | form)


def checked(page: str) -> dict[str, str]:
    """Criterion -> the mark that is chosen on the page."""
    found = re.findall(r'name="mark-(\w+)" id="[^"]+" value="([^"]*)" checked', page)
    return dict(found)


def comment_in(page: str) -> str:
    found = re.search(r'<textarea[^>]*name="comment"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def test_in_a_blind_round_what_identifies_somebody_is_absent_from_the_html(lite_world: World) -> None:
    entry = entered(lite_world)
    one = asked(lite_world, entry, "jack")
    page = html.unescape(page_of(lite_world, "jack", one))
    assert {text for text in IDENTIFYING if text in page} == set()
    assert entry.handle not in page
    assert STORY["story"] in page
    assert STORY["sentence"] in page


def test_outside_a_blind_round_a_judge_reads_who_it_is(lite_world: World) -> None:
    entry = entered(lite_world, "teams", title="The Night Desk")
    page = html.unescape(page_of(lite_world, "jack", asked(lite_world, entry, "jack")))
    shown = ("The Night Desk", "Larkfield Water", "Leeds", "Which office do they work in?")
    assert {text for text in shown if text in page} == set(shown)


@pytest.mark.parametrize("category", ["frontline", "teams"])
def test_in_no_round_does_a_judge_see_who_nominates(lite_world: World, category: str) -> None:
    entry = entered(lite_world, category)
    one = asked(lite_world, entry, "jack")
    who = (STORY["nominator_name"], STORY["nominator_email"], STORY["relation"], "Nominated by")
    for page in (page_of(lite_world, "jack", one), lite_world.client("jack").get("/judge/").text):
        assert [text for text in who if text in html.unescape(page)] == []


def test_the_worded_scale_stands_at_each_criterion(lite_world: World) -> None:
    page = page_of(lite_world, "jack", asked(lite_world, elsewhere(lite_world), "jack"))
    assert "What changed, and for whom?" in page
    assert page.count('name="mark-difference"') == 12  # 0 to 10 and the abstention
    assert "All that is asked, shown." in page


def test_the_page_of_a_draft_has_its_marks_and_comment(lite_world: World) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    scoring.save(lite_world.ctx("jack"), one.handle, 1, {"difference": "7", "beyond": ""}, "So <b>far</b>")
    page = page_of(lite_world, "jack", one)
    assert checked(page) == {"difference": "7", "beyond": ""}
    assert comment_in(page) == "So <b>far</b>"
    assert 'name="revision" value="2"' in page


@pytest.mark.parametrize("who", ["jill", "dora", "adam", "olive", "audrey", "bob"])
def test_somebody_elses_assignment_is_a_404(lite_world: World, who: str) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    page_of(lite_world, who, one, 404)
    client = lite_world.client(who)
    assert client.get(f"{path(one)}/step-back").status_code == 404


def test_a_stranger_is_asked_to_sign_in(lite_world: World) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    response = lite_world.client().get(path(one))
    assert (response.status_code, response.headers["Location"]) == (302, f"/sign-in?next={path(one)}")


def test_dora_gets_a_404_for_an_entry_of_her_own_organisation_even_if_it_was_assigned(
    lite_world: World,
) -> None:
    entry = entered(lite_world)
    one = asked(lite_world, entry, "jack")
    lite_world.session.execute(
        update(Assignment).where(Assignment.id == one.id).values(user_id=lite_world.people["dora"])
    )
    lite_world.session.commit()
    page_of(lite_world, "dora", one, 404)
    response = post(
        lite_world.client("dora"), path(one), FORM | {"revision": 1, "act": "submit"}, page="/judge/"
    )
    assert response.status_code == 404
    assert one.handle not in lite_world.client("dora").get("/judge/").get_data(as_text=True)


def test_submitting_leads_to_the_next_that_waits_and_after_the_last_home(lite_world: World) -> None:
    one = asked(lite_world, elsewhere(lite_world, "One"), "jack")
    lite_world.clock.at = OPEN
    other = asked(lite_world, elsewhere(lite_world, "Two"), "jack")
    response = sent(lite_world, "jack", one)
    assert (response.status_code, response.headers["Location"]) == (303, f"{path(other)}?sent=1")
    response = sent(lite_world, "jack", other)
    assert (response.status_code, response.headers["Location"]) == (303, "/judge/?sent=1")


def test_keeping_a_draft_comes_back_to_the_page(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    one = asked(lite_world, entry, "jack")
    response = sent(lite_world, "jack", one, "draft")
    assert (response.status_code, response.headers["Location"]) == (303, f"{path(one)}?saved=1")
    one = assignment(lite_world, entry, "jack")
    assert (one.state, one.draft, one.draft_comment) == ("assigned", GOOD, COMMENT)


def autosaved(world: World, who: str, one: Assignment, **form: Any) -> Any:
    client = world.client(who)
    token = token_in(client.get(path(one)).get_data(as_text=True))
    data = {"csrf_token": token, "revision": one.revision} | FORM | form
    return client.post(path(one), data=data, headers={"X-Requested-With": "autosave"})


def test_the_autosave_answers_with_the_time_and_the_new_revision(lite_world: World) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    response = autosaved(lite_world, "jack", one)
    assert (response.status_code, response.json) == (200, {"saved_at_text": "Saved 13:00", "revision": 2})


@pytest.mark.parametrize(
    "form,status,error",
    [({"revision": "7"}, 409, "faster"), ({"mark-difference": "11"}, 422, "invalid")],
)
def test_the_autosave_says_in_json_why_not(
    lite_world: World, form: dict[str, str], status: int, error: str
) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    response = autosaved(lite_world, "jack", one, **form)
    assert (response.status_code, response.json["error"]) == (status, error)
    assert response.json["sentence"]


def test_the_autosave_after_the_close_says_so(lite_world: World) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    lite_world.clock.at = CLOSE - timedelta(seconds=1)
    client = lite_world.client("jack")
    token = token_in(client.get(path(one)).get_data(as_text=True))
    lite_world.clock.at = CLOSE
    response = client.post(
        path(one),
        data={"csrf_token": token, "revision": 1} | FORM,
        headers={"X-Requested-With": "autosave"},
    )
    assert response.status_code == 409
    assert response.get_json()["error"] == "card_closed"


def test_what_does_not_fit_is_said_at_the_criterion_and_in_the_summary_with_all_else_kept(
    lite_world: World,
) -> None:
    entry = elsewhere(lite_world)
    one = asked(lite_world, entry, "jack")
    response = sent(lite_world, "jack", one, **{"mark-difference": "11", "comment": "Kept <i>as is</i>"})
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "<title>Error: " in page
    assert "Difference to the customer: Give a mark from 0 to 10. You gave &#39;11&#39;." in page
    assert 'id="mark-difference-error"' in page
    assert checked(page) == {"beyond": "8"}
    assert comment_in(page) == "Kept <i>as is</i>"
    assert marks_kept(lite_world, one) == {}


def test_an_incomplete_scorecard_says_what_is_missing(lite_world: World) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    response = post(
        lite_world.client("jack"), path(one), {"revision": 1, "act": "submit", "mark-beyond": "8"}
    )
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "Give a mark, or say that you cannot judge this." in page
    assert checked(page) == {"beyond": "8"}


def test_two_windows_see_both_and_nothing_is_lost(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    one = asked(lite_world, entry, "jack")
    scoring.save(lite_world.ctx("jack"), one.handle, 1, {"difference": "3"}, "From the other window")
    response = sent(lite_world, "jack", one, comment="From this window", revision="1")
    page = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "Saved in another window" in page
    assert "From the other window" in page
    assert comment_in(page) == "From this window"
    assert checked(page) == {"difference": "7", "beyond": "8"}
    # Pressing again, knowingly, keeps what is in the form.
    assert 'name="revision" value="2"' in page
    assert sent(lite_world, "jack", one, comment="From this window", revision="2").status_code == 303
    assert assignment(lite_world, entry, "jack").comment == "From this window"


@pytest.mark.parametrize("act", ["draft", "submit"])
def test_a_press_after_the_close_is_refused_with_everything_on_the_page(lite_world: World, act: str) -> None:
    entry = elsewhere(lite_world)
    one = asked(lite_world, entry, "jack")
    lite_world.clock.at = CLOSE - timedelta(seconds=1)
    client = lite_world.client("jack")
    token = token_in(client.get(path(one)).get_data(as_text=True))
    lite_world.clock.at = CLOSE
    response = client.post(
        path(one), data={"csrf_token": token, "revision": 1, "act": act} | FORM | {"comment": "Too <late>"}
    )
    page = html.unescape(response.get_data(as_text=True))
    assert response.status_code == 409
    assert "This round has closed. Your scorecard stays as it is." in page
    assert "Too <late>" in page
    assert re.findall(r"<dd>(\d+)</dd>", page) == ["7", "8"]
    assert "<form" not in page.split("<main", 1)[1].split("</main>")[0]
    assert (cards(lite_world, entry), marks_kept(lite_world, one)) == ((1, 0), {})


def test_after_the_close_the_page_shows_what_was_handed_in_and_not_the_draft(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    one = handed_in(lite_world, entry, "jack")
    scoring.save(lite_world.ctx("jack"), one.handle, one.revision, {"difference": "1"}, "Never sent")
    lite_world.clock.at = JUDGED
    page = page_of(lite_world, "jack", one)
    body = page.split("The marks that you submitted")[1].split("</table>")[0]
    assert re.findall(r'<td class="num">([^<]+)</td>', body) == ["60", "7", "40", "8"]
    assert COMMENT in page
    assert "Never sent" not in page


def test_before_the_round_opens_an_entry_can_be_read_and_not_marked(lite_world: World) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    round_ = lite_world.session.get_one(Round, one.round_id)
    lite_world.clock.at = round_.opens_at - timedelta(days=1)
    page = page_of(lite_world, "jack", one)
    assert "Marking opens" in page
    assert STORY["story"] in page
    assert "data-scorecard" not in page


@pytest.mark.parametrize("state", ["withdrawn", "ineligible", "returned"])
def test_an_entry_that_has_left_shows_a_plain_line_and_none_of_its_words(
    lite_world: World, state: str
) -> None:
    entry = elsewhere(lite_world)
    one = handed_in(lite_world, entry, "jill")
    mine = asked(lite_world, entry, "jack")
    values: dict[str, Any] = {"state": state, "state_reason": "Secret reason"}
    if state == "returned":
        values["due_at"] = JUDGED
    lite_world.session.execute(update(Entry).where(Entry.id == entry.id).values(**values))
    lite_world.session.commit()
    for who, theirs in (("jack", mine), ("jill", one)):
        page = page_of(lite_world, who, theirs)
        assert STORY["story"] not in page
        assert "Secret reason" not in page
        assert ("back with the people who sent it in" in page) is (state == "returned")
        assert ("no longer in the competition" in page) is (state != "returned")


def test_decisions_leave_a_judges_page_as_it_was(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    one = asked(lite_world, entry, "jack")

    def seen() -> tuple[str, str]:
        pages = (
            page_of(lite_world, "jack", one),
            lite_world.client("jack").get("/judge/").get_data(as_text=True),
        )
        first, second = (re.sub(r'name="csrf_token" value="[^"]+"', "", page) for page in pages)
        return first, second

    before = seen()
    decided: dict[str, Any] = {"decided_digest": "d", "decided_method": "mean", "decided_rules": "2026.1"}
    for values in (
        {"state": "shortlisted"} | decided,
        {"state": "not_shortlisted"},
        {"state": "awarded", "level": "winner"} | decided,
        {"state": "not_awarded", "level": None},
    ):
        lite_world.session.execute(update(Entry).where(Entry.id == entry.id).values(**values))
        lite_world.session.commit()
        assert seen() == before


def test_others_marks_are_unseen_until_ones_own_are_in(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    theirs = asked(lite_world, entry, "jill")
    scoring.submit(
        lite_world.ctx("jill"), theirs.handle, 1, {"difference": "3", "beyond": "3"}, "Jill was not moved"
    )
    mine = asked(lite_world, entry, "jack")
    scoring.save(lite_world.ctx("jack"), mine.handle, 1, GOOD, COMMENT)
    page = page_of(lite_world, "jack", mine)
    assert "Jill was not moved" not in page
    assert "30.0" not in page
    scoring.submit(lite_world.ctx("jack"), mine.handle, 2, GOOD, COMMENT)
    page = page_of(lite_world, "jack", mine)
    assert "Jill was not moved" in page
    assert re.findall(r"Judge (\d+): <span class=\"num\">([\d.]+)</span>", page) == [("1", "30.0")]
    assert "Jill Judge" not in page


def test_of_the_others_only_what_they_handed_in_is_seen(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    mine = handed_in(lite_world, entry, "jack")
    draft, gone = asked(lite_world, entry, "jill"), handed_in(lite_world, entry, "chloe", beyond="1")
    scoring.save(lite_world.ctx("jill"), draft.handle, 1, GOOD, "Only a draft")
    recusing.step_back(lite_world.ctx("chloe"), gone.handle, "I know them")
    page = page_of(lite_world, "jack", mine)
    assert "What the others gave" not in page
    assert "Only a draft" not in page


def test_a_recused_judge_finds_a_404_and_a_late_press_gets_their_words_back(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    one = asked(lite_world, entry, "jack")
    client = lite_world.client("jack")
    token = token_in(client.get(path(one)).get_data(as_text=True))
    recusing.recuse(lite_world.ctx("adam"), entry.handle, handle_of(lite_world, "jack"), "His sister")
    assert client.get(path(one)).status_code == 404
    response = client.post(
        path(one), data={"csrf_token": token, "revision": 1} | FORM | {"comment": "An hour of thought"}
    )
    assert response.status_code == 404
    assert "An hour of thought" in response.get_data(as_text=True)


def test_an_entry_that_was_taken_back_is_a_404_and_gone_from_the_queue(lite_world: World) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    assigning.remove(lite_world.ctx("adam"), one.handle)
    client = lite_world.client("jack")
    assert client.get(path(one)).status_code == 404
    assert client.get(f"{path(one)}/step-back").status_code == 404
    assert one.handle not in client.get("/judge/").get_data(as_text=True)


def test_stepping_back_takes_a_sentence_and_the_entry_is_gone(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    one = handed_in(lite_world, entry, "jack")
    client = lite_world.client("jack")
    response = post(client, f"{path(one)}/step-back", {"reason": " "})
    assert response.status_code == 422
    assert "Say in a sentence why." in response.get_data(as_text=True)
    response = post(client, f"{path(one)}/step-back", {"reason": "We share an office"})
    assert (response.status_code, response.headers["Location"]) == (303, "/judge/?stepped=1")
    assert client.get(path(one)).status_code == 404
    assert cards(lite_world, entry) == (0, 0)
    assert "You have stepped back from 1 entry." in client.get("/judge/?stepped=1").get_data(as_text=True)


def test_stepping_back_after_the_close_is_for_the_organisers(lite_world: World) -> None:
    one = handed_in(lite_world, elsewhere(lite_world), "jack")
    lite_world.clock.at = JUDGED
    response = post(lite_world.client("jack"), f"{path(one)}/step-back", {"reason": "Late insight, typed"})
    assert response.status_code == 409
    assert "Late insight, typed" in response.get_data(as_text=True)


@pytest.fixture
def fine_scale(lite_world: World) -> Assignment:
    """An assignment whose first criterion has quarter marks, too many for radio buttons, and no worded points."""
    one = asked(lite_world, elsewhere(lite_world), "jack")
    lite_world.session.execute(
        update(Criterion).where(Criterion.key == "difference").values(step=Decimal("0.25"), points=[])
    )
    lite_world.session.commit()
    return one


@pytest.mark.parametrize(
    "form,marks",
    [
        ({"mark-difference": "7.25"}, ["7.25", "8"]),
        ({"mark-difference": "7.25", "none-difference": "yes"}, ["7.25", "8"]),
        ({"mark-difference": "", "none-difference": "yes"}, [None, "8"]),
    ],
)
def test_a_fine_scale_is_typed_and_can_be_abstained_from(
    lite_world: World, fine_scale: Assignment, form: dict[str, str], marks: list[str | None]
) -> None:
    assert sent(lite_world, "jack", fine_scale, typed="difference", **form).status_code == 303
    assert marks_kept(lite_world, fine_scale) == {1: marks}


def test_an_empty_number_is_no_mark_and_no_abstention(lite_world: World, fine_scale: Assignment) -> None:
    response = sent(lite_world, "jack", fine_scale, typed="difference", **{"mark-difference": " "})
    assert response.status_code == 422
    assert "Give a mark, or say that you cannot judge this." in response.get_data(as_text=True)


def test_a_wrong_number_comes_back_in_words(lite_world: World, fine_scale: Assignment) -> None:
    response = sent(lite_world, "jack", fine_scale, typed="difference", **{"mark-difference": "7.3"})
    page = html.unescape(response.get_data(as_text=True))
    assert response.status_code == 422
    assert "Give a mark from 0 to 10 in steps of 0.25. You gave '7.3'." in page


def test_words_asked_for_are_said_on_the_page(lite_world: World) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    lite_world.session.execute(update(ScoreSet).values(comment_words=20))
    lite_world.session.commit()
    assert "20 words or more." in page_of(lite_world, "jack", one)
    response = sent(lite_world, "jack", one)
    assert response.status_code == 422
    assert "20 words or more, please: 16 more words needed." in response.get_data(as_text=True)


HOSTILE = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=300).map(
    lambda text: text + "</textarea><script>alert(1)</script>\u202e\U0001f600"
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(comment=HOSTILE)
def test_whatever_is_typed_comes_back_unchanged_after_a_refusal(lite_world: World, comment: str) -> None:
    found = lite_world.session.scalars(select(Assignment)).first()
    one = found or asked(lite_world, elsewhere(lite_world), "jack")
    response = sent(lite_world, "jack", one, **{"mark-difference": "99", "comment": comment})
    assert response.status_code == 422
    assert comment_in(response.get_data(as_text=True)) == comment


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "0"])
def test_a_revision_from_nowhere_is_a_conflict_and_loses_nothing(lite_world: World, revision: str) -> None:
    one = asked(lite_world, elsewhere(lite_world), "jack")
    response = sent(lite_world, "jack", one, revision=revision)
    assert response.status_code == 409
    assert comment_in(response.get_data(as_text=True)) == COMMENT


def test_reading_and_marking_cost_a_literal_number_of_statements(world: World) -> None:
    entry = elsewhere(world)
    handed_in(world, entry, "jill")
    one = asked(world, entry, "jack")
    client = world.client("jack")
    counts = []
    with statements(world) as reading:
        token = token_in(client.get(path(one)).get_data(as_text=True))
    counts.append(len(reading))
    form = {"csrf_token": token} | FORM
    with statements(world) as saving:
        client.post(path(one), data=form | {"revision": 1}, headers={"X-Requested-With": "autosave"})
    counts.append(len(saving))
    with statements(world) as handing_in:
        client.post(path(one), data=form | {"revision": 2, "act": "submit"})
    counts.append(len(handing_in))
    with statements(world) as reading_on:
        client.get(path(one))
    counts.append(len(reading_on))
    # Who is there takes two of each. Reading: the card, its criteria, the figures; with one's own marks in, these
    # and the others' as well. Saving: the card, its criteria, the draft. Handing in: also the marks, the counters
    # of the entry, of its admission and of the round, three for the audit trail, and the next entry.
    assert counts == [5, 5, 13, 7]
    assert world.clock.at == JUDGING
