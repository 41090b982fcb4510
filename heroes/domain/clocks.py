"""Instants and zones. Everything kept is UTC; a deadline is one instant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def in_utc(local: datetime, zone: str) -> datetime:
    """The one instant of a wall-clock time in `zone`.

    Raises ValueError for a time that the clocks skip, and for an unknown zone; of a time that happens twice it is
    the first.
    """
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    try:
        there = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone {zone!r}") from error
    instant = there.astimezone(UTC)
    if instant.astimezone(there.tzinfo).replace(tzinfo=None) != local:
        raise ValueError(f"{local:%Y-%m-%d %H:%M} does not exist in {zone}: the clocks skip it")
    return instant
