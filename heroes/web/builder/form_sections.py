"""One section of a form: adding it, changing it, taking it away."""

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain import form_designs as shapes
from heroes.domain.policy import Deed
from heroes.models.seasons import FormDesign
from heroes.services import form_designs
from heroes.services.permission import staff_season
from heroes.services.refusals import NotFound
from heroes.web.builder.blueprint import blueprint
from heroes.web.builder.forms import back_to, design_to_see, form_frame, number_of
from heroes.web.builder.saving import CALM, Trouble, save, seen_version
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render


@blueprint.route("/forms/<key>/sections/new", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def new_section(season_slug: str, key: str) -> AnyResponse:
    """Add a section at the end."""
    return _section(season_slug, key, None)


@blueprint.route("/forms/<key>/sections/<number>", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def section(season_slug: str, key: str, number: str) -> AnyResponse:
    """Change a section's heading and introduction."""
    return _section(season_slug, key, number_of(number))


def _section(season_slug: str, key: str, number: int | None) -> AnyResponse:
    title, intro = request.form.get("title", ""), request.form.get("intro", "")

    def page(trouble: Trouble = CALM) -> Response:
        season = staff_season(context(), season_slug, Deed.SET_UP)
        design = design_to_see(season, key)
        if number is not None and trouble is CALM and number >= len(design.sections):
            raise NotFound
        here = _section_meant(design, number) if trouble.faster else number
        now = {"title": "", "intro": ""}
        if here is not None:
            now = {name: str(design.sections[here].get(name, "")) for name in now}
        typed = now if trouble is CALM else {"title": title, "intro": intro}
        both = [
            (words, now[name] or "nothing", typed[name] or "nothing")
            for name, words in (("title", "Heading"), ("intro", "Introduction"))
            if trouble.faster and here is not None and now[name] != typed[name]
        ]
        endpoint = "builder.new_section" if here is None else "builder.section"
        return render(
            "builder/form_section.html",
            trouble.status,
            **form_frame(season),
            design=design,
            number=here,
            gone=number is not None and here is None,
            was=now["title"],
            typed=typed,
            trouble=trouble,
            both=both,
            to=url_for(endpoint, season_slug=season_slug, key=key, number=here),
            back=back_to(season_slug, key),
        )

    if request.method == "GET":
        return page()
    return save(
        lambda: form_designs.save_section(context(), season_slug, key, seen_version(), number, title, intro),
        page,
        back_to(season_slug, key, "section"),
    )


def _section_meant(design: FormDesign, number: int | None) -> int | None:
    """Where the section is now that somebody was changing, known by its heading; None if it is no more."""
    titles = [str(one.get("title", "")) for one in design.sections]
    was = request.form.get("was", "")
    if number is None or (number < len(titles) and titles[number] == was):
        return number
    if was in titles:
        return titles.index(was)
    same = request.form.get("of") == str(len(titles))
    return number if same and number < len(titles) else None


@blueprint.route("/forms/<key>/sections/<number>/remove", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def remove_section(season_slug: str, key: str, number: str) -> AnyResponse:
    """Ask first, then take a section away with its questions."""
    which = number_of(number)

    def page(trouble: Trouble = CALM) -> Response:
        season = staff_season(context(), season_slug, Deed.SET_UP)
        design = design_to_see(season, key)
        if which >= len(design.sections):
            raise NotFound
        going = design.sections[which].get("question", [])
        keys = {asked["key"] for asked in going}
        left = [one for asked in going for one in shapes.hanging_on(design.sections, asked["key"])]
        return render(
            "builder/form_remove.html",
            trouble.status,
            **form_frame(season),
            design=design,
            trouble=trouble,
            what=f"“{shapes.title_of(design.sections, which)}”",
            going=[shapes.name_of(asked) for asked in going],
            hanging=[shapes.name_of(one) for one in left if one["key"] not in keys],
            to=url_for("builder.remove_section", season_slug=season_slug, key=key, number=number),
            back=back_to(season_slug, key),
        )

    if request.method == "GET":
        return page()
    return save(
        lambda: form_designs.remove_section(context(), season_slug, key, seen_version(), which),
        page,
        back_to(season_slug, key, "removed"),
    )
