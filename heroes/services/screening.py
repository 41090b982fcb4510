"""Screening: whether an entry is eligible, who says so and why. Evidence beside the state, never a state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value

from heroes.domain.entry_states import State
from heroes.domain.policy import Deed, may
from heroes.domain.questions import clean_text
from heroes.domain.workflow import SENTENCES, Why
from heroes.models.entries import SCREENINGS, Entry
from heroes.services import rounds, tallies
from heroes.services.acting import load, load_many
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.door import faster
from heroes.services.refusals import Invalid, NotAllowed, NotNow
from heroes.services.standing import Standing
from heroes.services.transactions import transaction

SCREENED_IN = frozenset({State.SUBMITTED, State.RETURNED})
"""States in which a verdict can still matter."""
NEEDS_WHY = frozenset({"ineligible", "query"})
MOST_REASON = 4000


@dataclass(frozen=True, slots=True)
class Verdict:
    """A screening verdict and why; `unchecked` takes an earlier one back."""

    screening: str
    reason: str = ""


def screen(ctx: Context, entry_handle: str, verdict: str, reason: str, expected_version: int) -> None:
    """Say whether an entry is eligible; eligible also admits it to the category's first round.

    Raises `Invalid` for an unknown verdict or a missing reason, `NotAllowed`/`NotNow` for somebody who may not or
    an entry that is not waiting for it, `Faster` if the entry has changed since `expected_version`.
    """
    given = checked(verdict, reason)
    with transaction(ctx):
        loaded = load(ctx, entry_handle)
        if loaded.entry.version != expected_version:
            raise faster(ctx, loaded.entry)
        why = refusal(loaded.entry, loaded.standing, ended=loaded.ended(ctx))
        if why is not None:
            raise _refused(why)
        _write(ctx, [loaded.entry], given)


def screen_many(
    ctx: Context, season_slug: str, versions: dict[str, int], verdict: str, reason: str = ""
) -> None:
    """The same verdict for many entries (handle -> the version that was shown), all or none."""
    given = checked(verdict, reason)
    with transaction(ctx):
        found = load_many(ctx, season_slug, list(versions), hold=True)
        for loaded in found:
            if loaded.entry.version != versions[loaded.entry.handle]:
                raise faster(ctx, loaded.entry)
            why = refusal(loaded.entry, loaded.standing, ended=loaded.ended(ctx))
            if why is not None:
                raise _refused(why)
        _write(ctx, [loaded.entry for loaded in found], given)


def checked(verdict: str, reason: str) -> Verdict:
    """The verdict if it is one that can be given, else `Invalid`."""
    reason = clean_text(reason)
    if verdict not in SCREENINGS:
        raise Invalid({"verdict": "Choose one of these."})
    if verdict in NEEDS_WHY and not reason:
        raise Invalid({"reason": "Say why, for whoever reads this next."})
    if len(reason) > MOST_REASON:
        raise Invalid({"reason": f"Keep this under {MOST_REASON:,} characters."})
    return Verdict(verdict, reason)


def refusal(entry: Entry, standing: Standing, *, ended: bool) -> Why | None:
    """Why this person may not screen this entry now, or None."""
    if not may(Deed.SCREEN, standing.roles):
        return Why.NOT_YOURS
    if standing.conflicted:
        return Why.CONFLICT
    if ended:
        return Why.SEASON_ENDED
    return None if State(entry.state) in SCREENED_IN else Why.WRONG_STATE


def _refused(why: Why) -> NotNow | NotAllowed:
    kind = NotAllowed if why in (Why.NOT_YOURS, Why.CONFLICT) else NotNow
    return kind(SENTENCES[why], why.value)


def _write(ctx: Context, entries: Sequence[Entry], given: Verdict) -> None:
    """Write one verdict on entries that were checked, where their versions are still the same."""
    done = given.screening != "unchecked"
    values: dict[str, Any] = {
        "screening": given.screening,
        "screened_at": ctx.now if done else None,
        "screened_by_id": ctx.actor.user_id if done else None,
        "screening_reason": given.reason or None,
    }
    ctx.session.flush()
    rows = [
        {"old_id": entry.id, "old_version": entry.version, "version": entry.version + 1} | values
        for entry in entries
    ]
    statement = update(Entry).where(
        Entry.id == bindparam("old_id"), Entry.version == bindparam("old_version")
    )
    written = ctx.session.connection().execute(statement, rows)
    if written.rowcount != len(entries):
        raise faster(ctx, entries[0])
    for entry, row in zip(entries, rows, strict=True):
        _account(ctx, entry, given)
        for column in (*values, "version"):
            set_committed_value(entry, column, row[column])
    if given.screening == "eligible":
        _admit(ctx, entries)


def _account(ctx: Context, entry: Entry, given: Verdict) -> None:
    if entry.state == State.SUBMITTED:
        tallies.shift(ctx, entry.season_id, entry.category_id, "screening", entry.screening, given.screening)
    note(
        ctx,
        "entry.screen",
        entry.reference or entry.handle,
        season_id=entry.season_id,
        entry_id=entry.id,
        before={"screening": entry.screening},
        after={"screening": given.screening},
        reason=given.reason,
    )


def _admit(ctx: Context, entries: Sequence[Entry]) -> None:
    waiting: dict[tuple[int, int], list[int]] = {}
    for entry in entries:
        if entry.round_id is None:
            waiting.setdefault((entry.season_id, entry.category_id), []).append(entry.id)
    for (season_id, category_id), ids in sorted(waiting.items()):
        first = rounds.first_round(ctx, category_id)
        rounds.admit_many(ctx, season_id, ids, first)
        for entry in entries:
            if entry.id in ids:
                set_committed_value(entry, "round_id", first.id)
