"""The ISU rule against examples worked by hand, and the registry of methods."""

from decimal import Decimal
from fractions import Fraction

import pytest

from heroes.domain.counting.exact import half_up
from heroes.domain.results import (
    INCOMPLETE,
    METHODS,
    NOT_JUDGED,
    PARTIAL,
    Criterion,
    CriterionValue,
    JudgeTotal,
    rank,
)
from tests.domain.results.panels import ONE, TWO, by_mean, ranks, scorecards, scores

D = Decimal
FIVE = {"j1": "2", "j2": "7", "j3": "7.25", "j4": "7.5", "j5": "10"}


def test_five_judges_lose_their_highest_and_their_lowest() -> None:
    standings = rank(scorecards(ONE, {"A": FIVE}), ONE, method="trimmed-mean")

    assert (standings.asked, standings.method, standings.reason) == ("trimmed-mean", "trimmed-mean", None)
    (only,) = standings.entries
    assert (only.rank, only.score, only.total, only.reviews, only.flags) == (1, D("7.25"), D(435), 5, ())
    assert only.criteria == (CriterionValue("Impact", D("7.25"), 5, (D(2), D(10))),)
    assert only.judges[4] == JudgeTotal("j5", D(10), D(600), partial=False, counted=True)


def test_only_one_of_several_equal_extremes_is_dropped() -> None:
    cards = {"j1": "9", "j2": "9", "j3": "3", "j4": "3", "j5": "6"}

    (only,) = rank(scorecards(ONE, {"A": cards}), ONE, method="trimmed-mean").entries

    assert only.score == D(6)
    assert only.criteria[0].dropped == (D(3), D(9))


def test_the_mean_is_rounded_half_up_and_then_weighted() -> None:
    # 7 + 7 + 7 + 7.02 = 28.02, a quarter is 7.005: 7.01 and not 7.00; 7.01 x 0.8 = 5.608 stays.
    criteria = (Criterion("Skating Skills", D("0.8"), D(0), D(10)),)
    cards = {"j1": "1", "j2": "7", "j3": "7", "j4": "7", "j5": "7.02", "j6": "9"}

    (only,) = rank(scorecards(criteria, {"A": cards}), criteria, method="trimmed-mean").entries

    assert (only.score, only.total) == (D("7.01"), D("5.608"))


@pytest.mark.parametrize(
    "value, rounded",
    [
        ("7.005", "7.01"),
        ("7.0049999", "7"),
        ("7.015", "7.02"),
        ("0.995", "1"),
        ("0", "0"),
        ("-0.005", "-0.01"),
    ],
)
def test_half_up(value: str, rounded: str) -> None:
    assert half_up(Fraction(value)) == Fraction(rounded)


def test_each_criterion_is_trimmed_by_itself() -> None:
    # Impact 1 5 5 5 9 -> 5; Craft has four marks, 2 2 2 1.5 -> 1.875 -> 1.88.
    marks = scorecards(TWO, {"A": {"j1": "1 2", "j2": "5 2", "j3": "5 2", "j4": "5 1.5", "j5": "9 -"}})

    (only,) = rank(marks, TWO, method="trimmed-mean").entries

    assert only.criteria == (
        CriterionValue("Impact", D(5), 5, (D(1), D(9))),
        CriterionValue("Craft", D("1.88"), 4, ()),
    )
    assert (only.total, only.score, only.flags) == (D("375.2"), D("3.752"), (PARTIAL,))


def test_a_thin_entry_among_full_ones_gets_the_rounded_mean_of_all() -> None:
    marks = scorecards(ONE, {"A": FIVE, "B": {"j1": "10", "j2": "7", "j3": "7", "j4": "-", "j5": "-"}})

    standings = rank(marks, ONE, method="trimmed-mean")

    assert standings.method == "trimmed-mean"
    assert scores(standings) == {"B": D(8), "A": D("7.25")}
    assert rank(
        scorecards(ONE, {"A": FIVE, "B": {"j1": "7", "j2": "7", "j3": "6"}}), ONE, method="trimmed-mean"
    ).entries[1].score == D("6.67")


def test_without_five_judges_anywhere_it_is_the_plain_mean_and_says_why() -> None:
    marks = scorecards(ONE, {"A": {**FIVE, "j5": "-"}, "B": {"j1": "7", "j2": "7", "j3": "6"}})

    standings = rank(marks, ONE, method="trimmed-mean")

    assert (standings.asked, standings.method) == ("trimmed-mean", "mean")
    assert standings.reason == (
        "No entry has five judges' marks on a criterion, so there is nothing to trim: the plain mean is used."
    )
    assert standings.entries == by_mean(marks, ONE).entries
    assert scores(standings)["B"] == D("6.666666666666666666666666667")
    assert rank([], ONE, method="trimmed-mean", entries=["A"]).method == "mean"


def test_marks_count_one_by_one_even_from_a_thin_scorecard() -> None:
    # Judge 5 marked only Craft, 40 of 100: no scorecard, but a mark on Craft all the same.
    marks = scorecards(TWO, {"A": {"j1": "5 1", "j2": "5 4", "j3": "5 5", "j4": "5 6", "j5": "- 9"}})

    (only,) = rank(marks, TWO, method="trimmed-mean").entries

    assert only.criteria[1] == CriterionValue("Craft", D(5), 5, (D(1), D(9)))
    assert (only.score, only.reviews) == (D(5), 5)
    assert only.judges[4] == JudgeTotal("j5", None, None, partial=True, counted=True)


def test_a_gap_of_a_whole_panel_is_filled_from_half_the_weight_on() -> None:
    full = dict.fromkeys(("j1", "j2", "j3", "j4", "j5"), "5 4")
    marks = scorecards(TWO, {"A": full, "B": {"j1": "8 -"}, "C": {"j1": "- 9"}})

    standings = rank(marks, TWO, method="trimmed-mean")

    # C does not count, so Craft's mean is 4; Impact's is 33 / 6 = 5.5. B: 4 + (8 - 5.5) = 6.5.
    assert ranks(standings) == [(1, "B"), (2, "A"), (None, "C")]
    assert scores(standings) == {"B": D("7.4"), "A": D("4.6"), "C": None}
    assert standings.entries[0].criteria[1] == CriterionValue("Craft", D("6.5"), 0, ())
    assert standings.entries[2].flags == (NOT_JUDGED, INCOMPLETE)


def test_the_registry_holds_exactly_these() -> None:
    assert list(METHODS) == [
        "calibrated",
        "mean",
        "trimmed-mean",
        "median",
        "calibrated-limits",
        "final-panel",
    ]


def test_an_unknown_method_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"^Unknown method “borda”: known are calibrated, mean, .*panel\.$"):
        rank([], ONE, method="borda")
