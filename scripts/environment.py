"""Makes .venv hold exactly what a lock names, and this checkout itself. Usage: environment.py run|test

Only the standard library, and nothing an old Python could not parse: this is the first thing that runs on a
new machine. A stamp of the lock, the project file, the interpreter and the folder makes later calls instant.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": "requirements.lock", "test": "requirements-test.lock"}


def place():
    """What a venv is tied to: its scripts carry the folder's path, its packages the interpreter's version."""
    return "%s\n%s\n" % (ROOT, sys.version.split()[0])


def wanted(kind):
    """The stamp that .venv carries once it holds what this lock and project file ask for."""
    digest = hashlib.sha256()
    for name in (LOCKS[kind], "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return place() + digest.hexdigest() + "\n"


def stamp(kind):
    """The file that remembers what was last installed for `run` or `test`."""
    return VENV / ("installed-for-" + kind)


def works(*command):
    """Whether .venv's own interpreter runs this."""
    try:
        return subprocess.run([str(PYTHON), *command], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def moved():
    """Whether the venv was made in another folder or by another Python than this one."""
    stamps = [stamp(kind) for kind in LOCKS if stamp(kind).exists()]
    return any(not each.read_text(encoding="utf-8").startswith(place()) for each in stamps)


def make_venv(uv):
    """An empty .venv, or one sentence that says what the machine lacks."""
    print("Making .venv ...", flush=True)
    if uv:
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], check=True)
        return
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        shutil.rmtree(str(VENV), ignore_errors=True)
        sys.exit(
            "This Python cannot make a virtual environment. On Debian and Ubuntu that is a package of its own:\n"
            "  apt install python3-venv\n"
            "(%s -m venv said: %s)" % (sys.executable, (made.stderr or made.stdout).strip().split("\n")[0])
        )


def install(uv, kind):
    """Every package by its hash; then this checkout as a path, by the locked hatchling, without a download."""
    print("Installing %s ..." % LOCKS[kind], flush=True)
    if uv:
        pip = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if os.name == "posix" and os.geteuid() == 0:
            pip += ["--root-user-action=ignore"]
    subprocess.run([*pip, "--require-hashes", "-r", LOCKS[kind]], cwd=str(ROOT), check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", "."], cwd=str(ROOT), check=True)


def main(kind):
    """Bring .venv to the state that `kind` asks for."""
    if sys.version_info < OLDEST:
        sys.exit(
            "heroes needs Python 3.11 or later and this is %s. With another one installed:\n"
            "  make PYTHON=python3.12 demo" % sys.version.split()[0]
        )
    if stamp(kind).exists() and stamp(kind).read_text(encoding="utf-8") == wanted(kind) and works("-c", ""):
        return
    uv = shutil.which("uv")
    if moved() or not works("-c", "" if uv else "import pip"):
        make_venv(uv)
    try:
        install(uv, kind)
    except subprocess.CalledProcessError as failure:
        sys.exit(
            "Installing %s stopped with %d; the lines above say why." % (LOCKS[kind], failure.returncode)
        )
    # What the tests need includes what running needs.
    for each in LOCKS if kind == "test" else [kind]:
        stamp(each).write_text(wanted(each), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
