"""Assigning judges to entries: by hand, or dealt evenly after a look at the whole hand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from heroes.adapters.chance import handle
from heroes.domain.dealing import Connected, Deal, Pair, Person, connection, deal
from heroes.domain.digests import digest
from heroes.domain.entry_states import State
from heroes.domain.policy import Deed
from heroes.domain.scorecards import can_be_marked
from heroes.domain.slugs import email_key
from heroes.models.entries import Entry, Recusal, RoundEntry
from heroes.models.judging import Assignment
from heroes.models.people import Membership, User
from heroes.models.seasons import Category, PanelMember, Round, Season
from heroes.models.visibility import LIVE_ASSIGNMENTS
from heroes.services import tallies
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import must
from heroes.services.posting import owe
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, Refusal
from heroes.services.rounds import staff_round
from heroes.services.standing import standing_for
from heroes.services.transactions import transaction

MOST_JUDGES = 25
_POSITIONS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """Everybody and everything that a deal in one round has to respect."""

    season: Season
    category: Category
    round: Round
    judges: Mapping[int, User]
    people: Mapping[int, Person]
    entries: Mapping[int, Entry]
    aside: int
    existing: frozenset[Pair]
    removed: frozenset[Pair]
    barred: Mapping[Pair, str]
    loads: Mapping[int, int]

    def why_not(self, entry_id: int, judge_id: int) -> str | None:
        """Why a judge must not have an entry, as the end of a sentence that begins with their name."""
        why = self.barred.get((entry_id, judge_id))
        return why or connection(self.people[judge_id], _connected(self.entries[entry_id]))


@dataclass(frozen=True, slots=True)
class Plan:
    """A deal that has not happened: who would get what. The digest names exactly this hand."""

    table: Table
    per_entry: int
    seed: str
    deal: Deal
    digest: str

    @property
    def new_by_judge(self) -> dict[int, int]:
        """Judge -> how many entries they would get."""
        counted = dict.fromkeys(self.table.judges, 0)
        for _, judge_id in self.deal.pairs:
            counted[judge_id] += 1
        return counted


class Reshuffled(Faster):
    """What a deal was planned on has changed, so nothing was dealt."""

    def __init__(self) -> None:
        """Say so; the plan as it would be now is for the asking."""
        super().__init__(
            "Assignments, entries or judges have changed since you looked, so nothing was dealt."
            " This is the deal as it would be now."
        )


def table_of(
    ctx: Context, season: Season, category: Category, round_: Round, entry_id: int | None = None
) -> Table:
    """Read a round's judges, entries (or one), pairs that are and pairs that must not be, in a few statements."""
    judges = {
        user.id: user
        for user in ctx.session.scalars(
            select(User)
            .join(PanelMember, PanelMember.user_id == User.id)
            .where(PanelMember.panel_id == round_.panel_id, User.disabled_at.is_(None))
            .order_by(User.name, User.id)
        )
    }
    workspaces: dict[int, set[int]] = {}
    for user_id, organisation_id in ctx.session.execute(
        select(Membership.user_id, Membership.organisation_id).where(Membership.user_id.in_(judges))
    ):
        workspaces.setdefault(user_id, set()).add(organisation_id)
    here = RoundEntry.round_id == round_.id
    if entry_id is not None:
        here &= RoundEntry.entry_id == entry_id
    admitted = ctx.session.scalars(
        select(Entry).join(RoundEntry, RoundEntry.entry_id == Entry.id).where(here).order_by(Entry.id)
    ).all()
    later = is_after_shortlist(ctx, round_)
    entries = {e.id: e for e in admitted if can_be_marked(State(e.state), after_shortlist=later)}
    pairs = ctx.session.execute(
        select(Assignment.entry_id, Assignment.user_id, Assignment.state)
        .join(
            RoundEntry,
            (RoundEntry.round_id == Assignment.round_id) & (RoundEntry.entry_id == Assignment.entry_id),
        )
        .where(here)
    ).all()
    return Table(
        season,
        category,
        round_,
        judges,
        {u.id: _person(u, workspaces.get(u.id, set())) for u in judges.values()},
        entries,
        len(admitted) - len(entries),
        frozenset((e, u) for e, u, state in pairs if state in LIVE_ASSIGNMENTS),
        frozenset((e, u) for e, u, state in pairs if state == "removed"),
        _barred(ctx, here, pairs),
        _loads(ctx, round_),
    )


def is_after_shortlist(ctx: Context, round_: Round) -> bool:
    """Whether a round is judged by those on the shortlist only: the last of several."""
    if round_.position == 1:
        return False
    later = select(Round.id).where(Round.category_id == round_.category_id, Round.position > round_.position)
    return ctx.session.scalar(later.limit(1)) is None


def _person(user: User, workspaces: set[int]) -> Person:
    return Person(user.id, user.email_key, user.employer_id, frozenset(workspaces))


def _connected(entry: Entry) -> Connected:
    return Connected(
        entry.id,
        entry.organisation_id,
        entry.workspace_id,
        entry.started_by_id,
        entry.nominator_email_key,
        email_key(entry.nominee_email),
    )


def _barred(ctx: Context, here: ColumnElement[bool], pairs: Iterable[Any]) -> dict[Pair, str]:
    barred = {(e, u): "stepped back from it" for e, u, state in pairs if state == "recused"}
    recusals = ctx.session.execute(
        select(Recusal.entry_id, Recusal.user_id)
        .join(RoundEntry, RoundEntry.entry_id == Recusal.entry_id)
        .where(here, Recusal.lifted_at.is_(None))
    )
    return barred | dict.fromkeys(recusals, "is recused from it")


def _loads(ctx: Context, round_: Round) -> dict[int, int]:
    """Each judge's live assignments in all of the panel's rounds that have not closed, and in this one."""
    counted = ctx.session.execute(
        select(Assignment.user_id, func.count())
        .join(Round, Round.id == Assignment.round_id)
        .where(
            Round.panel_id == round_.panel_id,
            (Round.closes_at > ctx.now) | (Round.id == round_.id),
            Assignment.state.in_(LIVE_ASSIGNMENTS),
        )
        .group_by(Assignment.user_id)
    )
    return {int(user_id): int(count) for user_id, count in counted}


def plan(
    ctx: Context, season_slug: str, category_slug: str, round_slug: str, per_entry: int, seed: str
) -> Plan:
    """What dealing so many judges to each entry of a round would do; writes nothing.

    The same seed gives the same hand as long as nothing that it rests on changes. Raises `Invalid` for a number
    that makes no sense, and the refusals of `permission.staff_season`.
    """
    season, category, round_ = staff_round(ctx, season_slug, category_slug, round_slug, Deed.ASSIGN)
    if not 1 <= per_entry <= MOST_JUDGES:
        raise Invalid({"per_entry": f"Choose from 1 to {MOST_JUDGES} judges for each entry."})
    return _plan(table_of(ctx, season, category, round_), per_entry, seed)


def _plan(table: Table, per_entry: int, seed: str) -> Plan:
    # A pair that an admin took back stays apart: the next deal must not quietly undo that.
    forbidden = set(table.barred) | table.removed
    for entry_id, entry in table.entries.items():
        asked = _connected(entry)
        forbidden |= {(entry_id, p.id) for p in table.people.values() if connection(p, asked)}
    dealt = deal(
        table.entries,
        table.judges,
        per_entry,
        forbidden=forbidden,
        existing=table.existing,
        loads=table.loads,
        seed=seed,
    )
    named = digest({"round": table.round.id, "pairs": [list(pair) for pair in dealt.pairs], "seed": seed})
    return Plan(table, per_entry, seed, dealt, named)


def apply(
    ctx: Context,
    season_slug: str,
    category_slug: str,
    round_slug: str,
    per_entry: int,
    seed: str,
    expected: str,
) -> Plan:
    """Deal exactly the hand of that digest and tell each judge by one mail, or raise `Reshuffled` and deal nothing."""
    with transaction(ctx):
        season, category, round_ = staff_round(ctx, season_slug, category_slug, round_slug, Deed.ASSIGN)
        _must_be_open(ctx, season, round_)
        _lock(ctx, round_)
        planned = _plan(table_of(ctx, season, category, round_), per_entry, seed)
        if planned.digest != expected:
            raise Reshuffled
        if planned.deal.pairs:
            _write(ctx, planned)
    return planned


def _must_be_open(ctx: Context, season: Season, round_: Round) -> None:
    if season.ended_at is not None and season.ended_at <= ctx.now:
        raise Refusal("The season has ended, so nobody can be assigned any more.", "season_ended")
    if ctx.now >= round_.closes_at:
        raise Refusal("This round has closed, so nobody can be assigned to it any more.", "round_closed")


def _lock(ctx: Context, round_: Round) -> None:
    """Have two acts of assigning in one round wait for each other."""
    ctx.session.execute(select(Round.id).where(Round.id == round_.id).with_for_update())


def _write(ctx: Context, planned: Plan) -> None:
    table = planned.table
    _insert(ctx, table.round, planned.deal.pairs)
    dealt = len(planned.deal.pairs)
    tallies.add(ctx, table.season.id, table.category.id, "cards_asked", str(table.round.id), dealt)
    live = (
        select(func.count())
        .where(
            Assignment.round_id == RoundEntry.round_id,
            Assignment.entry_id == RoundEntry.entry_id,
            Assignment.state.in_(LIVE_ASSIGNMENTS),
        )
        .scalar_subquery()
    )
    ctx.session.execute(
        update(RoundEntry)
        .where(RoundEntry.round_id == table.round.id)
        .values(cards_asked=live)
        .execution_options(synchronize_session=False)
    )
    hands: dict[int, list[str]] = {}
    for entry_id, judge_id in planned.deal.pairs:
        entry = table.entries[entry_id]
        hands.setdefault(judge_id, []).append(entry.reference or entry.handle)
    note(
        ctx,
        "judging.deal",
        f"{table.category.slug}/{table.round.slug}",
        season_id=table.season.id,
        after={
            "judges_for_each": planned.per_entry,
            "dealt": {f"user:{judge_id}": hand for judge_id, hand in sorted(hands.items())},
        },
    )
    for judge_id, hand in sorted(hands.items()):
        _tell(ctx, table.season, table.category, table.round, table.judges[judge_id], len(hand))


def _insert(ctx: Context, round_: Round, pairs: Sequence[Pair]) -> None:
    ctx.session.execute(
        insert(Assignment),
        [
            {
                "handle": handle(ctx.chance),
                "round_id": round_.id,
                "entry_id": entry_id,
                "user_id": judge_id,
                # Every judge reads in an order of their own, so that no entry is always the last of a long day.
                "position": ctx.chance.choice_below(_POSITIONS),
                "state": "assigned",
                "assigned_at": ctx.now,
                "assigned_by_id": ctx.actor.user_id,
                "draft": {},
                "comment": "",
                "submission": 0,
                "revision": 1,
            }
            for entry_id, judge_id in pairs
        ],
    )


def _tell(ctx: Context, season: Season, category: Category, round_: Round, judge: User, count: int) -> None:
    owe(
        ctx,
        "judge_dealt",
        (judge.email or "") if judge.reminders else "",
        to_name=judge.name,
        key=f"judge_dealt:{round_.id}:{judge.id}:{ctx.chance.token_hex(8)}",
        season_id=season.id,
        user_id=judge.id,
        count=count,
        season=season.name,
        category=category.name,
        round=round_.name,
        opens_at=round_.opens_at.isoformat(),
        closes_at=round_.closes_at.isoformat(),
        zone=season.timezone,
        path="/judge/",
    )


def assign(
    ctx: Context, season_slug: str, category_slug: str, round_slug: str, entry_handle: str, judge_handle: str
) -> None:
    """Give one entry to one judge, who is told by mail.

    Nobody gets an entry of their own organisation, one they entered or are named in, or one they are recused
    from, by hand neither: raises `Invalid` with the reason. An assignment that was taken back comes back with the
    draft that it had.
    """
    with transaction(ctx):
        season, category, round_ = staff_round(ctx, season_slug, category_slug, round_slug, Deed.ASSIGN)
        _must_be_open(ctx, season, round_)
        _lock(ctx, round_)
        table, entry = table_of_entry(ctx, season, category, round_, entry_handle)
        if entry.id not in table.entries:
            raise Refusal("This entry takes no marks in this round, as things stand.", "not_in_round")
        not_in_conflict(ctx, entry)
        judge = next((u for u in table.judges.values() if u.handle == judge_handle), None)
        if judge is None:
            raise Invalid({"judge": "Choose somebody from this round's panel."})
        pair = (entry.id, judge.id)
        if pair in table.existing:
            raise Invalid({"judge": f"{judge.name} has this entry already."})
        why = table.why_not(*pair)
        if why:
            raise Invalid({"judge": f"{judge.name} cannot judge this entry: {judge.name} {why}."})
        if pair in table.removed:
            _revive(ctx, round_, pair)
        else:
            _insert(ctx, round_, [pair])
        tallies.count_cards(ctx, entry, round_.id, asked=1)
        note(
            ctx,
            "judging.assign",
            entry.reference or entry.handle,
            season_id=season.id,
            entry_id=entry.id,
            after={"round": f"{category.slug}/{round_.slug}", "judge": f"user:{judge.id}"},
        )
        _tell(ctx, season, category, round_, judge, 1)


def table_of_entry(
    ctx: Context, season: Season, category: Category, round_: Round, entry_handle: str
) -> tuple[Table, Entry]:
    """A round's table with this entry alone on it, or `NotFound` if it was not admitted to the round."""
    entry = ctx.session.scalar(
        select(Entry)
        .join(RoundEntry, RoundEntry.entry_id == Entry.id)
        .where(RoundEntry.round_id == round_.id, Entry.handle == entry_handle)
    )
    if entry is None:
        raise NotFound
    return table_of(ctx, season, category, round_, entry.id), entry


def _revive(ctx: Context, round_: Round, pair: Pair) -> None:
    ctx.session.execute(
        update(Assignment)
        .where(
            Assignment.round_id == round_.id, Assignment.entry_id == pair[0], Assignment.user_id == pair[1]
        )
        .values(state="assigned", assigned_at=ctx.now, assigned_by_id=ctx.actor.user_id)
    )


def not_in_conflict(ctx: Context, entry: Entry) -> None:
    """Refuse staff who entered this entry, are named in it or are recused from it."""
    if standing_for(ctx, entry).conflicted:
        raise NotAllowed(
            "You have a connection with this entry, so somebody else has to do this.", "conflict"
        )


def remove(ctx: Context, assignment_handle: str) -> None:
    """Take an entry back from a judge who has not submitted; their draft is kept with the removed assignment.

    Raises a refusal once the scorecard is in: marks are never taken away, only a recusal stops them counting.
    """
    with transaction(ctx):
        row = ctx.session.execute(
            select(Assignment, Entry, Round, Category, Season)
            .join(Entry, Entry.id == Assignment.entry_id)
            .join(Round, Round.id == Assignment.round_id)
            .join(Category, Category.id == Round.category_id)
            .join(Season, Season.id == Category.season_id)
            .where(Assignment.handle == assignment_handle)
        ).one_or_none()
        if row is None:
            raise NotFound
        assignment, entry, round_, category, season = row
        must(ctx, Deed.ASSIGN, season.programme_id)
        not_in_conflict(ctx, entry)
        if assignment.state == "submitted":
            raise Refusal(
                "This scorecard has been submitted, so it stays. If the judge has a connection with the entry,"
                " recuse them: their marks are kept but stop counting.",
                "already_submitted",
            )
        removed = ctx.session.execute(
            update(Assignment)
            .where(Assignment.id == assignment.id, Assignment.state == "assigned")
            .values(state="removed")
            .returning(Assignment.id)
        ).one_or_none()
        if removed is None:
            raise Faster("Somebody was faster. Your press changed nothing.")
        tallies.count_cards(ctx, entry, round_.id, asked=-1)
        note(
            ctx,
            "judging.remove",
            entry.reference or entry.handle,
            season_id=season.id,
            entry_id=entry.id,
            before={"round": f"{category.slug}/{round_.slug}", "judge": f"user:{assignment.user_id}"},
        )
