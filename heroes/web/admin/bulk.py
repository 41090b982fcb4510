"""The admin room: one act for many entries. First the names of those that will change, then the press."""

from typing import Any
from urllib.parse import parse_qsl

from flask import Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.entry_states import RULES, Act, Given
from heroes.domain.policy import Deed
from heroes.domain.questions import clean_text
from heroes.models.seasons import Season
from heroes.services import bulk
from heroes.services.permission import staff_season
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotNow
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.queue import BULK_WORDS, asked_of, queue_page
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render
from heroes.web.kit.states import STATES


@blueprint.post("/<season_slug>/bulk")
@open_to(Access.ADMIN)
def bulk_preview(season_slug: str) -> Response:
    """What would happen to each chosen entry; nothing changes here."""
    season = staff_season(context(), season_slug, Deed.SCREEN)
    handles = request.form.getlist("entry")
    try:
        act = bulk.parsed(request.form.get("act", ""))
        found = bulk.preview(context(), season_slug, act, handles, _given())
    except Invalid as error:
        view = asked_of(MultiDict(parse_qsl(request.form.get("view", ""))))
        return queue_page(season, view, status=422, problem=error.sentence)
    return _preview_page(season, found)


@blueprint.post("/<season_slug>/bulk/apply")
@open_to(Access.ADMIN)
def bulk_apply(season_slug: str) -> AnyResponse:
    """Move exactly the previewed entries; if any has changed meanwhile none, and the preview again."""
    season = staff_season(context(), season_slug, Deed.SCREEN)
    act = bulk.parsed(request.form.get("act", ""))
    given = _given()
    try:
        count = bulk.apply(context(), season_slug, act, _versions(), given)
    except Invalid as error:
        found = bulk.preview(context(), season_slug, act, request.form.getlist("entry"), given)
        return _preview_page(season, found, 422, errors=error.errors)
    except (Faster, NotNow, NotAllowed) as error:
        season = staff_season(context(), season_slug, Deed.SCREEN)
        found = bulk.preview(context(), season_slug, act, request.form.getlist("entry"), given)
        return _preview_page(season, found, 409, changed=_what_changed(error))
    view = asked_of(MultiDict(parse_qsl(request.form.get("view", "")))).query(done=str(count), did=act.value)
    return redirect(f"{url_for('admin.queue', season_slug=season_slug)}?{view}", 303)


def _what_changed(error: Exception) -> str:
    if isinstance(error, Faster) and error.who:
        return f"{error.who} was faster with one of them."
    return str(error)


def _given() -> Given:
    return Given(
        reason=clean_text(request.form.get("reason", "")), override=request.form.get("override") == "yes"
    )


def _versions() -> dict[str, int]:
    found = {}
    for row in request.form.getlist("row"):
        handle, _, version = row.partition(":")
        found[handle] = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    return found


def _preview_page(
    season: Season,
    found: bulk.Preview,
    status: int = 200,
    *,
    changed: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    errors = errors or {}
    words = BULK_WORDS[found.act]
    view = asked_of(MultiDict(parse_qsl(request.form.get("view", ""))))
    values: dict[str, Any] = {
        "title": f"{words}: what would happen",
        "button": words,
        "becomes": _becomes(found.act),
        "with_reason": bulk.asks_reason(found.act),
        "with_override": found.act is bulk.BulkAct.SHORTLIST,
        "reason_error": errors.get("reason", ""),
        "found": [Problem(key, sentence) for key, sentence in errors.items()],
    }
    return render(
        "admin/bulk.html",
        status,
        room=room(season, "queue"),
        season=season,
        preview=found,
        given=_given(),
        changed=changed,
        view=view.query(),
        back=f"{url_for('admin.queue', season_slug=season.slug)}?{view.query()}",
        apply_to=url_for("admin.bulk_apply", season_slug=season.slug),
        look_to=url_for("admin.bulk_preview", season_slug=season.slug),
        **values,
    )


def _becomes(act: bulk.BulkAct) -> str:
    if act is bulk.BulkAct.ELIGIBLE:
        return "Becomes eligible and goes on to the judges"
    return f"Becomes “{STATES[RULES[Act(act)].target.value].word}”"
