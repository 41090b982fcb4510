"""The floors hold: the contracts in pyproject.toml are kept, and each goes red when something breaks it."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.project import ROOT, project_files

DOWN, CIRCLES, PURE, DEEDS, SMALL = (
    "Imports go down only",
    "No circles, on no floor",
    "What is true needs no server",
    "People's deeds know nothing of requests",
    "A web worker never imports scipy",
)
NAMES = [DOWN, CIRCLES, PURE, DEEDS, SMALL]
FLOORS = ["cli", "web", "jobs", "services", "models", "adapters", "domain"]


def verdicts(folder: Path) -> dict[str, str]:
    """What import-linter says of the package in a folder, by the beginning of each contract's name."""
    said = subprocess.run(
        [
            str(Path(sys.executable).with_name("lint-imports")),
            "--no-cache",
            "--config",
            str(ROOT / "pyproject.toml"),
        ],
        cwd=folder,
        env={**os.environ, "COLUMNS": "400", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = dict(re.findall(r"^(.*) (KEPT|BROKEN)\b", said, flags=re.MULTILINE))
    return {name: next(verdict for full, verdict in found.items() if full.startswith(name)) for name in NAMES}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small sound house with the real one's floors."""
    for floor in ["", *FLOORS]:
        (tmp_path / "heroes" / floor).mkdir(exist_ok=True)
        (tmp_path / "heroes" / floor / "__init__.py").write_text("")
    (tmp_path / "heroes" / "app.py").write_text("from heroes import web\n")
    (tmp_path / "heroes" / "domain" / "results").mkdir()
    for name in ("domain/entries", "domain/rules", "domain/results/__init__", "services/scoring"):
        (tmp_path / "heroes" / f"{name}.py").write_text("")
    return tmp_path


def test_the_house_keeps_its_contracts() -> None:
    assert verdicts(ROOT) == dict.fromkeys(NAMES, "KEPT")


def test_a_sound_house_passes(house: Path) -> None:
    assert verdicts(house) == dict.fromkeys(NAMES, "KEPT")


@pytest.mark.parametrize(
    "planted,broken",
    [
        ({"domain/rules": "import heroes.services.scoring"}, {DOWN}),
        ({"domain/rules": "def late():\n    from heroes.services import scoring\n"}, {DOWN}),
        ({"adapters/mail": "import heroes.models"}, {DOWN}),
        ({"jobs/outbox": "import heroes.web"}, {DOWN}),
        ({"web/public": "import heroes.app"}, {DOWN, CIRCLES}),
        ({"cellar": ""}, {DOWN}),
        (
            {"domain/rules": "import heroes.domain.entries", "domain/entries": "import heroes.domain.rules"},
            {CIRCLES},
        ),
        (
            {
                "domain/results/means": "import heroes.domain.rules",
                "domain/rules": "def late():\n    import heroes.domain.results\n",
            },
            {CIRCLES},
        ),
        ({"domain/rules": "import sqlalchemy"}, {PURE}),
        ({"domain/rules": "import time"}, {PURE}),
        ({"services/scoring": "import flask"}, {DEEDS}),
        ({"web/public": "import heroes.services.scoring", "services/scoring": "import numpy"}, {SMALL}),
    ],
)
def test_a_breach_is_seen(planted: dict[str, str], broken: set[str], house: Path) -> None:
    for name, code in planted.items():
        (house / "heroes" / f"{name}.py").write_text(code)
    assert {name for name, verdict in verdicts(house).items() if verdict == "BROKEN"} == broken


@pytest.mark.parametrize(
    "code,rule",
    [
        (
            '"""Late."""\n\n\ndef late() -> None:\n    """Import."""\n    import json\n\n    json.dumps(1)\n',
            "PLC0415",
        ),
        ('"""Near."""\n\nfrom .entries import STATES\n\n__all__ = ["STATES"]\n', "TID252"),
        ('"""Loud."""\n\nprint("x")\n', "T201"),
        ('"""Bare."""\n\nfrom datetime import datetime\n\nNOW = datetime.now()\n', "DTZ005"),
    ],
)
def test_ruff_refuses_what_the_house_forbids(code: str, rule: str) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    assert ruff
    command = [ruff, "check", "--output-format=concise", "--stdin-filename=heroes/domain/planted.py", "-"]
    said = subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, check=False).stdout
    assert re.findall(r":\d+:\d+: (\w+)", said) == [rule]


# ---- what no contract can say ---------------------------------------------------------------------


def clock_readings(code: str) -> list[int]:
    """The lines that ask Python what time it is."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name | ast.Attribute)
        and ast.unparse(node.value).split(".")[-1] in {"datetime", "date"}
    ]


def test_only_the_clock_reads_the_time() -> None:
    readings = {
        path.as_posix(): found
        for path in project_files()
        if path.parts[0] == "heroes" and path.suffix == ".py"
        if (found := clock_readings((ROOT / path).read_text()))
    }
    assert set(readings) == {"heroes/adapters/clock.py"}


@pytest.mark.parametrize(
    "code,lines",
    [
        ("datetime.now(UTC)", [1]),
        ("x = 1\ny = datetime.date.today()", [2]),
        ("key = datetime.now", [1]),
        ("clock.now()", []),
    ],
)
def test_a_reading_of_the_time_is_seen(code: str, lines: list[int]) -> None:
    assert clock_readings(code) == lines


def test_no_file_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [path for path in project_files() if path.stem in drawers or drawers & set(path.parts)] == []
