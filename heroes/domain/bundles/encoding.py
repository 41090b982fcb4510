"""JSON with exactly one spelling per value, as RFC 8785 lays it down, and a reader that takes no other.

Keys are sorted by their UTF-16 code units, nothing stands between tokens, texts are UTF-8 with only the escapes that
JSON demands, whole numbers are plain digits, and a float is the shortest decimal that is read back as the same float,
in the notation of ECMAScript. Without NaN, infinities and lone surrogates. Decimals are not JSON numbers: they travel
as strings, so that no reader rounds them.
"""

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

MOST_VALUES = 12_000_000
"""More than a million marks with everything about them; beyond it a file is no result but an attempt on our memory."""
MOST_DIGITS = 30
"""So many characters the longest number may have."""
MOST_WHOLE = 2**53 - 1
"""Beyond this a JSON number is not exact in every reader."""


class BadJson(ValueError):
    """Not JSON, or not in its one spelling. The message says what is wrong, without a full stop."""


def encode(value: Any) -> bytes:
    """The one spelling of a value made of dicts with text keys, lists, tuples, texts, numbers, booleans and None.

    Raises ValueError for what has none: NaN, an infinity, a whole number beyond 2^53 - 1, a lone surrogate; and
    TypeError for another type.
    """
    return "".join(_tokens(value)).encode("utf-8")


def _tokens(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield "{"
        for position, key in enumerate(sorted(value, key=lambda k: k.encode("utf-16-be", "surrogatepass"))):
            yield f"{',' if position else ''}{_text(key)}:"
            yield from _tokens(value[key])
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for position, item in enumerate(value):
            if position:
                yield ","
            # Columns of marks are long lists of plain values: no generator for each of them.
            if isinstance(item, dict | list | tuple):
                yield from _tokens(item)
            else:
                yield _scalar(item)
        yield "]"
    else:
        yield _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > MOST_WHOLE:
            raise ValueError(f"{value} is beyond what every reader of JSON keeps exact")
        return str(value)
    if isinstance(value, float):
        return _float(value)
    raise TypeError(f"{type(value).__name__} has no place in canonical JSON")


_text = json.encoder.encode_basestring


def _float(value: float) -> str:
    """A float as ECMAScript writes it: 1, 0.25, 1e-7, 1.5e+300."""
    if not math.isfinite(value):
        raise ValueError(f"{value} has no place in JSON")
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(float.__repr__(value)).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + exponent  # where the decimal point stands, counted from the first digit
    minus = "-" if sign else ""
    if len(text) <= point <= 21:
        return f"{minus}{text}{'0' * (point - len(text))}"
    if 0 < point <= 21:
        return f"{minus}{text[:point]}.{text[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{minus}{text[0]}{fraction}e{point - 1:+d}"


def decode(data: bytes) -> Any:
    """The value that these bytes are the one spelling of. Raises `BadJson` for any others, whatever they are."""
    if data.count(b",") > MOST_VALUES:
        raise BadJson("it holds more values than any result has")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_no_constant,
        )
        canonical = encode(value) == data
    except RecursionError as error:
        raise BadJson("it is nested too deeply") from error
    except UnicodeError as error:
        raise BadJson("it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise BadJson(f"it is not JSON ({error.msg}, character {error.pos + 1})") from error
    except ValueError as error:
        raise BadJson(str(error)) from error
    if not canonical:
        raise BadJson("it is not in canonical form")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson("an object has a key twice")
    return found


def _whole(text: str) -> int | float:
    number = int(_short(text))
    # A large float has the spelling of a whole number.
    return number if abs(number) <= MOST_WHOLE else float(number)


def _fraction(text: str) -> float:
    return float(_short(text))


def _short(text: str) -> str:
    if len(text) > MOST_DIGITS:
        raise BadJson(f"a number has {len(text)} digits")
    return text


def _no_constant(text: str) -> float:
    raise BadJson(f"{text} has no place in JSON")
