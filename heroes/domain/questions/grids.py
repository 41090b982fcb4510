"""Answers of several rows and cells, people and tables, as one text: a row is a line, a tab parts its cells.

A row of a table with fixed rows begins with its label, so that it says itself which row it is. Empty rows and
trailing empty cells are left out. A cell holds neither line end nor tab.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from heroes.domain.questions.asking import Column, Question
from heroes.domain.questions.texts import number_of, on_one_line, showable

PERSON_FIELDS = ("name", "role", "organisation", "email")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in an answer; all but the name may be empty."""

    name: str
    role: str = ""
    organisation: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its fixed label, or empty, and a text for every column."""

    label: str
    cells: tuple[str, ...]


def grid(text: str) -> list[list[str]]:
    """The lines of a text, each as its cells; no line at all for an empty text."""
    return [line.split("\t") for line in text.split("\n")] if text else []


def grid_text(rows: Iterable[Sequence[str]], *, labelled: bool = False) -> str:
    """The text of these rows without the empty ones; a `labelled` row with nothing but its label is empty."""
    lines = []
    for row in rows:
        cells = [on_one_line(cell) for cell in row]
        if any(cells[1:] if labelled else cells):
            lines.append("\t".join(cells).rstrip("\t"))
    return "\n".join(lines)


def clean_grid(question: Question, text: str) -> str:
    """What is kept of a posted grid, in the one way of writing it."""
    return grid_text(grid(showable(text)), labelled=bool(question.rows))


def parts_of(question: Question) -> int:
    """How many cells a line of the answer can have, a fixed label among them."""
    if question.kind == "people":
        return len(PERSON_FIELDS) if question.emails else len(PERSON_FIELDS) - 1
    return len(question.columns) + bool(question.rows)


def encode_people(people: Iterable[Person]) -> str:
    """People as the text of an answer."""
    return grid_text((one.name, one.role, one.organisation, one.email) for one in people)


def decode_people(text: str) -> tuple[Person, ...]:
    """The people of an answer, in order; what was typed beyond a person's parts is not among them."""
    return tuple(Person(*_padded(cells, len(PERSON_FIELDS))) for cells in grid(text))


def encode_table(question: Question, rows: Iterable[Row]) -> str:
    """Rows as the text of an answer to this table."""
    labelled = bool(question.rows)
    return grid_text(((row.label, *row.cells) if labelled else row.cells for row in rows), labelled=labelled)


def decode_table(question: Question, text: str) -> tuple[Row, ...]:
    """The rows of an answer: every fixed row of the question, filled in or not, or the free rows in order."""
    width = len(question.columns)
    if not question.rows:
        return tuple(Row("", tuple(_padded(cells, width))) for cells in grid(text))
    given = {cells[0]: cells[1:] for cells in reversed(grid(text))}
    return tuple(Row(label, tuple(_padded(given.get(label, []), width))) for label in question.rows)


def value(column: Column, cell: str) -> Decimal | str | None:
    """A cell as a value: None where it is empty, a number in a number column, what was typed otherwise."""
    if not cell:
        return None
    number = number_of(cell) if column.number else None
    return cell if number is None else number


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]
