"""Reading a payload that anybody may have written."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from json import dumps
from typing import Any

from heroes.domain.bundles.encoding import BadJson, decode
from heroes.domain.bundles.envelope import BadBundle
from heroes.domain.counting import METHODS, RULES, Criterion, Mark

MOST_DRAWS = 100_000
_DECIMAL = re.compile(r"-?[0-9]{1,31}(\.[0-9]{1,60})?", re.ASCII)
_PARTS = (
    "category criteria digest entries entries_are made_at marks program round rules season set_aside"
    " settings source standings"
)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


def _whole(most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and 0 <= value <= most


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


SETTINGS: Mapping[str, Callable[[Any], bool]] = {
    "method": lambda value: value in tuple(METHODS),
    "places": lambda value: value is None or (_whole(10**6)(value) and value > 0),
    "draws": _whole(MOST_DRAWS),
    "seed": _whole(2**32 - 1),
    "tie_seed": lambda value: value is None or (isinstance(value, str) and 0 < len(value) <= 1000),
    "across_groups": _flag,
    "prior": _flag,
}
"""What a result hangs on besides marks and criteria: the name as `rank` has it, and what it may be."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A payload whose every part has the right shape; whether its numbers are true has not been asked yet."""

    season: str
    category: str
    round: str
    program: str
    rules: str
    references: bool
    criteria: tuple[Criterion, ...]
    settings: Mapping[str, Any]
    entries: Sequence[str]
    marks: Sequence[Mark]
    digest: str
    run: str | None
    run_digest: str
    audit_head: str
    made_at: str
    asked: str
    reason: str | None
    set_aside: int
    standings: Mapping[str, Any]


def read(payload: bytes) -> Bundle:
    """The payload's parts. Raises `BadBundle` with the first thing that is not as a bundle has it."""
    try:
        value = decode(payload)
    except BadJson as error:
        raise BadBundle(f"its contents cannot be read: {error}") from error
    top = _object(value, "", _PARTS)
    if top["rules"] != RULES:
        raise BadBundle(f"it was computed under rules {said(top['rules'])}; this program knows {RULES}")
    criteria = tuple(_criterion(item, at) for at, item in enumerate(_list(top, "criteria")))
    entries = [_name(item, f"entries[{at}]") for at, item in enumerate(_list(top, "entries"))]
    source = _object(top["source"], "source", "asked audit_head digest reason run")
    standings = top["standings"]
    if not isinstance(standings, dict):
        raise BadBundle("standings is no object")
    return Bundle(
        season=_named(top, "season"),
        category=_named(top, "category"),
        round=_named(top, "round"),
        program=_name(top["program"], "program"),
        rules=RULES,
        references=_one_of(top["entries_are"], "entries_are", ("pseudonyms", "references")) == "references",
        criteria=criteria,
        settings=_settings(top["settings"]),
        entries=entries,
        marks=_marks(top["marks"], criteria),
        digest=_matching(top["digest"], "digest", _HEX),
        run=None if source["run"] is None else _name(source["run"], "source.run"),
        run_digest=_matching(source["digest"], "source.digest", _HEX),
        audit_head=_name(source["audit_head"], "source.audit_head"),
        made_at=_name(top["made_at"], "made_at"),
        asked=_name(source["asked"], "source.asked"),
        reason=None if source["reason"] is None else _name(source["reason"], "source.reason"),
        set_aside=_set_aside(top),
        standings=standings,
    )


def _object(value: Any, path: str, keys: str) -> dict[str, Any]:
    wanted = set(keys.split())
    name = path or "the whole"
    if not isinstance(value, dict):
        raise BadBundle(f"{name} is no object")
    if value.keys() != wanted:
        odd = min(value.keys() ^ wanted)
        what = "is missing" if odd in wanted else "does not belong there"
        raise BadBundle(f"{path + '.' if path else ''}{odd[:60]} {what}")
    return value


def _list(of: Mapping[str, Any], key: str) -> list[Any]:
    value = of[key]
    if not isinstance(value, list):
        raise BadBundle(f"{key} is no list")
    return value


def _name(value: Any, path: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 1000:
        raise BadBundle(f"{path} is no text of 1 to 1,000 characters")
    return value


def _named(top: Mapping[str, Any], key: str) -> str:
    both = _object(top[key], key, "name slug")
    _name(both["name"], f"{key}.name")
    return _name(both["slug"], f"{key}.slug")


def _one_of(value: Any, path: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise BadBundle(f"{path} is none of {', '.join(allowed)}")
    return str(value)


def _matching(value: Any, path: str, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadBundle(f"{path} is not as a bundle has it: {said(value)}")
    return value


def _criterion(value: Any, at: int) -> Criterion:
    path = f"criteria[{at}]"
    parts = _object(value, path, "high low name weight")
    weight, low, high = (
        Decimal(_matching(parts[key], f"{path}.{key}", _DECIMAL)) for key in ("weight", "low", "high")
    )
    return Criterion(_name(parts["name"], f"{path}.name"), weight, low, high)


def _settings(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadBundle("settings is no object")
    for name, given in value.items():
        if name not in SETTINGS:
            raise BadBundle(f"settings has “{name[:60]}”, which this program does not know")
        if not SETTINGS[name](given):
            raise BadBundle(f"settings.{name} cannot be {said(given)}")
    missing = [name for name in SETTINGS if name not in value]
    if missing:
        raise BadBundle(f"settings.{missing[0]} is missing")
    return value


def _set_aside(top: Mapping[str, Any]) -> int:
    for at, item in enumerate(_list(top, "set_aside")):
        path = f"set_aside[{at}]"
        for key, text in _object(item, path, "entry judge why").items():
            _name(text, f"{path}.{key}")
    return len(top["set_aside"])


def _marks(value: Any, criteria: Sequence[Criterion]) -> list[Mark]:
    columns = _object(value, "marks", "criterion entry judge value")
    lists = [_list(columns, key) for key in ("entry", "judge", "criterion", "value")]
    if len({len(column) for column in lists}) > 1:
        raise BadBundle("marks has columns of different lengths")
    marks = []
    # One decimal for each spelling, as a million marks have a few dozen.
    known: dict[str | None, Decimal | None] = {None: None}
    for at, (entry, judge, criterion, given) in enumerate(zip(*lists, strict=True)):
        if type(criterion) is not int or not 0 <= criterion < len(criteria):
            raise BadBundle(f"marks.criterion[{at}] is the place of no criterion")
        if given is not None and (not isinstance(given, str) or given not in known):
            known[given] = Decimal(_matching(given, f"marks.value[{at}]", _DECIMAL))
        marks.append(
            Mark(
                _name(entry, f"marks.entry[{at}]"),
                _name(judge, f"marks.judge[{at}]"),
                criteria[criterion].name,
                known[given],
            )
        )
    return marks


def said(value: Any) -> str:
    """A value as the file has it, as far as it fits into a line."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = dumps(value)
    return text if len(text) <= 120 else f"{text[:117]}…"
