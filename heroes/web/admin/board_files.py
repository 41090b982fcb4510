"""The admin room: a leaderboard as a table for a spreadsheet."""

from flask import Response, make_response, request

from heroes.adapters.spreadsheets import BOM, Cell, write_csv
from heroes.services.boards import Board, Line
from heroes.services.reporting import staff_board
from heroes.web.admin.blueprint import blueprint
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context


@blueprint.get("/<season_slug>/results/<category_slug>/<round_slug>.csv")
@open_to(Access.STAFF)
def leaderboard_csv(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """The same standings as a table for a spreadsheet, numbers unrounded."""
    board = staff_board(context(), season_slug, category_slug, round_slug, request.args.get("method") or None)
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
