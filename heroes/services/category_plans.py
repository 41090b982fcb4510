"""Planning a season's categories: adding, changing, copying, moving, taking away, and how they are decided."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from heroes.domain.category_settings import CategorySettings, read_settings, slug_for
from heroes.domain.outcome_settings import SHAPES, read_rule, typed
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.round_settings import BadSettings
from heroes.models import category_pages as read
from heroes.models.entries import Tally
from heroes.models.seasons import (
    Category,
    Criterion,
    FormDesign,
    FormVersion,
    Round,
    ScoreSet,
    Season,
    Visits,
)
from heroes.services import running
from heroes.services.auditing import note
from heroes.services.building import edit, hold_to
from heroes.services.context import Context
from heroes.services.proposing import measures_of
from heroes.services.refusals import Invalid, NotFound
from heroes.services.round_plans import drop

MOST_CATEGORIES = 200


def _held(ctx: Context, season: Season, slug: str) -> Category:
    """A category as it is now, which nobody else changes until the transaction ends."""
    found = ctx.session.scalar(
        select(Category)
        .where(Category.season_id == season.id, Category.slug == slug)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _row_order(ctx: Context, season: Season) -> list[Category]:
    return list(
        ctx.session.scalars(
            select(Category)
            .where(Category.season_id == season.id)
            .order_by(Category.position, Category.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def add(ctx: Context, season_slug: str, raw: Mapping[str, str], reason: str = "") -> str:
    """Put a category after the others, with a rule of one winner until another is made; return its slug.

    Raises `Invalid` by field.
    """
    with edit(ctx, season_slug, reason) as season:
        wanted = _read(raw, season)
        others = _row_order(ctx, season)
        releases = read.shared_releases(ctx.session, season.id)
        category = Category(
            season_id=season.id,
            slug=_slug(wanted, others, None),
            position=_next(others),
            outcome=dict(SHAPES["best"].data),
            shortlist_release_id=releases["shortlist"],
            outcome_release_id=releases["outcomes"],
        )
        _write(ctx, season, category, wanted)
        ctx.session.add(category)
        ctx.session.flush()
        note(ctx, "category.add", category.slug, season_id=season.id, after=_said(category))
        return category.slug


def change(
    ctx: Context, season_slug: str, slug: str, raw: Mapping[str, str], seen: int, reason: str = ""
) -> str:
    """Change a category apart from its outcome rule, from a form of version `seen`; return its slug.

    Its address follows what is typed until the season opens, and stays from then on; whom it is for stays once there
    is an entry. Raises `Faster`, and `Invalid` by field.
    """
    with edit(ctx, season_slug, reason) as season:
        category = _held(ctx, season, slug)
        hold_to(ctx, season, slug, category.version, seen)
        wanted = _read(raw, season)
        if wanted.kind != category.kind and read.has_entries(ctx.session, category.id):
            raise Invalid(
                {"kind": "It has entries already, and they say whom they are about. So this stays."}
            )
        before = _said(category)
        if season.opened_at is None:
            category.slug = _slug(wanted, _row_order(ctx, season), category)
            _rename(ctx, season, slug, category.slug)
        _write(ctx, season, category, wanted)
        ctx.session.flush()
        note(
            ctx,
            "category.change",
            category.slug,
            season_id=season.id,
            before=before,
            after=_said(category),
        )
        return category.slug


def copy(ctx: Context, season_slug: str, slug: str, reason: str = "") -> str:
    """Add a category with the same texts, form and outcome rule after the others, without rounds; return its slug."""
    with edit(ctx, season_slug, reason) as season:
        source = _held(ctx, season, slug)
        others = _row_order(ctx, season)
        _room_for(others)
        taken = {one.name for one in others}
        names = (f"{source.name[:190]} ({n})" for n in range(2, MOST_CATEGORIES + 3))
        name = next(name for name in names if name not in taken)
        releases = read.shared_releases(ctx.session, season.id)
        made = Category(
            season_id=season.id,
            slug=_free(slug_for(name), others, None),
            name=name,
            position=_next(others),
            kind=source.kind,
            line=source.line,
            who=source.who,
            eligibility=list(source.eligibility),
            how_decided=list(source.how_decided),
            outcome=dict(source.outcome),
            form_design_id=source.form_design_id,
            opens_at=source.opens_at,
            closes_at=source.closes_at,
            shortlist_release_id=releases["shortlist"],
            outcome_release_id=releases["outcomes"],
        )
        ctx.session.add(made)
        ctx.session.flush()
        note(ctx, "category.add", made.slug, season_id=season.id, after=_said(made) | {"copy_of": slug})
        return made.slug


def move(ctx: Context, season_slug: str, slug: str, earlier: bool, reason: str = "") -> None:
    """Let a category and its neighbour change places; at the end of the list nothing happens."""
    with edit(ctx, season_slug, reason) as season:
        order = _row_order(ctx, season)
        here = next((n for n, one in enumerate(order) if one.slug == slug), None)
        if here is None:
            raise NotFound
        there = here - 1 if earlier else here + 1
        if not 0 <= there < len(order):
            return
        order[here], order[there] = order[there], order[here]
        for position, one in enumerate(order, 1):
            if one.position != position:
                # Not through the mapper: a place in the list is no new version of what it says.
                ctx.session.execute(
                    update(Category)
                    .where(Category.id == one.id)
                    .values(position=position)
                    .execution_options(synchronize_session=False)
                )
        ctx.session.expire_all()
        note(ctx, "category.move", slug, season_id=season.id, after={"position": there + 1})


def remove(ctx: Context, season_slug: str, slug: str, seen: int, reason: str = "") -> None:
    """Take a category away with its rounds, forms and score sets. Raises `Invalid` once there is an entry in it."""
    with edit(ctx, season_slug, reason) as season:
        category = _held(ctx, season, slug)
        hold_to(ctx, season, slug, category.version, seen)
        if read.has_entries(ctx.session, category.id):
            raise Invalid({"": f"{category.name} has entries, drafts among them perhaps, so it stays."})
        note(ctx, "category.remove", slug, season_id=season.id, before=_said(category))
        rounds = ctx.session.scalars(select(Round).where(Round.category_id == category.id)).all()
        for one in rounds:
            running.drop(ctx, one.id)
        drop(ctx, rounds)
        sets = select(ScoreSet.id).where(ScoreSet.category_id == category.id)
        ctx.session.execute(delete(Criterion).where(Criterion.score_set_id.in_(sets)))
        for table in (ScoreSet, FormVersion, Tally, Visits):
            ctx.session.execute(delete(table).where(table.category_id == category.id))
        ctx.session.delete(category)
        ctx.session.flush()


def decide_by(
    ctx: Context, season_slug: str, slug: str, raw: Mapping[str, str], seen: int, reason: str = ""
) -> None:
    """Give a category the outcome rule that was typed. Raises `Faster`, and `Invalid` by field.

    A level that somebody holds already stays in the rule.
    """
    with edit(ctx, season_slug, reason) as season:
        category = _held(ctx, season, slug)
        hold_to(ctx, season, slug, category.version, seen)
        measures = measures_of(read.last_criteria(ctx.session, category.id))
        try:
            data = read_rule(typed(raw), measures)
        except BadSettings as error:
            raise Invalid(error.errors) from error
        lost = read.given_levels(ctx.session, category.id) - parse_outcome_rule(data).places.keys()
        if lost:
            names = ", ".join(sorted(parse_outcome_rule(category.outcome).level_name(key) for key in lost))
            raise Invalid({"level-1-name": f"{names} has been awarded already, so it stays in the rule."})
        before, category.outcome = category.outcome, data
        ctx.session.flush()
        note(ctx, "category.outcome", slug, season_id=season.id, before=before, after=data)


# ---- what these share ----


def _read(raw: Mapping[str, str], season: Season) -> CategorySettings:
    try:
        return read_settings(raw, season.timezone)
    except BadSettings as error:
        raise Invalid(error.errors) from error


def _write(ctx: Context, season: Season, category: Category, wanted: CategorySettings) -> None:
    category.name, category.kind, category.line = wanted.name, wanted.kind, wanted.line
    category.who = wanted.who
    category.eligibility, category.how_decided = list(wanted.eligibility), list(wanted.how_decided)
    opens, closes = wanted.opens_at or season.opens_at, wanted.closes_at or season.closes_at
    if closes <= opens:
        raise Invalid({"closes": "With the season’s other date it would close before it opens."})
    category.opens_at, category.closes_at = wanted.opens_at, wanted.closes_at
    category.form_design_id = None
    if wanted.form:
        design = ctx.session.scalar(
            select(FormDesign.id).where(FormDesign.season_id == season.id, FormDesign.key == wanted.form)
        )
        if design is None:
            raise Invalid({"form": "Choose one of the season’s forms."})
        category.form_design_id = design


def _slug(wanted: CategorySettings, others: list[Category], own: Category | None) -> str:
    _room_for(others if own is None else [])
    if any(one.name.casefold() == wanted.name.casefold() for one in others if one is not own):
        raise Invalid({"name": "Another category of this season has this name."})
    if wanted.slug and any(one.slug == wanted.slug for one in others if one is not own):
        raise Invalid({"slug": "Another category has this address."})
    return wanted.slug or _free(slug_for(wanted.name), others, own)


def _free(wanted: str, others: list[Category], own: Category | None) -> str:
    taken = {one.slug for one in others if one is not own}
    names = (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _room_for(others: list[Category]) -> None:
    if len(others) >= MOST_CATEGORIES:
        raise Invalid({"name": f"A season has {MOST_CATEGORIES} categories at the most."})


def _next(others: list[Category]) -> int:
    return max((one.position for one in others), default=0) + 1


def _rename(ctx: Context, season: Season, before: str, after: str) -> None:
    """Have the forms' questions that are asked in some categories only follow a category's new address."""
    if before == after:
        return
    for design in ctx.session.scalars(
        select(FormDesign).where(FormDesign.season_id == season.id).with_for_update()
    ):
        sections = [
            section | {"question": [_renamed(one, before, after) for one in section.get("question", ())]}
            for section in design.sections
        ]
        if sections != design.sections:
            design.sections = sections


def _renamed(question: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    if before not in question.get("categories", ()):
        return question
    return question | {"categories": [after if slug == before else slug for slug in question["categories"]]}


def _said(category: Category) -> dict[str, Any]:
    """A category as the audit trail keeps it."""
    return {
        "name": category.name,
        "slug": category.slug,
        "kind": category.kind,
        "line": category.line,
        "who": category.who,
        "eligibility": list(category.eligibility),
        "how_decided": list(category.how_decided),
        "opens_at": category.opens_at,
        "closes_at": category.closes_at,
    }
