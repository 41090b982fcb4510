"""Ready-made seasons: one TOML file that a person can read becomes a programme and a season, or nothing does."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from heroes.domain.season_shape import BadShape, check_shape
from heroes.models.installation import Programme
from heroes.models.seasons import Season
from heroes.services import rule_cards
from heroes.services.context import Context
from heroes.services.season_making import Maker, lacks
from heroes.services.transactions import transaction

FORMAT = 1


class BadSeason(ValueError):
    """A season file that cannot be used; the message names the place."""


def read_season(path: Path) -> dict[str, Any]:
    """Parse a season file, or raise `BadSeason` with the file and the line."""
    try:
        return parse_season(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSeason(f"{path.name}: {error.strerror}") from error
    except ValueError as error:
        raise BadSeason(f"{path.name}: {error}") from error


def parse_season(text: str) -> dict[str, Any]:
    """The plain data of a season file's text, or `BadSeason` with the line."""
    try:
        data = tomllib.loads(text)
    except RecursionError as error:
        raise BadSeason("lists or tables lie in one another too deep") from error
    except ValueError as error:
        raise BadSeason(str(error)) from error
    if data.get("format") != FORMAT:
        raise BadSeason(f"format must be {FORMAT}")
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
            season = Maker(ctx, data, shift).make()
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


def take_in(ctx: Context, data: dict[str, Any], *, dry_run: bool = False, opened: bool = False) -> TakenIn:
    """Load a season into the programme that `init` made, whole or not at all; a dry run writes nothing.

    It is left to its staff to open, unless it is to be `opened` at once, which asks nothing.
    A programme that is there keeps what it has. Where it has no sectors, description or words, and no season that is
    open, it takes the file's.
    Raises `BadSeason`, as well for a programme that is not there: one without an owner could be run by nobody.
    """
    try:
        with transaction(ctx):
            check_shape(data)
            programme = _programme_for(ctx, data["programme"]["slug"])
            took = lacks(ctx, programme, data["programme"])
            season = load_season(ctx, data, opened=opened)
            taken = TakenIn(
                programme.name,
                season.name,
                season.slug,
                season.reference_prefix,
                categories=len(data.get("category", [])),
                rounds=sum(len(raw.get("round", [])) for raw in data.get("category", [])),
                panels=len(data.get("panel", [])),
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
