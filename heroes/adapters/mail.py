"""Mail that leaves the house: over SMTP, into a folder, or (the twin for tests) into memory."""

import os
import re
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

TIMEOUT_SECONDS = 30
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Undelivered(Exception):
    """A message did not go out. `permanent` says that trying the same again is of no use."""

    def __init__(self, sentence: str, *, permanent: bool = False) -> None:
        """Keep what the other side said, on one line."""
        super().__init__(" ".join(sentence.split())[:500])
        self.permanent = permanent


class Post(Protocol):
    """Something that takes messages."""

    def send(self, message: EmailMessage) -> None:
        """Hand one message over for good, or raise `Undelivered`."""
        ...

    def check(self) -> None:
        """Raise `Undelivered` if messages could not be handed over now. Sends nothing."""
        ...

    def close(self) -> None:
        """Let go of a connection that is kept between messages."""
        ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """A text that travels with a message as a file."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that one message is made of."""

    sender: tuple[str, str]
    to: tuple[str, str]
    subject: str
    text: str
    html: str
    message_id: str
    at: datetime
    reply_to: str = ""
    stop_url: str = ""
    parcels: Sequence[Parcel] = ()


def message_of(letter: Letter) -> EmailMessage:
    """The message as it travels; the same letter gives the same headers and texts at every attempt.

    Raises `Undelivered` for good if an address cannot stand in a header.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _address(*letter.sender)
        message["To"] = _address(*letter.to)
    except (ValueError, IndexError) as error:
        raise Undelivered("this is not an address that mail can go to", permanent=True) from error
    # A slip in the programme's contact must not hold up everybody's mail.
    with suppress(ValueError, IndexError):
        message["Reply-To"] = _address("", letter.reply_to)
    message["Subject"] = _line(letter.subject)
    message["Date"] = letter.at
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if letter.stop_url:
        message["List-Unsubscribe"] = f"<{letter.stop_url}>"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for parcel in letter.parcels:
        message.add_attachment(parcel.text, subtype="plain", filename=parcel.name, cte="quoted-printable")
    _fix_boundaries(message, letter.message_id)
    return message


def _fix_boundaries(message: EmailMessage, message_id: str) -> None:
    name = re.sub(r"\W", "", message_id)[:40]
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{name}_{number}")


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _address(name: str, address: str) -> Address:
    user, at, host = address.strip().rpartition("@")
    if not at or not user or not host or not host.isprintable():
        raise ValueError(address)
    return Address(_line(name), user, host.encode("idna").decode())


def post_for(url: str) -> Post:
    """The post office of an address: smtp://, smtps:// or file:///folder. Connects to nothing yet."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return FolderPost(Path(unquote(parts.path)))
    if parts.scheme in ("smtp", "smtps") and parts.hostname:
        return SmtpPost(parts)
    raise ValueError("a mail address must begin with smtp://, smtps:// or file:///")


class SmtpPost:
    """SMTP. smtps:// is TLS from the start; smtp:// takes STARTTLS when it is offered, `?starttls=always` asks for it.

    A password never travels unencrypted, except to this very machine. One connection serves message after message.
    """

    def __init__(self, parts: SplitResult, *, trust: ssl.SSLContext | None = None) -> None:
        """Read the address; `trust` says whose certificates count."""
        self._host = parts.hostname or ""
        self._secure = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._secure else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._ask_tls = parse_qs(parts.query).get("starttls") == ["always"]
        self._trust = trust
        self._open: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        """Hand over one message. A refusal of this message (5xx) is for good, everything else can be tried again."""
        connection = self._connected()
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            self._reset()
            raise Undelivered(f"{code} {_said(said)}", permanent=code >= 500) from error
        except smtplib.SMTPNotSupportedError as error:
            self._reset()
            raise Undelivered(str(error), permanent=True) from error
        except smtplib.SMTPResponseException as error:
            self._reset()
            raise Undelivered(
                f"{error.smtp_code} {_said(error.smtp_error)}", permanent=error.smtp_code >= 500
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Undelivered(f"the mail server broke off: {error}") from error

    def check(self) -> None:
        """Connect, greet and sign in."""
        self._connected()
        self.close()

    def close(self) -> None:
        """Say goodbye, if there is a connection."""
        connection, self._open = self._open, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _reset(self) -> None:
        try:
            if self._open is not None:
                self._open.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _connected(self) -> smtplib.SMTP:
        if self._open is not None and self._alive(self._open):
            return self._open
        self.close()
        try:
            self._open = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            raise Undelivered(
                f"the mail server did not take our name and password: {error.smtp_code}"
            ) from error
        except smtplib.SMTPResponseException as error:
            raise Undelivered(
                f"the mail server turned us away: {error.smtp_code} {_said(error.smtp_error)}"
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Undelivered(f"no mail server at {self._host}:{self._port}: {error}") from error
        return self._open

    @staticmethod
    def _alive(connection: smtplib.SMTP) -> bool:
        try:
            return connection.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _connect(self) -> smtplib.SMTP:
        trust = self._trust or ssl.create_default_context()
        if self._secure:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_SECONDS, context=trust
            )
        else:
            connection = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.ehlo_or_helo_if_needed()
            encrypted = self._secure
            offered = connection.has_extn("starttls") and self._host not in _LOOPBACK
            if not encrypted and (offered or self._ask_tls):
                connection.starttls(context=trust)
                connection.ehlo()
                encrypted = True
            if self._user:
                if not encrypted and self._host not in _LOOPBACK:
                    raise smtplib.SMTPException("it offers no encryption, so our password is not sent")
                connection.login(self._user, self._password)
        except BaseException:
            connection.close()
            raise
        return connection


def _said(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


class FolderPost:
    """One .eml file per Message-ID: sending a message again replaces the same file, and no half file is ever seen."""

    def __init__(self, folder: Path) -> None:
        """The folder is made at the first message."""
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the message to disk, whole or not at all."""
        name = re.sub(r"[^\w.@-]", "_", str(message["Message-ID"]).strip("<>"))[:200]
        draft = self._folder / f".{name}.{os.getpid()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / f"{name}.eml")
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            raise Undelivered(f"cannot write to the mail folder: {error.strerror}") from error

    def check(self) -> None:
        """Whether the folder is there, or could be made, and takes files."""
        place = self._folder
        while not place.exists():
            place = place.parent
        if not place.is_dir() or not os.access(place, os.W_OK):
            raise Undelivered("cannot write to the mail folder")

    def close(self) -> None:
        """Nothing is kept open."""


@dataclass
class MemoryPost:
    """The twin for tests: keeps what it is given, in order; `trouble` is raised instead, once each."""

    sent: list[EmailMessage] = field(default_factory=list)
    trouble: list[Undelivered] = field(default_factory=list)

    def send(self, message: EmailMessage) -> None:
        """Keep the message, or raise the next trouble."""
        if self.trouble:
            raise self.trouble.pop(0)
        self.sent.append(message)

    def check(self) -> None:
        """Raise the next trouble, if any."""
        if self.trouble:
            raise self.trouble[0]

    def close(self) -> None:
        """Nothing is kept open."""
