"""How far a number may be from what another processor makes of it, and no further."""

from typing import Any

import pytest

from heroes.domain.bundles.comparing import Comparing


def compared(stated: Any, found: Any, draws: int = 1000) -> tuple[bool, bool]:
    """(near enough, equal to the last bit)"""
    comparing = Comparing(draws)
    comparing.look("x", "", stated, found)
    return comparing.first is None, comparing.first is None and comparing.identical


EQUAL, NEAR, OTHER = (True, True), (True, False), (False, False)


@pytest.mark.parametrize(
    "stated, found, verdict",
    [
        (0.1, 0.1, EQUAL),
        (1, 1.0, EQUAL),
        (0.1, 0.1 + 1e-12, NEAR),
        (1e12, 1e12 + 1e-4, NEAR),
        (0.1, 0.1 + 1e-8, OTHER),
        (1e12, 1e12 + 1e5, OTHER),
        (1.0, 1, OTHER),
        (True, 1.0, OTHER),
        (True, 1, OTHER),
        ("0.1", 0.1, OTHER),
        ("7.5", "7.50", OTHER),
        (None, 0.0, OTHER),
        (3, 4, OTHER),
    ],
)
def test_floats_may_differ_in_the_last_bits_and_nothing_else_may(
    stated: Any, found: Any, verdict: tuple[bool, bool]
) -> None:
    assert compared({"score": stated}, {"score": found}) == verdict


@pytest.mark.parametrize("name", ["chance_of_place", "chance_of_best", "chance_above_next"])
def test_a_chance_may_move_by_two_draws(name: str) -> None:
    near = [compared({name: 0.5}, {name: 0.5 + more}) for more in (0, 0.001, 0.002, 0.003, -0.002, -0.003)]
    assert near == [EQUAL, NEAR, NEAR, OTHER, NEAR, OTHER]
    assert compared({name: 0.5}, {name: 0.52}, draws=100) == NEAR
    assert [compared({name: odd}, {name: 0.5}) for odd in (None, "0.5", True)] == [OTHER] * 3
    assert compared({name: 1}, {name: 0.999}) == NEAR


@pytest.mark.parametrize("name", ["low", "high"])
def test_an_intervals_end_may_move_by_one_rank(name: str) -> None:
    assert [compared({name: 7}, {name: end}) for end in (7, 8, 6, 9, 5)] == [EQUAL, NEAR, NEAR, OTHER, OTHER]
    assert [compared({name: odd}, {name: 7}) for odd in (None, 7.5, "7", True)] == [OTHER] * 4
    assert compared({"rank": 7}, {"rank": 8}) == OTHER


def test_a_band_may_change_only_with_its_chance() -> None:
    stated = {"chance_of_place": 0.9, "band": "in"}
    assert compared(stated, {"chance_of_place": 0.899, "band": "grey"}) == NEAR
    assert compared(stated, {"chance_of_place": 0.9, "band": "grey"}) == OTHER
    assert compared(stated, {"chance_of_place": 0.899, "band": "in"}) == NEAR
    assert compared(stated, {"chance_of_place": 0.899, "band": None}) == OTHER
    assert compared(stated, {"chance_of_place": 0.8, "band": "grey"}) == OTHER


def test_a_clear_winner_is_one_only_with_the_chance_for_it() -> None:
    stated = {"entries": [{"chance_of_best": 0.8}], "clear": True}
    assert compared(stated, {"entries": [{"chance_of_best": 0.799}], "clear": False}) == NEAR
    assert compared(stated, {"entries": [{"chance_of_best": 0.8}], "clear": False}) == OTHER
    assert compared(stated, {"entries": [{"chance_of_best": 0.7}], "clear": False}) == OTHER
    assert compared(stated, {"entries": [], "clear": None}) == OTHER
    assert compared({"entries": [], "clear": True}, {"entries": [], "clear": None}) == OTHER


def test_nothing_may_be_missing_or_added() -> None:
    whole: dict[str, Any] = {"a": [1, 2], "b": {"c": None}}
    parts: list[Any] = [
        {"a": [1, 2]},
        {"a": [1], "b": {"c": None}},
        {"a": [1, 2], "b": {}},
        {"a": {}, "b": {"c": None}},
        [],
    ]
    for part in parts:
        assert compared(part, whole) == OTHER
        assert compared(whole, part) == OTHER
    assert compared(whole, whole) == EQUAL
