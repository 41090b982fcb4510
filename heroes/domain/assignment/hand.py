"""A plan in the making: who has what so far, and the searches for exchanges that better it.

An exchange hands one entry on from judge to judge: the first gives up an entry, the next takes it and gives up
another, and so on. A search that finds none proves that the judges it met are settled: nobody among them can hand
anything to anybody outside, so no later search has to look at them again.
"""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush

from heroes.domain.assignment.problem import Problem

NOBODY = -1


class Hand:
    """Entries and judges by index. `open` are the judges who may still get an entry, `full` those at their cap."""

    def __init__(self, asked: Problem) -> None:
        """Begin with what exists."""
        everybody = (1 << len(asked.judges)) - 1
        self.everybody = everybody
        self.open = [everybody & ~(b | h) for b, h in zip(asked.barred, asked.held, strict=True)]
        self.short = list(asked.wanted)
        self.load = list(asked.base)
        self.cap = asked.cap
        self.new: list[dict[int, None]] = [{} for _ in asked.judges]
        self.full = sum(1 << j for j in range(len(self.load)) if self.is_full(j))

    def is_full(self, judge: int) -> bool:
        """Whether a judge holds as many as they may."""
        cap = self.cap[judge]
        return cap is not None and self.load[judge] >= cap

    def give(self, entry: int, judge: int) -> None:
        """Let a judge have an entry."""
        self.open[entry] &= ~(1 << judge)
        self.new[judge][entry] = None
        self.short[entry] -= 1
        self.load[judge] += 1
        if self.is_full(judge):
            self.full |= 1 << judge

    def take(self, entry: int, judge: int) -> None:
        """Take back an entry that was given."""
        self.open[entry] |= 1 << judge
        del self.new[judge][entry]
        self.short[entry] += 1
        self.load[judge] -= 1
        # Whoever was given something was not full before.
        self.full &= ~(1 << judge)


Came = dict[int, tuple[int, int]]
"""Judge -> (who would hand them an entry, which)."""


def bits(mask: int) -> Iterator[int]:
    """The members of a set of judges."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def fill(hand: Hand) -> None:
    """Give every review that can be given at all: augmenting paths, until there is none."""
    settled = 0
    for entry in sorted(range(len(hand.short)), key=lambda e: (-hand.short[e], e)):
        while hand.short[entry] > 0:
            came: Came = {}
            taker, met = _search(hand, NOBODY, (entry,), hand.everybody & ~hand.full, settled, came)
            if taker == NOBODY:
                settled |= met
                break
            _hand_on(hand, came, taker, NOBODY)


def spread(hand: Hand) -> None:
    """Have the entries that stay short share it: nobody lacks two more than an entry that could spare one."""
    settled = 0
    waiting = [(-short, entry) for entry, short in enumerate(hand.short) if short > 1]
    heapify(waiting)
    while waiting:
        short, entry = heappop(waiting)
        if -short != hand.short[entry]:
            continue
        came: Came = {}
        spared = _search_spare(hand, entry, settled, came)
        if spared is None:
            settled |= sum(1 << judge for judge in came)
            continue
        giver, other = spared
        hand.take(other, giver)
        _hand_on(hand, came, giver, NOBODY)
        for one in (entry, other):
            heappush(waiting, (-hand.short[one], one))


def even_out(hand: Hand) -> None:
    """Make loads as even as they can be: exchanges from heavier to lighter judges, until there is none."""
    settled = 0
    while True:
        left = [j for j in range(len(hand.load)) if not settled >> j & 1]
        if not left:
            return
        heavy = max(left, key=lambda j: (hand.load[j], -j))
        light = sum(1 << j for j in left if hand.load[j] <= hand.load[heavy] - 2)
        came: Came = {}
        mine = 1 << heavy
        taker, met = _search(hand, heavy, hand.new[heavy], light & ~hand.full, settled | mine, came)
        if taker == NOBODY:
            settled |= met | mine
        else:
            _hand_on(hand, came, taker, heavy)


def _search(
    hand: Hand, first: int, entries: Iterable[int], goals: int, settled: int, came: Came
) -> tuple[int, int]:
    """Somebody among the goals who can be handed an entry, by way of the fewest others, or NOBODY; and all met."""
    seen = settled
    waiting: list[tuple[int, Iterable[int]]] = [(first, entries)]
    for giver, held in waiting:
        for entry in held:
            fresh = hand.open[entry] & ~seen
            if not fresh:
                continue
            hit = fresh & goals
            if hit:
                taker = min(bits(hit), key=lambda j: (hand.load[j], j))
                came[taker] = (giver, entry)
                return taker, seen
            seen |= fresh
            for judge in bits(fresh):
                came[judge] = (giver, entry)
                waiting.append((judge, hand.new[judge]))
    return NOBODY, seen


def _search_spare(hand: Hand, entry: int, settled: int, came: Came) -> tuple[int, int] | None:
    """A judge, and an entry of theirs that lacks two less than this one, which could have them by exchanges."""
    waiting: list[tuple[int, Iterable[int]]] = [(NOBODY, (entry,))]
    for giver, held in waiting:
        for one in held:
            if giver != NOBODY and hand.short[one] <= hand.short[entry] - 2:
                return giver, one
            for judge in bits(hand.open[one] & ~settled):
                if judge not in came:
                    came[judge] = (giver, one)
                    waiting.append((judge, hand.new[judge]))
    return None


def _hand_on(hand: Hand, came: Came, taker: int, first: int) -> None:
    while taker != first:
        giver, entry = came[taker]
        if giver != NOBODY:
            hand.take(entry, giver)
        hand.give(entry, taker)
        taker = giver
