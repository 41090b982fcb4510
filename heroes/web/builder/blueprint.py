"""The builder's blueprint and frame: an admin page with the parts of the set-up beside it."""

from typing import Any

from flask import Blueprint, current_app, url_for

from heroes.models.seasons import Season
from heroes.web.admin.blueprint import room

blueprint = Blueprint("builder", __name__, url_prefix="/admin/<season_slug>/setup")

PARTS = (
    ("home", "Overview"),
    ("programme", "Programme and words"),
    ("look", "Look and texts"),
    ("timeline", "Timeline"),
    ("categories", "Categories and outcomes"),
    ("forms", "Forms"),
    ("scorecards", "Scorecards"),
    ("rounds", "Rounds and panels"),
    ("invite", "People"),
    ("check", "Check and open"),
)
"""Endpoint name inside the builder, and the part's words; each takes season_slug."""


def frame(season: Season, here: str) -> dict[str, Any]:
    """What every page of the builder is given: the admin's room, the season, and the parts with the current one."""
    parts = [
        (text, url_for(f"builder.{name}", season_slug=season.slug), name == here)
        for name, text in PARTS
        if f"builder.{name}" in current_app.view_functions
    ]
    return {"room": room(season, "builder"), "season": season, "parts": parts}
