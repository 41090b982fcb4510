"""Private links to an entry: sharing it, taking a share back, opening it, having them sent again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from heroes.domain.questions import clean_text, email_error
from heroes.domain.slugs import email_key
from heroes.models.entries import Entry
from heroes.models.outbox import OutboxMail
from heroes.models.people import PrivateLink
from heroes.models.seasons import Category, Season
from heroes.models.visibility import seasons_for_public
from heroes.services import limits
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.links import make_link, use_link
from heroes.services.own_entries import Draft, load_draft
from heroes.services.posting import owe
from heroes.services.refusals import Invalid, NotFound, Refusal
from heroes.services.transactions import transaction

SHARES_AN_HOUR = 10
"""How often one entry may be shared in an hour; one address may do so three times as often."""

MOST_LINKS_IN_A_MAIL = 50


@dataclass(frozen=True, slots=True)
class Shared:
    """One private link that somebody was given. `key` names it on a page without being worth anything there.

    `name` and `address` are empty once the mail that went out with it is no longer kept; `own` is a link that the
    one who asks came in by.
    """

    id: int
    key: str
    name: str
    address: str
    shared_at: datetime
    opened_at: datetime | None
    own: bool


def share(ctx: Context, entry_handle: str, address: str, name: str = "") -> PrivateLink:
    """Make another private link to an entry and mail it to somebody, who can then do all that an entrant can.

    Raises `Invalid` by field for an address that mail could not reach, `TooOften` past the limits.
    """
    address, name = address.strip(), " ".join(clean_text(name).split())
    errors = {}
    if sentence := email_error(address):
        errors["address"] = sentence
    if len(name) > 200:
        errors["name"] = "This is longer than 200 characters, which is more than we can keep."
    if errors:
        raise Invalid(errors)
    with transaction(ctx):
        draft = load_draft(ctx, entry_handle)
        entry = draft.entry
        limits.hit(ctx, "share:entry", str(entry.id), SHARES_AN_HOUR)
        limits.hit(ctx, "share:address", ctx.actor.address, 3 * SHARES_AN_HOUR)
        link = make_link(ctx, "entry", entry_id=entry.id)
        owe(
            ctx,
            "shared",
            address,
            to_name=name,
            key=_mail_key(link.id),
            season_id=entry.season_id,
            entry_id=entry.id,
            who=ctx.actor.name or entry.nominator_name or "Somebody",
            title=entry.title,
            category=draft.category.name,
            link_id=link.id,
        )
        note(
            ctx,
            "entry.share",
            entry.reference or entry.handle,
            season_id=entry.season_id,
            entry_id=entry.id,
            after={"address": address},
        )
    return link


def shared_with(ctx: Context, entry_handle: str) -> tuple[Draft, Sequence[Shared]]:
    """An entry of the actor's, and who else was given a link to it that still opens it, the oldest first."""
    draft = load_draft(ctx, entry_handle)
    return draft, _shared(ctx, draft.entry)


def _shared(ctx: Context, entry: Entry) -> list[Shared]:
    links = ctx.session.scalars(
        select(PrivateLink)
        .where(PrivateLink.entry_id == entry.id, PrivateLink.purpose == "entry")
        .order_by(PrivateLink.id)
    ).all()
    # The first link to an entry that no organisation entered is its nominator's own; nobody can lock them out.
    given = links if entry.workspace_id is not None else links[1:]
    live = {_mail_key(link.id): link for link in given if link.revoked_at is None}
    mails = {
        mail.key: mail
        for mail in ctx.session.scalars(select(OutboxMail).where(OutboxMail.key.in_(list(live))))
    }
    found = []
    for key, link in live.items():
        mail = mails.get(key)
        found.append(
            Shared(
                id=link.id,
                key=link.token_hash[:16],
                name=mail.to_name if mail else "",
                address=mail.to_address if mail else "",
                shared_at=link.created_at,
                opened_at=link.used_at,
                own=link.id in ctx.actor.links,
            )
        )
    return found


def _mail_key(link_id: int) -> str:
    return f"shared:{link_id}"


def unshare(ctx: Context, entry_handle: str, key: str) -> Shared:
    """Take a link back that somebody was given: it opens nothing from now on, in no browser that knows it either.

    A mail with it that has not gone out yet does not. Any entrant may, as any may share; the nominator's own link
    stays. Raises `NotFound` for anybody else and any other link, a refusal for one that has just been taken back.
    """
    with transaction(ctx):
        entry = load_draft(ctx, entry_handle).entry
        shared = next((one for one in _shared(ctx, entry) if one.key == key), None)
        if shared is None:
            raise NotFound
        taken = ctx.session.execute(
            update(PrivateLink)
            .where(PrivateLink.id == shared.id, PrivateLink.revoked_at.is_(None))
            .values(revoked_at=ctx.now)
            .returning(PrivateLink.id)
        ).one_or_none()
        if taken is None:
            raise Refusal("This link has been taken back already.", "taken_back")
        ctx.session.execute(
            update(OutboxMail)
            .where(OutboxMail.key == _mail_key(shared.id), OutboxMail.state.in_(("waiting", "stuck")))
            .values(state="cancelled")
        )
        note(
            ctx,
            "entry.unshare",
            entry.reference or entry.handle,
            season_id=entry.season_id,
            entry_id=entry.id,
            before={"address": shared.address},
        )
    return shared


def open_link(ctx: Context, token: str) -> tuple[int, str]:
    """Take an entry's private link and return (link id, entry's handle). Raises `NotFound` for any other link."""
    with transaction(ctx):
        link = use_link(ctx, token)
        if link.purpose != "entry" or link.entry_id is None:
            raise NotFound
        return link.id, ctx.session.get_one(Entry, link.entry_id).handle


def send_links(ctx: Context, address: str) -> None:
    """Mail every live private link of an address to that address, and to nobody else.

    The caller learns nothing about whether there are any.
    """
    with transaction(ctx):
        key = email_key(address)
        limits.hit(ctx, "links:address", ctx.actor.address, 30)
        limits.hit_account(ctx, "links", key, 3, 12)
        rows = ctx.session.execute(
            select(
                func.min(PrivateLink.id).label("link_id"),
                Entry.title,
                Entry.reference,
                Entry.nominator_email,
                Category.name,
            )
            .join(Entry, Entry.id == PrivateLink.entry_id)
            .join(Category, Category.id == Entry.category_id)
            .join(Season, Season.id == Entry.season_id)
            .where(
                Entry.nominator_email_key == key,
                PrivateLink.revoked_at.is_(None),
                PrivateLink.purpose == "entry",
                seasons_for_public(),
            )
            .group_by(Entry.id, Category.id)
            .order_by(Entry.id.desc())
            .limit(MOST_LINKS_IN_A_MAIL)
        ).all()
        # To the address as it was given with the entry: two addresses may look alike to us and not be one mailbox.
        for kept in sorted({row.nominator_email for row in rows if key}):
            owe(
                ctx,
                "links",
                kept,
                key=f"links:{ctx.chance.token_hex(16)}",
                entries=[
                    {
                        "link_id": row.link_id,
                        "title": row.title,
                        "reference": row.reference or "",
                        "category": row.name,
                    }
                    for row in rows
                    if row.nominator_email == kept
                ],
            )
