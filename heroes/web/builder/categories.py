"""The builder's pages about categories: all of them, one, and the rule by which it is decided."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain import outcome_settings as rules
from heroes.domain.category_settings import CATEGORY_KINDS
from heroes.domain.outcomes import Measure, OutcomeRule, levels_in_short, parse_outcome_rule, sentences
from heroes.domain.policy import Deed, may
from heroes.domain.questions import showable
from heroes.domain.round_settings import BadSettings
from heroes.models import category_pages as read
from heroes.models.database import current_session
from heroes.models.seasons import Category, FormDesign, Season
from heroes.services import category_plans
from heroes.services.building import category_of
from heroes.services.permission import staff_season
from heroes.services.proposing import measures_of
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.outcome_plots import Plot, plot_of
from heroes.web.builder.saving import CALM, Trouble, reason, save, seen_version
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render, viewer

ALL = "/categories/"
ONE = f"{ALL}one/<category_slug>/"
LABELS = {
    "name": "Name",
    "slug": "Address",
    "kind": "Whom it is for",
    "line": "In one line",
    "who": "Who it is for",
    "eligibility": "Who may take part",
    "how_decided": "How it is decided",
    "form": "Form",
    "opens": "Opens",
    "closes": "Closes",
}
"""The fields of a category and their words."""


def _acts() -> bool:
    person = viewer()
    assert person is not None
    return may(Deed.SET_UP, person.found.staff)


def _typed_reason() -> str:
    return showable(reason()) if request.method == "POST" else ""


# ---- all of them ----


@blueprint.get(ALL)
@open_to(Access.STAFF)
def categories(season_slug: str) -> Response:
    """Every category, in its order."""
    return _list_page(season_slug, CALM)


def _list_page(season_slug: str, trouble: Trouble) -> Response:
    season = staff_season(context(), season_slug, Deed.SEE_SET_UP)
    rows = read.categories(current_session(), season.id)
    return render(
        "builder/categories.html",
        trouble.status,
        rows=rows,
        kinds=CATEGORY_KINDS,
        short={row.category.id: levels_in_short(parse_outcome_rule(row.category.outcome)) for row in rows},
        found=[Problem(None, text) for text in trouble.errors.values()],
        trouble=trouble,
        again=[(k, v) for k, v in request.form.items(multi=True) if k not in ("csrf_token", "rule_reason")],
        typed_reason=_typed_reason(),
        acts=_acts(),
        saved=request.args.get("saved", ""),
        moved=request.args.get("moved", ""),
        **frame(season, "categories"),
    )


def _on_list(season_slug: str, do: Callable[[], object], **more: str) -> AnyResponse:
    to = url_for("builder.categories", season_slug=season_slug, **more)  # type: ignore[arg-type] # more addresses
    return save(do, lambda trouble: _list_page(season_slug, trouble), to)


@blueprint.post(f"{ONE}move")
@open_to(Access.ADMIN)
def move_category(season_slug: str, category_slug: str) -> AnyResponse:
    """Let a category and its neighbour change places."""
    earlier = request.form.get("to") == "earlier"

    def do() -> None:
        category_plans.move(context(), season_slug, category_slug, earlier, reason())

    return _on_list(season_slug, do, moved=category_slug, _anchor=f"c-{category_slug}")


@blueprint.post(f"{ONE}copy")
@open_to(Access.ADMIN)
def copy_category(season_slug: str, category_slug: str) -> AnyResponse:
    """Add a category that begins as a copy of this one."""

    def do() -> None:
        category_plans.copy(context(), season_slug, category_slug, reason())

    return _on_list(season_slug, do, saved="copied")


@blueprint.post(f"{ONE}remove")
@open_to(Access.ADMIN)
def remove_category(season_slug: str, category_slug: str) -> AnyResponse:
    """Take a category away that nobody has entered."""

    def do() -> None:
        category_plans.remove(context(), season_slug, category_slug, seen_version(), reason())

    return _on_list(season_slug, do, saved="removed")


# ---- one of them ----


@blueprint.route(f"{ALL}add", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def new_category(season_slug: str) -> AnyResponse:
    """A further category."""
    if request.method == "GET":
        return _form(season_slug, "", CALM)
    made: list[str] = []

    def do() -> None:
        made.append(category_plans.add(context(), season_slug, request.form, reason()))

    answer = save(do, lambda trouble: _form(season_slug, "", trouble), "")
    if made:
        answer.location = url_for(
            "builder.category_outcome", season_slug=season_slug, category_slug=made[0], new=1
        )
    return answer


@blueprint.route(ONE, methods=["GET", "POST"])
@open_to(Access.ADMIN)
def edit_category(season_slug: str, category_slug: str) -> AnyResponse:
    """A category's name, texts, form and dates."""
    if request.method == "GET":
        return _form(season_slug, category_slug, CALM)

    def do() -> None:
        category_plans.change(context(), season_slug, category_slug, request.form, seen_version(), reason())

    to = url_for("builder.categories", season_slug=season_slug, saved="saved")
    return save(do, lambda trouble: _form(season_slug, category_slug, trouble), to)


def _form(season_slug: str, category_slug: str, trouble: Trouble) -> Response:
    """The form of a category, or of a new one; filled in from what was posted, if it was."""
    ctx = context()
    season = staff_season(ctx, season_slug, Deed.SET_UP)
    category = category_of(ctx, season, category_slug) if category_slug else None
    designs = read.designs(current_session(), season.id)
    kept = _kept(season, category, designs) if category else {"kind": "person"}
    if not category and len(designs) == 1:
        kept["form"] = designs[0].key
    typed = kept
    if request.method == "POST":
        typed = {field: showable(request.form.get(field, "")) for field in LABELS}
        if season.opened_at is not None and category:
            typed["slug"] = category.slug
    return render(
        "builder/category_form.html",
        trouble.status,
        category=category,
        kinds=list(CATEGORY_KINDS.items()),
        forms=[(design.key, design.name) for design in designs],
        typed=typed,
        version=category.version if category else 0,
        both=_both(kept, typed, LABELS) if trouble.faster else [],
        trouble=trouble,
        typed_reason=_typed_reason(),
        **frame(season, "categories"),
    )


def _kept(season: Season, category: Category, designs: Any) -> dict[str, str]:
    forms: dict[int, FormDesign] = {design.id: design for design in designs}
    design = forms.get(category.form_design_id or 0)
    zone = ZoneInfo(season.timezone)
    return {
        "name": category.name,
        "slug": category.slug,
        "kind": category.kind,
        "line": category.line,
        "who": category.who,
        "eligibility": "\n".join(category.eligibility),
        "how_decided": "\n".join(category.how_decided),
        "form": design.key if design else "",
        "opens": f"{category.opens_at.astimezone(zone):%Y-%m-%dT%H:%M}" if category.opens_at else "",
        "closes": f"{category.closes_at.astimezone(zone):%Y-%m-%dT%H:%M}" if category.closes_at else "",
    }


def _both(
    kept: Mapping[str, str], typed: Mapping[str, str], labels: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """(label, theirs, yours) of every field that differs."""
    return [
        (label, kept.get(field) or "–", typed.get(field) or "–")
        for field, label in labels.items()
        if kept.get(field, "").split() != typed.get(field, "").split()
    ]


# ---- how it is decided ----


@blueprint.route(f"{ONE}outcome", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def category_outcome(season_slug: str, category_slug: str) -> AnyResponse:
    """The outcome rule of a category, in fields, in sentences, and tried out on invented scores."""
    if request.method == "GET":
        return _outcome_page(season_slug, category_slug, CALM)
    if request.form.get("act") == "try":
        return _outcome_page(season_slug, category_slug, CALM)

    def do() -> None:
        category_plans.decide_by(
            context(), season_slug, category_slug, request.form, seen_version(), reason()
        )

    to = url_for(
        "builder.category_outcome",
        season_slug=season_slug,
        category_slug=category_slug,
        saved=1,
        tries=request.form.get("tries", "")[:400] or None,
    )
    return save(do, lambda trouble: _outcome_page(season_slug, category_slug, trouble), to)


def _outcome_page(season_slug: str, category_slug: str, trouble: Trouble) -> Response:
    ctx = context()
    season = staff_season(ctx, season_slug, Deed.SET_UP)
    category = category_of(ctx, season, category_slug)
    measures = measures_of(read.last_criteria(current_session(), category.id))
    shape = rules.SHAPES.get(request.args.get("shape", ""))
    form = rules.filled(shape.data if shape else category.outcome)
    posted = request.method == "POST"
    if posted:
        form = rules.typed({name: showable(value) for name, value in request.form.items()})
    tries = showable(request.values.get("tries", rules.TRIES)) or rules.TRIES
    rule, plot, errors = _tried(form, measures, tries)
    # What is typed is looked through at once when it is tried, and on a press only if the press was refused.
    shown = (
        trouble
        if trouble.errors or not posted or trouble.faster
        else Trouble(422 if errors else trouble.status, errors=errors, changes=trouble.changes)
    )
    return render(
        "builder/category_outcome.html",
        shown.status,
        category=category,
        measures=measures,
        form=form,
        empty=min(rules.MOST_LEVELS - len(form["rows"]), 2 if len(form["rows"]) < 2 else 1),
        shapes=rules.SHAPES,
        shape=shape,
        sentences=sentences(rule, measures) if rule else [],
        unsaved=posted or shape is not None,
        plot=plot,
        tries=tries,
        version=category.version,
        both=_rules_both(category, rule, measures) if trouble.faster else [],
        trouble=shown,
        typed_reason=_typed_reason(),
        saved="saved" in request.args and not posted,
        new="new" in request.args,
        **frame(season, "categories"),
    )


def _tried(
    form: Mapping[str, Any], measures: list[Measure], tries: str
) -> tuple[OutcomeRule | None, Plot | None, dict[str, str]]:
    """The rule of what is in the form and the picture of trying it out, as far as there are any, and what is wrong."""
    try:
        rule = parse_outcome_rule(rules.read_rule(form, measures))
    except BadSettings as error:
        return None, None, error.errors
    try:
        return rule, plot_of(rule, rules.try_out(rule, measures, tries)), {}
    except BadSettings as error:
        return rule, None, error.errors


def _rules_both(
    category: Category, rule: OutcomeRule | None, measures: list[Measure]
) -> list[tuple[str, str, str]]:
    theirs = " ".join(sentences(parse_outcome_rule(category.outcome), measures))
    yours = " ".join(sentences(rule, measures)) if rule else "not whole yet"
    return [("The rule", theirs, yours)] if theirs != yours else []
