"""The house's tools keep their word: targets, locks, the wheel, the first install, and what no file may name."""

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.project import ROOT, project_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
STEPS_OF_MAKE = {"run-environment", "test-environment"}

# Put together from pieces, so that this file does not name what it looks for.
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.", "deb." + "debian.org", "cdn" + "."]
FOLDERS = ["wo" + "rk", "ro" + "ot", "t" + "mp", "ho" + "me"]
PLACES = r"(?<![\w.})>~-])/(?:" + "|".join(FOLDERS) + ")/"
NEVER_NAMED = re.compile("|".join([*(rf"\b{re.escape(host)}" for host in HOSTS), PLACES]))


# ---- make -----------------------------------------------------------------------------------------


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    rules = set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert phony
    # The suite may itself be run by make, which would speak of its folders here.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, env=plain, capture_output=True, text=True, check=True
    ).stdout
    assert set(phony[1].split()) == rules
    assert {line.split()[1] for line in shown.splitlines()} == rules - STEPS_OF_MAKE
    assert all(len(line.split()) > 2 for line in shown.splitlines())


def test_ci_runs_the_suite_and_the_checks() -> None:
    script = ROOT / ".ci" / "run"
    asked = [line for line in script.read_text().splitlines() if line.startswith("make ")]
    assert asked == ["make test", "make check"]
    assert os.access(script, os.X_OK)


# ---- locks ----------------------------------------------------------------------------------------


def pins(name: str) -> dict[str, str]:
    """Package to pinned version; fails on a requirement without a hash and on any line that is something else."""
    found: dict[str, str] = {}
    for block in (ROOT / name).read_text().replace("\\\n", " ").splitlines():
        requirement, *hashes = block.split(" --hash=sha256:")
        assert hashes, block
        assert all(re.fullmatch(r"[0-9a-f]{64}", each.strip()) for each in hashes), block
        parsed = Requirement(requirement)
        (pin,) = parsed.specifier
        assert pin.operator == "=="
        found[canonicalize_name(parsed.name)] = pin.version
    return found


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_names_packages_and_hashes_and_no_place(name: str) -> None:
    assert pins(name)
    assert "/" not in (ROOT / name).read_text()


def test_the_test_lock_holds_the_very_packages_that_run() -> None:
    run, test = pins("requirements.lock"), pins("requirements-test.lock")
    assert {name: test.get(name) for name in run} == run


@pytest.mark.parametrize(
    "name,groups", [("requirements.lock", ["build"]), ("requirements-test.lock", ["build", "test"])]
)
def test_locks_fulfil_the_project_file(name: str, groups: list[str]) -> None:
    asked = [*PROJECT["project"]["dependencies"]]
    for group in groups:
        asked += PROJECT["dependency-groups"][group]
    locked = pins(name)
    unmet = [
        text
        for text in asked
        for wanted in [Requirement(text)]
        if not wanted.specifier.contains(locked.get(canonicalize_name(wanted.name), "0"))
    ]
    assert unmet == [], "make lock"


# ---- what no file may name ------------------------------------------------------------------------


def offences(text: str) -> list[str]:
    """Every registry's host, content network and machine's folder that a text names."""
    return [found[0] for found in NEVER_NAMED.finditer(text)]


def test_no_file_names_a_registry_or_a_place_on_a_machine() -> None:
    named = {
        str(path): offences((ROOT / path).read_bytes().decode(errors="ignore")) for path in project_files()
    }
    assert {path: found for path, found in named.items() if found} == {}


@pytest.mark.parametrize(
    "text,found",
    [
        (f"see https://{HOSTS[0]}/simple", [HOSTS[0]]),
        (f'src="https://{HOSTS[4]}example/x.js"', [HOSTS[4]]),
        (f"open('/{FOLDERS[0]}/x')", [f"/{FOLDERS[0]}/"]),
        (f"cd /{FOLDERS[1]}/heroes && ls /{FOLDERS[2]}/", [f"/{FOLDERS[1]}/", f"/{FOLDERS[2]}/"]),
        (f"/admin/{FOLDERS[0]}/ and the{FOLDERS[0]} of others", []),
    ],
)
def test_the_search_finds_what_it_looks_for(text: str, found: list[str]) -> None:
    assert offences(text) == found


def test_changes_are_written_down_as_they_are_made() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert headings[0] == "[Unreleased]"


# ---- the wheel ------------------------------------------------------------------------------------


def test_the_wheel_carries_the_program_with_its_templates_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        carried = {name for name in packed.namelist() if ".dist-info/" not in name}
    program = {path.as_posix() for path in project_files() if path.parts[0] == "heroes"}
    templates = {f"heroes/{path.as_posix()}" for path in project_files() if path.parts[0] == "templates"}
    assert carried == program | templates


# ---- the first install ----------------------------------------------------------------------------


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """scripts/environment.py over an empty folder; every program it would start is written down instead."""
    spec = importlib.util.spec_from_file_location("environment", ROOT / "scripts" / "environment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements.lock", "requirements-test.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "made", [], raising=False)
    monkeypatch.setattr(module, "works", lambda *_: (tmp_path / ".venv").exists())

    def make_venv(uv: str | None) -> None:
        module.made.append("venv")
        (tmp_path / ".venv").mkdir(exist_ok=True)

    monkeypatch.setattr(module, "make_venv", make_venv)
    monkeypatch.setattr(module, "install", lambda _, kind: module.made.append(kind))
    return module


def did(module: ModuleType, kind: str) -> list[str]:
    """What one call of the script makes and installs."""
    module.made.clear()
    module.main(kind)
    return list(module.made)


def test_a_second_call_installs_nothing(environment: ModuleType) -> None:
    assert did(environment, "run") == ["venv", "run"]
    assert did(environment, "run") == []
    assert did(environment, "test") == ["test"]
    assert did(environment, "run") == []


def test_a_changed_lock_is_installed(environment: ModuleType) -> None:
    did(environment, "test")
    (environment.ROOT / "requirements.lock").write_text("changed")
    assert did(environment, "test") == []
    assert did(environment, "run") == ["run"]


def test_a_checkout_that_was_moved_starts_anew(environment: ModuleType, tmp_path: Path) -> None:
    did(environment, "run")
    stamp = tmp_path / ".venv" / "installed-for-run"
    stamp.write_text("elsewhere/" + stamp.read_text())
    assert did(environment, "run") == ["venv", "run"]


def test_an_old_python_is_told_in_one_sentence(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "OLDEST", (99,))
    with pytest.raises(SystemExit, match=r"^heroes needs Python 3\.11 or later and this is 3\."):
        environment.main("run")
    assert environment.made == []


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    lame = tmp_path / "python3"
    lame.write_text("#!/bin/sh\necho 'ensurepip is not available' >&2\nexit 1\n")
    lame.chmod(0o755)
    code = (
        "import importlib.util as u, sys; from pathlib import Path\n"
        f"s = u.spec_from_file_location('e', {str(ROOT / 'scripts' / 'environment.py')!r})\n"
        "m = u.module_from_spec(s); s.loader.exec_module(m)\n"
        f"m.VENV = Path({str(tmp_path / 'venv')!r}); sys.executable = {str(lame)!r}; m.make_venv(None)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "apt install python3-venv" in said.stderr
    assert not (tmp_path / "venv").exists()


# ---- CI skips nothing -----------------------------------------------------------------------------

# The rule alone, without the servers that the plug-ins bring.
CONFTEST = re.sub(
    r"^pytest_plugins = .*$", "", (ROOT / "tests" / "conftest.py").read_text(), flags=re.MULTILINE
)
SKIPPING = """
import pytest

def test_skipped_inside():
    pytest.skip("no server")

@pytest.mark.skip(reason="by its mark")
def test_skipped_by_mark():
    pass

@pytest.mark.xfail(strict=True)
def test_expected_to_fail():
    assert False

def test_fine():
    pass
"""


@pytest.mark.parametrize(
    "ci,outcomes",
    [
        ("true", {"failed": 1, "errors": 1, "passed": 1, "xfailed": 1}),
        ("", {"skipped": 2, "passed": 1, "xfailed": 1}),
    ],
)
def test_ci_counts_a_skip_as_a_failure(
    ci: str, outcomes: dict[str, int], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(SKIPPING)
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:xdist")
    assert result.parseoutcomes() == outcomes


def test_ci_counts_a_file_that_skips_itself_as_a_failure(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("import pytest\npytest.skip('no browser', allow_module_level=True)\n")
    assert pytester.runpytest_subprocess("-p", "no:randomly").parseoutcomes() == {"errors": 1}
