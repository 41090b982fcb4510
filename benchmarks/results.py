"""A results run at the size of a national season: from the database in the worker, and the pages that show it."""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import select

from benchmarks import crowd, season
from benchmarks.client import Browser
from benchmarks.pages import timed
from benchmarks.report import Measure, say
from benchmarks.server import environment, free_port, serve_heroes
from heroes.jobs.reckoner import Reckoner
from heroes.models.runs import ResultsRun
from heroes.models.seasons import Category, Round

NAME = "results"
LARGE = 10_000


def run(quick: bool, database: Callable[[], str] | None = None) -> list[Measure]:
    """A season of many entries in all its categories, then the same number in one; each computed, then looked at."""
    size, measures = LARGE // 10 if quick else LARGE, []
    for what, categories in (("in all categories", None), ("in one category", 1)):
        with tempfile.TemporaryDirectory(prefix="heroes-bench-") as text:
            folder, port = Path(text), free_port()
            url = database() if database else f"sqlite:///{folder / 'heroes.sqlite'}"
            environ = environment(folder, url, port)
            began = perf_counter()
            made = crowd.build(environ, size, categories=categories)
            say(f"  {size:,} entries {what} in {perf_counter() - began:.1f} s")
            many, seconds, path = _computed(environ, made.slug)
            measures.append(Measure(NAME, f"{size:,} entries {what}, {many} runs", seconds, "s", most=5))
            with serve_heroes(environ, port, folder / "log"):
                measures += _looked_at(
                    Browser(port, source="127.0.0.1", cookies=dict(made.owner)), path, what
                )
    return measures


def _computed(environ: dict[str, str], slug: str) -> tuple[int, float, str]:
    """How many runs there were to compute, the seconds that it took, and the path of a leaderboard."""
    with season.opened(environ) as (_, session):
        seconds = timed(Reckoner(season.context).all_now)
        states = session.scalars(select(ResultsRun.state)).all()
        assert set(states) == {"done"}, states
        category, round_ = session.execute(
            select(Category.slug, Round.slug)
            .join(Round, Round.category_id == Category.id)
            .join(ResultsRun, ResultsRun.round_id == Round.id)
            .order_by(ResultsRun.id)
        ).first() or ("", "")
        return len(states), seconds, f"/admin/{slug}/results/{category}/{round_}"


def _looked_at(owner: Browser, path: str, what: str) -> Iterator[Measure]:
    took = [timed(partial(owner.get, path, says=b"</html>")) * 1000 for _ in range(12)][2:]
    yield Measure(NAME, f"leaderboard, {what}", median(took), "ms", most=100)
