"""Why an entry gets too little, and what would help."""

from heroes.domain.assignment.hand import Hand, bits
from heroes.domain.assignment.plan import Change, Shortfall
from heroes.domain.assignment.problem import Problem


def shortfalls(asked: Problem, hand: Hand) -> list[Shortfall]:
    """Every entry that lacks reviews, sorted by its name."""
    # Nobody who is free can be reached from a short entry, so whoever is open to it is full.
    return sorted(
        (_shortfall(asked, hand, entry) for entry, short in enumerate(hand.short) if short > 0),
        key=lambda one: one.entry,
    )


def _shortfall(asked: Problem, hand: Hand, entry: int) -> Shortfall:
    full = hand.open[entry]
    barred = asked.barred[entry]
    free = barred & ~hand.full

    def first(mask: int) -> str:
        return asked.judges[min(bits(mask), key=lambda j: (hand.load[j], j))]

    if full:
        change = Change("raise_cap", first(full))
    elif free:
        change = Change("lift_conflict", first(free))
    else:
        change = Change("invite")
    return Shortfall(
        asked.entries[entry], hand.short[entry], _named(asked, barred), _named(asked, full), change
    )


def _named(asked: Problem, mask: int) -> tuple[str, ...]:
    return tuple(sorted(asked.judges[judge] for judge in bits(mask)))
