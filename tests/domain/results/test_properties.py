"""What holds for any marks: found by Hypothesis, not by hand."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.counting import Number
from heroes.domain.results import METHODS, Criterion, Mark, digest, rank
from tests.domain.results.panels import by_mean

Panel = tuple[list[Mark], list[Criterion]]

weights = st.decimals("0.1", "60", places=1)
marks_on_scale = st.decimals("1", "10", places=2)
coarse = st.sampled_from([Decimal(3), Decimal(4), Decimal(5)])
methods = st.sampled_from(["mean", "median", "trimmed-mean"])
any_method = st.sampled_from(sorted(METHODS))


@st.composite
def panels(draw: st.DrawFn, value: st.SearchStrategy[Decimal | None], judges: int = 6) -> Panel:
    """A few entries, judges and criteria; where `value` may give None there are gaps."""
    criteria = [Criterion(f"c{number}", draw(weights)) for number in range(draw(st.integers(1, 3)))]
    marks = [
        Mark(f"e{entry}", f"j{judge}", criterion.name, draw(value))
        for entry in range(draw(st.integers(1, 4)))
        for judge in range(draw(st.integers(1, judges)))
        for criterion in criteria
    ]
    return marks, criteria


gaps = st.one_of(st.none(), coarse, marks_on_scale)


@given(panels(gaps), any_method, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(panel: Panel, method: str, dice: Random) -> None:
    marks, criteria = panel
    shuffled = list(marks)
    dice.shuffle(shuffled)

    assert rank(shuffled, criteria, method=method) == rank(marks, criteria, method=method)
    assert digest(shuffled, criteria, method) == digest(marks, criteria, method)


@given(panels(marks_on_scale))
def test_a_complete_panel_has_the_exact_mean(panel: Panel) -> None:
    marks, criteria = panel
    weight = {criterion.name: Fraction(criterion.weight) for criterion in criteria}

    for standing in by_mean(marks, criteria).entries:
        own = [mark for mark in marks if mark.entry == standing.entry]
        weighted = [weight[mark.criterion] * Fraction(mark.value or 0) for mark in own]
        total = sum(weighted, Fraction(0)) * len(criteria) / len(own)
        score = total / sum(weight.values(), Fraction(0))
        for shown, exact in ((standing.total, total), (standing.score, score)):
            assert shown is not None
            assert abs(Fraction(shown) - exact) <= exact / 10**27


@given(panels(gaps), methods)
def test_ranks_follow_scores_and_equal_ranks_leave_a_hole(panel: Panel, method: str) -> None:
    marks, criteria = panel
    entries = rank(marks, criteria, method=method, entries=["unseen"]).entries
    ranked = [standing for standing in entries if standing.rank is not None]
    places = [standing.rank or 0 for standing in ranked]

    assert {standing.entry for standing in entries} == {mark.entry for mark in marks} | {"unseen"}
    assert places == [1 + sum(other < place for other in places) for place in places] == sorted(places)
    for standing in ranked:
        same = [other for other in ranked if other.rank == standing.rank]
        assert (len(same) > 1) == bool(standing.tie and standing.tie[-1].rule == "equal")
        assert {other.score for other in same} == {standing.score}
    shown = [standing.score or Decimal(0) for standing in ranked]
    assert shown == sorted(shown, reverse=True)
    assert all(s.score is None and s.total is None for s in entries[len(ranked) :])


@given(st.one_of(panels(coarse, 4), panels(marks_on_scale)), methods, st.data())
def test_a_higher_mark_never_harms_in_a_complete_panel(
    panel: Panel, method: str, data: st.DataObject
) -> None:
    marks, criteria = panel
    at = data.draw(st.integers(0, len(marks) - 1))
    raised = list(marks)
    raised[at] = replace(marks[at], value=data.draw(st.decimals(marks[at].value, "10", places=2)))
    entry = marks[at].entry

    before = next(s for s in rank(marks, criteria, method=method).entries if s.entry == entry)
    after = next(s for s in rank(raised, criteria, method=method).entries if s.entry == entry)

    assert before.score is not None
    assert after.score is not None
    assert before.rank is not None
    assert after.rank is not None
    assert after.score >= before.score
    assert after.rank <= before.rank


@given(panels(gaps), st.sampled_from(["mean", "trimmed-mean"]))
def test_the_criteria_add_up_to_the_total(panel: Panel, method: str) -> None:
    marks, criteria = panel
    for standing in rank(marks, criteria, method=method).entries:
        if standing.total is not None:
            parts = sum(
                Fraction(criterion.weight) * Fraction(value.value)
                for criterion, value in zip(criteria, standing.criteria, strict=True)
                if value.value is not None
            )
            assert abs(parts - Fraction(standing.total)) < Fraction(1, 10**20)


@given(panels(gaps), methods)
def test_other_names_change_no_score_and_no_rank(panel: Panel, method: str) -> None:
    marks, criteria = panel
    renamed = [replace(mark, entry="z" + mark.entry[::-1], judge="k" + mark.judge[::-1]) for mark in marks]

    def by_number(rows: list[Mark]) -> dict[str, tuple[int | None, Number | None]]:
        return {
            standing.entry.strip("ze"): (standing.rank, standing.score)
            for standing in rank(rows, criteria, method=method).entries
        }

    assert by_number(renamed) == by_number(marks)
