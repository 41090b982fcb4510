"""Uploaded pictures: drawn again without anything but their points, or refused with what to do."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from heroes.adapters import pictures
from heroes.adapters.pictures import BadPicture, drawn_again


def saved(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: Any) -> bytes:
    """A picture of a colour as a file of a kind."""
    out = BytesIO()
    Image.new(mode, size, "#0b5cc4" if mode != "L" else 90).save(out, kind, **more)
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(side: int) -> bytes:
    """A PNG of a few hundred kilobytes at the most that says it has side × side points."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(300_000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "CMYK"), ("JPEG", "L"), ("WEBP", "RGB")]
)
def test_what_is_kept_is_a_png_of_our_own(kind: str, mode: str) -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "<script>alert(1)</script>")
    noted = Image.Exif()
    noted[0x010E] = "<script>"
    more = (
        {"pnginfo": told}
        if kind == "PNG"
        else {"comment": b"<script>"}
        if kind == "JPEG"
        else {"exif": noted}
    )

    kept = drawn_again(saved(kind, (2000, 300), mode, **more))

    assert (kept.width, kept.height, kept.media_type) == (800, 120, "image/png")
    with Image.open(BytesIO(kept.data)) as again:
        assert (again.format, again.size, again.info) == ("PNG", (800, 120), {})
    assert b"script" not in kept.data
    assert drawn_again(kept.data).digest == kept.digest


GIF = saved("GIF")
PNG = saved("PNG")
FRAMES: dict[str, Any] = {"save_all": True, "append_images": [Image.new("RGB", (60, 40), "red")]}


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "SVG"),
        (GIF, "GIF"),
        (GIF + b"<script>alert(1)</script>", "GIF"),
        (PNG + b"<script>alert(1)</script>", "hangs on"),
        (saved("JPEG") + b"PK\x03\x04 a whole archive", "hangs on"),
        (saved("WEBP") + b"<script>", "hangs on"),
        (PNG[:-20], "cut off"),
        (saved("JPEG", (300, 300))[:400] + b"\xff\xd9", "broken"),
        (PNG.replace(b"IDAT", b"IDAX"), "broken"),
        (saved("PNG", **FRAMES), "moves"),
        (saved("WEBP", **FRAMES), "moves"),
        (bomb(20_000), "million points"),
        (bomb(4_000), "broken"),
        (saved("PNG", (4, 4)), "only 4 × 4"),
        (b"", "not a picture"),
        (b"%PDF-1.7", "not a picture"),
        (saved("BMP"), "not a picture"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_sentence(file: bytes, said: str) -> None:
    with pytest.raises(BadPicture, match=said):
        drawn_again(file)


def test_a_file_that_is_too_large_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 100)
    monkeypatch.setattr(pictures, "_decoded", None)

    with pytest.raises(BadPicture, match="larger than"):
        drawn_again(PNG)
