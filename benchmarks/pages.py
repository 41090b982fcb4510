"""Pages of staff and judges with 1,000 and with 10,000 entries, asked in turns, so that the two can be compared."""

import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from benchmarks import crowd, season
from benchmarks.client import Answer, Browser, Unexpected, encoded
from benchmarks.report import Measure, say
from benchmarks.server import environment, free_port, serve_heroes
from heroes.models.database import db, faces
from heroes.models.entries import Entry

NAME = "pages"
SMALL, LARGE = 1_000, 10_000
_REVISION = re.compile(rb'name="revision" value="(\d+)"')
_CRITERION = re.compile(rb'data-criterion="([^"]+)"')
_ROW = re.compile(rb'name="row" value="([^"]+)"')
NOT_COUNTED = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")


class Visit:
    """Somebody at one of the two servers; a page is a name, and how long it took this time."""

    def __init__(self, port: int, made: crowd.Crowd) -> None:
        """Sign in the owner and a judge."""
        self.made = made
        self.owner = Browser(port, source="127.0.0.1", cookies=dict(made.owner))
        self.judge = Browser(port, source="127.0.0.1", cookies=dict(made.judge))

    def pages(self, number: int) -> Iterator[tuple[str, float]]:
        """Every page once, with its seconds."""
        made, queue = self.made, f"/admin/{self.made.slug}/queue"
        for name, path in (
            ("queue, 50 rows", queue),
            ("queue, filtered", f"{queue}?category={season.CATEGORY}&state=submitted&progress=some"),
            ("queue, fewest scorecards", f"{queue}?sort=fewest"),
            ("queue, by title", f"{queue}?sort=title"),
            ("search, rare words", f"{queue}?q=maureen+okafor+{number % 9 * 110 + 1:05d}"),
            ("search, a word of all", f"{queue}?q=customer"),
            ("entry page", f"/admin/entry/{made.entries[-1 - number]}"),
            ("season page", f"/admin/{made.slug}/"),
        ):
            yield name, timed(partial(self.owner.get, path, says=b"</html>"))
        yield "judge's queue", timed(lambda: self.judge.get("/judge/", says=b"</html>"))
        card = f"/judge/{made.cards[number % len(made.cards)]}"
        page: list[Answer] = []
        yield "scorecard page", timed(lambda: page.append(self.judge.get(card, says=b"data-scorecard")))
        for act in ("draft", "submit"):
            body = filled(page[-1], act)
            name = "scorecard kept as a draft" if act == "draft" else "scorecard submitted"
            yield name, timed(partial(self.judge.post, card, body))
            if act == "draft":
                page.append(self.judge.get(card, says=b"data-scorecard"))


def timed(ask: Callable[[], object]) -> float:
    """The seconds of one request."""
    began = perf_counter()
    ask()
    return perf_counter() - began


def filled(page: Answer, act: str) -> bytes:
    """The scorecard of a page, all criteria marked."""
    revision = _REVISION.search(page.body)
    assert revision is not None
    marks = {f"mark-{key.decode()}": str(4 + n % 6) for n, key in enumerate(_CRITERION.findall(page.body))}
    told = {"comment": "A clear story, and a result that somebody can check. " * 4}
    return encoded({"csrf_token": page.token(), "revision": revision[1].decode(), "act": act} | marks | told)


TARGETS = {
    "queue, 50 rows": 25.0,
    "queue, filtered": 25.0,
    "queue, fewest scorecards": 25.0,
    "queue, by title": 25.0,
    "search, rare words": 60.0,
    "search, a word of all": 60.0,
    "judge's queue": 25.0,
    "scorecard kept as a draft": 15.0,
    "scorecard submitted": 15.0,
}


def run(quick: bool, database: Callable[[], str] | None = None) -> list[Measure]:
    """Every page at both sizes in turns; then a bulk act of 100, and how many statements each page asks."""
    rounds, sizes = (4, (SMALL // 4, LARGE // 4)) if quick else (20, (SMALL, LARGE))
    with tempfile.TemporaryDirectory(prefix="heroes-bench-") as text, ExitStack() as stack:
        visits: dict[int, Visit] = {}
        environs: dict[int, dict[str, str]] = {}
        for size in sizes:
            folder, port = Path(text) / str(size), free_port()
            folder.mkdir()
            url = database() if database else f"sqlite:///{folder / 'heroes.sqlite'}"
            environs[size] = environment(folder, url, port)
            began = perf_counter()
            visits[size] = Visit(port, crowd.build(environs[size], size))
            say(f"  {size:,} entries in {perf_counter() - began:.1f} s")
            stack.enter_context(serve_heroes(environs[size], port, folder / "log"))
        took: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
        for number in range(-4, rounds):
            for size, visit in visits.items():
                for name, seconds in visit.pages(number + 4):
                    if number >= 0:  # the first rounds warm both workers up
                        took[name, size].append(seconds * 1000)
        measures = list(_times(took, *sizes))
        large = sizes[-1]
        measures += _bulk(visits[large], environs[large], 25 if quick else 100)
    with tempfile.TemporaryDirectory(prefix="heroes-bench-") as text:
        measures += statements(Path(text), 100 if quick else 500)
    return measures


def _times(took: dict[tuple[str, int], list[float]], small: int, large: int) -> Iterator[Measure]:
    for name in dict.fromkeys(name for name, _ in took):
        at_small, at_large = median(took[name, small]), median(took[name, large])
        yield Measure(NAME, f"{name}, {large:,} entries", at_large, "ms", most=TARGETS.get(name))
        yield Measure(NAME, f"{name}, {large:,} to {small:,}", at_large / at_small, "times", most=1.3)


def _bulk(visit: Visit, environ: dict[str, str], many: int) -> Iterator[Measure]:
    made, slug = visit.made, visit.made.slug
    chosen = made.shortlistable[:many]
    token = visit.owner.get(f"/admin/{slug}/queue").token()
    body = encoded({"csrf_token": token, "act": "shortlist"}) + b"".join(
        b"&entry=" + handle.encode() for handle in chosen
    )
    preview: list[Answer] = []
    seconds = timed(lambda: preview.append(visit.owner.post(f"/admin/{slug}/bulk", body, status=200)))
    rows = _ROW.findall(preview[0].body)
    yield Measure(NAME, f"bulk of {many}, preview", seconds * 1000, "ms")
    yield Measure(NAME, f"bulk of {many}, rows that would not move", many - len(rows), "", most=0)
    body += b"".join(b"&row=" + row.replace(b":", b"%3A") for row in rows)
    seconds = timed(lambda: visit.owner.post(f"/admin/{slug}/bulk/apply", body))
    yield Measure(NAME, f"bulk of {many}, applied", seconds * 1000, "ms", most=500)
    with season.opened(environ) as (_, session):
        moved = session.scalar(
            select(func.count())
            .select_from(Entry)
            .where(Entry.handle.in_(chosen), Entry.state == "shortlisted")
        )
    yield Measure(NAME, f"bulk of {many}, lost", many - (moved or 0), "", most=0)


def statements(folder: Path, entries: int) -> Iterator[Measure]:
    """How many statements each page sends: counted in this process, where the engine can be listened to."""
    environ = environment(folder, f"sqlite:///{folder / 'heroes.sqlite'}", 80)
    made = crowd.build(environ, entries)
    sent: list[str] = []
    with season.opened(environ) as (app, _):

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if not statement.lstrip().upper().startswith(NOT_COUNTED):
                sent.append(statement)

        for face in faces(db.engine):
            event.listen(face, "before_cursor_execute", note)
        visit = Visit(0, made)
        visit.owner = _Inside(app.test_client(), made.owner)  # type: ignore[assignment] # the same two methods
        visit.judge = _Inside(app.test_client(), made.judge)  # type: ignore[assignment] # the same two methods
        for number in (0, 1):
            counts = {}
            for name, _ in visit.pages(number):
                counts[name] = len(sent)
                sent.clear()
        for name, count in counts.items():
            most = None if name.startswith("scorecard ") and name != "scorecard page" else 10.0
            yield Measure(NAME, f"{name}, statements", count, "", most=most)
        many = min(25, len(made.shortlistable))
        list(_bulk_inside(visit, many, sent))
        yield Measure(NAME, f"bulk of {many}, statements an entry", len(sent) / many, "", most=4)


def _bulk_inside(visit: Visit, many: int, sent: list[str]) -> Iterator[None]:
    slug = visit.made.slug
    token = visit.owner.get(f"/admin/{slug}/queue").token()
    body = encoded({"csrf_token": token, "act": "shortlist"}) + b"".join(
        b"&entry=" + handle.encode() for handle in visit.made.shortlistable[:many]
    )
    rows = _ROW.findall(visit.owner.post(f"/admin/{slug}/bulk", body, status=200).body)
    sent.clear()
    visit.owner.post(
        f"/admin/{slug}/bulk/apply", body + b"".join(b"&row=" + row.replace(b":", b"%3A") for row in rows)
    )
    yield


class _Inside:
    """The same browser without a server in between."""

    def __init__(self, client: FlaskClient, cookies: dict[bytes, bytes]) -> None:
        self.client = client
        for name, value in cookies.items():
            client.set_cookie(name.decode(), value.decode(), domain="127.0.0.1")

    def get(self, path: str, status: int = 200, says: bytes = b"") -> Answer:
        return self._checked(path, "GET", b"", status, says)

    def post(self, path: str, fields: bytes, status: int = 303, says: bytes = b"") -> Answer:
        return self._checked(path, "POST", fields, status, says)

    def _checked(self, path: str, method: str, fields: bytes, status: int, says: bytes) -> Answer:
        # A context of its own, as on a server: one request must not find what another has kept.
        with self.client.application.app_context():
            answer = self.client.open(
                path,
                method=method,
                data=fields,
                base_url="http://127.0.0.1",
                content_type="application/x-www-form-urlencoded",
                headers={"Sec-Fetch-Site": "same-origin"},
            )
        if answer.status_code != status or says not in answer.data:
            raise Unexpected(
                f"{method} {path}: {answer.status_code} where {status} with {says.decode()!r} was due"
            )
        return Answer(answer.status_code, answer.location or "", answer.data)
