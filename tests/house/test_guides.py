"""The guides show pictures that are there, and none lies about unseen or cannot be taken again."""

import re
import struct

from tests.house.project import ROOT, project_files

GUIDES = ROOT / "docs" / "guides"
SHOWN = re.compile(r"!\[([^\]]*)\]\(pictures/([^)]+)\)")


def test_guides_show_every_picture_that_the_script_takes_and_no_other() -> None:
    shown = [found for guide in sorted(GUIDES.glob("*.md")) for found in SHOWN.findall(guide.read_text())]
    kept = {
        path.name: ROOT / path
        for path in project_files()
        if path.parent == GUIDES.relative_to(ROOT) / "pictures"
    }
    script = (ROOT / "scripts" / "guide_pictures.py").read_text()
    listed = re.search(r"^PICTURES = \(\n(.*?)^\)$", script, flags=re.MULTILINE | re.DOTALL)
    assert listed
    taken = re.findall(r'"([^"]+)"', listed[1])

    assert [name for _, name in shown] == taken
    assert set(kept) == set(taken)
    assert [name for said, name in shown if len(said.split()) < 4] == [], "alt text says what is seen"
    for name, path in kept.items():
        head = path.read_bytes()
        assert head[:8] == b"\x89PNG\r\n\x1a\n", name
        assert struct.unpack(">I", head[16:20]) == (1280,), name
        assert len(head) <= 80_000, name


def test_the_steps_of_the_first_season_are_those_that_the_script_does() -> None:
    """A heading that is reworded, added or taken away makes somebody look at both."""
    script = (ROOT / "scripts" / "guide_pictures.py").read_text()
    guide = (GUIDES / "your-first-season.md").read_text()
    done = re.findall(r'^    """(\d+\. .*)\."""$', script, flags=re.MULTILINE)
    assert done == re.findall(r"^## (\d+\. .*)$", guide, flags=re.MULTILINE)
