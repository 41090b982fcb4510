"""What the fairness page says, from values as a run stores them."""

from typing import Any

from heroes.web.admin import fairness_words as words
from heroes.web.admin.fairness_words import Deciding, Since, Without
from tests.web.kit.invented_result import NAMES

FOUND: list[dict[str, Any]] = [
    {
        "judge": "J3",
        "changes": [{"entry": "E9", "before": 9, "after": 10}],
        "came_in": [],
        "fell_out": [],
        "first": None,
    },
    {
        "judge": "J2",
        "changes": [{"entry": "E7", "before": 7, "after": 4}, {"entry": "E4", "before": 4, "after": 6}],
        "came_in": ["E7"],
        "fell_out": ["E4"],
        "first": None,
    },
]


def test_who_would_change_sides_without_a_judge_comes_first() -> None:
    assert words.without(FOUND, NAMES) == [
        Without(
            "Gareth Lloyd",
            "Lorna Petrie would be in, Tomasz Wieczorek would be out.",
            "2 places would change; Lorna Petrie the most, from 7 to 4.",
            True,
        ),
        Without(
            "Priya Nair",
            "Nobody changes sides of the line.",
            "1 place would change; Wendy Hallam the most, from 9 to 10.",
            False,
        ),
    ]


def test_another_first_without_a_judge_is_said() -> None:
    changes = [{"entry": "E1", "before": 1, "after": None}]
    [line] = words.without([FOUND[0] | {"first": "E2", "changes": changes}], NAMES)
    assert (line.said, line.places, line.flips) == (
        "Nobody changes sides of the line. Farah Siddiqui would be first.",
        "1 place would change.",
        True,
    )


def test_a_strict_judge_is_named_as_the_cause_of_a_flip() -> None:
    flip = {"up": "E7", "down": "E4", "line": 5, "cause": "J2", "leniency": -1.24, "share": 0.83}
    opening = (
        "As given, Tomasz Wieczorek would be above the line in place of Lorna Petrie; with leniency taken out it is"
        " the other way round."
    )
    assert words.flips([flip, flip | {"cause": None, "leniency": None, "share": None}], NAMES) == [
        (
            f"{opening} The cause is Gareth Lloyd, who marks 1.2 stricter than colleagues on the same entries, which"
            " accounts for 83% of it."
        ),
        opening,
    ]


def test_a_single_mark_that_decides_a_place() -> None:
    found = [
        {
            "entry": "E5",
            "rival": "E6",
            "judge": "J2",
            "criterion": "Evidence",
            "gave": 7.0,
            "turns_at": 6.5,
            "line": 5,
        }
    ]
    assert words.deciding(found, NAMES) == [
        Deciding(
            "Bronagh Kelly",
            "Gareth Lloyd",
            "7 for Evidence. At 6.5 The out-of-hours desk at Larkfield Energy and Water would be level.",
        )
    ]


def moved(**places: tuple[int | None, int | None]) -> list[dict[str, object]]:
    return [{"entry": entry, "before": was, "after": now} for entry, (was, now) in places.items()]


def test_what_has_moved_since_the_run_before() -> None:
    found = moved(E1=(1, 2), E2=(2, 1), E3=(3, 4), E4=(None, 3))
    assert words.since(found, 2, NAMES) == Since(
        "4 places changed. The same entries are above the line.",
        [
            ("Tomasz Wieczorek", None, 3),
            ("Farah Siddiqui", 2, 1),
            ("Maureen Okafor", 1, 2),
            ("Jo McAllister", 3, 4),
        ],
        0,
    )
    assert words.since(found, 3, NAMES).said == (
        "4 places changed. Tomasz Wieczorek came in, Jo McAllister dropped out."
    )
    assert words.since([], 3, NAMES) == Since("No place has changed.", [], 0)
    assert words.since(moved(E1=(None, 1)), None, NAMES).said == "1 place changed."
    assert words.since(moved(**{f"X{n}": (n, n + 1) for n in range(1, 15)}), None, {}).more == 2
