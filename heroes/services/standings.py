"""A category's standings in one round, as a stored run says them, and who may look. Nothing is computed here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from heroes.domain.counting import METHODS, RULES, Criterion, Standing, Standings, TieStep, plain
from heroes.domain.counting.digests import fingerprint
from heroes.domain.counting.standings import NOT_JUDGED
from heroes.domain.policy import Deed
from heroes.domain.roles import Role
from heroes.domain.round_settings import others_marks_show
from heroes.models import result_pages as read
from heroes.models import run_pages as runs
from heroes.models.entries import Entry, RoundEntry
from heroes.models.installation import Programme
from heroes.models.people import User
from heroes.models.runs import ResultsRun, RunLine
from heroes.models.seasons import Category, Panel, PanelMember, Round, Season
from heroes.models.visibility import panels_at_work, seasons_for_public
from heroes.services.boards import (
    PER_PAGE,
    Board,
    Given,
    Line,
    NotComputed,
    Run,
    Share,
    Wanted,
    Where,
    label,
    points_of,
)
from heroes.services.context import Context
from heroes.services.gathering import gather, named
from heroes.services.permission import must
from heroes.services.refusals import Faster, Invalid, NotFound, NotNow
from heroes.services.running import progress_of
from heroes.services.standing import own_organisation, programme_roles, standings_for
from heroes.services.undertaking import must_have_agreed

Thing = TypeVar("Thing", Season, Category)
_SAID = frozenset(one.name for one in fields(Standings)) - {"entries"}


def standings(
    ctx: Context,
    season: str,
    category: str,
    in_round: str | None = None,
    method: str | None = None,
    *,
    places: int | None = None,
    run: str | None = None,
    page: int | None = None,
    per_page: int = PER_PAGE,
    hold: bool = False,
) -> Board:
    """The standings of a category in a round, each given by its slug or its exact name, as the last done run has them.

    Without a round: the last one that has a submitted scorecard, else the first. Without a method: the round's own.
    `run` is a run's handle (empty: nobody had marked), `page` one page of the lines, from 1. Raises `NotComputed` while
    there is no such run. For staff who may see the leaderboard, and for the chair of the round's panel; somebody who
    judges in this round has to wait until the round shows them the others' marks, by default until their own are in,
    and a chair to agree to the season's terms. `hold` keeps the entries, the marks that count and the run as they are
    until the transaction ends.
    """
    where, sealed = place_of(ctx, season, category, in_round)
    if sealed:
        must_have_agreed(ctx, where[0])
    _own_marks_first(ctx, where[2], panel=sealed)
    if hold:
        _hold(ctx, where[2])
    return board_of(ctx, where, Wanted(method, places, run, page, per_page), sealed=sealed, hold=hold)


def place_of(ctx: Context, season: str, category: str, in_round: str | None = None) -> tuple[Where, bool]:
    """(Season, category, round, all rounds) for somebody who may see its leaderboard, and whether as its chair only.

    Each is given by its slug or its exact name; without a round as in `standings`. Raises `NotFound` for anybody else.
    """
    found_season = find_season(ctx, season)
    roles = _staff_roles(ctx, found_season)
    found_category = find_category(ctx, found_season, category, known=bool(roles))
    rounds = read.rounds_of(ctx.session, found_category.id)
    found = _round_of(ctx, found_category, rounds, in_round)
    if not roles and not read.sees_round(ctx.session, found.id, ctx.actor.user_id or 0):
        raise NotFound
    return (found_season, found_category, found, rounds), not roles


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


def table(
    ctx: Context,
    season: str,
    category: str,
    in_round: str,
    *,
    run: str | None = None,
    page: int | None = None,
    per_page: int = PER_PAGE,
) -> Board:
    """The same as the chair of the round's panel has it in the judge's room, whatever else they are.

    In a blind round without names, and without numbers of what they have a conflict with. `NotFound` for anybody else.
    """
    found_season = find_season(ctx, season)
    found_category = find_category(ctx, found_season, category, known=False)
    rounds = read.rounds_of(ctx.session, found_category.id)
    found = next((r for r in rounds if r.slug == in_round), None)
    if found is None or not read.sees_round(ctx.session, found.id, ctx.actor.user_id or 0):
        raise NotFound
    must_have_agreed(ctx, found_season)
    _own_marks_first(ctx, found, panel=True)
    wanted = Wanted(run=run, page=page, per_page=per_page)
    return board_of(ctx, (found_season, found_category, found, rounds), wanted, sealed=True)


def find_season(ctx: Context, text: str) -> Season:
    """A season that the actor may know of, by its slug, else by its exact name, with its programme.

    Raises `NotFound`.
    """
    wanted = (
        select(Season)
        .join(Programme, Programme.id == Season.programme_id)
        .options(contains_eager(Season.programme))
    )
    if ctx.actor.kind == "person":
        known = seasons_for_public(ctx.actor.user_id, ctx.actor.looks_into)
        wanted = wanted.where(or_(known, _on_a_panel(ctx.actor.user_id)))
    return _one(ctx, wanted, Season.slug, Season.name, text, f"There is no season “{text}”.")


def _on_a_panel(user_id: int | None) -> ColumnElement[bool]:
    """A season in which this person judges or chairs already."""
    return Season.id.in_(
        select(Panel.season_id)
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .where(PanelMember.user_id == user_id, Panel.id.in_(panels_at_work()))
    )


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


def _own_marks_first(ctx: Context, round_: Round, *, panel: bool) -> None:
    """Refuse somebody who judges in the round, and its `panel`'s chair, until the round shows them others' marks.

    Staff decide on results: from the close on they read them, even where the panel never does.
    """
    closed, user_id = ctx.now >= round_.closes_at, ctx.actor.user_id
    if user_id is None or (closed and not panel):
        return
    if closed and others_marks_show(round_.marks_shown, left=0, closed=True):
        return
    left = read.still_to_judge(ctx.session, round_.id, user_id)
    if others_marks_show(round_.marks_shown, left=left, closed=closed):
        return
    if round_.marks_shown == "own_in":
        raise NotNow(
            f"You judge in this round yourself and have {left} scorecard{'s' if left > 1 else ''} left. The others’"
            " marks show once yours are in, or when the round has closed.",
            "own_marks_first",
        )
    if panel and round_.marks_shown == "never":
        raise NotNow(
            "In this round nobody on the panel sees the others’ marks, its chair included. The organisers decide on"
            " it.",
            "marks_hidden",
        )
    if panel or read.judges_in(ctx.session, round_.id, user_id):
        raise NotNow("The others’ marks in this round show once it has closed.", "marks_hidden")


def board_of(
    ctx: Context, where: Where, wanted: Wanted, *, sealed: bool = False, hold: bool = False
) -> Board:
    """The board of a round, whoever asks: callers have asked whether they may.

    `sealed` is for somebody on the panel: it hides the numbers of entries that they have a conflict with, what could be
    worked out to them, and the names where the round is blind.
    """
    round_ = where[2]
    if wanted.method is not None and wanted.method not in METHODS:
        known = ", ".join(METHODS)
        raise Invalid({"method": f"There is no method “{wanted.method}”: there are {known}."})
    if wanted.method == round_.method and wanted.places is None:
        wanted = replace(wanted, method=None)
    run = _run_of(ctx, round_, wanted, hold=hold)
    if run is None and wanted.run is None and runs.was_marked(ctx.session, round_.id):
        begun = runs.last_begun(ctx.session, round_.id, wanted.method, wanted.places)
        progress = progress_of(begun) if begun else None
        raise NotComputed(where, wanted.method or round_.method, wanted.places, progress)
    board = _unmarked(ctx, where, wanted) if run is None else _stored(ctx, where, wanted, run, sealed=sealed)
    return _for_panel(ctx, board, wanted) if sealed else board


def _run_of(ctx: Context, round_: Round, wanted: Wanted, *, hold: bool) -> ResultsRun | None:
    if wanted.run is None:
        return runs.last_done(ctx.session, round_.id, wanted.method, wanted.places)
    if not wanted.run:
        return None
    found = runs.by_handle(ctx.session, round_.id, wanted.run, hold=hold)
    if found is None:
        raise Faster(
            "The results that you saw have been computed anew since. Your press changed nothing.",
            who="A judge",
            what="scorecard.submit",
        )
    return found


def _stored(ctx: Context, where: Where, wanted: Wanted, run: ResultsRun, *, sealed: bool) -> Board:
    """The board of a run, as staff see it."""
    season, category, round_, rounds = where
    criteria = tuple(plain.from_plain(Criterion, one) for one in run.summary["criteria"])
    # For whom something is hidden every line is read, since what is hidden can be quoted on another one.
    start, limit = 0, None
    if wanted.page is not None and not sealed:
        start, limit = (wanted.page - 1) * wanted.per_page, wanted.per_page
    rows = runs.lines_of(ctx.session, run.id, start=start, limit=limit)
    standings = runs.standings_of(ctx.session, run.id, [line for line, _ in rows])
    names = runs.names_of(ctx.session, {judge.judge for one in standings for judge in one.judges})
    blend = tuple(
        Share(one["round"], one["name"], one["share"], one.get("run", ""), one.get("revision"))
        for one in run.summary.get("blend", ())
    )
    lines = tuple(
        _line(criteria, line, entry, one, names, () if sealed else blend)
        for (line, entry), one in zip(rows, standings, strict=True)
    )
    if sealed and blend:
        # The other rounds have panels of their own: what their marks came to is not this panel's to know.
        blend = ()
        lines = tuple(sorted(lines, key=lambda line: (line.place is None, line.place or 0)))
    begun = runs.last_begun(ctx.session, round_.id, wanted.method, wanted.places)
    places = Counter(line.place for line in lines if line.place is not None)
    return Board(
        season=season,
        category=category,
        round=round_,
        rounds=rounds,
        criteria=criteria,
        standings=plain.with_entries({name: run.summary[name] for name in _SAID & run.summary.keys()}),
        digest=run.digest or "",
        head=_head(ctx, season),
        lines=lines,
        run=Run(
            run.id,
            run.handle,
            run.places,
            run.budget,
            run.explicit,
            run.finished_at,
            run.revision or 0,
            run.result_digest or "",
            run.program or "",
            run.entries,
            run.reviews,
            run.rule_card or "",
        ),
        total=run.entries,
        stale=runs.revision_of(ctx.session, round_.id) != run.revision,
        under_way=progress_of(begun) if begun and begun.id > run.id else None,
        summary={name: run.summary[name] for name in run.summary.keys() - _SAID},
        sharing=places if limit is None else runs.sharing(ctx.session, run.id, places),
        blend=blend,
    )


def _unmarked(ctx: Context, where: Where, wanted: Wanted) -> Board:
    """The board of a round in which nobody has marked anything: every entry, and no place."""
    season, category, round_, rounds = where
    criteria = named([one for one in read.criteria_of(ctx.session, round_.score_set_id) if one.counts])
    entries = sorted(read.in_the_running(ctx.session, round_.id), key=label)
    asked = wanted.method or round_.method
    return Board(
        season=season,
        category=category,
        round=round_,
        rounds=rounds,
        criteria=criteria,
        standings=Standings(asked, asked, None, RULES, ()),
        digest=fingerprint((), criteria, asked),
        head=_head(ctx, season),
        lines=tuple(
            Line(
                entry,
                entry.title,
                None,
                None,
                Standing(label(entry), None, None, None, 0, flags=(NOT_JUDGED,)),
                (),
            )
            for entry in wanted.part(entries)
        ),
        total=len(entries),
    )


def _head(ctx: Context, season: Season) -> str:
    length, head = read.audit_head(ctx.session, season.id)
    return f"{season.slug}:{length}:{head}"


def _line(
    criteria: Sequence[Criterion],
    row: RunLine,
    entry: Entry,
    one: Standing,
    names: Mapping[str, str],
    blend: Sequence[Share] = (),
) -> Line:
    given = tuple(
        Given(
            judge=judge.judge,
            name=names.get(judge.judge, judge.judge),
            points=points_of(criteria, judge.score),
            score=judge.score,
            total=judge.total,
            counted=judge.counted,
            partial=judge.partial,
            marks=tuple(None if text is None else Decimal(text) for text in row.marks[judge.judge]),
        )
        for judge in sorted(one.judges, key=lambda j: (names.get(j.judge, j.judge), j.judge))
    )
    if row.blend is None or not blend:
        return Line(entry, entry.title, one.rank, points_of(criteria, one.score), one, given)
    parts = tuple(_points(row.blend["parts"].get(share.slug)) for share in blend)
    # How sure a place is was worked out for this round alone, and says nothing about the blend.
    alone = replace(
        one,
        rank=row.blend["rank"],
        low=None,
        high=None,
        chance_of_place=None,
        chance_of_best=None,
        chance_above_next=None,
        band=None,
    )
    return Line(
        entry, entry.title, row.blend["rank"], _points(row.blend["points"]), alone, given, parts=parts
    )


def _points(kept: str | float | None) -> Decimal | None:
    return None if kept is None else Decimal(str(kept))


def _for_panel(ctx: Context, board: Board, wanted: Wanted) -> Board:
    """The same for somebody on the panel: without what they must not know, and what could be worked out to it."""
    codes = read.codes_of(ctx.session, board.round.id) if board.round.blind else {}
    hidden = _conflicts(ctx, [line.entry for line in board.lines])
    labels = {line.standing.entry for line in board.lines if line.entry.id in hidden}
    known: dict[int, bool] = {}

    def quotes(step: TieStep) -> bool:
        # Everybody in a large group has the same step: it is looked through once.
        if id(step) not in known:
            known[id(step)] = any(entry in labels for part in step.order for entry in part)
        return known[id(step)]

    lines = []
    for line, following in zip(board.lines, (*board.lines[1:], None), strict=False):  # none has none after it
        called, one = codes.get(line.entry.id, line.entry.title), line.standing
        if line.entry.id in hidden:
            nothing = Standing(one.entry, None, None, None, 0)
            lines.append(Line(line.entry, called, None, None, nothing, (), True))
            continue
        # A tie-break quotes the numbers of everybody in it.
        tie = tuple(step for step in one.tie if not quotes(step))
        if hidden:
            one = _without_leniency(one)
        beside = following is not None and following.entry.id in hidden
        told = replace(one, tie=tie, chance_above_next=None if beside else one.chance_above_next)
        lines.append(replace(line, name=called, standing=told))
    said = board.standings
    told_of_all = Standings(said.asked, said.method, said.reason, said.rules, ())
    if not hidden:
        told_of_all = replace(
            told_of_all,
            judges=said.judges,
            variances=said.variances,
            reliability=said.reliability,
            clear=said.clear,
        )
    return replace(
        board,
        lines=tuple(wanted.part(lines)),
        sharing=Counter(line.place for line in lines if line.place is not None),
        standings=told_of_all,
        summary={},
        blind=board.round.blind,
    )


def _conflicts(ctx: Context, entries: Sequence[Entry]) -> frozenset[int]:
    """Those that the actor may not act on, and those of the organisation that they work for."""
    user = ctx.session.get_one(User, ctx.actor.user_id)
    known = standings_for(ctx, entries)
    return frozenset(e.id for e in entries if known[e.id].conflicted or own_organisation(user, e))


def _without_leniency(one: Standing) -> Standing:
    """A standing without what tells how a judge marks elsewhere, which a sealed line could be worked out from."""
    judges = tuple(replace(judge, surprise=None) for judge in one.judges)
    return replace(one, judges=judges, explanation=None)


def affected(ctx: Context, board: Board) -> Sequence[Entry]:
    """The entries whose counted marks have changed since the board's run read them, and those that came or went.

    Where the criteria or their weights have changed since, that is every entry that has marks.

    In the order of their ids, without those whose line is sealed on this board.
    """
    now = gather(ctx, board.round.id)
    given = now.given()
    counted = {entry_id: given.get(name, {}) for name, entry_id in now.entries.items()}
    then: dict[int, Any] = {}
    if board.run is not None:
        then = {row.entry_id: row.marks for row in runs.marks_of(ctx.session, board.run.id)}
    missing = object()
    moved = {
        entry_id
        for entry_id in then.keys() | counted.keys()
        if then.get(entry_id, missing) != counted.get(entry_id, missing)
    }
    if board.run is not None and now.criteria != board.criteria:
        moved |= {entry_id for entry_id, marks in (then | counted).items() if marks}
    moved -= {line.entry.id for line in board.lines if line.sealed}
    return runs.entries_by_id(ctx.session, moved)
