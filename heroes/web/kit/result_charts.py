"""What the pictures of a result draw: where each thing lies on the paper, in per cent, and the words beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10
from typing import NamedTuple

from heroes.domain.counting import JudgeStanding, Standing, Variances

BANDS = {"in": ("In", "check"), "grey": ("Too close", "scales"), "out": ("Out", "minus")}
"""Band -> its word and its icon."""
ORDERED = 24
"""So many places of an order are drawn; the table has them all."""


class Tick(NamedTuple):
    """A labelled place of an axis, in per cent."""

    at: float
    text: str


class Interval(NamedTuple):
    """One entry: its place, and the 90 % interval of it as a bar; `left` is None where there is no interval."""

    entry: str
    place: int
    name: str
    between: str
    band: str
    chance: str
    at: float
    left: float | None
    width: float


@dataclass(frozen=True, slots=True)
class Intervals:
    """The entries of one page against the places, best on the left; `cut` is the line after so many places."""

    rows: tuple[Interval, ...]
    ticks: tuple[Tick, ...]
    first: int
    last: int
    places: int | None
    cut: float | None

    @property
    def counts(self) -> dict[str, int]:
        """Band -> how many of these entries are in it."""
        return {band: sum(row.band == band for row in self.rows) for band in BANDS}


def intervals(
    standings: Iterable[Standing], names: Mapping[str, str], places: int | None = None
) -> Intervals | None:
    """The picture of those that have a place; None if nobody has."""
    ranked = [(one, one.rank) for one in standings if one.rank is not None]
    if not ranked:
        return None
    first = min(min(rank, one.low or rank) for one, rank in ranked)
    last = max(max(rank, one.high or rank) for one, rank in ranked)
    span = last - first + 1

    def at(place: float) -> float:
        return round((place - first) * 100 / span, 2)

    return Intervals(
        rows=tuple(
            Interval(
                entry=one.entry,
                place=rank,
                name=names.get(one.entry, one.entry),
                between=between(one),
                band=one.band or "",
                chance=chance(one.chance_of_place),
                at=at(rank + 0.5),
                left=None if one.low is None else at(one.low),
                width=0
                if one.low is None or one.high is None
                else round((one.high - one.low + 1) * 100 / span, 2),
            )
            for one, rank in ranked
        ),
        ticks=tuple(Tick(at(place + 0.5), str(place)) for place in _places(first, last)),
        first=first,
        last=last,
        places=places,
        cut=at(places + 1) if places is not None and first <= places + 1 <= last + 1 else None,
    )


def between(one: Standing) -> str:
    """The 90 % interval of a place in words: "3 to 9"; empty without one."""
    if one.low is None or one.high is None:
        return ""
    return str(one.low) if one.low == one.high else f"{one.low} to {one.high}"


def chance(value: float | None) -> str:
    """A chance in per cent, and never a certainty: "86%", ">99%", "<1%"; empty where there is none."""
    if value is None:
        return ""
    if value > 0.99:
        return ">99%"
    return "<1%" if value < 0.01 else f"{value:.0%}"


def _places(first: int, last: int) -> list[int]:
    """About five places worth naming on an axis, the first one among them."""
    step = int(_step(max(last - first, 1), 5, whole=True))
    near = (last - first + 1) * 0.14
    return [first, *(place for place in range(step, last + 1, step) if place - first >= near)]


def _step(span: float, count: int, *, whole: bool = False) -> float:
    """A round step (1, 2, 5, 10 …) that divides a span into at most so many parts."""
    rough = span / count
    power = 10.0 ** floor(log10(rough))
    step = next((m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999), 10 * power)
    return max(1.0, float(ceil(step))) if whole else step


class Part(NamedTuple):
    """One source of the differences between marks: `kind` is entry, judge or review; shares come to 100."""

    kind: str
    share: int
    left: float
    width: float
    name: str
    meaning: str


_SOURCES = (
    ("entry", "The entries themselves", "one entry is better than another"),
    ("judge", "Mild and strict judges", "some mark everything higher or lower; this is taken out"),
    ("review", "The single reading", "taste, mood and chance; more judges for each entry even it out"),
)


def variance(found: Variances) -> tuple[Part, ...]:
    """Where differences come from, in whole per cent that add up to 100; empty if there are none at all."""
    values = (found.entry, found.judge, found.residual)
    total = sum(values)
    if total <= 0:
        return ()
    exact = [value * 100 / total for value in values]
    shares = [floor(value) for value in exact]
    # The largest remainders get what is missing to a hundred.
    for n in sorted(range(3), key=lambda n: shares[n] - exact[n])[: 100 - sum(shares)]:
        shares[n] += 1
    left = 0.0
    parts = []
    for (kind, name, meaning), share, value in zip(_SOURCES, shares, exact, strict=True):
        parts.append(Part(kind, share, round(left, 2), round(value, 2), name, meaning))
        left += value
    return tuple(parts)


class Whisker(NamedTuple):
    """One judge against the panel: the point, and two standard errors to either side."""

    judge: str
    name: str
    at: float
    left: float
    width: float
    said: str
    give: str
    reviews: int
    side: str
    """`milder`, `stricter`, or empty where the judge cannot be told from the panel."""
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leniency:
    """The judges around the panel's own line, which is in the middle; strict ones on the left."""

    rows: tuple[Whisker, ...]
    ticks: tuple[Tick, ...]


def leniency(judges: Iterable[JudgeStanding], names: Mapping[str, str]) -> Leniency | None:
    """The picture of the judges whose leniency is known, the mildest first; None if there is none."""
    known = [(one, one.leniency, one.leniency_se or 0.0) for one in judges if one.leniency is not None]
    if not known:
        return None
    reach = max(abs(b) + 2 * se for _, b, se in known) or 1.0
    step = _step(reach, 3)
    most = ceil(round(reach / step, 6)) * step

    def at(value: float) -> float:
        return round(50 + value * 50 / most, 2)

    return Leniency(
        rows=tuple(
            Whisker(
                judge=one.judge,
                name=names.get(one.judge, one.judge),
                at=at(b),
                left=at(b - 2 * se),
                width=round(4 * se * 50 / most, 2),
                said=compared(b, se),
                give=f"{2 * se:.1f}",
                reviews=one.reviews,
                side=side(b, se),
                flags=one.flags,
            )
            for one, b, se in sorted(known, key=lambda row: (-row[1], names.get(row[0].judge, row[0].judge)))
        ),
        ticks=tuple(
            Tick(at(n * step), f"{n * step:+g}" if n else "0")
            for n in range(-round(most / step), round(most / step) + 1)
        ),
    )


def side(leniency: float, se: float) -> str:
    """Which side of the panel a judge is on; empty within two standard errors or less than a tenth of a point."""
    if abs(leniency) <= 2 * se or abs(leniency) < 0.05:
        return ""
    return "milder" if leniency > 0 else "stricter"


def compared(leniency: float, se: float) -> str:
    """A judge beside colleagues in words: "0.5 stricter"; within two standard errors "about the same"."""
    found = side(leniency, se)
    return f"{abs(leniency):.1f} {found}" if found else "about the same"


class Stop(NamedTuple):
    """Where one entry stands in one order; `y` in rows from the top, beyond the last one if it is further down."""

    x: float
    y: int
    place: int | None


class Slope(NamedTuple):
    """One entry through all orders; `crosses` if some order puts it on the other side of the line."""

    entry: str
    name: str
    label: int | None
    stops: tuple[Stop, ...]
    crosses: bool


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders side by side: `heads` in columns, entries as lines; `line` is drawn after so many rows."""

    heads: tuple[Tick, ...]
    slopes: tuple[Slope, ...]
    depth: int
    line: int | None


def orders(
    ranks: Mapping[str, Mapping[str, int | None]],
    heads: Mapping[str, str],
    names: Mapping[str, str],
    places: int | None,
    *,
    official: str,
) -> Orders | None:
    """Methods -> entry -> rank as one picture, in the order of `heads`; entries in the official order.

    Drawn are those that some order puts among the first places and a few beyond, at most ORDERED.
    """
    methods = [method for method in heads if ranks.get(method)]
    if not methods:
        return None
    width = 100 / len(methods)
    columns = [round((n + 0.5) * width, 2) for n in range(len(methods))]
    base = ranks[official if official in methods else methods[0]]
    deepest = max((rank or 0 for method in methods for rank in ranks[method].values()), default=0)
    depth = min(ORDERED, deepest, ORDERED if places is None else max(places + 4, 8))
    known = sorted({entry for method in methods for entry in ranks[method]})
    shown = [
        entry
        for entry in known
        if any((ranks[method].get(entry) or depth + 1) <= depth for method in methods)
    ]
    shown.sort(key=lambda entry: (base.get(entry) or deepest + 1, names.get(entry, entry)))
    # Equals stand under each other, in the official order.
    rows = {
        method: {
            entry: n
            for n, entry in enumerate(
                sorted(
                    (entry for entry in known if ranks[method].get(entry)),
                    key=lambda entry: (ranks[method][entry], base.get(entry) or deepest + 1, entry),
                ),
                1,
            )
        }
        for method in methods
    }
    slopes = []
    for entry in shown:
        places_of = [ranks[method].get(entry) for method in methods]
        sides = (
            {place is not None and place <= places for place in places_of} if places is not None else {True}
        )
        slopes.append(
            Slope(
                entry,
                names.get(entry, entry),
                base.get(entry),
                tuple(
                    Stop(x, min(rows[method].get(entry, depth + 1), depth + 1), place)
                    for x, method, place in zip(columns, methods, places_of, strict=True)
                ),
                len(sides) > 1,
            )
        )
    return Orders(
        tuple(Tick(x, heads[method]) for x, method in zip(columns, methods, strict=True)),
        tuple(slopes),
        depth,
        places if places is not None and places < depth + 1 else None,
    )


class Plan(NamedTuple):
    """One way to judge: so many reviews for each entry, and what to expect of the shortlist then."""

    reviews: float
    right: float
    sure: float | None
    each: float | None
    hours: float | None


class Spot(NamedTuple):
    """A plan on the picture: x and y in per cent, and the number beside it."""

    x: float
    y: float
    text: str
    reviews: str


def effort(plans: Sequence[Plan]) -> tuple[Spot, ...]:
    """The curve of plans: reviews per entry to the right, the share of the shortlist that is right upwards."""
    if not plans:
        return ()
    few, most = plans[0].reviews, plans[-1].reviews
    return tuple(
        Spot(
            50.0 if most == few else round(8 + (plan.reviews - few) * 84 / (most - few), 2),
            round(100 - plan.right * 100, 2),
            f"{plan.right:.0%}",
            plainly(plan.reviews),
        )
        for plan in plans
    )


class Moved(NamedTuple):
    """One judge's score on the scale: what they gave, and what it counts as."""

    name: str
    gave: float
    counts_as: float
    said: str


@dataclass(frozen=True, slots=True)
class Steps:
    """How a score came about on a scale from `low` to `high`: judges' scores, their average, the field, the score."""

    rows: tuple[Moved, ...]
    ticks: tuple[Tick, ...]
    average: float
    field: float
    score: float


def steps(reviews: Sequence[tuple[str, float, float]], average: float, field: float, score: float) -> Steps:
    """The picture of a score. Each review has a name, what was given, and what it counts as."""
    values = [average, field, score, *(v for _, gave, counts_as in reviews for v in (gave, counts_as))]
    step = _step(max(max(values) - min(values), 0.5), 4)
    low, high = floor(min(values) / step) * step, ceil(max(values) / step) * step
    high = max(high, low + step)

    def at(value: float) -> float:
        return round((value - low) * 100 / (high - low), 2)

    count = round((high - low) / step)
    return Steps(
        rows=tuple(
            Moved(name, at(gave), at(counts_as), f"{gave:.1f} counts as {counts_as:.1f}")
            for name, gave, counts_as in reviews
        ),
        ticks=tuple(Tick(at(low + n * step), plainly(low + n * step)) for n in range(count + 1)),
        average=at(average),
        field=at(field),
        score=at(score),
    )


def plainly(value: float) -> str:
    """A number as it is read, without idle zeros: 3, 2.5."""
    return f"{Decimal(str(round(value, 4))).normalize():f}"
