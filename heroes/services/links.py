"""Private links: an entry's, a sign-in, an invitation."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update

from heroes.models.entries import Entry
from heroes.models.people import PrivateLink
from heroes.models.seasons import Season
from heroes.models.visibility import seasons_for_public
from heroes.services.context import Context
from heroes.services.refusals import NotFound

SIGN_IN_MINUTES = 15
INVITATION_DAYS = 30


def token_of(key: bytes, purpose: str, nonce: str) -> str:
    """The link's token: 128 bits that follow from the nonce under the installation's key, as 22 letters."""
    digest = hmac.new(key, f"link:{purpose}:{nonce}".encode(), hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(
    ctx: Context,
    purpose: str,
    *,
    entry_id: int | None = None,
    user_id: int | None = None,
    invitation_id: int | None = None,
) -> PrivateLink:
    """Add a link for one subject; sign-in links live 15 minutes, invitations 30 days, both work once."""
    link = _new(ctx, purpose, entry_id=entry_id, user_id=user_id, invitation_id=invitation_id)
    ctx.session.add(link)
    ctx.session.flush()
    return link


def make_invitation_links(ctx: Context, invitation_ids: Sequence[int]) -> list[PrivateLink]:
    """Add a link for each of many invitations, in their order and together."""
    links = [_new(ctx, "invitation", invitation_id=one) for one in invitation_ids]
    ctx.session.add_all(links)
    ctx.session.flush()
    return links


def _new(
    ctx: Context,
    purpose: str,
    *,
    entry_id: int | None = None,
    user_id: int | None = None,
    invitation_id: int | None = None,
) -> PrivateLink:
    nonce = ctx.chance.token_hex(16)
    life = {"sign_in": timedelta(minutes=SIGN_IN_MINUTES), "invitation": timedelta(days=INVITATION_DAYS)}.get(
        purpose
    )
    return PrivateLink(
        purpose=purpose,
        nonce=nonce,
        token_hash=hash_of(token_of(ctx.keys.links, purpose, nonce)),
        entry_id=entry_id,
        user_id=user_id,
        invitation_id=invitation_id,
        single_use=purpose in ("sign_in", "invitation"),
        created_at=ctx.now,
        expires_at=ctx.now + life if life else None,
    )


def address_of(key: bytes, base_url: str, link: PrivateLink) -> str:
    """The whole address that goes into the mail."""
    return f"{base_url}/link/{token_of(key, link.purpose, link.nonce)}"


def find_link(ctx: Context, token: str) -> PrivateLink:
    """The live link behind a token, or `NotFound` for one that never was, is used up, expired or revoked.

    So it is for a link to an entry of a season that the actor may not know of.
    """
    link = ctx.session.scalar(select(PrivateLink).where(PrivateLink.token_hash == hash_of(token)))
    expired = link is not None and link.expires_at is not None and link.expires_at <= ctx.now
    if link is None or expired or link.revoked_at or (link.single_use and link.used_at):
        raise _opens_nothing()
    if link.entry_id is not None and not _may_be_known(ctx, link.entry_id):
        raise _opens_nothing()
    return link


def _opens_nothing() -> NotFound:
    return NotFound("This link has been used or has run out. Ask for a new one; nothing behind it is lost.")


def _may_be_known(ctx: Context, entry_id: int) -> bool:
    """Whether the season of an entry is open, or the actor among those who build it."""
    known = seasons_for_public(ctx.actor.user_id, ctx.actor.looks_into)
    wanted = select(Season.id).join(Entry, Entry.season_id == Season.id).where(Entry.id == entry_id, known)
    return ctx.session.scalar(wanted) is not None


def use_link(ctx: Context, token: str) -> PrivateLink:
    """Take a link: a single-use one is spent by exactly one caller. Needs a running transaction."""
    link = find_link(ctx, token)
    spend = update(PrivateLink).where(PrivateLink.id == link.id).values(used_at=ctx.now)
    if link.single_use:
        spend = spend.where(PrivateLink.used_at.is_(None))
    spent = ctx.session.execute(spend.returning(PrivateLink.id)).one_or_none()
    if spent is None:
        raise _opens_nothing()
    return link
