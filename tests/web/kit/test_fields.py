"""What the form macros know about a field."""

import html5lib
import pytest
from wtforms import FieldList, Form, FormField, PasswordField, StringField, ValidationError, validators

from heroes.web.kit import fields
from tests.web.kit.gallery import Nomination, filled


class Inner(Form):
    """A form inside a form."""

    town = StringField("Town")

    def validate_town(self, field: StringField) -> None:
        raise ValidationError("Say which town.")


class Outer(Form):
    """A form with parts."""

    address = FormField(Inner)
    places = FieldList(FormField(Inner), min_entries=1)


def test_every_kind_of_field_has_a_shape() -> None:
    assert {field.id: fields.kind(field) for field in Nomination()} == {
        "revision": "hidden",
        "name": "text",
        "sentence": "long",
        "email": "text",
        "surprise": "choices",
        "sector": "select",
        "website": "text",
        "channels": "choices",
        "helpers": "grid",
        "measures": "grid",
        "consent": "tick",
    }


def test_the_summary_leads_to_each_control_in_order() -> None:
    form = filled(sentence="Because.", email="no address", sector="energy")
    form.form_errors.append("The window has closed.")
    form.revision.errors = ["This page is out of date."]
    assert fields.problems(form) == [
        (None, "The window has closed."),
        (None, "This page is out of date."),
        ("name", "Your name: This field is required."),
        ("email", "Nominee’s work e-mail: Enter an address like name@place.example."),
        ("surprise-0", "May we tell them now: Choose whether we may tell them now."),
        ("consent", "A customer in this story could not be recognised: This field is required."),
    ]


def test_forms_in_forms_are_looked_into() -> None:
    form = Outer()
    form.validate()
    assert fields.problems(form) == [
        ("address-town", "Town: Say which town."),
        ("places-0-town", "Town: Say which town."),
    ]


def test_a_control_is_tied_to_all_that_describes_it() -> None:
    form = filled()
    assert fields.attributes(form.sentence, counted=True, rows=4, autocomplete="") == {
        "class": "form-control is-invalid",
        "aria-describedby": "sentence-hint sentence-error sentence-count",
        "aria-invalid": "true",
        "rows": 4,
    }
    assert fields.attributes(filled(sentence="Yes.").sentence) == {
        "class": "form-control",
        "aria-describedby": "sentence-hint",
    }
    assert fields.attributes(Nomination().sector) == {"class": "form-select"}
    assert fields.attributes(Nomination().consent, hint="why") == {
        "class": "form-check-input",
        "aria-describedby": "consent-hint",
    }


class Tried(Nomination):
    """With what else a control may carry."""

    code = StringField("Code", [validators.Length(max=8)], render_kw={"data-own": "1"})
    limited = StringField("Limited", [validators.Length(min=2, max=30), validators.InputRequired()])
    password = PasswordField("Password")


def drawn(markup: str) -> list[tuple[str, dict[str, str], str]]:
    """The elements of a piece of HTML, whatever the order of their attributes."""
    tree = html5lib.parseFragment(markup, namespaceHTMLElements=False)
    return [(e.tag, dict(e.attrib), e.text or "") for e in tree.iter()]


@pytest.mark.parametrize("name", [field.name for field in Tried() if fields.kind(field) != "grid"])
@pytest.mark.parametrize("text", ["", 'a "quoted" <b>\n & more'])
def test_a_control_is_what_wtforms_would_draw(name: str, text: str) -> None:
    form = Tried(data={name: text})
    form.validate()
    field = form[name]
    expected = field(**fields.attributes(field, counted=True, rows=4))
    assert drawn(fields.control(field, counted=True, rows=4)) == drawn(expected)


def test_a_password_is_never_shown_again() -> None:
    assert "secret" not in fields.control(Tried(data={"password": "secret"}).password)


@pytest.mark.parametrize("chosen", ["yes", "", None])
def test_the_choices_are_those_that_wtforms_would_draw(chosen: str | None) -> None:
    field = Nomination(data={"surprise": chosen}).surprise
    expected = [(option.id, option.data, option.label.text, option.checked) for option in field]
    assert [tuple(option) for option in fields.options(field)] == expected
