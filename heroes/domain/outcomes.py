"""A category's outcome rule: how many places the shortlist and each level have."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Level:
    """One level that an entry can be awarded; each counts its own places."""

    key: str
    name: str
    places: int


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """Places of the shortlist, the score to reach (out of 100), the smallest field, and the levels, best first."""

    levels: tuple[Level, ...]
    shortlist_places: int | None = None
    shortlist_at_least: Decimal | None = None
    minimum_field: int = 0

    @property
    def places(self) -> dict[str, int]:
        """Level key -> places."""
        return {level.key: level.places for level in self.levels}

    def level_name(self, key: str) -> str:
        """The level's name, or the key itself for a level that the rule no longer has."""
        return next((level.name for level in self.levels if level.key == key), key)


def parse_outcome_rule(data: Any) -> OutcomeRule:
    """Build the rule from plain values or raise ValueError that names what is wrong."""
    if not isinstance(data, dict) or not data.get("levels"):
        raise ValueError("an outcome rule needs at least one level")
    levels = []
    for raw in data["levels"]:
        places = raw.get("places")
        if not raw.get("key") or not raw.get("name") or not isinstance(places, int) or places < 1:
            raise ValueError("a level needs a key, a name and at least one place")
        levels.append(Level(str(raw["key"]), str(raw["name"]), places))
    if len({level.key for level in levels}) < len(levels):
        raise ValueError("two levels have the same key")
    at_least = data.get("shortlist_at_least")
    return OutcomeRule(
        levels=tuple(levels),
        shortlist_places=data.get("shortlist_places"),
        shortlist_at_least=None if at_least is None else Decimal(str(at_least)),
        minimum_field=int(data.get("minimum_field", 0)),
    )
