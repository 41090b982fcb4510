"""The builder's working copies of score sets: begun, copied, edited, renamed, deleted, and published into rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from heroes.domain.policy import Deed
from heroes.domain.score_sets import MOST_NAME, BadScoreSet, comment_words, free_key, parse, to_plain, unfit
from heroes.models.seasons import Category, Round, ScoreSet, ScoreSetDesign, Season
from heroes.services import score_set_publishing as publishing
from heroes.services.auditing import note
from heroes.services.building import edit, hold_to
from heroes.services.context import Context
from heroes.services.permission import staff_season
from heroes.services.refusals import Invalid, NotFound, NotNow
from heroes.services.score_set_publishing import Place, body_of_design, places_of, subject_of


@dataclass(frozen=True, slots=True)
class Used:
    """A design and the rounds that are judged by it: (category, round) by name."""

    design: ScoreSetDesign
    rounds: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """One design with everything that its page says: where it is used and what publishing it now would do."""

    season: Season
    design: ScoreSetDesign
    places: Sequence[Place]
    faults: tuple[str, ...]

    @property
    def is_locked(self) -> bool:
        """Whether judges have marked under it."""
        return any(place.is_locked for place in self.places)

    @property
    def waiting(self) -> list["Change"]:
        """What publishing the working copy would change, round by round."""
        try:
            wanted = body_of_design(self.design)
        except BadScoreSet:
            return []
        found = []
        for place in self.places:
            for round_ in place.rounds:
                how = wanted.how_follows(place.now[round_.id])
                if how.lines:
                    found.append(
                        Change(
                            place.category,
                            round_,
                            how.lines,
                            place.begun[round_.id],
                            place.handed_in[round_.id] if how.again else 0,
                        )
                    )
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """What publishing changes in one round; `begun` and `again`: scorecards with marks, and those to complete."""

    category: Category
    round: Round
    lines: tuple[str, ...]
    begun: int
    again: int


def list_sets(ctx: Context, season_slug: str) -> tuple[Season, list[Used]]:
    """Every score set of a season with the rounds that use it, for staff."""
    season = staff_season(ctx, season_slug, Deed.SEE_SET_UP)
    designs = ctx.session.scalars(
        select(ScoreSetDesign)
        .where(ScoreSetDesign.season_id == season.id)
        .order_by(ScoreSetDesign.name, ScoreSetDesign.id)
    ).all()
    rounds: dict[int | None, list[tuple[str, str]]] = {}
    for design_id, category, round_name in ctx.session.execute(
        select(Round.design_id, Category.name, Round.name)
        .join(Category, Category.id == Round.category_id)
        .where(Category.season_id == season.id, Round.design_id.is_not(None))
        .order_by(Category.position, Round.position)
    ):
        rounds.setdefault(design_id, []).append((category, round_name))
    return season, [Used(one, tuple(rounds.get(one.id, ())), unfit(one)) for one in designs]


def open_set(ctx: Context, season_slug: str, key: str) -> Opened:
    """One score set's working copy, for staff; `NotFound` for any other key."""
    season = staff_season(ctx, season_slug, Deed.SEE_SET_UP)
    design = _design(ctx, season, key)
    return Opened(season, design, places_of(ctx, design), unfit(design))


def create(ctx: Context, season_slug: str, name: str, copy_of: str = "") -> str:
    """Begin a score set, empty or as a copy of another of the season; returns its key."""
    with edit(ctx, season_slug) as season:
        name = _name(ctx, season, name)
        taken = frozenset(
            ctx.session.scalars(select(ScoreSetDesign.key).where(ScoreSetDesign.season_id == season.id))
        )
        source = _design(ctx, season, copy_of) if copy_of else None
        design = ScoreSetDesign(
            season_id=season.id,
            key=free_key(name, taken),
            name=name,
            comment_words=source.comment_words if source else 0,
            reason_for_extremes=source.reason_for_extremes if source else False,
            criteria=list(source.criteria) if source else [],
            edited_at=ctx.now,
            edited_by_id=ctx.actor.user_id,
        )
        ctx.session.add(design)
        ctx.session.flush()
        note(
            ctx,
            "scorecards.create",
            subject_of(design.key),
            season_id=season.id,
            after={"name": name, "copy_of": copy_of},
        )
        return design.key


def delete(ctx: Context, season_slug: str, key: str) -> None:
    """Take a score set away that no round uses; what was published from it stays. `NotNow` for one in use."""
    with edit(ctx, season_slug) as season:
        design = _design(ctx, season, key)
        used = ctx.session.scalar(select(func.count()).where(Round.design_id == design.id))
        if used:
            raise NotNow("A round is judged by it. Give the round another scorecard first.", "in_use")
        ctx.session.execute(update(ScoreSet).where(ScoreSet.design_id == design.id).values(design_id=None))
        ctx.session.delete(design)
        note(
            ctx,
            "scorecards.delete",
            subject_of(key),
            season_id=season.id,
            before={"name": design.name, "criteria": design.criteria},
        )


@dataclass(frozen=True, slots=True)
class Edit:
    """A score set as it was typed: criteria as plain data, the words that a comment needs as text."""

    name: str
    criteria: Sequence[Mapping[str, Any]]
    comment_words: str = ""
    reason_for_extremes: bool = False


def save(ctx: Context, season_slug: str, key: str, typed: Edit, seen: int) -> None:
    """Keep the working copy, half built or not. An unopened season's rounds follow it at once where it is whole.

    In an open season it reaches the judges by `publish` only. Raises `Invalid` by field for what cannot be read, and
    `Faster` where somebody else kept it since `seen`.
    """
    with edit(ctx, season_slug) as season:
        design = _design(ctx, season, key)
        hold_to(ctx, season, subject_of(key), design.version, seen)
        errors: dict[str, str] = {}
        try:
            criteria = to_plain(parse(typed.criteria))
        except BadScoreSet as error:
            errors |= error.errors
        try:
            words = comment_words(typed.comment_words)
        except ValueError as error:
            errors["comment_words"] = str(error)
        try:
            name = _name(ctx, season, typed.name, design)
        except Invalid as error:
            errors |= error.errors
        if errors:
            raise Invalid(errors)
        before = _said(design)
        design.name, design.criteria, design.comment_words = name, criteria, words
        design.reason_for_extremes = typed.reason_for_extremes
        if _said(design) == before:
            return
        design.edited_at, design.edited_by_id = ctx.now, ctx.actor.user_id
        ctx.session.flush()
        note(
            ctx,
            "scorecards.edit",
            subject_of(key),
            season_id=season.id,
            before=before,
            after=_said(design),
        )
        if season.opened_at is None and not unfit(design):
            publishing.publish(ctx, season, design)


def publish(ctx: Context, season_slug: str, key: str, reason: str, seen: int) -> int:
    """Publish the working copy into its rounds; returns how many categories got another set.

    Refusals as in `score_set_publishing.publish`, and `Faster` where the copy is not the one that was seen.
    """
    with edit(ctx, season_slug, reason) as season:
        design = _design(ctx, season, key)
        hold_to(ctx, season, subject_of(key), design.version, seen)
        return publishing.publish(ctx, season, design, reason)


def _design(ctx: Context, season: Season, key: str) -> ScoreSetDesign:
    found = ctx.session.scalar(
        select(ScoreSetDesign).where(ScoreSetDesign.season_id == season.id, ScoreSetDesign.key == key)
    )
    if found is None:
        raise NotFound
    return found


def _name(ctx: Context, season: Season, name: str, own: ScoreSetDesign | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid({"name": "Give the scorecard a name."})
    if len(name) > MOST_NAME:
        raise Invalid({"name": f"Keep the name under {MOST_NAME} characters."})
    same = ctx.session.scalar(
        select(ScoreSetDesign.id).where(
            ScoreSetDesign.season_id == season.id,
            ScoreSetDesign.name == name,
            ScoreSetDesign.id != (own.id if own else 0),
        )
    )
    if same is not None:
        raise Invalid({"name": "Another scorecard of this season has this name."})
    return name


def _said(design: ScoreSetDesign) -> dict[str, Any]:
    return {
        "name": design.name,
        "criteria": design.criteria,
        "comment_words": design.comment_words,
        "reason_for_extremes": design.reason_for_extremes,
    }
