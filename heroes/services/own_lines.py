"""The line that a board is divided by of itself: the category's outcome rule draws it, else the round's own rule."""

from dataclasses import dataclass
from decimal import Decimal

from heroes.domain.advance_rules import AdvanceRule, BadAdvance, parse_advance
from heroes.services.boards import Board
from heroes.services.proposing import rule_of


@dataclass(frozen=True, slots=True)
class OwnLine:
    """So many places, a score out of 100, so many times yes; or nothing of these, for no line.

    `together`: whoever is level with the last place is above the line as well.
    """

    places: int | None = None
    at_least: Decimal | None = None
    yes: int | None = None
    together: bool = False

    @property
    def drawn(self) -> bool:
        """Whether there is a line at all."""
        return (self.places, self.at_least, self.yes) != (None, None, None)


def advance_rule_of(board: Board) -> AdvanceRule:
    """How entries go on from a board's round; by hand where this version cannot read what is kept."""
    try:
        return parse_advance(board.round.advance)
    except BadAdvance:
        return AdvanceRule()


def shortlist_line(board: Board) -> OwnLine:
    """The line that proposes the shortlist on this board, for a round on which it is decided.

    A round that is its category's only one has nobody to send on: there the outcome rule alone says it.
    """
    rule = rule_of(board)
    if rule.shortlists or len(board.rounds) == 1:
        return OwnLine(rule.shortlist_places, rule.shortlist_at_least)
    own = advance_rule_of(board)
    match own.by:
        case "places":
            return OwnLine(places=own.places, together=True)
        case "score":
            return OwnLine(at_least=own.at_least)
        case "yes":
            return OwnLine(yes=int(own.at_least))
    return OwnLine()
