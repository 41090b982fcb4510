"""Forms as plain data, from a file or a builder: read with every doubt, written so that they read back the same."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any, cast, get_args

from heroes.domain.questions.answering import day_of
from heroes.domain.questions.asking import (
    MOST_PEOPLE,
    MOST_ROWS,
    Column,
    Condition,
    Form,
    Kind,
    Question,
    Section,
)
from heroes.domain.questions.kinds import CONDITIONAL_ON, KINDS
from heroes.domain.questions.texts import on_one_line, showable

MOST_SECTIONS = 40
MOST_QUESTIONS = 200
MOST_CHOICES = 100
MOST_COLUMNS = 8
MOST_TEXT = 5_000
MOST_LINE = 500
MOST_CHOICE = 300
MOST_LABEL_OF_A_ROW = 120
RESERVED = frozenset(
    "title nominee_role nominee_email organisation_name sector may_tell nominator_name nominator_email relation"
    " revision website act csrf_token chapter".split()
)
"""Names of the form's own fields, which no question may take."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_FIELDS = tuple(field.name for field in fields(Question))
_SECTION = frozenset({"title", "intro", "question"})
# These came with kinds of their own, so that one of them on another kind is a slip; older settings are passed over.
_ONLY_WHERE_THEY_APPLY = ("earliest", "latest", "most", "emails", "columns", "rows")


class BadForm(ValueError):
    """A form's definition that cannot be used; the message names the question."""


def parse_form(data: Any) -> Form:
    """Build a form from plain lists and dicts (`[{title, intro, question: [...]}]`) or raise `BadForm`."""
    if not isinstance(data, list) or not data:
        raise BadForm("a form needs at least one section")
    if len(data) > MOST_SECTIONS:
        raise BadForm(f"a form has {MOST_SECTIONS} sections at most")
    sections = []
    for number, raw in enumerate(data, 1):
        where = f"section {number}"
        if not isinstance(raw, dict) or not isinstance(raw.get("question"), list) or not raw["question"]:
            raise BadForm(f"{where} has no questions")
        _no_others(raw, _SECTION, where)
        if len(raw["question"]) > MOST_QUESTIONS:
            raise BadForm(f"{where} has more than {MOST_QUESTIONS} questions")
        questions = tuple(
            _parse_question(one, f"{where}, question {n}") for n, one in enumerate(raw["question"], 1)
        )
        title = _text(raw, "title", where, MOST_LINE)
        sections.append(Section(title, _text(raw, "intro", where, MOST_TEXT).strip(), questions))
    form = Form(tuple(sections))
    _check_keys(form)
    _check_conditions(form)
    return form


def as_data(form: Form) -> list[dict[str, Any]]:
    """The form as plain data: `parse_form(as_data(form)) == form`. What says nothing is left out."""
    return [
        {
            **({"title": section.title} if section.title else {}),
            **({"intro": section.intro} if section.intro else {}),
            "question": [_question_data(question) for question in section.questions],
        }
        for section in form.sections
    ]


def _question_data(question: Question) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in fields(question):
        value = getattr(question, field.name)
        if value == field.default and value is not None and type(value) is type(field.default):
            continue
        if value is not None:
            data[field.name] = _plain(value)
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, Condition):
        return {"question": value.question, "is": list(value.values)}
    if isinstance(value, Column):
        unit = {"unit": value.unit} if value.unit else {}
        return {"name": value.name, **unit, **({"number": True} if value.number else {})}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else str(value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _place(form: Form) -> Iterable[tuple[str, Question]]:
    for number, section in enumerate(form.sections, 1):
        for n, question in enumerate(section.questions, 1):
            yield f"section {number}, question {n} ({question.key})", question


def _check_keys(form: Form) -> None:
    seen: set[str] = set()
    for count, (where, question) in enumerate(_place(form), 1):
        if question.key in seen:
            raise BadForm(f"{where}: two questions have the key {question.key!r}")
        if count > MOST_QUESTIONS:
            raise BadForm(f"{where}: a form has {MOST_QUESTIONS} questions at most")
        seen.add(question.key)


def _check_conditions(form: Form) -> None:
    """A condition looks back only, so that conditions can make no circle."""
    everywhere = {question.key for question in form.questions}
    before: dict[str, Question] = {}
    for where, question in _place(form):
        if question.when is not None:
            key = question.when.question
            if key not in everywhere:
                raise BadForm(
                    f"{where}: it is asked only if {key!r} is answered, and there is no such question"
                )
            if key not in before:
                raise BadForm(
                    f"{where}: it is asked only if {key!r} is answered, which is not asked before it"
                )
            source = before[key]
            if source.kind not in CONDITIONAL_ON:
                raise BadForm(f"{where}: {key!r} has no fixed answers that a condition could name")
            for value in question.when.values:
                if value not in source.values:
                    raise BadForm(f"{where}: {value!r} is not an answer to {key!r}")
        before[question.key] = question


def _parse_question(raw: Any, where: str) -> Question:
    if not isinstance(raw, dict):
        raise BadForm(f"{where} is not a table")
    key, kind = raw.get("key", ""), raw.get("kind", "")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise BadForm(f"{where}: the key {_short(key)} is not a short lower-case word")
    where = f"{where} ({key})"
    _no_others(raw, _FIELDS, where)
    if key in RESERVED:
        raise BadForm(f"{where}: the key {key!r} belongs to a field that every form has")
    if not isinstance(kind, str) or kind not in get_args(Kind):
        raise BadForm(f"{where}: there is no kind {_short(kind)}")
    for name in _ONLY_WHERE_THEY_APPLY:
        if raw.get(name) and name not in KINDS[cast(Kind, kind)].settings:
            raise BadForm(f"{where}: {name} is no setting of the kind {kind!r}")
    label = _text(raw, "label", where, MOST_LINE)
    if not label.strip():
        raise BadForm(f"{where} has no label")
    question = Question(
        key=key,
        kind=cast(Kind, kind),
        label=label,
        help=_text(raw, "help", where, MOST_TEXT),
        required=_switch(raw, "required", where),
        identifying=_switch(raw, "identifying", where),
        public=_switch(raw, "public", where),
        words=_whole(raw, "words", where, 100_000),
        choices=_lines(raw, "choices", where, MOST_CHOICES, MOST_CHOICE),
        minimum=_number(raw, "minimum", where),
        maximum=_number(raw, "maximum", where),
        unit=_text(raw, "unit", where, 40),
        consent_version=_text(raw, "consent_version", where, 80),
        judges=_switch(raw, "judges", where, True),
        when=_condition(raw.get("when"), where),
        categories=_slugs(raw, where),
        earliest=_day(raw, "earliest", where),
        latest=_day(raw, "latest", where),
        most=_whole(
            raw, "most", where, MOST_PEOPLE if kind == "people" else MOST_ROWS if kind == "table" else 100
        ),
        emails=_switch(raw, "emails", where),
        columns=_columns(raw, where),
        rows=_lines(raw, "rows", where, MOST_ROWS, MOST_LABEL_OF_A_ROW),
    )
    _check_settings(question, where)
    return question


def _check_settings(question: Question, where: str) -> None:
    kind, choices = question.kind, question.choices
    if kind in ("choice", "many") and (len(choices) < 2 or len(set(choices)) < len(choices)):
        raise BadForm(f"{where}: a choice needs at least two different choices")
    if kind == "many" and question.most is not None and question.most > len(choices):
        raise BadForm(f"{where}: there are fewer than {question.most} choices")
    if kind == "consent" and not question.consent_version:
        raise BadForm(f"{where}: a consent needs the version of its text")
    if question.words is not None and kind not in ("short", "long"):
        raise BadForm(f"{where}: a word limit is a whole number on a short or long text")
    low, high = question.minimum, question.maximum
    if low is not None and high is not None and low > high:
        raise BadForm(f"{where}: the minimum is above the maximum")
    if question.earliest and question.latest and question.earliest > question.latest:
        raise BadForm(f"{where}: the earliest day is after the latest")
    if kind == "table":
        names = [column.name for column in question.columns]
        if not names or len(set(names)) < len(names):
            raise BadForm(f"{where}: a table needs columns with different names")
        if len(set(question.rows)) < len(question.rows):
            raise BadForm(f"{where}: two rows of the table have the same label")
        if question.rows and question.most is not None:
            raise BadForm(f"{where}: a table has rows of its own or a most, not both")


def _no_others(raw: Mapping[Any, Any], known: Iterable[str], where: str) -> None:
    unknown = sorted(str(name) for name in set(raw) - set(known))
    if unknown:
        raise BadForm(f"{where}: unknown setting {_short(unknown[0])}")


def _short(value: Any) -> str:
    if not isinstance(value, str):
        return f"of the type {type(value).__name__}"
    return repr(value if len(value) <= 60 else f"{value[:60]}…")


def _text(raw: Mapping[str, Any], name: str, where: str, most: int) -> str:
    value = raw.get(name)
    if value is None:
        return ""
    if name == "consent_version":
        value = _as_text(value)
    if not isinstance(value, str):
        raise BadForm(f"{where}: {name} is not a text")
    if len(value) > most:
        raise BadForm(f"{where}: {name} is longer than {most:,} characters")
    if showable(value) != value:
        raise BadForm(f"{where}: {name} has characters that no page can show")
    if name in ("consent_version", "unit") and on_one_line(value) != value:
        raise BadForm(f"{where}: {name} has spaces or lines around it")
    return value


def _as_text(value: Any) -> Any:
    """A year or a count that somebody wrote without quotes."""
    plain = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15
    return str(value) if plain else value


def _switch(raw: Mapping[str, Any], name: str, where: str, otherwise: bool = False) -> bool:
    value = raw.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, bool):
        raise BadForm(f"{where}: {name} is true or false")
    return value


def _whole(raw: Mapping[str, Any], name: str, where: str, most: int) -> int | None:
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        said = "a word limit is a whole number" if name == "words" else f"{name} is a whole number"
        raise BadForm(f"{where}: {said} from 1 to {most:,}")
    return value


def _number(raw: Mapping[str, Any], name: str, where: str) -> Decimal | None:
    value = raw.get(name)
    if value is None:
        return None
    fits = isinstance(value, int | float | str | Decimal) and not isinstance(value, bool)
    try:
        number = Decimal(str(value)) if fits and len(str(value)) <= 30 else None
    except (InvalidOperation, ValueError):
        number = None
    if number is None or not number.is_finite():
        raise BadForm(f"{where}: {name} is not a number")
    return number


def _day(raw: Mapping[str, Any], name: str, where: str) -> str:
    value = raw.get(name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or day_of(value) is None:
        raise BadForm(f"{where}: {name} is not a day, written as a text like '2026-05-22'")
    return value


def _lines(raw: Mapping[str, Any], name: str, where: str, most: int, longest: int) -> tuple[str, ...]:
    values = raw.get(name)
    if values is None:
        return ()
    if not isinstance(values, list | tuple):
        raise BadForm(f"{where}: {name} is not a list")
    if len(values) > most:
        raise BadForm(f"{where}: {name} has more than {most} lines")
    lines = []
    for value in values:
        line = _as_text(value)
        if not isinstance(line, str) or not line or on_one_line(line) != line or len(line) > longest:
            raise BadForm(f"{where}: each of {name} is a text on one line, {longest} characters at most")
        lines.append(line)
    return tuple(lines)


def _slugs(raw: Mapping[str, Any], where: str) -> tuple[str, ...]:
    slugs = _lines(raw, "categories", where, 200, 80)
    if any(not _SLUG.fullmatch(slug) for slug in slugs) or len(set(slugs)) < len(slugs):
        raise BadForm(f"{where}: categories are different slugs of categories")
    return slugs


def _condition(raw: Any, where: str) -> Condition | None:
    if raw is None:
        return None
    if not isinstance(raw, dict) or set(raw) != {"question", "is"} or not isinstance(raw["question"], str):
        raise BadForm(f"{where}: when names a question, and in 'is' the answers to it")
    values = _lines(raw, "is", where, MOST_CHOICES, MOST_CHOICE)
    if not values or len(set(values)) < len(values):
        raise BadForm(f"{where}: when needs at least one answer, each once")
    return Condition(raw["question"], values)


def _columns(raw: Mapping[str, Any], where: str) -> tuple[Column, ...]:
    values = raw.get("columns")
    if values is None:
        return ()
    if not isinstance(values, list | tuple) or len(values) > MOST_COLUMNS:
        raise BadForm(f"{where}: columns is a list of {MOST_COLUMNS} at most")
    return tuple(_column(one, f"{where}, column {n}") for n, one in enumerate(values, 1))


def _column(raw: Any, where: str) -> Column:
    if isinstance(raw, str):
        raw = {"name": raw}
    if not isinstance(raw, dict):
        raise BadForm(f"{where} is neither a name nor a table")
    _no_others(raw, ("name", "unit", "number"), where)
    name = _text(raw, "name", where, MOST_LABEL_OF_A_ROW)
    if not name or on_one_line(name) != name:
        raise BadForm(f"{where}: a column needs a name on one line")
    return Column(name, _text(raw, "unit", where, 40), _switch(raw, "number", where))
