"""One request at a time in a process: bodies before the turn, answers in it."""

from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from threading import Event, Thread
from typing import Any

from heroes.web.kit.turn import OneAtATime


def ask(app: OneAtATime, body: bytes = b"", length: str | None = None) -> bytes:
    """Post a body; the length is the body's unless something else is claimed."""
    environ = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)) if length is None else length}
    return b"".join(app(environ, lambda *_: lambda _: None))


def test_a_second_request_waits_for_the_end_of_the_first() -> None:
    inside, go, done = Event(), Event(), []

    def slow(environ: dict[str, Any], _: Any) -> Iterable[bytes]:
        name = environ["wsgi.input"].read()
        if name == b"first":
            inside.set()
            assert go.wait(10)
        done.append(name)
        return [name]

    app = OneAtATime(slow, 100)
    first = Thread(target=ask, args=(app, b"first"))
    first.start()
    assert inside.wait(10)
    second = Thread(target=ask, args=(app, b"second"))
    second.start()
    second.join(0.2)
    assert second.is_alive()
    assert done == []
    go.set()
    first.join(10)
    second.join(10)
    assert done == [b"first", b"second"]


def test_a_body_is_read_before_its_turn_so_that_a_slow_one_holds_nobody_up() -> None:
    seen: list[bool] = []
    app = OneAtATime(lambda environ, _: [environ["wsgi.input"].read()], 100)

    class Wire(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            """Tell whether somebody else could have had the turn meanwhile."""
            seen.append(app.turn.locked())
            return super().read(size)

    environ: dict[str, Any] = {"wsgi.input": Wire(b"typed"), "CONTENT_LENGTH": "5"}
    assert list(app(environ, lambda *_: lambda _: None)) == [b"typed"]
    assert seen == [False]


def test_a_body_that_is_too_long_or_of_no_length_is_left_to_the_application() -> None:
    app = OneAtATime(lambda environ, _: [type(environ["wsgi.input"]).__name__.encode()], 3)

    class Wire(BytesIO):
        pass

    def kind(length: str) -> bytes:
        return b"".join(
            app({"wsgi.input": Wire(b"abcd"), "CONTENT_LENGTH": length}, lambda *_: lambda _: None)
        )

    assert {length: kind(length) for length in ("3", "4", "", "-1", "x", "9" * 30)} == {
        "3": b"BytesIO", "4": b"Wire", "": b"Wire", "-1": b"Wire", "x": b"Wire", "9" * 30: b"Wire",
    }  # fmt: skip


def test_a_request_that_fails_gives_its_turn_back() -> None:
    def fail(environ: dict[str, Any], _: Any) -> Iterable[bytes]:
        if environ["wsgi.input"].read():
            raise ValueError("no")
        return [b"next"]

    app = OneAtATime(fail, 100)
    with suppress(ValueError):
        ask(app, b"bad")
    assert not app.turn.locked()
    assert ask(app) == b"next"
