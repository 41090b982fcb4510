"""What a category's outcome rule proposes on a board, and what an entrant may hear of it. Nothing is written here."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from heroes.domain.counting import Criterion, Standing
from heroes.domain.counting.marks import decimal_of
from heroes.domain.counting.plain import from_plain
from heroes.domain.entry_states import State
from heroes.domain.outcomes import Measure, OutcomeRule, parse_outcome_rule
from heroes.domain.proposing import KIND_WORDS, Candidate, Gap, Kind, Proposal, gaps_to, propose, share_of
from heroes.domain.slugs import email_key, name_key
from heroes.models import result_pages as read
from heroes.models.entries import Entry
from heroes.models.seasons import Criterion as CriterionRow
from heroes.services.boards import Board, Line, points_of
from heroes.services.context import Context
from heroes.services.gathering import named


def rule_of(board: Board) -> OutcomeRule:
    """The category's outcome rule."""
    return parse_outcome_rule(board.category.outcome)


def measures_of(rows: Sequence[CriterionRow]) -> list[Measure]:
    """The criteria that count, as a rule knows them."""
    return [Measure(row.key, row.name, row.floor) for row in rows if row.counts]


def measures_on(ctx: Context, board: Board) -> list[Measure]:
    """The same for a board's round, in one statement."""
    return measures_of(_counting(ctx, board.round.score_set_id))


def _counting(ctx: Context, score_set_id: int) -> list[CriterionRow]:
    """The criteria that results are made of: those that stand apart are in none."""
    return [row for row in read.criteria_of(ctx.session, score_set_id) if row.counts]


def proposals(ctx: Context, board: Board, open_states: frozenset[str]) -> dict[str, Proposal]:
    """Entry's handle -> what the rule proposes for it, for every line of a whole board.

    `open_states` are those in which an entry can still be awarded from this board.
    """
    rule = rule_of(board)
    rows = _counting(ctx, board.round.score_set_id)
    keys = {one.name: row.key for one, row in zip(named(rows), rows, strict=True)}
    elsewhere = _elsewhere(ctx, board) if rule.one_per_person else {}
    candidates = [_candidate(board, line, keys, open_states) for line in board.lines]
    return propose(rule, candidates, measures_of(rows), elsewhere)


def _candidate(board: Board, line: Line, keys: Mapping[str, str], open_states: frozenset[str]) -> Candidate:
    entry = line.entry
    return Candidate(
        key=entry.handle,
        name=line.name,
        rank=line.place,
        score=line.points,
        shares=_shares(board.criteria, line.standing, keys),
        organisation=_organisation(entry),
        person=_person(entry) if board.category.kind == "person" else "",
        level=entry.level or "",
        decided=entry.state not in open_states,
        set_aside=entry.state == State.NOT_SHORTLISTED.value,
    )


def _shares(
    criteria: Sequence[Criterion], one: Standing, keys: Mapping[str, str]
) -> dict[str, Decimal | None]:
    scales = {criterion.name: criterion for criterion in criteria}
    found: dict[str, Decimal | None] = {}
    for part in one.criteria:
        scale = scales[part.criterion]
        share = None if part.value is None else share_of(decimal_of(part.value), scale.low, scale.high)
        found[keys.get(part.criterion, part.criterion)] = share
    return found


def _organisation(entry: Entry) -> str:
    """The same text for entries of the same organisation: the one that entered it, else the nominee's."""
    known = entry.workspace_id or entry.organisation_id
    return str(known) if known else name_key(entry.organisation_name)


def _person(entry: Entry) -> str:
    """The same text for the same nominee: their address, else their name at their organisation."""
    return email_key(entry.nominee_email) or f"{name_key(entry.title)} at {_organisation(entry)}"


def _elsewhere(ctx: Context, board: Board) -> dict[str, str]:
    """Person -> what they hold in another category of the season."""
    return {
        _person(
            entry
        ): f"{parse_outcome_rule(category.outcome).level_name(entry.level or '')} in {category.name}"
        for entry, category in read.awarded_people(ctx.session, board.season.id, board.category.id)
    }


def departs(rule: OutcomeRule, proposal: Proposal, choice: str) -> str:
    """What was proposed, in words, where this choice is another; empty where it is not.

    Deciding between those level on a line, and what follows from it, is what somebody has to do anyway.
    """
    if proposal.kind in (Kind.DECIDED, Kind.TIED, Kind.WAITS):
        return ""
    if proposal.kind is Kind.LEVEL:
        return "" if choice == proposal.level else rule.level_name(proposal.level)
    return KIND_WORDS[proposal.kind] if choice in rule.places else ""


def lacking(rule: OutcomeRule, gaps: Sequence[Gap]) -> dict[str, Any]:
    """What the mail to somebody who is working towards a level says."""
    return {"level": rule.levels[-1].name, "gaps": [gap.sentence for gap in gaps]}


def own_gaps(ctx: Context, entries: Sequence[Entry], outcome: object) -> dict[int, tuple[Gap, ...]]:
    """Entry -> what it lacks for the easiest level, in the run that it was decided on: two statements for a round.

    Nothing for one that was decided by hand. Whoever calls has made sure that the outcomes are out.
    """
    rule = parse_outcome_rule(outcome)
    rows = read.lines_quoted(ctx.session, [entry.id for entry in entries])
    sets = {row.score_set_id: _counting(ctx, row.score_set_id) for row in rows}
    found = {}
    for row in rows:
        asked = sets[row.score_set_id]
        keys = {one.name: kept.key for one, kept in zip(named(asked), asked, strict=True)}
        criteria = [from_plain(Criterion, one) for one in row.criteria]
        standing = from_plain(Standing, row.data)
        points = points_of(criteria, standing.score)
        shares = _shares(criteria, standing, keys)
        found[row.entry_id] = gaps_to(rule, rule.levels[-1], points, shares, measures_of(asked))
    return found
