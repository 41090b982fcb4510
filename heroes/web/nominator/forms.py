"""A category's form as a WTForms class: it parses and draws; whether answers fit is for the domain to say."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, TextInput

from heroes.domain.nominations import CHAPTER, MAY_TELL, PEOPLE_FIELDS, PeopleField, people_fields
from heroes.domain.questions import Form as Questions
from heroes.domain.questions import Question, condition_words, day_of, range_words, showable
from heroes.web.kit.grids import GridField, gathered
from heroes.web.kit.terms import own

HONEYPOT = "website"
ASKED_OF_ALL = frozenset(person.key for person in (*PEOPLE_FIELDS, CHAPTER))
"""Our own questions, which are asked in the programme's words; a season's are its own already."""


@lru_cache(maxsize=200)
def form_class(
    questions: Questions,
    kind: str,
    with_nominator: bool,
    sectors: tuple[str, ...],
    chapters: tuple[str, ...] = (),
) -> type[Form]:
    """The class for one published form; made once, since a published form never changes."""
    fields: dict[str, Any] = {"revision": HiddenField()}
    people = people_fields(kind, with_nominator=with_nominator, chapters=chapters)
    # In the order of the page, so that its summary of errors leads from top to bottom.
    fields[HONEYPOT] = StringField("Leave this empty")
    fields |= {
        person.key: _people_field(person, chapters if person.key == CHAPTER.key else sectors)
        for person in people
        if not person.nominator
    }
    fields |= {question.key: _question_field(questions, question) for question in questions.questions}
    fields |= {
        person.key: _people_field(person, chapters if person.key == CHAPTER.key else sectors)
        for person in people
        if person.nominator
    }
    return type("NominationForm", (Form,), fields)


def _people_field(person: PeopleField, choices: tuple[str, ...]) -> Field:
    auto = person.key.removeprefix("nominator_") if person.nominator else "off"
    settings: dict[str, Any] = {
        "label": person.label,
        "description": person.help,
        "validators": _mark(person.required),
        "render_kw": {"autocomplete": auto if auto in ("name", "email") else "off"},
    }
    if person.key == "may_tell":
        return RadioField(choices=_choices(MAY_TELL), validate_choice=False, **settings)
    if person.key in ("sector", CHAPTER.key) and choices:
        return SelectField(
            choices=_choices({"": "Choose one"} | {one: one for one in choices}),
            validate_choice=False,
            **settings,
        )
    if person.email:
        return EmailField(**settings)
    return StringField(**settings)


def _question_field(form: Questions, question: Question) -> Field:
    settings: dict[str, Any] = {
        "label": question.label,
        "description": _described(form, question),
        "validators": _mark(question.required),
    }
    match question.kind:
        case "long":
            return TextAreaField(**settings)
        case "choice":
            return RadioField(
                choices=_choices({c: c for c in question.choices}), validate_choice=False, **settings
            )
        case "many":
            return SelectMultipleField(
                choices=_choices({c: c for c in question.choices}),
                validate_choice=False,
                widget=ListWidget(prefix_label=False),
                option_widget=CheckboxInput(),
                **settings,
            )
        case "people" | "table":
            return GridField(question=question, **settings)
        case "yes_no":
            return RadioField(choices=_choices({"yes": "Yes", "no": "No"}), validate_choice=False, **settings)
        case "consent":
            # The value is the version of the words that stand beside the box: what was read is what is agreed to.
            return BooleanField(render_kw={"value": question.consent_version}, **settings)
        case "email":
            return EmailField(**settings)
        case "link":
            return URLField(**settings)
        case "number":
            return StringField(render_kw={"inputmode": "decimal"}, **settings)
        case "date":
            limits = {"min": question.earliest, "max": question.latest}
            return StringField(
                widget=DateInput(), render_kw={k: v for k, v in limits.items() if v}, **settings
            )
    if question.words and question.words > 25:
        return TextAreaField(**settings)
    return StringField(**settings)


def _described(form: Questions, question: Question) -> str:
    said = " ".join(filter(None, (question.help, range_words(question))))
    only_if = condition_words(form, question)
    # Said where nothing comes and goes by itself; the module js/asked.js takes it away.
    return Markup("<span data-only-if>{}</span> {}").format(only_if, said) if only_if else said


def _choices(words: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, text) for value, text in words.items()]


class _Mark:
    """Marks a field as required for the page; the rule itself is the domain's."""

    field_flags = {"required": True}  # noqa: RUF012 (WTForms reads a plain dict)

    def __call__(self, form: Form, field: Field) -> None:
        """Accept anything."""


def _mark(required: bool) -> list[_Mark]:
    return [_Mark()] if required else []


def typed(posted: MultiDict[str, str]) -> dict[str, str | None]:
    """What was posted, by key, as far as a page can show it: the same text comes back after any refusal.

    Several values of one name become one a line, the cells of people and tables one text by the key of the question.
    """
    raw: dict[str, str | None] = {showable(key): showable("\n".join(texts)) for key, texts in posted.lists()}
    return raw | gathered(posted)


def filled(
    asked: Questions,
    cls: type[Form],
    values: Mapping[str, str | None],
    errors: Mapping[str, str],
    revision: int = 0,
) -> Form:
    """The form with these values in it and each error at its field."""
    data: dict[str, Any] = {**values, "revision": str(revision)}
    for question in asked.questions:
        value = values.get(question.key)
        if question.kind == "consent":
            data[question.key] = value == question.consent_version
        elif question.kind == "many":
            data[question.key] = value.split("\n") if value else []
    form = cls(data=data)
    for key in ASKED_OF_ALL & form.data.keys():
        form[key].label.text, form[key].description = own(form[key].label.text), own(form[key].description)
    for question in asked.questions:
        # A calendar shows nothing of what is no day, and what somebody typed must not vanish.
        if question.kind == "date" and values.get(question.key) and not day_of(values[question.key] or ""):
            form[question.key].widget = TextInput()
    for key, sentence in errors.items():
        if key in form:
            form[key].errors = [sentence]
    return form
