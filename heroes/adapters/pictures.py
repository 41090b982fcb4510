"""Pictures that people upload, drawn again by us: what is kept and served was never somebody else's file.

Only still PNG, JPEG and WebP are taken. The header is read first, so that a picture of too many points is refused
before any of it is unpacked; the rest is decoded in full, scaled, and written as a PNG without a word of metadata.
"""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

MOST_BYTES = 1024 * 1024
MOST_POINTS = 16_000_000
LEAST_SIDE = 16
MOST_WIDTH, MOST_HEIGHT = 800, 240
"""A logo is kept no larger than this: three times what the widest page shows."""
FORMATS = ("PNG", "JPEG", "WEBP")
_WANTED = "Save it as a PNG, JPEG or WebP picture and send that."
_TOO_MANY = f"The picture has more than {MOST_POINTS // 1_000_000} million points, more than we draw. Save it smaller."
_BROKEN = "The picture is broken or has been cut off. Save it again and send that."
_TROUBLES = (OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError, MemoryError)
"""What Pillow's decoders raise for files that are not what they say."""


class BadPicture(ValueError):
    """A file that is not taken; the message says what to do, to whoever sent it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture of our own making, under the SHA-256 of its bytes."""

    digest: str
    media_type: str
    width: int
    height: int
    data: bytes


def drawn_again(file: bytes) -> Drawn:
    """The picture in a file, as a PNG of our own. Raises `BadPicture`."""
    if len(file) > MOST_BYTES:
        raise BadPicture(f"The file is larger than {MOST_BYTES // 1024:,} kB. Save it smaller and send that.")
    _refuse_others(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _kept(_decoded(file))
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as trouble:
        raise BadPicture(_TOO_MANY) from trouble
    except (*_TROUBLES, Warning) as trouble:
        raise BadPicture(_BROKEN) from trouble


def _refuse_others(file: bytes) -> None:
    """Refuse what is no picture of ours, or a picture with something else hanging on to it."""
    head = file[:512].lstrip().lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")) or b"<svg" in head:
        raise BadPicture(f"An SVG can carry a program, so it is not taken. {_WANTED}")
    if head.startswith((b"gif87a", b"gif89a")):
        raise BadPicture(f"A GIF is not taken. {_WANTED}")
    if file.startswith(b"\x89PNG\r\n\x1a\n"):
        whole = _png_end(file) == len(file)
    elif file.startswith(b"\xff\xd8\xff"):
        whole = file.rstrip(b"\0").endswith(b"\xff\xd9")
    elif file[:4] == b"RIFF" and file[8:12] == b"WEBP":
        whole = int.from_bytes(file[4:8], "little") + 8 == len(file)
    else:
        raise BadPicture(f"This is not a picture that we know. {_WANTED}")
    if not whole:
        raise BadPicture(
            "The picture is cut off, or another file hangs on to its end. Save it again and send that."
        )


def _png_end(file: bytes) -> int:
    """Where a PNG's last chunk ends; 0 if it has none."""
    at = 8
    while at + 12 <= len(file):
        length, kind = int.from_bytes(file[at : at + 4]), file[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at
    return 0


def _decoded(file: bytes) -> Image.Image:
    with Image.open(BytesIO(file), formats=FORMATS) as opened:
        width, height = opened.size
        if width * height > MOST_POINTS:
            raise BadPicture(_TOO_MANY)
        if min(width, height) < LEAST_SIDE:
            raise BadPicture(
                f"The picture is only {width} × {height} points. Send one of at least {LEAST_SIDE}."
            )
        if getattr(opened, "is_animated", False):
            raise BadPicture(f"The picture moves. {_WANTED}")
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        return upright.convert("RGB").convert("RGBA") if upright.mode == "CMYK" else upright.convert("RGBA")


def _kept(picture: Image.Image) -> Drawn:
    picture.thumbnail((MOST_WIDTH, MOST_HEIGHT), Image.Resampling.LANCZOS)
    # Points alone are carried over: text, profiles, thumbnails and positions stay behind.
    bare = Image.frombytes("RGBA", picture.size, picture.tobytes())
    out = BytesIO()
    bare.save(out, "PNG", optimize=True)
    data = out.getvalue()
    return Drawn(hashlib.sha256(data).hexdigest(), "image/png", *bare.size, data)
