"""The two releases: planning them, looking at what they make public, and letting them go out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from heroes.domain.actors import SYSTEM
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.policy import Deed
from heroes.domain.roles import Role
from heroes.models import winner_pages as read
from heroes.models.entries import Entry
from heroes.models.seasons import Category, Release, Season
from heroes.models.visibility import seasons_for_public
from heroes.services import rule_cards
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import must, staff_season
from heroes.services.posting import Owed, owe, owe_many
from heroes.services.proposing import lacking, own_gaps
from heroes.services.refusals import Faster, Invalid, NotFound, NotNow
from heroes.services.release_news import (
    KINDS,
    News,
    Planned,
    find_release,
    mail_for,
    news_of,
    planned_of,
    shortlist_out,
)
from heroes.services.transactions import transaction

AT_ONCE = 500


# ---- planning ----


def plan(
    ctx: Context,
    season_slug: str,
    kind: str,
    category_slug: str | None = None,
    *,
    planned_at: datetime | None,
    armed: bool,
    expected_version: int,
    reason: str = "",
) -> Release:
    """Set or clear the instant of a release, and whether the clock lets it go out by itself.

    Not armed, the instant is only what people are told. Raises `Invalid` for arming without an instant that is still
    to come, `Faster` if it was changed or released since the page was opened, `NeedsReason` for another instant than
    the rule card of an open season promises.
    """
    season = staff_season(ctx, season_slug, Deed.PLAN_RELEASE)
    if armed and planned_at is None:
        raise Invalid({"planned_at": "Say when, so that the clock knows."})
    if armed and planned_at is not None and planned_at <= ctx.now:
        raise Invalid({"planned_at": "Choose an instant that is still to come, or release it now."})
    with transaction(ctx):
        rule_cards.ensure(ctx, season)
        planned = find_release(ctx, season, kind, category_slug)
        release = _locked(ctx, planned.release.id, expected_version)
        before = {"planned_at": release.planned_at, "armed": release.armed}
        release.planned_at, release.armed, release.refusal = planned_at, armed, None
        note(
            ctx,
            "release.plan",
            _subject(season, planned),
            season_id=season.id,
            before=before,
            after={"planned_at": planned_at, "armed": armed},
            reason=reason.strip(),
        )
        ctx.session.flush()
        rule_cards.keep(ctx, season, reason)
    return release


def part(ctx: Context, season_slug: str, kind: str, category_slug: str) -> Release:
    """Give a category a release of its own, not planned; the season's no longer speaks for it.

    Raises `NotNow` once the category's release is out.
    """
    season = staff_season(ctx, season_slug, Deed.PLAN_RELEASE)
    with transaction(ctx):
        category, release = _of_category(ctx, season, kind, category_slug)
        shared = find_release(ctx, season, kind, None).release
        if release.id != shared.id:
            raise NotNow("This category has a release of its own already.", "already_parted")
        own = Release(season_id=season.id, kind=kind, armed=False)
        ctx.session.add(own)
        ctx.session.flush()
        _point(category, kind, own)
        note(ctx, "release.part", f"{season.slug}/{category.slug}/{kind}", season_id=season.id)
    return own


def rejoin(ctx: Context, season_slug: str, kind: str, category_slug: str) -> None:
    """Have the season's release speak for a category again. Raises `NotNow` once either of the two is out."""
    season = staff_season(ctx, season_slug, Deed.PLAN_RELEASE)
    with transaction(ctx):
        category, _ = _of_category(ctx, season, kind, category_slug)
        # The season's may be going out at this moment, and has not asked about this category's entries.
        shared = _locked(ctx, find_release(ctx, season, kind, None).release.id)
        if shared.released_at is not None:
            raise NotNow("The season’s release is out, so this category goes out by its own.", "released")
        rule_cards.ensure(ctx, season)
        _point(category, kind, shared)
        ctx.session.flush()
        rule_cards.keep(ctx, season, f"{category.name} is announced together with the others again.")
        note(ctx, "release.rejoin", f"{season.slug}/{category.slug}/{kind}", season_id=season.id)


def _of_category(ctx: Context, season: Season, kind: str, category_slug: str) -> tuple[Category, Release]:
    # Held before its release is, as whoever awards in it takes them: so neither waits for the other.
    category = ctx.session.scalar(
        select(Category)
        .where(Category.season_id == season.id, Category.slug == category_slug)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if category is None or kind not in KINDS:
        raise NotFound
    release_id = category.shortlist_release_id if kind == "shortlist" else category.outcome_release_id
    release = _locked(ctx, release_id)
    if release.released_at is not None:
        raise NotNow("This is out already, so it can no longer be planned.", "released")
    return category, release


def _point(category: Category, kind: str, release: Release) -> None:
    if kind == "shortlist":
        category.shortlist_release_id = release.id
    else:
        category.outcome_release_id = release.id


# ---- going out ----


def release_now(
    ctx: Context,
    season_slug: str,
    kind: str,
    category_slug: str | None = None,
    *,
    expected_version: int,
    anyway: bool = False,
) -> int:
    """Let a release go out: pages, entrants' faces and mails change together. Returns how many mails are owed.

    Raises `NotNow` with the reasons, category by category, while an entry lacks a decision; `anyway` lets a shortlist,
    and never the outcomes, go out before every entry is decided. `Faster` if it changed since the page was opened.
    """
    season = staff_season(ctx, season_slug, Deed.RELEASE)
    roles = must(ctx, Deed.RELEASE, season.programme_id)
    with transaction(ctx):
        _locked(ctx, find_release(ctx, season, kind, category_slug).release.id, expected_version)
        # Whoever moves an entry holds its releases: from here on nothing changes, so from here on it is asked.
        planned = find_release(ctx, season, kind, category_slug)
        news = news_of(ctx, planned)
        refusals = [one.refusal for one in news if one.refusal]
        if refusals and not (anyway and kind == "shortlist"):
            raise NotNow(" ".join(refusals), "undecided")
        role = Role.OWNER if Role.OWNER in roles else Role.ADMIN
        return _go(ctx, season, planned, news, role)


def release_due(ctx: Context) -> int:
    """Let every armed release whose instant has come go out, and return how many did. For the clock.

    One that an undecided entry keeps back stays closed: it is disarmed, the reason is stored, and the owners and
    admins are written to. One release is one transaction.
    """
    ctx = ctx.acting(SYSTEM)
    due = ctx.session.execute(
        select(Release.id, Release.season_id)
        .join(Season, Season.id == Release.season_id)
        .where(
            seasons_for_public(), Release.armed, Release.released_at.is_(None), Release.planned_at <= ctx.now
        )
        .order_by(Release.planned_at, Release.kind.desc(), Release.id)
    ).all()
    ctx.session.rollback()
    return sum(_release_by_clock(ctx, row.id, row.season_id) for row in due)


def _release_by_clock(ctx: Context, release_id: int, season_id: int) -> bool:
    with transaction(ctx):
        release = _locked(ctx, release_id)
        still = release.armed and release.released_at is None
        if not still or release.planned_at is None or release.planned_at > ctx.now:
            return False
        season = ctx.session.get_one(Season, season_id)
        planned = next(p for p in planned_of(ctx, season) if p.release.id == release_id)
        news = news_of(ctx, planned)
        refusals = [one.refusal for one in news if one.refusal]
        if not refusals:
            _go(ctx, season, planned, news, Role.SYSTEM)
            return True
        _refuse(ctx, season, planned, refusals)
        return False


def _refuse(ctx: Context, season: Season, planned: Planned, refusals: Sequence[str]) -> None:
    release = planned.release
    release.refusal, release.armed = "\n".join(refusals), False
    for user in read.runners(ctx.session, season.programme_id):
        owe(
            ctx,
            "release_refused",
            user.email or "",
            to_name=user.name,
            key=f"release_refused:{release.id}:{release.version}:{user.id}",
            season_id=season.id,
            season=season.name,
            season_slug=season.slug,
            kind=release.kind,
            planned_at=release.planned_at.isoformat() if release.planned_at else None,
            zone=season.timezone,
            refusals=list(refusals),
        )
    note(
        ctx,
        "release.refuse",
        _subject(season, planned),
        season_id=season.id,
        acting_as=Role.SYSTEM.value,
        after={"refusals": list(refusals)},
    )


def _locked(ctx: Context, release_id: int, expected_version: int | None = None) -> Release:
    """The release as it is now, kept so until the transaction ends; refuses one that is out or was changed."""
    release = ctx.session.scalars(
        select(Release)
        .where(Release.id == release_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if expected_version is not None and release.released_at is not None:
        raise Faster("This has been released already. Your press changed nothing.", when=release.released_at)
    if expected_version is not None and release.version != expected_version:
        raise Faster("Somebody changed this release since you opened the page. Your press changed nothing.")
    return release


def _go(ctx: Context, season: Season, planned: Planned, news: Sequence[News], role: Role) -> int:
    release = planned.release
    told = shortlist_out(ctx, planned) if release.kind == "outcomes" else frozenset()
    release.released_at, release.released_by_id, release.released_as = ctx.now, ctx.actor.user_id, role.value
    release.armed, release.refusal = False, None
    mails = sum(
        tell(
            ctx,
            season,
            one.category,
            release.kind,
            one.everybody,
            told=one.category.id in told,
            key=f"r{release.id}",
        )
        for one in news
    )
    note(
        ctx,
        f"release.{release.kind}",
        _subject(season, planned),
        season_id=season.id,
        acting_as=role.value,
        after={
            "categories": [
                {
                    "category": one.category.slug,
                    **{name: [entry.reference for entry in entries] for name, entries in one.named},
                    "not_shortlisted": len(one.quiet),
                    "undecided": len(one.undecided),
                }
                for one in news
            ],
            "mails": mails,
        },
    )
    return mails


def _subject(season: Season, planned: Planned) -> str:
    own = f"/{planned.own.slug}" if planned.own else ""
    return f"{season.slug}{own}/{planned.release.kind}"


def tell(
    ctx: Context,
    season: Season,
    category: Category,
    kind: str,
    entries: Sequence[Entry],
    *,
    told: bool = False,
    key: str,
) -> int:
    """Owe each entry's people the mail that says where it stands once `kind` is out; return how many.

    `key` makes it once only: the release, or for a decision taken afterwards the entry's version. Needs a
    running transaction.
    """
    rule = parse_outcome_rule(category.outcome)
    owed: dict[str, list[Owed]] = {}
    for start in range(0, len(entries), AT_ONCE):
        some = entries[start : start + AT_ONCE]
        links = read.first_links(ctx.session, [entry.id for entry in some])
        gaps = own_gaps(ctx, some, category.outcome) if rule.benchmark and kind == "outcomes" else {}
        for entry in some:
            template = mail_for(kind, entry, told=told, benchmark=rule.benchmark)
            if template is None or not entry.nominator_email:
                continue
            values = {
                "reference": entry.reference,
                "title": entry.title,
                "category": category.name,
                "season": season.name,
                "season_slug": season.slug,
                "reason": "",
                "level": rule.level_name(entry.level) if template == "awarded" and entry.level else "",
                "link_id": links.get(entry.id),
            }
            if template == "working_towards":
                values |= lacking(rule, gaps.get(entry.id, ()))
            owed.setdefault(template, []).append(
                Owed(
                    entry.nominator_email,
                    f"{template}:{entry.id}:{key}",
                    entry.nominator_name,
                    season.id,
                    entry.id,
                    values,
                )
            )
    for template, mails in owed.items():
        owe_many(ctx, template, mails)
    return sum(len(mails) for mails in owed.values())
