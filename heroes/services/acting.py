"""What staff do to one entry: every act of the table from the entry's page, with the mails that follow it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, contains_eager

from heroes.domain.entry_states import Act, Given, State
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.roles import Role
from heroes.domain.slugs import email_key
from heroes.models import visibility
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.installation import Programme
from heroes.models.people import PrivateLink
from heroes.models.seasons import Category, FormVersion, Release, Season
from heroes.services import door, nominating
from heroes.services.context import Context
from heroes.services.door import Decision, Moved
from heroes.services.entry_facts import Setting, sheet_of
from heroes.services.nomination_forms import PEOPLE_COLUMNS, still_asked
from heroes.services.permission import staff_season
from heroes.services.posting import owe
from heroes.services.proposing import lacking, own_gaps
from heroes.services.refusals import Invalid, NotFound
from heroes.services.standing import Standing, standing_for, standings_for
from heroes.services.transactions import transaction

SEES_ENTRIES = frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR, Role.CHAIR})
MOST_TEXT = 4000
_SENDING = frozenset({Act.SUBMIT, Act.RESUBMIT})
_TO_WHAT_WAS_SENT = frozenset({Act.REINSTATE, Act.NOT_SHORTLIST})


@dataclass(frozen=True, slots=True)
class Loaded:
    """An entry as staff act on it."""

    entry: Entry
    setting: Setting
    standing: Standing

    def ended(self, ctx: Context) -> bool:
        """Whether its season has ended."""
        ended_at = self.setting.season.ended_at
        return ended_at is not None and ended_at <= ctx.now


def load(ctx: Context, entry_handle: str) -> Loaded:
    """An entry for staff of its programme or a chair of its category, in two statements, else `NotFound`."""
    outcomes = aliased(Release)
    row = ctx.session.execute(
        select(Entry, Season, Category, Release, outcomes)
        .join(Category, Category.id == Entry.category_id)
        .join(Season, Season.id == Entry.season_id)
        .join(Programme, Programme.id == Season.programme_id)
        .join(Release, Release.id == Category.shortlist_release_id)
        .join(outcomes, outcomes.id == Category.outcome_release_id)
        .options(contains_eager(Season.programme))
        .where(Entry.handle == entry_handle)
    ).one_or_none()
    if row is None:
        raise NotFound
    standing = standing_for(ctx, row[0])
    if not standing.roles & SEES_ENTRIES:
        raise NotFound
    return Loaded(row[0], Setting(*row[1:]), standing)


def load_many(ctx: Context, season_slug: str, handles: Sequence[str], *, hold: bool = False) -> list[Loaded]:
    """Entries of one season for its staff, in the order of their handles' list; `NotFound` if one is missing.

    `hold` locks them, in one order, until the transaction ends.
    """
    season = staff_season(ctx, season_slug)
    outcomes = aliased(Release)
    asked = (
        select(Entry, Category, Release, outcomes)
        .join(Category, Category.id == Entry.category_id)
        .join(Release, Release.id == Category.shortlist_release_id)
        .join(outcomes, outcomes.id == Category.outcome_release_id)
        .where(
            Entry.handle.in_(handles),
            Entry.season_id == season.id,
            visibility.entries_for_staff([season.programme_id]),
        )
        .order_by(Entry.id)
    )
    if hold:
        asked = asked.with_for_update(of=Entry).execution_options(populate_existing=True)
    rows = ctx.session.execute(asked).all()
    standings = standings_for(ctx, [row[0] for row in rows])
    found = {row[0].handle: Loaded(row[0], Setting(season, *row[1:]), standings[row[0].id]) for row in rows}
    if found.keys() != set(handles):
        raise NotFound
    return [found[handle] for handle in handles]


def press(
    ctx: Context, entry_handle: str, act: Act, given: Given, version: int, decision: Decision | None = None
) -> Moved:
    """Do one act to an entry as it was shown (`version`), with everything that follows from it, or nothing.

    Raises what the door raises, and `Invalid` for a text too long to keep.
    """
    _must_fit(given)
    with transaction(ctx):
        loaded = load(ctx, entry_handle)
        moved = _do(ctx, loaded, act, given, version, decision)
        tell(ctx, loaded, moved, given)
    return moved


def change_level(ctx: Context, entry_handle: str, given: Given, version: int) -> Moved:
    """Give an awarded entry another level: revoke and award, as two acts in one transaction."""
    _must_fit(given)
    with transaction(ctx):
        loaded = load(ctx, entry_handle)
        entry = loaded.entry
        by_hand = Decision()
        decided = Decision(
            entry.decided_digest or by_hand.digest,
            entry.decided_method or by_hand.method,
            entry.decided_rules or by_hand.rules,
            entry.decided_run_id,
        )
        revoked = _do(ctx, loaded, Act.REVOKE, given, version)
        awarded = _do(ctx, loaded, Act.AWARD, given, entry.version, decided)
        tell(ctx, loaded, revoked, given)
    return awarded


def disqualify_decided(ctx: Context, entry_handle: str, given: Given, version: int) -> Moved:
    """Find an awarded (or not awarded) entry ineligible: revoke and disqualify, as two acts in one transaction."""
    _must_fit(given)
    with transaction(ctx):
        loaded = load(ctx, entry_handle)
        revoked = _do(ctx, loaded, Act.REVOKE, given, version)
        disqualified = _do(ctx, loaded, Act.DISQUALIFY, given, loaded.entry.version)
        tell(ctx, loaded, revoked, given)
        tell(ctx, loaded, disqualified, given)
    return disqualified


def _must_fit(given: Given) -> None:
    for name, text in (("reason", given.reason), ("message", given.message)):
        if len(text) > MOST_TEXT:
            raise Invalid({name: f"Keep this under {MOST_TEXT:,} characters."})


def _do(
    ctx: Context, loaded: Loaded, act: Act, given: Given, version: int, decision: Decision | None = None
) -> Moved:
    entry = loaded.entry
    if entry.version != version:
        raise door.faster(ctx, entry)
    if act in _SENDING and State(entry.state) in (State.DRAFT, State.RETURNED):
        sheet = sheet_of(ctx, entry)
        nominating.seal(ctx, entry, sheet.answers, loaded.setting.category, sheet.form_version)
    if act in _TO_WHAT_WAS_SENT:
        back_to_what_was_sent(ctx, entry)
    moved = door.move(
        ctx,
        entry,
        act,
        given=given,
        decision=decision,
        standing=loaded.standing,
        setting=loaded.setting,
    )
    if act in _SENDING:
        nominating.make_findable(ctx, entry, sheet_of(ctx, entry).answers)
    if act is Act.RETURN:
        open_a_new_sheet(ctx, entry)
    return moved


def open_a_new_sheet(ctx: Context, entry: Entry, form: FormVersion | None = None) -> None:
    """Give the entrant a copy to change, on its own form or on a newer one; what was sent stays as it was.

    On a newer form it begins with the answers whose questions are still asked. Needs a running transaction.
    """
    sent = sheet_of(ctx, entry).answers
    answers = dict(sent.answers)
    if form is not None:
        entry.form_version_id = form.id
        answers = still_asked(form, answers)
    highest = ctx.session.execute(
        select(func.max(AnswerSheet.number)).where(AnswerSheet.entry_id == entry.id)
    ).scalar_one()
    ctx.session.add(
        AnswerSheet(
            entry_id=entry.id,
            number=highest + 1,
            form_version_id=form.id if form else sent.form_version_id,
            answers=answers,
            people=dict(sent.people),
            saved_at=ctx.now,
        )
    )
    entry.sheet_number = highest + 1
    ctx.session.flush()


def back_to_what_was_sent(ctx: Context, entry: Entry) -> None:
    """Where an entry comes back in or is decided, what counts is what was last sent, not what was begun since."""
    if entry.submitted_at is None or sheet_of(ctx, entry).answers.sent_at is not None:
        return
    sent = ctx.session.scalars(
        select(AnswerSheet)
        .where(AnswerSheet.entry_id == entry.id, AnswerSheet.sent_at.is_not(None))
        .order_by(AnswerSheet.number.desc())
        .limit(1)
    ).one()
    entry.sheet_number, entry.form_version_id = sent.number, sent.form_version_id
    for column in PEOPLE_COLUMNS:
        if column in sent.people:
            setattr(entry, column, sent.people[column])
    entry.nominator_email_key = email_key(entry.nominator_email)
    ctx.session.flush()


def tell(ctx: Context, loaded: Loaded, moved: Moved, given: Given) -> None:
    """Owe the mail that follows an act, if the entrant may know of it. Needs a running transaction."""
    entry, setting = loaded.entry, loaded.setting
    template = _template(setting, moved)
    if template is None or entry.reference is None:
        return
    rule = parse_outcome_rule(setting.category.outcome)
    values: dict[str, Any] = {
        "reference": entry.reference,
        "title": entry.title,
        "category": setting.category.name,
        "reason": given.reason,
        "link_id": _link_of(ctx, entry),
    }
    if template == "returned":
        assert given.due_at is not None
        values |= {"message": given.message, "due_at": given.due_at.isoformat()}
    if template == "receipt":
        sent = sheet_of(ctx, entry).answers
        values |= {"sent_at": ctx.now.isoformat(), "digest": sent.digest, "sheet_id": sent.id}
    if template in ("awarded", "correction"):
        values["level"] = rule.level_name(entry.level) if entry.level else ""
    if template == "working_towards":
        gaps = own_gaps(ctx, [entry], setting.category.outcome).get(entry.id, ())
        values |= lacking(rule, gaps)
    owe(
        ctx,
        template,
        entry.nominator_email,
        to_name=entry.nominator_name,
        key=f"{template}:{entry.id}:{entry.version}",
        season_id=entry.season_id,
        entry_id=entry.id,
        **values,
    )


_TOLD_AT_ONCE = {
    Act.RETURN: "returned",
    Act.SUBMIT: "receipt",
    Act.RESUBMIT: "receipt",
    Act.WITHDRAW: "withdrawn",
    Act.DISQUALIFY: "ineligible",
    Act.REINSTATE: "reinstated",
}
_AFTER_SHORTLIST = {
    Act.RECONSIDER: "correction",
    Act.SHORTLIST: "shortlisted",
    Act.NOT_SHORTLIST: "not_shortlisted",
}
_AFTER_OUTCOMES = {Act.REVOKE: "correction", Act.AWARD: "awarded", Act.NOT_AWARD: "finalist"}
_AFTER_BENCHMARK = {
    Act.RECONSIDER: "correction",
    Act.REVOKE: "correction",
    Act.AWARD: "awarded",
    Act.NOT_AWARD: "working_towards",
    Act.NOT_SHORTLIST: "working_towards",
}


def _template(setting: Setting, moved: Moved) -> str | None:
    """A decision is told by its release; one that is made or taken back after it is told at once."""
    if moved.act in _TOLD_AT_ONCE:
        return _TOLD_AT_ONCE[moved.act]
    outcomes = setting.outcomes.released_at is not None
    if parse_outcome_rule(setting.category.outcome).benchmark:
        return _AFTER_BENCHMARK.get(moved.act) if outcomes else None
    if outcomes or setting.shortlist.released_at is not None:
        told = _AFTER_SHORTLIST.get(moved.act)
        return told or (_AFTER_OUTCOMES.get(moved.act) if outcomes else None)
    return None


def _link_of(ctx: Context, entry: Entry) -> int | None:
    return ctx.session.scalar(
        select(PrivateLink.id)
        .where(
            PrivateLink.entry_id == entry.id, PrivateLink.purpose == "entry", PrivateLink.revoked_at.is_(None)
        )
        .order_by(PrivateLink.id)
        .limit(1)
    )
