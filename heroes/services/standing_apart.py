"""What judges give beside a result, for staff: marks that stand apart from every total, and reasons for extremes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from heroes.models import result_pages as read
from heroes.services.context import Context


@dataclass(frozen=True, slots=True)
class Apart:
    """One criterion that stands apart, for one entry: who gave what, and the mean of the marks given."""

    name: str
    given: tuple[tuple[str, Decimal | None], ...]

    @property
    def mean(self) -> Decimal | None:
        """The plain mean of the marks; none without a mark."""
        marks = [value for _, value in self.given if value is not None]
        return sum(marks, Decimal(0)) / len(marks) if marks else None

    @property
    def count(self) -> int:
        """How many judges marked it."""
        return sum(value is not None for _, value in self.given)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a judge gave the mark that they gave on one criterion."""

    judge: str
    criterion: str
    text: str


def apart_in_round(
    ctx: Context, round_id: int, entry_id: int | None = None
) -> tuple[tuple[str, ...], dict[int, list[Apart]]]:
    """The criteria of a round that stand apart, and entry -> their marks; whoever calls has asked who may see them.

    Marks of earlier score sets carry over as those that count do.
    """
    return _apart(ctx, round_id, entry_id, read.markings_of(ctx.session, round_id))


def _apart(
    ctx: Context, round_id: int, entry_id: int | None, markings: read.Markings
) -> tuple[tuple[str, ...], dict[int, list[Apart]]]:
    apart = [one for one in markings.criteria if not one.counts]
    if not apart:
        return (), {}
    ids = [old for old, one in markings.same.items() if not one.counts]
    found: dict[int, dict[int, list[tuple[str, Decimal | None]]]] = {}
    for entry, judge, criterion, value in read.marks_of_criteria(ctx.session, round_id, ids, entry_id):
        now = markings.same[criterion].id
        found.setdefault(entry, {}).setdefault(now, []).append((judge, value))
    return tuple(one.name for one in apart), {
        entry: [Apart(one.name, tuple(given.get(one.id, ()))) for one in apart]
        for entry, given in found.items()
    }


def beside_entry(ctx: Context, round_id: int, entry_id: int) -> tuple[list[Apart], Sequence[Reason]]:
    """What stands apart for one entry, and the reasons that its judges gave, in the order of the criteria."""
    markings = read.markings_of(ctx.session, round_id)
    _, apart = _apart(ctx, round_id, entry_id, markings)
    names = {one.key: one.name for one in markings.criteria}
    reasons = [
        Reason(judge, names[key], notes[key])
        for judge, notes in read.reasons_of(ctx.session, round_id, entry_id)
        for key in names
        if key in notes
    ]
    return apart.get(entry_id, []), reasons
