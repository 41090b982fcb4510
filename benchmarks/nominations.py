"""A whole public nomination by a new visitor: form, answers, check, send, receipt."""

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks import season
from benchmarks.client import Browser, Unexpected, encoded, path_of
from benchmarks.load import Outcome, drive
from benchmarks.report import Measure, say
from benchmarks.server import environment, free_port, serve_heroes
from heroes.models.audit import AuditRecord
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.outbox import OutboxMail

NAME = "nomination"
_REFERENCE = re.compile(rb"\b[A-Z]+-\d\d-\d{4,}\b")


def nominate(port: int, address: str, fields: bytes) -> str:
    """Nominate once, as a stranger who has never been here, and return the reference of the receipt."""
    browser = Browser(port)
    try:
        page = browser.get(address, says=b"csrf_token")
        answers = encoded({"csrf_token": page.token(), "revision": "0", "act": "check"}) + b"&" + fields
        check = path_of(browser.post(address, answers).location)
        if not check.endswith("/check"):
            raise Unexpected(f"the answers led to {check}, not to the check")
        page = browser.get(check, says=b"Maureen Okafor")
        receipt = path_of(
            browser.post(check, encoded({"csrf_token": page.token(), "revision": "1"})).location
        )
        if not receipt.endswith("/receipt"):
            raise Unexpected(f"the check led to {receipt}, not to the receipt")
        found = _REFERENCE.search(browser.get(receipt, says=b"Maureen Okafor").body)
        if found is None:
            raise Unexpected("the receipt has no reference")
        return found[0].decode()
    finally:
        browser.close()


def run(quick: bool, database: Callable[[], str] | None = None) -> list[Measure]:
    """Measure it at 1, 8 and 32 at once; every acknowledged reference is looked up afterwards."""
    with tempfile.TemporaryDirectory(prefix="heroes-bench-") as text:
        folder, port = Path(text), free_port()
        url = database() if database else f"sqlite:///{folder / 'heroes.sqlite'}"
        environ = environment(folder, url, port)
        slug = season.build(environ, "open")
        address = f"/{slug}/{season.CATEGORY}/nominate"
        bodies = [encoded(season.nomination(number)) for number in range(200)]
        measures: list[Measure] = []
        acknowledged: list[object] = []
        with serve_heroes(environ, port, folder / "log") as server:
            measures.append(Measure(NAME, "start to the first 200", server.started_in, "s", most=2.0))

            def flow(number: int) -> str:
                return nominate(port, address, bodies[number % len(bodies)])

            acknowledged += _checked(drive(flow, 48, 8)).results
            for at_once, flows in ((1, 60), (8, 200), (32, 1600)):
                flows = flows // 6 if quick else flows  # noqa: PLW2901 (the same, less of it)
                before = server.cpu()
                outcome = drive(flow, flows, at_once)
                cpu = (server.cpu() - before) * 1000 / max(1, len(outcome.took))
                say(
                    f"  {at_once:>3} at once: {outcome.per_second:.1f}/s, {cpu:.2f} CPU ms, {outcome.errors[:3]}"
                )
                acknowledged += outcome.results
                measures += _told(outcome, at_once, cpu)
            memory = max(server.resident())
        measures.append(Measure(NAME, "resident, larger worker", memory, "MB", most=130))
        with season.opened(environ) as (_, session):
            measures += kept(session, {str(reference) for reference in acknowledged}, len(acknowledged))
        return measures


def _checked(outcome: Outcome) -> Outcome:
    if outcome.errors:
        raise RuntimeError(f"the warm-up failed: {outcome.errors[0]}")
    return outcome


def _told(outcome: Outcome, at_once: int, cpu: float) -> Iterator[Measure]:
    hard = at_once == 32
    yield Measure(NAME, f"{at_once} at once", outcome.per_second, "flows/s", least=80 if hard else None)
    yield Measure(NAME, f"{at_once} at once, server", cpu, "CPU ms a flow", most=15)
    yield Measure(NAME, f"{at_once} at once, median", outcome.median, "s")
    yield Measure(NAME, f"{at_once} at once, 95 %", outcome.share(0.95), "s", most=1.0)
    yield Measure(NAME, f"{at_once} at once, errors", len(outcome.errors), "", most=0)


def kept(session: Session, references: set[str], flows: int) -> Iterator[Measure]:
    """What the database says of it: nothing acknowledged may be missing, nothing may be there twice."""
    kept = set(session.scalars(select(Entry.reference).where(Entry.state == "submitted")))
    yield Measure(NAME, "acknowledged and not in the database", len(references - kept), "", most=0)
    yield Measure(NAME, "references given twice", flows - len(references), "", most=0)
    for what, table, each in (("sent answer sheets", AnswerSheet, 1), ("audit records", AuditRecord, 2)):
        rows = session.scalar(select(func.count()).select_from(table)) or 0
        extra = 1 if table is AuditRecord else 0  # the season's own
        yield Measure(NAME, f"{what} too few", max(0, flows * each + extra - rows), "", most=0)
    mails = session.scalar(select(func.count()).select_from(OutboxMail)) or 0
    yield Measure(NAME, "mails owed too few", max(0, flows * 2 - mails), "", most=0)
