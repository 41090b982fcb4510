"""The results pages: the leaderboard, its line, its table as CSV, and deciding with everything shown first."""

import csv
import io
import re
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from heroes.domain.entry_states import Act
from heroes.models import Entry
from tests.counting import statements
from tests.judging import change
from tests.outcomes import awarded, eligible, judged, moved, released, shortlisted, three
from tests.world import FINAL_JUDGED, JUDGED, JUDGING, World, post, token_in

BOARD = "/admin/small-2026/results/frontline/written"


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def page(world: World, path: str, who: str = "adam", status: int = 200) -> str:
    response = world.client(who).get(path)
    assert response.status_code == status, response.get_data(as_text=True)[:2000]
    return response.get_data(as_text=True)


def text(html: str) -> str:
    """The words of a page as somebody reads them out."""
    return re.sub(r" ([.,:;])", r"\1", " ".join(re.sub(r"<[^>]+>", " ", html).split()))


def fields(html: str) -> dict[str, Any]:
    """Hidden fields, ticked boxes and chosen options of the page's own form."""
    main = html[html.index("<main") :]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", main):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="checkbox"' not in tag or "checked" in tag):
            found.setdefault(name[1], []).append(value[1])
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else ""]
    return found


def states(world: World) -> dict[str, str]:
    world.session.rollback()
    world.session.expire_all()
    return {e.title: e.state for e in world.session.scalars(select(Entry).order_by(Entry.title))}


# ---- looking ----


def test_after_a_release_nobody_is_promised_a_seal(world: World) -> None:
    entries = three(world)
    line = f"{BOARD}/shortlist?places=2"
    assert "nobody is told before the shortlist is released" in page(world, line)
    shortlisted(world, entries[:1])
    released(world, "shortlist", anyway=True)
    assert "the entrants are told, at once" in page(world, line)
    assert "nobody is told before" not in page(world, line)


def test_the_overview_says_how_far_each_round_is(world: World) -> None:
    three(world)
    said = text(page(world, "/admin/small-2026/results"))
    assert "Frontline Hero" in said
    assert "6 of 6" in said
    assert "Team of the Year" in said


def test_the_overview_has_a_literal_number_of_statements(lite_world: World) -> None:
    three(lite_world)
    client = lite_world.client("adam")
    client.get("/admin/small-2026/results")
    with statements(lite_world) as sent:
        client.get("/admin/small-2026/results")
    assert len(sent) <= 10


def test_the_leaderboard_shows_each_judges_marks_beside_the_score(world: World) -> None:
    three(world)
    said = text(page(world, BOARD))
    assert re.search(
        r"Place 1 Ada Ames SH-26-0001 76\.0 8\.00 7\.00 7\.600 760\.00 "
        r"Jack Judge 80\.0 8 8 8\.000 800\.00 Jill Judge 72\.0 8 6 7\.200 720\.00",
        said,
    )
    assert "Above the line" in said
    assert "Below the line Ben" not in said


def offers(world: World, who: str = "adam", path: str = BOARD) -> tuple[list[str], str]:
    """The acts that the board offers now, and what it says beside them."""
    html = page(world, path, who)
    acts = re.findall(r"(See whom this line shortlists|Decide the awards)", html)
    found = re.search(r'aria-labelledby="next-h">(.*?)</section>', html, re.DOTALL)
    return acts, text(found[1]) if found else ""


def test_only_what_may_be_done_now_is_offered_and_the_rest_is_explained(world: World) -> None:
    ada, ben, cyd = three(world)
    assert offers(world)[0] == ["See whom this line shortlists", "Decide the awards"]
    assert offers(world, "audrey")[0] == []

    shortlisted(world, [ada, ben], [cyd])
    acts, said = offers(world)
    assert acts == ["Decide the awards"]
    assert "Every entry is decided: 2 shortlisted, 1 not this year." in said

    released(world, "shortlist")
    acts, said = offers(world)
    assert acts == ["Decide the awards"]
    assert re.search(r"The shortlist went out on \w+ \d+ \w+ with 2 entries", said)
    assert offers(world, "audrey")[0] == []

    awarded(world, {ada: "winner", ben: "finalist"})
    assert offers(world)[0] == []
    released(world, "outcomes")
    acts, said = offers(world)
    assert acts == []
    assert "so nothing is left to decide here" in said
    assert "An owner can still take a decision back" in said

    world.season().ended_at = world.clock.at
    world.session.commit()
    assert offers(world) == ([], "Nothing to decide here now The season has ended. What was decided stands.")


def test_awards_wait_for_the_last_round_to_close(world: World) -> None:
    three(world)
    world.clock.at = JUDGING
    acts, said = offers(world)
    assert acts == ["See whom this line shortlists"]
    assert "The awards can be decided once Round 1, written has closed." in said


def test_the_line_is_the_categorys_until_somebody_draws_another(world: World) -> None:
    three(world)
    assert re.search(r'name="places"[^>]* value="2"', page(world, BOARD))
    said = text(page(world, f"{BOARD}?places=&at_least=70"))
    assert said.index("Above the line") < said.index("Ada Ames SH") < said.index("Below the line")
    assert said.index("Below the line") < said.index("Ben Bode SH")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("places=0", "Give a whole number from 1 to 10,000."),
        ("places=many", "Give a whole number from 1 to 10,000."),
        ("places=٣", "Give a whole number from 1 to 10,000."),
        ("at_least=101", "Give a score from 0 to 100."),
        ("at_least=NaN", "Give a score from 0 to 100."),
        ("at_least=1e1", "Give a score from 0 to 100."),
    ],
)
def test_a_line_that_is_none_is_said_at_its_field(lite_world: World, query: str, said: str) -> None:
    three(lite_world)
    html = page(lite_world, f"{BOARD}?{query}", status=422)
    assert html.count(said) == 2, "in the summary and at the field"
    assert query.split("=")[1] in html


def test_methods_are_tabs_and_an_unknown_one_is_refused(world: World) -> None:
    three(world)
    assert "Not counted this way yet" in page(world, f"{BOARD}?method=trimmed-mean")
    post(world.client("adam"), f"{BOARD}/run", {"method": "trimmed-mean"}, f"{BOARD}?method=trimmed-mean")
    world.computed()
    html = page(world, f"{BOARD}?method=trimmed-mean")
    assert re.search(r'<a href="[^"]*method=trimmed-mean[^"]*" aria-current="true">Trimmed mean', html)
    assert "No entry has five judges" in text(html)
    assert world.client("adam").get(f"{BOARD}?method=luck").status_code == 400


def test_a_tie_is_explained_with_names(world: World) -> None:
    judged(
        world,
        {
            "Ada Ames": {"jack": ("8", "8"), "jill": ("8", "8")},
            "Ben Bode": {"jack": ("10", "5"), "jill": ("8", "8")},
        },
    )
    said = text(page(world, BOARD))
    assert "On Difference to the customer (weight 60): Ben Bode 9, Ada Ames 8." in said


def test_equals_on_the_line_are_pointed_out(world: World) -> None:
    same = {"jack": ("7", "7"), "jill": ("6", "6")}
    judged(world, dict.fromkeys(("Ada Ames", "Ben Bode", "Cyd Cole"), same))
    said = text(page(world, BOARD))
    assert "Level on the line: 3 entries and not enough places" in said
    assert "The chair decides between them." in said


def test_a_board_without_anybody_says_so(world: World) -> None:
    assert "Nothing has been admitted to this round" in page(world, "/admin/small-2026/results/teams/final")


def test_the_csv_has_every_judge_and_no_formula(world: World) -> None:
    ada, *_ = three(world)
    change(world, ada, title="=HYPERLINK(1)")
    response = world.client("audrey").get(f"{BOARD}.csv")
    assert response.mimetype == "text/csv"
    assert "small-2026-frontline-written-mean.csv" in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [
        (r["place"], r["title"], r["out_of_100"], r["weighted_mean"], r["total"], r["judge: Jack Judge"])
        for r in rows
    ] == [
        ("1", "'=HYPERLINK(1)", "76.0", "7.6", "760", "80"),
        ("2", "Ben Bode", "65.0", "6.5", "650", "66.0"),
        ("3", "Cyd Cole", "30", "3", "300", "30"),
    ]


def test_the_workbook_has_every_mark_and_no_formula(world: World) -> None:
    ada, *_ = three(world)
    change(world, ada, title="=HYPERLINK(1)")
    response = world.client("audrey").get(f"{BOARD}.xlsx")
    assert response.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert "small-2026-frontline-written-mean.xlsx" in response.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(response.get_data())) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        sheets = {name: book.read(f"xl/worksheets/sheet{n}.xml").decode() for n, name in enumerate(names, 1)}
    assert list(sheets) == ["Standings", "Judges", "Marks", "Not counted"]
    assert {name: text.count("<row ") for name, text in sheets.items()} == {
        "Standings": 4,
        "Judges": 3,
        "Marks": 13,
        "Not counted": 1,
    }
    assert "<f>" not in "".join(sheets.values())


@pytest.mark.parametrize("who", ["jack", "jill", "dora", "chloe", "bob", "charlie"])
@pytest.mark.parametrize(
    "path", [BOARD, f"{BOARD}.csv", f"{BOARD}.xlsx", f"{BOARD}/shortlist", f"{BOARD}/award"]
)
def test_others_find_no_page(lite_world: World, who: str, path: str) -> None:
    """A chair neither: theirs is in the judge's room, without names where the round is blind."""
    three(lite_world)
    assert lite_world.client(who).get(path).status_code == 404


# ---- the shortlist ----


def test_the_names_come_first_and_the_press_moves_exactly_those(world: World) -> None:
    three(world)
    client = world.client("adam")
    html = client.get(f"{BOARD}/shortlist?places=2").get_data(as_text=True)
    assert "Will be shortlisted" in html
    assert set(states(world).values()) == {"submitted"}

    response = client.post(f"{BOARD}/shortlist", data=fields(html))

    assert response.status_code == 303
    assert states(world) == {"Ada Ames": "shortlisted", "Ben Bode": "shortlisted", "Cyd Cole": "submitted"}


def test_the_rest_moves_only_when_ticked(world: World) -> None:
    three(world)
    client = world.client("adam")
    html = client.get(f"{BOARD}/shortlist?places=1").get_data(as_text=True)
    assert client.post(f"{BOARD}/shortlist", data=fields(html) | {"with_rest": "yes"}).status_code == 422
    assert set(states(world).values()) == {"submitted"}
    client.post(f"{BOARD}/shortlist", data=fields(html) | {"with_rest": "yes", "reason": "One place."})
    assert states(world) == {
        "Ada Ames": "shortlisted",
        "Ben Bode": "not_shortlisted",
        "Cyd Cole": "not_shortlisted",
    }


def test_a_stale_page_moves_nobody_and_is_shown_again(world: World) -> None:
    ada, ben, _ = three(world)
    client = world.client("adam")
    html = client.get(f"{BOARD}/shortlist?places=2").get_data(as_text=True)
    shortlisted(world, [ada])

    response = client.post(f"{BOARD}/shortlist", data=fields(html))

    assert response.status_code == 409
    again = response.get_data(as_text=True)
    assert "Something has changed since you looked" in again
    assert states(world)["Ben Bode"] == "submitted"
    assert f"{ben.handle}:{ben.version}" in again


def test_a_missing_reason_is_asked_for_and_the_ticks_stay(world: World) -> None:
    judged(
        world,
        {
            "Ada Ames": {"jack": ("8", "8"), "jill": ("8", "6")},
            "Ben Bode": {"jack": ("5", "5")},
        },
    )
    client = world.client("adam")
    html = client.get(f"{BOARD}/shortlist?places=2").get_data(as_text=True)
    assert "needs your reason" in html

    response = client.post(f"{BOARD}/shortlist", data=fields(html) | {"reason": " "})
    assert response.status_code == 422
    again = response.get_data(as_text=True)
    assert again.count("Say why it is decided with fewer scorecards than the quorum.") == 2
    assert fields(again)["chosen"] == fields(html)["chosen"]
    assert set(states(world).values()) == {"submitted"}

    data = fields(again) | {"reason": "Jill is ill."}
    assert client.post(f"{BOARD}/shortlist", data=data).status_code == 303
    assert set(states(world).values()) == {"shortlisted"}


@pytest.mark.parametrize("row", ["nobody:1", "nobody", "nobody:x", ":", "nobody:99999999999"])
def test_rows_that_were_never_shown_move_nobody(lite_world: World, row: str) -> None:
    three(lite_world)
    client = lite_world.client("adam")
    data = fields(client.get(f"{BOARD}/shortlist").get_data(as_text=True))
    assert client.post(f"{BOARD}/shortlist", data=data | {"chosen": [row]}).status_code in (404, 422)
    assert set(states(lite_world).values()) == {"submitted"}


def test_an_auditor_reads_and_does_not_press(world: World) -> None:
    ada, *_ = three(world)
    client = world.client("audrey")
    data = fields(client.get(f"{BOARD}/shortlist").get_data(as_text=True))
    assert "chosen" not in data
    forged = data | {"chosen": f"{ada.handle}:{ada.version}"}
    assert client.post(f"{BOARD}/shortlist", data=forged).status_code == 409
    assert client.get(f"{BOARD}/award").status_code == 404
    assert set(states(world).values()) == {"submitted"}


# ---- the awards ----


def test_awards_are_chosen_looked_at_and_pressed(world: World) -> None:
    ada, ben, cyd = three(world)
    client = world.client("adam")
    first = fields(client.get(f"{BOARD}/award").get_data(as_text=True))
    assert [first[f"choice-{e.handle}"] for e in (ada, ben, cyd)] == [
        ["winner"],
        ["commended"],
        ["commended"],
    ]

    chosen = first | {
        f"choice-{ben.handle}": "finalist",
        f"choice-{cyd.handle}": "not_shortlisted",
        "act": "look",
    }
    look = client.post(f"{BOARD}/award", data=chosen)
    assert look.status_code == 200
    assert "3 entries will be decided, 0 cannot" in text(look.get_data(as_text=True))
    assert set(states(world).values()) == {"submitted"}

    second = fields(look.get_data(as_text=True)) | {"act": "apply"}
    assert client.post(f"{BOARD}/award", data=second).status_code == 422
    second["reason"] = "The panel met."
    assert client.post(f"{BOARD}/award", data=second).status_code == 303
    assert states(world) == {"Ada Ames": "awarded", "Ben Bode": "not_awarded", "Cyd Cole": "not_shortlisted"}


def test_after_the_outcomes_an_award_says_that_it_is_told_at_once(world: World) -> None:
    ada, ben, cyd = three(world)
    shortlisted(world, [ada, ben, cyd])
    look = {"act": "look", f"choice-{cyd.handle}": "finalist"}
    before = post(world.client("adam"), f"{BOARD}/award", look).text
    assert "nobody is told before the outcomes are released" in before
    awarded(world, {ada: "winner", ben: "commended", cyd: "finalist"})
    world.clock.at = FINAL_JUDGED
    released(world, "outcomes")
    moved(world, cyd, Act.REVOKE, "olive", reason="Miscounted.")
    world.session.commit()
    after = post(world.client("adam"), f"{BOARD}/award", look).text
    assert "the entrants are told, at once" in after
    assert "nobody is told before" not in after


def test_too_many_of_a_level_are_shown_before_the_press(world: World) -> None:
    ada, ben, _ = three(world)
    client = world.client("adam")
    data = {
        "csrf_token": token_in(client.get(f"{BOARD}/award").get_data(as_text=True)),
        f"choice-{ada.handle}": "winner",
        f"choice-{ben.handle}": "winner",
    }
    said = text(client.post(f"{BOARD}/award", data=data).get_data(as_text=True))
    assert "1 entry will be decided, 1 cannot" in said
    assert "Every place of this level is taken." in said


def test_nothing_chosen_and_nonsense_are_said(lite_world: World) -> None:
    ada, *_ = three(lite_world)
    client = lite_world.client("adam")
    assert post(client, f"{BOARD}/award", {"act": "look"}).status_code == 422
    nonsense = post(client, f"{BOARD}/award", {"act": "look", f"choice-{ada.handle}": "emperor"})
    assert nonsense.status_code == 422
    assert "Choose one of the category&#39;s levels." in nonsense.get_data(as_text=True)


def test_a_stale_award_moves_nobody(world: World) -> None:
    ada, *_ = three(world)
    client = world.client("adam")
    data = {"csrf_token": token_in(client.get(f"{BOARD}/award").get_data(as_text=True))}
    look = client.post(f"{BOARD}/award", data=data | {f"choice-{ada.handle}": "winner"})
    shortlisted(world, [ada])

    late = client.post(f"{BOARD}/award", data=fields(look.get_data(as_text=True)) | {"act": "apply"})

    assert late.status_code == 409
    assert states(world)["Ada Ames"] == "shortlisted"


def test_the_award_page_says_that_the_round_is_open(world: World) -> None:
    three(world)
    world.clock.at = JUDGING
    assert "The last round has not closed yet." in page(world, f"{BOARD}/award")


def test_decisions_on_the_wrong_round_are_refused(lite_world: World) -> None:
    assert lite_world.client("adam").get("/admin/small-2026/results/teams/written/award").status_code == 409
    assert lite_world.client("adam").get("/admin/small-2026/results/teams/final/shortlist").status_code == 409


def test_the_final_is_opened_or_skipped_from_the_overview(world: World) -> None:
    entry = eligible(world, "Team One", "teams")
    world.clock.at = JUDGED
    moved(world, entry, Act.SHORTLIST, override=True, reason="One entry only.")
    client = world.client("adam")
    html = client.get("/admin/small-2026/results").get_data(as_text=True)
    assert "Admit the shortlist to Final panel" in html
    assert "Skip Final panel" in html
    token = {"csrf_token": token_in(html)}

    assert client.post("/admin/small-2026/results/teams/final/open", data=token).status_code == 303
    assert "Team One" in page(world, "/admin/small-2026/results/teams/final")
    assert client.post("/admin/small-2026/results/teams/final/skip", data=token).status_code == 409
