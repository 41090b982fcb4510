"""The admin room: results. Every round's progress, and the leaderboard with each judge's marks beside the score."""

import re
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from types import SimpleNamespace
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.adapters.spreadsheets import BOM, Cell, write_csv
from heroes.domain.counting import METHODS, TieStep
from heroes.domain.entry_states import State
from heroes.domain.policy import Deed, may
from heroes.models import result_pages as read
from heroes.models.database import current_session
from heroes.services import deciding, rounds
from heroes.services.boards import Board, Cut, Line, cut
from heroes.services.deciding import Stage, rule_of, stage_of
from heroes.services.permission import staff_season
from heroes.services.refusals import Invalid
from heroes.services.standings import standings
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.board_next import next_on
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render, viewer

MOST_PLACES = 999
DRAWN = 40
"""So many entries are drawn; the table has them all."""
TENTH = Decimal("0.1")


def board_for_staff(where: tuple[str, str, str], method: str | None) -> Board:
    """The standings, for staff: a chair, who may have to do without names, has a table in the judge's room."""
    staff_season(context(), where[0], Deed.SEE_LEADERBOARD)
    return standings(context(), *where, method)


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


@dataclass(frozen=True, slots=True)
class Drawn:
    """The line as it was asked for: what was typed, what it means, and what is wrong with it."""

    places_text: str
    at_least_text: str
    places: int | None
    at_least: Decimal | None
    errors: dict[str, str]

    @property
    def problems(self) -> list[Problem]:
        """The errors for the summary on top of the page."""
        return [Problem(key, sentence) for key, sentence in self.errors.items()]


def asked_line(board: Board, values: Any) -> Drawn:
    """The line that the form or the address asks for; where neither says anything, the category's own rule."""
    rule = rule_of(board)
    if "places" not in values and "at_least" not in values:
        here = stage_of(board) in (Stage.ONLY, Stage.SHORTLIST)
        places = rule.shortlist_places if here else None
        at_least = rule.shortlist_at_least if here else None
        return Drawn(
            str(places) if places else "", format(at_least, "f") if at_least else "", places, at_least, {}
        )
    errors = {}
    places_text, at_least_text = (values.get(name, "").strip() for name in ("places", "at_least"))
    places, at_least = None, None
    if places_text:
        usable = places_text.isascii() and places_text.isdigit() and len(places_text) < 5
        places = int(places_text) if usable else 0
        if not 1 <= places <= MOST_PLACES:
            errors["places"] = f"Give a whole number from 1 to {MOST_PLACES}."
            places = None
    if at_least_text:
        at_least = _score(at_least_text)
        if at_least is None:
            errors["at_least"] = "Give a score from 0 to 100."
    return Drawn(places_text, at_least_text, places, at_least, errors)


def _score(text: str) -> Decimal | None:
    try:
        value = Decimal(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", text) else Decimal("NaN")
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= 100 else None


@blueprint.get("/<season_slug>/results/<category_slug>/<round_slug>")
@open_to(Access.STAFF)
def leaderboard(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """A round's standings under one method, each judge's marks beside the score, with a line drawn through them."""
    board = board_for_staff((season_slug, category_slug, round_slug), request.args.get("method") or None)
    return leaderboard_page(board)


def leaderboard_page(board: Board, status: int = 200, *, problem: str = "") -> Response:
    """The page of a board; `problem` is a sentence about a press that changed nothing."""
    person = viewer()
    line = asked_line(board, request.args)
    found = cut(board, places=line.places, at_least=line.at_least)
    names = {one.standing.entry: one.entry.title for one in board.lines}
    return render(
        "admin/leaderboard.html",
        422 if line.errors else status,
        room=room(board.season, "results"),
        season=board.season,
        board=board,
        line=line,
        cut=found,
        drawn=line.places is not None or line.at_least is not None,
        methods=[
            (words.name, _here(board, line, method), None, method == board.asked)
            for method, words in METHODS.items()
        ],
        ties=_ties(board, names),
        chart=chart_of(board, found, line),
        stage=stage_of(board).value,
        rule=rule_of(board),
        now_on=next_on(
            board,
            read.released_at(current_session(), board.category),
            decides=person is not None and may(Deed.OPEN_ROUND, person.found.staff),
            now=context().now,
        ),
        on_criteria=lambda one: {value.criterion: value.value for value in one.standing.criteria},
        problem=problem,
        query={"method": board.asked, "places": line.places_text, "at_least": line.at_least_text},
    )


def _here(board: Board, line: Drawn, method: str) -> str:
    return url_for(
        "admin.leaderboard",
        season_slug=board.season.slug,
        category_slug=board.category.slug,
        round_slug=board.round.slug,
        method=method,
        places=line.places_text,
        at_least=line.at_least_text,
    )


def _ties(board: Board, names: dict[str, str]) -> list[SimpleNamespace]:
    """Each group of one score, with the sentences that parted it or say why it could not be parted."""
    found: dict[tuple[str, ...], dict[str, TieStep]] = {}
    for line in board.lines:
        steps = line.standing.tie
        if not steps:
            continue
        group = tuple(entry for part in steps[0].order for entry in part)
        for step in steps:
            found.setdefault(tuple(sorted(group)), {}).setdefault(step.sentence, step)
    return [
        SimpleNamespace(
            names=[names.get(entry, entry) for entry in group],
            sentences=[_named(step, names) for step in steps.values()],
        )
        for group, steps in found.items()
    ]


def _named(step: TieStep, names: dict[str, str]) -> str:
    """The sentence of a tie-break with titles in place of references."""
    entries = sorted((entry for part in step.order for entry in part), key=len, reverse=True)
    pattern = "|".join(rf"\b{re.escape(entry)}\b" for entry in entries)
    return re.sub(pattern, lambda found: names.get(found[0], found[0]), step.sentence)


def chart_of(board: Board, found: Cut, line: Drawn) -> SimpleNamespace | None:
    """What the picture draws: place, name, score and each judge's total, on a scale that fits them."""
    rows = [
        SimpleNamespace(
            place=one.place,
            name=one.entry.title,
            score=one.points,
            marks=[given.points for given in one.given if given.points is not None],
        )
        for one in board.ranked[:DRAWN]
    ]
    if not rows:
        return None
    values = [v for row in rows for v in (row.score, *row.marks)]
    low = max(0, int(min(values)) // 10 * 10)
    high = min(100, max(-(-int(max(values) + 1) // 10) * 10, low + 20))
    low = min(low, high - 20)
    return SimpleNamespace(
        rows=rows, low=low, high=high, cut=_cut_at(found, line), more=len(board.ranked) - len(rows)
    )


def _cut_at(found: Cut, line: Drawn) -> Decimal | None:
    if line.at_least is not None and line.places is None:
        return line.at_least
    scores = [one.points for one in found.above if one.points is not None]
    if not scores or not found.below:
        return None
    return min(scores).quantize(TENTH, ROUND_FLOOR)


@blueprint.get("/<season_slug>/results/<category_slug>/<round_slug>.csv")
@open_to(Access.STAFF)
def leaderboard_csv(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """The same standings as a table for a spreadsheet, numbers unrounded."""
    board = board_for_staff((season_slug, category_slug, round_slug), request.args.get("method") or None)
    response = make_response(BOM + write_csv(csv_rows(board)))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"{board.season.slug}-{board.category.slug}-{board.round.slug}-{board.standings.method}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_rows(board: Board) -> list[list[Cell]]:
    """A header and one row for each entry; every judge of the round has a column with their total out of 100."""
    judges = {given.judge: given.name for line in board.lines for given in line.given}
    ordered = sorted(judges, key=lambda judge: (judges[judge], judge))
    head: list[Cell] = [
        "place",
        "entry",
        "title",
        "organisation",
        "state",
        "out_of_100",
        "weighted_mean",
        "total",
    ]
    head += ["reviews", "flags", *(criterion.name for criterion in board.criteria)]
    head += [f"judge: {judges[judge]}" for judge in ordered]
    return [[*head, "method", "rules", "digest"], *(_csv_row(board, line, ordered) for line in board.lines)]


def _csv_row(board: Board, line: Line, judges: list[str]) -> list[Cell]:
    one, entry = line.standing, line.entry
    given = {g.judge: g.points for g in line.given}
    values = {value.criterion: value.value for value in one.criteria}
    return [
        line.place,
        one.entry,
        entry.title,
        entry.organisation_name,
        entry.state,
        line.points,
        one.score,
        one.total,
        one.reviews,
        "; ".join(one.flags),
        *(values.get(criterion.name) for criterion in board.criteria),
        *(given.get(judge) for judge in judges),
        board.standings.method,
        board.standings.rules,
        board.digest,
    ]


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
