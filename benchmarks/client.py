"""A browser that costs little: it shares the machine with the server that it measures."""

import re
import socket
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import quote_plus, urlsplit

_TOKEN = re.compile(rb'name="csrf_token"[^>]*?value="([^"]+)"')
_LENGTH = re.compile(rb"\r\nContent-Length: *(\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nSet-Cookie: *([^=;\r]+)=([^;\r]*)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nLocation: *([^\r]+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nConnection: *close", re.IGNORECASE)
_LOOPBACK = count(1)


class Unexpected(Exception):
    """An answer that the flow does not allow; the message says which step and what came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One checked answer."""

    status: int
    location: str
    body: bytes

    def token(self) -> str:
        """The form token of the page."""
        found = _TOKEN.search(self.body)
        if found is None:
            raise Unexpected("the page has no form token")
        return found[1].decode()


def next_address() -> str:
    """Another address of 127.0.0.0/8 for each visitor, so that rate limits see what they would see in life."""
    number = next(_LOOPBACK) % (250 * 250 * 100)
    return f"127.{1 + number // 62_500}.{number // 250 % 250 + 1}.{number % 250 + 1}"


@dataclass(slots=True)
class Browser:
    """One visitor: an address, cookies, and a connection that is kept while the server keeps it."""

    port: int
    source: str = field(default_factory=next_address)
    cookies: dict[bytes, bytes] = field(default_factory=dict)
    wire: socket.socket | None = None

    def get(self, path: str, status: int = 200, says: bytes = b"") -> Answer:
        """Ask for a page; anything but this status and text raises `Unexpected`."""
        return self._ask("GET", path, b"", status, says)

    def post(self, path: str, fields: bytes, status: int = 303, says: bytes = b"") -> Answer:
        """Post an encoded form; anything but this status and text raises `Unexpected`."""
        return self._ask("POST", path, fields, status, says)

    def close(self) -> None:
        """Leave."""
        if self.wire is not None:
            self.wire.close()
            self.wire = None

    def _ask(self, method: str, path: str, body: bytes, status: int, says: bytes) -> Answer:
        kept = self.wire is not None
        try:
            head, content = self._exchange(method, path, body)
        except (ConnectionError, Unexpected):
            # A kept connection may have been closed for idling just now; a new one may not.
            self.close()
            if not kept or method != "GET":
                raise
            head, content = self._exchange(method, path, body)
        for name, value in _COOKIE.findall(head):
            self.cookies[name] = value
        if _CLOSES.search(head):
            self.close()
        got = int(head[9:12])
        if got != status or says not in content:
            raise Unexpected(f"{method} {path}: {got} where {status} with {says.decode()!r} was due")
        found = _LOCATION.search(head)
        return Answer(got, found[1].decode() if found else "", content)

    def _exchange(self, method: str, path: str, body: bytes) -> tuple[bytes, bytes]:
        if self.wire is None:
            self.wire = socket.create_connection(
                ("127.0.0.1", self.port), timeout=60, source_address=(self.source, 0)
            )
            self.wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n".encode()
        if self.cookies:
            head += b"Cookie: " + b"; ".join(k + b"=" + v for k, v in self.cookies.items()) + b"\r\n"
        if method == "POST":
            head += b"Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"
            head += b"Content-Length: %d\r\n" % len(body)
        self.wire.sendall(head + b"\r\n" + body)
        return self._read()

    def _read(self) -> tuple[bytes, bytes]:
        assert self.wire is not None
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[: end + 2]
        length = _LENGTH.search(head)
        if length is None:
            raise Unexpected("an answer without its length")
        parts, missing = [data[end + 4 :]], int(length[1]) - (len(data) - end - 4)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return head, b"".join(parts)

    def _more(self) -> bytes:
        assert self.wire is not None
        data = self.wire.recv(262_144)
        if not data:
            raise ConnectionResetError("the server hung up")
        return data


def encoded(fields: dict[str, str]) -> bytes:
    """A form as a browser posts it."""
    return "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in fields.items()).encode()


def path_of(location: str) -> str:
    """Where a redirect leads, on the same server."""
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
