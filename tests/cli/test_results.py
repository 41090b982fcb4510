"""`heroes import marks` and `heroes results` as an operator types them."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from heroes.cli.importing import import_
from heroes.cli.results import results, to_json
from heroes.domain.counting import METHODS
from tests.servers import Databases
from tests.world import build

DATA = Path(__file__).parents[1] / "data" / "figure_skating"
PAIRS = "ISU GP 2016 Progressive Skate America: PAIRS SHORT PROGRAM"
MARKS = (
    "category,entry,judge,criterion,mark\n"
    "Solo,Ann,J1,Skills,7\n"
    "Solo,Ann,J2,Skills,8\n"
    "Solo,Bo,J1,Skills,7\n"
    "Solo,Bo,J2,Skills,7\n"
)
Run = Callable[..., Result]


@pytest.fixture
def run(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command against a copy of the small world, in an empty folder."""
    monkeypatch.setenv("DATABASE_URL", databases.copy_of("sqlite", "small-world", build))
    monkeypatch.setenv("HEROES_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "marks.csv").write_text(MARKS)

    def run(*words: str) -> Result:
        command = import_ if words[0] == "import" else results
        return CliRunner().invoke(command, [word for word in words if word not in ("import", "results")])

    return run


def test_what_is_imported_can_be_printed(run: Run) -> None:
    done = run("import", "marks", "marks.csv", "--season", "Skating", "--create")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == [
        "Imported into skating: 1 category, 2 entries, 2 judges, 4 scorecards, 4 marks, 0 abstentions.",
        "New: 1 season, 1 category, 2 judges, 2 entries.",
    ]

    printed = run("results", "--season", "skating", "--category", "Solo", "--json")
    assert (printed.exit_code, printed.stderr) == (0, "")
    said = json.loads(printed.stdout, parse_float=Decimal)
    assert {key: said[key] for key in ("season", "category", "round", "asked", "method", "rules")} == {
        "season": "skating",
        "category": "solo",
        "round": "judging",
        "asked": "calibrated",
        "method": "mean",
        "rules": "2026.1",
    }
    assert said["reason"].startswith("Every judge marked every entry in full")
    assert re.fullmatch("[0-9a-f]{64}", said["digest"])
    assert re.fullmatch("skating:1:[0-9a-f]{64}", said["audit_head"])
    shown = ("rank", "title", "score", "total", "reviews")
    assert [[one[key] for key in shown] for one in said["standings"]] == [
        [1, "Ann", Decimal("7.5"), Decimal("7.5"), 2],
        [2, "Bo", 7, 7, 2],
    ]
    assert [re.fullmatch(r"S-\d\d-000\d", one["entry"]) is not None for one in said["standings"]] == [
        True,
        True,
    ]


def test_a_blend_of_rounds_weighs_each_out_of_a_hundred(run: Run) -> None:
    run("import", "marks", "marks.csv", "--season", "Skating", "--create")
    words = ("results", "--season", "skating", "--category", "solo", "--blend", "judging=3", "--json")
    said = json.loads(run(*words).stdout, parse_float=Decimal)

    # Marks run from 0 to 10, so a mean of 7.5 is 75 out of 100.
    assert [(one["rank"], one["title"], one["score"]) for one in said["standings"]] == [
        (1, "Ann", 75),
        (2, "Bo", 70),
    ]
    assert [(one["round"], one["weight"], one["method"]) for one in said["rounds"]] == [
        ("judging", 3, "mean")
    ]
    in_words = run(*words[:-1]).stdout.splitlines()
    assert in_words[0] == "Skating · Solo · Judging 3, out of 100"
    assert len(in_words) == 4


@pytest.mark.parametrize(
    "more, line",
    [
        (("--blend", "judging"), "--blend: 'judging' is no ROUND=WEIGHT with a weight above zero"),
        (("--blend", "judging=0"), "--blend: 'judging=0' is no ROUND=WEIGHT with a weight above zero"),
        (("--blend", "judging=NaN"), "--blend: 'judging=NaN' is no ROUND=WEIGHT with a weight above zero"),
        (("--blend", "judging=1", "--blend", "judging=1"), "A round is named twice."),
        (("--blend", "live=1"), "There is no round “live” in this category."),
        (
            ("--blend", "judging=1", "--method", "mean"),
            "--blend takes each round by its own method: leave out --round, --method and --places",
        ),
    ],
)
def test_a_blend_that_is_none_is_said_in_one_line(run: Run, more: tuple[str, ...], line: str) -> None:
    run("import", "marks", "marks.csv", "--season", "Skating", "--create")
    done = run("results", "--season", "skating", "--category", "solo", *more)

    assert (done.exit_code, done.stderr) == (2, f"heroes: {line}\n")


def test_a_method_that_does_not_apply_says_what_was_used_and_why(run: Run) -> None:
    run("import", "marks", "marks.csv", "--season", "Skating", "--create")
    words = ("results", "--season", "skating", "--category", "solo", "--method", "trimmed-mean")
    said = json.loads(run(*words, "--json").stdout)
    assert (said["asked"], said["method"]) == ("trimmed-mean", "mean")
    assert said["reason"].startswith("No entry has five judges’ marks".replace("’", "'"))
    assert "No entry has five judges" in run(*words).stdout


def test_the_table_for_people(run: Run) -> None:
    run("import", "marks", "marks.csv", "--season", "Skating", "--create")
    lines = run("results", "--season", "Skating", "--category", "solo").stdout.splitlines()
    assert lines[0] == "Skating · Solo · Judging · mean"
    assert lines[1].startswith("Every judge marked every entry in full")
    assert [line.split()[0] for line in lines[4:6]] == ["1", "2"]


def test_trimmed_numbers_are_printed_digit_for_digit(run: Run) -> None:
    run("import", "marks", str(DATA / "marks.csv"), "--season", "2016", "--category", PAIRS, "--create")
    printed = run("results", "--season", "2016", "--category", PAIRS, "--method", "trimmed-mean", "--json")
    assert '"total": 33.704' in printed.stdout
    assert json.loads(printed.stdout)["method"] == "trimmed-mean"


def test_every_bad_line_on_stderr_and_nothing_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(MARKS + "Solo,Bo,J2,Skills,7\n,Bo,J3,Skills,x\n")
    refused = run("import", "marks", "bad.csv", "--season", "Skating", "--create")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.splitlines() == [
        "bad.csv:6: mark: J2 has marked Bo on this criterion on line 5 already",
        "bad.csv:7: category: is empty",
        "bad.csv:7: mark: “x” is not a number",
    ]
    assert run("results", "--season", "Skating", "--category", "Solo").exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "marks", "none.csv", "--season", "S"), "heroes: none.csv: No such file or directory"),
        (("import", "marks", "marks.csv", "--season", "S"), "heroes: There is no season “S”."),
        (("results", "--season", "S", "--category", "c"), "heroes: There is no season “S”."),
        (("results", "--season", "small-2026", "--category", "c"), "heroes: There is no category “c”."),
        (
            ("results", "--season", "small-2026", "--category", "teams", "--round", "third"),
            "heroes: There is no round “third” in this category.",
        ),
        (
            ("results", "--season", "small-2026", "--category", "teams", "--method", "luck"),
            f"heroes: There is no method “luck”: there are {', '.join(METHODS)}.",
        ),
    ],
)
def test_one_clear_line_and_status_two(run: Run, words: tuple[str, ...], said: str) -> None:
    refused = run(*words)
    assert (refused.exit_code, refused.stdout, refused.stderr.splitlines()) == (2, "", [said])


def test_a_dry_run_says_so_and_writes_nothing(run: Run) -> None:
    done = run("import", "marks", "marks.csv", "--season", "Skating", "--create", "--dry-run")
    assert done.exit_code == 0
    assert done.stdout.startswith("It would be into skating: 1 category,")
    assert done.stdout.rstrip().endswith("Nothing was written: this was a dry run.")
    assert run("results", "--season", "Skating", "--category", "Solo").exit_code == 2


@pytest.mark.parametrize("command", [results, import_, import_.commands["marks"]])
def test_help(command: object) -> None:
    assert CliRunner().invoke(command, ["--help"]).exit_code == 0  # type: ignore[arg-type]


def test_json_keeps_digits_that_no_float_could() -> None:
    third = Decimal("3.333333333333333333333333333")
    value = {"a": third, "b": [Decimal("1E+2"), None, True], "c": [{"x": "é\n"}], "d": {}, "e": []}
    text = to_json(value)
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal) == {
        "a": third,
        "b": [Decimal(100), None, True],
        "c": [{"x": "é\n"}],
        "d": {},
        "e": [],
    }


def test_one_of_a_thing_is_said_as_one(run: Run, tmp_path: Path) -> None:
    head, *_ = MARKS.splitlines()
    (tmp_path / "one.csv").write_text(f"{head}\nSolo,Ann,J1,Skills,7\nPairs,Cy,J1,Skills,7\n")
    done = run(
        *("import", "marks", "one.csv", "--season", "Skating", "--category", "Solo", "--create", "--dry-run")
    )
    assert done.stdout.splitlines() == [
        "It would be into skating: 1 category, 1 entry, 1 judge, 1 scorecard, 1 mark, 0 abstentions.",
        "New: 1 season, 1 category, 1 judge, 1 entry.",
        "1 row of other categories was left out.",
        "Nothing was written: this was a dry run.",
    ]
