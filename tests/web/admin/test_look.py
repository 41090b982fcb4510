"""A season's look and what it says: the builder's pages, the style sheet, the logo, and texts that cannot do harm."""

from collections.abc import Mapping
from io import BytesIO

from PIL import Image
from sqlalchemy import select, update

from heroes.models import Picture, Programme, Season
from tests.adapters.test_pictures import saved
from tests.world import World, post

LOOK = "/admin/small-2026/setup/look"
PAGE = "/admin/small-2026/setup/programme"


def version_of(world: World, page: str, part: str = "<main") -> str:
    """The version in a page's form; `part` is what stands before it."""
    text = world.client("adam").get(page).get_data(as_text=True)
    return text.split(part, 1)[1].split('name="version" value="', 1)[1].split('"', 1)[0]


def send(
    world: World, path: str, data: Mapping[str, object], page: str, part: str = "<main"
) -> tuple[int, str]:
    """Post one form of a page as it stands; returns the status and the page that came back."""
    version = version_of(world, page, part)
    answer = post(world.client("adam"), path, {"version": version, **data}, page)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_colour_is_on_every_page_of_its_season_and_one_that_cannot_be_read_is_refused(
    lite_world: World,
) -> None:
    world = lite_world
    assert "/look/" not in world.client().get("/small-2026/").get_data(as_text=True)
    status, page = send(world, f"{LOOK}/colour", {"accent": "#FFD700"}, LOOK)
    assert (status, "The nearest that can be read is #7e6a00." in page, 'value="#ffd700"' in page) == (
        422,
        True,
        True,
    )
    assert send(world, f"{LOOK}/colour", {"accent": "red;} body{"}, LOOK)[0] == 422

    assert send(world, f"{LOOK}/colour", {"accent": "#0B5CC4"}, LOOK)[0] == 303

    assert world.season().colours == {"accent": "#0b5cc4"}
    for who, address in (
        (None, "/small-2026/frontline/"),
        ("adam", "/admin/small-2026/queue"),
        ("jack", "/judge/"),
    ):
        page = world.client(who).get(address).get_data(as_text=True)
        sheet = page.split('href="/look/', 1)[1].split('"', 1)[0]
        answer = world.client().get(f"/look/{sheet}")
        assert (answer.mimetype, answer.headers["Cache-Control"]) == (
            "text/css",
            "public, max-age=31536000, immutable",
        )
        assert "--berry: var(--day, #0b5cc4)" in answer.get_data(as_text=True)
    assert world.client().get("/look/0b5cc4.css?v=old").headers["Cache-Control"] == "no-cache"
    assert [
        world.client().get(f"/look/{name}.css").status_code for name in ("ffd700", "red", "0b5cc4%7D")
    ] == [404] * 3
    assert send(world, f"{LOOK}/colour", {"act": "ours"}, LOOK)[0] == 303
    assert world.season().colours == {}


def test_a_logo_is_kept_as_we_drew_it_and_served_so_that_it_can_do_nothing(lite_world: World) -> None:
    world = lite_world

    def upload(file: bytes) -> tuple[int, str]:
        return send(world, f"{LOOK}/logo", {"logo": (BytesIO(file), "logo.png")}, LOOK)

    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    assert [upload(file)[0] for file in (svg, b"", saved("PNG")[:-9])] == [422] * 3
    assert world.season().logo_digest is None

    assert upload(saved("JPEG", (900, 300)))[0] == 303

    kept = world.session.scalars(select(Picture)).one()
    page = world.client().get("/small-2026/").get_data(as_text=True)
    assert f'<img class="logo" src="/picture/{kept.digest}.png" alt="Small Heroes"' in page
    answer = world.client().get(f"/picture/{kept.digest}.png")
    headers = ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control")
    assert [answer.headers[name] for name in headers] == [
        "image/png",
        "nosniff",
        "default-src 'none'; sandbox; frame-ancestors 'none'",
        "public, max-age=31536000, immutable",
    ]
    with Image.open(BytesIO(answer.get_data())) as shown:
        assert shown.size == (720, 240)
    assert world.client().get(f"/picture/{'0' * 64}.png").status_code == 404
    assert send(world, f"{LOOK}/logo", {"act": "remove"}, LOOK)[0] == 303
    assert "/picture/" not in world.client().get("/small-2026/").get_data(as_text=True)


def test_texts_are_shown_first_cleaned_and_refused_when_they_are_too_long(lite_world: World) -> None:
    world = lite_world
    evil = "# Who\n\n<script>alert(1)</script> [x](javascript:alert(1)) **bold**"
    texts = {"welcome": "Hello.", "rules": evil, "privacy": "", "terms": "Keep it to yourself."}

    status, page = send(world, f"{LOOK}/texts", texts | {"act": "look"}, LOOK, 'id="texts"')
    assert (status, "<strong>bold</strong>" in page, "<script>alert" in page) == (200, True, False)
    assert world.season().rules == "Be kind."
    status, page = send(world, f"{LOOK}/texts", texts | {"rules": "x" * 40_001}, LOOK, 'id="texts"')
    assert (status, "This has 40,001 characters" in page, page.count("x" * 40_001)) == (422, True, 1)
    answer = world.client("adam").post(f"{LOOK}/texts", data={"rules": "x" * 10_000_000})
    assert answer.status_code == 413

    assert send(world, f"{LOOK}/texts", texts, LOOK, 'id="texts"')[0] == 303

    season = world.season()
    assert (season.welcome, season.rules, season.privacy, season.terms) == tuple(texts.values())
    shown = world.client().get("/small-2026/rules").get_data(as_text=True)
    assert "<strong>bold</strong>" in shown
    assert 'href="javascript' not in shown


def test_somebody_who_was_faster_is_not_overwritten(lite_world: World) -> None:
    world = lite_world
    world.session.execute(update(Season).values(opened_at=None))
    world.session.commit()
    old = version_of(world, PAGE, 'id="programme"')
    name = {
        "part": "programme",
        "name": "Small Champions",
        "body": "The Tiny Alliance",
        "contact": "",
        "sectors": "Water",
    }
    assert send(world, PAGE, name, PAGE, 'id="programme"')[0] == 303

    answer = post(world.client("adam"), PAGE, name | {"name": "Mine", "version": old})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert ("Adam Admin was faster" in page, "<td>Small Champions</td><td>Mine</td>" in page) == (True, True)
    assert world.session.scalars(select(Programme.name)).one() == "Small Champions"


def test_words_are_renamed_by_their_form_and_bad_ones_come_back_beside_their_fields(
    lite_world: World,
) -> None:
    world = lite_world
    status, page = send(
        world, PAGE, {"part": "words", "word-judge": "<b>", "word-entry": "work"}, PAGE, 'id="words"'
    )
    assert (status, "Use letters, digits" in page, "Say it for several too, beside “work”." in page) == (
        422,
        True,
        True,
    )
    assert 'value="&lt;b&gt;"' in page

    words = {
        "part": "words",
        "word-judge": "assessor",
        "word-judges": "assessors",
        "word-Awarded": "Accredited",
    }
    assert send(world, PAGE, words, PAGE, 'id="words"')[0] == 303

    kept = world.session.scalars(select(Programme.words)).one()
    assert kept == {"judge": "assessor", "judges": "assessors", "Awarded": "Accredited"}
    assert "Assessors, each alone" in world.client().get("/small-2026/").get_data(as_text=True)
    assert post(world.client("audrey"), PAGE, words, "/account").status_code in (403, 404)
