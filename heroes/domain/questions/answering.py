"""Whether answers fit a form: what is kept of them, what is wrong with them, and what of them is sent."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date

from heroes.domain.questions.asking import Answers, Form, Question
from heroes.domain.questions.grids import PERSON_FIELDS, Person, clean_grid, decode_people, grid, parts_of
from heroes.domain.questions.texts import clean_text, count_words, email_error, number_of, on_one_line

MOST_CHARACTERS = {
    "short": 300,
    "long": 20_000,
    "number": 40,
    "date": 40,
    "choice": 300,
    "many": 32_000,
    "link": 2_000,
    "email": 254,
    "people": 45_000,
    "table": 60_000,
}
MOST_IN_A_CELL = 200
_LINK = re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def clean(form: Form, raw: Mapping[str, str | None]) -> Answers:
    """Keep what was typed for the form's own questions: line ends unified, control characters out, nothing cut.

    Values that do not fit stay as they are, so that the person finds them again beside the error; so do answers to
    questions that are not asked just now.
    """
    answers: Answers = {}
    for question in form.questions:
        text = _cleaned(question, raw.get(question.key) or "")
        if text:
            answers[question.key] = text
    return answers


def _cleaned(question: Question, text: str) -> str:
    if len(text) > 2 * MOST_CHARACTERS.get(question.kind, 300):
        return clean_text(text)  # far too long to be kept, so that its rows are not worth a look
    if question.kind in ("people", "table"):
        return clean_grid(question, text)
    if question.kind == "many":
        chosen = (on_one_line(line) for line in clean_text(text).split("\n"))
        return "\n".join(dict.fromkeys(filter(None, chosen)))
    return clean_text(text)


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

    Empty means that every required answer is there and every given answer fits its question. Questions that are not
    asked, by the other answers, stop nothing.
    """
    asked = form.asked(answers)
    errors = too_long(asked, answers)
    for question in asked.questions:
        if question.key in errors:
            continue
        text = answers.get(question.key, "")
        error = _check_one(question, text) if text else _missing(question)
        if error:
            errors[question.key] = error
    return errors


def sent(form: Form, answers: Mapping[str, str]) -> Answers:
    """The answers that are sent: only those to questions that are asked."""
    asked = form.asked_keys(answers)
    return {q.key: answers[q.key] for q in form.questions if q.key in asked and answers.get(q.key)}


def still_fits(form: Form, answers: Mapping[str, str]) -> tuple[Question, ...]:
    """Which required questions of another version of a form these answers leave open."""
    return tuple(q for q in form.asked(answers).questions if q.required and not answers.get(q.key))


def furthest(form: Form, answers: Mapping[str, str]) -> str:
    """The key of the last question in the form's order that has an answer; empty if none has."""
    return next((q.key for q in reversed(form.questions) if answers.get(q.key)), "")


def words_to_judge(form: Form, answers: Mapping[str, str], *, blind: bool) -> int:
    """How many words of an entry a judge reads."""
    asked = form.asked_keys(answers)
    shown = (q.key for q in form.questions if q.key in asked and q.shown_to_judges(blind=blind))
    return sum(count_words(answers.get(key, "")) for key in shown)


def _missing(question: Question) -> str | None:
    if not question.required:
        return None
    return {
        "choice": "Choose one of these.",
        "many": "Choose at least one of these.",
        "yes_no": "Choose yes or no.",
        "date": "Enter a date.",
        "people": "Name at least one person.",
        "table": "Fill in this table.",
        "consent": "Please confirm this to send the form.",
    }.get(question.kind, "Write an answer here.")


def _check_one(question: Question, text: str) -> str | None:
    match question.kind:
        case "short" | "long":
            return _check_text(question, text)
        case "choice":
            return None if text in question.choices else "Choose one of these."
        case "many":
            return _check_many(question, text.split("\n"))
        case "number":
            return _check_number(question, text)
        case "date":
            return _check_date(question, text)
        case "link":
            return None if _LINK.fullmatch(text) else "Enter a whole web address that begins with https://."
        case "email":
            return email_error(text)
        case "yes_no":
            return None if text in ("yes", "no") else "Choose yes or no."
        case "people":
            return _check_people(question, text)
        case "table":
            return _check_table(question, grid(text))
        case "consent":
            return None if text == question.consent_version else "Please confirm this to send the form."


def _check_text(question: Question, text: str) -> str | None:
    over = count_words(text) - question.words if question.words else 0
    if over > 0:
        return f"Your answer is {over} word{'s' if over > 1 else ''} too long. The limit is {question.words}."
    return "Write this on one line." if question.kind == "short" and "\n" in text else None


def _check_many(question: Question, chosen: list[str]) -> str | None:
    foreign = [one for one in chosen if one not in question.choices]
    if foreign:
        return f"“{foreign[0]}” is not one of these. Choose again."
    if len(set(chosen)) < len(chosen):
        return "Choose each of these once."
    if len(chosen) > question.at_most:
        return f"Choose {question.at_most} of these at most. You chose {len(chosen)}."
    return None


def _check_number(question: Question, text: str) -> str | None:
    number = number_of(text)
    if number is None:
        return "Enter a number, in digits."
    low, high = question.minimum, question.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        if low is not None and high is not None:
            return f"Enter a number from {low} to {high}."
        return (
            f"Enter a number of {low} or more." if low is not None else f"Enter a number of {high} or less."
        )
    return None


def day_of(text: str) -> date | None:
    """The day that is written like 2026-05-22; None for anything else."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def day_words(text: str) -> str:
    """The same as people write it, 22 May 2026; what is no day stays as it is."""
    day = day_of(text)
    return f"{day.day} {day:%B} {day.year}" if day else text


def _check_date(question: Question, text: str) -> str | None:
    if day_of(text) is None:
        return "Enter a day of the calendar, like 2026-05-22."
    early, late = question.earliest, question.latest
    # Written year first, days compare as their texts do.
    if (early and text < early) or (late and text > late):
        if early and late:
            return f"Enter a day from {day_words(early)} to {day_words(late)}."
        return (
            f"Enter {day_words(early)} or a later day."
            if early
            else f"Enter {day_words(late)} or an earlier day."
        )
    return None


def _too_many(question: Question, lines: int, what: str) -> str | None:
    most = question.at_most
    return (
        f"There is room for {most} {what}{'s' if most > 1 else ''}, and {lines} are here."
        if lines > most
        else None
    )


def _check_people(question: Question, text: str) -> str | None:
    lines = grid(text)
    for number, (cells, person) in enumerate(zip(lines, decode_people(text), strict=True), 1):
        if len(cells) > parts_of(question):
            return f"Person {number}: “{cells[parts_of(question)]}” is not asked for. Save the form again."
        error = _check_person(person)
        if error:
            return f"Person {number}: {error}"
    most = question.at_most
    return f"Name {most} at most. There are {len(lines)} here." if len(lines) > most else None


def _check_person(person: Person) -> str | None:
    if not person.name:
        return "Write the name."
    for field in PERSON_FIELDS:
        if len(getattr(person, field)) > MOST_IN_A_CELL:
            return f"Keep the {field.replace('email', 'e-mail')} under {MOST_IN_A_CELL} characters."
    return email_error(person.email) if person.email else None


def _check_table(question: Question, lines: list[list[str]]) -> str | None:
    if question.rows:
        counted = Counter(cells[0] for cells in lines)
        foreign = next((label for label in counted if label not in question.rows), None)
        if foreign is not None:
            said = ", ".join(filter(None, next(cells[1:] for cells in lines if cells[0] == foreign)))
            return f"“{foreign}” ({said}) is not a row of this table. Save the form again."
        twice = next((label for label, times in counted.items() if times > 1), None)
        if twice is not None:
            return f"The row “{twice}” is there twice. Save the form again."
        if question.required and len(lines) < len(question.rows):
            missing = next(label for label in question.rows if label not in counted)
            return f"Fill in the row “{missing}”."
    for number, cells in enumerate(lines, 1):
        label, texts = (f"“{cells[0]}”", cells[1:]) if question.rows else (str(number), cells)
        error = _check_row(question, texts)
        if error:
            return f"Row {label}: {error}"
    return _too_many(question, len(lines), "row")


def _check_row(question: Question, texts: list[str]) -> str | None:
    if len(texts) > len(question.columns):
        return f"“{texts[len(question.columns)]}” has no column. Save the form again."
    whole = question.required or not question.rows
    for column, text in zip(question.columns, [*texts, *[""] * len(question.columns)], strict=False):
        if not text and whole:
            return f"Fill in “{column.name}”."
        if len(text) > MOST_IN_A_CELL:
            return f"Keep “{column.name}” under {MOST_IN_A_CELL} characters."
        if text and column.number and number_of(text) is None:
            return f"Enter a number, in digits, for “{column.name}”."
    return None
