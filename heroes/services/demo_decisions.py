"""The demo season's decisions: the shortlist and its release, the final panels, the awards and the night."""

from datetime import timedelta

from sqlalchemy import select

from heroes.domain.entry_states import Act, Given, State
from heroes.models.entries import Entry
from heroes.models.seasons import Category, Release, Round
from heroes.services import acting, announcing, computing, deciding, rounds
from heroes.services.demo_judging import Cast, deal_round, mark_round
from heroes.services.demo_world import Demo
from heroes.services.proposing import rule_of
from heroes.services.standings import standings


def decide_shortlist(demo: Demo, cast: list[Cast], category: Category, round_: Round) -> None:
    """Six days after the round: the line is drawn; a category with too small a field shortlists nobody."""
    ctx = demo.at(round_.closes_at + timedelta(days=6), demo.users["castellane"])
    for one in cast:
        entry = demo.ctx.session.get_one(Entry, one.entry_id)
        if entry.category_id == category.id and entry.state == State.RETURNED.value:
            reason = "It was not sent in again in time. We have written to ask for it next year."
            given = Given(reason=reason, override=True)
            acting.press(ctx, one.handle, Act.NOT_SHORTLIST, given, entry.version)
    computing.compute_now(ctx, round_)
    board = standings(ctx, demo.season.slug, category.slug, round_.slug)
    rule = rule_of(board)
    drawn = deciding.plan_shortlist(
        ctx, board, places=rule.shortlist_places, at_least=rule.shortlist_at_least
    )
    big_enough = len(board.ranked) >= rule.minimum_field
    chosen = drawn.above if big_enough else ()
    rest = (*drawn.level, *drawn.below) if big_enough else (*drawn.above, *drawn.level, *drawn.below)
    deciding.shortlist(
        ctx,
        demo.season.slug,
        category.slug,
        round_.slug,
        run=board.quoted,
        chosen={s.line.entry.handle: s.line.entry.version for s in chosen},
        rest={s.line.entry.handle: s.line.entry.version for s in rest if s.line.entry.state == "submitted"},
        reason="The panel met on this and every scorecard was read again.",
    )


def release(demo: Demo, kind: str) -> None:
    """Let a release go out at its planned instant."""
    row = demo.ctx.session.scalars(
        select(Release).where(Release.season_id == demo.season.id, Release.kind == kind)
    ).one()
    assert row.planned_at is not None
    ctx = demo.at(row.planned_at, demo.users["castellane"])
    announcing.release_now(
        ctx, demo.season.slug, kind, expected_version=row.version, anyway=kind == "shortlist"
    )


def judge_final(demo: Demo, cast: list[Cast], category: Category, round_: Round) -> None:
    """The final panel reads every shortlisted entry of a category that has a second round."""
    ctx = demo.at(round_.opens_at - timedelta(days=20), demo.users["castellane"])
    if rounds.open_final(ctx, demo.season.slug, category.slug) == 0:
        return
    demo.finals.add(round_.id)
    deal_round(demo, cast, category, round_, round_.opens_at - timedelta(days=14))
    mark_round(demo, cast, round_)


def decide_awards(demo: Demo, category: Category, round_: Round) -> None:
    """The panel takes what the places suggest; everybody else on the shortlist is a finalist."""
    season_end = demo.today - timedelta(days=1)
    when = min(max(round_.closes_at + timedelta(days=5), round_.closes_at), season_end)
    ctx = demo.at(when, demo.users["castellane"])
    computing.compute_now(ctx, round_)
    board = standings(ctx, demo.season.slug, category.slug, round_.slug)
    choices = deciding.suggested(ctx, board)
    candidates = deciding.candidates(board)
    choices |= {
        line.entry.handle: deciding.FINALIST for line in candidates if line.entry.handle not in choices
    }
    if not choices:
        return
    deciding.award(
        ctx,
        demo.season.slug,
        category.slug,
        round_.slug,
        run=board.quoted,
        choices=choices,
        versions={line.entry.handle: line.entry.version for line in candidates},
        reason="As the final panel agreed.",
    )
