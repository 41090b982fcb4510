"""Moving a season's instants together, and telling the people whose deadline it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from heroes.domain.entry_states import State
from heroes.models.entries import Entry
from heroes.models.people import User
from heroes.models.seasons import Release, Round
from heroes.services.auditing import note
from heroes.services.building import edit, hold_to
from heroes.services.context import Context
from heroes.services.posting import Owed, owe_many
from heroes.services.timetable import (
    Moved,
    Timetable,
    Typed,
    judges_busy,
    judges_of,
    moves,
    read,
    timetable_of,
)


def retime(
    ctx: Context, season_slug: str, typed: Typed, *, seen: str, reason: str = "", tell: bool = True
) -> int:
    """Move the season's instants to what was typed, all or none. Returns how many people are written to.

    Entrants with drafts and judges with scorecards to do are told of a deadline that moves, once the season is open and
    unless `tell` is false. Raises `Invalid` by field, `Faster` when the timetable changed after it was shown, and
    `NeedsReason` when the rule card changes without a reason.
    """
    with edit(ctx, season_slug, reason) as season:
        known = timetable_of(ctx, season)
        hold_to(ctx, season, f"{season.slug}/timetable", int(known.seen, 16), _number(seen))
        wanted, milestones, grace = read(known, typed)
        moved = moves(ctx, known, wanted)
        before = {stop.key: stop.at for stop in known.stops if wanted[stop.key] != stop.at}
        _write(ctx, known, wanted)
        season.timezone, season.grace_minutes = typed.zone, grace
        season.milestones = [
            {"at": one.at.isoformat(), "title": one.title, "note": one.note} for one in milestones
        ]
        note(
            ctx,
            "season.retime",
            f"{season.slug}/timetable",
            season_id=season.id,
            before=before,
            after={key: wanted[key] for key in before},
            reason=reason.strip(),
        )
        return _tell(ctx, known, moved) if tell and season.opened_at is not None else 0


def _number(seen: str) -> int:
    return int(seen, 16) if len(seen) == 16 and all(c in "0123456789abcdef" for c in seen) else 0


def _write(ctx: Context, known: Timetable, wanted: Mapping[str, datetime | None]) -> None:
    season = known.season
    for key, at in wanted.items():
        if key.startswith("own-"):
            setattr(known.rows[key], "closes_at" if key.endswith("-closes") else "opens_at", at)
        elif key in known.rows:
            release: Release = known.rows[key]
            if release.planned_at != at:
                release.planned_at, release.armed = at, release.armed and at is not None
    season.opens_at, season.closes_at = _sure(wanted["opens"]), _sure(wanted["closes"])
    season.judging_starts_at = _sure(wanted["judging"])
    for span in known.spans[1:]:
        opens, closes = wanted[f"{span.key}-opens"], wanted[f"{span.key}-closes"]
        if (opens, closes) != (span.opens, span.closes):
            ctx.session.execute(
                update(Round)
                .where(Round.id.in_([one.id for one in known.rows[span.key]]))
                .values(opens_at=opens, closes_at=closes, version=Round.version + 1)
                .execution_options(synchronize_session="fetch")
            )


def _sure(at: datetime | None) -> datetime:
    assert at is not None
    return at


def _tell(ctx: Context, known: Timetable, moved: Sequence[Moved]) -> int:
    season, stamp = known.season, int(ctx.now.timestamp())
    ends = {one.stop.key: one for one in moved if one.stop.part == "closes" and one.to is not None}
    mails = []
    if any(one.drafts for one in ends.values()):
        own = {row.id: key for key, row in known.rows.items() if key.startswith("own-") and key in ends}
        kept = {row.id for key, row in known.rows.items() if key.startswith("own-") and "-closes" in key}
        for row in ctx.session.execute(
            select(Entry.id, Entry.category_id, Entry.nominator_email, Entry.nominator_name).where(
                Entry.season_id == season.id,
                Entry.state == State.DRAFT.value,
                Entry.nominator_email != "",
                Entry.reminders.is_(True),
            )
        ):
            key = own.get(row.category_id) or ("closes" if row.category_id not in kept else "")
            if key in ends:
                mails.append(
                    Owed(
                        row.nominator_email,
                        f"dates_moved:{row.id}:{stamp}",
                        row.nominator_name,
                        season.id,
                        row.id,
                        _values(ends[key]),
                    )
                )
    busy = judges_busy(ctx, known)
    told: dict[int, Moved] = {}
    for key, one in ends.items():
        for user_id in judges_of(known, busy, key):
            told.setdefault(user_id, one)
    mails += [
        Owed(
            user.email or "",
            f"dates_moved:judge:{user.id}:{season.id}:{stamp}",
            user.name,
            season.id,
            None,
            _values(told[user.id]) | {"judge": True},
        )
        for user in ctx.session.scalars(select(User).where(User.id.in_(told), User.email.is_not(None)))
    ]
    owe_many(ctx, "dates_moved", mails)
    return len(mails)


def _values(one: Moved) -> dict[str, Any]:
    return {
        "what": one.stop.label,
        "closes_at": _sure(one.to).isoformat(),
        "was_at": _sure(one.stop.at).isoformat(),
    }
