"""The blended result of a category's rounds, worked out with the last one: for the worker and for commands only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from heroes.domain import results
from heroes.domain.counting import Criterion, Number, Standing, Standings
from heroes.domain.counting.plain import from_plain
from heroes.models import result_pages as read
from heroes.models import run_pages as runs
from heroes.models.runs import ResultsRun, RunLine
from heroes.models.seasons import Category, Round
from heroes.services import tallies
from heroes.services.boards import points_of
from heroes.services.context import Context

_POINTS = (Criterion("points", Decimal(1), Decimal(0), Decimal(100)),)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier round's share, and what its last run made of each entry, out of 100; without a run, of none."""

    slug: str
    name: str
    share: int
    run: str
    revision: int
    points: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class Shares:
    """What a last round is blended with, and its own share."""

    slug: str
    name: str
    share: int
    earlier: tuple[Earlier, ...]


@dataclass(frozen=True, slots=True)
class Blended:
    """The blend of all rounds: its standings by their entries' names, and each entry's points round by round."""

    shares: Shares
    standings: Standings
    points: Mapping[str, dict[str, Number | None]]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What it is made of, as a run keeps it."""
        own = {"round": self.shares.slug, "name": self.shares.name, "share": self.shares.share}
        return [
            *(
                {
                    "round": one.slug,
                    "name": one.name,
                    "share": one.share,
                    "run": one.run,
                    "revision": one.revision,
                }
                for one in self.shares.earlier
            ),
            own,
        ]

    def line(self, one: Standing) -> dict[str, Any]:
        """An entry's part of it, as its line keeps it."""
        points = self.points[one.entry].items()
        return {
            "rank": one.rank,
            "points": _kept(one.score),
            "parts": {slug: _kept(value) for slug, value in points},
        }


def _kept(value: Number | None) -> str | float | None:
    """A number as JSON keeps it: a decimal as text, digit by digit."""
    return format(value, "f") if isinstance(value, Decimal) else value


def shares_of(ctx: Context, round_: Round) -> Shares | None:
    """What the round is blended with: nothing unless it is the last of its category and rounds have shares."""
    rounds = read.rounds_of(ctx.session, round_.category_id)
    if round_.share is None or round_.id != rounds[-1].id:
        return None
    earlier = [
        _earlier(ctx, one, one.share) for one in rounds[:-1] if one.share is not None and one.share > 0
    ]
    return Shares(round_.slug, round_.name, round_.share, tuple(earlier)) if earlier else None


def _earlier(ctx: Context, round_: Round, share: int) -> Earlier:
    run = runs.last_done(ctx.session, round_.id)
    if run is None:
        return Earlier(round_.slug, round_.name, share, "", 0, {})
    criteria = [from_plain(Criterion, one) for one in run.summary["criteria"]]
    points: dict[str, Number] = {}
    for data in ctx.session.scalars(select(RunLine.data).where(RunLine.run_id == run.id)):
        one = from_plain(Standing, data)
        found = points_of(criteria, one.score)
        if found is not None:
            points[one.entry] = float(found) if isinstance(one.score, float) else found
    return Earlier(round_.slug, round_.name, share, run.handle, run.revision or 0, points)


def blended(shares: Shares, criteria: Sequence[Criterion], own: Standings) -> Blended:
    """Blend the last round's standings with the earlier rounds', for the entries that the last round lists.

    An entry that some round did not score has no place. Equal blends share one. Each round weighs by its share.
    """
    points: dict[str, dict[str, Number | None]] = {}
    for one in own.entries:
        mine = points_of(criteria, one.score)
        points[one.entry] = {round_.slug: round_.points.get(one.entry) for round_ in shares.earlier} | {
            shares.slug: float(mine) if isinstance(one.score, float) and mine is not None else mine
        }
    parts = [(one.slug, one.share) for one in shares.earlier] + [(shares.slug, shares.share)]
    reviews = {one.entry: one.reviews for one in own.entries}
    made = results.blend(
        [
            results.Part(
                Standings(
                    own.asked,
                    own.method,
                    None,
                    own.rules,
                    tuple(
                        Standing(entry, None, found[slug], found[slug], reviews[entry])
                        for entry, found in points.items()
                    ),
                ),
                _POINTS,
                Decimal(share),
            )
            for slug, share in parts
            if share > 0
        ]
    )
    return Blended(shares, made, points)


def wake_the_last(ctx: Context, round_id: int) -> None:
    """Have the last round computed anew where an earlier one that it blends with has a new result.

    Needs a running transaction. Only where the last round has a result already: it reads the others with its first.
    """
    round_ = ctx.session.get_one(Round, round_id)
    rounds = read.rounds_of(ctx.session, round_.category_id)
    last = rounds[-1]
    if last.id == round_.id or not round_.share or last.share is None:
        return
    known = ctx.session.scalar(
        select(ResultsRun.id).where(ResultsRun.round_id == last.id, ResultsRun.state == "done").limit(1)
    )
    if known is not None:
        category = ctx.session.get_one(Category, round_.category_id)
        tallies.marks_changed(ctx, category.season_id, category.id, [last.id])
