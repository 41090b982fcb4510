"""The people of an entry: what is asked of every nominator beside the category's own questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from heroes.domain.questions import clean_text, email_error

CategoryKind = Literal["person", "team", "organisation"]
People = dict[str, str]
"""Field key -> text; the keys are those of `PEOPLE_FIELDS`."""

MAY_TELL = {
    "yes": "Yes, the organisers may tell them",
    "no": "No, keep it a surprise until the shortlist",
}


@dataclass(frozen=True, slots=True)
class PeopleField:
    """One built-in field; `label` by kind of category where it differs, and the kinds that are asked it."""

    key: str
    label: str
    most: int
    required: bool = True
    email: bool = False
    help: str = ""
    kinds: frozenset[str] = frozenset({"person", "team", "organisation"})
    nominator: bool = False


PEOPLE_FIELDS: tuple[PeopleField, ...] = (
    PeopleField("nominator_name", "Your name", 200, nominator=True),
    PeopleField(
        "nominator_email",
        "Your e-mail",
        254,
        email=True,
        nominator=True,
        help="Your receipt and your private link go here. The organisers see it, and whoever has the link;"
        " judges and the public do not.",
    ),
    PeopleField(
        "relation",
        "How do you know them?",
        300,
        nominator=True,
        help="For example: I am on the same team.",
    ),
    PeopleField("title", "Who are you nominating?", 300, help="Their name, as it should be read out."),
    PeopleField("nominee_role", "Their role", 300, kinds=frozenset({"person"})),
    PeopleField(
        "nominee_email",
        "Their work e-mail",
        254,
        required=False,
        email=True,
        help="So that the organisers can write to them, when you allow it.",
        kinds=frozenset({"person"}),
    ),
    PeopleField("organisation_name", "Their organisation", 200),
    PeopleField("sector", "Sector", 80, required=False),
    PeopleField("may_tell", "May the organisers tell them now?", 10, kinds=frozenset({"person"})),
)

CHAPTER = PeopleField("chapter", "Chapter", 80, help="The region or site that it belongs to.")
"""Asked beside the others in a season that has more than one chapter."""

_TITLES = {
    "team": ("Name of the team", "As it should be read out."),
    "organisation": ("Name of the entry", "The organisation or the project, as it should be read out."),
}


def people_fields(
    kind: str, *, with_nominator: bool = True, chapters: Sequence[str] = ()
) -> tuple[PeopleField, ...]:
    """The fields asked in a category of this kind; an organisation's member is not asked who they are.

    `chapters` are the season's: one is asked for where there are two or more.
    """
    asked = []
    for field in PEOPLE_FIELDS:
        if kind not in field.kinds or (field.nominator and not with_nominator):
            continue
        if field.key == "title" and kind in _TITLES:
            label, hint = _TITLES[kind]
            field = PeopleField("title", label, 300, help=hint)  # noqa: PLW2901 (a label of its own for this kind)
        asked.append(field)
        if field.key == "sector" and len(chapters) > 1:
            asked.append(CHAPTER)
    return tuple(asked)


def clean_people(
    kind: str, raw: Mapping[str, str | None], *, with_nominator: bool = True, chapters: Sequence[str] = ()
) -> People:
    """What was typed for the fields of this kind: on one line, control characters out, nothing cut."""
    return {
        field.key: " ".join(clean_text(raw.get(field.key) or "").split())
        for field in people_fields(kind, with_nominator=with_nominator, chapters=chapters)
    }


def people_too_long(
    kind: str, people: Mapping[str, str], *, with_nominator: bool = True, chapters: Sequence[str] = ()
) -> dict[str, str]:
    """Values that cannot be kept even in a draft: field -> sentence."""
    return {
        field.key: f"This is longer than {field.most} characters, which is more than we can keep."
        for field in people_fields(kind, with_nominator=with_nominator, chapters=chapters)
        if len(people.get(field.key, "")) > field.most
    }


def check_people(
    kind: str,
    people: Mapping[str, str],
    sectors: tuple[str, ...] = (),
    *,
    with_nominator: bool = True,
    chapters: Sequence[str] = (),
) -> dict[str, str]:
    """What stops these people's fields from being submitted: field -> sentence."""
    errors = people_too_long(kind, people, with_nominator=with_nominator, chapters=chapters)
    for field in people_fields(kind, with_nominator=with_nominator, chapters=chapters):
        if field.key in errors:
            continue
        value = people.get(field.key, "")
        error = _check_field(field, value, chapters if field.key == CHAPTER.key else sectors)
        if error:
            errors[field.key] = error
    return errors


def _check_field(field: PeopleField, value: str, choices: Sequence[str]) -> str | None:
    if not value:
        missing = (
            "Choose whether the organisers may tell them now."
            if field.key == "may_tell"
            else "Choose one of these."
            if field.key == CHAPTER.key
            else "Write an answer here."
        )
        return missing if field.required else None
    if field.email:
        return email_error(value)
    if field.key == "may_tell" and value not in MAY_TELL:
        return "Choose whether the organisers may tell them now."
    if field.key in ("sector", CHAPTER.key) and choices and value not in choices:
        return "Choose one of these."
    return None
