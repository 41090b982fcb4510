"""How the acts of the table are worded for staff, and the small form that each of them asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wtforms import BooleanField, DateTimeLocalField, Field, Form, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import DateTimeLocalInput

from heroes.domain.audit_words import of_it
from heroes.domain.clocks import in_utc
from heroes.domain.entry_states import Act, Facts, Given
from heroes.domain.outcomes import OutcomeRule
from heroes.domain.questions import clean_text
from heroes.domain.workflow import Why
from heroes.models.seasons import Release

DUE_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]


@dataclass(frozen=True, slots=True)
class ActWords:
    """One act as a button, as a sentence about its consequence, and as news about somebody who did it."""

    key: str
    button: str
    icon: str
    kind: str
    consequence: str
    did: str
    fields: tuple[str, ...] = ()
    once_out: str = ""

    @property
    def act(self) -> Act:
        """The act of the table; changing a level begins with revoking."""
        return Act.REVOKE if self.key == "change_level" else Act(self.key)

    def consequence_now(self, shortlist: Release, outcomes: Release, benchmark: bool = False) -> str:
        """What the act leads to now: after the release that would tell of it there is no second seal.

        `benchmark`: in its category nobody competes, and nothing is told before the outcomes.
        """
        if benchmark and self.act in _BENCHMARK:
            return _BENCHMARK[self.act][outcomes.released_at is not None]
        told = (outcomes,) if self.act in (Act.AWARD, Act.NOT_AWARD) else (shortlist, outcomes)
        out = any(release.released_at is not None for release in told)
        return self.once_out if out and self.once_out else self.consequence


_LACKING = (
    "Once the outcomes are released its entrant hears what is missing; it is named on no page.",
    "The outcomes are out: its entrant hears at once what is missing; it is named on no page.",
)
_BENCHMARK = {
    Act.SHORTLIST: ("Nobody outside the staff sees it.", "Nobody outside the staff sees it."),
    Act.NOT_SHORTLIST: _LACKING,
    Act.NOT_AWARD: _LACKING,
}
"""Act -> what it leads to in a benchmark category, before the outcomes are out and after."""

_WORDS = (
    ActWords(
        "shortlist", "Shortlist", "star", "primary",
        "Nobody outside the staff sees it before the shortlist is released.", "shortlisted it", ("override", "reason"),
        once_out="The shortlist is out: it goes public and the entrant is told at once.",
    ),
    ActWords(
        "not_shortlist", "Not shortlist this year", "pause", "second",
        "Nobody outside the staff sees it before the shortlist is released.", "did not shortlist it", ("reason",),
        once_out="The shortlist is out: the entrant’s page says so, and the entrant is told, at once.",
    ),
    ActWords(
        "award", "Award", "rosette", "primary",
        "Takes one place of the level. Nobody outside the staff sees it before the outcomes are released.",
        "awarded it", ("level",),
        once_out="Takes one place of the level. The outcomes are out: it goes public and the entrant is told at once.",
    ),
    ActWords(
        "not_award", "Not award this year", "pause", "second",
        "It is shown as a finalist once the outcomes are released.", "did not award it",
        once_out="The outcomes are out: it is shown as a finalist and the entrant is told, at once.",
    ),
    ActWords(
        "change_level", "Change the level", "rosette", "second",
        "Takes the award back and gives the other level, in one step.", "changed its level", ("level", "reason"),
    ),
    ActWords(
        "submit", "Submit for the entrant", "send", "second",
        "Sends the draft as it stands; the entrant gets the receipt.", "submitted it", ("reason",),
    ),
    ActWords(
        "resubmit", "Send in again for the entrant", "send", "second",
        "Sends the answers as the entrant last saved them.", "sent it in again", ("reason",),
    ),
    ActWords(
        "return", "Send back for changes", "back", "second",
        "The entrant gets your message and can change the answers until the time you set.", "sent it back",
        ("message", "due"),
    ),
    ActWords(
        "restore", "Take up again as a draft", "undo", "second",
        "The entrant can go on writing.", "took it up again as a draft",
    ),
    ActWords(
        "reinstate", "Reinstate", "undo", "second",
        "It counts as submitted again, and the entrant is told.", "reinstated it", ("reason",),
    ),
    ActWords(
        "reconsider", "Reconsider", "undo", "second",
        "It goes back to submitted. After the shortlist's release the entrant is told.", "took its decision back",
        ("reason",),
    ),
    ActWords(
        "revoke", "Take the decision back", "undo", "second",
        "It goes back to shortlisted. After the release a public correction is shown.", "took the outcome back",
        ("reason",),
    ),
    ActWords(
        "withdraw", "Withdraw", "minus", "stop",
        "It takes no further part. The entrant sees your reason.", "withdrew it", ("reason",),
    ),
    ActWords(
        "disqualify", "Find ineligible", "stop", "stop",
        "It takes no further part. The entrant sees your reason.", "found it ineligible", ("reason",),
    ),
)  # fmt: skip
ACTS: dict[str, ActWords] = {words.key: words for words in _WORDS}
"""In the order in which a page offers them."""

FIELD_OF: dict[str, str] = {
    Why.NEEDS_REASON.value: "reason",
    Why.LATE_NEEDS_REASON.value: "reason",
    Why.NO_QUORUM_REASON.value: "reason",
    Why.RETURN_OVERDUE.value: "reason",
    Why.NEEDS_MESSAGE.value: "message",
    Why.NEEDS_DUE.value: "due",
    Why.NO_QUORUM.value: "override",
    Why.UNKNOWN_LEVEL.value: "level",
    Why.LEVEL_FULL.value: "level",
}
"""Where on the form a refusal is shown that the form can lift."""


def did(act: str) -> str:
    """What somebody did, from an audit record's act: "shortlisted it"."""
    key = act.removeprefix("entry.")
    return ACTS[key].did if key in ACTS else of_it(act)


def form_for(words: ActWords, rule: OutcomeRule, facts: Facts) -> type[Form]:
    """The form of an act: only the fields that it has, always with the version that was shown."""
    fields: dict[str, Any] = {"version": HiddenField()}
    for name in words.fields:
        fields[name] = _field(name, words, rule, facts)
    return type("ActForm", (Form,), fields)


class _Asked:
    """Marks a field as required for the page; the rule itself is the domain's."""

    field_flags = {"required": True}  # noqa: RUF012 (WTForms reads a plain dict)

    def __call__(self, form: Form, field: Field) -> None:
        """Accept anything."""


def _field(name: str, words: ActWords, rule: OutcomeRule, facts: Facts) -> Field:
    short = facts.scorecards_in < max(1, facts.quorum)
    match name:
        case "message":
            return TextAreaField(
                "Your message to the entrant",
                [_Asked()],
                description="Say what is missing and how to put it right.",
            )
        case "due":
            return DateTimeLocalField(
                "Until when",
                [_Asked()],
                format=DUE_FORMATS,
                widget=DateTimeLocalInput(),
                description="In the season’s time zone. Afterwards only an admin can send it in, with a reason.",
            )
        case "level":
            choices = [
                SelectChoice(
                    level.key, f"{level.name} ({_left(level.places, facts.taken.get(level.key, 0))})"
                )
                for level in rule.levels
            ]
            return RadioField("Level", [_Asked()], choices=choices, validate_choice=False)
        case "override":
            return BooleanField(
                "Decide below the quorum",
                description=f"{facts.scorecards_in} of {max(1, facts.quorum)} scorecards are in."
                + (
                    " Tick this and give a reason, or wait."
                    if short
                    else " That is enough, so leave this empty."
                ),
            )
    needed = words.key not in ("shortlist", "not_shortlist", "submit", "resubmit")
    return TextAreaField(
        "Reason" if needed else "Reason, where one is needed",
        [_Asked()] if needed else [],
        description="It is kept in the audit trail.",
    )


def _left(places: int | None, taken: int) -> str:
    if places is None:
        return "as many as reach it"
    left = places - taken
    return "no place left" if left < 1 else "1 place left" if left == 1 else f"{left} places left"


def given_of(form: Form, zone: str) -> tuple[Given, dict[str, str]]:
    """What was handed over, and what of it cannot be read: field -> sentence."""
    values = {name: form[name].data for name in form._fields}
    due: datetime | None = None
    errors: dict[str, str] = {}
    if "due" in form and form["due"].raw_data and form["due"].raw_data[0].strip():
        if values["due"] is None:
            errors["due"] = "Write a date and a time, such as 2026-05-29 17:00."
        else:
            try:
                due = in_utc(values["due"], zone)
            except ValueError as error:
                errors["due"] = f"{str(error).capitalize()}."
    given = Given(
        reason=clean_text(values.get("reason") or ""),
        message=clean_text(values.get("message") or ""),
        due_at=due,
        level=values.get("level") or "",
        override=bool(values.get("override")),
    )
    return given, errors
