"""The organisation room: its entries with where each stands, and starting another."""

from types import SimpleNamespace
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.entry_states import Face, State, face
from heroes.domain.outcomes import parse_outcome_rule
from heroes.models import organisation_pages as read
from heroes.models import public_pages
from heroes.models.database import current_session
from heroes.services import nominating
from heroes.services.organisations import start_entry, workspace
from heroes.services.refusals import NotFound
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, viewer
from heroes.web.kit.season_facts import closes_at
from heroes.web.kit.terms import own
from heroes.web.nominator.form_page import Values, starting
from heroes.web.organisation.blueprint import blueprint, frame, room

TABS = (("all", "All"), ("unfinished", "To finish"), ("sent", "Sent"), ("withdrawn", "Withdrawn"))


@blueprint.get("/")
@open_to(Access.ORGANISATION)
def home() -> AnyResponse:
    """Straight into the only organisation, or a choice between several."""
    person = viewer()
    assert person is not None
    found = read.organisations_of(current_session(), person.user.id)
    if len(found) == 1:
        return redirect(url_for("organisation.entries", org_handle=found[0].Organisation.handle))
    if not found:
        raise NotFound
    frame(found[0].Organisation.programme_id)
    tabs = [("All organisations", url_for("organisation.home"), True)]
    frame_of_room = {"role": own("Organisations"), "who": person.name, "key": "organisation", "tabs": tabs}
    return render("organisation/choose.html", found=found, room=frame_of_room)


@blueprint.get("/<org_handle>/")
@open_to(Access.ORGANISATION)
def entries(org_handle: str) -> Response:
    """Every entry of the organisation: where it stands in plain words, what is due, and until when."""
    ctx = context()
    found = workspace(ctx, org_handle)
    frame(found.organisation.programme_id)
    show = request.args.get("show", "all")
    if show not in read.SHOWN:
        raise NotFound
    page = _page()
    assert ctx.actor.user_id is not None
    rows = read.entries(current_session(), ctx.actor.user_id, found.organisation.id, show, page)
    counts = read.counts(current_session(), ctx.actor.user_id or 0, found.organisation.id)
    return render(
        "organisation/entries.html",
        room=room(found, "entries"),
        organisation=found.organisation,
        rows=[_line(row) for row in rows[: read.PAGE]],
        tabs=[
            (text, url_for("organisation.entries", org_handle=org_handle, show=key), counts[key], key == show)
            for key, text in TABS
        ],
        unfinished=counts["unfinished"],
        show=show,
        page=page,
        more=len(rows) > read.PAGE,
    )


def _page() -> int:
    text = request.args.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if page < 1:
        raise NotFound
    return page


def _line(row: Any) -> SimpleNamespace:
    """One entry as its organisation may see it: by its face, never by its state."""
    entry, season, now = row.Entry, row.Season, context().now
    shown = face(
        State(entry.state),
        judging_started=now >= season.judging_starts_at,
        shortlist_released=row.shortlist_released is not None,
        outcomes_released=row.outcomes_released is not None,
        benchmark=parse_outcome_rule(row.Category.outcome).benchmark,
    )
    level = None
    if shown is Face.AWARDED and entry.level:
        level = parse_outcome_rule(row.Category.outcome).level_name(entry.level)
    due, what = None, ""
    if shown is Face.DRAFT:
        due, what = closes_at(season, row.Category), "Send it by"
    elif shown is Face.RETURNED:
        due, what = entry.due_at, "Send it again by"
    return SimpleNamespace(
        handle=entry.handle,
        title=entry.title or "No name yet",
        reference=entry.reference,
        category=row.Category.name,
        season=season,
        face=shown.value,
        level=level,
        due=due,
        what=what,
        started_by=row.started_by or entry.nominator_name,
        draft=shown is Face.DRAFT,
        editable=shown in (Face.DRAFT, Face.RETURNED),
        reminders=entry.reminders,
    )


@blueprint.post("/<org_handle>/reminders")
@open_to(Access.ORGANISATION)
def reminders(org_handle: str) -> AnyResponse:
    """Turn the reminders about one unfinished draft on or off, for everybody in the organisation."""
    ctx = context()
    workspace(ctx, org_handle)
    nominating.set_reminders(ctx, request.form.get("entry", ""), request.form.get("on") == "yes")
    return redirect(url_for("organisation.entries", org_handle=org_handle, show="unfinished"), 303)


@blueprint.get("/<org_handle>/start")
@open_to(Access.ORGANISATION)
def categories(org_handle: str) -> Response:
    """The categories that take entries now."""
    ctx = context()
    found = workspace(ctx, org_handle)
    newest = frame(found.organisation.programme_id)
    return render(
        "organisation/categories.html",
        room=room(found, "categories"),
        organisation=found.organisation,
        season=newest,
        found=[
            SimpleNamespace(category=c, season=s, closes=closes_at(s, c))
            for c, s in read.open_categories(current_session(), found.organisation.programme_id, ctx.now)
        ],
    )


@blueprint.route("/<org_handle>/<season_slug>/<category_slug>/start", methods=["GET", "POST"])
@open_to(Access.ORGANISATION)
def start(org_handle: str, season_slug: str, category_slug: str) -> AnyResponse:
    """The category's form in the organisation's name; the first save keeps a draft that every colleague sees."""
    found = workspace(context(), org_handle)
    organisation = found.organisation

    def form() -> public_pages.CategoryForm:
        page = public_pages.category_form(current_session(), season_slug, category_slug, context().actor)
        if page is None or page.season.programme_id != organisation.programme_id:
            raise NotFound
        return page

    def keep(raw: Values, pressed: bool) -> nominating.Started:
        return start_entry(context(), org_handle, season_slug, category_slug, raw, pressed=pressed)

    known: Values = {"organisation_name": organisation.name, "sector": organisation.sector}
    return starting(form, keep, with_nominator=False, known=known)
