"""The shape of a season file: which settings there are, of what kind, and where the first mistake stands."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from heroes.domain.advance_rules import parse_advance
from heroes.domain.clocks import in_utc
from heroes.domain.colours import colour_error
from heroes.domain.counting import METHODS
from heroes.domain.descriptions import MOST_CHAPTER, list_error
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.questions import parse_form
from heroes.domain.round_kinds import KINDS, kind_of
from heroes.domain.slugs import FIXED_ROUTES, FIXED_SEASON_ROUTES, slug_error
from heroes.domain.terms import check_words

MARKS_SHOWN = ("never", "own_in", "closed")
"""When a judge sees what others gave: never, once their own scorecard is in, or once the round is closed."""

Check = Callable[[Any], str | None]
Table = dict[str, Any]


class BadShape(ValueError):
    """A season file that cannot be used; the message names the table and the setting."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a table: what a value must be, and whether it may be left out."""

    check: Check
    optional: bool = False


def _text(most: int = 100_000, *, empty: bool = False) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, str) or not (empty or value.strip()):
            return "a text is wanted"
        return f"it is longer than {most} characters" if len(value) > most else None

    return check


def _texts(value: Any) -> str | None:
    well = isinstance(value, list) and all(_text()(one) is None for one in value)
    return None if well else "a list of texts is wanted"


def _whole(least: int, most: int = 100_000) -> Check:
    def check(value: Any) -> str | None:
        well = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return None if well else f"a whole number from {least} to {most} is wanted"

    return check


def _number(value: Any) -> str | None:
    well = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return None if well and Decimal(str(value)).is_finite() else "a number is wanted"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false is wanted"


def _date(value: Any) -> str | None:
    if not isinstance(value, datetime):
        return "a date with a time is wanted, such as 2026-05-22T17:00:00"
    return None if 1970 <= value.year <= 2200 else "a year from 1970 to 2200 is wanted"


def _one_of(*known: str) -> Check:
    return lambda value: None if value in known else f"one of {', '.join(known)} is wanted"


def _tables(value: Any) -> str | None:
    well = isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
    return None if well else "at least one table is wanted"


def _table(value: Any) -> str | None:
    return None if isinstance(value, dict) else "a table is wanted"


def _words(value: Any) -> str | None:
    if not isinstance(value, dict) or not all(isinstance(word, str) for word in value.values()):
        return "a table of texts is wanted"
    _, wrong = check_words(value)
    return next((f"{key}: {sentence}" for key, sentence in wrong.items()), None)


def _chapters(value: Any) -> str | None:
    return _texts(value) or list_error(value, MOST_CHAPTER)


def _colours(value: Any) -> str | None:
    if not isinstance(value, dict) or set(value) - {"accent"} or not isinstance(value.get("accent"), str):
        return 'a table is wanted, such as { accent = "#8e1b55" }'
    return colour_error(value["accent"])


def _slug(taken: frozenset[str] = frozenset()) -> Check:
    return lambda value: slug_error(value, taken) if isinstance(value, str) else "a text is wanted"


def _maybe(check: Check) -> Setting:
    return Setting(check, optional=True)


_NAME = Setting(_text(200))
_KEY = Setting(_text(80))
_LONG = _maybe(_text(empty=True))
_FILE = {
    "format": Setting(_whole(1, 1)),
    "programme": Setting(_table),
    "season": Setting(_table),
    "milestone": _maybe(_tables),
    "scale": _maybe(_tables),
    "score_set": _maybe(_tables),
    "panel": _maybe(_tables),
    "form": _maybe(_tables),
    "category": _maybe(_tables),
}
_PROGRAMME = {
    "slug": Setting(_slug()),
    "name": _NAME,
    "body": _NAME,
    "contact": _maybe(_text(254, empty=True)),
    "sectors": _maybe(_texts),
    "about": _LONG,
    "words": _maybe(_words),
}
_SEASON = {
    "slug": Setting(_slug(FIXED_ROUTES)),
    "name": _NAME,
    "year": Setting(_whole(1900, 9999)),
    "timezone": Setting(_text(60)),
    "reference": Setting(_text(20)),
    "opens": Setting(_date),
    "closes": Setting(_date),
    "grace_minutes": _maybe(_whole(0)),
    "judging_starts": Setting(_date),
    "shortlist_release": _maybe(_date),
    "outcome_release": _maybe(_date),
    "welcome": _LONG,
    "rules": _LONG,
    "privacy": _LONG,
    "terms": _LONG,
    "chapters": _maybe(_chapters),
    "colours": _maybe(_colours),
}
_MILESTONE = {"at": Setting(_date), "title": _NAME, "note": _LONG}
_SCALE = {
    "key": _KEY,
    "low": Setting(_number),
    "high": Setting(_number),
    "step": _maybe(_number),
    "points": _maybe(_tables),
}
_POINT = {
    "from": Setting(_number),
    "to": Setting(_number),
    "word": Setting(_text()),
    "text": Setting(_text()),
}
_PANEL = {"key": Setting(_slug()), "name": _NAME}
_FORM = {"key": Setting(_slug()), "name": _maybe(_text(200)), "section": _maybe(_tables)}
_SCORE_SET = {
    "key": Setting(_slug()),
    "name": _NAME,
    "comment_words": _maybe(_whole(0)),
    "reason_for_extremes": _maybe(_flag),
    "criterion": _maybe(_tables),
}
_SECTION = {"title": _maybe(_text(200, empty=True)), "intro": _LONG, "question": _maybe(_tables)}
_CATEGORY = {
    "slug": Setting(_slug(FIXED_SEASON_ROUTES)),
    "name": _NAME,
    "kind": Setting(_one_of("person", "team", "organisation")),
    "form": _maybe(_text(80)),
    "line": _maybe(_text(300, empty=True)),
    "who": _LONG,
    "eligibility": _maybe(_texts),
    "how_decided": _maybe(_texts),
    "opens": _maybe(_date),
    "closes": _maybe(_date),
    "comment_words": _maybe(_whole(0)),
    "shortlist_release": _maybe(_date),
    "outcome_release": _maybe(_date),
    "criterion": _maybe(_tables),
    "round": _maybe(_tables),
    "outcome": Setting(_table),
}
_CRITERION = {
    "key": _KEY,
    "name": _NAME,
    "help": _LONG,
    "weight": Setting(_number),
    "scale": _KEY,
    "counts": _maybe(_flag),
    "floor": _maybe(_number),
}
_ROUND = {
    "slug": Setting(_slug()),
    "name": _NAME,
    "opens": Setting(_date),
    "closes": Setting(_date),
    "panel": _KEY,
    "reviews": _maybe(_whole(1)),
    "quorum": _maybe(_whole(1)),
    "blind": _maybe(_flag),
    "method": _maybe(_one_of(*METHODS)),
    "draw_seed": _maybe(_text(200)),
    "score_set": _maybe(_text(80)),
    "kind": _maybe(_one_of(*KINDS)),
    "question": _maybe(_text(200)),
    "marks_shown": _maybe(_one_of(*MARKS_SHOWN)),
    "advance": _maybe(_table),
    "share": _maybe(_whole(0, 100)),
}


def check_shape(data: Table) -> None:
    """Raise `BadShape` for the first setting that is missing, unknown, of the wrong kind or at odds with another."""
    _settings("", data, _FILE)
    _no_nul("", data)
    _settings("[programme]", data["programme"], _PROGRAMME)
    season = data["season"]
    _settings("[season]", season, _SEASON)
    zone = season["timezone"]
    _instants("[season]", season, zone)
    _in_order("[season]", season)
    for where, raw in _each("milestone", data.get("milestone", [])):
        _settings(where, raw, _MILESTONE)
        _instants(where, raw, zone)
    for where, raw in _each("scale", data.get("scale", []), "key"):
        _scale(where, raw)
    for where, raw in _each("score_set", data.get("score_set", []), "key"):
        _settings(where, raw, _SCORE_SET)
        _criteria(where, raw, data)
    for where, raw in _each("panel", data.get("panel", []), "key"):
        _settings(where, raw, _PANEL)
    for where, raw in _each("form", data.get("form", []), "key"):
        _form(where, raw)
    for where, raw in _each("category", data.get("category", []), "slug"):
        _category(where, raw, data)


def _no_nul(where: str, value: Any) -> None:
    if isinstance(value, dict):
        for name, one in value.items():
            _no_nul(f"{where}{', ' if where else ''}{name}", one)
    elif isinstance(value, list):
        for number, one in enumerate(value, 1):
            _no_nul(f"{where} {number}", one)
    elif isinstance(value, str) and "\x00" in value:
        raise BadShape(f"{where}: it has a character that cannot be kept")


def _form(where: str, raw: Table) -> None:
    """A form may still lack questions, but those that it has must be whole."""
    _settings(where, raw, _FORM)
    asked = []
    for inner, section in _each(f"{where}, section", raw.get("section", [])):
        _settings(inner, section, _SECTION)
        if section.get("question"):
            asked.append(section)
    if asked:
        _parsed(where, parse_form, asked)


def _criteria(where: str, raw: Table, data: Table) -> None:
    for inner, one in _each(f"{where}, criterion", raw.get("criterion", []), "key"):
        _settings(inner, one, _CRITERION)
        _known(inner, one, "scale", data)
        if one["weight"] <= 0:
            raise BadShape(f"{inner}: weight: the weight of {one['key']} is not positive")


def _category(where: str, raw: Table, data: Table) -> None:
    zone = data["season"]["timezone"]
    _settings(where, raw, _CATEGORY)
    _instants(where, raw, zone)
    _in_order(where, raw)
    if "form" in raw:
        _known(where, raw, "form", data)
    _criteria(where, raw, data)
    for inner, one in _each(f"{where}, round", raw.get("round", []), "slug"):
        _settings(inner, one, _ROUND)
        _instants(inner, one, zone)
        _in_order(inner, one)
        _known(inner, one, "panel", data)
        _parsed(f"{inner}, advance", parse_advance, one.get("advance", {}))
        if "score_set" in one:
            _known(inner, one, "score_set", data)
        elif kind_of(one.get("kind", "")).question:
            continue
        elif not raw.get("criterion"):
            raise BadShape(f"{inner}: score_set: it is missing, and the category has no criterion of its own")
    _parsed(f"{where}, outcome", parse_outcome_rule, raw["outcome"])


def _parsed(where: str, parse: Callable[[Any], object], raw: Any) -> None:
    try:
        parse(raw)
    except ValueError as error:
        raise BadShape(f"{where}: {error}") from error


def _scale(where: str, raw: Table) -> None:
    _settings(where, raw, _SCALE)
    if raw["low"] >= raw["high"]:
        raise BadShape(f"{where}: high: it must be above low")
    if raw.get("step", 1) <= 0:
        raise BadShape(f"{where}: step: it must be more than 0")
    for inner, point in _each(f"{where}, point", raw.get("points", [])):
        _settings(inner, point, _POINT)


def _settings(where: str, raw: Table, known: dict[str, Setting]) -> None:
    before = f"{where}: " if where else ""
    for name, setting in known.items():
        if name not in raw:
            if not setting.optional:
                raise BadShape(f"{before}{name}: it is missing")
            continue
        fault = setting.check(raw[name])
        if fault:
            raise BadShape(f"{before}{name}: {fault}")
    unknown = sorted(set(raw) - set(known))
    if unknown:
        raise BadShape(f"{before}{unknown[0]}: there is no such setting")


def _each(what: str, rows: list[Table], key: str = "") -> Iterator[tuple[str, Table]]:
    """Each table with its place: "category 2 (team)"; where a key is given, no two may share it."""
    seen: set[str] = set()
    for number, raw in enumerate(rows, 1):
        name = raw.get(key) if key else None
        where = f"{what} {number} ({name})" if isinstance(name, str) and name else f"{what} {number}"
        if isinstance(name, str) and name in seen:
            raise BadShape(f"{where}: {key}: another one has it already")
        seen.add(str(name))
        yield where, raw


def _instants(where: str, raw: Table, zone: str) -> None:
    for name, value in raw.items():
        if isinstance(value, datetime):
            try:
                in_utc(value, zone)
            except ValueError as error:
                wrong = "timezone" if "time zone" in str(error) else name
                raise BadShape(f"{where}: {wrong}: {error}") from error


def _in_order(where: str, raw: Table) -> None:
    # Wall-clock times of one zone; what is in order on the wall is in order, but for an hour in autumn.
    both = "opens" in raw and "closes" in raw
    if both and raw["closes"].replace(tzinfo=None) <= raw["opens"].replace(tzinfo=None):
        raise BadShape(f"{where}: closes: it must be later than opens")


def _known(where: str, raw: Table, what: str, data: Table) -> None:
    if raw[what] not in {one.get("key") for one in data.get(what, [])}:
        raise BadShape(f"{where}: {what}: there is no {what} {raw[what]!r}")
