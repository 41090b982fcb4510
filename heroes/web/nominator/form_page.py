"""The form of a category as a page: for a first save, for editing, and for every way in which it can be refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from heroes.domain.nominations import PeopleField, people_fields
from heroes.domain.questions import Form as Questions
from heroes.domain.questions import Told, answer_text, clean, told
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.public_pages import CategoryForm
from heroes.models.seasons import Category, Season
from heroes.services.nominating import Started
from heroes.services.nomination_forms import form_of, people_of
from heroes.services.own_entries import Draft, kept_aside, problems_of
from heroes.services.refusals import Faster, Invalid, NotNow, Refusal, TooOften
from heroes.web.kit.pipeline import context, keep_link, render, set_site, status_of, wants_json
from heroes.web.kit.season_facts import closes_at, grace_ends_at, is_open, opens_at, season_nav
from heroes.web.nominator.forms import HONEYPOT, filled, form_class, typed
from heroes.web.nominator.shown import NOMINEE_TITLES, person_text

Values = dict[str, str | None]
MOST_EMPTY = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the category's form, and whether the nominator is asked who they are.

    A preview is sent elsewhere (`action`), and looked at in a moment when the category is open (`now`).
    """

    form: CategoryForm
    with_nominator: bool = True
    action: str = ""
    now: datetime | None = None

    @property
    def season(self) -> Season:
        """The season, with its programme."""
        return self.form.season

    @property
    def category(self) -> Category:
        """The category."""
        return self.form.category

    @property
    def questions(self) -> Questions:
        """The category's own questions."""
        return form_of(self.form.form_version)

    @property
    def people(self) -> tuple[PeopleField, ...]:
        """The built-in questions."""
        return people_fields(
            self.category.kind, with_nominator=self.with_nominator, chapters=self.season.chapters
        )

    @property
    def form_class(self) -> type[Form]:
        """The WTForms class of this form."""
        sectors = tuple(self.season.programme.sectors)
        chapters = tuple(self.season.chapters)
        return form_class(self.questions, self.category.kind, self.with_nominator, sectors, chapters)


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft that is kept on the server, as its form shows it."""

    entry: Entry
    sheet: AnswerSheet

    @property
    def values(self) -> dict[str, str | None]:
        """People and answers together, by key."""
        return {**people_of(self.entry), **self.sheet.answers}

    @property
    def address(self) -> str:
        """Where its form is."""
        return url_for("nominator.edit", handle=self.entry.handle)


def asked_of(draft: Draft) -> Asked:
    """What is asked of an entry that has been started; the frame of the page becomes its season's."""
    form = CategoryForm(draft.season, draft.category, draft.form_version, draft.blind)
    return _asked(form, draft.with_nominator)


def starting(
    form: Callable[[], CategoryForm],
    keep: Callable[[Values, bool], Started],
    *,
    with_nominator: bool = True,
    known: Values | None = None,
) -> AnyResponse:
    """The whole answer to a request for a new entry's form: the empty form, or what follows its first save.

    `form` loads the form; `keep` starts the entry from what was typed, and is told whether somebody pressed a
    button. `known` is filled in beforehand.
    """
    raw = typed(request.form)
    if request.method == "GET" or raw.get(HONEYPOT):
        asked = _asked(form(), with_nominator)
        if raw.get(HONEYPOT):
            return honeypot_page(asked, raw)
        if not is_open(asked.season, asked.category, context().now):
            return closed_page(asked.form)
        return form_page(asked, known or {}, {})
    try:
        started = keep(raw, not wants_json())
    except (Invalid, NotNow, TooOften) as error:
        return refused_page(_asked(form(), with_nominator), raw, error)
    if started.link is not None:
        keep_link(started.link.id)
    return saved(_asked(started.form, with_nominator), Kept(started.entry, started.sheet))


def _asked(form: CategoryForm, with_nominator: bool) -> Asked:
    set_site(form.season, form.season.programme)
    return Asked(form, with_nominator)


def posted_revision() -> int:
    """The revision that the posted page showed; 0, which no draft has, for anything that is not one."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def saved(asked: Asked, kept: Kept) -> AnyResponse:
    """What follows a successful save: JSON for the module, the check, or the form again with what is missing."""
    if wants_json():
        return make_response(
            jsonify(
                saved_at_text=f"Saved {local_time(asked.season, kept.sheet.saved_at)}",
                revision=kept.sheet.revision,
                action=kept.address,
                address=kept.address,
            )
        )
    handle = kept.entry.handle
    if request.form.get("act") == "leave":
        return redirect(url_for("nominator.status", handle=handle, saved=1), 303)
    found = problems_of(kept.entry, kept.sheet, asked.form.form_version, asked.season, asked.category)
    if found:
        return form_page(asked, kept.values, found, kept=kept, status=422)
    return redirect(url_for("nominator.check", handle=handle), 303)


def local_time(season: Season, at: datetime) -> str:
    """The time of day in the season's zone."""
    return f"{at.astimezone(ZoneInfo(season.timezone)):%H:%M}"


def closed_page(form: CategoryForm) -> Response:
    """Why nobody can start here now, and where the whole form can still be read."""
    return render(
        "nominator/closed.html",
        season=form.season,
        category=form.category,
        opens=opens_at(form.season, form.category),
        closes=closes_at(form.season, form.category),
        nav=season_nav(form.season, ""),
    )


def honeypot_page(asked: Asked, raw: Values, kept: Kept | None = None) -> Response:
    """For a form with the hidden field filled in: shown now, so that a person can empty it."""
    sentence = "Leave this field empty. It is how we tell people from programs."
    return form_page(asked, raw, {HONEYPOT: sentence}, kept=kept, status=400, revision=posted_revision())


def refused_page(asked: Asked, raw: Values, error: Refusal, kept: Kept | None = None) -> AnyResponse:
    """A save that was refused: the sentence, and everything that was typed still in its place."""
    status = 422 if isinstance(error, Invalid) else status_of(error)
    if wants_json():
        return make_response(jsonify(error=error.code, sentence=error.sentence), status)
    errors = error.errors if isinstance(error, Invalid) else {}
    said = "" if errors else error.sentence
    page = form_page(
        asked,
        raw,
        errors,
        kept=kept,
        status=status,
        said=said,
        shut=isinstance(error, NotNow),
        # Not the newest: what somebody saved meanwhile must not be overwritten unseen.
        revision=posted_revision(),
    )
    if isinstance(error, TooOften):
        page.headers["Retry-After"] = str(error.seconds)
    return page


def second_page(asked: Asked, raw: Values, error: Faster, kept: Kept) -> AnyResponse:
    """Somebody saved first: what they saved beside every field that differs, what was typed still in it."""
    if wants_json():
        return make_response(jsonify(error=error.code, sentence=error.sentence), 409)
    theirs, there, here = {}, kept.values, clean(asked.questions, raw)
    for person in asked.people:
        if _differ(there.get(person.key), raw.get(person.key)):
            theirs[person.key] = person_text(person.key, there.get(person.key) or "")
    for question in asked.questions.questions:
        if _differ(there.get(question.key), here.get(question.key)):
            theirs[question.key] = answer_text(question, there.get(question.key) or "")
    return form_page(asked, raw, {}, kept=kept, status=409, said=error.sentence, theirs=theirs)


def _differ(one: str | None, other: str | None) -> bool:
    return (one or "").split() != (other or "").split()


def form_page(
    asked: Asked,
    values: Values,
    errors: Mapping[str, str],
    *,
    kept: Kept | None = None,
    status: int = 200,
    said: str = "",
    shut: bool = False,
    theirs: Mapping[str, str] | None = None,
    revision: int | None = None,
) -> Response:
    """The form with these values. `said` is why it was refused, `shut` that it can no longer be sent at all."""
    now, season, category = asked.now or context().now, asked.season, asked.category
    closes = closes_at(season, category)
    stored = kept is not None and revision is None and not theirs
    if revision is None:
        revision = kept.sheet.revision if kept else 0
    saved_at = local_time(season, kept.sheet.saved_at) if kept else ""
    form = filled(asked.questions, asked.form_class, values, errors, revision)
    untouched = not any(values.values()) and not errors and not theirs
    return render(
        "nominator/form.html",
        status,
        form=form,
        fields=_empty_fields(asked, form) if untouched else _fields(asked, form, theirs or {}, saved_at),
        asked=asked,
        aside=_aside(asked, values, kept),
        season=season,
        category=category,
        action=asked.action or (kept.address if kept else request.path),
        now=now,
        kept=kept,
        saved_at=saved_at,
        said=said,
        shut=shut,
        stored=stored,
        theirs=theirs or {},
        honeypot=HONEYPOT,
        closes=closes,
        grace_ends=grace_ends_at(season, category) if now >= closes else None,
        nav=season_nav(season, ""),
    )


def _aside(asked: Asked, values: Values, kept: Kept | None) -> list[tuple[str, Told]]:
    """What the entrant wrote to questions that are no longer asked, as people read it."""
    if kept is None:
        return []
    found = kept_aside(context(), kept.sheet, asked.form.form_version, values)
    return [(question.label, told(question, text)) for question, text in found]


def _fields(asked: Asked, form: Form, theirs: Mapping[str, str], saved_at: str) -> Markup:
    title = NOMINEE_TITLES[asked.category.kind]
    html = render_template(
        "nominator/fields.html", form=form, asked=asked, theirs=theirs, saved_at=saved_at, nominee_title=title
    )
    return Markup(html)  # noqa: S704 (a template of ours, escaped where it was made)


_EMPTY: dict[tuple[type[Form], str, bool, frozenset[tuple[str, str]]], Markup] = {}


def _empty_fields(asked: Asked, form: Form) -> Markup:
    """The fields of an empty form; a published form never changes, so they are drawn once for a programme's words."""
    words = frozenset(asked.season.programme.words.items())
    key = (asked.form_class, asked.category.kind, asked.form.blind, words)
    if key not in _EMPTY:
        if len(_EMPTY) > MOST_EMPTY:
            _EMPTY.clear()
        _EMPTY[key] = _fields(asked, form, {}, "")
    return _EMPTY[key]
