"""The question of an assignment, checked and put in numbers that depend on the seed and on no order."""

import hashlib
import math
import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from heroes.domain.assignment.plan import Pair

Affinity = Mapping[Pair, float] | Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Problem:
    """Entries and judges as indices in an order shuffled by the seed; sets of judges are bits of an integer.

    `barred` and `held` are sets of judges by entry, `base` loads before anything is given, `cap` None for no limit.
    `kept` are all existing pairs by name, `affinity` a function or None, `shuffle` the seed's own number.
    """

    entries: list[str]
    judges: list[str]
    wanted: list[int]
    barred: list[int]
    held: list[int]
    base: list[int]
    cap: list[int | None]
    kept: list[Pair]
    affinity: Callable[[str, str], float] | None
    shuffle: int


def problem(
    entries: Iterable[str],
    judges: Iterable[str],
    reviews_per_entry: int | Mapping[str, int],
    conflicts: Iterable[Pair],
    caps: int | Mapping[str, int] | None,
    affinity: Affinity | None,
    existing: Iterable[Pair],
    carried: Mapping[str, int],
    seed: int | str,
) -> Problem:
    """Check everything and number it; raises ValueError that names what is wrong."""
    key = hashlib.blake2b(repr(seed).encode(), digest_size=32).digest()
    shown = _shuffled(_names("entries", entries), key, b"entry")
    people = _shuffled(_names("judges", judges), key, b"judge")
    entry_at = {name: index for index, name in enumerate(shown)}
    judge_at = {name: index for index, name in enumerate(people)}
    kept = sorted({_pair("existing", pair) for pair in existing})
    held = _have(kept, entry_at, judge_at)
    barred = _bars(conflicts, entry_at, judge_at, set(kept))
    base = [_count("carried", name, carried.get(name, 0)) for name in people]
    for _, judge in kept:
        if judge in judge_at:
            base[judge_at[judge]] += 1
    wanted = _wanted(reviews_per_entry, shown)
    have = dict.fromkeys(shown, 0)
    for entry, _ in kept:
        if entry in have:
            have[entry] += 1
    return Problem(
        entries=shown,
        judges=people,
        wanted=[max(0, count - have[name]) for name, count in zip(shown, wanted, strict=True)],
        barred=barred,
        held=held,
        base=base,
        cap=[_cap(caps, name) for name in people],
        kept=kept,
        affinity=_affinity(affinity),
        shuffle=int.from_bytes(key[:8], "big"),
    )


def number(entry: str, judge: str, value: object) -> float:
    """An affinity as a finite number, or ValueError that names the pair."""
    if not isinstance(value, bool):
        try:
            as_float = float(value)  # type: ignore[arg-type] # what is no number is caught below
        except (TypeError, ValueError, OverflowError):
            as_float = math.nan
        if math.isfinite(as_float):
            return as_float
    raise ValueError(f"affinity: {value!r} for {(entry, judge)!r} is not a finite number")


def _names(what: str, given: Iterable[str]) -> set[str]:
    if isinstance(given, str):
        raise ValueError(f"{what}: {given!r} is one text, not several")  # noqa: TRY004 (wrong input has one kind of error)
    names = set()
    for name in given:
        if not isinstance(name, str):
            raise ValueError(f"{what}: {name!r} is not a text")  # noqa: TRY004 (wrong input has one kind of error)
        names.add(name)
    return names


def _shuffled(names: Collection[str], key: bytes, what: bytes) -> list[str]:
    def place(name: str) -> tuple[bytes, str]:
        data = name.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, digest_size=8, key=key, person=what).digest(), name

    return sorted(names, key=place)


def _pair(what: str, given: object) -> Pair:
    if isinstance(given, Collection) and not isinstance(given, str) and len(given) == 2:
        entry, judge = given
        if isinstance(entry, str) and isinstance(judge, str):
            return entry, judge
    raise ValueError(f"{what}: {given!r} is not an (entry, judge) pair of texts")


def _count(what: str, name: str, value: object) -> int:
    if not isinstance(value, bool):
        try:
            count = operator.index(value)  # type: ignore[arg-type] # likewise
        except TypeError:
            count = -1
        if count >= 0:
            return count
    raise ValueError(f"{what}: {value!r} for {name!r} is not a whole number from 0")


def _wanted(given: int | Mapping[str, int], entries: list[str]) -> list[int]:
    if not isinstance(given, Mapping):
        count = _count("reviews_per_entry", "every entry", given)
        return [count] * len(entries)
    known = set(entries)
    for name, value in given.items():
        # A wish for an entry that is not there would fall short without anybody hearing of it.
        if _count("reviews_per_entry", name, value) and name not in known:
            raise ValueError(f"reviews_per_entry: {name!r} is not among the entries")
    return [operator.index(given.get(name, 0)) for name in entries]


def _cap(given: int | Mapping[str, int] | None, judge: str) -> int | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        return _count("caps", "every judge", given)
    return _count("caps", judge, given[judge]) if judge in given else None


def _have(kept: list[Pair], entry_at: Mapping[str, int], judge_at: Mapping[str, int]) -> list[int]:
    held = [0] * len(entry_at)
    for entry, judge in kept:
        if entry in entry_at and judge in judge_at:
            held[entry_at[entry]] |= 1 << judge_at[judge]
    return held


def _bars(
    conflicts: Iterable[Pair], entry_at: Mapping[str, int], judge_at: Mapping[str, int], kept: set[Pair]
) -> list[int]:
    barred = [0] * len(entry_at)
    bit = {name: 1 << index for name, index in judge_at.items()}
    clashes = []
    # There may be millions of them, so a plain tuple of known names is not looked at twice.
    for pair in conflicts:
        entry, judge = pair if type(pair) is tuple and len(pair) == 2 else _pair("conflicts", pair)
        try:
            barred[entry_at[entry]] |= bit[judge]
        except (KeyError, TypeError):
            _pair("conflicts", pair)
        if kept and (entry, judge) in kept:
            clashes.append((entry, judge))
    if clashes:
        raise ValueError(f"existing: {min(clashes)!r} is in conflict")
    return barred


def _affinity(given: Affinity | None) -> Callable[[str, str], float] | None:
    if given is None:
        return None
    if isinstance(given, Mapping):
        values = {pair: number(*pair, value) for pair, value in given.items()}
        return lambda entry, judge: values.get((entry, judge), 0.0)
    if not callable(given):
        raise ValueError(f"affinity: {given!r} is neither a mapping nor a function")  # noqa: TRY004 (wrong input has one kind of error)
    return given
