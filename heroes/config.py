"""Every setting, read from the environment and checked at the start. A default is safe in production."""

import secrets
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from heroes.adapters.mail import post_for
from heroes.domain.questions import email_error
from heroes.models.database import normal_url

SETTINGS: dict[str, str] = {
    "HEROES_SECRET_KEY": "32 characters or more; signs cookies and private links. No default.",
    "DATABASE_URL": "sqlite:///… or postgresql://…; default: heroes.sqlite in the instance folder.",
    "HEROES_BASE_URL": "The address people use, such as https://awards.example.org. Links in mails begin with it.",
    "HEROES_MAIL_URL": "smtp://user:password@host:587, smtps://…, or file:///folder to write messages as files.",
    "HEROES_MAIL_FROM": "The sender of mails; default: heroes@ and the host of the base address.",
    "HEROES_STORAGE_URL": "file:///folder for files; default: files in the instance folder.",
    "HEROES_INSTANCE": "The folder for the database, files and local keys; default: ./instance.",
    "HEROES_AUDIT_KEY": "32 characters or more; signs the audit trail. Default: audit.key in the instance folder.",
    "HEROES_SIGNING_KEY": "32 bytes in base64, or file:///… of a file with them; signs results bundles. Default: "
    "signing.key in the instance folder.",
    "HEROES_TRUSTED_PROXIES": "How many reverse proxies stand in front and set X-Forwarded-For; default 0.",
    "HEROES_SUBMISSIONS_PER_HOUR": "Nominations an hour from one address; default 300.",
}


SEED_BYTES = 32


class BadSetting(ValueError):
    """A setting that stops the start; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The checked settings of one process. `secret_key` and `base_url` may be empty for database commands."""

    instance: Path
    database_url: str = field(repr=False)
    secret_key: str = field(default="", repr=False)
    audit_key: str = field(default="", repr=False)
    signing_key: str = field(default="", repr=False)
    base_url: str = "http://localhost"
    mail_url: str = field(default="", repr=False)
    mail_from: str = ""
    storage_url: str = ""
    trusted_proxies: int = 0
    submissions_per_hour: int = 300
    demo: bool = False

    @property
    def https(self) -> bool:
        """Whether people come over TLS, so that cookies may be kept to it."""
        return self.base_url.startswith("https://")


def load(environ: Mapping[str, str], *, serving: bool) -> Settings:
    """Read and check the environment, or raise `BadSetting` with one line.

    `serving` also asks for the secret key, the base and the mail address. Nothing is created on disk.
    """
    unknown = sorted(
        n for n in environ if n.startswith("HEROES_") and n not in SETTINGS and n != "HEROES_TEST_DATA"
    )
    if unknown:
        raise BadSetting(f"{unknown[0]} is not a setting; see the table in the README")
    instance = Path(environ.get("HEROES_INSTANCE") or "instance").resolve()
    database = normal_url(environ.get("DATABASE_URL") or f"sqlite:///{instance / 'heroes.sqlite'}")
    if not database.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting("DATABASE_URL must begin with sqlite:/// or postgresql://")
    secret = environ.get("HEROES_SECRET_KEY", "")
    base = environ.get("HEROES_BASE_URL", "").rstrip("/")
    mail = environ.get("HEROES_MAIL_URL", "")
    if serving:
        _check_serving(secret, base, mail)
    host, sender = _host(base), environ.get("HEROES_MAIL_FROM", "")
    _check_mail(mail, sender)
    audit = environ.get("HEROES_AUDIT_KEY", "")
    if audit and len(audit) < 32:
        raise BadSetting("HEROES_AUDIT_KEY is shorter than 32 characters")
    signing = environ.get("HEROES_SIGNING_KEY", "")
    if signing and not signing.startswith("file:///") and _seed(signing) is None:
        raise BadSetting("HEROES_SIGNING_KEY must be 32 bytes in base64, or file:///… of a file with them")
    storage = environ.get("HEROES_STORAGE_URL") or f"file://{instance / 'files'}"
    if not storage.startswith("file:///"):
        raise BadSetting("HEROES_STORAGE_URL must begin with file:///")
    return Settings(
        instance=instance,
        database_url=database,
        secret_key=secret,
        audit_key=audit,
        signing_key=signing,
        base_url=base or "http://localhost",
        mail_url=mail,
        mail_from=sender or f"heroes@{host}",
        storage_url=storage,
        trusted_proxies=_whole(environ, "HEROES_TRUSTED_PROXIES", 0, 10),
        submissions_per_hour=_whole(environ, "HEROES_SUBMISSIONS_PER_HOUR", 300, 1_000_000),
    )


def _check_serving(secret: str, base: str, mail: str) -> None:
    if not secret:
        raise BadSetting(
            "HEROES_SECRET_KEY is not set. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    if len(secret) < 32:
        raise BadSetting("HEROES_SECRET_KEY is shorter than 32 characters")
    if not base:
        raise BadSetting(
            "HEROES_BASE_URL is not set: the address people use, such as https://awards.example.org"
        )
    if not mail:
        raise BadSetting("HEROES_MAIL_URL is not set: smtp://host:port, smtps://host:port or file:///folder")


def _host(base: str) -> str:
    """The host of the base address, which is checked wherever it is given."""
    if not base:
        return "localhost"
    try:
        parts = urlsplit(base)
        host = parts.hostname if parts.scheme in ("http", "https") else None
        parts.port  # noqa: B018 (reading it checks it)
    except ValueError:
        host = None
    if not host:
        raise BadSetting(
            "HEROES_BASE_URL must be the whole address people use, such as https://awards.example.org"
        )
    return host


def _check_mail(mail: str, sender: str) -> None:
    try:
        if mail:
            post_for(mail)
    except ValueError as error:
        raise BadSetting(
            "HEROES_MAIL_URL must be smtp://host:port, smtps://host:port or file:///folder"
        ) from error
    if sender and email_error(sender):
        raise BadSetting("HEROES_MAIL_FROM must be one address, such as heroes@awards.example.org")


def _whole(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or int(text) > most:
        raise BadSetting(f"{name} must be a whole number from 0 to {most:,}")
    return int(text)


def audit_key(settings: Settings) -> bytes:
    """The key of the audit trail: the setting, or the instance folder's own file, made at the first need."""
    if settings.audit_key:
        return settings.audit_key.encode()
    path = settings.instance / "audit.key"
    if not path.exists():
        settings.instance.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x") as file:
                path.chmod(0o600)
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass  # another process of ours was faster; its key is the key
    return path.read_text().strip().encode()


def keep_keys(settings: Settings, audit: bytes, signing: bytes | None) -> None:
    """Make restored keys this installation's own, or write nothing and raise `BadSetting` if a setting says another."""
    if signing is not None and settings.signing_key and kept_signing_seed(settings) != signing:
        raise BadSetting("HEROES_SIGNING_KEY is not the key that this backup holds")
    keep_audit_key(settings, audit)
    if signing is not None and not settings.signing_key:
        _keep(settings.instance / "signing.key", b64encode(signing))


def keep_audit_key(settings: Settings, key: bytes) -> None:
    """Make a restored key this installation's own. Raises `BadSetting` if the setting says another one."""
    if settings.audit_key:
        if settings.audit_key.encode() != key:
            raise BadSetting(
                "HEROES_AUDIT_KEY is not the key that the audit trail of this backup was signed with"
            )
        return
    _keep(settings.instance / "audit.key", key)


def signing_seed(settings: Settings) -> bytes:
    """The secret that results bundles are signed with, 32 bytes; the instance folder's own is made at the first need.

    Raises `BadSetting` for a file that holds something else.
    """
    seed = kept_signing_seed(settings)
    if seed is None:
        _keep(settings.instance / "signing.key", b64encode(secrets.token_bytes(SEED_BYTES)), once=True)
        seed = kept_signing_seed(settings)
        assert seed is not None
    return seed


def kept_signing_seed(settings: Settings) -> bytes | None:
    """The same where there is one already; makes none."""
    given = settings.signing_key
    if given and not given.startswith("file:///"):
        return _seed(given)
    path = Path(given.removeprefix("file://")) if given else settings.instance / "signing.key"
    if not given and not path.exists():
        return None
    try:
        seed = _seed(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise BadSetting(f"{path}: the signing key cannot be read") from error
    if seed is None:
        raise BadSetting(f"{path}: a signing key is 32 bytes in base64, and this is not")
    return seed


def _seed(text: str) -> bytes | None:
    try:
        seed = b64decode(text, validate=True)
    except (Error, ValueError):
        return None
    return seed if len(seed) == SEED_BYTES else None


def _keep(path: Path, key: bytes, *, once: bool = False) -> None:
    """Write a key for its owner only, whole or not at all; `once` leaves one that is there already as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    try:
        draft.write_bytes(key)
        if once:
            with suppress(FileExistsError):  # another process of ours was faster; its key is the key
                path.hardlink_to(draft)
        else:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
