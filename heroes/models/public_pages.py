"""What the public pages read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, bindparam, case, select
from sqlalchemy.orm import Session, aliased, contains_eager

from heroes.domain.actors import Actor
from heroes.domain.round_kinds import kind_of
from heroes.models.installation import Programme
from heroes.models.seasons import Category, Criterion, FormVersion, Release, Round, Season
from heroes.models.visibility import seasons_for_public


@dataclass(frozen=True, slots=True)
class CategoryForm:
    """A category with its current form; `blind` means that no judge ever sees the identifying answers."""

    season: Season
    category: Category
    form_version: FormVersion
    blind: bool


@dataclass(frozen=True, slots=True)
class CategoryPage:
    """A category with everything that is public about it, whether or not it is open."""

    form: CategoryForm
    shortlist: Release
    outcomes: Release
    criteria: Sequence[Criterion]
    rounds: Sequence[Round]


BLIND = ~select(Round.id).where(Round.category_id == Category.id, Round.blind.is_(False)).exists()
"""Whether every round of a category hides the identifying answers."""

_VIEWER = (bindparam("viewer_id", type_=Integer), bindparam("looks_into", type_=Integer))
_SEASONS = (
    select(Season)
    .join(Programme, Programme.id == Season.programme_id)
    .options(contains_eager(Season.programme))
)
_SEASON = _SEASONS.where(Season.slug == bindparam("slug"), seasons_for_public(*_VIEWER))
_LATEST = _SEASONS.where(seasons_for_public()).order_by(Season.opens_at.desc(), Season.id.desc()).limit(1)
_FORM = (
    select(Season, Category, FormVersion, BLIND)
    .join(Category, Category.season_id == Season.id)
    .join(Programme, Programme.id == Season.programme_id)
    .join(FormVersion, FormVersion.category_id == Category.id)
    .options(contains_eager(Season.programme))
    .where(
        Season.slug == bindparam("season"),
        Category.slug == bindparam("category"),
        seasons_for_public(*_VIEWER),
    )
    .order_by(FormVersion.number.desc())
    .limit(1)
)


def seasons(session: Session) -> Sequence[Season]:
    """Every open season with its programme, newest first."""
    wanted = _SEASONS.where(seasons_for_public())
    return session.scalars(wanted.order_by(Season.opens_at.desc(), Season.id.desc()).limit(100)).all()


def seasons_of_staff(session: Session, programme_ids: Collection[int]) -> Sequence[Season]:
    """Every season of these programmes with its programme: open ones, then those being built; newest first."""
    built = case((Season.opened_at.is_(None), 1), else_=0)
    wanted = _SEASONS.where(Season.programme_id.in_(programme_ids))
    return session.scalars(wanted.order_by(built, Season.opens_at.desc(), Season.id.desc()).limit(100)).all()


def latest_season(session: Session) -> Season | None:
    """The newest open season with its programme: the frame of pages that belong to no season."""
    return session.scalar(_LATEST)


def season_by_slug(session: Session, slug: str, actor: Actor) -> Season | None:
    """A season with its programme, if the actor may know of it."""
    return session.scalar(_SEASON, {"slug": slug, **_as_seen_by(actor)})


def _as_seen_by(actor: Actor) -> dict[str, int | None]:
    return {"viewer_id": actor.user_id, "looks_into": actor.looks_into}


def categories(session: Session, season_id: int) -> Sequence[Category]:
    """A season's categories in their order, each with its two releases."""
    outcomes = aliased(Release)
    return session.scalars(
        select(Category)
        .join(Release, Release.id == Category.shortlist_release_id)
        .join(outcomes, outcomes.id == Category.outcome_release_id)
        .options(
            contains_eager(Category.shortlist_release),
            contains_eager(Category.outcome_release.of_type(outcomes)),
        )
        .where(Category.season_id == season_id)
        .order_by(Category.position)
    ).all()


def category_form(
    session: Session, season_slug: str, category_slug: str, actor: Actor
) -> CategoryForm | None:
    """A category and its current form, in one statement, if the actor may know of its season."""
    asked = {"season": season_slug, "category": category_slug, **_as_seen_by(actor)}
    row = session.execute(_FORM, asked).one_or_none()
    return CategoryForm(row[0], row[1], row[2], row[3]) if row else None


def category_page(
    session: Session, season_slug: str, category_slug: str, actor: Actor
) -> CategoryPage | None:
    """All that is public about a category, in four statements, if the actor may know of its season."""
    form = category_form(session, season_slug, category_slug, actor)
    if form is None:
        return None
    category = form.category
    rounds = session.scalars(
        select(Round).where(Round.category_id == category.id).order_by(Round.position)
    ).all()
    marked = next((one for one in rounds if kind_of(one.kind).chooses_scorecard), None)
    criteria = session.scalars(
        select(Criterion)
        .where(Criterion.score_set_id == (marked.score_set_id if marked else None))
        .order_by(Criterion.position)
    ).all()
    outcomes = aliased(Release)
    shown = session.execute(
        select(Release, outcomes)
        .join(outcomes, outcomes.id == category.outcome_release_id)
        .where(Release.id == category.shortlist_release_id)
    ).one()
    return CategoryPage(form, shown[0], shown[1], criteria, rounds)
