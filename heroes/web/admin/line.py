"""The line that a leaderboard is divided by: as it is typed, what it means, and what is wrong with it."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from heroes.services.boards import Board
from heroes.services.deciding import Stage, stage_of
from heroes.services.proposing import rule_of
from heroes.services.running import MOST_PLACES
from heroes.web.kit.fields import Problem


@dataclass(frozen=True, slots=True)
class Drawn:
    """The line as it was asked for: what was typed, what it means, and what is wrong with it."""

    places_text: str
    at_least_text: str
    places: int | None
    at_least: Decimal | None
    errors: dict[str, str]

    @property
    def problems(self) -> list[Problem]:
        """The errors for the summary on top of the page."""
        return [Problem(key, sentence) for key, sentence in self.errors.items()]


def asked_line(board: Board, values: Any) -> Drawn:
    """The line that the form or the address asks for; where neither says anything, the category's own rule."""
    rule = rule_of(board)
    if "places" not in values and "at_least" not in values:
        here = stage_of(board) in (Stage.ONLY, Stage.SHORTLIST)
        places = rule.shortlist_places if here else None
        at_least = rule.shortlist_at_least if here else None
        return Drawn(
            str(places) if places else "", format(at_least, "f") if at_least else "", places, at_least, {}
        )
    errors = {}
    places_text, at_least_text = (values.get(name, "").strip() for name in ("places", "at_least"))
    places, at_least = None, None
    if places_text:
        usable = places_text.isascii() and places_text.isdigit() and len(places_text) < 6
        places = int(places_text) if usable else 0
        if not 1 <= places <= MOST_PLACES:
            errors["places"] = f"Give a whole number from 1 to {MOST_PLACES:,}."
            places = None
    if at_least_text:
        at_least = _score(at_least_text)
        if at_least is None:
            errors["at_least"] = "Give a score from 0 to 100."
    return Drawn(places_text, at_least_text, places, at_least, errors)


def _score(text: str) -> Decimal | None:
    try:
        value = Decimal(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", text) else Decimal("NaN")
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= 100 else None
