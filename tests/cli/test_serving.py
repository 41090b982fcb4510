"""`heroes serve` as it is started: what answers the pages never loads what computes results."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.house.project import ROOT
from tests.servers import Databases
from tests.world import build

HEAVY = re.compile(r"/(numpy|scipy|ortools)[./]")


def mapped(process: int) -> set[str]:
    """The heavy libraries among the files that a process has in its memory."""
    return set(HEAVY.findall(Path(f"/proc/{process}/maps").read_text()))


def children(process: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


def environment(url: str, folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": url,
        "HEROES_SECRET_KEY": "for tests only, and long enough to pass",
        "HEROES_BASE_URL": "http://localhost",
        "HEROES_MAIL_URL": f"file://{folder / 'mail'}",
        "HEROES_MAIL_FROM": "heroes@tiny.example",
        "HEROES_INSTANCE": str(folder),
    }


@pytest.mark.slow
def test_a_web_worker_never_loads_what_computes(databases: Databases, tmp_path: Path) -> None:
    port = free_port()
    url = databases.copy_of("sqlite", "small-world", build)
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "heroes", "serve", "--port", str(port), "--workers", "1"],
            cwd=ROOT,
            env=environment(url, tmp_path),
            stdout=log,
            stderr=log,
        )
    try:
        for path in ("/healthz", "/small-2026/", "/small-2026/frontline/", "/sign-in"):
            assert answered(server, f"http://127.0.0.1:{port}{path}", tmp_path / "log")
        workers = children(server.pid)
        assert workers
        assert [mapped(process) for process in (server.pid, *workers)] == [set()] * (1 + len(workers))
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


def answered(server: subprocess.Popen[bytes], address: str, log: Path) -> bool:
    """Whether a page is there, at the latest when the server has had time to start."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(address) as answer:
                return answer.status == 200
        except OSError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)


def test_the_look_finds_what_is_loaded() -> None:
    """The guard above, turned on a program that does compute."""
    program = "import scipy.optimize, pathlib; print(pathlib.Path('/proc/self/maps').read_text())"
    maps = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert set(HEAVY.findall(maps)) == {"numpy", "scipy"}


@pytest.mark.parametrize("module", ["heroes.wsgi", "heroes.cli.serving", "heroes.cli.commands"])
def test_nothing_that_serves_imports_it(module: str, tmp_path: Path) -> None:
    program = f"import sys, {module}; print(*sorted({{'numpy', 'scipy'}} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(f"sqlite:///{tmp_path / 'x.sqlite'}", tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
