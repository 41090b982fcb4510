"""Two programmes with two seasons each: every page in its own look and words, and a way from one to another."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import inspect, select

from heroes.models import Assignment, Entry, Programme, Season, User
from heroes.services import assigning, describing, dressing, nominating, rounds, rule_cards, starting
from heroes.services.describing import stamp
from heroes.services.starting import Wanted
from heroes.services.transactions import transaction
from tests.world import OPEN, STORY, World


def grow(world: World) -> None:
    """Beside small-2026: a second season of its programme, and another programme with two; all of them open."""
    ctx = world.ctx("olive")
    for programme, name, slug in (
        ("small-heroes", "Small Heroes 2027", "small-2027"),
        (starting.NEW, "Bright Lights 2026", "bright-2026"),
        ("bright", "Bright Lights 2027", "bright-2027"),
    ):
        starting.start(
            ctx,
            "copy-small-2026",
            Wanted(
                programme,
                name,
                name[-4:],
                "2027-03-01",
                slug,
                slug.upper(),
                programme_name="Bright Lights",
                programme_body="The Lamp Society",
                programme_slug="bright",
            ),
        )
    with transaction(ctx):
        for one in world.session.scalars(select(Season)):
            one.opened_at = world.clock.at
            if rule_cards.current(ctx, one.id) is None:
                rule_cards.freeze(ctx, one)


def season(world: World, slug: str) -> Season:
    """A season by its slug."""
    return world.session.scalars(select(Season).where(Season.slug == slug)).one()


def kept(world: World, slug: str) -> dict[str, Any]:
    """Everything that a season's row and its programme's keep."""
    world.session.expire_all()
    found = season(world, slug)
    columns = {one.key: getattr(found, one.key) for one in inspect(Season).column_attrs}
    return columns | {"words": world.session.get_one(Programme, found.programme_id).words}


def test_each_season_has_its_own_look_and_each_programme_its_own_words(lite_world: World) -> None:
    world = lite_world
    grow(world)
    before = kept(world, "small-2026")
    ctx = world.ctx("olive")
    new, lamp = season(world, "small-2027"), season(world, "bright-2026")
    dressing.set_colour(ctx, "small-2027", "#0b5cc4", seen=stamp(dressing.look_of(new)))
    describing.set_texts(ctx, "small-2027", {"rules": "New rules."}, seen=stamp(describing.texts_of(new)))
    words = {"judge": "assessor", "judges": "assessors"}
    describing.set_words(ctx, lamp.slug, words, seen=stamp({"words": {}}))

    pages = {
        slug: world.client().get(f"/{slug}/").get_data(as_text=True)
        for slug in ("small-2026", "small-2027", "bright-2026", "bright-2027")
    }

    assert {slug: "/look/0b5cc4.css" in page for slug, page in pages.items()} == {
        "small-2026": False,
        "small-2027": True,
        "bright-2026": False,
        "bright-2027": False,
    }
    assert {slug: "Assessors, each alone" in page for slug, page in pages.items()} == {
        "small-2026": False,
        "small-2027": False,
        "bright-2026": True,
        "bright-2027": True,
    }
    assert kept(world, "small-2026") == before
    front = world.client().get("/").get_data(as_text=True)
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", front) == ["Bright Lights", "Small Heroes"]
    assert len(re.findall(r'href="/(?:small|bright)-202[67]/"', front)) == 4


def test_staff_go_from_one_season_to_another_where_there_is_another(lite_world: World) -> None:
    world = lite_world
    assert "/admin/seasons/" not in world.client("olive").get("/admin/small-2026/").get_data(as_text=True)
    grow(world)

    def shown(who: str) -> set[str]:
        page = world.client(who).get("/admin/seasons/").get_data(as_text=True)
        return set(re.findall(r'href="/admin/([\w-]+-202\d)/"', page))

    assert 'href="/admin/seasons/"' in world.client("adam").get("/admin/small-2026/queue").get_data(
        as_text=True
    )
    assert shown("olive") == {"small-2026", "small-2027", "bright-2026", "bright-2027"}
    assert shown("adam") == {"small-2026", "small-2027"}
    assert world.client("jack").get("/admin/seasons/").status_code == 404
    assert world.client("adam").get("/admin/bright-2026/").status_code == 404


def test_a_judge_of_two_seasons_reads_which_is_which_and_each_card_has_its_own_look(
    lite_world: World,
) -> None:
    world = lite_world
    grow(world)
    handles = {}
    for slug, at in (("small-2026", OPEN), ("small-2027", OPEN + timedelta(days=364))):
        world.clock.at = at
        started = nominating.start(world.ctx(), slug, "frontline", STORY)  # type: ignore[arg-type] # posted texts
        assert started.link is not None
        mine = world.ctx("alice", frozenset({started.link.id}))
        nominating.send(mine, started.entry.handle, started.sheet.revision)
        entry = world.session.get_one(Entry, started.entry.id)
        ctx = world.ctx("adam")
        with transaction(ctx):
            rounds.admit(ctx, entry, rounds.first_round(ctx, entry.category_id))
        jack = world.session.get_one(User, world.people["jack"]).handle
        assigning.assign(ctx, slug, "frontline", "written", entry.handle, jack)
        handles[slug] = world.session.scalars(
            select(Assignment.handle).where(Assignment.entry_id == entry.id)
        ).one()
    dressing.set_colour(
        world.ctx("olive"), "small-2027", "#0b5cc4", seen=stamp(dressing.look_of(season(world, "small-2027")))
    )
    client = world.client("jack")

    queue = client.get("/judge/").get_data(as_text=True)
    cards = {slug: client.get(f"/judge/{handle}").get_data(as_text=True) for slug, handle in handles.items()}

    assert set(re.findall(r"Frontline Hero, (Small Heroes 202\d)", queue)) == {
        "Small Heroes 2026",
        "Small Heroes 2027",
    }
    assert {slug: "/look/0b5cc4.css" in page for slug, page in cards.items()} == {
        "small-2026": False,
        "small-2027": True,
    }
