"""The admin room: how many reviews for how sure a shortlist, before anybody is asked to read."""

from types import SimpleNamespace
from typing import Any

from flask import Response, request

from heroes.domain.counting import Variances
from heroes.domain.counting.plain import from_plain
from heroes.domain.counting.planning import VOLUNTEERS, forecast
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.policy import Deed
from heroes.models import result_pages as read
from heroes.models.database import current_session
from heroes.services.rounds import staff_round
from heroes.services.running import MOST_PLACES
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render
from heroes.web.kit.result_charts import Plan, effort

MINUTES = 8
"""What a scorecard takes, reading included, until somebody says otherwise."""
FIELDS = {
    "entries": ("Entries", MOST_PLACES),
    "places": ("Places on the shortlist", MOST_PLACES),
    "judges": ("Judges", MOST_PLACES),
    "minutes": ("Minutes for a scorecard, with reading", 600),
}


@blueprint.get("/<season_slug>/judging/<category_slug>/<round_slug>/planner")
@open_to(Access.STAFF)
def planner(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """Reviews for each entry against how much of the shortlist will be right, and what that asks of a judge."""
    season, category, round_ = staff_round(
        context(), season_slug, category_slug, round_slug, Deed.SEE_LEADERBOARD
    )
    session = current_session()
    known = read.size_of_round(session, round_)
    rule = parse_outcome_rule(category.outcome)
    entries = max(known.entries, 1)
    start = {
        "entries": entries,
        "places": min(rule.shortlist_places or max(1, entries // 10), entries),
        "judges": max(known.judges, 1),
        "minutes": MINUTES,
    }
    typed = {name: request.args.get(name, str(value)).strip()[:12] for name, value in start.items()}
    values, errors = _read(typed)
    source, variances = _variances(season.programme_id, round_.id)
    lines: list[SimpleNamespace] = []
    spots: Any = ()
    now = None
    if not errors:
        found = forecast(
            variances, entries=values["entries"], places=values["places"], judges=values["judges"]
        )
        lines = [
            SimpleNamespace(
                line=one, hours=one.each * values["minutes"] / 60, here=one.reviews == round_.reviews
            )
            for one in found
        ]
        spots = effort([Plan(one.reviews, one.right, None, one.each, None) for one in found])
        now = next((n for n, one in enumerate(found) if one.reviews == round_.reviews), None)
    return render(
        "admin/planner.html",
        422 if errors else 200,
        room=room(season, "judging"),
        season=season,
        category=category,
        round=round_,
        fields=[(name, label, typed[name]) for name, (label, _) in FIELDS.items()],
        errors=errors,
        problems=[Problem(name, text) for name, text in errors.items()],
        source=source,
        lines=lines,
        spots=spots,
        now_at=now,
    )


def _read(typed: dict[str, str]) -> tuple[dict[str, int], dict[str, str]]:
    values, errors = {}, {}
    for name, (_, most) in FIELDS.items():
        text = typed[name]
        usable = text.isascii() and text.isdigit() and len(text) < 7
        if usable and 1 <= int(text) <= most:
            values[name] = int(text)
        else:
            errors[name] = f"Give a whole number from 1 to {most:,}."
    if not errors and values["places"] > values["entries"]:
        errors["places"] = "There cannot be more places than entries."
    return values, errors


def _variances(programme_id: int, round_id: int) -> tuple[str, Variances]:
    """Where the forecast's numbers come from: this round, else the last one that was computed, else published ones."""
    found = read.newest_variances(current_session(), programme_id, round_id)
    if found is None:
        return "", VOLUNTEERS
    season, category, round_name, here, plain = found
    where = "this round itself" if here else f"{category}, {round_name}, of {season}"
    return where, from_plain(Variances, plain)
