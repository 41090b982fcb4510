"""What a state is called on screen, and its icon: always colour (by class), icon and word together.

These are words for what a person may see. Which state that is, is decided before a template runs.
"""

from typing import NamedTuple


class Sign(NamedTuple):
    """The word and the icon of a state; the colour is the class `is-<key>` of the theme."""

    word: str
    icon: str


STATES = {
    "draft": Sign("Draft", "pencil"),
    "submitted": Sign("Submitted", "send"),
    "returned": Sign("Returned", "back"),
    "in_judging": Sign("In judging", "scales"),
    "shortlisted": Sign("Shortlisted", "star"),
    "finalist": Sign("Finalist", "star"),
    "awarded": Sign("Awarded", "rosette"),
    "withdrawn": Sign("Withdrawn", "minus"),
    "ineligible": Sign("Ineligible", "stop"),
    "not_shortlisted": Sign("Not shortlisted this year", "pause"),
    "not_awarded": Sign("Finalist", "star"),
    "working_towards": Sign("Working towards", "next"),
}

SCREENINGS = {
    "eligible": Sign("Eligible", "check"),
    "waiting": Sign("To check", "clock"),
    "query": Sign("Query", "alert"),
    "ineligible": Sign("Not eligible", "stop"),
}

SCORECARDS = {
    "waiting": Sign("Not opened", "clock"),
    "draft": Sign("Draft", "pencil"),
    "submitted": Sign("Submitted", "check"),
    "recused": Sign("Stepped back", "minus"),
}
