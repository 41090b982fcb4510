"""What may be done beside the state machine: each deed and the roles that it belongs to, declared once."""

from enum import StrEnum

from heroes.domain.roles import Role, with_implied


class Deed(StrEnum):
    """Something that a service does for somebody, other than moving an entry's state."""

    SEE_SEASON = "see_season"
    SEE_SET_UP = "see_set_up"
    SET_UP = "set_up"
    START_SEASON = "start_season"
    REHEARSE = "rehearse"
    OPEN_SEASON = "open_season"
    END_SEASON = "end_season"
    VIEW_AS = "view_as"
    SCREEN = "screen"
    ASSIGN = "assign"
    RECUSE_SOMEBODY = "recuse_somebody"
    SEE_LEADERBOARD = "see_leaderboard"
    EXPORT = "export"
    START_FOR_SOMEBODY = "start_for_somebody"
    OPEN_ROUND = "open_round"
    PLAN_RELEASE = "plan_release"
    RELEASE = "release"
    INVITE_STAFF = "invite_staff"
    INVITE_JUDGE = "invite_judge"
    INVITE_ORGANISATION = "invite_organisation"
    DISABLE_ACCOUNT = "disable_account"
    SEE_MAIL = "see_mail"
    RETRY_MAIL = "retry_mail"
    READ_AUDIT = "read_audit"
    MARK = "mark"
    RECUSE_SELF = "recuse_self"
    START_FOR_ORGANISATION = "start_for_organisation"
    SEE_ORGANISATION = "see_organisation"
    INVITE_COLLEAGUE = "invite_colleague"
    EDIT_ANSWERS = "edit_answers"
    SHARE_ENTRY = "share_entry"


_READERS = frozenset({Role.ADMIN, Role.AUDITOR})
_ADMIN = frozenset({Role.ADMIN})
_OWNER = frozenset({Role.OWNER})
_ENTRANT = frozenset({Role.NOMINATOR, Role.MEMBER})

DEEDS: dict[Deed, frozenset[Role]] = {
    Deed.SEE_SEASON: _READERS,
    Deed.SEE_SET_UP: _READERS,
    Deed.SET_UP: _ADMIN,
    Deed.START_SEASON: _ADMIN,
    Deed.REHEARSE: _ADMIN,
    Deed.OPEN_SEASON: _ADMIN,
    Deed.END_SEASON: _OWNER,
    Deed.VIEW_AS: _ADMIN,
    Deed.SCREEN: _ADMIN,
    Deed.ASSIGN: _ADMIN,
    Deed.RECUSE_SOMEBODY: _ADMIN,
    Deed.SEE_LEADERBOARD: _READERS | {Role.CHAIR},
    Deed.EXPORT: _READERS,
    Deed.START_FOR_SOMEBODY: _ADMIN,
    Deed.OPEN_ROUND: _ADMIN,
    Deed.PLAN_RELEASE: _ADMIN,
    Deed.RELEASE: _ADMIN,
    Deed.INVITE_STAFF: _OWNER,
    Deed.INVITE_JUDGE: _ADMIN,
    Deed.INVITE_ORGANISATION: _ADMIN,
    Deed.DISABLE_ACCOUNT: _OWNER,
    Deed.SEE_MAIL: _READERS,
    Deed.RETRY_MAIL: _ADMIN,
    Deed.READ_AUDIT: _READERS,
    Deed.MARK: frozenset({Role.JUDGE}),
    Deed.RECUSE_SELF: frozenset({Role.JUDGE}) | _ADMIN,
    Deed.START_FOR_ORGANISATION: frozenset({Role.MEMBER}),
    Deed.SEE_ORGANISATION: frozenset({Role.MEMBER}),
    Deed.INVITE_COLLEAGUE: frozenset({Role.MANAGER}),
    Deed.EDIT_ANSWERS: _ENTRANT | _ADMIN,
    Deed.SHARE_ENTRY: _ENTRANT,
}


def may(deed: Deed, roles: frozenset[Role]) -> bool:
    """Whether one of these roles, or a role that they include, may do it."""
    return bool(with_implied(roles) & DEEDS[deed])
