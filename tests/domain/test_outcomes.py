"""Outcome rules: what is read, what is refused and where, and the sentences that state them."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heroes.domain.outcomes import (
    BadRule,
    Measure,
    OutcomeRule,
    levels_in_short,
    parse_outcome_rule,
    sentences,
)

CHECK: dict[str, Any] = {
    "levels": [
        {"key": "distinction", "name": "Distinction", "at_least": 90, "floor": 75},
        {"key": "merit", "name": "Merit", "at_least": 80, "floor": 65},
        {"key": "accredited", "name": "Accredited", "at_least": 70, "floor": 55},
    ],
    "floors": {"safety": 60},
    "one_per_organisation": True,
}
HERO: dict[str, Any] = {
    "shortlist_places": 6,
    "shortlist_at_least": 65,
    "minimum_field": 3,
    "levels": [
        {"key": "winner", "name": "Hero", "places": 1},
        {"key": "commended", "name": "Highly commended", "places": 2},
    ],
}
MEASURES = [Measure("access", "Access"), Measure("safety", "Safety"), Measure("reach", "Reach", Decimal(58))]


def test_a_rule_of_the_old_shape_means_what_it_meant() -> None:
    rule = parse_outcome_rule(HERO)
    assert (
        rule.places,
        rule.limited,
        rule.shortlist_places,
        rule.shortlist_at_least,
        rule.minimum_field,
    ) == (
        {"winner": 1, "commended": 2},
        3,
        6,
        65,
        3,
    )
    assert (rule.benchmark, rule.no_award, rule.one_per_organisation) == (False, True, False)


def test_each_part_has_its_sentence() -> None:
    assert sentences(parse_outcome_rule(HERO), MEASURES[:2]) == [
        "Hero: the best entry.",
        "Highly commended: the next best 2 entries.",
        "Shortlist: 6 places at the most, at 65 out of 100 or above.",
        "At least 3 eligible entries, or it is not judged.",
        "There may be no award.",
        "Scores are compared unrounded.",
    ]
    assert sentences(parse_outcome_rule(CHECK), MEASURES) == [
        "Distinction: every entry at 90 out of 100 or above with no criterion under 75 of 100.",
        "Merit: every entry at 80 out of 100 or above with no criterion under 65 of 100.",
        "Accredited: every entry at 70 out of 100 or above with no criterion under 55 of 100.",
        "Safety: at least 60 of 100, for any award.",
        "Reach: at least 58 of 100, for any award.",
        "An organisation is awarded for one of its entries at the most: the best.",
        "Whoever does not reach it is told what is missing, and is named on no page.",
        "Scores are compared unrounded.",
    ]
    both = {
        "levels": [
            {"key": "w", "name": "Winner", "places": 1, "at_least": 72.5},
            {"key": "c", "name": "Commended", "at_least": 70},
        ],
        "no_award": False,
        "one_per_person": True,
    }
    assert sentences(parse_outcome_rule(both), []) == [
        "Winner: the best entry, at 72.5 out of 100 or above.",
        "Commended: every entry at 70 out of 100 or above.",
        "Where the same person would be awarded twice, whoever decides is told before.",
        "There is always an award.",
        "Scores are compared unrounded.",
    ]
    assert [levels_in_short(parse_outcome_rule(one)) for one in (HERO, CHECK, both)] == [
        "1 hero, up to 2 highly commended",
        "Distinction from 90, Merit from 80, Accredited from 70",
        "1 winner, Commended from 70",
    ]


LEVEL = {"key": "a", "name": "A", "places": 1}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "an outcome rule is a table of settings"),
        ({}, "levels: an outcome rule needs at least one level"),
        ({"levels": "ab"}, "levels: a list of tables is wanted"),
        ({"levels": ["a"]}, "levels, 1: a table is wanted"),
        ({"levels": [{"key": "a", "places": 1}]}, "levels, 1: name: it is missing"),
        ({"levels": [LEVEL | {"key": "k" * 41}]}, "levels, 1: key: it is longer than 40 characters"),
        (
            {"levels": [{"key": "a", "name": "A"}]},
            "levels, 1: it needs places, or something to reach: at_least or floor",
        ),
        ({"levels": [LEVEL | {"places": 0}]}, "levels, 1: places: a whole number from 1 to 10,000 is wanted"),
        (
            {"levels": [LEVEL | {"places": True}]},
            "levels, 1: places: a whole number from 1 to 10,000 is wanted",
        ),
        ({"levels": [LEVEL | {"at_least": 101}]}, "levels, 1: at_least: 101 is not from 0 to 100"),
        ({"levels": [LEVEL | {"at_least": "70"}]}, "levels, 1: at_least: a number is wanted"),
        ({"levels": [LEVEL | {"floor": Decimal("sNaN")}]}, "levels, 1: floor: sNaN is not from 0 to 100"),
        ({"levels": [LEVEL | {"floor": -1}]}, "levels, 1: floor: -1 is not from 0 to 100"),
        (
            {"levels": [LEVEL | {"floor": Decimal("1e-900")}]},
            "levels, 1: floor: 6 digits after the point at the most are wanted",
        ),
        ({"levels": [LEVEL | {"colour": "gold"}]}, "levels, 1: colour: there is no such setting"),
        ({"levels": [LEVEL, LEVEL]}, "levels, 2: key: two levels have the same key 'a'"),
        (
            {"levels": [LEVEL, {"key": "b", "name": "B", "places": 2, "at_least": 60}]},
            "levels, 2: at_least: B asks more than A, the better level",
        ),
        (
            {"levels": [LEVEL | {"places": None, "floor": 5}, {"key": "b", "name": "B", "floor": 5}]},
            "levels, 2: nobody could ever get B: whoever reaches it gets A",
        ),
        ({"levels": [LEVEL], "floors": {"safety": 101}}, "floors: safety: 101 is not from 0 to 100"),
        ({"levels": [LEVEL], "floors": [1]}, "floors: a table of criterion and share is wanted"),
        ({"levels": [LEVEL], "no_award": "no"}, "no_award: true or false is wanted"),
        (
            {"levels": [LEVEL], "minimum_field": 2.5},
            "minimum_field: a whole number from 0 to 10,000 is wanted",
        ),
        ({"levels": [LEVEL], "quota": 1}, "quota: there is no such setting"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_place(data: Any, said: str) -> None:
    with pytest.raises(BadRule, match=f"^{re.escape(said)}$"):
        parse_outcome_rule(data)


_NAMES = ["levels", "key", "name", "places", "at_least", "floor", "floors", "shortlist_places", "no_award"]
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 101) | st.floats() | st.text(max_size=3) | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from(_NAMES), _ANY) | _ANY)
def test_whatever_is_handed_over_is_a_rule_or_a_refusal(data: Any) -> None:
    try:
        rule = parse_outcome_rule(data)
    except BadRule:
        return
    assert isinstance(rule, OutcomeRule)
    assert sentences(rule, [])
