"""What a bundle holds: the marks as a result was given them, under other names, and the result under those names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from heroes.domain.bundles.encoding import encode
from heroes.domain.counting import RULES, Criterion, LeftOut, Mark, Standings
from heroes.domain.counting.digests import fingerprint
from heroes.domain.digests import keyed
from heroes.domain.results import rank


class CannotBundle(ValueError):
    """The result cannot go into a bundle as it was asked for; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Named:
    """A season, category or round: how addresses and people call it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """One result and everything that it came from, under the names of the installation."""

    program: str
    """The version of heroes."""
    made_at: str
    """When the bundle is made, as ISO 8601."""
    season: Named
    category: Named
    round: Named
    criteria: Sequence[Criterion]
    marks: Sequence[Mark]
    """All that `rank` was given, the ones that it left out as well."""
    settings: Mapping[str, Any]
    """What else `rank` was given, by the names in `SETTINGS`."""
    ranks: Mapping[str, int | None]
    """Every entry that the result lists, marked or not, and its place in it."""
    asked: str
    """The method that people asked for; `reason` says why `rank` was given another one or used another one."""
    reason: str | None
    set_aside: Sequence[LeftOut]
    """Scorecards that `rank` was never given, and why."""
    digest: str
    """Of the counted marks, as decisions quote it."""
    run: str | None
    """The handle of the results run; None for a result that was computed for the bundle."""
    audit_head: str
    """The head of the season's audit trail, as `slug:length:hash`."""


def build(source: Source, salt: bytes, *, references: bool = False) -> bytes:
    """The payload: everything recomputed under pseudonyms and written in canonical JSON.

    `salt` must be new and random for every bundle and kept nowhere. With `references` the entries keep their names; the
    judges never do. Raises `CannotBundle` where the marks are not those of the digest, or where the result would come
    out in another order because a name decided something.
    """
    entries = {*source.ranks, *(one.entry for one in source.set_aside)}
    called = {name: name for name in entries} if references else pseudonyms(entries, "E", salt)
    judges = pseudonyms(
        {mark.judge for mark in source.marks} | {one.judge for one in source.set_aside}, "J", salt
    )
    position = {criterion.name: at for at, criterion in enumerate(source.criteria)}
    marks = sorted(
        (Mark(called[mark.entry], judges[mark.judge], mark.criterion, mark.value) for mark in source.marks),
        key=lambda mark: (mark.entry, mark.judge, position[mark.criterion]),
    )
    names = sorted(called[name] for name in source.ranks)
    ranked = rank(marks, source.criteria, entries=names, **source.settings)
    if fingerprint(source.marks, source.criteria, ranked.method) != source.digest:
        raise CannotBundle("These are not the marks that the result was computed from.")
    _must_agree(source.ranks, ranked, called)
    set_aside = sorted((called[one.entry], judges[one.judge], one.why) for one in source.set_aside)
    return encode(
        {
            "program": source.program,
            "made_at": source.made_at,
            "rules": RULES,
            "season": {"slug": source.season.slug, "name": source.season.name},
            "category": {"slug": source.category.slug, "name": source.category.name},
            "round": {"slug": source.round.slug, "name": source.round.name},
            "entries_are": "references" if references else "pseudonyms",
            "criteria": [
                {"name": c.name, "weight": _plain(c.weight), "low": _plain(c.low), "high": _plain(c.high)}
                for c in source.criteria
            ],
            "settings": dict(source.settings),
            "entries": names,
            "marks": {
                "entry": [mark.entry for mark in marks],
                "judge": [mark.judge for mark in marks],
                "criterion": [position[mark.criterion] for mark in marks],
                "value": [_plain(mark.value) for mark in marks],
            },
            "set_aside": [{"entry": entry, "judge": judge, "why": why} for entry, judge, why in set_aside],
            "digest": fingerprint(marks, source.criteria, ranked.method),
            "source": {
                "asked": source.asked,
                "reason": source.reason,
                "run": source.run,
                "digest": source.digest,
                "audit_head": source.audit_head,
            },
            "standings": plain_standings(ranked),
        }
    )


def pseudonyms(names: Iterable[str], letter: str, salt: bytes) -> dict[str, str]:
    """Name -> letter and number, of equal length: E001 to E300.

    Numbered in the order of a keyed digest, so that a number says nothing about the name, its place in the alphabet
    or the number that it has in another bundle, and nobody without the salt can try names out.
    """
    mixed = sorted(names, key=lambda name: keyed(salt, letter.encode(), name.encode()))
    width = len(str(len(mixed)))
    return {name: f"{letter}{number:0{width}}" for number, name in enumerate(mixed, 1)}


def plain_standings(standings: Standings) -> dict[str, Any]:
    """Standings as plain values: decimals become texts, tuples lists; floats stay floats.

    Every field is there, so that a reader needs to know no defaults.
    """
    found: dict[str, Any] = _plain(standings)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _must_agree(before: Mapping[str, int | None], after: Standings, called: Mapping[str, str]) -> None:
    """Refuse where an entry's place hangs on what it is called, as it does when a draw decides a tie."""
    places = {one.entry: one.rank for one in after.entries}
    for entry, place in before.items():
        if places[called[entry]] != place:
            raise CannotBundle(
                f"The place of {entry} hangs on its name, as it does where a draw decides. Keep the references."
            )
