"""What a form asks: its sections and questions, and which of them are asked of whom."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

Kind = Literal[
    "short",
    "long",
    "number",
    "date",
    "choice",
    "many",
    "yes_no",
    "link",
    "email",
    "people",
    "table",
    "consent",
]
Answers = dict[str, str]
"""Question key -> the answer as text; empty is absent.

yes_no is "yes" or "no", a date is written 2026-05-22, a given consent is its version, many is one choice a line;
people and tables are one row a line with a tab between the cells (see `grids`).
"""

MOST_PEOPLE = 30
MOST_ROWS = 30
USUAL_PEOPLE = 5
USUAL_ROWS = 5


@dataclass(frozen=True, slots=True)
class Condition:
    """A question is asked only if the answer to an earlier one is among these values, or has one of them."""

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of measures; a number column takes nothing but numbers."""

    name: str
    unit: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form.

    `words` is the word limit; `public` marks the answer that may be published; without `judges` no judge sees it.
    `when` is the condition under which it is asked; empty `categories` are all of them. `most` limits the choices,
    people or rows; a table has the fixed `rows`, or free ones.
    """

    key: str
    kind: Kind
    label: str
    help: str = ""
    required: bool = False
    identifying: bool = False
    public: bool = False
    words: int | None = None
    choices: tuple[str, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""
    consent_version: str = ""
    judges: bool = True
    when: Condition | None = None
    categories: tuple[str, ...] = ()
    earliest: str = ""
    latest: str = ""
    most: int | None = None
    emails: bool = False
    columns: tuple[Column, ...] = ()
    rows: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The fixed answers that a condition can name; empty for a question without such."""
        if self.kind == "yes_no":
            return ("yes", "no")
        return self.choices if self.kind in ("choice", "many") else ()

    def shown_to_judges(self, *, blind: bool) -> bool:
        """Whether judges read the answer: never a consent, and in a blind round nothing that identifies."""
        return self.judges and self.kind != "consent" and not (blind and self.identifying)

    @property
    def at_most(self) -> int:
        """How many choices, people or rows can be given."""
        match self.kind:
            case "many":
                return self.most or len(self.choices)
            case "people":
                return self.most or USUAL_PEOPLE
            case "table":
                return len(self.rows) or self.most or USUAL_ROWS
        return 1


@dataclass(frozen=True, slots=True)
class Section:
    """Questions asked together under one heading."""

    title: str
    intro: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form, in the order in which it is asked and judged."""

    sections: tuple[Section, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order."""
        return tuple(q for section in self.sections for q in section.questions)

    def without_identifying(self) -> "Form":
        """The form as a blind round sees it: identifying questions and emptied sections are gone."""
        return self._keeping({q.key: q for q in self.questions if not q.identifying})

    def for_judges(self, *, blind: bool) -> "Form":
        """What judges read: no consent, nothing kept from judges, and in a blind round nothing that identifies.

        Of people they read no e-mail address.
        """
        return self._keeping(
            {
                q.key: replace(q, emails=False) if q.emails else q
                for q in self.questions
                if q.shown_to_judges(blind=blind)
            }
        )

    def for_category(self, slug: str) -> "Form":
        """Only what is asked in this category; a question whose condition hangs on another's goes with it."""
        kept: dict[str, Question] = {}
        for question in self.questions:
            here = not question.categories or slug in question.categories
            if here and (question.when is None or question.when.question in kept):
                kept[question.key] = replace(question, categories=())
        return self._keeping(kept)

    def asked(self, answers: Mapping[str, str]) -> "Form":
        """Only what is asked of whoever gave these answers; the conditions that are left are met, and gone.

        To be called on the whole form: a condition on a question that is not there is not met.
        """
        keys = self.asked_keys(answers)
        if all(question.when is None for question in self.questions):
            return self
        return self._keeping(
            {q.key: replace(q, when=None) if q.when else q for q in self.questions if q.key in keys}
        )

    def asked_keys(self, answers: Mapping[str, str]) -> set[str]:
        """The keys of what is asked of whoever gave these answers."""
        asked: set[str] = set()
        for question in self.questions:
            when = question.when
            if when is None or (
                when.question in asked
                and not set(answers.get(when.question, "").split("\n")).isdisjoint(when.values)
            ):
                asked.add(question.key)
        return asked

    def _keeping(self, kept: Mapping[str, Question]) -> "Form":
        sections = (
            Section(s.title, s.intro, tuple(kept[q.key] for q in s.questions if q.key in kept))
            for s in self.sections
        )
        return Form(tuple(section for section in sections if section.questions))
