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
        """Merge the two ends of every edge."""
        self._above: dict[int, int] = {}
        for edge in edges:
            self.merge(*edge)

    def of(self, node: int) -> int:
        """The node that a group goes by."""
        above = self._above
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    def merge(self, entry: int, judge: int) -> None:
        """Put an edge in."""
        self._above.setdefault(~entry, ~entry)
        self._above.setdefault(judge, judge)
        self._above[self.of(judge)] = self.of(~entry)

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
        groups = Groups([*kept, *new])
        masks = groups.judges()
        if len(masks) < 2:
            return
        needed = bridges([*kept, *new])
        swap, looked = _swap(hand, [edge for edge in new if edge not in needed], groups, masks, loss, tries)
        tries -= looked
        if not swap:
            return
        (entry, judge), (other, partner) = swap
        hand.take(entry, judge)
        hand.take(other, partner)
        hand.give(entry, partner)
        hand.give(other, judge)


def bridges(edges: list[Edge]) -> set[Edge]:
    """The edges on no cycle: without such a one, its group falls apart (Tarjan)."""
    near: dict[int, list[tuple[int, int]]] = {}
    for index, (entry, judge) in enumerate(edges):
        near.setdefault(~entry, []).append((judge, index))
        near.setdefault(judge, []).append((~entry, index))
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    found = set()
    for root, first in near.items():
        if root in order:
            continue
        order[root] = low[root] = len(order)
        path = [(root, -1, iter(first))]
        while path:
            node, via, others = path[-1]
            for other, index in others:
                if other not in order:
                    order[other] = low[other] = len(order)
                    path.append((other, index, iter(near[other])))
                    break
                if index != via:
                    low[node] = min(low[node], order[other])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    low[above] = min(low[above], low[node])
                    if low[node] > order[above]:
                        found.add(edges[via])
    return found


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
