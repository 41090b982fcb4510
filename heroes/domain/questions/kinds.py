"""The kinds of question, in the order in which a builder offers them, with the settings that apply to each."""

from dataclasses import dataclass

from heroes.domain.questions.asking import Kind


@dataclass(frozen=True, slots=True)
class KindWords:
    """A kind in words: its name, one line about it, and the names of the settings of `Question` that it has.

    `key`, `kind`, `label`, `help`, `required`, `when` and `categories` apply to every kind and are not among them.
    """

    words: str
    line: str
    settings: tuple[str, ...]


_SEEN = ("judges", "identifying", "public")

KINDS: dict[Kind, KindWords] = {
    "short": KindWords("Short text", "A line or two, with a word limit if you like.", ("words", *_SEEN)),
    "long": KindWords("Long text", "Several paragraphs, with a word limit.", ("words", *_SEEN)),
    "number": KindWords(
        "Number",
        "One number, with its unit and the range it must be in.",
        ("unit", "minimum", "maximum", *_SEEN),
    ),
    "date": KindWords(
        "Date", "A day of the calendar, within limits if you like.", ("earliest", "latest", *_SEEN)
    ),
    "choice": KindWords("One choice", "One of several answers that you write.", ("choices", *_SEEN)),
    "many": KindWords(
        "Several choices",
        "Any number of the answers that you write, or up to a most.",
        ("choices", "most", *_SEEN),
    ),
    "yes_no": KindWords("Yes or no", "A plain yes or no.", _SEEN),
    "link": KindWords("Web address", "A link to a page, a film or a report.", _SEEN),
    "email": KindWords("E-mail address", "One address that mail can reach.", _SEEN),
    "people": KindWords(
        "People", "Several people, each with name, role and organisation.", ("most", "emails", *_SEEN)
    ),
    "table": KindWords(
        "Table of measures",
        "A small table: your columns, and your rows or as many as they need.",
        ("columns", "rows", "most", *_SEEN),
    ),
    "consent": KindWords(
        "Consent",
        "A box to tick, kept with the version of the words that were agreed to.",
        ("consent_version",),
    ),
}
CONDITIONAL_ON: tuple[Kind, ...] = ("choice", "many", "yes_no")
"""The kinds that a condition can hang on: those with fixed answers."""
