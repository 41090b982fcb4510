"""Entries with the same score: the declared order of tie-breaks, each step kept with its sentence.

0. Under `trimmed-mean` only, the points as the ISU publishes them: each criterion's weighted mean rounded half-up
   to 0.01 before they are added. The score itself stays unrounded.
1. The method's score on the heaviest criterion, then on the next by weight (in declared order among equal weights).
2. The judges who scored both: whom more of them put higher. Among more than two entries this divides only
   where each entry of the upper part beats each entry of the lower one, so that a circle decides nothing.
3. More reviews.
4. The higher median of the judges' scores.
5. A draw, where a seed for it was published beforehand: the smaller SHA-256 of "seed:entry" (UTF-8) is first.
6. Otherwise equal rank: the chair decides. Never submission time, id or name.

When a step divides the group, the parts go on with the next one; after reviews and median the judges are asked again,
since a part of a circle can have a majority that the whole had not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import groupby
from statistics import median

from heroes.domain.counting.exact import exact_sum, half_up
from heroes.domain.counting.marks import Panel, Row
from heroes.domain.counting.standings import TieStep
from heroes.domain.counting.wording import names, shortly, shortly_apart

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Contender:
    """What the tie-breaks may look at, and no more."""

    entry: str
    values: Row
    scores: dict[str, Fraction]
    """Judge -> score, for the reviews that have one."""
    reviews: int


Step = Callable[[Sequence[Contender]], TieStep]


def break_ties(
    panel: Panel, tied: Sequence[Contender], *, points_first: bool = False, seed: str | None = None
) -> tuple[list[tuple[str, ...]], dict[str, tuple[TieStep, ...]]]:
    """Order entries of one score: (groups of equal rank, best first; each entry's steps).

    The same whatever the order of `tied`; entries of equal rank are listed by id. `points_first` puts step 0 on top;
    `seed` is what a draw was announced with.
    """
    by_weight = sorted(range(len(panel.criteria)), key=lambda position: -panel.weights[position])
    steps = [_points_step(panel)] if points_first else []
    steps += [_criterion_step(panel, position) for position in by_weight]
    majority = len(steps)
    steps += [_majority_step, _reviews_step, _median_step]
    contenders = {contender.entry: contender for contender in tied}
    taken: dict[str, list[TieStep]] = {entry: [] for entry in contenders}
    places: list[tuple[str, ...]] = []
    # A stack of (entries still level, the step they are at), the best on top.
    pending = [(tuple(sorted(contenders)), 0)]
    while pending:
        group, at = pending.pop()
        if len(group) == 1:
            places.append(group)
            continue
        if at < len(steps):
            step = steps[at]([contenders[entry] for entry in group])
        else:
            step = _equal(group) if seed is None else _drawn(group, seed)
        for entry in group:
            taken[entry].append(step)
        if step.rule == "equal":
            places.append(group)
        else:
            following = majority if step.rule in ("reviews", "median") and step.decided else at + 1
            pending.extend((part, following) for part in reversed(step.order))
    return places, {entry: tuple(entry_steps) for entry, entry_steps in taken.items()}


def _criterion_step(panel: Panel, position: int) -> Step:
    criterion = panel.criteria[position]
    label = f"{criterion.name} (weight {shortly(panel.weights[position])})"

    def step(group: Sequence[Contender]) -> TieStep:
        # A criterion that nobody marked is missing for all of them alike.
        values = {
            contender.entry: contender.values[position] for contender in group if position in contender.values
        }
        if not values:
            sentence = f"Nobody marked {label}, so it cannot decide."
            return TieStep("criterion", criterion.name, (_entries(group),), sentence)
        order = _best_first(values)
        return TieStep("criterion", criterion.name, order, _compare(label, order, values))

    return step


def _points_step(panel: Panel) -> Step:
    def step(group: Sequence[Contender]) -> TieStep:
        points = {
            contender.entry: exact_sum(
                half_up(panel.weights[position] * value) for position, value in contender.values.items()
            )
            for contender in group
        }
        order = _best_first(points)
        return TieStep(
            "points", None, order, _compare("points, each criterion's rounded to 0.01", order, points)
        )

    return step


def _median_step(group: Sequence[Contender]) -> TieStep:
    # An entry can be ranked by trimmed mean without one complete enough scorecard; then nobody has a median.
    if not all(contender.scores for contender in group):
        sentence = "Not every entry has a complete enough scorecard, so the judges' medians cannot decide."
        return TieStep("median", None, (_entries(group),), sentence)
    medians = {contender.entry: median(contender.scores.values()) for contender in group}
    order = _best_first(medians)
    return TieStep("median", None, order, _compare("the median of the judges' scores", order, medians))


def _reviews_step(group: Sequence[Contender]) -> TieStep:
    many = {contender.entry: Fraction(contender.reviews) for contender in group}
    order = _best_first(many)
    return TieStep("reviews", None, order, _compare("the number of reviews", order, many))


def _drawn(group: tuple[str, ...], seed: str) -> TieStep:
    lots = {entry: sha256(f"{seed}:{entry}".encode()).hexdigest() for entry in group}
    order = tuple((entry,) for entry in sorted(group, key=lambda entry: (lots[entry], entry)))
    ahead = ", then ".join(entry for (entry,) in order[:SHOWN])
    more = f", then {len(order) - SHOWN} more" if len(order) > SHOWN else ""
    sentence = f"Drawn with the seed “{seed}” that was published beforehand: {ahead}{more}."
    return TieStep("draw", None, order, sentence)


def _majority_step(group: Sequence[Contender]) -> TieStep:
    order = _majority_order(group)
    if len(group) == 2:
        return TieStep("majority", None, order, _two_way(group, decided=len(order) > 1))
    if len(order) == 1:
        sentence = "Taken two at a time, the judges who scored both put none of these clearly ahead."
    else:
        ahead = ", then ".join(names(part, SHOWN) for part in order)
        sentence = f"Taken two at a time, more of the judges who scored both preferred {ahead}."
    return TieStep("majority", None, order, sentence)


def _equal(group: tuple[str, ...]) -> TieStep:
    sentence = f"Every tie-break is exhausted: {names(group, SHOWN)} share the place. The chair decides."
    return TieStep("equal", None, (group,), sentence)


def _two_way(group: Sequence[Contender], *, decided: bool) -> str:
    one, other = group
    ahead, behind = _preferences(one, other)
    both = len(one.scores.keys() & other.scores.keys())
    if not both:
        return f"No judge scored both {one.entry} and {other.entry}."
    judges = "the one judge" if both == 1 else f"the {both} judges"
    end = "." if decided else ": no majority."
    return (
        f"Of {judges} who scored both, {ahead} put {one.entry} higher "
        f"and {behind} put {other.entry} higher{end}"
    )


def _preferences(one: Contender, other: Contender) -> tuple[int, int]:
    """How many of the judges who scored both put `one` higher, and how many `other`."""
    ahead = behind = 0
    for judge, score in one.scores.items():
        against = other.scores.get(judge)
        if against is not None:
            ahead += score > against
            behind += score < against
    return ahead, behind


def _majority_order(group: Sequence[Contender]) -> tuple[tuple[str, ...], ...]:
    """The finest order in which every entry of a part beats every entry of the parts after it.

    These are the strongly connected parts of "is not beaten by", found around a pivot: whoever the pivot
    cannot reach lies above its part, whoever cannot reach the pivot lies below.
    """
    done: list[tuple[str, ...]] = []
    pending: list[tuple[list[Contender], bool]] = [(list(group), False)]
    while pending:
        part, settled = pending.pop()
        if settled or len(part) == 1:
            done.append(_entries(part))
            continue
        downwards = _reach(part, _preferences)
        upwards = _reach(part, lambda one, other: _preferences(other, one))
        above = [contender for contender in part if contender.entry not in downwards]
        level = [
            contender for contender in part if contender.entry in downwards and contender.entry in upwards
        ]
        below = [contender for contender in part if contender.entry not in upwards]
        for piece, is_settled in ((below, False), (level, True), (above, False)):
            if piece:
                pending.append((piece, is_settled))
    return tuple(done)


def _reach(
    part: Sequence[Contender], preferences: Callable[[Contender, Contender], tuple[int, int]]
) -> set[str]:
    pivot, *unseen = part
    reached = {pivot.entry}
    frontier = [pivot]
    while frontier and unseen:
        one = frontier.pop()
        beaten_by = []
        for other in unseen:
            ahead, behind = preferences(one, other)
            if ahead >= behind:
                reached.add(other.entry)
                frontier.append(other)
            else:
                beaten_by.append(other)
        unseen = beaten_by
    return reached


def _entries(group: Sequence[Contender]) -> tuple[str, ...]:
    return tuple(sorted(contender.entry for contender in group))


def _best_first(values: dict[str, Fraction]) -> tuple[tuple[str, ...], ...]:
    ordered = sorted(sorted(values), key=lambda entry: -values[entry])
    return tuple(tuple(part) for _, part in groupby(ordered, key=lambda entry: values[entry]))


def _compare(label: str, order: tuple[tuple[str, ...], ...], values: dict[str, Fraction]) -> str:
    marks = [values[part[0]] for part in order]
    if len(order) == 1:
        return f"Level on {label}: {shortly(marks[0])} each."
    parts = [f"{names(part, SHOWN)} {shown}" for part, shown in zip(order, shortly_apart(marks), strict=True)]
    return f"On {label}: {', '.join(parts)}."
