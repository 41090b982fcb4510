"""What holds for the calibrated mean on any panel."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from heroes.domain.results import METHODS, Criterion, Mark, Standings, rank
from heroes.domain.results.calibrated import read_panelled
from heroes.domain.results.model import Additive
from tests.domain.results.panels import ranks
from tests.domain.results.worlds import SCALE, panel

seeds = st.integers(0, 100_000)
sizes = st.tuples(st.integers(6, 15), st.integers(3, 6), st.integers(2, 3))
calibrated = st.sampled_from(["calibrated", "calibrated-limits"])
few = settings(max_examples=25)


def score_of(standings: Standings) -> dict[str, float]:
    return {one.entry: float(one.score or 0) for one in standings.entries}


@given(seeds, sizes, st.sampled_from(sorted(METHODS)), st.randoms(use_true_random=False))
@few
def test_the_order_of_rows_changes_no_bit(
    seed: int, size: tuple[int, int, int], method: str, dice: Random
) -> None:
    marks = panel(seed, *size)
    shuffled = list(marks)
    dice.shuffle(shuffled)

    assert rank(shuffled, SCALE, method=method, places=3, draws=50) == rank(
        marks, SCALE, method=method, places=3, draws=50
    )


@given(seeds, sizes, calibrated)
@few
def test_other_names_change_scores_by_less_than_a_billionth(
    seed: int, size: tuple[int, int, int], method: str
) -> None:
    marks = panel(seed, *size)
    entries = sorted({mark.entry for mark in marks})
    judges = sorted({mark.judge for mark in marks})
    dice = np.random.RandomState(seed)
    new_entry = dict(zip(entries, [f"x{n:02}" for n in dice.permutation(len(entries))], strict=True))
    new_judge = dict(zip(judges, [f"y{n:02}" for n in dice.permutation(len(judges))], strict=True))
    renamed = [replace(m, entry=new_entry[m.entry], judge=new_judge[m.judge]) for m in marks]
    assume(len(rank(marks, SCALE, draws=0).groups) == 0)
    before, after = (rank(rows, SCALE, method=method, places=3) for rows in (marks, renamed))

    again = score_of(after)
    for one in before.entries:
        assert again[new_entry[one.entry]] == pytest.approx(float(one.score or 0), abs=1e-9)
    chances = {one.entry: one.chance_of_place or 0 for one in after.entries}
    for one in before.entries:
        assert chances[new_entry[one.entry]] == pytest.approx(one.chance_of_place, abs=0.1)


@given(seeds, sizes)
@few
def test_ten_and_three_times_as_much_rescales(seed: int, size: tuple[int, int, int]) -> None:
    marks = panel(seed, *size)
    wide = [Criterion(c.name, c.weight, 10 + 3 * c.low, 10 + 3 * c.high) for c in SCALE]
    scaled = [replace(m, value=10 + 3 * float(m.value or 0)) for m in marks]
    one, other = rank(marks, SCALE, draws=0), rank(scaled, wide, draws=0)

    assert {e: 10 + 3 * score for e, score in score_of(one).items()} == pytest.approx(
        score_of(other), abs=1e-7
    )


@given(seeds, st.integers(4, 9), st.integers(3, 6))
@few
def test_a_complete_panel_keeps_the_plain_order(seed: int, entries: int, judges: int) -> None:
    marks = panel(seed, entries, judges, judges)
    plain, found = (rank(marks, SCALE, method=method, draws=0) for method in ("mean", "calibrated"))

    assert found.method == "calibrated"
    assert ranks(found) == ranks(plain)


@given(seeds, sizes)
@few
def test_a_recusal_is_an_absence(seed: int, size: tuple[int, int, int]) -> None:
    marks = panel(seed, *size)
    gone = (marks[0].entry, marks[0].judge)
    absent = [mark for mark in marks if (mark.entry, mark.judge) != gone]
    recused = [replace(m, value=None) if (m.entry, m.judge) == gone else m for m in marks]

    assert rank(recused, SCALE, places=3, draws=50) == rank(absent, SCALE, places=3, draws=50)


@given(seeds, sizes, st.data())
@few
def test_a_higher_mark_raises_its_entrys_score_at_fixed_ratios(
    seed: int, size: tuple[int, int, int], data: st.DataObject
) -> None:
    marks = panel(seed, *size)
    at = data.draw(st.integers(0, len(marks) - 1))
    assume(float(marks[at].value or 0) < 10)
    lq, lb = data.draw(st.floats(0.05, 20)), data.draw(st.floats(0.05, 20))
    raised = [*marks[:at], replace(marks[at], value=float(marks[at].value or 0) + 1), *marks[at + 1 :]]

    def worth(rows: list[Mark]) -> float:
        found = read_panelled(rows, SCALE)
        model = Additive(found.entry, found.judge, len(found.entries), len(found.judges), found.score)
        solution = model.solve(lq, lb)
        return float(solution.mu + solution.q[found.entries.index(marks[at].entry)])

    assert worth(raised) > worth(marks)


@given(seeds, sizes, st.data())
@settings(max_examples=60)
def test_a_higher_mark_never_worsens_its_entrys_rank(
    seed: int, size: tuple[int, int, int], data: st.DataObject
) -> None:
    marks = panel(seed, *size)
    at = data.draw(st.integers(0, len(marks) - 1))
    raised = [*marks[:at], replace(marks[at], value=10.0), *marks[at + 1 :]]
    before, after = (
        next(
            one.rank
            for one in rank(rows, SCALE, draws=0, across_groups=True).entries
            if one.entry == marks[at].entry
        )
        for rows in (marks, raised)
    )

    assert before is not None
    assert after is not None
    assert after <= before


@given(seeds, st.booleans())
@few
def test_gaps_are_filled_in_floats_as_they_are_in_fractions(seed: int, mixed: bool) -> None:
    dice = np.random.RandomState(seed)
    criteria = [*SCALE, Criterion("Reach", Decimal(30)), Criterion("Unmarked", Decimal(20))]
    if mixed:
        criteria[0] = Criterion("Impact", Decimal(60), Decimal(0), Decimal(20))
    marks = [replace(m, value=None) if dice.uniform() < 0.25 else m for m in panel(seed)]
    marks += [
        Mark(m.entry, m.judge, "Reach", float(dice.randint(1, 11)) if dice.uniform() < 0.7 else None)
        for m in marks
        if m.criterion == "Craft"
    ]
    floats, exact = (
        {
            (one.entry, judge.judge): (judge.score, judge.total, judge.partial, judge.counted)
            for one in rank(marks, criteria, method=method, draws=0, across_groups=True).entries
            for judge in one.judges
        }
        for method in ("calibrated", "mean")
    )
    assume(floats.keys() == exact.keys())

    assert {key: value[2:] for key, value in floats.items()} == {
        key: value[2:] for key, value in exact.items()
    }
    for key, (score, total, _, _) in exact.items():
        assert floats[key][:2] == pytest.approx((score, total), abs=1e-9)
