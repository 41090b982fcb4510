"""What the rules need to know about entries, read in as few statements as the acts ask for, however many entries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from heroes.domain.entry_states import RULES, Act, Facts, Need, State
from heroes.domain.nominations import check_people
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.questions import check
from heroes.models.entries import AnswerSheet, Entry, RoundEntry
from heroes.models.seasons import Category, FormVersion, Release, Round, Season
from heroes.services.context import Context
from heroes.services.nomination_forms import form_of, people_of
from heroes.services.windows import entries_window

EVERY_ACT = frozenset(Act) - {Act.START}
_ASKS_ROUNDS = frozenset(
    {
        Need.NO_SCORECARD,
        Need.QUORUM_OR_OVERRIDE,
        Need.QUORUM_OR_REASON,
        Need.WITHDRAW_WINDOW,
        Need.LAST_ROUND_CLOSED,
    }
)


class Setting(NamedTuple):
    """Where an entry stands: its season and category, and the two releases that its category waits for."""

    season: Season
    category: Category
    shortlist: Release
    outcomes: Release


class Sheet(NamedTuple):
    """The current answers and the form that they were written for."""

    answers: AnswerSheet
    form_version: FormVersion


class Background:
    """What was read about some entries; `facts` makes plain values of it, entry by entry.

    `taken` may be counted on by whoever awards several entries in one transaction.
    """

    def __init__(
        self,
        ctx: Context,
        entries: Sequence[Entry],
        acts: frozenset[Act],
        settings: Mapping[int, Setting],
        sheets: Mapping[int, Sheet] | None = None,
    ) -> None:
        """Read what these acts need to know about these entries."""
        needs = frozenset(need for act in acts for need in RULES[act].needs)
        ids, categories = [entry.id for entry in entries], sorted(settings)
        self.now = ctx.now
        self.settings = settings
        self.rounds, self.cards = _rounds(ctx, ids, categories) if needs & _ASKS_ROUNDS else ({}, {})
        self.sheets = (sheets or sheets_of(ctx, entries)) if Need.COMPLETE in needs else {}
        self.taken = taken_places(ctx, categories) if Need.LEVEL_AND_PLACES in needs else {}

    def facts(self, entry: Entry) -> Facts:
        """The facts about one of these entries."""
        season, category, shortlist, outcomes = self.settings[entry.category_id]
        rounds = self.rounds.get(category.id, [])
        here = next((r for r in rounds if r.id == entry.round_id), rounds[0] if rounds else None)
        window = entries_window(season, category, self.now)
        sheet = self.sheets.get(entry.id)
        return Facts(
            state=State(entry.state),
            now=self.now,
            opens_at=window.opens_at,
            closes_at=window.closes_at,
            grace_ends_at=window.grace_ends_at,
            begun_at=entry.begun_at,
            once_submitted=entry.submitted_at is not None,
            complete=sheet is None or answers_fit(entry, sheet, category.kind),
            due_at=entry.due_at,
            scorecards_in=self.cards.get((entry.id, here.id), 0) if here else 0,
            quorum=here.quorum if here else 0,
            eligible=entry.screening == "eligible",
            last_round_closes_at=rounds[-1].closes_at if rounds else None,
            shortlist_released=shortlist.released_at is not None,
            outcomes_released=outcomes.released_at is not None,
            season_ended=season.ended_at is not None and season.ended_at <= self.now,
            rehearsed=season.rehearsed,
            places=parse_outcome_rule(category.outcome).places,
            taken=self.taken.get(category.id, {}),
        )


def setting_of(ctx: Context, entry: Entry, *, hold: bool = False) -> Setting:
    """The setting of an entry, in one statement; `hold` as in `settings_of`."""
    return settings_of(ctx, {entry.category_id}, hold=hold)[entry.category_id]


def settings_of(ctx: Context, categories: set[int], *, hold: bool = False) -> dict[int, Setting]:
    """Category -> setting, in one statement.

    `hold` keeps the releases as they are until the transaction ends, so that nothing goes out between the check
    and the write.
    """
    outcomes = aliased(Release)
    asked = (
        select(Season, Category, Release, outcomes)
        .join(Category, Category.season_id == Season.id)
        .join(Release, Release.id == Category.shortlist_release_id)
        .join(outcomes, outcomes.id == Category.outcome_release_id)
        .where(Category.id.in_(sorted(categories)))
    )
    if hold:
        # What somebody has released since must not be answered from this session's memory.
        asked = asked.with_for_update(read=True, of=[Release, outcomes]).execution_options(
            populate_existing=True
        )
    return {row[1].id: Setting(*row) for row in ctx.session.execute(asked)}


def facts_of(
    ctx: Context,
    entry: Entry,
    acts: frozenset[Act] = EVERY_ACT,
    *,
    setting: Setting | None = None,
    sheet: Sheet | None = None,
) -> Facts:
    """What the rules need to know about an entry for these acts.

    Fewer acts, fewer statements; a setting and a sheet that the caller has loaded are not read again.
    """
    settings = {entry.category_id: setting or setting_of(ctx, entry)}
    sheets = {entry.id: sheet} if sheet else None
    return Background(ctx, [entry], acts, settings, sheets).facts(entry)


def _rounds(
    ctx: Context, entries: Sequence[int], categories: Sequence[int]
) -> tuple[dict[int, list[Any]], dict[tuple[int, int], int]]:
    """Category -> its rounds in their order, and (entry, round) -> the scorecards that are in."""
    rounds: defaultdict[int, list[Any]] = defaultdict(list)
    cards: dict[tuple[int, int], int] = {}
    admitted = (RoundEntry.round_id == Round.id) & RoundEntry.entry_id.in_(entries)
    for row in ctx.session.execute(
        select(
            Round.category_id,
            Round.id,
            Round.closes_at,
            Round.quorum,
            RoundEntry.entry_id,
            RoundEntry.cards_in,
        )
        .outerjoin_from(Round, RoundEntry, admitted)
        .where(Round.category_id.in_(categories))
        .order_by(Round.category_id, Round.position)
    ):
        known = rounds[row.category_id]
        if not known or known[-1].id != row.id:
            known.append(row)
        if row.entry_id is not None:
            cards[row.entry_id, row.id] = row.cards_in
    return rounds, cards


def sheets_of(ctx: Context, entries: Sequence[Entry]) -> dict[int, Sheet]:
    """Entry -> its answers as they stand, sent or not, with their form."""
    rows = ctx.session.execute(
        select(AnswerSheet, FormVersion)
        .join(FormVersion, FormVersion.id == AnswerSheet.form_version_id)
        .join(Entry, (Entry.id == AnswerSheet.entry_id) & (Entry.sheet_number == AnswerSheet.number))
        .where(Entry.id.in_([entry.id for entry in entries]))
    )
    return {row[0].entry_id: Sheet(*row) for row in rows}


def sheet_of(ctx: Context, entry: Entry) -> Sheet:
    """One entry's answers as they stand, sent or not, with their form."""
    return sheets_of(ctx, [entry])[entry.id]


def answers_fit(entry: Entry, sheet: Sheet, kind: str) -> bool:
    """Whether every required answer and field of an entry is there and fits."""
    with_nominator = entry.workspace_id is None
    form = form_of(sheet.form_version)
    return not check(form, sheet.answers.answers) and not check_people(
        kind, people_of(entry), with_nominator=with_nominator
    )


def taken_places(ctx: Context, categories: Sequence[int]) -> dict[int, dict[str, int]]:
    """Category -> level -> how many entries hold it."""
    found: dict[int, dict[str, int]] = {category: {} for category in categories}
    for category, level, count in ctx.session.execute(
        select(Entry.category_id, Entry.level, func.count())
        .where(Entry.category_id.in_(categories), Entry.state == State.AWARDED.value)
        .group_by(Entry.category_id, Entry.level)
    ):
        found[category][str(level)] = int(count)
    return found
