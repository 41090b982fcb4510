"""What a release would say if it went out now: names, mails, and what keeps it back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from heroes.domain.entry_states import State
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.policy import Deed
from heroes.models import winner_pages as read
from heroes.models.entries import Entry
from heroes.models.seasons import Category, Release, Season
from heroes.services.context import Context
from heroes.services.permission import staff_season
from heroes.services.refusals import NotFound

KINDS = ("shortlist", "outcomes")
SHOWN = 5


@dataclass(frozen=True, slots=True)
class News:
    """What a release says about one category."""

    category: Category
    named: tuple[tuple[str, tuple[Entry, ...]], ...]
    """(level's name, or what they are called, with their entries), best first."""
    quiet: tuple[Entry, ...]
    """Those who are told that it is not their year, or what they are still working towards; no page names them."""
    undecided: tuple[Entry, ...]

    @property
    def benchmark(self) -> bool:
        """Whether nobody competes in it."""
        return parse_outcome_rule(self.category.outcome).benchmark

    @property
    def everybody(self) -> tuple[Entry, ...]:
        """All whom the release says something about."""
        return (*(entry for _, entries in self.named for entry in entries), *self.quiet)

    @property
    def refusal(self) -> str | None:
        """Why this category keeps the release from going out, in a sentence."""
        if not self.undecided:
            return None
        names = [f"{entry.reference} {entry.title}" for entry in self.undecided[:SHOWN]]
        more = len(self.undecided) - SHOWN
        listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
        count = len(self.undecided)
        waiting = "1 entry is" if count == 1 else f"{count} entries are"
        return f"{self.category.name}: {waiting} not decided yet ({listed})."


@dataclass(frozen=True, slots=True)
class Planned:
    """A release with the categories that it is about; `own` is the category that has it for itself."""

    release: Release
    categories: tuple[Category, ...]
    own: Category | None


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what a release makes public and whom it writes to."""

    season: Season
    planned: Planned
    news: tuple[News, ...]
    mails: int

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why it may not go out as things stand, category by category."""
        return tuple(refusal for one in self.news if (refusal := one.refusal))


def announcements(ctx: Context, season_slug: str) -> tuple[Season, list[Planned]]:
    """A season's releases, for staff: the shortlist's before the outcomes', the season's own before a category's."""
    season = staff_season(ctx, season_slug, Deed.SEE_SEASON)
    return season, planned_of(ctx, season)


def planned_of(ctx: Context, season: Season) -> list[Planned]:
    """A season's releases with their categories; a category's own that it no longer points at is not among them."""
    categories = read.categories(ctx.session, season.id)
    found = []
    first: set[str] = set()
    for release in read.releases(ctx.session, season.id):
        mine = tuple(c for c in categories if release.id in (c.shortlist_release_id, c.outcome_release_id))
        shared = release.kind not in first
        first.add(release.kind)
        if mine or shared:
            found.append(Planned(release, mine, None if shared else mine[0]))
    return found


def find_release(ctx: Context, season: Season, kind: str, category_slug: str | None) -> Planned:
    """A release of a season, or the one that a category has for itself. Raises `NotFound`."""
    for planned in planned_of(ctx, season):
        own = planned.own.slug if planned.own else None
        if planned.release.kind == kind and own == category_slug:
            return planned
    raise NotFound


def preview(ctx: Context, season_slug: str, kind: str, category_slug: str | None = None) -> Preview:
    """What a release would make public now, for staff."""
    season = staff_season(ctx, season_slug, Deed.SEE_SEASON)
    planned = find_release(ctx, season, kind, category_slug)
    news = news_of(ctx, planned)
    told = shortlist_out(ctx, planned)
    mails = sum(
        1
        for one in news
        for entry in one.everybody
        if entry.nominator_email
        and mail_for(kind, entry, told=one.category.id in told, benchmark=one.benchmark)
    )
    return Preview(season, planned, news, mails)


def news_of(ctx: Context, planned: Planned) -> tuple[News, ...]:
    """What a release says now, category by category."""
    by_category: dict[int, list[Entry]] = {category.id: [] for category in planned.categories}
    for entry in read.concerned(ctx.session, planned.release):
        by_category[entry.category_id].append(entry)
    kind = planned.release.kind
    return tuple(_news_about(kind, category, by_category[category.id]) for category in planned.categories)


def _news_about(kind: str, category: Category, entries: Sequence[Entry]) -> News:
    def having(*states: State) -> tuple[Entry, ...]:
        return tuple(entry for entry in entries if entry.state in {state.value for state in states})

    rule = parse_outcome_rule(category.outcome)
    if kind == "shortlist" and rule.benchmark:
        return News(category, (), (), ())
    quiet = having(State.NOT_SHORTLISTED)
    if kind == "shortlist":
        named = [("Shortlisted", having(State.SHORTLISTED, State.AWARDED, State.NOT_AWARDED))]
    else:
        awarded = having(State.AWARDED)
        # A level that the rule no longer has still stands where it was given.
        keys = dict.fromkeys([*rule.places, *(entry.level or "" for entry in awarded)])
        named = [(rule.level_name(key), tuple(e for e in awarded if e.level == key)) for key in keys]
        if rule.benchmark:
            quiet += having(State.NOT_AWARDED)
        else:
            named.append(("Finalist", having(State.NOT_AWARDED)))
    return News(
        category=category,
        named=tuple((name, group) for name, group in named if group),
        quiet=quiet,
        undecided=tuple(entry for entry in entries if entry.state in read.UNDECIDED[kind]),
    )


def shortlist_out(ctx: Context, planned: Planned) -> frozenset[int]:
    """The categories of a release whose shortlist is out already."""
    ids = {category.shortlist_release_id for category in planned.categories}
    out = set(
        ctx.session.scalars(
            select(Release.id).where(Release.id.in_(sorted(ids)), Release.released_at.is_not(None))
        )
    )
    return frozenset(c.id for c in planned.categories if c.shortlist_release_id in out)


def mail_for(kind: str, entry: Entry, *, told: bool, benchmark: bool = False) -> str | None:
    """Which mail an entry's people get with a release; `told`: the shortlist has reached them before.

    `benchmark`: nobody competes in its category, so no shortlist is told there.
    """
    state = State(entry.state)
    if benchmark:
        lacking = state in (State.NOT_AWARDED, State.NOT_SHORTLISTED)
        told_now = "awarded" if state is State.AWARDED else "working_towards" if lacking else None
        return told_now if kind == "outcomes" else None
    if kind == "outcomes" and state in (State.AWARDED, State.NOT_AWARDED):
        return "awarded" if state is State.AWARDED else "finalist"
    if state is State.NOT_SHORTLISTED and not (kind == "outcomes" and told):
        return "not_shortlisted"
    on_it = state in (State.SHORTLISTED, State.AWARDED, State.NOT_AWARDED)
    return "shortlisted" if kind == "shortlist" and on_it else None
