"""The admin room: announcement. Planning the two releases, seeing exactly what they make public, letting them out."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.clocks import in_utc
from heroes.models.database import current_session
from heroes.models.seasons import Season
from heroes.services import announcing
from heroes.services.refusals import Faster, Invalid, NeedsReason, NotNow, Refusal
from heroes.services.release_news import KINDS, Planned, announcements, preview
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render

KIND_WORDS = {"shortlist": "The shortlist", "outcomes": "The outcomes"}


def _address(endpoint: str, season_slug: str, planned: Planned) -> str:
    own = planned.own.slug if planned.own else None
    return url_for(f"admin.{endpoint}", season_slug=season_slug, kind=planned.release.kind, category=own)


@blueprint.get("/<season_slug>/announce")
@open_to(Access.STAFF)
def announce(season_slug: str) -> Response:
    """Every release of the season: when it is planned, whether the clock will do it, what kept it back."""
    return _overview(season_slug)


def _overview(season_slug: str, status: int = 200, problem: str = "") -> Response:
    season, releases = announcements(context(), season_slug)
    parted = {
        kind: {planned.own.id for planned in releases if planned.own and planned.release.kind == kind}
        for kind in KINDS
    }
    shared = {planned.release.kind: planned for planned in releases if planned.own is None}
    return render(
        "admin/announce.html",
        status,
        room=room(season, "announce"),
        season=season,
        releases=[(planned, _address("announce_look", season_slug, planned)) for planned in releases],
        words=KIND_WORDS,
        can_part={
            kind: [c for c in shared[kind].categories if c.id not in parted[kind]]
            for kind in KINDS
            if kind in shared
            and shared[kind].release.released_at is None
            and len(shared[kind].categories) > 1
        },
        problem=problem,
    )


@blueprint.get("/<season_slug>/announce/<kind>")
@open_to(Access.STAFF)
def announce_look(season_slug: str, kind: str) -> Response:
    """Exactly what a release makes public, name by name, and what keeps it back."""
    return _look(season_slug, kind)


def _look(
    season_slug: str,
    kind: str,
    status: int = 200,
    *,
    errors: dict[str, str] | None = None,
    changed: str = "",
    changes: tuple[str, ...] = (),
) -> Response:
    found = preview(context(), season_slug, kind, _category())
    errors = errors or {}
    planned_at = found.planned.release.planned_at
    return render(
        "admin/announce_release.html",
        status,
        room=room(found.season, "announce"),
        season=found.season,
        preview=found,
        planned=found.planned,
        release=found.planned.release,
        title=KIND_WORDS[kind],
        errors=errors,
        found=[Problem(key if key == "planned_at" else None, text) for key, text in errors.items()],
        changed=changed,
        changes=changes,
        rule_reason=_reason(),
        typed=request.form.get("planned_at", _local(found.season, planned_at)),
        armed=request.form.get("armed") == "yes" if request.form else found.planned.release.armed,
        plan_to=_address("announce_plan", season_slug, found.planned),
        release_to=_address("announce_go", season_slug, found.planned),
    )


def _category() -> str | None:
    return request.args.get("category") or None


def _local(season: Season, at: datetime | None) -> str:
    """An instant as the browser's field for a date and time wants it, in the season's zone."""
    return f"{at.astimezone(ZoneInfo(season.timezone)):%Y-%m-%dT%H:%M}" if at else ""


def _typed_instant(season: Season) -> datetime | None:
    text = request.form.get("planned_at", "").strip()
    if not text:
        return None
    try:
        typed = datetime.fromisoformat(text)
        return in_utc(typed.replace(tzinfo=None), season.timezone)
    except ValueError as error:
        said = str(error) if "does not exist" in str(error) else "Write it like 2026-11-19T21:30."
        raise Invalid({"planned_at": said}) from error


def _reason() -> str:
    """Why the rule card's date changes."""
    return request.form.get("rule_reason", "")


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@blueprint.post("/<season_slug>/announce/<kind>/plan")
@open_to(Access.ADMIN)
def announce_plan(season_slug: str, kind: str) -> AnyResponse:
    """Set when a release is due, and whether the clock lets it out."""
    found = preview(context(), season_slug, kind, _category())
    try:
        announcing.plan(
            context(),
            season_slug,
            kind,
            _category(),
            planned_at=_typed_instant(found.season),
            armed=request.form.get("armed") == "yes",
            expected_version=_version(),
            reason=_reason(),
        )
    except Invalid as error:
        return _look(season_slug, kind, 422, errors=error.errors)
    except NeedsReason as error:
        current_session().rollback()
        return _look(season_slug, kind, 422, changes=error.changes)
    except Faster as error:
        return _look(season_slug, kind, 409, changed=error.sentence)
    return redirect(url_for("admin.announce", season_slug=season_slug), 303)


@blueprint.post("/<season_slug>/announce/<kind>/release")
@open_to(Access.ADMIN)
def announce_go(season_slug: str, kind: str) -> AnyResponse:
    """Let a release go out now."""
    if request.form.get("sure") != "yes":
        return _look(season_slug, kind, 422, errors={"sure": "Tick that you have read the names."})
    try:
        announcing.release_now(
            context(),
            season_slug,
            kind,
            _category(),
            expected_version=_version(),
            anyway=request.form.get("anyway") == "yes",
        )
    except Refusal as error:
        if not isinstance(error, Faster | NotNow):
            raise
        return _look(season_slug, kind, 409, changed=error.sentence)
    return redirect(url_for("admin.announce", season_slug=season_slug), 303)


@blueprint.post("/<season_slug>/announce/<kind>/own")
@open_to(Access.ADMIN)
def announce_own(season_slug: str, kind: str) -> AnyResponse:
    """Give a category a release of its own, or take it back into the season's."""
    category = request.form.get("category", "")
    try:
        if request.form.get("act") == "rejoin":
            announcing.rejoin(context(), season_slug, kind, category)
        else:
            announcing.part(context(), season_slug, kind, category)
    except NotNow as error:
        return _overview(season_slug, 409, error.sentence)
    return redirect(url_for("admin.announce", season_slug=season_slug), 303)
