"""The rule card as plain data: how two versions differ, in sentences."""

from collections.abc import Mapping
from typing import Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What is different, one line for each place: "Frontline Hero, Written round, Evidence, weight: 10 becomes 15"."""
    return tuple(_differences((), before, after))


def _differences(path: tuple[str, ...], before: Any, after: Any) -> list[str]:
    if before == after:
        return []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        found = []
        for key in sorted({*before, *after}):
            found += _differences((*path, str(key).replace("_", " ")), before.get(key), after.get(key))
        return found
    if _named(before) and _named(after):
        old, new = ({_name(one): one for one in many} for many in (before, after))
        found = []
        for name in [*old, *(name for name in new if name not in old)]:
            if name not in new:
                found.append(_line((*path[:-1], name), "it is taken away"))
            elif name not in old:
                found.append(_line((*path[:-1], name), "it is new"))
            else:
                found += _differences((*path[:-1], name), old[name], new[name])
        return found or [_line(path, "the order is different")]
    return [_line(path, f"{_said(before)} becomes {_said(after)}")]


def _named(many: Any) -> bool:
    return isinstance(many, list) and all(isinstance(one, Mapping) and "name" in one for one in many)


def _name(one: Mapping[str, Any]) -> str:
    return str(one["name"])


def _line(path: tuple[str, ...], text: str) -> str:
    return f"{', '.join(path)}: {text}"


def _said(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
