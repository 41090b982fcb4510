"""A season's colour is refused where it could not be read, and everything drawn from it can be."""

import re
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

import heroes
from heroes.domain.colours import (
    DAY_GROUNDS,
    ENOUGH,
    HOUSE,
    NIGHT_GROUNDS,
    clean_colour,
    colour_error,
    contrast,
    least_contrast,
    look_of,
    luminance,
    nearest,
    style_sheet,
)

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_that_of_wcag() -> None:
    assert [round(contrast(one, "#ffffff"), 2) for one in ("#000000", "#777777", "#ff0000", "#767676")] == [
        21.0,
        4.48,
        4.0,
        4.54,
    ]
    assert (luminance("#000000"), luminance("#ffffff")) == (0.0, 1.0)


def test_a_colour_that_cannot_be_read_is_refused_with_its_contrast_and_the_nearest_that_can() -> None:
    assert colour_error("#8e1b55") is None
    assert colour_error("#ffd700") == (
        "On our light pages this has a contrast of 1.2:1, and text needs 4.5:1."
        " The nearest that can be read is #7e6a00."
    )
    assert (
        colour_error("red;}") == "Write a colour as # and six digits from 0 to 9 and a to f, such as #8e1b55."
    )
    assert [clean_colour(text) for text in (" 0B5CC4", "#abc", "#8e1b55", "red")] == [
        "#0b5cc4",
        "#aabbcc",
        "#8e1b55",
        "red",
    ]


@given(COLOURS)
def test_the_nearest_is_readable_and_keeps_a_colour_that_is(colour: str) -> None:
    found = nearest(colour)
    assert colour_error(found) is None
    assert (found == colour) == (colour_error(colour) is None)


@given(COLOURS)
def test_everything_that_follows_from_a_colour_can_be_read_by_day_and_by_night(colour: str) -> None:
    assume(colour_error(colour) is None)
    look = look_of(colour)
    pairs = {
        "accent by day": least_contrast(look.accent[0], (*DAY_GROUNDS, look.wash[0])),
        "accent by night": least_contrast(look.accent[1], (*NIGHT_GROUNDS, look.wash[1])),
        "pointed at by day": least_contrast(look.deep[0], (*DAY_GROUNDS, look.wash[0])),
        "pointed at by night": least_contrast(look.deep[1], (*NIGHT_GROUNDS, look.wash[1])),
        "on the button by day": least_contrast(look.on_accent[0], (look.accent[0], look.deep[0])),
        "on the button by night": least_contrast(look.on_accent[1], (look.accent[1], look.deep[1])),
        "on the stage": least_contrast("#ffffff", (look.stage, look.stage_2)),
        "softer on the stage": least_contrast(look.on_stage_soft, (look.stage, look.stage_2)),
    }
    assert {name: ratio for name, ratio in pairs.items() if ratio < ENOUGH} == {}
    assert style_sheet(colour).isascii()


def test_the_houses_own_colours_and_grounds_are_those_of_the_theme() -> None:
    theme = (Path(heroes.__file__).parent / "static" / "theme.css").read_text()
    named = dict(re.findall(r"--([\w-]+): (?:var\(--day, )?(#\w{6}(?:\) var\(--night, #\w{6})?)", theme))

    def both(*colours: str) -> str:
        return ") var(--night, ".join(colours)

    assert {name: named[name] for name in ("berry", "berry-deep", "on-berry", "berry-wash")} == {
        "berry": both(*HOUSE.accent),
        "berry-deep": both(*HOUSE.deep),
        "on-berry": both(*HOUSE.on_accent),
        "berry-wash": both(*HOUSE.wash),
    }
    assert (named["plum"], named["plum-2"], named["on-plum-soft"]) == (
        HOUSE.stage,
        HOUSE.stage_2,
        HOUSE.on_stage_soft,
    )
    assert [named["paper"], named["canvas"], named["sunk"]] == [
        both(day, night)
        for day, night in zip(
            DAY_GROUNDS, (NIGHT_GROUNDS[1], NIGHT_GROUNDS[0], NIGHT_GROUNDS[2]), strict=True
        )
    ]
