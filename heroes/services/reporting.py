"""Reading what a stored run says of one entry, for staff, and of one judge, for that judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from heroes.domain.counting import JudgeStanding, Standing
from heroes.domain.counting.plain import from_plain
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.policy import Deed
from heroes.domain.round_settings import others_marks_show
from heroes.models import result_pages as read
from heroes.models import run_pages as runs
from heroes.models.entries import Entry
from heroes.models.seasons import Category, Round, Season
from heroes.services.boards import Board
from heroes.services.context import Context
from heroes.services.own_entries import Draft
from heroes.services.permission import staff_season
from heroes.services.proposing import own_gaps
from heroes.services.refusals import NotFound
from heroes.services.standings import standings
from heroes.services.undertaking import waits


def staff_board(
    ctx: Context,
    season: str,
    category: str,
    in_round: str,
    method: str | None = None,
    *,
    places: int | None = None,
    run: str | None = None,
    page: int | None = None,
    per_page: int = 1,
) -> Board:
    """The board of a round for staff only: a chair, who may have to do without names, has a table of their own.

    Refusals as in `standings.standings`, and `NotFound` for a chair.
    """
    staff_season(ctx, season, Deed.SEE_LEADERBOARD)
    return standings(
        ctx, season, category, in_round, method, places=places, run=run, page=page, per_page=per_page
    )


@dataclass(frozen=True, slots=True)
class EntryReport:
    """One entry's line in the run of a board, its marks by judge, and the names of its judges."""

    board: Board
    entry: Entry
    standing: Standing
    marks: Mapping[str, Sequence[str | None]]
    judges: Mapping[str, str]


def entry_report(
    ctx: Context, season: str, category: str, in_round: str, entry_handle: str, method: str | None = None
) -> EntryReport:
    """An entry in the newest run of a round, for staff; `NotFound` where that run does not list it."""
    board = staff_board(ctx, season, category, in_round, method, page=1)
    entry = read.by_handles(ctx.session, board.category.id, [entry_handle]).get(entry_handle)
    if entry is None or board.run is None:
        raise NotFound
    line = runs.line_of(ctx.session, board.run.id, entry.id)
    if line is None:
        raise NotFound
    (standing,) = runs.standings_of(ctx.session, board.run.id, [line])
    judges = {one.judge for one in standing.judges} | set(line.marks)
    return EntryReport(board, entry, standing, line.marks, runs.names_of(ctx.session, sorted(judges)))


@dataclass(frozen=True, slots=True)
class Told:
    """What an entrant is told of the result after the outcomes: out of 100, from how many judges, by which method."""

    points: float
    judges: int
    method: str


def told_of(ctx: Context, draft: Draft) -> Told | None:
    """The score of an entrant's own entry, in the run that it was decided on; None before the outcomes are released.

    No chance, no place, no judge: see docs/decisions. None as well where it was decided by hand, or has no score.
    """
    if draft.outcomes.released_at is None:
        return None
    line = read.line_quoted(ctx.session, draft.entry)
    if line is None or line.points is None:
        return None
    return Told(line.points, line.data["reviews"], line.method)


@dataclass(frozen=True, slots=True)
class Missing:
    """What an entrant's own entry lacks for the easiest level, in sentences; nobody else's number is in them."""

    level: str
    gaps: tuple[str, ...]


def missing_of(ctx: Context, draft: Draft) -> Missing | None:
    """What an entrant's own entry lacks, once the outcomes of a benchmark category are released; None before."""
    rule = parse_outcome_rule(draft.category.outcome)
    if draft.outcomes.released_at is None or not rule.benchmark:
        return None
    gaps = own_gaps(ctx, [draft.entry], draft.category.outcome).get(draft.entry.id, ())
    return Missing(rule.levels[-1].name, tuple(gap.sentence for gap in gaps))


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What a run says about one judge, for that judge alone; `totals` are their own, out of 100."""

    season: Season
    category: Category
    round: Round
    computed_at: datetime | None
    own: JudgeStanding
    totals: tuple[Decimal, ...]


def own_parts(ctx: Context) -> list[OwnPart]:
    """What the newest runs say about the actor as a judge, the newest round first; nobody else's name or mark.

    Of a round once it has closed, or once all that they were asked for there is in; later or never where the round
    keeps others' marks from its judges, since all of this is worked out from them. Of no season whose terms they have
    still to agree to.
    """
    user_id = ctx.actor.user_id or 0
    judged = read.rounds_judged(ctx.session, user_id, ctx.now)
    shut = {s.id for s in {row[0].id: row[0] for row in judged}.values() if waits(ctx, s)}
    rounds = [
        row
        for row in judged
        if row[0].id not in shut
        and others_marks_show(row[2].marks_shown, left=0, closed=row[2].closes_at <= ctx.now)
    ]
    ids = [row[2].id for row in rounds]
    newest = read.newest_runs(ctx.session, ids)
    totals = read.own_totals(ctx.session, user_id, ids)
    handle = read.handle_of(ctx.session, user_id)
    found = []
    for season, category, round_ in rounds:
        run = newest.get(round_.id)
        judges = () if run is None else run.summary.get("judges", ())
        own = next((one for one in judges if one["judge"] == handle), None)
        if run is not None and own is not None:
            given = tuple(sorted(totals.get(round_.id, ())))
            found.append(
                OwnPart(season, category, round_, run.finished_at, from_plain(JudgeStanding, own), given)
            )
    return found
