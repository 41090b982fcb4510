"""What assigning judges has to respect: a round's panel, its entries, who has what and who must not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from heroes.domain.connections import Connected, Person, connected_pairs, connection
from heroes.domain.entry_states import State
from heroes.domain.questions import words_to_judge
from heroes.domain.scorecards import can_be_marked, minutes
from heroes.domain.slugs import email_key
from heroes.models.entries import AnswerSheet, Entry, Recusal, RoundEntry
from heroes.models.judging import Assignment
from heroes.models.people import Membership, Organisation, User
from heroes.models.seasons import Category, FormVersion, PanelMember, Round, Season
from heroes.models.visibility import LIVE_ASSIGNMENTS
from heroes.services.context import Context
from heroes.services.nomination_forms import form_of
from heroes.services.refusals import NotFound

Pair = tuple[int, int]
"""(entry, judge)."""


@dataclass(frozen=True, slots=True)
class Table:
    """Everybody and everything that a deal in one round has to respect."""

    season: Season
    category: Category
    round: Round
    judges: Mapping[int, User]
    people: Mapping[int, Person]
    entries: Mapping[int, Entry]
    aside: int
    existing: frozenset[Pair]
    removed: frozenset[Pair]
    barred: Mapping[Pair, str]
    loads: Mapping[int, int]
    sectors: Mapping[int, str]

    def why_not(self, entry_id: int, judge_id: int) -> str | None:
        """Why a judge must not have an entry, as the end of a sentence that begins with their name."""
        why = self.barred.get((entry_id, judge_id))
        return why or connection(self.people[judge_id], _connected(self.entries[entry_id]))

    def forbidden(self) -> set[Pair]:
        """Every pair that no deal may make."""
        # A pair that an admin took back stays apart: the next deal must not quietly undo that.
        connected = connected_pairs(self.people.values(), map(_connected, self.entries.values()))
        return connected | set(self.barred) | self.removed


def table_of(
    ctx: Context, season: Season, category: Category, round_: Round, entry_id: int | None = None
) -> Table:
    """Read a round's judges, entries (or one), pairs that are and pairs that must not be, in a few statements."""
    panel = ctx.session.execute(
        select(User, Organisation.sector)
        .join(PanelMember, PanelMember.user_id == User.id)
        .outerjoin(Organisation, Organisation.id == User.employer_id)
        .where(PanelMember.panel_id == round_.panel_id, User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    ).all()
    judges = {user.id: user for user, _ in panel}
    workspaces: dict[int, set[int]] = {}
    for user_id, organisation_id in ctx.session.execute(
        select(Membership.user_id, Membership.organisation_id).where(Membership.user_id.in_(judges))
    ):
        workspaces.setdefault(user_id, set()).add(organisation_id)
    here = RoundEntry.round_id == round_.id
    if entry_id is not None:
        here &= RoundEntry.entry_id == entry_id
    admitted = ctx.session.scalars(
        select(Entry).join(RoundEntry, RoundEntry.entry_id == Entry.id).where(here).order_by(Entry.id)
    ).all()
    later = is_after_shortlist(ctx, round_)
    entries = {e.id: e for e in admitted if can_be_marked(State(e.state), after_shortlist=later)}
    pairs = ctx.session.execute(
        select(Assignment.entry_id, Assignment.user_id, Assignment.state)
        .join(
            RoundEntry,
            (RoundEntry.round_id == Assignment.round_id) & (RoundEntry.entry_id == Assignment.entry_id),
        )
        .where(here)
    ).all()
    return Table(
        season,
        category,
        round_,
        judges,
        {u.id: _person(u, workspaces.get(u.id, set())) for u in judges.values()},
        entries,
        len(admitted) - len(entries),
        frozenset((e, u) for e, u, state in pairs if state in LIVE_ASSIGNMENTS),
        frozenset((e, u) for e, u, state in pairs if state == "removed"),
        _barred(ctx, here, pairs),
        _loads(ctx, round_),
        {user.id: sector for user, sector in panel if sector},
    )


def is_after_shortlist(ctx: Context, round_: Round) -> bool:
    """Whether a round is judged by those on the shortlist only: the last of several."""
    if round_.position == 1:
        return False
    later = select(Round.id).where(Round.category_id == round_.category_id, Round.position > round_.position)
    return ctx.session.scalar(later.limit(1)) is None


def _person(user: User, workspaces: set[int]) -> Person:
    return Person(user.id, user.email_key, user.employer_id, frozenset(workspaces))


def _connected(entry: Entry) -> Connected:
    return Connected(
        entry.id,
        entry.organisation_id,
        entry.workspace_id,
        entry.started_by_id,
        entry.nominator_email_key,
        email_key(entry.nominee_email),
    )


def _barred(ctx: Context, here: ColumnElement[bool], pairs: Iterable[Any]) -> dict[Pair, str]:
    barred = {(e, u): "stepped back from it" for e, u, state in pairs if state == "recused"}
    recusals = ctx.session.execute(
        select(Recusal.entry_id, Recusal.user_id)
        .join(RoundEntry, RoundEntry.entry_id == Recusal.entry_id)
        .where(here, Recusal.lifted_at.is_(None))
    )
    return barred | dict.fromkeys(recusals, "is recused from it")


def _loads(ctx: Context, round_: Round) -> dict[int, int]:
    """Each judge's live assignments in all of the panel's rounds that have not closed, and in this one."""
    counted = ctx.session.execute(
        select(Assignment.user_id, func.count())
        .join(Round, Round.id == Assignment.round_id)
        .where(_counting(ctx, round_), Assignment.state.in_(LIVE_ASSIGNMENTS))
        .group_by(Assignment.user_id)
    )
    return {int(user_id): int(count) for user_id, count in counted}


def _counting(ctx: Context, round_: Round) -> ColumnElement[bool]:
    """The rounds whose assignments are a judge's load."""
    return (Round.panel_id == round_.panel_id) & ((Round.closes_at > ctx.now) | (Round.id == round_.id))


@dataclass(frozen=True, slots=True)
class Reading:
    """How many minutes each entry of this round takes, and each judge's load as it is."""

    entries: Mapping[int, int]
    loads: Mapping[int, int]


def reading_of(ctx: Context, round_: Round) -> Reading:
    """The minutes of `scorecards.minutes` by the words that judges see, for what `Table.loads` counts in entries."""
    rows = ctx.session.execute(
        select(RoundEntry.round_id, Entry.id, Round.blind, AnswerSheet.form_version_id, AnswerSheet.answers)
        .join(Round, Round.id == RoundEntry.round_id)
        .join(Entry, Entry.id == RoundEntry.entry_id)
        .join(AnswerSheet, (AnswerSheet.entry_id == Entry.id) & (AnswerSheet.number == Entry.sheet_number))
        .where(_counting(ctx, round_))
    ).all()
    forms = {
        version.id: form_of(version)
        for version in ctx.session.scalars(
            select(FormVersion).where(FormVersion.id.in_({row.form_version_id for row in rows}))
        )
    }
    took = {
        (row.round_id, row.id): minutes(
            words_to_judge(forms[row.form_version_id], row.answers, blind=row.blind)
        )
        for row in rows
    }
    held = ctx.session.execute(
        select(Assignment.user_id, Assignment.round_id, Assignment.entry_id)
        .join(Round, Round.id == Assignment.round_id)
        .where(_counting(ctx, round_), Assignment.state.in_(LIVE_ASSIGNMENTS))
    )
    loads: dict[int, int] = {}
    for user_id, round_id, entry_id in held:
        loads[user_id] = loads.get(user_id, 0) + took.get((round_id, entry_id), 0)
    return Reading(
        {entry_id: spent for (where, entry_id), spent in took.items() if where == round_.id}, loads
    )


def table_of_entry(
    ctx: Context, season: Season, category: Category, round_: Round, entry_handle: str
) -> tuple[Table, Entry]:
    """A round's table with this entry alone on it, or `NotFound` if it was not admitted to the round."""
    entry = ctx.session.scalar(
        select(Entry)
        .join(RoundEntry, RoundEntry.entry_id == Entry.id)
        .where(RoundEntry.round_id == round_.id, Entry.handle == entry_handle)
    )
    if entry is None:
        raise NotFound
    return table_of(ctx, season, category, round_, entry.id), entry
