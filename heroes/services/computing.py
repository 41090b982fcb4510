"""Computing results runs: for the worker and for commands, never for a web worker (it imports numpy and scipy).

A run is claimed under a lease, its marks are read in one moment, it is computed outside any transaction, and stored
in one. Whoever dies in between leaves a lease that runs out: somebody else computes it again, and it is done once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, ScalarSelect, and_, delete, func, insert, or_, select, update

from heroes import __version__
from heroes.domain import results
from heroes.domain.counting import LeftOut, Standing, Standings
from heroes.domain.counting.plain import lines_of, to_plain, without_entries
from heroes.domain.digests import digest
from heroes.domain.entry_states import State
from heroes.models import run_pages as runs
from heroes.models.runs import ResultsRun, RunLine, RunTie
from heroes.models.seasons import Category, Round, RuleCard
from heroes.services import run_reports, running, tallies
from heroes.services.auditing import note
from heroes.services.blending import Blended, Shares, blended, shares_of, wake_the_last
from heroes.services.boards import points_of
from heroes.services.context import Context
from heroes.services.gathering import Gathered, gather
from heroes.services.transactions import transaction
from heroes.services.turns import take_turn

LEASE = timedelta(minutes=2)
DRAWS = 1_000
MOST_ATTEMPTS = 3
AT_ONCE = 2_000
KEPT = 2
"""So many of a round's own runs stay beside those that somebody asked for or that a decision quotes."""
_DEAD = "The worker stopped while this was being computed, each time it was tried."
_COMPLETE = "Every judge marked every entry in full, so no judge’s leniency can favour anybody: the plain mean is used."
_OUT = {
    State.WITHDRAWN.value: "the entry has been withdrawn",
    State.INELIGIBLE.value: "the entry was found ineligible",
    State.DRAFT.value: "the entry is a draft",
}

Tell = Callable[[str, int], None]
"""Takes a step in words and how far the whole is, from 0 to 100."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that is ours until the lease ends. `attempt` is the number by which we settle it."""

    id: int
    attempt: int
    round_id: int
    own: str
    wish: running.Wish
    draws: int
    seed: int
    draw_seed: str | None


@dataclass(frozen=True, slots=True)
class Material:
    """What a run is computed from: what counts, and what was set aside."""

    gathered: Gathered
    set_aside: tuple[LeftOut, ...]
    beside: dict[str, int]
    before: dict[str, int | None]
    """The places of the round's last run."""
    budget: int
    """How many reviews the round's number for each entry leaves to be asked for."""
    shares: Shares | None = None
    """What it is blended with, in the last round of a category whose rounds have shares."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A result with the fingerprint of what it counts and all that is stored beside its lines."""

    material: Material
    standings: Standings
    digest: str
    summary: dict[str, Any]
    blended: Blended | None = None


# ---- the worker ----


def compute_next(make: Callable[[], Context], lease: timedelta = LEASE) -> bool:
    """Claim, read, compute and store one run; False when none is waiting."""
    ctx = make()
    try:
        claimed = claim(ctx, lease)
        if claimed is None:
            return False

        def tell(step: str, percent: int) -> None:
            _tell(make(), claimed, step, percent, lease)

        try:
            tell("Reading the marks", 5)
            with one_moment(ctx):
                material = read_material(ctx, claimed.round_id)
            found = work_out(material, claimed, tell)
        except (ValueError, ArithmeticError) as error:
            failed(make(), claimed, str(error))
        else:
            tell("Storing", 95)
            store(make(), claimed, found)
            forget(make(), claimed.round_id)
        return True
    finally:
        ctx.session.close()


def claim(ctx: Context, lease: timedelta = LEASE) -> Claimed | None:
    """Take the run that has waited longest, for us alone until the lease ends; None when nothing waits."""
    while True:
        with transaction(ctx):
            row = _take(ctx, lease)
            if row is None:
                return None
            claimed = _claimed(ctx, row)
            if row.attempts <= MOST_ATTEMPTS:
                return claimed
            _fail(ctx, claimed, _DEAD)


def _take(ctx: Context, lease: timedelta) -> Any:
    due = or_(
        ResultsRun.state == "waiting",
        and_(ResultsRun.state == "computing", ResultsRun.lease_until <= ctx.now),
    )
    first = (
        select(ResultsRun.id)
        .where(due)
        .order_by(ResultsRun.requested_at, ResultsRun.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return ctx.session.execute(
        update(ResultsRun)
        .where(ResultsRun.id == first)
        .values(
            state="computing",
            started_at=ctx.now,
            lease_until=ctx.now + lease,
            attempts=ResultsRun.attempts + 1,
            progress=0,
            step="Beginning",
        )
        .returning(*ResultsRun.__table__.c)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def _claimed(ctx: Context, row: Any) -> Claimed:
    round_ = ctx.session.get_one(Round, row.round_id)
    wish = running.Wish(row.asked if row.explicit else None, row.places, row.budget, row.across_groups)
    return Claimed(
        row.id,
        row.attempts,
        round_.id,
        row.asked,
        wish,
        row.draws,
        row.seed,
        round_.draw_seed,
    )


@contextmanager
def one_moment(ctx: Context) -> Iterator[None]:
    """Have everything that is read inside be of one moment, without keeping anybody from writing."""
    session = ctx.session
    session.rollback()
    told = session.info.get("read_only")
    session.info["read_only"] = True
    try:
        if session.get_bind().dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield
    finally:
        session.rollback()
        session.info["read_only"] = told


def _tell(ctx: Context, claimed: Claimed, step: str, percent: int, lease: timedelta) -> None:
    with transaction(ctx):
        _settle(ctx, claimed, step=step, progress=percent, lease_until=ctx.now + lease)


def failed(ctx: Context, claimed: Claimed, sentence: str) -> bool:
    """The run cannot be computed, and says why. It is not tried again before the marks have changed."""
    with transaction(ctx):
        return _fail(ctx, claimed, sentence)


def _fail(ctx: Context, claimed: Claimed, sentence: str) -> bool:
    return _settle(
        ctx,
        claimed,
        state="failed",
        failure=sentence[:2_000],
        finished_at=ctx.now,
        lease_until=None,
        revision=runs.revision_of(ctx.session, claimed.round_id),
    )


def _settle(ctx: Context, claimed: Claimed, **values: Any) -> bool:
    settled: CursorResult[Any] = ctx.session.execute(  # type: ignore[assignment] # an UPDATE gives a cursor
        update(ResultsRun)
        .where(
            ResultsRun.id == claimed.id,
            ResultsRun.state == "computing",
            ResultsRun.attempts == claimed.attempt,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return settled.rowcount == 1


# ---- reading and computing ----


def read_material(ctx: Context, round_id: int) -> Material:
    """What counts in a round, and what does not, and why."""
    gathered = gather(ctx, round_id)
    aside = tuple(
        LeftOut(row.reference or row.handle, row.judge, None, _why(row))
        for row in runs.set_aside(ctx.session, round_id)
    )
    before = runs.places_of_last(ctx.session, round_id)
    budget = runs.reviews_to_ask(ctx.session, round_id)
    beside = runs.not_handed_in(ctx.session, round_id)
    again = runs.asked_again(ctx.session, round_id)
    shares = shares_of(ctx, ctx.session.get_one(Round, round_id))
    return Material(gathered, aside, beside | ({"again": again} if again else {}), before, budget, shares)


def _why(row: Any) -> str:
    if row.entry_state in _OUT:
        return _OUT[row.entry_state]
    if row.recused or row.state == "recused":
        return "the judge is recused from the entry"
    if row.state == "removed":
        return "the entry was taken back from the judge"
    return "the scorecard is back with the judge and has not been handed in again"


def work_out(material: Material, claimed: Claimed, tell: Tell, *, reports: bool = True) -> Computed:
    """Compute a run, with the reports that pages show beside it or without.

    Needs no database; raises `InvalidMarks` or `ValueError` for what cannot be computed.
    """
    gathered, wish = material.gathered, claimed.wish
    method, reason = method_for(gathered, wish.method, claimed.own)
    tell(f"Ranking, and drawing {claimed.draws:,} futures", 20)
    reading = results.read(gathered.marks, gathered.criteria)
    ranked = results.rank(
        reading,
        gathered.criteria,
        method=method,
        places=wish.places,
        draws=claimed.draws,
        seed=claimed.seed,
        across_groups=wish.across_groups,
        entries=gathered.entries,
        tie_seed=claimed.draw_seed,
    )
    asked = wish.method or claimed.own
    ranked = replace(
        ranked,
        asked=asked,
        reason=reason or ranked.reason,
        left_out=(*ranked.left_out, *material.set_aside),
    )
    summary = without_entries(ranked) | {
        "criteria": [to_plain(criterion) for criterion in gathered.criteria],
        "beside": material.beside,
        "moved": run_reports.since(material.before, ranked),
    }
    if reports and wish.places is not None and gathered.marks:
        tell("Comparing methods and leaving out one judge at a time", 70)
        summary["fairness"] = run_reports.fairness(reading, gathered, ranked, wish.places)
        tell("Looking for where more reviews would tell most", 85)
        budget = material.budget if wish.budget is None else wish.budget
        summary["proposals"] = run_reports.proposals(
            reading, gathered, ranked, wish.places, budget, seed=claimed.seed
        )
    found = blended(material.shares, gathered.criteria, ranked) if material.shares else None
    if found is not None:
        summary["blend"] = found.parts
    return Computed(material, ranked, gathered.digest(ranked.method), summary, found)


def method_for(gathered: Gathered, chosen: str | None, own: str) -> tuple[str, str | None]:
    """The method to compute by, and why it is not the round's own: on a complete panel that is the plain mean."""
    if chosen is not None:
        return chosen, None
    if own == "calibrated" and gathered.complete:
        return "mean", _COMPLETE
    return own, None


# ---- storing ----


def store(ctx: Context, claimed: Claimed, found: Computed) -> bool:
    """Store a computed run, once; False if our lease ran out and somebody else has it now."""
    with transaction(ctx):
        return _store(ctx, claimed, found)


def _store(ctx: Context, claimed: Claimed, found: Computed) -> bool:
    ranked, gathered = found.standings, found.material.gathered
    kept = lines_of(ranked)
    blends = _blends(found.blended)
    result_digest = digest(
        [kept.lines, kept.tied, kept.ties, without_entries(ranked), *([blends] if blends else [])]
    )
    settled = _settle(
        ctx,
        claimed,
        state="done",
        progress=100,
        step="",
        finished_at=ctx.now,
        lease_until=None,
        revision=gathered.revision,
        method=ranked.method,
        reason=ranked.reason,
        rules=ranked.rules,
        digest=found.digest,
        result_digest=result_digest,
        program=__version__,
        entries=len(ranked.entries),
        reviews=sum(one.reviews for one in ranked.entries),
        summary=found.summary,
        rule_card_id=_card_in_force(claimed.round_id),
    )
    if not settled:
        return False
    given = gathered.given()
    lines = list(zip(ranked.entries, kept.lines, kept.tied, strict=True))
    if blends:
        order = {entry: place for place, entry in enumerate(blends)}
        lines.sort(key=lambda line: order[line[0].entry])
    rows = [
        {
            "run_id": claimed.id,
            "position": position,
            "entry_id": gathered.entries[one.entry],
            "data": plain,
            "ties": tied,
            "marks": given.get(one.entry, {}),
            **_place(gathered, one, blends.get(one.entry)),
        }
        for position, (one, plain, tied) in enumerate(lines, 1)
    ]
    if kept.ties:
        ties = [{"run_id": claimed.id, "number": number, "data": tie} for number, tie in enumerate(kept.ties)]
        ctx.session.connection().execute(insert(RunTie), ties)
    for start in range(0, len(rows), AT_ONCE):
        ctx.session.connection().execute(insert(RunLine), rows[start : start + AT_ONCE])
    _note(ctx, claimed, found, result_digest)
    wake_the_last(ctx, claimed.round_id)
    return True


def _blends(found: Blended | None) -> dict[str, dict[str, Any]]:
    """Entry -> its line of the blend, best first; empty for a round that stands for itself."""
    return {one.entry: found.line(one) for one in found.standings.entries} if found else {}


def _place(gathered: Gathered, one: Standing, blend: dict[str, Any] | None) -> dict[str, Any]:
    """The place and the points by which a line is found, the round's own or the blend's."""
    if blend is None:
        return {"rank": one.rank, "points": _points(gathered, one), "blend": None}
    points = blend["points"]
    return {"rank": blend["rank"], "points": None if points is None else float(points), "blend": blend}


def _card_in_force(round_id: int) -> ScalarSelect[Any]:
    """The newest rule card of a round's season, by id."""
    return (
        select(func.max(RuleCard.id))
        .join(Category, Category.season_id == RuleCard.season_id)
        .join(Round, Round.category_id == Category.id)
        .where(Round.id == round_id)
        .scalar_subquery()
    )


def _points(gathered: Gathered, one: Standing) -> float | None:
    points = points_of(gathered.criteria, one.score)
    return None if points is None else float(points)


def _note(ctx: Context, claimed: Claimed, found: Computed, result_digest: str) -> None:
    run = ctx.session.execute(
        select(ResultsRun.handle, Round.slug, Category.slug, Category.season_id)
        .join(Round, Round.id == ResultsRun.round_id)
        .join(Category, Category.id == Round.category_id)
        .where(ResultsRun.id == claimed.id)
    ).one()
    note(
        ctx,
        "results.run",
        f"{run[2]}/{run[1]}",
        season_id=run.season_id,
        after={
            "run": run.handle,
            "digest": found.digest,
            "asked": found.standings.asked,
            "method": found.standings.method,
            "rules": found.standings.rules,
            "result_digest": result_digest,
            "program": __version__,
        },
    )


def forget(ctx: Context, round_id: int) -> None:
    """Let a round's own runs go that newer ones have replaced, that nobody asked for and no decision quotes.

    In a transaction that holds runs and nothing else: a decision holds its entries, and then the run that it quotes.
    """
    with transaction(ctx):
        old = ctx.session.scalars(
            select(ResultsRun.id)
            .where(
                ResultsRun.round_id == round_id,
                ResultsRun.explicit.is_(False),
                ResultsRun.requested_by_id.is_(None),
                ResultsRun.state.in_(("done", "failed")),
            )
            .order_by(ResultsRun.id.desc())
            .offset(KEPT)
        ).all()
        free = ctx.session.scalars(
            select(ResultsRun.id)
            .where(ResultsRun.id.in_(old), ResultsRun.quoted_at.is_(None))
            .order_by(ResultsRun.id)
            .with_for_update()
        ).all()
        if free:
            for table in (RunLine, RunTie):
                ctx.session.execute(delete(table).where(table.run_id.in_(free)))
            ctx.session.execute(delete(ResultsRun).where(ResultsRun.id.in_(free)))


# ---- at once ----


def compute_now(ctx: Context, round_: Round, wish: running.Wish | None = None) -> str:
    """Request, compute and store a run in the running transaction; returns its handle."""
    if ctx.session.info.get("depth"):
        # How far the marks are is otherwise written at the transaction's end, and the run would seem out of date.
        tallies.write_pending(ctx)
    if wish is None:
        category = ctx.session.get_one(Category, round_.category_id)
        wish = running.Wish(places=running.places_of(ctx, category, round_))
    with transaction(ctx):
        take_turn(ctx, running.TURN)
        run = running.ask(ctx, round_, wish)
        if run.state == "waiting":
            run.state, run.attempts = "computing", 1
            run.started_at = ctx.now
            run.lease_until = ctx.now + LEASE
            ctx.session.flush()
            claimed = _claimed(ctx, run)
            material = read_material(ctx, round_.id)
            _store(ctx, claimed, work_out(material, claimed, silent))
            ctx.session.expire(run)
        return run.handle


def silent(step: str, percent: int) -> None:
    """Nobody watches."""


def compute_due(ctx: Context) -> list[int]:
    """Compute the own run of every round that is behind its marks, in one transaction; returns the rounds' ids."""
    with transaction(ctx):
        due = [round_ for round_, _ in runs.rounds_to_compute(ctx.session)]
        for round_ in due:
            compute_now(ctx, round_)
    return [round_.id for round_ in due]
