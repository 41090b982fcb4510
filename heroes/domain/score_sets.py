"""A score set as its design: criteria with weights, scales in words and floors, read from plain data with every fault.

Half a score set can be kept; only one whose counting weights make exactly 100 can be judged by.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, count, pairwise
from typing import Any, Protocol

from heroes.domain.questions import clean_text
from heroes.domain.slugs import slugify

HUNDRED = Decimal(100)
MOST_CRITERIA = 40
MOST_POINTS = 30
MOST_MARKS = 1001
"""So many different marks a scale may have."""
MOST_NAME = 200
MOST_HELP = 2_000
MOST_WORDS = 1_000
"""So many words a comment may be asked to have at the least."""
_NUMBER = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Point:
    """What one mark, or several, of a scale mean in words."""

    low: Decimal
    high: Decimal
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that judges mark. `scale` is what its scale is called, for people who use one scale for several.

    One that does not count stands apart from the total. `floor` is the share of its scale, out of 100, that an entry's
    mean must reach for any award.
    """

    key: str
    name: str
    help: str
    weight: Decimal
    low: Decimal
    high: Decimal
    step: Decimal
    scale: str
    points: tuple[Point, ...]
    counts: bool
    floor: Decimal | None

    @property
    def span(self) -> tuple[Decimal, Decimal, Decimal]:
        """What a mark on it means as a number: a mark given on another span says something else."""
        return self.low, self.high, self.step


class BadScoreSet(ValueError):
    """Criteria that cannot be read: `errors` has a sentence for each field, called criterion-2-weight and so on."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the errors by field."""
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


class Design(Protocol):
    """Whatever has criteria as plain data, such as the working copy that a builder keeps."""

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """The criteria."""


# ---- reading ----


def parse(raw: Sequence[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    """Read criteria from plain data, numbers as texts. Raises `BadScoreSet` with every fault by its field.

    Missing keys are made from names and no two are the same. A weight may be missing or nought while a set is being
    built, and the weights need not make 100 yet: see `unfit`.
    """
    errors: dict[str, str] = {}
    if len(raw) > MOST_CRITERIA:
        raise BadScoreSet({"criteria": f"{MOST_CRITERIA} criteria are the most: there are {len(raw)}."})
    keys = keys_for([(str(one.get("key") or ""), str(one.get("name") or "")) for one in raw])
    found = [
        _criterion(f"criterion-{number}", one, key, errors)
        for number, (one, key) in enumerate(zip(raw, keys, strict=True), 1)
    ]
    names: dict[str, int] = {}
    for number, one in enumerate(found, 1):
        folded = one.name.casefold()
        if folded and folded in names:
            errors.setdefault(f"criterion-{number}-name", f"Criterion {names[folded]} has this name already.")
        names.setdefault(folded, number)
    if errors:
        raise BadScoreSet(errors)
    return tuple(found)


def keys_for(named: Iterable[tuple[str, str]]) -> list[str]:
    """A key for each (key so far, name): what has one keeps it, the others get one made from the name."""
    pairs = list(named)
    taken: set[str] = set()
    keys: list[str] = []
    kept = {key for key, _ in pairs if key}
    for key, name in pairs:
        own = key if key and key not in taken else free_key(name, taken | kept)
        taken.add(own)
        keys.append(own)
    return keys


def free_key(name: str, taken: Set[str]) -> str:
    """A key made from a name, with a number where it is taken."""
    wanted = slugify(name)[:70].strip("-")
    numbered = chain((wanted,), (f"{wanted}-{n}" for n in count(2)))
    return next(key for key in numbered if key not in taken)


def number_of(text: object) -> Decimal:
    """A plain number such as 12 or 0.5, or ValueError."""
    text = f"{text:f}" if isinstance(text, Decimal) else str(text).strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError("Give a number, such as 12 or 0.5.")
    return Decimal(text).normalize() + 0


def plain(number: Decimal) -> str:
    """A number as people write it."""
    return f"{number.normalize() + 0:f}"


def _criterion(where: str, raw: Mapping[str, Any], key: str, errors: dict[str, str]) -> Criterion:
    name = _line(f"{where}-name", raw.get("name"), errors)
    if not name:
        errors.setdefault(f"{where}-name", "Give the criterion a name.")
    counts = bool(raw.get("counts", True))
    weight = _number(f"{where}-weight", raw.get("weight"), errors, Decimal(0))
    if weight < 0:
        errors.setdefault(f"{where}-weight", "A weight cannot be less than 0.")
    floor = None
    if str(raw.get("floor") if raw.get("floor") is not None else "").strip():
        floor = _number(f"{where}-floor", raw["floor"], errors, Decimal(0))
        if not 0 <= floor <= HUNDRED:
            errors.setdefault(f"{where}-floor", "A floor is a share of the scale, from 0 to 100.")
    low = _number(f"{where}-low", raw.get("low"), errors, None)
    high = _number(f"{where}-high", raw.get("high"), errors, None)
    step = _number(f"{where}-step", raw.get("step", "1"), errors, None)
    whole = not any(f"{where}-{end}" in errors for end in ("low", "high", "step"))
    if whole:
        whole = _check_span(where, low, high, step, errors)
    return Criterion(
        key=key,
        name=name,
        help=_text(f"{where}-help", raw.get("help"), MOST_HELP, errors),
        weight=weight if counts else Decimal(0),
        low=low,
        high=high,
        step=step,
        scale=_line(f"{where}-scale", raw.get("scale"), errors),
        points=_points(where, raw.get("points") or [], (low, high, step) if whole else None, errors),
        counts=counts,
        floor=floor,
    )


def _check_span(where: str, low: Decimal, high: Decimal, step: Decimal, errors: dict[str, str]) -> bool:
    if low >= high:
        errors[f"{where}-high"] = f"The highest mark must be above the lowest, {plain(low)}."
    elif step <= 0:
        errors[f"{where}-step"] = "The step must be more than 0."
    elif (high - low) % step:
        errors[f"{where}-step"] = (
            f"Steps of {plain(step)} do not lead from {plain(low)} to {plain(high)}: the last one would miss it."
        )
    elif (high - low) / step + 1 > MOST_MARKS:
        errors[f"{where}-step"] = f"That makes more than {MOST_MARKS:,} different marks."
    else:
        return True
    return False


def _points(
    where: str,
    raw: Sequence[Mapping[str, Any]],
    span: tuple[Decimal, Decimal, Decimal] | None,
    errors: dict[str, str],
) -> tuple[Point, ...]:
    if len(raw) > MOST_POINTS:
        errors[f"{where}-points"] = f"{MOST_POINTS} worded points are the most: there are {len(raw)}."
        return ()
    found: list[tuple[str, Point]] = []
    for number, one in enumerate(raw, 1):
        here = f"{where}-points-{number}"
        low = _number(f"{here}-from", one.get("from"), errors, None)
        high = _number(f"{here}-to", one.get("to"), errors, None)
        word = _line(f"{here}-word", one.get("word"), errors)
        text = _text(f"{here}-text", one.get("text"), MOST_HELP, errors)
        if f"{here}-from" not in errors and f"{here}-to" not in errors:
            found.append((here, Point(low, high, word, text)))
    found.sort(key=lambda one: (one[1].low, one[1].high))
    if span is not None and found and len(found) == len(raw):
        _check_points(found, span, errors)
    return tuple(point for _, point in found)


def _check_points(
    found: Sequence[tuple[str, Point]], span: tuple[Decimal, Decimal, Decimal], errors: dict[str, str]
) -> None:
    low, high, step = span
    for here, point in found:
        for end, value in (("from", point.low), ("to", point.high)):
            if not low <= value <= high:
                errors[f"{here}-{end}"] = (
                    f"{plain(value)} is outside the scale, {plain(low)} to {plain(high)}."
                )
            elif (value - low) % step:
                errors[f"{here}-{end}"] = (
                    f"{plain(value)} is no mark of the scale: its step is {plain(step)}."
                )
        if point.low > point.high:
            errors.setdefault(f"{here}-to", f"It must not be below {plain(point.low)}.")
    for (_, before), (here, after) in pairwise(found):
        if after.low <= before.high:
            errors.setdefault(
                f"{here}-from", f"{plain(after.low)} has words already: “{before.word or plain(before.low)}”."
            )
    # A mark without any words below or above it would have no place on the judge's page.
    if found[0][1].low > low:
        errors.setdefault(f"{found[0][0]}-from", f"The words must begin at the lowest mark, {plain(low)}.")
    if max(point.high for _, point in found) < high:
        errors.setdefault(f"{found[-1][0]}-to", f"The words must go on to the highest mark, {plain(high)}.")


def _number(where: str, raw: object, errors: dict[str, str], missing: Decimal | None) -> Decimal:
    if missing is not None and (raw is None or str(raw).strip() == ""):
        return missing
    try:
        return number_of("" if raw is None else raw)
    except ValueError as error:
        errors[where] = str(error)
        return Decimal(0)


def _line(where: str, raw: object, errors: dict[str, str]) -> str:
    return " ".join(_text(where, raw, MOST_NAME, errors).split())


def _text(where: str, raw: object, most: int, errors: dict[str, str]) -> str:
    text = clean_text(str(raw or ""))
    if len(text) > most:
        errors[where] = f"This is longer than {most:,} characters."
    return text


# ---- writing ----


def to_plain(criteria: Iterable[Criterion]) -> list[dict[str, Any]]:
    """Criteria as plain data that `parse` reads as the same criteria."""
    return [
        {
            "key": one.key,
            "name": one.name,
            "help": one.help,
            "weight": plain(one.weight),
            "low": plain(one.low),
            "high": plain(one.high),
            "step": plain(one.step),
            "scale": one.scale,
            "points": [
                {"from": plain(p.low), "to": plain(p.high), "word": p.word, "text": p.text}
                for p in one.points
            ],
            "counts": one.counts,
            "floor": None if one.floor is None else plain(one.floor),
        }
        for one in criteria
    ]


def comment_words(text: object) -> int:
    """The fewest words of a comment, from what was typed; nothing is 0. Raises ValueError with a sentence."""
    typed = str(text).strip()
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6 and int(typed) <= MOST_WORDS):
        raise ValueError(f"Give a whole number from 0 to {MOST_WORDS:,}.")
    return int(typed)


# ---- whether it can be judged by ----


def weighed(criteria: Iterable[Criterion]) -> Decimal:
    """What the weights of the criteria that count make together."""
    return sum((one.weight for one in criteria if one.counts), Decimal(0))


def weight_line(design: Design) -> str:
    """How far a design's weights are: "92 of 100, 8 to go"; of one that cannot be read, that it cannot."""
    try:
        return weights_said(weighed(parse(design.criteria)))
    except BadScoreSet:
        return "cannot be read"


def weights_said(total: Decimal) -> str:
    """The same of what the weights make together."""
    if total == HUNDRED:
        return "100 of 100"
    rest = f"{plain(HUNDRED - total)} to go" if total < HUNDRED else f"{plain(total - HUNDRED)} too many"
    return f"{plain(total)} of 100, {rest}"


def unfit(design: Design) -> tuple[str, ...]:
    """What keeps a design from being judged by, a sentence each; nothing where it can be."""
    try:
        criteria = parse(design.criteria)
    except BadScoreSet as error:
        return tuple(error.errors.values())
    counting = [one for one in criteria if one.counts]
    if not criteria:
        return ("It has no criterion yet.",)
    if not counting:
        return ("Every criterion stands apart: at least one must count.",)
    said = [f"“{one.name}” counts and has no weight." for one in counting if one.weight == 0]
    if weighed(criteria) != HUNDRED:
        said.append(f"The weights must make exactly 100: {weights_said(weighed(criteria))}.")
    return tuple(said)


# ---- what a correction does ----


@dataclass(frozen=True, slots=True)
class Correction:
    """How one set of criteria follows another.

    `again` are the keys that judges have to mark anew: new ones, and those on another scale. `lines` say every
    difference that a judge or an entrant could notice.
    """

    again: tuple[str, ...]
    lines: tuple[str, ...]


def correction(before: Sequence[Criterion], after: Sequence[Criterion]) -> Correction:
    """Compare two sets; marks carry over by their criterion's key where its scale is the same."""
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    again = tuple(one.key for one in after if one.key not in old or old[one.key].span != one.span)
    lines = [f"{one.name}: it is taken away" for one in before if one.key not in new]
    for one in after:
        was = old.get(one.key)
        lines += [f"{one.name}: it is new"] if was is None else _differences(was, one)
    if [k for k in old if k in new] != [k for k in new if k in old]:
        lines.append("The order of the criteria is different")
    return Correction(again, tuple(lines))


def _differences(was: Criterion, one: Criterion) -> list[str]:
    both = [
        ("weight", plain(was.weight), plain(one.weight)),
        ("scale", span_words(was.span), span_words(one.span)),
        ("floor", _floor(was), _floor(one)),
        ("the total", "counts" if was.counts else "stands apart", "counts" if one.counts else "stands apart"),
        ("name", was.name, one.name),
    ]
    said = [f"{one.name}, {label}: {old} becomes {new}" for label, old, new in both if old != new]
    if was.help != one.help:
        said.append(f"{one.name}: its help is worded anew")
    if was.span == one.span and was.points != one.points:
        said.append(f"{one.name}: the words of its scale are new")
    return said


def _floor(one: Criterion) -> str:
    return "none" if one.floor is None else plain(one.floor)


def span_words(span: tuple[Decimal, Decimal, Decimal]) -> str:
    """A scale in a few words: "0 to 10 in steps of 1"."""
    low, high, step = span
    return f"{plain(low)} to {plain(high)} in steps of {plain(step)}"
