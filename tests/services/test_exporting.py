"""The queue as a file: every row of the view, for staff, without reading more than a few hundred at a time."""

import pytest

from heroes.models.queue_pages import Filters
from heroes.services import exporting
from heroes.services.refusals import NotFound
from tests.counting import statements
from tests.crowd import add_crowd, add_one
from tests.world import World

SEASON = "small-2026"


def test_every_row_of_the_view_is_there_once(world: World) -> None:
    handles = add_crowd(world, 1203)
    add_one(world, "draft")
    rows = list(exporting.queue(world.ctx("audrey"), SEASON, Filters()).rows)
    assert rows[0] == exporting.QUEUE_HEAD
    references = [row[0] for row in rows[1:]]
    assert len(references) == len(set(references)) == len(handles)
    assert all(len(row) == len(exporting.QUEUE_HEAD) for row in rows)


def test_a_filter_holds_for_the_file_as_well(lite_world: World) -> None:
    add_crowd(lite_world, 12)
    add_one(lite_world, "withdrawn")
    rows = list(exporting.queue(lite_world.ctx("adam"), SEASON, Filters(state="withdrawn")).rows)
    assert [row[6] for row in rows[1:]] == ["withdrawn"]


def test_rows_are_read_as_they_are_taken(lite_world: World) -> None:
    add_crowd(lite_world, 1203, judges=0)
    export = exporting.queue(lite_world.ctx("adam"), SEASON, Filters())
    with statements(lite_world) as sent:
        taken = [next(export.rows) for _ in range(3)]
    assert (len(taken), len(sent)) == (3, 1)


@pytest.mark.parametrize("who", ["jill", "chloe", "bob", "stranger"])
def test_only_staff_export(lite_world: World, who: str) -> None:
    with pytest.raises(NotFound):
        exporting.queue(lite_world.ctx(who), SEASON, Filters())
