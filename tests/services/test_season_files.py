"""Ready-made seasons: the whole file becomes a season or nothing does, and what is wrong is named."""

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from heroes.models import Category, Criterion, FormVersion, Release, Round, Season
from heroes.services.season_files import BadSeason, load_season, read_season
from tests.world import HERE, World

SKIPPED = datetime.fromisoformat("2026-03-29T01:30:00")
"""A wall-clock time that London does not have."""

SMALL = read_season(HERE / "data" / "small_season.toml")


def another(**changes: Any) -> dict[str, Any]:
    data = copy.deepcopy(SMALL)
    data["season"] |= {"slug": "another-2026", "reference": "AN-26"} | changes
    return data


def test_a_season_is_loaded_whole(world: World) -> None:
    session = world.session
    season = load_season(world.ctx("system"), another())

    counted = {
        "categories": session.scalar(select(func.count()).where(Category.season_id == season.id)),
        "rounds": session.scalar(
            select(func.count()).select_from(Round).join(Category).where(Category.season_id == season.id)
        ),
        "forms": session.scalar(
            select(func.count())
            .select_from(FormVersion)
            .join(Category)
            .where(Category.season_id == season.id)
        ),
        "releases": session.scalar(select(func.count()).where(Release.season_id == season.id)),
    }
    assert counted == {"categories": 2, "rounds": 3, "forms": 2, "releases": 2}
    assert season.closes_at == datetime(2026, 5, 22, 16, 0, tzinfo=UTC)
    names = session.scalars(select(Criterion.name).order_by(Criterion.id)).all()
    assert names[-4:] == ["Difference to the customer", "Beyond the role", "Outcome", "Learning shared"]


def test_a_round_counts_by_the_calibrated_mean_unless_it_says_otherwise(world: World) -> None:
    data = another()
    first = data["category"][0]["round"][0]
    del first["method"]
    first["draw_seed"] = "The lottery of 1 May 2026"
    season = load_season(world.ctx("system"), data)
    rounds = world.session.execute(
        select(Round.method, Round.draw_seed)
        .join(Category)
        .where(Category.season_id == season.id)
        .order_by(Category.position, Round.position)
    )
    assert [tuple(row) for row in rounds] == [
        ("calibrated", "The lottery of 1 May 2026"),
        ("mean", None),
        ("mean", None),
    ]


def test_dates_move_by_wall_clock_weeks(world: World) -> None:
    season = load_season(world.ctx("system"), another(), shift=timedelta(weeks=-20))

    # Seventeen o'clock in London stays seventeen o'clock, in winter as in summer.
    assert season.closes_at == datetime(2026, 1, 2, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["season"].update(slug="admin"), "'admin' is the name of a fixed page"),
        (lambda d: d["season"].update(slug="small-2026"), "there is already a season 'small-2026'"),
        (lambda d: d["season"].update(timezone="Mars/Olympus"), "there is no time zone 'Mars/Olympus'"),
        (lambda d: d["season"].update(opens=SKIPPED), "the clocks skip it"),
        (lambda d: d["season"].update(opens="soon"), "[season]: opens: a date with a time is wanted"),
        (lambda d: d["category"][0].update(slug="winners"), "'winners' is the name of a fixed page"),
        (
            lambda d: d["category"][0].update(form="gone"),
            "category 1 (frontline): form: there is no form 'gone'",
        ),
        (lambda d: d["category"][0]["criterion"][0].update(scale="gone"), "there is no scale 'gone'"),
        (
            lambda d: d["category"][0]["criterion"][0].update(weight=0),
            "the weight of difference is not positive",
        ),
        (lambda d: d["category"][0]["round"][0].update(panel="gone"), "there is no panel 'gone'"),
        (
            lambda d: d["category"][0]["round"][0].update(draw_seed=7),
            "round 1 (written): draw_seed: a text is wanted",
        ),
        (
            lambda d: d["category"][0].update(outcome={"levels": []}),
            "an outcome rule needs at least one level",
        ),
        (lambda d: d["form"][0]["section"][0]["question"][0].update(kind="poem"), "there is no kind 'poem'"),
        (lambda d: d["category"][0].pop("name"), "category 1 (frontline): name: it is missing"),
    ],
)
def test_a_bad_season_is_refused_whole(lite_world: World, change: Any, said: str) -> None:
    data = another()
    change(data)

    with pytest.raises(BadSeason) as refused:
        load_season(lite_world.ctx("system"), data)

    assert said in str(refused.value)
    assert lite_world.session.scalars(select(Season.slug)).all() == ["small-2026"]


def test_a_broken_file_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("format = 1\n[season\n")
    with pytest.raises(BadSeason, match=r"broken\.toml: .*line 2"):
        read_season(path)


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_text("format = 2\n")
    with pytest.raises(BadSeason, match="format must be 1"):
        read_season(path)


def test_the_demo_season_loads(lite_world: World) -> None:
    data = read_season(HERE.parent / "heroes" / "seasons" / "customer-service-heroes.toml")
    season = load_season(lite_world.ctx("system"), data)
    found = lite_world.session.scalar(select(func.count()).where(Category.season_id == season.id))
    assert found == 9
