"""The first hand: everybody in turn to the lightest judges, in an order that the seed shuffles."""

from bisect import insort
from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush

from heroes.domain.assignment.hand import Hand, bits

WINDOW = 16
"""Among so many of the lightest judges an entry chooses the one that suits it best."""

_MASK = (1 << 64) - 1


class Shuffle:
    """Numbers that follow from a seed alone (Knuth's linear congruential generator of 64 bits)."""

    def __init__(self, seed: int) -> None:
        """Begin at a seed of 64 bits."""
        self._state = seed & _MASK

    def below(self, size: int) -> int:
        """A number from 0 to below `size`."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & _MASK
        return (self._state >> 32) * size >> 32


class Levels:
    """Judges with room, by load: for each load the set of those who have it, as bits."""

    def __init__(self, hand: Hand, shuffle: Shuffle) -> None:
        """Sort them in."""
        self._hand = hand
        self._shuffle = shuffle
        self._at: dict[int, int] = {}
        self._loads: list[int] = []
        for judge in range(len(hand.load)):
            self._add(judge)

    def lightest(self, entry: int) -> int | None:
        """One of the lightest judges who may have an entry, or None."""
        return next(self._able(entry), None)

    def best(self, entry: int, liking: Callable[[int, int], float]) -> int | None:
        """The same, among the lightest and those one above them, for the judge who suits the entry best."""
        chosen: int | None = None
        highest, most = 0.0, 0
        for looked, judge in enumerate(self._able(entry)):
            load = self._hand.load[judge]
            if chosen is None:
                most = load + 1
            elif looked == WINDOW or load > most:
                break
            liked = liking(entry, judge)
            if chosen is None or liked > highest:
                chosen, highest = judge, liked
        return chosen

    def give(self, entry: int, judge: int) -> None:
        """Let a judge have an entry; they move up by one."""
        load = self._hand.load[judge]
        self._at[load] ^= 1 << judge
        if not self._at[load]:
            del self._at[load]
            self._loads.remove(load)
        self._hand.give(entry, judge)
        self._add(judge)

    def _add(self, judge: int) -> None:
        if self._hand.is_full(judge):
            return
        load = self._hand.load[judge]
        if load not in self._at:
            self._at[load] = 0
            insort(self._loads, load)
        self._at[load] |= 1 << judge

    def _able(self, entry: int) -> Iterator[int]:
        """Judges who may have an entry, the lightest first; equals in a circle that begins anywhere."""
        able = self._hand.open[entry]
        size = len(self._hand.load)
        for load in self._loads:
            if level := able & self._at[load]:
                start = self._shuffle.below(size)
                later = level >> start << start
                yield from bits(later)
                yield from bits(level ^ later)


def deal(hand: Hand, shuffle: Shuffle, liking: Callable[[int, int], float] | None) -> None:
    """Give reviews one at a time, always to an entry that lacks most; among those, to one with few possible judges.

    What it leaves undone or uneven is for the exchanges of `hand`.
    """
    levels = Levels(hand, shuffle)
    waiting = [
        (-short, hand.open[entry].bit_count(), entry) for entry, short in enumerate(hand.short) if short > 0
    ]
    heapify(waiting)
    while waiting:
        short, choice, entry = heappop(waiting)
        found = levels.lightest(entry) if liking is None else levels.best(entry, liking)
        if found is None:
            continue
        levels.give(entry, found)
        if short < -1:
            heappush(waiting, (short + 1, choice, entry))
