"""The instants of a season: reading them as people type them, whether they follow one another, what moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from heroes.domain.clocks import in_utc

Part = Literal["opens", "closes", "at"]


@dataclass(frozen=True, slots=True)
class Stop:
    """One instant of a season. `key` names it in forms; a closing one ends something for somebody."""

    key: str
    label: str
    at: datetime | None
    part: Part = "at"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasts, and whose rounds it belongs to: they follow one another within one category."""

    key: str
    label: str
    opens: datetime
    closes: datetime
    lanes: frozenset[int] = frozenset()


def read_instant(day: str, clock: str, zone: str, part: Part = "at") -> datetime:
    """The instant of a typed day ("2026-05-22") and time ("17:00") in a zone, as UTC.

    Raises ValueError with a sentence: for what is no date, for a time that the clocks skip, and for an end at midnight,
    which people read as either of two days.
    """
    try:
        wall = datetime.combine(
            date.fromisoformat(day.strip()), _clock(clock)
        )  # wall-clock, the zone comes next
    except ValueError as error:
        raise ValueError("Give a day and a time, such as 22 May 2026 and 17:00.") from error
    if not 1970 <= wall.year <= 2200:
        raise ValueError("Give a year from 1970 to 2200.")
    if part == "closes" and wall.time() == time(0):
        before = wall - timedelta(minutes=1)
        raise ValueError(
            f"Midnight could mean either day. Take 23:59 on {_day(before)}, or 00:01 on {_day(wall)}."
        )
    try:
        return in_utc(wall, zone)
    except ValueError as error:
        if "time zone" in str(error):
            raise
        later = wall + timedelta(hours=1)
        raise ValueError(
            f"There is no {wall:%H:%M} on {_day(wall)}: the clocks go forward then. Take {later:%H:%M}."
        ) from error


def _clock(text: str) -> time:
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes[:2].isascii() and minutes[:2].isdigit()):
        raise ValueError("no time")
    return time(int(hours), int(minutes[:2]))


def _day(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b}"


def twice(instant: datetime, zone: str) -> bool:
    """Whether the clocks of the zone show this instant's time a second time an hour later or earlier."""
    there = ZoneInfo(zone)
    shown = instant.astimezone(there)
    wall = shown.replace(tzinfo=None)
    first, second = (wall.replace(tzinfo=there, fold=fold).utcoffset() for fold in (0, 1))
    return first != second and shown.utcoffset() in (first, second)


def out_of_order(
    nominating: Span, rounds: Sequence[Span], shortlist: datetime | None, outcomes: datetime | None
) -> dict[str, str]:
    """What is in the wrong order: key of the stop that should move -> one sentence.

    `rounds` come in the order of their positions. A round may open before nominations close: some bodies judge as
    entries come in.
    """
    faults: dict[str, str] = {}
    for span in (nominating, *rounds):
        if span.closes <= span.opens:
            faults[f"{span.key}-closes"] = f"{span.label} must close after it opens."
    for number, span in enumerate(rounds):
        if span.opens < nominating.opens:
            faults[f"{span.key}-opens"] = f"{span.label} opens before nominations do."
        for earlier in rounds[:number]:
            if earlier.lanes & span.lanes and span.opens < earlier.closes:
                faults[f"{span.key}-opens"] = f"{span.label} opens before {earlier.label} has closed."
    last = max((span.closes for span in rounds), default=nominating.closes)
    if shortlist is not None and shortlist < nominating.closes:
        faults["shortlist"] = "The shortlist cannot come out before nominations close."
    if outcomes is not None and outcomes < last:
        faults["outcomes"] = "The outcomes cannot come out before the last round has closed."
    if shortlist is not None and outcomes is not None and outcomes < shortlist:
        faults["outcomes"] = "The outcomes cannot come out before the shortlist."
    return faults
