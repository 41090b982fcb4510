"""A form with every kind of question and every setting, for the small season's category `frontline`."""

from copy import deepcopy
from typing import Any

from sqlalchemy import select, update

from heroes.domain.digests import digest
from heroes.models import Category, FormVersion
from tests.world import STORY, World

NUMBERS = [{"name": "Before", "number": True}, {"name": "After", "unit": "%", "number": True}]
EVERY: list[dict[str, Any]] = [
    {
        "title": "The work",
        "intro": "Tell it as it was.",
        "question": [
            {
                "key": "sentence",
                "kind": "long",
                "label": "In one sentence, why?",
                "required": True,
                "words": 30,
                "public": True,
            },
            {
                "key": "began",
                "kind": "date",
                "label": "When did it begin?",
                "required": True,
                "earliest": "2025-01-01",
                "latest": "2026-05-22",
            },
            {
                "key": "channels",
                "kind": "many",
                "label": "Where did customers meet them?",
                "required": True,
                "choices": ["Phone", "Chat", "Letters", "In person"],
                "most": 3,
            },
            {"key": "shift", "kind": "choice", "label": "Which shift?", "choices": ["Day", "Night"]},
            {"key": "helped", "kind": "yes_no", "label": "Did anybody help?", "required": True},
            {
                "key": "helpers",
                "kind": "people",
                "label": "Who helped?",
                "required": True,
                "most": 4,
                "emails": True,
                "identifying": True,
                "when": {"question": "helped", "is": ["yes"]},
            },
            {
                "key": "measures",
                "kind": "table",
                "label": "What changed?",
                "help": "Whole numbers will do.",
                "required": True,
                "columns": NUMBERS,
                "rows": ["Calls answered", "Put right the first time"],
            },
            {
                "key": "steps",
                "kind": "table",
                "label": "What was done, step by step?",
                "most": 4,
                "columns": ["What", {"name": "Took", "unit": "days", "number": True}],
            },
            {
                "key": "saved",
                "kind": "number",
                "label": "What did it save?",
                "minimum": 0,
                "maximum": 1_000_000,
                "unit": "£",
            },
        ],
    },
    {
        "title": "Letters",
        "intro": "Letters are still read.",
        "question": [
            {
                "key": "posted",
                "kind": "yes_no",
                "label": "Were they posted?",
                "required": True,
                "when": {"question": "channels", "is": ["Letters"]},
            },
            {
                "key": "stamp",
                "kind": "short",
                "label": "Whose face was on the stamp?",
                "required": True,
                "when": {"question": "posted", "is": ["yes"]},
            },
        ],
    },
    {
        "title": "For the organisers",
        "question": [
            {"key": "manager", "kind": "email", "label": "Their manager’s address", "judges": False},
            {"key": "proof", "kind": "link", "label": "A page about it"},
            {
                "key": "consent",
                "kind": "consent",
                "label": "No customer can be recognised in this.",
                "required": True,
                "consent_version": "2026-2",
            },
        ],
    },
]
"""The form as plain data."""

ANSWERS = {
    "sentence": "She rang forty-one people before anybody asked.",
    "began": "2026-02-01",
    "channels": "Phone\nLetters",
    "helped": "yes",
    "helpers": "Priya Nair\tTeam leader\tLarkfield Water\tpriya@larkfield.example\nSam Oduya",
    "measures": "Calls answered\t1,204\t12.5\nPut right the first time\t71\t88",
    "steps": "Rang every one\t3\nWrote it down\t1",
    "saved": "12,500",
    "posted": "yes",
    "stamp": "The Queen",
    "manager": "manager@larkfield.example",
    "proof": "https://larkfield.example/storm",
    "consent": "2026-2",
}
"""Answers that fit it, as they are kept."""

_GRIDS = {"helpers", "measures", "steps"}
_PEOPLE = {
    key: STORY[key] for key in STORY if key in STORY and key not in {"story", "where", "calls", "agreed"}
}


def posted(**changes: str) -> dict[str, Any]:
    """A whole nomination as a browser posts it: several values for several choices, a control for every cell."""
    answers = ANSWERS | changes
    data: dict[str, Any] = {**_PEOPLE, **{key: text for key, text in answers.items() if key not in _GRIDS}}
    data["channels"] = answers["channels"].split("\n")
    for key in _GRIDS:
        for r, line in enumerate(answers[key].split("\n")):
            for c, cell in enumerate(line.split("\t")):
                data[f"{key}-{r}-{c}"] = cell
    return data


def use(world: World, sections: list[dict[str, Any]] | None = None, category: str = "frontline") -> None:
    """Make this the form of a category of the small season, as its only version."""
    sections = deepcopy(EVERY if sections is None else sections)
    here = select(Category.id).where(Category.slug == category).scalar_subquery()
    world.session.execute(
        update(FormVersion)
        .where(FormVersion.category_id == here)
        .values(sections=sections, digest=digest(sections))
    )
    world.session.commit()
