"""The audit trail: one record per act, in the act's transaction, chained and keyed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from heroes.domain.digests import canonical, keyed
from heroes.models.audit import AuditChain, AuditRecord
from heroes.models.seasons import Season
from heroes.services.context import Context

GENESIS = "0" * 64
INSTALLATION = "installation"
REHEARSAL = "a rehearsal"
"""On whose behalf everything is done with the entries of a season that is not open."""

# Made once, and run on the connection: making a statement costs several times what running it does.
_HEAD = (
    select(
        AuditChain.id,
        AuditChain.head,
        AuditChain.length,
        select(Season.opened_at)
        .where(Season.id == AuditChain.season_id)
        .correlate(AuditChain)
        .scalar_subquery()
        .label("opened_at"),
    )
    .where(AuditChain.name == bindparam("chain"))
    .with_for_update()
)
_BEGIN = insert(AuditChain).values(name=bindparam("chain"), season_id=bindparam("of"), length=0, head=GENESIS)
_APPEND = insert(AuditRecord)
_MOVE_HEAD = (
    update(AuditChain)
    .where(AuditChain.id == bindparam("chain"))
    .values(head=bindparam("last"), length=bindparam("number"))
)


@dataclass(frozen=True, slots=True)
class Noted:
    """An act that the transaction's end will write down."""

    season_id: int | None
    meta: dict[str, Any]
    body: dict[str, Any]


def note(
    ctx: Context,
    act: str,
    subject: str,
    *,
    season_id: int | None = None,
    acting_as: str = "",
    on_behalf: str = "",
    entry_id: int | None = None,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> None:
    """Have the running transaction write one audit record at its end: this actor, this moment.

    Raises outside a transaction.
    """
    if not ctx.session.info.get("depth"):
        raise RuntimeError("an audit record needs a transaction")
    body = {
        k: v for k, v in (("before", before), ("after", after), ("reason", reason)) if v not in (None, "")
    }
    meta = {
        "at": ctx.now,
        "act": act,
        "actor": ctx.actor.label,
        "actor_name": ctx.actor.name,
        "acting_as": acting_as,
        "on_behalf": on_behalf,
        "subject": subject,
        "entry_id": entry_id,
    }
    ctx.session.info.setdefault("audit", []).append(Noted(season_id, meta, body))


def write_pending(ctx: Context) -> None:
    """Lock each chain's head once, append the noted acts, move the head. Called by the transaction's end only."""
    noted: list[Noted] = ctx.session.info.pop("audit", [])
    by_season: dict[int | None, list[Noted]] = {}
    for item in noted:
        by_season.setdefault(item.season_id, []).append(item)
    for season_id in sorted(by_season, key=lambda s: (s is not None, s or 0)):
        _append(ctx, season_id, by_season[season_id])


def chain_name(season_id: int | None) -> str:
    """The name of a season's chain, or of the installation's."""
    return INSTALLATION if season_id is None else f"season:{season_id}"


def _append(ctx: Context, season_id: int | None, noted: list[Noted]) -> None:
    connection = ctx.session.connection()
    chain = _locked(connection, season_id)
    head, number = chain.head, chain.length
    rows = []
    for item in noted:
        number += 1
        salt = ctx.chance.token_hex(16)
        body = _json(item.body)
        body_digest = keyed(ctx.keys.audit, salt.encode(), canonical(body))
        meta = item.meta
        if meta["entry_id"] is not None and season_id is not None and chain.opened_at is None:
            # Its entry goes away when the season is opened, and the record, whose hash is over all this, stays.
            meta = meta | {"entry_id": None, "on_behalf": REHEARSAL}
        record_hash = hash_record(ctx.keys.audit, chain_name(season_id), number, head, meta, body_digest)
        rows.append(
            meta
            | {
                "chain_id": chain.id,
                "number": number,
                "salt": salt,
                "body": body,
                "body_digest": body_digest,
                "previous": head,
                "hash": record_hash,
            }
        )
        head = record_hash
    connection.execute(_APPEND, rows)
    connection.execute(_MOVE_HEAD, {"chain": chain.id, "last": head, "number": number})


def _locked(connection: Connection, season_id: int | None) -> Any:
    named = {"chain": chain_name(season_id)}
    row = connection.execute(_HEAD, named).one_or_none()
    if row is None:
        connection.execute(_BEGIN, named | {"of": season_id})
        row = connection.execute(_HEAD, named).one()
    return row


def hash_record(
    key: bytes, chain: str, number: int, previous: str, meta: dict[str, Any], body_digest: str
) -> str:
    """The record's hash: keyed over the chain, its number, the previous hash, the metadata and the body's digest."""
    return keyed(
        key, chain.encode(), str(number).encode(), previous.encode(), canonical(meta), body_digest.encode()
    )


def _json(body: dict[str, Any]) -> dict[str, Any]:
    """The body as it is kept: instants and decimals as the same texts that were digested."""
    return _plain(body)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return (
        value
        if value is None or isinstance(value, str | int | float | bool)
        else format(value.normalize(), "f")
    )
