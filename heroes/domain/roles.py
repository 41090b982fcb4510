"""The roles that permissions are given to, always relative to one season or one entry."""

from enum import StrEnum


class Role(StrEnum):
    """Who somebody is with regard to the thing at hand. One person may hold several."""

    OWNER = "owner"
    ADMIN = "admin"
    AUDITOR = "auditor"
    CHAIR = "chair"
    JUDGE = "judge"
    MANAGER = "manager"
    MEMBER = "member"
    NOMINATOR = "nominator"
    IMPORT = "import"
    SYSTEM = "system"


ROLE_WORDS: dict[Role, str] = {
    Role.OWNER: "Owner",
    Role.ADMIN: "Admin",
    Role.AUDITOR: "Auditor",
    Role.CHAIR: "Chair",
    Role.JUDGE: "Judge",
    Role.MANAGER: "Organisation manager",
    Role.MEMBER: "Organisation member",
    Role.NOMINATOR: "Nominator",
    Role.IMPORT: "Import",
    Role.SYSTEM: "The clock",
}

STAFF = frozenset({Role.OWNER, Role.ADMIN, Role.CHAIR})
"""Roles that a conflict with an entry takes away for that entry."""

_IMPLIED = {Role.OWNER: {Role.ADMIN}, Role.CHAIR: {Role.JUDGE}, Role.MANAGER: {Role.MEMBER}}


def with_implied(roles: frozenset[Role]) -> frozenset[Role]:
    """Add what each role includes: an owner may do what an admin may, a chair judges, a manager is a member."""
    return roles.union(*(_IMPLIED.get(role, set()) for role in roles))
