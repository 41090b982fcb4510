"""How instants and numbers are said in plain British English, for text without markup such as mails and commands."""

from datetime import datetime
from zoneinfo import ZoneInfo

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def many(count: int, one: str, more: str = "") -> str:
    """A number and its noun: 1 entry, 2 entries; `more` where an s is not enough."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def said_zone(at: datetime, zone: str) -> str:
    """What people call the zone at that instant: "UK time" at home, else its abbreviation."""
    if zone == "Europe/London":
        return "UK time"
    name = at.astimezone(ZoneInfo(zone)).tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


def said_day(at: datetime, zone: str) -> str:
    """The date in that zone: Friday 22 May 2026."""
    day = at.astimezone(ZoneInfo(zone))
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def said_instant(at: datetime, zone: str, *, seconds: bool = False) -> str:
    """The whole instant with its zone: Friday 22 May 2026, 17:00 UK time."""
    clock = f"{at.astimezone(ZoneInfo(zone)):{'%H:%M:%S' if seconds else '%H:%M'}}"
    return f"{said_day(at, zone)}, {clock} {said_zone(at, zone)}"


def said_left(at: datetime, now: datetime) -> str:
    """About how long is left, in its largest unit: 3 days, 6 hours, 20 minutes; empty once it has passed."""
    seconds = int((at - now).total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return many(seconds // size, unit)
    return "less than a minute" if seconds > 0 else ""


def groups_of_four(digest: str) -> str:
    """A digest in groups of four that can be read aloud."""
    return " ".join(digest[n : n + 4] for n in range(0, len(digest), 4))
