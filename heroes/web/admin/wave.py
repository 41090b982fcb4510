"""The admin room: the second wave. Where the remaining reviews should go, who would get them, and the press."""

from types import SimpleNamespace
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.models import result_pages as read
from heroes.models.database import current_session
from heroes.services import assigning, running
from heroes.services.assigning import Reshuffled
from heroes.services.boards import Board
from heroes.services.dealing import Plan, Rules
from heroes.services.reporting import staff_board
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.leaderboard import touched_by_changes
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render
from heroes.web.kit.result_charts import chance

ADDRESS = "/<season_slug>/results/<category_slug>/<round_slug>/wave"
LINKED = Rules(link=True)
MOST_SHOWN = 200
"""So many proposed entries are listed; the others are counted."""
Where = tuple[str, str, str]


def extra_of(board: Board) -> dict[str, int]:
    """Entry -> how many more reviews the run proposes for it."""
    rows = (board.summary.get("proposals") or {}).get("rows", ())
    return {row["entry"]: row["extra"] for row in rows}


@blueprint.route(ADDRESS, methods=["GET", "POST"])
@open_to(Access.ADMIN)
def wave(season_slug: str, category_slug: str, round_slug: str) -> AnyResponse:
    """What a second wave would do, with everybody's load; the button assigns exactly that."""
    where = (season_slug, category_slug, round_slug)
    given = request.form if request.method == "POST" else request.args
    run, seed = given.get("run", "")[:40] or None, given.get("seed", "")[:40] or context().chance.token_hex(4)
    board = staff_board(context(), *where, run=run, page=1)
    extra = extra_of(board)
    if not extra:
        return _page(board, None, seed)
    if request.method == "GET":
        return _page(board, assigning.plan_extra(context(), *where, extra, seed, LINKED), seed)
    try:
        done = assigning.apply_extra(context(), *where, extra, seed, given.get("plan", ""), LINKED)
    except Reshuffled as error:
        again = assigning.plan_extra(context(), *where, extra, seed, LINKED)
        return _page(board, again, seed, 409, error.sentence)
    return redirect(
        url_for(
            "admin.judging_round",
            season_slug=season_slug,
            category_slug=category_slug,
            round_slug=round_slug,
            dealt=len(done.pairs),
        ),
        303,
    )


@blueprint.post(f"{ADDRESS}/budget")
@open_to(Access.ADMIN)
def wave_budget(season_slug: str, category_slug: str, round_slug: str) -> AnyResponse:
    """Ask for proposals for another number of further reviews."""
    where = (season_slug, category_slug, round_slug)
    text = request.form.get("budget", "").strip()
    board = staff_board(context(), *where, page=1)
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 7):
        return _page(board, None, "", 422, errors={"budget": "Give a whole number, as 40."})
    places = board.run.places if board.run else None
    running.request_run(context(), *where, places=places, budget=int(text))
    return redirect(
        url_for(
            "admin.leaderboard", season_slug=season_slug, category_slug=category_slug, round_slug=round_slug
        ),
        303,
    )


def _page(
    board: Board,
    planned: Plan | None,
    seed: str,
    status: int = 200,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    errors = errors or {}
    proposals: Any = board.summary.get("proposals") or {}
    proposed = proposals.get("rows", ())
    titles = read.titles_of(
        current_session(), board.category.id, {row["entry"] for row in proposed[:MOST_SHOWN]}
    )
    return render(
        "admin/wave.html",
        status,
        room=room(board.season, "results"),
        season=board.season,
        category=board.category,
        round=board.round,
        board=board,
        stale=touched_by_changes(board)[0],
        plan=planned,
        seed=seed,
        reason=reason,
        errors=errors,
        problems=[Problem(key, text) for key, text in errors.items()],
        budget=request.form.get("budget", "").strip()[:20] or proposals.get("budget", ""),
        proposals=proposals,
        rows=[
            SimpleNamespace(
                name=titles[row["entry"]][0],
                handle=titles[row["entry"]][1],
                extra=row["extra"],
                reviews=row["reviews"],
                sure=chance(row.get("chance")),
            )
            for row in proposed
            if row["entry"] in titles
        ],
        more=max(0, len(proposed) - MOST_SHOWN),
        **_planned(planned),
    )


def _planned(planned: Plan | None) -> dict[str, Any]:
    if planned is None:
        return {"judges": [], "most": 0, "short": [], "dealt": 0}
    table = planned.table
    return {
        "judges": [
            SimpleNamespace(user=user, load=planned.loads[user_id])
            for user_id, user in table.judges.items()
            if user_id in planned.loads
        ],
        "most": max((load.entries for load in planned.loads.values()), default=0),
        "short": [SimpleNamespace(entry=table.entries[one.entry], says=one) for one in planned.short],
        "dealt": len(planned.pairs),
    }
