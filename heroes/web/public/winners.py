"""What is public after a release: the shortlist and the winners gallery. Before it, pages that only say when."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Response

from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.questions import Form, answer_text
from heroes.models import public_pages, winner_pages
from heroes.models.database import current_session
from heroes.models.rule_pages import fingerprint
from heroes.models.seasons import Category, Release, Season
from heroes.models.winner_pages import Named
from heroes.services.nomination_forms import form_from
from heroes.services.refusals import NotFound
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, set_site
from heroes.web.kit.season_facts import season_nav

blueprint = Blueprint("winners", __name__)

HUES = 10


def _season(slug: str) -> tuple[Season, Sequence[Category]]:
    found = public_pages.season_by_slug(current_session(), slug, context().actor)
    if found is None:
        raise NotFound
    set_site(found, found.programme)
    return found, winner_pages.with_releases(current_session(), found.id)


@blueprint.get("/<season_slug>/shortlist/")
@open_to(Access.EVERYBODY)
def shortlist(season_slug: str) -> Response:
    """Everybody on the shortlist, by category and name; before the release, when it is."""
    season, everything = _season(season_slug)
    quiet = _benchmarks(everything)
    categories = [category for category in everything if category.id not in quiet]
    named = _by_category(winner_pages.shortlist(current_session(), season.id, quiet))
    shown = [
        SimpleNamespace(category=category, hue=_hue(category), named=named.get(category.id, []))
        for category in categories
        if category.shortlist_release.released_at or category.outcome_release.released_at
    ]
    return render(
        "public/shortlist.html",
        season=season,
        shown=shown,
        announced=_first([category.shortlist_release for category in categories]),
        waiting=_waiting(categories, "shortlist"),
        nav=season_nav(season, "shortlist"),
    )


@blueprint.get("/<season_slug>/winners/")
@open_to(Access.EVERYBODY)
def winners(season_slug: str) -> Response:
    """The hall of heroes: who was awarded, in every category that is out; before the release, when it is."""
    season, categories = _season(season_slug)
    session = current_session()
    named = _by_category(winner_pages.outcomes(session, season.id, _benchmarks(categories)))
    corrected = _by_category(winner_pages.corrections(session, season.id))
    shown = [
        outcome_shown(category, named.get(category.id, []), corrected.get(category.id, []))
        for category in categories
        if category.outcome_release.released_at
    ]
    first = next((one for one in shown if one.top), None)
    return render(
        "public/winners.html",
        season=season,
        shown=shown,
        hero=first.top[0] if first else None,
        hero_of=first,
        announced=_first([category.outcome_release for category in categories]),
        waiting=_waiting(categories, "outcomes"),
        rule_card=fingerprint(session, season.id),
        nav=season_nav(season, "winners"),
    )


def _benchmarks(categories: Sequence[Category]) -> frozenset[int]:
    """The categories in which nobody competes: no shortlist, and nobody named who did not reach a level."""
    return frozenset(c.id for c in categories if parse_outcome_rule(c.outcome).benchmark)


def _by_category(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.category_id, []).append(row)
    return found


def outcome_shown(category: Category, named: list[Named], corrected: list[Any]) -> SimpleNamespace:
    """A category's outcome: those of the best level, those of each other level, the finalists, the corrections."""
    rule = parse_outcome_rule(category.outcome)
    levels = [
        SimpleNamespace(
            name=rule.level_name(key), people=[_person(category, one) for one in named if one.level == key]
        )
        for key in dict.fromkeys([*rule.places, *(one.level for one in named if one.level)])
    ]
    return SimpleNamespace(
        category=category,
        hue=_hue(category),
        top=levels[0].people,
        top_level=levels[0].name,
        others=[level for level in levels[1:] if level.people],
        finalists=[one for one in named if one.level is None],
        corrections=[_correction(category, row) for row in corrected if not rule.benchmark or _named(row)],
    )


def _person(category: Category, one: Named) -> SimpleNamespace:
    return SimpleNamespace(
        name=one.title,
        role=one.role,
        organisation=one.organisation,
        citation=citation(one),
        hue=_hue(category),
        category=category,
    )


def citation(one: Named) -> str:
    """The answer to the form's first public question that has one; nothing that was not asked as public."""
    if not one.sections or not one.answers:
        return ""
    return public_answer(form_from(one.sections), one.answers)


def public_answer(form: Form, answers: dict[str, str]) -> str:
    """What of these answers would be published: the first public one that was asked and answered.

    Of people no e-mail address is.
    """
    public = (
        replace(question, emails=False) for question in form.asked(answers).questions if question.public
    )
    return next((answer_text(q, answers[q.key]) for q in public if answers.get(q.key)), "")


def _named(row: Any) -> bool:
    """Whether the one that was corrected had, or has, a level: nobody else is named in a benchmark category."""
    return bool(row.level or ((row.body or {}).get("before") or {}).get("level"))


def _correction(category: Category, row: Any) -> SimpleNamespace:
    rule = parse_outcome_rule(category.outcome)
    before = (row.body or {}).get("before") or {}
    return SimpleNamespace(
        at=row.at,
        name=row.title,
        before=rule.level_name(before["level"]) if before.get("level") else None,
        now=rule.level_name(row.level) if row.level else None,
    )


def _first(releases: Sequence[Release]) -> Any:
    """When the first of these went out, if any has."""
    out = [release.released_at for release in releases if release.released_at]
    return min(out) if out else None


def _waiting(categories: Sequence[Category], kind: str) -> list[SimpleNamespace]:
    """The categories that are still sealed, gathered by the instant that has been promised."""
    found: dict[Any, list[Category]] = {}
    for category in categories:
        release = category.shortlist_release if kind == "shortlist" else category.outcome_release
        told = release.released_at or (kind == "shortlist" and category.outcome_release.released_at)
        if not told:
            found.setdefault(release.planned_at, []).append(category)
    ordered = sorted(found, key=lambda at: (at is None, at.timestamp() if at else 0))
    return [SimpleNamespace(at=at, categories=found[at]) for at in ordered]


def _hue(category: Category) -> str:
    return f"hue-{(category.position - 1) % HUES + 1}"
