"""A set-up leaves as one readable file and comes back as the same set-up, byte for byte."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from heroes.models import Entry, Panel, PanelMember, Programme, Season, User
from heroes.services.refusals import Invalid, NotFound
from heroes.services.season_exports import document_of, export, text_of
from heroes.services.season_files import load_season, parse_season
from heroes.services.starting import SEASONS, Wanted, start
from tests.world import HERE, World

FILES = sorted([*SEASONS.glob("*.toml"), HERE / "data" / "small_season.toml"])
NEXT = Wanted("small-heroes", "Small Heroes 2027", "2027", "2027-03-04", "small-2027", "SH-27")


def renamed(text: str, slug: str) -> str:
    """The same file for an installation that has its season already."""
    season = parse_season(text)["season"]
    return text.replace(f'slug = "{season["slug"]}"', f'slug = "{slug}"', 2).replace(
        f'reference = "{season["reference"]}"', f'reference = "{slug.upper()}"'
    )


def taken_out(world: World, text: str) -> str:
    """What comes out of a season that was made from this text."""
    season = load_season(world.ctx("system"), parse_season(text), opened=False)
    return text_of(document_of(world.session, season))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_taken_out_comes_back_byte_for_byte(lite_world: World, path: Path) -> None:
    first = renamed(taken_out(lite_world, renamed(path.read_text(), "first")), "second")
    assert taken_out(lite_world, first) == first


def people(world: World, slug: str) -> list[tuple[str, str, str]]:
    rows = world.session.execute(
        select(Panel.slug, User.name, PanelMember.role)
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .join(User, User.id == PanelMember.user_id)
        .join(Season, Season.id == Panel.season_id)
        .where(Season.slug == slug)
    )
    return sorted((row[0], row[1], row[2]) for row in rows)


def test_a_copy_has_everything_but_the_entries_and_keeps_its_weekdays(world: World) -> None:
    world.submitted()
    ctx = world.ctx("olive")
    old = parse_season(export(ctx, "small-2026"))
    copy = start(ctx, "copy-small-2026", NEXT)
    first = export(ctx, "small-2027")
    new = parse_season(first)

    assert copy.opened_at is None
    assert people(world, "small-2027") == people(world, "small-2026") != []
    assert world.session.scalar(select(func.count()).where(Entry.season_id == copy.id)) == 0
    for name in ("opens", "closes", "judging_starts", "shortlist_release", "outcome_release"):
        was, now = old["season"].pop(name), new["season"].pop(name)
        assert (now - was).days == 52 * 7
        assert (now.weekday(), now.time()) == (was.weekday(), was.time())
    assert new["season"].pop("slug") == "small-2027"
    changed = {"name": "Small Heroes 2027", "year": 2027, "reference": "SH-27"}
    assert new["season"] == {k: v for k, v in old["season"].items() if k != "slug"} | changed
    for part in ("programme", "scale", "score_set", "panel", "form"):
        assert new[part] == old[part]
    again = renamed(first, "again")
    assert taken_out(world, again) == again


def test_a_time_that_the_clocks_skip_next_year_comes_an_hour_later(lite_world: World) -> None:
    # In 2027 the clocks go forward on 28 March; 52 weeks before, half past one on 29 March 2026 is no time either.
    text = export(lite_world.ctx("olive"), "small-2026").replace(
        "judging_starts = 2026-06-11 09:00:00", "judging_starts = 2026-03-30 09:00:00"
    )
    text = text.replace("closes = 2026-05-22 17:00:00", "closes = 2026-04-05 01:30:00", 1)
    wanted = Wanted("small-heroes", "Small Heroes 2027", "2027", "2027-02-22", "small-2027", "SH-27")
    start(lite_world.ctx("olive"), "file", wanted, text)
    new = parse_season(export(lite_world.ctx("olive"), "small-2027"))
    assert str(new["season"]["closes"]) == "2027-03-28 02:30:00"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format = 1\n[season\n", "line 2"),
        ("format = 1\nx = " + "[" * 5000, "too deep"),
        ("format = 1\nx = " + "9" * 5000, "digits"),
        ("format = 2\n", "format must be 1"),
        ("format = 1\n", "programme: it is missing"),
        ('format = 1\nprogramme = "x"\nseason = 3\n', "programme: a table is wanted"),
    ],
)
def test_a_broken_or_hostile_file_is_refused_with_the_place_named(
    lite_world: World, text: str, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        start(lite_world.ctx("olive"), "file", NEXT, text)
    assert set(refused.value.errors) == {"file"}
    assert said in refused.value.errors["file"]
    assert lite_world.session.scalars(select(Season.slug)).all() == ["small-2026"]


def test_every_field_that_does_not_fit_is_named(lite_world: World) -> None:
    wanted = Wanted("small-heroes", " ", "soon", "tomorrow", "Admin!", "SH 27?", "Mars/Olympus")
    with pytest.raises(Invalid) as refused:
        start(lite_world.ctx("olive"), "empty", wanted)
    assert set(refused.value.errors) == {"name", "slug", "reference", "year", "timezone", "opens_on"}


@pytest.mark.parametrize("who", ["bob", "jack", "stranger"])
def test_a_stranger_to_the_programme_starts_nothing(lite_world: World, who: str) -> None:
    with pytest.raises(NotFound):
        start(lite_world.ctx(who), "empty", NEXT)


def test_a_season_that_is_begun_changes_no_page_of_one_that_is_open(lite_world: World) -> None:
    shared, old = ("sectors", "about", "words"), lite_world.season()
    programme = lite_world.session.scalars(select(Programme).where(Programme.slug == NEXT.programme)).one()
    programme.sectors, programme.words = [], {}
    lite_world.session.commit()
    empty = [getattr(programme, name) for name in shared]
    start(lite_world.ctx("olive"), "ready-service-health-check", NEXT)
    assert [getattr(programme, name) for name in shared] == empty

    old.opened_at = None
    lite_world.session.commit()
    start(lite_world.ctx("olive"), "ready-service-health-check", replace(NEXT, slug="next", reference="NX"))
    assert (programme.words["judge"], programme.sectors[0]) == ("assessor", "Energy")
