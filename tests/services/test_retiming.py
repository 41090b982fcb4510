"""Moving the dates of a season: together, in order, with everybody told whose deadline it is."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from heroes.models import OutboxMail, Round, RuleCard
from heroes.services import retiming
from heroes.services.refusals import Faster, Invalid, NeedsReason, NotAllowed, NotFound
from heroes.services.timetable import Timetable, Typed, timetable
from tests.judging import asked, elsewhere
from tests.world import JUDGING, World

LONDON = ZoneInfo("Europe/London")


def as_typed(known: Timetable, **moved: timedelta) -> Typed:
    """What the page posts when nothing but these stops is changed."""
    times = {}
    for stop in known.stops:
        if stop.at is None:
            times[stop.key] = ("", "")
            continue
        local = stop.at.astimezone(LONDON) + moved.get(stop.key.replace("-", "_"), timedelta())
        times[stop.key] = (f"{local:%Y-%m-%d}", f"{local:%H:%M}")
    lines = [
        (f"{one.at.astimezone(LONDON):%Y-%m-%d}", f"{one.at.astimezone(LONDON):%H:%M}", one.title, one.note)
        for one in known.milestones
    ]
    return Typed("Europe/London", "120", times, lines)


def written_to(world: World) -> list[tuple[str, str]]:
    rows = world.session.execute(
        select(OutboxMail.to_address, OutboxMail.values).where(OutboxMail.template == "dates_moved")
    )
    return sorted((row[0], row[1]["what"]) for row in rows)


def test_a_moved_close_tells_those_whose_deadline_it_is(world: World) -> None:
    world.nominate()
    world.submitted(nominator_email="sent@home.example")
    ctx = world.ctx("adam")
    known = timetable(ctx, "small-2026")
    typed = as_typed(known, closes=timedelta(days=4))

    with pytest.raises(NeedsReason) as asked_why:
        retiming.retime(ctx, "small-2026", typed, seen=known.seen)
    assert asked_why.value.changes == (
        "The closing of entries was Fri 22 May 2026, 17:00 and is now Tue 26 May 2026, 17:00.",
    )
    assert retiming.retime(ctx, "small-2026", typed, seen=known.seen, reason="The bank holiday.") == 1

    assert written_to(world) == [("alice@home.example", "Nominations close")]
    was = known.stops[1].at
    assert was is not None
    assert world.season().closes_at == was + timedelta(days=4)
    cards = world.session.execute(select(RuleCard.number, RuleCard.reason).order_by(RuleCard.number)).all()
    assert [tuple(card) for card in cards] == [(1, None), (2, "The bank holiday.")]


def test_a_moved_round_tells_judges_with_work_left_once_and_moves_every_category(lite_world: World) -> None:
    world = lite_world
    for entry in [elsewhere(world, title) for title in ("One", "Two")]:
        asked(world, entry, "jill")
    world.clock.at = JUDGING
    ctx = world.ctx("adam")
    known = timetable(ctx, "small-2026")
    typed = as_typed(known, round_1_closes=timedelta(days=2))
    assert retiming.retime(ctx, "small-2026", typed, seen=known.seen, reason="Illness.") == 1
    assert [to for to, _ in written_to(world)] == ["jill@judges.example"]
    ends = world.session.scalars(select(Round.closes_at).where(Round.position == 1)).all()
    assert set(ends) == {known.spans[1].closes + timedelta(days=2)}


def test_nothing_moves_when_somebody_was_faster_or_the_order_is_wrong(lite_world: World) -> None:
    ctx = lite_world.ctx("adam")
    known = timetable(ctx, "small-2026")
    late = as_typed(known, outcomes=timedelta(days=1))
    retiming.retime(ctx, "small-2026", late, seen=known.seen, reason="So.")
    with pytest.raises(Faster) as faster:
        retiming.retime(ctx, "small-2026", as_typed(known), seen=known.seen)
    assert (faster.value.who, faster.value.when) == ("Adam Admin", ctx.now)

    now = timetable(ctx, "small-2026")
    for bad, fields in (
        (as_typed(now, outcomes=timedelta(days=-200)), {"outcomes"}),
        (replace(as_typed(now), zone="Mars/Olympus"), {"zone"}),
        (replace(as_typed(now), grace_minutes="soon"), {"grace"}),
        (replace(as_typed(now), milestones=[("2026-03-29", "01:30", "", "")]), {"milestone-0", "milestone-0-title"}),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            retiming.retime(ctx, "small-2026", bad, seen=now.seen, reason="x")
        assert set(refused.value.errors) == fields
    assert timetable(ctx, "small-2026").seen == now.seen


def test_only_those_who_set_up_move_dates(lite_world: World) -> None:
    known = timetable(lite_world.ctx("audrey"), "small-2026")
    for who, refusal in (("audrey", NotAllowed), ("jack", NotFound), ("bob", NotFound)):
        with pytest.raises(refusal):
            retiming.retime(lite_world.ctx(who), "small-2026", as_typed(known), seen=known.seen)
