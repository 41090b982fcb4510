"""The review queue: filters, order, pages read by key, totals that are kept, and the same view as a file."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy.engine.cursor
from sqlalchemy import text

from heroes.models import Entry
from heroes.models.queue_pages import Cursor
from heroes.services import screening
from heroes.web.admin.queue import cursor_of, text_of
from tests.counting import statements
from tests.crowd import add_crowd, add_one
from tests.world import OPEN, World

QUEUE = "/admin/small-2026/queue"


def shown(page: str) -> list[str]:
    """The handles of the rows of a page, in their order."""
    return re.findall(r'<a class="who-cell" href="/admin/entry/([^"]+)"', page)


def get(world: World, path: str, who: str = "adam") -> str:
    response = world.client(who).get(path)
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


@pytest.fixture
def some(lite_world: World) -> dict[str, Entry]:
    """Eight entries that differ in whatever the queue can filter by."""
    world = lite_world
    made = {
        "new": world.submitted(title="Night Desk").entry,
        "team": add_one(world, "submitted", category="teams", title="Team Blue"),
        "back": add_one(world, "returned"),
        "gone": add_one(world, "withdrawn"),
        "won": add_one(world, "awarded", title="Zed Winner"),
        "draft": add_one(world, "draft", title="Not Yet"),
    }
    none, partly, whole = (world.session.get_one(Entry, _id(world, h)) for h in add_crowd(world, 3, judges=2))
    return made | {"none": none, "partly": partly, "whole": whole}


def _id(world: World, handle: str) -> int:
    return int(
        world.session.execute(text("SELECT id FROM entries WHERE handle = :h"), {"h": handle}).scalar_one()
    )


ALL = {"new", "team", "back", "gone", "won", "none", "partly", "whole"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ALL),
        ("state=submitted", {"new", "team", "none", "partly", "whole"}),
        ("state=to_screen", {"new"}),
        ("state=returned", {"back"}),
        ("state=withdrawn", {"gone"}),
        ("state=draft", {"draft"}),
        ("state=awarded", {"won"}),
        ("category=teams", {"team"}),
        ("category=nothing", ALL),
        ("screening=unchecked", {"new"}),
        ("progress=none&category=frontline&state=submitted", {"none"}),
        ("progress=some", {"partly"}),
        ("progress=all", {"whole"}),
        ("q=night+desk", {"new"}),
        ("q=nig+des", {"new"}),
        ("q=nobody", set()),
        ("q=teatime&category=teams", {"team"}),
        ("organisation=larkfield+WATER&state=to_screen", {"new"}),
        ("organisation=nowhere", set()),
        ("state=awarded&category=teams", set()),
        ("state=rejected&sort=sideways&progress=x&screening=y", ALL),
    ],
)
def test_a_filter_shows_exactly_what_it_says(
    lite_world: World, some: dict[str, Entry], query: str, names: set[str]
) -> None:
    handles = {entry.handle: name for name, entry in some.items()}
    found = shown(get(lite_world, f"{QUEUE}?{query}"))
    assert {handles[handle] for handle in found} == names
    assert len(found) == len(names)


def test_a_reference_finds_its_entry(lite_world: World, some: dict[str, Entry]) -> None:
    assert shown(get(lite_world, f"{QUEUE}?q={some['new'].reference}")) == [some["new"].handle]


@pytest.mark.parametrize("sort", ["newest", "oldest", "title", "fewest"])
@pytest.mark.parametrize("query", ["", "state=draft"])
def test_pages_follow_each_other_without_a_gap_in_both_directions(
    world: World, sort: str, query: str
) -> None:
    handles = set(add_crowd(world, 120, state="draft" if query else "submitted"))
    if sort == "title":
        world.session.execute(text("UPDATE entries SET title = 'The same' WHERE id % 2 = 0"))
        world.session.commit()
    client = world.client("adam")
    path, forwards, pages = f"{QUEUE}?sort={sort}&{query}", [], []
    while path:
        page = client.get(path).get_data(as_text=True)
        pages.append(shown(page))
        forwards += shown(page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        back = re.search(r'href="([^"]+)" rel="prev"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert (len(forwards), set(forwards), [len(p) for p in pages]) == (120, handles, [50, 50, 20])
    assert back is not None
    page = client.get(back[1].replace("&amp;", "&")).get_data(as_text=True)
    assert shown(page) == pages[1]
    back = re.search(r'href="([^"]+)" rel="prev"', page)
    assert back is not None
    first = client.get(back[1].replace("&amp;", "&")).get_data(as_text=True)
    assert shown(first) == pages[0]
    assert 'rel="prev"' not in first


def test_the_orders_are_what_they_are_called(lite_world: World) -> None:
    world = lite_world
    handles = add_crowd(world, 8)

    def order(sort: str) -> list[int]:
        return [handles.index(h) for h in shown(get(world, f"{QUEUE}?sort={sort}"))]

    assert order("newest") == list(range(8))
    assert order("oldest") == list(range(7, -1, -1))
    assert order("fewest") == [0, 4, 1, 5, 2, 6, 3, 7]
    titles: dict[str, str] = dict(world.session.execute(text("SELECT handle, title FROM entries")).all())
    assert order("title") == sorted(range(8), key=lambda n: titles[handles[n]])


def tabs(page: str) -> dict[str, int]:
    found = re.findall(r'<li><a href="/admin/small-2026/queue\?[^"]*"[^>]*>([^<]+) <b>([\d,]+)</b>', page)
    return {word: int(count) for word, count in found}


def test_the_totals_of_the_tabs_are_right(lite_world: World, some: dict[str, Entry]) -> None:
    page = get(lite_world, QUEUE)
    assert tabs(page) == {
        "All received": 8,
        "To screen": 1,
        "Submitted": 5,
        "Returned": 1,
        "Shortlisted": 0,
        "Awarded": 1,
        "Withdrawn": 1,
        "Drafts": 1,
    }
    for word, state in (("Submitted", "submitted"), ("To screen", "to_screen"), ("Drafts", "draft")):
        assert len(shown(get(lite_world, f"{QUEUE}?state={state}"))) == tabs(page)[word]


def test_the_totals_move_with_screening(lite_world: World, some: dict[str, Entry]) -> None:
    entry = some["new"]
    screening.screen(lite_world.ctx("adam"), entry.handle, "eligible", "", entry.version)
    assert tabs(get(lite_world, QUEUE))["To screen"] == 0


@contextmanager
def fetched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows are taken from the database inside, by every way in which SQLAlchemy takes them."""
    taken: list[int] = []
    kind = sqlalchemy.engine.cursor.CursorFetchStrategy
    for cls in {kind, *kind.__subclasses__()}:
        for name in ("fetchall", "fetchmany", "fetchone"):
            if name in vars(cls):
                monkeypatch.setattr(cls, name, counted(vars(cls)[name], taken))
    yield taken
    monkeypatch.undo()


def counted(original: Any, taken: list[int]) -> Any:
    def fetching(*args: Any, **kwargs: Any) -> Any:
        rows = original(*args, **kwargs)
        taken.append(len(rows) if isinstance(rows, list) else int(rows is not None))
        return rows

    return fetching


@pytest.mark.parametrize(
    "path", ["", "?q=maureen", "?sort=fewest&progress=some", "?sort=title&organisation=lark"]
)
def test_neither_statements_nor_rows_grow_with_the_season(
    world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for more in (320, 1680):
        add_crowd(world, more, judges=2)
        client = world.client("adam")
        with statements(world) as sent, fetched(monkeypatch) as taken:
            page = client.get(f"{QUEUE}{path}").get_data(as_text=True)
        found.append((len(sent), sum(taken), len(shown(page))))
    assert found[0] == found[1]
    assert found[0][0] == 7
    assert found[0][2] == 50
    assert 51 < found[0][1] < 75


def test_hostile_addresses_are_answered_with_the_first_page(world: World) -> None:
    add_crowd(world, 3)
    client = world.client("adam")
    for at in (
        "x",
        "=",
        "WyJkIiwxLDIsM10",
        "W10",
        "bnVsbA",
        "🐙",
        "WyJ2IiwiXHUwMDAwIiwxLGZhbHNlXQ",
        "A" * 5000,
    ):
        response = client.get(
            QUEUE, query_string={"at": at, "q": "\x00'\"<script>", "organisation": "\x00%_"}
        )
        assert response.status_code == 200
        assert b"<script>&" not in response.data


@pytest.mark.parametrize("value", [OPEN, "Maureen", 3])
def test_a_cursor_travels_and_comes_back(value: object) -> None:
    cursor = Cursor(value, 17, back=True)  # type: ignore[arg-type] # one of its kinds
    assert cursor_of(text_of(cursor)) == cursor


def rows_of(world: World, query: str = "", who: str = "adam") -> list[list[str]]:
    response = world.client(who).get(f"/admin/small-2026/queue.csv?{query}")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == 'attachment; filename="small-2026-queue.csv"'
    body = response.get_data(as_text=True)
    assert body.startswith("\ufeff")
    return list(csv.reader(io.StringIO(body[1:], newline="")))


def test_the_file_has_every_row_of_the_view_and_no_formula(lite_world: World) -> None:
    world = lite_world
    add_one(world, "submitted", title='=HYPERLINK("http://evil.example")', nominator_name="＋1")
    add_crowd(world, 70)
    rows = rows_of(world)
    assert len(rows) == 72
    assert {len(row) for row in rows} == {16}
    risky = next(row for row in rows if "HYPERLINK" in row[1])
    assert (risky[1], risky[14]) == ('\'=HYPERLINK("http://evil.example")', "'＋1")
    assert len(rows_of(world, "q=hyperlink")) == 2
    assert [row[6] for row in rows_of(world, "state=draft", "audrey")[1:]] == []


@pytest.mark.parametrize("path", [QUEUE, "/admin/small-2026/queue.csv"])
def test_the_queue_is_for_staff(lite_world: World, path: str) -> None:
    statuses = {
        who: lite_world.client(who).get(path).status_code
        for who in ("olive", "adam", "audrey", "chloe", "jill", "bob")
    }
    assert statuses == {"olive": 200, "adam": 200, "audrey": 200, "chloe": 404, "jill": 404, "bob": 404}


def test_an_auditor_is_offered_no_bulk_act(lite_world: World) -> None:
    add_crowd(lite_world, 2)
    assert "data-choose" not in get(lite_world, QUEUE, "audrey").replace("data-choosing", "")
    assert "data-choose" in get(lite_world, QUEUE).replace("data-choosing", "")


def test_an_empty_queue_says_so(lite_world: World) -> None:
    assert "Nothing has come in yet." in get(lite_world, QUEUE)
