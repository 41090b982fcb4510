"""The form builder's pages: what they show, what comes back when something is refused, and moving without a module."""

import re
from html import unescape
from typing import Any

from sqlalchemy import select

from heroes.domain.questions import KINDS
from heroes.models.seasons import Category, FormDesign, FormVersion
from heroes.services.transactions import transaction
from tests.counting import statements
from tests.world import STORY, World, post, token_in

FORMS = "/admin/small-2026/setup/forms"
HERO = f"{FORMS}/hero"


def design(world: World) -> FormDesign:
    world.session.expire_all()
    return world.session.scalars(select(FormDesign).where(FormDesign.key == "hero")).one()


def order(world: World) -> list[list[str]]:
    return [[one["key"] for one in section["question"]] for section in design(world).sections]


def page(world: World, path: str, who: str = "adam", status: int = 200) -> str:
    response = world.client(who).get(path)
    assert response.status_code == status, path
    return str(response.get_data(as_text=True))


def press(world: World, path: str, data: dict[str, Any], who: str = "adam", on: str | None = None) -> Any:
    # Fields with several values come as lists.
    return post(world.client(who), path, data, on)


def filled_in(html: str) -> dict[str, list[str]]:
    """The values that a page's fields hold: texts, and the ticked ones of boxes."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]+>", html):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        name, kind = attributes.get("name", ""), attributes.get("type", "text")
        if kind in ("checkbox", "radio") and " checked" not in tag:
            continue
        found.setdefault(name, []).append(unescape(attributes.get("value", "")))
    found.pop("csrf_token", None)
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n(.*?)</textarea>', html, re.DOTALL):
        found.setdefault(name, []).append(unescape(text))
    return found


def test_the_list_says_who_uses_a_form_and_what_is_still_to_be_published(lite_world: World) -> None:
    text = page(lite_world, FORMS, "audrey")
    row = re.search(r"<tr>\s*<th scope=\"row\">.*?</tr>", text, re.DOTALL)
    assert row is not None
    said = " ".join(re.sub(r"<[^>]+>", " ", row[0]).split())
    assert said == "Hero Frontline Hero, Team of the Year 8 Published"
    assert "New form" not in text
    press(lite_world, f"{FORMS}/new", {"name": "Second", "copy": "hero"})
    press(lite_world, f"{HERO}/questions/story/remove", {"version": str(design(lite_world).version)})
    again = page(lite_world, FORMS)
    assert again.count("Changes to publish") == 1
    assert again.count("Not used") == 1


def test_every_kind_can_be_asked_previewed_and_published(lite_world: World) -> None:
    world = lite_world
    client = world.client("adam")
    token = token_in(client.get(f"{FORMS}/new").get_data(as_text=True))
    for kind in KINDS:
        new = f"{HERO}/questions/new?section=0&kind={kind}"
        asked = client.get(new).get_data(as_text=True)
        typed = {name: values[0] for name, values in filled_in(asked).items()} | {
            "csrf_token": token,
            "label": f"And {kind}?",
            "choices": "One\nTwo\nThree",
            "columns-name": "Calls",
            "consent_version": "2027-1",
            "when": "shift",
            "when-shift": "Night",
        }
        assert client.post(f"{HERO}/questions/new", data=typed).status_code == 303
    made = design(world).sections[0]["question"][8:]
    assert [one["kind"] for one in made] == list(KINDS)
    assert {(one["when"]["question"], *one["when"]["is"]) for one in made} == {("shift", "Night")}
    assert {one["kind"] for one in made if one.get("identifying")} == {"email", "people"}
    assert {one["kind"] for one in made if not one.get("judges", True)} == {"email", "people"}
    for one in made:
        again = filled_in(client.get(f"{HERO}/questions/{one['key']}").get_data(as_text=True))
        sent = client.post(f"{HERO}/questions/{one['key']}", data=again | {"csrf_token": token})
        assert sent.status_code == 303
    assert design(world).sections[0]["question"][8:] == made
    for view in ("nominator", "judge", "blind", "winner"):
        for answers in ("sample", "none"):
            where = f"{HERO}/preview?category=teams&as={view}&answers={answers}"
            assert client.get(where).get_data(as_text=True).count("Preview of Hero") == 1
    assert page(world, f"{HERO}/publish").count("is new, and may be left empty") == len(KINDS)
    published = press(world, f"{HERO}/publish", {"version": str(design(world).version)})
    assert published.headers["Location"].endswith("hero?done=published")
    assert "Everything is published" in page(world, f"{HERO}/publish")
    again = press(world, f"{HERO}/publish", {"version": str(design(world).version)}, on=HERO)
    assert again.headers["Location"].endswith("hero?done=same")


def test_a_preview_tries_the_form_out_and_keeps_nothing(lite_world: World) -> None:
    world = lite_world
    path = f"{HERO}/preview?category=frontline&as=nominator"
    given = {name: values[0] for name, values in filled_in(page(world, path)).items()}
    fits = press(world, path, given)
    assert fits.status_code == 200
    assert "With these answers a nomination could be sent" in fits.get_data(as_text=True)
    lacks = press(world, path, given | {"story": ""})
    assert lacks.status_code == 422
    assert filled_in(lacks.get_data(as_text=True))["title"] == ["Sam Sample"]
    assert page(world, "/admin/small-2026/queue").count("Sam Sample") == 0


def test_what_is_no_longer_asked_is_kept_aside_for_whoever_wrote_it(lite_world: World) -> None:
    world = lite_world
    alice = world.client()
    draft = post(alice, "/small-2026/frontline/nominate", STORY | {"act": "leave"})
    edit = f"{draft.headers['Location'].partition('?')[0]}edit"
    press(world, f"{HERO}/questions/story/remove", {"version": str(design(world).version)})
    press(world, f"{HERO}/publish", {"version": str(design(world).version)})
    text = alice.get(edit).get_data(as_text=True)
    assert "Kept aside" in text
    assert text.count(STORY["story"]) == 1
    open_before = STORY | {"revision": "1", "story": "Typed while they published.", "where": "York"}
    late = post(alice, edit, open_before)
    assert late.status_code == 409
    assert late.get_data(as_text=True).count("Typed while they published.") == 1


def test_a_refused_question_comes_back_with_everything_that_was_typed(lite_world: World) -> None:
    typed: dict[str, Any] = {
        "version": str(design(lite_world).version),
        "kind": "table",
        "section": "0",
        "label": "",
        "help": "Both years.",
        "required": "1",
        "columns-name": ["Calls", "Calls", "", ""],
        "columns-unit": ["a day", "a year", "", ""],
        "columns-number": ["0"],
        "rows": "2025\n2026",
        "most": "x",
        "judges": "no",
        "public": "1",
        "when": "shift",
        "some_categories": "1",
    }
    refused = press(
        lite_world, f"{HERO}/questions/new", typed, on=f"{HERO}/questions/new?section=0&kind=table"
    )
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    back = filled_in(text)
    for name, value in typed.items():
        assert back.get(name, [])[: len(value) if isinstance(value, list) else 1] == (
            value if isinstance(value, list) else [value]
        ), name
    errors = set(re.findall(r'id="([a-z_]+)-error"', text))
    assert errors == {"label", "columns", "most", "when", "categories"}


def test_somebody_was_faster_shows_both_versions_and_the_next_press_counts(lite_world: World) -> None:
    world = lite_world
    question = f"{HERO}/questions/story"
    mine = {name: values[0] for name, values in filled_in(page(world, question)).items()}
    press(world, question, mine | {"label": "What did she do?"}, who="olive")
    late = press(world, question, mine | {"label": "What happened then?", "words": "90"})
    text = late.get_data(as_text=True)
    assert late.status_code == 409
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>', text)
    assert rows == [
        ("The question", "What did she do?", "What happened then?"),
        ("Most words", "100", "90"),
    ]
    again = {name: values[0] for name, values in filled_in(text).items()}
    assert again["label"] == "What happened then?"
    assert press(world, question, again).status_code == 303
    assert design(world).sections[0]["question"][1]["label"] == "What happened then?"


def test_what_somebody_took_away_meanwhile_is_not_lost(lite_world: World) -> None:
    world = lite_world
    question = f"{HERO}/questions/story"
    mine = {name: values[0] for name, values in filled_in(page(world, question)).items()}
    press(world, f"{question}/remove", {"version": mine["version"]}, who="olive")
    client = world.client("adam")
    late = post(client, question, mine, page=f"{HERO}/questions/sentence")
    assert late.status_code == 409
    assert "This question has been taken away" in late.get_data(as_text=True)
    again = {name: values[0] for name, values in filled_in(late.get_data(as_text=True)).items()}
    assert post(client, f"{HERO}/questions/new", again, page=f"{HERO}/questions/sentence").status_code == 303
    assert design(world).sections[0]["question"][-1]["key"] == "story"


def test_a_section_is_known_by_its_heading_wherever_somebody_has_put_it(lite_world: World) -> None:
    world = lite_world
    press(world, f"{HERO}/sections/new", {"version": str(design(world).version), "title": "The end"})
    end = f"{HERO}/sections/1"
    mine = {name: values[0] for name, values in filled_in(page(world, end)).items()} | {"title": "The last"}
    up = {"version": mine["version"], "move": "section:1:up"}
    press(world, f"{HERO}/move", up, who="olive", on=HERO)
    late = press(world, end, mine, on=HERO)
    text = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "<td>The end</td><td>The last</td>" in text
    assert f'action="{HERO}/sections/0"' in text
    again = {name: values[0] for name, values in filled_in(text).items()}
    assert press(world, f"{HERO}/sections/0", again).status_code == 303
    assert [one["title"] for one in design(world).sections] == ["The last", "The story"]
    press(world, f"{HERO}/sections/0/remove", {"version": str(design(world).version)}, who="olive")
    gone = press(world, f"{HERO}/sections/0", again, on=HERO).get_data(as_text=True)
    assert "is not there any more" in gone
    assert f'action="{HERO}/sections/new"' in gone


def test_things_move_by_buttons_and_the_focus_stays_on_what_moved(lite_world: World) -> None:
    world = lite_world
    press(world, f"{HERO}/sections/new", {"version": str(design(world).version), "title": "At the end"})

    def move(what: str, follow: bool = True) -> str:
        data = {"move": what, "version": str(design(world).version)}
        response = post(world.client("adam"), f"{HERO}/move", data, page=HERO, follow_redirects=follow)
        return str(response.get_data(as_text=True))

    first, second = order(world)
    text = move("question:story:up")
    assert order(world)[0][:2] == ["story", "sentence"]
    assert re.findall(r'value="([^"]+)"[^>]* autofocus', text) == ["question:story:up"]
    assert "“What happened?” is now number 1 of The story." in text
    assert re.findall(r'value="([^"]+)"[^>]* autofocus', move("question:story:up")) == ["question:story:up"]
    move("question:consent:down")
    move("question:story:to:1")
    assert order(world)[1] == ["consent", "story"]
    move("question:story:at:0:1")
    move("question:consent:up")
    assert order(world) == [first, second]
    assert re.findall(r'value="([^"]+)"[^>]* autofocus', move("section:1:up")) == ["section:0:up"]
    assert order(world) == [second, first]
    for nonsense in ("", "question:none:up", "section:9:up", "question:story:to:9", "question:story:at:x:y"):
        assert "no page at this address" in move(nonsense).lower(), nonsense
    late = post(world.client("adam"), f"{HERO}/move", {"move": "section:0:down", "version": "1"}, page=HERO)
    assert late.status_code == 409


def test_taking_something_away_asks_first_and_says_what_depends_on_it(lite_world: World) -> None:
    world = lite_world
    why = {"version": str(design(world).version), "kind": "short", "section": "0", "label": "Why at night?"}
    on = f"{HERO}/questions/new?section=0&kind=short"
    press(world, f"{HERO}/questions/new", why | {"when": "shift", "when-shift": "Night"}, on=on)
    asked = page(world, f"{HERO}/questions/shift/remove")
    assert "1 question depends on it" in asked
    assert "“Why at night?”" in asked
    assert "shift" in order(world)[0]
    removed = press(world, f"{HERO}/sections/0/remove", {"version": str(design(world).version)})
    assert removed.status_code == 303
    assert design(world).sections == []
    assert "This form is empty" in page(world, HERO)
    assert "Hero asks nothing yet" in page(world, f"{HERO}/publish")
    refused = press(world, f"{HERO}/publish", {"version": str(design(world).version)}, on=f"{HERO}/settings")
    assert refused.status_code == 422
    assert "Hero asks nothing yet" in page(world, f"{HERO}/preview")


def test_name_and_categories(lite_world: World) -> None:
    world = lite_world
    press(world, f"{FORMS}/new", {"name": "Teams"})
    settings = {"version": "1", "name": "Teams", "categories": ["teams"]}
    assert press(world, f"{FORMS}/teams/settings", settings).status_code == 303
    world.session.expire_all()
    rows = world.session.execute(
        select(Category.slug, FormDesign.key).join(FormDesign, FormDesign.id == Category.form_design_id)
    )
    by_slug = {row.slug: row.key for row in rows}
    assert by_slug == {"frontline": "hero", "teams": "teams"}
    late = press(world, f"{FORMS}/teams/settings", {"version": "1", "name": "Others", "categories": []})
    assert late.status_code == 409
    assert "<td>Team of the Year</td><td>none</td>" in late.get_data(as_text=True)
    used = press(world, f"{FORMS}/teams/delete", {"version": "2"}, on=f"{FORMS}/teams/settings")
    assert used.status_code == 422
    nameless = press(world, f"{FORMS}/teams/settings", {"version": "2", "name": " ", "categories": []})
    assert (nameless.status_code, filled_in(nameless.get_data(as_text=True)).get("categories")) == (422, None)
    press(world, f"{FORMS}/teams/settings", {"version": "2", "name": "Teams", "categories": []})
    assert "Team of the Year has no form" in page(world, FORMS)
    again = press(world, f"{FORMS}/new", {"name": "", "copy": "teams"}).get_data(as_text=True)
    assert re.findall(r'<option value="([a-z]+)" selected>', again) == ["teams"]
    gone = press(world, f"{FORMS}/teams/delete", {"version": "3"}, on=f"{FORMS}/teams/settings")
    assert gone.headers["Location"].endswith("forms?done=deleted")


def test_an_auditor_looks_and_changes_nothing(lite_world: World) -> None:
    text = page(lite_world, HERO, "audrey")
    assert "Add a question" not in text
    assert 'name="move"' not in text
    page(lite_world, f"{HERO}/preview", "audrey")
    for path in (f"{HERO}/questions/story", f"{HERO}/publish", f"{FORMS}/new", f"{HERO}/settings"):
        page(lite_world, path, "audrey", 404)


def test_sixty_categories_and_forty_questions_cost_as_many_statements_as_two(lite_world: World) -> None:
    world = lite_world
    client = world.client("adam")
    client.get(FORMS)
    paths = {FORMS: 8, HERO: 8, f"{HERO}/publish": 10, f"{HERO}/questions/story": 7, f"{HERO}/settings": 8}
    for path, count in paths.items():
        with statements(world) as few:
            client.get(path)
        assert len(few) == count, path
    ctx = world.ctx("adam")
    with transaction(ctx):
        hero = design(world)
        model = world.session.scalars(select(Category).where(Category.slug == "frontline")).one()
        hero.sections = [
            {
                "title": "Much",
                "intro": "",
                "question": [
                    {"key": f"q{n}", "kind": "long", "label": f"Question {n}", "categories": ["frontline"]}
                    if n % 3 == 0
                    else {"key": f"q{n}", "kind": "choice", "label": f"Question {n}", "choices": ["a", "b"]}
                    for n in range(40)
                ],
            }
        ]
        for n in range(60):
            copy = {
                column.name: getattr(model, column.name)
                for column in Category.__table__.columns
                if column.name not in ("id", "slug", "position", "version")
            }
            category = Category(slug=f"c{n}", position=10 + n, **copy)
            world.session.add(category)
            world.session.flush()
            world.session.add(
                FormVersion(
                    category_id=category.id,
                    number=1,
                    sections=hero.sections,
                    digest=f"{n}",
                    published_at=ctx.now,
                )
            )
    # One more reads what is published, to compare; publishing counts what is written in the new categories.
    for path, more in ((FORMS, 1), (HERO, 1), (f"{HERO}/publish", 1), (f"{HERO}/settings", 0)):
        count = paths[path]
        with statements(world) as many:
            client.get(path)
        assert len(many) == count + more, path
