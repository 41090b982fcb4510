"""The judge room: the table of a round for the chair of its panel, and whom they shortlist from it."""

from types import SimpleNamespace

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.entry_states import State, face
from heroes.domain.questions import clean_text, showable
from heroes.domain.round_kinds import kind_of
from heroes.models import judge_pages, result_pages
from heroes.models.database import current_session
from heroes.services import deciding
from heroes.services.boards import Board, Line, NotComputed, cut
from heroes.services.deciding import Stage, Step, plan_chosen, stage_of
from heroes.services.own_lines import OwnLine, shortlist_line
from heroes.services.proposing import rule_of
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotNow, Refusal
from heroes.services.standings import affected, table
from heroes.web.judge.pages import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render, set_site

ONE = "/table/<season_slug>/<category_slug>/<round_slug>"
Where = tuple[str, str, str]


@blueprint.get("/table/")
@open_to(Access.JUDGE)
def tables() -> Response:
    """Every round of the panels that one chairs, and how far it is."""
    ctx, session = context(), current_session()
    season = judge_pages.season_of_judge(session, ctx.actor.user_id or 0)
    assert season is not None
    set_site(season, season.programme)
    rows = result_pages.rounds_of_chair(session, ctx.actor.user_id or 0)
    return render(
        "judge/tables.html",
        lines=[
            SimpleNamespace(
                season=row[0],
                category=row[1],
                round=row[2],
                admitted=row.admitted,
                cards_in=row.cards_in,
                cards_asked=row.cards_asked,
                closed=row[2].closes_at <= ctx.now,
                left=row.left if row[2].closes_at > ctx.now else 0,
            )
            for row in rows
        ],
        room=room(False, chairing=True),
    )


@blueprint.get(ONE)
@open_to(Access.JUDGE)
def one_table(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """A round's standings for its chair, with the entries that can still be shortlisted to choose from."""
    try:
        board = table(context(), season_slug, category_slug, round_slug)
    except NotNow as error:
        return _not_yet(error)
    return _table_page(board)


def _not_yet(error: NotNow) -> Response:
    season = judge_pages.season_of_judge(current_session(), context().actor.user_id or 0)
    assert season is not None
    set_site(season, season.programme)
    return render(
        "judge/table_wait.html",
        409,
        said=error.sentence,
        computing=isinstance(error, NotComputed),
        hidden=error.code == "marks_hidden",
        room=room(False, chairing=True),
    )


def _decides(board: Board) -> bool:
    """Whether the shortlist is decided on this round."""
    return stage_of(board) in (Stage.ONLY, Stage.SHORTLIST)


def _table_page(
    board: Board, status: int = 200, *, error: str = "", chosen: frozenset[str] | None = None
) -> Response:
    set_site(board.season, board.season.programme)
    own = shortlist_line(board) if _decides(board) else OwnLine()
    found = cut(board, places=own.places, at_least=own.at_least, yes=own.yes)
    proposed = (*found.above, *(found.level if own.together else ()))
    above = {line.entry.handle for line in proposed} if own.drawn else set()
    waiting = {line.entry.handle for line in board.lines if _waits(line)} if _decides(board) else set()
    done = _number(request.args.get("done", ""))
    return render(
        "judge/table.html",
        status,
        out=done > 0 and result_pages.released_at(current_session(), board.category),
        board=board,
        kind=kind_of(board.round.kind),
        season=board.season,
        lines=_shown(board),
        behind=board.stale and bool(affected(context(), board)),
        above=above,
        level={line.entry.handle for line in found.level},
        waiting=waiting,
        chosen=(above & waiting) if chosen is None else chosen,
        line=own,
        decides=_decides(board),
        error=error,
        found=[Problem("", error)] if error else [],
        done=done,
        room=room(False, chairing=True),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _waits(line: Line) -> bool:
    return line.entry.state == State.SUBMITTED.value and not line.sealed


def _shown(board: Board) -> list[SimpleNamespace]:
    """The lines as a chair reads them: what was decided without them is the season's secret until it is out.

    That is what comes after the shortlist, for an early round the shortlist too, and all of an entry that they have a
    conflict with: that it has come into a later round at all, as well.
    """
    released = result_pages.released_at(current_session(), board.category)
    takes_part = stage_of(board) is not Stage.EARLY
    # Whoever shortlists has to see whom: for them the shortlist of a benchmark category is one like any other.
    benchmark = rule_of(board).benchmark and "outcomes" in released
    return [
        SimpleNamespace(
            line=line,
            handle=line.entry.handle,
            name=line.name,
            reference="" if board.blind else line.entry.reference,
            organisation="" if board.blind else line.entry.organisation_name,
            face=face(
                State(line.entry.state),
                judging_started=True,
                shortlist_released="shortlist" in released or (takes_part and not line.sealed),
                outcomes_released="outcomes" in released,
                benchmark=benchmark,
            ).value,
        )
        for line in board.lines
        if not line.sealed or board.round.position == 1 or "shortlist" in released
    ]


# ---- the shortlist ----


@blueprint.post(f"{ONE}/shortlist")
@open_to(Access.JUDGE)
def table_shortlist(season_slug: str, category_slug: str, round_slug: str) -> AnyResponse:
    """Whom the chair has ticked, with what would happen to each; the press moves exactly those, or nobody."""
    where = (season_slug, category_slug, round_slug)
    picked = {text.partition(":")[0] for text in request.form.getlist("chosen")}
    if request.form.get("act") != "apply":
        return _check_page(table(context(), *where), frozenset(picked))
    try:
        moved = deciding.shortlist(
            context(),
            *where,
            run=request.form.get("run", ""),
            chosen=_versions(),
            rest={},
            reason=clean_text(request.form.get("reason", "")),
        )
    except Invalid as error:
        return _check_page(table(context(), *where), frozenset(picked), 422, errors=error.errors)
    except (Faster, NotNow, NotAllowed) as error:
        return _check_page(table(context(), *where), frozenset(picked), 409, changed=_what_changed(error))
    here = url_for(
        "judge.one_table", season_slug=season_slug, category_slug=category_slug, round_slug=round_slug
    )
    return redirect(f"{here}?done={moved}", 303)


def _versions() -> dict[str, int]:
    """The posted rows: handle -> the version that was shown. Raises `Invalid` for anything else."""
    found = {}
    for row in request.form.getlist("chosen"):
        handle, _, version = row.partition(":")
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            raise Invalid({"entry": "This page is not whole. Open it again."})
        found[handle] = int(version)
    return found


def _what_changed(error: Refusal) -> str:
    # Who was faster, and with what, is for staff: a press in another round is none of a chair's business.
    return (
        "Somebody has changed one of these entries."
        if isinstance(error, Faster) and error.when
        else error.sentence
    )


def _check_page(
    board: Board,
    picked: frozenset[str],
    status: int = 200,
    *,
    errors: dict[str, str] | None = None,
    changed: str = "",
) -> Response:
    if not _decides(board):
        return _table_page(board, 409, error="The shortlist is not decided on this round.")
    by_handle = {one.handle: one for one in _shown(board)}
    known = picked & by_handle.keys()
    if not known:
        return _table_page(board, 422, error="Tick at least one entry.", chosen=frozenset())
    set_site(board.season, board.season.programme)
    errors = errors or {}
    steps = plan_chosen(context(), board, sorted(known), reason=clean_text(request.form.get("reason", "")))
    return render(
        "judge/table_check.html",
        status,
        out=result_pages.released_at(current_session(), board.category),
        board=board,
        season=board.season,
        going=[_step(step, by_handle) for step in steps if step.moves],
        staying=[_step(step, by_handle) for step in steps if not step.moves],
        asks_reason=any((step.asks_reason or step.departs) and step.moves for step in steps),
        reason=showable(request.form.get("reason", "")),
        errors=errors,
        found=[Problem("reason" if key == "reason" else "", text) for key, text in errors.items()],
        changed=changed,
        room=room(False, chairing=True),
    )


def _step(step: Step, shown: dict[str, SimpleNamespace]) -> SimpleNamespace:
    return SimpleNamespace(
        step=step, shown=shown[step.line.entry.handle], version=step.line.entry.version if step.moves else 0
    )
