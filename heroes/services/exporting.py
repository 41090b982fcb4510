"""Exports for staff: everything a view shows, row by row, so that memory does not grow with the season."""

from collections.abc import Iterator
from dataclasses import dataclass

from heroes.adapters.spreadsheets import Cell
from heroes.domain.policy import Deed
from heroes.models import queue_pages
from heroes.models.queue_pages import Filters
from heroes.models.seasons import Category, Season
from heroes.services.context import Context
from heroes.services.permission import staff_season

AT_ONCE = 500
QUEUE_HEAD = (
    "reference",
    "title",
    "role",
    "organisation",
    "sector",
    "category",
    "state",
    "level",
    "screening",
    "screening reason",
    "received",
    "begun",
    "scorecards in",
    "scorecards asked",
    "nominator",
    "nominator e-mail",
)
AFTER_SECTOR = QUEUE_HEAD.index("sector") + 1


@dataclass(frozen=True, slots=True)
class Export:
    """A table on its way out: its season, and rows that are read as they are taken, the head first."""

    season: Season
    rows: Iterator[tuple[Cell, ...]]


def queue(ctx: Context, season_slug: str, filters: Filters) -> Export:
    """Every row of a view of the review queue, for staff who may export.

    Permission is checked at once; the rows are read a few hundred at a time while they are written out.
    """
    season = staff_season(ctx, season_slug, Deed.EXPORT)
    categories = {category.id: category for category in queue_pages.categories(ctx.session, season.id)}
    return Export(season, _queue_rows(ctx, season, filters, categories))


def _queue_rows(
    ctx: Context, season: Season, filters: Filters, categories: dict[int, Category]
) -> Iterator[tuple[Cell, ...]]:
    # A season without chapters has no column of them: programs go on reading what they know.
    parted = len(season.chapters) > 1
    yield (*QUEUE_HEAD[:AFTER_SECTOR], *(("chapter",) if parted else ()), *QUEUE_HEAD[AFTER_SECTOR:])
    cursor = None
    while True:
        page = queue_pages.queue(ctx.session, season, filters, cursor, AT_ONCE)
        for row in page.rows:
            yield (
                row.reference,
                row.title,
                row.nominee_role,
                row.organisation_name,
                row.sector,
                *((row.chapter,) if parted else ()),
                categories[row.category_id].name,
                row.state,
                row.level,
                row.screening,
                row.screening_reason,
                row.submitted_at,
                row.begun_at,
                row.cards_in,
                row.cards_asked,
                row.nominator_name,
                row.nominator_email,
            )
        cursor = page.after
        if cursor is None:
            return
