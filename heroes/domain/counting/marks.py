"""Marks and criteria as a caller hands them over, and the panel: the same, checked, exact and grouped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from heroes.domain.counting.exact import exact_sum

Number = Decimal | float
"""What methods give back: exact decimals where they were given exact decimals, else floats."""

Row = dict[int, Fraction]
"""One scorecard, or one entry's panel marks: the criterion's position -> the mark."""

# Beyond these a number in a file is a slip or an attack, and exact arithmetic on it could take for ever.
MOST_PLACES = 60
MOST_DIGITS = 30

UNMAPPED = (Fraction(0), Fraction(1))


def decimal_of(number: Number | int) -> Decimal:
    """The number as a decimal: a float as the shortest one that is read back as the same float."""
    if isinstance(number, Decimal):
        return number
    return Decimal(number) if type(number) is int else Decimal(float.__repr__(float(number)))


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the score set: higher marks are better, weights are positive with any sum.

    Numbers may be handed over as ints and floats as well; they are kept as exact decimals.
    """

    name: str
    weight: Decimal
    low: Decimal = Decimal(1)
    high: Decimal = Decimal(10)

    def __post_init__(self) -> None:
        """Keep plain numbers as decimals; what is no number is refused by whoever uses the criterion."""
        for field in ("weight", "low", "high"):
            number = getattr(self, field)
            if type(number) in (int, float):
                object.__setattr__(self, field, decimal_of(number))


@dataclass(frozen=True, slots=True)
class Mark:
    """One judge's mark for one entry on one criterion; `None` means abstained, which is not zero."""

    entry: str
    judge: str
    criterion: str
    value: Number | None


class InvalidMarks(ValueError):
    """A row that cannot be used. The message names it in words; `row` is the offending mark or criterion."""

    def __init__(self, message: str, row: Mark | Criterion) -> None:
        super().__init__(message)
        self.row = row


@dataclass(frozen=True, slots=True)
class Panel:
    """Checked marks: every one is on the scale of a known criterion, and given once."""

    criteria: tuple[Criterion, ...]
    weights: tuple[Fraction, ...]
    scales: tuple[tuple[Fraction, Fraction], ...]
    """Per criterion (offset, slope): a mark x stands at offset + slope * x on the common scale."""
    one_scale: bool
    """Whether all criteria share a scale, so that marks need no mapping."""
    full_weight: Fraction
    slopes: tuple[Fraction, ...]
    offsets: tuple[Fraction, ...]
    """The same mapping times the weight: a mark x adds offset + slope * x to the weighted sum."""
    full_offset: Fraction
    rows: dict[str, dict[str, Row]]
    """Entry -> judge -> marks given; a judge who only abstained on an entry is absent there."""

    def common(self, position: int, mark: Fraction) -> Fraction:
        """The mark on the common scale."""
        offset, slope = self.scales[position]
        return offset + slope * mark

    def raw(self, position: int, value: Fraction) -> Fraction:
        """The inverse of `common`."""
        offset, slope = self.scales[position]
        return (value - offset) / slope


def read_panel(marks: Iterable[Mark], criteria: Sequence[Criterion]) -> Panel:
    """Check everything and group it; raises InvalidMarks at the first row that cannot be used."""
    positions = check_criteria(criteria)
    known: dict[tuple[str, Decimal], Fraction] = {}
    given: set[tuple[str, str, int]] = set()
    rows: dict[str, dict[str, Row]] = {}
    for mark in marks:
        position = positions.get(mark.criterion)
        if position is None:
            names = ", ".join(positions) or "none"
            raise InvalidMarks(f"{_name(mark)}: unknown criterion (known: {names}).", mark)
        key = (mark.entry, mark.judge, position)
        if key in given:
            raise InvalidMarks(f"{_name(mark)}: this judge already marked this entry on it.", mark)
        given.add(key)
        judges = rows.setdefault(mark.entry, {})
        if mark.value is None:
            continue
        judges.setdefault(mark.judge, {})[position] = _on_scale(mark, mark.value, criteria[position], known)
    weights = tuple(Fraction(criterion.weight) for criterion in criteria)
    one_scale = len({(criterion.low, criterion.high) for criterion in criteria}) <= 1
    scales = tuple(UNMAPPED if one_scale else _to_hundred(criterion) for criterion in criteria)
    slopes = tuple(weight * slope for weight, (_, slope) in zip(weights, scales, strict=True))
    offsets = tuple(weight * offset for weight, (offset, _) in zip(weights, scales, strict=True))
    return Panel(
        criteria=tuple(criteria),
        weights=weights,
        scales=scales,
        one_scale=one_scale,
        full_weight=exact_sum(weights),
        slopes=slopes,
        offsets=offsets,
        full_offset=exact_sum(offsets),
        rows=rows,
    )


def _name(mark: Mark) -> str:
    return f"Entry “{mark.entry}”, judge “{mark.judge}”, criterion “{mark.criterion}”"


def check_criteria(criteria: Sequence[Criterion]) -> dict[str, int]:
    """Criterion's name -> its position; raises InvalidMarks that names the first one that cannot be used."""
    positions: dict[str, int] = {}
    for criterion in criteria:
        name = f"Criterion “{criterion.name}”"
        if criterion.name in positions:
            raise InvalidMarks(f"{name}: two criteria have this name.", criterion)
        for label, number in (
            ("weight", criterion.weight),
            ("lowest mark", criterion.low),
            ("highest mark", criterion.high),
        ):
            _check_number(number, f"{name}, {label}", criterion)
        if criterion.weight <= 0:
            raise InvalidMarks(f"{name}: the weight {criterion.weight} is not above zero.", criterion)
        if criterion.low >= criterion.high:
            raise InvalidMarks(
                f"{name}: the lowest mark {criterion.low} is not below the highest {criterion.high}.",
                criterion,
            )
        positions[criterion.name] = len(positions)
    return positions


def _check_number(number: object, name: str, row: Mark | Criterion) -> Decimal:
    if isinstance(number, bool) or not isinstance(number, Decimal | float | int):
        raise InvalidMarks(f"{name}: {number!r} is not a number.", row)
    number = decimal_of(number)
    if not number.is_finite():
        raise InvalidMarks(f"{name}: {number} is not a finite number.", row)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MOST_PLACES or number.adjusted() > MOST_DIGITS:
        raise InvalidMarks(f"{name}: {number} has too many digits.", row)
    return number


def _on_scale(
    mark: Mark, value: Number, criterion: Criterion, known: dict[tuple[str, Decimal], Fraction]
) -> Fraction:
    # A signalling NaN cannot even be looked up.
    if type(value) is Decimal and value.is_finite():
        seen = known.get((criterion.name, value))
        if seen is not None:
            return seen
    exact = _check_number(value, _name(mark), mark)
    if not criterion.low <= exact <= criterion.high:
        raise InvalidMarks(
            f"{_name(mark)}: {value} is outside the scale {criterion.low} to {criterion.high}.", mark
        )
    return known.setdefault((criterion.name, exact), Fraction(exact))


def _to_hundred(criterion: Criterion) -> tuple[Fraction, Fraction]:
    low, high = Fraction(criterion.low), Fraction(criterion.high)
    slope = 100 / (high - low)
    return -slope * low, slope
