"""What a kind of round says about itself; nothing here knows which kinds there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RoundKind:
    """One way to hold a round. Marks, assignments, results and audit are the same for all of them.

    `settings` names those of a round's settings that make sense here; any other keeps its default. Where `question` is
    not empty the kind brings a score set of its own: that one question, marked 0 or 1, and no design is chosen.
    `words` are what its marks are called, for kinds whose marks are not shown as numbers. `slots`: its entries are
    given times. `closing`: it can only be the last of several rounds.
    """

    key: str
    name: str
    about: str
    advances: tuple[str, ...]
    settings: frozenset[str]
    method: str = ""
    question: str = ""
    words: Mapping[Decimal, str] = field(default_factory=dict)
    slots: bool = False
    closing: bool = False

    @property
    def chooses_scorecard(self) -> bool:
        """Whether somebody chooses what is marked."""
        return not self.question

    def said(self, mark: Decimal | None) -> str:
        """A mark in this kind's words; empty where it is a plain number, or not given."""
        return "" if mark is None else self.words.get(mark, "")

    def said_total(self, total: Decimal | None) -> str:
        """One judge's total, out of 100, in the same words; empty where it is a plain number."""
        return "" if total is None or not self.words else self.words.get(total / 100, "")
