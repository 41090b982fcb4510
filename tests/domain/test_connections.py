"""Who must not judge what, from what is known of both."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.connections import Connected, Person, connected_pairs, connection

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


some = st.none() | st.integers(1, 3)
mail = st.sampled_from(["", "a@x", "b@x"])
people = st.builds(
    Person, st.integers(1, 4), st.none() | mail, some, st.frozensets(st.integers(1, 3), max_size=2)
)


@given(
    st.lists(people, unique_by=lambda person: person.id),
    st.lists(st.builds(Connected, st.integers(), some, some, some, mail, mail), unique_by=lambda e: e.id),
)
def test_all_connected_pairs_are_found(judges: list[Person], entries: list[Connected]) -> None:
    slowly = {(e.id, j.id) for e, j in product(entries, judges) if connection(j, e) is not None}
    assert connected_pairs(judges, entries) == slowly
