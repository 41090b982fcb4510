"""A form as others will see it, from its working copy: the nominator, a judge, and the public after the award."""

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

from flask import Response, g, jsonify, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain import form_designs as shapes
from heroes.domain.digests import digest
from heroes.domain.form_designs import Sections
from heroes.domain.nominations import check_people
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.questions import Form, check, clean, parse_form, words_to_judge
from heroes.domain.sample_answers import SAMPLE_PEOPLE, sample_answers
from heroes.domain.scorecards import minutes
from heroes.models import form_pages as read
from heroes.models.database import current_session
from heroes.models.public_pages import CategoryForm
from heroes.models.seasons import Category, FormDesign, FormVersion, Season
from heroes.models.winner_pages import Named
from heroes.services import form_publishing
from heroes.services.refusals import NotFound
from heroes.web.builder.blueprint import blueprint
from heroes.web.builder.forms import design_to_see, form_frame, season_to_see
from heroes.web.judge.reading import TheEntry, answers_to_read
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, set_site, wants_json
from heroes.web.kit.season_facts import opens_at, season_nav
from heroes.web.nominator.form_page import Asked, form_page
from heroes.web.nominator.forms import typed
from heroes.web.public.winners import outcome_shown

VIEWS = {
    "nominator": "Who nominates",
    "judge": "A judge",
    "blind": "A judge of a blind round",
    "winner": "Everybody, after the award",
}
ANSWERS = {"sample": "with sample answers", "none": "left empty"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What is looked at: a category's part of a working copy, with answers or without."""

    season: Season
    design: FormDesign
    category: Category
    sections: Sections
    form: Form
    filled: bool

    @property
    def answers(self) -> dict[str, str]:
        """The sample answers, or none."""
        return sample_answers(self.form) if self.filled else {}


@blueprint.route("/forms/<key>/preview", methods=["GET", "POST"])
@open_to(Access.STAFF)
def preview_form(season_slug: str, key: str) -> AnyResponse:
    """The form as somebody will see it. Trying it out says what a nominator would be told, and keeps nothing."""
    season = season_to_see(season_slug)
    design = design_to_see(season, key)
    categories = read.categories(current_session(), season.id)
    using = [category for category in categories if category.form_design_id == design.id]
    slug = request.args.get("category", "")
    chosen = next((one for one in categories if one.slug == slug), None)
    category = chosen or next(iter([*using, *categories]), None)
    view, answers = request.args.get("as", "nominator"), request.args.get("answers", "sample")
    if view not in VIEWS or answers not in ANSWERS or (slug and chosen is None):
        raise NotFound
    problems = form_publishing.unfit(design, [category] if category else [])
    if category is None or problems:
        return render(
            "builder/form_preview.html",
            **form_frame(season),
            design=design,
            problems=problems or ("The season has no categories yet, and a form is always a category’s.",),
        )
    set_site(season, season.programme)
    g.preview = SimpleNamespace(
        design=design,
        season=season,
        categories=using or categories,
        category=category,
        views=VIEWS,
        view=view,
        answers=ANSWERS,
        with_answers=answers,
    )
    filled = [section for section in design.sections if section.get("question")]
    sections = shapes.asked_in(filled, parse_form(filled), category.slug)
    it = Preview(season, design, category, sections, parse_form(sections), answers == "sample")
    if view == "nominator":
        return _as_nominator(it)
    if request.method == "POST":
        raise NotFound
    return _as_everybody(it) if view == "winner" else _as_judge(it, blind=view == "blind")


def _as_nominator(it: Preview) -> AnyResponse:
    version = FormVersion(sections=it.sections, digest=digest(it.sections))
    blind = read.all_blind(current_session(), it.category.id)
    opened = opens_at(it.season, it.category)
    asked = Asked(
        CategoryForm(it.season, it.category, version, blind),
        action=request.full_path,
        now=max(opened, min(context().now, opened + timedelta(days=1))),
    )
    values: dict[str, str | None] = {}
    if it.filled:
        sectors = {"sector": next(iter(it.season.programme.sectors), "")}
        values |= SAMPLE_PEOPLE | sectors | it.answers
    errors: dict[str, str] = {}
    status, said = 200, ""
    if request.method == "POST":
        if wants_json():
            here = request.full_path
            said = "Preview: nothing is kept"
            return make_response(jsonify(saved_at_text=said, revision=0, action=here, address=here))
        values = typed(request.form)
        answers, people = clean(it.form, values), {k: v or "" for k, v in values.items()}
        sectors_of = tuple(it.season.programme.sectors)
        errors = check_people(it.category.kind, people, sectors_of) | check(it.form, answers)
        status = 422 if errors else 200
        said = "" if errors else "This is a preview. With these answers a nomination could be sent."
    return form_page(asked, values, errors, status=status, said=said)


def _as_judge(it: Preview, *, blind: bool) -> Response:
    words = words_to_judge(it.form, it.answers, blind=blind)
    facts = (
        ("Role", SAMPLE_PEOPLE["nominee_role"]),
        ("Organisation", SAMPLE_PEOPLE["organisation_name"]),
    )
    entry = TheEntry(
        name="Amber Otter" if blind else SAMPLE_PEOPLE["title"],
        category=it.category.name,
        facts=() if blind else facts,
        answers=answers_to_read(it.form, it.answers, blind=blind),
        words=words,
        minutes=minutes(words),
        blind=blind,
    )
    return render("builder/form_preview_judge.html", entry=entry, nav=season_nav(it.season, ""))


def _as_everybody(it: Preview) -> Response:
    rule = parse_outcome_rule(it.category.outcome)
    named = Named(
        it.category.id,
        SAMPLE_PEOPLE["title"],
        SAMPLE_PEOPLE["nominee_role"],
        SAMPLE_PEOPLE["organisation_name"],
        next(iter(rule.places), "winner"),
        it.answers,
        it.sections,
    )
    shown = outcome_shown(it.category, [named], [])
    return render(
        "public/winners.html",
        season=it.season,
        shown=[shown],
        hero=shown.top[0],
        hero_of=shown,
        announced=context().now,
        waiting=[],
        nav=season_nav(it.season, "winners"),
    )
