"""Where the remaining reviews go."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heroes.domain.results import Mark, next_reviews, rank
from tests.domain.results.panels import ONE
from tests.domain.results.worlds import SCALE, panel, review


def reviews_of(marks: list[Mark]) -> Counter[str]:
    return Counter(entry for entry, _ in {(mark.entry, mark.judge) for mark in marks})


def test_they_go_to_the_line() -> None:
    marks = panel(9, entries=40, judges=10, reviews=2)
    chance = {one.entry: one.chance_of_place or 0 for one in rank(marks, SCALE, places=8).entries}

    extra = next_reviews(marks, SCALE, places=8, budget=20)

    assert sum(extra.values()) == 20
    doubtful = sorted(chance, key=lambda entry: abs(chance[entry] - 0.5))
    assert set(doubtful[:4]) <= set(extra)
    assert not {entry for entry in extra if chance[entry] < 0.02}


def test_each_goes_where_doubt_by_reviews_is_largest() -> None:
    # Nobody is above or below the line when there is a place for all but one of level entries: p is the same for all,
    # so that the reviews there are decide alone.
    marks = review("0A5 0B5 0C5 1A5 1B5 2A5")

    assert next_reviews(marks, ONE, places=1, budget=3) == {"e1": 1, "e2": 2}
    assert next_reviews(marks, ONE, places=1, budget=4, cap=2) == {"e2": 1}
    assert next_reviews(marks, ONE, places=1, budget=0) == {}


def test_an_entry_without_a_review_comes_first() -> None:
    marks = [*panel(9), Mark("unread", "j00", "Impact", None)]

    assert next_reviews(marks, SCALE, places=4, budget=1) == {"unread": 1}
    assert next_reviews(panel(9), SCALE, places=4, budget=1, entries=["e00", "new"]) == {"new": 1}
    assert next_reviews([], SCALE, places=4, budget=5) == {}


@given(
    st.integers(0, 100),
    st.integers(0, 60),
    st.integers(1, 6),
    st.integers(1, 14),
    st.randoms(use_true_random=False),
)
@settings(max_examples=25)
def test_never_beyond_budget_or_cap_and_the_same_for_any_order(
    seed: int, budget: int, cap: int, places: int, dice: Random
) -> None:
    marks = panel(seed, entries=10, judges=5, reviews=2)
    extra = next_reviews(marks, SCALE, places=places, budget=budget, cap=cap, seed=seed)
    there = reviews_of(marks)
    room = sum(max(0, cap - there[entry]) for entry in there)

    assert sum(extra.values()) == min(budget, room)
    assert all(more > 0 and there[entry] + more <= cap for entry, more in extra.items())
    shuffled = list(marks)
    dice.shuffle(shuffled)
    assert next_reviews(shuffled, SCALE, places=places, budget=budget, cap=cap, seed=seed) == extra


@pytest.mark.parametrize("more", [{"places": 0}, {"budget": -1}, {"cap": 0}, {"places": True}, {"seed": -1}])
def test_a_number_that_makes_no_sense_is_refused(more: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(more))):
        next_reviews(panel(1), SCALE, **({"places": 1, "budget": 1} | more))  # type: ignore[arg-type]
