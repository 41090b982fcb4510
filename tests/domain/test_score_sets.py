"""Score sets: every fault has its field, half a set can be kept, and only weights of exactly 100 can be judged by."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.score_sets import (
    BadScoreSet,
    Criterion,
    Point,
    correction,
    keys_for,
    parse,
    to_plain,
    unfit,
    weight_line,
)


@dataclass
class Design:
    """A working copy."""

    criteria: list[dict[str, Any]]


def one(name: str = "Difference", **changes: Any) -> dict[str, Any]:
    """A criterion as plain data."""
    given = {"key": "", "name": name, "weight": "100", "low": "0", "high": "10", "step": "1", "scale": "ten"}
    return given | changes


def faults(*raw: dict[str, Any]) -> dict[str, str]:
    """What parsing these says, by field; nothing where they are taken."""
    try:
        parse(raw)
    except BadScoreSet as error:
        return error.errors
    return {}


def test_a_criterion_is_read_with_exact_numbers_and_a_key_from_its_name() -> None:
    points = [{"from": 6, "to": "10.0", "word": "Good\n", "text": "x"}, {"from": 0, "to": 5, "word": "Poor"}]
    assert parse([one(weight="33.50", points=points, floor="55")]) == (
        Criterion(
            "difference",
            "Difference",
            "",
            Decimal("33.5"),
            Decimal(0),
            Decimal(10),
            Decimal(1),
            "ten",
            (Point(Decimal(0), Decimal(5), "Poor", ""), Point(Decimal(6), Decimal(10), "Good", "x")),
            True,
            Decimal(55),
        ),
    )


@pytest.mark.parametrize(
    "changes,field,said",
    [
        ({"name": " "}, "name", "Give the criterion a name."),
        ({"weight": "ten"}, "weight", "Give a number, such as 12 or 0.5."),
        ({"weight": "1e2"}, "weight", "Give a number, such as 12 or 0.5."),
        ({"weight": "-1"}, "weight", "A weight cannot be less than 0."),
        ({"weight": "NaN"}, "weight", "Give a number, such as 12 or 0.5."),
        ({"floor": "101"}, "floor", "A floor is a share of the scale, from 0 to 100."),
        ({"low": ""}, "low", "Give a number, such as 12 or 0.5."),
        ({"low": "10"}, "high", "The highest mark must be above the lowest, 10."),
        ({"step": "0"}, "step", "The step must be more than 0."),
        (
            {"step": "0.3"},
            "step",
            "Steps of 0.3 do not lead from 0 to 10: the last one would miss it.",
        ),
        ({"step": "0.001"}, "step", "That makes more than 1,001 different marks."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes: dict[str, Any], field: str, said: str) -> None:
    assert faults(one("First", weight="0"), one(**changes)) == {f"criterion-2-{field}": said}


@pytest.mark.parametrize(
    "points,field,said",
    [
        ([(0, 5), (5, 10)], "2-from", "5 has words already: “0–5”."),
        ([(0, 5), (6, 11)], "2-to", "11 is outside the scale, 0 to 10."),
        ([(0, 5.5), (6, 10)], "1-to", "5.5 is no mark of the scale: its step is 1."),
        ([(1, 10)], "1-from", "The words must begin at the lowest mark, 0."),
        ([(0, 9)], "1-to", "The words must go on to the highest mark, 10."),
    ],
)
def test_worded_points_lie_on_the_scale_without_overlaps(
    points: list[tuple[float, float]], field: str, said: str
) -> None:
    raw = [{"from": low, "to": high, "word": f"{low}–{high}", "text": ""} for low, high in points]
    assert faults(one(points=raw)) == {f"criterion-1-points-{field}": said}


def test_two_criteria_of_one_name_are_refused_and_keys_never_meet() -> None:
    assert faults(one("Care"), one("care")) == {"criterion-2-name": "Criterion 1 has this name already."}
    assert keys_for([("", "A b"), ("a-b", "Kept"), ("", "a B"), ("a-b", "Again")]) == [
        "a-b-2",
        "a-b",
        "a-b-3",
        "again",
    ]


@pytest.mark.parametrize(
    "raw,said",
    [
        ([], ["It has no criterion yet."]),
        ([one(counts=False)], ["Every criterion stands apart: at least one must count."]),
        (
            [one(weight="60"), one("Beyond", weight="32")],
            ["The weights must make exactly 100: 92 of 100, 8 to go."],
        ),
        (
            [one(weight="50"), one("Beyond", weight="49.99")],
            ["The weights must make exactly 100: 99.99 of 100, 0.01 to go."],
        ),
        (
            [one(weight="60"), one("Beyond", weight="44")],
            ["The weights must make exactly 100: 104 of 100, 4 too many."],
        ),
        ([one(), one("Beyond", weight="")], ["“Beyond” counts and has no weight."]),
        ([one(weight="x")], ["Give a number, such as 12 or 0.5."]),
        ([one(weight="66.67"), one("Beyond", weight="33.33"), one("Tone", counts=False, weight="7")], []),
    ],
)
def test_half_a_set_can_be_kept_and_only_exactly_100_can_be_judged_by(
    raw: list[dict[str, Any]], said: list[str]
) -> None:
    assert list(unfit(Design(raw))) == said


def test_a_correction_names_what_judges_have_to_mark_again() -> None:
    before = parse([one("A", weight="60"), one("B", weight="40"), one("C", counts=False)])
    after = parse(
        [
            one("B", key="b", weight="50", high="20"),
            one("A", key="a", weight="50", floor="40", help="More"),
            one("D", counts=False),
        ]
    )
    found = correction(before, after)
    assert found.again == ("b", "d")
    assert found.lines == (
        "C: it is taken away",
        "B, weight: 40 becomes 50",
        "B, scale: 0 to 10 in steps of 1 becomes 0 to 20 in steps of 1",
        "A, weight: 60 becomes 50",
        "A, floor: none becomes 40",
        "A: its help is worded anew",
        "D: it is new",
        "The order of the criteria is different",
    )
    assert correction(before, before) == correction(after, after)


numbers = st.decimals(0, 100, places=2)
texts = st.text(max_size=12)


@st.composite
def plain_criteria(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Any list of criteria that somebody could have typed without a fault."""
    found = []
    for n in range(draw(st.integers(0, 6))):
        low, step, marks = draw(st.integers(-5, 5)), draw(numbers) + Decimal("0.01"), draw(st.integers(2, 9))
        ends = [low + step * mark for mark in range(marks + 1)]
        cut = draw(st.integers(0, marks - 1))
        points = [(ends[0], ends[cut]), (ends[cut + 1], ends[-1])] if draw(st.booleans()) else []
        found.append(
            {
                "key": draw(st.sampled_from(["", f"key-{n}"])),
                "name": f"{n}{draw(texts)}",
                "help": draw(texts),
                "weight": str(draw(numbers)),
                "low": str(low),
                "high": f"{ends[-1]:f}",
                "step": f"{step:f}",
                "scale": draw(texts),
                "points": [{"from": a, "to": b, "word": draw(texts), "text": draw(texts)} for a, b in points],
                "counts": draw(st.booleans()),
                "floor": draw(st.none() | numbers.map(str)),
            }
        )
    return found


@given(plain_criteria())
def test_what_is_read_is_written_so_that_it_is_read_as_the_same(raw: list[dict[str, Any]]) -> None:
    read = parse(raw)
    assert parse(to_plain(read)) == read
    assert to_plain(parse(to_plain(read))) == to_plain(read)
    assert weight_line(Design(raw)) == weight_line(Design(to_plain(read)))
