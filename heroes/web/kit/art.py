"""Pictures drawn from words: one square whose four corners are each round or sharp.

Every picture is a pure function of its seed and stays the same for ever, because certificates and receipts
that people keep carry it. Drawn quilts are kept in bounded caches: a public page must not pay for them twice.
"""

import hashlib
import math
import re
from collections.abc import Iterator
from functools import lru_cache

from markupsafe import Markup

HUES = 10

# Radii of the corners (top left, top right, bottom right, bottom left) as shares of the side.
CORNERS = (
    (0.5, 0.5, 0.5, 0.5),
    (1, 0, 1, 0),
    (0, 1, 0, 1),
    (0.5, 0.5, 0.5, 0),
    (0.5, 0.5, 0, 0.5),
    (1, 0, 0, 0),
    (0, 0, 1, 0),
    (0.5, 0.5, 0, 0),
    (0, 1, 0, 0),
)

# One path a name, on a square of 24; the strokes are styled by the theme.
ICONS = {
    "alert": "M12 4L2.5 20h19zM12 10v4M12 17v.01",
    "back": "M9 6l-5 5 5 5M4 11h10a6 6 0 0 1 6 6v2",
    "check": "M4 12.5l5 5L20 6.5",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2",
    "down": "M12 5v14M6 13l6 6 6-6",
    "eye": "M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4",
    "flag": "M6 21V4h11l-2 4 2 4H6",
    "heart": "M12 20C5 15 3 11.5 3 8.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 9 1.5C21 11.5 19 15 12 20z",
    "hide": (
        "M3 3l18 18M6 7c-1.5 1.2-2.8 2.9-4 5 3 5 6 7 10 7 1.7 0 3.3-.4 4.8-1.2"
        "M10 5.2c.7-.1 1.3-.2 2-.2 4 0 7 2 10 7-.6 1-1.3 1.9-2 2.7"
    ),
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8v.01",
    "lock": "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
    "mail": "M3 6h18v12H3zM3 7l9 7 9-7",
    "minus": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12h8",
    "next": "M5 12h14M13 6l6 6-6 6",
    "pause": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM10 9v6M14 9v6",
    "pencil": "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    "people": (
        "M9 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM3 20c0-4 2.5-6 6-6s6 2 6 6"
        "M16 4.5a3.5 3.5 0 0 1 0 6.5M17.5 14.5c2.2.7 3.5 2.5 3.5 5.5"
    ),
    "person": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM5 20c0-4 3-6 7-6s7 2 7 6",
    "print": "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
    "rosette": (
        "M12 3a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM12 7a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM8.5 14L7 21l5-3 5 3-1.5-7"
    ),
    "scales": "M12 4v16M7 20h10M5 7h14M5 7l-3 7h6zM19 7l-3 7h6z",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21",
    "send": "M4 12l16-8-6 16-3-7zM11 13l9-9",
    "star": "M12 4l2.5 5.2 5.7.8-4.1 4 1 5.6-5.1-2.7-5.1 2.7 1-5.6-4.1-4 5.7-.8z",
    "stop": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM6 6l12 12",
    "undo": "M4 9h10a5 5 0 0 1 0 10h-3M8 5L4 9l4 4",
}


def icon_path(name: str) -> str:
    """The path of an icon. An unknown name is a mistake in a template and raises KeyError."""
    return ICONS[name]


def _tile(x: int, y: int, side: int, corners: tuple[float, float, float, float]) -> str:
    top_left, top_right, bottom_right, bottom_left = (share * side for share in corners)
    moves = [f"M{x + top_left:g} {y}"]
    for letter, sign, length, radius, turn in (
        ("h", 1, side - top_left - top_right, top_right, (1, 1)),
        ("v", 1, side - top_right - bottom_right, bottom_right, (-1, 1)),
        ("h", -1, side - bottom_right - bottom_left, bottom_left, (-1, -1)),
        ("v", -1, side - bottom_left - top_left, top_left, (1, -1)),
    ):
        if length:
            moves.append(f"{letter}{sign * length:g}")
        if radius:
            moves.append(f"a{radius:g} {radius:g} 0 0 1 {turn[0] * radius:g} {turn[1] * radius:g}")
    return "".join(moves) + "z"


@lru_cache(maxsize=256)
def tiles(
    seed: str, cols: int, rows: int, size: int = 40, tones: str = "aabbbcd"
) -> tuple[tuple[str, str], ...]:
    """The quilt of a seed as (tone, path) pairs; the same seed draws the same quilt for ever."""
    blocks = 1 + cols * rows * 2 // 32
    stream = b"".join(hashlib.sha256(f"{seed}/{n}".encode()).digest() for n in range(blocks))
    drawn = []
    for n in range(cols * rows):
        shape, tone = stream[2 * n], stream[2 * n + 1]
        if tone % 9:  # every ninth or so stays empty, so that the ground shows
            row, col = divmod(n, cols)
            path = _tile(col * size, row * size, size, CORNERS[shape % len(CORNERS)])
            drawn.append((tones[tone % len(tones)], path))
    return tuple(drawn)


@lru_cache(maxsize=512)
def quilt_paths(seed: str, cols: int, rows: int, size: int = 40) -> Markup:
    """The same quilt ready for a page: one path element a tone, since tiles never overlap."""
    joined: dict[str, list[str]] = {}
    for tone, path in tiles(seed, cols, rows, size):
        joined.setdefault(tone, []).append(path)
    return Markup("").join(
        Markup('<path class="{}" d="{}"/>').format(tone, "".join(paths))
        for tone, paths in sorted(joined.items())
    )


def leaves(side: int, n: int = 9, radius: int = 46) -> Iterator[str]:
    """The pairs of leaves on one half of a laurel (side is -1 or 1), from the foot up, as SVG transforms."""
    for i in range(n):
        angle = math.radians(166 - i * 16.5)
        x, y = 60 + side * radius * math.sin(angle), 60 - radius * math.cos(angle)
        turn, scale = math.degrees(angle) - 118, 1 - i * 0.035
        yield f"translate({x:.1f} {y:.1f}) scale({side} 1) rotate({turn:.0f}) scale({scale:.2f})"


@lru_cache(maxsize=1)
def laurel_paths() -> Markup:
    """Both halves of the laurel as path elements."""
    leaf = "M0 0A15 15 0 0 1 17 -8A15 15 0 0 1 0 0zM0 0A13 13 0 0 0 13 10A13 13 0 0 0 0 0z"
    return Markup("").join(
        Markup('<path transform="{}" d="{}"/>').format(move, leaf)
        for side in (-1, 1)
        for move in leaves(side)
    )


@lru_cache(maxsize=2048)
def initials(name: str) -> str:
    """One or two capitals for a bubble: first and last capitalised word, else the first two letters."""
    parts: list[str] = re.findall(r"[^\W\d_][\w'’-]*", name)
    parts = [part for part in parts if part[0].isupper()] or parts or ["?"]
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else parts[0][1:2])).upper()


@lru_cache(maxsize=2048)
def hue(name: str) -> str:
    """The class of one of the ten hues, always the same for a name."""
    return f"hue-{hashlib.sha256(name.encode()).digest()[0] % HUES + 1}"
