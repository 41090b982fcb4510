"""The calibrated mean as `rank` gives it: places, chances, explanations, and every edge."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import pytest

from heroes.domain.counting.standings import ACROSS_GROUPS, PROVISIONAL, UNUSUAL
from heroes.domain.results import Criterion, Group, InvalidMarks, Mark, Marks, Standing, Standings, rank
from heroes.domain.results.lines import IN, OUT
from heroes.domain.results.panel import FLAT, GENEROUS, ONE_MARK, STRICT, UNPREDICTABLE
from tests.domain.results.panels import ONE, ranks, scorecards
from tests.domain.results.worlds import SCALE, panel, review

FLIP = "0A7 0B7 1A6 1C8.5 2B5 2C8 3A4 3B4"


def line_of(standings: Standings, entry: str) -> Standing:
    return next(one for one in standings.entries if one.entry == entry)


# ---- what is said of an entry ----


def test_a_harsh_judge_no_longer_decides() -> None:
    marks = panel(3, entries=30, judges=6, harsh=2)
    plain, calibrated = (rank(marks, SCALE, method=method) for method in ("mean", "calibrated"))
    read_by_harsh = {mark.entry for mark in marks if mark.judge == "j02"}

    def mean_place(standings: Standings) -> float:
        places = [one.rank or 0 for one in standings.entries if one.entry in read_by_harsh]
        return sum(places) / len(places)

    assert mean_place(calibrated) < mean_place(plain) - 1
    harsh = next(judge for judge in calibrated.judges if judge.judge == "j02")
    assert harsh.flags[0] == STRICT
    assert harsh.leniency is not None
    assert harsh.leniency < -2


def test_the_parts_of_why_this_score_add_up() -> None:
    marks = panel(5)
    found = rank(marks, SCALE)
    given = {(j.judge, one.entry): j.score for one in found.entries for j in one.judges}
    leniency = {judge.judge: judge.leniency for judge in found.judges}

    assert found.method == "calibrated"
    assert found.variances is not None
    for one in found.entries:
        why = one.explanation
        assert why is not None
        assert why.kept == pytest.approx(one.reviews / (one.reviews + found.variances.lq))
        assert why.field_mean == pytest.approx(found.variances.mean)
        assert why.average == pytest.approx(sum(part.counts_as for part in why.reviews) / one.reviews)
        assert why.field_mean + why.kept * (why.average - why.field_mean) == pytest.approx(why.score)
        assert why.score == one.score
        for part in why.reviews:
            assert part.gave == given[part.judge, one.entry]
            assert part.leniency == pytest.approx(leniency[part.judge], abs=1e-9)
            assert part.counts_as == pytest.approx(part.gave - part.leniency)


def test_the_criteria_add_up_to_score_and_total() -> None:
    # Some entries have fewer reviews than others: with the same number each, much that is wrong cancels out.
    marks = [mark for mark in panel(6) if mark.judge != "j00" or mark.entry > "e05"]
    found = rank(marks, SCALE)
    assert {one.reviews for one in found.entries} == {2, 3}
    for one in found.entries:
        parts = [float(c.weight) * float(v.value or 0) for c, v in zip(SCALE, one.criteria, strict=True)]
        assert sum(parts) == pytest.approx(one.total, abs=1e-9)
        assert sum(parts) / 100 == pytest.approx(one.score, abs=1e-9)
        assert [value.marks for value in one.criteria] == [one.reviews] * 2


def test_scales_of_their_own_are_taken_to_a_hundred() -> None:
    wide = (SCALE[0], Criterion("Craft", Decimal(40), Decimal(0), Decimal(20)))
    marks = [
        replace(mark, value=(float(mark.value or 0) - 1) / 9 * 20) if mark.criterion == "Craft" else mark
        for mark in panel(6)
    ]
    same, mixed = rank(panel(6), SCALE), rank(marks, wide)

    assert ranks(mixed) == ranks(same)
    for one, other in zip(same.entries, mixed.entries, strict=True):
        assert float(other.score or 0) == pytest.approx((float(one.score or 0) - 1) / 9 * 100, abs=1e-6)
        craft = other.criteria[1].value
        assert float(other.criteria[0].value or 0) == pytest.approx(one.criteria[0].value, abs=1e-6)
        assert float(craft or 0) == pytest.approx((float(one.criteria[1].value or 0) - 1) / 9 * 20, abs=1e-6)
        assert float(other.total or 0) == pytest.approx(
            60 * float(other.criteria[0].value or 0) + 40 * float(craft or 0), abs=1e-6
        )


def test_flags_of_judges() -> None:
    marks = [mark for mark in panel(11, entries=20, judges=6, reviews=5, whole=False) if mark.judge != "j05"]
    worth = {
        mark.entry: float(mark.value or 0)
        for mark in marks
        if mark.judge == "j00" and mark.criterion == "Impact"
    }
    for number, entry in enumerate(sorted({mark.entry for mark in marks})):
        known = worth.get(entry, 5.5)
        for judge, impact, craft in (
            ("kind", min(known + 3, 10), min(known + 3.5, 10)),
            ("flat", 5.0, 5.0 + 0.01 * (number == 0)),
            ("wild", 1.0 + 9 * (number % 2), 1.0 + 9 * (number % 2)),
        ):
            marks += [Mark(entry, judge, "Impact", impact), Mark(entry, judge, "Craft", craft)]
    found = {judge.judge: judge.flags for judge in rank(marks, SCALE).judges}

    assert found["kind"] == (GENEROUS, ONE_MARK)
    assert FLAT in found["flat"]
    assert UNPREDICTABLE in found["wild"]
    assert not {FLAT, UNPREDICTABLE} & {flag for number in range(4) for flag in found[f"j0{number}"]}


def test_a_review_far_from_the_others_is_pointed_out() -> None:
    marks = panel(7, entries=40, judges=8, reviews=4)
    odd = next(mark for mark in marks if float(mark.value or 0) >= 8)
    careless = [
        replace(mark, value=1.0) if (mark.entry, mark.judge) == (odd.entry, odd.judge) else mark
        for mark in marks
    ]
    found = rank(careless, SCALE)

    flagged = {one.entry for one in found.entries if UNUSUAL in one.flags}
    assert flagged == {odd.entry}
    surprise = {j.judge: j.surprise for j in line_of(found, odd.entry).judges}
    assert surprise[odd.judge] is not None
    assert surprise[odd.judge] < -3  # type: ignore[operator]


# ---- how sure ----


def test_chances_are_those_of_one_and_the_same_futures() -> None:
    found = rank(panel(9), SCALE, places=4)

    assert sum(one.chance_of_place or 0 for one in found.entries) == pytest.approx(4)
    assert sum(one.chance_of_best or 0 for one in found.entries) == pytest.approx(1)
    for one in found.entries:
        assert one.low is not None
        assert one.high is not None
        assert 1 <= one.low <= one.high <= 12
        assert one.band == (
            "in"
            if (one.chance_of_place or 0) >= IN
            else "out"
            if (one.chance_of_place or 0) <= OUT
            else "grey"
        )
    assert (IN, OUT) == (0.9, 0.1)
    assert [one.chance_above_next is None for one in found.entries] == [False] * 11 + [True]
    assert {one.band for one in found.entries} == {"in", "grey", "out"}


def test_a_seed_gives_the_same_futures_and_another_seed_others() -> None:
    marks = panel(9)

    assert rank(marks, SCALE, places=4, seed=1) == rank(marks, SCALE, places=4, seed=1)
    one, other = (rank(marks, SCALE, places=4, seed=seed) for seed in (1, 2))
    assert ranks(one) == ranks(other)
    assert [e.chance_of_place for e in one.entries] != [e.chance_of_place for e in other.entries]
    for a, b in zip(one.entries, other.entries, strict=True):
        assert a.chance_of_place == pytest.approx(b.chance_of_place, abs=0.08)


def test_without_draws_or_places_the_chances_are_unknown() -> None:
    for one in rank(panel(9), SCALE, draws=0, places=4).entries:
        assert (one.low, one.high, one.chance_of_place, one.chance_of_best, one.band) == (None,) * 5
    for one in rank(panel(9), SCALE).entries:
        assert (one.chance_of_place, one.band) == (None, None)
        assert one.chance_of_best is not None


def test_the_plain_mean_has_the_models_chances_too() -> None:
    marks = panel(9)
    calibrated = {one.entry: one for one in rank(marks, SCALE, places=4).entries}

    for one in rank(marks, SCALE, method="mean", places=4).entries:
        assert one.chance_of_place == calibrated[one.entry].chance_of_place
        assert (one.low, one.high) == (calibrated[one.entry].low, calibrated[one.entry].high)


def test_a_winner_is_clear_only_from_eight_in_ten() -> None:
    found = [rank(panel(seed), SCALE) for seed in range(12)]

    assert [one.clear for one in found] == [(one.entries[0].chance_of_best or 0) >= 0.8 for one in found]
    assert {one.clear for one in found} == {True, False}
    assert rank(review(FLIP), ONE).clear is None


# ---- too few, or nothing ----


def test_no_marks() -> None:
    assert rank([], SCALE) == rank(Marks.from_columns([], [], [], []), SCALE)
    assert rank([], SCALE).entries == ()
    assert [one.entry for one in rank([], SCALE, entries=["b", "a"]).entries] == ["a", "b"]
    assert rank([], []).entries == ()


@pytest.mark.parametrize(
    "marks, reason",
    [
        (
            review(FLIP),
            "There are 8 scorecards, and from 12 on leniency can be told: the plain mean is used.",
        ),
        (
            [mark for mark in panel(1) if mark.judge in ("j00", "j01")],
            "Fewer than three judges have marked, so their leniency cannot be told: the plain mean is used.",
        ),
        (
            panel(1, reviews=1),
            "No entry has two scorecards, so judges cannot be compared: the plain mean is used.",
        ),
    ],
    ids=["reviews", "judges", "pairs"],
)
def test_too_little_for_a_model_is_said(marks: list[Mark], reason: str) -> None:
    found = rank(marks, SCALE if len(marks) > 8 else ONE, across_groups=True)

    assert (found.asked, found.method, found.reason) == ("calibrated", "mean", reason)
    assert found.variances is None
    assert {one.chance_of_best for one in found.entries} == {None}
    assert {judge.leniency for judge in found.judges} == {None}


def test_one_entry_and_one_judge_have_a_result() -> None:
    found = rank(review("0A7"), ONE)

    assert ranks(found) == [(1, "e0")]
    assert (found.entries[0].score, found.entries[0].flags) == (7.0, (PROVISIONAL,))
    assert rank(review("0A7 0B8 0C9"), ONE).entries[0].score == 8.0
    assert ranks(rank(review("0A7 1A8 2A9"), ONE)) == [(1, "e2"), (2, "e1"), (3, "e0")]


def test_all_marks_the_same_share_the_first_place() -> None:
    marks = [replace(mark, value=5.0) for mark in panel(4)]
    found = rank(marks, SCALE)

    assert {(one.rank, one.score) for one in found.entries} == {(1, 5.0)}
    assert {one.tie[-1].rule for one in found.entries} == {"equal"}
    assert {judge.leniency for judge in found.judges} == {0.0}


def test_a_judge_with_one_review_is_hardly_moved_and_an_entry_with_one_is_provisional() -> None:
    marks = [
        *panel(5, entries=14, judges=6),
        Mark("late", "new", "Impact", 10.0),
        Mark("late", "new", "Craft", 10.0),
    ]
    marks += [Mark("e00", "new", "Impact", 10.0), Mark("e00", "new", "Craft", 10.0)]
    found = rank(marks, SCALE)

    assert {one.entry for one in found.entries if PROVISIONAL in one.flags} == {"late"}
    why = line_of(found, "late").explanation
    assert why is not None
    assert found.variances is not None
    assert why.kept == pytest.approx(1 / (1 + found.variances.lq))


# ---- who cannot be compared ----


def test_two_reviews_are_enough_not_to_be_provisional() -> None:
    assert not any(PROVISIONAL in one.flags for one in rank(panel(1, reviews=2), SCALE).entries)


def apart() -> list[Mark]:
    other = [replace(m, entry="f" + m.entry[1:], judge="k" + m.judge[1:]) for m in panel(2, entries=8)]
    return panel(1) + other


def test_a_panel_in_two_groups_is_ranked_within_each() -> None:
    found = rank(apart(), SCALE, places=3)

    first = [one for one in found.entries if one.group == 1]
    second = [one for one in found.entries if one.group == 2]
    assert list(found.entries) == first + second
    assert [one.rank for one in first] == list(range(1, 13))
    assert [one.rank for one in second] == list(range(1, 9))
    assert max(one.high or 0 for one in second) <= 8
    assert found.groups == (
        Group(tuple(f"e{n:02}" for n in range(12)), tuple(f"j{n:02}" for n in range(5))),
        Group(tuple(f"f{n:02}" for n in range(8)), tuple(f"k{n:02}" for n in range(5))),
    )
    assert found.links_needed == 1
    assert {one.chance_of_place for one in found.entries} == {None}
    assert found.clear is None
    assert not any(ACROSS_GROUPS in one.flags for one in found.entries)


def test_across_groups_all_are_ranked_and_flagged() -> None:
    found = rank(apart(), SCALE, places=3, across_groups=True)

    assert [one.rank for one in found.entries] == list(range(1, 21))
    assert all(ACROSS_GROUPS in one.flags for one in found.entries)
    assert {one.group for one in found.entries} == {1, 2}
    assert sum(one.chance_of_place or 0 for one in found.entries) == pytest.approx(3)


def test_groups_hold_where_there_is_too_little_for_a_model_as_well() -> None:
    marks = review("0A8 0B9 1A6 1B7 2C5 2D6 3C3 3D4")

    assert [(one.group, one.rank, one.entry) for one in rank(marks, ONE).entries] == [
        (1, 1, "e0"),
        (1, 2, "e1"),
        (2, 1, "e2"),
        (2, 2, "e3"),
    ]
    assert ranks(rank(marks, ONE, across_groups=True)) == [(1, "e0"), (2, "e1"), (3, "e2"), (4, "e3")]
    plain = rank(marks, ONE, method="mean")
    assert ranks(plain) == [(1, "e0"), (2, "e1"), (3, "e2"), (4, "e3")]
    assert len(plain.groups) == 2
    assert all(ACROSS_GROUPS in one.flags for one in plain.entries)


def test_a_link_by_a_thread_is_warned_of() -> None:
    one, other = panel(1, entries=60, judges=8), panel(2, entries=60, judges=8)
    thread = one + [replace(m, entry="f" + m.entry[1:], judge="k" + m.judge[1:]) for m in other]
    thread += [Mark("e00", "k00", "Impact", 5.0), Mark("e00", "k00", "Craft", 5.0)]
    found = rank(thread, SCALE)

    assert found.groups == ()
    assert found.warnings == (
        "Parts of the panel share hardly any entries, so differences between them are little known.",
        "Only k00 links parts of the panel: without these scorecards it would fall apart.",
    )
    assert rank(panel(1), SCALE).warnings == ()


# ---- the other methods ----


def test_the_median_is_exact_and_warns() -> None:
    marks = scorecards(ONE, {"A": {"j": "1", "k": "2", "l": "9"}, "B": {"j": "3", "k": "4"}})
    found = rank(marks, ONE, method="median")

    assert [(one.entry, one.score, one.total) for one in found.entries] == [
        ("B", Decimal("3.5"), Decimal(210)),
        ("A", Decimal(2), Decimal(120)),
    ]
    assert len(found.warnings) == 1


def test_a_final_panel_is_the_plain_mean_where_everybody_marked_everything() -> None:
    marks = panel(3, entries=5, judges=4, reviews=4)
    final, plain = (rank(marks, SCALE, method=method) for method in ("final-panel", "mean"))

    assert (final.method, final.reason) == ("final-panel", None)
    assert final.entries == plain.entries


def test_a_final_panel_with_a_gap_says_who_has_not_marked_what() -> None:
    marks = [m for m in panel(3, entries=5, judges=4, reviews=4) if (m.entry, m.judge) != ("e02", "j01")]
    found = rank(marks, SCALE, method="final-panel")

    assert found.method == "calibrated"
    assert found.reason is not None
    assert "j01 has not marked e02" in found.reason


def test_scale_limits_keep_scores_on_the_scale_and_full_marks_finite() -> None:
    marks = [replace(mark, value=10.0) if mark.entry in ("e00", "e01") else mark for mark in panel(8)]
    found = rank(marks, SCALE, method="calibrated-limits", places=3)

    assert found.method == "calibrated-limits"
    assert all(1 <= float(one.score or 0) <= 10 for one in found.entries)
    assert {one.entry for one in found.entries[:2]} == {"e00", "e01"}
    assert {judge.leniency for judge in found.judges} == {None}
    assert sum(one.chance_of_place or 0 for one in found.entries) == pytest.approx(3)


def test_a_last_tie_is_drawn_from_the_published_seed() -> None:
    level = scorecards(ONE, {entry: {"j": "5", "k": "5"} for entry in "ABC"})

    assert ranks(rank(level, ONE, method="mean")) == [(1, "A"), (1, "B"), (1, "C")]
    drawn = rank(level, ONE, method="mean", tie_seed="Wednesday 7")
    lots = sorted("ABC", key=lambda entry: sha256(f"Wednesday 7:{entry}".encode()).hexdigest())
    assert ranks(drawn) == list(enumerate(lots, 1)) != list(enumerate("ABC", 1))
    assert drawn.entries[0].tie[-1].sentence == (
        f"Drawn with the seed “Wednesday 7” that was published beforehand: {', then '.join(lots)}."
    )


def test_more_reviews_go_first_among_equals() -> None:
    marks = scorecards(ONE, {"A": {"j": "5", "k": "5"}, "B": {"l": "5", "m": "5", "n": "5"}})
    found = rank(marks, ONE, method="mean")

    assert ranks(found) == [(1, "B"), (2, "A")]
    assert found.entries[0].tie[-1].sentence == "On the number of reviews: B 3, A 2."


# ---- what is handed over ----


def test_columns_and_marks_are_the_same() -> None:
    marks = panel(5)
    columns = Marks.from_columns(
        [m.entry for m in marks],
        [m.judge for m in marks],
        [m.criterion for m in marks],
        [m.value for m in marks],
    )

    assert (
        rank(columns, SCALE, places=3) == rank(marks, SCALE, places=3) == rank(iter(marks), SCALE, places=3)
    )
    assert len(columns) == len(marks)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"differ in length: 1, 1, 2, 1\."):
        Marks.from_columns(["a"], ["j"], ["c", "d"], [1.0])


@pytest.mark.parametrize(
    "more",
    [{"places": 0}, {"places": True}, {"draws": -1}, {"method": "borda"}, {"seed": 2**32}, {"seed": -1}],
)
def test_a_number_that_makes_no_sense_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"places|draws|borda|seed") as caught:
        rank(panel(1), SCALE, **more)  # type: ignore[arg-type]

    assert not isinstance(caught.value, InvalidMarks)


def test_floats_give_floats_and_decimals_decimals() -> None:
    floats = rank([Mark("a", "j", "Impact", 7.1)], ONE, method="mean").entries[0]
    decimals = rank([Mark("a", "j", "Impact", Decimal("7.1"))], ONE, method="mean").entries[0]

    assert (type(floats.score), floats.score) == (float, 7.1)
    assert (type(decimals.score), decimals.score) == (Decimal, Decimal("7.1"))


@pytest.mark.slow
def test_a_million_marks_have_a_result() -> None:
    entries, judges, each = 10_000, 500, 25
    columns = Marks.from_columns(
        [f"e{n:05}" for n in range(entries) for _ in range(4 * each)],
        [f"j{(n * 7 + k * 19) % judges:03}" for n in range(entries) for k in range(each) for _ in range(4)],
        ["a", "b", "c", "d"] * (entries * each),
        [
            float(1 + (n * 31 + k * 17 + c * 5) % 10)
            for n in range(entries)
            for k in range(each)
            for c in range(4)
        ],
    )
    criteria = [
        Criterion(name, Decimal(weight)) for name, weight in zip("abcd", (40, 30, 20, 10), strict=True)
    ]

    found = rank(columns, criteria, places=1000, draws=20)

    assert len(columns) == 1_000_000
    assert sum(one.reviews for one in found.entries) == 250_000
    assert sum(one.chance_of_place or 0 for one in found.entries) == pytest.approx(1000)
