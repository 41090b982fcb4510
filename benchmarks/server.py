"""A server of our own, as an operator starts it, and what it costs: CPU and memory of its whole process tree."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Browser, Unexpected

TICK = os.sysconf("SC_CLK_TCK")
PROJECT = Path(__file__).parent.parent


@dataclass(slots=True)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    started_in: float

    def family(self) -> list[int]:
        """The process and everything that it has started."""
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        found, waiting = [], [self.process.pid]
        while waiting:
            found.append(waiting.pop())
            waiting += children.get(found[-1], [])
        return found

    def cpu(self) -> float:
        """CPU seconds so far, user and system, of the family."""
        return sum(cpu_of(pid) for pid in self.family())

    def resident(self) -> list[float]:
        """Resident megabytes of each worker, not of the process that started them."""
        return [resident(pid) for pid in self.family() if pid != self.process.pid]


def cpu_of(pid: int) -> float:
    """CPU seconds of one process, its ended children included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICK


def resident(pid: int) -> float:
    """Resident megabytes of one process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, database_url: str, port: int) -> dict[str, str]:
    """What an operator would have set: everything in a folder of its own, mails as files, limits as they are."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HEROES_")}
    return kept | {
        "DATABASE_URL": database_url,
        "HEROES_INSTANCE": str(folder),
        "HEROES_SECRET_KEY": secrets.token_urlsafe(48),
        "HEROES_BASE_URL": f"http://127.0.0.1:{port}",
        "HEROES_MAIL_URL": f"file://{folder / 'mail'}",
    }


@contextmanager
def running(
    command: Sequence[str], environ: dict[str, str], port: int, log: Path, ready: str = "/healthz"
) -> Iterator[Server]:
    """The server while the block runs; it is stopped whatever happens."""
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environ, cwd=PROJECT, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    try:
        _wait_for(process, port, ready, log)
        yield Server(process, port, time.monotonic() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serve_heroes(environ: dict[str, str], port: int, log: Path) -> AbstractContextManager[Server]:
    """`heroes serve` with two workers."""
    command = [sys.executable, "-m", "heroes", "serve", "--workers", "2", "--port", str(port)]
    return running(command, environ, port, log)


def _wait_for(process: subprocess.Popen[bytes], port: int, ready: str, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        browser = Browser(port, source="127.0.0.1")
        try:
            browser.get(ready)
        except (ConnectionError, Unexpected, OSError):
            time.sleep(0.01)
        else:
            return
        finally:
            browser.close()
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")
