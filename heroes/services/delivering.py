"""Mail from the outbox: claiming one, saying what goes into it, and settling what became of it.

The worker claims a mail, writes and sends it outside any transaction, and settles it. Whoever dies in between leaves
a lease that runs out: the mail is sent again under the same Message-ID, and the database counts it once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update

from heroes.adapters.letters import Letters
from heroes.adapters.mail import Letter, Parcel
from heroes.domain.notices import NOTICES
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.policy import Deed
from heroes.domain.questions import answer_text
from heroes.domain.slugs import email_key
from heroes.domain.terms import own
from heroes.models import mail_pages as read
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.installation import Programme
from heroes.models.outbox import OutboxMail
from heroes.models.people import PrivateLink, User
from heroes.models.seasons import Category, FormVersion, Release, Season
from heroes.models.visibility import seasons_for_public
from heroes.services import proving
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.links import address_of, hash_of, make_link, token_of
from heroes.services.nomination_forms import form_of
from heroes.services.permission import staff_season
from heroes.services.posting import NOT_REHEARSED
from heroes.services.transactions import transaction

LEASE = timedelta(minutes=5)
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=6),
    timedelta(hours=12),
)
MOST_ATTEMPTS = len(BACKOFF) + 1
_DEAD = "The worker stopped while this was being sent, each time it was tried."
_SECRETS = re.compile(r"/link/[\w-]+|//[^/@\s]+@")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is ours until the lease ends. `attempt` is the number by which we settle it."""

    id: int
    attempt: int
    template: str
    to: tuple[str, str]
    message_id: str
    created_at: datetime
    facts: dict[str, Any]
    stop_url: str = ""
    broken: str = ""


def claim(ctx: Context, *, lease: timedelta = LEASE) -> Claimed | None:
    """Take the mail that is due first, for us alone until the lease ends; None when nothing is due.

    A reminder that nobody wants any more is cancelled on the way, a mail that died with every worker is stuck.
    """
    while True:
        with transaction(ctx):
            row = _take(ctx, lease)
            if row is None:
                return None
            if row.attempts > MOST_ATTEMPTS:
                _settle(ctx, row.id, row.attempts, state="stuck", last_error=_DEAD)
            elif NOTICES[row.template].stoppable and not _wanted(ctx, row):
                _settle(ctx, row.id, row.attempts, state="cancelled")
            else:
                return _claimed(ctx, row)


def _take(ctx: Context, lease: timedelta) -> Any:
    due = or_(
        and_(OutboxMail.state == "waiting", OutboxMail.due_at <= ctx.now),
        and_(OutboxMail.state == "sending", OutboxMail.lease_until <= ctx.now),
    )
    first = (
        select(OutboxMail.id)
        .where(due)
        .order_by(OutboxMail.due_at, OutboxMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return ctx.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == first)
        .values(state="sending", lease_until=ctx.now + lease, attempts=OutboxMail.attempts + 1)
        .returning(*OutboxMail.__table__.c)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def _wanted(ctx: Context, row: Any) -> bool:
    """Whether reminders are still on: the entry's own setting, or the person's."""
    if row.entry_id is not None:
        return bool(ctx.session.scalar(select(Entry.reminders).where(Entry.id == row.entry_id)))
    wants = ctx.session.scalar(select(User.reminders).where(_user_at(row.to_address)))
    return wants is None or bool(wants)


def _user_at(address: str) -> ColumnElement[bool]:
    return and_(User.email_key == email_key(address), User.disabled_at.is_(None))


# ---- what goes into a mail ----


def _claimed(ctx: Context, row: Any) -> Claimed:
    facts: dict[str, Any] = {
        "base_url": ctx.base_url,
        "to_name": row.to_name,
        "now": ctx.now,
        "link": "",
        "entry_link": "",
        "zone": "UTC",
        "season": "",
        "words": {},
        "rehearsal": False,
    }
    facts |= _entry_facts(ctx, row.entry_id) if row.entry_id else _season_facts(ctx, row.season_id)
    thing = facts.get("thing", "nomination")
    facts["thing"] = own(thing, facts["words"])
    facts["a_thing"] = own(f"an {thing}" if thing == "entry" else f"a {thing}", facts["words"])
    stop_url, broken = "", ""
    try:
        given = _with_links(ctx, row.values or {})
        facts |= {key: value for key, value in given.items() if value not in ("", None) or key not in facts}
        if facts.get("sheet_id"):
            facts |= _copy_facts(ctx, facts["sheet_id"])
        if NOTICES[row.template].stoppable:
            stop_url = _stop_url(ctx, row)
    except _Broken as error:
        broken = str(error)
    facts["link"] = facts["link"] or facts["entry_link"]
    return Claimed(
        row.id,
        row.attempts,
        row.template,
        (row.to_name, row.to_address),
        row.message_id,
        row.created_at,
        facts | {"stop_link": stop_url},
        stop_url,
        broken,
    )


class _Broken(Exception):
    """A mail that cannot be written, however often it is tried."""


def _season_facts(ctx: Context, season_id: int | None) -> dict[str, Any]:
    """The programme that writes and, where the mail is about one, its season."""
    told = seasons_for_public() if season_id is None else Season.id == season_id
    wanted = select(Programme, Season).outerjoin(Season, and_(Season.programme_id == Programme.id, told))
    if season_id is not None:
        wanted = wanted.where(told)
    row = ctx.session.execute(wanted.order_by(Season.opens_at.desc(), Programme.id).limit(1)).one_or_none()
    if row is None:
        return {"programme": "heroes", "body": "", "contact": ""}
    programme, season = row
    found = _writer(programme)
    if season is not None:
        found |= {"season_slug": season.slug, "zone": season.timezone}
        found["rehearsal"] = season_id is not None and season.opened_at is None
        found["season"] = season.name if season_id is not None else ""
    return found


def _writer(programme: Programme) -> dict[str, Any]:
    return {
        "programme": programme.name,
        "body": programme.body,
        "contact": programme.contact,
        "words": programme.words,
    }


def _entry_facts(ctx: Context, entry_id: int) -> dict[str, Any]:
    outcomes = Release.__table__.alias("outcomes")
    entry, category, season, programme, shortlist_at, outcomes_at = ctx.session.execute(
        select(Entry, Category, Season, Programme, Release.planned_at, outcomes.c.planned_at)
        .join(Category, Category.id == Entry.category_id)
        .join(Season, Season.id == Entry.season_id)
        .join(Programme, Programme.id == Season.programme_id)
        .join(Release, Release.id == Category.shortlist_release_id)
        .join(outcomes, outcomes.c.id == Category.outcome_release_id)
        .where(Entry.id == entry_id)
    ).one()
    return _writer(programme) | {
        "season": season.name,
        "season_slug": season.slug,
        "zone": season.timezone,
        "rehearsal": season.opened_at is None,
        "category": category.name,
        "thing": "nomination" if category.kind == "person" else "entry",
        "title": entry.title,
        "organisation": entry.organisation_name,
        "reference": entry.reference or "",
        "surprise": category.kind == "person" and entry.may_tell == "no",
        "closes_at": category.closes_at or season.closes_at,
        # Where nobody competes there is no shortlist to promise.
        "shortlist_at": None if parse_outcome_rule(category.outcome).benchmark else shortlist_at,
        "outcomes_at": outcomes_at,
        "entry_link": _entry_link(ctx, entry),
    }


def _entry_link(ctx: Context, entry: Entry) -> str:
    """The nominator's private link, or for an organisation's entry the page that its members sign in for."""
    link = ctx.session.scalar(
        select(PrivateLink)
        .where(
            PrivateLink.entry_id == entry.id,
            PrivateLink.purpose == "entry",
            PrivateLink.revoked_at.is_(None),
        )
        .order_by(PrivateLink.id)
        .limit(1)
    )
    if link is None or entry.workspace_id is not None:
        return f"{ctx.base_url}/mine/{entry.handle}/"
    return address_of(ctx.keys.links, ctx.base_url, link)


def _with_links(ctx: Context, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every `link_id` turned into the `link` that it stands for, at any depth."""
    ids = set(_link_ids(values))
    found = (
        {link.id: link for link in ctx.session.scalars(select(PrivateLink).where(PrivateLink.id.in_(ids)))}
        if ids
        else {}
    )
    addresses = {number: _link_address(ctx, found.get(number)) for number in ids}
    filled: dict[str, Any] = _filled(values, addresses)
    return filled


def _link_address(ctx: Context, link: PrivateLink | None) -> str:
    if link is None:
        raise _Broken("The private link that this mail was to carry has been deleted.")
    if not _opens(ctx, link):
        raise _Broken(
            "The secret key has changed since this private link was made, so it would open nothing."
        )
    return address_of(ctx.keys.links, ctx.base_url, link)


def _opens(ctx: Context, link: PrivateLink) -> bool:
    return hash_of(token_of(ctx.keys.links, link.purpose, link.nonce)) == link.token_hash


def _link_ids(value: Any) -> list[int]:
    if isinstance(value, Mapping):
        own = [value["link_id"]] if value.get("link_id") else []
        return own + [found for inner in value.values() for found in _link_ids(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in _link_ids(inner)]
    return []


def _filled(value: Any, addresses: Mapping[int, str]) -> Any:
    if isinstance(value, Mapping):
        filled = {key: _filled(inner, addresses) for key, inner in value.items()}
        return filled | {"link": addresses[value["link_id"]]} if value.get("link_id") else filled
    if isinstance(value, list):
        return [_filled(inner, addresses) for inner in value]
    return value


def _copy_facts(ctx: Context, sheet_id: int) -> dict[str, Any]:
    """What was sent, question by question, for the copy that travels with a receipt."""
    row = ctx.session.execute(
        select(AnswerSheet, FormVersion)
        .join(FormVersion, FormVersion.id == AnswerSheet.form_version_id)
        .where(AnswerSheet.id == sheet_id)
    ).one_or_none()
    if row is None:
        return {}
    answers = row.AnswerSheet.answers
    form = form_of(row.FormVersion).asked(answers)
    told = [answers[q.key] for q in form.questions if answers.get(q.key)]
    return {
        "sections": form.sections,
        "answers": {q.key: answer_text(q, answers.get(q.key, "")) for q in form.questions},
        "sent_people": row.AnswerSheet.people,
        "answer_count": len(told),
        "word_count": sum(len(text.split()) for text in told),
    }


def _stop_url(ctx: Context, row: Any) -> str:
    """The private link that stops these reminders, made at the first mail that needs it."""
    user_id = None
    if row.entry_id is None:
        user_id = ctx.session.scalar(select(User.id).where(_user_at(row.to_address)))
        if user_id is None:
            return ""
    link = ctx.session.scalar(
        select(PrivateLink)
        .where(
            PrivateLink.purpose == "stop_reminders",
            PrivateLink.revoked_at.is_(None),
            PrivateLink.entry_id == row.entry_id if user_id is None else PrivateLink.user_id == user_id,
        )
        .order_by(PrivateLink.id.desc())
        .limit(1)
    )
    if link is None or not _opens(ctx, link):
        link = make_link(ctx, "stop_reminders", entry_id=row.entry_id, user_id=user_id)
    return f"{address_of(ctx.keys.links, ctx.base_url, link)}/stop"


def letter(claimed: Claimed, letters: Letters, mail_from: str) -> Letter:
    """The mail in words. Needs no database; raises for a template that lacks a value."""
    facts = claimed.facts
    subject = own(NOTICES[claimed.template].subject, facts["words"]).format(**facts)
    if facts["rehearsal"] and claimed.template not in NOT_REHEARSED:
        subject = f"[Rehearsal] {subject}"
    text, html = letters.write(claimed.template, facts | {"subject": subject})
    parcels = []
    if facts.get("sections"):
        parcels.append(Parcel(f"{facts['reference'] or 'nomination'}.txt", letters.copy(facts)))
    return Letter(
        sender=(facts["programme"], mail_from),
        to=claimed.to,
        subject=subject,
        text=text,
        html=html,
        message_id=claimed.message_id,
        at=claimed.created_at,
        reply_to=facts["contact"],
        stop_url=claimed.stop_url,
        parcels=parcels,
    )


# ---- what became of it ----


def sent(ctx: Context, claimed: Claimed) -> bool:
    """The mail went out. False if our lease ran out and somebody else has it now: then nothing is written."""
    with transaction(ctx):
        went = _settle(ctx, claimed.id, claimed.attempt, state="sent", sent_at=ctx.now, last_error=None)
        if went:
            proving.prove(ctx, ("mail",), "a mail was handed over")
        return went


def failed(ctx: Context, claimed: Claimed, error: str, *, permanent: bool = False) -> bool:
    """The mail did not go out: it waits longer each time, and is stuck for a person to see when that is of no use."""
    stuck = permanent or claimed.attempt >= MOST_ATTEMPTS
    with transaction(ctx):
        if stuck:
            return _settle(ctx, claimed.id, claimed.attempt, state="stuck", last_error=masked(error))
        due_at = ctx.now + BACKOFF[claimed.attempt - 1]
        return _settle(
            ctx, claimed.id, claimed.attempt, state="waiting", due_at=due_at, last_error=masked(error)
        )


def _settle(ctx: Context, mail_id: int, attempt: int, **values: Any) -> bool:
    settled: CursorResult[Any] = ctx.session.execute(  # type: ignore[assignment] # an UPDATE gives a cursor
        update(OutboxMail)
        .where(OutboxMail.id == mail_id, OutboxMail.state == "sending", OutboxMail.attempts == attempt)
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
    return settled.rowcount == 1


def masked(error: str) -> str:
    """An error for the mail page: one line, without private links and passwords."""
    return _SECRETS.sub("…", " ".join(error.split()))[:500]


# ---- what an admin sees and does ----


def mail_list(
    ctx: Context, season_slug: str, state: str, address: str = "", before: int | None = None
) -> tuple[Season, read.MailPage]:
    """One page of a season's mail, for staff."""
    season = staff_season(ctx, season_slug, Deed.SEE_MAIL)
    page = read.mails(ctx.session, season.id, ctx.actor.user_id, state, address, before)
    return season, page


def retry(ctx: Context, season_slug: str, mail_ids: list[int]) -> int:
    """Have stuck or waiting mails tried again now, from the first attempt on; returns how many.

    Mails that have gone out meanwhile, that are on their way or that belong elsewhere stay as they are.
    """
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.RETRY_MAIL)
        rows = ctx.session.execute(
            update(OutboxMail)
            .where(
                OutboxMail.id.in_(mail_ids),
                OutboxMail.state.in_(("stuck", "waiting")),
                read.seen_by(season.id, ctx.actor.user_id),
            )
            .values(state="waiting", due_at=ctx.now, attempts=0)
            .returning(OutboxMail.id, OutboxMail.key)
            .execution_options(synchronize_session=False)
        ).all()
        if rows:
            keys = sorted(row.key for row in rows)
            note(ctx, "mail.retry", season.slug, season_id=season.id, after={"mails": keys})
    return len(rows)
