"""Marking: drafts at any time, marks append-only, absent is not zero, and nothing outside the round's time."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from heroes.domain.entry_states import State
from heroes.models import Assignment, AuditRecord, Criterion, Mark, PanelMember, Round, ScoreSet
from heroes.services import recusing, scoring
from heroes.services.refusals import Faster, Invalid, NotFound
from heroes.services.scoring import CardClosed
from tests.judging import COMMENT, GOOD, asked, assignment, cards, elsewhere, handed_in, handle_of, marks_kept
from tests.world import JUDGED, JUDGING, World


def set_on(world: World, thing: Any, **values: Any) -> None:
    """Change a row behind the services' backs."""
    world.session.execute(update(type(thing)).where(type(thing).id == thing.id).values(**values))
    world.session.commit()


def test_a_draft_may_be_as_incomplete_as_it_likes(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    kept = scoring.save(world.ctx("jack"), one.handle, 1, {}, "")
    assert (kept.revision, kept.saved_at, kept.zone) == (2, JUDGING, "Europe/London")
    kept = scoring.save(world.ctx("jack"), one.handle, 2, {"beyond": "", "difference": None}, " A start ")
    one = assignment(world, entry, "jack")
    assert (one.draft, one.draft_comment, one.revision, one.state) == (
        {"beyond": ""},
        "A start",
        3,
        "assigned",
    )
    assert (cards(world, entry), marks_kept(world, one)) == ((1, 0), {})


def test_handing_in_appends_the_marks_and_counts_the_card(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    handed = scoring.submit(world.ctx("jack"), one.handle, 1, GOOD, COMMENT)
    one = assignment(world, entry, "jack")
    assert (handed.submission, str(handed.total)) == (1, "74.00")
    assert (one.state, one.submission, str(one.total)) == ("submitted", 1, "74.00")
    assert (one.submitted_at, one.saved_at, one.comment) == (JUDGING, JUDGING, COMMENT)
    assert marks_kept(world, one) == {1: ["7", "8"]}
    assert cards(world, entry) == (1, 1)
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "scorecard.submit")).one()
    assert (record.entry_id, record.acting_as, record.actor) == (
        entry.id,
        "judge",
        f"user:{world.people['jack']}",
    )
    assert record.body == {
        "after": {
            "round": "written",
            "submission": 1,
            "total": "74",
            "marks": {"difference": "7", "beyond": "8"},
            "comment": COMMENT,
        }
    }


def test_handing_in_again_appends_and_leaves_the_old_marks(world: World) -> None:
    entry = elsewhere(world)
    one = handed_in(world, entry, "jack")
    again = scoring.submit(
        world.ctx("jack"), one.handle, one.revision, {"difference": "9", "beyond": ""}, "Better"
    )
    one = assignment(world, entry, "jack")
    assert (again.submission, str(again.total), one.comment) == (2, "90.00", "Better")
    assert marks_kept(world, one) == {1: ["7", "8"], 2: ["9", None]}
    assert cards(world, entry) == (1, 1)


def test_an_abstention_is_kept_as_no_mark_and_never_as_zero(world: World) -> None:
    entry = elsewhere(world)
    one = handed_in(world, entry, "jack", beyond="")
    assert marks_kept(world, one) == {1: ["7", None]}
    assert str(one.total) == "70.00"


def test_a_draft_after_handing_in_changes_neither_marks_nor_the_comment_that_others_read(
    world: World,
) -> None:
    entry = elsewhere(world)
    one = handed_in(world, entry, "jack")
    world.clock.forward(minutes=5)
    scoring.save(world.ctx("jack"), one.handle, one.revision, {"difference": "1"}, "On second thoughts")
    one = assignment(world, entry, "jack")
    assert (one.state, str(one.total), one.comment) == ("submitted", "74.00", COMMENT)
    assert (one.draft, one.draft_comment) == ({"difference": "1"}, "On second thoughts")
    assert one.saved_at == JUDGING + timedelta(minutes=5)
    assert one.submitted_at == JUDGING
    assert (cards(world, entry), marks_kept(world, one)) == ((1, 1), {1: ["7", "8"]})


@pytest.mark.parametrize(
    "raw,wrong",
    [
        ({"difference": "11", "beyond": "8"}, {"difference"}),
        ({"difference": "7.5", "beyond": "-1"}, {"difference", "beyond"}),
        ({"difference": "<b>", "beyond": "8"}, {"difference"}),
    ],
)
def test_marks_off_their_scale_are_refused_in_a_draft_and_in_a_scorecard(
    world: World, raw: dict[str, str | None], wrong: set[str]
) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    for act in (scoring.save, scoring.submit):
        with pytest.raises(Invalid) as refused:
            act(world.ctx("jack"), one.handle, 1, raw, "")
        assert set(refused.value.errors) == wrong
    one = assignment(world, entry, "jack")
    assert (one.draft, one.revision, cards(world, entry)) == ({}, 1, (1, 0))


@pytest.mark.parametrize(
    "raw,wrong",
    [
        ({"difference": "7"}, {"beyond"}),
        ({}, {"difference", "beyond"}),
        ({"difference": "", "beyond": ""}, {"difference"}),
    ],
)
def test_an_incomplete_scorecard_is_not_handed_in(
    world: World, raw: dict[str, str | None], wrong: set[str]
) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    with pytest.raises(Invalid) as refused:
        scoring.submit(world.ctx("jack"), one.handle, 1, raw, "")
    assert set(refused.value.errors) == wrong
    assert (cards(world, entry), marks_kept(world, one)) == ((1, 0), {})


def test_a_score_set_may_ask_for_words(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    score_set = world.session.get_one(ScoreSet, world.session.get_one(Round, one.round_id).score_set_id)
    set_on(world, score_set, comment_words=5)
    with pytest.raises(Invalid) as refused:
        scoring.submit(world.ctx("jack"), one.handle, 1, GOOD, "only four words here")
    assert refused.value.errors == {"comment": "5 words or more, please: 1 more word needed."}
    scoring.save(world.ctx("jack"), one.handle, 1, GOOD, "only four words here")
    scoring.submit(world.ctx("jack"), one.handle, 2, GOOD, "now there are five words")


def test_two_windows_cannot_overwrite_each_other(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    scoring.save(world.ctx("jack"), one.handle, 1, {"difference": "3"}, "First")
    for act in (scoring.save, scoring.submit):
        with pytest.raises(Faster):
            act(world.ctx("jack"), one.handle, 1, GOOD, "Second")
    one = assignment(world, entry, "jack")
    assert (one.draft, one.draft_comment, one.revision) == ({"difference": "3"}, "First", 2)
    assert (cards(world, entry), marks_kept(world, one)) == ((1, 0), {})


def test_a_double_press_hands_in_once(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    scoring.submit(world.ctx("jack"), one.handle, 1, GOOD, COMMENT)
    with pytest.raises(Faster):
        scoring.submit(world.ctx("jack"), one.handle, 1, GOOD, COMMENT)
    assert (cards(world, entry), marks_kept(world, one)) == ((1, 1), {1: ["7", "8"]})


@pytest.mark.parametrize("who", ["jill", "chloe", "adam", "olive", "audrey", "bob", "stranger"])
def test_nobody_elses_scorecard_is_there(world: World, who: str) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    with pytest.raises(NotFound) as refused:
        scoring.open_card(world.ctx(who), one.handle)
    assert str(refused.value) == "There is no page at this address."
    for act in (scoring.save, scoring.submit):
        with pytest.raises(NotFound) as refused:
            act(world.ctx(who), one.handle, 1, GOOD, COMMENT)
        assert str(refused.value) == "There is no page at this address."


def edge(world: World, one: Assignment, which: str) -> Any:
    round_ = world.session.get_one(Round, one.round_id)
    return round_.opens_at if which == "opens" else round_.closes_at


@pytest.mark.parametrize(
    "which,offset,open_then",
    [
        ("opens", timedelta(seconds=-1), False),
        ("opens", timedelta(0), True),
        ("closes", timedelta(seconds=-1), True),
        ("closes", timedelta(0), False),
    ],
)
def test_a_scorecard_takes_marks_from_the_opening_to_the_close_and_not_a_second_longer(
    world: World, which: str, offset: timedelta, open_then: bool
) -> None:
    one = asked(world, elsewhere(world), "jack")
    world.clock.at = edge(world, one, which) + offset
    card = scoring.open_card(world.ctx("jack"), one.handle)
    assert bool(card.shut) is not open_then
    if open_then:
        scoring.save(world.ctx("jack"), one.handle, 1, GOOD, COMMENT)
        scoring.submit(world.ctx("jack"), one.handle, 2, GOOD, COMMENT)
        return
    for act in (scoring.save, scoring.submit):
        with pytest.raises(CardClosed):
            act(world.ctx("jack"), one.handle, 1, GOOD, COMMENT)
    assert marks_kept(world, one) == {}


def test_an_ended_season_takes_no_marks(world: World) -> None:
    one = asked(world, elsewhere(world), "jack")
    set_on(world, world.season(), ended_at=JUDGING)
    with pytest.raises(CardClosed):
        scoring.submit(world.ctx("jack"), one.handle, 1, GOOD, COMMENT)


STATES: dict[State, dict[str, Any]] = {
    State.SUBMITTED: {},
    State.RETURNED: {"due_at": JUDGED, "state_reason": "Please say more"},
    State.WITHDRAWN: {"state_as": "nominator"},
    State.INELIGIBLE: {"state_reason": "Not in the country"},
    State.SHORTLISTED: {"decided_digest": "d", "decided_method": "mean", "decided_rules": "2026.1"},
    State.NOT_SHORTLISTED: {},
    State.AWARDED: {
        "level": "winner",
        "decided_digest": "d",
        "decided_method": "mean",
        "decided_rules": "2026.1",
    },
    State.NOT_AWARDED: {},
}


@pytest.mark.parametrize("state", list(STATES))
def test_only_an_entry_in_the_competition_takes_marks_and_decisions_do_not_show(
    world: World, state: State
) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    set_on(world, entry, state=state.value, **STATES[state])
    card = scoring.open_card(world.ctx("jack"), one.handle)
    gone = state in (State.RETURNED, State.WITHDRAWN, State.INELIGIBLE)
    assert bool(card.shut) is gone
    if gone:
        with pytest.raises(CardClosed):
            scoring.submit(world.ctx("jack"), one.handle, 1, GOOD, COMMENT)
    else:
        scoring.submit(world.ctx("jack"), one.handle, 1, GOOD, COMMENT)


def test_a_judge_who_stepped_back_finds_nothing_and_a_late_press_says_so(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    recusing.recuse(world.ctx("adam"), entry.handle, handle_of(world, "jack"), "His sister")
    with pytest.raises(NotFound) as refused:
        scoring.open_card(world.ctx("jack"), one.handle)
    assert str(refused.value) == "There is no page at this address."
    with pytest.raises(NotFound) as refused:
        scoring.save(world.ctx("jack"), one.handle, 1, GOOD, COMMENT)
    assert str(refused.value) == scoring.TAKEN_BACK


def test_a_judge_who_left_the_panel_finds_nothing(world: World) -> None:
    one = asked(world, elsewhere(world), "jack")
    jack = world.people["jack"]
    for member in world.session.scalars(select(PanelMember).where(PanelMember.user_id == jack)):
        world.session.delete(member)
    world.session.commit()
    with pytest.raises(NotFound):
        scoring.open_card(world.ctx("jack"), one.handle)


def test_the_marks_carry_their_criteria_and_their_moment(world: World) -> None:
    entry = elsewhere(world)
    one = handed_in(world, entry, "jack")
    rows = world.session.execute(
        select(Criterion.key, Mark.given_at)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(Mark.assignment_id == one.id)
        .order_by(Criterion.position)
    )
    assert [tuple(row) for row in rows] == [("difference", JUDGING), ("beyond", JUDGING)]
