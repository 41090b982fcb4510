"""One question of a form: adding it, changing it, taking it away."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain import form_designs as shapes
from heroes.domain.form_designs import Asked, Place
from heroes.domain.policy import Deed
from heroes.domain.question_settings import (
    IDENTIFYING_KINDS,
    MOST_COLUMNS,
    Typed,
    fields_of,
    kind_of,
    usually_seen,
)
from heroes.domain.questions import Kind
from heroes.models import form_pages as read
from heroes.models.database import current_session
from heroes.models.seasons import FormDesign
from heroes.services import form_designs
from heroes.services.permission import staff_season
from heroes.services.refusals import NotFound
from heroes.web.builder.blueprint import blueprint
from heroes.web.builder.forms import back_to, design_to_see, form_frame, number_of
from heroes.web.builder.saving import CALM, Trouble, save, seen_version
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render

FIELD_WORDS = {
    "label": "The question",
    "help": "Help",
    "required": "Must be answered",
    "words": "Most words",
    "choices": "Choices",
    "most": "At most",
    "minimum": "Lowest",
    "maximum": "Highest",
    "unit": "Unit",
    "earliest": "Earliest day",
    "latest": "Latest day",
    "emails": "Ask for e-mail addresses",
    "columns": "Columns",
    "rows": "Rows",
    "consent_version": "Version of the words",
    "when": "Asked after",
    "categories": "Categories",
    "identifying": "Says who somebody is",
    "judges": "Judges see the answer",
    "public": "Public when shortlisted",
}
"""Setting -> its words, in the order of the page."""
JUDGES = {
    "": "The usual: unless the answer says who somebody is",
    "yes": "Yes",
    "no": "No",
}


@blueprint.route("/forms/<key>/questions/new", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def new_question(season_slug: str, key: str) -> AnyResponse:
    """Choose a kind, then write the question."""
    number = number_of(request.values.get("section", "0"))
    kind = kind_of(request.values.get("kind", ""))
    if kind is None:
        season = staff_season(context(), season_slug, Deed.SET_UP)
        design = design_to_see(season, key)
        if number >= len(design.sections):
            raise NotFound
        return render(
            "builder/form_kinds.html",
            **form_frame(season),
            design=design,
            number=number,
            title=shapes.title_of(design.sections, number),
            back=back_to(season_slug, key),
        )
    if request.method == "GET":
        return _question_page(season_slug, key, None, number, kind, CALM)
    return _save_question(season_slug, key, None, number, kind)


@blueprint.route("/forms/<key>/questions/<question>", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def question(season_slug: str, key: str, question: str) -> AnyResponse:
    """Change a question."""
    kind = kind_of(request.values.get("kind", ""))
    if request.method == "GET":
        return _question_page(season_slug, key, question, 0, kind, CALM)
    if kind is None:
        raise NotFound
    return _save_question(season_slug, key, question, 0, kind)


def _posted() -> Typed:
    texts = {name: text for name, text in request.form.items() if name not in ("csrf_token", "version")}
    return Typed(texts, {name: request.form.getlist(name) for name in request.form})


def _save_question(season_slug: str, key: str, question: str | None, number: int, kind: Kind) -> AnyResponse:
    saved: list[str] = []

    def do() -> None:
        it = form_designs.save_question(
            context(),
            season_slug,
            key,
            seen_version(),
            question=question,
            section=number,
            kind=kind,
            typed=_posted(),
        )
        saved.append(it)

    answer = save(do, lambda trouble: _question_page(season_slug, key, question, number, kind, trouble), "")
    if not saved:
        return answer
    return redirect(back_to(season_slug, key, "question", f"q-{saved[0]}"), 303)


def _question_page(
    season_slug: str, key: str, question: str | None, number: int, kind: Kind | None, trouble: Trouble
) -> Response:
    season = staff_season(context(), season_slug, Deed.SET_UP)
    design = design_to_see(season, key)
    stored: Asked | None = None
    if question is not None:
        try:
            stored = shapes.question_of(design.sections, question)
        except shapes.Gone as error:
            if trouble is CALM:
                raise NotFound from error
    if question is None and number >= len(design.sections):
        raise NotFound
    gone = question is not None and stored is None
    place = shapes.place_of(design.sections, stored["key"]) if stored else _end(design, number)
    kind = kind or (kind_of(stored["kind"]) if stored else None)
    if kind is None:
        raise NotFound
    categories = {
        one.slug: one.name
        for one in read.categories(current_session(), season.id)
        if one.form_design_id == design.id
    }
    names = {slug: slug for slug in (stored or {}).get("categories", ())} | categories
    typed = _posted() if trouble is not CALM else typed_of(stored) if stored else _fresh(kind)
    conditions = shapes.can_hang_on(design.sections, place)
    both = _both(kind, typed_of(stored), typed, design, names) if trouble.faster and stored else []
    fields = fields_of(kind)
    to = (
        url_for("builder.question", season_slug=season_slug, key=key, question=question)
        if question and not gone
        else url_for("builder.new_question", season_slug=season_slug, key=key)
    )
    return render(
        "builder/form_question.html",
        trouble.status,
        **form_frame(season),
        design=design,
        question=question if stored else None,
        number=number,
        gone=gone,
        kind=kind,
        fields=fields,
        words=FIELD_WORDS,
        typed=typed,
        trouble=trouble,
        both=both,
        judges=JUDGES,
        conditions=[(one, shapes.answers_of(one)) for one in conditions],
        categories=names,
        hanging=[shapes.name_of(one) for one in shapes.hanging_on(design.sections, stored["key"])]
        if stored
        else [],
        columns=_columns(typed) if "columns" in fields else [],
        to=to,
        back=back_to(season_slug, key),
    )


def _end(design: FormDesign, number: int) -> Place:
    if number >= len(design.sections):
        return Place(0, 0)
    return Place(number, len(design.sections[number].get("question", ())))


def _fresh(kind: Kind) -> Typed:
    """A new question as its page begins: what says who somebody is says so from the start."""
    return Typed({"identifying": "1"} if kind in IDENTIFYING_KINDS else {}, {})


def typed_of(stored: Mapping[str, Any]) -> Typed:
    """A stored question as its page shows it: the same texts and ticks that reading them gives it back from."""
    texts = {
        name: str(stored[name])
        for name in (
            *("label", "help", "words", "most", "minimum", "maximum", "unit"),
            *("earliest", "latest", "consent_version"),
        )
        if stored.get(name) not in (None, "")
    }
    for name in ("choices", "rows"):
        if stored.get(name):
            texts[name] = "\n".join(str(line) for line in stored[name])
    texts |= {name: "1" for name in ("required", "identifying", "public", "emails") if stored.get(name)}
    seen = bool(stored.get("judges", True))
    if seen != usually_seen(str(stored.get("kind")), bool(stored.get("identifying"))):
        texts["judges"] = "yes" if seen else "no"
    ticked: dict[str, Sequence[str]] = {}
    if stored.get("categories"):
        texts["some_categories"] = "1"
        ticked["categories"] = list(stored["categories"])
    if stored.get("when"):
        texts["when"] = stored["when"]["question"]
        ticked[f"when-{texts['when']}"] = list(stored["when"]["is"])
    columns = [{"name": one} if isinstance(one, str) else one for one in stored.get("columns", ())]
    if columns:
        ticked["columns-name"] = [str(one["name"]) for one in columns]
        ticked["columns-unit"] = [str(one.get("unit", "")) for one in columns]
        ticked["columns-number"] = [str(n) for n, one in enumerate(columns) if one.get("number")]
    return Typed(texts, ticked)


def _columns(typed: Typed) -> list[tuple[str, str, bool]]:
    """The columns of a table with two more lines to fill in, four at least."""
    names, units = list(typed.ticked.get("columns-name", ())), list(typed.ticked.get("columns-unit", ()))
    numbers = typed.ticked.get("columns-number", ())
    filled = max((n for n, name in enumerate(names, 1) if name.strip()), default=0)
    lines = []
    for n in range(min(max(4, filled + 2, len(names)), MOST_COLUMNS)):
        name, unit = (some[n] if n < len(some) else "" for some in (names, units))
        lines.append((name, unit, str(n) in numbers))
    return lines


def _both(
    kind: Kind, theirs: Typed, yours: Typed, design: FormDesign, names: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """The settings in which two versions of a question differ: words, theirs, yours."""
    found = []
    for name in fields_of(kind):
        one, other = (_said(name, typed, design, names) for typed in (theirs, yours))
        if one != other:
            found.append((FIELD_WORDS[name], one or "nothing", other or "nothing"))
    return found


def _said(name: str, typed: Typed, design: FormDesign, names: Mapping[str, str]) -> str:
    match name:
        case "required" | "identifying" | "public" | "emails":
            return "yes" if typed.on(name) else "no"
        case "judges":
            return JUDGES.get(typed.text(name), "")
        case "categories":
            ticked = typed.ticked.get(name, ()) if typed.on("some_categories") else ()
            return ", ".join(names.get(slug, slug) for slug in ticked) or "all"
        case "when":
            on = typed.text(name)
            labels = {one["key"]: shapes.name_of(one) for one in shapes.every_question(design.sections)}
            return f"{labels.get(on, on)}: {', '.join(typed.ticked.get(f'when-{on}', ()))}" if on else ""
        case "columns":
            return ", ".join(
                f"{n}{f' ({u})' if u else ''}{', a number' if number else ''}"
                for n, u, number in _columns(typed)
                if n
            )
        case "choices" | "rows":
            return ", ".join(typed.lines(name))
    return typed.text(name)


@blueprint.route("/forms/<key>/questions/<question>/remove", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def remove_question(season_slug: str, key: str, question: str) -> AnyResponse:
    """Ask first, and say what hangs on it; then take a question away."""

    def page(trouble: Trouble = CALM) -> Response:
        season = staff_season(context(), season_slug, Deed.SET_UP)
        design = design_to_see(season, key)
        try:
            stored = shapes.question_of(design.sections, question)
        except shapes.Gone as error:
            if trouble.faster:
                return make_response(redirect(back_to(season_slug, key, "removed"), 303))
            raise NotFound from error
        return render(
            "builder/form_remove.html",
            trouble.status,
            **form_frame(season),
            design=design,
            trouble=trouble,
            what=shapes.name_of(stored),
            going=[],
            hanging=[shapes.name_of(one) for one in shapes.hanging_on(design.sections, question)],
            to=url_for("builder.remove_question", season_slug=season_slug, key=key, question=question),
            back=back_to(season_slug, key),
        )

    if request.method == "GET":
        return page()
    return save(
        lambda: form_designs.remove_question(context(), season_slug, key, seen_version(), question),
        page,
        back_to(season_slug, key, "removed"),
    )
