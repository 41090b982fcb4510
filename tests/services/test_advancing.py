"""A category of three rounds: who goes on from the first to the second, and from there all the way to the award."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from heroes.domain.entry_states import Act, Given
from heroes.models import AuditRecord, Category, Entry, OutboxMail, Round, RoundEntry
from heroes.services import acting, advancing, deciding, recusing, rounds
from heroes.services.boards import Board
from heroes.services.deciding import FINALIST, Stage, stage_of
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, NotNow
from heroes.services.standings import standings
from tests.counting import statements
from tests.judging import handed_in
from tests.outcomes import eligible, moved
from tests.three_rounds import FINAL, SECOND, TEAMS, WRITTEN, teams, third_round
from tests.two_at_once import one_after_the_other
from tests.world import FINAL_JUDGED, JUDGED, JUDGING, World


def seen(world: World, in_round: str = "written", who: str = "adam") -> Board:
    world.computed()
    return standings(world.ctx(who), *TEAMS, in_round)


def taken_on(world: World, *entries: Entry, who: str = "adam", reason: str = "", **more: Any) -> int:
    board = seen(world)
    given = {"run": board.quoted} | more
    chosen = {entry.handle: entry.version for entry in entries}
    return advancing.advance(world.ctx(who), *WRITTEN, chosen=chosen, reason=reason, **given)


def there(world: World, in_round: str) -> set[str]:
    """The titles of those admitted to a round."""
    world.session.rollback()
    return set(
        world.session.scalars(
            select(Entry.title)
            .join(RoundEntry, RoundEntry.entry_id == Entry.id)
            .join(Round, Round.id == RoundEntry.round_id)
            .join(Category, Category.id == Round.category_id)
            .where(Round.slug == in_round, Category.slug == "teams")
        )
    )


def test_exactly_the_chosen_go_on_and_nothing_else_happens(world: World) -> None:
    one, two, three = teams(world, "Team One", "Team Two", "Team Three")
    mails = world.session.scalar(select(func.count()).select_from(OutboxMail))
    before = [(e.state, e.version, e.state_since) for e in (one, two, three)]
    shown = seen(world)

    assert taken_on(world, one, three) == 2

    assert there(world, "second") == {"Team One", "Team Three"}
    assert there(world, "written") == {"Team One", "Team Two", "Team Three"}
    world.session.expire_all()
    assert [(e.state, e.version, e.state_since) for e in (one, two, three)] == before
    assert world.session.scalar(select(func.count()).select_from(OutboxMail)) == mails
    records = world.session.scalars(
        select(AuditRecord).where(AuditRecord.act == "entry.admit").order_by(AuditRecord.id)
    ).all()
    assert [(r.entry_id, r.actor_name) for r in records] == [(one.id, "Adam Admin"), (three.id, "Adam Admin")]
    assert records[0].body == {
        "before": {"round": "teams/written"},
        "after": {
            "round": "teams/second",
            "digest": shown.digest,
            "method": "mean",
            "rules": "2026.1",
            "run": shown.quoted,
        },
    }


def test_three_rounds_all_the_way_to_the_award(world: World) -> None:
    one, two, three = teams(world, "Team One", "Team Two", "Team Three")
    assert [stage_of(seen(world, r)) for r in ("written", "second", "final")] == [
        Stage.EARLY,
        Stage.SHORTLIST,
        Stage.FINAL,
    ]
    taken_on(world, one, two)
    world.clock.at = SECOND
    for entry, mark in ((one, "4"), (two, "8")):
        world.session.refresh(entry)
        handed_in(world, entry, "jill", outcome=mark, learning="5")
    world.clock.at = SECOND + timedelta(days=10)

    second = seen(world, "second")
    assert [line.entry.title for line in second.ranked] == ["Team Two", "Team One"]
    deciding.shortlist(
        world.ctx("adam"),
        *TEAMS,
        "second",
        run=second.quoted,
        chosen={e.handle: e.version for e in (one, two)},
        rest={},
    )
    moved(world, three, Act.NOT_SHORTLIST)
    assert rounds.open_final(world.ctx("adam"), *TEAMS) == 2
    world.clock.at = FINAL
    for entry, mark in ((one, "9"), (two, "3")):
        world.session.refresh(entry)
        handed_in(world, entry, "jack", outcome=mark, learning="5")
    world.clock.at = FINAL_JUDGED
    final = seen(world, "final")
    deciding.award(
        world.ctx("adam"),
        *TEAMS,
        "final",
        run=final.quoted,
        choices={one.handle: "winner", two.handle: FINALIST},
        versions={e.handle: e.version for e in (one, two)},
    )
    world.session.expire_all()
    assert [e.state for e in (one, two, three)] == ["awarded", "not_awarded", "not_shortlisted"]


def test_a_chair_shortlists_from_the_second_what_came_there(world: World) -> None:
    one, *_ = teams(world, "Team One", "Team Two")
    taken_on(world, one)
    board = seen(world, "second", "chloe")
    assert [line.entry.title for line in board.lines] == ["Team One"]
    with pytest.raises(NotNow, match="not decided on this round"):
        deciding.shortlist(
            world.ctx("chloe"),
            *WRITTEN,
            run=seen(world).quoted,
            chosen={one.handle: one.version},
            rest={},
        )


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("audrey", NotAllowed),
        ("chloe", NotFound),
        ("jack", NotFound),
        ("bob", NotFound),
        ("stranger", NotFound),
    ],
)
def test_only_owner_and_admin_take_on(world: World, who: str, refusal: type[Exception]) -> None:
    (one,) = teams(world, "Team One")
    with pytest.raises(refusal):
        taken_on(world, one, who=who)
    assert there(world, "second") == set()
    assert taken_on(world, one, who="olive") == 1


def test_a_second_press_and_a_decided_entry_are_refused_with_the_whole(world: World) -> None:
    one, two, three = teams(world, "Team One", "Team Two", "Team Three")
    taken_on(world, one)
    with pytest.raises(NotNow, match=r"SH-26-0001: It is in the next round already\."):
        taken_on(world, one, two)
    moved(world, two, Act.SHORTLIST)
    with pytest.raises(NotNow, match=r"SH-26-0002: It is decided already"):
        taken_on(world, two, three)
    assert there(world, "second") == {"Team One"}


def test_nobody_takes_on_an_entry_that_they_are_connected_with(world: World) -> None:
    one, *_ = teams(world, "Team One")
    recusing.declare(world.ctx("adam"), one.handle, "My old team.")
    with pytest.raises(NotNow, match="You have a connection"):
        taken_on(world, one)
    assert taken_on(world, one, who="olive") == 1


def test_an_entry_that_is_not_screened_as_eligible_stays(world: World) -> None:
    (one,) = teams(world, "Team One")
    one.screening, one.screening_reason = "query", "Which office?"
    world.session.commit()
    with pytest.raises(NotNow, match="not been screened as eligible"):
        taken_on(world, one)


def test_below_the_quorum_a_reason_is_asked_for_and_kept_there_only(world: World) -> None:
    one, two = teams(world, "Team One", "Team Two", marks="9")
    with pytest.raises(Invalid) as refused:
        taken_on(world, one, two)
    assert set(refused.value.errors) == {"reason"}
    world.session.rollback()
    assert taken_on(world, one, two, reason="Jill is ill.") == 2
    bodies = world.session.scalars(
        select(AuditRecord.body).where(AuditRecord.act == "entry.admit").order_by(AuditRecord.id)
    ).all()
    assert [body and body.get("reason") for body in bodies] == [None, "Jill is ill."]


def test_whoever_saw_other_marks_or_another_entry_is_told(world: World) -> None:
    one, two = teams(world, "Team One", "Team Two")
    old = seen(world).quoted
    world.clock.at = JUDGING
    handed_in(world, two, "jill", outcome="9", learning="9")
    world.clock.at = JUDGED
    with pytest.raises(Faster, match="scorecard"):
        taken_on(world, one, run=old)
    world.session.rollback()
    board = seen(world)
    stale = {one.handle: one.version - 1}
    with pytest.raises(Faster):
        advancing.advance(world.ctx("adam"), *WRITTEN, run=board.quoted, chosen=stale)
    assert there(world, "second") == set()


@pytest.mark.parametrize("in_round", ["second", "final"])
def test_later_rounds_take_nobody_on(world: World, in_round: str) -> None:
    (one,) = teams(world, "Team One")
    board = seen(world, in_round)
    with pytest.raises(NotNow, match="at least two more"):
        advancing.advance(
            world.ctx("adam"),
            *TEAMS,
            in_round,
            run=board.quoted,
            chosen={one.handle: one.version},
        )


def test_nothing_and_somebody_elses_are_said(world: World) -> None:
    (one,) = teams(world, "Team One")
    with pytest.raises(Invalid):
        taken_on(world)
    stranger = eligible(world, "Ada Ames")
    world.clock.at = JUDGED
    with pytest.raises(NotFound):
        taken_on(world, one, stranger)
    late = eligible(world, "Team Late", "teams")
    world.session.execute(delete(RoundEntry).where(RoundEntry.entry_id == late.id))
    world.session.commit()
    world.clock.at = JUDGED
    with pytest.raises(NotFound, match="not in this round"):
        taken_on(world, one, late)


def test_in_an_ended_season_nobody_goes_on(world: World) -> None:
    (one,) = teams(world, "Team One")
    season = world.season()
    season.ended_at = JUDGED
    world.session.commit()
    with pytest.raises(NotNow, match="ended"):
        taken_on(world, one)


def test_an_entry_that_is_withdrawn_at_this_moment_does_not_go_on(world: World) -> None:
    (one,) = teams(world, "Team One")
    board = seen(world)
    handle, version, run = one.handle, one.version, board.quoted

    def take_on(ctx: Any) -> object:
        return advancing.advance(ctx, *WRITTEN, run=run, chosen={handle: version})

    def disqualify(ctx: Any) -> object:
        return acting.press(ctx, handle, Act.DISQUALIFY, Given(reason="Not in the country."), version)

    outcome = one_after_the_other(world, ("olive", disqualify), "INSERT INTO audit", ("adam", take_on))
    assert outcome == ("done", "faster")
    assert there(world, "second") == set()


def test_the_plan_has_a_literal_number_of_statements(world: World) -> None:
    counts: list[int] = []
    for names in (("Team One",), ("Team Two", "Team Three")):
        made = [eligible(world, name, "teams") for name in names]
        assert made
        if not counts:
            third_round(world)
        world.clock.at = JUDGED
        board = seen(world)
        ctx = world.ctx("adam")
        with statements(world) as sent:
            assert len(advancing.plan(ctx, board)) == len(board.lines)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 3
