"""Is this installation well? One line for each thing that has to work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from heroes import migrations
from heroes.adapters.files import Store
from heroes.adapters.mail import Post, Undelivered
from heroes.models.outbox import OutboxMail
from heroes.services import verifying
from heroes.services.context import Context


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, whether it is well, and what there is to say."""

    what: str
    well: bool
    said: str


def examine(ctx: Context, store: Store, post: Post | None) -> Iterator[Finding]:
    """Look at everything in turn; changes nothing. What rests on something broken is not looked at."""
    database = _looked("database", lambda: _database(ctx))
    yield database
    revision = _looked("revision", lambda: _revision(ctx)) if database.well else None
    if revision is not None:
        yield revision
        if ctx.session.get_bind().dialect.name == "sqlite":
            yield _looked("journal", lambda: _journal(ctx))
    yield _looked("files", lambda: _files(store))
    if post is not None:
        yield _looked("mail server", lambda: _mail(post))
    if revision is not None and revision.well:
        yield _looked("outbox", lambda: _outbox(ctx))
        yield _looked("audit trail", lambda: _audit(ctx))


class _Unwell(Exception):
    """What is wrong."""


def _looked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except (_Unwell, Undelivered, OSError) as error:
        return Finding(what, False, str(error))
    except DBAPIError as error:
        return Finding(what, False, str(error.orig).strip().splitlines()[0])


def _database(ctx: Context) -> str:
    ctx.session.execute(text("SELECT 1"))
    return f"{ctx.session.get_bind().dialect.name} answers"


def _revision(ctx: Context) -> str:
    current = migrations.current(ctx.session.get_bind())  # type: ignore[arg-type] # an engine: sessions are never bound to less
    ctx.session.rollback()
    if current != migrations.HEAD:
        raise _Unwell(
            f"the database is at {current}, this program at {migrations.HEAD}; run: heroes db upgrade"
        )
    return f"at {current}, the newest"


def _journal(ctx: Context) -> str:
    mode = ctx.session.execute(text("PRAGMA journal_mode")).scalar_one()
    if mode != "wal":
        raise _Unwell(f"the journal is {mode} and not wal, so readers and writers block each other")
    return "write-ahead, so readers and writers do not block each other"


def _files(store: Store) -> str:
    store.check()
    return "can be written"


def _mail(post: Post) -> str:
    post.check()
    return "takes our mail"


def _outbox(ctx: Context) -> str:
    counts = dict(
        ctx.session.execute(
            select(OutboxMail.state, func.count())
            .where(OutboxMail.state.in_(("stuck", "waiting")))
            .group_by(OutboxMail.state)
        ).all()
    )
    if counts.get("stuck"):
        raise _Unwell(f"{counts['stuck']} stuck; see the mail page of the season")
    return f"{counts.get('waiting', 0)} waiting, none stuck"


def _audit(ctx: Context) -> str:
    broken = [check for check in verifying.verify(ctx) if check.fault]
    if broken:
        raise _Unwell(f"{broken[0].name}: {broken[0].fault}")
    return "whole"
