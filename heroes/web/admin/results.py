"""The admin room: results. Every round's progress, and opening or skipping the last round."""

from types import SimpleNamespace

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.entry_states import State
from heroes.domain.policy import Deed
from heroes.models import result_pages as read
from heroes.models.database import current_session
from heroes.services import deciding, rounds
from heroes.services.permission import staff_season
from heroes.services.refusals import Invalid
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render


@blueprint.get("/<season_slug>/results")
@open_to(Access.STAFF)
def results(season_slug: str) -> Response:
    """Each category with its rounds, how many scorecards are in, and what has been decided."""
    season = staff_season(context(), season_slug, Deed.SEE_LEADERBOARD)
    states = read.states_of_season(current_session(), season.id)
    categories: dict[int, SimpleNamespace] = {}
    for row in read.rounds_of_season(current_session(), season.id):
        category, round_ = row[0], row[1]
        found = categories.setdefault(
            category.id,
            SimpleNamespace(category=category, states=states.get(category.id, {}), rounds=[]),
        )
        found.rounds.append(
            SimpleNamespace(
                round=round_,
                admitted=row.admitted,
                cards_in=row.cards_in,
                cards_asked=row.cards_asked,
                closed=round_.closes_at <= context().now,
            )
        )
    return render(
        "admin/results.html",
        room=room(season, "results"),
        season=season,
        categories=list(categories.values()),
        decided=_decided,
    )


def _decided(states: dict[str, int]) -> list[tuple[str, int]]:
    """(state, how many) of what has been decided, for chips."""
    shown = (State.SHORTLISTED, State.NOT_SHORTLISTED, State.AWARDED, State.NOT_AWARDED)
    return [(state.value, states[state.value]) for state in shown if states.get(state.value)]


@blueprint.post("/<season_slug>/results/<category_slug>/final/open")
@open_to(Access.ADMIN)
def open_final(season_slug: str, category_slug: str) -> AnyResponse:
    """Admit the shortlist to the last round."""
    rounds.open_final(context(), season_slug, category_slug)
    return redirect(url_for("admin.results", season_slug=season_slug), 303)


@blueprint.post("/<season_slug>/results/<category_slug>/final/skip")
@open_to(Access.ADMIN)
def skip_final(season_slug: str, category_slug: str) -> AnyResponse:
    """Take the last round away, so that the awards are decided on the one before."""
    deciding.skip_final(context(), season_slug, category_slug)
    return redirect(url_for("admin.results", season_slug=season_slug), 303)


def versions_of(name: str) -> dict[str, int]:
    """The posted rows of a field: handle -> the version that was shown. Raises `Invalid` for anything else."""
    found = {}
    for row in request.form.getlist(name):
        handle, _, version = row.partition(":")
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            raise Invalid({"entry": "This page is not whole. Open it again."})
        found[handle] = int(version)
    return found
