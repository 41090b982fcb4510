"""The builder's page about how a season looks and what it says: colour, logo, and texts in Markdown."""

import re
from collections.abc import Callable

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.adapters.pictures import MOST_BYTES
from heroes.domain.colours import ENOUGH, OURS, clean_colour, colour_error, look_of, nearest
from heroes.domain.descriptions import MOST_TEXT, TEXTS
from heroes.domain.policy import Deed
from heroes.domain.questions import showable
from heroes.services import describing, dressing
from heroes.services.permission import staff_season
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.rounds import acts
from heroes.web.builder.saving import CALM, Trouble, save, seen_version
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.look import logo_address, sheet_address
from heroes.web.kit.pipeline import context, render

HINTS = {
    "welcome": "Stands large on the season’s page: its first sentence as the headline, if it is a short one.",
    "rules": "The page of the rules.",
    "privacy": "The privacy notice, on the same page.",
    "terms": "What a judge agrees to before the first entry is shown. Whoever agreed to other words is asked again.",
}


@blueprint.get("/look")
@open_to(Access.STAFF)
def look(season_slug: str) -> Response:
    """The look as it is, or with the colour that somebody wants to see first."""
    return _page(season_slug, CALM)


@blueprint.post("/look/colour")
@open_to(Access.ADMIN)
def save_colour(season_slug: str) -> AnyResponse:
    """Give the season a colour."""
    typed = "" if request.form.get("act") == "ours" else request.form.get("accent", "")
    return _save(
        season_slug, "look", lambda: dressing.set_colour(context(), season_slug, typed, seen=seen_version())
    )


@blueprint.post("/look/logo")
@open_to(Access.ADMIN)
def save_logo(season_slug: str) -> AnyResponse:
    """Give the season a logo, or take it away."""

    def do() -> None:
        if request.form.get("act") == "remove":
            dressing.remove_logo(context(), season_slug, seen=seen_version())
            return
        sent = request.files.get("logo")
        dressing.set_logo(
            context(), season_slug, sent.read(MOST_BYTES + 1) if sent else b"", seen=seen_version()
        )

    return _save(season_slug, "logo", do)


@blueprint.post("/look/texts")
@open_to(Access.ADMIN)
def save_texts(season_slug: str) -> AnyResponse:
    """Save the texts, or show them first."""
    if request.form.get("act") == "look":
        return _page(season_slug, CALM, "texts")
    typed = {key: request.form.get(key, "") for key in TEXTS}
    return _save(
        season_slug, "texts", lambda: describing.set_texts(context(), season_slug, typed, seen=seen_version())
    )


def _save(season_slug: str, part: str, do: Callable[[], None]) -> AnyResponse:
    return save(
        do,
        lambda trouble: _page(season_slug, trouble, part),
        url_for("builder.look", season_slug=season_slug, saved=part, _anchor=part),
    )


def _page(season_slug: str, trouble: Trouble, part: str = "") -> Response:
    season = staff_season(context(), season_slug, Deed.SEE_SET_UP)
    there, texts = dressing.look_of(season), describing.texts_of(season)
    typed = {key: showable(request.form.get(key, "")) for key in TEXTS} if part == "texts" else texts
    posted = request.form.get("accent", "") if part == "look" else request.args.get("accent", "")
    wanted = clean_colour(showable(posted)) if posted else there["accent"] or OURS
    problem = colour_error(wanted)
    framed = frame(season, "look")
    shown = look_of(there["accent"] or OURS if problem else wanted)
    if not problem and wanted != (there["accent"] or OURS):
        framed["site_look"] = sheet_address({"accent": wanted})
    return render(
        "builder/look.html",
        trouble.status,
        trouble=trouble,
        part=part,
        accent=wanted,
        picked=shown.accent[0],
        problem=trouble.errors.get("accent") or problem or "",
        better=nearest(wanted) if problem and re.fullmatch(r"#[0-9a-f]{6}", wanted) else "",
        shown=shown,
        enough=ENOUGH,
        logo=logo_address(season.logo_digest),
        most_kilobytes=MOST_BYTES // 1024,
        texts=[(key, TEXTS[key], HINTS[key], typed[key]) for key in TEXTS],
        most_text=MOST_TEXT,
        look_version=describing.stamp(there),
        texts_version=describing.stamp(texts),
        wrong=[Problem(key, text) for key, text in trouble.errors.items()],
        both=_both(part, {**texts, "accent": there["accent"]}, {**typed, "accent": wanted})
        if trouble.faster
        else [],
        saved=request.args.get("saved", ""),
        acts=acts(),
        **framed,
    )


def _both(part: str, theirs: dict[str, str], yours: dict[str, str]) -> list[tuple[str, str, str]]:
    """What is saved now beside what was typed, where they differ."""
    if part == "look":
        return [("Colour", theirs["accent"] or OURS, yours["accent"])]
    if part == "logo":
        return []
    return [
        (TEXTS[key], theirs[key] or "–", yours[key] or "–")
        for key in TEXTS
        if theirs[key].strip() != yours[key].strip()
    ]
