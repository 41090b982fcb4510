"""What a round is marked on: the published set of a design in its category, or the one question of a kind's own."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import insert

from heroes.domain.digests import digest
from heroes.domain.round_settings import RoundSettings
from heroes.domain.score_sets import HUNDRED, Criterion, parse, to_plain, unfit
from heroes.models import round_pages as read
from heroes.models.seasons import Category, ScoreSet, ScoreSetDesign
from heroes.models.seasons import Criterion as CriterionRow
from heroes.services.context import Context
from heroes.services.refusals import Invalid


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
    faults = unfit(design)
    if faults:
        raise Invalid({"design": f"{design.name} cannot be judged by yet. {faults[0]}"})
    return _published(ctx, category, design, parse(design.criteria))


def set_of_question(ctx: Context, category: Category, question: str) -> ScoreSet:
    """A set of one criterion, marked 0 or 1: no or yes to this question."""
    asked = Criterion(
        key="answer",
        name=question,
        help="",
        weight=HUNDRED,
        low=Decimal(0),
        high=Decimal(1),
        step=Decimal(1),
        scale="",
        points=(),
        counts=True,
        floor=None,
    )
    found = read.newest_set(ctx.session, category.id, digest(to_plain([asked])))
    return found or _published(ctx, category, None, [asked])


def _published(
    ctx: Context, category: Category, design: ScoreSetDesign | None, criteria: Sequence[Criterion]
) -> ScoreSet:
    plain = to_plain(criteria)
    made = ScoreSet(
        category_id=category.id,
        number=read.last_number(ctx.session, category.id) + 1,
        comment_words=design.comment_words if design else 0,
        reason_for_extremes=design.reason_for_extremes if design else False,
        digest=digest(plain),
        published_at=ctx.now,
        design_id=design.id if design else None,
    )
    ctx.session.add(made)
    ctx.session.flush()
    ctx.session.execute(
        insert(CriterionRow),
        [
            {
                "score_set_id": made.id,
                "position": position,
                "key": one.key,
                "name": one.name,
                "help": one.help,
                "weight": one.weight,
                "low": one.low,
                "high": one.high,
                "step": one.step,
                "points": said["points"],
                "counts": one.counts,
                "floor": one.floor,
            }
            for position, (one, said) in enumerate(zip(criteria, plain, strict=True), 1)
        ],
    )
    return made
