"""Every page of the demo season, in every stage, as everybody: no fault that axe, a narrow screen or a printer finds."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from heroes.services.demo import STAGES
from tests.journeys.walk import ROLES, Walk, come_as, demo_at
from tests.servers import Databases

ALONE = {"stranger": 12, "nominator": 12, "member": 12, "judge": 12}


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_sound(
    databases: Databases, tmp_path: Path, browser: Browser, stage: str, role: str
) -> None:
    with demo_at(databases, stage, tmp_path, browser) as live:
        pictures = os.environ.get("TEST_PICTURES")
        folder = Path(pictures) / f"{stage}-{role}" if pictures else None
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        walk = Walk(live, come_as(live, role), folder)
        starts = ["/", "/sign-in", "/links", "/mine/", "/nowhere/"]
        if role not in ("stranger", "nominator"):
            starts += ["/account"]
        walk.go(*starts)
        print(len(walk.looked), "looked at of", sum(walk.fetched.values()))

        assert walk.faults == [f"/nowhere/: status 404"]
