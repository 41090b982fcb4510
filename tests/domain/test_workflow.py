"""Every cell of the table, in every kind of situation, against an oracle that was written apart."""

import random
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heroes.domain.entry_states import Act, Facts, Given, Need, State
from heroes.domain.roles import Role
from heroes.domain.workflow import CHECKS, SENTENCES, Allowed, Refused, Why, decide, offer
from tests import state_oracle
from tests.state_oracle import ACTS, ROLES, STATES, Situation

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def facts_of(state: str | None, s: Situation) -> Facts:
    """The situation as the rules are told it."""
    closes = NOW + HOUR if s.before_close else NOW - 2 * HOUR
    return Facts(
        state=State(state) if state else None,
        now=NOW,
        opens_at=NOW - 9 * HOUR if s.opened else NOW + timedelta(minutes=1),
        closes_at=closes,
        grace_ends_at=NOW + timedelta(minutes=1) if s.in_grace else closes,
        begun_at=closes - HOUR if s.begun_before_close else closes,
        once_submitted=s.once_submitted,
        complete=s.complete,
        due_at=(NOW - HOUR if s.past_due else NOW + HOUR) if state == "returned" else None,
        scorecards_in=s.scorecards,
        quorum=s.quorum,
        eligible=s.eligible,
        last_round_closes_at=NOW - HOUR if s.last_round_closed else NOW + HOUR,
        shortlist_released=s.shortlist_out,
        outcomes_released=s.outcomes_out,
        season_ended=s.ended,
        places={"winner": 1},
        taken={} if s.place_left else {"winner": 1},
    )


def given_of(s: Situation) -> Given:
    """What the person handed over."""
    return Given(
        reason="why" if s.reason else "",
        message="what" if s.message else "",
        due_at=NOW + HOUR if s.due_to_come else NOW,
        level="winner" if s.level_known else "emperor",
        override=s.override,
    )


def answer(act: str, state: str | None, roles: frozenset[str], s: Situation) -> bool:
    """What the rules say."""
    verdict = decide(
        Act(act), frozenset(Role(r) for r in roles), facts_of(state, s), given_of(s), conflicted=s.conflict
    )
    if isinstance(verdict, Allowed):
        assert verdict.rule.target.value == state_oracle.target(act)
    return isinstance(verdict, Allowed)


WELL = [
    Situation(),
    Situation(scorecards=0),
    Situation(last_round_closed=True),
    Situation(once_submitted=False),
    Situation(past_due=True),
    Situation(ended=True),
    Situation(shortlist_out=True),
    Situation(outcomes_out=True, shortlist_out=True, last_round_closed=True),
    Situation(conflict=True, once_submitted=False),
]


@pytest.mark.parametrize("situation", WELL, ids=range(len(WELL)))
def test_every_cell_of_the_table_is_as_the_oracle_says(situation: Situation) -> None:
    wrong = [
        (state, act, role)
        for state in (None, *STATES)
        for act in ACTS
        for role in ROLES
        if answer(act, state, frozenset({role}), situation)
        is not state_oracle.allowed(act, state, frozenset({role}), situation)
    ]
    assert wrong == []


def test_the_situations_allow_every_act_at_least_once() -> None:
    """So that the walk above is not a walk through refusals only."""
    done = {
        act
        for situation in WELL
        for state in (None, *STATES)
        for act in ACTS
        for role in ROLES
        if state_oracle.allowed(act, state, frozenset({role}), situation)
    }
    assert done == set(ACTS)


@pytest.mark.parametrize("situation", WELL, ids=range(len(WELL)))
def test_one_thing_changed_changes_exactly_what_the_table_says(situation: Situation) -> None:
    """Each need just satisfied and just not: every single fact is turned over, for every cell."""
    wrong = []
    for fact in fields(Situation):
        value = getattr(situation, fact.name)
        for other in (0, 2, 3, 4) if isinstance(value, int) and not isinstance(value, bool) else (not value,):
            changed: dict[str, Any] = {fact.name: other}
            turned = replace(situation, **changed)
            wrong += [
                (fact.name, other, state, act, role)
                for state in (None, *STATES)
                for act in ACTS
                for role in ("owner", "admin", "chair", "member", "nominator", "import")
                if answer(act, state, frozenset({role}), turned)
                is not state_oracle.allowed(act, state, frozenset({role}), turned)
            ]
    assert wrong == []


def test_random_situations_and_random_sets_of_roles_agree() -> None:
    dice = random.Random(20260501)
    wrong = []
    for _ in range(12_000):
        values: dict[str, Any] = {
            f.name: dice.choice((0, 1, 2, 3)) if f.name in ("scorecards", "quorum") else dice.random() < 0.5
            for f in fields(Situation)
        }
        situation = Situation(**values)
        roles = frozenset(dice.sample(ROLES[:-2], dice.choice((1, 1, 2, 3))))
        act, state = dice.choice(ACTS), dice.choice((None, *STATES))
        if answer(act, state, roles, situation) is not state_oracle.allowed(act, state, roles, situation):
            wrong.append((act, state, sorted(roles), situation))
    assert wrong == []


# ---- instants: the moment itself belongs to one side ----


def refused(act: Act, roles: set[Role], facts: Facts, given: Given | None = None) -> Why | None:
    verdict = decide(act, frozenset(roles), facts, given)
    return verdict.why if isinstance(verdict, Refused) else None


SECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("offset", "begun", "why"),
    [
        (-SECOND, -HOUR, None),
        (timedelta(0), -HOUR, None),
        (timedelta(0), timedelta(0), Why.CLOSED),
        (timedelta(0), -SECOND, None),
        (HOUR - SECOND, -SECOND, None),
        (HOUR, -HOUR, Why.CLOSED),
    ],
    ids=["just before", "at the close", "begun at it", "begun just before it", "grace's end", "after"],
)
def test_the_close_and_the_grace_are_instants(offset: timedelta, begun: timedelta, why: Why | None) -> None:
    closes = NOW
    facts = Facts(
        State.DRAFT,
        closes + offset,
        opens_at=closes - 9 * HOUR,
        closes_at=closes,
        grace_ends_at=closes + HOUR,
        begun_at=closes + begun,
    )
    assert refused(Act.SUBMIT, {Role.NOMINATOR}, facts) is why


def test_the_opening_the_due_instant_and_the_last_close_are_instants() -> None:
    def starting(at: datetime) -> Why | None:
        return refused(Act.START, {Role.NOMINATOR}, Facts(None, at, opens_at=NOW, closes_at=NOW + HOUR))

    def resubmitting(at: datetime) -> Why | None:
        return refused(Act.RESUBMIT, {Role.NOMINATOR}, Facts(State.RETURNED, at, due_at=NOW))

    def passing_over(at: datetime) -> Why | None:
        facts = Facts(State.RETURNED, at, due_at=NOW)
        return refused(Act.NOT_SHORTLIST, {Role.ADMIN}, facts, Given(reason="late"))

    def withdrawing(at: datetime) -> Why | None:
        return refused(Act.WITHDRAW, {Role.NOMINATOR}, Facts(State.SUBMITTED, at, last_round_closes_at=NOW))

    def not_awarding(at: datetime) -> Why | None:
        return refused(Act.NOT_AWARD, {Role.ADMIN}, Facts(State.SHORTLISTED, at, last_round_closes_at=NOW))

    before, at = NOW - SECOND, NOW
    assert {
        "start": (starting(before), starting(at), starting(NOW + HOUR - SECOND), starting(NOW + HOUR)),
        "resubmit": (resubmitting(before), resubmitting(at)),
        "not_shortlist": (passing_over(before), passing_over(at)),
        "withdraw": (withdrawing(before), withdrawing(at)),
        "not_award": (not_awarding(before), not_awarding(at)),
    } == {
        "start": (Why.NOT_OPEN_YET, None, None, Why.CLOSED),
        "resubmit": (None, Why.RETURN_OVERDUE),
        "not_shortlist": (Why.RETURN_NOT_DUE, None),
        "withdraw": (None, Why.JUDGING_CLOSED),
        "not_award": (Why.ROUND_OPEN, None),
    }


def test_a_due_instant_must_still_be_to_come() -> None:
    facts = Facts(State.SUBMITTED, NOW)

    def back(due: datetime | None) -> Why | None:
        return refused(Act.RETURN, {Role.ADMIN}, facts, Given(message="m", due_at=due))

    assert [back(None), back(NOW), back(NOW + SECOND)] == [Why.NEEDS_DUE, Why.NEEDS_DUE, None]


def test_each_level_counts_its_own_places() -> None:
    facts = Facts(
        State.SHORTLISTED,
        NOW,
        last_round_closes_at=NOW,
        places={"winner": 1, "commended": 2},
        taken={"winner": 1, "commended": 1},
    )

    def award(level: str, taken: dict[str, int]) -> Why | None:
        return refused(Act.AWARD, {Role.ADMIN}, replace(facts, taken=taken), Given(level=level))

    assert [
        award("winner", {"winner": 1, "commended": 1}),
        award("commended", {"winner": 1, "commended": 1}),
        award("commended", {"commended": 2}),
        award("", {}),
    ] == [Why.LEVEL_FULL, None, Why.LEVEL_FULL, Why.UNKNOWN_LEVEL]


def test_a_quorum_of_none_still_asks_for_one_scorecard() -> None:
    facts = Facts(State.SUBMITTED, NOW, eligible=True, quorum=0, scorecards_in=0)
    assert refused(Act.SHORTLIST, {Role.ADMIN}, facts) is Why.NO_QUORUM
    assert refused(Act.SHORTLIST, {Role.ADMIN}, replace(facts, scorecards_in=1)) is None


# ---- what a refusal may tell ----


@pytest.mark.parametrize("closed", [False, True], ids=["judging", "judging closed"])
@pytest.mark.parametrize("ended", [False, True], ids=["running", "ended"])
def test_no_refusal_tells_an_entrant_which_judged_state_it_is(closed: bool, ended: bool) -> None:
    """Asked for any act, the judged states answer alike, as far as the calendar lets an entry be in them."""
    judged = ["submitted", "shortlisted", "not_shortlisted"] + (["awarded", "not_awarded"] if closed else [])
    situation = Situation(last_round_closed=closed, ended=ended)
    for act in ACTS:
        for role in (Role.NOMINATOR, Role.MEMBER, Role.MANAGER):
            answers = {
                repr(decide(Act(act), frozenset({role}), facts_of(state, situation), given_of(situation)))
                for state in judged
            }
            assert len(answers) == 1, (act, role)


def test_an_awarded_entry_is_never_withdrawn_by_its_entrant_even_if_a_round_were_opened_again() -> None:
    assert not answer("withdraw", "awarded", frozenset({"nominator"}), Situation(last_round_closed=False))


def test_the_label_of_an_act_is_the_role_it_is_done_in() -> None:
    cases = {
        frozenset({Role.OWNER}): Role.OWNER,
        frozenset({Role.ADMIN}): Role.ADMIN,
        frozenset({Role.OWNER, Role.ADMIN}): Role.OWNER,
        frozenset({Role.MANAGER}): Role.MEMBER,
        frozenset({Role.NOMINATOR}): Role.NOMINATOR,
        frozenset({Role.NOMINATOR, Role.ADMIN}): Role.NOMINATOR,
    }
    facts, given = facts_of("submitted", Situation()), Given(reason="because")
    found = {}
    for roles in cases:
        verdict = decide(Act.WITHDRAW, roles, facts, given)
        assert isinstance(verdict, Allowed)
        found[roles] = verdict.role
    assert found == cases


def test_staff_who_may_not_hear_why_and_others_hear_nothing_of_the_state() -> None:
    facts = facts_of("awarded", Situation(last_round_closed=True))
    assert refused(Act.SHORTLIST, {Role.ADMIN}, facts) is Why.WRONG_STATE
    assert refused(Act.SHORTLIST, {Role.NOMINATOR}, facts) is Why.NOT_YOURS
    conflicted = decide(
        Act.RETURN, frozenset({Role.ADMIN}), facts_of("submitted", Situation()), conflicted=True
    )
    assert isinstance(conflicted, Refused)
    assert conflicted.why is Why.CONFLICT


def test_every_need_has_a_check_and_every_reason_a_sentence() -> None:
    assert set(CHECKS) == set(Need)
    assert set(SENTENCES) == set(Why)
    assert [s for s in SENTENCES.values() if not s.endswith(".") or "reject" in s.lower()] == []


# ---- offers: what a page may show as a button ----


def test_an_act_is_offered_exactly_when_some_filled_in_form_would_do() -> None:
    """Against every form there could be: with and without each thing that a form can hold."""
    forms = [
        Given(reason=r, message=m, due_at=d, level=level, override=o)
        for r in ("", "why")
        for m in ("", "what")
        for d in (None, NOW + HOUR)
        for level in ("", "winner")
        for o in (False, True)
    ]
    wrong = []
    for situation in WELL + [replace(s, complete=False, place_left=False) for s in WELL[:3]]:
        for state in STATES:
            for act in Act:
                for role in (Role.OWNER, Role.ADMIN, Role.CHAIR, Role.NOMINATOR):
                    facts = facts_of(state, situation)
                    shown = offer(act, frozenset({role}), facts, conflicted=situation.conflict)
                    possible = any(
                        isinstance(
                            decide(act, frozenset({role}), facts, form, conflicted=situation.conflict),
                            Allowed,
                        )
                        for form in forms
                    )
                    if isinstance(shown, Allowed) is not possible:
                        wrong.append((state, act, role, situation))
    assert wrong == []
