"""Who is linked with whom."""

import numpy as np
import pytest

from heroes.domain.counting import Group
from heroes.domain.results import linking
from heroes.domain.results.linking import groups_of, holding_together, second_eigenvalue


def test_groups_are_listed_by_entries_and_then_by_name() -> None:
    entry, judge = np.array([0, 1, 2, 3, 4, 4]), np.array([0, 1, 1, 2, 3, 4])
    found = groups_of(entry, judge, ("a", "b", "c", "d", "e"), ("p", "q", "r", "s", "t"))

    assert found.groups == (
        Group(("b", "c"), ("q",)),
        Group(("a",), ("p",)),
        Group(("d",), ("r",)),
        Group(("e",), ("s", "t")),
    )
    assert found.entry.tolist() == [1, 0, 0, 2, 3]
    assert found.judge.tolist() == [1, 0, 2, 3, 3]
    assert not found.whole


def ring(judges: int) -> tuple[np.ndarray, np.ndarray]:
    """Every entry is read by a judge and the next one, around in a ring."""
    return np.repeat(np.arange(judges), 2), np.stack(
        [np.arange(judges), (np.arange(judges) + 1) % judges], 1
    ).ravel()


def test_the_second_eigenvalue_of_a_ring_is_the_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for judges in (5, 12, 40):
        exact = 1 - np.cos(2 * np.pi / judges)
        assert second_eigenvalue(*ring(judges), judges, judges) == pytest.approx(exact, abs=1e-9)
        monkeypatch.setattr(linking, "_SMALL", 3)
        assert second_eigenvalue(*ring(judges), judges, judges) == pytest.approx(exact, abs=1e-3)
        monkeypatch.undo()


def test_it_is_nothing_where_judges_fall_apart_and_unknown_for_two() -> None:
    assert second_eigenvalue(np.array([0, 1, 2]), np.array([0, 1, 2]), 3, 3) == 0.0
    assert second_eigenvalue(np.array([0, 0]), np.array([0, 1]), 1, 2) is None


def test_who_holds_the_panel_together() -> None:
    # A chain of judges 0 - 1 - 2 - 3: without 1 or 2 it falls apart.
    entry, judge = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 2, 2, 3])

    assert holding_together(entry, judge, 3, 4).tolist() == [1, 2]
    assert holding_together(*ring(6), 6, 6).tolist() == []
    assert holding_together(np.array([0, 0]), np.array([0, 1]), 1, 2).tolist() == []
