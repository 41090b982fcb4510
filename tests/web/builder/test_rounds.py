"""The builder's pages about rounds and panels: what comes back when something is refused, and what they cost."""

import html
import re

import pytest
from sqlalchemy import select

from heroes.models import Category, Panel, PanelMember, Round, RuleCard, User
from heroes.services import round_plans
from tests.counting import statements
from tests.outcomes import eligible
from tests.round_scenes import SECOND, built, opened, round_of
from tests.world import World, post

SETUP = "/admin/small-2026/setup"
ROUNDS = f"{SETUP}/rounds/"
ONE = f"{ROUNDS}frontline/"
WRITTEN = f"{ONE}round/written"


@pytest.fixture
def world(lite_world: World) -> World:
    built(lite_world)
    return lite_world


def filled(page: str) -> dict[str, str]:
    """What the page's form would post, but for its token."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page[page.index("<main") :]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and (('type="radio"' not in tag and 'type="checkbox"' not in tag) or " checked" in tag):
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, inner in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if name != "csrf_token"}


def said(page: str) -> list[str]:
    """The sentences at the fields."""
    return [html.unescape(text) for text in re.findall(r"Error: </span>(.*?)</span></p>", page)]


def test_a_round_is_added_by_its_form(world: World) -> None:
    client = world.client("adam")
    add = f"{ONE}add?kind=qualifying"
    form = filled(client.get(add).text)
    assert form["question"] == "Does this entry meet what the category asks for?"
    assert (form["opens"], form["panel"], form["advance"]) == ("2026-07-08T09:00", "people", "yes")
    done = post(client, f"{ONE}add", form | {"name": "First look"}, page=add)
    assert (done.status_code, done.location) == (303, f"{ONE}?saved=1")
    page = client.get(done.location).text
    assert "2. First look" in page
    assert "Does this entry meet what the category asks for?" in page
    assert "First look" in client.get(ROUNDS).text


def test_what_is_refused_comes_back_as_it_was_typed(world: World) -> None:
    client = world.client("adam")
    form = filled(client.get(WRITTEN).text)
    typed = form | {"name": "Written", "opens": "2026-03-29T01:30", "quorum": "9", "blind": ""}
    back = post(client, WRITTEN, typed)
    assert back.status_code == 422
    assert said(back.text) == [
        "01:30 on this day does not exist in Europe/London: the clocks go forward over it. Choose another time.",
        "No entry is given to more than 2 judges, so it could never be reached.",
    ]
    assert filled(back.text) == {name: value for name, value in typed.items() if name != "blind"}
    assert round_of(world, "frontline", "written").name == "Round 1, written"


def test_whoever_was_slower_sees_both_versions_and_decides(world: World) -> None:
    client = world.client("olive")
    form = filled(client.get(WRITTEN).text)
    theirs = SECOND | {"name": "Written by Adam", "opens": "2026-06-11T09:00", "closes": "2026-07-01T17:00"}
    round_plans.change_round(
        world.ctx("adam"), "small-2026", "frontline", "written", theirs, int(form["version"])
    )
    back = post(client, WRITTEN, form | {"name": "Written by Olive"})
    assert back.status_code == 409
    assert "Adam Admin was faster" in back.text
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>', back.text)
    assert rows == [
        ("Name", "Written by Adam", "Written by Olive"),
        ("Judges for each entry", "3", "2"),
    ]
    again = post(client, WRITTEN, filled(back.text))
    assert again.status_code == 303
    assert round_of(world, "frontline", "written").name == "Written by Olive"


def test_an_open_season_asks_for_the_reason_on_the_same_page(lite_world: World) -> None:
    client = lite_world.client("adam")
    form = filled(client.get(WRITTEN).text)
    back = post(client, WRITTEN, form | {"reviews": "3"})
    assert back.status_code == 422
    changes = html.unescape(back.text).partition("This changes the public rule card")[2]
    (line,) = re.findall(r"<li>(.*?)</li>", changes.partition("</ul>")[0])
    assert line == "Frontline Hero, Round 1, written: the judges for each entry was 2 and is now 3."
    done = post(client, WRITTEN, filled(back.text) | {"rule_reason": "A judge more."})
    assert done.status_code == 303
    card = lite_world.session.scalars(select(RuleCard).order_by(RuleCard.number.desc())).first()
    assert card is not None
    assert card.reason == "A judge more."
    # An act that is one press asks in the same way, and is pressed again with all that it said.
    teams = f"{ROUNDS}teams/"
    moved = post(client, f"{teams}move", {"round": "final", "to": "earlier"}, page=teams)
    assert moved.status_code == 422
    fields = {name: filled(moved.text)[name] for name in ("round", "to")}
    assert fields == {"round": "final", "to": "earlier"}
    assert post(client, f"{teams}move", fields | {"rule_reason": "The hall."}, page=teams).status_code == 303


def test_who_looks_on_sees_no_way_to_change_anything(world: World) -> None:
    audrey = world.client("audrey")
    for path in (ROUNDS, ONE, f"{SETUP}/panels/"):
        page = audrey.get(path)
        assert page.status_code == 200
        assert "<form" not in page.text[page.text.index("<main") :]
    for path in (WRITTEN, f"{ONE}add", f"{ONE}copy"):
        assert audrey.get(path).status_code == 404
        assert world.client("chloe").get(path).status_code == 404


def test_a_category_gives_its_rounds_to_others(world: World) -> None:
    client = world.client("adam")
    nothing = post(client, f"{ONE}copy", {"keep_panel": "yes"})
    assert (nothing.status_code, "Choose at least one other category." in nothing.text) == (422, True)
    assert post(client, f"{ONE}copy", {"category": "teams", "keep_panel": "yes"}).status_code == 303
    copied = round_of(world, "teams", "written")
    assert (copied.blind, copied.reviews) == (True, 2)
    opened(world)
    eligible(world, "Team One", "teams")
    page = client.get(f"{ONE}copy").text
    assert "Entries have been admitted to the rounds of every other category" in page


def test_panels(world: World) -> None:
    client, panels = world.client("adam"), f"{SETUP}/panels/"
    assert post(client, panels, {"name": "Final panel"}).status_code == 303
    twice = post(client, panels, {"name": "final panel"})
    assert (twice.status_code, said(twice.text)) == (422, ["Another panel has this name."])
    assert 'value="final panel"' in twice.text
    assert (
        post(
            client, f"{panels}final-panel", {"name": "Grand panel", "seen": "Final panel"}, page=panels
        ).status_code
        == 303
    )
    stuck = post(client, f"{panels}people/remove", {}, page=panels)
    assert (stuck.status_code, "People panel judges a round." in html.unescape(stuck.text)) == (422, True)
    assert post(client, f"{panels}final-panel/remove", {}, page=panels).status_code == 303


def sixty(world: World) -> None:
    """Sixty categories of two rounds each, six panels, 200 judges."""
    first = world.session.scalars(select(Category)).first()
    one = round_of(world, "frontline", "written")
    assert first is not None
    panels = [Panel(season_id=first.season_id, slug=f"p{n}", name=f"Panel {n}") for n in range(6)]
    people = [
        User(
            handle=f"judge{n}",
            name=f"Judge {n}",
            email=f"judge{n}@many.example",
            email_key=f"judge{n}@many.example",
            created_at=world.clock.now(),
        )
        for n in range(200)
    ]
    world.session.add_all([*panels, *people])
    world.session.flush()
    world.session.add_all(
        PanelMember(panel_id=panels[n % 6].id, user_id=user.id, role="judge", joined_at=world.clock.now())
        for n, user in enumerate(people)
    )
    same = {
        c.name: getattr(first, c.name)
        for c in Category.__table__.c
        if c.name not in ("id", "slug", "name", "version")
    }
    made = [
        Category(**same | {"slug": f"c{n}", "name": f"Category {n}", "position": 10 + n}) for n in range(58)
    ]
    world.session.add_all(made)
    world.session.flush()
    kept = {
        c.name: getattr(one, c.name)
        for c in Round.__table__.c
        if c.name not in ("id", "slug", "category_id", "version")
    }
    world.session.add_all(
        Round(**kept | {"category_id": category.id, "position": n, "slug": f"r{n}", "panel_id": panels[n].id})
        for category in made
        for n in (1, 2)
    )
    world.session.commit()


def test_a_page_costs_the_same_with_sixty_categories(world: World) -> None:
    client = world.client("adam")
    costs = {ROUNDS: 7, ONE: 7, WRITTEN: 8, f"{ONE}copy": 6, f"{SETUP}/panels/": 6}

    def spent(path: str) -> int:
        client.get(path)
        with statements(world) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    assert {path: spent(path) for path in costs} == costs
    sixty(world)
    assert {path: spent(path) for path in costs} == costs
