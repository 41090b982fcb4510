"""What a form macro must know about a WTForms field: its kind, where its error is, what describes it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from markupsafe import Markup, escape
from wtforms import BooleanField, Field, FieldList, FormField
from wtforms.fields.choices import SelectFieldBase
from wtforms.form import BaseForm
from wtforms.widgets import EmailInput, HiddenInput, ListWidget, TextArea, TextInput, URLInput

from heroes.web.kit.grids import GridField
from heroes.web.kit.terms import own

# WTForms spends most of a form's time on joining attributes. These widgets are drawn here, the same but quicker; a
# password is not among them, because its widget also keeps it from being shown again.
PLAIN = {TextInput, EmailInput, URLInput, TextArea}
FLAGS = ("required", "disabled", "readonly", "maxlength", "minlength")


class Problem(NamedTuple):
    """One line of the error summary: the control it leads to (None if it has none) and what to say."""

    anchor: str | None
    text: str


class Option(NamedTuple):
    """One choice of a group, ready to be drawn."""

    id: str
    value: str
    label: str
    chosen: bool


def kind(field: Field) -> str:
    """How a field is shown: hidden, tick, choices, select, grid, long or text."""
    if isinstance(field, GridField):
        return "grid"
    if isinstance(field.widget, HiddenInput):
        return "hidden"
    if isinstance(field, BooleanField):
        return "tick"
    if isinstance(field.widget, ListWidget):
        return "choices"
    if isinstance(field, SelectFieldBase):
        return "select"
    return "long" if isinstance(field.widget, TextArea) else "text"


def anchor(field: Field) -> str:
    """The id that a link to this field must name: a group has none of its own, its first control has."""
    if isinstance(field, GridField):
        return field.first
    return f"{field.id}-0" if kind(field) == "choices" else str(field.id)


def _leaves(form: BaseForm) -> Iterator[Field]:
    waiting = list(form)
    while waiting:
        field = waiting.pop(0)
        if isinstance(field, FormField):
            waiting[:0] = list(field.form)
        elif isinstance(field, FieldList):
            waiting[:0] = list(field.entries)
        else:
            yield field


def problems(form: BaseForm) -> list[Problem]:
    """Everything that is wrong with a form, in the order of its fields; what concerns the whole form comes first."""
    found = [Problem(None, own(str(text))) for text in form.form_errors]
    for field in _leaves(form):
        if field.errors and kind(field) == "hidden":
            found.append(Problem(None, own(str(field.errors[0]))))
        elif field.errors:
            found.append(
                Problem(anchor(field), f"{str(field.label.text).rstrip('?')}: {own(str(field.errors[0]))}")
            )
    return found


def described(field: Field, counted: bool = False, hint: str = "") -> str:
    """The ids of what describes a field (hint, error, count), for aria-describedby; empty if nothing does."""
    parts = (
        ("hint", hint or field.description),
        ("error", field.errors),
        ("count", counted),
    )
    return " ".join(f"{field.id}-{part}" for part, there in parts if there)


def attributes(field: Field, counted: bool = False, hint: str = "", **more: Any) -> dict[str, Any]:
    """The attributes of a field's control: its class, what describes it, whether it is wrong, and any others given."""
    base = {"tick": "form-check-input", "select": "form-select"}.get(kind(field), "form-control")
    given: dict[str, Any] = {"class": f"{base} is-invalid" if field.errors else base}
    if about := described(field, counted, hint):
        given["aria-describedby"] = about
    if field.errors:
        given["aria-invalid"] = "true"
    return given | {name: value for name, value in more.items() if value}


def control(field: Field, counted: bool = False, hint: str = "", **more: Any) -> Markup:
    """A field's control with all its attributes; exactly what WTForms draws, and quicker where most fields are."""
    given = attributes(field, counted, hint, **more)
    if type(field.widget) not in PLAIN or field.render_kw:
        by_wtforms: Markup = field(**given)
        return by_wtforms
    given |= {"id": field.id, "name": field.name}
    given |= {flag: value for flag in FLAGS if (value := getattr(field.flags, flag))}
    text = escape(field._value())  # noqa: SLF001 (this is what every widget of WTForms calls)
    drawn = "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"' for name, value in given.items()
    )
    if isinstance(field.widget, TextArea):
        return Markup(f"<textarea{drawn}>\r\n{text}</textarea>")  # noqa: S704 (every part is escaped above)
    return Markup(f'<input type="{field.widget.input_type}" value="{text}"{drawn}>')  # noqa: S704 (the same)


def options(field: Field) -> Iterator[Option]:
    """The choices of a group, each with the id that WTForms would give it."""
    for n, choice in enumerate(field.iter_choices()):
        yield Option(f"{field.id}-{n}", str(choice.value), choice.label, bool(choice.selected))
