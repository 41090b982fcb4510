"""The builder's scorecards: the score sets of a season, one to edit with its preview, and publishing it into rounds."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.round_kinds import kind_of
from heroes.domain.score_sets import BadScoreSet, parse, to_plain, weight_line
from heroes.models.seasons import Criterion, ScoreSet
from heroes.services import score_set_designs as designs
from heroes.services.refusals import Invalid, NotNow
from heroes.services.score_set_designs import Opened
from heroes.web.builder.blueprint import blueprint, frame
from heroes.web.builder.saving import CALM, Trouble, reason, save, seen_version
from heroes.web.builder.scorecard_form import Typed, differences, of_design, of_form, rearranged
from heroes.web.judge.sheets import preview_sheet
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render


@blueprint.get("/scorecards")
@open_to(Access.STAFF)
def scorecards(season_slug: str) -> Response:
    """Every scorecard of the season with the rounds that use it."""
    return _list(season_slug, CALM)


def _list(season_slug: str, trouble: Trouble, problem: str = "") -> Response:
    season, used = designs.list_sets(context(), season_slug)
    return render(
        "builder/scorecards.html",
        409 if problem else trouble.status,
        **frame(season, "scorecards"),
        used=[(one, weight_line(one.design)) for one in used],
        trouble=trouble,
        problem=problem,
        typed={"name": request.form.get("name", ""), "copy_of": request.form.get("copy_of", "")},
    )


@blueprint.post("/scorecards")
@open_to(Access.STAFF)
def scorecard_create(season_slug: str) -> AnyResponse:
    """Begin a scorecard, empty or as a copy of another."""
    try:
        key = designs.create(
            context(), season_slug, request.form.get("name", ""), request.form.get("copy_of", "")
        )
    except Invalid as error:
        return _list(season_slug, Trouble(422, errors=error.errors))
    return redirect(_address(season_slug, key), 303)


@blueprint.post("/scorecards/<key>/delete")
@open_to(Access.STAFF)
def scorecard_delete(season_slug: str, key: str) -> AnyResponse:
    """Take a scorecard away that no round uses."""
    try:
        designs.delete(context(), season_slug, key)
    except NotNow as error:
        return _list(season_slug, CALM, error.sentence)
    return redirect(url_for("builder.scorecards", season_slug=season_slug), 303)


@blueprint.route("/scorecards/<key>", methods=["GET", "POST"])
@open_to(Access.STAFF)
def scorecard(season_slug: str, key: str) -> AnyResponse:
    """One scorecard: its criteria, weights and scales in one form, and what publishing it would change."""
    if request.method == "GET":
        opened = designs.open_set(context(), season_slug, key)
        return _page(opened, of_design(opened.design), CALM)
    typed = of_form(request.form, seen_version())
    moved = rearranged(typed, request.form.get("act", ""))
    if moved is not None:
        return _page(designs.open_set(context(), season_slug, key), moved, CALM)

    def do() -> None:
        try:
            designs.save(context(), season_slug, key, typed.edit(), typed.version)
        except Invalid as error:
            raise Invalid(typed.errors_of(error.errors)) from error

    if typed.parsed is not None and typed.loose():
        return _again(season_slug, key, typed, Trouble(422, errors=typed.loose()))
    return save(
        do,
        lambda trouble: _again(season_slug, key, typed, trouble),
        _address(season_slug, key, "saved"),
    )


def _address(season_slug: str, key: str, done: str | None = None) -> str:
    return url_for("builder.scorecard", season_slug=season_slug, key=key, done=done)


def _again(season_slug: str, key: str, typed: Typed, trouble: Trouble) -> Response:
    return _page(designs.open_set(context(), season_slug, key), typed, trouble)


@blueprint.post("/scorecards/<key>/publish")
@open_to(Access.STAFF)
def scorecard_publish(season_slug: str, key: str) -> AnyResponse:
    """Publish the working copy into the rounds that use it; after the first mark that is a correction."""

    def again(trouble: Trouble) -> Response:
        opened = designs.open_set(context(), season_slug, key)
        return _page(opened, of_design(opened.design), trouble, publishing=True)

    return save(
        lambda: designs.publish(context(), season_slug, key, reason(), seen_version()),
        again,
        _address(season_slug, key, "published"),
    )


def _page(opened: Opened, typed: Typed, trouble: Trouble, *, publishing: bool = False) -> Response:
    design = opened.design
    changes = opened.waiting if opened.season.opened_at is not None else []
    return render(
        "builder/scorecard.html",
        trouble.status,
        **frame(opened.season, "scorecards"),
        opened=opened,
        design=design,
        typed=typed,
        both=differences(design, typed) if trouble.faster else [],
        version=design.version if trouble.faster else typed.version,
        changes=changes,
        marked=sum(change.begun for change in changes),
        publishing=publishing,
        trouble=trouble,
        errors=trouble.errors,
        reason=reason(),
        done=request.args.get("done", ""),
    )


@blueprint.get("/scorecards/<key>/preview")
@open_to(Access.STAFF)
def scorecard_preview(season_slug: str, key: str) -> Response:
    """The scorecard as its judges will meet it, to try; nothing that is pressed here is kept."""
    opened = designs.open_set(context(), season_slug, key)
    design = opened.design
    try:
        criteria = parse(design.criteria)
    except BadScoreSet:
        criteria = ()
    rows = [
        Criterion(
            key=one.key,
            name=one.name,
            help=one.help,
            weight=one.weight,
            low=one.low,
            high=one.high,
            step=one.step,
            points=raw["points"],
            counts=one.counts,
        )
        for one, raw in zip(criteria, to_plain(criteria), strict=True)
    ]
    score_set = ScoreSet(comment_words=design.comment_words, reason_for_extremes=design.reason_for_extremes)
    return render(
        "builder/scorecard_preview.html",
        **frame(opened.season, "scorecards"),
        design=design,
        faults=opened.faults,
        kind=kind_of("scorecard"),
        sheet=preview_sheet(score_set, rows),
    )
