"""May this act happen now? The one answer that buttons, the door, the command line and the tests share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from heroes.domain.entry_states import ENDED_SEASON_ACTS, JUDGED, RULES, Act, Facts, Given, Need, Rule, State
from heroes.domain.roles import STAFF, Role, with_implied


class Why(StrEnum):
    """Reason codes of a refusal."""

    WRONG_STATE = "wrong_state"
    NOT_YOURS = "not_yours"
    CONFLICT = "conflict"
    SEASON_ENDED = "season_ended"
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    LATE_NEEDS_REASON = "late_needs_reason"
    INCOMPLETE = "incomplete"
    NEEDS_MESSAGE = "needs_message"
    NEEDS_DUE = "needs_due"
    ALREADY_MARKED = "already_marked"
    RETURN_OVERDUE = "return_overdue"
    RETURN_NOT_DUE = "return_not_due"
    JUDGING_CLOSED = "judging_closed"
    OUTCOMES_OUT = "outcomes_out"
    NEEDS_REASON = "needs_reason"
    WAS_SUBMITTED = "was_submitted"
    NEVER_SUBMITTED = "never_submitted"
    NOT_ELIGIBLE = "not_eligible"
    NO_QUORUM = "no_quorum"
    NO_QUORUM_REASON = "no_quorum_reason"
    OWNER_ONLY = "owner_only"
    ROUND_OPEN = "round_open"
    UNKNOWN_LEVEL = "unknown_level"
    LEVEL_FULL = "level_full"


SENTENCES: dict[Why, str] = {
    Why.WRONG_STATE: "This cannot be done from where the entry stands now.",
    Why.NOT_YOURS: "This is not for you to do.",
    Why.CONFLICT: "You have a connection with this entry, so somebody else has to do this.",
    Why.SEASON_ENDED: "The season has ended. Only an owner can still correct it.",
    Why.NOT_OPEN_YET: "This category has not opened yet.",
    Why.CLOSED: "This category has closed.",
    Why.LATE_NEEDS_REASON: "The category has closed. An admin may still do this, with a reason.",
    Why.INCOMPLETE: "A required answer is missing or does not fit.",
    Why.NEEDS_MESSAGE: "Write a message to the entrant that says what is missing.",
    Why.NEEDS_DUE: "Say until when, at an instant that is still to come.",
    Why.ALREADY_MARKED: "A judge has already submitted a scorecard for it in this round.",
    Why.RETURN_OVERDUE: "The time to send it back in has passed. An admin may still do it, with a reason.",
    Why.RETURN_NOT_DUE: "It is back with its entrant, who still has time.",
    Why.JUDGING_CLOSED: "Judging has closed, so it can no longer be withdrawn.",
    Why.OUTCOMES_OUT: "The outcomes have been released.",
    Why.NEEDS_REASON: "Give a reason.",
    Why.WAS_SUBMITTED: "It was once submitted, so it is reinstated rather than restored.",
    Why.NEVER_SUBMITTED: "It was never submitted, so it is restored rather than reinstated.",
    Why.NOT_ELIGIBLE: "It has not been screened as eligible.",
    Why.NO_QUORUM: "It has fewer scorecards than the quorum. Override that with a reason, or wait.",
    Why.NO_QUORUM_REASON: "It has fewer scorecards than the quorum, so give a reason.",
    Why.OWNER_ONLY: "This has been released, so only an owner can change it.",
    Why.ROUND_OPEN: "The last round has not closed yet.",
    Why.UNKNOWN_LEVEL: "Choose one of the category's levels.",
    Why.LEVEL_FULL: "Every place of this level is taken.",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """No, and why: a code for programs and a sentence for people."""

    why: Why

    @property
    def sentence(self) -> str:
        """The refusal as a person reads it."""
        return SENTENCES[self.why]


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes: the row of the table that applies and the role it is done in."""

    rule: Rule
    role: Role


Check = Callable[[Facts, Given, frozenset[Role]], Why | None]


def _staff(roles: frozenset[Role]) -> bool:
    return Role.ADMIN in roles


def _open_to_start(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    return None if roles & {Role.ADMIN, Role.IMPORT} else _category_open(facts, given, roles)


def _category_open(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    if facts.opens_at is None or facts.now < facts.opens_at:
        return Why.NOT_OPEN_YET
    return Why.CLOSED if facts.closes_at is None or facts.now >= facts.closes_at else None


def _window(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    if Role.IMPORT in roles:
        return None
    opened = facts.opens_at is not None and facts.now >= facts.opens_at
    if not opened and not _staff(roles):
        return Why.NOT_OPEN_YET
    closes, grace = facts.closes_at, facts.grace_ends_at
    if closes is not None and facts.now < closes:
        return None
    begun_in_time = closes is not None and facts.begun_at is not None and facts.begun_at < closes
    if begun_in_time and grace is not None and facts.now < grace:
        return None
    if not _staff(roles):
        return Why.CLOSED
    return None if given.reason else Why.LATE_NEEDS_REASON


def _complete(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    return None if facts.complete or Role.IMPORT in roles else Why.INCOMPLETE


def _message_and_due(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    if not given.message:
        return Why.NEEDS_MESSAGE
    return Why.NEEDS_DUE if given.due_at is None or given.due_at <= facts.now else None


def _no_scorecard(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    return Why.ALREADY_MARKED if facts.scorecards_in else None


def _return_window(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    if Role.IMPORT in roles or (facts.due_at is not None and facts.now < facts.due_at):
        return None
    return None if _staff(roles) and given.reason else Why.RETURN_OVERDUE


def _withdraw_window(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    if Role.ADMIN in roles:
        ended_owner = facts.season_ended and Role.OWNER in roles
        return Why.OUTCOMES_OUT if facts.outcomes_released and not ended_owner else None
    closes = facts.last_round_closes_at
    return Why.JUDGING_CLOSED if closes is not None and facts.now >= closes else None


def _reason_if_staff(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    return Why.NEEDS_REASON if Role.ADMIN in roles and not given.reason else None


def _reason(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    return None if given.reason else Why.NEEDS_REASON


def _never_submitted(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    return Why.WAS_SUBMITTED if facts.once_submitted else None


def _once_submitted(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    return None if facts.once_submitted else Why.NEVER_SUBMITTED


def _eligible(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    return None if facts.eligible else Why.NOT_ELIGIBLE


def _quorum_or_override(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    if _quorum(facts):
        return None
    if not given.override:
        return Why.NO_QUORUM
    return None if given.reason else Why.NEEDS_REASON


def _quorum_or_reason(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    return None if _quorum(facts) or given.reason else Why.NO_QUORUM_REASON


def _quorum(facts: Facts) -> bool:
    return facts.scorecards_in >= max(1, facts.quorum)


def _return_overdue(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    waiting = facts.state == State.RETURNED and (facts.due_at is None or facts.now < facts.due_at)
    return Why.RETURN_NOT_DUE if waiting else None


def _owner_after_shortlist(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    released = facts.shortlist_released or facts.outcomes_released
    return Why.OWNER_ONLY if released and Role.OWNER not in roles else None


def _owner_after_outcomes(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    return Why.OWNER_ONLY if facts.outcomes_released and Role.OWNER not in roles else None


def _last_round_closed(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    closes = facts.last_round_closes_at
    over = facts.rehearsed or (closes is not None and facts.now >= closes)
    return None if over else Why.ROUND_OPEN


def _level_and_places(facts: Facts, given: Given, roles: frozenset[Role]) -> Why | None:
    if given.level not in facts.places:
        return Why.UNKNOWN_LEVEL
    places = facts.places[given.level]
    full = places is not None and facts.taken.get(given.level, 0) >= places
    return Why.LEVEL_FULL if full else None


CHECKS: dict[Need, Check] = {
    Need.OPEN_TO_START: _open_to_start,
    Need.CATEGORY_OPEN: _category_open,
    Need.WINDOW: _window,
    Need.COMPLETE: _complete,
    Need.MESSAGE_AND_DUE: _message_and_due,
    Need.NO_SCORECARD: _no_scorecard,
    Need.RETURN_WINDOW: _return_window,
    Need.WITHDRAW_WINDOW: _withdraw_window,
    Need.REASON_IF_STAFF: _reason_if_staff,
    Need.REASON: _reason,
    Need.NEVER_SUBMITTED: _never_submitted,
    Need.ONCE_SUBMITTED: _once_submitted,
    Need.ELIGIBLE: _eligible,
    Need.QUORUM_OR_OVERRIDE: _quorum_or_override,
    Need.QUORUM_OR_REASON: _quorum_or_reason,
    Need.RETURN_OVERDUE: _return_overdue,
    Need.OWNER_AFTER_SHORTLIST_RELEASE: _owner_after_shortlist,
    Need.OWNER_AFTER_OUTCOME_RELEASE: _owner_after_outcomes,
    Need.LAST_ROUND_CLOSED: _last_round_closed,
    Need.LEVEL_AND_PLACES: _level_and_places,
}


def decide(
    act: Act, roles: frozenset[Role], facts: Facts, given: Given | None = None, *, conflicted: bool = False
) -> Allowed | Refused:
    """Say whether `act` may happen, in which role, or the first reason why not.

    `roles` are relative to the entry. A conflicted person (entered it, named in it, recused) loses the staff
    roles for it and keeps the entrant's. The state comes first, so that a stale page is told the truth; then who
    may act; then each need in the table's order. Where a person holds both kinds of role the entrant's is tried
    first: it asks for less and leaves no staff reason behind.
    """
    rule = RULES[act]
    held = with_implied(roles)
    usable = held - with_implied(STAFF) if conflicted else held
    from_here = facts.state in rule.sources
    if not from_here and not _looks_the_same(rule, facts, usable):
        return Refused(Why.WRONG_STATE if held & rule.who else Why.NOT_YOURS)
    if not usable & rule.who:
        return Refused(Why.CONFLICT if held & rule.who else Why.NOT_YOURS)
    if facts.season_ended and not (act in ENDED_SEASON_ACTS and Role.OWNER in usable):
        return Refused(Why.SEASON_ENDED)
    refusal: Refused | None = None
    for acting in _hats(usable, rule):
        if facts.season_ended and Role.OWNER not in acting:
            continue
        why = _first_failing(rule, facts, given or Given(), acting)
        if why is None and from_here:
            return Allowed(rule, _label(acting, rule))
        refusal = Refused(why or Why.WRONG_STATE)
    assert refusal is not None
    return refusal


def offer(act: Act, roles: frozenset[Role], facts: Facts, *, conflicted: bool = False) -> Allowed | Refused:
    """Say whether `act` may happen once its form has been filled in well; a page offers just these acts."""
    free = next(
        (k for k, places in facts.places.items() if places is None or facts.taken.get(k, 0) < places), None
    )
    given = Given(
        reason="given",
        message="given",
        due_at=facts.now + timedelta(days=1),
        level=free or next(iter(facts.places), ""),
        override=True,
    )
    return decide(act, roles, facts, given, conflicted=conflicted)


def _looks_the_same(rule: Rule, facts: Facts, usable: frozenset[Role]) -> bool:
    """Whether somebody outside the staff must not be told that the act does not start from this state.

    To them the judged states are one: were withdrawing an awarded entry refused with other words than withdrawing
    a shortlisted one, the refusal would tell the outcome. So the needs are asked, and refuse it by the calendar.
    """
    outside = not usable & {Role.ADMIN, Role.AUDITOR, Role.CHAIR}
    return outside and facts.state in JUDGED and JUDGED & rule.sources > {State.SUBMITTED}


def _hats(usable: frozenset[Role], rule: Rule) -> list[frozenset[Role]]:
    """The groups of roles in which somebody may try: entrant first, then staff."""
    staff_side = usable & (with_implied(STAFF) | {Role.IMPORT})
    return [hat for hat in (usable - staff_side, staff_side) if hat & rule.who]


def _label(acting: frozenset[Role], rule: Rule) -> Role:
    if Role.OWNER in acting and Role.ADMIN in rule.who:
        return Role.OWNER
    return next(role for role in Role if role in acting & rule.who)


def _first_failing(rule: Rule, facts: Facts, given: Given, acting: frozenset[Role]) -> Why | None:
    for need in rule.needs:
        why = CHECKS[need](facts, given, acting)
        if why is not None:
            return why
    return None
