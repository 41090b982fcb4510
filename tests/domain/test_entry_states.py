"""The table as data, and the face that an entry shows to people outside the staff."""

import itertools

import pytest

from heroes.domain.entry_states import (
    ENDED_SEASON_ACTS,
    JUDGED,
    NEED_WORDS,
    RULES,
    TERMINAL,
    Act,
    Face,
    Need,
    State,
    face,
)
from heroes.domain.roles import Role
from tests import state_oracle


def test_the_table_is_the_designs() -> None:
    table = {
        rule.act.value: (
            frozenset(s.value if s else None for s in rule.sources),
            rule.target.value,
            frozenset(role.value for role in rule.who),
        )
        for rule in RULES.values()
    }
    entering = frozenset({"nominator", "member", "admin", "import"})
    entrant = frozenset({"nominator", "member", "admin"})
    admin = frozenset({"admin"})
    who = {
        "start": entering,
        "submit": entering,
        "resubmit": entering,
        "withdraw": entrant,
        "restore": entrant,
        "shortlist": admin | {"chair"},
    }
    assert table == {
        act: (frozenset(sources), target, who.get(act, admin))
        for act, (sources, target) in state_oracle.FROM_TO.items()
    }


def test_nothing_is_declared_that_is_not_used() -> None:
    assert set(RULES) == set(Act)
    assert {need for rule in RULES.values() for need in rule.needs} == set(Need) == set(NEED_WORDS)
    assert {role for rule in RULES.values() for role in rule.who} <= set(Role)
    assert {a.value for a in ENDED_SEASON_ACTS} == {"reconsider", "revoke", "disqualify", "withdraw"}


def test_every_state_can_be_reached_and_the_terminal_ones_are_those_with_nothing_left_to_decide() -> None:
    assert {rule.target for rule in RULES.values()} == set(State)
    assert {s.value for s in State} - {s.value for s in TERMINAL} == {
        "draft",
        "submitted",
        "returned",
        "shortlisted",
    }


TABLE_OF_FACES = {
    # state: before any release, after the shortlist, after the outcomes
    "submitted": (Face.IN_JUDGING, Face.IN_JUDGING, Face.IN_JUDGING),
    "shortlisted": (Face.IN_JUDGING, Face.SHORTLISTED, Face.SHORTLISTED),
    "not_shortlisted": (Face.IN_JUDGING, Face.NOT_SHORTLISTED, Face.NOT_SHORTLISTED),
    "awarded": (Face.IN_JUDGING, Face.SHORTLISTED, Face.AWARDED),
    "not_awarded": (Face.IN_JUDGING, Face.SHORTLISTED, Face.FINALIST),
}


def test_the_face_is_as_released() -> None:
    shown = {
        state.value: tuple(
            face(state, judging_started=True, shortlist_released=s, outcomes_released=o)
            for s, o in ((False, False), (True, False), (True, True))
        )
        for state in JUDGED
    }
    assert shown == TABLE_OF_FACES


def test_without_a_shortlist_release_in_judging_lasts_until_the_outcomes() -> None:
    after = {
        s.value: face(s, judging_started=True, shortlist_released=False, outcomes_released=True)
        for s in JUDGED
    }
    assert after == {state: faces[2] for state, faces in TABLE_OF_FACES.items()}


@pytest.mark.parametrize("started", [False, True])
def test_before_a_release_the_judged_states_are_one(started: bool) -> None:
    shown = {
        face(s, judging_started=started, shortlist_released=False, outcomes_released=False) for s in JUDGED
    }
    assert shown == {Face.IN_JUDGING if started else Face.SUBMITTED}


def test_everything_else_is_told_at_once() -> None:
    told = set(State) - JUDGED
    for state, (started, shortlist, outcomes) in itertools.product(
        told, itertools.product((False, True), repeat=3)
    ):
        shown = face(state, judging_started=started, shortlist_released=shortlist, outcomes_released=outcomes)
        assert shown.value == state.value
