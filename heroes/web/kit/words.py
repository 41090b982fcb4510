"""How the pages say things: text, times and numbers in plain British English.

What they are given decides what functions say, and the words of the page's programme; nothing here reads a clock.
Instants arrive with a time zone (they are kept in UTC) and are said in a named zone; a naive one is a mistake
and raises ValueError, since it would be shown an hour or more wrong.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from heroes.domain.audit_words import news
from heroes.domain.questions import count_words
from heroes.web.kit import art, fields, states, terms
from heroes.web.kit.terms import own

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NOTHING = "–"

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_TAGS = {"p", "br", "em", "strong", "code", "pre", "blockquote", "hr", "ul", "ol", "li", "a"}
_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}


# Text


def words(text: str | None) -> int:
    """How many words: whatever stands between white space is one. The browser and the services count the same."""
    return count_words(text or "")


def paragraphs(text: str | None) -> Markup:
    """Plain text as escaped paragraphs: an empty line parts two of them, a single line break stays a break."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()
    blocks = [block.strip("\n") for block in re.split(r"\n[ \t]*\n\s*", lines) if block.strip()]
    marked = ("<br>".join(escape(line.strip()) for line in block.split("\n")) for block in blocks)
    return Markup("".join(f"<p>{block}</p>" for block in marked))  # noqa: S704 (every line of it is escaped)


@lru_cache(maxsize=256)
def markdown(text: str | None, top: int = 3) -> Markup:
    """Markdown as HTML that is safe to show: no raw HTML, no pictures, only plain elements and links.

    The highest heading in the text becomes level `top` and the others follow, so that a page keeps its order.
    """
    tokens = _MARKDOWN.parse(text or "")
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, max(2, top) + int(token.tag[1]) - min(levels))}"
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Markup(  # noqa: S704 (the next line is what makes it safe)
        nh3.clean(
            html,
            tags=_TAGS | _HEADINGS,
            attributes={"a": {"href"}, "ol": {"start"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer",
        )
    )


def listed(items: Sequence[str], last: str = "and") -> str:
    """A list in words: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def fingerprint(digest: str, groups: int | None = None) -> str:
    """A digest in groups of four that can be read aloud, shortened to so many groups if asked."""
    parts = [digest[n : n + 4] for n in range(0, len(digest), 4)]
    return " ".join(parts if groups is None else parts[:groups])


# Times


def _local(at: datetime, zone: str) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {at.isoformat()}")
    return at.astimezone(ZoneInfo(zone))


def zone_word(at: datetime, zone: str) -> str:
    """What people call the zone at that instant: "UK time" at home, else its abbreviation or distance from UTC."""
    if zone == "Europe/London":
        return "UK time"
    name = _local(at, zone).tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


def _long(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def _time(local: datetime, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="seconds"), text)


def day(at: datetime, zone: str) -> str:
    """The date in that zone: Friday 22 May 2026."""
    return _long(_local(at, zone))


def instant(at: datetime, zone: str, seconds: bool = False) -> Markup:
    """The whole instant with its zone: Friday 22 May 2026, 17:00 UK time; with seconds on a receipt."""
    local = _local(at, zone)
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return _time(local, f"{_long(local)}, {clock} {zone_word(at, zone)}")


def short_instant(at: datetime, zone: str) -> Markup:
    """The instant for a table, on a page that names the zone once: Fri 22 May, 17:00."""
    local = _local(at, zone)
    return _time(local, f"{short_day(at, zone)}, {local:%H:%M}")


def short_day(at: datetime, zone: str) -> str:
    """The date for a table: Fri 22 May."""
    local = _local(at, zone)
    return f"{WEEKDAYS[local.weekday()][:3]} {local.day} {MONTHS[local.month - 1][:3]}"


def days(start: datetime, end: datetime, zone: str) -> str:
    """A span of days, saying month and year once: 11 to 26 June 2026; 26 May to 5 June 2026."""
    first, last = _local(start, zone).date(), _local(end, zone).date()
    said = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return said
    if first.year != last.year:
        return f"{first.day} {MONTHS[first.month - 1]} {first.year} to {said}"
    return (
        f"{first.day} to {said}"
        if first.month == last.month
        else f"{first.day} {MONTHS[first.month - 1]} to {said}"
    )


def left(at: datetime, now: datetime) -> str:
    """How long is left, in its two largest units and never too much: 3 days 2 hours; empty once it has passed."""
    if at <= now:
        return ""
    minutes = int((at - now).total_seconds()) // 60
    if not minutes:
        return "less than a minute"
    hours, minute = divmod(minutes, 60)
    whole_days, hour = divmod(hours, 24)
    parts = [(whole_days, "day"), (hour, "hour"), (minute, "minute")]
    first = next(n for n, (amount, _) in enumerate(parts) if amount)
    return " ".join(many(amount, unit) for amount, unit in parts[first : first + 2] if amount)


# Numbers


def number(value: int) -> str:
    """A whole number with commas: 1,204."""
    return f"{value:,}"


def many(count: int, one: str, more: str | None = None) -> str:
    """A number and its noun as the programme says it: 1 entry, 2 entries; `more` where an s is not enough."""
    return f"{number(count)} {own(one if count == 1 else more or one + 's')}"


def spent(minutes: int) -> str:
    """Minutes as people plan them: 45 min, 2 h, 2 h 5 min."""
    hours, left = divmod(minutes, 60)
    return (
        " ".join(f"{number(amount)} {unit}" for amount, unit in ((hours, "h"), (left, "min")) if amount)
        or "0 min"
    )


def score(value: Decimal | float | None) -> str:
    """A score to one decimal place, rounded half up; a dash where there is none, because absent is not zero."""
    # A float goes through its shortest decimal, so that 84.25 is half up and not whatever its bits are.
    return NOTHING if value is None else f"{Decimal(str(value)).quantize(Decimal('0.1'), ROUND_HALF_UP):,}"


def mark(value: Decimal | float | str | None) -> str:
    """One judge's mark exactly as given, without empty decimals: 9, 8.5; a dash where there is none."""
    return NOTHING if value is None else f"{Decimal(str(value)).normalize():f}"


FILTERS = (
    *(words, paragraphs, markdown, listed, fingerprint, day, instant, short_instant, short_day, days, left),
    *(many, number, score, spent, mark, art.initials, art.hue, fields.anchor),
    news,
)
GLOBALS = (
    *(art.tiles, art.leaves, art.quilt_paths, art.laurel_paths, art.icon_path),
    *(fields.kind, fields.attributes, fields.control, fields.options, fields.described, fields.problems),
    *(many, zone_word),
)


def register(app: Flask) -> None:
    """Give an app's templates the filters and globals of the kit (charts.register adds its own) and its white space."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update({tool.__name__: tool for tool in FILTERS})
    terms.register(app)
    tools: dict[str, Any] = {tool.__name__: tool for tool in GLOBALS}
    app.jinja_env.globals.update(
        tools, states=states.STATES, screenings=states.SCREENINGS, scorecards=states.SCORECARDS
    )
