"""Starting a season: from nothing, from a ready-made programme, as a copy of another, or from a file."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

import heroes
from heroes.domain.policy import Deed
from heroes.domain.questions import clean_text
from heroes.domain.roles import Role
from heroes.domain.season_copies import Document, later, moved, named, weeks_to
from heroes.domain.season_shape import check_shape
from heroes.domain.slugs import slug_error, slugify
from heroes.models.installation import Programme
from heroes.models.seasons import Panel, PanelMember, Season
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.opening import give_role
from heroes.services.permission import must, staff_season
from heroes.services.refusals import Invalid, NotAllowed, NotFound
from heroes.services.season_exports import document_of
from heroes.services.season_files import BadSeason, load_season, parse_season, read_season
from heroes.services.standing import programme_roles
from heroes.services.transactions import transaction

SEASONS = Path(heroes.__file__).parent / "seasons"
READY = {
    "customer-service-heroes": "People recognition",
    "organisation-awards": "Organisation awards",
    "service-health-check": "Accreditation",
    "small-prize": "A small prize",
}
"""The ready-made programmes: file in heroes/seasons, and what it is for."""
NEW = "+"
_NINE, _FIVE = time(9), time(17)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed to start a season; a slug or a reference that is left out follows from the name.

    `programme` is a slug, or `NEW` for one that is made along with it.
    """

    programme: str
    name: str
    year: str
    opens_on: str
    slug: str = ""
    reference: str = ""
    timezone: str = ""
    programme_name: str = ""
    programme_body: str = ""
    programme_slug: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a season begins: its document, and the season whose people come along, if it is a copy."""

    document: Document
    copied: Season | None = None


def source_of(ctx: Context, key: str, text: str = "") -> Source:
    """The source that a key names: "empty", "file" (with its text), "ready-<name>" or "copy-<season slug>".

    Raises `NotFound` for another key, and for a season that the actor may not copy; `Invalid` under "file" for a text
    that is no season file.
    """
    kind, _, name = key.partition("-")
    if key == "empty":
        return Source(_empty(ctx.now))
    if key == "file":
        if not text.strip():
            return Source(_empty(ctx.now))
        try:
            document = parse_season(text)
            check_shape(document)
        except ValueError as error:
            raise Invalid({"file": f"This file cannot be used: {error}"}) from error
        return Source(document)
    if kind == "ready" and name in READY:
        return Source(read_season(SEASONS / f"{name}.toml"))
    if kind == "copy":
        season = staff_season(ctx, name, Deed.START_SEASON)
        return Source(document_of(ctx.session, season), season)
    raise NotFound


def proposed(source: Source, now: datetime) -> Wanted:
    """What the page offers: next year's name for a copy, an opening that is some weeks away and on its weekday."""
    season = source.document["season"]
    opens = season["opens"].date()
    # Rules are usually frozen a year apart; a season that is long over is brought to the next time round.
    weeks = 52
    while opens + timedelta(weeks=weeks) < now.date() + timedelta(weeks=4):
        weeks += 52
    if source.copied is None and opens > now.date():
        weeks = 0
    opens_on = opens + timedelta(weeks=weeks)
    years = opens_on.year - season["year"]
    return Wanted(
        programme=source.copied.programme.slug if source.copied else "",
        name=later(season["name"], years),
        year=str(opens_on.year),
        opens_on=opens_on.isoformat(),
        slug=later(season["slug"], years),
        reference=later(season["reference"], years),
        timezone=season["timezone"],
    )


def start(ctx: Context, key: str, wanted: Wanted, text: str = "") -> Season:
    """Make the season, not open yet, in a programme that the actor may start seasons in; whole or not at all.

    A copy takes the texts, rules and panels with their people; entries, marks and results stay behind. Raises `Invalid`
    by field, `NotFound` and `NotAllowed`.
    """
    with transaction(ctx):
        programme = (
            _new_programme(ctx, wanted) if wanted.programme == NEW else _programme(ctx, wanted.programme)
        )
        source = source_of(ctx, key, text)
        document = _document(source.document, wanted)
        document["programme"] = {"slug": programme.slug, "name": programme.name, "body": programme.body} | {
            name: value
            for name, value in document.get("programme", {}).items()
            if name in ("sectors", "about", "words")
        }
        season = _load(ctx, document, key)
        if source.copied is not None:
            _bring_people(ctx, source.copied, season)
            season.logo_digest = source.copied.logo_digest
        note(ctx, "season.start", season.slug, season_id=season.id, after={"from": key, "name": season.name})
        return season


def _new_programme(ctx: Context, wanted: Wanted) -> Programme:
    """A further programme, owned by the actor, who must own one already. Raises `Invalid` by field."""
    owned = ctx.session.scalars(select(Programme.id)).all()
    if ctx.actor.user_id is None or not any(Role.OWNER in programme_roles(ctx, one) for one in owned):
        raise NotAllowed("Only an owner may add a programme.")
    name, body = clean_text(wanted.programme_name), clean_text(wanted.programme_body)
    slug = wanted.programme_slug.strip() or slugify(name)
    errors = {
        field: sentence
        for field, sentence in (
            ("programme_name", None if 0 < len(name) <= 200 else "Give it a name of up to 200 letters."),
            ("programme_body", None if 0 < len(body) <= 200 else "Say who awards it, in up to 200 letters."),
            ("programme_slug", slug_error(slug)),
        )
        if sentence
    }
    if not errors and ctx.session.scalar(select(Programme.id).where(Programme.slug == slug)):
        errors["programme_slug"] = "Another programme has this short name."
    if errors:
        raise Invalid(errors)
    programme = Programme(slug=slug, name=name, body=body, contact=ctx.actor.email_key, sectors=[])
    ctx.session.add(programme)
    ctx.session.flush()
    give_role(ctx, ctx.actor.user_id, programme.id, "owner")
    note(ctx, "programme.begin", slug, after={"name": name})
    return programme


def _programme(ctx: Context, slug: str) -> Programme:
    found = ctx.session.scalar(select(Programme).where(Programme.slug == slug))
    if found is None:
        raise Invalid({"programme": "Choose one of your programmes."})
    must(ctx, Deed.START_SEASON, found.id)
    return found


def _document(document: Document, wanted: Wanted) -> Document:
    """The source under its new name and at its new time, or `Invalid` by field."""
    errors: dict[str, str] = {}
    name = clean_text(wanted.name)
    if not 0 < len(name) <= 200:
        errors["name"] = "Give it a name of up to 200 letters."
    slug = wanted.slug.strip() or slugify(name)
    if fault := slug_error(slug):
        errors["slug"] = fault[0].upper() + fault[1:] + "."
    reference = wanted.reference.strip() or slug.upper()[:20]
    if not (reference.isascii() and reference.replace("-", "").isalnum() and len(reference) <= 20):
        errors["reference"] = "Use up to 20 letters, digits and hyphens, such as CSH-27."
    year = wanted.year.strip()
    if not (year.isascii() and year.isdigit() and 1970 <= int(year[:5]) <= 2200):
        errors["year"] = "Give the year in four digits."
    zone = wanted.timezone.strip() or str(document["season"]["timezone"])
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        errors["timezone"] = f"There is no time zone {zone[:60]!r}. They are called like Europe/London."
    try:
        opens_on = date.fromisoformat(wanted.opens_on.strip())
    except ValueError:
        opens_on = date.min
    if not 1970 <= opens_on.year <= 2200:
        errors["opens_on"] = "Give the day on which it opens."
    if errors:
        raise Invalid(errors)
    try:
        return named(
            _retimed(document, zone, opens_on), slug=slug, name=name, reference=reference, year=int(year)
        )
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise Invalid(
            {"file": "This is not a season file: its [season] lacks dates or a time zone."}
        ) from error


def _retimed(document: Document, zone: str, opens_on: date) -> Document:
    document = document | {"season": document["season"] | {"timezone": zone}}
    return moved(document, weeks_to(document, opens_on))


def _load(ctx: Context, document: Document, key: str) -> Season:
    try:
        return load_season(ctx, document, opened=False)
    except BadSeason as error:
        said = str(error)
        for field in ("slug", "reference"):
            if said.startswith(f"[season]: {field}: "):
                raise Invalid(
                    {field: said.removeprefix(f"[season]: {field}: ").capitalize() + "."}
                ) from error
        raise Invalid({"file" if key == "file" else "name": said}) from error


def _bring_people(ctx: Context, old: Season, new: Season) -> None:
    """Put the people of each old panel on the new one of the same name."""
    rows = ctx.session.execute(select(Panel.slug, Panel.id).where(Panel.season_id == new.id))
    new_ids = {row.slug: row.id for row in rows}
    for slug, user_id, role in ctx.session.execute(
        select(Panel.slug, PanelMember.user_id, PanelMember.role)
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .where(Panel.season_id == old.id)
    ):
        ctx.session.add(PanelMember(panel_id=new_ids[slug], user_id=user_id, role=role, joined_at=ctx.now))
    ctx.session.flush()


def _empty(now: datetime) -> Document:
    """A season with nothing in it but dates that follow one another: eight weeks open, and the rest of the year."""
    monday = now.astimezone(UTC).date() + timedelta(weeks=4, days=-now.weekday())

    def on(weeks: int, days: int, at: time) -> datetime:
        return datetime.combine(monday + timedelta(weeks=weeks, days=days), at)

    season: dict[str, Any] = {
        "slug": f"awards-{monday.year}",
        "name": f"Awards {monday.year}",
        "year": monday.year,
        "timezone": "Europe/London",
        "reference": f"AW-{monday.year % 100:02d}",
        "opens": on(0, 0, _NINE),
        "closes": on(8, 4, _FIVE),
        "grace_minutes": 120,
        "judging_starts": on(10, 0, _NINE),
        "shortlist_release": on(15, 3, time(10)),
        "outcome_release": on(24, 3, time(21, 30)),
    }
    milestones = [
        {"at": season["opens"], "title": "Season opens"},
        {"at": season["closes"], "title": "Nominations close"},
        {"at": season["judging_starts"], "title": "Judging"},
        {"at": season["shortlist_release"], "title": "Shortlist public"},
        {"at": season["outcome_release"], "title": "Winners named"},
    ]
    return {"format": 1, "programme": {}, "season": season, "milestone": milestones}
