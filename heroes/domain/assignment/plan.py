"""What a plan says: who judges what, how evenly, where it falls short, and what would help."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Pair = tuple[str, str]
"""(entry, judge)."""

Help = Literal["raise_cap", "lift_conflict", "invite"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change after which one more review can be given.

    `raise_cap` lets `judge` hold one more, `lift_conflict` lets `judge` have the entry, `invite` asks one more
    judge who has no conflict with the entry (`judge` is None).
    """

    kind: Help
    judge: str | None = None

    def words(self, names: Mapping[str, str] | None = None) -> str:
        """The change as a sentence; `names` says how judges are called, where not by their ids."""
        name = (names or {}).get(self.judge or "", self.judge)
        match self.kind:
            case "raise_cap":
                return f"Let {name} take one more entry."
            case "lift_conflict":
                return f"Lift the conflict with {name}."
            case "invite":
                return "Invite one more judge who has no conflict with it."


@dataclass(frozen=True, slots=True)
class Shortfall:
    """An entry that gets `missing` reviews fewer than were asked for.

    Of the judges who do not have it, `barred` are in conflict with it, and `full` may have it but hold as many as
    they may. `change` is one of the smallest changes that give this entry, or through exchanges an entry in the
    same straits, one review more.
    """

    entry: str
    missing: int
    barred: tuple[str, ...]
    full: tuple[str, ...]
    change: Change


@dataclass(frozen=True, slots=True)
class Plan:
    """Who judges what.

    `pairs` are all (entry, judge) pairs, those that existed first and then the `new` ones, each part sorted.
    `loads` counts each judge's pairs, with what they carry from elsewhere. `shortfalls` names every entry that
    gets too little. `groups` counts the groups of judges that share no entry with each other; `links` are the
    reviews to add to make them one (empty where there is one, and where conflicts allow no direct link). `affinity`
    is the sum over the new pairs, and `settled` is whether it is proved to be the highest that the plan's loads
    allow; it can be False for large plans only.
    """

    pairs: list[Pair]
    new: list[Pair]
    loads: dict[str, int]
    shortfalls: list[Shortfall]
    groups: int
    links: list[Pair]
    affinity: float
    settled: bool
