"""The admin room: the audit trail of a season and of one entry."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request, url_for

from heroes.domain.audit_words import ACT_WORDS, OUTSIDE_SEASONS, act_words, of_it
from heroes.domain.phrases import groups_of_four, said_instant
from heroes.domain.roles import ROLE_WORDS
from heroes.models.audit import AuditRecord
from heroes.models.audit_pages import History, people_named
from heroes.models.database import current_session
from heroes.services import verifying
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.own_marks import entries_to_judge_first
from heroes.web.admin.queue import screening_word
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render
from heroes.web.kit.states import STATES

_ROLES = {role.value: words for role, words in ROLE_WORDS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """One record as the page shows it; `changes` are (what, before, after)."""

    record: AuditRecord
    words: str
    of_it: str
    subject: str
    role: str
    changes: list[tuple[str, str, str]]
    reason: str
    erased: bool
    handle: str


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


_USER = re.compile(r"\buser:(\d{1,17})\b")
_HASH = re.compile(r"[0-9a-f]{64}")
KEY_WORDS = {
    "due_at": "due",
    "digest": "fingerprint of the results",
    "override": "without the quorum",
    "judges_for_each": "judges for each entry",
    "scorecards_set_aside": "scorecards set aside",
}
"""What a record's keys are called where the key itself does not say it."""
TYPED = frozenset({"comment", "message", "reason", "title"})
"""What people have typed: nothing in it stands for anything else."""
SCORED = "scorecard.submit"
AFTER_YOURS = ("marks", "", "they show once your own scorecards of this round are in, or when it has closed")
"""What a scorecard's record says to somebody who still has to judge in the same round."""


def _lines(history: History, zone: str) -> list[Line]:
    texts = [f"{record.subject} {json.dumps(record.body)}" for record in history.records]
    named = {int(number) for text in texts for number in _USER.findall(text)}
    names = people_named(current_session(), named)
    scored = {record.entry_id for record in history.records if record.entry_id and record.act == SCORED}
    judge_first = entries_to_judge_first(scored) if scored else frozenset()

    def with_names(text: str) -> str:
        return _USER.sub(lambda found: names.get(int(found[1]), found[0]), text)

    return [
        Line(
            record,
            act_words(record.act),
            of_it(record.act),
            with_names(record.subject),
            _ROLES.get(record.acting_as, ""),
            [
                (what, before, after) if what in TYPED else (what, with_names(before), with_names(after))
                for what, before, after in changes_of(record.body or {}, zone)
            ]
            if record.act != SCORED or record.entry_id not in judge_first
            else [AFTER_YOURS],
            str((record.body or {}).get("reason", "")),
            record.body is None,
            history.handles.get(record.entry_id or 0, ""),
        )
        for record in history.records
    ]


def changes_of(body: dict[str, Any], zone: str = "UTC") -> list[tuple[str, str, str]]:
    """What a record's body says was changed: (what, before, after) in a fixed order, every value as text."""
    before, after = _named(body.get("before")), _named(body.get("after"))
    keys = [*before, *(key for key in after if key not in before)]
    return [(_key(key), _said_of(key, before, zone), _said_of(key, after, zone)) for key in keys]


def _key(key: str) -> str:
    return KEY_WORDS.get(key, key.replace("_", " "))


def _said_of(key: str, values: dict[str, Any], zone: str) -> str:
    """A value under its key: a state by its word, an instant in the season's zone, a fingerprint's beginning."""
    value = values.get(key)
    if not isinstance(value, str):
        return said(value)
    if key == "state" and value in STATES:
        return STATES[value].word
    if key == "screening":
        return screening_word(value)
    if key.endswith("_at"):
        try:
            return said_instant(datetime.fromisoformat(value), zone)
        except ValueError:
            return value
    return groups_of_four(value[:16]) + " …" if _HASH.fullmatch(value) else value


def _named(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return value if isinstance(value, dict) else {"value": value}


def said(value: Any) -> str:
    """A value of a record as text: lists by commas, what has parts of its own on lines of its own."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        between = "\n" if any(isinstance(inner, list) for inner in value.values()) else "; "
        return between.join(f"{key.replace('_', ' ')}: {said(inner)}" for key, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = any(isinstance(inner, dict) for inner in value)
        return ("\n" if parts else ", ").join(said(inner).replace("\n", "; ") for inner in value)
    return str(value)


@blueprint.get("/<season_slug>/audit")
@open_to(Access.STAFF)
def audit(season_slug: str) -> Response:
    """Everything that was done in a season, the latest first."""
    act = request.args.get("act", "")
    act = act if act in ACT_WORDS else ""
    who = request.args.get("who", "").replace("\0", "").strip()[:200]
    before = _number(request.args.get("before", ""))
    season, history, head = verifying.season_history(context(), season_slug, act, who, before)

    def here(**values: object) -> str:
        given = {"act": act or None, "who": who or None} | values
        return url_for("admin.audit", season_slug=season.slug, **given)  # type: ignore[arg-type] # a query takes anything

    return render(
        "admin/audit.html",
        room=room(season, "audit"),
        season=season,
        lines=_lines(history, season.timezone),
        acts=[
            ("", "Anything"),
            *sorted(
                (name, f"{name.split('.')[0].capitalize()}: {words.removesuffix(':')}")
                for name, words in ACT_WORDS.items()
                if not name.startswith(OUTSIDE_SEASONS)
            ),
        ],
        act=act,
        who=who,
        head=head,
        older=here(before=history.next) if history.next else "",
        newest=here() if before is not None else "",
    )


@blueprint.get("/entry/<handle>/audit")
@open_to(Access.STAFF)
def entry_audit(handle: str) -> Response:
    """Everything that was done to one entry, the latest first."""
    before = _number(request.args.get("before", ""))
    season, entry, history = verifying.entry_history(context(), handle, before)
    return render(
        "admin/audit_entry.html",
        room=room(season, "audit"),
        season=season,
        entry=entry,
        lines=_lines(history, season.timezone),
        older=url_for("admin.entry_audit", handle=handle, before=history.next) if history.next else "",
        newest=url_for("admin.entry_audit", handle=handle) if before is not None else "",
    )
