"""The plain sections of a form, as the builder and season files keep them: which of them a category asks."""

from collections.abc import Sequence
from typing import Any

Sections = list[dict[str, Any]]


def sections_for(sections: Sequence[dict[str, Any]], category: str) -> Sections:
    """The sections with the questions that this category asks, without any that have none left."""
    kept = []
    for section in sections:
        asked = [
            question
            for question in section.get("question", [])
            if not question.get("categories") or category in question["categories"]
        ]
        if asked:
            kept.append(section | {"question": asked})
    return kept
