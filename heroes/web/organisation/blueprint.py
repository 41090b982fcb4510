"""The organisation room's blueprint and frame."""

from typing import Any

from flask import Blueprint, url_for

from heroes.models.database import current_session
from heroes.models.installation import Programme
from heroes.models.organisation_pages import newest_season
from heroes.models.seasons import Season
from heroes.services.organisations import Workspace
from heroes.web.kit.pipeline import set_site, viewer

blueprint = Blueprint("organisation", __name__, url_prefix="/organisation")


def frame(programme_id: int) -> Season | None:
    """Tell the page whose season this is: the programme's newest."""
    session = current_session()
    season = newest_season(session, programme_id)
    set_site(season, session.get_one(Programme, programme_id))
    return season


def room(found: Workspace, here: str) -> dict[str, Any]:
    """The frame of a page of one organisation."""
    person = viewer()
    assert person is not None
    handle = found.organisation.handle
    tabs = [
        (text, url_for(f"organisation.{name}", org_handle=handle), name == here)
        for name, text in (
            ("entries", "Entries"),
            ("categories", "Start an entry"),
            ("colleagues", "Colleagues"),
        )
    ]
    if len(person.found.organisations) > 1:
        tabs.append(("All organisations", url_for("organisation.home"), False))
    return {
        "role": found.organisation.name,
        "who": f"{person.name}, {'manager' if found.managed else 'member'}",
        "key": "organisation",
        "tabs": tabs,
    }
