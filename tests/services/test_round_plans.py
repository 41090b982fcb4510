"""Planning rounds: what can be changed while nothing rests on it, what stays, and why."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from heroes.models import AuditRecord, Criterion, Panel, Round, RuleCard, ScoreSetDesign, Slot
from heroes.services import panels, round_plans
from heroes.services.refusals import Faster, Invalid, NeedsReason, NotAllowed, NotFound
from heroes.services.round_copies import Keeps, copy_plan
from tests.judging import asked, change, elsewhere
from tests.outcomes import eligible, shortlisted
from tests.outcomes import three as three_judged
from tests.round_scenes import SECOND, WHY, built, finalists, round_of
from tests.world import World

SEASON = "small-2026"


@pytest.fixture
def world(lite_world: World) -> World:
    """An open season, so that every change of its rules comes with a reason."""
    return lite_world


def add(world: World, category: str = "frontline", **changes: str) -> str:
    return round_plans.add_round(world.ctx("adam"), SEASON, category, SECOND | changes, WHY)


def edit(world: World, slug: str, category: str = "frontline", who: str = "adam", **changes: str) -> None:
    one = round_of(world, category, slug)
    round_plans.change_round(world.ctx(who), SEASON, category, slug, SECOND | changes, one.version, WHY)


def refused(do: Callable[[], Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        do()
    return caught.value.errors


def plan(world: World, category: str = "frontline") -> list[tuple[str, str, str]]:
    """(slug, kind, day of the opening) of a category's rounds in their order."""
    world.session.rollback()
    found = world.session.scalars(
        select(Round)
        .where(Round.category_id == round_of(world, category, "written").category_id)
        .order_by(Round.position)
    )
    return [(one.slug, one.kind, f"{one.opens_at:%d.%m.}") for one in found]


WRITTEN = ("written", "scorecard", "11.06.")


def test_a_round_is_added_changed_and_taken_away(world: World) -> None:
    assert add(world) == "second-look"
    assert plan(world) == [WRITTEN, ("second-look", "scorecard", "10.07.")]
    one = round_of(world, "frontline", "second-look")
    first = round_of(world, "frontline", "written")
    assert (one.score_set_id, one.design_id) == (first.score_set_id, first.design_id), "its published set"

    edit(world, "second-look", name="Third look", advance="places", advance_places="3", marks_shown="never")
    one = round_of(world, "frontline", "second-look")
    assert (one.name, one.advance, one.marks_shown) == (
        "Third look",
        {"by": "places", "places": 3},
        "never",
    )
    round_plans.remove_round(world.ctx("adam"), SEASON, "frontline", "second-look", one.version, WHY)
    assert plan(world) == [WRITTEN]
    acts = world.session.scalars(
        select(AuditRecord.act).where(AuditRecord.act.startswith("round.")).order_by(AuditRecord.id)
    ).all()
    assert acts == ["round.add", "round.change", "round.remove"]


def test_a_qualifying_round_brings_a_score_set_of_its_own(world: World) -> None:
    asked_for = {"kind": "qualifying", "question": "Is it real?", "advance": "yes", "advance_yes": "2"}
    add(world, **asked_for)
    one = round_of(world, "frontline", "second-look")
    (criterion,) = world.session.scalars(select(Criterion).where(Criterion.score_set_id == one.score_set_id))
    assert (criterion.name, criterion.low, criterion.high, criterion.step) == ("Is it real?", 0, 1, 1)
    assert (one.design_id, one.method, one.advance) == (None, "mean", {"by": "yes", "at_least": 2})
    before = one.score_set_id
    edit(world, "second-look", **asked_for | {"question": "Is it new?"})
    again = round_of(world, "frontline", "second-look")
    assert again.score_set_id != before, "a published set is never edited"
    (criterion,) = world.session.scalars(
        select(Criterion).where(Criterion.score_set_id == again.score_set_id)
    )
    assert criterion.name == "Is it new?"


def test_rounds_are_kept_in_their_order(world: World) -> None:
    early = refused(lambda: add(world, opens="2026-07-01T16:59"))
    assert early == {
        "opens": "Round 1, written closes Wed 1 July 2026, 17:00. Second look must open then, or later."
    }
    add(world)
    late = refused(
        lambda: edit(world, "written", name="Written", closes="2026-07-10T09:01", opens="2026-06-01T09:00")
    )
    assert late == {
        "closes": "Second look opens Fri 10 July 2026, 09:00. This round must have closed by then."
    }
    assert set(
        refused(lambda: add(world, name="second LOOK", opens="2026-08-01T09:00", closes="2026-08-02T09:00"))
    ) == {"name"}
    assert plan(world) == [WRITTEN, ("second-look", "scorecard", "10.07.")]


def test_a_live_round_is_the_last_of_several(world: World) -> None:
    add(world, kind="live")
    assert set(
        refused(lambda: add(world, name="More", opens="2026-08-01T09:00", closes="2026-08-02T09:00"))
    ) == {"kind"}
    for act in (
        lambda: round_plans.remove_round(world.ctx("adam"), SEASON, "frontline", "written", 1, WHY),
        lambda: round_plans.move_round(world.ctx("adam"), SEASON, "frontline", "second-look", True, WHY),
    ):
        (said,) = refused(act).values()
        assert said.startswith("Live presentation can only be the last of two or more rounds")


def test_rounds_that_change_places_exchange_their_dates(world: World) -> None:
    add(world, kind="qualifying", question="Is it real?")
    round_plans.move_round(world.ctx("adam"), SEASON, "frontline", "second-look", True, WHY)
    assert plan(world) == [("second-look", "qualifying", "11.06."), ("written", "scorecard", "10.07.")]
    assert refused(
        lambda: round_plans.move_round(world.ctx("adam"), SEASON, "frontline", "written", False, WHY)
    ) == {"move": "There is no round on that side of it."}


def test_what_somebodys_work_rests_on_stays(world: World) -> None:
    add(world)
    entry = elsewhere(world)
    one = asked(world, entry, "jill")
    same = {"name": "Round 1, written", "opens": "2026-06-11T09:00", "closes": "2026-07-01T17:00"}
    errors = refused(
        lambda: edit(world, "written", **same, kind="qualifying", question="Is it?", panel="teams")
    )
    assert set(errors) == {"kind", "panel"}
    change(world, one, saved_at=world.clock.now())
    assert set(refused(lambda: edit(world, "written", **same, design="teams"))) == {"design"}
    for deed in ("move", "remove"):
        act = {
            "move": lambda: round_plans.move_round(
                world.ctx("adam"), SEASON, "frontline", "written", False, WHY
            ),
            "remove": lambda: round_plans.remove_round(
                world.ctx("adam"), SEASON, "frontline", "written", 1, WHY
            ),
        }[deed]
        assert refused(act)[deed].startswith("Entries have been admitted to it, so it stays.")
    edit(world, "written", **same, reviews="4", quorum="1")
    assert round_of(world, "frontline", "written").reviews == 4, "what nothing rests on can be changed"


def test_a_scorecard_may_be_half_done_while_the_season_is_being_built(world: World) -> None:
    teams = round_of(world, "teams", "written")
    design = world.session.get_one(ScoreSetDesign, teams.design_id)
    half = [design.criteria[0] | {"weight": "40"}]
    change(world, design, criteria=half)
    assert refused(lambda: add(world, design="teams"))["design"].startswith(
        "Team of the Year cannot be judged by yet. The weights must make exactly 100"
    )
    built(world)
    add(world, design="teams")
    change(world, design, criteria=[])
    later = {"name": "Later", "opens": "2026-08-01T09:00", "closes": "2026-08-09T09:00"}
    assert add(world, design="teams", **later) == "later", "its first set is there already"


def test_a_season_that_is_being_built_asks_for_no_reason(world: World) -> None:
    built(world)
    round_plans.add_round(world.ctx("adam"), SEASON, "frontline", SECOND)
    round_plans.remove_round(world.ctx("adam"), SEASON, "frontline", "second-look", 1)
    one = round_of(world, "frontline", "written")
    round_plans.remove_round(world.ctx("adam"), SEASON, "frontline", "written", one.version)
    assert world.session.scalars(select(Round.slug).order_by(Round.id)).all() == ["written", "final"]


def test_an_open_category_keeps_a_round(world: World) -> None:
    one = round_of(world, "frontline", "written")
    assert refused(
        lambda: round_plans.remove_round(world.ctx("adam"), SEASON, "frontline", "written", one.version, WHY)
    ) == {"remove": "The season is open, and this is the only round of the category."}


def test_once_the_shortlist_is_decided_no_round_comes_or_goes(world: World) -> None:
    ada, *_ = three_judged(world)
    shortlisted(world, [ada])
    assert refused(lambda: add(world))["kind"].startswith(
        "The shortlist of this category is decided already."
    )


def test_an_open_season_asks_why_and_a_stale_form_learns_who_was_faster(lite_world: World) -> None:
    with pytest.raises(NeedsReason) as caught:
        round_plans.add_round(lite_world.ctx("adam"), SEASON, "frontline", SECOND)
    assert caught.value.changes == ("Frontline Hero: the round Second look is new.",)
    round_plans.add_round(lite_world.ctx("adam"), SEASON, "frontline", SECOND, "The panel is small.")
    card = lite_world.session.scalars(select(RuleCard).order_by(RuleCard.number.desc())).first()
    assert card is not None
    assert (card.number, card.reason) == (2, "The panel is small.")
    with pytest.raises(Faster, match="Adam Admin changed this"):
        round_plans.change_round(lite_world.ctx("olive"), SEASON, "frontline", "second-look", SECOND, 9)


@pytest.mark.parametrize(("who", "refusal"), [("audrey", NotAllowed), ("chloe", NotFound), ("bob", NotFound)])
def test_only_those_who_set_up_may(world: World, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        edit(world, "written", who=who)
    with pytest.raises(refusal):
        panels.add_panel(world.ctx(who), SEASON, "Mine")


def test_shares_make_a_hundred_together(world: World) -> None:
    def share(**typed: str) -> None:
        rows = [round_of(world, "teams", slug) for slug in ("written", "final")]
        round_plans.share_out(
            world.ctx("adam"), SEASON, "teams", typed, sum(one.version for one in rows), WHY
        )

    share(written="50", final="50")
    assert [round_of(world, "teams", slug).share for slug in ("written", "final")] == [50, 50]
    assert refused(lambda: share(written="60", final="50"))["share"].startswith("The shares add up to 110.")
    assert set(refused(lambda: share(written="half", final="50"))) == {"share"}
    final = round_of(world, "teams", "final")
    kept = {
        "name": "Final panel",
        "opens": "2026-09-07T09:00",
        "closes": "2026-09-18T17:00",
        "panel": "teams",
    }
    asks = kept | {"kind": "qualifying", "question": "Is it?"}
    assert "kind" in refused(lambda: edit(world, "final", "teams", **asks))
    assert refused(
        lambda: round_plans.remove_round(world.ctx("adam"), SEASON, "teams", "final", final.version, WHY)
    ) == {"remove": "It has a share of the blended result. Share that out anew first."}
    share(written="", final="")
    assert round_of(world, "teams", "final").share is None


def test_one_plan_for_other_categories(world: World) -> None:
    add(world, kind="qualifying", question="Is it real?", marks_shown="closed")
    own = round_of(world, "teams", "written")
    assert copy_plan(world.ctx("adam"), SEASON, "frontline", ["teams"], Keeps(True, True), WHY) == 1
    assert plan(world, "teams") == plan(world)
    copied = round_of(world, "teams", "written")
    source = round_of(world, "frontline", "written")
    assert (copied.panel_id, copied.score_set_id) == (own.panel_id, own.score_set_id), "its own"
    assert (copied.blind, copied.reviews) == (source.blind, source.reviews)
    asks = round_of(world, "teams", "second-look")
    assert (asks.kind, asks.marks_shown) == ("qualifying", "closed")

    copy_plan(world.ctx("adam"), SEASON, "frontline", ["teams"], Keeps(), WHY)
    copied = round_of(world, "teams", "written")
    assert (copied.panel_id, copied.design_id) == (source.panel_id, source.design_id)
    weights = world.session.scalars(
        select(Criterion.weight).where(Criterion.score_set_id == copied.score_set_id)
    )
    assert sum(weights, Decimal(0)) == 100
    eligible(world, "Team One", "teams")
    assert refused(lambda: copy_plan(world.ctx("adam"), SEASON, "frontline", ["teams"], Keeps(), WHY)) == {
        "categories": "Team of the Year: entries have been admitted to its rounds, so they stay. Nothing was changed."
    }


def test_panels(world: World) -> None:
    made = panels.add_panel(world.ctx("adam"), SEASON, "  Final   panel ")
    assert (made.slug, made.name) == ("final-panel", "Final panel")
    assert set(refused(lambda: panels.add_panel(world.ctx("adam"), SEASON, "final PANEL"))) == {"name"}
    panels.rename_panel(world.ctx("adam"), SEASON, "final-panel", "Finalists’ panel", "Final panel")
    with pytest.raises(Faster):
        panels.rename_panel(world.ctx("olive"), SEASON, "final-panel", "Another", "Final panel")
    assert refused(lambda: panels.remove_panel(world.ctx("adam"), SEASON, "people"))["remove"].endswith(
        "Give that to another panel first."
    )
    panels.remove_panel(world.ctx("adam"), SEASON, "final-panel")
    assert set(world.session.scalars(select(Panel.slug))) == {"people", "teams"}


def test_slots_hold_a_round_in_its_place(world: World) -> None:
    finalists(world, "Team One")
    final = round_of(world, "teams", "final")
    world.session.add(Slot(round_id=final.id, starts_at=final.opens_at, minutes=20, place="Room 4"))
    world.session.commit()
    kept = {
        "kind": "live",
        "name": "Final panel",
        "panel": "teams",
        "design": "teams",
        "closes": "2026-09-18T17:00",
    }
    assert refused(lambda: edit(world, "final", "teams", **kept, opens="2026-09-07T09:01")) == {
        "opens": "A slot begins Mon 7 September 2026, 09:00. Move it first."
    }
