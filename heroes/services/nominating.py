"""Starting, saving, sending and withdrawing an entry: what an entrant does."""

import hashlib
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm.attributes import set_committed_value

from heroes.adapters.chance import handle
from heroes.domain.digests import digest
from heroes.domain.entry_states import JUDGED, Act, Facts, Given, State
from heroes.domain.nominations import People, clean_people, people_too_long
from heroes.domain.questions import Answers, clean, email_error, furthest, too_long
from heroes.domain.questions import sent as answers_sent
from heroes.domain.roles import Role
from heroes.domain.slugs import email_key
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.outbox import OutboxMail
from heroes.models.people import Membership, Organisation, PrivateLink
from heroes.models.public_pages import CategoryForm, category_form
from heroes.models.search import index_entry
from heroes.models.seasons import Category, FormVersion, Season
from heroes.services import door, limits
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.links import make_link
from heroes.services.nomination_forms import form_of, people_of
from heroes.services.organisation_names import organisation_named
from heroes.services.own_entries import Draft, load_draft, problems, refusal_to_edit, standing_of
from heroes.services.posting import owe
from heroes.services.refusals import Faster, Invalid, NotFound, NotNow
from heroes.services.standing import Standing, programme_roles
from heroes.services.transactions import transaction
from heroes.services.windows import entries_window

MOST_ADDRESSES = 5
"""How many addresses of one draft its link is mailed to: enough to mend a slip, too few to write to strangers."""

_SHEETS = cast(Table, AnswerSheet.__table__)
_THIS_SHEET = update(_SHEETS).where(
    _SHEETS.c.id == bindparam("this_sheet"),
    _SHEETS.c.revision == bindparam("this_revision"),
    _SHEETS.c.sent_at.is_(None),
)
MOST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Started:
    """A new draft, the form that it was started on, and the private link that opens it."""

    form: CategoryForm
    entry: Entry
    sheet: AnswerSheet
    link: PrivateLink | None


@dataclass(frozen=True, slots=True)
class Sent:
    """The receipt: what was sent, under which reference."""

    reference: str
    digest: str


def start(
    ctx: Context,
    season_slug: str,
    category_slug: str,
    raw: dict[str, str | None],
    *,
    workspace: Organisation | None = None,
    on_behalf: bool = False,
    pressed: bool = True,
) -> Started:
    """Keep a new draft from the first save and return it with its private link.

    Anybody may start one in an open category; `workspace` makes it an organisation's, `on_behalf` an admin's for
    somebody. The link is mailed only if somebody has `pressed` a button: an address may be half typed before.
    Raises `Invalid` for text too large to keep, `NotNow` if the category is not open.
    """
    with transaction(ctx):
        form = category_form(ctx.session, season_slug, category_slug, ctx.actor)
        if form is None:
            raise NotFound
        if form.season.rehearsed:
            _stays_a_rehearsal(ctx, form.season)
        if ctx.actor.kind == "person":
            limits.hit(ctx, "start", ctx.actor.address, 2 * ctx.submissions_per_hour)
        standing = _starting_as(ctx, form.season, workspace, on_behalf)
        people, answers = _cleaned(
            form.season, form.category, form.form_version, raw, with_nominator=workspace is None
        )
        if workspace is not None:
            people |= {"nominator_name": ctx.actor.name, "nominator_email": ctx.actor.email_key}
            people["organisation_name"] = people.get("organisation_name") or workspace.name
        entry = Entry(
            handle=handle(ctx.chance),
            season_id=form.season.id,
            category_id=form.category.id,
            form_version_id=form.form_version.id,
            begun_at=ctx.now,
            workspace_id=workspace.id if workspace else None,
            started_by_id=ctx.actor.user_id if workspace else None,
            reached=furthest(form_of(form.form_version), answers),
            **_columns(people),
        )
        door.start(ctx, entry, standing, _opening_facts(ctx, form))
        sheet = AnswerSheet(
            entry_id=entry.id,
            number=1,
            revision=1,
            form_version_id=form.form_version.id,
            answers=answers,
            people={},
            saved_at=ctx.now,
        )
        ctx.session.add(sheet)
        link = make_link(ctx, "entry", entry_id=entry.id) if workspace is None else None
        if link is not None and pressed and _mailable(entry.nominator_email):
            _owe_draft_link(ctx, entry, form.category, link.id)
    return Started(form, entry, sheet, link)


def _stays_a_rehearsal(ctx: Context, season: Season) -> None:
    """Keep a season from being opened until the transaction ends, so that what is tried goes away with the rest."""
    ctx.session.refresh(season, ["opened_at", "version"], with_for_update={"read": True, "key_share": True})
    if season.opened_at is not None:
        raise NotNow("This season has just been opened. Begin again, for everything in it is real now.")


def _opening_facts(ctx: Context, form: CategoryForm) -> Facts:
    season = form.season
    window = entries_window(season, form.category, ctx.now)
    return Facts(
        state=None,
        now=ctx.now,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        grace_ends_at=window.grace_ends_at,
        season_ended=season.ended_at is not None and season.ended_at <= ctx.now,
    )


def _starting_as(ctx: Context, season: Season, workspace: Organisation | None, on_behalf: bool) -> Standing:
    if on_behalf:
        return Standing(programme_roles(ctx, season.programme_id), False)
    if workspace is None:
        return Standing(frozenset({Role.NOMINATOR}), False)
    role = ctx.session.scalar(
        select(Membership.role).where(
            Membership.user_id == ctx.actor.user_id, Membership.organisation_id == workspace.id
        )
    )
    if role is None or workspace.programme_id != season.programme_id:
        raise NotFound
    return Standing(frozenset({Role(role)}), False)


def _mailable(address: str) -> bool:
    return email_error(address) is None


def _owe_draft_link(ctx: Context, entry: Entry, category: Category, link_id: int) -> None:
    owe(
        ctx,
        "draft_kept",
        entry.nominator_email,
        to_name=entry.nominator_name,
        key=_draft_mail(entry),
        season_id=entry.season_id,
        entry_id=entry.id,
        category=category.name,
        title=entry.title,
        link_id=link_id,
    )


def _draft_mail(entry: Entry) -> str:
    address = hashlib.sha256(entry.nominator_email_key.encode()).hexdigest()[:16]
    return f"draft_kept:{entry.id}:{address}"


def save(
    ctx: Context, entry_handle: str, revision: int, raw: dict[str, str | None], *, pressed: bool = True
) -> Draft:
    """Keep what was typed, fitting or not, as the next revision of the draft or returned entry.

    Raises `Faster` if the answers were saved elsewhere since `revision`, `Invalid` for text too large to keep,
    `NotNow` once they can no longer be edited. Nothing is cut and nothing is half saved. `pressed` as in `start`.
    """
    with transaction(ctx):
        draft = load_draft(ctx, entry_handle)
        entry = draft.entry
        if not draft.editable:
            raise _sent_already(entry)
        refused = refusal_to_edit(ctx, draft)
        if refused is not None:
            raise NotNow.because(refused)
        people, answers = _cleaned(
            draft.season, draft.category, draft.form_version, raw, with_nominator=draft.with_nominator
        )
        _write_sheet(ctx, draft.sheet, revision, answers)
        for column, value in _columns(people).items():
            setattr(entry, column, value)
        entry.reached = furthest(form_of(draft.form_version), answers)
        if pressed and draft.with_nominator and draft.link_id and not entry.reference:
            _owe_link_once(ctx, entry, draft.category, draft.link_id)
    return draft


def _sent_already(entry: Entry) -> Faster:
    return Faster(
        "This has been sent, so it can no longer be changed here. Nothing you sent is lost.",
        what="sent",
        when=entry.submitted_at,
    )


def _write_sheet(ctx: Context, sheet: AnswerSheet, revision: int, answers: Answers) -> None:
    _change_sheet(ctx, sheet, revision, {"answers": answers, "revision": revision + 1, "saved_at": ctx.now})


def _change_sheet(ctx: Context, sheet: AnswerSheet, revision: int, values: dict[str, Any]) -> None:
    """Write an unsent sheet if its answers are still those of `revision`, or raise `Faster`."""
    which = {"this_sheet": sheet.id, "this_revision": revision}
    written = ctx.session.connection().execute(_THIS_SHEET, which | values)
    if not written.rowcount:
        raise Faster(
            "These answers were saved in another window or by a colleague since you opened this page.",
            who="Another window or a colleague",
            what="saved the answers",
            when=sheet.saved_at,
        )
    for column, value in values.items():
        set_committed_value(sheet, column, value)


def _owe_link_once(ctx: Context, entry: Entry, category: Category, link_id: int) -> None:
    if not _mailable(entry.nominator_email):
        return
    owed = set(
        ctx.session.scalars(
            select(OutboxMail.key).where(OutboxMail.entry_id == entry.id, OutboxMail.template == "draft_kept")
        )
    )
    if _draft_mail(entry) not in owed and len(owed) < MOST_ADDRESSES:
        _owe_draft_link(ctx, entry, category, link_id)


def send(ctx: Context, entry_handle: str, revision: int) -> Sent:
    """Submit or resubmit exactly the answers of `revision`, once; the same press again gives the same receipt.

    Reference, time, digest, receipt mail and audit record come with it or not at all. Raises `Invalid` with what
    is missing, `Faster` if the answers have changed since, `NotNow` after the close, `TooOften` past the limits.
    """
    with transaction(ctx):
        draft = load_draft(ctx, entry_handle)
        entry, sheet = draft.entry, draft.sheet
        if State(entry.state) in JUDGED and sheet.digest and sheet.revision == revision:
            return Sent(entry.reference or "", sheet.digest)
        if not draft.editable:
            raise _sent_already(entry)
        if sheet.revision != revision:
            raise Faster(
                "These answers were changed in another window since you checked them.", when=sheet.saved_at
            )
        limits.hit(ctx, "submit", ctx.actor.address, ctx.submissions_per_hour)
        refused = refusal_to_edit(ctx, draft)
        if refused is not None:
            raise NotNow.because(refused)
        found = problems(draft)
        if found:
            raise Invalid(found, "Some answers need your attention before this can be sent.")
        sent_digest = seal(ctx, entry, sheet, draft.category, draft.form_version)
        door.move(
            ctx,
            entry,
            draft.sending,
            standing=standing_of(ctx, draft),
            setting=draft.setting,
            sheet=draft.answers,
        )
        make_findable(ctx, entry, sheet)
        _owe_receipt(ctx, draft)
    return Sent(entry.reference or "", sent_digest)


def seal(ctx: Context, entry: Entry, sheet: AnswerSheet, category: Category, form: FormVersion) -> str:
    """Freeze a sheet: people, digest and time of sending; answers to what was not asked go.

    Also meets the nominee's organisation by its name. Raises `Faster` if the answers have been saved again since they
    were loaded. Needs a running transaction.
    """
    people, answers = people_of(entry), answers_sent(form_of(form), sheet.answers)
    sealed = digest({"category": category.slug, "form": form.digest, "people": people, "answers": answers})
    frozen = {"people": people, "answers": answers, "sent_at": ctx.now, "digest": sealed}
    _change_sheet(ctx, sheet, sheet.revision, frozen)
    organisation_id = organisation_named(ctx, entry) or entry.workspace_id
    if organisation_id != entry.organisation_id:
        entry.organisation_id = organisation_id
    return sealed


def make_findable(ctx: Context, entry: Entry, sheet: AnswerSheet) -> None:
    """Put the words of an entry into the search."""
    words = [
        entry.reference or "",
        entry.title,
        entry.organisation_name,
        entry.nominee_role,
        entry.nominator_name,
        *sheet.answers.values(),
    ]
    index_entry(ctx.session, entry.id, "\n".join(words))


def _owe_receipt(ctx: Context, draft: Draft) -> None:
    entry, sheet = draft.entry, draft.sheet
    owe(
        ctx,
        "receipt",
        entry.nominator_email,
        to_name=entry.nominator_name,
        key=f"receipt:{entry.id}:{sheet.number}",
        season_id=entry.season_id,
        entry_id=entry.id,
        reference=entry.reference,
        title=entry.title,
        category=draft.category.name,
        sent_at=ctx.now.isoformat(),
        digest=sheet.digest,
        sheet_id=sheet.id,
        link_id=draft.link_id,
    )


def withdraw(ctx: Context, entry_handle: str, *, reason: str = "") -> None:
    """Withdraw an entry as its entrant; one that is withdrawn already stays so.

    Raises `NotNow` once the category's last round has closed: the same refusal whatever has been decided since.
    """
    with transaction(ctx):
        draft = load_draft(ctx, entry_handle)
        entry = draft.entry
        if entry.state == State.WITHDRAWN:
            return
        door.move(
            ctx,
            entry,
            Act.WITHDRAW,
            given=Given(reason=reason[:MOST_REASON]),
            standing=standing_of(ctx, draft),
        )
        if entry.reference:
            owe(
                ctx,
                "withdrawn",
                entry.nominator_email,
                to_name=entry.nominator_name,
                key=f"withdrawn:{entry.id}:{entry.version}",
                season_id=entry.season_id,
                entry_id=entry.id,
                reference=entry.reference,
                title=entry.title,
                reason=reason,
            )


def restore(ctx: Context, entry_handle: str) -> None:
    """Take a withdrawn, never submitted entry back to a draft while its category is open."""
    with transaction(ctx):
        draft = load_draft(ctx, entry_handle)
        door.move(ctx, draft.entry, Act.RESTORE, standing=standing_of(ctx, draft), setting=draft.setting)


def set_reminders(ctx: Context, entry_handle: str, on: bool) -> None:
    """Turn reminders about an unfinished draft on or off."""
    with transaction(ctx):
        entry = load_draft(ctx, entry_handle).entry
        if entry.reminders == on:
            return
        entry.reminders = on
        note(
            ctx,
            "entry.reminders",
            entry.reference or entry.handle,
            season_id=entry.season_id,
            entry_id=entry.id,
            after={"reminders": on},
        )


def _cleaned(
    season: Season,
    category: Category,
    form_version: FormVersion,
    raw: dict[str, str | None],
    *,
    with_nominator: bool,
) -> tuple[People, Answers]:
    form = form_of(form_version)
    people = clean_people(category.kind, raw, with_nominator=with_nominator, chapters=season.chapters)
    answers = clean(form, raw)
    errors = people_too_long(category.kind, people, with_nominator=with_nominator) | too_long(form, answers)
    if errors:
        raise Invalid(errors)
    return people, answers


def _columns(people: People) -> dict[str, Any]:
    columns: dict[str, Any] = dict(people)
    if "nominator_email" in columns:
        columns["nominator_email_key"] = email_key(columns["nominator_email"])
    return columns
