"""The admin room: deciding on results. First the names of those that would move, then the press that moves them."""

from decimal import Decimal
from types import SimpleNamespace

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.outcomes import OutcomeRule, sentences
from heroes.domain.proposing import KIND_WORDS, Kind, Proposal
from heroes.domain.questions import clean_text
from heroes.domain.workflow import SENTENCES, Why
from heroes.models.database import current_session
from heroes.models.result_pages import released_at
from heroes.services import deciding
from heroes.services.boards import Board
from heroes.services.deciding import FINALIST, SET_ASIDE, Stage, Step, stage_of
from heroes.services.proposing import measures_on, rule_of
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotNow, Refusal
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.leaderboard import board_for_staff, page_of, touched_by_changes
from heroes.web.admin.line import asked_line
from heroes.web.admin.results import versions_of
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render


def _back(board: Board) -> str:
    return url_for(
        "admin.leaderboard",
        season_slug=board.season.slug,
        category_slug=board.category.slug,
        round_slug=board.round.slug,
        method=board.asked,
    )


def _reason() -> str:
    return clean_text(request.form.get("reason", ""))


def what_changed(error: Refusal) -> str:
    """Why a press changed nothing, in a sentence for the page that shows everything again."""
    if isinstance(error, Faster) and error.who and error.what != "scorecard.submit":
        return f"{error.who} was faster with one of these entries."
    return error.sentence


# ---- the shortlist ----


@blueprint.route("/<season_slug>/results/<category_slug>/<round_slug>/shortlist", methods=["GET", "POST"])
@open_to(Access.STAFF)
def shortlist(season_slug: str, category_slug: str, round_slug: str) -> AnyResponse:
    """Who would be shortlisted by a line; the press moves exactly those, or nobody if anything has changed."""
    where = (season_slug, category_slug, round_slug)
    if request.method == "GET":
        board = board_for_staff(where, request.args.get("method") or None)
        return _shortlist_page(board)
    method = request.form.get("method", "")
    try:
        rest = versions_of("rest") if request.form.get("with_rest") == "yes" else {}
        deciding.shortlist(
            context(),
            *where,
            run=request.form.get("run", ""),
            chosen=versions_of("chosen"),
            rest=rest,
            reason=_reason(),
        )
    except Invalid as error:
        return _shortlist_page(board_for_staff(where, _known(method)), 422, errors=error.errors)
    except (Faster, NotNow, NotAllowed) as error:
        return _shortlist_page(board_for_staff(where, _known(method)), 409, changed=what_changed(error))
    return redirect(_back(board_for_staff(where, method)), 303)


def _known(method: str) -> str | None:
    return method or None


def _shortlist_page(
    board: Board, status: int = 200, *, changed: str = "", errors: dict[str, str] | None = None
) -> Response:
    if stage_of(board) not in (Stage.ONLY, Stage.SHORTLIST):
        return page_of(board, 409, problem="The shortlist is not decided on this round.")
    line = asked_line(board, request.values)
    if line.errors and request.method == "GET":
        return page_of(board, 422)
    plan = deciding.plan_shortlist(
        context(), board, places=line.places, at_least=line.at_least, yes=line.yes, reason=_reason()
    )
    errors = errors or {}
    posted = request.method == "POST"
    ticked = {row.partition(":")[0] for row in request.form.getlist("chosen")}
    going = [step for step in plan.above if step.moves]
    small = deciding.too_small(board)
    tied = [step for step in plan.level if step.moves]
    proposed = [] if small else going + (tied if line.together else [])
    return render(
        "admin/decide_shortlist.html",
        status,
        out=released_at(current_session(), board.category),
        room=room(board.season, "results"),
        season=board.season,
        board=board,
        line=line,
        plan=plan,
        going=going,
        tied=tied,
        resting=[step for step in plan.below if step.moves],
        staying=[step for step in (*plan.above, *plan.level) if not step.moves],
        ticked=ticked if posted else {step.line.entry.handle for step in proposed},
        small=small,
        rule=rule_of(board),
        sentences=sentences(rule_of(board), measures_on(context(), board)),
        may_depart=bool(deciding.shortlist_departs(board)),
        with_rest=request.form.get("with_rest") == "yes",
        asks_reason=_asks(plan.above + plan.level + plan.below),
        reason=request.form.get("reason", ""),
        errors=errors,
        found=[Problem("reason" if key == "reason" else "", text) for key, text in errors.items()],
        changed=changed,
        touched=touched_by_changes(board),
        back=_back(board),
    )


def _asks(steps: tuple[Step, ...]) -> bool:
    return any((step.asks_reason or step.departs) and step.moves for step in steps)


# ---- the awards ----


@blueprint.route("/<season_slug>/results/<category_slug>/<round_slug>/award", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def award(season_slug: str, category_slug: str, round_slug: str) -> AnyResponse:
    """Choose a level for each entry, look at what would happen, and press; all of it happens or nothing."""
    where = (season_slug, category_slug, round_slug)
    if request.method == "GET":
        board = board_for_staff(where, request.args.get("method") or None)
        return _award_page(board)
    method = request.form.get("method", "")
    choices = {
        key.removeprefix("choice-"): value
        for key, value in request.form.items()
        if key.startswith("choice-") and value
    }
    pressed = request.form.get("act") == "apply"
    try:
        if not pressed:
            board = board_for_staff(where, _known(method))
            return _award_preview(board, choices)
        deciding.award(
            context(),
            *where,
            run=request.form.get("run", ""),
            choices=choices,
            versions=versions_of("row"),
            reason=_reason(),
        )
    except Invalid as error:
        board = board_for_staff(where, _known(method))
        if pressed and "reason" in error.errors:
            return _award_preview(board, choices, 422, errors=error.errors)
        return _award_page(board, choices, 422, errors=error.errors)
    except (Faster, NotNow, NotAllowed) as error:
        board = board_for_staff(where, _known(method))
        return _award_preview(board, choices, 409, changed=what_changed(error))
    return redirect(_back(board_for_staff(where, method)), 303)


def options_of(board: Board) -> list[tuple[str, str]]:
    """What can be chosen for an entry: the levels, best first, then the words for those without one."""
    rule = rule_of(board)
    options = [("", "Decide later")]
    options += [(level.key, f"{level.name}") for level in rule.levels]
    options.append((FINALIST, KIND_WORDS[Kind.TOWARDS] if rule.benchmark else "Finalist, no award"))
    if stage_of(board) is Stage.ONLY and not rule.benchmark:
        options.append((SET_ASIDE, "Not shortlisted this year"))
    return options


def _award_page(
    board: Board,
    choices: dict[str, str] | None = None,
    status: int = 200,
    *,
    errors: dict[str, str] | None = None,
) -> Response:
    """The page of choices; at first each is what the rule proposes."""
    if stage_of(board) not in (Stage.ONLY, Stage.FINAL):
        return page_of(board, 409, problem="The awards are not decided on this round.")
    errors = errors or {}
    found = deciding.proposed(context(), board)
    rule = rule_of(board)
    return render(
        "admin/decide_award.html",
        status,
        room=room(board.season, "results"),
        season=board.season,
        board=board,
        rule=rule,
        sentences=sentences(rule, measures_on(context(), board)),
        proposals={handle: _proposed(rule, one) for handle, one in found.items()},
        taken=_taken(board),
        lines=deciding.candidates(board),
        options=options_of(board),
        choices=deciding.chosen_by(board, found) if choices is None else choices,
        open_until=board.rounds[-1].closes_at if board.rounds[-1].closes_at > context().now else None,
        round_open=SENTENCES[Why.ROUND_OPEN],
        found=[Problem("", text) for text in errors.values()],
        back=_back(board),
    )


def _proposed(rule: OutcomeRule, one: Proposal) -> SimpleNamespace:
    """A proposal as the page says it: in two or three words with a colour, and why."""
    level = one.kind is Kind.LEVEL
    return SimpleNamespace(
        words=rule.level_name(one.level) if level else KIND_WORDS[one.kind],
        sign=("awarded", "rosette")
        if level
        else ("wait", "scales")
        if one.kind in _OPEN
        else ("draft", "minus"),
        reason=one.reason,
        warning=one.warning,
    )


_OPEN = frozenset({Kind.TIED, Kind.WAITS})
"""Proposals that leave something to decide first."""


def _taken(board: Board) -> dict[str, int]:
    taken: dict[str, int] = {}
    for line in board.lines:
        if line.entry.level:
            taken[line.entry.level] = taken.get(line.entry.level, 0) + 1
    return taken


def _award_preview(
    board: Board,
    choices: dict[str, str],
    status: int = 200,
    *,
    changed: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    if stage_of(board) not in (Stage.ONLY, Stage.FINAL):
        return page_of(board, 409, problem="The awards are not decided on this round.")
    steps = deciding.plan_award(context(), board, choices, reason=_reason())
    if not steps:
        return _award_page(board, None, 422, errors={"entry": "Choose something for at least one entry."})
    errors = errors or {}
    words = dict(options_of(board))
    return render(
        "admin/decide_award_check.html",
        status,
        out=released_at(current_session(), board.category),
        room=room(board.season, "results"),
        season=board.season,
        board=board,
        going=[_shown(step, words) for step in steps if step.moves],
        staying=[_shown(step, words) for step in steps if not step.moves],
        choices=choices,
        asks_reason=_asks(steps),
        reason=request.form.get("reason", ""),
        errors=errors,
        found=[Problem("reason" if key == "reason" else "", text) for key, text in errors.items()],
        changed=changed,
        touched=touched_by_changes(board),
        back=_back(board),
    )


def _shown(step: Step, words: dict[str, str]) -> SimpleNamespace:
    points: Decimal | None = step.line.points
    return SimpleNamespace(
        step=step,
        line=step.line,
        entry=step.line.entry,
        points=points,
        words=words.get(step.choice, step.choice),
        acts=[act.value for act in step.acts],
    )
