"""Would another rule, another panel or another mark have decided otherwise?"""

from dataclasses import replace

import pytest

from heroes.domain.results import Fairness, Mark, Standings, fairness, rank
from tests.domain.results.panels import ONE
from tests.domain.results.worlds import SCALE, panel, review


def places_of(standings: Standings) -> dict[str, int | None]:
    return {one.entry: one.rank for one in standings.entries}


def top(standings: Standings, places: int) -> set[str]:
    return {one.entry for one in standings.entries if one.rank is not None and one.rank <= places}


def test_one_harsh_judge_on_half_the_entries_is_named_as_the_cause_of_a_flip() -> None:
    # Ten entries in order; H reads the odd ones and gives four points less than everybody else.
    marks = []
    for entry in range(10):
        for judge in ("A", "B", "C", *(["H"] if entry % 2 else ["D"])):
            value = 9 - 0.4 * entry - (4 if judge == "H" else 0) + 0.05 * "ABCDH".index(judge)
            marks.append(Mark(f"e{entry}", judge, "Impact", value))
    found = fairness(marks, ONE, rank(marks, ONE), places=2)

    assert [(flip.up, flip.down, flip.line, flip.cause) for flip in found.flips] == [("e1", "e2", 2, "H")]
    flip = found.flips[0]
    assert flip.leniency == pytest.approx(-3.1, abs=0.5)
    assert flip.share == pytest.approx(1, abs=0.35)


def test_orders_are_those_of_the_methods() -> None:
    marks = panel(4, entries=15, judges=7, reviews=6)
    found = fairness(marks, SCALE, rank(marks, SCALE), places=4)

    assert list(found.orders) == ["mean", "calibrated", "trimmed-mean", "median"]
    for method in ("mean", "calibrated", "median"):
        exact = places_of(rank(marks, SCALE, method=method, draws=0))
        level = {entry for entry, place in exact.items() if found.orders[method][entry] != place}
        # Ties are broken in a result and shared in a comparison.
        assert all(found.orders[method][entry] < (exact[entry] or 0) for entry in level)
        assert len(level) <= 5


def test_the_order_of_the_method_used_is_that_of_the_result() -> None:
    marks = panel(4, whole=True)
    standings = rank(marks, SCALE, method="mean")

    assert fairness(marks, SCALE, standings, places=4).orders["mean"] == places_of(standings)


@pytest.mark.parametrize("method", ["mean", "median", "trimmed-mean"])
def test_leaving_a_judge_out_is_what_ranking_without_them_gives(method: str) -> None:
    marks = panel(4, entries=14, judges=8, reviews=7, whole=False)
    standings = rank(marks, SCALE, method=method, draws=0)
    found = fairness(marks, SCALE, standings, places=4)

    assert found.judges_left_out == 8
    expected = {}
    for judge in sorted({mark.judge for mark in marks}):
        without = rank([m for m in marks if m.judge != judge], SCALE, method=method, draws=0)
        came, fell = top(without, 4) - top(standings, 4), top(standings, 4) - top(without, 4)
        first = without.entries[0].entry
        other = first if first != standings.entries[0].entry else None
        if came or fell or other:
            expected[judge] = (tuple(sorted(came)), tuple(sorted(fell)), other)
    assert {one.judge: (one.came_in, one.fell_out, one.first) for one in found.without} == expected
    assert expected
    for one in found.without:
        after = places_of(rank([m for m in marks if m.judge != one.judge], SCALE, method=method, draws=0))
        assert all(move.after == after[move.entry] for move in one.changes)
        assert all(move.before == places_of(standings)[move.entry] for move in one.changes)


def test_an_entry_that_only_one_judge_read_has_no_place_without_them() -> None:
    marks = [
        *panel(4, entries=8, judges=4),
        Mark("best", "j00", "Impact", 10.0),
        Mark("best", "j00", "Craft", 10.0),
    ]
    found = fairness(marks, SCALE, rank(marks, SCALE, method="mean", draws=0), places=2)

    without = next(one for one in found.without if one.judge == "j00")
    assert "best" in without.fell_out
    assert next(move for move in without.changes if move.entry == "best").after is None


def test_a_deciding_mark_turns_where_it_is_said_to() -> None:
    marks = panel(6, whole=False)
    standings = rank(marks, SCALE, method="mean", draws=0)
    found = fairness(marks, SCALE, standings, places=4)

    assert found.deciding
    for one in found.deciding:
        for step, turned in ((0.001, True), (-0.001, False)):
            further = one.turns_at + step * (1 if one.turns_at > one.gave else -1)
            changed = [
                replace(m, value=further)
                if (m.entry, m.judge, m.criterion) == (one.entry, one.judge, one.criterion)
                else m
                for m in marks
            ]
            again = rank(changed, SCALE, method="mean", draws=0)
            inside = one.entry in top(standings, one.line)
            assert (one.entry in top(again, one.line)) is (not inside if turned else inside), one


def test_a_deciding_mark_of_a_calibrated_result_closes_the_gap_at_the_same_ratios() -> None:
    marks = panel(6, whole=False)
    standings = rank(marks, SCALE, draws=0)
    one = fairness(marks, SCALE, standings, places=4).deciding[0]
    changed = [
        replace(m, value=one.turns_at)
        if (m.entry, m.judge, m.criterion) == (one.entry, one.judge, one.criterion)
        else m
        for m in marks
    ]
    # The ratios are fitted anew here, so the two are only nearly level.
    score = {e.entry: float(e.score or 0) for e in rank(changed, SCALE, draws=0).entries}
    before = {e.entry: float(e.score or 0) for e in standings.entries}

    gap = abs(before[one.entry] - before[one.rival])
    assert abs(score[one.entry] - score[one.rival]) < 0.2 * gap


def test_nothing_to_report() -> None:
    empty = Fairness(2, {}, (), (), 0, ())

    assert fairness([], SCALE, rank([], SCALE), places=2) == empty
    alone = fairness(review("0A7"), ONE, rank(review("0A7"), ONE), places=2)
    assert alone == replace(empty, orders={"mean": {"e0": 1}, "median": {"e0": 1}})
    with pytest.raises(ValueError, match="places"):
        fairness([], SCALE, rank([], SCALE), places=0)
