"""The judge's queue: their own entries only, progress that adds up, and a number of statements that never grows."""

import re

import pytest
from sqlalchemy import func, select, update

from heroes.models import Assignment, Entry
from heroes.models.judge_pages import PAGE
from heroes.services import assigning, recusing, scoring
from tests.counting import statements
from tests.crowd import add_crowd
from tests.judging import COMMENT, GOOD, asked, elsewhere, entered, handed_in
from tests.world import JUDGED, JUDGING, OPEN, World

STATEMENTS = 8
"""Who is there (2), the season, the figures, one page of rows, the rounds, those stepped back from, the next."""


def text(world: World, who: str, path: str = "/judge/") -> str:
    response = world.client(who).get(path)
    assert response.status_code == 200
    page: str = response.get_data(as_text=True)
    return page


def cells(page: str) -> list[tuple[str, str]]:
    """(name, state) of every row of the queue's table."""
    body = page.split("<tbody", 1)[1].split("</tbody>", 1)[0] if "<tbody" in page else ""
    rows = re.findall(r'<tr role="row">(.*?)</tr>', body, re.DOTALL)
    plain = [re.sub(r"<[^>]+>", "|", row) for row in rows]
    return [
        (parts[0], parts[3])
        for parts in ([p.strip() for p in re.split(r"[|\s]*\|[|\s]*", r) if p.strip()] for r in plain)
    ]


def test_an_empty_bench_says_so_warmly(lite_world: World) -> None:
    assert "Nothing is with you yet" in text(lite_world, "jill")


@pytest.mark.parametrize("who", ["adam", "audrey", "olive", "bob", "charlie"])
def test_the_room_is_a_404_for_everybody_who_judges_nowhere(lite_world: World, who: str) -> None:
    assert lite_world.client(who).get("/judge/").status_code == 404


def test_the_queue_shows_code_names_where_the_round_is_blind_and_titles_where_not(lite_world: World) -> None:
    blind = elsewhere(lite_world)
    team = entered(lite_world, "teams", title="The Night Desk", organisation_name="Fernhill Telecom")
    asked(lite_world, blind, "jack")
    asked(lite_world, team, "jack")
    page = text(lite_world, "jack")
    assert "Sam Poole" not in page
    assert "Fernhill" not in page
    assert "The Night Desk" in page


def test_a_judge_sees_their_own_entries_and_nobody_elses(lite_world: World) -> None:
    mine, theirs = elsewhere(lite_world, "Mine"), elsewhere(lite_world, "Theirs")
    one, other = asked(lite_world, mine, "jack"), asked(lite_world, theirs, "jill")
    page = text(lite_world, "jack")
    assert one.handle in page
    assert other.handle not in page


def test_the_figures_add_up(lite_world: World) -> None:
    entries = [elsewhere(lite_world, f"Person {n}") for n in range(5)]
    handed_in(lite_world, entries[0], "jack")
    draft = asked(lite_world, entries[1], "jack")
    scoring.save(lite_world.ctx("jack"), draft.handle, 1, {"difference": "7"}, "")
    asked(lite_world, entries[2], "jack")
    gone = asked(lite_world, entries[3], "jack")
    lite_world.session.execute(
        update(Entry).where(Entry.id == gone.entry_id).values(state="ineligible", state_reason="x")
    )
    lite_world.session.commit()
    back = asked(lite_world, entries[4], "jack")
    recusing.step_back(lite_world.ctx("jack"), back.handle, "I know them")
    page = text(lite_world, "jack")
    assert "1 done, 2 to go" in page
    assert "1 of 3 submitted" in page
    assert "You have stepped back from 1 entry." in page
    assert "1 entry has left the competition" in page
    assert back.handle not in page
    assert gone.handle not in page
    states = sorted(state for _, state in cells(page))
    assert len(states) == 4


def test_the_tabs_show_what_they_say(lite_world: World) -> None:
    done, todo = elsewhere(lite_world, "Done"), elsewhere(lite_world, "To do")
    one = handed_in(lite_world, done, "jack")
    other = asked(lite_world, todo, "jack")

    def shown(tab: str) -> set[str]:
        page = text(lite_world, "jack", f"/judge/?show={tab}").split("<tbody", 1)[1].split("</tbody>")[0]
        return {handle for handle in (one.handle, other.handle) if handle in page}

    assert shown("all") == {one.handle, other.handle}
    assert shown("todo") == {other.handle}
    assert shown("submitted") == {one.handle}
    assert shown("nonsense") == {one.handle, other.handle}


def test_what_waits_comes_first_and_in_the_judges_own_order(lite_world: World) -> None:
    for n in range(6):
        elsewhere(lite_world, f"Person {n}")
    lite_world.clock.at = JUDGING
    where = ("small-2026", "frontline", "written")
    plan = assigning.plan(lite_world.ctx("adam"), *where, 4, "s")
    assigning.apply(lite_world.ctx("adam"), *where, 4, "s", plan.digest)
    own = lite_world.session.scalars(
        select(Assignment)
        .where(Assignment.user_id == lite_world.people["jack"])
        .order_by(Assignment.position)
    ).all()
    scoring.submit(lite_world.ctx("jack"), own[0].handle, 1, GOOD, COMMENT)
    page = text(lite_world, "jack")
    order = re.findall(r'row-link" href="/judge/([a-z0-9]+)"', page)
    assert order == [one.handle for one in (*own[1:], own[0])]
    assert f'href="/judge/{own[1].handle}"' in page.split("Carry on with")[0].rsplit("<a", 1)[1]


def test_after_the_close_nothing_is_to_do_and_the_missing_ones_are_named_so(lite_world: World) -> None:
    asked(lite_world, elsewhere(lite_world), "jack")
    lite_world.clock.at = JUDGED
    page = text(lite_world, "jack")
    assert "Nothing to do for now" in page
    assert "Closed without a scorecard" in page
    assert "Carry on with" not in page
    assert "Begin with" not in page


def test_a_page_number_from_nowhere_shows_the_last_page(lite_world: World) -> None:
    asked(lite_world, elsewhere(lite_world), "jack")
    for page in ("0", "-1", "999999", "x", "9" * 40):
        assert text(lite_world, "jack", f"/judge/?page={page}")


@pytest.mark.parametrize("entries", [0, 1, 3])
def test_the_queue_costs_a_literal_number_of_statements(world: World, entries: int) -> None:
    for n in range(entries):
        asked(world, elsewhere(world, f"Person {n}"), "jack")
        world.clock.at = OPEN
    world.clock.at = JUDGING
    client = world.client("jack")
    with statements(world) as sent:
        assert client.get("/judge/").status_code == 200
    assert len(sent) == STATEMENTS


@pytest.mark.slow
def test_neither_statements_nor_rows_grow_with_the_season(world: World) -> None:
    add_crowd(world, 10)
    world.clock.at = JUDGING
    fetched = []
    for more in (0, 1990):
        if more:
            add_crowd(world, more)
        client = world.client("jack")
        with statements(world) as sent:
            page = client.get("/judge/").get_data(as_text=True)
        fetched.append((len(sent), page.count('<tr role="row">')))
    held = world.session.scalar(select(func.count()).where(Assignment.user_id == world.people["jack"]))
    assert held is not None
    assert held > PAGE
    assert [count for count, _ in fetched] == [STATEMENTS] * 2
    assert fetched[1][1] <= PAGE + 1
