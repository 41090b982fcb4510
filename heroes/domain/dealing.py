"""Dealing entries to judges: even loads, no pair that must not be, the same hand for the same seed."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

Pair = tuple[int, int]
"""(entry, judge)."""


@dataclass(frozen=True, slots=True)
class Short:
    """An entry that gets fewer judges than were asked for, and why."""

    entry: int
    missing: int
    reason: str


@dataclass(frozen=True, slots=True)
class Deal:
    """The new pairs, every judge's load with them, and the entries that stay short."""

    pairs: tuple[Pair, ...]
    loads: Mapping[int, int]
    short: tuple[Short, ...]


@dataclass(slots=True)
class _Hand:
    judges: Sequence[int]
    forbidden: AbstractSet[Pair]
    dealt: dict[int, set[int]]
    loads: dict[int, int]
    seed: str

    def open_to(self, entry: int) -> list[int]:
        """Judges who may still get this entry."""
        held = self.dealt[entry]
        return [j for j in self.judges if j not in held and (entry, j) not in self.forbidden]

    def draw(self, *what: object) -> bytes:
        """A place in the shuffle that depends on the seed alone."""
        return hashlib.blake2b(repr((self.seed, *what)).encode(), digest_size=8).digest()


def deal(
    entries: Iterable[int],
    judges: Iterable[int],
    per_entry: int,
    *,
    forbidden: AbstractSet[Pair] = frozenset(),
    existing: Iterable[Pair] = (),
    loads: Mapping[int, int] | None = None,
    seed: str = "",
) -> Deal:
    """Give each entry as many different judges as asked for, counting those it has.

    `existing` pairs are kept and count; `forbidden` pairs never appear. `loads` are the judges' loads so far
    (existing pairs of this round included). The lightest judge takes the next entry, and afterwards single
    entries are handed from heavier to lighter judges until that evens nothing more: what remains uneven is
    forced by the forbidden pairs and the loads there were. Same arguments, same result, whatever their order.
    """
    people = sorted(set(judges))
    wanted = sorted(set(entries))
    dealt: dict[int, set[int]] = {entry: set() for entry in wanted}
    for entry, judge in existing:
        if entry in dealt:
            dealt[entry].add(judge)
    hand = _Hand(people, forbidden, dealt, {j: (loads or {}).get(j, 0) for j in people}, seed)
    new: dict[int, set[int]] = {j: set() for j in people}
    short = _first_round(hand, wanted, per_entry, new)
    _even_out(hand, new)
    pairs = tuple(sorted((entry, judge) for judge, taken in new.items() for entry in taken))
    return Deal(pairs, dict(hand.loads), tuple(short))


def _first_round(hand: _Hand, entries: list[int], per_entry: int, new: dict[int, set[int]]) -> list[Short]:
    short = []
    # Entries with the fewest possible judges choose first: the others can make do with who is left.
    choices = {entry: hand.open_to(entry) for entry in entries}
    for entry in sorted(entries, key=lambda e: (len(choices[e]), hand.draw("entry", e))):
        missing = per_entry - len(hand.dealt[entry])
        ranked = sorted(choices[entry], key=lambda j: (hand.loads[j], hand.draw("judge", j, entry)))
        for judge in ranked[: max(0, missing)]:
            _give(hand, new, entry, judge)
        if missing > len(ranked):
            short.append(Short(entry, missing - len(ranked), _why(hand, entry)))
    return sorted(short, key=lambda s: s.entry)


def _give(hand: _Hand, new: dict[int, set[int]], entry: int, judge: int) -> None:
    hand.dealt[entry].add(judge)
    hand.loads[judge] += 1
    new[judge].add(entry)


def _take(hand: _Hand, new: dict[int, set[int]], entry: int, judge: int) -> None:
    hand.dealt[entry].discard(judge)
    hand.loads[judge] -= 1
    new[judge].discard(entry)


def _even_out(hand: _Hand, new: dict[int, set[int]]) -> None:
    """Hand entries on, one at a time and through others where need be, as long as that evens the loads."""
    while chain := _next_chain(hand, new):
        for giver, entry, taker in reversed(chain):
            _take(hand, new, entry, giver)
            _give(hand, new, entry, taker)


def _next_chain(hand: _Hand, new: dict[int, set[int]]) -> list[tuple[int, int, int]]:
    lightest = min(hand.loads.values(), default=0)
    for heavy in sorted(hand.judges, key=lambda j: (-hand.loads[j], hand.draw("heavy", j))):
        if hand.loads[heavy] < lightest + 2:
            break
        if chain := _way_down(hand, new, heavy):
            return chain
    return []


def _way_down(hand: _Hand, new: dict[int, set[int]], heavy: int) -> list[tuple[int, int, int]]:
    """Steps (giver, entry, taker) from a judge to one with a load at least two lower; empty if there are none."""
    came: dict[int, tuple[int, int]] = {}
    waiting = [heavy]
    for giver in waiting:
        for entry in sorted(new[giver]):
            for taker in hand.judges:
                if taker == heavy or taker in came or taker in hand.dealt[entry]:
                    continue
                if (entry, taker) in hand.forbidden:
                    continue
                came[taker] = (giver, entry)
                if hand.loads[taker] <= hand.loads[heavy] - 2:
                    return _steps(came, heavy, taker)
                waiting.append(taker)
            if len(came) == len(hand.judges) - 1:
                break
    return []


def _steps(came: Mapping[int, tuple[int, int]], heavy: int, taker: int) -> list[tuple[int, int, int]]:
    steps = []
    while taker != heavy:
        giver, entry = came[taker]
        steps.append((giver, entry, taker))
        taker = giver
    return steps[::-1]


def _why(hand: _Hand, entry: int) -> str:
    barred = sum((entry, j) in hand.forbidden for j in hand.judges)
    if not hand.judges:
        return "The panel has no judges."
    if barred:
        one = "one judge is" if barred == 1 else f"{barred} judges are"
        return f"The panel has {len(hand.judges)}, and {one} connected with it or stepped back."
    return f"The panel has only {len(hand.judges)}."


@dataclass(frozen=True, slots=True)
class Person:
    """What is asked of a judge before an entry may be theirs."""

    id: int
    email_key: str | None = None
    employer: int | None = None
    workspaces: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Connected:
    """What is asked of an entry before a judge may have it; e-mail addresses as their keys."""

    id: int
    organisation: int | None = None
    workspace: int | None = None
    starter: int | None = None
    nominator: str = ""
    nominee: str = ""


def connection(judge: Person, entry: Connected) -> str | None:
    """Why this judge must not have this entry whatever anybody says, in a sentence's end, or None."""
    organisations = {entry.organisation, entry.workspace} - {None}
    if judge.employer in organisations:
        return "works for the organisation that is nominated or that entered it"
    if entry.workspace in judge.workspaces or entry.starter == judge.id:
        return "entered it, or belongs to the organisation that did"
    if judge.email_key and judge.email_key in (entry.nominator, entry.nominee):
        return "is named in it"
    return None
