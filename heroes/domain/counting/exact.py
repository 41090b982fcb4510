"""Sums of fractions without the cost of reducing every partial sum; results are exact all the same."""

from collections.abc import Iterable
from fractions import Fraction


def exact_sum(values: Iterable[Fraction]) -> Fraction:
    """The sum of the values; of none, zero."""
    numerators: dict[int, int] = {}
    for value in values:
        denominator = value.denominator
        numerators[denominator] = numerators.get(denominator, 0) + value.numerator
    return _combine(numerators)


def dot(pairs: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """The sum of the products of the pairs."""
    numerators: dict[int, int] = {}
    for one, other in pairs:
        denominator = one.denominator * other.denominator
        numerators[denominator] = numerators.get(denominator, 0) + one.numerator * other.numerator
    return _combine(numerators)


def average(values: list[Fraction]) -> Fraction:
    """The mean of one or more values."""
    return exact_sum(values) / len(values)


def half_up(value: Fraction) -> Fraction:
    """The value to 0.01, halves away from zero, as on paper."""
    cents = (abs(value) * 200 + 1) // 2
    return Fraction(cents if value >= 0 else -cents, 100)


def _combine(numerators: dict[int, int]) -> Fraction:
    parts = [Fraction(numerator, denominator) for denominator, numerator in numerators.items()]
    return parts[0] if len(parts) == 1 else sum(parts, Fraction(0))
