"""The frame of every change to a season's set-up: who may, nothing overwritten unseen, and the rule card kept."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from heroes.domain.policy import Deed
from heroes.models.audit import AuditChain, AuditRecord
from heroes.models.seasons import Category, Season
from heroes.services import rule_cards, undertaking
from heroes.services.context import Context
from heroes.services.permission import staff_season
from heroes.services.refusals import Faster, NotAllowed, NotFound
from heroes.services.transactions import transaction

_COLUMNS = [column.key for column in Season.__mapper__.column_attrs]


@contextmanager
def _nobody_faster() -> Iterator[None]:
    """Say what the database found out: a row was changed between being read and being written."""
    try:
        yield
    except StaleDataError as error:
        raise Faster("Somebody changed this while your page was open.") from error


@contextmanager
def edit(ctx: Context, season_slug: str, reason: str = "", deed: Deed = Deed.SET_UP) -> Iterator[Season]:
    """One change of a season's set-up, whole or not at all.

    Once the season is open, a change that the rule card shows makes a new version of it: it raises `NeedsReason`
    without a reason. Raises `NotFound` and `NotAllowed` as `staff_season`, `NotAllowed` for a season that ended, and
    `Faster` where a row was changed after it was read.
    """
    with transaction(ctx), _nobody_faster():
        season = staff_season(ctx, season_slug, deed)
        # One change of a season's set-up at a time, so that no two wait for each other; entries go on coming in.
        ctx.session.refresh(season, _COLUMNS, with_for_update={"key_share": True})
        if season.ended_at is not None and season.ended_at <= ctx.now:
            raise NotAllowed("This season has ended, so its set-up stays as it is.")
        rule_cards.ensure(ctx, season)
        terms = season.terms
        yield season
        undertaking.keep_change(ctx, season, terms)
        ctx.session.flush()
        rule_cards.keep(ctx, season, reason)


def hold_to(ctx: Context, season: Season, subject: str, now: int, seen: int) -> None:
    """Refuse a change of something that somebody else changed after it was shown.

    `now` is its version, `seen` the one that the form was made from, `subject` what its audit records are about.
    Raises `Faster` with who did it, and when.
    """
    if now == seen:
        return
    last = ctx.session.execute(
        select(AuditRecord.actor_name, AuditRecord.at)
        .join(AuditChain, AuditChain.id == AuditRecord.chain_id)
        .where(AuditChain.season_id == season.id, AuditRecord.subject == subject)
        .order_by(AuditRecord.number.desc())
        .limit(1)
    ).one_or_none()
    who = last.actor_name if last else ""
    raise Faster(
        f"{who or 'Somebody'} changed this while your page was open.", who=who, when=last.at if last else None
    )


def category_of(ctx: Context, season: Season, slug: str) -> Category:
    """A category of the season, or `NotFound`."""
    found = ctx.session.scalar(select(Category).where(Category.season_id == season.id, Category.slug == slug))
    if found is None:
        raise NotFound
    return found
