"""States on screen: a word and an icon for each, and never the word that hurts."""

from pathlib import Path

from heroes.domain.entry_states import State
from heroes.web.kit import art, states

THEME = Path(__file__).parents[3] / "heroes/static/theme.css"


def test_every_state_has_a_sign_and_there_are_three_more_for_what_is_public() -> None:
    assert set(states.STATES) == {*State, "in_judging", "finalist", "working_towards"}


def test_every_sign_has_a_drawn_icon_and_every_state_a_colour() -> None:
    tables = (states.STATES, states.SCREENINGS, states.SCORECARDS)
    assert {sign.icon for table in tables for sign in table.values()} - set(art.ICONS) == set()
    theme = THEME.read_text()
    assert [state for state in states.STATES if f".is-{state}" not in theme] == []


def test_no_two_states_look_and_read_alike() -> None:
    # An entry in the state not_awarded is a finalist, and that is what everybody reads.
    signs = {key: sign for key, sign in states.STATES.items() if key != "not_awarded"}
    assert len({sign.word for sign in signs.values()}) == len(signs)
    assert states.STATES["not_awarded"].word == states.STATES["finalist"].word
