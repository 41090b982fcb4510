"""The small modules of the browser: alone, with nothing from outside, and by the server's own rules."""

import re
import sys
from pathlib import Path

import pytest

from tests.web.kit.gallery import ROOT

MODULES = sorted((ROOT / "heroes/static/js").glob("*.js"))


def test_there_is_one_module_a_behaviour() -> None:
    names = {file.stem for file in MODULES}
    assert names == {
        *(
            "asked",
            "autosave",
            "choose",
            "cutline",
            "errors",
            "look",
            "print",
            "progress",
            "reorder",
            "scorecard",
            "weights",
            "wordcount",
        ),
    }


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.stem)
def test_a_module_stands_alone(file: Path) -> None:
    text = file.read_text()
    # Asking for another file would pass by the version in its address; reaching out is against the policy.
    assert re.findall(r"\bimport\b|https?://|\beval\b|innerHTML|\.style\b|document\.write", text) == []


def test_the_browser_takes_the_same_characters_for_white_space() -> None:
    text = (ROOT / "heroes/static/js/wordcount.js").read_text()
    [characters] = re.findall(r"const SPACE = /(\[.+\])\+/;", text)
    space = re.compile(characters)
    everything = map(chr, range(sys.maxunicode + 1))
    differing = [hex(ord(c)) for c in everything if bool(space.match(c)) != c.isspace()]
    assert differing == []
