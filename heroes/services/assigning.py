"""Assigning judges to entries: by hand, or dealt evenly after a look at the whole hand."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, insert, select, update

from heroes.adapters.chance import handle
from heroes.domain.policy import Deed
from heroes.models.entries import Entry, RoundEntry
from heroes.models.judging import Assignment
from heroes.models.people import User
from heroes.models.seasons import Category, Round, Season
from heroes.models.visibility import LIVE_ASSIGNMENTS
from heroes.services import tallies
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.dealing import Plan, Rules, plan_of
from heroes.services.judging_tables import Pair, reading_of, table_of, table_of_entry
from heroes.services.permission import must
from heroes.services.posting import owe
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, Refusal
from heroes.services.rounds import staff_round
from heroes.services.standing import standing_for
from heroes.services.transactions import transaction
from heroes.services.windows import round_is_over

MOST_JUDGES = 25
MOST_HELD = 9_999
SAY_JUDGES = f"Choose from 1 to {MOST_JUDGES} judges for each entry."
SAY_HELD = f"Choose from 1 to {MOST_HELD:,} entries, or leave it empty for no limit."
EVENLY = Rules()
Where = tuple[Season, Category, Round]
_POSITIONS = 1_000_000_000


class Reshuffled(Faster):
    """What a deal was planned on has changed, so nothing was dealt."""

    def __init__(self) -> None:
        """Say so; the plan as it would be now is for the asking."""
        super().__init__(
            "Assignments, entries or judges have changed since you looked, so nothing was dealt."
            " This is the deal as it would be now."
        )


def plan(
    ctx: Context,
    season_slug: str,
    category_slug: str,
    round_slug: str,
    per_entry: int,
    seed: str,
    rules: Rules = EVENLY,
) -> Plan:
    """What dealing so many judges to each entry of a round would do; writes nothing.

    The same seed gives the same hand as long as nothing that it rests on changes. Raises `Invalid` for numbers
    that make no sense, and the refusals of `permission.staff_season`.
    """
    season, category, round_ = staff_round(ctx, season_slug, category_slug, round_slug, Deed.ASSIGN)
    return _first(ctx, (season, category, round_), per_entry, seed, rules)


def _first(ctx: Context, where: Where, per_entry: int, seed: str, rules: Rules) -> Plan:
    errors = {} if 1 <= per_entry <= MOST_JUDGES else {"per_entry": SAY_JUDGES}
    _must_make_sense(rules, errors)
    table = table_of(ctx, *where)
    return plan_of(table, reading_of(ctx, where[2]), dict.fromkeys(table.entries, per_entry), seed, rules)


def apply(
    ctx: Context,
    season_slug: str,
    category_slug: str,
    round_slug: str,
    per_entry: int,
    seed: str,
    expected: str,
    rules: Rules = EVENLY,
) -> Plan:
    """Deal exactly the hand of that digest and tell each judge by one mail, or raise `Reshuffled` and deal nothing."""
    with transaction(ctx):
        where = staff_round(ctx, season_slug, category_slug, round_slug, Deed.ASSIGN)
        _must_be_open(ctx, where[0], where[2])
        _lock(ctx, where[2])
        planned = _first(ctx, where, per_entry, seed, rules)
        _deal(ctx, planned, expected, "judging.deal", {"judges_for_each": per_entry})
    return planned


def plan_extra(
    ctx: Context,
    season_slug: str,
    category_slug: str,
    round_slug: str,
    extra: Mapping[str, int],
    seed: str,
    rules: Rules = EVENLY,
) -> Plan:
    """What giving some entries more judges than they have would do; writes nothing.

    `extra` says how many more, by an entry's reference or handle. Raises `Invalid` at "extra" that names an entry
    which takes no marks in this round or a number that makes no sense.
    """
    season, category, round_ = staff_round(ctx, season_slug, category_slug, round_slug, Deed.ASSIGN)
    return _second(ctx, (season, category, round_), extra, seed, rules)


def _second(ctx: Context, where: Where, extra: Mapping[str, int], seed: str, rules: Rules) -> Plan:
    _must_make_sense(rules, {})
    table = table_of(ctx, *where)
    known = {name: entry.id for entry in table.entries.values() for name in (entry.reference, entry.handle)}
    wanted = dict.fromkeys(table.entries, 0)
    for name, count in extra.items():
        if name not in known:
            raise Invalid({"extra": f"{name} takes no marks in this round, as things stand."})
        if not 1 <= count <= MOST_JUDGES:
            raise Invalid({"extra": f"{name}: choose from 1 to {MOST_JUDGES} more judges."})
        wanted[known[name]] += count
    for entry_id, _ in table.existing:
        if wanted.get(entry_id):
            wanted[entry_id] += 1
    return plan_of(table, reading_of(ctx, where[2]), wanted, seed, rules)


def apply_extra(
    ctx: Context,
    season_slug: str,
    category_slug: str,
    round_slug: str,
    extra: Mapping[str, int],
    seed: str,
    expected: str,
    rules: Rules = EVENLY,
) -> Plan:
    """Deal exactly the extra hand of that digest and tell each judge by one mail, or raise `Reshuffled`."""
    with transaction(ctx):
        where = staff_round(ctx, season_slug, category_slug, round_slug, Deed.ASSIGN)
        _must_be_open(ctx, where[0], where[2])
        _lock(ctx, where[2])
        planned = _second(ctx, where, extra, seed, rules)
        _deal(ctx, planned, expected, "judging.wave", {"extra": dict(sorted(extra.items()))})
    return planned


def _must_make_sense(rules: Rules, errors: dict[str, str]) -> None:
    if rules.cap is not None and not 1 <= rules.cap <= MOST_HELD:
        errors["cap"] = SAY_HELD
    if errors:
        raise Invalid(errors)


def _must_be_open(ctx: Context, season: Season, round_: Round) -> None:
    if season.ended_at is not None and season.ended_at <= ctx.now:
        raise Refusal("The season has ended, so nobody can be assigned any more.", "season_ended")
    if round_is_over(season, round_, ctx.now):
        raise Refusal("This round has closed, so nobody can be assigned to it any more.", "round_closed")


def _lock(ctx: Context, round_: Round) -> None:
    """Have two acts of assigning in one round wait for each other."""
    ctx.session.execute(select(Round.id).where(Round.id == round_.id).with_for_update())


def _deal(ctx: Context, planned: Plan, expected: str, act: str, asked: Mapping[str, Any]) -> None:
    """Write a plan with its counters, one audit record and one mail to each judge."""
    if planned.digest != expected:
        raise Reshuffled
    if not planned.pairs:
        return
    table = planned.table
    _insert(ctx, table.round, planned.pairs)
    dealt = len(planned.pairs)
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
    for entry_id, judge_id in planned.pairs:
        entry = table.entries[entry_id]
        hands.setdefault(judge_id, []).append(entry.reference or entry.handle)
    rules = {name: value for name, value in asdict(planned.rules).items() if value}
    note(
        ctx,
        act,
        f"{table.category.slug}/{table.round.slug}",
        season_id=table.season.id,
        after={
            **asked,
            **({"rules": rules} if rules else {}),
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
