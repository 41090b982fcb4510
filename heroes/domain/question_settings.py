"""What can be set about a question in the builder: from typed texts to plain data, with an error for each field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from heroes.domain.form_designs import Asked, answers_of, name_of
from heroes.domain.questions import KINDS, MOST_PEOPLE, MOST_ROWS, Kind, clean_text, on_one_line

MOST_TEXT = {"label": 500, "help": 2_000, "unit": 40, "consent_version": 40}
MOST_WORDS = 5_000
MOST_CHOICES = 100
MOST_COLUMNS = 8
IDENTIFYING_KINDS = frozenset({"email", "people"})
"""Kinds whose answer always says who somebody is."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form sends: single texts by field, and lists of ticked values by field."""

    texts: Mapping[str, str]
    ticked: Mapping[str, Sequence[str]]

    def text(self, name: str) -> str:
        """One field, with what cannot be shown taken out."""
        return clean_text(self.texts.get(name, ""))

    def on(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.texts.get(name))

    def lines(self, name: str) -> list[str]:
        """A field with one thing on each line; empty lines do not count."""
        return [line for line in map(on_one_line, self.text(name).split("\n")) if line]


COMMON = ("label", "help", "required", "when", "categories")


def fields_of(kind: Kind) -> tuple[str, ...]:
    """The settings that a question of this kind has."""
    return (*COMMON, *KINDS[kind].settings)


def kind_of(text: str) -> Kind | None:
    """The kind of that name, if there is one."""
    return next((kind for kind in KINDS if kind == text), None)


def usually_seen(kind: str, identifying: bool) -> bool:
    """Whether judges see the answer unless somebody decides otherwise: not if it says who somebody is."""
    return not identifying and kind not in IDENTIFYING_KINDS


def read_question(
    kind: Kind,
    typed: Typed,
    *,
    conditions: Sequence[Asked],
    categories: Mapping[str, str],
) -> tuple[Asked, dict[str, str]]:
    """The question that was typed, as plain data without a key, and what is wrong with it by field.

    `conditions` are the questions that it may hang on, `categories` slug and name of those it may be asked in.
    Settings at their usual value are left out.
    """
    reading = _Reading(kind, frozenset(fields_of(kind)), typed, {})
    asked: Asked = {"kind": kind} | reading.texts() | reading.numbers() | reading.lists() | reading.dates()
    asked |= reading.ticks() | reading.where(categories) | reading.when(conditions)
    reading.hold_together(asked)
    return asked, reading.errors


@dataclass(frozen=True, slots=True)
class _Reading:
    kind: str
    fields: frozenset[str]
    typed: Typed
    errors: dict[str, str]

    def texts(self) -> Asked:
        found: Asked = {}
        for name, most in MOST_TEXT.items():
            text = self.typed.text(name) if name in self.fields else ""
            text = text if name == "help" else on_one_line(text)
            if len(text) > most:
                self.errors[name] = f"Keep this under {most:,} characters."
            if text:
                found[name] = text
        if "label" not in found:
            self.errors["label"] = "Write what is asked."
        if "consent_version" in self.fields and "consent_version" not in found:
            self.errors["consent_version"] = "Name the version of these words, such as 2027-1."
        return found

    def numbers(self) -> Asked:
        found: Asked = {}
        most_of = {"people": MOST_PEOPLE, "table": MOST_ROWS}.get(self.kind, MOST_CHOICES)
        for name, most in (("words", MOST_WORDS), ("most", most_of)):
            text = self.typed.text(name) if name in self.fields else ""
            if not text:
                continue
            if text.isascii() and text.isdigit() and 0 < int(text[:9]) <= most:
                found[name] = int(text[:9])
            else:
                self.errors[name] = f"Write a whole number from 1 to {most:,}, or leave it empty."
        for name in ("minimum", "maximum"):
            text = self.typed.text(name).replace(",", "") if name in self.fields else ""
            if not text:
                continue
            number = _number(text)
            if number is None:
                self.errors[name] = "Write a number in digits, or leave it empty."
            else:
                found[name] = int(number) if number == number.to_integral_value() else format(number, "f")
        return found

    def lists(self) -> Asked:
        found: Asked = {}
        for name, least, most, longest in (("choices", 2, MOST_CHOICES, 300), ("rows", 0, MOST_ROWS, 120)):
            if name not in self.fields:
                continue
            lines = self.typed.lines(name)
            self._one_of_each(name, lines, least, most, longest)
            if lines:
                found[name] = lines
        if "columns" in self.fields:
            found["columns"] = self.columns()
        return found

    def _one_of_each(self, name: str, lines: Sequence[str], least: int, most: int, longest: int) -> None:
        twice = next((line for line in lines if lines.count(line) > 1), None)
        if len(lines) < least:
            self.errors[name] = f"Write at least {'two' if least == 2 else 'one'}, each on a line of its own."
        elif twice is not None:
            self.errors[name] = f"“{twice}” is there twice."
        elif len(lines) > most or any(len(line) > longest for line in lines):
            self.errors[name] = f"At most {most}, of {longest} characters each."

    def columns(self) -> list[dict[str, Any]]:
        """The named columns of a table; a line without a name is none."""
        names, units = (self.typed.ticked.get(f"columns-{part}", ()) for part in ("name", "unit"))
        numbers = self.typed.ticked.get("columns-number", ())
        found: list[dict[str, Any]] = []
        for index, raw in enumerate(names):
            name = on_one_line(clean_text(raw))
            if not name:
                continue
            column: dict[str, Any] = {"name": name}
            unit = on_one_line(clean_text(units[index] if index < len(units) else ""))
            if unit:
                column["unit"] = unit
            if str(index) in numbers:
                column["number"] = True
            found.append(column)
        self._one_of_each("columns", [column["name"] for column in found], 1, MOST_COLUMNS, 120)
        if any(len(column.get("unit", "")) > MOST_TEXT["unit"] for column in found):
            self.errors["columns"] = f"Keep each unit under {MOST_TEXT['unit']} characters."
        return found

    def dates(self) -> Asked:
        found: Asked = {}
        for name in ("earliest", "latest"):
            text = self.typed.text(name) if name in self.fields else ""
            if not text:
                continue
            try:
                found[name] = date.fromisoformat(text).isoformat()
            except ValueError:
                self.errors[name] = "Write a date such as 2027-03-31, or leave it empty."
        return found

    def ticks(self) -> Asked:
        found: Asked = {}
        for name in ("required", "identifying", "public", "emails"):
            if name in self.fields and self.typed.on(name):
                found[name] = True
        if "judges" in self.fields:
            chosen = self.typed.text("judges")
            usual = usually_seen(self.kind, bool(found.get("identifying")))
            if not (usual if chosen not in ("yes", "no") else chosen == "yes"):
                found["judges"] = False
        return found

    def where(self, categories: Mapping[str, str]) -> Asked:
        if "categories" not in self.fields or not self.typed.on("some_categories"):
            return {}
        ticked = [slug for slug in categories if slug in self.typed.ticked.get("categories", ())]
        if not ticked:
            self.errors["categories"] = "Tick the categories that ask it, or choose all of them."
        return {"categories": ticked} if ticked else {}

    def when(self, conditions: Sequence[Asked]) -> Asked:
        on = self.typed.text("when") if "when" in self.fields else ""
        if not on:
            return {}
        question = next((one for one in conditions if one["key"] == on), None)
        if question is None:
            self.errors["when"] = "Choose a question that is asked before this one."
            return {}
        ticked = self.typed.ticked.get(f"when-{on}", ())
        values = [value for value, _ in answers_of(question) if value in ticked]
        if not values:
            self.errors["when"] = f"Tick the answers to {name_of(question)} after which this is asked."
            return {}
        return {"when": {"question": on, "is": values}}

    def hold_together(self, asked: Asked) -> None:
        """What no field shows alone: ends in the wrong order, and more to be chosen than there is."""
        low, high = (_number(str(asked[n])) if n in asked else None for n in ("minimum", "maximum"))
        if low is not None and high is not None and low > high:
            self.errors["maximum"] = "The highest is below the lowest."
        if "earliest" in asked and "latest" in asked and asked["earliest"] > asked["latest"]:
            self.errors["latest"] = "The latest is before the earliest."
        if "most" in asked and "rows" in asked:
            self.errors["most"] = "The rows are set already: leave this empty, or the rows."
        if "most" in asked and "choices" in asked and asked["most"] > len(asked["choices"]):
            self.errors["most"] = "That is more than there are to choose from."


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None
