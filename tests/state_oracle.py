"""The entry's states as the design's table tells them, said again slowly: nothing here is imported from the rules.

`allowed` answers one cell of the table in one situation. It is meant to be read beside the table and to be slow.
"""

from dataclasses import dataclass

STATES = (
    "draft",
    "submitted",
    "returned",
    "shortlisted",
    "awarded",
    "withdrawn",
    "ineligible",
    "not_shortlisted",
    "not_awarded",
)
ACTS = (
    "start",
    "submit",
    "return",
    "resubmit",
    "withdraw",
    "restore",
    "reinstate",
    "disqualify",
    "shortlist",
    "not_shortlist",
    "reconsider",
    "award",
    "not_award",
    "revoke",
)
ROLES = ("owner", "admin", "auditor", "chair", "judge", "manager", "member", "nominator", "import", "system")

FROM_TO: dict[str, tuple[tuple[str | None, ...], str]] = {
    "start": ((None,), "draft"),
    "submit": (("draft",), "submitted"),
    "return": (("submitted",), "returned"),
    "resubmit": (("returned",), "submitted"),
    "withdraw": (("draft", "submitted", "returned", "shortlisted", "not_shortlisted"), "withdrawn"),
    "restore": (("withdrawn",), "draft"),
    "reinstate": (("withdrawn", "ineligible"), "submitted"),
    "disqualify": (("submitted", "returned", "shortlisted", "not_shortlisted"), "ineligible"),
    "shortlist": (("submitted",), "shortlisted"),
    "not_shortlist": (("submitted", "returned"), "not_shortlisted"),
    "reconsider": (("shortlisted", "not_shortlisted"), "submitted"),
    "award": (("shortlisted",), "awarded"),
    "not_award": (("shortlisted",), "not_awarded"),
    "revoke": (("awarded", "not_awarded"), "shortlisted"),
}


@dataclass(frozen=True)
class Situation:
    """Everything beside state and role that the table's last column speaks of; as it stands here all is well."""

    opened: bool = True
    before_close: bool = True
    in_grace: bool = False
    begun_before_close: bool = True
    complete: bool = True
    reason: bool = True
    message: bool = True
    due_to_come: bool = True
    override: bool = False
    scorecards: int = 3
    quorum: int = 3
    eligible: bool = True
    past_due: bool = False
    last_round_closed: bool = False
    shortlist_out: bool = False
    outcomes_out: bool = False
    level_known: bool = True
    place_left: bool = True
    once_submitted: bool = True
    ended: bool = False
    conflict: bool = False


def target(act: str) -> str:
    """Where an act leads."""
    return FROM_TO[act][1]


def allowed(  # noqa: C901, PLR0912 (the table, row by row)
    act: str, state: str | None, roles: frozenset[str], s: Situation
) -> bool:
    """Whether somebody with these roles may do it, as the table says."""
    if state not in FROM_TO[act][0]:
        return False
    owner = "owner" in roles and not s.conflict
    admin = owner or ("admin" in roles and not s.conflict)
    chair = "chair" in roles and not s.conflict
    entrant = bool(roles & {"nominator", "member", "manager"})
    importer = "import" in roles
    if s.ended:
        if not owner or act not in ("reconsider", "revoke", "disqualify", "withdraw"):
            return False
        entrant = chair = importer = False
    in_time = s.before_close or (s.in_grace and s.begun_before_close)
    enough = s.scorecards >= s.quorum and s.scorecards >= 1
    open_now = s.opened and s.before_close
    if act == "start":
        return admin or importer or (entrant and open_now)
    if act == "submit":
        as_entrant = entrant and s.opened and in_time and s.complete
        as_admin = admin and (in_time or s.reason) and s.complete
        return as_entrant or as_admin or importer
    if act == "return":
        return admin and s.message and s.due_to_come and s.scorecards == 0
    if act == "resubmit":
        as_entrant = entrant and not s.past_due and s.complete
        as_admin = admin and (not s.past_due or s.reason) and s.complete
        return as_entrant or as_admin or importer
    if act == "withdraw":
        as_entrant = entrant and not s.last_round_closed
        as_admin = admin and s.reason and (not s.outcomes_out or (s.ended and owner))
        return as_entrant or as_admin
    if act == "restore":
        return (entrant or admin) and not s.once_submitted and open_now
    if act == "reinstate":
        return admin and s.once_submitted and s.reason and s.complete
    if act == "disqualify":
        return admin and s.reason
    if act == "shortlist":
        return (admin or chair) and s.eligible and (enough or (s.override and s.reason))
    if act == "not_shortlist":
        waits = state == "returned" and not s.past_due
        return admin and not waits and (enough or s.reason)
    if act == "reconsider":
        released = s.shortlist_out or s.outcomes_out
        return admin and s.reason and (owner or not released)
    if act == "award":
        return admin and s.last_round_closed and s.level_known and s.place_left
    if act == "not_award":
        return admin and s.last_round_closed
    if act == "revoke":
        return admin and s.reason and (owner or not s.outcomes_out)
    raise AssertionError(act)
