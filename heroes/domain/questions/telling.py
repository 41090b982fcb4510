"""Answers and conditions as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from heroes.domain.questions.answering import day_words
from heroes.domain.questions.asking import Column, Form, Question
from heroes.domain.questions.grids import PERSON_FIELDS, Person, decode_people, decode_table, grid
from heroes.domain.questions.texts import number_of

PERSON_WORDS = dict(zip(PERSON_FIELDS, ("Name", "Role", "Organisation", "E-mail"), strict=True))
_BEFORE_A_NUMBER = "£$€¥"


@dataclass(frozen=True, slots=True)
class Table:
    """An answer of rows and cells; `labelled` says that the first cell of a row is its name."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labelled: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as people read it: always as plain text, and as a list, a table or a link where it is one."""

    text: str
    items: tuple[str, ...] = ()
    table: Table | None = None
    link: str = ""


def told(question: Question, answer: str) -> Told:
    """An answer as people read it; empty where there is none. What does not fit is shown as it was typed."""
    if not answer:
        return Told("")
    match question.kind:
        case "yes_no":
            return Told({"yes": "Yes", "no": "No"}.get(answer, answer))
        case "consent":
            return Told("Confirmed")
        case "date":
            return Told(day_words(answer))
        case "number":
            return Told(with_unit(answer, question.unit))
        case "link":
            return Told(answer, link=answer if answer.startswith(("https://", "http://")) else "")
        case "many":
            return Told(answer, items=tuple(answer.split("\n")))
        case "people":
            return _people(question, answer)
        case "table":
            return _table(question, answer)
    return Told(answer)


def answer_text(question: Question, answer: str) -> str:
    """The same as plain text, for mails, files and copies."""
    return told(question, answer).text


def with_unit(text: str, unit: str) -> str:
    """A number with its unit where people expect it: £12, 12%, 12 minutes. What is no number stays as it is."""
    if not unit or number_of(text) is None:
        return text
    if unit in _BEFORE_A_NUMBER:
        return f"{unit}{text}"
    return f"{text}%" if unit == "%" else f"{text} {unit}"


def column_words(column: Column) -> str:
    """The head of a column with its unit."""
    return f"{column.name} ({column.unit})" if column.unit else column.name


def _people(question: Question, answer: str) -> Told:
    people = decode_people(answer)
    if not question.emails:
        people = tuple(replace(one, email="") for one in people)
    shown = [field for field in PERSON_FIELDS if any(getattr(one, field) for one in people)]
    table = Table(
        tuple(PERSON_WORDS[field] for field in shown),
        tuple(tuple(getattr(one, field) for field in shown) for one in people),
        labelled=shown[:1] == ["name"],
    )
    return Told("\n".join(person_words(one) for one in people), table=table)


def person_words(person: Person) -> str:
    """A person on one line."""
    named = ", ".join(filter(None, (person.name, person.role, person.organisation)))
    return f"{named} ({person.email})" if person.email else named


def _table(question: Question, answer: str) -> Told:
    labels = {cells[0] for cells in grid(answer)}
    if question.rows and not labels <= set(question.rows):
        return Told(answer.replace("\t", " · "))
    heads = tuple(column_words(column) for column in question.columns)
    rows, lines = [], []
    for row in decode_table(question, answer):
        if not any(row.cells):
            continue
        parts = "; ".join(f"{head}: {cell}" for head, cell in zip(heads, row.cells, strict=True) if cell)
        rows.append((row.label, *row.cells) if question.rows else row.cells)
        lines.append(f"{row.label}. {parts}" if question.rows else parts)
    head = ("", *heads) if question.rows else heads
    return Told("\n".join(lines), table=Table(head, tuple(rows), labelled=bool(question.rows)))


def condition_words(form: Form, question: Question) -> str:
    """When a question is asked, in words; empty where it always is."""
    when = question.when
    source = next((q for q in form.questions if when and q.key == when.question), None)
    if when is None or source is None:
        return ""
    values = _listed([told(source, value).text for value in when.values], "or")
    return (
        f"Only if your answer to “{source.label}” {'includes' if source.kind == 'many' else 'is'} {values}."
    )


def explained(form: Form, question: Question) -> tuple[str, ...]:
    """All that somebody who reads a form must know of a question beside its label, in sentences."""
    columns = _listed([column_words(column) for column in question.columns], "and")
    of_rows = f"For each of {_listed(question.rows, 'and')}: {columns}." if question.rows else f"{columns}."
    said = (
        condition_words(form, question),
        question.help,
        range_words(question),
        of_rows if columns else "",
        _listed(question.choices, "or"),
    )
    return tuple(filter(None, said))


def _listed(texts: Sequence[str], last: str) -> str:
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}" if len(texts) > 1 else "".join(texts)


def range_words(question: Question) -> str:
    """What a number or a date may be, and how many can be given, in words; empty where anything goes."""
    match question.kind:
        case "number":
            return _number_words(question)
        case "date":
            return _date_words(question)
        case "many" if question.most:
            return f"Choose {question.most} at most."
    return ""


def _number_words(question: Question) -> str:
    low, high, unit = question.minimum, question.maximum, question.unit
    if low is not None and high is not None:
        first = with_unit(f"{low:,}", unit) if unit in _BEFORE_A_NUMBER else f"{low:,}"
        return f"A number from {first} to {with_unit(f'{high:,}', unit)}."
    if low is not None:
        return f"A number of {with_unit(f'{low:,}', unit)} or more."
    if high is not None:
        return f"A number of {with_unit(f'{high:,}', unit)} or less."
    return f"A number, in {unit}." if unit else ""


def _date_words(question: Question) -> str:
    early, late = day_words(question.earliest), day_words(question.latest)
    if early and late:
        return f"A day from {early} to {late}."
    return f"{early} or later." if early else f"{late} or earlier." if late else ""
