"""Every act that a trail can hold is said in words."""

import ast
import re

import pytest

from heroes.domain.audit_words import ACT_WORDS, act_words, news, of_it
from heroes.domain.entry_states import Act
from tests.house.project import ROOT

MADE_UP = {
    "entry.{moved.act.value}": {f"entry.{act.value}" for act in Act},
    "release.{release.kind}": {"release.shortlist", "release.outcomes"},
    "season.{part}": {f"season.{part}" for part in ("programme", "season", "texts", "words")},
}
"""Acts whose name is put together when they happen: how the code says it, and everything that it can become."""

SHAPE = re.compile(r"[a-z]+\.(?:[a-z_]+|\{[a-z_.]+\})")


def rooms() -> set[str]:
    """The first halves of all acts: what stands before the point."""
    return {act.partition(".")[0] for act in ACT_WORDS}


def text_of(node: ast.AST) -> str | None:
    """A text as the code has it, with {names} where something is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return ast.unparse(node)[2:-1]
    return None


def noted() -> set[str]:
    """Every act that the services, the jobs and the commands write out, wherever in a module it stands."""
    found: set[str] = set()
    for room in ("services", "jobs", "cli"):
        for path in (ROOT / "heroes" / room).glob("*.py"):
            tree = ast.parse(path.read_text())
            if "note" not in {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}:
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("note", "_note"):
                    texts = {text for text in map(text_of, node.args[1:2]) if text}
                    found |= {text for text in texts if SHAPE.fullmatch(text) and text not in MADE_UP}
                text = text_of(node)
                if text and SHAPE.fullmatch(text) and text.partition(".")[0] in rooms():
                    found |= MADE_UP.get(text, {text})
    return found


def test_every_act_that_is_recorded_anywhere_has_words() -> None:
    assert noted() - set(ACT_WORDS) == set()
    assert {f"entry.{act.value}" for act in Act} <= set(ACT_WORDS)
    assert {"entry.screen", "season.load", "scorecard.submit", "account.sign_in", "role.remove"} <= noted()


def test_no_words_are_kept_for_an_act_that_nobody_does() -> None:
    assert set(ACT_WORDS) - noted() == set()


@pytest.mark.parametrize("act", sorted(ACT_WORDS))
def test_words_are_no_machines(act: str) -> None:
    for words in (act_words(act), of_it(act)):
        assert re.fullmatch(r"[a-z][a-z '-]+:?( it)?", words), words
        assert "reject" not in words


def test_an_act_without_words_is_said_as_it_is_kept() -> None:
    assert act_words("entry.shortlist") == "shortlisted"
    assert act_words("some_new.act") == "some new: act"


def test_on_a_page_about_one_entry_it_is_it() -> None:
    acts = ("scorecard.submit", "judging.remove", "entry.not_shortlist", "entry.screen", "entry.reminders")
    assert [of_it(act) for act in acts] == [
        "submitted a scorecard for it",
        "took a judge off it",
        "did not shortlist it",
        "screened it",
        "turned its reminders on or off",
    ]


def test_the_faster_one_is_told_of_in_words() -> None:
    given = ("not_shortlist", "scorecard.submit", "saved the answers")
    assert [news(what) for what in given] == [
        "did not shortlist it",
        "submitted a scorecard for it",
        "saved the answers",
    ]
