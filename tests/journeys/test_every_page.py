"""Every page of the demo season, in every stage, as everybody: sound to axe, on a narrow screen and on paper."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from heroes.services.demo import STAGES
from tests.journeys.walk import ROLES, Walk, come_as, demo_at
from tests.servers import Databases

IN_EVERY_RUN = {("open", "stranger"), ("judging", "judge")}
WALKS = [
    pytest.param(stage, role, marks=() if (stage, role) in IN_EVERY_RUN else pytest.mark.every_walk)
    for stage in STAGES
    for role in ROLES
]

STARTS = ("/", "/sign-in", "/links", "/mine/")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("stage", "role"), WALKS)
def test_every_page_is_sound(
    databases: Databases, tmp_path: Path, browser: Browser, stage: str, role: str
) -> None:
    pictures = None
    if "TEST_PICTURES" in os.environ:
        pictures = Path(os.environ["TEST_PICTURES"]) / f"{stage}-{role}"
        pictures.mkdir(parents=True, exist_ok=True)
    with demo_at(databases, stage, tmp_path, browser) as live:
        walk = Walk(live, come_as(live, role), databases.run.folder, pictures)
        walk.go(*STARTS, *(() if role in ("stranger", "nominator") else ("/account",)))
        if (role, stage) == ("stranger", "open"):
            walk.look("/nowhere/")

    assert walk.fetched
    assert not walk.faults, "\n".join(walk.faults)
