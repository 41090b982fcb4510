"""Assigning judges to entries: a first hand, then exchanges until nothing betters it."""

import math
from collections.abc import Callable, Iterable, Mapping

from heroes.domain.assignment.dealing import Shuffle, deal
from heroes.domain.assignment.gaps import shortfalls
from heroes.domain.assignment.hand import Hand, even_out, fill, spread
from heroes.domain.assignment.liking import SMALL, Exchanges, swap, whole
from heroes.domain.assignment.links import Edge, Groups, edges_of, join, links
from heroes.domain.assignment.plan import Pair, Plan
from heroes.domain.assignment.problem import Affinity, Problem, number, problem


def assign(
    entries: Iterable[str],
    judges: Iterable[str],
    reviews_per_entry: int | Mapping[str, int],
    *,
    conflicts: Iterable[Pair] = frozenset(),
    caps: int | Mapping[str, int] | None = None,
    affinity: Affinity | None = None,
    existing: Iterable[Pair] = (),
    carried: Mapping[str, int] | None = None,
    seed: int | str = 0,
) -> Plan:
    """Plan who judges what. `conflicts` and `existing` are (entry, judge) pairs.

    `reviews_per_entry` counts the existing reviews of an entry; in a mapping, an entry left out gets none more.
    `caps` are the most entries that a judge may hold, existing ones and those `carried` from elsewhere included;
    a judge left out has no limit. `affinity` is how well a judge suits an entry: a mapping of pairs to numbers
    (a pair left out counts as 0) or a function of entry and judge that always says the same of a pair.

    In this order, the plan
    1. keeps every existing pair, never pairs what is in conflict, never pairs twice, gives nothing to a judge who
       is at their cap or above it;
    2. gives as many of the wanted reviews as is possible at all, and spreads those that are not: the sum of the
       squared shortfalls is the lowest possible;
    3. is as even as possible: the sum of the judges' squared loads, with what exists and is carried, is the lowest;
    4. has the highest affinity that these allow, where `Plan.settled`; in a large plan as high as a set number of
       exchanges gets it;
    5. hangs together, where swapping two judges without loss of affinity can do that: `Plan.links` is empty then.

    The same arguments give the same plan whatever their order, on every machine; another `seed` gives another plan
    of the same worth. Judges or entries that only `conflicts`, `caps`, `carried` or `affinity` mention say nothing.
    An existing pair of an entry or a judge that is not in play is kept, and counts for the one who is.

    Raises ValueError that names what is wrong: an existing pair in conflict, a count or cap that is not a whole
    number from 0, reviews wanted for an entry that is not there, an affinity that is not a finite number.
    """
    asked = problem(
        entries, judges, reviews_per_entry, conflicts, caps, affinity, existing, carried or {}, seed
    )
    hand = Hand(asked)
    shuffle = Shuffle(asked.shuffle)
    settled = True
    if asked.affinity is None:
        _deal_and_repair(hand, shuffle, None)
    else:
        settled = _deal_with_affinity(asked, hand, shuffle)
    _hang_together(asked, hand)
    return _plan(asked, hand, settled)


def _deal_and_repair(hand: Hand, shuffle: Shuffle, liking: Callable[[int, int], float] | None) -> None:
    deal(hand, shuffle, liking)
    fill(hand)
    spread(hand)
    even_out(hand)


def _deal_with_affinity(asked: Problem, hand: Hand, shuffle: Shuffle) -> bool:
    entries, judges, affinity = asked.entries, asked.judges, asked.affinity
    assert affinity is not None
    if len(entries) * len(judges) > SMALL:

        def liking(entry: int, judge: int) -> float:
            value = affinity(entries[entry], judges[judge])
            # Millions of looks: an ordinary finite number is seen at once (what is not is no zero from itself).
            if type(value) is float and value - value == 0:
                return value
            return number(entries[entry], judges[judge], value)

        _deal_and_repair(hand, shuffle, liking)
        swap(hand, liking, shuffle)
        return False
    liked = whole([[number(e, j, affinity(e, j)) for j in judges] for e in entries])

    def known(entry: int, judge: int) -> float:
        return liked[entry][judge]

    _deal_and_repair(hand, shuffle, known)
    swap(hand, known, shuffle)
    return Exchanges(hand, liked).settle()


def _hang_together(asked: Problem, hand: Hand) -> None:
    """Join groups of judges who share no entry, by swaps that cost no affinity."""
    affinity = asked.affinity

    def loss(one: Edge, two: Edge) -> float:
        if affinity is None:
            return 0.0
        (entry, judge), (other, partner) = one, two
        signed = ((entry, judge, 1), (other, partner, 1), (entry, partner, -1), (other, judge, -1))
        return math.fsum(sign * affinity(asked.entries[e], asked.judges[j]) for e, j, sign in signed)

    join(hand, edges_of(asked, asked.kept), loss)


def _plan(asked: Problem, hand: Hand, settled: bool) -> Plan:
    new = sorted(
        (asked.entries[entry], asked.judges[judge]) for judge, held in enumerate(hand.new) for entry in held
    )
    loads = dict(zip(asked.judges, hand.load, strict=True))
    for _, judge in asked.kept:
        if judge not in loads:
            loads[judge] = sum(pair[1] == judge for pair in asked.kept)
    pairs = asked.kept + new
    groups = Groups(edges_of(asked, pairs))
    return Plan(
        pairs=pairs,
        new=new,
        loads=dict(sorted(loads.items())),
        shortfalls=shortfalls(asked, hand),
        groups=len(groups.judges()),
        links=links(asked, hand, groups),
        affinity=math.fsum(asked.affinity(*pair) for pair in new) if asked.affinity else 0.0,
        settled=settled,
    )
