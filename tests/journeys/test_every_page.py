"""Every page of the demo season, in every stage, as everybody: sound to axe, on a narrow screen and on paper."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from heroes.domain.demo_stages import STAGES
from tests.journeys.walk import ROLES, Walk, come_as, demo_at
from tests.servers import Databases

STARTS = ("/", "/sign-in", "/links", "/mine/")


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("stage", STAGES)
def test_every_page_is_sound(
    databases: Databases, tmp_path: Path, browser: Browser, stage: str, role: str
) -> None:
    pictures = None
    if "TEST_PICTURES" in os.environ:
        pictures = Path(os.environ["TEST_PICTURES"]) / f"{stage}-{role}"
        pictures.mkdir(parents=True, exist_ok=True)
    with demo_at(databases, stage, tmp_path, browser) as live:
        marks = databases.run.folder / "looked-at"
        marks.mkdir(exist_ok=True)
        walk = Walk(live, come_as(live, role), marks, pictures)
        walk.go(*STARTS, *(() if role in ("stranger", "nominator") else ("/account",)))
        if (role, stage) == ("stranger", "open"):
            walk.look("/nowhere/")

    assert walk.fetched
    assert not walk.faults, "\n".join(walk.faults)
