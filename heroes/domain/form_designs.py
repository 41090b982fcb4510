"""The working copy of a form as plain data: finding, adding, changing, moving and taking away what it asks.

Every function takes sections (`[{title, intro, question: [...]}]`) and gives new ones back; what it was given stays as
it is. Whether the result could be published is another question: see `unfit`.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from heroes.domain.questions import CONDITIONAL_ON, RESERVED, Form
from heroes.domain.slugs import slugify

Sections = list[dict[str, Any]]
Asked = dict[str, Any]
"""One question as plain data, as `heroes.domain.questions.parse_form` reads it."""

MOST_KEY = 30


class Gone(LookupError):
    """The section or question is not, or no longer, there."""


class BadMove(ValueError):
    """A change that would leave a question before the one it hangs on; the message says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands: the section's number and the question's within it, both from 0."""

    section: int
    index: int


def every_question(sections: Sequence[Mapping[str, Any]]) -> Iterator[Asked]:
    """The questions in order."""
    for section in sections:
        yield from section.get("question", ())


def place_of(sections: Sequence[Mapping[str, Any]], key: str) -> Place:
    """Where a question stands, or `Gone`."""
    for number, section in enumerate(sections):
        for index, question in enumerate(section.get("question", ())):
            if question.get("key") == key:
                return Place(number, index)
    raise Gone(key)


def question_of(sections: Sequence[Mapping[str, Any]], key: str) -> Asked:
    """A question by its key, or `Gone`."""
    place = place_of(sections, key)
    found: Asked = sections[place.section]["question"][place.index]
    return found


def name_of(question: Mapping[str, Any]) -> str:
    """A question as sentences name it."""
    return f"“{str(question.get('label', '')).strip() or question.get('key', '')}”"


def title_of(sections: Sequence[Mapping[str, Any]], number: int) -> str:
    """A section as sentences name it."""
    return str(sections[number].get("title", "")).strip() or f"Section {number + 1}"


def free_key(label: str, taken: Collection[str]) -> str:
    """A key made from a label, that no question of `taken` and no built-in field has."""
    words = slugify(label).replace("-", "_")
    if len(words) > MOST_KEY:
        words = words[: MOST_KEY + 1].rpartition("_")[0] or words[:MOST_KEY]
    stem = words if re.match("[a-z]", words) and words != "untitled" else "question"
    key, number = stem, 1
    while key in taken or key in RESERVED:
        number += 1
        key = f"{stem}_{number}"
    return key


def asked_in(sections: Sequence[Mapping[str, Any]], form: Form, category: str) -> Sections:
    """The part that a category asks, ready to be published; `form` is what the same sections parse to."""
    kept = {question.key for question in form.for_category(category).questions}
    found = []
    for section in sections:
        asked = [
            {name: value for name, value in question.items() if name != "categories"}
            for question in section.get("question", ())
            if question["key"] in kept
        ]
        if asked:
            found.append({**section, "question": asked})
    return found


# ---- conditions ----


def hanging_on(sections: Sequence[Mapping[str, Any]], key: str) -> list[Asked]:
    """The questions that are asked only after certain answers to this one."""
    return [asked for asked in every_question(sections) if (asked.get("when") or {}).get("question") == key]


def can_hang_on(sections: Sequence[Mapping[str, Any]], place: Place) -> list[Asked]:
    """The questions before a place whose answer can decide whether a question there is asked."""
    before = [
        asked
        for number, section in enumerate(sections)
        for index, asked in enumerate(section.get("question", ()))
        if (number, index) < (place.section, place.index)
    ]
    return [asked for asked in before if asked.get("kind") in CONDITIONAL_ON]


def answers_of(question: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers that a condition can name: value and words."""
    if question.get("kind") == "yes_no":
        return [("yes", "Yes"), ("no", "No")]
    return [(str(choice), str(choice)) for choice in question.get("choices", ())]


def answer_lost(sections: Sequence[Mapping[str, Any]], key: str, after: Mapping[str, Any]) -> str:
    """Which answer another question hangs on, that this one would no longer have as `after`; empty if none."""
    left = {value for value, _ in answers_of(after)} if after.get("kind") in CONDITIONAL_ON else set()
    for other in hanging_on(sections, key):
        for value in other["when"]["is"]:
            if value not in left:
                return f"{name_of(other)} is asked after the answer “{value}”. Change that first."
    return ""


def _in_order(sections: Sections) -> Sections:
    """The sections, if every question comes after the one it hangs on; else `BadMove`."""
    seen: set[str] = set()
    every = {asked.get("key"): asked for asked in every_question(sections)}
    for asked in every_question(sections):
        on = (asked.get("when") or {}).get("question")
        if on in every and on not in seen:
            raise BadMove(
                f"{name_of(asked)} is asked after certain answers to {name_of(every[on])}, so it must come after it."
            )
        seen.add(str(asked.get("key")))
    return sections


# ---- changes ----


def add_section(sections: Sections, title: str, intro: str = "") -> Sections:
    """A new, empty section at the end."""
    return [*deepcopy(sections), {"title": title, "intro": intro, "question": []}]


def change_section(sections: Sections, number: int, title: str, intro: str) -> Sections:
    """Another title and introduction."""
    after = _with_section(sections, number)
    after[number] |= {"title": title, "intro": intro}
    return after


def remove_section(sections: Sections, number: int) -> Sections:
    """The section goes with its questions, and with the conditions that hang on them."""
    after = _with_section(sections, number)
    for asked in list(after[number].get("question", ())):
        after = remove_question(after, asked["key"])
    del after[number]
    return after


def move_section(sections: Sections, number: int, to: int) -> Sections:
    """The section becomes number `to`. Raises `BadMove` if a question would come before the one it hangs on."""
    after = _with_section(sections, number)
    after.insert(max(0, min(to, len(after) - 1)), after.pop(number))
    return _in_order(after)


def add_question(sections: Sections, number: int, question: Mapping[str, Any]) -> Sections:
    """A new question at the end of a section. Raises `BadMove` as `move_section`."""
    after = _with_section(sections, number)
    after[number].setdefault("question", []).append(deepcopy(dict(question)))
    return _in_order(after)


def change_question(sections: Sections, key: str, question: Mapping[str, Any]) -> Sections:
    """The question asks something else at the same place, under the same key. Raises `BadMove` as `move_section`."""
    place = place_of(sections, key)
    after = deepcopy(sections)
    after[place.section]["question"][place.index] = deepcopy(dict(question)) | {"key": key}
    return _in_order(after)


def remove_question(sections: Sections, key: str) -> Sections:
    """The question goes, and whatever hung on it is asked always."""
    place = place_of(sections, key)
    after = deepcopy(sections)
    del after[place.section]["question"][place.index]
    for asked in hanging_on(after, key):
        del asked["when"]
    return after


def move_question(sections: Sections, key: str, number: int, index: int) -> Sections:
    """The question becomes number `index` of a section. Raises `BadMove` as `move_section`."""
    place = place_of(sections, key)
    after = _with_section(sections, number)
    asked = after[place.section]["question"].pop(place.index)
    questions = after[number].setdefault("question", [])
    questions.insert(max(0, min(index, len(questions))), asked)
    return _in_order(after)


def one_up(sections: Sections, key: str) -> Place:
    """The place before a question's own: in its section, or at the end of the one before."""
    place = place_of(sections, key)
    if place.index > 0:
        return Place(place.section, place.index - 1)
    if place.section > 0:
        return Place(place.section - 1, len(sections[place.section - 1].get("question", ())))
    return place


def one_down(sections: Sections, key: str) -> Place:
    """The place after a question's own: in its section, or at the start of the next."""
    place = place_of(sections, key)
    if place.index + 1 < len(sections[place.section]["question"]):
        return Place(place.section, place.index + 1)
    if place.section + 1 < len(sections):
        return Place(place.section + 1, 0)
    return place


def _with_section(sections: Sections, number: int) -> Sections:
    if not 0 <= number < len(sections):
        raise Gone(str(number))
    return deepcopy(sections)
