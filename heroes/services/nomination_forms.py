"""An entry's form and its people's fields."""

from collections.abc import Mapping
from typing import Any

from heroes.domain.digests import digest
from heroes.domain.nominations import People
from heroes.domain.questions import Form, parse_form
from heroes.models.entries import Entry
from heroes.models.seasons import FormVersion

PEOPLE_COLUMNS = (
    "title",
    "nominee_role",
    "nominee_email",
    "organisation_name",
    "sector",
    "may_tell",
    "nominator_name",
    "nominator_email",
    "relation",
)
"""The columns of an entry that the people's fields are kept in."""


MOST_PARSED = 500
_PARSED: dict[str, Form] = {}


def form_of(version: FormVersion) -> Form:
    """The parsed form; a published version never changes, so each is parsed once in a process."""
    return _form(version.digest, version.sections)


def form_from(sections: list[dict[str, Any]]) -> Form:
    """The same for a version's sections alone."""
    return _form(digest(sections), sections)


def _form(known_as: str, sections: list[dict[str, Any]]) -> Form:
    if known_as not in _PARSED:
        if len(_PARSED) > MOST_PARSED:
            _PARSED.clear()
        _PARSED[known_as] = parse_form(sections)
    return _PARSED[known_as]


def still_asked(version: FormVersion, answers: Mapping[str, str]) -> dict[str, str]:
    """Those of the answers whose questions this form asks."""
    keys = {question.key for question in form_of(version).questions}
    return {key: text for key, text in answers.items() if key in keys}


def people_of(entry: Entry) -> People:
    """The people's fields as they stand; the chapter is among them where there is one."""
    found = {column: getattr(entry, column) for column in PEOPLE_COLUMNS}
    return found | {"chapter": entry.chapter} if entry.chapter else found
