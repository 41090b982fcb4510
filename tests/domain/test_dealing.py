"""Dealing: even loads as far as that can be, forbidden pairs never, the same hand for the same seed."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.dealing import Connected, Pair, Person, Short, connection, deal


def squares(loads: dict[int, int]) -> int:
    return sum(load * load for load in loads.values())


def best(
    entries: list[int], judges: list[int], per_entry: int, forbidden: set[Pair], loads: dict[int, int]
) -> int:
    """The slow, obvious oracle: try every way to give each entry its judges, keep the most even one."""
    choices = []
    for entry in entries:
        able = [judge for judge in judges if (entry, judge) not in forbidden]
        choices.append(list(combinations(able, min(per_entry, len(able)))))
    lowest = None
    for hand in product(*choices):
        counted = dict(loads)
        for given_to in hand:
            for judge in given_to:
                counted[judge] += 1
        lowest = squares(counted) if lowest is None else min(lowest, squares(counted))
    assert lowest is not None
    return lowest


@given(
    entries=st.integers(1, 5),
    judges=st.integers(1, 4),
    per_entry=st.integers(1, 3),
    forbidden=st.sets(st.tuples(st.integers(1, 5), st.integers(1, 4)), max_size=10),
    start=st.lists(st.integers(0, 4), min_size=4, max_size=4),
    seed=st.text(max_size=3),
)
def test_loads_are_as_even_as_they_can_be_and_no_forbidden_pair_is_dealt(
    entries: int, judges: int, per_entry: int, forbidden: set[Pair], start: list[int], seed: str
) -> None:
    people, wanted = list(range(1, judges + 1)), list(range(1, entries + 1))
    loads = {judge: start[judge - 1] for judge in people}
    dealt = deal(wanted, people, per_entry, forbidden=forbidden, loads=loads, seed=seed)
    assert not set(dealt.pairs) & forbidden
    assert len(set(dealt.pairs)) == len(dealt.pairs)
    for entry in wanted:
        able = sum((entry, judge) not in forbidden for judge in people)
        got = sum(pair[0] == entry for pair in dealt.pairs)
        missing = next((s.missing for s in dealt.short if s.entry == entry), 0)
        assert (got, missing) == (min(able, per_entry), max(0, per_entry - able))
    counted = {judge: loads[judge] + sum(pair[1] == judge for pair in dealt.pairs) for judge in people}
    assert dict(dealt.loads) == counted
    assert squares(counted) == best(wanted, people, per_entry, forbidden, loads)


def test_a_hand_follows_from_its_seed_and_not_from_the_order_of_the_arguments() -> None:
    hand = deal(range(20), range(5), 2, seed="one").pairs
    assert hand == deal(reversed(range(20)), reversed(range(5)), 2, seed="one").pairs
    assert hand != deal(range(20), range(5), 2, seed="two").pairs


def test_what_an_entry_has_is_kept_and_counts() -> None:
    existing = [(1, 1), (1, 2), (2, 1)]
    dealt = deal([1, 2], [1, 2, 3], 2, existing=existing, loads={1: 2, 2: 1, 3: 0}, seed="s")
    assert dealt.pairs == ((2, 3),)
    assert dealt.loads == {1: 2, 2: 1, 3: 1}
    assert dealt.short == ()


def test_more_judges_than_are_asked_for_are_not_taken_away() -> None:
    existing = [(1, 1), (1, 2), (1, 3)]
    assert deal([1], [1, 2, 3], 2, existing=existing, loads=dict.fromkeys((1, 2, 3), 1)).pairs == ()


def test_a_judge_who_left_the_panel_still_counts_for_the_entry_that_they_have() -> None:
    assert deal([1], [2], 1, existing=[(1, 9)]).pairs == ()


@pytest.mark.parametrize(
    "judges,forbidden,reason",
    [
        ([], set(), "The panel has no judges."),
        ([1], set(), "The panel has only 1."),
        ([1, 2], {(7, 2)}, "The panel has 2, and one judge is connected with it or stepped back."),
        ([1, 2, 3], {(7, 2), (7, 1)}, "The panel has 3, and 2 judges are connected with it or stepped back."),
    ],
)
def test_a_short_entry_says_why(judges: list[int], forbidden: set[Pair], reason: str) -> None:
    dealt = deal([7], judges, 2, forbidden=forbidden)
    able = len(judges) - len(forbidden)
    assert dealt.short == (Short(7, 2 - able, reason),)


def test_an_entry_with_few_possible_judges_still_gets_them() -> None:
    forbidden = {(3, 1), (3, 2)}
    dealt = deal([1, 2, 3], [1, 2, 3, 4], 2, forbidden=forbidden, seed="x")
    assert {judge for entry, judge in dealt.pairs if entry == 3} == {3, 4}
    assert sorted(dealt.loads.values()) == [1, 1, 2, 2]


EVERYTHING = Connected(1, organisation=10, workspace=20, starter=30, nominator="a@x", nominee="n@x")
EMPLOYED = "works for the organisation that is nominated or that entered it"
ENTERED = "entered it, or belongs to the organisation that did"


@pytest.mark.parametrize(
    "judge,why",
    [
        (Person(1), None),
        (Person(1, "me@x", 99, frozenset({98})), None),
        (Person(1, employer=10), EMPLOYED),
        (Person(1, employer=20), EMPLOYED),
        (Person(1, workspaces=frozenset({20})), ENTERED),
        (Person(1, workspaces=frozenset({10})), None),
        (Person(30), ENTERED),
        (Person(1, "a@x"), "is named in it"),
        (Person(1, "n@x"), "is named in it"),
    ],
)
def test_a_connection_bars_a_judge(judge: Person, why: str | None) -> None:
    assert connection(judge, EVERYTHING) == why


def test_what_is_unknown_of_both_is_no_connection() -> None:
    assert connection(Person(1, email_key=""), Connected(1)) is None
