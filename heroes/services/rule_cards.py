"""The rule card: what a season is judged by, frozen when it opens; every later version has a reason."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from heroes.domain.digests import digest
from heroes.domain.rule_card import changes
from heroes.models.seasons import Category, Criterion, Round, RuleCard, Season
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.refusals import NeedsReason


def body_of(ctx: Context, season: Season) -> dict[str, Any]:
    """The rules as they stand in the set-up now, as plain data: the same rules give the same digest."""
    rows: list[tuple[Category, Round | None]] = [
        (row[0], row[1])
        for row in ctx.session.execute(
            select(Category, Round)
            .outerjoin(Round, Round.category_id == Category.id)
            .where(Category.season_id == season.id)
            .order_by(Category.position, Round.position)
        )
    ]
    judged = [round_ for _, round_ in rows if round_ is not None]
    sets = {round_.score_set_id for round_ in judged}
    criteria: dict[int, list[Criterion]] = {one: [] for one in sets}
    for criterion in ctx.session.scalars(
        select(Criterion).where(Criterion.score_set_id.in_(sets)).order_by(Criterion.position)
    ):
        criteria[criterion.score_set_id].append(criterion)
    categories: dict[int, dict[str, Any]] = {}
    for category, round_ in rows:
        shown = categories.setdefault(category.id, _category(category))
        if round_ is not None:
            shown["rounds"].append(_round(round_, criteria[round_.score_set_id]))
    return {
        "season": season.name,
        "timezone": season.timezone,
        "opens": season.opens_at.isoformat(),
        "closes": season.closes_at.isoformat(),
        "judging_starts": season.judging_starts_at.isoformat(),
        "categories": list(categories.values()),
    }


def _category(category: Category) -> dict[str, Any]:
    return {
        "slug": category.slug,
        "name": category.name,
        "opens": category.opens_at.isoformat() if category.opens_at else None,
        "closes": category.closes_at.isoformat() if category.closes_at else None,
        "outcome": category.outcome,
        "rounds": [],
    }


def _round(round_: Round, criteria: Sequence[Criterion]) -> dict[str, Any]:
    return {
        "slug": round_.slug,
        "name": round_.name,
        "kind": round_.kind,
        "opens": round_.opens_at.isoformat(),
        "closes": round_.closes_at.isoformat(),
        "reviews": round_.reviews,
        "quorum": round_.quorum,
        "blind": round_.blind,
        "marks_shown": round_.marks_shown,
        "method": round_.method,
        "draw_seed": round_.draw_seed,
        "advance": round_.advance,
        "share": round_.share,
        "criteria": [
            {
                "key": one.key,
                "name": one.name,
                "weight": f"{one.weight:f}",
                "low": f"{one.low:f}",
                "high": f"{one.high:f}",
                "step": f"{one.step:f}",
                "counts": one.counts,
                "floor": None if one.floor is None else f"{one.floor:f}",
            }
            for one in criteria
        ],
    }


def current(ctx: Context, season_id: int) -> RuleCard | None:
    """The card in force; none until the season is opened."""
    return ctx.session.scalar(
        select(RuleCard).where(RuleCard.season_id == season_id).order_by(RuleCard.number.desc()).limit(1)
    )


def freeze(ctx: Context, season: Season) -> RuleCard:
    """Make the first card, as part of opening the season. Needs a running transaction."""
    return _add(ctx, season, 1, body_of(ctx, season), None)


def keep(ctx: Context, season: Season, reason: str) -> RuleCard | None:
    """Make a new version if the rules of an open season changed. Needs a running, flushed transaction.

    Returns the new card, or nothing. Raises `NeedsReason` for a change without a reason.
    """
    if season.opened_at is None:
        return None
    last = current(ctx, season.id)
    body = body_of(ctx, season)
    if last is not None and last.digest == digest(body):
        return None
    if not reason.strip():
        raise NeedsReason(changes(last.body if last else {}, body))
    number = 1 + (
        ctx.session.scalar(select(func.max(RuleCard.number)).where(RuleCard.season_id == season.id)) or 0
    )
    return _add(ctx, season, number, body, reason.strip())


def _add(ctx: Context, season: Season, number: int, body: dict[str, Any], reason: str | None) -> RuleCard:
    card = RuleCard(
        season_id=season.id,
        number=number,
        body=body,
        digest=digest(body),
        reason=reason,
        made_at=ctx.now,
        made_by_id=ctx.actor.user_id,
    )
    ctx.session.add(card)
    ctx.session.flush()
    note(
        ctx,
        "rules.freeze",
        season.slug,
        season_id=season.id,
        after={"number": number, "digest": card.digest},
        reason=reason or "",
    )
    return card
