"""What a round is marked on: the published set of a design in its category, or the one question of a kind's own."""

from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import insert

from heroes.domain.digests import digest
from heroes.domain.round_settings import RoundSettings
from heroes.models import round_pages as read
from heroes.models.seasons import Category, Criterion, ScoreSet, ScoreSetDesign
from heroes.services.context import Context
from heroes.services.refusals import Invalid

_NOT_FINISHED = "This scorecard is not finished yet: give every criterion a name, a weight and a scale first."


def score_set_for(
    ctx: Context, category: Category, wanted: RoundSettings, design: ScoreSetDesign | None
) -> ScoreSet:
    """The set that a round of these settings is marked on, published now if the category has none like it.

    Of a design the category's newest is taken. Needs a running transaction. Raises `Invalid` at "design" for a design
    that is not finished.
    """
    if design is None:
        return set_of_question(ctx, category, wanted.question)
    return set_of_design(ctx, category, design.id)


def set_of_design(ctx: Context, category: Category, design_id: int) -> ScoreSet:
    """The same for a design that is known to be there."""
    found = read.newest_of_design(ctx.session, category.id, design_id)
    if found is not None:
        return found
    design = ctx.session.get_one(ScoreSetDesign, design_id)
    return _published(ctx, category, design, design.criteria)


def set_of_question(ctx: Context, category: Category, question: str) -> ScoreSet:
    """A set of one criterion, marked 0 or 1: no or yes to this question."""
    criteria = [
        {"key": "answer", "name": question, "help": "", "weight": "1", "low": "0", "high": "1", "step": "1"}
    ]
    found = read.newest_set(ctx.session, category.id, digest(criteria))
    return found or _published(ctx, category, None, criteria)


def _published(
    ctx: Context, category: Category, design: ScoreSetDesign | None, criteria: list[dict[str, Any]]
) -> ScoreSet:
    try:
        rows = [_row(position, one) for position, one in enumerate(criteria, 1)]
    except (KeyError, TypeError, InvalidOperation):
        raise Invalid({"design": _NOT_FINISHED}) from None
    if not rows or any(not _sound(row) for row in rows):
        raise Invalid({"design": _NOT_FINISHED})
    made = ScoreSet(
        category_id=category.id,
        number=read.last_number(ctx.session, category.id) + 1,
        comment_words=design.comment_words if design else 0,
        reason_for_extremes=design.reason_for_extremes if design else False,
        digest=digest(criteria),
        published_at=ctx.now,
        design_id=design.id if design else None,
    )
    ctx.session.add(made)
    ctx.session.flush()
    ctx.session.execute(insert(Criterion), [row | {"score_set_id": made.id} for row in rows])
    return made


def _row(position: int, one: dict[str, Any]) -> dict[str, Any]:
    floor = one.get("floor")
    return {
        "position": position,
        "key": str(one["key"]),
        "name": str(one["name"]),
        "help": str(one.get("help", "")),
        "weight": Decimal(one["weight"]),
        "low": Decimal(one["low"]),
        "high": Decimal(one["high"]),
        "step": Decimal(one.get("step", "1")),
        "points": list(one.get("points", [])),
        "counts": bool(one.get("counts", True)),
        "floor": None if floor is None else Decimal(floor),
    }


def _sound(row: dict[str, Any]) -> bool:
    numbers = all(row[name].is_finite() for name in ("weight", "low", "high", "step"))
    return bool(
        numbers and row["name"] and row["weight"] > 0 and row["high"] > row["low"] and row["step"] > 0
    )
