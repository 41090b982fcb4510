"""A field of several rows and cells, for people and tables, whose controls are named key-row-cell."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from wtforms import Field

from heroes.domain.questions import (
    PERSON_FIELDS,
    PERSON_WORDS,
    Question,
    column_words,
    decode_table,
    grid,
    grid_text,
    on_one_line,
)

_CELL = re.compile(r"([a-z][a-z0-9_]{0,39})-([0-9]{1,2})-([0-9]{1,2})")


class Cell(NamedTuple):
    """One control: its name (and id), what it holds, what it asks for, how it is typed, and whether it may be empty."""

    name: str
    text: str
    label: str
    type: str
    mode: str
    optional: bool


class Line(NamedTuple):
    """One row of controls. A fixed row says its label, which is sent along under the name `label_name`."""

    number: int
    label: str
    label_name: str
    cells: tuple[Cell, ...]
    filled: bool


class GridField(Field):
    """An answer of rows and cells as one text; the domain says what the text means."""

    def __init__(self, *, question: Question, **settings: Any) -> None:
        super().__init__(**settings)
        self.question = question

    @property
    def what(self) -> str:
        """What one row of it is called."""
        return "Person" if self.question.kind == "people" else "Row"

    @property
    def fixed(self) -> bool:
        """Whether its rows are given, so that it is drawn as a table."""
        return bool(self.question.rows)

    @property
    def heads(self) -> tuple[str, ...]:
        """What its columns are called, units included."""
        if self.question.kind == "people":
            asked = PERSON_FIELDS if self.question.emails else PERSON_FIELDS[:-1]
            return tuple(PERSON_WORDS[field] for field in asked)
        return tuple(column_words(column) for column in self.question.columns)

    @property
    def first(self) -> str:
        """The id of its first control."""
        return f"{self.id}-0-{1 if self.fixed else 0}"

    def lines(self) -> Iterator[Line]:
        """Every row that can be filled in, and any beyond that are filled in already."""
        question, text = self.question, str(self.data or "")
        if self.fixed:
            for number, row in enumerate(decode_table(question, text)):
                cells = self._cells(number, row.cells, 1)
                yield Line(number, row.label, f"{self.name}-{number}-0", cells, any(row.cells))
            return
        given = grid(grid_text(grid(text)))
        for number in range(min(max(question.at_most, len(given)), 100)):
            texts = given[number] if number < len(given) else []
            yield Line(number, "", "", self._cells(number, texts, 0), bool(texts))

    def _cells(self, number: int, texts: Any, shift: int) -> tuple[Cell, ...]:
        heads = self.heads
        padded = [*texts, *[""] * len(heads)]
        return tuple(
            Cell(f"{self.name}-{number}-{n + shift}", padded[n], head, *self._typing(n))
            for n, head in enumerate(heads)
        )

    def _typing(self, n: int) -> tuple[str, str, bool]:
        if self.question.kind == "people":
            return ("email" if PERSON_FIELDS[n] == "email" else "text", "", n > 0)
        return ("text", "decimal" if self.question.columns[n].number else "", False)


def gathered(posted: Mapping[str, str]) -> dict[str, str | None]:
    """The texts of all grids among what was posted, by the key of their question; empty rows are still in them."""
    cells: dict[str, dict[int, dict[int, str]]] = {}
    for name, text in posted.items():
        found = _CELL.fullmatch(name)
        if found:
            cells.setdefault(found[1], {}).setdefault(int(found[2]), {})[int(found[3])] = on_one_line(text)
    return {
        key: "\n".join(
            "\t".join(row.get(n, "") for n in range(max(row) + 1)) for _, row in sorted(rows.items())
        )
        for key, rows in cells.items()
    }
