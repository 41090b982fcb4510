"""One request at a time in each process, where requests side by side would only stand in each other's way."""

from collections.abc import Iterable
from io import BytesIO
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class OneAtATime:
    """A WSGI application that answers one request of its process after the other.

    For SQLite, which has one writer: threads of one interpreter win nothing there, while each of them interrupts
    the one that holds the write lock, and those that wait for it sleep longer than they need. A request's body is
    read before its turn, and its answer is sent after it, so that nobody waits for a slow connection.
    """

    def __init__(self, app: WSGIApplication, most_bytes: int) -> None:
        """Wrap an application; a body of more than `most_bytes` is left for it to refuse."""
        self.app = app
        self.most_bytes = most_bytes
        self.turn = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Read the body, wait for the turn, answer."""
        length = _length(environ)
        if 0 < length <= self.most_bytes:
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(length))
        with self.turn:
            return self.app(environ, start_response)


def _length(environ: dict[str, Any]) -> int:
    text = str(environ.get("CONTENT_LENGTH") or "")
    return int(text) if text.isdecimal() and len(text) < 20 else 0
