"""Connections that bar a judge from an entry whatever anybody says."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """What is asked of a judge before an entry may be theirs."""

    id: int
    email_key: str | None = None
    employer: int | None = None
    workspaces: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Connected:
    """What is asked of an entry before a judge may have it; e-mail addresses as their keys."""

    id: int
    organisation: int | None = None
    workspace: int | None = None
    starter: int | None = None
    nominator: str = ""
    nominee: str = ""


def connection(judge: Person, entry: Connected) -> str | None:
    """Why this judge must not have this entry whatever anybody says, in a sentence's end, or None."""
    organisations = {entry.organisation, entry.workspace} - {None}
    if judge.employer in organisations:
        return "works for the organisation that is nominated or that entered it"
    if entry.workspace in judge.workspaces or entry.starter == judge.id:
        return "entered it, or belongs to the organisation that did"
    if judge.email_key and judge.email_key in (entry.nominator, entry.nominee):
        return "is named in it"
    return None


def connected_pairs(judges: Iterable[Person], entries: Iterable[Connected]) -> set[tuple[int, int]]:
    """Every (entry, judge) of which `connection` says something; quick where there are thousands of both."""
    found: dict[tuple[str, int | str], list[Person]] = {}
    for judge in judges:
        known = [("id", judge.id), ("employer", judge.employer), ("mail", judge.email_key or None)]
        for key in (*known, *(("workspace", workspace) for workspace in judge.workspaces)):
            if key[1] is not None:
                found.setdefault((key[0], key[1]), []).append(judge)
    pairs = set()
    for entry in entries:
        asked = [
            ("employer", entry.organisation),
            ("employer", entry.workspace),
            ("workspace", entry.workspace),
        ]
        asked += [("id", entry.starter)]
        for name, value in (*asked, ("mail", entry.nominator), ("mail", entry.nominee)):
            for judge in found.get((name, value), ()) if value is not None else ():
                if connection(judge, entry):
                    pairs.add((entry.id, judge.id))
    return pairs
