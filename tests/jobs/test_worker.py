"""The worker's two loops: a long results run keeps nothing else waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

from heroes.jobs.worker import Job, Worker

NOW = datetime(2026, 6, 1, tzinfo=UTC)


class SlowReckoner:
    """Computes one run that ends when somebody says so."""

    def __init__(self) -> None:
        self.begun, self.may_end, self.inside = Event(), Event(), False

    def watch(self, ctx: object) -> None:
        """Nothing is asked for."""

    def compute_one(self) -> bool:
        self.begun.set()
        assert self.inside
        self.may_end.wait(30)
        return False

    @contextmanager
    def entered(self) -> Iterator[None]:
        self.inside = True
        yield
        self.inside = False


def test_a_release_goes_out_while_a_run_is_computed() -> None:
    reckoner, released, stop = SlowReckoner(), Event(), Event()

    def release(ctx: object) -> None:
        if reckoner.begun.is_set():
            released.set()

    post: Any = SimpleNamespace(deliver_one=lambda: False, post=SimpleNamespace(close=lambda: None))
    context: Any = SimpleNamespace(now=NOW, session=SimpleNamespace(close=lambda: None))
    rota = (Job("releases", timedelta(0), release),)
    worker = Worker(lambda: context, post, reckoner, reckoner.entered, stop, rota)  # type: ignore[arg-type]
    at_work = Thread(target=worker.run)
    at_work.start()
    try:
        assert reckoner.begun.wait(30)
        assert released.wait(30)
        assert not reckoner.may_end.is_set()
    finally:
        stop.set()
        reckoner.may_end.set()
        at_work.join(30)

    assert not at_work.is_alive()
    assert reckoner.inside is False
