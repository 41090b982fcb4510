"""When a category takes entries and a round takes marks: its dates, except in a rehearsal, where both always do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from heroes.models.seasons import Category, Round, Season

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when entries are taken, and until when those that were begun before the close."""

    opens_at: datetime
    closes_at: datetime
    grace_ends_at: datetime


def entries_window(season: Season, category: Category, now: datetime) -> Window:
    """The window of a category; a rehearsed one is open and stays so for a day."""
    opens, closes = category.opens_at or season.opens_at, category.closes_at or season.closes_at
    if season.rehearsed:
        opens, closes = min(opens, now), max(closes, now + _A_DAY)
    return Window(opens, closes, closes + timedelta(minutes=season.grace_minutes))


def round_has_begun(season: Season, round_: Round, now: datetime) -> bool:
    """Whether a round takes marks already."""
    return season.rehearsed or round_.opens_at <= now


def round_is_over(season: Season, round_: Round, now: datetime) -> bool:
    """Whether a round takes no marks any more."""
    return round_.closes_at <= now and not season.rehearsed
