"""What may be decided on a board now, and in a sentence why the rest is over or has to wait."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from heroes.domain.entry_states import State
from heroes.models.seasons import Round
from heroes.services.boards import Board
from heroes.services.deciding import Stage, candidates, stage_of
from heroes.web.kit.words import many, short_day

UNDECIDED = (State.SUBMITTED.value, State.RETURNED.value)
ON_THE_SHORTLIST = (State.SHORTLISTED.value, State.AWARDED.value, State.NOT_AWARDED.value)


@dataclass(frozen=True, slots=True)
class Next:
    """The acts that a board offers, what is said about them, and the round that decides what this one does not."""

    said: tuple[str, ...] = ()
    shortlist: bool = False
    award: bool = False
    advance: bool = False
    elsewhere: Round | None = None


def next_on(board: Board, released: Mapping[str, datetime], *, decides: bool, now: datetime) -> Next:
    """What can be done on this board now. `released` maps the kind of a release to when it went out.

    Who only looks on, as an auditor does, is told the same and offered nothing.
    """
    found = _next_on(board, released, now)
    return found if decides else Next(found.said, elsewhere=found.elsewhere)


def _next_on(board: Board, released: Mapping[str, datetime], now: datetime) -> Next:
    season, stage = board.season, stage_of(board)
    if season.ended_at is not None and season.ended_at <= now:
        return Next(("The season has ended. What was decided stands.",))
    if "outcomes" in released:
        day = short_day(released["outcomes"], season.timezone)
        return Next(
            (
                f"The outcomes went out on {day}, so nothing is left to decide here.",
                "An owner can still take a decision back, on the entry’s own page and with a reason.",
            ),
        )
    if not board.lines:
        return Next()
    if stage is Stage.FINAL:
        return _awards(board, now)
    shortlist, said = _shortlist(board, released.get("shortlist"))
    if stage is Stage.EARLY:
        return Next(
            ("Here you decide who goes on to the next round; the shortlist is decided on a later one.",),
            advance=True,
            elsewhere=board.rounds[-2],
        )
    if stage is Stage.ONLY:
        found = _awards(board, now)
        return Next((*said, *found.said), shortlist=shortlist, award=found.award)
    final = board.rounds[-1]
    return Next((*said, f"The awards are decided on {final.name}."), shortlist=shortlist, elsewhere=final)


def _shortlist(board: Board, out: datetime | None) -> tuple[bool, tuple[str, ...]]:
    states = Counter(line.entry.state for line in board.lines)
    undecided = sum(states[state] for state in UNDECIDED)
    on_it = sum(states[state] for state in ON_THE_SHORTLIST)
    day = short_day(out, board.season.timezone) if out else ""
    if undecided and out:
        return True, (f"The shortlist went out on {day}; {_entries(undecided)} still to decide.",)
    if undecided:
        decided = len(board.lines) - undecided
        return True, ((f"{decided} of {_entries(len(board.lines))} decided so far.",) if decided else ())
    if out:
        return False, (
            f"The shortlist went out on {day} with {_entries(on_it)}.",
            "A line drawn here shows only what it would have meant.",
        )
    return False, (
        f"Every entry is decided: {on_it} shortlisted, {states[State.NOT_SHORTLISTED.value]} not this year.",
        "Nobody outside the staff sees it before the shortlist goes out.",
    )


def _awards(board: Board, now: datetime) -> Next:
    waiting = len(candidates(board))
    last = board.rounds[-1]
    if waiting and now < last.closes_at:
        return Next((f"The awards can be decided once {last.name} has closed.",))
    if not waiting and stage_of(board) is Stage.FINAL:
        return Next(("Every entry of this round is decided. The outcomes can go out.",))
    return Next(award=bool(waiting))


def _entries(count: int) -> str:
    return many(count, "entry", "entries")
