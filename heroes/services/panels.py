"""Panels: adding, renaming, and taking away one that nothing depends on. Who sits on one is decided by inviting."""

from sqlalchemy import select

from heroes.domain.questions import clean_text
from heroes.domain.slugs import slugify
from heroes.models import round_pages as read
from heroes.models.seasons import Panel, Season
from heroes.services.auditing import note
from heroes.services.building import edit
from heroes.services.context import Context
from heroes.services.refusals import Faster, Invalid, NotFound

MOST_NAME = 200


def add_panel(ctx: Context, season_slug: str, name: str) -> Panel:
    """Make a panel. Raises `Invalid` at "name" for none, or for one that another panel has."""
    with edit(ctx, season_slug) as season:
        name = _name(ctx, season, name)
        taken = {one.slug for one in read.panels_of(ctx.session, season.id)}
        base = slugify(name)
        numbered = (f"{base[:76]}-{number}" for number in range(2, len(taken) + 3))
        made = Panel(
            season_id=season.id, slug=next(s for s in (base, *numbered) if s not in taken), name=name
        )
        ctx.session.add(made)
        ctx.session.flush()
        note(ctx, "panel.add", made.slug, season_id=season.id, after={"name": name})
        return made


def rename_panel(ctx: Context, season_slug: str, panel_slug: str, name: str, seen: str) -> None:
    """Give a panel another name; `seen` is the one on the page. Raises `Faster`, and `Invalid` at "name"."""
    with edit(ctx, season_slug) as season:
        panel = _panel(ctx, season, panel_slug)
        before = panel.name
        if before != seen:
            raise Faster(f"This panel is called {before} since you opened the page.")
        panel.name = _name(ctx, season, name, panel)
        if panel.name != before:
            note(
                ctx,
                "panel.rename",
                panel.slug,
                season_id=season.id,
                before={"name": before},
                after={"name": panel.name},
            )


def remove_panel(ctx: Context, season_slug: str, panel_slug: str) -> None:
    """Take a panel away that no round, member or invitation needs. Raises `Invalid` at "remove" with what does."""
    with edit(ctx, season_slug) as season:
        panel = _panel(ctx, season, panel_slug)
        row = next(one for one in read.panels_with_use(ctx.session, season.id) if one.panel.id == panel.id)
        if row.rounds:
            raise Invalid({"remove": f"{panel.name} judges a round. Give that to another panel first."})
        if row.members:
            raise Invalid(
                {"remove": f"{panel.name} has members. Take them off it first, on the page People."}
            )
        if row.invitations:
            raise Invalid({"remove": f"Somebody was invited to {panel.name}, which the trail still names."})
        ctx.session.delete(panel)
        note(ctx, "panel.delete", panel.slug, season_id=season.id, before={"name": panel.name})


def _panel(ctx: Context, season: Season, slug: str) -> Panel:
    found = ctx.session.scalar(
        select(Panel).where(Panel.season_id == season.id, Panel.slug == slug).with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def _name(ctx: Context, season: Season, typed: str, panel: Panel | None = None) -> str:
    name = " ".join(clean_text(typed).split())
    if not name or len(name) > MOST_NAME:
        raise Invalid({"name": f"Give the panel a name, up to {MOST_NAME} characters."})
    for other in read.panels_of(ctx.session, season.id):
        if (panel is None or other.id != panel.id) and other.name.casefold() == name.casefold():
            raise Invalid({"name": "Another panel has this name."})
    return name
