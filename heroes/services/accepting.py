"""Accepting an invitation: the role goes to the invited address and to nobody else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from heroes.domain import promises
from heroes.domain.passwords import password_error
from heroes.domain.questions import clean_text
from heroes.domain.roles import Role
from heroes.models.people import Invitation, Membership, PrivateLink, ProgrammeRole, User
from heroes.models.seasons import PanelMember, Season
from heroes.services.accounts import (
    SignedIn,
    actor_of,
    add_user,
    hasher,
    locked_user,
    prove_password,
    start_session,
)
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.inviting import Wanted, account_of, held, wanted_of
from heroes.services.refusals import Faster, Invalid, NotFound
from heroes.services.transactions import transaction

_GONE = (
    "This invitation has been used, withdrawn, or has run out. Ask the person who invited you for a new one."
)


@dataclass(frozen=True, slots=True)
class Offer:
    """An open invitation as the invited person sees it."""

    invitation: Invitation
    wanted: Wanted
    season: Season | None
    account: User | None
    expires_at: datetime | None

    @property
    def asks_promise(self) -> bool:
        """Whether confidentiality is to be confirmed: by everybody who will judge."""
        return self.wanted.panel is not None

    def asks_password(self, ctx: Context) -> bool:
        """Whether the account's own password is asked for.

        The link lives for weeks and may have been passed on, so it does not open an account that has a password.
        """
        account = self.account
        return account is not None and account.password_hash is not None and account.id != ctx.actor.user_id


def open_offer(ctx: Context, link_id: int) -> Offer:
    """The invitation behind a link that this browser has opened; `NotFound` once it opens nothing."""
    row = ctx.session.execute(
        select(Invitation, PrivateLink.expires_at)
        .join(PrivateLink, PrivateLink.invitation_id == Invitation.id)
        .where(
            PrivateLink.id == link_id,
            PrivateLink.used_at.is_(None),
            PrivateLink.revoked_at.is_(None),
            PrivateLink.expires_at > ctx.now,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(_GONE)
    wanted = wanted_of(ctx, row.Invitation)
    season = ctx.session.get(Season, wanted.panel.season_id) if wanted.panel is not None else None
    account = account_of(ctx, wanted.email)
    if account is not None and account.disabled_at is not None:
        raise NotFound(_GONE)
    return Offer(row.Invitation, wanted, season, account, row.expires_at)


def accept(
    ctx: Context,
    link_id: int,
    *,
    name: str = "",
    password: str = "",
    promised: bool = False,
    browser: str = "",
) -> SignedIn | None:
    """Accept an invitation, once: the role goes to the account of the invited address, which is made if need be.

    Returns a new session, or None if the invited person is signed in already. Raises `Invalid` by field (name,
    password, promise), `NotFound` for an invitation that is used, withdrawn or has run out.
    """
    offer = open_offer(ctx, link_id)
    account_id = offer.account.id if offer.account is not None else None
    email, asks_password, asks_promise = offer.wanted.email, offer.asks_password(ctx), offer.asks_promise
    name = " ".join(clean_text(name).split())
    errors = {}
    if asks_promise and not promised:
        errors["promise"] = "Confirm this before you join the panel."
    if account_id is None:
        errors |= _new_account_errors(name, email, password)
    if errors:
        raise Invalid(errors)
    proved = hashed = None
    if asks_password:
        proved = prove_password(ctx, email, password)
    elif account_id is None and password:
        ctx.session.rollback()
        hashed = hasher().hash(password)
    try:
        with transaction(ctx):
            offer = _take(ctx, link_id)
            user = (
                locked_user(ctx, account_id)
                if account_id is not None
                else add_user(ctx, name, email, password=hashed)
            )
            if user.disabled_at is not None or (proved is not None and user.password_hash != proved.stored):
                raise NotFound(_GONE)
            _give(ctx, user, offer)
            if ctx.actor.user_id == user.id:
                return None
            return start_session(ctx, user, "invitation", browser)
    except IntegrityError as error:
        raise Faster(
            "Something about this account changed at the same moment. Please press once more."
        ) from error


def _new_account_errors(name: str, email: str, password: str) -> dict[str, str]:
    errors = {}
    if not name:
        errors["name"] = "Write your name, as colleagues should see it."
    elif len(name) > 200:
        errors["name"] = "This is longer than 200 characters."
    weak = password_error(password, (name, email)) if password else None
    if weak:
        errors["password"] = weak
    return errors


def _take(ctx: Context, link_id: int) -> Offer:
    """Spend the link: exactly one caller gets past this, and none once it was withdrawn."""
    offer = open_offer(ctx, link_id)
    spent = ctx.session.execute(
        update(PrivateLink)
        .where(PrivateLink.id == link_id, PrivateLink.used_at.is_(None), PrivateLink.revoked_at.is_(None))
        .values(used_at=ctx.now)
        .returning(PrivateLink.id)
    ).one_or_none()
    taken = ctx.session.execute(
        update(Invitation)
        .where(
            Invitation.id == offer.invitation.id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(accepted_at=ctx.now)
        .returning(Invitation.id)
    ).one_or_none()
    if spent is None or taken is None:
        raise NotFound(_GONE)
    return offer


def _give(ctx: Context, user: User, offer: Offer) -> None:
    """Give the role in its place. Whoever has more there already keeps it."""
    wanted = offer.wanted
    there = held(ctx, user.id, wanted)
    if wanted.organisation is not None and there is None:
        wanted.organisation.has_workspace = True
        ctx.session.add(
            Membership(
                user_id=user.id,
                organisation_id=wanted.organisation.id,
                role=wanted.role.value,
                joined_at=ctx.now,
            )
        )
    elif wanted.panel is not None and there is None:
        ctx.session.add(
            PanelMember(panel_id=wanted.panel.id, user_id=user.id, role=wanted.role.value, joined_at=ctx.now)
        )
    elif there is None:
        ctx.session.add(
            ProgrammeRole(
                user_id=user.id, programme_id=wanted.programme.id, role=wanted.role.value, given_at=ctx.now
            )
        )
    elif wanted.role in (Role.MANAGER, Role.CHAIR):
        there.role = wanted.role.value
    ctx.session.execute(
        update(Invitation).where(Invitation.id == offer.invitation.id).values(accepted_by_id=user.id)
    )
    ctx.session.flush()
    place = wanted.organisation or wanted.panel
    promised = {"promise": promises.VERSION} if offer.asks_promise else {}
    note(
        ctx.acting(actor_of(user)),
        "invitation.accept",
        f"invitation:{offer.invitation.id}",
        season_id=wanted.panel.season_id if wanted.panel else None,
        after={"role": wanted.role.value, "place": place.name if place is not None else ""} | promised,
    )
