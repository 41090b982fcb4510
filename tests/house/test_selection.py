"""That the benchmark of selection still works: a repetition or two of everything, and its arithmetic by hand."""

import io
from pathlib import Path

import numpy as np
import pytest

from benchmarks import judged, selection_quality, selection_ratings, selection_sizes
from benchmarks.estimates import Estimate, among_claims, mean_of, saved
from benchmarks.report import Measure, table
from benchmarks.worlds import SCENARIOS, WEIGHTS, make_world


def test_a_season_is_the_same_whoever_asks_and_its_truth_has_variance_one() -> None:
    one, same = (selection_quality.season("awards", 3) for _ in range(2))
    assert (one.truth == same.truth).all()
    assert (one.marks == same.marks).all()
    assert (one.marks != selection_quality.season("awards", 4).marks).any()
    large = make_world(SCENARIOS["null"], 20_000, 2, np.random.default_rng(1))
    assert large.truth.var() == pytest.approx(1, abs=0.03)
    assert set(np.unique(large.marks)) == set(range(1, 11))


def test_what_the_engine_calls_the_mean_and_the_median_is_what_the_benchmark_compares_with() -> None:
    world = make_world(SCENARIOS["awards"], 40, 8, np.random.default_rng(2))
    seen = judged.deal((40, 8), 3, 0)
    for method, ours in (("mean", judged.plain(world, seen)), ("median", judged.middle(world, seen))):
        for one in judged.ranked(world, seen, method=method).entries:
            assert float(one.score or 0) == pytest.approx(ours[judged.number_of(one.entry)])


def test_a_second_wave_keeps_what_was_given_and_spends_its_budget() -> None:
    world = make_world(SCENARIOS["awards"], 40, 8, np.random.default_rng(3))
    first = judged.deal((40, 8), 2, 0)
    seen = judged.second_wave(world, first, 4, 40, 0)
    assert (seen >= first).all()
    assert seen.sum() == 120


def test_recall_and_order_by_hand() -> None:
    world = make_world(SCENARIOS["null"], 10, 2, np.random.default_rng(4))
    best = np.argsort(-world.truth).tolist()
    assert judged.recall(best[:2], world, 2) == 1
    assert judged.recall([best[0], best[5]], world, 2) == 0.5
    assert judged.order(np.array([1.0, 3.0, 2.0]), np.random.default_rng(0)) == [1, 2, 0]
    assert WEIGHTS.sum() == pytest.approx(1)


def test_estimates_by_hand() -> None:
    assert mean_of(np.array([1.0, 2.0, 3.0])) == Estimate(2.0, 1 / 3**0.5)
    claims = among_claims(np.array([1.0, 3.0]), np.array([2.0, 4.0]))
    assert claims.value == pytest.approx(4 / 6)
    assert claims.se == pytest.approx(2**0.5 * (1 / 3) / 6)
    curve = np.repeat([[0.5], [0.6], [0.7]], 4, axis=1)
    it = saved(curve, (2, 4, 6), np.full(4, 0.65), 3.0)
    assert (it.value, it.needs) == (pytest.approx(0.4), pytest.approx(5.0))
    assert it.se == pytest.approx(0)


def test_every_goal_has_a_row_and_the_bar_reaches_its_end() -> None:
    told = io.StringIO()
    found = selection_quality.gather(selection_quality.Plan(2, 2), 1, told)
    measures = selection_quality.quality(found)
    ids = {one.what.split()[0] for one in measures if one.what.startswith("J")}
    assert ids == {"J1", "J2", "J3", "J4", "J5", "J6", "J9", "J10"}
    assert all(one.value is not None and one.se is not None for one in measures)
    assert told.getvalue().splitlines()[-1].startswith(f"[{'#' * 40}] 100 %")
    again = selection_quality.gather(selection_quality.Plan(2, 2), 1, io.StringIO())
    assert all((found[key][name] == again[key][name]).all() for key in found for name in found[key])


def test_ratings_are_read_held_back_and_replayed(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    worth, leniency = chance.normal(size=12), chance.normal(size=6)
    rows = [
        f"E{entry},J{judge},{np.clip(5 + worth[entry] + leniency[judge] + chance.normal() / 2, 0, 10):.2f}"
        for entry in range(12)
        for judge in range(6)
    ]
    (tmp_path / "solo.csv").write_text("entry,judge,mark\n" + "\n".join(rows) + "\nE0,J9,\n")
    (panel,) = selection_ratings.read(tmp_path / "solo.csv")
    assert len(panel.reviews) == 72
    value, _ = selection_ratings.gain([panel], 2)
    assert value > 20
    both = selection_ratings.replay(panel, 0)
    assert both is not None
    assert set(both) <= {0.0, 1 / 3, 2 / 3, 1.0}


def test_sizes_are_measured_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    small = selection_sizes.Size(60, 6, 3)
    found = {case: perform(small) | {"memory": 0.1} for case, (perform, _) in selection_sizes.CASES.items()}
    measures = selection_sizes.run(found.__getitem__)
    assert [one.met for one in measures if one.unit == ""] == [True] * 4
    columns = selection_sizes.columns(small)
    assert len({(entry, judge) for entry, judge, *_ in zip(*columns, strict=True)}) == 180


def test_a_row_that_could_not_be_measured_says_so_and_errors_are_shown() -> None:
    lines = table(
        [
            Measure("b", "waves", None, "", least=0.84, peers="mean .789"),
            Measure("b", "recall", 0.647, "", least=0.63, se=0.004, peers="mean .600"),
            Measure("b", "coverage", 0.95, "", least=0.88, most=0.93),
        ]
    ).splitlines()
    assert [" ".join(line.split()) for line in lines[2:]] == [
        "waves mean .789 not measured here >= 0.84",
        "recall mean .600 0.647 ± 0.004 >= 0.63 ok",
        "coverage 0.95 0.88 to 0.93 NO",
    ]
