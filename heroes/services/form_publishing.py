"""Publishing a form: a new version for every category that asks something else, and what becomes of what is written."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, update

from heroes.domain import form_designs as forms
from heroes.domain.digests import digest
from heroes.domain.entry_states import Act, Given, State
from heroes.domain.form_designs import Sections
from heroes.domain.questions import BadForm, Form, clean_text, differences, parse_form
from heroes.domain.workflow import Refused, decide, offer
from heroes.models import form_pages as read
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.form_pages import InForce
from heroes.models.seasons import Category, FormDesign, FormVersion, Season
from heroes.services import acting, door
from heroes.services.acting import Loaded
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.entry_facts import Background
from heroes.services.form_designs import about, editing
from heroes.services.nomination_forms import still_asked
from heroes.services.refusals import Invalid, NotNow

MOST_MESSAGE = acting.MOST_TEXT


@dataclass(frozen=True, slots=True)
class Change:
    """A category that will ask something else: what, and how that differs from now, in sentences."""

    category: Category
    sections: Sections
    now: InForce | None
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing a form would do; `problems` stop it."""

    design: FormDesign
    categories: tuple[Category, ...]
    changes: tuple[Change, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did: the categories with a new version, drafts that moved, entries that were sent back."""

    categories: tuple[str, ...]
    moved: int = 0
    asked: int = 0


# ---- what would happen ----


def unfit(design: FormDesign, categories: Sequence[Category]) -> tuple[str, ...]:
    """What stops a form from being published to these categories, the ones that use it; empty when it can be."""
    return _unfit(_read(design), categories)


@dataclass(frozen=True, slots=True)
class _Read:
    """A design's working copy: its sections that ask something, and the form that they make, or why they make none."""

    design: FormDesign
    filled: Sections
    form: Form | None
    error: str = ""


def _read(design: FormDesign) -> _Read:
    filled = [section for section in design.sections if section.get("question")]
    try:
        return _Read(design, filled, parse_form(filled) if filled else None)
    except BadForm as error:
        return _Read(design, filled, None, str(error))


def _unfit(it: _Read, categories: Sequence[Category]) -> tuple[str, ...]:
    name = it.design.name
    if not it.filled:
        return (f"{name} asks nothing yet.",)
    slugs = {category.slug for category in categories}
    found = [] if it.form else list(_faults(it.filled))
    found += [
        f"{forms.name_of(question)} is asked in none of the categories that use {name}."
        for question in forms.every_question(it.filled)
        if categories and question.get("categories") and slugs.isdisjoint(question["categories"])
    ]
    if found or it.form is None:
        return tuple(found) or (f"{name} cannot be asked: {it.error}.",)
    return tuple(
        f"{category.name} would be asked nothing."
        for category in categories
        if not it.form.for_category(category.slug).questions
    )


def _faults(filled: Sections) -> Iterator[str]:
    """What is wrong with single questions, each looked at by itself."""
    for question in forms.every_question(filled):
        alone = {name: value for name, value in question.items() if name != "when"}
        try:
            parse_form([{"title": "", "intro": "", "question": [alone]}])
        except BadForm as error:
            yield f"{forms.name_of(question)} cannot be asked: {_tail(error)}."


def unpublished(
    ctx: Context, season: Season, designs: Sequence[FormDesign], categories: Sequence[Category]
) -> dict[int, Plan]:
    """Design -> what publishing it would do, in two statements or three, and without the differences in words."""
    in_force = read.in_force(ctx.session, season.id)
    users = {
        design.id: tuple(one for one in categories if one.form_design_id == design.id) for design in designs
    }
    copies = {design.id: _read(design) for design in designs}
    problems = {design.id: _unfit(copies[design.id], users[design.id]) for design in designs}
    maybe = {
        design.id: [
            (category, asks)
            for category, asks in _asked_by(copies[design.id], users[design.id])
            if category.id not in in_force or in_force[category.id].digest != asks.digest
        ]
        for design in designs
        if not problems[design.id]
    }
    # Categories that ask the same have forms of one digest, so that each is read and compared once.
    by_digest = {
        in_force[category.id].digest: in_force[category.id].id
        for pairs in maybe.values()
        for category, _ in pairs
        if category.id in in_force
    }
    sections = read.sections_of(ctx.session, list(by_digest.values())) if by_digest else {}
    old = {key: parse_form(sections[version_id]) for key, version_id in by_digest.items()}
    compared: dict[tuple[str, str], tuple[str, ...] | None] = {}
    plans = {}
    for design in designs:
        changes = []
        for category, asks in maybe.get(design.id, ()):
            now = in_force.get(category.id)
            pair = (now.digest if now else "", asks.digest)
            if pair not in compared:
                compared[pair] = _compared(old.get(pair[0]), parse_form(asks.sections))
            said = compared[pair]
            if said is not None:
                changes.append(Change(category, asks.sections, now, said))
        plans[design.id] = Plan(design, users[design.id], tuple(changes), problems[design.id])
    return plans


def plan(ctx: Context, season: Season, design: FormDesign) -> Plan:
    """What publishing one form would do."""
    return unpublished(ctx, season, [design], read.categories(ctx.session, season.id))[design.id]


def _tail(error: BadForm) -> str:
    return str(error).rpartition(": ")[2]


@dataclass(frozen=True, slots=True)
class _Asks:
    """What a category asks as plain data, with its digest."""

    sections: Sections
    digest: str


def _asked_by(it: _Read, categories: Sequence[Category]) -> list[tuple[Category, _Asks]]:
    """Each category with what it asks; those that ask the same share it."""
    form = it.form
    if form is None:
        return []
    by_case = any(question.categories for question in form.questions)
    known: dict[tuple[str, ...], _Asks] = {}
    found = []
    for category in categories:
        case = tuple(q.key for q in form.for_category(category.slug).questions) if by_case else ()
        if case not in known:
            sections = forms.asked_in(it.filled, form, category.slug)
            known[case] = _Asks(sections, digest(sections))
        found.append((category, known[case]))
    return found


def _compared(old: Form | None, new: Form) -> tuple[str, ...] | None:
    """How two forms differ, in sentences; None where they ask the same."""
    if old is None:
        count = len(new.questions)
        return (f"Its first form, with {count} question{'' if count == 1 else 's'}.",)
    return None if old == new else tuple(differences(old, new))


@dataclass(frozen=True, slots=True)
class Written:
    """What is written already in the categories that will ask something else."""

    drafts: int
    submitted: int
    can_be_asked: int
    refusals: tuple[tuple[str, int], ...]
    """Why some of those that are in cannot be sent back, and how many."""


def written(ctx: Context, season: Season, changes: Sequence[Change]) -> Written:
    """Count the drafts and the entries that a new version concerns, and those that may be asked to complete it."""
    ids = [change.category.id for change in changes if change.now]
    counts: Counter[str] = Counter()
    for states in read.by_state(ctx.session, ids).values():
        counts.update(states)
    refusals: Counter[str] = Counter()
    loaded = _submitted(ctx, season, ids) if counts[State.SUBMITTED] else []
    facts = _background(ctx, loaded)
    for one in loaded:
        standing = one.standing
        verdict = offer(Act.RETURN, standing.roles, facts.facts(one.entry), conflicted=standing.conflicted)
        if isinstance(verdict, Refused):
            refusals[verdict.sentence] += 1
    can = len(loaded) - refusals.total()
    return Written(counts[State.DRAFT], len(loaded), can, tuple(refusals.most_common()))


def _submitted(ctx: Context, season: Season, ids: Sequence[int], *, hold: bool = False) -> list[Loaded]:
    handles = read.handles_in(ctx.session, ids, State.SUBMITTED)
    return acting.load_many(ctx, season.slug, handles, hold=hold) if handles else []


def _background(ctx: Context, loaded: Sequence[Loaded]) -> Background:
    settings = {one.entry.category_id: one.setting for one in loaded}
    return Background(ctx, [one.entry for one in loaded], frozenset({Act.RETURN}), settings)


# ---- publishing ----


def publish(
    ctx: Context,
    season_slug: str,
    key: str,
    version: int,
    *,
    move_drafts: bool = True,
    ask: bool = False,
    message: str = "",
    due_at: datetime | None = None,
) -> Published:
    """Make a new version of every category's form that asks something else now, whole or not at all.

    Nothing that is published is ever changed. Drafts go on on the new version with every answer whose question is
    still there, the others kept aside on the sheet that they were written on; or, without `move_drafts`, on theirs.
    Entries that are in stay on theirs; with `ask` those that may be are returned, with the message and the due
    instant, on the new version. Raises `Invalid` with what stops it, `Faster` as every edit.
    """
    with editing(ctx, season_slug, key, version) as it:
        todo = plan(ctx, it.season, it.design)
        if todo.problems:
            raise Invalid({"form": todo.problems[0]})
        given = Given(message=clean_text(message), due_at=due_at)
        if ask:
            _must_ask(ctx, given)
        return _publish(ctx, it.season, todo, move_drafts=move_drafts, given=given if ask else None)


def publish_all(ctx: Context, season: Season) -> int:
    """Publish every form of a season that asks something else now; returns how many categories have a new version.

    For a season that is not open: drafts of a rehearsal move along. Joins a running transaction and leaves the
    permission to its caller. Raises `Invalid` with every sentence of `unfit`.
    """
    categories = read.categories(ctx.session, season.id)
    plans = unpublished(ctx, season, read.designs(ctx.session, season.id), categories)
    used = [one for one in plans.values() if one.categories]
    problems = [sentence for one in used for sentence in one.problems]
    if problems:
        raise Invalid({f"form-{n}": sentence for n, sentence in enumerate(problems)})
    return sum(len(_publish(ctx, season, one, move_drafts=True, given=None).categories) for one in used)


def _must_ask(ctx: Context, given: Given) -> None:
    errors = {}
    if not given.message:
        errors["message"] = "Say what is new, and what you ask them to complete."
    elif len(given.message) > MOST_MESSAGE:
        errors["message"] = f"Keep this under {MOST_MESSAGE:,} characters."
    if given.due_at is None or given.due_at <= ctx.now:
        errors["due"] = "Say until when: a time that is still to come."
    if errors:
        raise Invalid(errors)


def _publish(
    ctx: Context, season: Season, todo: Plan, *, move_drafts: bool, given: Given | None
) -> Published:
    if not todo.changes:
        return Published(())
    versions = {}
    for change in todo.changes:
        versions[change.category.id] = FormVersion(
            category_id=change.category.id,
            number=change.now.number + 1 if change.now else 1,
            sections=change.sections,
            digest=digest(change.sections),
            published_at=ctx.now,
        )
    ctx.session.add_all(versions.values())
    ctx.session.flush()
    again = {change.category.id: versions[change.category.id] for change in todo.changes if change.now}
    moved = _move_drafts(ctx, again) if move_drafts else 0
    asked = _ask(ctx, season, again, given) if given else 0
    note(
        ctx,
        "form.publish",
        about(todo.design.key),
        season_id=season.id,
        after={
            "versions": {
                change.category.slug: versions[change.category.id].number for change in todo.changes
            },
            "drafts_moved": moved,
            "entries_asked": asked,
        },
    )
    return Published(tuple(change.category.name for change in todo.changes), moved, asked)


_NEW_SHEET = insert(AnswerSheet)
_LEFT = (
    update(AnswerSheet).where(AnswerSheet.id == bindparam("sheet")).values(revision=AnswerSheet.revision + 1)
)
_GOES_ON = (
    update(Entry)
    .where(Entry.id == bindparam("entry"), Entry.state == State.DRAFT.value)
    .values(form_version_id=bindparam("form"), sheet_number=bindparam("sheet_number_"))
)


def _move_drafts(ctx: Context, versions: Mapping[int, FormVersion]) -> int:
    """Give each draft a new sheet on its category's new version; the old one stays, with all that was written on it.

    Both count another revision than an open page shows, so that a save that is under way is told to look again.
    """
    rows = read.drafts_to_move(ctx.session, list(versions))
    if not rows:
        return 0
    sheets, left, entries = [], [], []
    for sheet, category_id in rows:
        version = versions[category_id]
        sheets.append(
            {
                "entry_id": sheet.entry_id,
                "number": sheet.number + 1,
                "revision": sheet.revision + 1,
                "form_version_id": version.id,
                "answers": still_asked(version, sheet.answers),
                "people": sheet.people,
                "saved_at": sheet.saved_at,
            }
        )
        left.append({"sheet": sheet.id})
        entries.append({"entry": sheet.entry_id, "form": version.id, "sheet_number_": sheet.number + 1})
    connection = ctx.session.connection()
    connection.execute(_NEW_SHEET, sheets)
    connection.execute(_LEFT, left)
    connection.execute(_GOES_ON, entries)
    return len(rows)


def _ask(ctx: Context, season: Season, versions: Mapping[int, FormVersion], given: Given) -> int:
    """Return every entry that may be returned, each on a new sheet of its category's new version."""
    loaded = _submitted(ctx, season, list(versions), hold=True)
    facts = _background(ctx, loaded)
    allowed = [
        one
        for one in loaded
        if not isinstance(
            decide(
                Act.RETURN,
                one.standing.roles,
                facts.facts(one.entry),
                given,
                conflicted=one.standing.conflicted,
            ),
            Refused,
        )
    ]
    if not allowed:
        raise NotNow("None of the entries that are in can be sent back now.")
    moved = door.move_many(
        ctx,
        [one.entry for one in allowed],
        Act.RETURN,
        given=given,
        standings={one.entry.id: one.standing for one in allowed},
    )
    for one, step in zip(sorted(allowed, key=lambda one: one.entry.id), moved, strict=True):
        acting.open_a_new_sheet(ctx, one.entry, versions[one.entry.category_id])
        acting.tell(ctx, one, step, given)
    return len(allowed)
