"""The builder's page about what there is to say: the programme, the season with its chapters, and the words."""

from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.policy import Deed
from heroes.domain.questions import showable
from heroes.domain.terms import TERMS
from heroes.models.seasons import Season
from heroes.services import describing
from heroes.services.describing import TypedProgramme, TypedSeason, stamp
from heroes.services.permission import staff_season
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.rounds import acts
from heroes.web.builder.saving import CALM, Trouble, reason, save, seen_version
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render

SPARE_CHAPTERS = 3
LABELS = {
    "name": "Name",
    "body": "Awarding body",
    "contact": "Where questions go",
    "sectors": "Sectors",
    "about": "About it",
    "year": "Year",
    "chapters": "Chapters",
}
PARTS = ("programme", "season", "words")


@blueprint.get("/programme")
@open_to(Access.STAFF)
def programme(season_slug: str) -> Response:
    """The programme, the season and the words, each with its own form."""
    return _page(season_slug, "", CALM)


@blueprint.post("/programme")
@open_to(Access.ADMIN)
def save_programme(season_slug: str) -> AnyResponse:
    """Save the one form that was sent."""
    part = request.form.get("part", "")
    part = part if part in PARTS else "programme"
    return save(
        lambda: _do(season_slug, part),
        lambda trouble: _page(season_slug, part, trouble),
        url_for("builder.programme", season_slug=season_slug, saved=part, _anchor=part),
    )


def _do(season_slug: str, part: str) -> None:
    ctx, form, seen = context(), request.form, seen_version()
    if part == "words":
        typed = {key: form.get(_name(key), "") for term in TERMS for key in term if key}
        describing.set_words(ctx, season_slug, typed, seen=seen)
    elif part == "season":
        describing.describe_season(ctx, season_slug, _typed_season(), seen=seen, reason=reason())
    else:
        fields = {name: form.get(name, "") for name in ("name", "body", "contact", "sectors", "about")}
        describing.describe_programme(ctx, season_slug, TypedProgramme(**fields), seen=seen, reason=reason())


def _typed_season() -> TypedSeason:
    form = request.form
    many = min(sum(name.startswith("chapter-") for name in form), 200)
    names = [form.get(f"chapter-{number}", "") for number in range(many)]
    return TypedSeason(
        form.get("name", ""),
        form.get("year", ""),
        names,
        form.getlist("added"),
        {number: form.get(f"goes-{number}", "") for number in range(many)},
    )


def _page(season_slug: str, part: str, trouble: Trouble) -> Response:
    ctx = context()
    season = staff_season(ctx, season_slug, Deed.SEE_SET_UP)
    counts = describing.entries_by_chapter(ctx, season)
    there = {
        "programme": describing.programme_of(season),
        "season": describing.season_of(season),
        "words": {"words": season.programme.words},
    }
    typed = {key: showable(text) for key, text in request.form.items()} if part else {}
    return render(
        "builder/programme.html",
        trouble.status,
        trouble=trouble,
        part=part,
        programme_facts=typed if part == "programme" else _shown(there["programme"]),
        season_facts=typed if part == "season" else _shown(there["season"]),
        chapters=_chapters(season, counts, typed if part == "season" else {}),
        added=_added(part == "season"),
        words=_words(season, typed if part == "words" else None),
        versions={name: stamp(values) for name, values in there.items()},
        wrong=[Problem(_control(part, key), _wrong(key, text)) for key, text in trouble.errors.items()],
        both=_both(part, there, typed) if trouble.faster else [],
        typed_reason=reason() if part in ("programme", "season") else "",
        saved=request.args.get("saved", ""),
        acts=acts(),
        **frame(season, "programme"),
    )


def _shown(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: "\n".join(value) if isinstance(value, list) else value for key, value in facts.items()}


def _chapters(
    season: Season, counts: dict[str, int], typed: dict[str, str]
) -> list[tuple[str, str, int, str]]:
    """(as it is, as it was typed, how many entries, where they go) of every chapter there is."""
    return [
        (was, typed.get(f"chapter-{number}", was), counts.get(was, 0), typed.get(f"goes-{number}", ""))
        for number, was in enumerate(season.chapters)
    ]


def _added(typed: bool) -> list[str]:
    kept = [showable(text) for text in request.form.getlist("added") if text.strip()] if typed else []
    return [*kept, *[""] * SPARE_CHAPTERS]


def _words(season: Season, typed: dict[str, str] | None) -> list[tuple[str, str, str, str]]:
    """(ours for one, ours for several, theirs, theirs) of every word."""

    def now(key: str) -> str:
        return typed.get(_name(key), "") if typed is not None else season.programme.words.get(key, "")

    return [(term.one, term.many, now(term.one), now(term.many) if term.many else "") for term in TERMS]


def _name(key: str) -> str:
    """What the field for a word is called."""
    return f"word-{key.replace(' ', '-')}"


def _control(part: str, key: str) -> str:
    return _name(key) if part == "words" else f"{part}-{key}" if key in LABELS else key


def _wrong(key: str, text: str) -> str:
    return f"{LABELS.get(key, key)}: {text}" if not key.startswith(("chapter", "goes")) else text


def _both(part: str, there: dict[str, dict[str, Any]], typed: dict[str, str]) -> list[tuple[str, str, str]]:
    """What is saved now beside what was typed, where they differ."""
    if part == "words":
        saved = there["words"]["words"]
        keys = [key for term in TERMS for key in term if key]
        rows = [(key, saved.get(key, ""), typed.get(_name(key), "")) for key in keys]
    else:
        rows = [(LABELS[key], str(value), typed.get(key, "")) for key, value in _shown(there[part]).items()]
        if part == "season":
            mine = [text for key, text in typed.items() if key.startswith("chapter-")]
            mine += [text for text in request.form.getlist("added") if text]
            rows[-1] = (LABELS["chapters"], rows[-1][1], "\n".join(mine))
    return [
        (label, theirs or "–", yours or "–")
        for label, theirs, yours in rows
        if theirs.strip() != yours.strip()
    ]
