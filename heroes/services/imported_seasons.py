"""What an import with `--create` makes before it can bring anything in: a season, categories, panels, judges."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import chain, count

from sqlalchemy import func, select

from heroes.adapters.chance import handle
from heroes.domain.digests import digest
from heroes.domain.mark_files import Scale
from heroes.domain.slugs import FIXED_SEASON_ROUTES, slug_error, slugify
from heroes.models.installation import Programme
from heroes.models.people import User
from heroes.models.seasons import (
    Category,
    Criterion,
    FormVersion,
    Panel,
    PanelMember,
    Release,
    Round,
    ScoreSet,
    Season,
    SeasonCounter,
)
from heroes.services.context import Context
from heroes.services.opening import ensure_installation
from heroes.services.refusals import Invalid

FORM = [
    {
        "title": "The entry",
        "intro": "",
        "question": [{"key": "about", "kind": "long", "label": "What is it about?"}],
    }
]
OUTCOME = {
    "levels": [
        {"key": "winner", "name": "Winner", "places": 1},
        {"key": "commended", "name": "Highly commended", "places": 2},
    ]
}
ROUND = "judging"


def make_season(ctx: Context, name: str) -> Season:
    """A season of this name whose window and judging lie in the past, in the only programme or in one named after it.

    Nothing of it is released and no release is planned. Needs a running transaction.
    """
    ensure_installation(ctx)
    slug = slugify(name)
    error = slug_error(slug)
    if error:
        raise Invalid({"season": error})
    programmes = ctx.session.scalars(select(Programme).order_by(Programme.id).limit(2)).all()
    programme = programmes[0] if len(programmes) == 1 else _programme(ctx, slug, name)
    zone = ctx.session.scalar(
        select(Season.timezone).where(Season.programme_id == programme.id).order_by(Season.id.desc()).limit(1)
    )
    season = Season(
        programme_id=programme.id,
        slug=slug,
        name=name,
        year=ctx.now.year,
        timezone=zone or "UTC",
        reference_prefix=_prefix(ctx, name),
        opens_at=ctx.now - timedelta(days=4),
        closes_at=ctx.now - timedelta(days=3),
        judging_starts_at=ctx.now - timedelta(days=3),
        milestones=[],
        opened_at=ctx.now,
    )
    season.programme = programme
    ctx.session.add(season)
    ctx.session.flush()
    ctx.session.add(SeasonCounter(season_id=season.id, next_reference=1))
    ctx.session.add_all(Release(season_id=season.id, kind=kind) for kind in ("shortlist", "outcomes"))
    ctx.session.flush()
    return season


def _programme(ctx: Context, slug: str, name: str) -> Programme:
    found = ctx.session.scalar(select(Programme).where(Programme.slug == slug))
    if found is None:
        found = Programme(slug=slug, name=name, body=name, sectors=[])
        ctx.session.add(found)
        ctx.session.flush()
    return found


def _prefix(ctx: Context, name: str) -> str:
    """Initials and the year's last two digits of the name, as CSH-26; a number where that is taken."""
    initials = "".join(word[0] for word in slugify(name).split("-") if word[0].isalpha())[:4].upper() or "S"
    year = re.search(r"(?:19|20)(\d\d)(?!\d)", name)
    wanted = f"{initials}-{year[1] if year else f'{ctx.now.year % 100:02}'}"
    return _free(wanted, set(ctx.session.scalars(select(Season.reference_prefix))))


def make_category(
    ctx: Context,
    season: Season,
    name: str,
    criteria: Mapping[str, Scale],
    steps: Mapping[str, Decimal],
    reviews: int,
) -> tuple[Category, Round]:
    """A category with one closed round, a panel and a score set of its own; its slug is free. In a transaction."""
    releases = {
        release.kind: release.id
        for release in ctx.session.scalars(
            select(Release).where(Release.season_id == season.id).order_by(Release.id.desc())
        )
    }
    slug = _free_slug(ctx, season, name)
    position = ctx.session.scalar(
        select(func.coalesce(func.max(Category.position), 0)).where(Category.season_id == season.id)
    )
    category = Category(
        season_id=season.id,
        slug=slug,
        name=name,
        position=(position or 0) + 1,
        kind="person",
        outcome=OUTCOME,
        shortlist_release_id=releases["shortlist"],
        outcome_release_id=releases["outcomes"],
    )
    panel = Panel(season_id=season.id, slug=_free_panel(ctx, season, slug), name=name)
    ctx.session.add_all((category, panel))
    ctx.session.flush()
    score_set = ScoreSet(
        category_id=category.id,
        number=1,
        digest=digest({key: [scale.weight, scale.low, scale.high] for key, scale in criteria.items()}),
        published_at=ctx.now,
    )
    ctx.session.add_all(
        (
            score_set,
            FormVersion(
                category_id=category.id, number=1, sections=FORM, digest=digest(FORM), published_at=ctx.now
            ),
        )
    )
    ctx.session.flush()
    _add_criteria(ctx, score_set, criteria, steps)
    round_ = Round(
        category_id=category.id,
        position=1,
        slug=ROUND,
        name="Judging",
        opens_at=ctx.now - timedelta(days=2),
        closes_at=ctx.now,
        panel_id=panel.id,
        score_set_id=score_set.id,
        reviews=max(1, reviews),
        quorum=1,
    )
    ctx.session.add(round_)
    ctx.session.flush()
    return category, round_


def _add_criteria(
    ctx: Context, score_set: ScoreSet, criteria: Mapping[str, Scale], steps: Mapping[str, Decimal]
) -> None:
    keys: set[str] = set()
    for position, (name, scale) in enumerate(criteria.items(), 1):
        key = _free(slugify(name)[:70], keys)
        keys.add(key)
        ctx.session.add(
            Criterion(
                score_set_id=score_set.id,
                position=position,
                key=key,
                name=name,
                weight=scale.weight,
                low=scale.low,
                high=scale.high,
                step=steps[name],
                points=[{"from": str(scale.low), "to": str(scale.high), "word": name, "text": ""}],
            )
        )
    ctx.session.flush()


def _free_slug(ctx: Context, season: Season, name: str) -> str:
    taken = set(ctx.session.scalars(select(Category.slug).where(Category.season_id == season.id)))
    return _free(slugify(name)[:70].strip("-"), taken | FIXED_SEASON_ROUTES)


def _free_panel(ctx: Context, season: Season, slug: str) -> str:
    return _free(slug[:70], set(ctx.session.scalars(select(Panel.slug).where(Panel.season_id == season.id))))


def _free(wanted: str, taken: set[str] | frozenset[str]) -> str:
    """The wanted text, with a number where it is taken."""
    numbered = chain((wanted,), (f"{wanted}-{n}" for n in count(2)))
    return next(text for text in numbered if text not in taken)


def make_judge(ctx: Context, name: str) -> User:
    """A judge without e-mail, who can never sign in. Needs a running transaction."""
    user = User(handle=handle(ctx.chance), name=name, created_at=ctx.now)
    ctx.session.add(user)
    ctx.session.flush()
    return user


def seat(ctx: Context, panel_id: int, users: Mapping[int, User], seated: set[int]) -> None:
    """Give these people a judge's seat on a panel, whoever has none yet. Needs a running transaction."""
    ctx.session.add_all(
        PanelMember(panel_id=panel_id, user_id=user_id, role="judge", joined_at=ctx.now)
        for user_id in users
        if user_id not in seated
    )
    ctx.session.flush()
