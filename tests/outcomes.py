"""Ways to set the scene of results: entries screened, judged, decided and announced in the small world."""

from datetime import timedelta

from heroes.domain.entry_states import Act, Given
from heroes.models import Entry
from heroes.services import announcing, deciding, door, screening
from heroes.services.boards import Board
from heroes.services.release_news import find_release
from heroes.services.standings import standings
from heroes.services.transactions import transaction
from tests.judging import handed_in
from tests.world import JUDGED, JUDGING, OPEN, World

FRONTLINE = ("small-2026", "frontline", "written")
PAIR = {"jack": ("8", "7"), "jill": ("6", "9")}
"""Two judges' marks for difference and beyond."""


def eligible(world: World, title: str, category: str = "frontline", **changes: str) -> Entry:
    """A submitted entry, screened eligible and so admitted to the first round."""
    world.clock.at = min(world.clock.at, OPEN)
    entry = world.submitted(
        category, **({"title": title, "organisation_name": "Fernhill Telecom"} | changes)
    ).entry
    screening.screen(world.ctx("adam"), entry.handle, "eligible", "", entry.version)
    world.session.refresh(entry)
    return entry


def judged(
    world: World, marks: dict[str, dict[str, tuple[str, str]]], *, computed: bool = True
) -> list[Entry]:
    """Entries of `frontline` by title with each judge's two marks; then the round has closed and is computed."""
    entries = [eligible(world, title) for title in marks]
    world.clock.at = JUDGING
    for entry, given in zip(entries, marks.values(), strict=True):
        for judge, (difference, beyond) in given.items():
            handed_in(world, entry, judge, difference=difference, beyond=beyond)
    world.clock.at = JUDGED
    if computed:
        world.computed()
    return entries


def three(world: World, *, computed: bool = True) -> list[Entry]:
    """Ada ahead of Ben ahead of Cyd, out of 100: 76, 66 and 30."""
    return judged(
        world,
        {
            "Ada Ames": {"jack": ("8", "8"), "jill": ("8", "6")},
            "Ben Bode": {"jack": ("7", "6"), "jill": ("6", "7")},
            "Cyd Cole": {"jack": ("3", "3"), "jill": ("3", "3")},
        },
        computed=computed,
    )


def board(world: World, who: str = "adam", method: str | None = None) -> Board:
    """The frontline board as somebody sees it, once the worker has been."""
    world.computed()
    return standings(world.ctx(who), *FRONTLINE, method)


def moved(world: World, entry: Entry, act: Act, who: str = "adam", **given: object) -> Entry:
    """One act through the door."""
    ctx = world.ctx(who)
    with transaction(ctx):
        world.session.refresh(entry)
        door.move(ctx, entry, act, given=Given(**given))  # type: ignore[arg-type]
    return entry


WHY = "As the panel agreed."
"""Why something is decided otherwise than the rule proposes."""


def shortlisted(world: World, entries: list[Entry], rest: list[Entry] | None = None) -> int:
    """Shortlist some and set the rest aside, on the mean, with a reason wherever one is asked."""
    seen = board(world)
    return deciding.shortlist(
        world.ctx("adam"),
        *FRONTLINE,
        run=seen.quoted,
        chosen={e.handle: e.version for e in entries},
        rest={e.handle: e.version for e in rest or []},
        reason=WHY,
    )


def awarded(world: World, choices: dict[Entry, str]) -> int:
    """Give each entry its level, or finalist, on the mean."""
    seen = board(world)
    return deciding.award(
        world.ctx("adam"),
        *FRONTLINE,
        run=seen.quoted,
        choices={entry.handle: choice for entry, choice in choices.items()},
        versions={entry.handle: entry.version for entry in choices},
        reason=WHY,
    )


def released(world: World, kind: str, who: str = "adam", *, anyway: bool = False) -> int:
    """Let the season's release go out now; the clock moves on a minute afterwards."""
    world.session.expire_all()
    version = find_release(world.ctx(who), world.season(), kind, None).release.version
    mails = announcing.release_now(
        world.ctx(who), "small-2026", kind, expected_version=version, anyway=anyway
    )
    world.clock.at += timedelta(minutes=1)
    return mails
