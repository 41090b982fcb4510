"""Whether all judges hang together by entries that they share, and what joins those who do not.

Two judges are in one group when a chain of shared entries leads from one to the other. Between groups leniency
cannot be compared. The graph has a node for every judge and every entry of a pair and an edge for every pair; a
group is one of its connected parts.
"""

from collections.abc import Callable, Iterable

from heroes.domain.assignment.hand import Hand, bits
from heroes.domain.assignment.plan import Pair
from heroes.domain.assignment.problem import Problem

TRIES = 200_000
"""So many swaps are looked at to join groups."""

Edge = tuple[int, int]
"""(entry, judge) by index; those who are not in play have indices beyond the others."""


class Groups:
    """Nodes that only ever merge. Judges are their indices, entry number `e` is the node `~e`."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        """Merge the two ends of every edge; `spare` are the edges that joined nothing new."""
        self._above: dict[int, int] = {}
        self.spare = [edge for edge in edges if not self.merge(*edge)]

    def of(self, node: int) -> int:
        """The node that a group goes by."""
        above = self._above
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    def merge(self, entry: int, judge: int) -> bool:
        """Put an edge in; False if its ends were in one group already."""
        self._above.setdefault(~entry, ~entry)
        self._above.setdefault(judge, judge)
        one, other = self.of(~entry), self.of(judge)
        self._above[other] = one
        return one != other

    def judges(self) -> dict[int, int]:
        """The set of judges of each group, as bits, by the node that the group goes by."""
        masks: dict[int, int] = {}
        for node in list(self._above):
            if node >= 0:
                top = self.of(node)
                masks[top] = masks.get(top, 0) | 1 << node
        return masks

    def holds(self, entry: int) -> bool:
        """Whether an entry has an edge."""
        return ~entry in self._above


def edges_of(asked: Problem, pairs: Iterable[Pair]) -> list[Edge]:
    """Pairs by index, those who are not in play too."""
    entry_at = {name: index for index, name in enumerate(asked.entries)}
    judge_at = {name: index for index, name in enumerate(asked.judges)}
    return [(entry_at.setdefault(e, len(entry_at)), judge_at.setdefault(j, len(judge_at))) for e, j in pairs]


def links(asked: Problem, hand: Hand, groups: Groups) -> list[Pair]:
    """The fewest pairs that join all groups, one less than there are, without conflicts; `groups` are joined by it.

    Judges with room come first, the lightest of them. Where conflicts forbid every pair between two groups, there
    are fewer.
    """
    masks = groups.judges()
    linked = sum(masks.values())
    found = []
    for allowed in (linked & ~hand.full, linked):
        for entry in range(len(asked.entries)):
            if len(masks) < 2:
                break
            if not groups.holds(entry):
                continue
            while others := hand.open[entry] & allowed & ~masks.get(groups.of(~entry), 0):
                judge = min(bits(others), key=lambda j: (hand.load[j], j))
                joined = masks.pop(groups.of(~entry), 0) | masks.pop(groups.of(judge))
                groups.merge(entry, judge)
                masks[groups.of(judge)] = joined
                found.append((asked.entries[entry], asked.judges[judge]))
    return sorted(found)


def join(hand: Hand, kept: list[Edge], loss: Callable[[Edge, Edge], float]) -> None:
    """Join groups by swapping judges between two of them, as long as such a swap costs no affinity.

    A pair that can be spared (its group hangs together without it) swaps with any pair of another group; the
    groups are one then, and all loads are as before.
    """
    tries = TRIES
    while tries > 0:
        new = [(entry, judge) for judge, held in enumerate(hand.new) for entry in held]
        swap = None
        for order in (new, new[::-1]):
            groups = Groups([*kept, *order])
            masks = groups.judges()
            if len(masks) < 2 or swap:
                break
            spare = [
                edge for edge in groups.spare if edge[1] < len(hand.new) and edge[0] in hand.new[edge[1]]
            ]
            swap, looked = _swap(hand, spare, groups, masks, loss, tries)
            tries -= looked
        if not swap:
            return
        (entry, judge), (other, partner) = swap
        hand.take(entry, judge)
        hand.take(other, partner)
        hand.give(entry, partner)
        hand.give(other, judge)


def _swap(
    hand: Hand,
    spare: list[Edge],
    groups: Groups,
    masks: dict[int, int],
    loss: Callable[[Edge, Edge], float],
    most: int,
) -> tuple[tuple[Edge, Edge] | None, int]:
    looked, linked = 0, sum(masks.values())
    for entry, judge in spare:
        for partner in bits(hand.open[entry] & linked & ~masks[groups.of(judge)]):
            for other in hand.new[partner]:
                looked += 1
                if looked > most:
                    return None, looked
                if hand.open[other] >> judge & 1 and loss((entry, judge), (other, partner)) <= 0:
                    return ((entry, judge), (other, partner)), looked
    return None, looked
