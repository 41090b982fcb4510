"""The entry's states and the acts between them, declared once as data.

Buttons, services, tests and the generated pages docs/states.md and docs/permissions.md all read `RULES`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from heroes.domain.roles import Role


class State(StrEnum):
    """Where an entry stands. Screening and admission to a round are evidence beside it, not states."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SHORTLISTED = "shortlisted"
    AWARDED = "awarded"
    WITHDRAWN = "withdrawn"
    INELIGIBLE = "ineligible"
    NOT_SHORTLISTED = "not_shortlisted"
    NOT_AWARDED = "not_awarded"


TERMINAL = frozenset(
    {State.AWARDED, State.NOT_AWARDED, State.NOT_SHORTLISTED, State.WITHDRAWN, State.INELIGIBLE}
)
"""States in which nothing more is to be decided about an entry before the outcomes are released."""

JUDGED = frozenset(
    {State.SUBMITTED, State.SHORTLISTED, State.NOT_SHORTLISTED, State.AWARDED, State.NOT_AWARDED}
)
"""States that an entrant must not be able to tell apart before a release."""


class Act(StrEnum):
    """What somebody does to an entry's state."""

    START = "start"
    SUBMIT = "submit"
    RETURN = "return"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    REINSTATE = "reinstate"
    DISQUALIFY = "disqualify"
    SHORTLIST = "shortlist"
    NOT_SHORTLIST = "not_shortlist"
    RECONSIDER = "reconsider"
    AWARD = "award"
    NOT_AWARD = "not_award"
    REVOKE = "revoke"


class Need(StrEnum):
    """A condition on an act; `heroes.domain.workflow.CHECKS` holds one check for each."""

    OPEN_TO_START = "open_to_start"
    CATEGORY_OPEN = "category_open"
    WINDOW = "window"
    COMPLETE = "complete"
    MESSAGE_AND_DUE = "message_and_due"
    NO_SCORECARD = "no_scorecard"
    RETURN_WINDOW = "return_window"
    WITHDRAW_WINDOW = "withdraw_window"
    REASON_IF_STAFF = "reason_if_staff"
    REASON = "reason"
    NEVER_SUBMITTED = "never_submitted"
    ONCE_SUBMITTED = "once_submitted"
    ELIGIBLE = "eligible"
    QUORUM_OR_OVERRIDE = "quorum_or_override"
    QUORUM_OR_REASON = "quorum_or_reason"
    RETURN_OVERDUE = "return_overdue"
    OWNER_AFTER_SHORTLIST_RELEASE = "owner_after_shortlist_release"
    OWNER_AFTER_OUTCOME_RELEASE = "owner_after_outcome_release"
    LAST_ROUND_CLOSED = "last_round_closed"
    LEVEL_AND_PLACES = "level_and_places"


NEED_WORDS: dict[Need, str] = {
    Need.OPEN_TO_START: "the category is open (admin and import: any time)",
    Need.CATEGORY_OPEN: "the category is open",
    Need.WINDOW: "the request arrived before the close, or in the grace if begun before it; afterwards admin only,"
    " with a reason",
    Need.COMPLETE: "every required answer (import: not asked)",
    Need.MESSAGE_AND_DUE: "a message to the entrant and a due instant",
    Need.NO_SCORECARD: "no submitted scorecard in this round",
    Need.RETURN_WINDOW: "before the due instant, or admin with a reason",
    Need.WITHDRAW_WINDOW: "entrant: until the category's last round closes; admin: before the outcome release"
    " (owner in an ended season: any time)",
    Need.REASON_IF_STAFF: "a reason, if admin",
    Need.REASON: "a reason",
    Need.NEVER_SUBMITTED: "never submitted",
    Need.ONCE_SUBMITTED: "once submitted",
    Need.ELIGIBLE: "screened eligible",
    Need.QUORUM_OR_OVERRIDE: "quorum, or an override with a reason",
    Need.QUORUM_OR_REASON: "quorum, or a reason",
    Need.RETURN_OVERDUE: "if returned: after its due instant",
    Need.OWNER_AFTER_SHORTLIST_RELEASE: "after the shortlist release: owner, and the entrant is told",
    Need.OWNER_AFTER_OUTCOME_RELEASE: "after the outcome release: owner, with a public correction",
    Need.LAST_ROUND_CLOSED: "the last round has closed",
    Need.LEVEL_AND_PLACES: "a level of the outcome rule with a place left",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: who may move an entry from which states to which, and what it needs."""

    act: Act
    sources: frozenset[State | None]
    target: State
    who: frozenset[Role]
    needs: tuple[Need, ...] = ()


_ENTRANT = frozenset({Role.NOMINATOR, Role.MEMBER})
_ENTERERS = _ENTRANT | {Role.ADMIN, Role.IMPORT}
_ADMIN = frozenset({Role.ADMIN})

RULES: dict[Act, Rule] = {
    rule.act: rule
    for rule in (
        Rule(Act.START, frozenset({None}), State.DRAFT, _ENTERERS, (Need.OPEN_TO_START,)),
        Rule(Act.SUBMIT, frozenset({State.DRAFT}), State.SUBMITTED, _ENTERERS, (Need.WINDOW, Need.COMPLETE)),
        Rule(
            Act.RETURN,
            frozenset({State.SUBMITTED}),
            State.RETURNED,
            _ADMIN,
            (Need.MESSAGE_AND_DUE, Need.NO_SCORECARD),
        ),
        Rule(
            Act.RESUBMIT,
            frozenset({State.RETURNED}),
            State.SUBMITTED,
            _ENTERERS,
            (Need.RETURN_WINDOW, Need.COMPLETE),
        ),
        Rule(
            Act.WITHDRAW,
            frozenset(
                {State.DRAFT, State.SUBMITTED, State.RETURNED, State.SHORTLISTED, State.NOT_SHORTLISTED}
            ),
            State.WITHDRAWN,
            _ENTRANT | _ADMIN,
            (Need.WITHDRAW_WINDOW, Need.REASON_IF_STAFF),
        ),
        Rule(
            Act.RESTORE,
            frozenset({State.WITHDRAWN}),
            State.DRAFT,
            _ENTRANT | _ADMIN,
            (Need.NEVER_SUBMITTED, Need.CATEGORY_OPEN),
        ),
        Rule(
            Act.REINSTATE,
            frozenset({State.WITHDRAWN, State.INELIGIBLE}),
            State.SUBMITTED,
            _ADMIN,
            (Need.ONCE_SUBMITTED, Need.REASON, Need.COMPLETE),
        ),
        Rule(
            Act.DISQUALIFY,
            frozenset({State.SUBMITTED, State.RETURNED, State.SHORTLISTED, State.NOT_SHORTLISTED}),
            State.INELIGIBLE,
            _ADMIN,
            (Need.REASON,),
        ),
        Rule(
            Act.SHORTLIST,
            frozenset({State.SUBMITTED}),
            State.SHORTLISTED,
            _ADMIN | {Role.CHAIR},
            (Need.ELIGIBLE, Need.QUORUM_OR_OVERRIDE),
        ),
        Rule(
            Act.NOT_SHORTLIST,
            frozenset({State.SUBMITTED, State.RETURNED}),
            State.NOT_SHORTLISTED,
            _ADMIN,
            (Need.RETURN_OVERDUE, Need.QUORUM_OR_REASON),
        ),
        Rule(
            Act.RECONSIDER,
            frozenset({State.SHORTLISTED, State.NOT_SHORTLISTED}),
            State.SUBMITTED,
            _ADMIN,
            (Need.OWNER_AFTER_SHORTLIST_RELEASE, Need.REASON),
        ),
        Rule(
            Act.AWARD,
            frozenset({State.SHORTLISTED}),
            State.AWARDED,
            _ADMIN,
            (Need.LAST_ROUND_CLOSED, Need.LEVEL_AND_PLACES),
        ),
        Rule(
            Act.NOT_AWARD,
            frozenset({State.SHORTLISTED}),
            State.NOT_AWARDED,
            _ADMIN,
            (Need.LAST_ROUND_CLOSED,),
        ),
        Rule(
            Act.REVOKE,
            frozenset({State.AWARDED, State.NOT_AWARDED}),
            State.SHORTLISTED,
            _ADMIN,
            (Need.OWNER_AFTER_OUTCOME_RELEASE, Need.REASON),
        ),
    )
}

ENDED_SEASON_ACTS = frozenset({Act.RECONSIDER, Act.REVOKE, Act.DISQUALIFY, Act.WITHDRAW})
"""In an ended season these still work, for an owner; nothing else does."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the door knows about one entry at one instant; plain values, so that rules can be walked in tests."""

    state: State | None
    now: datetime
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    grace_ends_at: datetime | None = None
    begun_at: datetime | None = None
    once_submitted: bool = False
    complete: bool = True
    due_at: datetime | None = None
    scorecards_in: int = 0
    quorum: int = 0
    eligible: bool = False
    last_round_closes_at: datetime | None = None
    shortlist_released: bool = False
    outcomes_released: bool = False
    season_ended: bool = False
    rehearsed: bool = False
    """Whether the season is only tried out, so that nobody waits for a round to close."""
    places: dict[str, int | None] = field(default_factory=dict)
    """Level -> its places; None for as many as reach it."""
    taken: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What the person handed over with the act."""

    reason: str = ""
    message: str = ""
    due_at: datetime | None = None
    level: str = ""
    override: bool = False


class Face(StrEnum):
    """What an entry's state looks like to somebody outside the staff."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    INELIGIBLE = "ineligible"
    IN_JUDGING = "in_judging"
    SHORTLISTED = "shortlisted"
    NOT_SHORTLISTED = "not_shortlisted"
    AWARDED = "awarded"
    FINALIST = "finalist"
    WORKING_TOWARDS = "working_towards"


_AFTER_OUTCOMES = {
    State.SUBMITTED: Face.IN_JUDGING,
    State.SHORTLISTED: Face.SHORTLISTED,
    State.NOT_SHORTLISTED: Face.NOT_SHORTLISTED,
    State.AWARDED: Face.AWARDED,
    State.NOT_AWARDED: Face.FINALIST,
}
_AFTER_SHORTLIST = _AFTER_OUTCOMES | {State.AWARDED: Face.SHORTLISTED, State.NOT_AWARDED: Face.SHORTLISTED}
_AFTER_BENCHMARK = _AFTER_OUTCOMES | {
    State.NOT_AWARDED: Face.WORKING_TOWARDS,
    State.NOT_SHORTLISTED: Face.WORKING_TOWARDS,
}


def face(
    state: State,
    *,
    judging_started: bool,
    shortlist_released: bool,
    outcomes_released: bool,
    benchmark: bool = False,
) -> Face:
    """Return what an entrant may be told; `benchmark`: in its category nobody competes (see domain.outcomes).

    Before a release the five judged states give one and the same face, which depends on the calendar only. Of a
    benchmark category a shortlist release says nothing.
    """
    if state not in JUDGED:
        return Face(state.value)
    if outcomes_released:
        return (_AFTER_BENCHMARK if benchmark else _AFTER_OUTCOMES)[state]
    if shortlist_released and not benchmark:
        return _AFTER_SHORTLIST[state]
    return Face.IN_JUDGING if judging_started else Face.SUBMITTED
