"""What each deed of the policy and each act of the state table is in words: one row each of the page of permissions."""

from collections.abc import Sequence
from dataclasses import dataclass

from heroes.domain.entry_states import NEED_WORDS, RULES, Act
from heroes.domain.policy import DEEDS, Deed, may
from heroes.domain.roles import Role, with_implied

DEED_WORDS: dict[Deed, str] = {
    Deed.SEE_SEASON: "See the season, its entries and its people",
    Deed.SEE_SET_UP: "See how the season is set up",
    Deed.SET_UP: "Change how the season is set up",
    Deed.START_SEASON: "Start a new season",
    Deed.REHEARSE: "Rehearse a season before it opens",
    Deed.OPEN_SEASON: "Open a season to everybody",
    Deed.END_SEASON: "End a season, after which nothing in it is decided any more",
    Deed.VIEW_AS: "Look at the site as somebody else, changing nothing",
    Deed.SCREEN: "Screen an entry: eligible or not",
    Deed.ASSIGN: "Deal entries to judges, and say whom a judge works for",
    Deed.RECUSE_SOMEBODY: "Recuse a judge from an entry",
    Deed.SEE_LEADERBOARD: "See the standings of a round (a chair: of their own panel)",
    Deed.EXPORT: "Take tables out as files",
    Deed.START_FOR_SOMEBODY: "Enter for somebody who cannot",
    Deed.OPEN_ROUND: "Open a round and admit entries to it",
    Deed.PLAN_RELEASE: "Plan a release",
    Deed.RELEASE: "Release the shortlist or the outcomes",
    Deed.INVITE_STAFF: "Invite staff, and take their roles away",
    Deed.INVITE_JUDGE: "Invite judges and chairs",
    Deed.INVITE_ORGANISATION: "Invite organisations",
    Deed.DISABLE_ACCOUNT: "Disable an account, and enable it again",
    Deed.SEE_MAIL: "See which mails went out",
    Deed.RETRY_MAIL: "Have a stuck mail tried again",
    Deed.READ_AUDIT: "Read the audit trail",
    Deed.MARK: "Fill in a scorecard (a judge: of what they were dealt)",
    Deed.RECUSE_SELF: "Step back from an entry",
    Deed.START_FOR_ORGANISATION: "Enter for an organisation",
    Deed.SEE_ORGANISATION: "Follow every entry of an organisation",
    Deed.INVITE_COLLEAGUE: "Invite colleagues into an organisation’s workspace",
    Deed.EDIT_ANSWERS: "Write an entry’s answers",
    Deed.SHARE_ENTRY: "Give somebody a link to an entry",
}

ACT_WORDS: dict[Act, str] = {
    Act.START: "Begin an entry",
    Act.SUBMIT: "Send it in",
    Act.RETURN: "Send it back with a question",
    Act.RESUBMIT: "Send it in again",
    Act.WITHDRAW: "Withdraw it",
    Act.RESTORE: "Take a withdrawn draft up again",
    Act.REINSTATE: "Reinstate it",
    Act.DISQUALIFY: "Find it ineligible",
    Act.SHORTLIST: "Shortlist it",
    Act.NOT_SHORTLIST: "Not shortlist it this year",
    Act.RECONSIDER: "Take the shortlist decision back",
    Act.AWARD: "Award it",
    Act.NOT_AWARD: "Make it a finalist, without an award",
    Act.REVOKE: "Take the award decision back",
}

SHOWN_ROLES = tuple(role for role in Role if role not in (Role.IMPORT, Role.SYSTEM))
"""The roles that people have, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can be done: its name in the program, its words, who may, and what it needs besides the role."""

    name: str
    words: str
    may: tuple[bool, ...]
    needs: tuple[str, ...] = ()


def act_rows() -> Sequence[Row]:
    """What moves an entry, in the order of the state table; a cell for each of `SHOWN_ROLES`."""
    return [
        Row(
            act.value,
            ACT_WORDS[act],
            tuple(bool(rule.who & with_implied(frozenset({role}))) for role in SHOWN_ROLES),
            tuple(NEED_WORDS[need] for need in rule.needs),
        )
        for act, rule in RULES.items()
    ]


def deed_rows() -> Sequence[Row]:
    """Everything else that can be done, in the order of the policy; a cell for each of `SHOWN_ROLES`."""
    return [
        Row(
            deed.value,
            DEED_WORDS[deed],
            tuple(may(deed, frozenset({role})) for role in SHOWN_ROLES),
        )
        for deed in Deed
        if deed in DEEDS
    ]
