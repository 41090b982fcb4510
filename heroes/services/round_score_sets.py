"""What a round is marked on: the published set of a design in its category, or the one question of a kind's own."""

from decimal import Decimal

from heroes.domain.round_settings import RoundSettings
from heroes.domain.score_sets import HUNDRED, BadScoreSet, Criterion, unfit
from heroes.models import round_pages as read
from heroes.models.seasons import Category, ScoreSet, ScoreSetDesign, Season
from heroes.services.context import Context
from heroes.services.refusals import Invalid
from heroes.services.score_set_publishing import Body, add_set, body_of_design


def score_set_for(
    ctx: Context, category: Category, wanted: RoundSettings, design: ScoreSetDesign | None
) -> ScoreSet:
    """The set that a round of these settings is marked on, published now if the category has none like it.

    Of a design the category's newest is taken. Needs a running transaction. Raises `Invalid` at "design" for a design
    that is not finished; while the season is being built, for one without a criterion.
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
    # While a season is being built rounds and scorecards are made in any order: opening publishes what is finished.
    building = ctx.session.get_one(Season, category.season_id).opened_at is None
    try:
        body = body_of_design(design)
    except BadScoreSet:
        body = Body(())
    if faults and not (building and body.criteria):
        raise Invalid({"design": f"{design.name} cannot be judged by yet. {faults[0]}"})
    return add_set(ctx, category, body, design.id)


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
    wanted = Body((asked,))
    found = read.newest_set(ctx.session, category.id, wanted.digest)
    return found or add_set(ctx, category, wanted, None)
