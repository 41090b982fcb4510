"""May the actor do this deed? Asked by every service before it reads or writes anything else."""

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from heroes.domain.policy import Deed, may
from heroes.domain.roles import Role
from heroes.models.installation import Programme
from heroes.models.seasons import Category, Season
from heroes.services.context import Context
from heroes.services.refusals import NotAllowed, NotFound
from heroes.services.standing import programme_roles

_SEES = frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR})


def staff_season(ctx: Context, slug: str, deed: Deed = Deed.SEE_SEASON) -> Season:
    """The season, for staff who may do this in it.

    Raises `NotFound` for anybody who is not staff of its programme, `NotAllowed` for staff who may not do this.
    """
    season = ctx.session.scalar(
        select(Season)
        .join(Programme, Programme.id == Season.programme_id)
        .options(contains_eager(Season.programme))
        .where(Season.slug == slug)
    )
    if season is None:
        raise NotFound
    must(ctx, deed, season.programme_id)
    return season


def must(ctx: Context, deed: Deed, programme_id: int) -> frozenset[Role]:
    """Return the actor's staff roles in a programme, or refuse: generic `NotFound` for strangers to it."""
    if ctx.actor.kind in ("import", "system"):
        return frozenset({Role.ADMIN})
    roles = programme_roles(ctx, programme_id)
    if not roles & _SEES:
        raise NotFound
    if not may(deed, roles):
        raise NotAllowed("Your role may see this but not do it.")
    return roles


def staff_category(ctx: Context, season_slug: str, category_slug: str, deed: Deed) -> tuple[Season, Category]:
    """A category of a season, for staff who may do this; refusals as in `staff_season`."""
    season = staff_season(ctx, season_slug, deed)
    category = ctx.session.scalar(
        select(Category).where(Category.season_id == season.id, Category.slug == category_slug)
    )
    if category is None:
        raise NotFound
    return season, category
