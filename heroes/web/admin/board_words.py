"""What a leaderboard says beyond its numbers: how sure the line is, who changes sides, and how far judges agree."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from heroes.domain.counting import LeftOut, Reliability, Standing, Standings
from heroes.web.kit.result_charts import chance
from heroes.web.kit.words import listed, many

CLOSE = (0.35, 0.65)
"""Between these chances nobody can say which of two neighbours is the better one."""
SURPRISING = 3.0
"""A scorecard farther than so many standard deviations from what the others suggest is for a human to look at."""
NAMED = 5
"""So many names are listed in a sentence; the others are counted."""

Ranks = Mapping[str, int | None]
Names = Mapping[str, str]


def band_of(one: Standing, places: int | None, computed_for: int | None) -> str:
    """In, grey or out of so many places; by the chance if it was computed for them, else by the interval.

    The interval is the stricter of the two: whoever it puts in or out is so with at least 90 %.
    """
    if places is None or one.rank is None:
        return ""
    if places == computed_for and one.band:
        return one.band
    if one.low is None or one.high is None:
        return ""
    if one.high <= places:
        return "in"
    return "out" if one.low > places else "grey"


def named(entries: Sequence[str], names: Names) -> str:
    """Entries by name as they stand in a sentence."""
    known = [names.get(entry, entry) for entry in entries]
    if len(known) > NAMED + 1:
        known = [*known[:NAMED], many(len(known) - NAMED, "other")]
    return listed(known)


@dataclass(frozen=True, slots=True)
class Swap:
    """Who comes in and who drops out where one choice is taken in place of another, best first."""

    comes: tuple[str, ...]
    drops: tuple[str, ...]

    def said(self, names: Names) -> str:
        """In a sentence."""
        if not self.comes and not self.drops:
            return "The same entries are above the line."
        parts = []
        if self.comes:
            parts.append(f"{named(self.comes, names)} {'comes' if len(self.comes) == 1 else 'come'} in")
        if self.drops:
            parts.append(f"{named(self.drops, names)} {'drops' if len(self.drops) == 1 else 'drop'} out")
        return f"{', '.join(parts)}."


def swap(now: Ranks, other: Ranks, places: int) -> Swap:
    """Who changes sides of a line after so many places where `other` ranks in place of `now`."""
    here, there = _above(now, places), _above(other, places)
    return Swap(
        tuple(sorted(there - here, key=lambda entry: (other[entry] or 0, entry))),
        tuple(sorted(here - there, key=lambda entry: (now[entry] or 0, entry))),
    )


def _above(ranks: Ranks, places: int) -> set[str]:
    return {entry for entry, rank in ranks.items() if rank is not None and rank <= places}


def line_moves(around: Iterable[Standing], places: int, names: Names) -> list[str]:
    """What one place more, and one less, would change. `around` are those near the line, with their ranks."""
    ranks = {one.entry: one.rank for one in around}
    said = [f"One place more ({places + 1}): {swap_or_nobody(ranks, places, places + 1, names)}"]
    if places > 1:
        said.append(f"One place fewer ({places - 1}): {swap_or_nobody(ranks, places, places - 1, names)}")
    return said


def swap_or_nobody(ranks: Ranks, places: int, other: int, names: Names) -> str:
    """Who changes sides where the line lies after `other` places; equals come in together or not at all."""
    low, high = sorted((places, other))
    between = sorted(entry for entry, rank in ranks.items() if rank is not None and low < rank <= high)
    if not between:
        return "nobody changes sides, because some share a place."
    verb = ("comes", "come") if other > places else ("drops", "drop")
    return f"{named(between, names)} {verb[len(between) > 1]} {'in' if other > places else 'out'}."


@dataclass(frozen=True, slots=True)
class Close:
    """Two neighbours at a border that cannot be told apart."""

    better: str
    next: str
    border: int
    chance: str

    @property
    def both(self) -> tuple[str, str]:
        """The two."""
        return self.better, self.next


def close_calls(lines: Sequence[Standing], borders: Iterable[int]) -> list[Close]:
    """The neighbours that lie across one of these borders (after so many places) and are too close to call."""
    found = []
    for one, after in itertools.pairwise(lines):
        if one.rank is None or after.rank is None or one.chance_above_next is None:
            continue
        if not CLOSE[0] <= one.chance_above_next <= CLOSE[1]:
            continue
        found += [
            Close(one.entry, after.entry, border, chance(one.chance_above_next))
            for border in sorted(set(borders))
            if one.rank <= border < after.rank
        ]
    return found


def first_said(standings: Standings, first: Standing | None, names: Names) -> tuple[str, str]:
    """(kind, sentence) about who is first: `clear`, `open`, or nothing where no chance was computed."""
    if standings.clear is None or first is None or first.chance_of_best is None:
        return "", ""
    name, sure = names.get(first.entry, first.entry), chance(first.chance_of_best)
    if standings.clear:
        return "clear", f"{name} is first, and clearly so: best of all with a chance of {sure}."
    return "open", (
        f"{name} leads, but nobody is clearly first: the chance of being the best is {sure}, and from 80% on it counts"
        " as clear. Scorecards of more judges for the first few would decide it."
    )


_AGREE = {
    "firm": "The judges agree well: the order can be relied upon.",
    "tentative": "The judges agree tolerably: take the order with care near the line.",
    "weak": "The judges agree little: rely on the band that is too close to call, and on a final.",
    "unknown": "There are too few scorecards to say how far the judges agree.",
}


def agreement(found: Reliability) -> tuple[str, list[tuple[str, str, str]]]:
    """A sentence on how far judges agree, and the measures behind it: (name, value, meaning)."""
    rows = []
    if found.alpha is not None:
        low, high = found.alpha_low, found.alpha_high
        span = (
            f" ({low:.2f} to {high:.2f}, nineteen times in twenty)"
            if low is not None and high is not None
            else ""
        )
        rows.append(
            (
                "Agreement (Krippendorff’s alpha)",
                f"{found.alpha:.2f}{span}",
                "1 would be perfect agreement, 0 no more than chance. From 0.80 it is firm, from 0.67 tentative.",
            )
        )
    if found.icc is not None:
        rows.append(
            (
                "One judge alone (ICC)",
                f"{found.icc:.2f}",
                "How much of the differences would come back if another judge had read the entries.",
            )
        )
    if found.icc_k is not None:
        rows.append(
            (
                f"The average of {found.reviews:.1f} judges (ICC)",
                f"{found.icc_k:.2f}",
                "The same for the average of as many judges as an entry has here.",
            )
        )
    rows += _generalised(found)
    return _AGREE[found.word], rows


def _generalised(found: Reliability) -> list[tuple[str, str, str]]:
    if found.g_raw is None and found.g is None:
        return []
    parts = [
        f"{value * 100:.0f} of 100 {how}"
        for value, how in ((found.g_raw, "as given"), (found.g, "with leniency taken out"))
        if value is not None
    ]
    more = (
        f" About {found.reviews_for_80:.0f} scorecards for each entry would bring it to 80 as given."
        if found.reviews_for_80 is not None
        else ""
    )
    return [
        (
            "What belongs to the entries (G)",
            ", ".join(parts),
            f"How much of the differences is the entries’ own, at {found.reviews:.1f} scorecards each.{more}",
        )
    ]


def left_out(found: Iterable[LeftOut], entries: Names, judges: Names) -> list[tuple[str, str, str]]:
    """(entry, judge, why) of everything that does not count; a single criterion is named with the reason."""
    return [
        (
            entries.get(one.entry, one.entry),
            judges.get(one.judge, one.judge),
            f"{one.criterion}: {one.why}" if one.criterion else one.why,
        )
        for one in found
    ]
