"""What time it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is moved: the twin for tests and for building a demo."""

    at: datetime

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.at

    def forward(self, **step: float) -> None:
        """Move on by a timedelta's arguments."""
        self.at += timedelta(**step)
