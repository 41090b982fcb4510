"""The admin room: who goes on from an early round. First the names, then the press that admits exactly those."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.advance_rules import sentence
from heroes.domain.questions import clean_text, showable
from heroes.services import advancing
from heroes.services.boards import Board, cut
from heroes.services.deciding import Stage, stage_of
from heroes.services.own_lines import advance_rule_of
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotNow
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.decide import what_changed
from heroes.web.admin.leaderboard import board_for_staff, page_of, touched_by_changes
from heroes.web.admin.line import asked_line
from heroes.web.admin.results import versions_of
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render


@blueprint.route("/<season_slug>/results/<category_slug>/<round_slug>/advance", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def advance(season_slug: str, category_slug: str, round_slug: str) -> AnyResponse:
    """Who would go on to the next round by a line or by hand; the press admits exactly those, or nobody."""
    where = (season_slug, category_slug, round_slug)
    if request.method == "GET":
        return _page(board_for_staff(where, request.args.get("method") or None))
    method = request.form.get("method", "")
    try:
        gone = advancing.advance(
            context(),
            *where,
            run=request.form.get("run", ""),
            chosen=versions_of("chosen"),
            reason=clean_text(request.form.get("reason", "")),
        )
    except Invalid as error:
        return _page(board_for_staff(where, method or None), 422, errors=error.errors)
    except (Faster, NotNow, NotAllowed) as error:
        return _page(board_for_staff(where, method or None), 409, changed=what_changed(error))
    here = url_for(
        "admin.advance", season_slug=season_slug, category_slug=category_slug, round_slug=round_slug
    )
    return redirect(f"{here}?gone={gone}", 303)


def _page(
    board: Board, status: int = 200, *, changed: str = "", errors: dict[str, str] | None = None
) -> Response:
    if stage_of(board) is not Stage.EARLY:
        return page_of(board, 409, problem="Who goes on is not decided on this round.")
    line = asked_line(board, request.values)
    if line.errors and request.method == "GET":
        return page_of(board, 422)
    drawn = line.places is not None or line.at_least is not None
    found = cut(board, places=line.places, at_least=line.at_least)
    above = {one.entry.handle for one in found.above} if drawn else set()
    level = {one.entry.handle for one in found.level}
    proposal = None
    if not drawn and advance_rule_of(board).proposes:
        proposal = advancing.proposed(board)
        above, level = set(proposal.chosen), set(proposal.level)
    plan = advancing.plan(context(), board)
    posted = request.method == "POST"
    ticked = {row.partition(":")[0] for row in request.form.getlist("chosen")} if posted else above
    errors = errors or {}
    gone = request.args.get("gone", "")
    return render(
        "admin/decide_advance.html",
        status,
        room=room(board.season, "results"),
        season=board.season,
        board=board,
        following=advancing.next_round(board),
        line=line,
        drawn=drawn,
        level=level,
        proposal=proposal,
        rule=sentence(advance_rule_of(board)),
        going=[one for one in plan if one.moves],
        staying=[one for one in plan if not one.moves],
        ticked=ticked,
        asks_reason=any(one.asks_reason and one.moves for one in plan),
        reason=showable(request.form.get("reason", "")),
        errors=errors,
        found=[Problem("reason" if key == "reason" else "", text) for key, text in errors.items()],
        changed=changed,
        touched=touched_by_changes(board),
        gone=int(gone) if gone.isascii() and gone.isdigit() and len(gone) < 6 else 0,
        back=url_for(
            "admin.leaderboard",
            season_slug=board.season.slug,
            category_slug=board.category.slug,
            round_slug=board.round.slug,
            method=board.asked,
        ),
    )
