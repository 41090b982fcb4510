"""One round plan for several categories at once: sixty categories are not planned sixty times."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from heroes.domain.round_kinds import kind_of
from heroes.models import round_pages as read
from heroes.models.seasons import Category, Round, ScoreSet
from heroes.services.auditing import note
from heroes.services.building import edit
from heroes.services.context import Context
from heroes.services.refusals import Invalid
from heroes.services.round_plans import drop, held, rounds_held
from heroes.services.round_score_sets import set_of_design, set_of_question


@dataclass(frozen=True, slots=True)
class Keeps:
    """What each category keeps of its own where it has it: the panel, the scorecard, of the round in the same place."""

    panel: bool = False
    scorecard: bool = False


def copy_plan(
    ctx: Context, season_slug: str, from_slug: str, to_slugs: Collection[str], keeps: Keeps, reason: str = ""
) -> int:
    """Give other categories the rounds of one in the place of their own, all or none; return how many.

    Raises `Invalid` at "categories" naming the first one whose rounds must stay.
    """
    with edit(ctx, season_slug, reason) as season:
        source = held(ctx, season, from_slug)
        plan = rounds_held(ctx, source)
        if not plan:
            raise Invalid({"categories": f"{source.name} has no rounds yet."})
        wanted = [slug for slug in sorted(to_slugs) if slug != source.slug]
        if not wanted:
            raise Invalid({"categories": "Choose at least one other category."})
        targets = [held(ctx, season, slug) for slug in wanted]
        stuck = [one.name for one in targets if not _free(ctx, one)]
        if stuck:
            raise Invalid({"categories": _stuck(stuck)})
        for target in targets:
            _replace(ctx, target, plan, keeps)
        note(
            ctx,
            "round.copy",
            source.slug,
            season_id=season.id,
            after={
                "categories": wanted,
                "rounds": [one.slug for one in plan],
                "own_panel": keeps.panel,
                "own_scorecard": keeps.scorecard,
            },
        )
        return len(targets)


def _free(ctx: Context, category: Category) -> bool:
    ids = list(ctx.session.scalars(select(Round.id).where(Round.category_id == category.id)))
    return not read.is_decided(ctx.session, category.id) and not (ids and read.has_admitted(ctx.session, ids))


def _stuck(names: Sequence[str]) -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}: entries have been admitted to its rounds, so they stay. Nothing was changed."


def _replace(ctx: Context, target: Category, plan: Sequence[Round], keeps: Keeps) -> None:
    own = rounds_held(ctx, target)
    panels = [one.panel_id for one in own]
    designs = [one.design_id for one in own if one.design_id is not None]
    drop(ctx, own)
    for position, one in enumerate(plan, 1):
        panel = panels[min(position, len(panels)) - 1] if keeps.panel and panels else one.panel_id
        design = designs[min(position, len(designs)) - 1] if keeps.scorecard and designs else one.design_id
        made = _score_set(ctx, target, one, design)
        ctx.session.add(
            Round(
                category_id=target.id,
                position=position,
                slug=one.slug,
                name=one.name,
                opens_at=one.opens_at,
                closes_at=one.closes_at,
                panel_id=panel,
                score_set_id=made.id,
                reviews=one.reviews,
                quorum=one.quorum,
                blind=one.blind,
                method=one.method,
                kind=one.kind,
                marks_shown=one.marks_shown,
                advance=one.advance,
                share=one.share,
                design_id=made.design_id,
            )
        )
        ctx.session.flush()


def _score_set(ctx: Context, target: Category, one: Round, design_id: int | None) -> ScoreSet:
    """What the copy is marked on: the question of a kind that asks one, else a design's published set."""
    if kind_of(one.kind).question:
        return set_of_question(ctx, target, read.question_of(ctx.session, one.score_set_id))
    if design_id is None:
        raise Invalid(
            {"categories": f"{one.name} was imported with its criteria. Choose a scorecard for it first."}
        )
    return set_of_design(ctx, target, design_id)
