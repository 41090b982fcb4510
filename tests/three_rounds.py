"""The category `teams` of the small world with three rounds instead of two."""

from datetime import UTC, datetime

from sqlalchemy import select

from heroes.models import Category, Entry, Round
from tests.judging import handed_in
from tests.outcomes import eligible
from tests.world import JUDGED, JUDGING, World

TEAMS = ("small-2026", "teams")
WRITTEN = (*TEAMS, "written")
SECOND = datetime(2026, 7, 20, 12, 0, tzinfo=UTC)
"""A moment when the second round is judged."""
FINAL = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)
"""A moment when the last one is."""


def third_round(world: World) -> None:
    """Put a round between the first and the last, from 10 to 25 July."""
    first, last = world.session.scalars(
        select(Round)
        .join(Category, Category.id == Round.category_id)
        .where(Category.slug == "teams")
        .order_by(Round.position)
    ).all()
    last.position = 3
    world.session.flush()
    world.session.add(
        Round(
            category_id=first.category_id,
            position=2,
            slug="second",
            name="Round 2, visits",
            opens_at=datetime(2026, 7, 10, 9, 0, tzinfo=UTC),
            closes_at=datetime(2026, 7, 25, 17, 0, tzinfo=UTC),
            panel_id=first.panel_id,
            score_set_id=first.score_set_id,
            reviews=1,
            quorum=1,
        )
    )
    world.session.commit()


def teams(world: World, *names: str, marks: str = "975") -> list[Entry]:
    """Teams in the first of three rounds, best first, each with one scorecard; the round has closed and is computed."""
    third_round(world)
    made = [eligible(world, name, "teams") for name in names]
    world.clock.at = JUDGING
    for entry, mark in zip(made, marks, strict=False):
        handed_in(world, entry, "jack", outcome=mark, learning="5")
    world.clock.at = JUDGED
    world.computed()
    return made
