"""`heroes export results` and `heroes verify` as an operator and an outsider type them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from heroes.adapters.signing import Ed25519Signer, fingerprint
from heroes.cli.commands import heroes
from heroes.cli.running import command_app
from heroes.config import Settings, signing_seed
from heroes.domain import bundles
from heroes.domain.bundles.encoding import decode
from heroes.domain.counting import LeftOut
from heroes.services import computing
from tests.bundling import OTHER, SALT, SIGNER, reworded, sealed, source
from tests.domain.results.panels import scorecards
from tests.house.project import ROOT
from tests.servers import Databases
from tests.world import build

MARKS = (
    "category,entry,judge,criterion,mark\n"
    "Solo,Ann Abel,Judith Jay,Skills,7\n"
    "Solo,Ann Abel,Jonas Joy,Skills,8\n"
    "Solo,Bo Bird,Judith Jay,Skills,7\n"
    "Solo,Bo Bird,Jonas Joy,Skills,7\n"
)
EXPORT = ("export", "results", "--season", "skating", "--category", "Solo")
Run = Callable[..., Result]


def run(*words: object) -> Result:
    done = CliRunner().invoke(heroes, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def place(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with one judged category; its folder is the present one."""
    monkeypatch.setenv("DATABASE_URL", databases.copy_of("sqlite", "small-world", build))
    monkeypatch.setenv("HEROES_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "marks.csv").write_text(MARKS)
    assert run("import", "marks", "marks.csv", "--season", "Skating", "--create").exit_code == 0
    return tmp_path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of three entries, without an installation."""
    criteria = source([]).criteria
    marks = scorecards(criteria, {"x": {"i": "8 6", "j": "7 9"}, "y": {"i": "5 5"}, "z": {"j": "9 9"}})
    path = tmp_path / "result.bundle"
    path.write_bytes(sealed(bundles.build(source(marks), SALT)))
    return path


# ---- writing ----


def test_what_is_exported_is_reproduced(place: Path) -> None:
    done = run(*EXPORT, "solo.bundle")
    key = fingerprint(Ed25519Signer(signing_seed(Settings(place / "instance", ""))).public)
    assert (done.exit_code, done.stdout) == (
        0,
        f"2 entries and 4 marks written to solo.bundle\nsigned with the key {key}\n",
    )
    assert (place / "instance" / "signing.key").stat().st_mode & 0o777 == 0o600

    checked = run("verify", "solo.bundle", "--key", key)
    assert (checked.exit_code, checked.stderr) == (0, "")
    told = decode(bundles.split((place / "solo.bundle").read_bytes()).payload)
    assert checked.stdout.splitlines() == [
        "reproduced to the last bit",
        "result   skating / solo / judging",
        f"method   mean, rules 2026.1 ({told['source']['reason']})",
        "marks    4 marks by 2 judges for 2 entries",
        f"from     marks {told['source']['digest']}",
        f"trail    {told['source']['audit_head']}",
        f"made     {told['made_at']} by heroes {told['program']}",
        f"key      {key}: the one that was asked for",
    ]
    assert re.fullmatch(r"skating:1:[0-9a-f]{64}", told["source"]["audit_head"])
    assert run("audit", "verify", "--season", "skating").stdout.startswith("ok   skating:2:")


def test_references_are_kept_if_they_are_asked_for(place: Path) -> None:
    run(*EXPORT, "a.bundle")
    run(*EXPORT, "--with-references", "b.bundle")
    one, other = (decode(bundles.split((place / f"{x}.bundle").read_bytes()).payload) for x in "ab")
    assert one["entries"] == ["E1", "E2"]
    assert [re.fullmatch(r"S-\d\d-000\d", name) is not None for name in other["entries"]] == [True, True]
    assert {run("verify", "a.bundle").exit_code, run("verify", "b.bundle").exit_code} == {0}


def test_an_existing_file_is_not_overwritten_and_nothing_is_recorded(place: Path) -> None:
    (place / "solo.bundle").write_text("mine")
    done = run(*EXPORT, "solo.bundle")
    assert (done.exit_code, done.stderr) == (2, "heroes: solo.bundle: File exists\n")
    assert (place / "solo.bundle").read_text() == "mine"
    assert run("audit", "verify", "--season", "skating").stdout.startswith("ok   skating:1:")


@pytest.mark.parametrize(
    "change, said",
    [
        ({"--season": "gone"}, "There is no season “gone”."),
        ({"--category": "gone"}, "There is no category “gone”."),
        ({"--round": "gone"}, "There is no round “gone” in this category."),
    ],
)
def test_a_refused_export_leaves_no_file(place: Path, change: dict[str, str], said: str) -> None:
    options = {"--season": "skating", "--category": "Solo"} | change
    done = run("export", "results", *(word for pair in options.items() for word in pair), "solo.bundle")
    assert (done.exit_code, done.stderr) == (2, f"heroes: {said}\n")
    assert not (place / "solo.bundle").exists()


def test_a_key_that_cannot_be_used_stops_the_export(place: Path) -> None:
    (place / "instance" / "signing.key").write_text("not a key")
    done = run(*EXPORT, "solo.bundle")
    assert done.exit_code == 2
    assert "signing.key: a signing key is 32 bytes in base64" in done.stderr
    assert not (place / "solo.bundle").exists()


def test_a_stored_run_is_exported_by_its_handle_and_says_if_marks_have_changed(place: Path) -> None:
    with command_app() as (_, make):
        computing.compute_due(make())
    done = run(*EXPORT, "solo.bundle")
    assert (done.exit_code, done.stderr) == (0, "")
    told = decode(bundles.split((place / "solo.bundle").read_bytes()).payload)
    checked = run("verify", "solo.bundle").stdout
    assert f"from     run {told['source']['run']}, marks {told['source']['digest']}\n" in checked

    (place / "more.csv").write_text(MARKS.replace("Bo Bird", "Cy Cole").replace("Ann Abel", "Di Dent"))
    assert run("import", "marks", "more.csv", "--season", "Skating", "--create").exit_code == 0
    later = run(*EXPORT, "later.bundle")
    assert later.exit_code == 0
    assert later.stderr == (
        f"heroes: marks have changed since run {told['source']['run']}, which this is; a new one comes soon\n"
    )


def test_what_is_not_in_the_result_is_counted(tmp_path: Path) -> None:
    criteria = source([]).criteria
    marks = scorecards(criteria, {"x": {"i": "8 6", "j": "- 9"}})
    aside = [LeftOut("x", "k", None, "the judge is recused from the entry")]
    (tmp_path / "b").write_bytes(sealed(bundles.build(source(marks, set_aside=aside), SALT)))
    lines = run("verify", tmp_path / "b").stdout.splitlines()
    assert lines[3:5] == [
        "marks    3 marks by 2 judges for 1 entry",
        "not in   2 scorecards, each with its reason in the file",
    ]


# ---- reading ----


def test_an_outsider_needs_no_database_no_settings_and_no_folder(bundle: Path, tmp_path: Path) -> None:
    """In a process of its own, in an empty folder that cannot be written, with an empty environment."""
    empty = tmp_path / "empty"
    empty.mkdir()
    empty.chmod(0o500)
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import heroes.__main__"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, "verify", str(bundle), "--json"],
        cwd=empty,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["reproduced"] is True
    assert os.listdir(empty) == []  # noqa: PTH208


def test_as_json_it_says_everything(bundle: Path) -> None:
    told = decode(bundles.split(bundle.read_bytes()).payload)
    done = run("verify", bundle, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "reproduced": True,
        "identical": True,
        "season": "small-2026",
        "category": "teams",
        "round": "written",
        "asked": "mean",
        "method": "mean",
        "reason": None,
        "rules": "2026.1",
        "marks": 8,
        "entries": 3,
        "judges": 2,
        "left_out": 0,
        "set_aside": 0,
        "digest": told["digest"],
        "run": None,
        "run_digest": told["source"]["digest"],
        "audit_head": told["source"]["audit_head"],
        "made_at": "2026-07-01T12:00:00+00:00",
        "program": "0.1.0",
        "key": fingerprint(SIGNER.public),
        "key_asked_for": False,
    }


def test_without_a_key_it_says_that_anybody_may_have_signed(bundle: Path) -> None:
    last = run("verify", bundle).stdout.splitlines()[-1]
    assert last == (
        f"key      {fingerprint(SIGNER.public)}: compare it with the one that the organiser published,"
        " or give it with --key"
    )


def one_line(done: Result, status: int) -> str:
    """The one line of a failure."""
    assert (done.exit_code, done.stdout) == (status, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


def lifted(value: Any) -> None:
    """The last of three becomes the first."""
    value["standings"]["entries"][2]["rank"] = 1


def softened(value: Any) -> None:
    """One mark is another one."""
    value["marks"]["value"][0] = "10"


def test_a_changed_byte_is_found(bundle: Path) -> None:
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b'"rank":3', b'"rank":2'))
    assert bundle.read_bytes() != data
    said = one_line(run("verify", bundle), 1)
    assert said == f"heroes: {bundle}: altered: the signature does not fit what the file holds\n"


def test_a_changed_mark_under_another_key_is_found_by_the_key(bundle: Path) -> None:
    bundle.write_bytes(reworded(bundle.read_bytes(), softened, OTHER))
    mine, theirs = fingerprint(SIGNER.public), fingerprint(OTHER.public)
    said = one_line(run("verify", bundle, "--key", mine), 1)
    assert said == f"heroes: {bundle}: signed by another key: {theirs}, not {mine}\n"
    assert "not reproduced: digest: the bundle says" in one_line(run("verify", bundle, "--key", theirs), 1)


def test_a_changed_standing_with_a_valid_signature_is_the_first_difference(bundle: Path) -> None:
    bundle.write_bytes(reworded(bundle.read_bytes(), lifted))
    said = one_line(run("verify", bundle, "--key", fingerprint(SIGNER.public)), 1)
    assert re.fullmatch(
        rf"heroes: {re.escape(str(bundle))}: not reproduced: standings\.entries\[2\]\.rank \(entry E[123]\):"
        r" the bundle says 1, its marks give 3\n",
        said,
    )
    done = run("verify", bundle, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["reproduced"], told["difference"]) == (
        False,
        {"path": "standings.entries[2].rank", "stated": "1", "found": "3"},
    )


@pytest.mark.parametrize("key", ["", "x", fingerprint(SIGNER.public)[:-1], "0" * 32])
def test_a_key_that_is_not_its_own_is_refused(bundle: Path, key: str) -> None:
    assert "signed by another key" in one_line(run("verify", bundle, "--key", key), 1)


def test_what_is_no_bundle_is_one_line_and_status_two(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for data in (b"", b"hello\n", b"\0" * 1000, sealed(b"{}"), sealed(b"[" * 9999), sealed(b'"\\u001b[2J"')):
        path.write_bytes(data)
        assert one_line(run("verify", path), 2).startswith(f"heroes: {path}: ")
    assert one_line(run("verify", tmp_path), 2) == f"heroes: {tmp_path}: Is a directory\n"
    assert (
        one_line(run("verify", tmp_path / "gone"), 2)
        == f"heroes: {tmp_path / 'gone'}: No such file or directory\n"
    )


def test_a_huge_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    assert one_line(run("verify", path), 2) == f"heroes: {path}: it is longer than 64 MB\n"


def test_nothing_in_a_file_moves_the_terminals_cursor(bundle: Path) -> None:
    def named(value: Any) -> None:
        value["season"]["slug"] = "s\x1b[2J\u202e\nreproduced"

    bundle.write_bytes(reworded(bundle.read_bytes(), named))
    done = run("verify", bundle)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1] == "result   s�[2J��reproduced / teams / written"

    def odd(value: Any) -> None:
        value["settings"]["\x1b[2J\n"] = 1

    bundle.write_bytes(reworded(bundle.read_bytes(), odd))
    assert "settings has “�[2J�”" in one_line(run("verify", bundle), 2)
