"""What a run says beyond its lines: where more reviews tell most, how fair it is, and what moved since the last one."""

from collections.abc import Mapping
from typing import Any

from heroes.domain import results
from heroes.domain.counting import Standings
from heroes.domain.counting.plain import to_plain
from heroes.services.gathering import Gathered

CAP = 8
"""An entry is proposed for no more reviews than this, those it has included."""


def proposals(
    reading: results.Reading, gathered: Gathered, ranked: Standings, places: int, budget: int, *, seed: int
) -> dict[str, Any]:
    """The second wave for a budget of reviews: who gets how many more, the most first, with their chance of a place.

    `grey` is how many entries neither have a place for sure nor are surely out.
    """
    extra = results.next_reviews(
        reading,
        gathered.criteria,
        places=places,
        budget=budget,
        cap=CAP,
        seed=seed,
        entries=gathered.entries,
    )
    lines = {one.entry: one for one in ranked.entries}
    rows = [
        {
            "entry": entry,
            "extra": more,
            "reviews": lines[entry].reviews,
            "chance": lines[entry].chance_of_place,
        }
        for entry, more in sorted(extra.items(), key=lambda one: (-one[1], one[0]))
        if entry in lines
    ]
    return {
        "places": places,
        "budget": budget,
        "given_out": sum(row["extra"] for row in rows),
        "grey": sum(one.band == "grey" for one in ranked.entries),
        "rows": rows,
    }


def fairness(reading: results.Reading, gathered: Gathered, ranked: Standings, places: int) -> dict[str, Any]:
    """The fairness report as plain values."""
    return to_plain(results.fairness(reading, gathered.criteria, ranked, places=places))


def since(before: Mapping[str, int | None], ranked: Standings) -> list[dict[str, Any]]:
    """Entries whose place is not what it was in the run before, as the new run lists them."""
    return [
        {"entry": one.entry, "before": before.get(one.entry), "after": one.rank}
        for one in ranked.entries
        if one.rank != before.get(one.entry)
    ]
