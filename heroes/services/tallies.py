"""Maintained totals, so that no page has to count entries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Insert, bindparam, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from heroes.models.entries import Entry, RoundEntry, Tally
from heroes.services.context import Context


def _moving(insert: Any) -> Insert:
    """The statement of `write_pending`, made once: making one costs several times what running it does."""
    moved: Insert = insert(Tally).on_conflict_do_update(
        index_elements=["category_id", "kind", "value"], set_={"count": Tally.count + bindparam("change")}
    )
    return moved


_COUNT = (
    update(RoundEntry)
    .where(RoundEntry.round_id == bindparam("in_round"), RoundEntry.entry_id == bindparam("of_entry"))
    .values(
        cards_asked=RoundEntry.cards_asked + bindparam("more_asked"),
        cards_in=RoundEntry.cards_in + bindparam("more_in"),
    )
)
_COUNT_FOR_QUEUE = (
    update(Entry)
    .where(Entry.id == bindparam("of_entry"), Entry.round_id == bindparam("in_round"))
    .values(cards_in=Entry.cards_in + bindparam("more_in"))
)
_MOVE = {"sqlite": _moving(insert_sqlite), "postgresql": _moving(insert_postgresql)}


def shift(
    ctx: Context,
    season_id: int,
    category_id: int,
    kind: str,
    old: str | None,
    new: str | None,
    entries: int = 1,
) -> None:
    """Have the running transaction's end move entries from one value's total to another's.

    Raises outside a transaction.
    """
    if not ctx.session.info.get("depth"):
        raise RuntimeError("a total needs a transaction")
    if old == new:
        return
    moved: Counter[tuple[int, str, str, int]] = ctx.session.info.setdefault("tallies", Counter())
    if old is not None:
        moved[category_id, kind, old, season_id] -= entries
    if new is not None:
        moved[category_id, kind, new, season_id] += entries


def add(ctx: Context, season_id: int, category_id: int, kind: str, value: str, more: int) -> None:
    """Have the running transaction's end add to one total; less than nothing takes away. Raises outside one."""
    shift(ctx, season_id, category_id, kind, None, value, more)


def marks_changed(ctx: Context, season_id: int, category_id: int, round_ids: Iterable[int]) -> None:
    """Have what a result of these rounds counts or lists be another revision at the running transaction's end."""
    for round_id in round_ids:
        add(ctx, season_id, category_id, "marks", str(round_id), 1)


def count_cards(ctx: Context, entry: Entry, round_id: int, *, asked: int = 0, got: int = 0) -> None:
    """Move an entry's counters in a round, and the round's totals. Needs a running transaction."""
    count_many(ctx, entry.season_id, entry.category_id, round_id, {entry.id: (asked, got)})


def count_many(
    ctx: Context, season_id: int, category_id: int, round_id: int, more: Mapping[int, tuple[int, int]]
) -> None:
    """As `count_cards`, for entries of one category: entry -> how many more are asked for, and are in."""
    rows = [
        {"in_round": round_id, "of_entry": entry_id, "more_asked": asked, "more_in": got}
        for entry_id, (asked, got) in more.items()
    ]
    connection = ctx.session.connection()
    # Where the queue sorts by it, too; an entry that has gone on to another round keeps what it has there. First of
    # all: who hands in a scorecard holds the entry before its admission.
    came = [row for row in rows if row["more_in"]]
    if came:
        connection.execute(_COUNT_FOR_QUEUE, came)
    connection.execute(_COUNT, rows)
    value = str(round_id)
    add(ctx, season_id, category_id, "cards_asked", value, sum(asked for asked, _ in more.values()))
    add(ctx, season_id, category_id, "cards_in", value, sum(got for _, got in more.values()))


def write_pending(ctx: Context) -> None:
    """Write what was shifted, in one order in every transaction, so that no two ever wait for each other.

    Called by the transaction's end only.
    """
    moved: Counter[tuple[int, str, str, int]] = ctx.session.info.pop("tallies", Counter())
    rows = [
        {
            "category_id": category_id,
            "kind": kind,
            "value": value,
            "season_id": season_id,
            "count": max(change, 0),
            "change": change,
        }
        for (category_id, kind, value, season_id), change in sorted(moved.items())
        if change
    ]
    if not rows:
        return
    connection = ctx.session.connection()
    connection.execute(_MOVE[connection.dialect.name], rows)
