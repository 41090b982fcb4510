"""One result of several rounds: written 50, live 50, in the places that are decided on."""

from decimal import Decimal

import pytest
from sqlalchemy import select, update

from heroes.models import Assignment, Category, Entry, Mark, Round, Tally
from heroes.services import deciding, rounds, tallies
from heroes.services.boards import Board
from heroes.services.refusals import Faster
from heroes.services.standings import standings, table
from heroes.services.transactions import transaction
from tests.judging import handed_in
from tests.outcomes import eligible
from tests.world import FINAL_JUDGED, JUDGED, JUDGING, World

TEAMS = ("small-2026", "teams")
LIVE = FINAL_JUDGED.replace(day=10)


def final(world: World, written: dict[str, str], live: dict[str, str], shares: tuple[int, int]) -> Board:
    """Teams judged twice by one judge, each criterion alike; both rounds have shares and the final is closed."""
    for position, share in enumerate(shares, 1):
        world.session.execute(
            update(Round)
            .where(Round.position == position, Round.category_id == Category.id, Category.slug == "teams")
            .values(share=share)
        )
    world.session.commit()
    entries = {name: eligible(world, name, "teams") for name in written}
    world.clock.at = JUDGING
    for name, mark in written.items():
        handed_in(world, entries[name], "jack", outcome=mark, learning=mark)
    world.clock.at = JUDGED
    world.computed()
    board = standings(world.ctx("adam"), *TEAMS, "written")
    chosen = {line.entry.handle: line.entry.version for line in board.lines}
    deciding.shortlist(
        world.ctx("adam"), *TEAMS, "written", run=board.quoted, chosen=chosen, rest={}, reason="All of them."
    )
    rounds.open_final(world.ctx("adam"), *TEAMS)
    world.clock.at = LIVE
    for name, mark in live.items():
        world.session.refresh(entries[name])
        handed_in(world, entries[name], "jack", outcome=mark, learning=mark)
    world.computed()
    world.clock.at = FINAL_JUDGED
    return standings(world.ctx("adam"), *TEAMS, "final")


def places(board: Board) -> list[tuple[str, int | None, Decimal | None, tuple[Decimal | None, ...]]]:
    return [(line.entry.title, line.place, line.points, line.parts) for line in board.lines]


def points(*values: int) -> tuple[Decimal, ...]:
    return tuple(Decimal(value) for value in values)


def test_places_and_points_are_those_of_both_rounds_together(world: World) -> None:
    board = final(
        world, {"One": "9", "Two": "7", "Three": "6"}, {"One": "5", "Two": "8", "Three": "8"}, (50, 50)
    )
    # Alone the final has Two and Three level at 80, and One last at 50.
    assert places(board) == [
        ("Two", 1, Decimal(75), points(70, 80)),
        ("One", 2, Decimal(70), points(90, 50)),
        ("Three", 2, Decimal(70), points(60, 80)),
    ]
    assert [(share.slug, share.percent) for share in board.blend] == [("written", 50), ("final", 50)]
    # What a bundle holds is the round alone, which anybody can work out again from its marks.
    assert [line.standing.score for line in board.lines] == [Decimal(8), Decimal(5), Decimal(8)]
    assert deciding.suggested(world.ctx("adam"), board) == {board.lines[0].entry.handle: "winner"}
    world.session.rollback()
    client = world.client("adam")
    page = "/admin/small-2026/results/teams/final"
    one = board.lines[1].entry.handle
    for address, said in (
        (page, "Final panel 50 %"),
        (f"{page}/award", "Round 1, written 90"),
        (f"{page}/why/{one}", "This is Final panel alone."),
        (f"{page}.csv", '"round: Round 1, written, 50 %"'),
    ):
        assert said in " ".join(client.get(address).text.split()), address


def test_the_chair_of_one_panel_learns_nothing_of_the_other_round(lite_world: World) -> None:
    final(lite_world, {"One": "9", "Two": "7"}, {"One": "5", "Two": "8"}, (90, 10))
    seen = table(lite_world.ctx("chloe"), *TEAMS, "final")
    assert seen.blend == ()
    assert places(seen) == [("Two", 1, Decimal(80), ()), ("One", 2, Decimal(50), ())]


def test_a_late_change_in_an_earlier_round_moves_the_blend_and_stops_a_press(lite_world: World) -> None:
    world = lite_world
    board = final(world, {"One": "9", "Two": "7"}, {"One": "5", "Two": "8"}, (50, 50))
    assert [line.entry.title for line in board.lines] == ["Two", "One"]
    written = world.session.scalars(
        select(Round).join(Category).where(Category.slug == "teams", Round.position == 1)
    ).one()
    two = world.session.scalars(select(Entry).where(Entry.title == "Two")).one()
    with transaction(world.ctx("system")):
        world.session.execute(
            update(Mark)
            .where(
                Mark.assignment_id.in_(
                    select(Assignment.id).where(
                        Assignment.round_id == written.id, Assignment.entry_id == two.id
                    )
                )
            )
            .values(value=Decimal(3))
        )
        tallies.marks_changed(world.ctx("system"), two.season_id, two.category_id, [written.id])
    with pytest.raises(Faster, match="Round 1, written"):
        deciding.same_board(world.ctx("adam"), *TEAMS, "final", board.quoted)
    world.session.rollback()
    world.computed()  # the written round, which wakes the final
    world.computed()
    assert [line.entry.title for line in standings(world.ctx("adam"), *TEAMS, "final").lines] == [
        "One",
        "Two",
    ]
    assert world.session.scalar(
        select(Tally.count).where(Tally.kind == "marks", Tally.value == str(written.id))
    )


def test_an_entry_that_one_round_did_not_score_has_no_place(lite_world: World) -> None:
    board = final(lite_world, {"One": "9", "Two": "7"}, {"One": "5"}, (50, 50))
    assert places(board) == [
        ("One", 1, Decimal(70), points(90, 50)),
        ("Two", None, None, (Decimal(70), None)),
    ]
