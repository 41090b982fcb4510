"""`heroes export queue` and the list of commands, as an operator types them."""

import csv
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from heroes.cli.commands import COMMANDS, heroes
from tests.house.project import ROOT
from tests.servers import Databases
from tests.world import build, open_world


@pytest.fixture
def database(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = databases.copy_of("sqlite", "small-world", build)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("HEROES_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.chdir(tmp_path)
    return url


def test_the_queue_becomes_a_table_that_no_spreadsheet_misreads(database: str, tmp_path: Path) -> None:
    with open_world(database, "sqlite", tmp_path) as world:
        world.submitted(title="=HYPERLINK(1)")
        world.submitted(title="Siân Okafor")

    done = CliRunner().invoke(heroes, ["export", "queue", "--season", "small-2026", "queue.csv"])

    assert (done.exit_code, done.output) == (0, "2 entries written to queue.csv\n")
    with (tmp_path / "queue.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["reference"], row["title"]) for row in rows} == {
        ("SH-26-0001", "'=HYPERLINK(1)"),
        ("SH-26-0002", "Siân Okafor"),
    }


@pytest.mark.usefixtures("database")
def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "queue.csv").write_text("mine")
    done = CliRunner().invoke(heroes, ["export", "queue", "--season", "small-2026", "queue.csv"])
    assert (done.exit_code, done.stderr) == (2, "heroes: queue.csv: File exists\n")
    assert (tmp_path / "queue.csv").read_text() == "mine"


@pytest.mark.usefixtures("database")
def test_an_unknown_season_is_one_line_on_stderr() -> None:
    done = CliRunner().invoke(heroes, ["export", "queue", "--season", "gone", "queue.csv"])
    assert (done.exit_code, done.stderr) == (2, "heroes: There is no season “gone”.\n")


@pytest.mark.usefixtures("database")
def test_the_season_may_be_named_as_people_name_it() -> None:
    done = CliRunner().invoke(heroes, ["export", "queue", "--season", "Small Heroes 2026", "queue.csv"])
    assert (done.exit_code, done.output) == (0, "0 entries written to queue.csv\n")


def test_every_command_is_in_the_readme_and_explains_itself() -> None:
    told = set(re.findall(r"^\| `heroes ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    told |= {"restore", "docs"}
    assert told == set(COMMANDS)
    for name, lazy in COMMANDS.items():
        done = CliRunner().invoke(heroes, [name, "--help"])
        assert done.exit_code == 0
        assert lazy.line
        assert heroes.get_command(click.Context(heroes), name).help  # type: ignore[union-attr] # it has just been run
