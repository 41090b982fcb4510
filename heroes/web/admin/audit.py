"""The admin room: the audit trail of a season and of one entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from heroes.domain.audit_words import ACT_WORDS, act_words
from heroes.domain.roles import ROLE_WORDS
from heroes.models.audit import AuditRecord
from heroes.models.audit_pages import History
from heroes.services import verifying
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render

_ROLES = {role.value: words for role, words in ROLE_WORDS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """One record as the page shows it; `changes` are (what, before, after)."""

    record: AuditRecord
    words: str
    role: str
    changes: list[tuple[str, str, str]]
    reason: str
    erased: bool
    handle: str


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _lines(history: History) -> list[Line]:
    return [
        Line(
            record,
            act_words(record.act),
            _ROLES.get(record.acting_as, ""),
            changes_of(record.body or {}),
            str((record.body or {}).get("reason", "")),
            record.body is None,
            history.handles.get(record.entry_id or 0, ""),
        )
        for record in history.records
    ]


def changes_of(body: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What a record's body says was changed: (what, before, after) in a fixed order, every value as text."""
    before, after = _named(body.get("before")), _named(body.get("after"))
    keys = [*before, *(key for key in after if key not in before)]
    return [(key.replace("_", " "), said(before.get(key)), said(after.get(key))) for key in keys]


def _named(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return value if isinstance(value, dict) else {"value": value}


def said(value: Any) -> str:
    """A value of a record as text: lists by commas, nested values as key: value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{key.replace('_', ' ')}: {said(inner)}" for key, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(said(inner) for inner in value)
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
        lines=_lines(history),
        acts=[
            ("", "Anything"),
            *sorted(
                (name, f"{name.split('.')[0].capitalize()}: {words}") for name, words in ACT_WORDS.items()
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
        lines=_lines(history),
        older=url_for("admin.entry_audit", handle=handle, before=history.next) if history.next else "",
        newest=url_for("admin.entry_audit", handle=handle) if before is not None else "",
    )
