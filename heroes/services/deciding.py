"""Deciding on results: the shortlist by a line, the final round, the awards with their levels. All through the door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import delete, select

from heroes.domain.entry_states import Act, Facts, Given, State
from heroes.domain.outcomes import OutcomeRule
from heroes.domain.policy import Deed
from heroes.domain.proposing import Kind, Proposal, line_reason
from heroes.domain.workflow import SENTENCES, Allowed, Refused, Why, decide
from heroes.models import result_pages as read
from heroes.models.entries import Entry, RoundEntry
from heroes.models.judging import Assignment
from heroes.models.run_pages import revision_of
from heroes.models.seasons import Round
from heroes.services import acting, door, running, tallies
from heroes.services.auditing import note
from heroes.services.boards import Board, Cut, Line, cut, yes_of
from heroes.services.context import Context
from heroes.services.door import Decision
from heroes.services.entry_facts import Background, settings_of
from heroes.services.gathering import gather
from heroes.services.permission import staff_category
from heroes.services.proposing import departs, proposals, rule_of
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, NotNow
from heroes.services.standing import Standing, standings_for
from heroes.services.standings import affected, standings
from heroes.services.transactions import transaction

MOST_REASON = 4000
_LIFTED_BY_A_REASON = frozenset({Why.NO_QUORUM, Why.NO_QUORUM_REASON})
FINALIST = "finalist"
SET_ASIDE = "not_shortlisted"


class Stage(StrEnum):
    """What is decided on a round: the only one of its category, an early one, the last but one, the last."""

    ONLY = "only"
    EARLY = "early"
    SHORTLIST = "shortlist"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Step:
    """One entry in a plan: the acts in their order, and why they cannot happen, if so."""

    line: Line
    acts: tuple[Act, ...]
    choice: str = ""
    refusal: str = ""
    asks_reason: bool = False
    """Whether a reason would let it happen, as where the quorum is not reached."""
    departs: str = ""
    """What the outcome rule proposes, where this is something else: that takes a reason as well."""
    why: str = ""
    """What the line says about it, in words."""

    @property
    def moves(self) -> bool:
        """Whether it can happen as things stand."""
        return not self.refusal


@dataclass(frozen=True, slots=True)
class ShortlistPlan:
    """A line drawn through a board, and what it would do to each entry."""

    board: Board
    cut: Cut
    above: tuple[Step, ...]
    level: tuple[Step, ...]
    below: tuple[Step, ...]


def stage_of(board: Board) -> Stage:
    """What is decided on this board's round."""
    position = [r.id for r in board.rounds].index(board.round.id)
    if len(board.rounds) == 1:
        return Stage.ONLY
    if position == len(board.rounds) - 1:
        return Stage.FINAL
    return Stage.SHORTLIST if position == len(board.rounds) - 2 else Stage.EARLY


# ---- the shortlist ----


def plan_shortlist(
    ctx: Context,
    board: Board,
    *,
    places: int | None = None,
    at_least: Decimal | None = None,
    yes: int | None = None,
    reason: str = "",
) -> ShortlistPlan:
    """What shortlisting above a line, and setting aside below it, would do to each entry. Writes nothing."""
    found = cut(board, places=places, at_least=at_least, yes=yes)
    planner = _Planner(ctx, board, frozenset({Act.SHORTLIST, Act.NOT_SHORTLIST}), reason)
    otherwise = shortlist_departs(board)

    def steps(lines: Sequence[Line], act: Act) -> tuple[Step, ...]:
        return tuple(
            replace(
                planner.step(line, (act,)),
                departs=otherwise.get((line.entry.handle, act), ""),
                why=line_reason(line.place, line.points, places, at_least)
                if yes is None
                else _yes(line, yes),
            )
            for line in lines
        )

    return ShortlistPlan(
        board,
        found,
        steps(found.above, Act.SHORTLIST),
        steps(found.level, Act.SHORTLIST),
        steps(found.below, Act.NOT_SHORTLIST),
    )


def _yes(line: Line, wanted: int) -> str:
    return f"{yes_of(line)} yes, and {'1 is' if wanted == 1 else f'{wanted} are'} asked"


def plan_chosen(ctx: Context, board: Board, handles: Sequence[str], *, reason: str = "") -> tuple[Step, ...]:
    """What shortlisting exactly these entries would do to each, in the board's order. Writes nothing."""
    planner = _Planner(ctx, board, frozenset({Act.SHORTLIST}), reason)
    otherwise = shortlist_departs(board)
    return tuple(
        replace(
            planner.step(line, (Act.SHORTLIST,)),
            departs=otherwise.get((line.entry.handle, Act.SHORTLIST), ""),
        )
        for line in board.lines
        if line.entry.handle in handles
    )


def too_small(board: Board) -> bool:
    """Whether the field is smaller than the rule asks, so that it proposes nobody."""
    return len(board.ranked) < rule_of(board).minimum_field


def shortlist_departs(board: Board) -> dict[tuple[str, Act], str]:
    """(Entry's handle, act) -> what the rule proposes instead, for every act that departs from the rule's own line.

    Empty where the rule draws none, or nobody has marked. Those level on the line are the chair's, either way.
    """
    rule = rule_of(board)
    if board.run is None or not rule.shortlists:
        return {}
    if too_small(board):
        return {(line.entry.handle, Act.SHORTLIST): "Field too small" for line in board.lines}
    found = cut(board, places=rule.shortlist_places, at_least=rule.shortlist_at_least)
    return {(line.entry.handle, Act.NOT_SHORTLIST): "Shortlisted" for line in found.above} | {
        (line.entry.handle, Act.SHORTLIST): "Not shortlisted" for line in found.below
    }


def shortlist(
    ctx: Context,
    season: str,
    category: str,
    in_round: str,
    *,
    run: str,
    chosen: Mapping[str, int],
    rest: Mapping[str, int],
    reason: str = "",
) -> int:
    """Shortlist exactly the chosen entries and set aside exactly the rest, all or none; return how many moved.

    `run` is the handle of the run that was shown (empty: nobody had marked), and both map an entry's handle to the
    version that was shown. Raises `Faster` if a mark or an entry has changed since,
    `NotNow`/`NotAllowed` with the first entry's reason, `Invalid` for nothing chosen.
    """
    must_fit(reason)
    if not chosen and not rest:
        raise Invalid({"entry": "Choose at least one entry."})
    if chosen.keys() & rest.keys():
        raise Invalid({"entry": "An entry cannot be on both sides of the line."})
    with transaction(ctx):
        board = same_board(ctx, season, category, in_round, run)
        if stage_of(board) not in (Stage.ONLY, Stage.SHORTLIST):
            raise NotNow("The shortlist is not decided on this round.", "wrong_round")
        if any(line.sealed and line.entry.handle in chosen for line in board.lines):
            raise NotAllowed(SENTENCES[Why.CONFLICT], Why.CONFLICT.value)
        otherwise = shortlist_departs(board)
        mover = _Mover(ctx, board, {**chosen, **rest}, reason)
        for handles, act in ((chosen, Act.SHORTLIST), (rest, Act.NOT_SHORTLIST)):
            mover.move(list(handles), act, proposed={h: otherwise.get((h, act), "") for h in handles})
        mover.end()
    return len(chosen) + len(rest)


def skip_final(ctx: Context, season_slug: str, category_slug: str) -> Round:
    """Take a category's last round away before it has begun, so that the awards are decided on the one before.

    Raises `NotNow` where there is only one round, or where somebody has been admitted or asked to judge in it.
    """
    season, category = staff_category(ctx, season_slug, category_slug, Deed.OPEN_ROUND)
    with transaction(ctx):
        rounds = ctx.session.scalars(
            select(Round).where(Round.category_id == category.id).order_by(Round.position).with_for_update()
        ).all()
        if len(rounds) < 2:
            raise NotNow(
                "This category has one round only: its awards are decided on that round.", "one_round"
            )
        last = rounds[-1]
        begun = ctx.session.scalar(
            select(RoundEntry.entry_id).where(RoundEntry.round_id == last.id).limit(1)
        ) or ctx.session.scalar(select(Assignment.id).where(Assignment.round_id == last.id).limit(1))
        if begun is not None:
            raise NotNow(f"{last.name} has entries in it already, so it cannot be skipped.", "round_begun")
        note(
            ctx,
            "round.skip",
            f"{category.slug}/{last.slug}",
            season_id=season.id,
            before={"name": last.name, "opens_at": last.opens_at, "closes_at": last.closes_at},
        )
        running.drop(ctx, last.id)
        ctx.session.execute(delete(Round).where(Round.id == last.id))
        # The round before has other places to decide on from now on.
        tallies.marks_changed(ctx, season.id, category.id, [rounds[-2].id])
        ctx.session.expunge(last)
    return last


# ---- the awards ----


def _open_states(board: Board) -> frozenset[str]:
    first = {State.SUBMITTED.value} if stage_of(board) is Stage.ONLY else set()
    return frozenset({State.SHORTLISTED.value, *first})


def candidates(board: Board) -> list[Line]:
    """The lines that an award can still be decided about on this board."""
    return [line for line in board.lines if line.entry.state in _open_states(board)]


def proposed(ctx: Context, board: Board) -> dict[str, Proposal]:
    """Entry's handle -> what the category's rule proposes for it, and why."""
    return proposals(ctx, board, _open_states(board))


def chosen_by(board: Board, found: Mapping[str, Proposal]) -> dict[str, str]:
    """Entry's handle -> what is chosen for it at first: its level, and where nobody competes what it lacks one for."""
    benchmark = rule_of(board).benchmark
    return {
        handle: one.level if one.kind is Kind.LEVEL else FINALIST
        for handle, one in found.items()
        if one.kind is Kind.LEVEL or (benchmark and one.kind is Kind.TOWARDS)
    }


def suggested(ctx: Context, board: Board) -> dict[str, str]:
    """Entry's handle -> what is chosen for it at first, by the rule alone."""
    return chosen_by(board, proposed(ctx, board))


def plan_award(
    ctx: Context, board: Board, choices: Mapping[str, str], *, reason: str = ""
) -> tuple[Step, ...]:
    """What these choices (handle -> level, `FINALIST` or `SET_ASIDE`) would do, in the board's order. Writes nothing.

    Raises `Invalid` for a choice that the category does not have.
    """
    planner = _Planner(ctx, board, frozenset(Act) - {Act.START}, reason)
    found, rule = proposed(ctx, board), rule_of(board)
    steps = []
    for line in board.lines:
        choice = choices.get(line.entry.handle, "")
        if choice:
            acts = _acts_for(board, State(line.entry.state), choice)
            step = planner.step(line, acts, choice)
            steps.append(replace(step, departs=departs(rule, found[line.entry.handle], choice)))
    return tuple(steps)


def award(
    ctx: Context,
    season: str,
    category: str,
    in_round: str,
    *,
    run: str,
    choices: Mapping[str, str],
    versions: Mapping[str, int],
    reason: str = "",
) -> int:
    """Give each entry what was chosen for it, all or none; return how many moved.

    In a category of one round an entry that is only submitted is shortlisted first, as an act of its own in the same
    transaction. Refusals as in `shortlist`; a level with no place left is one of them.
    """
    must_fit(reason)
    choices = {handle: choice for handle, choice in choices.items() if choice}
    if not choices:
        raise Invalid({"entry": "Choose something for at least one entry."})
    with transaction(ctx):
        board = same_board(ctx, season, category, in_round, run)
        if stage_of(board) not in (Stage.ONLY, Stage.FINAL):
            raise NotNow("The awards are not decided on this round.", "wrong_round")
        found, rule = proposed(ctx, board), rule_of(board)
        mover = _Mover(ctx, board, {handle: versions.get(handle, 0) for handle in choices}, reason)
        otherwise = {h: departs(rule, found[h], choice) for h, choice in choices.items() if h in found}
        _must_award(board, rule, choices)
        acts = {
            handle: _acts_for(board, State(mover.entries[handle].state), choice)
            for handle, choice in choices.items()
        }
        mover.move([h for h, needed in acts.items() if Act.SHORTLIST in needed], Act.SHORTLIST)
        for level in rule.levels:
            given = [h for h, choice in choices.items() if choice == level.key]
            mover.move(given, Act.AWARD, level.key, proposed=otherwise)
        for act in (Act.NOT_AWARD, Act.NOT_SHORTLIST):
            mover.move([h for h, needed in acts.items() if act in needed], act, proposed=otherwise)
        mover.end()
    return len(choices)


def _must_award(board: Board, rule: OutcomeRule, choices: Mapping[str, str]) -> None:
    """Refuse to decide the last open entry of a category without any award, where the rule says there is always one."""
    left = [line for line in candidates(board) if line.entry.handle not in choices]
    given = any(line.entry.level for line in board.lines) or any(c in rule.places for c in choices.values())
    if not rule.no_award and not left and not given and not too_small(board):
        raise Invalid({"entry": "By its rule this category always has an award: give one entry a level."})


def _acts_for(board: Board, state: State, choice: str) -> tuple[Act, ...]:
    """The acts that bring an entry to what was chosen for it; the door says which of them may happen."""
    only = stage_of(board) is Stage.ONLY
    first = (Act.SHORTLIST,) if only and state is State.SUBMITTED else ()
    if choice == FINALIST:
        return (*first, Act.NOT_AWARD)
    if choice == SET_ASIDE and only:
        return (Act.NOT_SHORTLIST,)
    if choice not in rule_of(board).places:
        raise Invalid({"choice": SENTENCES[Why.UNKNOWN_LEVEL]})
    return (*first, Act.AWARD)


def must_fit(reason: str) -> None:
    """Refuse a reason that is too long to keep."""
    if len(reason) > MOST_REASON:
        raise Invalid({"reason": f"Keep this under {MOST_REASON:,} characters."})


def same_board(
    ctx: Context, season: str, category: str, in_round: str, run: str, *, hold: bool = True
) -> Board:
    """The board of the run that was shown, or `Faster` if the marks that count are no longer those that it counted.

    `hold` keeps them so until the transaction ends. What is compared is worked out anew from the marks themselves.
    """
    board = standings(ctx, season, category, in_round, run=run, hold=hold)
    now = gather(ctx, board.round.id)
    if now.digest(board.standings.method) != board.digest:
        corrected = now.criteria != board.criteria
        what = "The score set has been corrected" if corrected else "A scorecard has come in or gone"
        raise Faster(
            f"{what} since you looked, so the numbers are not those that you saw. Your press changed nothing.",
            who="A judge" if not corrected else "",
            what="scorecard.submit",
            affected=[entry.handle for entry in affected(ctx, board)],
        )
    for share in board.blend:
        other = next(
            (one for one in board.rounds if one.slug == share.slug and one.id != board.round.id), None
        )
        if other is not None and revision_of(ctx.session, other.id) != share.revision:
            raise Faster(
                f"A scorecard of {other.name} has come in or gone since these results were blended, so the numbers"
                " are not those that you saw. Your press changed nothing.",
                who="A judge",
                what="scorecard.submit",
            )
    return board


class _Planner:
    """Asks the rules what would happen, with the places of the levels counted along."""

    def __init__(self, ctx: Context, board: Board, acts: frozenset[Act], reason: str) -> None:
        self.reason = reason
        entries = [line.entry for line in board.lines]
        settings = settings_of(ctx, {board.category.id})
        self.background = Background(ctx, entries, acts, settings)
        self.standings = standings_for(ctx, entries)
        self.given: dict[str, int] = {}

    def step(self, line: Line, acts: tuple[Act, ...], choice: str = "") -> Step:
        """Whether these acts could happen to an entry one after the other."""
        entry = line.entry
        if line.sealed:
            return Step(line, acts, choice, SENTENCES[Why.CONFLICT])
        standing = self.standings[entry.id]
        facts = self.background.facts(entry)
        asks = False
        for act in acts:
            taken = {k: facts.taken.get(k, 0) + self.given.get(k, 0) for k in facts.places}
            verdict, asked = _would(act, standing, replace(facts, taken=taken), choice, self.reason)
            asks = asks or asked
            if isinstance(verdict, Refused):
                return Step(line, acts, choice, verdict.sentence, asks)
            facts = replace(facts, state=verdict.rule.target)
        if Act.AWARD in acts:
            self.given[choice] = self.given.get(choice, 0) + 1
        return Step(line, acts, choice, "", asks)


def _would(
    act: Act, standing: Standing, facts: Facts, level: str, reason: str
) -> tuple[Allowed | Refused, bool]:
    """What the rules say, and whether it takes a reason; a reason that is still to be given is taken as given."""
    given = _given(act, level)
    verdict = decide(act, standing.roles, facts, given, conflicted=standing.conflicted)
    if not isinstance(verdict, Refused) or verdict.why not in _LIFTED_BY_A_REASON:
        return verdict, False
    given = replace(given, reason=reason or "to be given", override=True)
    return decide(act, standing.roles, facts, given, conflicted=standing.conflicted), True


def _given(act: Act, level: str) -> Given:
    return Given(level=level if act is Act.AWARD else "")


class _Mover:
    """Moves entries of one board through the door, in groups, and tells those who may know at once."""

    def __init__(self, ctx: Context, board: Board, versions: Mapping[str, int], reason: str) -> None:
        self.ctx = ctx
        self.reason = reason
        self.entries = read.by_handles(ctx.session, board.category.id, list(versions))
        if self.entries.keys() != versions.keys():
            raise NotFound("One of these entries is not in this category.")
        self.versions = dict(versions)
        self.run = board.run
        self.decision = Decision(
            board.digest,
            board.standings.method,
            board.standings.rules,
            board.run.id if board.run else None,
            board.quoted,
        )
        self.settings = settings_of(ctx, {board.category.id})
        self.standings = standings_for(ctx, list(self.entries.values()))

    def end(self) -> None:
        """Keep the run that was quoted: after every entry is locked, since nobody who forgets runs waits for one."""
        if self.run is not None:
            running.quote(self.ctx, self.run.id)

    def move(
        self,
        handles: Sequence[str],
        act: Act,
        level: str = "",
        *,
        proposed: Mapping[str, str] | None = None,
    ) -> None:
        """One act for these entries. Raises `Invalid` where one of them takes a reason and none was given.

        `proposed`: handle -> what the rule proposed, where it is decided otherwise; the audit trail keeps both.
        """
        entries = [self.entries[handle] for handle in handles]
        if not entries:
            return
        if act is Act.NOT_SHORTLIST:
            for entry in entries:
                if entry.state == State.RETURNED.value:
                    acting.back_to_what_was_sent(self.ctx, entry)
        background = Background(self.ctx, entries, frozenset({act}), self.settings)
        asking = {
            entry.id
            for entry in entries
            if _would(act, self.standings[entry.id], background.facts(entry), level, self.reason)[1]
        }
        otherwise = {e.id: text for e in entries if (text := (proposed or {}).get(e.handle, ""))}
        if asking and not self.reason:
            raise Invalid({"reason": "Say why it is decided with fewer scorecards than the quorum."})
        if otherwise and not self.reason:
            raise Invalid({"reason": "Say why it is decided otherwise than the rule proposes."})
        plain = _given(act, level)
        reasoned = replace(plain, reason=self.reason)
        lifted = replace(reasoned, override=act is Act.SHORTLIST)
        self._through([e for e in entries if e.id not in asking | otherwise.keys()], act, plain, {})
        self._through(
            [e for e in entries if e.id in otherwise and e.id not in asking], act, reasoned, otherwise
        )
        self._through([e for e in entries if e.id in asking], act, lifted, otherwise)

    def _through(self, entries: list[Entry], act: Act, given: Given, otherwise: Mapping[int, str]) -> None:
        moved = door.move_many(
            self.ctx,
            entries,
            act,
            given=given,
            expected={entry.id: self.versions[entry.handle] for entry in entries},
            decision=self.decision,
            standings=self.standings,
            proposed=otherwise,
        )
        # The door moves them in the order of their ids.
        for entry, step in zip(sorted(entries, key=lambda e: e.id), moved, strict=True):
            self.versions[entry.handle] = entry.version
            loaded = acting.Loaded(entry, self.settings[entry.category_id], self.standings[entry.id])
            acting.tell(self.ctx, loaded, step, given)
