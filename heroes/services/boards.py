"""A board: the standings of one round as one viewer may know them, and how a line divides it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from heroes.domain.counting import Criterion, Number, Standing, Standings
from heroes.domain.counting.marks import decimal_of
from heroes.models.entries import Entry
from heroes.models.seasons import Category, Round, Season
from heroes.services.refusals import NotNow
from heroes.services.running import Progress

HUNDRED = Decimal(100)
PER_PAGE = 100
Where = tuple[Season, Category, Round, Sequence[Round]]
Part = TypeVar("Part")


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
    standing: Standing
    given: tuple[Given, ...]
    sealed: bool = False
    parts: tuple[Decimal | None, ...] = ()
    """Where rounds are blended: its points in each of them, in the order of `Board.blend`."""


@dataclass(frozen=True, slots=True)
class Share:
    """One round's part in a blended result, in percent; `run` is the handle of what it was read from."""

    slug: str
    name: str
    percent: int
    run: str = ""
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What is said of the stored run that a board shows. A decision quotes its handle."""

    id: int
    handle: str
    places: int | None
    budget: int | None
    explicit: bool
    finished_at: datetime | None
    revision: int
    result_digest: str
    program: str
    entries: int
    reviews: int
    rule_card: str = ""
    """The fingerprint of the rule card that was in force when it was computed."""


@dataclass(frozen=True, slots=True)
class Board:
    """The standings of one round, best first, with everything that is needed to recompute them.

    `standings` is the result without its lines; `summary` what was stored beside it, for staff only. Without `run`
    nobody has marked anything yet. `lines` are all, or one page of `total`. `stale`: scorecards have changed since;
    `under_way`: a newer run waits, is being computed or has failed. `blind`: its viewer is on the panel of a blind
    round, and knows the entries by their code names only.
    """

    season: Season
    category: Category
    round: Round
    rounds: Sequence[Round]
    criteria: tuple[Criterion, ...]
    standings: Standings
    digest: str
    head: str
    lines: tuple[Line, ...]
    blind: bool = False
    run: Run | None = None
    total: int = 0
    stale: bool = False
    under_way: Progress | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    sharing: Mapping[int, int] = field(default_factory=dict)
    """Place -> how many entries of the whole field share it, for the places on these lines."""
    blend: tuple[Share, ...] = ()
    """The rounds that places and points are made of, where there are several; the standings are this round's alone."""

    @property
    def asked(self) -> str:
        """The method that was asked for."""
        return self.standings.asked

    @property
    def quoted(self) -> str:
        """What a decision on this board quotes: the run's handle; empty where nobody has marked."""
        return self.run.handle if self.run else ""

    @property
    def ranked(self) -> list[Line]:
        """The lines that have a place."""
        return [line for line in self.lines if line.place is not None]


class NotComputed(NotNow):
    """There is no run to show yet: pages say how far it is. `asked` and `places` are what was wanted."""

    def __init__(self, where: Where, asked: str, places: int | None, progress: Progress | None) -> None:
        """Keep what a page needs to say so."""
        super().__init__("The results are being computed. They will be here in a moment.", "computing")
        self.season, self.category, self.round, self.rounds = where
        self.asked, self.places, self.progress = asked, places, progress


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which run of a round: by its handle, else the newest by method and places, else the round's own; which page."""

    method: str | None = None
    places: int | None = None
    run: str | None = None
    page: int | None = None
    per_page: int = PER_PAGE

    def part(self, lines: Sequence[Part]) -> Sequence[Part]:
        """The page's share of all lines."""
        if self.page is None:
            return lines
        return lines[(self.page - 1) * self.per_page : self.page * self.per_page]


def label(entry: Entry) -> str:
    """What results call an entry: its reference."""
    return entry.reference or entry.handle


def points_of(criteria: Sequence[Criterion], score: Number | None) -> Decimal | None:
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


def yes_of(line: Line) -> int:
    """How many judges said yes, in a round that asks one question: a yes is a whole mark on its one criterion."""
    return sum(given.counted and given.marks == (Decimal(1),) for given in line.given)


def cut(
    board: Board, *, places: int | None = None, at_least: Decimal | None = None, yes: int | None = None
) -> Cut:
    """Divide a board by so many places, by a score out of 100, by so many times yes, or by several together.

    Of one page: its lines, as the whole field is divided. Entries of equal rank are never parted: where they do not
    all fit into the places they are `level`, and somebody has to decide. Entries without a place are below.
    """
    above: list[Line] = []
    level: list[Line] = []
    below: list[Line] = []
    for line in board.lines:
        low = at_least is not None and (line.points is None or line.points < at_least)
        low = low or (yes is not None and yes_of(line) < yes)
        if low or line.place is None or (places is not None and line.place > places):
            below.append(line)
        elif places is not None and line.place + board.sharing.get(line.place, 1) - 1 > places:
            level.append(line)
        else:
            above.append(line)
    return Cut(tuple(above), tuple(level), tuple(below))
