"""The private page of an entry and what can be done there, one's own list, and having the links sent again."""

from types import SimpleNamespace

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.entry_states import Act, Face, State, face
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.questions import email_error, showable
from heroes.models import public_pages as read
from heroes.models.database import current_session
from heroes.models.my_pages import entries_of_links, my_entry
from heroes.services import nominating, sharing
from heroes.services.own_entries import load_draft, may_do, refusal_to_edit
from heroes.services.refusals import Invalid
from heroes.services.reporting import missing_of, told_of
from heroes.services.slotting import own_slot
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, set_site
from heroes.web.kit.season_facts import closes_at, grace_ends_at, season_nav
from heroes.web.nominator.blueprint import blueprint
from heroes.web.nominator.form_page import local_time
from heroes.web.nominator.shown import (
    COUNTED,
    FACES,
    TOLD_THE_SCORE,
    face_of,
    level_of,
    promised,
    shown_answers,
)


@blueprint.get("/mine/<handle>/")
@open_to(Access.EVERYBODY)
def status(handle: str) -> Response:
    """The entry's private page: where it stands in plain words, the promised dates, and what can be done now."""
    return _status_page(handle)


def _status_page(handle: str, errors: dict[str, str] | None = None) -> Response:
    ctx = context()
    draft = load_draft(ctx, handle)
    season, category, entry = draft.season, draft.category, draft.entry
    set_site(season, season.programme)
    shown = face_of(draft, ctx.now)
    may = may_do(ctx, draft)
    closes = closes_at(season, category)
    return render(
        "nominator/status.html",
        422 if errors else 200,
        draft=draft,
        entry=entry,
        season=season,
        category=category,
        face=shown.value,
        said=FACES[shown],
        level=level_of(draft, shown),
        reason=entry.state_reason if shown.value in ("returned", "withdrawn", "ineligible") else None,
        editable=refusal_to_edit(ctx, draft) is None,
        may_withdraw=Act.WITHDRAW in may,
        may_restore=Act.RESTORE in may,
        groups=shown_answers(draft),
        steps=promised(draft, ctx.now) if entry.submitted_at else [],
        closes=closes,
        grace_ends=grace_ends_at(season, category) if ctx.now >= closes else None,
        saved_at=local_time(season, draft.sheet.saved_at) if request.args.get("saved") else "",
        result=told_of(ctx, draft) if shown in TOLD_THE_SCORE else None,
        counted=COUNTED,
        missing=missing_of(ctx, draft) if shown is Face.WORKING_TOWARDS else None,
        presents=own_slot(ctx, entry, draft.shortlist) if shown is Face.SHORTLISTED else None,
        mailed=email_error(entry.nominator_email) is None,
        shared=request.args.get("shared"),
        errors=errors or {},
        share_to={name: showable(request.form.get(name, "")) for name in ("name", "address")},
        nav=season_nav(season, "mine"),
    )


@blueprint.post("/mine/<handle>/withdraw")
@open_to(Access.EVERYBODY)
def withdraw(handle: str) -> AnyResponse:
    """Withdraw the entry."""
    nominating.withdraw(context(), handle, reason=showable(request.form.get("reason", "")).strip())
    return redirect(url_for("nominator.status", handle=handle), 303)


@blueprint.post("/mine/<handle>/restore")
@open_to(Access.EVERYBODY)
def restore(handle: str) -> AnyResponse:
    """Take a withdrawn draft up again."""
    nominating.restore(context(), handle)
    return redirect(url_for("nominator.edit", handle=handle), 303)


@blueprint.post("/mine/<handle>/reminders")
@open_to(Access.EVERYBODY)
def reminders(handle: str) -> AnyResponse:
    """Turn reminders on or off."""
    nominating.set_reminders(context(), handle, request.form.get("on") == "yes")
    return redirect(url_for("nominator.status", handle=handle), 303)


@blueprint.post("/mine/<handle>/share")
@open_to(Access.EVERYBODY)
def share(handle: str) -> AnyResponse:
    """Mail somebody a private link of their own to this entry."""
    address = showable(request.form.get("address", ""))
    try:
        sharing.share(context(), handle, address, showable(request.form.get("name", "")))
    except Invalid as error:
        return _status_page(handle, error.errors)
    return redirect(url_for("nominator.status", handle=handle, shared=1), 303)


@blueprint.get("/mine/<handle>/links")
@open_to(Access.EVERYBODY)
def shared(handle: str) -> Response:
    """Who was given a link of their own to this entry, each with a way to take it back."""
    draft, links = sharing.shared_with(context(), handle)
    set_site(draft.season, draft.season.programme)
    return render(
        "nominator/shared_links.html",
        draft=draft,
        entry=draft.entry,
        season=draft.season,
        links=links,
        taken="taken" in request.args,
        nav=season_nav(draft.season, "mine"),
    )


@blueprint.post("/mine/<handle>/links")
@open_to(Access.EVERYBODY)
def unshare(handle: str) -> AnyResponse:
    """Take one of these links back."""
    ctx = context()
    taken = sharing.unshare(ctx, handle, showable(request.form.get("link", "")))
    if taken.own and my_entry(current_session(), handle, ctx.actor) is None:
        return redirect(url_for("nominator.my_entries"), 303)
    return redirect(url_for("nominator.shared", handle=handle, taken=1), 303)


@blueprint.get("/mine/")
@open_to(Access.EVERYBODY)
def my_entries() -> Response:
    """The nominations that this browser has opened, and a way to have the links sent again."""
    ctx = context()
    season = _frame()
    rows = [
        SimpleNamespace(
            handle=row.entry.handle,
            title=row.entry.title,
            reference=row.entry.reference,
            category=row.category.name,
            season=row.season,
            begun_at=row.entry.begun_at,
            face=face(
                State(row.entry.state),
                judging_started=ctx.now >= row.season.judging_starts_at,
                shortlist_released=row.shortlist_released is not None,
                outcomes_released=row.outcomes_released is not None,
                benchmark=parse_outcome_rule(row.category.outcome).benchmark,
            ).value,
        )
        for row in entries_of_links(current_session(), ctx.actor)
    ]
    return render("nominator/mine.html", rows=rows, nav=season)


@blueprint.route("/links", methods=["GET", "POST"])
@open_to(Access.EVERYBODY)
def send_links() -> AnyResponse:
    """Send me my links again. The answer is the same whether or not there are any."""
    nav = _frame()
    address = showable(request.form.get("email", "")).strip()
    error = None
    if request.method == "POST":
        error = email_error(address)
        if error is None:
            sharing.send_links(context(), address)
            return render("nominator/links_sent.html", address=address, nav=nav)
    return render("nominator/links.html", 422 if error else 200, address=address, error=error, nav=nav)


def _frame() -> list[tuple[str, str, bool]]:
    """The newest season's frame around a page that belongs to no season, and its navigation."""
    season = read.latest_season(current_session())
    if season is None:
        return []
    set_site(season, season.programme)
    return season_nav(season, "mine")
