"""Stepping back from an entry because of a connection with it: one's own word, or an admin's about a judge."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, union, update

from heroes.domain.policy import Deed
from heroes.domain.questions import clean_text
from heroes.domain.roles import Role
from heroes.models.entries import Entry, Recusal
from heroes.models.judging import Assignment
from heroes.models.people import User
from heroes.models.seasons import Category, PanelMember, Round, Season
from heroes.models.visibility import LIVE_ASSIGNMENTS, assignments_for_judge
from heroes.services import tallies
from heroes.services.assigning import not_in_conflict
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import must
from heroes.services.refusals import Invalid, NotFound, Refusal
from heroes.services.transactions import transaction

MOST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Freed:
    """An assignment that a recusal has ended, and whether a scorecard was in."""

    round_id: int
    had_marks: bool


def step_back(ctx: Context, assignment_handle: str, reason: str) -> None:
    """Recuse oneself from an entry that one was asked to judge, with a reason.

    Ends one's assignments to it in every round that has not closed; marks already handed in stay as rows and stop
    counting. Afterwards the entry is not there for this judge. Raises `Invalid` without a reason, `NotFound` for
    anybody else's assignment, a refusal once the round has closed.
    """
    with transaction(ctx):
        row = ctx.session.execute(
            select(Assignment, Entry, Round)
            .join(Entry, Entry.id == Assignment.entry_id)
            .join(Round, Round.id == Assignment.round_id)
            .where(Assignment.handle == assignment_handle, assignments_for_judge(ctx.actor.user_id or 0))
        ).one_or_none()
        if row is None:
            raise NotFound
        assignment, entry, round_ = row
        reason = _reasoned(reason)
        if ctx.now >= round_.closes_at:
            raise Refusal(
                "This round has closed. Please tell the organisers: they can still recuse you.",
                "round_closed",
            )
        _recuse(ctx, entry, assignment.user_id, "judge", reason, open_rounds_only=True)


def recuse(ctx: Context, entry_handle: str, user_handle: str, reason: str) -> None:
    """Recuse somebody from an entry as an admin, with a reason, whether or not they were asked to judge it.

    Ends their assignments to it in all rounds, closed ones too: marks stay as rows and stop counting.
    """
    with transaction(ctx):
        entry, _, user = _subject(ctx, entry_handle, user_handle)
        _recuse(ctx, entry, user.id, "admin", _reasoned(reason))


def declare(ctx: Context, entry_handle: str, reason: str) -> None:
    """Declare a connection of one's own with an entry as an owner or admin, with a reason.

    From then on one can do nothing to it that staff do, and marks that one has given it stop counting. Only somebody
    else can take that back (`lift`). Raises `Invalid` without a reason, a refusal where it has been declared before.
    """
    with transaction(ctx):
        entry, season = _entry(ctx, entry_handle)
        roles = must(ctx, Deed.RECUSE_SELF, season.programme_id)
        if ctx.actor.user_id is None:
            raise NotFound
        _recuse(
            ctx,
            entry,
            ctx.actor.user_id,
            "admin",
            _reasoned(reason),
            act="entry.conflict",
            acting_as=Role.OWNER if Role.OWNER in roles else Role.ADMIN,
        )


def lift(ctx: Context, entry_handle: str, user_handle: str, reason: str) -> None:
    """Take a recusal back, with a reason.

    Where a round is still open the judge has the entry again, with the draft that they left; a scorecard that was
    in has to be handed in again before it counts.
    """
    with transaction(ctx):
        entry, season, user = _subject(ctx, entry_handle, user_handle)
        reason = _reasoned(reason)
        lifted = ctx.session.execute(
            update(Recusal)
            .where(Recusal.user_id == user.id, Recusal.entry_id == entry.id, Recusal.lifted_at.is_(None))
            .values(lifted_at=ctx.now)
            .returning(Recusal.user_id)
        ).one_or_none()
        if lifted is None:
            raise Refusal(f"{user.name} is not recused from this entry.", "not_recused")
        still_open = select(Round.id).where(Round.category_id == entry.category_id, Round.closes_at > ctx.now)
        back = ctx.session.execute(
            update(Assignment)
            .where(
                Assignment.user_id == user.id,
                Assignment.entry_id == entry.id,
                Assignment.state == "recused",
                Assignment.round_id.in_(still_open),
            )
            .values(state="assigned")
            .execution_options(synchronize_session="fetch")
            .returning(Assignment.round_id)
        ).scalars()
        for round_id in back.all():
            tallies.count_cards(ctx, entry, round_id, asked=1)
        _recount(ctx, entry, user.id)
        note(
            ctx,
            "judging.lift_recusal",
            entry.reference or entry.handle,
            season_id=season.id,
            entry_id=entry.id,
            before={"recused": f"user:{user.id}"},
            reason=reason,
        )


def _reasoned(reason: str) -> str:
    text = clean_text(reason)
    if not text:
        raise Invalid({"reason": "Say in a sentence why. It stays with the organisers."})
    if len(text) > MOST_REASON:
        raise Invalid({"reason": f"Keep this under {MOST_REASON:,} characters."})
    return text


def _subject(ctx: Context, entry_handle: str, user_handle: str) -> tuple[Entry, Season, User]:
    """An entry, and a judge of its season or whoever is recused, for an admin without a conflict of their own."""
    entry, season = _entry(ctx, entry_handle)
    must(ctx, Deed.RECUSE_SOMEBODY, season.programme_id)
    not_in_conflict(ctx, entry)
    judges = (
        select(PanelMember.user_id)
        .join(Round, Round.panel_id == PanelMember.panel_id)
        .join(Category, Category.id == Round.category_id)
        .where(Category.season_id == season.id)
    )
    asked = select(Assignment.user_id).where(Assignment.entry_id == entry.id)
    recused = select(Recusal.user_id).where(Recusal.entry_id == entry.id)
    user = ctx.session.scalar(
        select(User).where(User.handle == user_handle, User.id.in_(union(judges, asked, recused)))
    )
    if user is None:
        raise NotFound
    return entry, season, user


def _entry(ctx: Context, entry_handle: str) -> tuple[Entry, Season]:
    row = ctx.session.execute(
        select(Entry, Season).join(Season, Season.id == Entry.season_id).where(Entry.handle == entry_handle)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def _recuse(
    ctx: Context,
    entry: Entry,
    user_id: int,
    source: str,
    reason: str,
    *,
    open_rounds_only: bool = False,
    act: str = "judging.recuse",
    acting_as: str = "",
) -> None:
    # The entry before its rounds, as whoever admits it to one takes them: so neither waits for the other.
    ctx.session.execute(select(Entry.id).where(Entry.id == entry.id).with_for_update(key_share=True))
    # A deal in one of these rounds waits, so that it cannot hand the entry to somebody who is just stepping back.
    ctx.session.execute(
        select(Round.id)
        .where(Round.category_id == entry.category_id)
        .order_by(Round.position)
        .with_for_update()
    )
    recusal = ctx.session.get(Recusal, (user_id, entry.id), with_for_update=True)
    freed = _free(ctx, entry, user_id, reason, open_rounds_only=open_rounds_only)
    if recusal is not None and recusal.lifted_at is None and not freed:
        who = "You are" if user_id == ctx.actor.user_id else "This judge is"
        raise Refusal(f"{who} recused from it already.", "recused_already")
    if recusal is None:
        recusal = Recusal(user_id=user_id, entry_id=entry.id)
        ctx.session.add(recusal)
    recusal.source, recusal.reason = source, reason
    recusal.recused_at, recusal.lifted_at = ctx.now, None
    for one in freed:
        tallies.count_cards(ctx, entry, one.round_id, asked=-1, got=-1 if one.had_marks else 0)
    _recount(ctx, entry, user_id)
    note(
        ctx,
        act,
        entry.reference or entry.handle,
        season_id=entry.season_id,
        acting_as=acting_as or source,
        entry_id=entry.id,
        after={"recused": f"user:{user_id}", "scorecards_set_aside": sum(one.had_marks for one in freed)},
        reason=reason,
    )


def _recount(ctx: Context, entry: Entry, user_id: int) -> None:
    """What a recusal stops from counting may lie in a closed round, whose assignment stays as it is."""
    marked = ctx.session.scalars(
        select(Assignment.round_id).where(
            Assignment.user_id == user_id, Assignment.entry_id == entry.id, Assignment.submission > 0
        )
    )
    tallies.marks_changed(ctx, entry.season_id, entry.category_id, marked.all())


def _free(
    ctx: Context, entry: Entry, user_id: int, reason: str, *, open_rounds_only: bool
) -> Sequence[Freed]:
    """End the live assignments of a judge to an entry: their marks no longer count."""
    wanted = (
        select(Assignment)
        .join(Round, Round.id == Assignment.round_id)
        .where(
            Assignment.user_id == user_id,
            Assignment.entry_id == entry.id,
            Assignment.state.in_(LIVE_ASSIGNMENTS),
        )
        .with_for_update(of=Assignment)
        .execution_options(populate_existing=True)
    )
    if open_rounds_only:
        wanted = wanted.where(Round.closes_at > ctx.now)
    freed = []
    for assignment in ctx.session.scalars(wanted):
        freed.append(Freed(assignment.round_id, assignment.state == "submitted"))
        assignment.state, assignment.recused_reason = "recused", reason
        assignment.submitted_at = assignment.total = None
    ctx.session.flush()
    return freed
