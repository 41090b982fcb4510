"""The law of section 4 that is about code: one committer, one door, reading requests that cannot write."""

import ast
from pathlib import Path

from tests.house.project import ROOT

PACKAGE = ROOT / "heroes"


def calls_of(name: str) -> set[str]:
    """Files of the package that call a method of this name."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                found.add(str(path.relative_to(PACKAGE)))
    return found


def test_only_the_transaction_helper_commits():
    assert calls_of("commit") == {"services/transactions.py"}


def test_only_the_pipeline_the_visits_and_the_migrations_open_transactions_of_their_own():
    allowed = {"web/kit/pipeline.py", "web/kit/visits.py", "migrations/steps.py"}
    assert calls_of("begin") <= allowed


def test_the_check_sees_a_planted_commit(tmp_path, monkeypatch):
    (tmp_path / "planted.py").write_text("def f(session):\n    session.commit()\n")
    monkeypatch.setattr("tests.house.test_one_committer.PACKAGE", tmp_path)
    assert calls_of("commit") == {"planted.py"}


def test_no_file_is_a_drawer():
    names = {path.stem for path in PACKAGE.rglob("*.py")} & {"utils", "util", "helpers", "common", "misc"}
    assert names == set()


def test_the_package_is_where_we_look():
    assert Path(PACKAGE / "app.py").exists()
