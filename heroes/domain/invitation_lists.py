"""A list of people to invite, as it is pasted from a spreadsheet: one person a line, read and checked line by line.

The columns are role, e-mail, name, panel and organisation, in this order, or in any order under a first line that names
them. They are parted by tabs, semicolons or commas, whichever the first line has. Every bad line is reported.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heroes.domain.questions import email_error, on_one_line
from heroes.domain.roles import ROLE_WORDS, Role
from heroes.domain.slugs import email_key, name_key

MOST_LINES = 200
MOST_CHARACTERS = 100_000
COLUMNS = ("role", "email", "name", "panel", "organisation")
_CALLED: dict[str, str] = {
    **{name: name for name in COLUMNS},
    "e mail": "email",
    "mail": "email",
    "email address": "email",
    "e mail address": "email",
    "organization": "organisation",
    "company": "organisation",
}
STAFF_ROLES = frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR})
PANEL_ROLES = frozenset({Role.CHAIR, Role.JUDGE})
WORKSPACE_ROLES = frozenset({Role.MANAGER, Role.MEMBER})
_ROLES: dict[str, Role] = {
    called: role
    for role in STAFF_ROLES | PANEL_ROLES | WORKSPACE_ROLES
    for called in (role.value, name_key(ROLE_WORDS[role]))
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line, and which."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Person:
    """One line: somebody and what they are to be, with the panel or the organisation that this belongs to."""

    line: int
    role: Role
    email: str
    name: str
    panel: str = ""
    organisation: str = ""

    @property
    def place(self) -> str:
        """Where the same invitation twice would meet: the panel or organisation, or for staff the role."""
        if self.role in STAFF_ROLES:
            return f"staff:{self.role.value}"
        return (
            f"panel:{name_key(self.panel)}" if self.panel else f"organisation:{name_key(self.organisation)}"
        )


@dataclass(frozen=True, slots=True)
class PeopleList:
    """What a pasted list says: the lines that can be read, and what is wrong with the others."""

    people: tuple[Person, ...]
    faults: tuple[Fault, ...]


def read_list(text: str) -> PeopleList:
    """Read a pasted list. Whatever can be known from the text alone is checked here."""
    if len(text) > MOST_CHARACTERS:
        return PeopleList((), (Fault(1, f"The list is longer than {MOST_CHARACTERS:,} characters."),))
    rows, faults = _rows(text)
    columns: Sequence[str] = COLUMNS
    if rows and (named := _head(rows[0][1])) is not None:
        columns, unknown = named
        faults += [Fault(rows[0][0], f"There is no column called “{name}” here.") for name in unknown]
        rows = rows[1:]
    if len(rows) > MOST_LINES:
        faults.append(
            Fault(rows[MOST_LINES][0], f"A list has {MOST_LINES} people at the most. Paste the rest later.")
        )
        rows = rows[:MOST_LINES]
    people: list[Person] = []
    seen: dict[tuple[str, str], int] = {}
    for line, cells in rows:
        found = _person(line, cells, columns)
        if isinstance(found, Person):
            first = seen.setdefault((email_key(found.email), found.place), line)
            if first == line:
                people.append(found)
                continue
            found = Fault(line, f"This is the same invitation as in line {first}.")
        faults.append(found)
    return PeopleList(tuple(people), tuple(sorted(faults, key=lambda fault: fault.line)))


def _rows(text: str) -> tuple[list[tuple[int, list[str]]], list[Fault]]:
    """(line, cells) of every line that is not empty."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
    first = next((line for line in lines.split("\n") if line.strip()), "")
    parted = "\t" if "\t" in first else ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(lines), delimiter=parted, strict=True)
    rows: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((before + 1, [on_one_line(cell) for cell in cells]))
            before = reader.line_num
    except csv.Error:
        return rows, [
            Fault(before + 1, "A quotation mark is opened in this line and not closed as it should be.")
        ]
    return rows, []


def _head(cells: Sequence[str]) -> tuple[Sequence[str], list[str]] | None:
    """The columns that a first line names and what it names besides; None for a line that is a person."""
    keys = [name_key(cell) for cell in cells]
    if not {"role", "email"} <= {_CALLED.get(key, "") for key in keys}:
        return None
    return [_CALLED.get(key, "") for key in keys], [
        cell for cell, key in zip(cells, keys, strict=True) if key and key not in _CALLED
    ]


def _person(line: int, cells: Sequence[str], columns: Sequence[str]) -> Person | Fault:
    if any(cells[len(columns) :]):
        return Fault(line, f"This line has more than {len(columns)} cells.")
    given = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
    what = _wrong(given)
    if what:
        return Fault(line, what)
    role = _ROLES[name_key(given["role"])]
    return Person(
        line,
        role,
        given["email"],
        given.get("name", ""),
        given.get("panel", "") if role in PANEL_ROLES else "",
        given.get("organisation", "") if role in WORKSPACE_ROLES else "",
    )


def _wrong(given: Mapping[str, str]) -> str:
    """What is wrong with a line, as one sentence; empty for a good one."""
    role = _ROLES.get(name_key(given.get("role", "")))
    email, panel, organisation = (given.get(name, "") for name in ("email", "panel", "organisation"))
    if role is None:
        said = given.get("role", "")
        known = "owner, admin, auditor, chair, judge, manager or member"
        return f"“{said}” is no role. Write {known}." if said else f"The role is missing. Write {known}."
    if not email:
        return "The e-mail address is missing."
    if email_error(email):
        return f"“{email}” is not an address that mail could reach."
    if len(given.get("name", "")) > 200:
        return "The name is longer than 200 characters."
    if role in PANEL_ROLES and not panel:
        return f"A {role.value} needs a panel."
    if role in WORKSPACE_ROLES and not name_key(organisation):
        return f"A {role.value} needs an organisation."
    if max(len(organisation), len(name_key(organisation))) > 200:
        return "The organisation’s name is longer than 200 characters."
    return ""
