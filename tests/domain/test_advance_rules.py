"""How entries go on: what can be said, in which words, and whom it proposes."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.advance_rules import BadAdvance, Stands, as_data, parse_advance, propose, sentence


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "The organisers decide who goes on."),
        ({"by": "hand"}, "The organisers decide who goes on."),
        ({"by": "places", "places": 1}, "The best entry goes on, and any that is level with it."),
        (
            {"by": "places", "places": 1200},
            "The 1,200 best entries go on, and any that is level with the last of them.",
        ),
        ({"by": "score", "at_least": "62.5"}, "Every entry that reaches 62.5 out of 100 goes on."),
        ({"by": "score", "at_least": 70}, "Every entry that reaches 70 out of 100 goes on."),
        ({"by": "yes", "at_least": 1}, "Every entry to which at least one judge says yes goes on."),
        ({"by": "yes", "at_least": 2}, "Every entry to which at least 2 judges say yes goes on."),
    ],
)
def test_a_rule_has_a_sentence_and_is_kept_as_the_same(data: dict[str, Any], said: str) -> None:
    rule = parse_advance(data)
    assert sentence(rule) == said
    assert parse_advance(as_data(rule)) == rule


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"by": "luck"},
        {"by": ["places"]},
        {"by": "places"},
        {"by": "places", "places": 0},
        {"by": "places", "places": True},
        {"by": "places", "places": "3"},
        {"by": "places", "places": 3, "at_least": 3},
        {"by": "hand", "places": 3},
        {"by": "score", "at_least": "100.01"},
        {"by": "score", "at_least": "NaN"},
        {"by": "score", "at_least": "many"},
        {"by": "yes", "at_least": 1.5},
        {"places": 3},
    ],
)
def test_anything_else_is_refused(data: Any) -> None:
    with pytest.raises(BadAdvance):
        parse_advance(data)


FIELD = [
    Stands("a", 1, Decimal(90), yes=3),
    Stands("b", 2, Decimal(80), yes=1),
    Stands("c", 2, Decimal(80), yes=2),
    Stands("d", 4, Decimal("69.999"), yes=2),
    Stands("e", None, None, yes=0),
]


def test_those_level_on_the_line_go_on_together_and_it_is_said() -> None:
    found = propose(parse_advance({"by": "places", "places": 2}), FIELD)
    assert (found.chosen, found.level) == ({"a", "b", "c"}, {"b", "c"})
    assert found.said == (
        "2 entries share place 2, which is the line. They are level after every tie-break, so they go on together:"
        " 3 entries instead of 2."
    )
    assert found.reasons == {
        "a": "Place 1, 2 places",
        "b": "Place 2, 2 places",
        "c": "Place 2, 2 places",
        "d": "Place 4, 2 places",
        "e": "No result yet",
    }
    whole = propose(parse_advance({"by": "places", "places": 3}), FIELD)
    assert (whole.chosen, whole.level, whole.said) == ({"a", "b", "c"}, set(), "")


def test_a_score_below_the_line_never_reads_as_one_that_reaches_it() -> None:
    found = propose(parse_advance({"by": "score", "at_least": 70}), FIELD)
    assert found.chosen == {"a", "b", "c"}
    assert found.reasons["d"] == "69.99 out of 100, 70 needed"


def test_so_many_times_yes() -> None:
    found = propose(parse_advance({"by": "yes", "at_least": 2}), FIELD)
    assert found.chosen == {"a", "c", "d"}
    assert found.reasons["b"] == "1 yes, 2 needed"


def test_by_hand_nobody_is_proposed() -> None:
    assert propose(parse_advance({}), FIELD).chosen == set()


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 12))
def test_equals_are_never_parted(scores: list[int], places: int) -> None:
    """Places as a ranking gives them: one more than how many are better."""
    field = [
        Stands(str(n), 1 + sum(other > score for other in scores), Decimal(score))
        for n, score in enumerate(scores)
    ]
    found = propose(parse_advance({"by": "places", "places": places}), field)
    taken = {one.score for one in field if one.key in found.chosen}
    left = {one.score for one in field if one.key not in found.chosen}
    assert not taken & left
    assert len(found.chosen) >= min(places, len(field))
    assert bool(found.said) == (len(found.chosen) > places)
