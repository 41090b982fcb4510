"""A form's questions, and whether answers fit them. One rule for browser, server and judge view."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, cast, get_args

Kind = Literal["short", "long", "choice", "number", "link", "email", "yes_no", "consent"]
Answers = dict[str, str]
"""Question key -> the answer as text. yes_no is "yes" or "no", a given consent is its version, empty is absent."""

MOST_CHARACTERS = {"short": 300, "long": 20_000, "choice": 300, "number": 40, "link": 2_000, "email": 254}
_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\.]+(\.[^@\s<>,;:\"()\[\]\\.]+)+")
_LINK = re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+")
_PARTING = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
# Controls, lone surrogates, noncharacters, and the embeddings and overrides of direction. Marks and joiners stay:
# Arabic, Hindi and half of all emoji are written with them.
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class BadForm(ValueError):
    """A form's definition that cannot be used; the message names the question."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form. `words` is the word limit, `public` marks the answer that may be published."""

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
        kept = tuple(
            Section(s.title, s.intro, tuple(q for q in s.questions if not q.identifying))
            for s in self.sections
        )
        return Form(tuple(s for s in kept if s.questions))


def count_words(text: str) -> int:
    """Whatever stands between white space is a word."""
    return len(text.split())


def words_to_judge(form: Form, answers: Mapping[str, str], *, blind: bool) -> int:
    """How many words of an entry a judge reads: a blind round hides what identifies, and no judge weighs a consent."""
    shown = form.without_identifying() if blind else form
    return sum(count_words(answers.get(q.key, "")) for q in shown.questions if q.kind != "consent")


def parse_form(data: Any) -> Form:
    """Build a form from plain lists and dicts (`[{title, intro, question: [...]}]`) or raise `BadForm`."""
    if not isinstance(data, list) or not data:
        raise BadForm("a form needs at least one section")
    seen: set[str] = set()
    sections = []
    for number, raw in enumerate(data, 1):
        if not isinstance(raw, dict) or not isinstance(raw.get("question"), list) or not raw["question"]:
            raise BadForm(f"section {number} has no questions")
        questions = tuple(
            _parse_question(q, f"section {number}, question {n}") for n, q in enumerate(raw["question"], 1)
        )
        for question in questions:
            if question.key in seen:
                raise BadForm(f"two questions have the key {question.key!r}")
            seen.add(question.key)
        sections.append(Section(str(raw.get("title", "")), str(raw.get("intro", "")).strip(), questions))
    return Form(tuple(sections))


_FIELDS = frozenset(Question.__dataclass_fields__)


def _parse_question(raw: Any, where: str) -> Question:
    if not isinstance(raw, dict):
        raise BadForm(f"{where} is not a table")
    key, kind, label = (str(raw.get(name, "")) for name in ("key", "kind", "label"))
    unknown = sorted(set(raw) - _FIELDS)
    if unknown:
        raise BadForm(f"{where} ({key}): unknown setting {unknown[0]!r}")
    if not _KEY.fullmatch(key):
        raise BadForm(f"{where}: the key {key!r} is not a short lower-case word")
    if kind not in get_args(Kind):
        raise BadForm(f"{where} ({key}): there is no kind {kind!r}")
    if not label:
        raise BadForm(f"{where} ({key}) has no label")
    choices = tuple(str(c) for c in raw.get("choices", ()))
    if kind == "choice" and (len(choices) < 2 or len(set(choices)) < len(choices)):
        raise BadForm(f"{where} ({key}): a choice needs at least two different choices")
    if kind == "consent" and not raw.get("consent_version"):
        raise BadForm(f"{where} ({key}): a consent needs the version of its text")
    words = raw.get("words")
    if words is not None and (not isinstance(words, int) or words < 1 or kind not in ("short", "long")):
        raise BadForm(f"{where} ({key}): a word limit is a whole number on a short or long text")
    low, high = (None if raw.get(n) is None else Decimal(str(raw[n])) for n in ("minimum", "maximum"))
    if low is not None and high is not None and low > high:
        raise BadForm(f"{where} ({key}): the minimum is above the maximum")
    return Question(
        key=key,
        kind=cast(Kind, kind),
        label=label,
        help=str(raw.get("help", "")),
        required=bool(raw.get("required", False)),
        identifying=bool(raw.get("identifying", False)),
        public=bool(raw.get("public", False)),
        words=words,
        choices=choices,
        minimum=low,
        maximum=high,
        unit=str(raw.get("unit", "")),
        consent_version=str(raw.get("consent_version", "")),
    )


def clean(form: Form, raw: Mapping[str, str | None]) -> Answers:
    """Keep what was typed for the form's own questions: line ends unified, control characters out, nothing cut.

    Values that do not fit stay as they are, so that the person finds them again beside the error.
    """
    answers: Answers = {}
    for question in form.questions:
        text = clean_text(raw.get(question.key) or "")
        if text:
            answers[question.key] = text
    return answers


def clean_text(text: str) -> str:
    """What can be kept and shown of a text: as `showable`, with the ends trimmed."""
    return showable(text).strip()


def showable(text: str) -> str:
    """The text as every page, database and spreadsheet can hold it; for ordinary text, the text itself.

    Line ends are unified, and other control characters that part words become spaces. What no HTML page may hold
    goes, and so do the characters that turn the direction of everything after them.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if _plain(text) else _UNSHOWABLE.sub("", _PARTING.sub(" ", text))


def _plain(text: str) -> bool:
    """Whether it is all printable, as most answers are: that is quick to see and needs no second look."""
    return text.replace("\n", "").replace("\t", "").isprintable()


def too_long(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """Answers too large to be kept even in a draft: key -> sentence."""
    errors = {}
    for question in form.questions:
        most = MOST_CHARACTERS.get(question.kind, 300)
        if len(answers.get(question.key, "")) > most:
            errors[question.key] = f"This is longer than {most:,} characters, which is more than we can keep."
    return errors


def check(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """Return what stops these answers from being submitted: question key -> one clear sentence.

    Empty means that every required answer is there and every given answer fits its question.
    """
    errors = too_long(form, answers)
    for question in form.questions:
        if question.key in errors:
            continue
        text = answers.get(question.key, "")
        error = _check_one(question, text) if text else _missing(question)
        if error:
            errors[question.key] = error
    return errors


def _missing(question: Question) -> str | None:
    if not question.required:
        return None
    return {
        "choice": "Choose one of these.",
        "yes_no": "Choose yes or no.",
        "consent": "Please confirm this to send the form.",
    }.get(question.kind, "Write an answer here.")


def _check_one(question: Question, text: str) -> str | None:
    match question.kind:
        case "short" | "long":
            over = count_words(text) - question.words if question.words else 0
            if over > 0:
                return f"Your answer is {over} word{'s' if over > 1 else ''} too long. The limit is {question.words}."
            if question.kind == "short" and "\n" in text:
                return "Write this on one line."
            return None
        case "choice":
            return None if text in question.choices else "Choose one of these."
        case "number":
            return _check_number(question, text)
        case "link":
            return None if _LINK.fullmatch(text) else "Enter a whole web address that begins with https://."
        case "email":
            return email_error(text)
        case "yes_no":
            return None if text in ("yes", "no") else "Choose yes or no."
        case "consent":
            return None if text == question.consent_version else "Please confirm this to send the form."


def email_error(text: str) -> str | None:
    """Return a sentence if `text` is not an address that mail could reach, judged by its form alone."""
    if len(text) <= 254 and _EMAIL.fullmatch(text) and ".." not in text:
        return None
    return "Enter an address like name@organisation.co.uk, with no spaces."


def _check_number(question: Question, text: str) -> str | None:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return "Enter a number, in digits."
    if not number.is_finite():
        return "Enter a number, in digits."
    low, high = question.minimum, question.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        if low is not None and high is not None:
            return f"Enter a number from {low} to {high}."
        return (
            f"Enter a number of {low} or more." if low is not None else f"Enter a number of {high} or less."
        )
    return None
