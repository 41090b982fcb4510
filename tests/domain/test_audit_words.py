"""Every act that a season's trail can hold is said in words."""

import ast

from heroes.domain.audit_words import ACT_WORDS, act_words
from heroes.domain.entry_states import Act
from tests.house.project import ROOT

OUTSIDE_SEASONS = ("account.", "organisation.", "programme.", "role.")
"""Acts of the installation's own trail, which no page shows."""


def noted():
    """Every act written out in a call of `note` (or of a module's own `_note`) in the services."""
    found = set()
    for path in (ROOT / "heroes" / "services").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("note", "_note"):
                found |= {
                    a.value
                    for a in node.args[1:2]
                    if isinstance(a, ast.Constant) and isinstance(a.value, str)
                }
    return found


def test_every_act_of_a_season_has_words():
    missing = {act for act in noted() if act not in ACT_WORDS and not act.startswith(OUTSIDE_SEASONS)}
    assert missing == set()
    assert {f"entry.{act.value}" for act in Act} <= set(ACT_WORDS)
    assert {"entry.screen", "season.load", "scorecard.submit"} <= noted()


def test_an_act_without_words_is_said_as_it_is_kept():
    assert act_words("entry.shortlist") == "shortlisted"
    assert act_words("some_new.act") == "some new: act"


def test_nobody_is_rejected():
    assert [words for words in ACT_WORDS.values() if "reject" in words] == []
