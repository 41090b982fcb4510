"""The admin room: a round's leaderboard. How sure every place is, where the line lies, and what each choice changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from flask import Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.counting import METHODS, Standing
from heroes.domain.policy import Deed, may
from heroes.models import result_pages as read
from heroes.models import run_pages as runs
from heroes.models.database import current_session
from heroes.services import running
from heroes.services.boards import Board, Line, NotComputed, cut
from heroes.services.deciding import Stage, stage_of
from heroes.services.permission import staff_season
from heroes.services.proposing import rule_of
from heroes.services.reporting import staff_board
from heroes.services.running import Progress, progress_of
from heroes.services.standing_apart import apart_in_round
from heroes.services.standings import affected, place_of
from heroes.web.admin import board_words as words
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.board_next import next_on
from heroes.web.admin.fairness_words import HEADS
from heroes.web.admin.line import Drawn, asked_line
from heroes.web.admin.ties import ties
from heroes.web.kit import result_charts
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, viewer

PAGE = 50
"""So many entries are on one page."""
PROPOSED = 12
"""So many entries of a proposed second wave are named; the others are counted."""
COMPARED = 2000
"""Up to so many entries the page itself says whose marks have changed; beyond, that takes too long."""
Where = tuple[str, str, str]


def board_for_staff(where: Where, method: str | None) -> Board:
    """The whole board, for staff: a chair, who may have to do without names, has a table in the judge's room."""
    return staff_board(context(), *where, method)


@blueprint.get("/<season_slug>/results/<category_slug>/<round_slug>")
@open_to(Access.STAFF)
def leaderboard(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """A round's standings under one method with every place's interval, and a line drawn through them."""
    return leaderboard_page((season_slug, category_slug, round_slug), request.args.get("method") or None)


def leaderboard_page(where: Where, method: str | None, status: int = 200, *, problem: str = "") -> Response:
    """The page of a board; `problem` is a sentence about a press that changed nothing."""
    number = _page_number()
    try:
        board = staff_board(context(), *where, method, page=number, per_page=PAGE)
    except NotComputed as waiting:
        return _computing_page(waiting, method)
    line = asked_line(board, request.args)
    follows = board.quoted if board.run is None or not board.run.explicit else ""
    asked = _for_places(where, board, line, number)
    board, sure_of = asked.board, asked.sure_of
    return render(
        "admin/leaderboard.html",
        422 if line.errors else status,
        **_frame(board, line, method),
        **_status(board, asked.pending),
        **_lines(board, line, sure_of),
        **_effects(board, line),
        **_apart(board),
        pages=max(1, -(-board.total // PAGE)),
        page=number,
        size=PAGE,
        follows=follows,
        follow=asked.follow or {"method": method, "shown": follows or None},
        problem=problem,
    )


def page_of(board: Board, status: int, *, problem: str = "") -> Response:
    """The first page of a board that something was pressed on, after the press changed nothing."""
    where = (board.season.slug, board.category.slug, board.round.slug)
    return leaderboard_page(where, board.asked, status, problem=problem)


def _page_number() -> int:
    return max(1, whole(request.args.get("page", "1")) or 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A board for the line that is drawn: for how many places its chances are, and what else was asked for.

    `pending` is a run for exactly this line that is on its way, and `follow` what the page asks about it.
    """

    board: Board
    sure_of: int | None
    pending: Progress | None = None
    follow: Mapping[str, object] | None = None


def _for_places(where: Where, board: Board, line: Drawn, number: int) -> Asked:
    """The board with the chances of so many places where they have been computed, and for how many they are."""
    if board.run is None or line.places is None or line.places == board.run.places:
        return Asked(board, board.run.places if board.run else None)
    used, session = board.standings.method, current_session()
    found = runs.last_done(session, board.round.id, used, line.places)
    if found is None or found.revision != board.run.revision:
        begun = runs.last_begun(session, board.round.id, used, line.places)
        if begun is None or begun.state == "failed":
            return Asked(board, board.run.places)
        shown = found.handle if found else None
        follow = {"method": used, "places": line.places, "shown": shown}
        return Asked(board, board.run.places, progress_of(begun), follow)
    again = staff_board(context(), *where, used, places=line.places, page=number, per_page=PAGE)
    said = replace(again.standings, asked=board.asked, reason=board.standings.reason)
    return Asked(replace(again, standings=said), line.places)


def _frame(board: Board, line: Drawn, method: str | None) -> dict[str, Any]:
    """Where this is, what was asked for, and what can be done."""
    person = viewer()
    decides = person is not None and may(Deed.OPEN_ROUND, person.found.staff)
    return {
        "room": room(board.season, "results"),
        "season": board.season,
        "board": board,
        "line": line,
        "methods": [
            (known.name, here(board, line, name), None, name == board.asked)
            for name, known in METHODS.items()
        ],
        "warning": METHODS[board.asked].warning,
        "stage": stage_of(board).value,
        "rule": rule_of(board),
        "decides": decides,
        "now_on": next_on(
            board,
            read.released_at(current_session(), board.category),
            decides=decides,
            now=context().now,
        ),
        "query": {"method": method or "", **line.query},
    }


def here(board: Board, line: Drawn, method: str, **more: object) -> str:
    """The address of this board by a method, with the line as it is."""
    return url_for(
        "admin.leaderboard",
        season_slug=board.season.slug,
        category_slug=board.category.slug,
        round_slug=board.round.slug,
        method=method,
        places=line.places_text,
        at_least=line.at_least_text,
        **more,  # type: ignore[arg-type] # Flask takes any values for the query
    )


def whole(text: str) -> int | None:
    """A whole number of at most five digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


# ---- how far the run is ----


def _status(board: Board, pending: Progress | None) -> dict[str, Any]:
    """Whether the numbers are of now: what has changed since, whom it touches, and how far the next ones are."""
    changes = 0
    behind, touched = touched_by_changes(board)
    if behind and board.run is not None:
        changes = max(1, runs.revision_of(current_session(), board.round.id) - board.run.revision)
    return {
        "changes": changes,
        "touched": touched,
        "progress": said_of(found) if (found := pending or board.under_way) else None,
    }


def touched_by_changes(board: Board) -> tuple[bool, str]:
    """Whether marks that count have changed since the board's run, and whose, in a sentence.

    Whose is left out where that takes too long. What was handed in again with the same marks is no change.
    """
    if not board.stale or board.total > COMPARED:
        return board.stale, ""
    names = [entry.title for entry in affected(context(), board)]
    return bool(names), words.named(names, {})


def said_of(progress: Progress) -> SimpleNamespace:
    """How far a run is, in words."""
    sentences = {
        "waiting": "Waiting for the worker to begin",
        "computing": progress.step or "Computing",
        "failed": progress.failure,
    }
    return SimpleNamespace(
        state=progress.state,
        percent=progress.percent,
        said=sentences.get(progress.state, ""),
        since=progress.requested_at,
    )


def _computing_page(waiting: NotComputed, method: str | None) -> Response:
    """There is nothing to show yet: how far it is, or the button that asks for it."""
    person = viewer()
    progress = None if waiting.progress is None else said_of(waiting.progress)
    own = method is None or method == waiting.round.method
    return render(
        "admin/computing.html",
        room=room(waiting.season, "results"),
        season=waiting.season,
        category=waiting.category,
        round=waiting.round,
        rounds=waiting.rounds,
        asked=waiting.asked,
        name=METHODS[waiting.asked].name,
        methods=[
            (
                known.name,
                url_for(
                    "admin.leaderboard",
                    season_slug=waiting.season.slug,
                    category_slug=waiting.category.slug,
                    round_slug=waiting.round.slug,
                    method=name,
                ),
                None,
                name == waiting.asked,
            )
            for name, known in METHODS.items()
        ],
        method=method or "",
        progress=progress,
        by_itself=own and (progress is None or progress.state != "failed"),
        decides=person is not None and may(Deed.OPEN_ROUND, person.found.staff),
    )


@blueprint.get("/<season_slug>/results/<category_slug>/<round_slug>/run")
@open_to(Access.STAFF)
def leaderboard_run(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """How far the next run is, for the page that waits: over once another one than the page shows can be read."""
    staff_season(context(), season_slug, Deed.SEE_LEADERBOARD)
    (_, _, round_, _), _ = place_of(context(), season_slug, category_slug, round_slug)
    method = request.args.get("method") or None
    places = whole(request.args.get("places", ""))
    method = None if method == round_.method and places is None else method
    session = current_session()
    begun = runs.last_begun(session, round_.id, method, places)
    done = runs.last_done(session, round_.id, method, places)
    newer = done is not None and done.handle != request.args.get("shown", "")
    if begun is None:
        return jsonify(over=newer, progress=0, said="The worker computes them in a moment.")
    progress = said_of(progress_of(begun))
    return jsonify(over=newer or progress.state == "failed", progress=progress.percent, said=progress.said)


@blueprint.post("/<season_slug>/results/<category_slug>/<round_slug>/run")
@open_to(Access.ADMIN)
def leaderboard_compute(season_slug: str, category_slug: str, round_slug: str) -> AnyResponse:
    """Ask for the results to be computed: again, by another method, for another line, or across groups."""
    form = request.form
    method, places = form.get("method") or None, whole(form.get("places", ""))
    running.request_run(
        context(),
        season_slug,
        category_slug,
        round_slug,
        method=method,
        places=places,
        across_groups=form.get("across") == "yes",
    )
    return redirect(
        url_for(
            "admin.leaderboard",
            season_slug=season_slug,
            category_slug=category_slug,
            round_slug=round_slug,
            method=form.get("back") or None,
            places=places,
        ),
        303,
    )


# ---- the lines ----


@dataclass(frozen=True, slots=True)
class Row:
    """One line as the page shows it: its band and chance for the line that is drawn."""

    line: Line
    band: str
    chance: str
    between: str


def _apart(board: Board) -> dict[str, Any]:
    """What judges marked beside the total, for the entries of this page."""
    names, apart = apart_in_round(context(), board.round.id)
    return {
        "apart_names": names,
        "apart": [
            (one, apart[one.entry.id]) for one in board.lines if not one.sealed and one.entry.id in apart
        ],
    }


def _lines(board: Board, line: Drawn, sure_of: int | None) -> dict[str, Any]:
    """The lines of this page, divided; the picture of their places; ties; what does not count."""
    found = cut(board, places=line.places, at_least=line.at_least, yes=line.yes)
    names = {one.standing.entry: one.name for one in board.lines}
    places = line.places if line.places is not None else sure_of if line.at_least is None else None
    judged = [_with_band(one.standing, places, sure_of) for one in board.lines if not one.sealed]
    bands = {one.entry: one for one in judged}
    judges = runs.names_of(current_session(), {one.judge for one in board.standings.left_out})
    said = board.standings
    agree, measures = words.agreement(said.reliability) if said.reliability else ("", [])
    return {
        "cut": SimpleNamespace(
            above=[_row(one, bands) for one in found.above],
            level=[_row(one, bands) for one in found.level],
            below=[_row(one, bands) for one in found.below],
        ),
        "drawn": line.drawn,
        "places": places,
        "sure_of": sure_of,
        "bands": any(one.band for one in judged),
        "chart": result_charts.intervals(judged, names, places),
        "ties": ties((one.standing for one in board.lines), names),
        "left_out": words.left_out(said.left_out, names, judges),
        "agree": agree,
        "measures": measures,
        "sources": result_charts.variance(said.variances) if said.variances else (),
        "on_criteria": lambda one: {value.criterion: value.value for value in one.standing.criteria},
        "clear": words.first_said(said, _first(board), names),
        "line_page": None if places is None or board.total <= PAGE else -(-places // PAGE),
    }


def _first(board: Board) -> Standing | None:
    return next((one.standing for one in board.lines if one.place == 1), None)


def _with_band(one: Standing, places: int | None, sure_of: int | None) -> Standing:
    return replace(
        one,
        band=words.band_of(one, places, sure_of) or None,
        chance_of_place=one.chance_of_place if places == sure_of else None,
    )


def _row(one: Line, bands: Mapping[str, Standing]) -> Row:
    known = bands.get(one.standing.entry)
    if known is None:
        return Row(one, "", "", "")
    return Row(
        one, known.band or "", result_charts.chance(known.chance_of_place), result_charts.between(known)
    )


# ---- what a choice changes ----


def _effects(board: Board, line: Drawn) -> dict[str, Any]:
    """What would change by another line or method, who cannot be told apart, and where more reading would help."""
    nothing: dict[str, Any] = {"effects": [], "close": [], "wave": [], "more_in_wave": 0}
    if board.run is None:
        return nothing
    places = line.places if line.places is not None else None
    borders = _borders(board, places)
    near = _near(board, borders)
    proposals = _proposals(board)
    ranks: Mapping[str, words.Ranks] = (board.summary.get("fairness") or {}).get("orders") or {}
    swaps = _swaps(board, ranks, places)
    close = words.close_calls(near, borders)
    wanted = {one.entry for one in near} | {
        entry for swap in swaps.values() for entry in (*swap.comes, *swap.drops)
    }
    wanted |= set(list(proposals)[:PROPOSED])
    titles = read.titles_of(current_session(), board.category.id, wanted)
    names = {label: title for label, (title, _) in titles.items()}
    effects = words.line_moves(near, places, names) if places is not None else []
    effects += [
        f"Counted by {METHODS[method].name.lower()}: {_lower(swap.said(names))}"
        for method, swap in swaps.items()
    ]
    return {
        "effects": effects,
        "close": [
            SimpleNamespace(
                said=f"{names.get(one.better, one.better)} and {names.get(one.next, one.next)}",
                chance=one.chance,
                border=one.border,
                entries=[
                    (names.get(entry, entry), titles[entry][1]) for entry in one.both if entry in titles
                ],
            )
            for one in close
        ],
        "wave": [
            SimpleNamespace(
                name=names.get(entry, entry), handle=titles[entry][1], extra=extra, sure=sure, entry=entry
            )
            for entry, (extra, sure) in proposals.items()
            if entry in titles
        ][:PROPOSED],
        "more_in_wave": max(0, len(proposals) - PROPOSED),
    }


def _lower(sentence: str) -> str:
    return "the" + sentence[3:] if sentence.startswith("The same") else sentence


def _borders(board: Board, places: int | None) -> list[int]:
    """After how many places something is decided here: the line, and where awards are decided each level's last."""
    borders = [] if places is None else [places]
    if stage_of(board) in (Stage.ONLY, Stage.FINAL):
        taken = 0
        for level in rule_of(board).levels:
            if level.places is not None:
                taken += level.places
                borders.append(taken)
    return borders


def _near(board: Board, borders: Iterable[int]) -> list[Standing]:
    assert board.run is not None
    wanted = {rank for border in borders for rank in range(max(1, border - 1), border + 3)}
    return read.standings_at(current_session(), board.run.id, wanted)


def _swaps(board: Board, ranks: Mapping[str, words.Ranks], places: int | None) -> dict[str, words.Swap]:
    used = board.standings.method
    if places is None or used not in ranks:
        return {}
    return {
        method: words.swap(ranks[used], ranks[method], places)
        for method in HEADS
        if method != used and method in ranks
    }


def _proposals(board: Board) -> dict[str, tuple[int, str]]:
    """Entry -> how many more scorecards it should have, and how sure its place is now; the most first."""
    found: Mapping[str, Any] = board.summary.get("proposals") or {}
    return {
        row["entry"]: (row["extra"], result_charts.chance(row.get("chance"))) for row in found.get("rows", ())
    }
