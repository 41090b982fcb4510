"""The plain mean, gaps included, against examples worked by hand."""

from dataclasses import replace
from decimal import Decimal, localcontext

from heroes.domain.results import (
    INCOMPLETE,
    NOT_JUDGED,
    PARTIAL,
    PROVISIONAL,
    RULES,
    Adjusted,
    Criterion,
    CriterionValue,
    Explanation,
    JudgeTotal,
    Mark,
    Standing,
    Standings,
)
from tests.domain.results.panels import CRAFT, IMPACT, ONE, TWO, by_mean, ranks, scorecards, scores

D = Decimal


def test_the_whole_answer_for_a_complete_panel() -> None:
    marks = scorecards(TWO, {"B": {"j2": "5 4", "j1": "6 5"}, "A": {"j1": "8 6", "j2": "9 7"}})

    # Two judges are too few for a model, so nothing is said of how sure this is.
    assert replace(by_mean(marks, TWO), judges=(), reliability=None) == Standings(
        asked="mean",
        method="mean",
        reason=None,
        rules="2026.1",
        entries=(
            Standing(
                entry="A",
                rank=1,
                score=D("7.7"),
                total=D(770),
                reviews=2,
                judges=(
                    JudgeTotal("j1", D("7.2"), D(720), partial=False, counted=True),
                    JudgeTotal("j2", D("8.2"), D(820), partial=False, counted=True),
                ),
                criteria=(
                    CriterionValue("Impact", D("8.5"), 2, ()),
                    CriterionValue("Craft", D("6.5"), 2, ()),
                ),
                raw_mean=D("7.7"),
                explanation=Explanation(
                    (Adjusted("j1", 7.2, 0.0, 7.2), Adjusted("j2", 8.2, 0.0, 8.2)), 7.7, 6.4, 1.0, 7.7
                ),
            ),
            Standing(
                entry="B",
                rank=2,
                score=D("5.1"),
                total=D(510),
                reviews=2,
                judges=(
                    JudgeTotal("j1", D("5.6"), D(560), partial=False, counted=True),
                    JudgeTotal("j2", D("4.6"), D(460), partial=False, counted=True),
                ),
                criteria=(
                    CriterionValue("Impact", D("5.5"), 2, ()),
                    CriterionValue("Craft", D("4.5"), 2, ()),
                ),
                raw_mean=D("5.1"),
                explanation=Explanation(
                    (Adjusted("j1", 5.6, 0.0, 5.6), Adjusted("j2", 4.6, 0.0, 4.6)), 5.1, 6.4, 1.0, 5.1
                ),
            ),
        ),
    )
    assert RULES == "2026.1"


def test_a_gap_is_filled_from_how_far_the_judge_stands_above_the_means() -> None:
    # Impact's mean is (8 + 9 + 6 + 5) / 4 = 7, Craft's (6 + 5 + 4) / 3 = 5. Judge 2 gave A two more than the
    # mean on Impact, so Craft is taken as 5 + 2 = 7: (60 x 9 + 40 x 7) / 100 = 8.2, and A has (7.2 + 8.2) / 2.
    marks = scorecards(TWO, {"A": {"j1": "8 6", "j2": "9 -"}, "B": {"j1": "6 5", "j2": "5 4"}})

    first = by_mean(marks, TWO).entries[0]

    assert (first.entry, first.score, first.total, first.reviews) == ("A", D("7.7"), D(770), 2)
    assert first.judges == (
        JudgeTotal("j1", D("7.2"), D(720), partial=False, counted=True),
        JudgeTotal("j2", D("8.2"), D(820), partial=True, counted=True),
    )
    assert first.criteria == (
        CriterionValue("Impact", D("8.5"), 2, ()),
        CriterionValue("Craft", D("6.5"), 1, ()),
    )
    assert first.flags == (PARTIAL,)


def test_the_shift_is_the_unweighted_mean_over_the_answered_criteria() -> None:
    # Means from the other card: 5, 5 and from both: (5 + 9) / 2 = 7, (5 + 6) / 2 = 5.5, Reach 4.
    # Above: (9 - 7 + 6 - 5.5) / 2 = 1.25, so Reach is 5.25: (50 x 9 + 30 x 6 + 20 x 5.25) / 100 = 7.35.
    three = (Criterion("Impact", D(50)), Criterion("Craft", D(30)), Criterion("Reach", D(20)))
    marks = scorecards(three, {"A": {"j1": "9 6 -"}, "B": {"j1": "5 5 4"}})

    assert scores(by_mean(marks, three)) == {"A": D("7.35"), "B": D("4.8")}


def test_below_half_the_weight_a_review_does_not_count_and_is_still_shown() -> None:
    marks = scorecards(TWO, {"A": {"j1": "8 6", "j2": "- 1"}, "B": {"j1": "6 -"}})

    first, second = by_mean(marks, TWO).entries

    assert (first.entry, first.score, first.reviews, first.flags) == ("A", D("7.2"), 1, (PROVISIONAL,))
    assert first.judges[1] == JudgeTotal("j2", None, None, partial=True, counted=False)
    assert first.criteria[1] == CriterionValue("Craft", D(6), 1, ())
    # Craft's mean is 6, not 3.5: B's gap is 6 + (6 - 7) = 5, so B has (360 + 200) / 100.
    assert (second.entry, second.score, second.flags) == ("B", D("5.6"), (PROVISIONAL, PARTIAL))


def test_exactly_half_the_weight_is_enough() -> None:
    halves = (replace(IMPACT, weight=D(1)), replace(CRAFT, weight=D(1)))
    marks = scorecards(halves, {"A": {"j1": "8 -"}, "B": {"j1": "4 5"}})

    assert scores(by_mean(marks, halves)) == {"A": D("7.5"), "B": D("4.5")}


def test_absent_is_not_zero() -> None:
    marks = scorecards(TWO, {"A": {"j1": "2 2", "j2": "- -"}, "B": {"j1": "- -"}, "C": {"j1": "- 9"}})

    standings = by_mean(marks, TWO, entries=["D", "A"])

    assert ranks(standings) == [(1, "A"), (None, "B"), (None, "C"), (None, "D")]
    assert standings.entries[0].score == D(2)
    assert standings.entries[1] == Standing("B", None, None, None, 0, (), (), (), (NOT_JUDGED,))
    assert standings.entries[2].judges == (JudgeTotal("j1", None, None, partial=True, counted=False),)
    assert standings.entries[2].flags == (NOT_JUDGED, INCOMPLETE)
    assert standings.entries[3] == Standing("D", None, None, None, 0, (), (), (), (NOT_JUDGED,))


def test_recusal_equals_absence() -> None:
    cards = {"A": {"j1": "8 6"}, "B": {"j1": "6 5", "j2": "5 4"}}
    recused = {"A": {"j1": "8 6", "j2": "- -"}, "B": {"j1": "6 5", "j2": "5 4"}}

    assert by_mean(scorecards(TWO, recused), TWO) == by_mean(scorecards(TWO, cards), TWO)


def test_zero_is_a_mark_where_the_scale_begins_there() -> None:
    scale = (replace(IMPACT, low=D(0)),)
    standings = by_mean(scorecards(scale, {"A": {"j1": "0", "j2": "5"}, "B": {"j1": "-", "j2": "1"}}), scale)

    assert scores(standings) == {"A": D("2.5"), "B": D(1)}


def test_different_scales_are_mapped_to_0_to_100_and_the_total_stays_raw() -> None:
    # Impact 5 of 0-10 is 50, Craft 3 of 1-5 is 50; B has 40 and 100. Weights 1 and 3.
    mixed = (Criterion("Impact", D(1), D(0), D(10)), Criterion("Craft", D(3), D(1), D(5)))
    marks = scorecards(mixed, {"A": {"j1": "5 3"}, "B": {"j1": "4 5"}})

    standings = by_mean(marks, mixed)

    assert [(standing.entry, standing.score, standing.total) for standing in standings.entries] == [
        ("B", D(85), D(19)),
        ("A", D(50), D(14)),
    ]


def test_the_mapped_score_decides_even_where_the_raw_total_says_otherwise() -> None:
    mixed = (Criterion("Impact", D(1), D(0), D(10)), Criterion("Craft", D(1), D(0), D(100)))
    marks = scorecards(mixed, {"A": {"j1": "9 40"}, "B": {"j1": "2 60"}})

    standings = by_mean(marks, mixed)

    assert [(standing.entry, standing.score, standing.total) for standing in standings.entries] == [
        ("A", D(65), D(49)),
        ("B", D(40), D(62)),
    ]


def test_a_gap_between_different_scales_is_filled_on_the_common_one() -> None:
    # Means: Impact 5 of 10 = 50, Craft 10 of 20 = 50. B gave 40, ten below, so Craft is taken as 40 = 8 of 20.
    mixed = (Criterion("Impact", D(1), D(0), D(10)), Criterion("Craft", D(1), D(0), D(20)))
    marks = scorecards(mixed, {"A": {"j1": "6 10"}, "B": {"j1": "4 -"}})

    second = by_mean(marks, mixed).entries[1]

    assert (second.entry, second.score, second.total) == ("B", D(40), D(12))
    assert second.criteria[1] == CriterionValue("Craft", D(8), 0, ())


def test_a_gap_between_scales_that_do_not_start_at_zero() -> None:
    # Impact 1-5: A's 4 is 75, B's 2 is 25, mean 50. Craft 10-30: A's 20 is 50. B's gap is 50 - 25 = 25, so 15.
    mixed = (Criterion("Impact", D(3), D(1), D(5)), Criterion("Craft", D(1), D(10), D(30)))
    marks = scorecards(mixed, {"A": {"j1": "4 20"}, "B": {"j1": "2 -"}})

    second = by_mean(marks, mixed).entries[1]

    assert (second.score, second.total, second.criteria[1].value) == (D(25), D(21), D(15))


def test_a_criterion_that_nobody_marked_is_left_out_of_the_weights() -> None:
    marks = scorecards(TWO, {"A": {"j1": "8 -", "j2": "7 -"}})

    (only,) = by_mean(marks, TWO).entries

    assert (only.score, only.total, only.flags) == (D("7.5"), D(450), (PARTIAL,))
    assert only.criteria[1] == CriterionValue("Craft", None, 0, ())


def test_the_mean_of_three_is_correct_to_28_digits_in_any_decimal_context() -> None:
    marks = scorecards(ONE, {"A": {"j1": "7", "j2": "7", "j3": "6"}, "B": {"j1": "1.25", "j2": "2"}})

    with localcontext(prec=3):
        narrow = by_mean(marks, ONE)

    assert narrow == by_mean(marks, ONE)
    assert scores(narrow) == {"A": D("6.666666666666666666666666667"), "B": D("1.625")}


def test_nothing_in_gives_nothing_out() -> None:
    assert ranks(by_mean([], [])) == []
    assert ranks(by_mean([], TWO, entries=("b", "a"))) == [(None, "a"), (None, "b")]
    assert by_mean(iter([Mark("A", "j", "Impact", D(4))]), ONE).entries[0].flags == (PROVISIONAL,)
