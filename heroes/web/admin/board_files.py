"""The admin room: a leaderboard as a table for a spreadsheet."""

from flask import Response, make_response, request

from heroes.adapters.spreadsheets import BOM, Cell, write_csv
from heroes.adapters.workbooks import write_xlsx
from heroes.models import run_pages as runs
from heroes.models.database import current_session
from heroes.services.boards import Board, Line
from heroes.services.reporting import staff_board
from heroes.web.admin.blueprint import blueprint
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context

ADDRESS = "/<season_slug>/results/<category_slug>/<round_slug>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _board(season: str, category: str, in_round: str) -> Board:
    return staff_board(context(), season, category, in_round, request.args.get("method") or None)


def _file(board: Board, body: str | bytes, kind: str, ending: str) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = kind
    name = f"{board.season.slug}-{board.category.slug}-{board.round.slug}-{board.standings.method}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get(f"{ADDRESS}.csv")
@open_to(Access.STAFF)
def leaderboard_csv(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """The standings as a table for a spreadsheet, numbers unrounded."""
    board = _board(season_slug, category_slug, round_slug)
    return _file(board, BOM + write_csv(csv_rows(board)), "text/csv; charset=utf-8", "csv")


@blueprint.get(f"{ADDRESS}.xlsx")
@open_to(Access.STAFF)
def leaderboard_xlsx(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """The same as a workbook, with the judges, every mark, and what does not count on sheets of their own."""
    board = _board(season_slug, category_slug, round_slug)
    sheets = {
        "Standings": csv_rows(board),
        "Judges": judge_rows(board),
        "Marks": mark_rows(board),
        "Not counted": left_out_rows(board),
    }
    return _file(board, write_xlsx(sheets), XLSX, "xlsx")


def judge_rows(board: Board) -> list[list[Cell]]:
    """A header and one row for each judge: how far above colleagues on the same entries, and how sure that is."""
    names = {given.judge: given.name for line in board.lines for given in line.given}
    head: list[Cell] = [
        "judge",
        "above_colleagues",
        "standard_error",
        "reviews",
        "mean",
        "spread",
        "fit",
        "to_look_at",
    ]
    rows: list[list[Cell]] = [
        [
            names.get(one.judge, one.judge),
            one.leniency,
            one.leniency_se,
            one.reviews,
            one.mean,
            one.spread,
            one.fit,
            "; ".join(one.flags),
        ]
        for one in board.standings.judges
    ]
    return [head, *rows]


def mark_rows(board: Board) -> list[list[Cell]]:
    """A header and one row for each mark that was given: entry, title, judge, criterion, mark."""
    rows: list[list[Cell]] = [["entry", "title", "judge", "criterion", "mark"]]
    for line in board.lines:
        for given in line.given:
            for criterion, value in zip(board.criteria, given.marks, strict=True):
                rows.append([line.standing.entry, line.entry.title, given.name, criterion.name, value])
    return rows


def left_out_rows(board: Board) -> list[list[Cell]]:
    """A header and one row for each scorecard or mark that does not count, with the reason."""
    names = runs.names_of(current_session(), {one.judge for one in board.standings.left_out})
    rows: list[list[Cell]] = [["entry", "judge", "criterion", "why"]]
    rows += [
        [one.entry, names.get(one.judge, one.judge), one.criterion, one.why]
        for one in board.standings.left_out
    ]
    return rows


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
    head += ["place_from", "place_to", "chance_of_a_place", "band"]
    head += ["reviews", "flags", *(criterion.name for criterion in board.criteria)]
    head += [f"judge: {judges[judge]}" for judge in ordered]
    # Where rounds are blended, place and out_of_100 are those of all of them; the rest is this round's alone.
    head += [f"round: {share.name}, {share.percent} %" for share in board.blend]
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
        one.low,
        one.high,
        one.chance_of_place,
        one.band,
        one.reviews,
        "; ".join(one.flags),
        *(values.get(criterion.name) for criterion in board.criteria),
        *(given.get(judge) for judge in judges),
        *line.parts,
        board.standings.method,
        board.standings.rules,
        board.digest,
    ]
