"""What the fairness page says, from values as a run stores them."""

from heroes.web.admin import fairness_words as words
from heroes.web.admin.fairness_words import Deciding, Since, Without
from tests.web.kit.invented_result import JUDGES, NAMES

FOUND = [
    {"judge": "J1", "changes": [], "in": [], "out": []},
    {"judge": "J3", "changes": [{"entry": "E9", "from": 9, "to": 10}], "in": [], "out": []},
    {
        "judge": "J2",
        "changes": [{"entry": "E7", "from": 7, "to": 4}, {"entry": "E4", "from": 4, "to": 6}],
        "in": ["E7"],
        "out": ["E4"],
    },
]


def test_a_strict_judge_who_changes_who_is_in_is_named_as_the_cause() -> None:
    assert words.without(FOUND, JUDGES, NAMES) == [
        Without(
            "Gareth Lloyd",
            "Lorna Petrie would be in, Tomasz Wieczorek would be out.",
            "2 places would change; Lorna Petrie the most, from 7 to 4.",
            True,
            "Gareth Lloyd marks 1.2 stricter than colleagues on the same entries, and is the cause of this difference.",
        ),
        Without(
            "Priya Nair",
            "Nobody changes sides of the line.",
            "1 place would change; Wendy Hallam the most, from 9 to 10.",
            False,
            "",
        ),
        Without("Helena Marsh", "Nobody changes sides of the line.", "No place changes.", False, ""),
    ]


def test_a_judge_like_the_others_is_no_cause() -> None:
    [line] = words.without([FOUND[2] | {"judge": "J1"}], JUDGES, NAMES)
    assert (line.flips, line.cause) == (True, "")
    [line] = words.without([FOUND[2] | {"judge": "J4"}], JUDGES, {})
    assert (line.flips, line.cause) == (True, "")


def test_a_single_scorecard_that_decides_a_place() -> None:
    found = [
        {"entry": "E5", "judge": "J2", "gave": 7.25, "would_be_out_at": 6.5},
        {"entry": "E4", "judge": "J9", "gave": "8", "would_be_out_at": None},
    ]
    assert words.deciding(found, NAMES) == [
        Deciding("Bronagh Kelly", "Gareth Lloyd", "Gave 7.25. At 6.5 or lower the entry would be out."),
        Deciding("Tomasz Wieczorek", "J9", "Gave 8."),
    ]


def test_what_has_moved_since_an_earlier_run() -> None:
    before = {"E1": 1, "E2": 2, "E3": 3, "E4": None}
    now = {"E1": 2, "E2": 1, "E3": 4, "E4": 3}
    assert words.since(before, now, 2, NAMES) == Since(
        "4 places changed. The same entries are above the line.",
        [
            ("Tomasz Wieczorek", None, 3),
            ("Farah Siddiqui", 2, 1),
            ("Maureen Okafor", 1, 2),
            ("Jo McAllister", 3, 4),
        ],
        0,
    )
    assert words.since(before, now, 3, NAMES).said == (
        "4 places changed. Tomasz Wieczorek came in, Jo McAllister dropped out."
    )
    assert words.since(now, now, 3, NAMES) == Since("No place has changed since.", [], 0)
    assert words.since({}, {"E1": 1}, None, NAMES).said == "1 place changed."
    many = {f"X{n}": n for n in range(1, 15)}
    assert words.since(many, {entry: rank + 1 for entry, rank in many.items()}, None, {}).more == 2
