"""One result of several rounds: written 50, live 50."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from heroes.domain.counting.marks import Criterion, Number, decimal_of
from heroes.domain.counting.methods import RULES
from heroes.domain.counting.standings import Standing, Standings

BLEND = "blend"


@dataclass(frozen=True, slots=True)
class Part:
    """One round's result, with the criteria it was marked on, and how much it weighs (any sum; positive)."""

    standings: Standings
    criteria: Sequence[Criterion]
    weight: Number


def blend(parts: Sequence[Part]) -> Standings:
    """Rank the entries that every round scored by sum(w s) / sum(w), each round's score s taken to 0 to 100 first.

    Exact where every round's scores are. Equal scores share a place: rounds have their own tie-breaks, and between
    rounds the chair decides. The others come last, without a place. Raises ValueError for no part or a weight that is
    not positive.
    """
    if not parts:
        raise ValueError("There is no round to blend.")
    for part in parts:
        if not decimal_of(part.weight).is_finite() or part.weight <= 0:
            raise ValueError(f"The weight {part.weight} is not above zero.")
    whole = sum(decimal_of(part.weight) for part in parts)
    scored = [
        {
            one.entry: _out_of_100(part.criteria, one.score)
            for one in part.standings.entries
            if one.score is not None
        }
        for part in parts
    ]
    everybody = {one.entry for part in parts for one in part.standings.entries}
    complete = set.intersection(*(set(found) for found in scored))
    blended: dict[str, Number] = {}
    for entry in complete:
        values = [found[entry] for found in scored]
        if any(isinstance(value, float) for value in values):
            weighed = sum(
                float(part.weight) * float(value) for part, value in zip(parts, values, strict=True)
            )
            blended[entry] = weighed / float(whole)
        else:
            exact = sum(decimal_of(p.weight) * decimal_of(v) for p, v in zip(parts, values, strict=True))
            blended[entry] = exact / whole
    reviews = {
        entry: sum(one.reviews for part in parts for one in part.standings.entries if one.entry == entry)
        for entry in everybody
    }
    entries: list[Standing] = []
    ordered = sorted(sorted(blended), key=lambda entry: -blended[entry])
    for score, level in groupby(ordered, key=lambda entry: blended[entry]):
        place = len(entries) + 1
        entries += [Standing(entry, place, score, score, reviews[entry]) for entry in level]
    entries += [Standing(entry, None, None, None, reviews[entry]) for entry in sorted(everybody - complete)]
    return Standings(BLEND, BLEND, None, RULES, tuple(entries))


def _out_of_100(criteria: Sequence[Criterion], score: Number) -> Number:
    """A score on the criteria's common scale as points out of 100; where scales differ it is that already."""
    ends = {(criterion.low, criterion.high) for criterion in criteria}
    if len(ends) != 1:
        return score
    low, high = ends.pop()
    if isinstance(score, float):
        return (score - float(low)) * 100 / float(high - low)
    return (score - low) * 100 / (high - low)
