"""Reading what a stored run says, beyond the board: for staff, and each judge's own part for that judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from heroes.domain.counting import Criterion, JudgeStanding, Standing, Standings
from heroes.domain.counting.plain import from_plain, with_entries
from heroes.domain.policy import Deed
from heroes.models import result_pages as read
from heroes.models import run_pages as runs
from heroes.models.entries import Entry
from heroes.models.runs import ResultsRun, RunLine
from heroes.models.seasons import Category, Round, Season
from heroes.services.context import Context
from heroes.services.refusals import NotFound, NotNow
from heroes.services.rounds import staff_round

_FIELDS = frozenset(field.name for field in fields(Standings))


@dataclass(frozen=True, slots=True)
class Report:
    """A run of a round with what it says beyond its lines; `run` and `standings` are None before the first one.

    `behind`: the marks have changed since they were read for it.
    """

    season: Season
    category: Category
    round: Round
    run: ResultsRun | None
    standings: Standings | None
    criteria: tuple[Criterion, ...]
    behind: bool

    @property
    def extras(self) -> Mapping[str, Any]:
        """What a run may say besides: fairness, proposals, planner; a key that was not computed is absent."""
        return {} if self.run is None else self.run.summary


def report(
    ctx: Context,
    season: str,
    category: str,
    in_round: str,
    *,
    method: str | None = None,
    places: int | None = None,
) -> Report:
    """The newest run of a round for staff who may see its leaderboard: its own, or by a method or for so many places.

    Raises `NotFound` for anybody else, and `NotNow` for those who still have to judge in the round themselves.
    """
    found_season, found_category, found = staff_round(ctx, season, category, in_round, Deed.SEE_LEADERBOARD)
    own_marks_first(ctx, found)
    run = runs.last_done(ctx.session, found.id, method, places)
    behind = run is not None and run.revision != runs.revision_of(ctx.session, found.id)
    return Report(
        found_season,
        found_category,
        found,
        run,
        None if run is None else standings_of(run),
        () if run is None else criteria_of(run),
        behind,
    )


def own_marks_first(ctx: Context, round_: Round) -> None:
    """Refuse somebody who still has to judge in this round: nobody sees others' marks before their own are in."""
    if ctx.actor.user_id is None or ctx.now >= round_.closes_at:
        return
    left = read.still_to_judge(ctx.session, round_.id, ctx.actor.user_id)
    if left:
        raise NotNow(
            f"You judge in this round yourself and have {left} scorecard{'s' if left > 1 else ''} left. The others’"
            " marks show once yours are in, or when the round has closed.",
            "own_marks_first",
        )


def standings_of(run: ResultsRun, entries: tuple[Standing, ...] = ()) -> Standings:
    """What a run says beyond its lines, with these lines."""
    return with_entries({key: run.summary[key] for key in _FIELDS & run.summary.keys()}, entries)


def criteria_of(run: ResultsRun) -> tuple[Criterion, ...]:
    """The criteria that a run was computed with."""
    return tuple(from_plain(Criterion, plain) for plain in run.summary.get("criteria", ()))


def standing_of(line: RunLine) -> Standing:
    """An entry's line as the result has it."""
    return from_plain(Standing, line.data)


@dataclass(frozen=True, slots=True)
class EntryReport:
    """One entry's line in a report, and the names of its judges."""

    report: Report
    entry: Entry
    standing: Standing
    marks: Mapping[str, Sequence[str | None]]
    judges: Mapping[str, str]


def entry_report(
    ctx: Context, season: str, category: str, in_round: str, entry_handle: str, method: str | None = None
) -> EntryReport:
    """An entry in the newest run of a round, for staff as in `report`; `NotFound` where that run does not list it."""
    found = report(ctx, season, category, in_round, method=method)
    entry = read.by_handles(ctx.session, found.category.id, [entry_handle]).get(entry_handle)
    line = None if entry is None or found.run is None else runs.line_of(ctx.session, found.run.id, entry.id)
    if entry is None or line is None:
        raise NotFound
    standing = standing_of(line)
    judges = {one.judge for one in standing.judges} | set(line.marks)
    return EntryReport(found, entry, standing, line.marks, runs.names_of(ctx.session, sorted(judges)))


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

    Of a round once it has closed, or once all that they were asked for there is in.
    """
    user_id = ctx.actor.user_id or 0
    rounds = read.rounds_judged(ctx.session, user_id, ctx.now)
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
