"""Who goes on from an early round to the next: a row for each and no state, so that nobody outside is told anything."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from heroes.domain.advance_rules import Proposal, Stands, propose
from heroes.domain.entry_states import State
from heroes.domain.policy import Deed
from heroes.domain.workflow import SENTENCES, Why
from heroes.models.entries import Entry, RoundEntry
from heroes.models.seasons import Round
from heroes.services import door, running
from heroes.services.auditing import note
from heroes.services.boards import Board, Line, label, yes_of
from heroes.services.context import Context
from heroes.services.deciding import Stage, must_fit, same_board, stage_of
from heroes.services.own_lines import advance_rule_of
from heroes.services.permission import staff_category
from heroes.services.refusals import Invalid, NotFound, NotNow
from heroes.services.rounds import admit_many
from heroes.services.standing import standings_for
from heroes.services.transactions import transaction

IN_ALREADY = "It is in the next round already."
DECIDED = "It is decided already, or back with its entrant."


@dataclass(frozen=True, slots=True)
class Goes:
    """One entry of an early round: why it cannot go on, if so, and whether it takes a reason."""

    line: Line
    refusal: str
    asks_reason: bool

    @property
    def moves(self) -> bool:
        """Whether it can go on as things stand."""
        return not self.refusal


def next_round(board: Board) -> Round:
    """The round after an early one. Raises `NotNow` for a round on which the shortlist or the awards are decided."""
    if stage_of(board) is not Stage.EARLY:
        raise NotNow("Who goes on is decided on a round that has at least two more after it.", "wrong_round")
    return board.rounds[[r.id for r in board.rounds].index(board.round.id) + 1]


def plan(ctx: Context, board: Board) -> tuple[Goes, ...]:
    """Whether each entry of a board could go on to the next round, in the board's order. Writes nothing."""
    entries = [line.entry for line in board.lines]
    there = _admitted(ctx, next_round(board), [entry.id for entry in entries])
    standings = standings_for(ctx, entries)
    return tuple(_goes(board, line, there, standings[line.entry.id].conflicted) for line in board.lines)


def proposed(board: Board) -> Proposal:
    """Whom the round's own rule takes on, with the reason for every entry. A proposal: somebody decides on it."""
    field = [Stands(line.entry.handle, line.place, line.points, yes_of(line)) for line in board.lines]
    return propose(advance_rule_of(board), field)


def _goes(board: Board, line: Line, there: Collection[int], conflicted: bool) -> Goes:
    entry, refusal = line.entry, ""
    if entry.id in there:
        refusal = IN_ALREADY
    elif conflicted:
        refusal = SENTENCES[Why.CONFLICT]
    elif entry.state != State.SUBMITTED.value:
        refusal = DECIDED
    elif entry.screening != "eligible":
        refusal = SENTENCES[Why.NOT_ELIGIBLE]
    return Goes(line, refusal, len(line.given) < board.round.quorum)


def _admitted(ctx: Context, round_: Round, entry_ids: Collection[int]) -> frozenset[int]:
    return frozenset(
        ctx.session.scalars(
            select(RoundEntry.entry_id).where(
                RoundEntry.round_id == round_.id, RoundEntry.entry_id.in_(entry_ids)
            )
        )
    )


def advance(
    ctx: Context,
    season_slug: str,
    category_slug: str,
    round_slug: str,
    *,
    run: str,
    chosen: Mapping[str, int],
    reason: str = "",
) -> int:
    """Admit exactly the chosen entries of an early round to the next one, all or none; return how many.

    `run` is the handle of the run that was shown, `chosen` maps an entry's handle to the version that was shown. No
    state moves and no mail is owed: to everybody outside nothing has happened. Raises `Faster` if a mark or an entry
    has changed since, `NotNow` with the first entry's reason, `Invalid` for nothing chosen or for a missing reason
    where the quorum is not reached.
    """
    must_fit(reason)
    if not chosen:
        raise Invalid({"entry": "Choose at least one entry."})
    with transaction(ctx):
        season, category = staff_category(ctx, season_slug, category_slug, Deed.OPEN_ROUND)
        if season.ended_at is not None and season.ended_at <= ctx.now:
            raise NotNow(SENTENCES[Why.SEASON_ENDED], Why.SEASON_ENDED.value)
        held = ctx.session.scalars(
            select(Entry)
            .where(Entry.category_id == category.id, Entry.handle.in_(list(chosen)))
            .order_by(Entry.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).all()
        if {entry.handle for entry in held} != chosen.keys():
            raise NotFound("One of these entries is not in this category.")
        for entry in held:
            if entry.version != chosen[entry.handle]:
                raise door.faster(ctx, entry)
        board = same_board(ctx, season_slug, category_slug, round_slug, run, hold=False)
        following = next_round(board)
        going = [one for one in plan(ctx, board) if one.line.entry.handle in chosen]
        _must_all_go(going, len(chosen), reason)
        admit_many(ctx, season.id, [one.line.entry.id for one in going], following)
        for one in going:
            note(
                ctx,
                "entry.admit",
                label(one.line.entry),
                season_id=season.id,
                entry_id=one.line.entry.id,
                before={"round": f"{category.slug}/{board.round.slug}"},
                after={
                    "round": f"{category.slug}/{following.slug}",
                    "digest": board.digest,
                    "method": board.standings.method,
                    "rules": board.standings.rules,
                    **({"run": board.quoted} if board.run else {}),
                },
                reason=reason if one.asks_reason else "",
            )
        if board.run is not None:
            running.quote(ctx, board.run.id)
    return len(going)


def _must_all_go(going: Collection[Goes], asked: int, reason: str) -> None:
    if len(going) != asked:
        raise NotFound("One of these entries is not in this round.")
    for one in going:
        if one.refusal:
            raise NotNow(f"{label(one.line.entry)}: {one.refusal}", "does_not_go_on")
    if not reason and any(one.asks_reason for one in going):
        raise Invalid({"reason": "Say why it goes on with fewer scorecards than the quorum."})
