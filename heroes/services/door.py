"""The one door: nothing outside this file changes `Entry.state` or the columns that say why it is so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm.attributes import set_committed_value

from heroes.domain.digests import digest
from heroes.domain.entry_states import Act, Facts, Given, State
from heroes.domain.roles import Role
from heroes.domain.slugs import reference
from heroes.domain.workflow import Allowed, Refused, decide, offer
from heroes.models.audit import AuditRecord
from heroes.models.entries import Entry, RoundEntry
from heroes.models.people import User
from heroes.models.result_pages import OUT_OF_THE_RUNNING
from heroes.models.seasons import Category, Season, SeasonCounter
from heroes.services import tallies
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.entry_facts import (
    EVERY_ACT,
    Background,
    Setting,
    Sheet,
    facts_of,
    setting_of,
    settings_of,
)
from heroes.services.refusals import Faster, NotNow
from heroes.services.standing import Standing, standing_for, standings_for

__all__ = ["Decision", "Moved", "facts_of", "faster", "move", "move_many", "setting_of", "start", "verdicts"]

NO_RESULTS = digest([])
"""What an entry shortlisted by hand, before any mark, is decided on."""

_HOLDS_NOTHING = frozenset({Act.START, Act.SUBMIT, Act.RESUBMIT, Act.RESTORE})
"""Acts that no release can come between, so that the public's traffic takes no lock that it does not need."""

# Made once: making a statement costs several times what running it does.
_MOVE = update(Entry).where(
    Entry.id == bindparam("old_id"),
    Entry.state == bindparam("old_state"),
    Entry.version == bindparam("old_version"),
)
_NEXT = (
    update(SeasonCounter)
    .where(SeasonCounter.season_id == bindparam("season"))
    .values(next_reference=SeasonCounter.next_reference + 1)
    .returning(SeasonCounter.next_reference)
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The results that a shortlist or an award was decided on."""

    digest: str = NO_RESULTS
    method: str = "by-hand"
    rules: str = "2026.1"
    run_id: int | None = None
    run: str = ""
    """The stored run that was quoted, by its id and its handle; none for a decision before any mark."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What the door did."""

    act: Act
    before: State | None
    after: State
    role: Role


def verdicts(
    ctx: Context,
    entry: Entry,
    *,
    standing: Standing | None = None,
    setting: Setting | None = None,
    sheet: Sheet | None = None,
) -> dict[Act, Allowed | Refused]:
    """What the actor may do to this entry now, act by act; pages draw their buttons from it.

    An act whose form is still to be filled in counts as allowed; one that no form can help carries its reason.
    """
    standing = standing or standing_for(ctx, entry)
    facts = facts_of(ctx, entry, EVERY_ACT, setting=setting, sheet=sheet)
    return {
        act: offer(act, standing.roles, facts, conflicted=standing.conflicted)
        for act in Act
        if act in EVERY_ACT
    }


def move(
    ctx: Context,
    entry: Entry,
    act: Act,
    *,
    given: Given | None = None,
    expected_version: int | None = None,
    decision: Decision | None = None,
    standing: Standing | None = None,
    setting: Setting | None = None,
    sheet: Sheet | None = None,
) -> Moved:
    """Change an entry's state, once, or raise and change nothing.

    Checks the table, the role and the needs; writes only if state and version are still those that were checked
    (`expected_version`: the version of the page that was pressed); moves the totals and notes the audit record in
    the running transaction. Raises `NotNow`/`NotAllowed` with the rule's reason, `Faster` if somebody else was.
    What the caller has read already (standing, setting, sheet) is not read again, unless it could have changed.
    """
    if expected_version is not None and entry.version != expected_version:
        raise faster(ctx, entry)
    _hold(ctx, [entry], act)
    if setting is None or act not in _HOLDS_NOTHING:
        setting = setting_of(ctx, entry, hold=act not in _HOLDS_NOTHING)
    background = Background(
        ctx, [entry], frozenset({act}), {entry.category_id: setting}, {entry.id: sheet} if sheet else None
    )
    return _through(ctx, [entry], act, given or Given(), decision, background, {entry.id: standing})[0]


def move_many(
    ctx: Context,
    entries: Sequence[Entry],
    act: Act,
    *,
    given: Given | None = None,
    expected: Mapping[int, int] | None = None,
    decision: Decision | None = None,
    standings: Mapping[int, Standing] | None = None,
    proposed: Mapping[int, str] | None = None,
) -> list[Moved]:
    """The same act for many entries, all or none, with the guarantees that `move` gives for each.

    `expected` holds the version of each entry that was shown, by id; `proposed` what the outcome rule proposed for
    those that are decided otherwise, which the audit record keeps. The entries are locked in one order, so that
    two such acts never wait for each other; every entry has an audit record of its own. The moves come back in the
    order of the entries' ids.
    """
    entries = sorted(entries, key=lambda entry: entry.id)
    if not entries:
        return []
    _hold(ctx, entries, act)
    ids = [entry.id for entry in entries]
    ctx.session.scalars(
        select(Entry)
        .where(Entry.id.in_(ids))
        .order_by(Entry.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for entry in entries:
        if expected is not None and entry.version != expected.get(entry.id):
            raise faster(ctx, entry)
    settings = settings_of(ctx, {entry.category_id for entry in entries}, hold=act not in _HOLDS_NOTHING)
    background = Background(ctx, entries, frozenset({act}), settings)
    return _through(
        ctx, entries, act, given or Given(), decision, background, standings or {}, proposed or {}
    )


def _through(
    ctx: Context,
    entries: Sequence[Entry],
    act: Act,
    given: Given,
    decision: Decision | None,
    background: Background,
    standings: Mapping[int, Standing] | Mapping[int, Standing | None],
    proposed: Mapping[int, str] | None = None,
) -> list[Moved]:
    """Decide each entry, then write all of them; every refusal leaves the transaction to be rolled back."""
    moved, rows = [], []
    unknown = [entry for entry in entries if standings.get(entry.id) is None]
    asked = standings_for(ctx, unknown) if unknown else {}
    for entry in entries:
        standing = standings.get(entry.id) or asked[entry.id]
        facts = background.facts(entry)
        verdict = decide(act, standing.roles, facts, given, conflicted=standing.conflicted)
        if isinstance(verdict, Refused):
            raise NotNow.because(verdict)
        if act is Act.AWARD:
            taken = background.taken[entry.category_id]
            taken[given.level] = taken.get(given.level, 0) + 1
        rows.append(_values(ctx, entry, verdict, given, decision))
        moved.append(Moved(act, State(entry.state), verdict.rule.target, verdict.role))
    _write(ctx, entries, rows)
    for entry, values, step in zip(entries, rows, moved, strict=True):
        otherwise = (proposed or {}).get(entry.id, "")
        _account(ctx, entry, values, step, given, decision.run if decision else "", otherwise)
    return moved


def _write(ctx: Context, entries: Sequence[Entry], rows: Sequence[dict[str, Any]]) -> None:
    """One UPDATE for each entry where state and version are still those that were checked, or `Faster`."""
    ctx.session.flush()
    keys = [
        {"old_id": entry.id, "old_state": entry.state, "old_version": entry.version} | values
        for entry, values in zip(entries, rows, strict=True)
    ]
    written = ctx.session.connection().execute(_MOVE, keys)
    if written.rowcount != len(entries):
        ctx.session.expire_all()
        raise faster(ctx, next(iter(entries)))


def _account(
    ctx: Context,
    entry: Entry,
    values: dict[str, Any],
    moved: Moved,
    given: Given,
    run: str,
    proposed: str,
) -> None:
    """Bring the row in memory, the totals and the audit trail to what has just been written."""
    old_level, screening = entry.level, entry.screening
    for column, value in values.items():
        set_committed_value(entry, column, value)
    before, after = moved.before, moved.after
    assert before is not None
    tallies.shift(ctx, entry.season_id, entry.category_id, "state", before.value, after.value)
    tallies.shift(
        ctx,
        entry.season_id,
        entry.category_id,
        "screening",
        screening if before is State.SUBMITTED else None,
        screening if after is State.SUBMITTED else None,
    )
    if moved.act is Act.SUBMIT:
        tallies.shift(ctx, entry.season_id, entry.category_id, "received", None, "yes")
    elif (before in OUT_OF_THE_RUNNING) != (after in OUT_OF_THE_RUNNING):
        # What was never submitted is in no round.
        rounds = ctx.session.scalars(select(RoundEntry.round_id).where(RoundEntry.entry_id == entry.id))
        tallies.marks_changed(ctx, entry.season_id, entry.category_id, rounds.all())
    told: dict[str, Any] = {"state": after.value}
    if entry.level:
        told["level"] = entry.level
    if entry.due_at:
        told["due_at"] = entry.due_at
    if moved.act in (Act.SHORTLIST, Act.AWARD):
        told |= {"digest": entry.decided_digest, "method": entry.decided_method, "rules": entry.decided_rules}
        if run:
            told["run"] = run
    if given.override:
        told["override"] = True
    if proposed:
        told["proposed"] = proposed
    note(
        ctx,
        f"entry.{moved.act.value}",
        entry.reference or entry.handle,
        season_id=entry.season_id,
        acting_as=moved.role.value,
        entry_id=entry.id,
        before={"state": before.value} | ({"level": old_level} if old_level else {}),
        after=told,
        reason=values["state_reason"] or "",
    )


def start(ctx: Context, entry: Entry, standing: Standing, facts: Facts) -> Moved:
    """Give a new entry its first state; it must not be in the database yet. Same guarantees as `move`."""
    verdict = decide(Act.START, standing.roles, facts)
    if isinstance(verdict, Refused):
        raise NotNow.because(verdict)
    entry.state = State.DRAFT.value
    entry.state_since = ctx.now
    entry.state_by_id = ctx.actor.user_id
    entry.state_as = verdict.role.value
    ctx.session.add(entry)
    ctx.session.flush()
    tallies.shift(ctx, entry.season_id, entry.category_id, "state", None, State.DRAFT.value)
    note(
        ctx,
        "entry.start",
        entry.handle,
        season_id=entry.season_id,
        acting_as=verdict.role.value,
        entry_id=entry.id,
        after={"state": State.DRAFT.value},
    )
    return Moved(Act.START, None, State.DRAFT, verdict.role)


def _values(
    ctx: Context, entry: Entry, verdict: Allowed, given: Given, decision: Decision | None
) -> dict[str, Any]:
    """Every column that the move writes; the same columns for every entry of one act."""
    act, target = verdict.rule.act, verdict.rule.target
    values: dict[str, Any] = {
        "state": target.value,
        "state_since": ctx.now,
        "state_by_id": ctx.actor.user_id,
        "state_as": verdict.role.value,
        "state_reason": (given.message if act is Act.RETURN else given.reason) or None,
        "due_at": given.due_at if target is State.RETURNED else None,
        "level": given.level if target is State.AWARDED else None,
        "version": entry.version + 1,
    }
    if act is Act.SUBMIT:
        values |= {"reference": next_reference(ctx, entry.season_id), "submitted_at": ctx.now}
    if act in (Act.SHORTLIST, Act.AWARD):
        decision = decision or Decision()
    if decision is not None:
        values |= {
            "decided_digest": decision.digest,
            "decided_method": decision.method,
            "decided_rules": decision.rules,
            "decided_run_id": decision.run_id,
        }
    elif act not in (Act.NOT_AWARD, Act.REVOKE):
        values |= dict.fromkeys(("decided_digest", "decided_method", "decided_rules", "decided_run_id"))
    return values


def next_reference(ctx: Context, season_id: int) -> str:
    """Take the season's next public reference; two transactions never get the same one."""
    number = ctx.session.connection().execute(_NEXT, {"season": season_id}).scalar_one() - 1
    prefix = ctx.session.get_one(Season, season_id).reference_prefix
    return reference(prefix, number)


def _hold(ctx: Context, entries: Sequence[Entry], act: Act) -> None:
    """Have whoever could change what is about to be checked wait until the transaction ends."""
    if act is Act.AWARD:
        # Two awards of one category wait for each other, so that neither miscounts the places.
        categories = sorted({entry.category_id for entry in entries})
        ctx.session.execute(
            select(Category.id)
            .where(Category.id.in_(categories))
            .order_by(Category.id)
            .with_for_update(key_share=True)
        )
    if act is Act.RETURN:
        # A scorecard that is being submitted at this moment is counted here first, or finds the entry returned. Both
        # take the entry before its admission to a round, so that neither waits for the other with what it wants.
        ctx.session.execute(
            select(Entry.id)
            .where(Entry.id.in_([entry.id for entry in entries]))
            .order_by(Entry.id)
            .with_for_update(key_share=True)
        )


def faster(ctx: Context, entry: Entry) -> Faster:
    """The refusal for somebody who came second: who was first, what they did and when."""
    now = ctx.session.execute(
        select(Entry.state, Entry.state_since, User.name)
        .outerjoin(User, User.id == Entry.state_by_id)
        .where(Entry.id == entry.id)
    ).one()
    latest = ctx.session.execute(
        select(AuditRecord.act, AuditRecord.actor_name, AuditRecord.at)
        .where(AuditRecord.entry_id == entry.id)
        .order_by(AuditRecord.id.desc())
        .limit(1)
    ).one_or_none()
    who = (latest.actor_name if latest else now.name) or "Somebody"
    when: datetime = latest.at if latest else now.state_since
    return Faster(
        "Somebody was faster. Your press changed nothing.",
        who=who,
        what=latest.act if latest else now.state,
        when=when,
    )


def import_submitted(ctx: Context, entries: Sequence[Entry]) -> None:
    """Start and submit many new entries at once, as an import: they have no state yet and are not in the database.

    The table is asked for START and SUBMIT, once for each category. References are taken in the entries' order, the
    totals are moved, and the caller notes one audit record for the whole. Needs a running transaction.
    """
    roles = standing_for(ctx, entries[0]).roles
    settings = settings_of(ctx, {entry.category_id for entry in entries})
    for setting in settings.values():
        ended = setting.season.ended_at is not None and setting.season.ended_at <= ctx.now
        for act, state in ((Act.START, None), (Act.SUBMIT, State.DRAFT)):
            verdict = decide(act, roles, Facts(state=state, now=ctx.now, season_ended=ended))
            if isinstance(verdict, Refused):
                raise NotNow.because(verdict)
    by_season: dict[int, list[Entry]] = {}
    for entry in entries:
        by_season.setdefault(entry.season_id, []).append(entry)
    for season_id, mine in by_season.items():
        last = ctx.session.execute(
            update(SeasonCounter)
            .where(SeasonCounter.season_id == season_id)
            .values(next_reference=SeasonCounter.next_reference + len(mine))
            .returning(SeasonCounter.next_reference)
        ).scalar_one()
        prefix = ctx.session.get_one(Season, season_id).reference_prefix
        for number, entry in enumerate(mine, last - len(mine)):
            entry.reference = reference(prefix, number)
    for entry in entries:
        entry.state = State.SUBMITTED.value
        entry.state_since = entry.submitted_at = ctx.now
        entry.state_as = Role.IMPORT.value
        entry.version = 2
        tallies.shift(ctx, entry.season_id, entry.category_id, "state", None, State.SUBMITTED.value)
        tallies.shift(ctx, entry.season_id, entry.category_id, "screening", None, entry.screening)
        tallies.shift(ctx, entry.season_id, entry.category_id, "received", None, "yes")
    ctx.session.add_all(entries)
    ctx.session.flush()
