"""The sums behind the pictures of a result."""

from heroes.domain.counting import JudgeStanding, Standing, Variances
from heroes.web.kit import result_charts as charts
from heroes.web.kit.result_charts import Moved, Part, Tick, Whisker
from tests.web.kit.invented_result import ENTRIES, HEADS, JUDGES, NAMES, PLACES, RANKS


def test_a_bar_reaches_from_the_best_to_the_worst_place_and_the_line_lies_between_two() -> None:
    found = charts.intervals(ENTRIES, NAMES, PLACES)
    assert found is not None
    assert (found.first, found.last, found.cut) == (1, 12, round(5 * 100 / 12, 2))
    assert found.counts == {"in": 3, "grey": 5, "out": 3}
    bars = [(row.place, row.left, row.width, row.at, row.chance) for row in found.rows[:2]]
    assert bars == [(1, 0.0, 16.67, 4.17, ">99%"), (2, 0.0, 25.0, 12.5, ">99%")]
    assert [row.between for row in found.rows[:3]] == ["1 to 2", "1 to 3", "2 to 5"]
    assert [row.chance for row in found.rows[8:]] == ["3%", "<1%", "<1%"]
    assert [tick.text for tick in found.ticks] == ["1", "5", "10"]


def test_a_page_further_down_has_its_own_axis_and_no_line() -> None:
    found = charts.intervals(ENTRIES[8:], NAMES, PLACES)
    assert found is not None
    assert (found.first, found.last, found.cut) == (7, 12, None)
    just_under = charts.intervals(ENTRIES[8:], NAMES, 6)
    assert just_under is not None
    assert just_under.cut == 0


def test_without_a_model_there_are_places_and_no_bars() -> None:
    found = charts.intervals([Standing("A", 1, 7.0, 7.0, 2), Standing("B", None, None, None, 0)], {})
    assert found is not None
    assert [(row.name, row.left, row.band, row.chance, row.between) for row in found.rows] == [
        ("A", None, "", "", "")
    ]
    assert charts.intervals([Standing("B", None, None, None, 0)], {}) is None


def test_the_sources_add_up_to_a_hundred() -> None:
    parts = charts.variance(Variances(1.0, 1.0, 1.0, 5.0, 1.0, 1.0))
    assert [(part.kind, part.share) for part in parts] == [("entry", 34), ("judge", 33), ("review", 33)]
    assert parts[1][:4] == Part("judge", 33, 33.33, 33.33, "", "")[:4]
    assert charts.variance(Variances(0.0, 0.0, 0.0, 5.0, 1.0, 1.0)) == ()


def test_judges_stand_around_the_panel_and_only_the_clear_ones_have_a_side() -> None:
    found = charts.leniency(JUDGES, NAMES)
    assert found is not None
    assert [(row.name, row.said, row.side) for row in found.rows] == [
        ("Priya Nair", "0.7 milder", "milder"),
        ("Helena Marsh", "about the same", ""),
        ("Gareth Lloyd", "1.2 stricter", "stricter"),
    ]
    assert found.rows[2] == Whisker(
        "J2", "Gareth Lloyd", 19.0, 7.0, 24.0, "1.2 stricter", "0.5", 8, "stricter", JUDGES[1].flags
    )
    assert found.ticks == (Tick(0, "-2"), Tick(25, "-1"), Tick(50, "0"), Tick(75, "+1"), Tick(100, "+2"))
    assert charts.leniency([JudgeStanding("J", None, None, 0, None)], {}) is None


def test_judges_who_do_not_differ_at_all_are_drawn_in_the_middle() -> None:
    found = charts.leniency([JudgeStanding("J", 0.0, 0.0, 3, 1.0)], {})
    assert found is not None
    assert [(row.at, row.width, row.said) for row in found.rows] == [(50.0, 0.0, "about the same")]


def test_entries_whose_side_of_the_line_depends_on_the_method_cross() -> None:
    found = charts.orders(RANKS, HEADS, NAMES, PLACES, official="calibrated")
    assert found is not None
    assert [head.text for head in found.heads] == ["Raw", "Calibrated", "Trimmed", "Median"]
    assert [slope.entry for slope in found.slopes if slope.crosses] == ["E4", "E5", "E6"]
    assert (found.depth, found.line) == (9, 5)
    assert [slope.label for slope in found.slopes] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert [(stop.y, stop.place) for stop in found.slopes[3].stops] == [(4, 4), (4, 4), (4, 4), (8, 8)]


def test_an_entry_far_down_in_one_order_leaves_the_picture_at_the_bottom() -> None:
    ranks = {"mean": {f"E{n}": n for n in range(1, 41)}, "median": {f"E{n}": 41 - n for n in range(1, 41)}}
    found = charts.orders(ranks, HEADS, {}, 4, official="mean")
    assert found is not None
    assert found.depth == 8
    assert [(slope.label, slope.stops[1].y) for slope in found.slopes[:2]] == [(1, 9), (2, 9)]
    assert charts.orders({}, HEADS, {}, 4, official="mean") is None


def test_equals_stand_under_each_other_and_keep_their_place() -> None:
    ranks = {"mean": {"A": 1, "B": 1, "C": 3}, "median": {"C": 1, "B": 2, "A": 3}}
    found = charts.orders(ranks, HEADS, {}, 1, official="median")
    assert found is not None
    assert {slope.entry: [(stop.y, stop.place) for stop in slope.stops] for slope in found.slopes} == {
        "C": [(3, 3), (1, 1)],
        "B": [(1, 1), (2, 2)],
        "A": [(2, 1), (3, 3)],
    }


def test_the_curve_of_plans_runs_from_few_to_many_reviews() -> None:
    plans = [charts.Plan(2, 0.5, None, None, None), charts.Plan(4, 0.75, None, None, None)]
    assert charts.effort(plans) == ((8.0, 50.0, "50%", "2"), (92.0, 25.0, "75%", "4"))
    assert charts.effort(plans[:1]) == ((50.0, 50.0, "50%", "2"),)
    assert charts.effort([]) == ()


def test_a_score_is_drawn_from_what_was_given_to_what_it_comes_to() -> None:
    found = charts.steps([("Ann", 6.0, 6.5), ("Cy", 8.5, 7.3)], 6.9, 6.3, 6.7)
    assert [tick.text for tick in found.ticks] == ["6", "7", "8", "9"]
    assert found.rows == (
        Moved("Ann", 0.0, 16.67, "6.0 counts as 6.5"),
        Moved("Cy", 83.33, 43.33, "8.5 counts as 7.3"),
    )
    assert (found.average, found.field, found.score) == (30.0, 10.0, 23.33)
