"""The rows of a season, from the plain data of a season file that has passed `check_shape`."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import select

from heroes.domain.clocks import in_utc
from heroes.domain.digests import digest
from heroes.domain.form_designs import asked_in
from heroes.domain.questions import parse_form
from heroes.domain.round_kinds import kind_of
from heroes.domain.season_shape import BadShape
from heroes.models.installation import Programme
from heroes.models.round_pages import last_number
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
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.round_score_sets import set_of_question

Thing = TypeVar("Thing")
Table = dict[str, Any]
FIRST_PANEL = {"key": "judges", "name": "Judges"}
"""What a season without a panel begins with, so that a round can be planned at once."""


class Maker:
    """Makes one season and everything below it. Needs a running transaction."""

    def __init__(self, ctx: Context, data: Table, shift: timedelta) -> None:
        """Keep what is to be made; `shift` moves every instant as wall-clock time."""
        self.ctx = ctx
        self.data = data
        self.shift = shift
        self.took: tuple[str, ...] = ()
        self.zone = str(data["season"]["timezone"])
        self.panels: dict[str, Panel] = {}
        self.forms: dict[str, FormDesign] = {}
        self.designs: dict[str, ScoreSetDesign] = {}

    def make(self) -> Season:
        """The season. Raises `BadShape` for a slug or a reference that is taken."""
        programme = self._programme()
        season = self._season(programme)
        for raw in self.data.get("panel") or [FIRST_PANEL]:
            self.panels[raw["key"]] = self._add(Panel(season_id=season.id, slug=raw["key"], name=raw["name"]))
        for raw in self.data.get("form", []):
            self.forms[raw["key"]] = self._form_design(season, raw)
        for raw in self.data.get("score_set", []):
            self.designs[raw["key"]] = self._score_set_design(season, raw["key"], raw["name"], raw)
        releases = (
            self._release(season, "shortlist", self.data["season"].get("shortlist_release")),
            self._release(season, "outcomes", self.data["season"].get("outcome_release")),
        )
        categories = self.data.get("category", [])
        for position, raw in enumerate(categories, 1):
            self._category(season, position, raw, releases)
        note(
            self.ctx,
            "season.load",
            season.slug,
            season_id=season.id,
            after={
                "name": season.name,
                "categories": len(categories),
                "digest": digest(plain_data(self.data)),
                **({"programme_took": list(self.took)} if self.took else {}),
            },
        )
        return season

    def _instant(self, local: datetime) -> datetime:
        return in_utc(local + self.shift, self.zone)

    def _maybe_instant(self, raw: Table, name: str) -> datetime | None:
        return self._instant(raw[name]) if name in raw else None

    def _add(self, thing: Thing) -> Thing:
        self.ctx.session.add(thing)
        self.ctx.session.flush()
        return thing

    def _programme(self) -> Programme:
        raw = self.data["programme"]
        found = self.ctx.session.scalar(select(Programme).where(Programme.slug == raw["slug"]))
        if found is not None:
            self.took = lacks(self.ctx, found, raw)
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
                words=dict(raw.get("words", {})),
            )
        )

    def _season(self, programme: Programme) -> Season:
        raw = self.data["season"]
        if self.ctx.session.scalar(select(Season.id).where(Season.slug == raw["slug"])):
            raise BadShape(f"[season]: slug: there is already a season {raw['slug']!r}")
        user = self.ctx.session.scalar(select(Season.name).where(Season.reference_prefix == raw["reference"]))
        if user is not None:
            raise BadShape(
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
            terms=raw.get("terms", "").strip(),
            chapters=list(raw.get("chapters", [])),
            colours=dict(raw.get("colours", {})),
            milestones=[
                {"at": self._instant(m["at"]).isoformat(), "title": m["title"], "note": m.get("note", "")}
                for m in self.data.get("milestone", [])
            ],
        )
        self._add(season)
        self._add(SeasonCounter(season_id=season.id, next_reference=1))
        season.programme = programme
        return season

    def _release(self, season: Season, kind: str, planned: datetime | None) -> Release:
        return self._add(
            Release(
                season_id=season.id,
                kind=kind,
                planned_at=self._instant(planned) if planned else None,
                armed=False,
            )
        )

    def _form_design(self, season: Season, raw: Table) -> FormDesign:
        return self._add(
            FormDesign(
                season_id=season.id,
                key=raw["key"],
                name=raw.get("name") or raw["key"].replace("-", " ").capitalize(),
                sections=plain_data(raw.get("section", [])),
                edited_at=self.ctx.now,
                edited_by_id=self.ctx.actor.user_id,
            )
        )

    def _score_set_design(self, season: Season, key: str, name: str, raw: Table) -> ScoreSetDesign:
        scales = {scale["key"]: scale for scale in self.data.get("scale", [])}
        return self._add(
            ScoreSetDesign(
                season_id=season.id,
                key=key,
                name=name,
                comment_words=int(raw.get("comment_words", 0)),
                reason_for_extremes=bool(raw.get("reason_for_extremes", False)),
                criteria=[_criterion(one, scales[one["scale"]]) for one in raw.get("criterion", [])],
                edited_at=self.ctx.now,
                edited_by_id=self.ctx.actor.user_id,
            )
        )

    def _category(self, season: Season, position: int, raw: Table, releases: tuple[Release, Release]) -> None:
        shortlist, outcomes = (
            self._release(season, kind, raw[name]) if name in raw else shared
            for kind, name, shared in (
                ("shortlist", "shortlist_release", releases[0]),
                ("outcomes", "outcome_release", releases[1]),
            )
        )
        form = self.forms[raw["form"]] if "form" in raw else None
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
                outcome=plain_data(raw["outcome"]),
                form_design_id=form.id if form else None,
                opens_at=self._maybe_instant(raw, "opens"),
                closes_at=self._maybe_instant(raw, "closes"),
                shortlist_release_id=shortlist.id,
                outcome_release_id=outcomes.id,
            )
        )
        if form is not None:
            self._form(category, form)
        if raw.get("criterion"):
            self.designs[category.slug] = self._score_set_design(season, category.slug, category.name, raw)
        sets: dict[str, ScoreSet] = {}
        for number, one in enumerate(raw.get("round", []), 1):
            question = kind_of(one.get("kind", "")).question
            if question:
                score_set = set_of_question(self.ctx, category, one.get("question", question))
            else:
                key = one.get("score_set", category.slug)
                if key not in sets:
                    sets[key] = self._score_set(category, self.designs[key])
                score_set = sets[key]
            self._round(category, number, one, score_set)

    def _form(self, category: Category, design: FormDesign) -> None:
        filled = [section for section in design.sections if section.get("question")]
        sections = asked_in(filled, parse_form(filled), category.slug) if filled else []
        if not sections:
            return
        self._add(
            FormVersion(
                category_id=category.id,
                number=1,
                sections=sections,
                digest=digest(sections),
                published_at=self.ctx.now,
            )
        )

    def _score_set(self, category: Category, design: ScoreSetDesign) -> ScoreSet:
        score_set = self._add(
            ScoreSet(
                category_id=category.id,
                number=last_number(self.ctx.session, category.id) + 1,
                comment_words=design.comment_words,
                reason_for_extremes=design.reason_for_extremes,
                digest=digest(design.criteria),
                published_at=self.ctx.now,
                design_id=design.id,
            )
        )
        for position, one in enumerate(design.criteria, 1):
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

    def _round(self, category: Category, number: int, raw: Table, score_set: ScoreSet) -> None:
        self._add(
            Round(
                category_id=category.id,
                position=number,
                slug=raw["slug"],
                name=raw["name"],
                opens_at=self._instant(raw["opens"]),
                closes_at=self._instant(raw["closes"]),
                panel_id=self.panels[raw["panel"]].id,
                score_set_id=score_set.id,
                reviews=int(raw.get("reviews", 3)),
                quorum=int(raw["quorum"] if "quorum" in raw else raw.get("reviews", 3)),
                blind=bool(raw.get("blind", False)),
                method=raw.get("method", "calibrated"),
                draw_seed=raw.get("draw_seed"),
                kind=raw.get("kind", "scorecard"),
                marks_shown=raw.get("marks_shown", "own_in"),
                advance=plain_data(raw.get("advance", {})),
                share=raw.get("share"),
                design_id=score_set.design_id,
            )
        )


def lacks(ctx: Context, programme: Programme, raw: Table) -> tuple[str, ...]:
    """The settings of the file that a programme takes over, because it has nothing there.

    None while one of its seasons is open: nobody's pages change because another season is begun, which is not seen yet.
    """
    opened = (Season.programme_id == programme.id, Season.opened_at.is_not(None), Season.ended_at.is_(None))
    if ctx.session.scalar(select(Season.id).where(*opened).limit(1)):
        return ()
    return tuple(
        name for name in ("sectors", "about", "words") if raw.get(name) and not getattr(programme, name)
    )


def _criterion(raw: Table, scale: Table) -> Table:
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
        "points": plain_data(scale.get("points", [])),
        "counts": raw.get("counts", True),
        "floor": None if raw.get("floor") is None else str(raw["floor"]),
    }


def plain_data(value: Any) -> Any:
    """The data as JSON holds it: dates as ISO texts, and numbers with a fraction as they are."""
    if isinstance(value, dict):
        return {k: plain_data(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain_data(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value
