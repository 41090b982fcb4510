"""A season's look: its colour and its logo. Each season has its own, so an old one keeps what it had."""

from typing import Any

from heroes.adapters.pictures import BadPicture, drawn_again
from heroes.domain.colours import OURS, clean_colour, colour_error
from heroes.models.installation import Picture
from heroes.models.seasons import Season
from heroes.services.auditing import note
from heroes.services.building import edit, hold_to
from heroes.services.context import Context
from heroes.services.describing import stamp
from heroes.services.refusals import Invalid


def look_of(season: Season) -> dict[str, Any]:
    """What the forms of the look show."""
    return {"accent": season.colours.get("accent", ""), "logo": season.logo_digest}


def set_colour(ctx: Context, season_slug: str, typed: str, *, seen: int) -> None:
    """Give the season a colour; without one it has the house's. Raises `Invalid` for one that cannot be read."""
    accent = clean_colour(typed)
    if accent and (problem := colour_error(accent)):
        raise Invalid({"accent": problem})
    kept = {} if accent in ("", OURS) else {"accent": accent}
    with edit(ctx, season_slug) as season:
        before = _held(ctx, season, seen)
        season.colours = kept
        _noted(ctx, season, before)


def set_logo(ctx: Context, season_slug: str, file: bytes, *, seen: int) -> None:
    """Give the season a logo, drawn again from an uploaded picture. Raises `Invalid` for what is no such picture."""
    try:
        drawn = drawn_again(file)  # before the transaction: it takes a while
    except BadPicture as refused:
        raise Invalid({"logo": str(refused)}) from refused
    with edit(ctx, season_slug) as season:
        before = _held(ctx, season, seen)
        if ctx.session.get(Picture, drawn.digest) is None:
            ctx.session.add(
                Picture(
                    digest=drawn.digest,
                    media_type=drawn.media_type,
                    width=drawn.width,
                    height=drawn.height,
                    data=drawn.data,
                )
            )
            ctx.session.flush()
        season.logo_digest = drawn.digest
        _noted(ctx, season, before)


def remove_logo(ctx: Context, season_slug: str, *, seen: int) -> None:
    """Show the season without a logo. The picture stays for pages and seasons that still name it."""
    with edit(ctx, season_slug) as season:
        before = _held(ctx, season, seen)
        season.logo_digest = None
        _noted(ctx, season, before)


def _held(ctx: Context, season: Season, seen: int) -> dict[str, Any]:
    there = look_of(season)
    hold_to(ctx, season, f"{season.slug}/look", stamp(there), seen)
    return there


def _noted(ctx: Context, season: Season, before: dict[str, Any]) -> None:
    if (after := look_of(season)) != before:
        note(ctx, "season.look", f"{season.slug}/look", season_id=season.id, before=before, after=after)
