"""Accounts: signing in and out, passwords, sessions."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, select, update

from heroes.adapters.chance import handle
from heroes.domain.actors import Actor
from heroes.domain.passwords import LONGEST, password_error
from heroes.domain.questions import email_error
from heroes.domain.slugs import email_key
from heroes.models.installation import Installation
from heroes.models.people import PrivateLink, User, UserSession
from heroes.services import limits
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.links import make_link, use_link
from heroes.services.posting import owe
from heroes.services.refusals import Invalid, NotAllowed, NotFound
from heroes.services.transactions import transaction

SESSION_DAYS = 30
IDLE_HOURS = 24 * 7
RESET_MINUTES = 30
"""How long after signing in by a mailed link the password may be set without the old one."""
_WRONG = "That address and password do not go together. Nothing was changed."

# Asked by every request of somebody who is signed in, so it is made once.
_SIGNED_IN = (
    select(User, UserSession)
    .join(UserSession, UserSession.user_id == User.id)
    .where(
        UserSession.token_hash == bindparam("token"),
        UserSession.ended_at.is_(None),
        UserSession.expires_at > bindparam("now"),
        UserSession.last_seen_at > bindparam("idle"),
        User.disabled_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the token goes into the cookie and is kept nowhere else."""

    user: User
    token: str


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """Argon2id with 19 MiB, two passes and one lane: about 16 ms, so that signing in cannot fill the machine."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def add_user(ctx: Context, name: str, email: str | None, *, password: str | None = None) -> User:
    """Add an account; an address that somebody has already gives `Invalid`. Needs a running transaction.

    The password, if any, must already be hashed: no hash is worked out inside a transaction.
    """
    if email is not None:
        email = email.strip()
        error = email_error(email)
        if error:
            raise Invalid({"email": error})
        if ctx.session.scalar(select(User.id).where(User.email_key == email_key(email))):
            raise Invalid({"email": "Somebody already has an account with this address."})
    user = User(
        handle=handle(ctx.chance),
        name=name,
        email=email,
        email_key=email_key(email) if email else None,
        password_hash=password,
        created_at=ctx.now,
    )
    ctx.session.add(user)
    ctx.session.flush()
    return user


def sign_in(ctx: Context, email: str, password: str, *, browser: str = "") -> SignedIn:
    """Sign in by password and start a session, or raise `Invalid` with one sentence for every kind of miss."""
    proved = prove_password(ctx, email, password)
    with transaction(ctx):
        user = locked_user(ctx, proved.user_id)
        if user.disabled_at is not None or user.password_hash != proved.stored:
            raise Invalid({"password": _WRONG}, _WRONG)
        return start_session(ctx, user, "password", browser)


@dataclass(frozen=True, slots=True)
class Proved:
    """A password that fitted; the account must still be enabled and the hash the same when it is made use of."""

    user_id: int
    stored: str


def prove_password(ctx: Context, email: str, password: str) -> Proved:
    """Check an address and its password without signing in; `Invalid` with one sentence for every kind of miss.

    Tries are limited per address, and per account so that nobody elsewhere can keep its owner out. The hash is worked
    out outside any transaction, and for an unknown address as well, so that time tells nothing.
    """
    key = email_key(email)
    with transaction(ctx):
        limits.hit(ctx, "sign-in:address", ctx.actor.address, 60, 900)
        limits.hit_account(ctx, "sign-in", key, 10, 200, 900)
    found = ctx.session.execute(
        select(User.id, User.password_hash).where(User.email_key == _kept(key), User.disabled_at.is_(None))
    ).one_or_none()
    ctx.session.rollback()
    stored = found.password_hash if found is not None else None
    fits = password_matches(stored or _nobody(), password)
    if found is None or stored is None or not fits:
        raise Invalid({"password": _WRONG}, _WRONG)
    return Proved(found.id, stored)


def _kept(key: str) -> str:
    """An address as a database can be asked for it: one with a zero character is nobody's, and no query."""
    return "" if "\0" in key else key


def password_matches(stored: str, password: str) -> bool:
    """Whether a password fits a stored hash. No more of it is read than a password may be long."""
    try:
        return hasher().verify(stored, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    return hasher().hash("nobody has this password")


def ask_sign_in_link(ctx: Context, email: str) -> None:
    """Mail a single-use sign-in link, if the address has an account; the caller learns nothing either way."""
    key = email_key(email)
    with transaction(ctx):
        limits.hit(ctx, "sign-in-link:address", ctx.actor.address, 60)
        limits.hit_account(ctx, "sign-in-link", key, 5, 20)
        user = ctx.session.scalar(
            select(User).where(User.email_key == _kept(key), User.disabled_at.is_(None))
        )
        if user is None or user.email is None:
            return
        link = make_link(ctx, "sign_in", user_id=user.id)
        owe(ctx, "sign_in", user.email, to_name=user.name, key=f"sign_in:{link.id}", link_id=link.id)


def sign_in_by_link(ctx: Context, token: str, *, browser: str = "") -> SignedIn:
    """Spend a sign-in link and start a session. Raises `NotFound` for a link that opens nothing."""
    with transaction(ctx):
        link = use_link(ctx, token)
        if link.purpose != "sign_in" or link.user_id is None:
            raise NotFound
        user = locked_user(ctx, link.user_id)
        if user.disabled_at is not None:
            raise NotFound
        return start_session(ctx, user, "link", browser)


def sign_in_for_demo(ctx: Context, user_handle: str) -> SignedIn:
    """Sign in without a password. Needs a database marked as demo; the caller makes sure of the demo command."""
    with transaction(ctx):
        marked = ctx.session.scalar(select(Installation.is_demo))
        user = ctx.session.scalar(select(User).where(User.handle == user_handle, User.demo_note.is_not(None)))
        if user is None or not marked:
            raise NotFound
        return start_session(ctx, user, "demo", "")


def locked_user(ctx: Context, user_id: int) -> User:
    """The account as it is now; nobody else signs in, changes the password or disables it until the commit."""
    return ctx.session.get_one(User, user_id, with_for_update=True)


def start_session(ctx: Context, user: User, how: str, browser: str = "") -> SignedIn:
    """Start a session for a user whose identity the caller has proved; one that this browser had ends.

    `how` is password, link, invitation or demo. Needs a running transaction.
    """
    if ctx.actor.session_id is not None:
        _end_session(ctx, ctx.actor.session_id)
    token = ctx.chance.token_hex(16)
    session = UserSession(
        token_hash=_token_hash(token),
        user_id=user.id,
        created_at=ctx.now,
        last_seen_at=ctx.now,
        expires_at=ctx.now + timedelta(days=SESSION_DAYS),
        how=how,
        browser="".join(c for c in browser[:200] if c.isprintable()),
    )
    ctx.session.add(session)
    note(ctx.acting(actor_of(user)), "account.sign_in", f"user:{user.id}", after={"how": how})
    return SignedIn(user, token)


def actor_of(
    user: User, session_id: int | None = None, address: str = "", links: frozenset[int] = frozenset()
) -> Actor:
    """The actor that a signed-in user is."""
    return Actor(
        user_id=user.id,
        name=user.name,
        email_key=user.email_key or "",
        links=links,
        session_id=session_id,
        address=address,
    )


def session_user(ctx: Context, token: str) -> tuple[User, UserSession] | None:
    """The user behind a session's cookie, if the session still lives and the account is enabled."""
    asked = {"token": _token_hash(token), "now": ctx.now, "idle": ctx.now - timedelta(hours=IDLE_HOURS)}
    row = ctx.session.execute(_SIGNED_IN, asked).one_or_none()
    return (row[0], row[1]) if row else None


def sign_out(ctx: Context) -> None:
    """End the actor's session; its cookie opens nothing any more."""
    if ctx.actor.session_id is None:
        return
    with transaction(ctx):
        _end_session(ctx, ctx.actor.session_id)
        note(ctx, "account.sign_out", ctx.actor.label)


def _end_session(ctx: Context, session_id: int) -> None:
    ctx.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.ended_at.is_(None))
        .values(ended_at=ctx.now)
    )


def end_sessions(ctx: Context, user_id: int, *, but: int | None = None) -> None:
    """End every session of a user, except one if asked. Needs a running transaction."""
    ending = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if but is not None:
        ending = ending.where(UserSession.id != but)
    ctx.session.execute(ending.values(ended_at=ctx.now))


def end_other_sessions(ctx: Context) -> None:
    """Sign the actor out everywhere but here."""
    if ctx.actor.user_id is None:
        raise NotAllowed("Sign in first.")
    with transaction(ctx):
        end_sessions(ctx, ctx.actor.user_id, but=ctx.actor.session_id)
        note(ctx, "account.end_sessions", ctx.actor.label)


def asks_old_password(ctx: Context) -> bool:
    """Whether changing the password asks for the present one: yes, if there is one, unless a mailed link has just
    proved who this is."""
    if ctx.actor.user_id is None or ctx.actor.session_id is None:
        return True
    row = ctx.session.execute(
        select(User.password_hash, UserSession.how, UserSession.created_at)
        .join(UserSession, UserSession.user_id == User.id)
        .where(User.id == ctx.actor.user_id, UserSession.id == ctx.actor.session_id)
    ).one_or_none()
    if row is None:
        return True
    by_mail = row.how == "link" and ctx.now < row.created_at + timedelta(minutes=RESET_MINUTES)
    return row.password_hash is not None and not by_mail


def set_password(ctx: Context, old: str, new: str) -> None:
    """Set or change the actor's password; every other session ends, and unused sign-in links with them.

    A user who has a password must give it, unless `asks_old_password` says otherwise. Raises `Invalid` by field.
    """
    if ctx.actor.user_id is None:
        raise NotAllowed("Sign in first.")
    with transaction(ctx):
        limits.hit(ctx, "password", ctx.actor.label, 10, 900)
    asks_old = asks_old_password(ctx)
    user = ctx.session.get_one(User, ctx.actor.user_id)
    stored, version, name, address = user.password_hash, user.version, user.name, user.email
    ctx.session.rollback()
    if address is None:
        raise NotAllowed("An account without an e-mail address cannot have a password.")
    if asks_old and stored is not None and not password_matches(stored, old):
        raise Invalid({"old": "This is not your present password."})
    error = password_error(new, (name, address))
    if error:
        raise Invalid({"new": error})
    hashed = hasher().hash(new)
    with transaction(ctx):
        user = locked_user(ctx, ctx.actor.user_id)
        if user.version != version:
            raise Invalid({"old": "Your account was changed elsewhere. Please try again."})
        user.password_hash = hashed
        end_sessions(ctx, user.id, but=ctx.actor.session_id)
        revoke_sign_in_links(ctx, user.id)
        note(ctx, "account.password", f"user:{user.id}")
        ctx.session.flush()
        owe(ctx, "password_changed", address, to_name=name, key=f"password:{user.id}:{user.version}")


def revoke_sign_in_links(ctx: Context, user_id: int) -> None:
    """Let no sign-in link that is still in somebody's post open anything. Needs a running transaction."""
    ctx.session.execute(
        update(PrivateLink)
        .where(
            PrivateLink.user_id == user_id,
            PrivateLink.purpose == "sign_in",
            PrivateLink.used_at.is_(None),
            PrivateLink.revoked_at.is_(None),
        )
        .values(revoked_at=ctx.now)
    )
