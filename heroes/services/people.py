"""The people of a programme as its staff run them: roles given back, accounts disabled, employers set."""

from sqlalchemy import delete, exists, func, or_, select

from heroes.domain.policy import Deed
from heroes.domain.roles import Role
from heroes.domain.slugs import name_key
from heroes.models.installation import Programme
from heroes.models.judging import Assignment
from heroes.models.people import Membership, Organisation, ProgrammeRole, User
from heroes.models.seasons import Panel, PanelMember, Round, Season
from heroes.services.accounts import end_sessions, revoke_sign_in_links
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import must, staff_season
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound
from heroes.services.transactions import transaction

_LAST_OWNER = "A programme keeps at least one owner. Invite another owner first."


def person_of(ctx: Context, programme_id: int, user_handle: str, *, lock: bool = False) -> User:
    """A person who has a role, a panel or an organisation in this programme, or `NotFound`."""
    in_panels = (
        select(PanelMember.user_id)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .join(Season, Season.id == Panel.season_id)
        .where(Season.programme_id == programme_id)
    )
    in_organisations = (
        select(Membership.user_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Organisation.programme_id == programme_id)
    )
    staff = select(ProgrammeRole.user_id).where(ProgrammeRole.programme_id == programme_id)
    wanted = select(User).where(
        User.handle == user_handle,
        or_(User.id.in_(staff), User.id.in_(in_panels), User.id.in_(in_organisations)),
    )
    user = ctx.session.scalar(wanted.with_for_update() if lock else wanted)
    if user is None:
        raise NotFound
    return user


def disable(ctx: Context, season_slug: str, user_handle: str, reason: str) -> None:
    """Disable an account: every session ends at once and no link or password opens it, until it is enabled again.

    Nobody disables themselves, the last owner, or the staff of a programme that they do not own.
    """
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.DISABLE_ACCOUNT)
        _lock_programme(ctx, season.programme_id, Deed.DISABLE_ACCOUNT)
        user = person_of(ctx, season.programme_id, user_handle, lock=True)
        if not reason:
            raise Invalid({"reason": "Give a reason."})
        if user.id == ctx.actor.user_id:
            raise NotAllowed("You cannot disable your own account.")
        _must_own_everything(ctx, user)
        if user.disabled_at is not None:
            return
        _another_owner_stays(ctx, season.programme_id, user)
        user.disabled_at = ctx.now
        end_sessions(ctx, user.id)
        revoke_sign_in_links(ctx, user.id)
        note(ctx, "account.disable", f"user:{user.id}", after={"disabled": True}, reason=reason)


def enable(ctx: Context, season_slug: str, user_handle: str) -> None:
    """Enable an account again; its former sessions stay ended."""
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.DISABLE_ACCOUNT)
        user = person_of(ctx, season.programme_id, user_handle, lock=True)
        _must_own_everything(ctx, user)
        if user.disabled_at is None:
            return
        user.disabled_at = None
        note(ctx, "account.enable", f"user:{user.id}", after={"disabled": False})


def remove_role(ctx: Context, season_slug: str, user_handle: str, role: str) -> None:
    """Take a programme role away. At least one owner stays."""
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.INVITE_STAFF)
        _lock_programme(ctx, season.programme_id, Deed.INVITE_STAFF)
        user = person_of(ctx, season.programme_id, user_handle)
        held = ctx.session.get(ProgrammeRole, (user.id, season.programme_id, role))
        if held is None:
            raise NotFound
        if role == Role.OWNER:
            _another_owner_stays(ctx, season.programme_id, user)
        ctx.session.delete(held)
        note(ctx, "role.remove", f"user:{user.id}", before={"role": role})


def remove_from_panel(ctx: Context, season_slug: str, panel_slug: str, user_handle: str) -> None:
    """Take a judge off a panel; entries that still wait for their scorecard must be taken back first."""
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.INVITE_JUDGE)
        user = person_of(ctx, season.programme_id, user_handle)
        panel = ctx.session.scalar(
            select(Panel).where(Panel.season_id == season.id, Panel.slug == panel_slug)
        )
        held = ctx.session.get(PanelMember, (panel.id, user.id)) if panel is not None else None
        if panel is None or held is None:
            raise NotFound
        waiting = ctx.session.scalar(
            select(func.count())
            .select_from(Assignment)
            .join(Round, Round.id == Assignment.round_id)
            .where(Assignment.user_id == user.id, Assignment.state == "assigned", Round.panel_id == panel.id)
        )
        if waiting:
            raise Invalid(
                {"panel": f"{waiting} entries still wait for this judge. Take them back under Judging first."}
            )
        ctx.session.execute(
            delete(PanelMember).where(PanelMember.panel_id == panel.id, PanelMember.user_id == user.id)
        )
        note(
            ctx,
            "panel.remove",
            f"user:{user.id}",
            season_id=season.id,
            before={"panel": panel.slug, "role": held.role},
        )


def set_employer(
    ctx: Context, season_slug: str, user_handle: str, organisation_name: str, expected_version: int
) -> None:
    """Say whom a judge works for, by an organisation's exact name (empty: nobody we know).

    A judge is never dealt, and no longer sees, entries of their employer.
    """
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.ASSIGN)
        user = person_of(ctx, season.programme_id, user_handle, lock=True)
        if user.version != expected_version:
            raise Faster("This account was changed since you opened the page. Your press changed nothing.")
        employer = _employer(ctx, season.programme_id, organisation_name)
        before = ctx.session.get(Organisation, user.employer_id) if user.employer_id else None
        user.employer_id = employer.id if employer is not None else None
        note(
            ctx,
            "judge.employer",
            f"user:{user.id}",
            season_id=season.id,
            before={"employer": before.name if before is not None else ""},
            after={"employer": employer.name if employer is not None else ""},
        )


def _employer(ctx: Context, programme_id: int, name: str) -> Organisation | None:
    key = name_key(name)
    if not key:
        return None
    found = ctx.session.scalar(
        select(Organisation).where(Organisation.programme_id == programme_id, Organisation.name_key == key)
    )
    if found is None:
        raise Invalid({"employer": "No organisation of this programme has this name."})
    return found


def _lock_programme(ctx: Context, programme_id: int, deed: Deed) -> None:
    """Have two changes of a programme's staff wait for each other, so that the last two owners do not both go.

    Whoever waited may have lost the right to go on, so it is asked again.
    """
    ctx.session.execute(select(Programme.id).where(Programme.id == programme_id).with_for_update())
    must(ctx, deed, programme_id)


def _another_owner_stays(ctx: Context, programme_id: int, leaving: User) -> None:
    owner = ProgrammeRole.role == Role.OWNER.value
    here = ProgrammeRole.programme_id == programme_id
    is_owner = select(ProgrammeRole.user_id).where(here, owner, ProgrammeRole.user_id == leaving.id)
    others = (
        select(ProgrammeRole.user_id)
        .join(User, User.id == ProgrammeRole.user_id)
        .where(here, owner, ProgrammeRole.user_id != leaving.id, User.disabled_at.is_(None))
    )
    row = ctx.session.execute(select(exists(is_owner), exists(others))).one()
    if row[0] and not row[1]:
        raise Invalid({"role": _LAST_OWNER})


def _must_own_everything(ctx: Context, user: User) -> None:
    """An account may serve several programmes: whoever disables it must own each that it is staff of."""
    for programme_id in ctx.session.scalars(
        select(ProgrammeRole.programme_id).where(ProgrammeRole.user_id == user.id).distinct()
    ).all():
        try:
            must(ctx, Deed.DISABLE_ACCOUNT, programme_id)
        except NotFound:
            raise NotAllowed("This person also works for a programme that you do not own.") from None
