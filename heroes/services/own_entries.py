"""An entry as its entrant has it: loading it, and what may still be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from heroes.domain.entry_states import Act, State
from heroes.domain.nominations import check_people
from heroes.domain.questions import Question, check, clean_text
from heroes.domain.roles import Role
from heroes.domain.workflow import Refused, decide
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.my_pages import earlier_sheets, my_entry
from heroes.models.seasons import Category, FormVersion, Release, Season
from heroes.services.context import Context
from heroes.services.entry_facts import Setting, Sheet, facts_of
from heroes.services.nomination_forms import form_of, people_of
from heroes.services.refusals import NotFound
from heroes.services.standing import Standing, standing_for

EDITABLE = frozenset({State.DRAFT, State.RETURNED})
"""States in which an entrant can change the answers."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry with everything that its entrant's pages show."""

    entry: Entry
    sheet: AnswerSheet
    form_version: FormVersion
    setting: Setting
    link_id: int | None
    blind: bool

    @property
    def season(self) -> Season:
        """Its season, with the programme."""
        return self.setting.season

    @property
    def category(self) -> Category:
        """Its category."""
        return self.setting.category

    @property
    def shortlist(self) -> Release:
        """The shortlist release that its category waits for."""
        return self.setting.shortlist

    @property
    def outcomes(self) -> Release:
        """The outcome release that its category waits for."""
        return self.setting.outcomes

    @property
    def answers(self) -> Sheet:
        """The answers with their form, as the door wants them."""
        return Sheet(self.sheet, self.form_version)

    @property
    def with_nominator(self) -> bool:
        """Whether somebody outside a workspace nominates, so that the form asks who they are."""
        return self.entry.workspace_id is None

    @property
    def editable(self) -> bool:
        """Whether its state lets the answers be changed; the time may have passed all the same."""
        return State(self.entry.state) in EDITABLE

    @property
    def sending(self) -> Act:
        """The act that sends it from where it stands."""
        return Act.RESUBMIT if self.entry.state == State.RETURNED else Act.SUBMIT


def load_draft(ctx: Context, entry_handle: str) -> Draft:
    """An entry that the actor is an entrant of (by link or workspace), in one statement, or `NotFound`."""
    mine = my_entry(ctx.session, entry_handle, ctx.actor)
    if mine is None:
        raise NotFound
    setting = Setting(mine.season, mine.category, mine.shortlist, mine.outcomes)
    return Draft(mine.entry, mine.sheet, mine.form_version, setting, mine.link_id, mine.blind)


def standing_of(ctx: Context, draft: Draft) -> Standing:
    """The actor's standing with regard to an entry that they have loaded as its entrant."""
    # Without an account only a link has let them in, which makes them the nominator and nothing else.
    if ctx.actor.user_id is None:
        return Standing(frozenset({Role.NOMINATOR}), True)
    return standing_for(ctx, draft.entry)


def refusal_to_edit(ctx: Context, draft: Draft) -> Refused | None:
    """Why an entrant can no longer change these answers now, or None while they can. Reads nothing."""
    facts = facts_of(ctx, draft.entry, frozenset(), setting=draft.setting)
    verdict = decide(draft.sending, frozenset({Role.NOMINATOR}), facts)
    return verdict if isinstance(verdict, Refused) else None


def may_do(ctx: Context, draft: Draft) -> frozenset[Act]:
    """What an entrant may do to the entry now, beside editing and sending it: withdraw, restore, or nothing."""
    acts = frozenset({Act.WITHDRAW, Act.RESTORE})
    facts = facts_of(ctx, draft.entry, acts, setting=draft.setting)
    entrant = frozenset({Role.NOMINATOR})
    return frozenset(act for act in acts if not isinstance(decide(act, entrant, facts), Refused))


def kept_aside(
    ctx: Context, sheet: AnswerSheet, form_version: FormVersion, typed: Mapping[str, str | None]
) -> list[tuple[Question, str]]:
    """What was written to questions that an entry's form no longer asks, the latest of each.

    What a page of before still sends (`typed`) goes before what is kept. The caller has loaded the sheet as one that
    the actor may read.
    """
    if sheet.number == 1:
        return []
    asked = {question.key for question in form_of(form_version).questions}
    found: dict[str, tuple[Question, str]] = {}
    for earlier, version in earlier_sheets(ctx.session, sheet.entry_id, sheet.number):
        for question in form_of(version).questions:
            text = clean_text(typed.get(question.key) or "") or earlier.answers.get(question.key, "")
            if text and question.key not in asked and question.key not in found:
                found[question.key] = (question, text)
    return list(found.values())


def problems(draft: Draft) -> dict[str, str]:
    """What stops a draft from being sent: field or question key -> sentence; empty when it can go."""
    return problems_of(draft.entry, draft.sheet, draft.form_version, draft.season, draft.category)


def problems_of(
    entry: Entry, sheet: AnswerSheet, form_version: FormVersion, season: Season, category: Category
) -> dict[str, str]:
    """The same for an entry that has just been started."""
    people, sectors = people_of(entry), tuple(season.programme.sectors)
    found = check_people(
        category.kind,
        people,
        sectors,
        with_nominator=entry.workspace_id is None,
        chapters=season.chapters,
    )
    return found | check(form_of(form_version), sheet.answers)
