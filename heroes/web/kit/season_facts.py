"""Facts about a season that several rooms show: whether it is open, its dates, its navigation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from heroes.models.seasons import Category, Season
from heroes.web.kit.pipeline import viewer


@dataclass(frozen=True, slots=True)
class Milestone:
    """One date of the public time-line."""

    at: datetime
    title: str
    note: str


def closes_at(season: Season, category: Category | None) -> datetime:
    """When entries close; a category may have its own instant."""
    return (category.closes_at if category else None) or season.closes_at


def opens_at(season: Season, category: Category | None) -> datetime:
    """When entries open; a category may have its own instant."""
    return (category.opens_at if category else None) or season.opens_at


def grace_ends_at(season: Season, category: Category | None) -> datetime:
    """Until when a draft that was begun before the close can still be sent."""
    return closes_at(season, category) + timedelta(minutes=season.grace_minutes)


def is_open(season: Season, category: Category | None, now: datetime) -> bool:
    """Whether somebody can start an entry now; in a rehearsal whatever the dates say."""
    ended = season.ended_at is not None and season.ended_at <= now
    within = season.rehearsed or opens_at(season, category) <= now < closes_at(season, category)
    return within and not ended


def milestones_of(season: Season) -> list[Milestone]:
    """The public time-line, in order."""
    return [
        Milestone(datetime.fromisoformat(m["at"]), m["title"], m.get("note", "")) for m in season.milestones
    ]


def season_nav(season: Season, here: str) -> list[tuple[str, str, bool]]:
    """The links on top of a season's public pages: (address, text, current)."""
    links = [
        (url_for("public.season", season_slug=season.slug), "Categories", here == "season"),
        (url_for("public.rules", season_slug=season.slug), "Rules and privacy", here == "rules"),
        (url_for("winners.winners", season_slug=season.slug), "Hall of heroes", here == "winners"),
        (url_for("nominator.my_entries"), "My nominations", here == "mine"),
    ]
    if viewer() is None:
        links.append((url_for("accounts.sign_in"), "Sign in", here == "sign-in"))
    return links
