"""Marking: a judge's scorecard, kept as a draft at any time and handed in as often as the round is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update

from heroes.domain.entry_states import State
from heroes.domain.scorecards import (
    Draft,
    Scale,
    check,
    clean_draft,
    clean_notes,
    marks_of,
    missing_reasons,
    plain,
    total,
)
from heroes.models.judge_pages import CardRow, card_row, criteria_now
from heroes.models.judging import Assignment, Mark
from heroes.models.seasons import Criterion, Round
from heroes.models.visibility import LIVE_ASSIGNMENTS, panels_at_work
from heroes.services import tallies
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.refusals import Faster, Invalid, NotFound, Refusal
from heroes.services.transactions import transaction
from heroes.services.undertaking import must_have_agreed
from heroes.services.windows import round_has_begun, round_is_over

CORRECTED = "The organisers have put this criterion on another scale, {low} to {high}. Mark it again."
TAKEN_BACK = "This entry is no longer with you to judge. What you typed is below, for you to copy."


class CardClosed(Refusal):
    """The scorecard takes nothing any more, or not yet. Nothing was written."""

    code = "card_closed"


@dataclass(frozen=True, slots=True)
class Card:
    """A judge's own assignment with all that its page shows; `shut` says why nothing can be written, if so."""

    row: CardRow
    criteria: Sequence[Criterion]
    scales: Sequence[Scale]
    shut: str

    @property
    def assignment(self) -> Assignment:
        """The assignment itself."""
        return self.row.assignment


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved draft; `zone` is where its time is shown."""

    revision: int
    saved_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A submitted scorecard: which submission of this assignment it is, and its total out of 100."""

    submission: int
    total: Decimal


def open_card(ctx: Context, assignment_handle: str, *, name_only: bool = False) -> Card:
    """The actor's own scorecard, or `NotFound`: nobody else's, none they stepped back from, none taken back.

    Raises `TermsFirst` before they have agreed to the season's terms, unless nothing but the entry's name is shown:
    who cannot judge it steps back from it without agreeing to anything.
    """
    row = card_row(ctx.session, ctx.actor.user_id or 0, assignment_handle)
    if row is None:
        raise NotFound
    if not name_only:
        must_have_agreed(ctx, row.season)
    _, criteria = criteria_now(ctx.session, row.round.id)
    return Card(row, criteria, scales_of(criteria), shut_because(row, ctx.now))


def scales_of(criteria: Sequence[Criterion]) -> list[Scale]:
    """The criteria as plain values."""
    return [Scale(c.key, c.name, c.weight, c.low, c.high, c.step, c.counts) for c in criteria]


def shut_because(row: CardRow, now: datetime) -> str:
    """Why a scorecard takes nothing now, in a sentence; empty while it can be filled in."""
    if not row.takes_marks:
        if row.entry.state == State.RETURNED:
            return "This entry is back with the people who sent it in. It will return to your list if they send it."
        return "This entry is no longer in the competition, so there is nothing to mark."
    if row.season.ended_at is not None and row.season.ended_at <= now:
        return "The season has ended. Your scorecard stays as it is."
    if not round_has_begun(row.season, row.round, now):
        return "Marking has not begun yet. You can read already."
    if round_is_over(row.season, row.round, now):
        return "This round has closed. Your scorecard stays as it is."
    return ""


@dataclass(frozen=True, slots=True)
class Words:
    """What a judge says beside the marks: the comment, and the reasons for single marks by criterion key."""

    comment: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A scorecard's draft as it can be kept."""

    draft: Draft
    notes: Draft
    comment: str

    @property
    def columns(self) -> dict[str, Any]:
        """The same as an assignment keeps it."""
        return {"draft": self.draft, "draft_notes": self.notes, "draft_comment": self.comment}


def save(
    ctx: Context,
    assignment_handle: str,
    revision: int,
    raw: Mapping[str, str | None],
    words: Words | str,
    on: Mapping[str, str] | None = None,
) -> Kept:
    """Keep a draft, complete or not, on top of `revision`.

    Marks already handed in go on counting until the draft is handed in as well. `on` says for criteria which span
    their marks were given on, where the page said so. Raises `Invalid` by criterion for a mark off its scale or given
    on one that was corrected since, `Faster` if the draft was saved elsewhere since, `CardClosed` outside the round's
    time.
    """
    with transaction(ctx):
        card = _writable(ctx, assignment_handle)
        written = _cleaned(card, raw, words, on or {})
        _write(ctx, card, revision, written.columns | {"saved_at": ctx.now})
    return Kept(revision + 1, ctx.now, card.row.season.timezone)


def submit(
    ctx: Context,
    assignment_handle: str,
    revision: int,
    raw: Mapping[str, str | None],
    words: Words | str,
    on: Mapping[str, str] | None = None,
) -> HandedIn:
    """Hand a scorecard in: its marks are appended and count from now on, earlier ones of it stay as rows.

    Every criterion is marked or abstained from, at least one that counts is marked, and the comment and the reasons
    for extremes are there as the score set asks; else `Invalid`. Refusals otherwise as in `save`.
    """
    with transaction(ctx):
        card = _writable(ctx, assignment_handle)
        written = _cleaned(card, raw, words, on or {})
        score_set = card.row.score_set
        errors = check(card.scales, written.draft, written.comment, score_set.comment_words)
        if score_set.reason_for_extremes:
            errors |= missing_reasons(card.scales, written.draft, written.notes)
        if errors:
            raise Invalid(errors)
        return _hand_in(ctx, card, revision, written)


def _hand_in(ctx: Context, card: Card, revision: int, written: Written) -> HandedIn:
    assignment, entry = card.assignment, card.row.entry
    first = assignment.state == "assigned"
    before = {"submission": assignment.submission, "total": assignment.total} if not first else None
    marks = marks_of(card.scales, written.draft)
    handed_in = HandedIn(assignment.submission + 1, total(card.scales, marks))
    _write(
        ctx,
        card,
        revision,
        written.columns
        | {
            "comment": written.comment,
            "notes": written.notes,
            "asked_again_at": None,
            "saved_at": ctx.now,
            "state": "submitted",
            "submission": handed_in.submission,
            "submitted_at": ctx.now,
            "total": handed_in.total,
        },
    )
    ctx.session.execute(
        insert(Mark),
        [
            {
                "assignment_id": assignment.id,
                "submission": handed_in.submission,
                "criterion_id": criterion.id,
                "value": marks[criterion.key],
                "given_at": ctx.now,
            }
            for criterion in card.criteria
        ],
    )
    tallies.marks_changed(ctx, entry.season_id, entry.category_id, [assignment.round_id])
    if first:
        tallies.count_cards(ctx, entry, assignment.round_id, got=1)
    note(
        ctx,
        "scorecard.submit",
        entry.reference or entry.handle,
        season_id=entry.season_id,
        acting_as="judge",
        entry_id=entry.id,
        before=before,
        after={
            "round": card.row.round.slug,
            "submission": handed_in.submission,
            "total": handed_in.total,
            "marks": dict(written.draft),
            "comment": written.comment,
        }
        | ({"reasons": written.notes} if written.notes else {}),
    )
    return handed_in


def _writable(ctx: Context, assignment_handle: str) -> Card:
    """The actor's own scorecard, which takes marks now."""
    user_id = ctx.actor.user_id or 0
    row = card_row(ctx.session, user_id, assignment_handle, to_write=True)
    if row is None:
        # Whose it is stays unsaid to everybody but its judge, who may have typed for an hour.
        own = (
            select(Assignment.id)
            .join(Round, Round.id == Assignment.round_id)
            .where(
                Assignment.handle == assignment_handle,
                Assignment.user_id == user_id,
                Round.panel_id.in_(panels_at_work()),
            )
        )
        raise NotFound(TAKEN_BACK) if ctx.session.scalar(own) else NotFound()
    must_have_agreed(ctx, row.season)
    shut = shut_because(row, ctx.now)
    if shut:
        raise CardClosed(shut)
    score_set, criteria = criteria_now(ctx.session, row.round.id)
    if score_set is not None:
        row = replace(row, score_set=score_set)
    return Card(row, criteria, scales_of(criteria), "")


def _cleaned(card: Card, raw: Mapping[str, str | None], words: Words | str, on: Mapping[str, str]) -> Written:
    said = Words(words) if isinstance(words, str) else words
    draft, comment, errors = clean_draft(card.scales, raw, said.comment)
    notes, too_long = clean_notes(card.scales, said.notes)
    errors |= too_long
    for scale in card.scales:
        if raw.get(scale.key) and on.get(scale.key, scale.span) != scale.span:
            errors[scale.key] = CORRECTED.format(low=plain(scale.low), high=plain(scale.high))
    if errors:
        raise Invalid(errors)
    return Written(draft, notes, comment)


def _write(ctx: Context, card: Card, revision: int, values: dict[str, Any]) -> None:
    assignment = card.assignment
    written = ctx.session.execute(
        update(Assignment)
        .where(
            Assignment.id == assignment.id,
            Assignment.revision == revision,
            Assignment.submission == assignment.submission,
            Assignment.state.in_(LIVE_ASSIGNMENTS),
        )
        .values(**values, revision=revision + 1)
        .returning(Assignment.id)
    ).one_or_none()
    if written is None:
        raise Faster(
            "This scorecard was saved in another window since you opened this page.",
            who="Another window of yours",
            what="saved the scorecard",
            when=assignment.saved_at,
        )
