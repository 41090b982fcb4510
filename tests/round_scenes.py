"""Ways to set a scene of rounds in the small world: a season that is being built, and a live round at the end."""

from datetime import UTC, datetime

from sqlalchemy import select

from heroes.domain.entry_states import Act
from heroes.models import Category, Entry, Round
from heroes.services import rounds
from tests.judging import change, handed_in
from tests.outcomes import eligible, moved
from tests.world import JUDGED, JUDGING, OPEN, World

SECOND = {
    "kind": "scorecard",
    "name": "Second look",
    "opens": "2026-07-10T09:00",
    "closes": "2026-07-25T17:00",
    "panel": "people",
    "design": "frontline",
    "reviews": "3",
    "quorum": "2",
    "blind": "yes",
    "marks_shown": "own_in",
    "method": "mean",
    "advance": "hand",
}
"""The form of a further round of `frontline`, filled in."""
WHY = "As the board agreed."
"""Why the rules of an open season change."""
LIVE = ("small-2026", "teams", "final")
FINAL = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)
"""A moment when the final of `teams` is judged."""


def built(world: World) -> None:
    """Let the season be one that is still being built."""
    change(world, world.season(), opened_at=None)


def opened(world: World) -> None:
    """Let the season be open again."""
    change(world, world.season(), opened_at=OPEN)


def round_of(world: World, category: str, slug: str) -> Round:
    """A round, as the database has it now."""
    return world.session.scalars(
        select(Round)
        .join(Category, Category.id == Round.category_id)
        .where(Category.slug == category, Round.slug == slug)
        .execution_options(populate_existing=True)
    ).one()


def finalists(world: World, *names: str) -> list[Entry]:
    """Teams that are shortlisted and admitted to a live final, which is judged now; the shortlist is not out."""
    change(world, round_of(world, "teams", "final"), kind="live")
    made = [eligible(world, name, "teams") for name in names]
    world.clock.at = JUDGING
    for entry in made:
        handed_in(world, entry, "jack", outcome="9", learning="9")
    world.clock.at = JUDGED
    for entry in made:
        moved(world, entry, Act.SHORTLIST, reason="As the panel agreed.")
    rounds.open_final(world.ctx("adam"), "small-2026", "teams")
    world.clock.at = FINAL
    world.session.expire_all()
    return made
