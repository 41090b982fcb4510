"""The rule card as plain data: how two versions differ, in sentences that everybody can read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

FORMAT = "heroes rule card 1"
Said = Callable[[Any, str], str]


def _plain(value: Any, _: str = "") -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None or value == "" else str(value)


def instant(value: Any, zone: str) -> str:
    """An instant of a card as its season's clocks show it: Fri 22 May 2026, 17:00."""
    if value is None:
        return "no date"
    at = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"


def _choice(words: Mapping[str, str]) -> Said:
    return lambda value, _: words.get(value, _plain(value))


@dataclass(frozen=True, slots=True)
class Lists:
    """Things of one kind inside a card: what tells them apart, what one is called, and what they have."""

    key: str
    one: str
    settings: "Mapping[str, tuple[str, Said]]"
    sentences: Mapping[str, str] = field(default_factory=dict)
    inside: "Mapping[str, Lists]" = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    """Settings that some sentences say already."""


KINDS = {"scorecard": "scorecard", "qualifying": "qualifying, yes or no", "live": "live presentation"}
SHOWN = {
    "own_in": "once their own are in, or the round has closed",
    "closed": "once the round has closed",
    "never": "never",
}
CRITERIA = Lists(
    "key",
    "criterion",
    {
        "name": ("name", _plain),
        "weight": ("weight", _plain),
        "low": ("lowest mark", _plain),
        "high": ("highest mark", _plain),
        "step": ("step between marks", _plain),
        "counts": ("part of the total", _plain),
        "floor": ("floor for any award, of 100", _plain),
    },
)
ROUNDS = Lists(
    "slug",
    "round",
    {
        "name": ("name", _plain),
        "kind": ("kind of round", _choice(KINDS)),
        "opens": ("opening of the round", instant),
        "closes": ("closing of the round", instant),
        "reviews": ("judges for each entry", _plain),
        "quorum": ("scorecards needed for a decision", _plain),
        "blind": ("names hidden from judges", _plain),
        "marks_shown": ("when judges see each other's marks", _choice(SHOWN)),
        "method": ("method", _plain),
        "draw_seed": ("seed of a draw", _plain),
        "share": ("share of the result, in percent", _plain),
        "comment_words": ("words that a comment needs", _plain),
        "reason_for_extremes": ("a reason for the lowest and highest mark", _plain),
    },
    {"advance_said": "how entries go on", "method_said": "how it is computed"},
    {"criteria": CRITERIA},
    frozenset({"advance"}),
)
CATEGORIES = Lists(
    "slug",
    "category",
    {
        "name": ("name", _plain),
        "kind": ("who it is for", _plain),
        "opens": ("opening of its own", instant),
        "closes": ("closing of its own", instant),
        "shortlist_release": ("shortlist release of its own", instant),
        "outcome_release": ("outcome release of its own", instant),
    },
    {"eligibility": "who may enter", "outcome_said": "outcome"},
    {"rounds": ROUNDS},
    frozenset({"outcome"}),
)
SEASON = Lists(
    "season",
    "season",
    {
        "programme": ("name of the programme", _plain),
        "season": ("name of the season", _plain),
        "timezone": ("time zone", _plain),
        "recipe": ("recipe of the results", _plain),
        "opens": ("opening of entries", instant),
        "closes": ("closing of entries", instant),
        "judging_starts": ("start of judging", instant),
        "shortlist_release": ("shortlist release", instant),
        "outcome_release": ("outcome release", instant),
    },
    {"tie_breaks": "tie-breaks"},
    {"categories": CATEGORIES},
    frozenset({"format"}),
)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What is different, one sentence for each place.

    As "Frontline Hero, Round 1, Evidence: the weight was 10 and is now 15."
    """
    return tuple(_changes((), SEASON, before, after, str(after.get("timezone") or "UTC")))


def _changes(
    path: tuple[str, ...], kind: Lists, before: Mapping[str, Any], after: Mapping[str, Any], zone: str
) -> list[str]:
    found = []
    for name, (label, said) in kind.settings.items():
        old, new = before.get(name), after.get(name)
        if old != new:
            found.append(_at(path, f"the {label} was {said(old, zone)} and is now {said(new, zone)}."))
    told = False
    for name, label in kind.sentences.items():
        lines = _sentences(path, label, before.get(name) or [], after.get(name) or [])
        told = told or bool(lines)
        found += lines
    for name, inner in kind.inside.items():
        found += _listed(path, inner, before.get(name) or [], after.get(name) or [], zone)
    silent = kind.hidden if not told else frozenset[str]()
    found += [
        _at(path, f"the setting {name.replace('_', ' ')} is different.")
        for name in sorted(silent - {"format"})
        if before.get(name) != after.get(name)
    ]
    return found


def _sentences(path: tuple[str, ...], label: str, before: Sequence[str], after: Sequence[str]) -> list[str]:
    gone = [_at(path, f"{label}: no longer “{one}”") for one in before if one not in after]
    new = [_at(path, f"{label}: now “{one}”") for one in after if one not in before]
    if not gone and not new and list(before) != list(after):
        return [_at(path, f"{label}: the order is different.")]
    return gone + new


def _listed(
    path: tuple[str, ...],
    kind: Lists,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    zone: str,
) -> list[str]:
    old, new = ({one[kind.key]: one for one in many} for many in (before, after))
    found = [
        _at(path, f"the {kind.one} {one['name']} is taken away.")
        for key, one in old.items()
        if key not in new
    ]
    for key, one in new.items():
        if key in old:
            found += _changes((*path, str(one["name"])), kind, old[key], one, zone)
        else:
            found.append(_at(path, f"the {kind.one} {one['name']} is new."))
    kept = [key for key in old if key in new]
    if kept != [key for key in new if key in old]:
        found.append(_at(path, f"the order of the {kind.one} list is different."))
    return found


def _at(path: tuple[str, ...], text: str) -> str:
    return f"{', '.join(path)}: {text}" if path else text[0].upper() + text[1:]
