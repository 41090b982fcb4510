"""The kinds of round that work. A new one is a file of its own beside these, and a line in `KINDS`."""

from heroes.domain.round_kinds.kind import RoundKind
from heroes.domain.round_kinds.live import LIVE
from heroes.domain.round_kinds.qualifying import QUALIFYING
from heroes.domain.round_kinds.scorecard import SCORECARD

KINDS: dict[str, RoundKind] = {kind.key: kind for kind in (SCORECARD, QUALIFYING, LIVE)}

__all__ = ["KINDS", "RoundKind", "kind_of"]


def kind_of(key: str) -> RoundKind:
    """The kind that a round names; `scorecard` for one that this version does not know any more."""
    return KINDS.get(key, SCORECARD)
