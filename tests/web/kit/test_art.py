"""Pictures: the same seed draws the same picture for ever, and quickly."""

import hashlib
import re
from timeit import timeit

import pytest

from heroes.web.kit import art


def test_a_quilt_is_the_same_for_ever() -> None:
    drawn = repr(art.tiles("frontline-hero", 9, 3))
    assert hashlib.sha256(drawn.encode()).hexdigest()[:16] == "ef267f6ec87d391b"


def test_two_seeds_draw_two_quilts() -> None:
    assert art.tiles("frontline-hero", 9, 3) != art.tiles("newcomer", 9, 3)


def test_a_corner_is_an_arc_or_sharp() -> None:
    assert art._tile(0, 0, 40, (0.5, 0.5, 0.5, 0)) == (
        "M20 0a20 20 0 0 1 20 20a20 20 0 0 1 -20 20h-20v-20a20 20 0 0 1 20 -20z"
    )
    assert art._tile(40, 80, 40, (1, 0, 1, 0)) == "M80 80a40 40 0 0 1 -40 40a40 40 0 0 1 40 -40z"


@pytest.mark.parametrize("cols, rows", [(1, 1), (9, 3), (30, 2), (8, 8)])
def test_every_tile_begins_inside_the_picture(cols: int, rows: int) -> None:
    drawn = "".join(path for _, path in art.tiles("any", cols, rows))
    starts = [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)", drawn)]
    assert [(x, y) for x, y in starts if not (0 <= x <= cols * 40 and 0 <= y < rows * 40)] == []


def test_the_joined_quilt_has_the_same_tiles_one_path_a_tone() -> None:
    joined = dict(re.findall(r'<path class="(.)" d="([^"]+)"/>', art.quilt_paths("any", 9, 3)))
    single: dict[str, str] = {}
    for tone, path in art.tiles("any", 9, 3):
        single[tone] = single.get(tone, "") + path
    assert joined == single


def test_a_strip_is_drawn_once_and_then_nearly_free() -> None:
    art.quilt_paths("a strip", 30, 2)
    assert timeit(lambda: art.quilt_paths("a strip", 30, 2), number=100) / 100 < 0.0001


def test_the_caches_are_bounded() -> None:
    cached = (art.tiles, art.quilt_paths, art.laurel_paths, art.initials, art.hue)
    assert [tool.cache_info().maxsize for tool in cached] == [256, 512, 1, 2048, 2048]


def test_a_laurel_has_two_halves_of_nine_pairs() -> None:
    assert [len(list(art.leaves(side))) for side in (-1, 1)] == [9, 9]
    assert art.laurel_paths().count("<path") == 18


@pytest.mark.parametrize(
    "name, letters",
    [
        ("Maureen Okafor", "MO"),
        ("Siân Pritchard-Llewellyn", "SP"),
        ("night desk", "ND"),
        ("Cher", "CH"),
        ("Night desk of the second line", "NI"),
        ("X", "X"),
        ("", "?"),
        ("404", "?"),
        ("ülkü özdemir", "ÜÖ"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert art.initials(name) == letters


def test_the_hue_of_a_name_is_one_of_ten_and_stays() -> None:
    assert art.hue("Maureen Okafor") == "hue-6"
    assert {art.hue(f"name {n}") for n in range(500)} == {f"hue-{n}" for n in range(1, 11)}


def test_an_icon_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        art.icon_path("unicorn")
