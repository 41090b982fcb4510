"""Which roles an actor holds, for a programme and for one entry, and whether they have a conflict with it."""

from dataclasses import dataclass

from sqlalchemy import literal, select, union_all

from heroes.domain.roles import Role
from heroes.domain.slugs import email_key
from heroes.models.entries import Entry, Recusal
from heroes.models.people import Membership, PrivateLink, ProgrammeRole, User
from heroes.models.seasons import Category, PanelMember, Round, Season
from heroes.services.context import Context


@dataclass(frozen=True, slots=True)
class Standing:
    """The actor's roles with regard to one entry; a conflict takes away the staff roles."""

    roles: frozenset[Role]
    conflicted: bool


def programme_roles(ctx: Context, programme_id: int) -> frozenset[Role]:
    """Owner, admin and auditor roles of the actor in a programme; empty for a disabled account."""
    if ctx.actor.kind == "import":
        return frozenset({Role.IMPORT})
    if ctx.actor.user_id is None:
        return frozenset()
    found = ctx.session.scalars(
        select(ProgrammeRole.role)
        .join(User, User.id == ProgrammeRole.user_id)
        .where(
            ProgrammeRole.user_id == ctx.actor.user_id,
            ProgrammeRole.programme_id == programme_id,
            User.disabled_at.is_(None),
        )
    )
    return frozenset(Role(role) for role in found)


def standing_for(ctx: Context, entry: Entry) -> Standing:
    """Every role of the actor with regard to this entry, in one statement."""
    if ctx.actor.kind == "import":
        return Standing(frozenset({Role.IMPORT}), False)
    if ctx.actor.kind == "system":
        return Standing(frozenset({Role.SYSTEM}), False)
    user_id = ctx.actor.user_id
    parts = []
    if ctx.actor.links:
        parts.append(
            select(literal(Role.NOMINATOR.value)).where(
                select(PrivateLink.id)
                .where(
                    PrivateLink.id.in_(ctx.actor.links),
                    PrivateLink.purpose == "entry",
                    PrivateLink.entry_id == entry.id,
                    PrivateLink.revoked_at.is_(None),
                )
                .exists()
            )
        )
    if user_id is not None:
        parts += [
            select(ProgrammeRole.role)
            .join(Season, Season.programme_id == ProgrammeRole.programme_id)
            .where(ProgrammeRole.user_id == user_id, Season.id == entry.season_id),
            select(Membership.role).where(
                Membership.user_id == user_id, Membership.organisation_id == entry.workspace_id
            ),
            select(PanelMember.role)
            .join(Round, Round.panel_id == PanelMember.panel_id)
            .where(PanelMember.user_id == user_id, Round.category_id == entry.category_id),
            select(literal("recused")).where(
                select(Recusal.user_id)
                .where(Recusal.user_id == user_id, Recusal.entry_id == entry.id, Recusal.lifted_at.is_(None))
                .exists()
            ),
        ]
    found = set(ctx.session.scalars(union_all(*parts))) if parts else set()
    conflicted = "recused" in found or _entered_or_named(ctx, entry, found)
    return Standing(frozenset(Role(name) for name in found - {"recused"}), conflicted)


def _entered_or_named(ctx: Context, entry: Entry, found: set[str]) -> bool:
    own = ctx.actor.email_key
    named = bool(own) and own in (entry.nominator_email_key, email_key(entry.nominee_email))
    started = ctx.actor.user_id is not None and entry.started_by_id == ctx.actor.user_id
    return named or started or bool(found & {"manager", "member", "nominator"})


def judges_somewhere(ctx: Context, season_id: int) -> frozenset[Role]:
    """Chair and judge roles of the actor in any panel of a season."""
    if ctx.actor.user_id is None:
        return frozenset()
    found = ctx.session.scalars(
        select(PanelMember.role)
        .join(Round, Round.panel_id == PanelMember.panel_id)
        .join(Category, Category.id == Round.category_id)
        .where(PanelMember.user_id == ctx.actor.user_id, Category.season_id == season_id)
        .distinct()
    )
    return frozenset(Role(role) for role in found)


def own_organisation(user: User, entry: Entry) -> bool:
    """Whether a judge works for the organisation that is nominated or that entered."""
    return user.employer_id is not None and user.employer_id in (entry.organisation_id, entry.workspace_id)
