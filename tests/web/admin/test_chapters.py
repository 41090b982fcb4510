"""Chapters of a season: asked for where there are two, seen by staff, and never taken away from under entries."""

from sqlalchemy import select

from heroes.models import Entry
from tests.web.admin.test_look import PAGE, send
from tests.world import STORY, World, post

FORM = "/small-2026/frontline/nominate"
FACTS = {"part": "season", "name": "Small Heroes 2026", "year": "2026"}


def chapters(world: World, data: dict[str, object]) -> tuple[int, str]:
    """Post the season's form."""
    return send(world, PAGE, FACTS | data, PAGE, 'id="season"')


def test_a_season_without_two_chapters_says_nothing_of_them(lite_world: World) -> None:
    world = lite_world
    assert chapters(world, {"added": ["North", "", ""]})[0] == 303

    pages = [
        world.client().get(address).get_data(as_text=True) for address in (FORM, "/small-2026/frontline/")
    ]
    pages.append(world.client("adam").get("/admin/small-2026/queue").get_data(as_text=True))

    assert [page for page in pages if "hapter" in page] == []
    assert (
        world.client("adam").get("/admin/small-2026/queue.csv").get_data(as_text=True).count("chapter") == 0
    )


def test_a_nomination_says_its_chapter_and_staff_see_it(lite_world: World) -> None:
    world = lite_world
    assert chapters(world, {"added": ["North", "South"]})[0] == 303
    client = world.client()

    without = post(client, FORM, STORY | {"act": "check"})
    wrong = world.nominate(chapter="West")
    world.submitted(chapter="South", title="Sam Poole")

    assert (without.status_code, "Choose one of these." in without.get_data(as_text=True)) == (422, True)
    assert wrong.entry.chapter == "West"
    admin = world.client("adam")
    south = admin.get("/admin/small-2026/queue?chapter=South").get_data(as_text=True)
    north = admin.get("/admin/small-2026/queue?chapter=North").get_data(as_text=True)
    assert ("Sam Poole" in south, "Sam Poole" in north) == (True, False)
    head, *rows = admin.get("/admin/small-2026/queue.csv").get_data(as_text=True).splitlines()
    assert head.lstrip("\ufeff").split(",")[4:6] == ["sector", "chapter"]
    assert [row.split(",")[5] for row in rows] == ["South"]
    entry = world.session.scalars(select(Entry).where(Entry.chapter == "South")).one()
    assert "Chapter: South" in admin.get(f"/admin/entry/{entry.handle}").get_data(as_text=True)


def test_a_renamed_chapter_keeps_its_entries_and_one_in_use_goes_only_with_somewhere_for_them(
    lite_world: World,
) -> None:
    world = lite_world
    assert chapters(world, {"added": ["North", "South"]})[0] == 303
    world.submitted(chapter="North")
    world.submitted(chapter="South", title="Sam Poole")

    def where() -> dict[str, str]:
        rows = world.session.execute(select(Entry.title, Entry.chapter))
        return {title: chapter for title, chapter in rows}  # noqa: C416 (a row is no pair to dict)

    # Both at once change names with each other: each entry follows its own.
    assert chapters(world, {"chapter-0": "South", "chapter-1": "North"})[0] == 303
    assert where() == {"Maureen Okafor": "South", "Sam Poole": "North"}

    status, page = chapters(world, {"chapter-0": "", "chapter-1": "North"})
    assert (status, "1 entry is in “South”. Choose where it goes." in page) == (422, True)
    assert chapters(world, {"chapter-0": "", "chapter-1": "North", "goes-0": "South"})[0] == 422
    assert chapters(world, {"chapter-0": "North", "chapter-1": "north"})[0] == 422
    assert where() == {"Maureen Okafor": "South", "Sam Poole": "North"}

    assert (
        chapters(world, {"chapter-0": "", "chapter-1": "North", "goes-0": "North", "added": ["East"]})[0]
        == 303
    )

    assert where() == {"Maureen Okafor": "North", "Sam Poole": "North"}
    assert world.season().chapters == ["North", "East"]
