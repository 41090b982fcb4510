"""An organisation's workspace: who is in it, who manages it, and starting an entry in its name."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update

from heroes.domain.policy import Deed, may
from heroes.domain.roles import Role
from heroes.models.entries import Entry
from heroes.models.people import Membership, Organisation, User
from heroes.services import nominating
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import must
from heroes.services.refusals import Invalid, NotAllowed, NotFound
from heroes.services.transactions import transaction

_LAST_MANAGER = "Every workspace keeps at least one manager. Make somebody else a manager first."


@dataclass(frozen=True, slots=True)
class Workspace:
    """An organisation and the actor's roles in it."""

    organisation: Organisation
    roles: frozenset[Role]

    @property
    def managed(self) -> bool:
        """Whether the actor may invite, remove and change colleagues."""
        return may(Deed.INVITE_COLLEAGUE, self.roles)


def organisation_roles(ctx: Context, organisation_id: int) -> frozenset[Role]:
    """The actor's roles in an organisation; empty for a stranger and for a disabled account."""
    if ctx.actor.user_id is None:
        return frozenset()
    found = ctx.session.scalars(
        select(Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.user_id == ctx.actor.user_id,
            User.disabled_at.is_(None),
        )
    )
    return frozenset(Role(role) for role in found)


def workspace(
    ctx: Context, organisation_handle: str, deed: Deed = Deed.SEE_ORGANISATION, *, lock: bool = False
) -> Workspace:
    """An organisation that the actor belongs to and may do this in.

    Raises `NotFound` for everybody outside it, `NotAllowed` for a member who may not. With `lock` nobody else
    changes who is in it until the commit.
    """
    wanted = select(Organisation).where(Organisation.handle == organisation_handle)
    organisation = ctx.session.scalar(wanted.with_for_update() if lock else wanted)
    roles = organisation_roles(ctx, organisation.id) if organisation is not None else frozenset()
    if organisation is None or not roles:
        raise NotFound
    if not may(deed, roles):
        raise NotAllowed("A manager of your organisation can do this.")
    return Workspace(organisation, roles)


def start_entry(
    ctx: Context,
    organisation_handle: str,
    season_slug: str,
    category_slug: str,
    raw: Mapping[str, str | None],
    *,
    pressed: bool = True,
) -> nominating.Started:
    """Keep a new draft in the organisation's name; every member sees and may edit it from now on.

    Refusals as in `nominating.start`; `NotFound` for a season of another programme.
    """
    with transaction(ctx):
        room = workspace(ctx, organisation_handle, Deed.START_FOR_ORGANISATION)
        return nominating.start(
            ctx, season_slug, category_slug, dict(raw), workspace=room.organisation, pressed=pressed
        )


def change_role(ctx: Context, organisation_handle: str, user_handle: str, role: str) -> None:
    """Make a colleague a manager or a member. At least one manager stays."""
    if role not in (Role.MANAGER, Role.MEMBER):
        raise Invalid({"role": "Choose a role."})
    with transaction(ctx):
        room = workspace(ctx, organisation_handle, Deed.INVITE_COLLEAGUE, lock=True)
        user, membership = _colleague(ctx, room.organisation, user_handle)
        before = membership.role
        if before == role:
            return
        if role == Role.MEMBER:
            _another_manager_stays(ctx, room.organisation, user)
        membership.role = role
        _note(
            ctx, "organisation.role", room.organisation, user, before={"role": before}, after={"role": role}
        )


def remove_colleague(ctx: Context, organisation_handle: str, user_handle: str) -> None:
    """Take somebody out of the workspace: a manager anybody, everybody themselves. At least one manager stays.

    What they entered stays with the organisation; its mail goes to whoever removed them, or to another manager.
    """
    with transaction(ctx):
        room = workspace(ctx, organisation_handle, lock=True)
        user, membership = _colleague(ctx, room.organisation, user_handle)
        if not room.managed and user.id != ctx.actor.user_id:
            raise NotAllowed("A manager of your organisation can do this.")
        _remove(ctx, room.organisation, user, membership)


def remove_member(ctx: Context, programme_id: int, organisation_handle: str, user_handle: str) -> None:
    """Take somebody out of a workspace as staff of the programme. At least one manager stays."""
    with transaction(ctx):
        must(ctx, Deed.INVITE_ORGANISATION, programme_id)
        organisation = ctx.session.scalar(
            select(Organisation)
            .where(Organisation.programme_id == programme_id, Organisation.handle == organisation_handle)
            .with_for_update()
        )
        if organisation is None:
            raise NotFound
        user, membership = _colleague(ctx, organisation, user_handle)
        _remove(ctx, organisation, user, membership)


def _colleague(ctx: Context, organisation: Organisation, user_handle: str) -> tuple[User, Membership]:
    row = ctx.session.execute(
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation.id, User.handle == user_handle)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def _another_manager_stays(ctx: Context, organisation: Organisation, leaving: User) -> None:
    others = ctx.session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.role == Role.MANAGER.value,
            Membership.user_id != leaving.id,
            User.disabled_at.is_(None),
        )
    )
    if not others:
        raise Invalid({"colleague": _LAST_MANAGER})


def _remove(ctx: Context, organisation: Organisation, user: User, membership: Membership) -> None:
    before = membership.role
    if before == Role.MANAGER:
        _another_manager_stays(ctx, organisation, user)
    ctx.session.delete(membership)
    ctx.session.flush()
    _pass_mail_on(ctx, organisation, user)
    _note(ctx, "organisation.remove", organisation, user, before={"role": before})


def _pass_mail_on(ctx: Context, organisation: Organisation, leaving: User) -> None:
    """Have mail about the organisation's entries go to somebody who is still in it."""
    managers = ctx.session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.role == Role.MANAGER.value,
            User.disabled_at.is_(None),
            User.email.is_not(None),
        )
        .order_by(Membership.joined_at, User.id)
    ).all()
    heir = next((m for m in managers if m.id == ctx.actor.user_id), managers[0] if managers else None)
    if heir is None or leaving.email_key is None:
        return
    ctx.session.execute(
        update(Entry)
        .where(Entry.workspace_id == organisation.id, Entry.nominator_email_key == leaving.email_key)
        .values(nominator_name=heir.name, nominator_email=heir.email, nominator_email_key=heir.email_key)
        .execution_options(synchronize_session=False)
    )


def _note(
    ctx: Context,
    act: str,
    organisation: Organisation,
    user: User,
    *,
    before: dict[str, str],
    after: dict[str, str] | None = None,
) -> None:
    place = {"organisation": organisation.handle}
    note(ctx, act, f"user:{user.id}", before=before | place, after=(after or {}) | place)
