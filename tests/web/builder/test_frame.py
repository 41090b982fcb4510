"""What all parts of the builder have in common: help stands where it is needed."""

import re

from heroes.web.builder.blueprint import PARTS
from tests.world import World

PLACES = {"home": "", "categories": "categories/", "rounds": "rounds/", "invite": "people"}


def test_every_part_says_under_its_heading_what_it_is_for(lite_world: World) -> None:
    client = lite_world.client("adam")
    silent = []
    for name, words in PARTS:
        page = client.get(f"/admin/small-2026/setup/{PLACES.get(name, name)}").get_data(as_text=True)
        said = re.search(r'<h1[^>]*>(.*?)</h1>\s*<p class="(?:lead|soft)">([^<]{40,})', page)
        if said is None or (name != "home" and said[1] != words):
            silent.append(name)
    assert silent == []
