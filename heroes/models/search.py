"""Words of entries, found fast: FTS5 on SQLite, a text-search vector with a GIN index on PostgreSQL.

The table `entry_search` is made by the first migration, since neither kind can be declared as an ordinary table.
"""

import re

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

MOST_WORDS = 12
CREATE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE entry_search USING fts5(body, tokenize='unicode61 remove_diacritics 2')",
    ),
    "postgresql": (
        "CREATE TABLE entry_search (rowid bigint PRIMARY KEY, body tsvector NOT NULL)",
        "CREATE INDEX ix_entry_search_body ON entry_search USING gin (body)",
    ),
}
_FORGET = text("DELETE FROM entry_search WHERE rowid = :id")
_FORGET_SEASON = text(
    "DELETE FROM entry_search WHERE rowid IN (SELECT id FROM entries WHERE season_id = :season_id)"
)
_KEEP = {
    "sqlite": text("INSERT INTO entry_search (rowid, body) VALUES (:id, :body)"),
    "postgresql": text("INSERT INTO entry_search (rowid, body) VALUES (:id, to_tsvector('simple', :body))"),
}
_SEARCH = table("entry_search", column("rowid"), column("body"))


def index_entry(session: Session, entry_id: int, body: str) -> None:
    """Make the entry findable by these words from now on; what it had before is forgotten."""
    connection = session.connection()
    connection.execute(_FORGET, {"id": entry_id})
    connection.execute(_KEEP[connection.dialect.name], {"id": entry_id, "body": body})


def forget_season(session: Session, season_id: int) -> None:
    """Forget the words of every entry of a season."""
    session.connection().execute(_FORGET_SEASON, {"season_id": season_id})


def matching(session: Session, words: str) -> Select[tuple[int]] | None:
    """Ids of the entries that hold every word (as a beginning), or None when there is no word to look for."""
    terms = re.findall(r"\w+", words)[:MOST_WORDS]
    if not terms:
        return None
    return select(literal_column("rowid")).select_from(_SEARCH).where(_holds(session, terms))


def _holds(session: Session, terms: list[str]) -> ColumnElement[bool]:
    if _on_sqlite(session):
        query = " ".join(f'"{term}"*' for term in terms)
        return text("entry_search MATCH :found").bindparams(bindparam("found", query, String))  # type: ignore[return-value] # a text clause stands for a condition
    query = " & ".join(f"'{term}':*" for term in terms)
    return _SEARCH.c.body.op("@@")(func.to_tsquery("simple", query))


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
