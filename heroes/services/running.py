"""Asking for results runs, and what is said of one. Computing them is the worker's: see `computing`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from heroes.adapters.chance import handle
from heroes.domain.counting import METHODS
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.policy import Deed
from heroes.domain.roles import Role
from heroes.models import result_pages as read
from heroes.models import run_pages as runs
from heroes.models.runs import ResultsRun, RunLine, RunTie
from heroes.models.seasons import Category, Round
from heroes.services.context import Context
from heroes.services.permission import must
from heroes.services.refusals import Invalid, NotAllowed
from heroes.services.rounds import staff_round
from heroes.services.transactions import transaction
from heroes.services.turns import take_turn

TURN = "results runs"
MOST_PLACES = 10_000
MOST_BUDGET = 1_000_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run is asked for; without a method, the round's own, which gives way on a complete panel."""

    method: str | None = None
    places: int | None = None
    budget: int | None = None
    across_groups: bool = False

    def wanted(self, own: str) -> str:
        """The whole wish as one text: two runs of the same text come to the same on the same marks."""
        method = f"own {own}" if self.method is None else self.method
        return f"{method} places={self.places} budget={self.budget} across={int(self.across_groups)}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is that is not done: its state, a step in words, from 0 to 100, and why it failed, if so."""

    handle: str
    state: str
    step: str
    percent: int
    requested_at: datetime
    failure: str = ""


def progress_of(run: ResultsRun) -> Progress:
    """What is said of a run that waits, is being computed or has failed."""
    return Progress(run.handle, run.state, run.step, run.progress, run.requested_at, run.failure or "")


def places_of(ctx: Context, category: Category, round_: Round) -> int | None:
    """How many places are decided on a round by the category's rule: the shortlist's, or the awards' where limited."""
    rule = parse_outcome_rule(category.outcome)
    rounds = read.rounds_of(ctx.session, category.id)
    position = [one.id for one in rounds].index(round_.id)
    if len(rounds) == 1:
        return rule.shortlist_places or rule.limited
    if position == len(rounds) - 1:
        return rule.limited
    return rule.shortlist_places if position == len(rounds) - 2 else None


def request_run(
    ctx: Context,
    season_slug: str,
    category_slug: str,
    round_slug: str,
    *,
    method: str | None = None,
    places: int | None = None,
    budget: int | None = None,
    across_groups: bool = False,
) -> str:
    """Ask for a run as an owner or admin; returns its handle. The worker computes it.

    Without places: as many as the category's rule decides on this round. `budget` is how many more reviews there could
    be. Asking again for what already waits, or is done and still up to date, gives that run. `NotAllowed` for an
    auditor, `Invalid` for a method or a number that makes no sense.
    """
    season, category, round_ = staff_round(ctx, season_slug, category_slug, round_slug, Deed.SEE_LEADERBOARD)
    if not must(ctx, Deed.SEE_LEADERBOARD, season.programme_id) & {Role.OWNER, Role.ADMIN}:
        raise NotAllowed("Your role may see this but not do it.")
    if method is not None and method not in METHODS:
        raise Invalid({"method": f"There is no method “{method}”: there are {', '.join(METHODS)}."})
    if places is not None and not 1 <= places <= MOST_PLACES:
        raise Invalid({"places": f"Give a whole number from 1 to {MOST_PLACES:,}."})
    if budget is not None and not 0 <= budget <= MOST_BUDGET:
        raise Invalid({"budget": f"Give a whole number from 0 to {MOST_BUDGET:,}."})
    if places is None:
        places = places_of(ctx, category, round_)
    with transaction(ctx):
        take_turn(ctx, TURN)
        return ask(ctx, round_, Wish(method, places, budget, across_groups)).handle


def request_due(ctx: Context, round_ids: frozenset[int] | None = None) -> list[int]:
    """Ask for the rounds' own runs where marks are beyond the last one; returns the rounds' ids.

    `round_ids` are the only ones to ask for, if given. Several workers may do so at once.
    """
    with transaction(ctx):
        take_turn(ctx, TURN)
        asked = []
        for round_, _ in runs.rounds_to_compute(ctx.session):
            if round_ids is None or round_.id in round_ids:
                category = ctx.session.get_one(Category, round_.category_id)
                ask(ctx, round_, Wish(places=places_of(ctx, category, round_)))
                asked.append(round_.id)
    return asked


def ask(ctx: Context, round_: Round, wish: Wish) -> ResultsRun:
    """The run of this wish that waits or is up to date, else a new one. Needs a running transaction and the turn."""
    wanted = wish.wanted(round_.method)
    found = runs.same_wish(ctx.session, round_.id, wanted, runs.revision_of(ctx.session, round_.id))
    if found is not None:
        return found
    run = ResultsRun(
        handle=handle(ctx.chance),
        round_id=round_.id,
        wanted=wanted,
        explicit=wish.method is not None,
        asked=wish.method or round_.method,
        places=wish.places,
        budget=wish.budget,
        across_groups=wish.across_groups,
        requested_at=ctx.now,
        requested_by_id=ctx.actor.user_id,
        summary={},
    )
    ctx.session.add(run)
    ctx.session.flush()
    return run


def quote(ctx: Context, run_id: int) -> None:
    """Keep a run for good, since a decision rests on it. Needs a running transaction."""
    ctx.session.execute(
        update(ResultsRun)
        .where(ResultsRun.id == run_id, ResultsRun.quoted_at.is_(None))
        .values(quoted_at=ctx.now)
        .execution_options(synchronize_session=False)
    )


def drop(ctx: Context, round_id: int) -> None:
    """Delete the runs of a round in which nobody has ever been. Needs a running transaction."""
    mine = select(ResultsRun.id).where(ResultsRun.round_id == round_id)
    for table in (RunLine, RunTie):
        ctx.session.execute(delete(table).where(table.run_id.in_(mine)))
    ctx.session.execute(delete(ResultsRun).where(ResultsRun.round_id == round_id))
