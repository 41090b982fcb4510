"""Who may see and do what, once more: slow and obvious, over plain rows, sharing no line with the program.

A world is a dictionary of tables, each a list of dictionaries. Every function reads as the sentence that it means.
"""

from typing import Any

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def the(rows: Rows, table: str, number: int) -> Row:
    """The row with this id."""
    return next(row for row in rows[table] if row["id"] == number)


def programme_of_entry(rows: Rows, entry: Row) -> int:
    """The programme that an entry's season belongs to."""
    return int(the(rows, "seasons", entry["season_id"])["programme_id"])


# ---- seeing ----


def staff_sees_entry(rows: Rows, user: Row, entry: Row) -> bool:
    """Staff see all entries of the programmes that they have any role in."""
    for role in rows["programme_roles"]:
        if role["user_id"] == user["id"] and role["programme_id"] == programme_of_entry(rows, entry):
            return True
    return False


def link_shows_entry(rows: Rows, opened: set[int], entry: Row) -> bool:
    """A visitor sees an entry whose own private link they have opened and nobody has revoked."""
    for link in rows["private_links"]:
        if link["id"] not in opened or link["purpose"] != "entry" or link["revoked_at"] is not None:
            continue
        if link["entry_id"] == entry["id"]:
            return True
    return False


def knows_season(rows: Rows, user: Row | None, number: int) -> bool:
    """Everybody knows of an open season; of one that is being built, whoever has a role in its programme."""
    season = the(rows, "seasons", number)
    if season["opened_at"] is not None:
        return True
    roles = rows["programme_roles"] if user is not None else []
    return any(
        user and r["user_id"] == user["id"] and r["programme_id"] == season["programme_id"] for r in roles
    )


def panels_know_season(rows: Rows, number: int) -> bool:
    """Judges and chairs know of a season that is open or in rehearsal."""
    season = the(rows, "seasons", number)
    return season["opened_at"] is not None or season["rehearsing_since"] is not None


def member_sees_entry(rows: Rows, user: Row, entry: Row) -> bool:
    """A member sees what their organisation entered in a season they know of; being named in an entry is not enough."""
    return belongs_to_it(rows, user, entry) and knows_season(rows, user, entry["season_id"])


def belongs_to_it(rows: Rows, user: Row, entry: Row) -> bool:
    """They are a member of the organisation that entered it."""
    for membership in rows["memberships"]:
        if membership["user_id"] != user["id"] or entry["workspace_id"] is None:
            continue
        if membership["organisation_id"] == entry["workspace_id"]:
            return True
    return False


def is_recused(rows: Rows, user: Row, entry: Row) -> bool:
    """Somebody said that this person must not judge or decide this entry, and it has not been taken back."""
    for recusal in rows["recusals"]:
        if (
            recusal["user_id"] == user["id"]
            and recusal["entry_id"] == entry["id"]
            and recusal["lifted_at"] is None
        ):
            return True
    return False


def entered_or_named(rows: Rows, user: Row, entry: Row) -> bool:
    """They nominated, are nominated, started it, or belong to the organisation that entered it."""
    own = (user["email"] or "").lower()
    if own and own == entry["nominator_email"].strip().lower():
        return True
    if own and own == entry["nominee_email"].strip().lower():
        return True
    if entry["started_by_id"] == user["id"]:
        return True
    return belongs_to_it(rows, user, entry)


def works_for_it(user: Row, entry: Row) -> bool:
    """Their employer is the organisation that is nominated or the one that entered."""
    if user["employer_id"] is None:
        return False
    return user["employer_id"] == entry["organisation_id"] or user["employer_id"] == entry["workspace_id"]


def judge_sees_assignment(rows: Rows, user: Row, assignment: Row) -> bool:
    """A judge sees their own assignments, not those taken back or stepped back from, while they are on the round's
    panel and have nothing to do with the entry."""
    if assignment["user_id"] != user["id"]:
        return False
    if assignment["state"] in ("recused", "removed"):
        return False
    panel = the(rows, "rounds", assignment["round_id"])["panel_id"]
    if not any(m["panel_id"] == panel and m["user_id"] == user["id"] for m in rows["panel_members"]):
        return False
    entry = the(rows, "entries", assignment["entry_id"])
    if not panels_know_season(rows, entry["season_id"]):
        return False
    return not (
        is_recused(rows, user, entry) or entered_or_named(rows, user, entry) or works_for_it(user, entry)
    )


def reasons_against(rows: Rows, user: Row, assignment: Row) -> set[str]:
    """Everything that keeps a judge from an assignment of their own, each by its name."""
    entry = the(rows, "entries", assignment["entry_id"])
    panel = the(rows, "rounds", assignment["round_id"])["panel_id"]
    own = (user["email"] or "").lower()
    employer = user["employer_id"]
    every = {
        "being built": not panels_know_season(rows, entry["season_id"]),
        "taken back": assignment["state"] == "removed",
        "stepped back": assignment["state"] == "recused",
        "off the panel": not any(
            m["panel_id"] == panel and m["user_id"] == user["id"] for m in rows["panel_members"]
        ),
        "recused": is_recused(rows, user, entry),
        "works for the nominee's": employer is not None and employer == entry["organisation_id"],
        "works for the entrant's": employer is not None and employer == entry["workspace_id"],
        "member of the entrant's": belongs_to_it(rows, user, entry),
        "nominated it": bool(own) and own == entry["nominator_email"].lower(),
        "is nominated": bool(own) and own == entry["nominee_email"].lower(),
        "started it": entry["started_by_id"] == user["id"],
    }
    return {name for name, holds in every.items() if holds}


# ---- standing ----


def roles_for_entry(rows: Rows, user: Row | None, opened: set[int], entry: Row) -> set[str]:
    """Every role that somebody holds with regard to one entry."""
    roles: set[str] = set()
    if link_shows_entry(rows, opened, entry):
        roles.add("nominator")
    if user is None:
        return roles
    for role in rows["programme_roles"]:
        if role["user_id"] == user["id"] and role["programme_id"] == programme_of_entry(rows, entry):
            roles.add(role["role"])
    for membership in rows["memberships"]:
        if membership["user_id"] == user["id"] and membership["organisation_id"] == entry["workspace_id"]:
            roles.add(membership["role"])
    for member in rows["panel_members"]:
        if not panels_know_season(rows, entry["season_id"]):
            continue
        for judged in rows["rounds"]:
            if member["user_id"] != user["id"] or judged["panel_id"] != member["panel_id"]:
                continue
            if judged["category_id"] == entry["category_id"]:
                roles.add(member["role"])
    return roles


def has_conflict(rows: Rows, user: Row | None, opened: set[int], entry: Row) -> bool:
    """They entered it, are named in it, or are recused from it; whoever rehearses plays every part, recusals apart."""
    season = the(rows, "seasons", entry["season_id"])
    if user is not None and season["opened_at"] is None and season["rehearsing_since"] is not None:
        return is_recused(rows, user, entry)
    if link_shows_entry(rows, opened, entry):
        return True
    if user is None:
        return False
    return is_recused(rows, user, entry) or entered_or_named(rows, user, entry)


# ---- doing ----

WHO_MAY: dict[str, str] = {
    "see_season": "owner admin auditor",
    "see_set_up": "owner admin auditor",
    "set_up": "owner admin",
    "start_season": "owner admin",
    "rehearse": "owner admin",
    "open_season": "owner admin",
    "end_season": "owner",
    "view_as": "owner admin",
    "screen": "owner admin",
    "assign": "owner admin",
    "recuse_somebody": "owner admin",
    "see_leaderboard": "owner admin auditor chair",
    "export": "owner admin auditor",
    "start_for_somebody": "owner admin",
    "open_round": "owner admin",
    "plan_release": "owner admin",
    "release": "owner admin",
    "invite_staff": "owner",
    "invite_judge": "owner admin",
    "invite_organisation": "owner admin",
    "disable_account": "owner",
    "see_mail": "owner admin auditor",
    "retry_mail": "owner admin",
    "read_audit": "owner admin auditor",
    "mark": "judge chair",
    "recuse_self": "judge chair owner admin",
    "start_for_organisation": "member manager",
    "see_organisation": "member manager",
    "invite_colleague": "manager",
    "edit_answers": "nominator member manager owner admin",
    "share_entry": "nominator member manager",
}
"""Deed -> every role that may do it, written out in full."""
