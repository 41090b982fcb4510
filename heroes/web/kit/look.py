"""A season's look on a page: the address of its colour's style sheet, and of its logo."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from flask import url_for

from heroes.domain.colours import colour_error, style_sheet

STILL = frozenset({"static", "bootstrap.static", "looks.sheet", "looks.picture"})
"""Endpoints of files that are the same for everybody and for ever, under addresses that change with them."""


@lru_cache(maxsize=256)
def sheet_of(accent: str) -> tuple[str, str]:
    """The style sheet of a colour and its short digest; both empty for what cannot be a season's colour."""
    if colour_error(accent):
        return "", ""
    text = style_sheet(accent)
    return text, hashlib.sha256(text.encode()).hexdigest()[:10]


def sheet_address(colours: Mapping[str, str]) -> str:
    """Where a season's own style sheet is; empty for the house's look."""
    accent = colours.get("accent", "")
    digest = sheet_of(accent)[1] if accent else ""
    return url_for("looks.sheet", accent=accent[1:], v=digest) if digest else ""


def logo_address(digest: str | None) -> str:
    """Where a season's logo is; empty for one without."""
    return url_for("looks.picture", digest=digest) if digest else ""
