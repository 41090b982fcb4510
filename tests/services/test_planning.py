"""Where the planner's variances come from, on both databases."""

import numpy as np
import pytest

from heroes.domain.counting import Variances
from heroes.domain.results.planning import ASSUMED
from heroes.models.runs import ResultsRun
from heroes.services.importing import import_marks
from heroes.services.planning import known_variances, plan
from heroes.services.refusals import Invalid, NotFound
from tests.world import World

HEADER = "category,entry,judge,criterion,mark,low,high\n"


def solo(seed: int) -> bytes:
    """Twelve entries, four judges, three reviews each, on a scale from 0 to 20."""
    chance = np.random.default_rng(seed)
    worth, leniency = chance.normal(12, 2, size=12), chance.normal(0, 1, size=4)
    rows = [
        f"Solo,E{entry},J{judge},Skills,{np.clip(worth[entry] + leniency[judge] + chance.normal(), 0, 20):.1f},0,20"
        for entry in range(12)
        for judge in range(4)
        if (entry + judge) % 4
    ]
    return (HEADER + "\n".join(rows) + "\n").encode()


def bring(world: World, season: str, seed: int) -> None:
    import_marks(world.ctx("import"), solo(seed), name="m.csv", season=season, create=True)


def test_without_a_run_a_panel_of_volunteers_is_assumed(world: World) -> None:
    bring(world, "2025", 1)
    found = plan(world.ctx("system"), "2025", "solo")
    assert (found.source, found.assumed) == ("assumed: a panel of the kind “awards”", True)
    assert found.outlook.variances == ASSUMED["awards"]
    assert (found.outlook.entries, found.outlook.judges, found.outlook.places) == (12, 4, 3)


def test_this_seasons_run_comes_first_and_then_another_seasons(world: World) -> None:
    bring(world, "2025", 1)
    world.computed()
    bring(world, "2026", 2)
    earlier = plan(world.ctx("system"), "2026", "solo", places=3)
    assert earlier.source.endswith("of 2025")
    world.computed()
    own = plan(world.ctx("system"), "2026", "solo", places=3)
    assert own.source.endswith("of 2026")
    assert own.outlook.variances != earlier.outlook.variances
    assert plan(world.ctx("system"), "2025", "solo", places=3).source == earlier.source


def test_what_is_assumed_in_so_many_words_goes_before_runs(world: World) -> None:
    bring(world, "2025", 1)
    world.computed()
    found = plan(
        world.ctx("system"), "2025", "solo", assume="harsh", entries=20, judges=5, places=2, minutes=10
    )
    assert (found.outlook.variances, found.outlook.entries, found.outlook.judges) == (ASSUMED["harsh"], 20, 5)
    assert found.outlook.options[0].hours == pytest.approx(20 / 6)


def test_refusals(world: World) -> None:
    bring(world, "2025", 1)
    with pytest.raises(Invalid, match="There is no panel “kind”"):
        plan(world.ctx("system"), "2025", "solo", assume="kind")
    with pytest.raises(Invalid, match="12 places of 12 entries"):
        plan(world.ctx("system"), "2025", "solo", places=12)
    with pytest.raises(NotFound):
        plan(world.ctx("alice"), "2025", "solo")


def test_a_run_tells_its_variances_and_the_scale_they_are_on() -> None:
    variances = {"entry": 2.0, "judge": 0.5, "residual": 1.0, "mean": 6.0, "lq": 0.5, "lb": 2.0}
    two = [{"name": "a", "weight": "1"}, {"name": "b", "weight": "1", "low": "0"}]
    known = Variances(**variances)
    assert known_variances(ResultsRun(summary={"variances": variances, "criteria": two[:1]})) == (
        known,
        (1.0, 10.0),
    )
    assert known_variances(ResultsRun(summary={"variances": variances, "criteria": two})) == (
        known,
        (0.0, 100.0),
    )
    assert known_variances(ResultsRun(summary={"criteria": two})) is None
    assert (
        known_variances(ResultsRun(summary={"variances": variances | {"judge": 0.0}, "criteria": two}))
        is None
    )
