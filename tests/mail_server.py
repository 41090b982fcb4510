"""A mail server of the tests' own: it listens on whatever port is free and keeps what it is given."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller


class AnyPort(Controller):
    """Listens on whatever port is free, and then knows which one."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass
class Sink:
    """Answers as the test wants, after a pause, and keeps every message that it took."""

    pause: float = 0
    rcpt: str = ""
    data: str = ""
    port: int = 0
    got: list[Any] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take or refuse an addressee."""
        self.connections.add(session.peer)
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        """Take or refuse a message."""
        await asyncio.sleep(self.pause)
        if self.data:
            return self.data
        self.got.append(envelope)
        return "250 kept"

    def by_message_id(self) -> dict[str, list[bytes]]:
        """Every message that was taken, by its Message-ID."""
        found: dict[str, list[bytes]] = {}
        for envelope in list(self.got):
            head = envelope.content.split(b"\r\n\r\n", 1)[0].decode().split("\r\n")
            name = next(line for line in head if line.lower().startswith("message-id:")).split(":", 1)[1]
            found.setdefault(name.strip(), []).append(envelope.content)
        return found


@contextmanager
def listening(sink: Sink, hostname: str = "127.0.0.1", **options: Any) -> Iterator[Sink]:
    """Let it listen for a while."""
    controller = AnyPort(sink, hostname=hostname, port=0, **options)
    controller.start()
    sink.port = controller.port
    try:
        yield sink
    finally:
        controller.stop()
