"""Judging for its organisers: progress, a deal that is seen before it happens, single assignments and recusals."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from heroes.models import AnswerSheet, Assignment, Entry, FormVersion, Organisation, Recusal, Round
from heroes.services import recusing, scoring
from heroes.services.nomination_forms import form_of
from tests.counting import statements
from tests.judging import GOOD, asked, assignment, cards, elsewhere, entered, handed_in, handle_of
from tests.world import JUDGED, JUDGING, OPEN, World, post

SEASON = "/admin/small-2026/judging"
ROUND = f"{SEASON}/frontline/written"
DEAL = f"{ROUND}/deal"


def text(world: World, path: str, who: str = "adam", status: int = 200) -> str:
    response = world.client(who).get(path)
    assert response.status_code == status
    return html.unescape(response.get_data(as_text=True))


def planned(world: World, per_entry: str = "2", who: str = "adam") -> dict[str, str]:
    """What the button of a deal's preview posts."""
    world.clock.at = max(world.clock.at, JUDGING)
    page = text(world, f"{DEAL}?per_entry={per_entry}&seed=abc", who)
    found = re.findall(r'type="hidden" name="(per_entry|cap|link|by_sector|seed|plan)" value="([^"]*)"', page)
    return dict(found)


def assigned(world: World) -> int:
    return world.session.scalar(select(func.count()).select_from(Assignment)) or 0


def test_the_overview_names_every_round_with_its_panel_and_progress(lite_world: World) -> None:
    handed_in(lite_world, elsewhere(lite_world), "jack")
    page = text(lite_world, SEASON)
    rows = re.findall(r"<th scope=\"row\".*?</tr>", page, re.DOTALL)
    plain = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    assert len(plain) == 3
    assert plain[0].startswith("Frontline Hero Round 1, written, blind")
    assert "People panel 4 judges" in plain[0]
    assert plain[0].endswith("1 1 of 2 1 of 1")
    assert [row.split(" Round")[0].split(" Final")[0] for row in plain[1:]] == ["Team of the Year"] * 2


def test_a_round_shows_each_judges_progress_and_how_their_totals_lie(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    handed_in(lite_world, entry, "jack")
    draft = asked(lite_world, entry, "jill")
    scoring.save(lite_world.ctx("jill"), draft.handle, 1, GOOD, "")
    page = text(lite_world, ROUND)
    assert "1 of 2 scorecards in" in page
    figures = page.split("How the totals lie, as a table")[1].split("</table>")[0]
    rows = {
        name: re.findall(r'<td class="num">(\d+)</td>', cells)
        for name, cells in re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', figures, re.DOTALL)
    }
    assert rows["Jack Judge"] == ["0"] * 7 + ["1"] + ["0"] * 2
    assert rows["Jill Judge"] == ["0"] * 10
    assert set(rows) == {"Chloe Chair", "Dora Dent", "Jack Judge", "Jill Judge"}


def test_a_judge_who_is_behind_is_pointed_out(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    one = asked(lite_world, entry, "jack")
    lite_world.clock.at = lite_world.session.get_one(Round, one.round_id).opens_at + timedelta(days=1)
    assert "Behind" not in text(lite_world, ROUND)
    lite_world.clock.at += timedelta(days=15)
    assert "Behind" in text(lite_world, ROUND)
    lite_world.clock.at = JUDGED
    assert "Late" in text(lite_world, ROUND)


def test_entries_are_filtered_by_what_they_lack(lite_world: World) -> None:
    full, short, bare = (elsewhere(lite_world, title) for title in ("Full", "Short", "Bare"))
    for who in ("jack", "jill"):
        handed_in(lite_world, full, who)
    asked(lite_world, short, "jack")

    def shown(which: str) -> set[str]:
        page = text(lite_world, f"{ROUND}?show={which}")
        return set(re.findall(r'class="row-link"[^>]*>([^<]+)</a>', page))

    assert shown("all") == {full.title, short.title, bare.title}
    assert shown("short") == {short.title, bare.title}
    assert shown("waiting") == {short.title}


def test_a_deal_is_seen_before_it_happens_and_then_happens_exactly(lite_world: World) -> None:
    entries = [elsewhere(lite_world, f"Person {n}") for n in range(4)]
    form = planned(lite_world)
    assert set(form) == {"per_entry", "cap", "seed", "plan"}
    assert assigned(lite_world) == 0
    response = post(lite_world.client("adam"), DEAL, form, page=f"{DEAL}?per_entry=2&seed=abc")
    assert (response.status_code, response.headers["Location"]) == (303, f"{ROUND}?dealt=8")
    assert assigned(lite_world) == 8
    assert {cards(lite_world, entry) for entry in entries} == {(2, 0)}
    assert "8 entries were dealt." in text(lite_world, f"{ROUND}?dealt=8")


def loads(page: str) -> dict[str, list[str]]:
    """Judge -> new entries, load, minutes of the new ones and of all, as the plan shows them."""
    section = page.split('<h2 id="loads-h">')[1].split("</section>", maxsplit=1)[0]
    return {
        name: re.findall(r'class="num" data-label="[^"]+">([^<]+)</td>', cells)
        for name, cells in re.findall(r'role="rowheader">([^<]+)</th>(.*?)</tr>', section, re.DOTALL)
    }


def test_the_preview_names_loads_and_entries_that_stay_short(lite_world: World) -> None:
    entered(lite_world)
    lite_world.clock.at = JUDGING
    page = text(lite_world, f"{DEAL}?per_entry=4&seed=abc")
    has = ["1", "1", "2 min", "2 min"]
    assert loads(page) == {
        "Chloe Chair": has,
        "Dora Dent": ["0", "0", "0 min", "0 min"],
        "Jack Judge": has,
        "Jill Judge": has,
    }
    assert "1 entry would have too few judges" in page
    assert (
        "SH-26-0001, Maureen Okafor: 1 too few. The panel has 4, and one judge is connected with it or stepped"
        " back. Smallest change: one more judge on the panel who has nothing to do with it." in page
    )


def test_the_preview_counts_minutes_by_the_words_that_judges_see(lite_world: World) -> None:
    entry, other = elsewhere(lite_world, "Long"), elsewhere(lite_world, "Short")
    asked(lite_world, other, "jack")
    sheet = lite_world.session.scalars(select(AnswerSheet).where(AnswerSheet.entry_id == entry.id)).one()
    form = form_of(lite_world.session.get_one(FormVersion, sheet.form_version_id))
    long = {question.key: "word " * 500 for question in form.questions}
    lite_world.session.execute(update(AnswerSheet).where(AnswerSheet.id == sheet.id).values(answers=long))
    lite_world.session.commit()
    seen = sum(question.kind != "consent" and not question.identifying for question in form.questions)
    assert 0 < seen < len(form.questions)
    page = text(lite_world, f"{DEAL}?per_entry=4&seed=abc")
    minutes = f"{seen * 500 // 200 + 2} min"
    assert loads(page)["Jack Judge"] == ["1", "2", minutes, f"{seen * 500 // 200 + 4} min"]
    assert loads(page)["Jill Judge"][:2] == ["2", "2"]


def test_a_limit_is_kept_and_says_what_raising_it_would_do(lite_world: World) -> None:
    for n in range(4):
        elsewhere(lite_world, f"Person {n}")
    lite_world.clock.at = JUDGING
    page = text(lite_world, f"{DEAL}?per_entry=2&cap=1&seed=abc")
    assert [row[:2] for row in loads(page).values()] == [["1", "1"]] * 4
    assert "4 entries would have too few judges" in page
    assert page.count("3 judges are at the limit. Smallest change: a limit of 2, so that ") == 4
    form = planned(lite_world, "2&cap=1")
    assert form["cap"] == "1"
    response = post(lite_world.client("adam"), DEAL, form, page=f"{DEAL}?per_entry=2&cap=1&seed=abc")
    assert response.headers["Location"] == f"{ROUND}?dealt=4"
    assert assigned(lite_world) == 4


def test_a_plan_says_whether_all_judges_can_be_compared_and_links_them_if_asked(lite_world: World) -> None:
    for n in range(4):
        elsewhere(lite_world, f"Person {n}")
    assert "Can all judges be compared?" not in text(
        lite_world, f"{SEASON}/teams/final/deal?per_entry=1&seed=a"
    )
    lite_world.clock.at = JUDGING
    apart = text(lite_world, f"{DEAL}?per_entry=1&seed=abc")
    assert "These 3 reviews would join them:" in apart
    linked = text(lite_world, f"{DEAL}?per_entry=1&seed=abc&link=1")
    assert "Yes, because the plan adds 3 reviews for that alone:" in linked
    assert "7 assignments" in linked
    full = text(lite_world, f"{DEAL}?per_entry=1&seed=abc&link=1&cap=1")
    assert "These 3 reviews would join them, if the limit allowed it:" in full
    assert "Yes. They hang together" in text(lite_world, f"{DEAL}?per_entry=4&seed=abc")
    form = planned(lite_world, "1&link=1")
    assert form["link"] == "1"
    response = post(lite_world.client("adam"), DEAL, form, page=f"{DEAL}?per_entry=1&link=1&seed=abc")
    assert response.headers["Location"] == f"{ROUND}?dealt=7"


def test_judges_from_the_entrys_own_sector_come_first_if_asked(lite_world: World) -> None:
    entries = [elsewhere(lite_world, f"Person {n}") for n in range(2)]
    lite_world.session.execute(update(Organisation).values(sector="Utilities"))
    lite_world.session.execute(update(Entry).where(Entry.id == entries[0].id).values(sector="Utilities"))
    lite_world.session.commit()
    lite_world.clock.at = JUDGING
    assert "Prefer judges from the entry’s own sector" in text(lite_world, ROUND)
    for seed in "abcdef":
        page = text(lite_world, f"{DEAL}?per_entry=2&seed={seed}&by_sector=1")
        assert "1 of 4 assignments goes to a judge from the entry’s own sector." in page


def test_a_plan_that_is_no_longer_true_deals_nothing_and_is_shown_anew(lite_world: World) -> None:
    elsewhere(lite_world, "One")
    form = planned(lite_world)
    lite_world.clock.at = OPEN
    elsewhere(lite_world, "Two")
    lite_world.clock.at = JUDGING
    response = post(lite_world.client("adam"), DEAL, form, page=f"{DEAL}?per_entry=2&seed=abc")
    page = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "nothing was dealt" in page
    assert "4 assignments" in page
    assert assigned(lite_world) == 0
    fresh = dict(
        re.findall(r'type="hidden" name="(per_entry|cap|link|by_sector|seed|plan)" value="([^"]*)"', page)
    )
    assert (
        post(lite_world.client("adam"), DEAL, fresh, page=f"{DEAL}?per_entry=2&seed=abc").status_code == 303
    )
    assert assigned(lite_world) == 4


@pytest.mark.parametrize("number", ["0", "26", "-1", "x", "", "9" * 40])
def test_a_number_that_makes_no_sense_is_said_at_its_field(lite_world: World, number: str) -> None:
    elsewhere(lite_world)
    lite_world.clock.at = JUDGING
    page = text(lite_world, f"{DEAL}?per_entry={number}&seed=abc", status=422)
    assert "Choose from 1 to 25 judges for each entry." in page
    assert 'id="per_entry-error"' in page


@pytest.mark.parametrize("limit", ["0", "10000", "-1", "x", "9" * 40])
def test_a_limit_that_makes_no_sense_is_said_at_its_field_and_nothing_typed_is_lost(
    lite_world: World, limit: str
) -> None:
    elsewhere(lite_world)
    lite_world.clock.at = JUDGING
    page = text(lite_world, f"{DEAL}?per_entry=3&cap={limit}&link=1&by_sector=1&seed=abc", status=422)
    assert "Choose from 1 to 9,999 entries, or leave it empty for no limit." in page
    assert re.findall(r'id="(per_entry|cap)" [^>]*value="([^"]*)"', page) == [
        ("per_entry", "3"),
        ("cap", limit),
    ]
    assert re.findall(r'id="(link|by_sector)" [^>]*value="1" (checked)', page) == [
        ("link", "checked"),
        ("by_sector", "checked"),
    ]
    assert set(re.findall(r'id="([a-z_]+)-error"', page)) == {"cap"}


def test_a_round_that_has_closed_offers_no_deal(lite_world: World) -> None:
    elsewhere(lite_world)
    lite_world.clock.at = JUDGED
    assert "Deal entries to judges" not in text(lite_world, ROUND)


def one(entry: Entry, act: str = "") -> str:
    return f"{ROUND}/{entry.handle}{'/' + act if act else ''}"


def pressed(world: World, entry: Entry, act: str, who: str = "adam", **form: Any) -> Any:
    return post(world.client(who), one(entry, act), form, page=one(entry))


def test_an_entrys_page_says_who_has_it_who_could_and_who_must_not(lite_world: World) -> None:
    entry = entered(lite_world)
    handed_in(lite_world, entry, "jack")
    page = text(lite_world, one(entry))
    said = {
        name: " ".join(re.sub(r"<[^>]+>", " ", rest).split())
        for name, rest in re.findall(r"<h2>([^<]+)</h2>\s*<p>(.*?)</p>", page, re.DOTALL)
    }
    assert said["Chloe Chair"] == "Does not have this entry."
    assert said["Dora Dent"] == (
        "Cannot judge this entry: Dora Dent works for the organisation that is nominated or that entered it."
    )
    assert said["Jack Judge"].startswith("Submitted Mon 15 Jun, 13:00")
    assert set(re.findall(r">Give it to ([^<]+)<", page)) == {"Chloe Chair", "Jill Judge"}


def test_giving_and_taking_back_by_hand(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    lite_world.clock.at = JUDGING
    jack = handle_of(lite_world, "jack")
    response = pressed(lite_world, entry, "assign", judge=jack)
    assert (response.status_code, response.headers["Location"]) == (303, one(entry))
    assert cards(lite_world, entry) == (1, 0)
    held = assignment(lite_world, entry, "jack")
    assert pressed(lite_world, entry, "remove", judge=jack, assignment=held.handle).status_code == 303
    assert cards(lite_world, entry) == (0, 0)


def test_a_connected_judge_is_refused_by_hand_with_the_reason_on_the_page(lite_world: World) -> None:
    entry = entered(lite_world)
    lite_world.clock.at = JUDGING
    response = pressed(lite_world, entry, "assign", judge=handle_of(lite_world, "dora"))
    assert response.status_code == 422
    assert "Dora Dent cannot judge this entry: Dora Dent works for" in response.get_data(as_text=True)
    assert cards(lite_world, entry) == (0, 0)


def test_a_scorecard_that_is_in_is_not_taken_away(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    held = handed_in(lite_world, entry, "jack")
    response = pressed(lite_world, entry, "remove", assignment=held.handle)
    assert response.status_code == 409
    assert "This scorecard has been submitted, so it stays." in response.get_data(as_text=True)


def test_recusing_needs_a_reason_and_lifting_too(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    handed_in(lite_world, entry, "jack")
    jack = handle_of(lite_world, "jack")
    response = pressed(lite_world, entry, "recuse", judge=jack, reason=" ")
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert f'id="reason-{jack}-error"' in page
    assert pressed(lite_world, entry, "recuse", judge=jack, reason="His sister").status_code == 303
    assert cards(lite_world, entry) == (0, 0)
    assert "Recused by the organisers Mon 15 Jun, 13:00 : His sister" in " ".join(
        re.sub(r"<[^>]+>", " ", text(lite_world, one(entry))).split()
    )
    assert pressed(lite_world, entry, "lift", judge=jack, reason="").status_code == 422
    assert pressed(lite_world, entry, "lift", judge=jack, reason="A namesake").status_code == 303
    assert cards(lite_world, entry) == (1, 0)
    kept = lite_world.session.scalars(select(Recusal)).one()
    assert kept.lifted_at == JUDGING


def test_why_a_judge_stepped_back_is_for_the_organisers_to_read(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    held = asked(lite_world, entry, "jack")
    recusing.step_back(lite_world.ctx("jack"), held.handle, "We share an office")
    assert "They stepped back" in text(lite_world, one(entry))
    assert "We share an office" in text(lite_world, one(entry), "audrey")


def test_an_entry_that_takes_no_marks_offers_nobody(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    lite_world.clock.at = JUDGING
    lite_world.session.execute(
        update(Entry).where(Entry.id == entry.id).values(state="ineligible", state_reason="x")
    )
    lite_world.session.commit()
    page = text(lite_world, one(entry))
    assert "takes no marks in this round" in page
    assert "Give it to" not in page


def test_an_auditor_sees_everything_and_presses_nothing(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    held = asked(lite_world, entry, "jack")
    client = lite_world.client("audrey")
    for path in (SEASON, ROUND, one(entry)):
        page = client.get(path).get_data(as_text=True)
        forms = re.findall(r'<form[^>]*action="([^"]+)"', page)
        assert set(forms) == {"/sign-out"}
    assert client.get(f"{DEAL}?per_entry=2").status_code == 404
    jack, jill = handle_of(lite_world, "jack"), handle_of(lite_world, "jill")
    for act, form in (
        ("assign", {"judge": jill}),
        ("remove", {"assignment": held.handle}),
        ("recuse", {"judge": jack, "reason": "x"}),
        ("lift", {"judge": jack, "reason": "x"}),
    ):
        assert pressed(lite_world, entry, act, "audrey", **form).status_code == 404
    assert cards(lite_world, entry) == (1, 0)


@pytest.mark.parametrize("who", ["chloe", "jack", "bob"])
def test_nobody_else_finds_these_pages(lite_world: World, who: str) -> None:
    entry = elsewhere(lite_world)
    lite_world.clock.at = JUDGING
    client = lite_world.client(who)
    for path in (SEASON, ROUND, one(entry), f"{DEAL}?per_entry=2"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"{SEASON}/frontline/nothing",
        f"{SEASON}/nothing/written",
        "/admin/nothing/judging",
        f"{ROUND}/nothing",
        f"{SEASON}/teams/final/nothing",
    ],
)
def test_what_is_not_there_is_a_404(lite_world: World, path: str) -> None:
    text(lite_world, path, status=404)


def test_an_entry_of_another_round_is_a_404(lite_world: World) -> None:
    team = entered(lite_world, "teams")
    text(lite_world, f"{ROUND}/{team.handle}", status=404)


@pytest.mark.parametrize("entries", [1, 3])
def test_the_pages_cost_a_literal_number_of_statements(world: World, entries: int) -> None:
    for n in range(entries):
        handed_in(world, elsewhere(world, f"Person {n}"), "jack")
        world.clock.at = OPEN
    world.clock.at = JUDGING
    client = world.client("adam")
    counts = []
    for path in (SEASON, ROUND):
        with statements(world) as sent:
            assert client.get(path).status_code == 200
        counts.append(len(sent))
    # Who is there (2), the season, the role; the rounds. Of one round: the category, the round, entries, judges.
    assert counts == [5, 8]
