"""What the fairness page says: orders side by side, one judge left out, single marks that decide, what moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heroes.domain.counting import JudgeStanding
from heroes.web.admin.board_words import Names, Ranks, named
from heroes.web.kit.result_charts import side
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
    """The result with one judge left out: who changes sides of the line, how many places change, by how much at most.

    `cause`: this judge is clearly stricter or milder than the panel, and somebody changes sides without them.
    """

    judge: str
    said: str
    places: str
    flips: bool
    cause: str


def without(
    found: Iterable[Mapping[str, Any]], judges: Iterable[JudgeStanding], names: Names
) -> list[Without]:
    """Each judge's line, those whose absence changes sides of the line first, then by how much changes."""
    leniency = {one.judge: (one.leniency, one.leniency_se or 0.0) for one in judges}
    rows = []
    for one in found:
        judge, changes = one["judge"], one.get("changes", [])
        comes, drops = list(one.get("in", [])), list(one.get("out", []))
        rows.append(
            (
                (not (comes or drops), -len(changes), names.get(judge, judge)),
                Without(
                    judge=names.get(judge, judge),
                    said=_flip(comes, drops, names),
                    places=_places(changes, names),
                    flips=bool(comes or drops),
                    cause=_cause(judge, leniency.get(judge), bool(comes or drops), names),
                ),
            )
        )
    return [line for _, line in sorted(rows, key=lambda row: row[0])]


def _flip(comes: Sequence[str], drops: Sequence[str], names: Names) -> str:
    if not comes and not drops:
        return "Nobody changes sides of the line."
    parts = [f"{named(comes, names)} would be in"] if comes else []
    if drops:
        parts.append(f"{named(drops, names)} would be out")
    return f"{', '.join(parts)}."


def _places(changes: Sequence[Mapping[str, Any]], names: Names) -> str:
    moved = [one for one in changes if one.get("from") and one.get("to")]
    if not moved:
        return "No place changes." if not changes else f"{many(len(changes), 'place')} would change."
    most = max(moved, key=lambda one: abs(one["to"] - one["from"]))
    return (
        f"{many(len(changes), 'place')} would change; {names.get(most['entry'], most['entry'])} the most,"
        f" from {most['from']} to {most['to']}."
    )


def _cause(judge: str, known: tuple[float | None, float] | None, flips: bool, names: Names) -> str:
    if not flips or known is None or known[0] is None:
        return ""
    which = side(known[0], known[1])
    if not which:
        return ""
    return (
        f"{names.get(judge, judge)} marks {abs(known[0]):.1f} {which} than colleagues on the same entries,"
        " and is the cause of this difference."
    )


@dataclass(frozen=True, slots=True)
class Deciding:
    """A single scorecard on which a place depends."""

    entry: str
    judge: str
    said: str


def deciding(found: Iterable[Mapping[str, Any]], names: Names) -> list[Deciding]:
    """The scorecards of which one alone decides whether an entry is in, in the order they come in."""
    rows = []
    for one in found:
        gave, limit = one.get("gave"), one.get("would_be_out_at")
        text = f"Gave {_short(gave)}." if gave is not None else ""
        if limit is not None:
            text = f"{text} At {_short(limit)} or lower the entry would be out.".strip()
        rows.append(
            Deciding(names.get(one["entry"], one["entry"]), names.get(one["judge"], one["judge"]), text)
        )
    return rows


def _short(value: Any) -> str:
    number = float(value)
    return mark(round(number, 2))


@dataclass(frozen=True, slots=True)
class Since:
    """What has moved between an earlier run and this one."""

    said: str
    moved: list[tuple[str, int | None, int | None]]
    """(entry, place before, place now), the farthest first; nothing stands for without a place."""
    more: int


MOVED = 12


def since(before: Ranks, now: Ranks, places: int | None, names: Names) -> Since:
    """Who came in and dropped out, and the places that changed; a new entry, or one that left, among them."""
    changed = [
        (entry, before.get(entry), now.get(entry))
        for entry in sorted(before.keys() | now.keys())
        if before.get(entry) != now.get(entry)
    ]
    changed.sort(key=lambda one: (-abs((one[1] or 10**9) - (one[2] or 10**9)), one[2] or 10**9, one[0]))
    shown = [(names.get(entry, entry), was, now_at) for entry, was, now_at in changed[:MOVED]]
    return Since(_since_said(before, now, places, names, len(changed)), shown, max(0, len(changed) - MOVED))


def _since_said(before: Ranks, now: Ranks, places: int | None, names: Names, changed: int) -> str:
    if not changed:
        return "No place has changed since."
    said = f"{many(changed, 'place')} changed."
    if places is None:
        return said
    was = {entry for entry, rank in before.items() if rank is not None and rank <= places}
    is_in = {entry for entry, rank in now.items() if rank is not None and rank <= places}
    if was == is_in:
        return f"{said} The same entries are above the line."
    return f"{said} {_flip_since(sorted(is_in - was), sorted(was - is_in), names)}"


def _flip_since(came: Sequence[str], dropped: Sequence[str], names: Names) -> str:
    parts = [f"{named(came, names)} came in"] if came else []
    if dropped:
        parts.append(f"{named(dropped, names)} dropped out")
    return f"{', '.join(parts)}."
