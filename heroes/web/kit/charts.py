"""The sums behind the drawn figures, the worded scale, the time-line and the page numbers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from flask import Flask


class Band(NamedTuple):
    """One worded step of a scale and every mark that it covers, as they are sent and shown."""

    word: str
    text: str
    label: str
    marks: tuple[str, ...]


class Station(NamedTuple):
    """One date of a time-line: past, now (the next one due) or later, and where it lies, in per cent."""

    at: datetime
    title: str
    note: str
    state: str
    place: float


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def banded(points: Iterable[Any], step: Decimal | int = 1) -> list[Band]:
    """The bands of a worded scale, lowest first.

    Each point has from_, to_, word and text. Marks that lie between two points belong to the lower one, so that
    a scale with half marks loses none of them.
    """
    step = Decimal(step)
    ordered = sorted(points, key=lambda point: point.from_)
    ends = [Decimal(after.from_) - step for _, after in pairwise(ordered)]
    bands = []
    for point, end in zip(ordered, [*ends, *(Decimal(last.to_) for last in ordered[-1:])], strict=True):
        low, high = Decimal(point.from_), Decimal(point.to_)
        marks = tuple(_plain(low + n * step) for n in range(int((end - low) / step) + 1))
        label = _plain(low) if low == high else f"{_plain(low)}–{_plain(high)}"
        bands.append(Band(point.word, point.text, label, marks))
    return bands


def bins(values: Iterable[Decimal], low: int = 0, high: int = 100, count: int = 10) -> list[tuple[str, int]]:
    """How many values fall in each of `count` equal bins, labelled; the top one includes its upper edge."""
    width = Decimal(high - low) / count
    tally = [0] * count
    for value in values:
        tally[max(0, min(count - 1, int((Decimal(value) - low) / width)))] += 1
    edges = [_plain(low + n * width) for n in range(count + 1)]
    return [(f"{edges[n]}–{edges[n + 1]}", tally[n]) for n in range(count)]


def stations(milestones: Sequence[Any], now: datetime) -> list[Station]:
    """A time-line's dates (each with at, title and note) as they stand now: the first one still ahead is `now`.

    They are placed evenly, one at the start of its own column, so that the words below have room.
    """
    following = min((milestone.at for milestone in milestones if milestone.at > now), default=None)
    return [
        Station(
            milestone.at,
            milestone.title,
            milestone.note or "",
            "past" if milestone.at <= now else "now" if milestone.at == following else "later",
            round(n * 100 / len(milestones), 2),
        )
        for n, milestone in enumerate(milestones)
    ]


def along(now: datetime, milestones: Sequence[Any]) -> float:
    """How far the season has come on that line, in per cent: 0 before the first date, 100 from the last one on."""
    dates = sorted(milestone.at for milestone in milestones)
    past = sum(at <= now for at in dates)
    if past in (0, len(dates)):
        return 100.0 if past else 0.0
    before, after = dates[past - 1], dates[past]
    share: float = (now - before) / (after - before)
    return float(round((past - 1 + share) * 100 / len(dates), 2))


def page_numbers(current: int, count: int) -> list[int | None]:
    """The page numbers worth showing: the first, the last and two either side of the current; None is a gap."""
    shown = sorted({n for n in (1, count, *range(current - 2, current + 3)) if 1 <= n <= count})
    numbers: list[int | None] = []
    for n in shown:
        if numbers and numbers[-1] is not None and n - numbers[-1] > 1:
            numbers.append(None)
        numbers.append(n)
    return numbers


def register(app: Flask) -> None:
    """Give the templates of an app the sums that the figures, scales and time-lines are drawn from."""
    tools = (banded, bins, stations, along, page_numbers)
    app.jinja_env.globals.update({tool.__name__: tool for tool in tools})
