"""`heroes plan` as an operator types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from heroes.cli.commands import heroes
from tests.servers import Databases
from tests.world import build

SMALL = ("--season", "small-2026", "--category", "teams", "--entries", "12", "--judges", "4", "--places", "3")


@pytest.fixture
def run(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("DATABASE_URL", databases.copy_of("sqlite", "small-world", build))
    monkeypatch.setenv("HEROES_INSTANCE", str(tmp_path / "instance"))
    return CliRunner()


def asked(run: CliRunner, *words: str) -> Result:
    return run.invoke(heroes, ["plan", *words])


def test_a_table_says_what_each_way_brings_and_where_that_comes_from(run: CliRunner) -> None:
    printed = asked(run, *SMALL, "--minutes", "10")
    assert (printed.exit_code, printed.stderr) == (0, "")
    lines = printed.stdout.splitlines()
    assert lines[1] == "12 entries, 4 judges, 3 places; variances assumed: a panel of the kind “awards”."
    assert [line.split()[:2] for line in lines[4:9]] == [
        ["1", "one"], ["2", "one"], ["3", "one"], ["3", "2"], ["4", "one"],
    ]  # fmt: skip
    assert lines[4].split()[-2:] == ["3.0", "2"]
    assert lines[-1].startswith("From 60 simulated seasons of 12 entries each; ± 0.0")


def test_json_holds_every_number_unrounded(run: CliRunner) -> None:
    said = json.loads(asked(run, *SMALL, "--assume", "trained", "--json").stdout)
    assert {key: said[key] for key in ("season", "category", "entries", "judges", "places", "simulated")} == {
        "season": "small-2026",
        "category": "teams",
        "entries": 12,
        "judges": 4,
        "places": 3,
        "simulated": 12,
    }
    assert said["variances"]["lq"] == 0.33
    assert [(one["reviews"], one["first_wave"], one["total"], one["hours"]) for one in said["options"]] == [
        (1, 1, 12, None), (2, 2, 24, None), (3, 3, 36, None), (3, 2, 36, None), (4, 4, 48, None),
    ]  # fmt: skip


def test_one_clear_line_where_there_is_nothing_to_plan(run: CliRunner) -> None:
    refused = asked(run, "--season", "small-2026", "--category", "teams", "--places", "3")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.splitlines() == ["heroes: 0 entries and 4 judges: there is nothing to plan."]
