"""A season's terms for judges: nobody judges there before they have agreed to them, in exactly the words that are kept.

An empty text asks for nothing. A changed text asks again.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import contains_eager

from heroes.adapters.spreadsheets import Cell
from heroes.domain.policy import Deed
from heroes.models import people_pages as read
from heroes.models.installation import Programme
from heroes.models.seasons import Panel, PanelMember, Season, Undertaking
from heroes.models.visibility import seasons_for_panels
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import staff_season
from heroes.services.refusals import Faster, Invalid, NotFound, Refusal
from heroes.services.transactions import transaction

_INSERT: dict[str, Any] = {"sqlite": insert_sqlite, "postgresql": insert_postgresql}
HEAD = ("judge", "e-mail", "panels", "agreed to", "agreed at", "present text")


class TermsFirst(Refusal):
    """The actor judges in this season and has not agreed to its terms as they are now."""

    code = "terms_first"

    def __init__(self, season: Season) -> None:
        """Keep whose terms they are."""
        super().__init__(f"Before you judge in {season.name}, please read its terms and agree to them.")
        self.season_slug = season.slug


def digest_of(text: str) -> str:
    """What tells one text of terms from another: line ends and outer space do not count."""
    return hashlib.sha256("\n".join(text.split("\r\n")).strip().encode()).hexdigest()


def asks(season: Season) -> bool:
    """Whether a season has terms at all."""
    return bool(season.terms.strip())


def shows(season: Season) -> bool:
    """Whether a season's judges can read its terms: it has some, and its judges may know of it by now."""
    return asks(season) and (season.opened_at is not None or season.rehearsing_since is not None)


def must_have_agreed(ctx: Context, season: Season) -> None:
    """Let the actor on to what judges see of a season, or raise `TermsFirst`. Asks nothing where there are no terms."""
    if asks(season) and not _agreed(ctx, season):
        raise TermsFirst(season)


def waits(ctx: Context, season: Season | None) -> bool:
    """Whether the actor has still to agree to a season's terms before they judge in it."""
    return season is not None and asks(season) and not _agreed(ctx, season)


def _agreed(ctx: Context, season: Season) -> bool:
    here = select(Undertaking.digest).where(
        Undertaking.user_id == ctx.actor.user_id,
        Undertaking.season_id == season.id,
        Undertaking.digest == digest_of(season.terms),
    )
    return bool(ctx.session.scalar(select(exists(here))))


@dataclass(frozen=True, slots=True)
class Terms:
    """A season's terms as one of its judges reads them.

    `before` is when they last agreed to an earlier text, `changed_at` when it was changed since then, if that is known.
    """

    season: Season
    digest: str
    agreed_at: datetime | None
    before: datetime | None
    changed_at: datetime | None


def terms_of(ctx: Context, season_slug: str) -> Terms:
    """The terms of a season that the actor judges in; `NotFound` for everybody else and where there are none."""
    season = ctx.session.scalar(
        select(Season)
        .join(Programme, Programme.id == Season.programme_id)
        .options(contains_eager(Season.programme))
        .where(
            Season.slug == season_slug,
            seasons_for_panels(),
            Season.id.in_(
                select(Panel.season_id)
                .join(PanelMember, PanelMember.panel_id == Panel.id)
                .where(PanelMember.user_id == (ctx.actor.user_id or 0))
            ),
        )
    )
    if season is None or not asks(season):
        raise NotFound
    agreed = {
        row.digest: row.accepted_at
        for row in ctx.session.execute(
            select(Undertaking.digest, Undertaking.accepted_at)
            .where(Undertaking.user_id == ctx.actor.user_id, Undertaking.season_id == season.id)
            .order_by(Undertaking.accepted_at)
        )
    }
    now = digest_of(season.terms)
    earlier = [at for one, at in agreed.items() if one != now]
    before, changed = max(earlier, default=None), season.terms_changed_at
    since = changed if before is not None and changed is not None and changed > before else None
    return Terms(season, now, agreed.get(now), before, since)


def agree(ctx: Context, season_slug: str, digest: str, ticked: bool) -> None:
    """Keep that the actor agrees to a season's terms, with the exact text; once is enough.

    `digest` is of the text that was read: raises `Faster` where it has been changed meanwhile, and `Invalid` without
    the tick.
    """
    with transaction(ctx):
        terms = terms_of(ctx, season_slug)
        if digest != terms.digest:
            raise Faster("The terms were changed while you read them. This is the new text.")
        if not ticked:
            raise Invalid({"agree": "Tick this, if you agree. Without it no entry can be shown to you."})
        if terms.agreed_at is not None:
            return
        season = terms.season
        kept = ctx.session.execute(
            _INSERT[ctx.session.get_bind().dialect.name](Undertaking)
            .values(
                user_id=ctx.actor.user_id,
                season_id=season.id,
                digest=terms.digest,
                text=season.terms,
                accepted_at=ctx.now,
            )
            .on_conflict_do_nothing()
            .returning(Undertaking.user_id)
        ).one_or_none()
        if kept is None:
            return  # another tab of theirs was faster
        note(
            ctx,
            "terms.accept",
            season.slug,
            season_id=season.id,
            acting_as="judge",
            after={"digest": terms.digest},
        )


def keep_change(ctx: Context, season: Season, before: str) -> None:
    """Keep when a season's terms were changed, if they were. Needs a running transaction."""
    if digest_of(season.terms) != digest_of(before):
        season.terms_changed_at = ctx.now


# ---- who has agreed ----


@dataclass(frozen=True, slots=True)
class Signed:
    """A judge with what they last agreed to: `present` is whether that is the text as it is now."""

    handle: str
    name: str
    email: str
    panels: str
    digest: str = ""
    at: datetime | None = None
    present: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """One text that somebody agreed to, by how many judges."""

    digest: str
    text: str
    since: datetime
    judges: int


@dataclass(frozen=True, slots=True)
class Register:
    """Who has agreed to which text of a season's terms, and the texts, the newest first."""

    season: Season
    digest: str
    judges: tuple[Signed, ...]
    texts: tuple[Text, ...]


def register(ctx: Context, season_slug: str, deed: Deed = Deed.SEE_SEASON) -> Register:
    """Everybody on a season's panels and what they agreed to, for its staff."""
    season = staff_season(ctx, season_slug, deed)
    now = digest_of(season.terms) if asks(season) else ""
    latest: dict[int, tuple[str, datetime]] = {}
    for row in read.agreed(ctx.session, season.id):
        if row.digest == now or latest.get(row.user_id, ("",))[0] != now:
            latest[row.user_id] = (row.digest, row.accepted_at)
    people: dict[int, Signed] = {}
    for row in read.judges(ctx.session, season.id):
        digest, at = latest.get(row.User.id, ("", None))
        before = people.get(row.User.id)
        panels = f"{before.panels}, {row.Panel.name}" if before else row.Panel.name
        people[row.User.id] = Signed(
            row.User.handle,
            row.User.name,
            row.User.email or "",
            panels,
            digest,
            at,
            bool(now) and digest == now,
        )
    texts = tuple(
        Text(row.digest, row.text, row.since, row.judges) for row in read.texts_agreed(ctx.session, season.id)
    )
    return Register(season, now, tuple(sorted(people.values(), key=lambda s: (s.name, s.handle))), texts)


def rows_of(found: Register) -> Iterator[tuple[Cell, ...]]:
    """The register as a table for a spreadsheet, the head first."""
    yield HEAD
    for one in found.judges:
        yield (one.name, one.email, one.panels, one.digest, one.at, "yes" if one.present else "no")
