"""What a programme and a season say about themselves: how long it may be, and what is wrong with what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heroes.domain.questions import clean_text, email_error, on_one_line
from heroes.domain.slugs import name_key

MOST_TEXT = 40_000
"""Characters of a text in Markdown."""
MOST_NAME, MOST_CHAPTER, MOST_SECTOR = 200, 80, 80
MOST_LISTED = 60
TEXTS = {
    "welcome": "Welcome",
    "rules": "Rules",
    "privacy": "Privacy",
    "terms": "Terms for judges",
}
"""A season's texts in Markdown, and what the builder calls them."""


@dataclass(frozen=True, slots=True)
class Chapters:
    """A season's chapters anew: their names, and old name -> new name for entries that move."""

    names: tuple[str, ...]
    moves: dict[str, str]


def lines_of(text: str) -> list[str]:
    """A list that was typed one to a line; empty lines are no part of it."""
    return [line for raw in clean_text(text).splitlines() if (line := on_one_line(raw))]


def name_error(text: str, most: int = MOST_NAME) -> str | None:
    """Why something cannot be a name."""
    if not text:
        return "Write a name here."
    return f"Use {most} characters or fewer." if len(text) > most else None


def contact_error(text: str) -> str | None:
    """Why something cannot be where questions go; nothing at all can."""
    return email_error(text) if text else None


def list_error(names: Sequence[str], most: int) -> str | None:
    """Why names cannot stand in one list."""
    if len(names) > MOST_LISTED:
        return f"Use {MOST_LISTED} at the most."
    for name in names:
        if len(name) > most:
            return f"“{name[:most]}…” is longer than {most} characters."
    keys = [name_key(name) or name for name in names]
    twice = next((name for name, key in zip(names, keys, strict=True) if keys.count(key) > 1), None)
    return f"“{twice}” stands there twice." if twice else None


def text_errors(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts that cannot be kept: key -> sentence."""
    return {
        key: f"This has {len(text):,} characters, and a page takes {MOST_TEXT:,}. Shorten it."
        for key, text in texts.items()
        if len(text) > MOST_TEXT
    }


def plan_chapters(
    old: Sequence[str],
    typed: Sequence[str],
    added: Sequence[str],
    goes: Mapping[int, str],
    in_use: Mapping[str, int],
) -> tuple[Chapters, dict[str, str]]:
    """What becomes of the chapters: `typed` beside each old one, where an empty one is taken away.

    `goes` says by number into which of the new names the entries of one taken away move. Returns what is wrong by
    field as well: `chapter-0` beside the first, `goes-0` for where its entries go, `chapters` for all of them.
    """
    names = tuple(name for name in [*typed, *added] if name)
    wrong: dict[str, str] = {}
    moves: dict[str, str] = {}
    for number, (was, now) in enumerate(zip(old, typed, strict=True)):
        if now:
            moves |= {was: now} if now != was else {}
            continue
        count = in_use.get(was, 0)
        if not count:
            continue
        if goes.get(number) in names:
            moves[was] = goes[number]
        else:
            they, go = ("1 entry is", "it goes") if count == 1 else (f"{count:,} entries are", "they go")
            wrong[f"goes-{number}"] = f"{they} in “{was}”. Choose where {go}."
    if problem := list_error(names, MOST_CHAPTER):
        wrong["chapters"] = problem
    return Chapters(names, moves), wrong
