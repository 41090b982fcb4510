"""Which roles an actor holds, for a programme and for one entry, and whether they have a conflict with it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, literal, select, union_all

from heroes.domain.actors import Actor
from heroes.domain.roles import Role
from heroes.domain.slugs import email_key
from heroes.models.entries import Entry, Recusal
from heroes.models.people import Membership, PrivateLink, ProgrammeRole, User
from heroes.models.seasons import Category, PanelMember, Round, Season
from heroes.models.visibility import panels_at_work
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
    return standings_for(ctx, [entry])[entry.id]


def standings_for(ctx: Context, entries: Sequence[Entry]) -> dict[int, Standing]:
    """Entry -> every role of the actor with regard to it, in one statement however many entries."""
    if ctx.actor.kind != "person":
        role = Role.IMPORT if ctx.actor.kind == "import" else Role.SYSTEM
        return {entry.id: Standing(frozenset({role}), False) for entry in entries}
    parts = _held(ctx.actor, entries)
    held: defaultdict[tuple[str, int | None], set[str]] = defaultdict(set)
    for kind, key, role in ctx.session.execute(union_all(*parts)) if parts else ():
        held[kind, key].add(role)
    standings = {}
    for entry in entries:
        found = (
            held["entry", entry.id]
            | held["season", entry.season_id]
            | held["category", entry.category_id]
            | held["workspace", entry.workspace_id]
        )
        # Whoever tries a season out plays every part in it, so having sent an entry in is no conflict there.
        own = "rehearsed" not in found and _entered_or_named(ctx, entry, found)
        roles = frozenset(Role(name) for name in found - {"recused", "rehearsed"})
        standings[entry.id] = Standing(roles, "recused" in found or own)
    return standings


def _held(actor: Actor, entries: Sequence[Entry]) -> list[Any]:
    """What the actor holds: the kind of thing, its id, and the role with regard to it."""
    ids = [entry.id for entry in entries]
    parts: list[Any] = []
    if actor.links:
        parts.append(
            select(literal("entry"), PrivateLink.entry_id, literal(Role.NOMINATOR.value)).where(
                PrivateLink.id.in_(actor.links),
                PrivateLink.purpose == "entry",
                PrivateLink.entry_id.in_(ids),
                PrivateLink.revoked_at.is_(None),
            )
        )
    if actor.user_id is None:
        return parts
    seasons = {entry.season_id for entry in entries}
    categories = {entry.category_id for entry in entries}
    workspaces = {entry.workspace_id for entry in entries if entry.workspace_id is not None}
    parts += [
        select(literal("season"), Season.id, cast(ProgrammeRole.role, String))
        .join(ProgrammeRole, ProgrammeRole.programme_id == Season.programme_id)
        .where(ProgrammeRole.user_id == actor.user_id, Season.id.in_(seasons)),
        select(literal("season"), Season.id, literal("rehearsed")).where(
            Season.id.in_(seasons), Season.opened_at.is_(None), Season.rehearsing_since.is_not(None)
        ),
        select(literal("category"), Round.category_id, cast(PanelMember.role, String))
        .join(PanelMember, PanelMember.panel_id == Round.panel_id)
        .where(
            PanelMember.user_id == actor.user_id,
            PanelMember.panel_id.in_(panels_at_work()),
            Round.category_id.in_(categories),
        ),
        select(literal("entry"), Recusal.entry_id, literal("recused")).where(
            Recusal.user_id == actor.user_id, Recusal.entry_id.in_(ids), Recusal.lifted_at.is_(None)
        ),
    ]
    if workspaces:
        parts.append(
            select(literal("workspace"), Membership.organisation_id, cast(Membership.role, String)).where(
                Membership.user_id == actor.user_id, Membership.organisation_id.in_(workspaces)
            )
        )
    return parts


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
