"""A result as plain values that any JSON keeps, and back: decimals as texts, floats as numbers, exactly.

A dataclass becomes a mapping of its fields without those that have their default, a tuple a list. Reading back gives
equal values, and tells decimals (texts) from floats (numbers) where a field may be either.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from heroes.domain.counting.standings import Standing, Standings, TieStep

Thing = TypeVar("Thing")
Write = Callable[[Any], Any]
Read = Callable[[Any], Any]


def to_plain(thing: Any) -> dict[str, Any]:
    """A dataclass of a result as mappings, lists, texts, numbers and nothing else."""
    kind: Any = type(thing)
    plain: dict[str, Any] = _writer(kind)(thing)
    return plain


def from_plain(kind: Callable[..., Thing], plain: Mapping[str, Any]) -> Thing:
    """The dataclass of this kind that `to_plain` made these values from. Unknown fields are an error."""
    thing: Thing = _reader(kind)(plain)
    return thing


def without_entries(standings: Standings) -> dict[str, Any]:
    """All that a result says beyond its lines, as plain values."""
    plain = to_plain(replace(standings, entries=()))
    del plain["entries"]
    return plain


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a result as plain values, in its order. Of line n, `tied[n]` are its tie-breaks: places in `ties`.

    A tie-break lists its whole group, and everybody in the group has it: so it is kept once.
    """

    lines: tuple[dict[str, Any], ...]
    tied: tuple[list[int], ...]
    ties: tuple[dict[str, Any], ...]


def lines_of(standings: Standings) -> Lines:
    """The lines of a result, without their tie-breaks, and the tie-breaks beside them."""
    numbers: dict[TieStep, int] = {}
    # The engine hands one and the same step to everybody in it; to compare a large one by value takes long.
    known: dict[int, int] = {}
    tied = []
    for one in standings.entries:
        for step in one.tie:
            if id(step) not in known:
                known[id(step)] = numbers.setdefault(step, len(numbers))
        tied.append([known[id(step)] for step in one.tie])
    return Lines(
        tuple(to_plain(replace(one, tie=())) for one in standings.entries),
        tuple(tied),
        tuple(to_plain(step) for step in numbers),
    )


def with_entries(summary: Mapping[str, Any], entries: tuple[Standing, ...] = ()) -> Standings:
    """The result of these plain values, with these lines: all of them, one page, or none."""
    return replace(from_plain(Standings, {**summary, "entries": []}), entries=entries)


@cache
def _writer(kind: Any) -> Write:
    """How values of a type are written."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        parts = [(field.name, field.default, _writer(hints[field.name])) for field in fields(kind)]

        def write(thing: Any) -> dict[str, Any]:
            found = {}
            for name, default, part in parts:
                value = getattr(thing, name)
                if default is MISSING or value != default:
                    found[name] = part(value)
            return found

        return write
    if get_origin(kind) is tuple:
        part = _writer(get_args(kind)[0])
        return lambda values: [part(value) for value in values]
    inner = _inner(kind)
    if len(inner) == 1 and inner[0] is not kind:
        part = _writer(inner[0])
        return lambda value: None if value is None else part(value)
    return _exact


def _exact(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


@cache
def _reader(kind: Any) -> Read:
    """How values of a type are read."""
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        parts = {field.name: _reader(hints[field.name]) for field in fields(kind)}
        return lambda plain: kind(**{name: parts[name](value) for name, value in plain.items()})
    if get_origin(kind) is tuple:
        part = _reader(get_args(kind)[0])
        return lambda values: tuple(part(value) for value in values)
    inner = _inner(kind)
    if Decimal in inner:
        return _number
    if inner == (float,):
        # A database may give 1e22 back as a whole number.
        return lambda value: None if value is None else float(value)
    if len(inner) == 1 and inner[0] is not kind:
        part = _reader(inner[0])
        return lambda value: None if value is None else part(value)
    return lambda value: value


def _number(value: Any) -> Any:
    if value is None:
        return None
    return Decimal(value) if isinstance(value, str) else float(value)


def _inner(kind: Any) -> tuple[Any, ...]:
    """The types that a field may hold besides nothing."""
    if get_origin(kind) in (Union, UnionType):
        return tuple(one for one in get_args(kind) if one is not NoneType)
    return (kind,)
