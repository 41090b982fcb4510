"""What a leaderboard says beyond its numbers, from a result written down by hand."""

from dataclasses import replace

import pytest

from heroes.domain.counting import LeftOut, Reliability, Standing
from heroes.web.admin import board_words as words
from heroes.web.admin.board_words import Close, Swap
from tests.web.kit.invented_result import ENTRIES, NAMES, PLACES, RANKS, STANDINGS


def test_bands_come_from_the_chance_and_for_another_line_from_the_interval() -> None:
    assert [words.band_of(one, 5, 5) for one in ENTRIES[:9]] == [
        *("in", "in", "in", "grey", "grey", "grey", "grey", "grey", "out"),
    ]
    assert [words.band_of(one, 3, 5) for one in ENTRIES[:9]] == [
        *("in", "in", "grey", "grey", "out", "out", "out", "out", "out"),
    ]
    assert words.band_of(ENTRIES[0], None, 5) == ""
    assert words.band_of(ENTRIES[-1], 5, 5) == ""
    assert words.band_of(Standing("A", 1, 7.0, 7.0, 2), 5, 5) == ""


def test_another_way_to_count_is_said_by_who_comes_in_and_who_drops_out() -> None:
    assert words.swap(RANKS["calibrated"], RANKS["median"], PLACES) == Swap(("E6",), ("E4",))
    assert words.swap(RANKS["calibrated"], RANKS["median"], PLACES).said(NAMES) == (
        "The out-of-hours desk at Larkfield Energy and Water comes in, Tomasz Wieczorek drops out."
    )
    assert words.swap(RANKS["mean"], RANKS["mean"], PLACES).said({}) == "The same entries are above the line."


def test_many_names_are_counted_and_one_more_is_not() -> None:
    assert words.named(["a", "b", "c", "d", "e", "f"], {}) == "a, b, c, d, e and f"
    assert words.named(["a", "b", "c", "d", "e", "f", "g"], {}) == "a, b, c, d, e and 2 others"


def test_what_one_place_more_or_fewer_changes() -> None:
    assert words.line_moves(ENTRIES[3:7], PLACES, NAMES) == [
        "One place more (6): The out-of-hours desk at Larkfield Energy and Water comes in.",
        "One place fewer (4): Bronagh Kelly drops out.",
    ]
    assert words.line_moves(ENTRIES[:2], 1, NAMES) == ["One place more (2): Farah Siddiqui comes in."]
    level = (ENTRIES[3], replace(ENTRIES[4], rank=4), ENTRIES[5])
    assert words.line_moves(level, 4, NAMES)[0] == (
        "One place more (5): nobody changes sides, because some share a place."
    )


@pytest.mark.parametrize(("sure", "close"), [(0.34, False), (0.35, True), (0.65, True), (0.66, False)])
def test_neighbours_at_a_border_are_too_close_between_35_and_65(sure: float, close: bool) -> None:
    lines = (ENTRIES[3], replace(ENTRIES[4], chance_above_next=sure), ENTRIES[5])
    assert words.close_calls(lines, [5]) == ([Close("E5", "E6", 5, f"{sure:.0%}")] if close else [])
    assert words.close_calls(lines, [4, 6]) == []


def test_only_a_clear_first_is_called_clear() -> None:
    first = replace(ENTRIES[0], chance_of_best=0.86)
    assert words.first_said(STANDINGS, first, NAMES) == (
        "clear",
        "Maureen Okafor is first, and clearly so: best of all with a chance of 86%.",
    )
    kind, said = words.first_said(replace(STANDINGS, clear=False), first, NAMES)
    assert (kind, "nobody is clearly first" in said) == ("open", True)
    assert words.first_said(replace(STANDINGS, clear=None), first, NAMES) == ("", "")
    assert words.first_said(STANDINGS, None, NAMES) == ("", "")


def test_agreement_is_said_in_a_sentence_with_the_measures_behind_it() -> None:
    said, rows = words.agreement(Reliability(3.0, 0.71, 0.6, 0.8, 0.5, 0.75, 0.71, 0.76, 5.2, "tentative"))
    assert said == "The judges agree tolerably: take the order with care near the line."
    assert [(name, value) for name, value, _ in rows] == [
        ("Agreement (Krippendorff’s alpha)", "0.71 (0.60 to 0.80, nineteen times in twenty)"),
        ("One judge alone (ICC)", "0.50"),
        ("The average of 3.0 judges (ICC)", "0.75"),
        ("What belongs to the entries (G)", "71 of 100 as given, 76 of 100 with leniency taken out"),
    ]
    assert rows[-1][2].endswith("About 5 scorecards for each entry would bring it to 80 as given.")
    unknown = Reliability(1.0, None, None, None, None, None, None, None, None, "unknown")
    assert words.agreement(unknown) == (
        "There are too few scorecards to say how far the judges agree.",
        [],
    )


def test_what_does_not_count_is_named_with_its_reason() -> None:
    found = [LeftOut("E1", "J2", None, "the judge is recused"), LeftOut("E9", "J9", "Evidence", "abstained")]
    assert words.left_out(found, NAMES, NAMES) == [
        ("Maureen Okafor", "Gareth Lloyd", "the judge is recused"),
        ("Wendy Hallam", "J9", "Evidence: abstained"),
    ]
