"""Two sessions at one moment, in the worst order: the first stands still in the middle while the second presses."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, text

from heroes.models.database import db
from heroes.services.context import Context
from heroes.services.refusals import Refusal
from tests.world import World

Press = Callable[[Context], object]
PATIENCE = 20


def pressed(world: World, who: str, what: Press) -> str:
    """Press in a session of one's own: "done", or the code of the refusal."""
    with world.app.app_context():
        try:
            what(world.ctx(who))
        except Refusal as refusal:
            return refusal.code
        finally:
            db.session.remove()
        return "done"


@contextmanager
def standing_still(before: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Have the first thread that is about to send a statement with these words say so, and wait to be let go."""
    there, go = threading.Event(), threading.Event()

    def stop(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if before in statement and not there.is_set():
            there.set()
            assert go.wait(PATIENCE)

    event.listen(Engine, "before_cursor_execute", stop)
    try:
        yield there, go
    finally:
        event.remove(Engine, "before_cursor_execute", stop)


def waits(world: World, second: Future[str]) -> None:
    """Return once the second waits for the first, or has gone past it."""
    if world.kind == "sqlite":
        # There the first has the only right to write, and the second waits at its first statement.
        assert not second.done()
        return
    with db.engine.connect() as apart:
        while not second.done():
            if apart.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
            apart.rollback()


def one_after_the_other(
    world: World, first: tuple[str, Press], before: str, second: tuple[str, Press]
) -> tuple[str, str]:
    """The first gets as far as a statement; then the second presses; what became of both."""
    world.session.rollback()
    with ThreadPoolExecutor(2) as pool, standing_still(before) as (there, go):
        one = pool.submit(pressed, world, *first)
        assert there.wait(PATIENCE), one.result(PATIENCE)
        two = pool.submit(pressed, world, *second)
        try:
            waits(world, two)
        finally:
            go.set()
        return one.result(PATIENCE), two.result(PATIENCE)
