"""Tie-breaks: every step, its sentence, and what happens among more than two."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.counting.marks import read_panel
from heroes.domain.results import Criterion, Standings, TieStep, rank
from heroes.domain.results.ties import Contender, break_ties
from tests.domain.results.panels import CRAFT, IMPACT, ONE, by_mean, ranks, scorecards

D = Decimal


def steps(standings: Standings, entry: str) -> tuple[TieStep, ...]:
    return next(standing.tie for standing in standings.entries if standing.entry == entry)


def test_the_heaviest_criterion_decides_first() -> None:
    # 60 x 8 + 40 x 3 = 60 x 6 + 40 x 6 = 600.
    criteria = (CRAFT, IMPACT)
    standings = by_mean(scorecards(criteria, {"A": {"j1": "6 6"}, "B": {"j1": "3 8"}}), criteria)

    step = TieStep("criterion", "Impact", (("B",), ("A",)), "On Impact (weight 60): B 8, A 6.")
    assert ranks(standings) == [(1, "B"), (2, "A")]
    assert steps(standings, "A") == steps(standings, "B") == (step,)


def test_then_the_next_by_weight() -> None:
    # Level on Impact; Craft (30) differs by 1 and Reach (10) by 3, so the totals agree.
    criteria = (Criterion("Reach", D(10)), IMPACT, replace(CRAFT, weight=D(30)))
    standings = by_mean(scorecards(criteria, {"A": {"j1": "8 5 4"}, "B": {"j1": "5 5 5"}}), criteria)

    assert ranks(standings) == [(1, "B"), (2, "A")]
    assert steps(standings, "A") == (
        TieStep("criterion", "Impact", (("A", "B"),), "Level on Impact (weight 60): 5 each."),
        TieStep("criterion", "Craft", (("B",), ("A",)), "On Craft (weight 30): B 5, A 4."),
    )


def test_among_equal_weights_the_declared_order_counts() -> None:
    first, second = replace(IMPACT, weight=D(1)), replace(CRAFT, weight=D(1))
    cards = {"A": {"j1": "7 5"}, "B": {"j1": "5 7"}}
    swapped = {"A": {"j1": "5 7"}, "B": {"j1": "7 5"}}

    assert ranks(by_mean(scorecards((first, second), cards), (first, second))) == [(1, "A"), (2, "B")]
    assert ranks(by_mean(scorecards((second, first), swapped), (second, first))) == [(1, "B"), (2, "A")]


def test_a_criterion_nobody_marked_cannot_decide() -> None:
    criteria = (replace(CRAFT, weight=D(60)), IMPACT)
    standings = by_mean(scorecards(criteria, {"A": {"j1": "- 7"}, "B": {"j2": "- 7"}}), criteria)

    assert ranks(standings) == [(1, "A"), (1, "B")]
    assert steps(standings, "A")[0] == TieStep(
        "criterion", "Craft", (("A", "B"),), "Nobody marked Craft (weight 60), so it cannot decide."
    )


def test_then_the_judges_who_scored_both() -> None:
    cards = {"A": {"j1": "6", "j2": "6", "j3": "6"}, "B": {"j1": "7", "j2": "7", "j3": "4"}}
    standings = by_mean(scorecards(ONE, cards), ONE)

    assert ranks(standings) == [(1, "B"), (2, "A")]
    assert steps(standings, "A") == (
        TieStep("criterion", "Impact", (("A", "B"),), "Level on Impact (weight 60): 6 each."),
        TieStep(
            "majority",
            None,
            (("B",), ("A",)),
            "Of the 3 judges who scored both, 1 put A higher and 2 put B higher.",
        ),
    )


def test_judges_who_scored_only_one_have_no_say() -> None:
    # Only j1 saw both and prefers A; B's median is higher.
    cards = {"A": {"j1": "7", "j2": "4", "j3": "4"}, "B": {"j1": "5", "j4": "5", "j5": "5"}}
    standings = by_mean(scorecards(ONE, cards), ONE)

    assert ranks(standings) == [(1, "A"), (2, "B")]
    assert steps(standings, "A")[-1].sentence == (
        "Of the one judge who scored both, 1 put A higher and 0 put B higher."
    )


def test_then_the_higher_median() -> None:
    cards = {"A": {"j1": "5", "j2": "5", "j3": "8"}, "B": {"j4": "6", "j5": "6", "j6": "6"}}
    standings = by_mean(scorecards(ONE, cards), ONE)

    assert ranks(standings) == [(1, "B"), (2, "A")]
    assert steps(standings, "B")[1:] == (
        TieStep("majority", None, (("A", "B"),), "No judge scored both A and B."),
        TieStep("reviews", None, (("A", "B"),), "Level on the number of reviews: 3 each."),
        TieStep("median", None, (("B",), ("A",)), "On the median of the judges' scores: B 6, A 5."),
    )


def test_the_median_of_an_even_number_lies_between_the_middle_two() -> None:
    # 1 4 7 8: 5.5; 2 5 5 8: 5. Both sum to 20.
    cards = {"A": dict(zip("abcd", "2558", strict=True)), "B": dict(zip("efgh", "1478", strict=True))}

    assert steps(by_mean(scorecards(ONE, cards), ONE), "A")[-1].sentence == (
        "On the median of the judges' scores: B 5.5, A 5."
    )


def test_and_where_all_are_exhausted_the_place_is_shared() -> None:
    cards = {
        "D": {"j1": "2", "j2": "2"},
        "C": {"j1": "5", "j2": "7"},
        "B": {"j1": "7", "j2": "5"},
        "A": {"j1": "9", "j2": "9"},
    }
    standings = by_mean(scorecards(ONE, cards), ONE)

    assert ranks(standings) == [(1, "A"), (2, "B"), (2, "C"), (4, "D")]
    assert steps(standings, "A") == steps(standings, "D") == ()
    assert [(step.rule, step.decided) for step in steps(standings, "C")] == [
        ("criterion", False),
        ("majority", False),
        ("reviews", False),
        ("median", False),
        ("equal", False),
    ]
    assert [step.sentence for step in steps(standings, "C")[1:]] == [
        "Of the 2 judges who scored both, 1 put B higher and 1 put C higher: no majority.",
        "Level on the number of reviews: 2 each.",
        "Level on the median of the judges' scores: 6 each.",
        "Every tie-break is exhausted: B and C share the place. The chair decides.",
    ]


def test_a_shared_place_leaves_a_hole_wherever_it_is() -> None:
    cards = {
        "A": {"j1": "9", "j2": "8"},
        "B": {"j1": "8", "j2": "9"},
        "C": {"j1": "5", "j2": "7"},
        "D": {"j1": "7", "j2": "5"},
        "E": {"j1": "1", "j2": "1"},
    }

    assert ranks(by_mean(scorecards(ONE, cards), ONE)) == [(1, "A"), (1, "B"), (3, "C"), (3, "D"), (5, "E")]


def test_a_circle_of_majorities_decides_nothing() -> None:
    cards = {
        "A": {"j1": "3", "j2": "1", "j3": "2"},
        "B": {"j1": "2", "j2": "3", "j3": "1"},
        "C": {"j1": "1", "j2": "2", "j3": "3"},
        "D": {"j1": "1", "j2": "1", "j3": "1"},
    }
    standings = by_mean(scorecards(ONE, cards), ONE)

    assert ranks(standings) == [(1, "A"), (1, "B"), (1, "C"), (4, "D")]
    assert steps(standings, "A")[1].sentence == (
        "Taken two at a time, the judges who scored both put none of these clearly ahead."
    )


def test_when_the_median_opens_a_circle_the_judges_are_asked_again() -> None:
    cards = {
        "A": {"j1": "9", "j2": "1", "j3": "6"},
        "B": {"j1": "5", "j2": "6", "j3": "5"},
        "C": {"j1": "4", "j2": "5", "j3": "7"},
    }
    standings = by_mean(scorecards(ONE, cards), ONE)

    assert ranks(standings) == [(1, "A"), (2, "B"), (3, "C")]
    assert [step.rule for step in steps(standings, "A")] == ["criterion", "majority", "reviews", "median"]
    assert [step.rule for step in steps(standings, "C")] == [
        "criterion",
        "majority",
        "reviews",
        "median",
        "majority",
    ]


def test_when_reviews_open_a_circle_the_judges_are_asked_again() -> None:
    # A over B, B over C, C over A: a circle. A and C have a review more; between these two the judges can speak.
    cards = {
        "A": {"j": 6, "k": 5, "l": 1, "o": 1},
        "B": {"j": 5, "k": 4, "m": 9},
        "C": {"k": 3, "l": 5, "m": 8, "o": 5},
    }
    tied = [
        Contender(entry, {}, {judge: Fraction(score) for judge, score in judges.items()}, len(judges))
        for entry, judges in cards.items()
    ]
    places, taken = break_ties(read_panel([], ONE), tied)

    assert places == [("C",), ("A",), ("B",)]
    assert [step.rule for step in taken["A"]][:4] == ["criterion", "majority", "reviews", "majority"]


def test_a_majority_over_all_the_others_counts_among_three() -> None:
    cards = {
        "A": {"j1": "5", "j2": "5", "j3": "5"},
        "B": {"j1": "6", "j2": "6", "j3": "3"},
        "C": {"j1": "4", "j2": "4", "j3": "7"},
    }
    standings = by_mean(scorecards(ONE, cards), ONE)

    assert ranks(standings) == [(1, "B"), (2, "A"), (3, "C")]
    assert steps(standings, "A")[1].sentence == (
        "Taken two at a time, more of the judges who scored both preferred B, then A, then C."
    )


def test_sentences_tell_close_values_apart_and_keep_long_lists_short() -> None:
    close = (replace(IMPACT, weight=D(1)), replace(CRAFT, weight=D(1)))
    marks = scorecards(close, {"A": {"j1": "5.00001 5"}, "B": {"j1": "5 5.00001"}})
    thirds = {
        "A": {"j1": "7 7", "j2": "7 7", "j3": "6.00003 6"},
        "B": {"j1": "7 7", "j2": "7 7", "j3": "6 6.00003"},
    }
    many = scorecards(ONE, {f"e{number}": {"j": "5"} for number in range(9)})

    assert steps(by_mean(marks, close), "A")[0].sentence == "On Impact (weight 1): A 5.00001, B 5."
    assert steps(by_mean(scorecards(close, thirds), close), "A")[0].sentence == (
        "On Impact (weight 1): A 6.666677, B 6.666667."
    )
    assert steps(by_mean(many, ONE), "e0")[-1].sentence == (
        "Every tie-break is exhausted: e0, e1, e2, e3, e4, e5 and 3 more share the place. The chair decides."
    )


def test_an_entry_without_a_scorecard_has_no_median_to_compare() -> None:
    # Five specialists mark one criterion each of three: trimmed by marks, but no card reaches half the weight.
    thirds = tuple(Criterion(name, D(1)) for name in ("Impact", "Craft", "Reach"))
    specialists = {
        f"{name}{number}": " ".join("5" if column == place else "-" for column in range(3))
        for place, name in enumerate("xyz")
        for number in range(5)
    }
    standings = rank(scorecards(thirds, {"A": specialists, "B": specialists}), thirds, method="trimmed-mean")

    assert ranks(standings) == [(1, "A"), (1, "B")]
    assert steps(standings, "A")[-2].sentence == (
        "Not every entry has a complete enough scorecard, so the judges' medians cannot decide."
    )


def beats(cards: dict[str, dict[str, int]], one: str, other: str) -> bool:
    both = cards[one].keys() & cards[other].keys()
    return (
        sum(
            (cards[one][judge] > cards[other][judge]) - (cards[one][judge] < cards[other][judge])
            for judge in both
        )
        > 0
    )


@given(
    st.dictionaries(
        st.sampled_from("ABCDE"),
        st.dictionaries(st.sampled_from("uvwxy"), st.integers(1, 3), min_size=1),
        min_size=3,
    )
)
def test_the_majority_divides_exactly_where_all_above_beat_all_below(
    cards: dict[str, dict[str, int]],
) -> None:
    tied = [
        Contender(entry, {}, {j: Fraction(score) for j, score in judges.items()}, len(judges))
        for entry, judges in cards.items()
    ]

    _, taken = break_ties(read_panel([], []), tied)

    entries = sorted(cards)
    cuts = [
        set(above)
        for size in range(1, len(entries) + 1)
        for above in combinations(entries, size)
        if all(beats(cards, one, other) for one in above for other in entries if other not in above)
    ]
    expected = tuple(
        tuple(sorted(after - before)) for before, after in zip([set(), *cuts], cuts, strict=False)
    )
    assert taken[entries[0]][0].order == expected
