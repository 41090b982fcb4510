"""A season's document for another year: same rules and texts, another name, every date moved by whole weeks."""

import re
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from heroes.domain.clocks import in_utc

Document = dict[str, Any]
_HOUR = timedelta(hours=1)


def weeks_to(document: Document, opens_on: date) -> int:
    """How many whole weeks bring the opening nearest to a day, so that every date keeps its day of the week."""
    opens: date = document["season"]["opens"].date()
    return round((opens_on - opens).days / 7)


def moved(document: Document, weeks: int) -> Document:
    """A copy with every date that many weeks later on the clock of the season's zone.

    A time that the clocks skip on the new day becomes the same minute an hour later.
    """
    zone = document["season"]["timezone"]
    return _moved(deepcopy(document), timedelta(weeks=weeks), zone)  # type: ignore[no-any-return] # a table stays one


def _moved(value: Any, by: timedelta, zone: str) -> Any:
    if isinstance(value, dict):
        return {name: _moved(one, by, zone) for name, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, by, zone) for one in value]
    if not isinstance(value, datetime):
        return value
    wall = value if value.tzinfo is None else value.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    try:
        in_utc(wall + by, zone)
    except ValueError:
        return wall + by + _HOUR
    return wall + by


def named(document: Document, *, slug: str, name: str, reference: str, year: int) -> Document:
    """A copy under another name."""
    season = document["season"] | {"slug": slug, "name": name, "reference": reference, "year": year}
    return document | {"season": season}


def later(text: str, years: int) -> str:
    """A name with its years moved on: "Heroes 2026" a year later is "Heroes 2027", "CSH-26" is "CSH-27"."""

    def on(found: re.Match[str]) -> str:
        digits = found.group()
        return str(int(digits) + years).zfill(len(digits))

    whole = re.sub(r"(?<!\d)(?:19|20)\d\d(?!\d)", on, text)
    return whole if whole != text else re.sub(r"(?<!\d)\d\d(?!\d)", on, text)
