"""A category's standings in one round: which marks count, what they come to, and who may look."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from heroes.domain import results
from heroes.domain.counting import Number
from heroes.domain.counting.marks import decimal_of
from heroes.domain.policy import Deed
from heroes.domain.roles import Role
from heroes.models import result_pages as read
from heroes.models.entries import Entry, RoundEntry
from heroes.models.installation import Programme
from heroes.models.people import User
from heroes.models.seasons import Category, Criterion, Round, Season
from heroes.services.context import Context
from heroes.services.permission import must
from heroes.services.refusals import Invalid, NotFound, NotNow
from heroes.services.standing import own_organisation, programme_roles, standings_for

HUNDRED = Decimal(100)
Thing = TypeVar("Thing", Season, Category)


@dataclass(frozen=True, slots=True)
class Given:
    """One judge's counted scorecard: out of 100, as weighted mean, and mark by mark (None: no mark)."""

    judge: str
    name: str
    points: Decimal | None
    score: Number | None
    total: Number | None
    counted: bool
    partial: bool
    marks: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry's line on the board, under the name that its viewer may know.

    A sealed one shows no number: this viewer has a conflict with it.
    """

    entry: Entry
    name: str
    place: int | None
    points: Decimal | None
    standing: results.Standing
    given: tuple[Given, ...]
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """The standings of one round, best first, with everything that is needed to recompute them.

    `blind`: its viewer is on the panel of a blind round, and knows the entries by their code names only.
    """

    season: Season
    category: Category
    round: Round
    rounds: Sequence[Round]
    criteria: tuple[results.Criterion, ...]
    standings: results.Standings
    digest: str
    head: str
    lines: tuple[Line, ...]
    blind: bool = False

    @property
    def asked(self) -> str:
        """The method that was asked for."""
        return self.standings.asked

    @property
    def ranked(self) -> list[Line]:
        """The lines that have a place."""
        return [line for line in self.lines if line.place is not None]


def standings(
    ctx: Context,
    season: str,
    category: str,
    in_round: str | None = None,
    method: str | None = None,
    *,
    hold: bool = False,
) -> Board:
    """The standings of a category in a round, each given by its slug or its exact name.

    Without a round: the last one that has a submitted scorecard, else the first. Without a method: the round's.
    Counted are the marks of the latest submission of each submitted scorecard of an entry in the running.
    For staff who may see the leaderboard, and for the chair of the round's panel; somebody who still has to judge in
    this round is asked to do that first, so that nobody sees others' marks before their own are in. `hold` keeps the
    entries and the marks that count as they are until the transaction ends.
    """
    found_season = find_season(ctx, season)
    roles = _staff_roles(ctx, found_season)
    found_category = find_category(ctx, found_season, category, known=bool(roles))
    rounds = read.rounds_of(ctx.session, found_category.id)
    found = _round_of(ctx, found_category, rounds, in_round)
    if not roles and not read.sees_round(ctx.session, found.id, ctx.actor.user_id or 0):
        raise NotFound
    _own_marks_first(ctx, found)
    if hold:
        _hold(ctx, found)
    return board_of(ctx, found_season, found_category, rounds, found, method, sealed=not roles)


def _hold(ctx: Context, round_: Round) -> None:
    """Have whoever hands a scorecard in, or is recused, wait; the category before its entries, as an award does."""
    ctx.session.execute(
        select(Category.id).where(Category.id == round_.category_id).with_for_update(key_share=True)
    )
    ctx.session.execute(
        select(Entry.id)
        .join(RoundEntry, RoundEntry.entry_id == Entry.id)
        .where(RoundEntry.round_id == round_.id)
        .order_by(Entry.id)
        .with_for_update(of=Entry, key_share=True)
    )


def table(ctx: Context, season: str, category: str, in_round: str, method: str | None = None) -> Board:
    """The same as the chair of the round's panel has it in the judge's room, whatever else they are.

    In a blind round without names, and without numbers of what they have a conflict with. `NotFound` for anybody else.
    """
    found_season = find_season(ctx, season)
    found_category = find_category(ctx, found_season, category, known=False)
    rounds = read.rounds_of(ctx.session, found_category.id)
    found = next((r for r in rounds if r.slug == in_round), None)
    if found is None or not read.sees_round(ctx.session, found.id, ctx.actor.user_id or 0):
        raise NotFound
    _own_marks_first(ctx, found)
    return board_of(ctx, found_season, found_category, rounds, found, method, sealed=True)


def find_season(ctx: Context, text: str) -> Season:
    """A season by its slug, else by its exact name, with its programme. Raises `NotFound`."""
    wanted = (
        select(Season)
        .join(Programme, Programme.id == Season.programme_id)
        .options(contains_eager(Season.programme))
    )
    return _one(ctx, wanted, Season.slug, Season.name, text, f"There is no season “{text}”.")


def find_category(ctx: Context, season: Season, text: str, *, known: bool = True) -> Category:
    """A category of a season by its slug, else by its exact name. Raises `NotFound`."""
    wanted = select(Category).where(Category.season_id == season.id)
    return _one(
        ctx, wanted, Category.slug, Category.name, text, f"There is no category “{text}”." if known else None
    )


def _one(
    ctx: Context,
    wanted: Select[Thing],
    slug: InstrumentedAttribute[str],
    name: InstrumentedAttribute[str],
    text: str,
    missing: str | None,
) -> Thing:
    found = ctx.session.scalar(wanted.where(slug == text))
    if found is not None:
        return found
    named = ctx.session.scalars(wanted.where(name == text).limit(2)).all()
    if len(named) > 1:
        raise NotFound(f"“{text}” is the name of several: give the short name of its address instead.")
    if not named:
        raise NotFound(missing) if missing else NotFound
    return named[0]


def _round_of(ctx: Context, category: Category, rounds: Sequence[Round], text: str | None) -> Round:
    if not rounds:
        raise NotFound("This category has no round.")
    if text is None:
        marked = read.last_marked_round(ctx.session, category.id)
        return next((r for r in rounds if r.id == marked), rounds[0])
    by_slug = [r for r in rounds if r.slug == text]
    found = by_slug or [r for r in rounds if r.name == text]
    if len(found) != 1:
        raise NotFound(f"There is no round “{text}” in this category.")
    return found[0]


def _staff_roles(ctx: Context, season: Season) -> frozenset[Role]:
    """The roles of staff who may see leaderboards; none for a person who may only be a chair."""
    if ctx.actor.kind == "person" and not programme_roles(ctx, season.programme_id):
        return frozenset()
    return must(ctx, Deed.SEE_LEADERBOARD, season.programme_id)


def _own_marks_first(ctx: Context, round_: Round) -> None:
    if ctx.actor.user_id is None or ctx.now >= round_.closes_at:
        return
    left = read.still_to_judge(ctx.session, round_.id, ctx.actor.user_id)
    if left:
        raise NotNow(
            f"You judge in this round yourself and have {left} scorecard{'s' if left > 1 else ''} left. The others’"
            " marks show once yours are in, or when the round has closed.",
            "own_marks_first",
        )


def board_of(
    ctx: Context,
    season: Season,
    category: Category,
    rounds: Sequence[Round],
    round_: Round,
    method: str | None,
    *,
    sealed: bool = False,
) -> Board:
    """The board of a round, whoever asks: callers have asked whether they may.

    `sealed` is for somebody on the panel: it hides the numbers of entries that they have a conflict with, and the
    names where the round is blind.
    """
    asked = method or round_.method
    if asked not in results.METHODS:
        raise Invalid({"method": f"There is no method “{asked}”: there are {', '.join(results.METHODS)}."})
    rows = read.criteria_of(ctx.session, round_.score_set_id)
    criteria = _criteria(rows)
    names = {row.id: criterion.name for row, criterion in zip(rows, criteria, strict=True)}
    entries = {entry.id: entry for entry in read.in_the_running(ctx.session, round_.id)}
    users = read.judges_of(ctx.session, round_.id)
    marks = [
        results.Mark(label(entries[m.entry_id]), users[m.user_id].handle, names[m.criterion_id], m.value)
        for m in read.counting_marks(ctx.session, round_.id)
        if m.entry_id in entries and m.criterion_id in names
    ]
    ranked = results.rank(marks, criteria, method=asked, entries=[label(entry) for entry in entries.values()])
    blind = sealed and round_.blind
    codes = read.codes_of(ctx.session, round_.id) if blind else {}
    length, head = read.audit_head(ctx.session, season.id)
    return Board(
        season=season,
        category=category,
        round=round_,
        rounds=rounds,
        criteria=criteria,
        standings=ranked,
        digest=results.digest(marks, criteria, asked),
        head=f"{season.slug}:{length}:{head}",
        lines=_lines(
            {entry.id: (entry, codes.get(entry.id, entry.title)) for entry in entries.values()},
            users,
            marks,
            criteria,
            ranked,
            _conflicts(ctx, list(entries.values())) if sealed else frozenset(),
        ),
        blind=blind,
    )


def label(entry: Entry) -> str:
    """What results call an entry: its reference."""
    return entry.reference or entry.handle


def _criteria(rows: Sequence[Criterion]) -> tuple[results.Criterion, ...]:
    named = [row.name for row in rows]
    return tuple(
        results.Criterion(
            row.name if named.count(row.name) == 1 else f"{row.name} ({row.key})",
            row.weight,
            row.low,
            row.high,
        )
        for row in rows
    )


def _conflicts(ctx: Context, entries: Sequence[Entry]) -> frozenset[int]:
    """Those that the actor may not act on, and those of the organisation that they work for."""
    user = ctx.session.get_one(User, ctx.actor.user_id)
    known = standings_for(ctx, entries)
    return frozenset(e.id for e in entries if known[e.id].conflicted or own_organisation(user, e))


def _lines(
    entries: Mapping[int, tuple[Entry, str]],
    users: Mapping[int, User],
    marks: Sequence[results.Mark],
    criteria: tuple[results.Criterion, ...],
    ranked: results.Standings,
    sealed: frozenset[int],
) -> tuple[Line, ...]:
    by_label = {label(entry): (entry, called) for entry, called in entries.values()}
    hidden_labels = {name for name, (entry, _) in by_label.items() if entry.id in sealed}
    names = {user.handle: user.name for user in users.values()}
    order = {criterion.name: position for position, criterion in enumerate(criteria)}
    cards: dict[tuple[str, str], list[Decimal | None]] = {}
    for mark in marks:
        card = cards.setdefault((mark.entry, mark.judge), [None] * len(criteria))
        card[order[mark.criterion]] = mark.value
    lines = []
    for one in ranked.entries:
        entry, called = by_label[one.entry]
        if entry.id in sealed:
            hidden = results.Standing(one.entry, None, None, None, 0, (), (), (), ())
            lines.append(Line(entry, called, None, None, hidden, (), True))
            continue
        # A tie-break quotes the numbers of everybody in it.
        tie = tuple(step for step in one.tie if not hidden_labels & {e for part in step.order for e in part})
        given = tuple(
            Given(
                judge=judge.judge,
                name=names[judge.judge],
                points=points_of(criteria, judge.score),
                score=judge.score,
                total=judge.total,
                counted=judge.counted,
                partial=judge.partial,
                marks=tuple(cards[one.entry, judge.judge]),
            )
            for judge in sorted(one.judges, key=lambda j: (names[j.judge], j.judge))
        )
        points = points_of(criteria, one.score)
        lines.append(Line(entry, called, one.rank, points, replace(one, tie=tie), given))
    return tuple(lines)


def points_of(criteria: Sequence[results.Criterion], score: Number | None) -> Decimal | None:
    """A score out of 100, as judges see their own totals; a score of mixed scales is that already."""
    if score is None or not criteria:
        return None
    scales = {(criterion.low, criterion.high) for criterion in criteria}
    if len(scales) > 1:
        return decimal_of(score)
    low, high = scales.pop()
    return (decimal_of(score) - low) * HUNDRED / (high - low)


@dataclass(frozen=True, slots=True)
class Cut:
    """A board divided by a line: above it, level with each other on it (for the chair), and below."""

    above: tuple[Line, ...]
    level: tuple[Line, ...]
    below: tuple[Line, ...]


def cut(board: Board, *, places: int | None = None, at_least: Decimal | None = None) -> Cut:
    """Divide a board by so many places, by a score out of 100, or by both together.

    Entries of equal rank are never parted: where they do not all fit into the places they are `level`, and somebody
    has to decide. Entries without a place are below.
    """
    above: list[Line] = []
    level: list[Line] = []
    below: list[Line] = []
    sharing = Counter(line.place for line in board.lines)
    for line in board.lines:
        low = at_least is not None and (line.points is None or line.points < at_least)
        if low or line.place is None or (places is not None and line.place > places):
            below.append(line)
        elif places is not None and line.place + sharing[line.place] - 1 > places:
            level.append(line)
        else:
            above.append(line)
    return Cut(tuple(above), tuple(level), tuple(below))
