"""Counting how far visitors come: by category, day and step; nobody's name, cookie or address is kept or looked at."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from heroes.models.seasons import Visits

Key = tuple[int, date, str]
"""Category, day and step."""

_ADD: dict[str, Any] = {"sqlite": insert_sqlite(Visits), "postgresql": insert_postgresql(Visits)}


def add(session: Session, counts: Mapping[Key, int]) -> None:
    """Add to the counts that are kept. The session is one of its own, since a page view writes nothing else."""
    statement = _ADD[session.get_bind().dialect.name]
    statement = statement.on_conflict_do_update(
        index_elements=["category_id", "day", "step"], set_={"count": Visits.count + statement.excluded.count}
    )
    # In one order for everybody, so that two workers never wait for each other.
    for (category_id, day, step), count in sorted(counts.items()):
        session.execute(statement, {"category_id": category_id, "day": day, "step": step, "count": count})
