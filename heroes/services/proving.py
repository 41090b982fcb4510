"""What was seen to work: a mail that was delivered, a backup that was made, one that was restored."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Insert, create_engine
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from heroes.adapters.files import store_for
from heroes.domain.policy import Deed
from heroes.models.database import install_rules
from heroes.models.installation import Proof
from heroes.models.people import User
from heroes.services import backing_up, limits
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import staff_season
from heroes.services.posting import owe
from heroes.services.refusals import NotAllowed
from heroes.services.transactions import transaction


def _proving(insert: Any) -> Insert:
    made: Insert = insert(Proof)
    new = made.excluded  # type: ignore[attr-defined] # of an INSERT that may meet a row
    return made.on_conflict_do_update(  # type: ignore[attr-defined,no-any-return] # the same
        index_elements=["kind"],
        set_={"at": new.at, "detail": new.detail},
        where=Proof.at < new.at,
    )


_PROVE = {"sqlite": _proving(insert_sqlite), "postgresql": _proving(insert_postgresql)}


def prove(ctx: Context, kinds: Sequence[str], detail: str) -> None:
    """Keep that this was seen to work now. Needs a running transaction."""
    connection = ctx.session.connection()
    connection.execute(
        _PROVE[connection.dialect.name],
        [{"kind": kind, "at": ctx.now, "detail": detail[:500]} for kind in kinds],
    )


def keep(ctx: Context, kinds: Sequence[str], detail: str) -> None:
    """The same as an act of its own."""
    with transaction(ctx):
        prove(ctx, kinds, detail)


def try_restoring(ctx: Context, file: Path) -> backing_up.Manifest:
    """Restore a backup into a folder that is thrown away, where counts, digests and the audit trail must agree.

    Keeps that a backup was made and restored. Raises `Invalid` with a sentence for one that cannot be.
    """
    with tempfile.TemporaryDirectory(prefix="heroes-try-") as folder:
        engine = create_engine(f"sqlite:///{folder}/heroes.sqlite")
        install_rules(engine)
        try:
            with Session(engine) as session:
                manifest = backing_up.restore(
                    replace(ctx, session=session), store_for(f"file://{folder}/files"), file, lambda *_: None
                )
        finally:
            engine.dispose()
    keep(ctx, ("backup", "restored"), f"{file.name}, restored into a folder of its own")
    return manifest


def send_test_mail(ctx: Context, season_slug: str) -> str:
    """Owe the actor a mail that says nothing but that mail works; returns to which address."""
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.REHEARSE)
        user = ctx.session.get(User, ctx.actor.user_id) if ctx.actor.user_id is not None else None
        if user is None or user.email is None:
            raise NotAllowed("Your account has no e-mail address.")
        limits.hit(ctx, "test mail", ctx.actor.label, 10)
        owe(
            ctx,
            "test_mail",
            user.email,
            to_name=user.name,
            key=f"test_mail:{ctx.chance.token_hex(12)}",
            season_id=season.id,
        )
        note(ctx, "mail.prove", season.slug, season_id=season.id)
        return user.email
