"""A stored run written down by hand, for pages: what a result says of real entries and judges of the small world."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from heroes.domain.counting import (
    Adjusted,
    Criterion,
    Explanation,
    JudgeStanding,
    JudgeTotal,
    LeftOut,
    Reliability,
    Standing,
    Standings,
    Variances,
)
from heroes.domain.counting.plain import lines_of, to_plain, without_entries
from heroes.models import Entry, ResultsRun, Round, RunLine, RunTie, User
from heroes.models.run_pages import revision_of
from tests.world import World

CRITERIA = tuple(
    Criterion(name, Decimal(weight), Decimal(0), Decimal(10))
    for name, weight in (("Difference to the customer", 60), ("Beyond the role", 40))
)
VARIANCES = Variances(entry=1.2, judge=0.4, residual=1.1, mean=6.2, lq=0.9167, lb=2.75)


def judge_of(world: World, who: str) -> str:
    """What results call a judge."""
    return world.session.get_one(User, world.people[who]).handle


def standings_for(world: World, entries: list[Entry], places: int) -> Standings:
    """A calibrated result: these entries best first, half a point apart; Jack strict and Jill mild by 0.5."""
    jack, jill = judge_of(world, "jack"), judge_of(world, "jill")
    lines = []
    for n, entry in enumerate(entries, 1):
        score = 7.5 - n / 2
        lines.append(
            Standing(
                entry=entry.reference or entry.handle,
                rank=n,
                score=score,
                total=score * 100,
                reviews=2,
                judges=(
                    JudgeTotal(jack, score - 0.5, (score - 0.5) * 100, False, True, 0.4),
                    JudgeTotal(jill, score + 0.5, (score + 0.5) * 100, False, True, 3.4 if n == 1 else 0.1),
                ),
                raw_mean=score,
                low=max(1, n - 1),
                high=min(len(entries), n + 1),
                chance_of_place=round(max(0.01, 0.97 - (n - 1) * 0.35), 2),
                chance_of_best=round(0.7 / n, 2),
                chance_above_next=0.55 if n < len(entries) else None,
                band="in" if n == 1 else "grey" if n <= places + 1 else "out",
                explanation=Explanation(
                    (
                        Adjusted(jack, score - 0.5, -0.5, score),
                        Adjusted(jill, score + 0.5, 0.5, score),
                    ),
                    average=score + 0.2,
                    field_mean=6.2,
                    kept=2 / 3,
                    score=score,
                ),
            )
        )
    return Standings(
        asked="calibrated",
        method="calibrated",
        reason=None,
        rules="2026.1",
        entries=tuple(lines),
        judges=(
            JudgeStanding(jack, -0.51, 0.2, 6, 1.1, ("stricter than the panel",), 5.9, 1.2, 0.4),
            JudgeStanding(jill, 0.2, 0.21, 6, 0.9, (), 6.9, 1.0, 0.5),
        ),
        variances=VARIANCES,
        reliability=Reliability(2.0, 0.71, 0.6, 0.8, 0.5, 0.75, 0.71, 0.76, 5.2, "tentative"),
        left_out=(LeftOut(lines[-1].entry, jill, None, "the judge is recused from the entry"),),
        clear=False,
        warnings=("Two judges only: leniency is known roughly.",),
    )


def stored(
    world: World,
    entries: list[Entry],
    *,
    places: int = 2,
    asked: str | None = None,
    extras: dict[str, Any] | None = None,
    state: str = "done",
    **changes: Any,
) -> ResultsRun:
    """Keep such a result as a run of the round that these entries are in. `changes` are of the standings."""
    session = world.session
    round_ = session.scalars(select(Round).where(Round.id == entries[0].round_id)).one()
    found = replace(standings_for(world, entries, places), **({"asked": asked} if asked else {}) | changes)
    number = len(session.scalars(select(ResultsRun.id)).all()) + 1
    done = state == "done"
    run = ResultsRun(
        handle=f"run{number:023}",
        round_id=round_.id,
        wanted=f"{'own' if asked is None else asked} places={places}",
        explicit=asked is not None,
        asked=asked or found.asked,
        places=places,
        requested_at=world.clock.at,
        state=state,
        started_at=world.clock.at,
        finished_at=world.clock.at if done else None,
        revision=revision_of(session, round_.id) if done else None,
        method=found.method if done else None,
        rules=found.rules if done else None,
        digest="ab" * 32 if done else None,
        result_digest="cd" * 32 if done else None,
        program="test" if done else None,
        entries=len(found.entries),
        reviews=sum(one.reviews for one in found.entries),
        summary=(
            without_entries(found)
            | {"criteria": [to_plain(one) for one in CRITERIA], "beside": {"superseded": 0, "drafts": 0}}
            | (extras or {})
        )
        if done
        else {},
    )
    if state == "computing":
        run.progress, run.step, run.lease_until = 40, "Drawing 1,000 futures", world.clock.at
    if state == "failed":
        run.failure, run.finished_at = "There is a mark off its scale.", world.clock.at
    session.add(run)
    session.flush()
    if done:
        by_label = {entry.reference or entry.handle: entry for entry in entries}
        kept = lines_of(found)
        session.add_all(
            RunTie(run_id=run.id, number=number, data=tie) for number, tie in enumerate(kept.ties)
        )
        session.add_all(
            RunLine(
                run_id=run.id,
                position=position,
                entry_id=by_label[one.entry].id,
                rank=one.rank,
                points=None if one.score is None else float(one.score) * 10,
                data=kept.lines[position - 1],
                ties=kept.tied[position - 1],
                marks={given.judge: ["7", "6"] for given in one.judges},
            )
            for position, one in enumerate(found.entries, 1)
        )
    session.commit()
    return run
