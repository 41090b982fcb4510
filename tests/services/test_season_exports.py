"""A set-up leaves as one readable file and comes back as the same set-up, byte for byte."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from heroes.models import Season
from heroes.services.permission import staff_season
from heroes.services.season_exports import document_of, text_of
from heroes.services.season_files import load_season, parse_season, read_season
from tests.world import HERE, World

SEASONS = HERE.parent / "heroes" / "seasons"


def exported(world: World, slug: str) -> str:
    return text_of(document_of(world.session, staff_season(world.ctx("olive"), slug)))


@pytest.mark.parametrize("path", sorted(SEASONS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_ready_made_season_comes_back_byte_for_byte(lite_world: World, path: object) -> None:
    assert path
