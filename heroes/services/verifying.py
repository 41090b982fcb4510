"""Checking the audit trail: every chain is worked out again, record by record, under the key outside the database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from heroes.domain.digests import canonical, keyed
from heroes.domain.policy import Deed
from heroes.models import audit_pages as read
from heroes.models.audit import AuditChain, AuditRecord
from heroes.models.entries import Entry
from heroes.models.seasons import Season
from heroes.services.auditing import GENESIS, INSTALLATION, chain_name, hash_record
from heroes.services.context import Context
from heroes.services.permission import must, staff_season
from heroes.services.refusals import Invalid, NotFound

META = ("at", "act", "actor", "actor_name", "acting_as", "on_behalf", "subject", "entry_id")
_HEAD = re.compile(r"([a-z0-9-]+):(\d+):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Checked:
    """What one chain turned out to be. `fault` is empty for one that is whole, else names the first broken record."""

    name: str
    length: int
    head: str
    fault: str = ""

    @property
    def label(self) -> str:
        """The head as it is printed, mailed and expected: season-slug:length:hash."""
        return f"{self.name}:{self.length}:{self.head}"


def head_of(ctx: Context, season: Season | None) -> str:
    """The present head of a season's chain, or of the installation's own, as `name:length:hash`. Checks nothing."""
    row = ctx.session.execute(
        select(AuditChain.length, AuditChain.head).where(
            AuditChain.name == chain_name(season.id if season else None)
        )
    ).one_or_none()
    name = season.slug if season else INSTALLATION
    return f"{name}:{row.length}:{row.head}" if row else f"{name}:0:{GENESIS}"


def verify(ctx: Context, season_slug: str | None = None, expect: str = "") -> list[Checked]:
    """Work every chain out again (or one season's), in one consistent reading; broken ones carry their fault.

    `expect` is a head that was printed or mailed earlier: the chain must still hold exactly that record at that
    place, so that a tail which was cut off is found. Raises `NotFound` for an unknown season, `Invalid` for a head
    that is none.
    """
    names = _names(ctx, season_slug)
    expected = _parsed(expect, names)
    checked = []
    for chain, name in names.items():
        wanted = expected[1:] if expected and expected[0] == name else None
        checked.append(_check(ctx, chain, name, wanted))
    return checked


def _names(ctx: Context, season_slug: str | None) -> dict[str, str]:
    """Chain's name -> how it is called: the season's slug."""
    seasons = ctx.session.execute(select(Season.id, Season.slug).order_by(Season.id)).all()
    names = {} if season_slug else {chain_name(None): INSTALLATION}
    names |= {chain_name(row.id): row.slug for row in seasons if season_slug in (None, row.slug)}
    if not names:
        raise NotFound(f"There is no season {season_slug!r}.")
    return names


def _parsed(expect: str, names: Mapping[str, str]) -> tuple[str, int, str] | None:
    if not expect:
        return None
    parts = _HEAD.fullmatch(expect.strip())
    if parts is None:
        raise Invalid({"expect": "A head looks like season-slug:length:hash, as it was printed or mailed."})
    if parts[1] not in names.values():
        raise Invalid({"expect": f"There is no audit trail called {parts[1]!r} among those checked."})
    return parts[1], int(parts[2]), parts[3]


def _check(ctx: Context, chain: str, name: str, wanted: tuple[int, str] | None) -> Checked:
    found = ctx.session.execute(
        select(AuditChain.id, AuditChain.length, AuditChain.head, AuditChain.season_id).where(
            AuditChain.name == chain
        )
    ).one_or_none()
    if found is None:
        fault = "" if name == INSTALLATION else "the whole trail of this season has been removed"
        if wanted and wanted[0]:
            fault = _cut(wanted[0])
        return Checked(name, 0, GENESIS, fault)
    if chain != chain_name(found.season_id):
        return Checked(name, found.length, found.head, "the trail has been hung under another season")
    previous, number, last_id, reached = GENESIS, 0, 0, GENESIS
    length, head = found.length, found.head
    with _records(ctx.session, found.id) as records:
        for record in records:
            number += 1
            length, head = record.chain_length, record.chain_head
            fault = _fault(ctx.keys.audit, chain, record, number, previous)
            if not fault and record.id <= last_id:
                fault = f"record {number} has been moved"
            if fault:
                return Checked(name, length, head, fault)
            previous, last_id = record.hash, record.id
            if wanted and number == wanted[0]:
                reached = record.hash
    if number != length:
        what = "removed from the end" if number < length else "added past the end"
        return Checked(name, length, head, f"record {min(number, length) + 1} has been {what}")
    if previous != head:
        return Checked(name, length, head, f"the head does not belong to record {number}")
    return Checked(name, number, previous, _against(wanted, number, reached))


def _records(session: Session, chain_id: int) -> Any:
    """The records with the chain's head beside each: one statement, so that acts meanwhile do no harm."""
    return session.execute(
        select(
            *AuditRecord.__table__.c,
            AuditChain.length.label("chain_length"),
            AuditChain.head.label("chain_head"),
        )
        .join(AuditChain, AuditChain.id == AuditRecord.chain_id)
        .where(AuditRecord.chain_id == chain_id)
        .order_by(AuditRecord.number)
        .execution_options(yield_per=500)
    )


def _fault(key: bytes, chain: str, record: Any, number: int, previous: str) -> str:
    """What is wrong with the record that stands at this place, if anything."""
    if record.number != number:
        return f"record {number} has been removed"
    meta = {name: getattr(record, name) for name in META}
    erased = record.body is None and record.salt is None
    if not erased:
        digest = keyed(key, (record.salt or "").encode(), canonical(record.body))
        if digest != record.body_digest:
            return f"record {number} has been altered: its before, after or reason"
    if record.previous != previous:
        return f"record {number} has been altered, or another one has been put in its place"
    if hash_record(key, chain, number, previous, meta, record.body_digest) != record.hash:
        return f"record {number} has been altered"
    return ""


def _against(wanted: tuple[int, str] | None, length: int, reached: str) -> str:
    if wanted is None or wanted[0] == 0:
        return ""
    if length < wanted[0]:
        return _cut(length + 1)
    return "" if reached == wanted[1] else f"record {wanted[0]} is not the one that was printed or mailed"


def _cut(first: int) -> str:
    return f"records from {first} on have been cut off"


# ---- what staff read ----


def season_history(
    ctx: Context, season_slug: str, act: str, who: str, before: int | None
) -> tuple[Season, read.History, str]:
    """Fifty records of a season's trail below `before`, and its present head, for those who may read it."""
    season = staff_season(ctx, season_slug, Deed.READ_AUDIT)
    found = read.history(ctx.session, season.id, act=act, who=who, before=before)
    return season, found, head_of(ctx, season)


def entry_history(ctx: Context, entry_handle: str, before: int | None) -> tuple[Season, Entry, read.History]:
    """Fifty records of one entry below `before`, for those who may read its season's trail."""
    row = read.entry_and_season(ctx.session, entry_handle)
    if row is None:
        raise NotFound
    entry, season = row
    must(ctx, Deed.READ_AUDIT, season.programme_id)
    return season, entry, read.history(ctx.session, season.id, entry_id=entry.id, before=before)
