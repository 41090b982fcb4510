"""A season's colour: whether it can be read, and everything that follows from it, by day and by night.

Contrast is as WCAG 2.2 defines it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio, with its relative luminance of
sRGB); text needs 4.5:1 (success criterion 1.4.3). By day the colour stands as text on our light grounds and under
white; a colour too light for that is refused. For the night it is lightened until it reads on our dark grounds.
"""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from functools import lru_cache

ENOUGH = 4.5
"""The contrast that text needs."""
DAY_GROUNDS = ("#ffffff", "#faf6f8", "#f4edf1")
NIGHT_GROUNDS = ("#140d17", "#1e1522", "#281d2d")
"""What the theme's --paper, --canvas and --sunk are by day and by night."""
OURS = "#8e1b55"
_HEX = re.compile(r"#[0-9a-f]{6}")
_STEPS = 200

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """The colours that the theme takes from one accent: (by day, by night) where they differ."""

    accent: tuple[str, str]
    deep: tuple[str, str]
    on_accent: tuple[str, str]
    wash: tuple[str, str]
    stage: str
    stage_2: str
    on_stage_soft: str

    @property
    def day_contrast(self) -> float:
        """The least contrast of the accent as text by day."""
        return least_contrast(self.accent[0], DAY_GROUNDS)

    @property
    def night_contrast(self) -> float:
        """The least contrast of the accent as text by night."""
        return least_contrast(self.accent[1], NIGHT_GROUNDS)


HOUSE = Look(
    accent=(OURS, "#f593c0"),
    deep=("#6a0f3d", "#ffbcd9"),
    on_accent=("#ffffff", "#2b0d1d"),
    wash=("#fbe8f0", "#3c1a2d"),
    stage="#2a1233",
    stage_2="#40204b",
    on_stage_soft="#dccbe2",
)
"""What the theme itself says."""


def luminance(colour: str) -> float:
    """The relative luminance of an sRGB colour, from 0 for black to 1 for white."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def least_contrast(colour: str, grounds: tuple[str, ...]) -> float:
    """A colour's contrast with the ground on which it is hardest to read."""
    return min(contrast(colour, ground) for ground in grounds)


def clean_colour(text: str) -> str:
    """A typed colour as it is kept, #rrggbb in small letters; whatever else was typed comes back as it is."""
    bare = text.strip().lower()
    if re.fullmatch(r"#?[0-9a-f]{3}", bare):
        bare = "".join(2 * c for c in bare.lstrip("#"))
    return f"#{bare}" if re.fullmatch(r"[0-9a-f]{6}", bare) else bare


def colour_error(colour: str) -> str | None:
    """Why a colour cannot be a season's, with the ratio and the nearest that could; None for one that can."""
    if not _HEX.fullmatch(colour):
        return "Write a colour as # and six digits from 0 to 9 and a to f, such as #8e1b55."
    found = least_contrast(colour, DAY_GROUNDS)
    if found >= ENOUGH:
        return None
    # Rounded down: 4.49 is not enough, and must not be called 4.5.
    return (
        f"On our light pages this has a contrast of {int(found * 10) / 10}:1, and text needs {ENOUGH}:1."
        f" The nearest that can be read is {nearest(colour)}."
    )


def nearest(colour: str) -> str:
    """The colour of the same hue that is as close as can be and reads by day."""
    return _until(colour, "#000000", DAY_GROUNDS)


@lru_cache(maxsize=256)
def look_of(accent: str) -> Look:
    """Everything that follows from an accent, which `colour_error` has nothing against."""
    if accent == OURS:
        return HOUSE
    night = _until(_lit(accent, 0.72, 0.9), "#ffffff", NIGHT_GROUNDS)
    wash = next(
        (
            ground
            for share in (0.1, 0.08, 0.06, 0.04)
            if contrast(accent, ground := _mixed("#ffffff", accent, share)) >= ENOUGH
        ),
        DAY_GROUNDS[0],
    )
    night_wash = next(
        (
            ground
            for share in (0.24, 0.16, 0.08)
            if contrast(night, ground := _mixed(NIGHT_GROUNDS[1], night, share)) >= ENOUGH
        ),
        NIGHT_GROUNDS[1],
    )
    stage = _lit(accent, 0.13)
    return Look(
        accent=(accent, night),
        deep=(_mixed(accent, "#000000", 0.28), _mixed(night, "#ffffff", 0.4)),
        on_accent=("#ffffff", _lit(accent, 0.09)),
        wash=(wash, night_wash),
        stage=stage,
        stage_2=_lit(accent, 0.2),
        on_stage_soft=_mixed(stage, "#ffffff", 0.8),
    )


def style_sheet(accent: str) -> str:
    """The style sheet of an accent: it says the theme's own properties anew, in the theme's own layer."""
    look = look_of(accent)

    def both(colours: tuple[str, str]) -> str:
        return f"var(--day, {colours[0]}) var(--night, {colours[1]})"

    tick = "%23" + look.on_accent[1][1:]
    said = {
        "--berry": both(look.accent),
        "--berry-deep": both(look.deep),
        "--on-berry": both(look.on_accent),
        "--berry-wash": both(look.wash),
        "--plum": look.stage,
        "--plum-2": look.stage_2,
        "--on-plum-soft": look.on_stage_soft,
        "--stage-mark": _lit(accent, 0.42, 0.7),
        "--stage-light": _mixed("#ffffff", accent, 0.22),
        "--tick": f"var(--day, {_TICK.format('%23fff')}) var(--night, {_TICK.format(tick)})",
    }
    rules = " ".join(f"{name}: {value};" for name, value in said.items())
    quilt = f"--h1: {accent}; --h2: {_lit(accent, 0.58, 0.8)}; --h3: {_mixed('#ffffff', accent, 0.16)};"
    art = f".hero-art .hue-1, .rulecard .hue-1 {{ {quilt} }}"
    return f"@layer tokens {{ :root, [data-bs-theme] {{ {rules} }} {art} }}\n"


_TICK = (
    "url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none'"
    " stroke='{}' stroke-width='2.5'%3E%3Cpath d='M3.5 8.500l3 3 6-7'/%3E%3C/svg%3E\")"
)


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(min(1.0, max(0.0, c)) * 255):02x}" for c in rgb)


def _mixed(one: str, other: str, share: float) -> str:
    """One colour with a share of another in it."""
    red, green, blue = (a + (b - a) * share for a, b in zip(_rgb(one), _rgb(other), strict=True))
    return _hex((red, green, blue))


def _lit(colour: str, lightness: float, most: float = 0.6) -> str:
    """A colour's hue at a lightness from 0 to 1, no stronger than that: on a large stage less is enough."""
    hue, _, saturation = rgb_to_hls(*_rgb(colour))
    return _hex(hls_to_rgb(hue, lightness, min(saturation, most)))


def _until(colour: str, end: str, grounds: tuple[str, ...]) -> str:
    """The colour, or the first on the way to black or white, keeping its hue, that reads on all grounds."""
    hue, lightness, saturation = rgb_to_hls(*_rgb(colour))
    goal = 1.0 if end == "#ffffff" else 0.0
    for step in range(_STEPS + 1):
        found = _hex(hls_to_rgb(hue, lightness + (goal - lightness) * step / _STEPS, saturation))
        if least_contrast(found, grounds) >= ENOUGH:
            return found
    return end
