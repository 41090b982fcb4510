"""Ready-made seasons: one TOML file that a person can read becomes a programme and a season, or nothing does."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from heroes.domain.clocks import in_utc
from heroes.domain.digests import digest
from heroes.domain.season_shape import BadShape, check_shape
from heroes.models.installation import Programme
from heroes.models.seasons import (
    Category,
    Criterion,
    FormDesign,
    FormVersion,
    Panel,
    Release,
    Round,
    ScoreSet,
    ScoreSetDesign,
    Season,
    SeasonCounter,
)
from heroes.services import rule_cards
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.transactions import transaction

FORMAT = 1
Thing = TypeVar("Thing")


class BadSeason(ValueError):
    """A season file that cannot be used; the message names the place."""


def read_season(path: Path) -> dict[str, Any]:
    """Parse a season file, or raise `BadSeason` with the file and the line."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSeason(f"{path.name}: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSeason(f"{path.name}: {error}") from error
    if data.get("format") != FORMAT:
        raise BadSeason(f"{path.name}: format must be {FORMAT}")
    return data


def load_season(
    ctx: Context, data: dict[str, Any], *, shift: timedelta = timedelta(), opened: bool = True
) -> Season:
    """Make the season (and its programme, if new) that plain data describes, in one transaction.

    `shift` moves every instant, as wall-clock time in the season's zone. An opened season has its first rule card; any
    other is being built, and nobody but its staff knows of it. Raises `BadSeason` naming what is wrong.
    """
    try:
        check_shape(data)
        with transaction(ctx):
            season = _Loader(ctx, data, shift).load()
            if opened:
                season.opened_at = ctx.now
                rule_cards.freeze(ctx, season)
            return season
    except ValueError as error:
        raise BadSeason(str(error)) from error


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a season file made, or in a dry run would make; `took` names what the programme had not had yet."""

    programme: str
    name: str
    slug: str
    reference: str
    categories: int
    rounds: int
    panels: int
    took: tuple[str, ...]


def take_in(ctx: Context, data: dict[str, Any], *, dry_run: bool = False) -> TakenIn:
    """Load a season into the programme that `init` made, whole or not at all; a dry run writes nothing.

    A programme that is there keeps what it has, and takes sectors and its description from the file where it has none.
    Raises `BadSeason`, as well for a programme that is not there: one without an owner could be run by nobody.
    """
    try:
        with transaction(ctx):
            check_shape(data)
            programme = _programme_for(ctx, data["programme"]["slug"])
            took = _lacks(programme, data["programme"])
            season = load_season(ctx, data)
            taken = TakenIn(
                programme.name,
                season.name,
                season.slug,
                season.reference_prefix,
                categories=len(data["category"]),
                rounds=sum(len(raw["round"]) for raw in data["category"]),
                panels=len(data["panel"]),
                took=took,
            )
            if dry_run:
                raise _DryRun(taken)
    except _DryRun as tried:
        return tried.taken
    except BadShape as error:
        raise BadSeason(str(error)) from error
    return taken


class _DryRun(Exception):
    def __init__(self, taken: TakenIn) -> None:
        self.taken = taken


def _programme_for(ctx: Context, slug: str) -> Programme:
    there = ctx.session.scalars(select(Programme).order_by(Programme.slug)).all()
    found = next((one for one in there if one.slug == slug), None)
    if found is not None:
        return found
    if not there:
        raise BadSeason("there is no programme yet; run: heroes init")
    known = ", ".join(repr(one.slug) for one in there)
    raise BadSeason(f"[programme]: slug: there is no programme {slug!r} here, only {known}")


def _lacks(programme: Programme, raw: dict[str, Any]) -> tuple[str, ...]:
    """The settings of the file that a programme takes over, because it has nothing there."""
    return tuple(name for name in ("sectors", "about") if raw.get(name) and not getattr(programme, name))


class _Loader:
    def __init__(self, ctx: Context, data: dict[str, Any], shift: timedelta) -> None:
        self.ctx = ctx
        self.data = data
        self.shift = shift
        self.took: tuple[str, ...] = ()
        self.zone = str(data["season"]["timezone"])

    def load(self) -> Season:
        programme = self._programme()
        season = self._season(programme)
        panels = self._panels(season)
        forms = self._forms(season)
        releases = [
            self._release(season, "shortlist", self.data["season"].get("shortlist_release")),
            self._release(season, "outcomes", self.data["season"].get("outcome_release")),
        ]
        for position, raw in enumerate(self.data["category"], 1):
            self._category(season, position, raw, panels, forms, releases)
        note(
            self.ctx,
            "season.load",
            season.slug,
            season_id=season.id,
            after={
                "name": season.name,
                "categories": len(self.data["category"]),
                "digest": digest(_texts(self.data)),
                **({"programme_took": list(self.took)} if self.took else {}),
            },
        )
        return season

    def _instant(self, local: Any) -> datetime:
        return in_utc(local + self.shift, self.zone)

    def _add(self, thing: Thing) -> Thing:
        self.ctx.session.add(thing)
        self.ctx.session.flush()
        return thing

    def _programme(self) -> Programme:
        raw = self.data["programme"]
        found = self.ctx.session.scalar(select(Programme).where(Programme.slug == raw["slug"]))
        if found is not None:
            self.took = _lacks(found, raw)
            for name in self.took:
                setattr(found, name, raw[name])
            return found
        return self._add(
            Programme(
                slug=raw["slug"],
                name=raw["name"],
                body=raw["body"],
                contact=raw.get("contact", ""),
                sectors=list(raw.get("sectors", [])),
                about=raw.get("about", ""),
            )
        )

    def _season(self, programme: Programme) -> Season:
        raw = self.data["season"]
        if self.ctx.session.scalar(select(Season.id).where(Season.slug == raw["slug"])):
            raise BadSeason(f"[season]: slug: there is already a season {raw['slug']!r}")
        user = self.ctx.session.scalar(select(Season.name).where(Season.reference_prefix == raw["reference"]))
        if user is not None:
            raise BadSeason(
                f"[season]: reference: {raw['reference']!r} belongs to {user}; each season needs one of its own"
            )
        season = Season(
            programme_id=programme.id,
            slug=raw["slug"],
            name=raw["name"],
            year=int(raw["year"]),
            timezone=self.zone,
            reference_prefix=raw["reference"],
            opens_at=self._instant(raw["opens"]),
            closes_at=self._instant(raw["closes"]),
            grace_minutes=int(raw.get("grace_minutes", 0)),
            judging_starts_at=self._instant(raw["judging_starts"]),
            welcome=raw.get("welcome", "").strip(),
            rules=raw.get("rules", "").strip(),
            privacy=raw.get("privacy", "").strip(),
            milestones=[
                {"at": self._instant(m["at"]).isoformat(), "title": m["title"], "note": m.get("note", "")}
                for m in self.data.get("milestone", [])
            ],
        )
        self._add(season)
        self._add(SeasonCounter(season_id=season.id, next_reference=1))
        return season

    def _panels(self, season: Season) -> dict[str, Panel]:
        return {
            raw["key"]: self._add(Panel(season_id=season.id, slug=raw["key"], name=raw["name"]))
            for raw in self.data.get("panel", [])
        }

    def _release(self, season: Season, kind: str, planned: Any) -> Release:
        return self._add(
            Release(
                season_id=season.id,
                kind=kind,
                planned_at=self._instant(planned) if planned else None,
                armed=False,
            )
        )

    def _category(
        self,
        season: Season,
        position: int,
        raw: dict[str, Any],
        panels: dict[str, Panel],
        forms: dict[str, FormDesign],
        releases: list[Release],
    ) -> None:
        category = self._add(
            Category(
                season_id=season.id,
                slug=raw["slug"],
                name=raw["name"],
                position=position,
                kind=raw["kind"],
                line=raw.get("line", ""),
                who=raw.get("who", "").strip(),
                eligibility=list(raw.get("eligibility", [])),
                how_decided=list(raw.get("how_decided", [])),
                outcome=raw["outcome"],
                form_design_id=forms[raw["form"]].id,
                opens_at=self._instant(raw["opens"]) if "opens" in raw else None,
                closes_at=self._instant(raw["closes"]) if "closes" in raw else None,
                shortlist_release_id=releases[0].id,
                outcome_release_id=releases[1].id,
            )
        )
        self._form(category, forms[raw["form"]])
        score_set = self._score_set(season, category, raw)
        for number, one in enumerate(raw["round"], 1):
            self._round(category, number, one, panels, score_set)

    def _forms(self, season: Season) -> dict[str, FormDesign]:
        return {
            raw["key"]: self._add(
                FormDesign(
                    season_id=season.id,
                    key=raw["key"],
                    name=raw.get("name") or raw["key"],
                    sections=raw["section"],
                    edited_at=self.ctx.now,
                    edited_by_id=self.ctx.actor.user_id,
                )
            )
            for raw in self.data["form"]
        }

    def _form(self, category: Category, design: FormDesign) -> None:
        self._add(
            FormVersion(
                category_id=category.id,
                number=1,
                sections=design.sections,
                digest=digest(design.sections),
                published_at=self.ctx.now,
            )
        )

    def _score_set(self, season: Season, category: Category, raw: dict[str, Any]) -> ScoreSet:
        scales = {scale["key"]: scale for scale in self.data.get("scale", [])}
        criteria = [_criterion(one, scales[one["scale"]]) for one in raw["criterion"]]
        design = self._add(
            ScoreSetDesign(
                season_id=season.id,
                key=category.slug,
                name=category.name,
                comment_words=int(raw.get("comment_words", 0)),
                criteria=criteria,
                edited_at=self.ctx.now,
                edited_by_id=self.ctx.actor.user_id,
            )
        )
        score_set = self._add(
            ScoreSet(
                category_id=category.id,
                number=1,
                comment_words=design.comment_words,
                digest=digest(_texts(raw["criterion"])),
                published_at=self.ctx.now,
                design_id=design.id,
            )
        )
        for position, one in enumerate(criteria, 1):
            self._add(
                Criterion(
                    score_set_id=score_set.id,
                    position=position,
                    key=one["key"],
                    name=one["name"],
                    help=one["help"],
                    weight=Decimal(one["weight"]),
                    low=Decimal(one["low"]),
                    high=Decimal(one["high"]),
                    step=Decimal(one["step"]),
                    points=one["points"],
                    counts=one["counts"],
                    floor=None if one["floor"] is None else Decimal(one["floor"]),
                )
            )
        return score_set

    def _round(
        self,
        category: Category,
        number: int,
        raw: dict[str, Any],
        panels: dict[str, Panel],
        score_set: ScoreSet,
    ) -> None:
        self._add(
            Round(
                category_id=category.id,
                position=number,
                slug=raw["slug"],
                name=raw["name"],
                opens_at=self._instant(raw["opens"]),
                closes_at=self._instant(raw["closes"]),
                panel_id=panels[raw["panel"]].id,
                score_set_id=score_set.id,
                reviews=int(raw.get("reviews", 3)),
                quorum=int(raw.get("quorum", raw.get("reviews", 3))),
                blind=bool(raw.get("blind", False)),
                method=raw.get("method", "calibrated"),
                draw_seed=raw.get("draw_seed"),
                design_id=score_set.design_id,
            )
        )


def _criterion(raw: dict[str, Any], scale: dict[str, Any]) -> dict[str, Any]:
    """A criterion as a design keeps it: numbers as texts, the scale written out beside its name."""
    return {
        "key": raw["key"],
        "name": raw["name"],
        "help": raw.get("help", ""),
        "weight": str(raw["weight"]),
        "low": str(scale["low"]),
        "high": str(scale["high"]),
        "step": str(scale.get("step", 1)),
        "scale": scale["key"],
        "points": scale.get("points", []),
        "counts": raw.get("counts", True),
        "floor": None if raw.get("floor") is None else str(raw["floor"]),
    }


def _texts(value: Any) -> Any:
    """The data with every date as text, so that it has a digest."""
    if isinstance(value, dict):
        return {k: _texts(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_texts(v) for v in value]
    return value if isinstance(value, str | int | bool) else str(value)
