"""A backup is one .tar.gz that holds every row, every file and the installation's keys, and what it must add up to.

Rows are lines of JSON in a form that does not depend on the database, so that a backup of SQLite can be restored into
PostgreSQL and the other way round. It is taken from one snapshot while people go on working.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Integer,
    Table,
    bindparam,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from heroes import __version__, migrations
from heroes.adapters.files import Store, safe_name
from heroes.domain.digests import canonical
from heroes.migrations import steps
from heroes.models import AnswerSheet, Base, Entry
from heroes.models.base import Exact, Instant
from heroes.models.database import reader
from heroes.services import verifying
from heroes.services.context import Context, Keys
from heroes.services.nominating import make_findable
from heroes.services.refusals import Invalid
from heroes.services.transactions import transaction

FORMAT = 1
BATCH = 500
_KEY = "audit.key"
_SIGNING = "signing.key"
_MANIFEST = "manifest.json"
_NULLABLE_JSON = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


@dataclass(frozen=True, slots=True)
class Part:
    """What one member of the archive must be: rows (of a table) or bytes (of a file), and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. Tables and files by name."""

    made_at: str
    revision: str
    program: str
    tables: dict[str, Part]
    files: dict[str, Part]
    key: str
    signing: str = ""
    """Of the key that results bundles are signed with; empty where there was none yet."""

    def as_json(self) -> bytes:
        """The bytes of manifest.json."""
        plain = {
            "format": FORMAT,
            "made_at": self.made_at,
            "revision": self.revision,
            "program": self.program,
            "tables": {name: [part.size, part.sha256] for name, part in self.tables.items()},
            "files": {name: [part.size, part.sha256] for name, part in self.files.items()},
            "key": self.key,
            "signing": self.signing,
        }
        return json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False).encode()

    @property
    def expected(self) -> dict[str, str]:
        """Member of the archive -> its SHA-256."""
        tables = {_table_member(name): part.sha256 for name, part in self.tables.items()}
        files = {f"files/{name}": part.sha256 for name, part in self.files.items()}
        keys = {_KEY: self.key} | ({_SIGNING: self.signing} if self.signing else {})
        return tables | files | keys


def _table_member(name: str) -> str:
    return f"tables/{name}.jsonl"


def _bad(sentence: str) -> Invalid:
    return Invalid({"file": sentence})


# ---- taking one ----


def back_up(ctx: Context, store: Store, target: Path, signing: bytes | None = None) -> Manifest:
    """Write a backup to `target`, readable by its owner only; a file that is there already is refused.

    It holds one moment of the database, however much is written meanwhile, and, where there is one yet, the seed of
    the `signing` key. A failure leaves nothing at `target`.
    """
    if target.exists():
        raise _bad(f"{target} is there already; a backup never replaces a file")
    if not target.parent.is_dir():
        raise _bad(f"there is no folder {target.parent}")
    engine = ctx.session.get_bind()
    assert isinstance(engine, Engine)
    ctx.session.rollback()
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as name:
        folder = Path(name)
        with _snapshot(engine) as connection:
            revision = _revision(connection)
            tables = {
                table.name: _dump_to(connection, table, folder / f"{table.name}.jsonl")
                for table in Base.metadata.sorted_tables
            }
        key = ctx.keys.audit
        files = {name: _part_of(store.read(name)) for name in store.names()}
        keys = {_KEY: key} | ({_SIGNING: signing} if signing else {})
        sealed = {name: _sha(secret) for name, secret in keys.items()}
        manifest = Manifest(
            ctx.now.isoformat(), revision, __version__, tables, files, sealed[_KEY], sealed.get(_SIGNING, "")
        )
        draft = folder / "backup.tar.gz"
        _pack(draft, manifest, folder, store, keys)
        draft.replace(target)
    return manifest


def _snapshot(engine: Engine) -> Connection:
    """A connection whose whole transaction sees one moment and cannot write."""
    if engine.dialect.name == "postgresql":
        return reader(engine).execution_options(isolation_level="REPEATABLE READ").connect()
    return reader(engine).connect()


def _revision(connection: Connection) -> str:
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _dump_to(connection: Connection, table: Table, path: Path) -> Part:
    sha, count = hashlib.sha256(), 0
    with path.open("wb") as file:
        for line in _lines(connection, table):
            file.write(line)
            sha.update(line)
            count += 1
    return Part(count, sha.hexdigest())


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Every row as one line, by primary key; the same rows give the same lines on every database."""
    rows = connection.execute(
        select(table).order_by(*table.primary_key.columns), execution_options={"yield_per": BATCH}
    )
    names = [column.name for column in table.columns]
    for row in rows:
        yield canonical(dict(zip(names, row, strict=True), **_exact(table, row))) + b"\n"


def _exact(table: Table, row: Any) -> dict[str, str | None]:
    """Decimals digit for digit: 9.0 stays 9.0."""
    return {
        column.name: None if value is None else format(value, "f")
        for column, value in zip(table.columns, row, strict=True)
        if isinstance(column.type, Exact)
    }


def _part_of(content: bytes) -> Part:
    return Part(len(content), _sha(content))


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _pack(draft: Path, manifest: Manifest, folder: Path, store: Store, keys: dict[str, bytes]) -> None:
    draft.touch(mode=0o600)
    with draft.open("wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
            _add(archive, _MANIFEST, manifest.as_json())
            for name, secret in keys.items():
                _add(archive, name, secret)
            for name in manifest.tables:
                archive.add(folder / f"{name}.jsonl", _table_member(name))
            for name in manifest.files:
                _add(archive, f"files/{name}", store.read(name))
        raw.flush()
        os.fsync(raw.fileno())


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = 0o600
    archive.addfile(member, io.BytesIO(content))


# ---- reading one ----


def check_backup(path: Path) -> Manifest:
    """Read a backup from end to end and compare every part with its digest; nothing is written anywhere.

    Raises `Invalid` with one sentence for a file that is no backup, is cut short or has been altered.
    """
    manifest: Manifest | None = None
    seen: dict[str, str] = {}
    with _readable(path):
        for name, source in _members(path):
            if manifest is None:
                if name != _MANIFEST:
                    raise _bad(f"{path} is not a backup of heroes")
                manifest = _read_manifest(path, source)
                continue
            seen[name] = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type] # tarfile's readers serve
            if manifest.expected.get(name) != seen[name]:
                raise _bad(f"{path} has been altered: {name} is not what the backup wrote")
    if manifest is None:
        raise _bad(f"{path} is not a backup of heroes")
    missing = sorted(set(manifest.expected) - set(seen))
    if missing:
        raise _bad(f"{path} is incomplete: {missing[0]} is missing")
    return manifest


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn whatever a broken archive makes of itself, wherever in it somebody reads, into one sentence."""
    try:
        yield
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _bad(f"{path} is cut short, altered or not a backup of heroes ({error})") from error
    except OSError as error:
        raise _bad(f"cannot read {path}: {error.strerror or error}") from error


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The files in the archive in their order, read to its very end so that its own checksum counts."""
    with gzip.open(path, "rb") as stream:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                source = archive.extractfile(member)
                if source is None:
                    raise _bad(f"{path} is not a backup of heroes: {member.name!r} is not a plain file")
                yield member.name, source
        while stream.read(1 << 16):
            pass


def _read_manifest(path: Path, source: IO[bytes]) -> Manifest:
    try:
        plain = json.loads(source.read())
        if plain["format"] != FORMAT:
            raise _bad(f"{path} is a backup of format {plain['format']}, this program reads format {FORMAT}")
        manifest = Manifest(
            plain["made_at"],
            plain["revision"],
            plain["program"],
            {name: Part(*part) for name, part in plain["tables"].items()},
            {name: Part(*part) for name, part in plain["files"].items()},
            plain["key"],
            plain.get("signing", ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _bad(f"{path} has been altered: its manifest cannot be read") from error
    if not all(map(safe_name, manifest.files)):
        raise _bad(f"{path} has been altered: it names files outside the installation")
    return manifest


# ---- restoring one ----


def restore(
    ctx: Context, store: Store, path: Path, keep_keys: Callable[[bytes, bytes | None], None]
) -> Manifest:
    """Fill an empty installation from a backup, or refuse and write nothing.

    The backup is read and checked whole before anything is written. Rows come back in one transaction, which is
    committed only once counts and digests equal the manifest's and the audit trail verifies under the restored key.
    `keep_keys` gets the audit key and, where the backup has one, the seed for results bundles.
    """
    manifest = check_backup(path)
    if manifest.revision != migrations.HEAD:
        raise _bad(
            f"{path} was made at database revision {manifest.revision}, this program is at {migrations.HEAD}; "
            f"restore it with heroes {manifest.program} and upgrade then"
        )
    unknown = {table.name for table in Base.metadata.sorted_tables} ^ set(manifest.tables)
    if unknown:
        raise _bad(f"{path} does not hold the tables of this program: {min(unknown)}")
    _must_be_empty(ctx, store)
    written: list[str] = []
    try:
        with transaction(ctx):
            keys = _fill(ctx, path, store, written)
            _must_add_up(ctx, manifest, keys[_KEY])
            keep_keys(keys[_KEY], keys.get(_SIGNING))
    except BaseException:
        for name in written:
            store.remove(name)
        raise
    return manifest


def _must_be_empty(ctx: Context, store: Store) -> None:
    engine = ctx.session.get_bind()
    assert isinstance(engine, Engine)
    ctx.session.rollback()
    current = migrations.current(engine)
    if current is None:
        steps.upgrade(engine)
    elif current != migrations.HEAD:
        raise _bad("the database is not empty: it holds an installation of another version")
    for table in Base.metadata.sorted_tables:
        if ctx.session.execute(select(text("1")).select_from(table).limit(1)).first():
            raise _bad(
                f"the database is not empty (there is something in {table.name}); nothing was restored"
            )
    if next(iter(store.names()), None) is not None:
        raise _bad("the folder for files is not empty; nothing was restored")
    ctx.session.rollback()


def _fill(ctx: Context, path: Path, store: Store, written: list[str]) -> dict[str, bytes]:
    """Write rows and files as they come out of the archive; returns the keys by their names."""
    tables = {_table_member(table.name): table for table in Base.metadata.sorted_tables}
    keys: dict[str, bytes] = {}
    for name, source in _members(path):
        if name in (_KEY, _SIGNING):
            keys[name] = source.read()
        elif name in tables:
            _insert(ctx.session, tables[name], source)
        elif name.startswith("files/"):
            written.append(name.removeprefix("files/"))
            store.write(written[-1], source)
    if ctx.session.get_bind().dialect.name == "postgresql":
        _reset_sequences(ctx.session)
    _rebuild_search(ctx)
    return keys


def _insert(session: Session, table: Table, lines: IO[bytes]) -> None:
    # A missing body is NULL on both databases, never the JSON word null.
    typed = {
        column.name: bindparam(f"v_{column.name}", type_=_NULLABLE_JSON)
        if isinstance(column.type, JSON)
        else bindparam(f"v_{column.name}", type_=column.type)
        for column in table.columns
    }
    statement = insert(table).values(typed)
    while batch := list(islice(lines, BATCH)):
        session.execute(statement, [_row(table, json.loads(line)) for line in batch])


def _row(table: Table, plain: dict[str, Any]) -> dict[str, Any]:
    return {f"v_{column.name}": _value(column, plain[column.name]) for column in table.columns}


def _value(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    return Decimal(value) if isinstance(column.type, Exact) else value


def _reset_sequences(session: Session) -> None:
    for table in Base.metadata.sorted_tables:
        columns = list(table.primary_key.columns)
        if len(columns) == 1 and isinstance(columns[0].type, Integer) and columns[0].autoincrement:
            sequence = select(func.pg_get_serial_sequence(table.name, columns[0].name)).scalar_subquery()
            top = func.max(columns[0])
            session.execute(select(func.setval(sequence, func.coalesce(top, 1), top.is_not(None))))


def _rebuild_search(ctx: Context) -> None:
    rows = ctx.session.execute(
        select(Entry, AnswerSheet)
        .join(AnswerSheet, (AnswerSheet.entry_id == Entry.id) & (AnswerSheet.number == Entry.sheet_number))
        .where(Entry.submitted_at.is_not(None))
        .order_by(Entry.id)
        .execution_options(yield_per=BATCH)
    )
    for batch in rows.partitions():
        for entry, sheet in batch:
            make_findable(ctx, entry, sheet)


def _must_add_up(ctx: Context, manifest: Manifest, key: bytes) -> None:
    connection = ctx.session.connection()
    for table in Base.metadata.sorted_tables:
        sha, count = hashlib.sha256(), 0
        for line in _lines(connection, table):
            sha.update(line)
            count += 1
        if Part(count, sha.hexdigest()) != manifest.tables[table.name]:
            raise _bad(f"the restored table {table.name} is not what was backed up; nothing was restored")
    under = replace(ctx, keys=Keys(ctx.keys.links, key))
    broken = [check for check in verifying.verify(under) if check.fault]
    if broken:
        raise _bad(f"the audit trail {broken[0].name} of this backup is broken: {broken[0].fault}")
