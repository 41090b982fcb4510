"""Numbers and lists as they stand in a sentence, and as they stand in a result."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

# A context of our own: the result must not depend on what the calling thread has set.
_DIGITS = Context(prec=28, rounding=ROUND_HALF_EVEN)


def to_decimal(value: Fraction) -> Decimal:
    """The value as a decimal: exact where it ends within 28 digits, else correctly rounded to 28."""
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def plain(number: Decimal) -> str:
    """One spelling per number, without exponent or idle zeros: 9, 9.0 and 0.9E1 are all "9"."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if number else "0"


def shortly(value: Fraction, places: int = 3) -> str:
    """The value for reading, rounded half-even to so many places."""
    return plain(Decimal(round(value * 10**places)).scaleb(-places, _DIGITS))


def shortly_apart(values: Sequence[Fraction]) -> list[str]:
    """Distinct values for reading, with as many places as it takes to tell them apart."""
    for places in (3, 6, 12):
        texts = [shortly(value, places) for value in values]
        if len(set(texts)) == len(values):
            return texts
    return [plain(to_decimal(value)) for value in values]


def names(entries: Sequence[str], shown: int) -> str:
    """A list in words; what goes beyond `shown` is counted."""
    if len(entries) > shown:
        return f"{', '.join(entries[:shown])} and {len(entries) - shown} more"
    if len(entries) == 1:
        return entries[0]
    return f"{', '.join(entries[:-1])} and {entries[-1]}"
