"""What a programme and a season say about themselves: names, words, chapters and texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select, update

from heroes.domain.descriptions import (
    MOST_SECTOR,
    TEXTS,
    contact_error,
    lines_of,
    list_error,
    name_error,
    plan_chapters,
    text_errors,
)
from heroes.domain.digests import digest
from heroes.domain.questions import clean_text, on_one_line
from heroes.domain.terms import check_words
from heroes.models.entries import Entry
from heroes.models.seasons import Season
from heroes.services.auditing import note
from heroes.services.building import edit, hold_to
from heroes.services.context import Context
from heroes.services.refusals import Invalid

YEARS = range(1900, 10_000)


@dataclass(frozen=True, slots=True)
class TypedProgramme:
    """A programme as it was typed; sectors one to a line."""

    name: str
    body: str
    contact: str
    sectors: str
    about: str


@dataclass(frozen=True, slots=True)
class TypedSeason:
    """A season as it was typed: beside each chapter there was, its name now and where its entries would go."""

    name: str
    year: str
    chapters: Sequence[str]
    added: Sequence[str]
    goes: Mapping[int, str]


def stamp(values: Any) -> int:
    """A number for what a form was made from: another number means that somebody changed it since."""
    return int(digest(values)[:7], 16)


def programme_of(season: Season) -> dict[str, Any]:
    """What the programme's form shows."""
    it = season.programme
    return {"name": it.name, "body": it.body, "contact": it.contact, "sectors": it.sectors, "about": it.about}


def season_of(season: Season) -> dict[str, Any]:
    """What the season's form shows."""
    return {"name": season.name, "year": season.year, "chapters": season.chapters}


def texts_of(season: Season) -> dict[str, str]:
    """The season's texts in Markdown."""
    return {key: getattr(season, key) for key in TEXTS}


def entries_by_chapter(ctx: Context, season: Season) -> dict[str, int]:
    """How many entries, drafts among them, are in each chapter."""
    rows = ctx.session.execute(
        select(Entry.chapter, func.count())
        .where(Entry.season_id == season.id, Entry.chapter != "")
        .group_by(Entry.chapter)
    )
    return {row[0]: row[1] for row in rows}


def describe_programme(
    ctx: Context, season_slug: str, typed: TypedProgramme, *, seen: int, reason: str = ""
) -> None:
    """Say anew what the programme of a season is. Raises `Invalid` by field, `Faster`, and `NeedsReason`."""
    given: dict[str, Any] = {
        "name": on_one_line(typed.name),
        "body": on_one_line(typed.body),
        "contact": on_one_line(typed.contact),
        "sectors": lines_of(typed.sectors),
        "about": clean_text(typed.about).strip(),
    }
    errors = {
        "name": name_error(given["name"]),
        "body": name_error(given["body"]),
        "contact": contact_error(given["contact"]),
        "sectors": list_error(given["sectors"], MOST_SECTOR),
        **text_errors({"about": given["about"]}),
    }
    _refuse(errors)
    with edit(ctx, season_slug, reason) as season:
        _change(ctx, season, "programme", programme_of(season), given, seen, season.programme)


def set_words(ctx: Context, season_slug: str, typed: Mapping[str, str], *, seen: int) -> None:
    """Give the programme words of its own in the place of ours. Raises `Invalid` by word, and `Faster`."""
    words, errors = check_words(typed)
    _refuse(errors)
    with edit(ctx, season_slug) as season:
        _change(
            ctx, season, "words", {"words": season.programme.words}, {"words": words}, seen, season.programme
        )


def describe_season(
    ctx: Context, season_slug: str, typed: TypedSeason, *, seen: int, reason: str = ""
) -> None:
    """Say anew what the season is called, of what year it is, and its chapters; entries go with a renamed chapter.

    Raises `Invalid` by field, also where entries would lose their chapter; `Faster`, and `NeedsReason`.
    """
    name, year = on_one_line(typed.name), on_one_line(typed.year)
    errors: dict[str, str | None] = {"name": name_error(name), "year": _year_error(year)}
    with edit(ctx, season_slug, reason) as season:
        hold_to(ctx, season, f"{season.slug}/season", stamp(season_of(season)), seen)
        plan, wrong = plan_chapters(
            season.chapters,
            [on_one_line(text) for text in typed.chapters],
            [on_one_line(text) for text in typed.added],
            typed.goes,
            entries_by_chapter(ctx, season),
        )
        _refuse(errors | wrong)
        if plan.moves:
            ctx.session.execute(
                update(Entry)
                .where(Entry.season_id == season.id, Entry.chapter.in_(plan.moves))
                .values(chapter=case(plan.moves, value=Entry.chapter))
                .execution_options(synchronize_session=False)
            )
        given = {"name": name, "year": int(year), "chapters": list(plan.names)}
        _change(ctx, season, "season", season_of(season), given, seen, season)


def set_texts(ctx: Context, season_slug: str, typed: Mapping[str, str], *, seen: int) -> None:
    """Say the season's texts anew. Raises `Invalid` by text, and `Faster`."""
    given = {key: clean_text(typed.get(key, "")).strip() for key in TEXTS}
    _refuse(text_errors(given))
    with edit(ctx, season_slug) as season:
        _change(ctx, season, "texts", texts_of(season), given, seen, season)


def _change(
    ctx: Context, season: Season, part: str, there: dict[str, Any], given: dict[str, Any], seen: int, row: Any
) -> None:
    """Write what differs, and note it under the part's own subject."""
    subject = f"{season.slug}/{part}"
    hold_to(ctx, season, subject, stamp(there), seen)
    changed = [key for key, value in given.items() if there[key] != value]
    for key in changed:
        setattr(row, key, given[key])
    if changed:
        note(
            ctx,
            f"season.{part}",
            subject,
            season_id=season.id,
            before={key: there[key] for key in changed},
            after={key: given[key] for key in changed},
        )


def _year_error(year: str) -> str | None:
    well = year.isascii() and year.isdigit() and len(year) == 4 and int(year) in YEARS
    return None if well else "Write a year with four digits, such as 2027."


def _refuse(errors: Mapping[str, str | None]) -> None:
    found = {key: text for key, text in errors.items() if text}
    if found:
        raise Invalid(found)
