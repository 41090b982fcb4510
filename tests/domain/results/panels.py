"""Short ways to write marks down, for the tests of the results."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from heroes.domain.counting import Number
from heroes.domain.results import Criterion, Mark, Standings, rank

IMPACT = Criterion("Impact", Decimal(60))
CRAFT = Criterion("Craft", Decimal(40))
TWO = (IMPACT, CRAFT)
ONE = (IMPACT,)


def scorecards(criteria: Sequence[Criterion], table: Mapping[str, Mapping[str, str]]) -> list[Mark]:
    """Marks from entry -> judge -> "8 6.5 -": one mark per criterion, a hyphen for an abstention."""
    return [
        Mark(entry, judge, criterion.name, None if mark == "-" else Decimal(mark))
        for entry, judges in table.items()
        for judge, line in judges.items()
        for criterion, mark in zip(criteria, line.split(), strict=True)
    ]


def ranks(standings: Standings) -> list[tuple[int | None, str]]:
    """(rank, entry) in the order listed."""
    return [(standing.rank, standing.entry) for standing in standings.entries]


def scores(standings: Standings) -> dict[str, Number | None]:
    """Entry -> score."""
    return {standing.entry: standing.score for standing in standings.entries}


def by_mean(
    marks: Iterable[Mark], criteria: Sequence[Criterion], *, entries: Sequence[str] = ()
) -> Standings:
    """The plain mean, and nothing drawn."""
    return rank(marks, criteria, method="mean", draws=0, entries=entries)
