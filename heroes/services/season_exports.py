"""A season's set-up as the text of a season file: the same set-up gives the same bytes, and these give it back."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import tomli_w
from sqlalchemy import select
from sqlalchemy.orm import Session

from heroes.domain.clocks import in_utc
from heroes.domain.policy import Deed
from heroes.domain.round_kinds import kind_of
from heroes.models.installation import Programme
from heroes.models.seasons import (
    Category,
    Criterion,
    FormDesign,
    Panel,
    Release,
    Round,
    ScoreSetDesign,
    Season,
)
from heroes.services.context import Context
from heroes.services.permission import staff_season
from heroes.services.season_files import FORMAT

Table = dict[str, Any]
_QUESTION = (
    "key",
    "kind",
    "label",
    "help",
    "required",
    "identifying",
    "judges",
    "public",
    "words",
    "choices",
    "minimum",
    "maximum",
    "unit",
    "earliest",
    "latest",
    "most",
    "columns",
    "rows",
    "consent_version",
    "when",
    "categories",
)
"""The settings of a question in the order in which a person would read them; others follow by name."""


def export(ctx: Context, season_slug: str) -> str:
    """The season's file, for staff who may see its set-up; refusals as in `staff_season`."""
    return text_of(document_of(ctx.session, staff_season(ctx, season_slug, Deed.SEE_SET_UP)))


def text_of(document: Table) -> str:
    """The document as TOML, with long texts over several lines."""
    return tomli_w.dumps(document, multiline_strings=True, indent=2)


def document_of(session: Session, season: Season) -> Table:
    """The whole set-up as plain data in a fixed order, dates as wall-clock times of the season's zone.

    Forms and score sets are the working copies, published or not. People, entries and marks are not in it, nor the
    logo. Needs the season's programme.
    """
    there = ZoneInfo(season.timezone)
    categories = session.scalars(
        select(Category).where(Category.season_id == season.id).order_by(Category.position)
    ).all()
    panels = session.scalars(select(Panel).where(Panel.season_id == season.id).order_by(Panel.id)).all()
    forms = session.scalars(
        select(FormDesign).where(FormDesign.season_id == season.id).order_by(FormDesign.id)
    ).all()
    designs = session.scalars(
        select(ScoreSetDesign).where(ScoreSetDesign.season_id == season.id).order_by(ScoreSetDesign.id)
    ).all()
    rounds = session.scalars(
        select(Round)
        .join(Category, Category.id == Round.category_id)
        .where(Category.season_id == season.id)
        .order_by(Round.category_id, Round.position)
    ).all()
    releases = {
        one.id: one
        for one in session.scalars(select(Release).where(Release.season_id == season.id).order_by(Release.id))
    }
    shared = {one.kind: one for one in reversed(releases.values())}
    scales, score_sets = _score_sets(designs)
    asked = [one.score_set_id for one in rounds if kind_of(one.kind).question]
    questions = session.execute(
        select(Criterion.score_set_id, Criterion.name).where(Criterion.score_set_id.in_(asked))
    )
    keys = {
        "question": {row.score_set_id: row.name for row in questions},
        "form": {one.id: one.key for one in forms},
        "panel": {one.id: one.slug for one in panels},
        "score_set": {one.id: one.key for one in designs},
    }
    own = [
        (
            category,
            {
                kind: _local(release.planned_at, there)
                for kind, release in (
                    ("shortlist", releases[category.shortlist_release_id]),
                    ("outcomes", releases[category.outcome_release_id]),
                )
                if release is not shared[kind]
            },
        )
        for category in categories
    ]
    return {
        "format": FORMAT,
        "programme": _programme(season.programme),
        "season": _season(season, shared, there),
        **_many("milestone", (_milestone(one, there) for one in season.milestones)),
        **_many("scale", scales),
        **_many("score_set", score_sets),
        **_many("panel", ({"key": one.slug, "name": one.name} for one in panels)),
        **_many("form", (_form(one) for one in forms)),
        **_many(
            "category",
            (
                _category(
                    category,
                    releases_of,
                    [one for one in rounds if one.category_id == category.id],
                    keys,
                    there,
                )
                for category, releases_of in own
            ),
        ),
    }


def _many(name: str, tables: Iterable[Table]) -> dict[str, list[Table]]:
    found = list(tables)
    return {name: found} if found else {}


def _kept(**settings: Any) -> Table:
    """The settings that say something: nothing, an empty text and an empty list are what a file leaves out."""
    return {name: value for name, value in settings.items() if value not in (None, "", [], {})}


def _local(instant: datetime | None, there: ZoneInfo) -> datetime | None:
    """The wall-clock time, or with its offset where the clock shows that time twice and means the second."""
    if instant is None:
        return None
    shown = instant.astimezone(there)
    wall = shown.replace(tzinfo=None, fold=0)
    return wall if in_utc(wall, str(there)) == instant.astimezone(UTC) else shown


def _programme(programme: Programme) -> Table:
    return _kept(
        slug=programme.slug,
        name=programme.name,
        body=programme.body,
        contact=programme.contact,
        sectors=list(programme.sectors),
        about=programme.about,
        words=dict(sorted(programme.words.items())),
    )


def _season(season: Season, shared: dict[str, Release], there: ZoneInfo) -> Table:
    return _kept(
        slug=season.slug,
        name=season.name,
        year=season.year,
        timezone=season.timezone,
        reference=season.reference_prefix,
        opens=_local(season.opens_at, there),
        closes=_local(season.closes_at, there),
        grace_minutes=season.grace_minutes or None,
        judging_starts=_local(season.judging_starts_at, there),
        shortlist_release=_local(shared["shortlist"].planned_at, there),
        outcome_release=_local(shared["outcomes"].planned_at, there),
        chapters=list(season.chapters),
        colours=dict(sorted(season.colours.items())),
        welcome=season.welcome,
        rules=season.rules,
        privacy=season.privacy,
        terms=season.terms,
    )


def _milestone(raw: Table, there: ZoneInfo) -> Table:
    return _kept(
        at=_local(datetime.fromisoformat(raw["at"]), there), title=raw["title"], note=raw.get("note")
    )


def _score_sets(designs: Sequence[ScoreSetDesign]) -> tuple[list[Table], list[Table]]:
    """The scales that the criteria use, each written once, and the score sets that name them."""
    names: dict[str, Table] = {}
    sets = []
    for design in designs:
        criteria = []
        for one in design.criteria:
            scale = _scale(one)
            criteria.append(
                _kept(
                    key=one["key"],
                    name=one["name"],
                    help=one.get("help"),
                    weight=_number(one["weight"]),
                    scale=_scale_name(names, str(one.get("scale") or "scale"), scale),
                    counts=None if one.get("counts", True) else False,
                    floor=None if one.get("floor") is None else _number(one["floor"]),
                )
            )
        sets.append(
            _kept(
                key=design.key,
                name=design.name,
                comment_words=design.comment_words or None,
                reason_for_extremes=design.reason_for_extremes or None,
                criterion=criteria,
            )
        )
    return [_kept(key=name, **scale) for name, scale in names.items()], sets


def _scale(criterion: Table) -> Table:
    """A criterion's scale, its numbers as a file has them, however the design keeps them."""
    points = [
        {
            "from": _number(point["from"]),
            "to": _number(point["to"]),
            "word": point["word"],
            "text": point["text"],
        }
        for point in criterion["points"]
    ]
    return {name: _number(criterion[name]) for name in ("low", "high", "step")} | {"points": points}


def _scale_name(names: dict[str, Table], wanted: str, scale: Table) -> str:
    """The name under which this very scale stands already, else the wanted one or the next that is free."""
    name, number = wanted, 1
    while names.setdefault(name, scale) != scale:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _number(given: str | float | Decimal) -> int | Decimal:
    value = Decimal(str(given))
    return int(value) if value == value.to_integral_value() else value


def _form(design: FormDesign) -> Table:
    sections = [
        _kept(
            title=section.get("title"),
            intro=section.get("intro"),
            question=[_question(one) for one in section.get("question", [])],
        )
        for section in design.sections
    ]
    return _kept(key=design.key, name=design.name, section=sections)


def _question(raw: Table) -> Table:
    """A question's settings in their order; `judges` is said where it differs from its default, true."""
    ordered = [*_QUESTION, *sorted(set(raw) - set(_QUESTION))]
    shown = {name: raw[name] for name in ordered if name in raw}
    return {
        name: value
        for name, value in shown.items()
        if value not in (None, "", [], {}) and not (value is False and name != "judges")
    }


def _category(
    category: Category,
    releases: dict[str, datetime | None],
    rounds: Sequence[Round],
    keys: dict[str, dict[int, str]],
    there: ZoneInfo,
) -> Table:
    return _kept(
        slug=category.slug,
        name=category.name,
        kind=category.kind,
        form=keys["form"].get(category.form_design_id or 0),
        line=category.line,
        who=category.who,
        eligibility=list(category.eligibility),
        how_decided=list(category.how_decided),
        opens=_local(category.opens_at, there),
        closes=_local(category.closes_at, there),
        shortlist_release=releases.get("shortlist"),
        outcome_release=releases.get("outcomes"),
        outcome=category.outcome,
        round=[
            _kept(
                slug=one.slug,
                name=one.name,
                kind=None if one.kind == "scorecard" else one.kind,
                opens=_local(one.opens_at, there),
                closes=_local(one.closes_at, there),
                panel=keys["panel"][one.panel_id],
                question=keys["question"].get(one.score_set_id),
                score_set=keys["score_set"].get(one.design_id or 0),
                reviews=one.reviews,
                quorum=one.quorum,
                blind=one.blind or None,
                marks_shown=None if one.marks_shown == "own_in" else one.marks_shown,
                method=one.method,
                draw_seed=one.draw_seed,
                advance=one.advance,
                share=one.share,
            )
            for one in rounds
        ],
    )
