"""The admin room's blueprint and frame: the tabs on top of every page."""

from typing import Any

from flask import Blueprint, url_for

from heroes.models.installation import Programme
from heroes.models.seasons import Season
from heroes.web.kit.pipeline import set_site, viewer
from heroes.web.kit.terms import own

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

TABS = (
    ("admin.season", "Season"),
    ("builder.home", "Set-up"),
    ("admin.queue", "Review queue"),
    ("admin.judging", "Judging"),
    ("admin.results", "Results"),
    ("admin.announce", "Announcement"),
    ("admin.people", "People"),
    ("admin.mail", "Mail"),
    ("admin.audit", "Audit trail"),
)
"""Endpoint, and the tab's words; each takes season_slug."""


def room(season: Season, here: str) -> dict[str, Any]:
    """The frame of an admin page of a season; also tells the page whose season it is."""
    set_site(season, season.programme)
    return _frame(
        [(text, url_for(name, season_slug=season.slug), here in name.split(".")) for name, text in TABS]
    )


def room_before(programme: Programme) -> dict[str, Any]:
    """The frame of the room while the programme has no season."""
    set_site(None, programme)
    return _frame([("Season", url_for("admin.home"), True)])


def _frame(tabs: list[tuple[str, str, bool]]) -> dict[str, Any]:
    person = viewer()
    assert person is not None
    others = url_for("admin.seasons") if person.found.seasons > 1 else ""
    roles = ", ".join(sorted(role.value for role in person.found.staff))
    return {
        "role": own(roles.capitalize()),
        "who": person.name,
        "key": "admin",
        "tabs": tabs,
        "help": [],
        "seasons": others,
    }
