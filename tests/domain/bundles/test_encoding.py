"""Canonical JSON: the published examples of RFC 8785, and bytes that are none."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.bundles.encoding import MOST_VALUES, BadJson, decode, encode

NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
"""Bits of a double -> how it is written (appendix B)."""


@pytest.mark.parametrize("bits, text", NUMBERS.items())
def test_floats_are_written_as_the_standard_lists_them(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert encode(number) == text.encode()
    assert decode(text.encode()) == number


def test_the_standards_own_example() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    text = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert encode(value) == text.encode()


def test_keys_are_sorted_by_utf_16_code_units() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    assert list(json.loads(encode(dict.fromkeys(keys)))) == [
        "\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"
    ]  # fmt: skip


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 2**53, -(2**53), "\ud800"])
def test_what_has_no_spelling_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        encode([value])


def test_another_type_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        encode({"a": {1}})


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inside: (
        st.lists(inside) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inside)
    ),
    max_leaves=20,
)


@given(plain)
def test_what_is_written_is_read_back_and_written_the_same(value: object) -> None:
    data = encode(value)
    assert decode(data) == value
    assert encode(decode(data)) == data
    assert json.loads(data, parse_int=float) == value


@pytest.mark.parametrize(
    "data, why",
    [
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"\xef\xbb\xbf1", "BOM"),
        (b'{"a":1,"a":1}', "a key twice"),
        (b'{"b":1,"a":1}', "not in canonical form"),
        (b'{"a": 1}', "not in canonical form"),
        (b"[1]\n", "not in canonical form"),
        (b'"\\u0041"', "not in canonical form"),
        (b'"\\/"', "not in canonical form"),
        (b'"\\ud800"', "not UTF-8"),
        (b"1.0", "not in canonical form"),
        (b"-0", "not in canonical form"),
        (b"1E2", "not in canonical form"),
        (b"9007199254740993", "not in canonical form"),
        (b"1e999", "has no place in JSON"),
        (b"NaN", "NaN has no place"),
        (b"[-Infinity]", "-Infinity has no place"),
        (b"9" * 31, "31 digits"),
        (b"9" * 5000, "5000 digits"),
        (b"0." + b"1" * 5000, "5002 digits"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[" + b"1," * (MOST_VALUES + 1) + b"1]", "more values"),
        (b"[1] [2]", "not JSON"),
        (b"{1:2}", "not JSON"),
    ],
    ids=lambda it: repr(it[:12]) if isinstance(it, bytes) else it,
)
def test_any_other_bytes_are_refused_with_one_line(data: bytes, why: str) -> None:
    with pytest.raises(BadJson, match=why) as caught:
        decode(data)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=60))
def test_no_bytes_end_otherwise(data: bytes) -> None:
    try:
        value = decode(data)
    except BadJson:
        return
    assert encode(value) == data
