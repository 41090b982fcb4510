"""Answers that somebody could have given, for previews: every one fits its question."""

from collections import Counter
from decimal import Decimal

from heroes.domain.questions import (
    Answers,
    Form,
    Person,
    Question,
    Row,
    count_words,
    encode_people,
    encode_table,
)

SAMPLE_PEOPLE = {
    "title": "Sam Sample",
    "nominee_role": "Adviser, evening shift",
    "nominee_email": "sam@sample.example",
    "organisation_name": "Sample and Sons",
    "may_tell": "no",
    "nominator_name": "Nora Nominator",
    "nominator_email": "nora@sample.example",
    "relation": "I sit at the next desk.",
}
"""The built-in questions of a form, answered."""
_STORY = (
    "A customer rang at ten to six about a letter that made no sense to her.",
    "Sam read it aloud with her, line by line, and found the mistake on our side.",
    "The next morning the same letter was stopped for four hundred other people.",
    "Nobody had asked for any of it.",
)


_FIXED = {"link": "https://sample.example/what-happened", "email": "sam@sample.example"}


def sample_answers(form: Form) -> Answers:
    """An answer to every question; of fixed answers those that lead to most of the others."""
    led: dict[str, Counter[str]] = {}
    for question in form.questions:
        if question.when:
            led.setdefault(question.when.question, Counter()).update(question.when.values)
    return {question.key: _sample(question, led.get(question.key, Counter())) for question in form.questions}


def _sample(question: Question, led: Counter[str]) -> str:
    leading = [value for value, _ in led.most_common() if value in question.values]
    match question.kind:
        case "short":
            return _words("She rang everybody before anybody asked.", question.words)
        case "long":
            return _words(" ".join(_STORY), question.words)
        case "choice":
            return [*leading, *question.choices][0]
        case "many":
            first = list(dict.fromkeys([*leading, *question.choices]))
            return "\n".join(first[: min(max(2, len(leading)), question.at_most)])
        case "yes_no":
            return [*leading, "yes"][0]
        case "number":
            return _number(question)
        case "date":
            return question.earliest or question.latest or "2026-03-14"
        case "people":
            email = "alex@sample.example" if question.emails else ""
            return encode_people([Person("Alex Example", "Team leader", "Sample and Sons", email)])
        case "table":
            return _table(question)
        case "consent":
            return question.consent_version
    return _FIXED[question.kind]


def _words(text: str, most: int | None) -> str:
    """As many whole sentences as the limit allows, one cut short where it allows none."""
    while most and count_words(text) > most:
        shorter = text.rstrip(".").rpartition(". ")[0]
        text = f"{shorter}." if shorter else " ".join(text.split()[:most])
    return text


def _number(question: Question) -> str:
    low, high = question.minimum, question.maximum
    number = low if low is not None else Decimal(40)
    return format(number if high is None else min(number, high), "f")


def _table(question: Question) -> str:
    cells = tuple(str(10 + n) if column.number else "better" for n, column in enumerate(question.columns))
    labels = question.rows or ("",)
    return encode_table(question, [Row(label, cells) for label in labels])
