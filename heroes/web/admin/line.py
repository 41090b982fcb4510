"""The line that a leaderboard is divided by: as it is typed, what it means, and what is wrong with it."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from heroes.services.boards import Board
from heroes.services.deciding import Stage, stage_of
from heroes.services.own_lines import OwnLine, shortlist_line
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
    yes: int | None = None
    together: bool = False
    """Whether whoever is level with the last place is above the line as well."""

    @property
    def drawn(self) -> bool:
        """Whether there is a line at all."""
        return (self.places, self.at_least, self.yes) != (None, None, None)

    @property
    def query(self) -> dict[str, str]:
        """The line as an address carries it."""
        yes = {"yes": str(self.yes)} if self.yes is not None else {}
        together = {"together": "1"} if self.together else {}
        return {"places": self.places_text, "at_least": self.at_least_text, **yes, **together}

    @property
    def problems(self) -> list[Problem]:
        """The errors for the summary on top of the page."""
        return [Problem(key, sentence) for key, sentence in self.errors.items()]


def asked_line(board: Board, values: Any) -> Drawn:
    """The line that the form or the address asks for; where neither says anything, the round's or category's own."""
    if not {"places", "at_least", "yes"} & set(values):
        here = stage_of(board) in (Stage.ONLY, Stage.SHORTLIST)
        own = shortlist_line(board) if here else OwnLine()
        return Drawn(
            str(own.places) if own.places else "",
            format(own.at_least, "f") if own.at_least else "",
            own.places,
            own.at_least,
            {},
            own.yes,
            own.together,
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
    yes_text = values.get("yes", "").strip()
    yes = int(yes_text) if yes_text.isascii() and yes_text.isdigit() and len(yes_text) < 6 else None
    together = values.get("together") == "1"
    return Drawn(places_text, at_least_text, places, at_least, errors, yes, together)


def _score(text: str) -> Decimal | None:
    try:
        value = Decimal(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", text) else Decimal("NaN")
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= 100 else None
