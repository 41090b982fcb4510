"""The forms of a season: the list, a new one, one form with its sections and questions, its name and its users."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain import form_designs as shapes
from heroes.domain.policy import Deed, may
from heroes.domain.question_settings import usually_seen
from heroes.domain.questions import KINDS
from heroes.models import form_pages as read
from heroes.models.database import current_session
from heroes.models.seasons import Category, FormDesign, Season
from heroes.services import form_designs, form_publishing
from heroes.services.form_publishing import Plan
from heroes.services.permission import staff_season
from heroes.services.refusals import NotFound
from heroes.services.standing import programme_roles
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.saving import CALM, Trouble, save, seen_version
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render

DONE = {
    "made": "The form is made. Give it a section, and ask something.",
    "settled": "Saved.",
    "deleted": "The form is gone.",
    "section": "The section is saved.",
    "question": "The question is saved.",
    "removed": "It is taken away.",
    "published": "Published: from now on this is what is asked.",
    "same": "Nothing was to be published: everything is out already.",
}
SHOWN_NAMES = 4


def form_frame(season: Season) -> dict[str, Any]:
    """What every page about forms is given beside the builder's frame."""
    roles = programme_roles(context(), season.programme_id)
    done = DONE.get(request.args.get("done", ""), "")
    ended = season.ended_at is not None and season.ended_at <= context().now
    return frame(season, "forms") | {
        "can_edit": may(Deed.SET_UP, roles) and not ended,
        "notices": [("ok", done)] if done else [],
        "kinds": KINDS,
    }


def season_to_see(season_slug: str) -> Season:
    """The season, for whoever may see its set-up."""
    return staff_season(context(), season_slug, Deed.SEE_SET_UP)


def design_to_see(season: Season, key: str) -> FormDesign:
    """A form of the season, or `NotFound`."""
    design = read.design(current_session(), season.id, key)
    if design is None:
        raise NotFound
    return design


def back_to(season_slug: str, key: str, done: str = "", moved: str = "") -> str:
    """The form's page, with what was done and what has been moved or saved."""
    return url_for("builder.form", season_slug=season_slug, key=key, done=done or None, moved=moved or None)


def number_of(text: str) -> int:
    """The number of a section in an address, or `NotFound`."""
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise NotFound
    return int(text)


@blueprint.get("/forms")
@open_to(Access.STAFF)
def forms(season_slug: str) -> Response:
    """Every form with the categories that use it, and whether something of it is still to be published."""
    season = season_to_see(season_slug)
    session = current_session()
    categories = read.categories(session, season.id)
    designs = read.designs(session, season.id)
    plans = form_publishing.unpublished(context(), season, designs, categories)
    return render(
        "builder/forms.html",
        **form_frame(season),
        lines=[_line(plans[design.id]) for design in designs],
        without=[category for category in categories if category.form_design_id is None],
    )


def _line(plan: Plan) -> SimpleNamespace:
    names = [category.name for category in plan.categories]
    return SimpleNamespace(
        design=plan.design,
        names=names[:SHOWN_NAMES],
        more=len(names) - SHOWN_NAMES,
        questions=sum(1 for _ in shapes.every_question(plan.design.sections)),
        plan=plan,
    )


@blueprint.route("/forms/new", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def new_form(season_slug: str) -> AnyResponse:
    """Make a form, empty or as a copy of another."""
    typed = {name: request.form.get(name, "") for name in ("name", "copy")}

    def page(trouble: Trouble = CALM) -> Response:
        season = staff_season(context(), season_slug, Deed.SET_UP)
        return render(
            "builder/form_new.html",
            trouble.status,
            **form_frame(season),
            trouble=trouble,
            typed=typed,
            designs=read.designs(current_session(), season.id),
        )

    if request.method == "GET":
        return page()
    made: list[str] = []
    answer = save(
        lambda: made.append(form_designs.new(context(), season_slug, typed["name"], typed["copy"])), page, ""
    )
    if not made:
        return answer
    return redirect(url_for("builder.form", season_slug=season_slug, key=made[0], done="made"), 303)


# ---- one form ----


@blueprint.get("/forms/<key>")
@open_to(Access.STAFF)
def form(season_slug: str, key: str) -> Response:
    """One form as it is being built: its sections and questions in order."""
    return _form_page(season_slug, key, CALM)


def _form_page(season_slug: str, key: str, trouble: Trouble) -> Response:
    season = season_to_see(season_slug)
    design = design_to_see(season, key)
    categories = read.categories(current_session(), season.id)
    plan = form_publishing.unpublished(context(), season, [design], categories)[design.id]
    moved, by = request.args.get("moved", ""), request.args.get("by", "")
    return render(
        "builder/form.html",
        trouble.status,
        **form_frame(season),
        design=design,
        plan=plan,
        sections=_sections(design, categories),
        trouble=trouble,
        moved=moved,
        by=by,
        said=_where_it_is(design, moved),
        shown_names=SHOWN_NAMES,
    )


def _sections(design: FormDesign, categories: Sequence[Category]) -> list[SimpleNamespace]:
    names = {category.slug: category.name for category in categories}
    titles = [shapes.title_of(design.sections, number) for number in range(len(design.sections))]
    return [
        SimpleNamespace(
            number=number,
            title=titles[number],
            intro=section.get("intro", ""),
            questions=[_question(design, question, names) for question in section.get("question", ())],
            elsewhere=[(to, title) for to, title in enumerate(titles) if to != number],
        )
        for number, section in enumerate(design.sections)
    ]


def _question(design: FormDesign, question: Mapping[str, Any], names: Mapping[str, str]) -> SimpleNamespace:
    return SimpleNamespace(
        key=question["key"],
        label=question.get("label") or question["key"],
        kind=KINDS[question["kind"]].words if question.get("kind") in KINDS else question.get("kind", ""),
        facts=facts_about(question, names),
        condition=condition_of(design, question),
    )


def facts_about(question: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """What is special about a question, in a few words each."""
    kind, identifying = str(question.get("kind")), bool(question.get("identifying"))
    asked_in = [names.get(slug, slug) for slug in question.get("categories", ())]
    facts = {
        f"up to {question.get('words')} words": question.get("words"),
        f"{len(question.get('choices', ()))} choices": question.get("choices"),
        "must be answered": question.get("required"),
        "says who somebody is": identifying,
        "judges do not see it": not question.get("judges", True),
        "judges of open rounds see it": question.get("judges", True) and not usually_seen(kind, identifying),
        "public when shortlisted": question.get("public"),
        f"only in {', '.join(asked_in)}": asked_in,
    }
    return [words for words, holds in facts.items() if holds]


def condition_of(design: FormDesign, question: Mapping[str, Any]) -> str:
    """After which answers it is asked, in words; empty where it always is."""
    when = question.get("when")
    if not when:
        return ""
    try:
        source = shapes.question_of(design.sections, when["question"])
    except shapes.Gone:
        return f"asked after an answer to “{when['question']}”, which is not there"
    words = dict(shapes.answers_of(source))
    values = [words.get(value, value) for value in when["is"]]
    return f"asked if {shapes.name_of(source)} is {' or '.join(values)}"


def _where_it_is(design: FormDesign, moved: str) -> str:
    """Where a thing that has just been moved stands now: what a screen reader says beside the focus."""
    kind, _, which = moved.partition("-")
    try:
        if kind == "q":
            place = shapes.place_of(design.sections, which)
            asked = shapes.question_of(design.sections, which)
            title = shapes.title_of(design.sections, place.section)
            return f"{shapes.name_of(asked)} is now number {place.index + 1} of {title}."
        if kind == "s" and which.isdecimal() and len(which) < 4 and int(which) < len(design.sections):
            return f"{shapes.title_of(design.sections, int(which))} is now section {int(which) + 1}."
    except shapes.Gone:
        pass
    return ""


@blueprint.post("/forms/<key>/move")
@open_to(Access.ADMIN)
def move(season_slug: str, key: str) -> AnyResponse:
    """Move a section or a question, by a button or by dragging; the page comes back with the focus on what moved."""
    what, _, rest = request.form.get("move", "").partition(":")
    which, _, to = rest.partition(":")
    design = design_to_see(season_to_see(season_slug), key)
    anchor = f"{what[:1]}-{which}"
    try:
        if what == "question":
            place = _place(design, which, to)
            do = lambda: form_designs.move_question(  # noqa: E731 (one of two, for `save`)
                context(), season_slug, key, seen_version(), which, place
            )
        else:
            number = int(which) + {"up": -1, "down": 1}[to]
            number = max(0, min(number, len(design.sections) - 1))
            anchor = f"s-{number}"
            do = lambda: form_designs.move_section(  # noqa: E731 (the other of two)
                context(), season_slug, key, seen_version(), int(which), number
            )
    except (LookupError, ValueError) as error:
        raise NotFound from error
    there = url_for("builder.form", season_slug=season_slug, key=key, moved=anchor, by=to.partition(":")[0])
    return save(do, lambda trouble: _form_page(season_slug, key, trouble), there)


def _place(design: FormDesign, which: str, to: str) -> shapes.Place:
    """Where a press wants a question: "up", "down", "to:<section>", or "at:<section>:<index>" after a drag."""
    how, *numbers = to.split(":")
    if how in ("up", "down"):
        return (shapes.one_up if how == "up" else shapes.one_down)(design.sections, which)
    place = [int(number) for number in numbers]
    if how == "to":
        return shapes.Place(place[0], len(design.sections[place[0]].get("question", ())))
    if how != "at" or len(place) != 2:
        raise ValueError(to)
    return shapes.Place(place[0], place[1])


# ---- its name and its users ----


@blueprint.route("/forms/<key>/settings", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def form_settings(season_slug: str, key: str) -> AnyResponse:
    """Name a form, and choose the categories that use it."""
    if request.method == "GET":
        return _settings_page(season_slug, key, CALM)
    return save(
        lambda: form_designs.settle(
            context(),
            season_slug,
            key,
            seen_version(),
            request.form.get("name", ""),
            request.form.getlist("categories"),
        ),
        lambda trouble: _settings_page(season_slug, key, trouble),
        url_for("builder.form", season_slug=season_slug, key=key, done="settled"),
    )


def _settings_page(season_slug: str, key: str, trouble: Trouble) -> Response:
    season = staff_season(context(), season_slug, Deed.SET_UP)
    design = design_to_see(season, key)
    categories = read.categories(current_session(), season.id)
    names = {one.id: one.name for one in read.designs(current_session(), season.id)}
    using = [one.slug for one in categories if one.form_design_id == design.id]
    posted = request.method == "POST" and "name" in request.form
    name = request.form["name"] if posted else design.name
    chosen = request.form.getlist("categories") if posted else using
    both = []
    if trouble.faster and posted:
        titles = {one.slug: one.name for one in categories}
        both = [
            (label, theirs or "none", yours or "none")
            for label, theirs, yours in (
                ("Name", design.name, name),
                ("Categories", _listed(using, titles), _listed(chosen, titles)),
            )
            if theirs != yours
        ]
    return render(
        "builder/form_settings.html",
        trouble.status,
        **form_frame(season),
        design=design,
        trouble=trouble,
        name=name,
        chosen=chosen,
        used=bool(using),
        both=both,
        categories=[(one, names.get(one.form_design_id or 0, "")) for one in categories],
    )


def _listed(slugs: Sequence[str], titles: Mapping[str, str]) -> str:
    return ", ".join(title for slug, title in titles.items() if slug in slugs)


@blueprint.post("/forms/<key>/delete")
@open_to(Access.ADMIN)
def delete_form(season_slug: str, key: str) -> AnyResponse:
    """Take away a form that nothing uses."""
    return save(
        lambda: form_designs.delete(context(), season_slug, key, seen_version()),
        lambda trouble: _settings_page(season_slug, key, trouble),
        url_for("builder.forms", season_slug=season_slug, done="deleted"),
    )
