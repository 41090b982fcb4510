"""The season that is measured: the demo's own, moved so that today falls where a benchmark needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from heroes import config
from heroes.app import create_app
from heroes.domain.actors import SYSTEM
from heroes.domain.clocks import in_utc
from heroes.domain.questions import Question, parse_form
from heroes.migrations import steps
from heroes.models.database import db, dispose
from heroes.services.context import Context
from heroes.services.opening import ensure_installation
from heroes.services.season_files import load_season, read_season
from heroes.web.kit.pipeline import house

FILE = Path(config.__file__).parent / "seasons" / "customer-service-heroes.toml"
CATEGORY = "frontline-hero"
_WORDS = (
    "she rang every customer on the register before anybody had asked and stayed on the line until the water "
    "was back because a promise made at teatime is still a promise at midnight and somebody has to keep it"
).split()


@contextmanager
def opened(environ: dict[str, str]) -> Iterator[tuple[Flask, Session]]:
    """The application of these settings in this process, with a session on its database."""
    app = create_app(config.load(environ, serving=True))
    with app.app_context():
        try:
            yield app, db.session()
        finally:
            db.session.remove()
            dispose(db.engine)


def context() -> Context:
    """A context in which the system acts now."""
    it = house()
    return Context(session=db.session(), actor=SYSTEM, now=it.clock.now(), keys=it.keys, chance=it.chance)


def build(environ: dict[str, str], stage: str) -> str:
    """Make the season in an empty database, "open" for nominations or in "judging", and return its slug."""
    data = read_season(FILE)
    zone = data["season"]["timezone"]
    start = data["season"]["opens"] if stage == "open" else data["season"]["judging_starts"]
    shift = datetime.now(UTC) - timedelta(days=7) - in_utc(start, zone)
    with opened(environ):
        steps.upgrade(db.engine)
        ctx = context()
        ensure_installation(ctx)
        early = replace(ctx, now=ctx.now - timedelta(days=60))
        season = load_season(early, data, shift=timedelta(days=shift.days))
        return season.slug


def nomination(number: int) -> dict[str, str]:
    """A whole nomination, about 800 words, as somebody would type it into the form of `CATEGORY`."""
    data = read_season(FILE)
    category = next(c for c in data["category"] if c["slug"] == CATEGORY)
    form = next(f for f in data["form"] if f["key"] == category["form"])
    people = {
        "nominator_name": f"Nora Nominator {number}",
        "nominator_email": f"nora{number}@home.example",
        "relation": "I sit at the next desk",
        "title": f"Maureen Okafor {number}",
        "nominee_role": "Adviser, customer care",
        "nominee_email": f"maureen{number}@organisation{number % 400}.example",
        "organisation_name": f"Organisation {number % 400}",
        "sector": str(data["programme"]["sectors"][number % len(data["programme"]["sectors"])]),
        "may_tell": "yes" if number % 2 else "no",
    }
    answers = {q.key: answer(q, number) for q in parse_form(form["section"]).questions}
    return people | answers


def answer(question: Question, number: int) -> str:
    """An answer that fits, of the length that people write."""
    match question.kind:
        case "choice":
            return question.choices[number % len(question.choices)]
        case "yes_no":
            return "yes"
        case "consent":
            return question.consent_version
        case "number":
            return str(question.minimum or 0)
        case "link":
            return f"https://organisation{number % 400}.example/story"
        case "email":
            return f"someone{number}@organisation{number % 400}.example"
    length = max(1, (question.words or 20) * 3 // 4)
    return " ".join(_WORDS[(number + i) % len(_WORDS)] for i in range(length)).capitalize()
