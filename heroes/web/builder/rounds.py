"""The builder's pages about rounds: all categories, the rounds of one, and the form of a round."""

from collections.abc import Callable
from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.counting import METHODS
from heroes.domain.policy import Deed, may
from heroes.domain.questions import showable
from heroes.domain.round_kinds import KINDS, RoundKind, kind_of
from heroes.domain.round_settings import KEPT, MARKS_SHOWN
from heroes.models import round_pages as read
from heroes.models.database import current_session
from heroes.models.round_pages import RoundRow
from heroes.models.seasons import Category, Season
from heroes.services import round_plans
from heroes.services.building import category_of
from heroes.services.permission import staff_season
from heroes.services.refusals import NotFound
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.round_words import ADVANCE_WORDS, Typed, begun, differences, filled, goes_on
from heroes.web.builder.saving import CALM, Trouble, reason, save, seen_version
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, viewer

ALL = "/rounds/"
ONE = f"{ALL}<category_slug>/"
FIELDS = (
    *("kind", "name", "opens", "closes", "panel", "design", "question", "reviews", "quorum", "blind"),
    *("marks_shown", "method", "advance", "advance_places", "advance_score", "advance_yes"),
)


def acts() -> bool:
    """Whether this person sets a season up, or only looks on."""
    person = viewer()
    assert person is not None
    return may(Deed.SET_UP, person.found.staff)


def here(endpoint: str, season: str, category: str = "", **more: str) -> str:
    """The address of one of these pages."""
    where: dict[str, Any] = {"season_slug": season, **more}
    if category:
        where["category_slug"] = category
    return url_for(f"builder.{endpoint}", **where)


@blueprint.get(ALL)
@open_to(Access.STAFF)
def rounds(season_slug: str) -> Response:
    """Every category with its rounds."""
    season = staff_season(context(), season_slug, Deed.SEE_SET_UP)
    return render(
        "builder/rounds.html",
        categories=read.rounds_by_category(current_session(), season.id),
        panels=read.panels_with_use(current_session(), season.id),
        kind_of=kind_of,
        acts=acts(),
        **frame(season, "rounds"),
    )


def _category(season_slug: str, category_slug: str, deed: Deed) -> tuple[Season, Category, list[RoundRow]]:
    ctx = context()
    season = staff_season(ctx, season_slug, deed)
    category = category_of(ctx, season, category_slug)
    rows = read.rounds_by_category(current_session(), season.id, category.id)
    return season, category, rows[0][1] if rows else []


@blueprint.get(ONE)
@open_to(Access.STAFF)
def category_rounds(season_slug: str, category_slug: str) -> Response:
    """The rounds of a category: what each is, and all that can be done with them."""
    return _category_page(season_slug, category_slug, CALM)


def _category_page(season_slug: str, category_slug: str, trouble: Trouble) -> Response:
    season, category, rows = _category(season_slug, category_slug, Deed.SEE_SET_UP)
    typed = {row.round.slug: "" if row.round.share is None else str(row.round.share) for row in rows}
    if request.method == "POST":
        typed |= {slug: showable(request.form.get(f"share-{slug}", was)) for slug, was in typed.items()}
    blends = [row for row in rows if "share" in kind_of(row.round.kind).settings]
    return render(
        "builder/rounds_category.html",
        trouble.status,
        category=category,
        rows=rows,
        kinds=[kind for kind in KINDS.values() if rows or not kind.closing],
        kind_of=kind_of,
        goes_on=goes_on,
        shown=MARKS_SHOWN,
        methods=METHODS,
        blends=blends,
        shares=typed,
        version=sum(row.round.version for row in rows),
        both=_other_shares(rows, typed) if trouble.faster and "share" in request.path else [],
        trouble=trouble,
        again=[(k, v) for k, v in request.form.items(multi=True) if k not in ("csrf_token", "rule_reason")],
        typed_reason=showable(reason()) if request.method == "POST" else "",
        acts=acts(),
        decided=read.is_decided(current_session(), category.id),
        saved="saved" in request.args,
        **frame(season, "rounds"),
    )


def _other_shares(rows: list[RoundRow], typed: Typed) -> list[tuple[str, str, str]]:
    kept = {row.round.slug: "" if row.round.share is None else str(row.round.share) for row in rows}
    return [
        (row.round.name, kept[row.round.slug] or "–", typed[row.round.slug] or "–")
        for row in rows
        if kept[row.round.slug] != typed[row.round.slug]
    ]


def _on_category(season_slug: str, category_slug: str, do: Callable[[], object]) -> AnyResponse:
    to = here("category_rounds", season_slug, category_slug, saved="1")
    return save(do, lambda trouble: _category_page(season_slug, category_slug, trouble), to)


@blueprint.post(f"{ONE}shares")
@open_to(Access.ADMIN)
def share_rounds(season_slug: str, category_slug: str) -> AnyResponse:
    """Say how much each round counts in the blended result."""
    shares = {
        name.removeprefix("share-"): value
        for name, value in request.form.items()
        if name.startswith("share-")
    }

    def do() -> None:
        round_plans.share_out(context(), season_slug, category_slug, shares, seen_version(), reason())

    return _on_category(season_slug, category_slug, do)


@blueprint.post(f"{ONE}move")
@open_to(Access.ADMIN)
def move_round(season_slug: str, category_slug: str) -> AnyResponse:
    """Let a round and its neighbour change places."""
    round_slug, earlier = request.form.get("round", ""), request.form.get("to") == "earlier"

    def do() -> None:
        round_plans.move_round(context(), season_slug, category_slug, round_slug, earlier, reason())

    return _on_category(season_slug, category_slug, do)


@blueprint.post(f"{ONE}remove")
@open_to(Access.ADMIN)
def remove_round(season_slug: str, category_slug: str) -> AnyResponse:
    """Take a round away."""
    round_slug = request.form.get("round", "")

    def do() -> None:
        round_plans.remove_round(context(), season_slug, category_slug, round_slug, seen_version(), reason())

    return _on_category(season_slug, category_slug, do)


# ---- the form of a round ----


@blueprint.route(f"{ONE}add", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def new_round(season_slug: str, category_slug: str) -> AnyResponse:
    """A further round of a category, of a kind."""
    values = request.form if request.method == "POST" else request.args
    kind = KINDS.get(values.get("kind", "scorecard"))
    if kind is None:
        raise NotFound
    if request.method == "GET":
        return _form(season_slug, category_slug, kind, None, CALM)

    def do() -> None:
        round_plans.add_round(context(), season_slug, category_slug, request.form, reason())

    return save(
        do,
        lambda trouble: _form(season_slug, category_slug, kind, None, trouble),
        here("category_rounds", season_slug, category_slug, saved="1"),
    )


@blueprint.route(f"{ONE}round/<round_slug>", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def edit_round(season_slug: str, category_slug: str, round_slug: str) -> AnyResponse:
    """The settings of a round."""
    if request.method == "GET":
        return _form(season_slug, category_slug, None, round_slug, CALM)

    def do() -> None:
        round_plans.change_round(
            context(), season_slug, category_slug, round_slug, request.form, seen_version(), reason()
        )

    return save(
        do,
        lambda trouble: _form(season_slug, category_slug, None, round_slug, trouble),
        here("category_rounds", season_slug, category_slug, saved="1"),
    )


def _form(
    season_slug: str, category_slug: str, kind: RoundKind | None, round_slug: str | None, trouble: Trouble
) -> Response:
    """The form of the round that is named, else of a new one of a kind; filled in from what was posted, if it was."""
    season, category, rows = _category(season_slug, category_slug, Deed.SET_UP)
    row = next((one for one in rows if one.round.slug == round_slug), None)
    if round_slug is not None and row is None:
        raise NotFound
    kept = filled(row, season.timezone) if row else {}
    if request.method == "POST":
        typed = {field: showable(request.form.get(field, "")) for field in FIELDS}
        kind = KINDS.get(typed["kind"], kind or kind_of(kept.get("kind", "")))
    else:
        kind = kind or kind_of(kept["kind"])
        typed = kept or begun(kind, season, rows[-1] if rows else None)
    panels = [(one.slug, one.name) for one in read.panels_of(current_session(), season.id)]
    designs = [(one.key, one.name) for one in read.designs_of(current_session(), season.id)]
    if row is not None and row.design is None and not kind_of(row.round.kind).question:
        designs.insert(0, (KEPT, "As it was imported"))
    choices = {"panel": dict(panels), "design": dict(designs)}
    if request.method == "GET" and not kept:
        # Where there is one only, nobody has to choose it.
        typed = typed | {
            name: next(iter(known)) for name, known in choices.items() if len(known) == 1 and not typed[name]
        }
    return render(
        "builder/round_form.html",
        trouble.status,
        category=category,
        row=row,
        kind=kind,
        typed=typed,
        panels=panels,
        designs=designs,
        methods=[(key, words.name) for key, words in METHODS.items()],
        method_line=METHODS,
        shown=list(MARKS_SHOWN.items()),
        advances=[(by, ADVANCE_WORDS[by]) for by in kind.advances],
        last=row is None or row is rows[-1],
        before=_before(rows, row),
        version=row.round.version if row else 0,
        both=differences(kept, _said_of(typed, kind), choices) if trouble.faster else [],
        trouble=trouble,
        typed_reason=showable(reason()) if request.method == "POST" else "",
        **frame(season, "rounds"),
    )


def _before(rows: list[RoundRow], row: RoundRow | None) -> RoundRow | None:
    """The round before the one that the form is about."""
    if row is None:
        return rows[-1] if rows else None
    at = rows.index(row)
    return rows[at - 1] if at else None


def _said_of(typed: Typed, kind: RoundKind) -> dict[str, Any]:
    """What was typed into the fields that this kind has."""
    always = {"name", "opens", "closes", "panel"}
    return {
        field: value
        for field, value in typed.items()
        if field in always or field.split("_")[0] in kind.settings or field in kind.settings
    }
