"""Whether a slot collides with another one: a panel cannot be at two places at once, and a place holds one panel."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from heroes.domain.round_settings import said
from heroes.models.seasons import Category, Round, Season, Slot


class Span(Protocol):
    """A slot, or one that is to be made."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def minutes(self) -> int:
        """How long it is."""

    @property
    def place(self) -> str:
        """Where it is; may be empty."""


def ends_at(slot: Span) -> datetime:
    """When a slot is over."""
    return slot.starts_at + timedelta(minutes=slot.minutes)


def clash_of(slot: Span, panel_id: int, taken: Iterable[tuple[Slot, Round, Category]], season: Season) -> str:
    """The first taken slot that one of this panel collides with, in a sentence; empty where there is none."""
    for other, round_, category in taken:
        if slot.starts_at >= ends_at(other) or other.starts_at >= ends_at(slot):
            continue
        same_place = slot.place and slot.place.casefold() == other.place.casefold()
        if round_.panel_id != panel_id and not same_place:
            continue
        when, where = said(other.starts_at, season.timezone), f" in {other.place}" if other.place else ""
        what = f"{category.name}, {round_.name}"
        if round_.panel_id == panel_id:
            return f"The panel hears {what} {when}, for {other.minutes} minutes{where}, so it cannot be elsewhere then."
        return f"{other.place} is taken {when}, for {other.minutes} minutes, by {what}."
    return ""
