"""Invitations by mail to a role: sent, sent again, and withdrawn. Accepting one is in `accepting`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, select, update

from heroes.adapters.chance import handle
from heroes.domain.policy import Deed, may
from heroes.domain.questions import clean_text, email_error
from heroes.domain.roles import ROLE_WORDS, Role
from heroes.domain.slugs import email_key, name_key
from heroes.models.installation import Programme
from heroes.models.people import Invitation, Membership, Organisation, PrivateLink, ProgrammeRole, User
from heroes.models.seasons import Panel, PanelMember
from heroes.services import limits
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.links import INVITATION_DAYS, make_link
from heroes.services.organisations import organisation_roles, workspace
from heroes.services.permission import must, staff_season
from heroes.services.posting import Owed, owe_many
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound
from heroes.services.standing import programme_roles
from heroes.services.transactions import transaction

STAFF_ROLES = (Role.OWNER, Role.ADMIN, Role.AUDITOR)
PANEL_ROLES = (Role.CHAIR, Role.JUDGE)
WORKSPACE_ROLES = (Role.MANAGER, Role.MEMBER)
MOST_AN_HOUR = 200
_GONE = (
    "This invitation has been used, withdrawn, or has run out. Ask the person who invited you for a new one."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is invited to what: the address and name, the role, and the organisation or panel that it belongs to."""

    programme: Programme
    role: Role
    email: str
    name: str
    organisation: Organisation | None = None
    panel: Panel | None = None


# ---- inviting ----


def invite_staff(ctx: Context, season_slug: str, email: str, name: str, role: str) -> Invitation:
    """Invite an owner, admin or auditor of the programme; only an owner may."""
    with transaction(ctx):
        season = staff_season(ctx, season_slug)
        return invite(ctx, Wanted(season.programme, _role(role, STAFF_ROLES), email, name))


def invite_judge(
    ctx: Context, season_slug: str, panel_slug: str, email: str, name: str, role: str
) -> Invitation:
    """Invite a chair or judge to one panel of a season."""
    with transaction(ctx):
        season = staff_season(ctx, season_slug)
        panel = ctx.session.scalar(
            select(Panel).where(Panel.season_id == season.id, Panel.slug == panel_slug)
        )
        if panel is None:
            raise Invalid({"panel": "Choose a panel."})
        return invite(ctx, Wanted(season.programme, _role(role, PANEL_ROLES), email, name, panel=panel))


def invite_organisation(
    ctx: Context, season_slug: str, organisation_name: str, email: str, name: str, role: str
) -> Invitation:
    """Invite somebody into an organisation's workspace; an organisation that is not known yet is added."""
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.INVITE_ORGANISATION)
        organisation = _organisation(ctx, season.programme_id, organisation_name)
        wanted = Wanted(
            season.programme, _role(role, WORKSPACE_ROLES), email, name, organisation=organisation
        )
        return invite(ctx, wanted)


def invite_colleague(ctx: Context, organisation_handle: str, email: str, name: str, role: str) -> Invitation:
    """Invite a colleague into one's own organisation; a manager may."""
    with transaction(ctx):
        room = workspace(ctx, organisation_handle, Deed.INVITE_COLLEAGUE)
        programme = ctx.session.get_one(Programme, room.organisation.programme_id)
        wanted = Wanted(programme, _role(role, WORKSPACE_ROLES), email, name, organisation=room.organisation)
        return invite(ctx, wanted)


def _role(text: str, among: tuple[Role, ...]) -> Role:
    for role in among:
        if role.value == text:
            return role
    raise Invalid({"role": "Choose a role."})


def _organisation(ctx: Context, programme_id: int, name: str) -> Organisation:
    name = " ".join(clean_text(name).split())
    key = name_key(name)
    if not key:
        raise Invalid({"organisation": "Write the organisation's name."})
    if len(name) > 200 or len(key) > 200:
        raise Invalid({"organisation": "This is longer than 200 characters."})
    found = ctx.session.scalar(
        select(Organisation).where(Organisation.programme_id == programme_id, Organisation.name_key == key)
    )
    if found is None:
        found = Organisation(
            programme_id=programme_id,
            handle=handle(ctx.chance),
            name=name,
            name_key=key,
            has_workspace=True,
            created_at=ctx.now,
        )
        ctx.session.add(found)
        ctx.session.flush()
    return found


def invite(ctx: Context, wanted: Wanted) -> Invitation:
    """Keep an invitation and owe its mail. Needs a running transaction.

    Raises `NotAllowed`/`NotFound` by the policy for the role, `Invalid` for an address that does not fit, that
    holds the role already or has an open invitation to it, `TooOften` past the limit of an hour.
    """
    _must_invite(ctx, wanted.programme.id, wanted.role, wanted.organisation)
    limits.hit(ctx, "invite", ctx.actor.label, MOST_AN_HOUR)
    email, name = clean_text(wanted.email), " ".join(clean_text(wanted.name).split())
    errors = {}
    if error := email_error(email):
        errors["email"] = error
    if len(name) > 200:
        errors["name"] = "This is longer than 200 characters."
    if errors:
        raise Invalid(errors)
    account = account_of(ctx, email)
    if account is not None and held(ctx, account.id, wanted) is not None:
        raise Invalid({"email": f"{account.name} is there already. You can change the role on this page."})
    if _is_open(ctx, email, wanted):
        raise Invalid({"email": "This address has an open invitation already. You can send it again."})
    invitation = Invitation(
        programme_id=wanted.programme.id,
        email=email,
        email_key=email_key(email),
        name=name,
        role=wanted.role.value,
        organisation_id=wanted.organisation.id if wanted.organisation else None,
        panel_id=wanted.panel.id if wanted.panel else None,
        invited_by_id=ctx.actor.user_id,
        invited_at=ctx.now,
    )
    ctx.session.add(invitation)
    ctx.session.flush()
    _post(ctx, invitation, wanted, account)
    note_invitation(ctx, "invitation.send", invitation, wanted.panel)
    return invitation


def _must_invite(ctx: Context, programme_id: int, role: Role, organisation: Organisation | None) -> None:
    """Refuse whoever may not invite to this role: staff by the programme's roles, a manager into their own place."""
    if role in STAFF_ROLES:
        must(ctx, Deed.INVITE_STAFF, programme_id)
    elif organisation is None:
        must(ctx, Deed.INVITE_JUDGE, programme_id)
    else:
        inside = organisation_roles(ctx, organisation.id)
        if may(Deed.INVITE_COLLEAGUE, inside):
            return
        if inside and not programme_roles(ctx, programme_id):
            raise NotAllowed("A manager of your organisation can invite colleagues.")
        must(ctx, Deed.INVITE_ORGANISATION, programme_id)


def account_of(ctx: Context, email: str) -> User | None:
    """The account of an address, if it has one."""
    return ctx.session.scalar(select(User).where(User.email_key == email_key(email)))


def held(ctx: Context, user_id: int, wanted: Wanted) -> Membership | PanelMember | ProgrammeRole | None:
    """What somebody has already in the place that they are invited to."""
    if wanted.organisation is not None:
        return ctx.session.get(Membership, (user_id, wanted.organisation.id))
    if wanted.panel is not None:
        return ctx.session.get(PanelMember, (wanted.panel.id, user_id))
    return ctx.session.get(ProgrammeRole, (user_id, wanted.programme.id, wanted.role.value))


def _is_open(ctx: Context, email: str, wanted: Wanted) -> bool:
    same_place = (
        Invitation.organisation_id == wanted.organisation.id
        if wanted.organisation is not None
        else Invitation.panel_id == wanted.panel.id
        if wanted.panel is not None
        else Invitation.role == wanted.role.value
    )
    found = select(Invitation.id).where(
        Invitation.programme_id == wanted.programme.id,
        Invitation.email_key == email_key(email),
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        same_place,
    )
    return bool(ctx.session.scalar(select(exists(found))))


def _post(ctx: Context, invitation: Invitation, wanted: Wanted, account: User | None) -> PrivateLink:
    """Make a new link and owe its mail: to the account's own address, if there is one, and not to what was typed."""
    link = make_link(ctx, "invitation", invitation_id=invitation.id)
    owe_many(ctx, "invitation", [letter(ctx, invitation, wanted, account, link)])
    return link


def letter(
    ctx: Context, invitation: Invitation, wanted: Wanted, account: User | None, link: PrivateLink
) -> Owed:
    """The mail that an invitation is owed: to the account's own address, if there is one, not to what was typed."""
    place = wanted.organisation or wanted.panel
    return Owed(
        (account.email if account is not None else None) or invitation.email,
        f"invitation:{link.id}",
        account.name if account is not None else invitation.name,
        wanted.panel.season_id if wanted.panel else None,
        values={
            "programme": wanted.programme.name,
            "role": ROLE_WORDS[wanted.role],
            "place": place.name if place is not None else "",
            "invited_by": ctx.actor.name,
            "expires_at": (ctx.now + timedelta(days=INVITATION_DAYS)).isoformat(),
            "link_id": link.id,
        },
    )


def note_invitation(ctx: Context, act: str, invitation: Invitation, panel: Panel | None) -> None:
    """Have the trail keep what was done about an invitation. Needs a running transaction."""
    note(
        ctx,
        act,
        f"invitation:{invitation.id}",
        season_id=panel.season_id if panel else None,
        after={
            "email": invitation.email,
            "role": invitation.role,
            "organisation": invitation.organisation_id,
            "panel": panel.slug if panel else None,
        },
    )


# ---- sending again, withdrawing ----


def _open_one(ctx: Context, invitation_id: int) -> tuple[Invitation, Wanted]:
    """An open invitation that the actor might have sent; `NotFound` otherwise."""
    invitation = ctx.session.get(Invitation, invitation_id, with_for_update=True)
    if invitation is None:
        raise NotFound
    wanted = wanted_of(ctx, invitation)
    _must_invite(ctx, wanted.programme.id, wanted.role, wanted.organisation)
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise Faster("This invitation is no longer open: it was accepted or withdrawn meanwhile.")
    return invitation, wanted


def wanted_of(ctx: Context, invitation: Invitation) -> Wanted:
    """Who was invited to what."""
    session = ctx.session
    return Wanted(
        session.get_one(Programme, invitation.programme_id),
        Role(invitation.role),
        invitation.email,
        invitation.name,
        session.get(Organisation, invitation.organisation_id) if invitation.organisation_id else None,
        session.get(Panel, invitation.panel_id) if invitation.panel_id else None,
    )


def resend(ctx: Context, invitation_id: int) -> None:
    """Send an open invitation again with a new link; every link sent before opens nothing any more."""
    with transaction(ctx):
        invitation, wanted = _open_one(ctx, invitation_id)
        limits.hit(ctx, "invite", ctx.actor.label, MOST_AN_HOUR)
        revoke_links(ctx, [invitation.id])
        invitation.invited_at = ctx.now
        _post(ctx, invitation, wanted, account_of(ctx, invitation.email))
        note_invitation(ctx, "invitation.resend", invitation, wanted.panel)


def withdraw(ctx: Context, invitation_id: int) -> None:
    """Take an open invitation back; its link opens nothing any more."""
    with transaction(ctx):
        invitation, wanted = _open_one(ctx, invitation_id)
        revoke_links(ctx, [invitation.id])
        invitation.withdrawn_at = ctx.now
        note_invitation(ctx, "invitation.withdraw", invitation, wanted.panel)


def revoke_links(ctx: Context, invitation_ids: Sequence[int]) -> None:
    """Let no link of these invitations open anything any more. Needs a running transaction."""
    ctx.session.execute(
        update(PrivateLink)
        .where(PrivateLink.invitation_id.in_(invitation_ids), PrivateLink.revoked_at.is_(None))
        .values(revoked_at=ctx.now)
    )
