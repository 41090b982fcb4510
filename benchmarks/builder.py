"""The builder's pages on the largest season that anybody sets up: server time and statements, in this process."""

import tempfile
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import event, select

from benchmarks import season
from benchmarks.pages import NOT_COUNTED
from benchmarks.report import Measure, say
from benchmarks.server import environment
from heroes.domain.season_copies import moved
from heroes.migrations import steps
from heroes.models.database import db, faces
from heroes.models.seasons import Panel, PanelMember
from heroes.services.accounts import add_user, start_session
from heroes.services.opening import ensure_installation, give_role
from heroes.services.season_files import load_season, read_season
from heroes.services.transactions import transaction

NAME = "builder"
CATEGORIES, QUESTIONS, JUDGES = 60, 40, 200
MOST_MS, MOST_STATEMENTS = 100.0, 20.0
_KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "long", "words": 250, "required": True},
    {"kind": "short", "words": 20},
    {"kind": "choice", "choices": ["Energy", "Water", "Banking", "Another"]},
    {"kind": "number", "minimum": 0, "maximum": 5000, "unit": "calls"},
    {"kind": "yes_no", "required": True},
)


def document() -> dict[str, Any]:
    """A season of sixty categories, each with a form of forty questions, a scorecard and two rounds of its own."""
    data = read_season(season.FILE)
    pattern = data["category"][2]
    data["season"] |= {"slug": "large", "reference": "LARGE"}
    data["form"] = [_form(number) for number in range(CATEGORIES)]
    data["category"] = [
        pattern
        | {
            "slug": f"category-{number}",
            "name": f"Category number {number}",
            "form": f"form-{number}",
            "round": [dict(one) for one in pattern["round"]],
        }
        for number in range(CATEGORIES)
    ]
    return moved(data, 52)


def _form(number: int) -> dict[str, Any]:
    questions = [
        {
            "key": f"q{n}",
            "label": f"What can you tell us about part {n} of what was done?",
            "help": "Say it as you would to a friend, and say how you know.",
            **_KINDS[n % len(_KINDS)],
        }
        for n in range(QUESTIONS)
    ]
    sections = [
        {"title": f"Part {start // 10 + 1}", "question": questions[start : start + 10]}
        for start in range(0, QUESTIONS, 10)
    ]
    return {"key": f"form-{number}", "name": f"Form number {number}", "section": sections}


PAGES = {
    "overview": "",
    "programme": "programme",
    "look": "look",
    "timeline": "timeline",
    "categories": "categories/",
    "one category": "categories/one/category-30/",
    "outcome rule": "categories/one/category-30/outcome",
    "forms": "forms",
    "one form": "forms/form-30",
    "one question": "forms/form-30/questions/q20",
    "form preview": "forms/form-30/preview",
    "scorecards": "scorecards",
    "one scorecard": "scorecards/category-30",
    "rounds": "rounds/",
    "one category's rounds": "rounds/category-30/",
    "panels": "panels/",
    "people": "people",
    "check": "check",
    "the file": "season.toml",
}
"""Every page of the builder by its address below /admin/large/setup/."""


def run(quick: bool, database: Callable[[], str] | None = None) -> list[Measure]:
    """Each page's median server time and its statements, beside the limits of 100 ms and 20 statements."""
    rounds = 3 if quick else 9
    took: defaultdict[str, list[float]] = defaultdict(list)
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="heroes-bench-") as text:
        url = database() if database else f"sqlite:///{Path(text) / 'heroes.sqlite'}"
        with season.opened(environment(Path(text), url, 80)) as (app, session):
            steps.upgrade(db.engine)
            ctx = season.context()
            ensure_installation(ctx)
            began = perf_counter()
            made = load_season(ctx, document(), shift=timedelta(), opened=False)
            with transaction(ctx):
                owner = add_user(ctx, "Olive Owner", "olive@large.example")
                give_role(ctx, owner.id, made.programme_id, "owner")
                panels = session.scalars(select(Panel).where(Panel.season_id == made.id)).all()
                for n in range(JUDGES):
                    judge = add_user(ctx, f"Judge {n}", f"judge{n}@large.example")
                    panel = panels[n % len(panels)]
                    session.add(
                        PanelMember(panel_id=panel.id, user_id=judge.id, role="judge", joined_at=ctx.now)
                    )
                token = start_session(ctx, owner, "password").token
            say(f"  {CATEGORIES} categories in {perf_counter() - began:.1f} s")
            sent: list[str] = []
            for face in faces(db.engine):
                event.listen(
                    face,
                    "before_cursor_execute",
                    lambda _c, _u, statement, *_: (
                        sent.append(statement)
                        if not statement.lstrip().upper().startswith(NOT_COUNTED)
                        else None
                    ),
                )
            client = app.test_client()
            with client.session_transaction(base_url="http://127.0.0.1") as cookie:
                cookie["_user_id"], cookie["_fresh"] = token, True
            db.session.remove()
            for number in range(-1, rounds):
                for name, path in PAGES.items():
                    sent.clear()
                    began = perf_counter()
                    with app.app_context():
                        answer = client.get(f"/admin/large/setup/{path}", base_url="http://127.0.0.1")
                    seconds = perf_counter() - began
                    if answer.status_code != 200:
                        raise RuntimeError(f"{path}: {answer.status_code}")
                    if number >= 0:  # the first round warms everything up
                        took[name].append(seconds * 1000)
                        counts[name] = len(sent)
    return [
        measure
        for name in PAGES
        for measure in (
            Measure(NAME, name, median(took[name]), "ms", most=MOST_MS),
            Measure(NAME, f"{name}, statements", counts[name], "", most=MOST_STATEMENTS),
        )
    ]
