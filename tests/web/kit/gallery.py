"""A small app that shows the kit by itself: base, room, sheet and the error pages, with invented content."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_bootstrap import Bootstrap5
from jinja2 import StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from heroes.domain.questions import Column, Question, told
from heroes.web.kit import art, charts, words
from heroes.web.kit.grids import GridField
from tests.web.kit import invented_result

ROOT = Path(__file__).parents[3]
ERRORS = ("400", "403", "404", "405", "409", "413", "429", "500", "503")
NOW = datetime(2026, 5, 19, 13, 5, tzinfo=UTC)
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SITE = SimpleNamespace(
    body="Northgate Contact Alliance",
    programme="Customer Service Heroes",
    season_name="Customer Service Heroes 2026",
    season_slug="heroes-2026",
    year=2026,
    zone="Europe/London",
    zone_word="UK time",
    contact="heroes@northgate.example",
)
VIEWER = SimpleNamespace(
    name="Helena Marsh", rooms=[("Judging", "/judge/", "judge"), ("Admin", "/admin/", "admin")]
)
ROOM = SimpleNamespace(
    role="Judge",
    key="judge",
    who="Helena Marsh",
    tabs=[("My queue", "/judge/", True), ("Score scale", "#", False), ("Briefing", "#", False)],
)
POINTS = [
    SimpleNamespace(from_=low, to_=high, word=word, text=text)
    for low, high, word, text in (
        (0, 0, "Nothing offered", "Nothing was offered on this point."),
        (1, 2, "Off the point", "Something was said, but not about this."),
        (3, 4, "Key points missing", "Attempted; what matters most is not there."),
        (5, 5, "Meets it", "Does what the criterion asks."),
        (6, 7, "Meets it and adds", "Does what it asks, and brings something of its own."),
        (8, 9, "Strong, with evidence", "Well above what is asked, and shown rather than claimed."),
        (10, 10, "A model for others", "Complete and measured. Others should copy it."),
    )
]
MILESTONES = [
    SimpleNamespace(at=at, title=title, note=note)
    for at, title, note in (
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "Season opens", "Rule card locked"),
        (datetime(2026, 5, 22, 16, tzinfo=UTC), "Nominations close", ""),
        (datetime(2026, 6, 11, 8, tzinfo=UTC), "Judging", "Three judges an entry"),
        (datetime(2026, 7, 16, 9, tzinfo=UTC), "Shortlist public", "In alphabetical order"),
        (datetime(2026, 11, 19, 21, 30, tzinfo=UTC), "The dinner", "Heroes named"),
    )
]
ROWS = [
    SimpleNamespace(place=1, name="Maureen Okafor", score=Decimal("84.2"), marks=(82.5, 84.5, 85.6)),
    SimpleNamespace(
        place=2, name="Lorna Petrie", score=Decimal("65.8"), marks=(58.5, 68.4, 70.5), low=59.9, high=71.7
    ),
    SimpleNamespace(place=3, name="Wendy Hallam", score=Decimal("57.4"), marks=(53, 58.7, 60.5)),
]
for row in ROWS:
    row.marks = [Decimal(str(total)) for total in row.marks]


HELPERS = Question(key="helpers", kind="people", label="Who helped?", most=3)
MEASURES = Question(
    key="measures",
    kind="table",
    label="What changed?",
    rows=("Calls answered", "Complaints"),
    columns=(Column("Before", "", True), Column("After", "%", True)),
)
ANSWERS = [
    ("What happened?", told(Question(key="a", kind="long", label=""), "She rang.\n\nThen she rang again.")),
    ("A page about it", told(Question(key="a", kind="link", label=""), "https://larkfield.example/storm")),
    ("Where did you meet?", told(Question(key="a", kind="many", label=""), "Phone\nChat")),
    ("Who helped?", told(HELPERS, "Priya Nair\tTeam leader\nSam Oduya")),
    ("What changed?", told(MEASURES, "Calls answered\t1,204\t12.5\nComplaints\t\t3")),
    ("Anything else?", told(Question(key="a", kind="long", label=""), "")),
]


class Nomination(Form):
    """One field of every kind."""

    revision = HiddenField(default="3")
    name = StringField("Your name", [validators.InputRequired()], description="As your colleagues know you.")
    sentence = TextAreaField(
        "In one sentence, why this person?", [validators.InputRequired()], description="As to a friend."
    )
    email = EmailField(
        "Nominee’s work e-mail", [validators.Email("Enter an address like name@place.example.")]
    )
    surprise = RadioField(
        "May we tell them now?",
        [validators.InputRequired("Choose whether we may tell them now.")],
        choices=[SelectChoice("yes", "Yes, tell them"), SelectChoice("no", "No, keep it a surprise")],
    )
    sector = SelectField("Sector", choices=[SelectChoice("", "Choose one"), SelectChoice("energy", "Energy")])
    website = StringField("Leave this empty")
    channels = SelectMultipleField(
        "Where did you meet?",
        choices=[SelectChoice("phone", "Phone"), SelectChoice("chat", "Chat")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    helpers = GridField(question=HELPERS, label=HELPERS.label, description="Whoever should be named.")
    measures = GridField(question=MEASURES, label=MEASURES.label)
    consent = BooleanField("A customer in this story could not be recognised", [validators.InputRequired()])


def filled(**given: str) -> Nomination:
    """A form as somebody sent it, checked."""
    form = Nomination(MultiDict({"revision": "3", **given}))
    form.validate()
    return form


def create() -> Flask:
    """The gallery. Undefined names are errors, so that every page is proven to need only what is promised."""
    app = Flask("gallery", static_folder=ROOT / "heroes/static", template_folder=ROOT / "templates")
    app.add_url_rule("/sign-in", "accounts.sign_in")  # again.html leads there
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, TESTING=True)
    Bootstrap5(app)
    words.register(app)
    charts.register(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(
        asset=lambda name: url_for("static", filename=name), csrf_token=lambda: "a-token"
    )

    @app.get("/again")
    def again() -> str:
        typed = [("happened", "She rang\nall forty-one."), ("revision", "3")]
        return render_template("errors/again.html", fields=typed, signed_out="out" in request.args)

    saves: list[dict[str, str]] = []
    app.extensions["saves"] = saves

    @app.context_processor
    def context() -> dict[str, object]:
        nav = [("/heroes-2026/", "Categories", True), ("/sign-in", "Sign in", False)]
        return {"site": SITE, "viewer": VIEWER, "nav": nav, "theme": request.args.get("theme")}

    @app.get("/sheet")
    def sheet() -> str:
        form = (
            filled(sentence=" ".join(["word"] * 33), email="no address")
            if "bad" in request.args
            else filled()
        )
        return render_template(
            "kit/sheet.html",
            form=form,
            answers=ANSWERS,
            points=POINTS,
            milestones=MILESTONES,
            rows=ROWS,
            icons=art.ICONS,
            now=NOW,
            zone=SITE.zone,
            result=invented_result.pictures(),
        )

    @app.get("/room")
    def room() -> str:
        return render_template("room.html", room=ROOM)

    @app.get("/bare")
    def bare() -> str:
        return render_template("errors/500.html", site=None, viewer=None, nav=[])

    @app.get("/error/<code>")
    def error(code: str) -> str:
        return render_template(f"errors/{code}.html")

    @app.post("/sheet")
    def save() -> ResponseReturnValue:
        saves.append(dict(request.form))
        status = int(app.config.get("SAVE_STATUS", 200))
        if status != 200:
            return jsonify({}), status, {"Location": "/sheet"} if status == 302 else {}
        return jsonify({"saved_at_text": "Saved 14:06", "revision": 4} | app.config.get("SAVE_MORE", {}))

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app
