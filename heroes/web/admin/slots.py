"""The admin room: when and where the entries of a live round present."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.policy import Deed, may
from heroes.domain.questions import showable
from heroes.models.database import current_session
from heroes.services import slotting
from heroes.services.refusals import Invalid, Refusal
from heroes.services.slot_clashes import ends_at
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render, status_of, viewer

ALL = "/<season_slug>/judging/<category_slug>/<round_slug>/times"
FIELDS = ("starts", "minutes", "count", "place")
DID = {
    "made": "The times are made.",
    "given": "Given. The judges see it in their queue.",
    "moved": "Moved.",
    "cleared": "Taken back.",
    "removed": "Taken away.",
    "filled": "Everybody whom the free times reach has one.",
}


@blueprint.get(ALL)
@open_to(Access.STAFF)
def slots(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """The times of a live round, and who has them."""
    return _page((season_slug, category_slug, round_slug))


def _page(where: slotting.Where, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    times = slotting.times_of(context(), where)
    person = viewer()
    assert person is not None
    errors = errors or {}
    typed = {field: showable(request.form.get(field, "")) for field in FIELDS}
    now = context().now
    open_still = now < times.round.closes_at and not (times.season.ended_at and times.season.ended_at <= now)
    return render(
        "admin/slots.html",
        status,
        room=room(times.season, "judging"),
        season=times.season,
        times=times,
        ends_at=ends_at,
        typed=typed if any(typed.values()) else _begun(times),
        errors=errors,
        problems=[Problem(field, text) for field, text in errors.items()],
        acts=may(Deed.ASSIGN, person.found.staff) and open_still,
        did=DID.get(request.args.get("did", ""), ""),
    )


def _begun(times: slotting.Times) -> dict[str, str]:
    """The form of further times, which begin where the last ones end."""
    slots = [slot for slot, _ in times.slots]
    last = slots[-1] if slots else None
    at = ends_at(last) if last else times.round.opens_at
    return {
        "starts": at.astimezone(ZoneInfo(times.season.timezone)).strftime("%Y-%m-%dT%H:%M"),
        "minutes": str(last.minutes) if last else "20",
        "count": "6",
        "place": last.place if last else "",
    }


@blueprint.post(ALL)
@open_to(Access.ADMIN)
def change_slots(season_slug: str, category_slug: str, round_slug: str) -> AnyResponse:
    """Make, give, move, take back, take away or fill times; a refusal shows the page again with what was typed."""
    where = (season_slug, category_slug, round_slug)
    form = request.form
    slot = form.get("slot", "")
    deeds: dict[str, tuple[str, Callable[[], Any]]] = {
        "make": ("made", lambda: slotting.make(context(), where, form)),
        "give": ("given", lambda: slotting.assign(context(), where, slot, form.get("entry", ""))),
        "move": ("moved", lambda: slotting.move(context(), where, slot, form.get("to", ""))),
        "clear": ("cleared", lambda: slotting.clear(context(), where, slot)),
        "remove": ("removed", lambda: slotting.remove(context(), where, slot)),
        "fill": ("filled", lambda: slotting.fill(context(), where)),
    }
    did, do = deeds.get(form.get("act", ""), ("", None))
    if do is None:
        return _page(where, 422, {"times": "This page is not whole. Open it again."})
    try:
        do()
    except Invalid as error:
        current_session().rollback()
        return _page(where, 422, error.errors)
    except Refusal as error:
        current_session().rollback()
        return _page(where, status_of(error), {"times": error.sentence})
    here = url_for("admin.slots", season_slug=season_slug, category_slug=category_slug, round_slug=round_slug)
    return redirect(f"{here}?did={did}", 303)
