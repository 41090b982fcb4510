"""A category's outcome rule as data: how many places there are, what has to be reached, and both in plain sentences."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

HUNDRED = Decimal(100)
MOST_PLACES = 10_000
MOST_KEY = 40
"""What `Entry.level` can keep."""
MOST_NAME = 200
MOST_DIGITS = 6


class BadRule(ValueError):
    """An outcome rule that cannot be used; the message names the place and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A criterion that counts, as a rule knows it; `floor` is the one that its score set brings."""

    key: str
    name: str
    floor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One level that an entry can be awarded; each counts its own places.

    Without places everybody gets it who reaches `at_least` (out of 100) with no criterion's mean below `floor` (the
    share of its scale, out of 100). With places those have to be reached as well.
    """

    key: str
    name: str
    places: int | None = None
    at_least: Decimal | None = None
    floor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """Places of the shortlist, the score to reach (out of 100), the smallest field, and the levels, best first.

    `floors` are those of single criteria, by key, for whatever level.
    """

    levels: tuple[Level, ...]
    shortlist_places: int | None = None
    shortlist_at_least: Decimal | None = None
    minimum_field: int = 0
    floors: Mapping[str, Decimal] = field(default_factory=dict)
    one_per_organisation: bool = False
    one_per_person: bool = False
    no_award: bool = True

    @property
    def places(self) -> dict[str, int | None]:
        """Level key -> places; None for as many as reach it."""
        return {level.key: level.places for level in self.levels}

    @property
    def limited(self) -> int | None:
        """The places of all levels that have any; None where none has."""
        return sum(level.places or 0 for level in self.levels) or None

    @property
    def shortlists(self) -> bool:
        """Whether it says anything about a shortlist."""
        return self.shortlist_places is not None or self.shortlist_at_least is not None

    @property
    def benchmark(self) -> bool:
        """Whether nobody competes: everybody who reaches a level gets it, and whoever does not is working towards it.

        Such a category has no shortlist to be told about, and only those who reached a level are ever named.
        """
        return not self.shortlists and all(level.places is None for level in self.levels)

    def level_name(self, key: str) -> str:
        """The level's name, or the key itself for a level that the rule no longer has."""
        return next((level.name for level in self.levels if level.key == key), key)

    def floors_of(self, level: Level, measures: Sequence[Measure]) -> dict[str, Decimal]:
        """Criterion's key -> the highest floor that holds for it at a level."""
        found = {}
        for one in measures:
            asked = [f for f in (level.floor, self.floors.get(one.key), one.floor) if f is not None]
            if asked:
                found[one.key] = max(asked)
        return found


# ---- reading it ----

Check = Callable[[Any], Any]


def parse_outcome_rule(data: Any) -> OutcomeRule:
    """Build the rule from plain values, or raise `BadRule`."""
    if not isinstance(data, dict):
        raise BadRule("an outcome rule is a table of settings")
    raw_levels = data.get("levels")
    if not raw_levels:
        raise BadRule("levels: an outcome rule needs at least one level")
    if not isinstance(raw_levels, list | tuple):
        raise BadRule("levels: a list of tables is wanted")
    values = _read("", data, _RULE)
    levels = tuple(_level(number, raw) for number, raw in enumerate(raw_levels, 1))
    _in_order(levels)
    return OutcomeRule(**{**values, "levels": levels})


def _level(number: int, raw: Any) -> Level:
    where = f"levels, {number}"
    if not isinstance(raw, dict):
        raise BadRule(f"{where}: a table is wanted")
    for name in ("key", "name"):
        if raw.get(name) is None:
            raise BadRule(f"{where}: {name}: it is missing")
    level = Level(**_read(f"{where}: ", raw, _LEVEL))
    if level.places is None and level.at_least is None and level.floor is None:
        raise BadRule(f"{where}: it needs places, or something to reach: at_least or floor")
    return level


def _read(where: str, raw: Mapping[Any, Any], known: Mapping[str, Check]) -> dict[str, Any]:
    for name in raw:
        if name not in known:
            raise BadRule(f"{where}{name}: there is no such setting")
    found = {}
    for name, check in known.items():
        if raw.get(name) is not None:
            try:
                found[name] = check(raw[name])
            except BadRule as error:
                raise BadRule(f"{where}{name}: {error}") from None
    return found


def _in_order(levels: Sequence[Level]) -> None:
    keys: set[str] = set()
    for number, level in enumerate(levels, 1):
        if level.key in keys:
            raise BadRule(f"levels, {number}: key: two levels have the same key {level.key!r}")
        keys.add(level.key)
        for better in levels[: number - 1]:
            for name in ("at_least", "floor"):
                if (getattr(better, name) or 0) < (getattr(level, name) or 0):
                    raise BadRule(
                        f"levels, {number}: {name}: {level.name} asks more than {better.name}, the better level"
                    )
            same = (better.at_least or 0, better.floor or 0) == (level.at_least or 0, level.floor or 0)
            if same and better.places is None:
                raise BadRule(
                    f"levels, {number}: nobody could ever get {level.name}: whoever reaches it gets {better.name}"
                )


def _text(most: int) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or "\x00" in value:
            raise BadRule("a text is wanted")
        if len(value) > most:
            raise BadRule(f"it is longer than {most} characters")
        return value

    return check


def _whole(least: int) -> Check:
    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MOST_PLACES:
            raise BadRule(f"a whole number from {least} to {MOST_PLACES:,} is wanted")
        return value

    return check


def _points(value: Any) -> Decimal:
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        raise BadRule("a number is wanted")
    number = Decimal(str(value))
    if not number.is_finite() or not 0 <= number <= HUNDRED:
        raise BadRule(f"{value} is not from 0 to 100")
    if number != round(number, MOST_DIGITS):
        raise BadRule(f"{MOST_DIGITS} digits after the point at the most are wanted")
    return number


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadRule("true or false is wanted")
    return value


def _floors(value: Any) -> dict[str, Decimal]:
    if not isinstance(value, dict):
        raise BadRule("a table of criterion and share is wanted")
    found = {}
    for key, share in value.items():
        try:
            found[_text(80)(key)] = _points(share)
        except BadRule as error:
            raise BadRule(f"{key}: {error}") from None
    return found


_RULE: dict[str, Check] = {
    "levels": lambda value: value,
    "shortlist_places": _whole(1),
    "shortlist_at_least": _points,
    "minimum_field": _whole(0),
    "floors": _floors,
    "one_per_organisation": _flag,
    "one_per_person": _flag,
    "no_award": _flag,
}
_LEVEL: dict[str, Check] = {
    "key": _text(MOST_KEY),
    "name": _text(MOST_NAME),
    "places": _whole(1),
    "at_least": _points,
    "floor": _points,
}


def unknown_floors(rule: OutcomeRule, keys: Collection[str]) -> list[str]:
    """The floors of criteria that there are none of."""
    return [key for key in rule.floors if key not in keys]


# ---- saying it ----


def plain(number: Decimal) -> str:
    """A number as people write it: 70, 72.5."""
    return f"{number.normalize():f}"


def sentences(rule: OutcomeRule, measures: Sequence[Measure]) -> list[str]:
    """The rule in plain words, a sentence for each part of it: what the builder, the public page and those who decide
    all read."""
    said = [_level_said(rule, number) for number in range(len(rule.levels))]
    said += _floors_said(rule, measures)
    if rule.shortlist_places is not None:
        among = (
            f", at {plain(rule.shortlist_at_least)} out of 100 or above" if rule.shortlist_at_least else ""
        )
        said.append(f"Shortlist: {_many(rule.shortlist_places, 'place', 'places')} at the most{among}.")
    elif rule.shortlist_at_least is not None:
        said.append(f"Shortlist: everything at {plain(rule.shortlist_at_least)} out of 100 or above.")
    if rule.minimum_field:
        said.append(
            f"At least {_many(rule.minimum_field, 'eligible entry', 'eligible entries')}, or it is not judged."
        )
    if rule.one_per_organisation:
        said.append("An organisation is awarded for one of its entries at the most: the best.")
    if rule.one_per_person:
        said.append("Where the same person would be awarded twice, whoever decides is told before.")
    if rule.benchmark:
        said.append("Whoever does not reach it is told what is missing, and is named on no page.")
    elif rule.no_award:
        said.append("There may be no award.")
    else:
        said.append("There is always an award.")
    if rule.shortlist_at_least is not None or _asks(rule, measures):
        said.append("Scores are compared unrounded.")
    return said


def _asks(rule: OutcomeRule, measures: Sequence[Measure]) -> bool:
    return any(level.at_least is not None or rule.floors_of(level, measures) for level in rule.levels)


def _level_said(rule: OutcomeRule, number: int) -> str:
    level = rule.levels[number]
    parts = []
    if level.at_least is not None:
        parts.append(f"at {plain(level.at_least)} out of 100 or above")
    if level.floor is not None:
        parts.append(f"with no criterion under {plain(level.floor)} of 100")
    reach = " ".join(parts)
    if level.places is None:
        return f"{level.name}: every entry {reach}."
    limited = any(better.places is not None for better in rule.levels[:number])
    best = "next best" if limited else "best"
    who = f"the {best} entry" if level.places == 1 else f"the {best} {level.places} entries"
    return f"{level.name}: {who}{', ' + reach if reach else ''}."


def _floors_said(rule: OutcomeRule, measures: Sequence[Measure]) -> list[str]:
    """What single criteria ask, where that is not what every level asks of each criterion already."""
    said = []
    for one in measures:
        own = max((f for f in (rule.floors.get(one.key), one.floor) if f is not None), default=None)
        if own is not None and any(own > (level.floor or 0) for level in rule.levels):
            said.append(f"{one.name}: at least {plain(own)} of 100, for any award.")
    return said


def levels_in_short(rule: OutcomeRule) -> str:
    """The levels that can be won, in one line: "1 winner, up to 2 highly commended"."""
    parts = []
    for number, level in enumerate(rule.levels):
        if level.places is not None:
            parts.append(f"{'up to ' if number else ''}{level.places} {level.name.lower()}")
        elif level.at_least is not None:
            parts.append(f"{level.name} from {plain(level.at_least)}")
        else:
            parts.append(level.name)
    return ", ".join(parts)


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
