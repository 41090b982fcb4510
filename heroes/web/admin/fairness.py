"""The admin room: what a result rests on. How one counts, who judged, single marks, exceptions and late changes."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from flask import Response

from heroes.domain.audit_words import of_it
from heroes.models import result_pages as read
from heroes.models import run_pages as runs
from heroes.models.database import current_session
from heroes.services.boards import Board, NotComputed, Run
from heroes.services.reporting import staff_board
from heroes.web.admin import fairness_words as words
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.board_words import agreement, swap
from heroes.web.admin.leaderboard import touched_by_changes
from heroes.web.kit import result_charts
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render
from heroes.web.kit.words import listed

DECIDED = ("entry.shortlist", "entry.not_shortlist", "entry.award", "entry.not_award")
CHANGED = ("scorecard.submit", "judging.recuse", "judging.lift_recusal", "judging.remove")


@blueprint.get("/<season_slug>/results/<category_slug>/<round_slug>/fairness")
@open_to(Access.STAFF)
def fairness(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """Orders side by side, one judge left out, deciding scorecards, exceptions, and what moved since the run before."""
    where = (season_slug, category_slug, round_slug)
    found: Board | NotComputed
    try:
        found = staff_board(context(), *where, page=1)
    except NotComputed as nothing:
        found = nothing
    frame: dict[str, Any] = {
        "room": room(found.season, "results"),
        "season": found.season,
        "category": found.category,
        "round": found.round,
        "run": None,
    }
    if isinstance(found, NotComputed) or found.run is None:
        return render("admin/fairness.html", **frame)
    frame |= {"run": found.run, "stale": touched_by_changes(found)[0]}
    entries = {
        label: title for label, (title, _) in read.titles_in_round(current_session(), found.round.id).items()
    }
    judges = runs.names_of(current_session(), [one.judge for one in found.standings.judges])
    names = entries | judges
    agree, measures = agreement(found.standings.reliability) if found.standings.reliability else ("", [])
    return render(
        "admin/fairness.html",
        **frame,
        **_orders(found, names),
        sources=result_charts.variance(found.standings.variances) if found.standings.variances else (),
        agree=agree,
        measures=measures,
        judges=result_charts.leniency(found.standings.judges, names),
        judge_flags=[
            (names.get(one.judge, one.judge), flag) for one in found.standings.judges for flag in one.flags
        ],
        **_what_if(found, names),
        **_since(found, names),
        **_exceptions(found.round.id, found.run),
    )


def _kept(found: Board) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = found.summary.get("fairness") or {}
    return kept


def _orders(found: Board, names: Mapping[str, str]) -> dict[str, Any]:
    ranks = _kept(found).get("orders") or {}
    assert found.run is not None
    official, places = found.standings.method, found.run.places
    picture = result_charts.orders(ranks, words.HEADS, names, places, official=official)
    if picture is None:
        return {"picture": None, "orders_said": ""}
    others = [method for method in words.HEADS if method in ranks and method != official]
    if places is None or official not in ranks:
        return {"picture": picture, "orders_said": "The same entries in the order of each way to count."}
    moved = [(words.HEADS[method], swap(ranks[official], ranks[method], places)) for method in others]
    same = [name.lower() for name, one in moved if not one.comes and not one.drops]
    said = [f"{name}: {one.said(names)}" for name, one in moved if one.comes or one.drops]
    if same:
        said.insert(
            0,
            f"The {listed(same)} order puts the same entries above the line."
            if len(same) == 1
            else f"The {listed(same)} orders put the same entries above the line.",
        )
    return {"picture": picture, "orders_said": " ".join(said)}


def _what_if(found: Board, names: Mapping[str, str]) -> dict[str, Any]:
    kept = _kept(found)
    without, single = kept.get("without"), kept.get("deciding")
    return {
        "without": None if without is None else words.without(without, names),
        "left_out": kept.get("judges_left_out", 0),
        "flips": words.flips(kept.get("flips") or [], names),
        "deciding": None if single is None else words.deciding(single, names),
    }


def _since(found: Board, names: Mapping[str, str]) -> dict[str, Any]:
    assert found.run is not None
    before = read.run_before(current_session(), found.run.id)
    moved = found.summary.get("moved")
    if before is None or moved is None:
        return {"before": None, "since": None}
    return {"before": before, "since": words.since(moved, found.run.places, names)}


def _exceptions(round_id: int, run: Run) -> dict[str, Any]:
    """Decisions that needed a reason because the quorum was not reached, and marks that changed after the run."""
    overrides, late = [], []
    for record, handle in read.trail_of_round(current_session(), round_id, (*DECIDED, *CHANGED)):
        after = (record.body or {}).get("after") or {}
        line = SimpleNamespace(
            handle=handle,
            subject=record.subject,
            who=record.actor_name or "A visitor",
            words=of_it(record.act),
            at=record.at,
            reason=str((record.body or {}).get("reason", "")),
        )
        if record.act in DECIDED and after.get("override"):
            overrides.append(line)
        elif record.act in CHANGED and run.finished_at is not None and record.at > run.finished_at:
            late.append(line)
    return {"overrides": overrides, "late": late}
