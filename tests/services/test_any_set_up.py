"""Any sequence of edits leaves a season that either opens or names what is missing, and a file that comes back."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, select

from heroes.models import Category, Panel, PanelMember, Round, ScoreSetDesign, Season
from heroes.models.installation import Proof
from heroes.services import (
    category_plans,
    describing,
    form_designs,
    launching,
    panels,
    preflight,
    round_plans,
    score_set_designs,
)
from heroes.services.context import Context
from heroes.services.refusals import NotFound, Refusal
from heroes.services.season_exports import document_of, text_of
from heroes.services.season_files import load_season, parse_season
from heroes.services.starting import Wanted, start
from heroes.services.transactions import transaction
from tests.world import World

ROUND = {
    "kind": "scorecard",
    "name": "Another round",
    "opens": "2026-11-02T09:00",
    "closes": "2026-11-20T17:00",
    "panel": "judges",
    "design": "prize",
    "reviews": "1",
    "quorum": "1",
    "marks_shown": "own_in",
    "method": "mean",
    "advance": "hand",
}
_NUMBERS = count(1)
Edit = Callable[[Context, Season], object]


def one_of(ctx: Context, wanted: Select[Any]) -> Any:
    """The first that there is; where there is none, an edit of it is refused like any other."""
    found = ctx.session.scalars(wanted.limit(1)).first()
    if found is None:
        raise NotFound
    return found


def first(ctx: Context, season: Season) -> Any:
    return one_of(ctx, select(Category).where(Category.season_id == season.id).order_by(Category.position))


def weigh(*weights: str) -> Edit:
    def edit(ctx: Context, season: Season) -> None:
        design = one_of(ctx, select(ScoreSetDesign).where(ScoreSetDesign.season_id == season.id))
        criteria = [one | {"weight": weight} for one, weight in zip(design.criteria, weights, strict=False)]
        typed = score_set_designs.Edit(design.name, criteria, "10")
        score_set_designs.save(ctx, season.slug, design.key, typed, design.version)

    return edit


def no_round(ctx: Context, season: Season) -> None:
    category = first(ctx, season)
    last = one_of(ctx, select(Round).where(Round.category_id == category.id).order_by(Round.position.desc()))
    round_plans.remove_round(ctx, season.slug, category.slug, last.slug, last.version)


def judged_by(*people: str) -> Edit:
    def edit(ctx: Context, season: Season) -> None:
        panel = one_of(ctx, select(Panel).where(Panel.season_id == season.id))
        with transaction(ctx):
            for number, _ in enumerate(people):
                user_id = 7 + number
                if ctx.session.get(PanelMember, (panel.id, user_id)) is None:
                    ctx.session.add(
                        PanelMember(panel_id=panel.id, user_id=user_id, role="judge", joined_at=ctx.now)
                    )

    return edit


def texts(**changed: str) -> Edit:
    def edit(ctx: Context, season: Season) -> None:
        there = describing.texts_of(season)
        describing.set_texts(ctx, season.slug, there | changed, seen=describing.stamp(there))

    return edit


def remove_first(ctx: Context, season: Season) -> None:
    category = first(ctx, season)
    category_plans.remove(ctx, season.slug, category.slug, category.version)


EDITS: dict[str, Edit] = {
    "a category": lambda ctx, s: category_plans.add(
        ctx, s.slug, {"name": "Kindest Reply", "kind": "person", "form": "nomination"}
    ),
    "a category without a form": lambda ctx, s: category_plans.add(
        ctx, s.slug, {"name": "Best Letter", "kind": "team", "form": ""}
    ),
    "no category": remove_first,
    "a round": lambda ctx, s: round_plans.add_round(ctx, s.slug, first(ctx, s).slug, ROUND),
    "a round that is early": lambda ctx, s: round_plans.add_round(
        ctx, s.slug, first(ctx, s).slug, ROUND | {"opens": "2026-01-02T09:00"}
    ),
    "a round of many": lambda ctx, s: round_plans.add_round(
        ctx, s.slug, first(ctx, s).slug, ROUND | {"reviews": "9", "quorum": "9"}
    ),
    "no round": no_round,
    "weights that make 100": weigh("40", "40", "20"),
    "weights of 99.99": weigh("50", "30", "19.99"),
    "one criterion": weigh("100"),
    "no welcome": texts(welcome=""),
    "a welcome": texts(welcome="Come in."),
    "judges": judged_by("chloe", "dora", "jack"),
    "a panel": lambda ctx, s: panels.add_panel(ctx, s.slug, "Second panel"),
    "no panel": lambda ctx, s: panels.remove_panel(ctx, s.slug, "judges"),
    "a form": lambda ctx, s: form_designs.new(ctx, s.slug, "Second form"),
    "no form": lambda ctx, s: form_designs.delete(ctx, s.slug, "nomination", 1),
    "a section": lambda ctx, s: form_designs.save_section(ctx, s.slug, "nomination", 1, None, "More", ""),
}


def edited(world: World, names: Sequence[str]) -> str:
    """A season that was begun from the small prize, after these edits; those that were refused changed nothing."""
    slug = f"prize-{next(_NUMBERS)}"
    ctx = world.ctx("olive")
    start(ctx, "ready-small-prize", Wanted("small-heroes", slug, "2026", "2026-09-07", slug))
    for name in names:
        world.session.rollback()
        season = world.session.scalars(select(Season).where(Season.slug == slug)).one()
        try:
            EDITS[name](ctx, season)
        except Refusal:
            continue
    world.session.rollback()
    return slug


def test_any_edits_leave_a_season_that_opens_or_names_what_is_missing(lite_world: World) -> None:
    world = lite_world
    with transaction(world.ctx("system")):
        for kind in ("mail", "backup", "restored"):
            world.session.add(Proof(kind=kind, at=world.clock.at))
    ends: set[bool] = set()

    @settings(max_examples=25, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.sampled_from(list(EDITS)), max_size=6))
    def holds(names: list[str]) -> None:
        slug = edited(world, ["judges", *names])
        ctx = world.ctx("olive")
        season, found, _ = preflight.look(ctx, slug)
        text = text_of(document_of(world.session, season))
        world.session.rollback()
        again = text.replace(f'"{slug}"', f'"{slug}-b"').replace(f'"{slug.upper()}"', f'"{slug.upper()}B"')
        copy = load_season(world.ctx("system"), parse_season(again), opened=False)
        assert text_of(document_of(world.session, copy)) == again
        world.session.rollback()
        ends.add(not found.red)
        if not found.red:
            launching.open_season(ctx, slug, slug)
            return
        assert all(one.endpoint for one in found.red)
        with pytest.raises(launching.NotReady) as refused:
            launching.open_season(ctx, slug, slug)
        assert refused.value.findings == found.red

    holds()
    assert ends == {True, False}
