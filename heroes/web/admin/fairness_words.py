"""What the fairness page says: orders side by side, one judge left out, single marks that decide, what moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heroes.web.admin.board_words import Names, named
from heroes.web.kit.words import many, mark

HEADS = {
    "mean": "Raw",
    "calibrated": "Calibrated",
    "trimmed-mean": "Trimmed",
    "median": "Median",
}
"""The methods that are shown side by side, in their columns' order, with short heads."""


@dataclass(frozen=True, slots=True)
class Without:
    """The result with one judge left out: who changes sides of the line, and how many places change."""

    judge: str
    said: str
    places: str
    flips: bool


def without(found: Iterable[Mapping[str, Any]], names: Names) -> list[Without]:
    """The judges whose absence would change something: first who changes sides of the line, then how much changes."""
    rows = []
    for one in found:
        changes, comes, drops = one.get("changes", []), one.get("came_in", []), one.get("fell_out", [])
        name, first = names.get(one["judge"], one["judge"]), one.get("first")
        said = _flip(comes, drops, names)
        if first:
            said = f"{said} {names.get(first, first)} would be first."
        flips = bool(comes or drops or first)
        rows.append(((not flips, -len(changes), name), Without(name, said, _places(changes, names), flips)))
    return [line for _, line in sorted(rows, key=lambda row: row[0])]


def _flip(comes: Sequence[str], drops: Sequence[str], names: Names) -> str:
    if not comes and not drops:
        return "Nobody changes sides of the line."
    parts = [f"{named(comes, names)} would be in"] if comes else []
    if drops:
        parts.append(f"{named(drops, names)} would be out")
    return f"{', '.join(parts)}."


def _places(changes: Sequence[Mapping[str, Any]], names: Names) -> str:
    if not changes:
        return "No place changes."
    said = f"{many(len(changes), 'place')} would change"
    moved = [one for one in changes if one.get("before") and one.get("after")]
    if not moved:
        return f"{said}."
    most = max(moved, key=lambda one: abs(one["after"] - one["before"]))
    return f"{said}; {names.get(most['entry'], most['entry'])} the most, from {most['before']} to {most['after']}."


def flips(found: Iterable[Mapping[str, Any]], names: Names) -> list[str]:
    """Why the plain and the calibrated mean part two entries differently, and whose leniency is the cause."""
    said = []
    for one in found:
        up, down = (names.get(one[key], one[key]) for key in ("up", "down"))
        sentence = (
            f"As given, {down} would be above the line in place of {up}; with leniency taken out it is the other"
            " way round."
        )
        cause, leniency, share = one.get("cause"), one.get("leniency"), one.get("share")
        if cause is not None and leniency is not None:
            which = "milder" if leniency > 0 else "stricter"
            part = f", which accounts for {min(share, 1):.0%} of it" if share is not None else ""
            sentence += (
                f" The cause is {names.get(cause, cause)}, who marks {abs(leniency):.1f} {which} than colleagues on"
                f" the same entries{part}."
            )
        said.append(sentence)
    return said


@dataclass(frozen=True, slots=True)
class Deciding:
    """A single mark on which a place depends."""

    entry: str
    judge: str
    said: str


def deciding(found: Iterable[Mapping[str, Any]], names: Names) -> list[Deciding]:
    """The marks of which one alone would change who has a place, in the order they come in."""
    return [
        Deciding(
            names.get(one["entry"], one["entry"]),
            names.get(one["judge"], one["judge"]),
            f"{_short(one['gave'])} for {one['criterion']}. At {_short(one['turns_at'])}"
            f" {names.get(one['rival'], one['rival'])} would be level.",
        )
        for one in found
    ]


def _short(value: Any) -> str:
    return mark(round(float(value), 2))


@dataclass(frozen=True, slots=True)
class Since:
    """What has moved between the run before and this one."""

    said: str
    moved: list[tuple[str, int | None, int | None]]
    """(entry, place before, place now), the farthest first; nothing stands for without a place."""
    more: int


MOVED = 12


def since(found: Sequence[Mapping[str, Any]], places: int | None, names: Names) -> Since:
    """Who came in and dropped out, and the places that changed; a new entry among them."""
    changed = sorted(found, key=lambda one: (-_distance(one), one["after"] or _LAST, one["entry"]))
    shown = [(names.get(one["entry"], one["entry"]), one["before"], one["after"]) for one in changed[:MOVED]]
    return Since(_since_said(changed, places, names), shown, max(0, len(changed) - MOVED))


_LAST = 10**9


def _distance(one: Mapping[str, Any]) -> int:
    return int(abs((one["before"] or _LAST) - (one["after"] or _LAST)))


def _since_said(changed: Sequence[Mapping[str, Any]], places: int | None, names: Names) -> str:
    if not changed:
        return "No place has changed."
    said = f"{many(len(changed), 'place')} changed."
    if places is None:
        return said
    was = {one["entry"] for one in changed if (one["before"] or _LAST) <= places}
    is_in = {one["entry"] for one in changed if (one["after"] or _LAST) <= places}
    if was == is_in:
        return f"{said} The same entries are above the line."
    parts = [f"{named(sorted(is_in - was), names)} came in"] if is_in - was else []
    if was - is_in:
        parts.append(f"{named(sorted(was - is_in), names)} dropped out")
    return f"{said} {', '.join(parts)}."
