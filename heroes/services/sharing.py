"""Private links to an entry: sharing it, opening it, having them sent again."""

from sqlalchemy import func, select

from heroes.domain.questions import clean_text, email_error
from heroes.domain.slugs import email_key
from heroes.models.entries import Entry
from heroes.models.people import PrivateLink
from heroes.models.seasons import Category
from heroes.services import limits
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.links import make_link, use_link
from heroes.services.own_entries import load_draft
from heroes.services.posting import owe
from heroes.services.refusals import Invalid, NotFound
from heroes.services.transactions import transaction

SHARES_AN_HOUR = 10
"""How often one entry may be shared in an hour; one address may do so three times as often."""

MOST_LINKS_IN_A_MAIL = 50


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
            key=f"shared:{link.id}",
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
        limits.hit(ctx, "links:mail", key, 3)
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
            .where(
                Entry.nominator_email_key == key,
                PrivateLink.revoked_at.is_(None),
                PrivateLink.purpose == "entry",
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
