"""Starting a season: what it may begin from, and its name and opening."""

from dataclasses import asdict

from flask import Response, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.questions import showable
from heroes.domain.roles import Role
from heroes.domain.season_copies import Document
from heroes.models import public_pages
from heroes.models.database import current_session
from heroes.models.installation import Programme
from heroes.services import starting
from heroes.services.refusals import Invalid
from heroes.services.season_files import read_season
from heroes.services.starting import READY, SEASONS, Wanted
from heroes.web.admin.blueprint import blueprint, room_before
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render, viewer

LINES = {
    "customer-service-heroes": "People nominated by anybody, teams and organisations that enter themselves,"
    " a written round and finals.",
    "organisation-awards": "Organisations enter; a written and a live round count half each."
    " One winner, and up to two highly commended.",
    "service-health-check": "No places to win: every organisation at or above the benchmark is accredited,"
    " at one of three levels.",
    "small-prize": "One category, one round, one prize. The least that is fair.",
}


@blueprint.get("/seasons/new")
@open_to(Access.ADMIN)
def start() -> Response:
    """What a season may begin from."""
    session = current_session()
    mine = _programmes()
    return render(
        "admin/start.html",
        room=room_before(mine[0]),
        ready=[(f"ready-{key}", title, LINES[key], _counts(key)) for key, title in READY.items()],
        copies=[
            (f"copy-{one.slug}", one)
            for one in public_pages.seasons(session)
            if one.programme_id in {programme.id for programme in mine}
        ],
    )


@blueprint.route("/seasons/new/<source>", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def start_from(source: str) -> AnyResponse:
    """Name the season and say when it opens; then it is made, not open yet."""
    ctx = context()
    if request.method == "POST":
        text = _text()
        typed = Wanted(**{name: showable(request.form.get(name, "")) for name in asdict(_NOTHING)})
        try:
            season = starting.start(ctx, source, typed, text)
        except Invalid as error:
            current_session().rollback()
            return _form(source, typed, text, error.errors)
        return redirect(url_for("builder.home", season_slug=season.slug), 303)
    found = starting.source_of(ctx, source)
    return _form(source, starting.proposed(found, ctx.now), "", {}, found.document)


_NOTHING = Wanted("", "", "", "")


def _text() -> str:
    """The season file: what was pasted, or what the chosen file holds."""
    chosen = request.files.get("upload")
    if chosen is not None and chosen.filename:
        return showable(chosen.stream.read().decode("utf-8", errors="replace"))
    return showable(request.form.get("file", ""))


def _form(
    source: str, typed: Wanted, text: str, errors: dict[str, str], document: Document | None = None
) -> Response:
    mine = _programmes()
    if document is None:
        # A file that cannot be read says nothing about when it opens.
        document = starting.source_of(context(), source, "" if "file" in errors else text).document
    return render(
        "admin/start_from.html",
        422 if errors else 200,
        room=room_before(mine[0]),
        source=source,
        title=_title(source),
        programmes=mine,
        may_add=_owns(),
        typed=typed,
        text=text,
        added={
            name: showable(request.form.get(f"programme_{name}", "")) for name in ("name", "body", "slug")
        },
        errors=errors,
        found=[Problem(name, sentence) for name, sentence in errors.items()],
        opens=document["season"]["opens"],
        dates=len(document.get("milestone", [])),
    )


def _title(source: str) -> str:
    kind, _, name = source.partition("-")
    if kind == "ready":
        return READY[name]
    return {"empty": "An empty season", "file": "A season from a file"}.get(
        source, "A copy of another season"
    )


def _owns() -> bool:
    person = viewer()
    return person is not None and Role.OWNER in person.found.staff


def _programmes() -> list[Programme]:
    """The programmes that this person may start a season in, by name."""
    person = viewer()
    assert person is not None
    found = current_session().scalars(
        select(Programme).where(Programme.id.in_(person.found.programmes)).order_by(Programme.name)
    )
    return list(found)


def _counts(key: str) -> tuple[int, int, int]:
    """Categories, questions and criteria of a ready-made season."""
    data = read_season(SEASONS / f"{key}.toml")
    questions = sum(len(section["question"]) for form in data["form"] for section in form["section"])
    criteria = sum(len(one.get("criterion", [])) for one in [*data["category"], *data.get("score_set", [])])
    return len(data["category"]), questions, criteria
