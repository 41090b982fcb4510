"""Nominating: the form, checking, sending, the receipt."""

from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.questions import count_words
from heroes.models import public_pages as read
from heroes.models.database import current_session
from heroes.models.public_pages import CategoryForm
from heroes.services import nominating
from heroes.services.own_entries import Draft, load_draft, problems, refusal_to_edit
from heroes.services.refusals import Faster, Invalid, NotFound, NotNow, Refusal, TooOften
from heroes.web.kit import visits
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, status_of, wants_json
from heroes.web.kit.season_facts import season_nav
from heroes.web.nominator.blueprint import blueprint
from heroes.web.nominator.form_page import (
    Kept,
    Values,
    asked_of,
    form_page,
    honeypot_page,
    posted_revision,
    refused_page,
    saved,
    second_page,
    starting,
)
from heroes.web.nominator.forms import HONEYPOT, typed
from heroes.web.nominator.shown import as_text, face_of, promised, shown_answers


@blueprint.route("/<season_slug>/<category_slug>/nominate", methods=["GET", "POST"])
@open_to(Access.EVERYBODY)
def nominate(season_slug: str, category_slug: str) -> AnyResponse:
    """The form, without an account. The first save keeps a draft and gives this browser its private link."""

    def form() -> CategoryForm:
        found = read.category_form(current_session(), season_slug, category_slug, context().actor)
        if found is None:
            raise NotFound
        visits.count(found.season, found.category, visits.FORM)
        return found

    def keep(raw: Values, pressed: bool) -> nominating.Started:
        return nominating.start(context(), season_slug, category_slug, raw, pressed=pressed)

    return starting(form, keep)


@blueprint.route("/mine/<handle>/edit", methods=["GET", "POST"])
@open_to(Access.EVERYBODY)
def edit(handle: str) -> AnyResponse:
    """The draft's form. A save that comes second shows both texts and loses neither."""
    return _save(handle) if request.method == "POST" else _edit_page(handle)


def _edit_page(handle: str) -> AnyResponse:
    draft = load_draft(context(), handle)
    if refusal_to_edit(context(), draft) is not None:
        return redirect(url_for("nominator.status", handle=handle))
    kept = Kept(draft.entry, draft.sheet)
    errors = problems(draft) if request.args.get("check") else {}
    return form_page(asked_of(draft), kept.values, errors, kept=kept)


def _save(handle: str) -> AnyResponse:
    raw, ctx = typed(request.form), context()
    if raw.get(HONEYPOT):
        draft = load_draft(ctx, handle)
        return honeypot_page(asked_of(draft), raw, Kept(draft.entry, draft.sheet))
    try:
        draft = nominating.save(ctx, handle, posted_revision(), raw, pressed=not wants_json())
    except Faster as error:
        draft = load_draft(ctx, handle)
        if not draft.editable:
            raise
        return second_page(asked_of(draft), raw, error, Kept(draft.entry, draft.sheet))
    except (Invalid, NotNow) as error:
        draft = load_draft(ctx, handle)
        return refused_page(asked_of(draft), raw, error, Kept(draft.entry, draft.sheet))
    return saved(asked_of(draft), Kept(draft.entry, draft.sheet))


@blueprint.route("/mine/<handle>/check", methods=["GET", "POST"])
@open_to(Access.EVERYBODY)
def check(handle: str) -> AnyResponse:
    """Everything as it will be sent; the button sends exactly what is shown."""
    ctx = context()
    if request.method == "POST":
        try:
            nominating.send(ctx, handle, posted_revision())
        except Invalid as error:
            draft = load_draft(ctx, handle)
            kept = Kept(draft.entry, draft.sheet)
            return form_page(asked_of(draft), kept.values, error.errors, kept=kept, status=422)
        except (Faster, NotNow, TooOften) as error:
            draft = load_draft(ctx, handle)
            if not draft.editable:
                raise
            return _check_page(draft, error)
        return redirect(url_for("nominator.receipt", handle=handle), 303)
    draft = load_draft(ctx, handle)
    if refusal_to_edit(ctx, draft) is not None:
        return redirect(url_for("nominator.status", handle=handle))
    if problems(draft):
        return redirect(url_for("nominator.edit", handle=handle, check=1))
    return _check_page(draft)


def _check_page(draft: Draft, error: Refusal | None = None) -> Response:
    asked = asked_of(draft)
    page = render(
        "nominator/check.html",
        status_of(error) if error else 200,
        draft=draft,
        entry=draft.entry,
        season=asked.season,
        category=asked.category,
        groups=shown_answers(draft),
        said=error.sentence if error else "",
        shut=isinstance(error, NotNow),
        nav=season_nav(asked.season, ""),
    )
    if isinstance(error, TooOften):
        page.headers["Retry-After"] = str(error.seconds)
    return page


@blueprint.get("/mine/<handle>/receipt")
@open_to(Access.EVERYBODY)
def receipt(handle: str) -> AnyResponse:
    """The receipt: reference, time, fingerprint, what was sent, and what happens now."""
    draft = load_draft(context(), handle)
    if draft.sheet.sent_at is None:
        return redirect(url_for("nominator.status", handle=handle))
    asked = asked_of(draft)
    answers = draft.sheet.answers
    return render(
        "nominator/receipt.html",
        draft=draft,
        entry=draft.entry,
        sheet=draft.sheet,
        season=asked.season,
        category=asked.category,
        words=sum(count_words(answer) for answer in answers.values()),
        answers_count=len(answers),
        groups=shown_answers(draft),
        face=face_of(draft, context().now).value,
        steps=promised(draft, context().now),
        nav=season_nav(asked.season, ""),
    )


@blueprint.get("/mine/<handle>/copy.txt")
@open_to(Access.EVERYBODY)
def copy(handle: str) -> Response:
    """The whole entry as a plain text file to keep."""
    draft = load_draft(context(), handle)
    response = make_response(as_text(draft))
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    name = draft.entry.reference or "draft"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.txt"'
    return response
