"""Organisations as entrants name them: one for each name, made by whoever is the first to name it."""

from typing import Any

from sqlalchemy import Insert, bindparam, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from heroes.adapters.chance import handle
from heroes.domain.slugs import name_key
from heroes.models.entries import Entry
from heroes.models.people import Organisation
from heroes.models.seasons import Season
from heroes.services.context import Context

_FIND = select(Organisation.id).where(
    Organisation.programme_id == bindparam("programme"), Organisation.name_key == bindparam("key")
)


def _naming(insert: Any) -> Insert:
    named: Insert = (
        insert(Organisation)
        .on_conflict_do_nothing(index_elements=["programme_id", "name_key"])
        .returning(Organisation.id)
    )
    return named


_NAME = {"sqlite": _naming(insert_sqlite), "postgresql": _naming(insert_postgresql)}


def organisation_named(ctx: Context, entry: Entry) -> int | None:
    """The id of the organisation that an entry names, new if nobody has named it before; None for no name.

    Needs a running transaction. Two who name the same one at the same moment get the same.
    """
    key = name_key(entry.organisation_name)[:200]
    if not key:
        return None
    programme_id = ctx.session.get_one(Season, entry.season_id).programme_id
    there = {"programme": programme_id, "key": key}
    connection = ctx.session.connection()
    found: int | None = connection.execute(_FIND, there).scalar()
    if found is None:
        named = {
            "programme_id": programme_id,
            "handle": handle(ctx.chance),
            "name": entry.organisation_name,
            "name_key": key,
            "sector": entry.sector,
            "created_at": ctx.now,
        }
        found = connection.execute(_NAME[connection.dialect.name], named).scalar()
    # Nothing came back: somebody else has just named it.
    return found or connection.execute(_FIND, there).scalar()
