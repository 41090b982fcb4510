"""The floor: a bare Flask with the same server on the same machine, in the same run."""

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.bare import make_app
from benchmarks.client import Browser, encoded
from benchmarks.load import drive
from benchmarks.report import Measure
from benchmarks.server import free_port, running

NAME = "floor"
_TEXT = encoded({"text": "she rang every customer on the register " * 10})


def run(quick: bool, _: Callable[[], str] | None = None) -> list[Measure]:
    """Hello, a page and a one-row POST at 32 at once, on SQLite whatever the others run on."""
    with tempfile.TemporaryDirectory(prefix="heroes-bench-") as text:
        folder, port = Path(text), free_port()
        url = f"sqlite:///{folder / 'bare.sqlite'}"
        make_app(url)  # makes the table before two workers would
        environ = os.environ | {"BARE_PORT": str(port), "BARE_DATABASE_URL": url}
        command = [sys.executable, "-m", "benchmarks.bare"]
        measures = [Measure(NAME, "one fdatasync", _sync(folder), "ms")]
        asked: tuple[tuple[str, Callable[[Browser], object]], ...] = (
            ("hello", lambda browser: browser.get("/hello", says=b"hello")),
            ("page of 53 rows", lambda browser: browser.get("/page", says=b"Somebody 52")),
            ("one-row POST", lambda browser: browser.post("/row", _TEXT, status=200, says=b"kept")),
        )
        repeats = 10
        flows = (100 if quick else 600) * repeats
        with running(command, environ, port, folder / "log", ready="/hello") as server:
            for what, ask in asked:

                def flow(_: int, ask: Callable[[Browser], object] = ask) -> None:
                    browser = Browser(port)
                    for _ in range(repeats):
                        ask(browser)
                    browser.close()

                drive(flow, 20, 8)
                before = server.cpu()
                outcome = drive(flow, flows // repeats, 32)
                cpu = (server.cpu() - before) * 1000 / flows
                measures.append(Measure(NAME, what, outcome.per_second * repeats, "requests/s"))
                measures.append(Measure(NAME, f"{what}, server", cpu, "CPU ms"))
                measures.append(Measure(NAME, f"{what}, errors", len(outcome.errors), "", most=0))
        kept = sqlite3.connect(folder / "bare.sqlite").execute("SELECT count(*) FROM rows").fetchone()[0]
        measures.append(Measure(NAME, "one-row POSTs lost", flows + 20 * repeats - kept, "", most=0))
        return measures


def _sync(folder: Path) -> float:
    """How long this disk takes to promise that 4 KiB are kept: the price of every commit."""
    took = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(b"x" * 4096)
            began = perf_counter()
            os.fdatasync(file.fileno())
            took.append(perf_counter() - began)
    return median(took) * 1000
