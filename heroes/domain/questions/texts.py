"""Texts that people type: what can be kept and shown of them, how they are counted, and what an address is."""

import re
from decimal import Decimal, InvalidOperation

_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\.]+(\.[^@\s<>,;:\"()\[\]\\.]+)+")
_PARTING = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
# Controls, lone surrogates, noncharacters, and the embeddings and overrides of direction. Marks and joiners stay:
# Arabic, Hindi and half of all emoji are written with them.
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)


def count_words(text: str) -> int:
    """Whatever stands between white space is a word."""
    return len(text.split())


def clean_text(text: str) -> str:
    """What can be kept and shown of a text: as `showable`, with the ends trimmed."""
    return showable(text).strip()


def on_one_line(text: str) -> str:
    """The same on one line, with single spaces."""
    return " ".join(showable(text).split())


def showable(text: str) -> str:
    """The text as every page, database and spreadsheet can hold it; for ordinary text, the text itself.

    Line ends are unified, and other control characters that part words become spaces. What no HTML page may hold
    goes, and so do the characters that turn the direction of everything after them.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if _plain(text) else _UNSHOWABLE.sub("", _PARTING.sub(" ", text))


def _plain(text: str) -> bool:
    """Whether it is all printable, as most answers are: that is quick to see and needs no second look."""
    return text.replace("\n", "").replace("\t", "").isprintable()


def email_error(text: str) -> str | None:
    """Return a sentence if `text` is not an address that mail could reach, judged by its form alone."""
    if len(text) <= 254 and _EMAIL.fullmatch(text) and ".." not in text:
        return None
    return "Enter an address like name@organisation.co.uk, with no spaces."


def number_of(text: str) -> Decimal | None:
    """The number that was typed, with commas or without; None for anything that is no finite number."""
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
