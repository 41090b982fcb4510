"""Affinity: exchanges that leave the loads as even as they are and suit the entries better.

Small plans: `Exchanges` looks at all of them at once, as cycles in a graph of the judges, and stops when no cycle
gains anything, which proves that nothing can (a flow is cheapest exactly when its residual graph has no negative
cycle). Large plans: pairs of entries swap judges where that gains, a set number of tries.
"""

from collections.abc import Callable
from itertools import pairwise

from heroes.domain.assignment.dealing import Shuffle
from heroes.domain.assignment.hand import Hand

SMALL = 300_000
"""So many (entry, judge) pairs are looked at one by one."""
STEPS = 30_000_000
"""How many looks at an edge a small plan may cost before it is taken as it is."""
TRIES = 12
"""How many swaps a large plan tries for each of its pairs, in several rounds, on average."""
ROUNDS = 4
_FINE = 1 << 40
_NEVER = float("inf")


def whole(rows: list[list[float]]) -> list[list[int]]:
    """The same numbers as whole ones: as they are, or in steps of a 2^40th of the largest."""
    most = max((abs(value) for row in rows for value in row), default=0.0)
    if most == 0 or (most < _FINE and all(value.is_integer() for row in rows for value in row)):
        return [[int(value) for value in row] for row in rows]
    known: dict[float, int] = {}
    return [[known.setdefault(value, round(value / most * _FINE)) for value in row] for row in rows]


class Exchanges:
    """The judges' graph: an edge from one to another costs what the best entry to hand on that way costs.

    Two more nodes close what is not a cycle of judges. NOWHERE stands for the reviews that stay undone: handing it
    an entry leaves that entry shorter. The last node is the sum of loads: through it one judge gets one more and
    another one less. Both cost the change in the sum of squares, in units (`unit`) that no affinity outweighs.
    """

    def __init__(self, hand: Hand, liked: list[list[int]]) -> None:
        """Look at every edge once; `liked` has a row for each entry and a column for each judge."""
        self.hand = hand
        self.liked = liked
        self.judges = len(hand.load)
        self.nowhere, self.sum = self.judges, self.judges + 1
        most = max((abs(value) for row in liked for value in row), default=0)
        self.unit = 2 * most * (self.judges + 3) + 1
        self.steps = 0
        self.offer = [
            [-value if able >> judge & 1 else _NEVER for judge, value in enumerate(row)]
            for row, able in zip(liked, hand.open, strict=True)
        ]
        self.undone = {entry for entry, short in enumerate(hand.short) if short > 0 and hand.open[entry]}
        self.edges = [self._row(node) for node in range(self.judges + 2)]
        self.cost: list[float] = [0] * (self.judges + 2)
        self.active = set(range(self.judges + 2))

    def settle(self) -> bool:
        """Exchange as long as that gains anything; False if the steps ran out before."""
        while self.steps < STEPS:
            cycles = self._cycles()
            if not cycles:
                return True
            for cycle in cycles:
                self._apply(cycle)
        return False

    def _row(self, node: int) -> list[float]:
        judges = self.judges
        if node == self.sum:
            lighter = [-self.unit * (2 * load - 1) for load in self.hand.load]
            return [*lighter, _NEVER, _NEVER]
        if node == self.nowhere:
            rows = [self._undone_row(entry) for entry in sorted(self.undone)]
            self.steps += len(rows) * judges
            return [*_lowest(rows, judges), _NEVER, _NEVER]
        rows = []
        for entry in self.hand.new[node]:
            has = self.liked[entry][node]
            rows.append([cost + has for cost in self.offer[entry]])
        self.steps += len(rows) * judges
        return [*_lowest(rows, judges), self._undoing(node), self._more(node)]

    def _edge(self, giver: int, taker: int) -> float:
        """One edge between judges, looked at anew."""
        held = self.hand.new[giver]
        self.steps += len(held)
        return min((self.offer[e][taker] + self.liked[e][giver] for e in held), default=_NEVER)

    def _undoing(self, judge: int) -> float:
        """What it costs that one of a judge's entries goes to nobody."""
        if not self.undone:
            return _NEVER
        return min((self._leave(judge, entry) for entry in self.hand.new[judge]), default=_NEVER)

    def _leave(self, judge: int, entry: int) -> int:
        return self.liked[entry][judge] + self.unit * (2 * self.hand.short[entry] + 1)

    def _more(self, judge: int) -> float:
        """What it costs that a judge has one more."""
        return _NEVER if self.hand.is_full(judge) else self.unit * (2 * self.hand.load[judge] + 1)

    def _undone_row(self, entry: int) -> list[float]:
        back = self.unit * (2 * self.hand.short[entry] - 1)
        return [cost - back for cost in self.offer[entry]]

    def _cycles(self) -> list[list[int]]:
        """Disjoint cycles that gain; none if there is none (Bellman and Ford, from where the last call stopped).

        Every node has a cost that no edge from a node outside `active` can lower. Where an edge lowers one, the
        node it leads to is active in turn, until the steps that led there close a cycle or nothing is active.
        """
        size, cost, came = self.judges + 2, self.cost, [-1] * (self.judges + 2)
        while self.active:
            nodes = sorted(self.active)
            self.active = set()
            active = self.active
            for node in nodes:
                here = cost[node]
                for other, edge in enumerate(self.edges[node]):
                    if here + edge < cost[other]:
                        cost[other] = here + edge
                        came[other] = node
                        active.add(other)
            self.steps += len(nodes) * size
            cycles = _closed(came)
            if cycles:
                return cycles
        return []

    def _apply(self, cycle: list[int]) -> None:
        hand = self.hand
        moves = [
            (giver, taker, self._which(giver, taker))
            for giver, taker in pairwise([*cycle, cycle[0]])
            if self.sum not in (giver, taker)
        ]
        stale = {giver: self._decided(giver, entry) for giver, _, entry in moves}
        for giver, _, entry in moves:
            if giver != self.nowhere:
                hand.take(entry, giver)
                self.offer[entry][giver] = -self.liked[entry][giver]
        for _, taker, entry in moves:
            if taker != self.nowhere:
                hand.give(entry, taker)
                self.offer[entry][taker] = _NEVER
        self.active |= {self.sum, *cycle}
        if self.nowhere in cycle:
            self._renew_all(moves)
        else:
            self._renew(moves, stale)
        self.edges[self.sum] = self._row(self.sum)
        if self.undone:
            self.edges[self.nowhere] = self._row(self.nowhere)
            self.active.add(self.nowhere)

    def _decided(self, giver: int, entry: int) -> list[int]:
        """The judges to whom an entry is the one that this judge would hand on."""
        if giver == self.nowhere:
            return []
        has, row = self.liked[entry][giver], self.edges[giver]
        return [judge for judge, cost in enumerate(self.offer[entry]) if cost + has == row[judge] < _NEVER]

    def _renew(self, moves: list[tuple[int, int, int]], stale: dict[int, list[int]]) -> None:
        """Look again at the edges that an exchange among judges can have changed."""
        edges = self.edges
        for giver, taker, entry in moves:
            for judge in stale[giver]:
                edges[giver][judge] = self._edge(giver, judge)
            has, row = self.liked[entry][taker], edges[taker]
            for judge, cost in enumerate(self.offer[entry]):
                row[judge] = min(row[judge], cost + has)
            self.steps += self.judges
            for judge in (giver, taker):
                edges[judge][self.sum] = self._more(judge)
                edges[judge][self.nowhere] = self._undoing(judge)
        for giver, taker, entry in moves:
            for judge, held in enumerate(self.hand.new):
                if entry in held:
                    edges[judge][giver] = self._edge(judge, giver)
                    edges[judge][taker] = self._edge(judge, taker)
                    self.active.add(judge)

    def _renew_all(self, moves: list[tuple[int, int, int]]) -> None:
        """Look again at every edge: shortfalls have changed."""
        for _, _, entry in moves:
            self.undone.discard(entry)
            if self.hand.short[entry] > 0 and self.hand.open[entry]:
                self.undone.add(entry)
        for node in range(self.judges):
            self.edges[node] = self._row(node)
        self.active = set(range(self.judges + 2))

    def _which(self, giver: int, taker: int) -> int:
        """The entry that an edge stands for."""
        hand, edge = self.hand, self.edges[giver][taker]
        if giver == self.nowhere:
            return next(e for e in sorted(self.undone) if self._undone_row(e)[taker] == edge)
        if taker == self.nowhere:
            return next(e for e in hand.new[giver] if self._leave(giver, e) == edge)
        return next(e for e in hand.new[giver] if self.offer[e][taker] + self.liked[e][giver] == edge)


def _lowest(rows: list[list[float]], judges: int) -> list[float]:
    if not rows:
        return [_NEVER] * judges
    return list(map(min, *rows)) if len(rows) > 1 else rows[0]


def _closed(came: list[int]) -> list[list[int]]:
    """The cycles among the steps that led to each node, each in the order of its edges."""
    seen = [0] * len(came)
    cycles = []
    for start in range(len(came)):
        node, turn = start, start + 1
        while node != -1 and not seen[node]:
            seen[node] = turn
            node = came[node]
        if node != -1 and seen[node] == turn:
            cycle, other = [node], came[node]
            while other != node:
                cycle.append(other)
                other = came[other]
            cycles.append(cycle[::-1])
    return cycles


def swap(hand: Hand, liking: Callable[[int, int], float], shuffle: Shuffle) -> None:
    """Have two entries swap a judge where that suits them better: those first that know of the most to gain."""
    pairs = [(entry, judge) for judge, held in enumerate(hand.new) for entry in held]
    liked = [liking(*pair) for pair in pairs]
    best: dict[int, float] = {}
    for (entry, _), value in zip(pairs, liked, strict=True):
        best[entry] = max(value, best.get(entry, value))
    left = TRIES * len(pairs)
    for _ in range(ROUNDS):
        missed = [best[entry] - value for (entry, _), value in zip(pairs, liked, strict=True)]
        wishing = sorted((n for n, gap in enumerate(missed) if gap > 0), key=lambda n: (-missed[n], n))
        each = min(TRIES * 2, left // max(1, len(wishing)))
        for one in (n for n in wishing for _ in range(each)):
            two = shuffle.below(len(pairs))
            (entry, judge), (other, partner) = pairs[one], pairs[two]
            if not (hand.open[entry] >> partner & 1 and hand.open[other] >> judge & 1):
                continue
            mine = liking(entry, partner)
            best[entry] = max(mine, best[entry])
            if mine <= liked[one]:
                continue
            theirs = liking(other, judge)
            if mine + theirs > liked[one] + liked[two]:
                hand.take(entry, judge)
                hand.take(other, partner)
                hand.give(entry, partner)
                hand.give(other, judge)
                pairs[one], pairs[two] = (entry, partner), (other, judge)
                liked[one], liked[two] = mine, theirs
        left -= each * len(wishing)
