"""Maintained totals, so that no page has to count entries."""

from collections import Counter
from typing import Any

from sqlalchemy import Insert, bindparam
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from heroes.models.entries import Tally
from heroes.services.context import Context


def _moving(insert: Any) -> Insert:
    """The statement of `write_pending`, made once: making one costs several times what running it does."""
    moved: Insert = insert(Tally).on_conflict_do_update(
        index_elements=["category_id", "kind", "value"], set_={"count": Tally.count + bindparam("change")}
    )
    return moved


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
