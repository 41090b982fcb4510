"""Mail that an act owes: one outbox row in the act's own transaction, written for people by the worker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Integer, String, and_, bindparam, case, insert, select

from heroes.domain.notices import NOTICES
from heroes.models.outbox import OutboxMail
from heroes.models.seasons import Season
from heroes.services.context import Context

NOT_REHEARSED = ("invitation", "audit_head", "test_mail")
"""Mails of a season that is not open that are meant: they go to whom they name, in a rehearsal as well."""

_played = and_(
    bindparam("meant", type_=Boolean).is_(False),
    select(Season.id)
    .where(Season.id == bindparam("of_season", type_=Integer), Season.opened_at.is_(None))
    .exists(),
)
_OWE = insert(OutboxMail).values(
    # What a rehearsal owes goes to whoever made it owe it, and to nobody whose address somebody typed there.
    to_address=case(
        (_played, bindparam("rehearser", type_=String)), else_=bindparam("meant_for", type_=String)
    ),
    state=case((and_(_played, bindparam("rehearser", type_=String) == ""), "cancelled"), else_="waiting"),
)


@dataclass(frozen=True, slots=True)
class Owed:
    """One of many mails of one kind: to whom, once by which key, about what."""

    to_address: str
    key: str
    to_name: str = ""
    season_id: int | None = None
    entry_id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


def owe(
    ctx: Context,
    template: str,
    to_address: str,
    *,
    key: str,
    to_name: str = "",
    season_id: int | None = None,
    entry_id: int | None = None,
    **values: Any,
) -> None:
    """Owe one mail. The key makes it once only: the same key twice is an error of the caller.

    Values are plain JSON; a private link travels as `link_id`, never as its token. Nobody without an address is
    written to. Needs a running transaction.
    """
    _must_be_known(template)
    if to_address:
        owed = Owed(to_address, key, to_name, season_id, entry_id, values)
        ctx.session.connection().execute(_OWE, _row(ctx, template, owed))


def owe_many(ctx: Context, template: str, mails: Sequence[Owed]) -> None:
    """Owe the same mail to many, in one statement; otherwise as `owe`."""
    _must_be_known(template)
    rows = [_row(ctx, template, owed) for owed in mails if owed.to_address]
    if rows:
        ctx.session.connection().execute(_OWE, rows)


def _must_be_known(template: str) -> None:
    if template not in NOTICES:
        raise ValueError(f"there is no mail {template!r}")


def _row(ctx: Context, template: str, owed: Owed) -> dict[str, Any]:
    host = ctx.base_url.split("//", 1)[-1].split("/")[0].split(":")[0]
    return {
        "key": owed.key,
        "season_id": owed.season_id,
        "entry_id": owed.entry_id,
        "template": template,
        "to_name": owed.to_name,
        "meant_for": owed.to_address,
        "rehearser": ctx.actor.email_key,
        "meant": template in NOT_REHEARSED,
        "of_season": owed.season_id,
        "values": owed.values,
        "message_id": f"<{ctx.chance.token_hex(16)}@{host}>",
        "due_at": ctx.now,
        "created_at": ctx.now,
    }
