"""The rule card: what a season is judged by, frozen when it opens; every later version has a reason."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from heroes.domain.advance_rules import BadAdvance, parse_advance
from heroes.domain.advance_rules import sentence as advance_in_words
from heroes.domain.counting import METHODS, RULES, TIE_BREAKS
from heroes.domain.counting.wording import plain
from heroes.domain.digests import digest
from heroes.domain.outcomes import BadRule, Measure, parse_outcome_rule, sentences
from heroes.domain.rule_card import FORMAT, changes
from heroes.models.installation import Programme
from heroes.models.seasons import Category, Criterion, Release, Round, RuleCard, ScoreSet, Season
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.refusals import NeedsReason


def body_of(ctx: Context, season: Season) -> dict[str, Any]:
    """The rules as they stand in the set-up now, as plain data: the same rules give the same digest.

    In five statements however much there is; the season's programme is read where it was not loaded.
    """
    releases = {
        release.id: release
        for release in ctx.session.scalars(
            select(Release).where(Release.season_id == season.id).order_by(Release.id)
        )
    }
    rows: list[tuple[Category, Round | None]] = [
        (row[0], row[1])
        for row in ctx.session.execute(
            select(Category, Round)
            .outerjoin(Round, Round.category_id == Category.id)
            .where(Category.season_id == season.id)
            .order_by(Category.position, Category.id, Round.position)
        )
    ]
    sets = _sets_of(ctx, {round_.score_set_id for _, round_ in rows if round_ is not None})
    rounds: dict[int, list[Round]] = {}
    for category, round_ in rows:
        rounds.setdefault(category.id, []).extend([round_] if round_ is not None else [])
    categories = {category.id: category for category, _ in rows}
    usual = _usual(releases.values())
    return {
        "format": FORMAT,
        "programme": ctx.session.get_one(Programme, season.programme_id).name,
        "season": season.name,
        "timezone": season.timezone,
        "recipe": RULES,
        "tie_breaks": list(TIE_BREAKS),
        "opens": _iso(season.opens_at),
        "closes": _iso(season.closes_at),
        "judging_starts": _iso(season.judging_starts_at),
        "shortlist_release": _planned(usual.get("shortlist")),
        "outcome_release": _planned(usual.get("outcomes")),
        "categories": [_category(one, rounds[one.id], sets, releases, usual) for one in categories.values()],
    }


Sets = dict[int, tuple[ScoreSet, list[Criterion]]]


def _sets_of(ctx: Context, ids: set[int]) -> Sets:
    found: Sets = {
        one.id: (one, []) for one in ctx.session.scalars(select(ScoreSet).where(ScoreSet.id.in_(ids)))
    }
    for criterion in ctx.session.scalars(
        select(Criterion).where(Criterion.score_set_id.in_(ids)).order_by(Criterion.position)
    ):
        found[criterion.score_set_id][1].append(criterion)
    return found


def _usual(releases: Iterable[Release]) -> dict[str, Release]:
    """Kind -> the season's own release: the first of its kind."""
    found: dict[str, Release] = {}
    for release in releases:
        found.setdefault(release.kind, release)
    return found


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at is not None else None


def _planned(release: Release | None) -> str | None:
    return _iso(release.planned_at) if release is not None else None


def _own(release: Release, usual: Release | None) -> str | None:
    return None if usual is not None and release.id == usual.id else _planned(release)


def _category(
    category: Category,
    rounds: Sequence[Round],
    sets: Sets,
    releases: Mapping[int, Release],
    usual: Mapping[str, Release],
) -> dict[str, Any]:
    return {
        "slug": category.slug,
        "name": category.name,
        "kind": category.kind,
        "eligibility": list(category.eligibility),
        "opens": _iso(category.opens_at),
        "closes": _iso(category.closes_at),
        "shortlist_release": _own(releases[category.shortlist_release_id], usual.get("shortlist")),
        "outcome_release": _own(releases[category.outcome_release_id], usual.get("outcomes")),
        "outcome": category.outcome,
        "outcome_said": _outcome_said(category, rounds, sets),
        "rounds": [_round(one, *sets[one.score_set_id]) for one in rounds],
    }


def _outcome_said(category: Category, rounds: Sequence[Round], sets: Sets) -> list[str]:
    last = sets[rounds[-1].score_set_id][1] if rounds else []
    measures = [Measure(one.key, one.name, one.floor) for one in last if one.counts]
    try:
        return sentences(parse_outcome_rule(category.outcome), measures)
    except BadRule as error:
        return [f"This rule cannot be read yet: {error}."]


def _advance_said(data: dict[str, Any]) -> str:
    try:
        return advance_in_words(parse_advance(data))
    except BadAdvance as error:
        return f"This cannot be read yet: {error}."


def _round(round_: Round, score_set: ScoreSet, criteria: Sequence[Criterion]) -> dict[str, Any]:
    words = METHODS.get(round_.method)
    return {
        "slug": round_.slug,
        "name": round_.name,
        "kind": round_.kind,
        "opens": _iso(round_.opens_at),
        "closes": _iso(round_.closes_at),
        "reviews": round_.reviews,
        "quorum": round_.quorum,
        "blind": round_.blind,
        "marks_shown": round_.marks_shown,
        "method": round_.method,
        "method_said": [f"{words.name}. {words.line}"] if words else [],
        "draw_seed": round_.draw_seed,
        "advance": round_.advance,
        "advance_said": [_advance_said(round_.advance)],
        "share": round_.share,
        "comment_words": score_set.comment_words,
        "reason_for_extremes": score_set.reason_for_extremes,
        "criteria": [
            {
                "key": one.key,
                "name": one.name,
                "weight": plain(one.weight),
                "low": plain(one.low),
                "high": plain(one.high),
                "step": plain(one.step),
                "counts": one.counts,
                "floor": None if one.floor is None else plain(one.floor),
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


def ensure(ctx: Context, season: Season) -> None:
    """Give a season that was opened before there were cards its first one, as its rules stand before they change."""
    if season.opened_at is not None and current(ctx, season.id) is None:
        freeze(ctx, season)


def keep(ctx: Context, season: Season, reason: str, *, noted: bool = True) -> RuleCard | None:
    """Make a new version if the rules of an open season changed. Needs a running, flushed transaction.

    Returns the new card, or nothing. Not `noted`, the caller's own audit record speaks for it. Raises `NeedsReason` for
    a change without a reason.
    """
    if season.opened_at is None:
        return None
    # One after the other, so that two changes at once make two versions and not the same one twice.
    ctx.session.execute(select(Season.id).where(Season.id == season.id).with_for_update(key_share=True))
    last = current(ctx, season.id)
    if last is None:
        return _add(ctx, season, 1, body_of(ctx, season), None, noted=noted)
    body = body_of(ctx, season)
    if last.digest == digest(body):
        return None
    if not reason.strip():
        raise NeedsReason(changes(last.body, body))
    return _add(ctx, season, last.number + 1, body, reason.strip(), noted=noted)


def _add(
    ctx: Context,
    season: Season,
    number: int,
    body: dict[str, Any],
    reason: str | None,
    *,
    noted: bool = True,
) -> RuleCard:
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
    if not noted:
        return card
    note(
        ctx,
        "rules.freeze",
        season.slug,
        season_id=season.id,
        after={"number": number, "digest": card.digest},
        reason=reason or "",
    )
    return card
