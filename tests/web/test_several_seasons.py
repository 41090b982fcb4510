"""Two programmes with two seasons each: every page in its own look and words, and a way from one to another."""

import re
from typing import Any

from sqlalchemy import inspect, select

from heroes.models import Programme, Season
from heroes.services import describing, dressing, rule_cards, starting
from heroes.services.describing import stamp
from heroes.services.starting import Wanted
from heroes.services.transactions import transaction
from tests.world import World


def grow(world: World) -> None:
    """Beside small-2026: a second season of its programme, and another programme with two; all of them open."""
    ctx = world.ctx("olive")
    starting.add_programme(ctx, "bright", "Bright Lights", "The Lamp Society", "")
    for programme, name, slug in (
        ("small-heroes", "Small Heroes 2027", "small-2027"),
        ("bright", "Bright Lights 2026", "bright-2026"),
        ("bright", "Bright Lights 2027", "bright-2027"),
    ):
        starting.start(
            ctx, "copy-small-2026", Wanted(programme, name, name[-4:], "2027-03-01", slug, slug.upper())
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
