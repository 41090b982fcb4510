"""Building a form: every change of a working copy, each whole or not at all. Publishing is `form_publishing`'s."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from heroes.domain import form_designs as forms
from heroes.domain.form_designs import Asked, BadMove, Gone, Place, Sections
from heroes.domain.question_settings import Typed, kind_of, read_question
from heroes.domain.questions import BadForm, clean_text, parse_form
from heroes.domain.questions.parsing import MOST_QUESTIONS, MOST_SECTIONS
from heroes.domain.slugs import slugify
from heroes.models import form_pages as read
from heroes.models.seasons import FormDesign, Season
from heroes.services import building
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.refusals import Invalid, NotFound

MOST_NAME = 200
MOST_INTRO = 5_000


def about(key: str) -> str:
    """What the audit records of a form are about."""
    return f"form {key}"


@dataclass(frozen=True, slots=True)
class Editing:
    """A working copy held for one change."""

    season: Season
    design: FormDesign


@contextmanager
def editing(ctx: Context, season_slug: str, key: str, version: int) -> Iterator[Editing]:
    """One change of a working copy as it was shown (`version`), or nothing.

    Raises `NotFound`, `Faster` if somebody changed it since, and turns a section or question that is not there into
    `NotFound`, a refused move into `Invalid`.
    """
    with building.edit(ctx, season_slug) as season:
        design = read.design(ctx.session, season.id, key, to_write=True)
        if design is None:
            raise NotFound
        building.hold_to(ctx, season, about(key), design.version, version)
        try:
            yield Editing(season, design)
        except Gone as error:
            raise NotFound from error
        except BadMove as error:
            raise Invalid({"move": str(error)}) from error


def _told(ctx: Context, it: Editing, act: str, **after: Any) -> None:
    it.design.edited_at = ctx.now
    it.design.edited_by_id = ctx.actor.user_id
    # Which categories use it is kept with them; whoever has its page open must be told all the same.
    flag_modified(it.design, "edited_at")
    note(ctx, act, about(it.design.key), season_id=it.season.id, after=after)


def _name(ctx: Context, season: Season, typed: str, but: str = "") -> str:
    name = " ".join(clean_text(typed).split())
    if not name:
        raise Invalid({"name": "Give the form a name."})
    if len(name) > MOST_NAME:
        raise Invalid({"name": f"Keep the name under {MOST_NAME} characters."})
    others = {one.name.casefold() for one in read.designs(ctx.session, season.id) if one.key != but}
    if name.casefold() in others:
        raise Invalid({"name": "Another form of this season has this name."})
    return name


# ---- forms ----


def new(ctx: Context, season_slug: str, name: str, copy_of: str = "") -> str:
    """Make a form, empty or as a copy of another of the season, and return its key."""
    with building.edit(ctx, season_slug) as season:
        name = _name(ctx, season, name)
        sections: Sections = []
        if copy_of:
            other = read.design(ctx.session, season.id, copy_of)
            if other is None:
                raise Invalid({"copy": "Choose one of the forms."})
            sections = other.sections
        taken = {one.key for one in read.designs(ctx.session, season.id)}
        stem = slugify(name)[:70]
        key = next(
            k for n in range(1, len(taken) + 2) if (k := stem if n == 1 else f"{stem}-{n}") not in taken
        )
        design = FormDesign(
            season_id=season.id,
            key=key,
            name=name,
            sections=sections,
            edited_at=ctx.now,
            edited_by_id=ctx.actor.user_id,
        )
        ctx.session.add(design)
        note(ctx, "form.add", about(key), season_id=season.id, after={"name": name, "copy_of": copy_of})
    return key


def settle(
    ctx: Context, season_slug: str, key: str, version: int, name: str, categories: Sequence[str]
) -> None:
    """Name the form and choose which categories use it; one that used another uses this one from now on.

    What a category has published stays in force until this form is published.
    """
    with editing(ctx, season_slug, key, version) as it:
        it.design.name = _name(ctx, it.season, name, but=key)
        chosen = set(categories)
        every = read.categories(ctx.session, it.season.id, to_write=True)
        if chosen - {category.slug for category in every}:
            raise Invalid({"categories": "Choose from the categories of this season."})
        for category in every:
            if category.slug in chosen:
                category.form_design_id = it.design.id
            elif category.form_design_id == it.design.id:
                category.form_design_id = None
        _told(ctx, it, "form.settle", name=it.design.name, categories=sorted(chosen))


def delete(ctx: Context, season_slug: str, key: str, version: int) -> None:
    """Take away a form that no category uses. Raises `Invalid` for one that is used."""
    with editing(ctx, season_slug, key, version) as it:
        used = [
            one.name
            for one in read.categories(ctx.session, it.season.id)
            if one.form_design_id == it.design.id
        ]
        if used:
            raise Invalid({"name": f"{used[0]} uses this form. Give its categories another form first."})
        note(
            ctx,
            "form.delete",
            about(key),
            season_id=it.season.id,
            before={"name": it.design.name, "sections": it.design.sections},
        )
        ctx.session.delete(it.design)


# ---- sections ----


def save_section(
    ctx: Context, season_slug: str, key: str, version: int, number: int | None, title: str, intro: str
) -> None:
    """Add a section at the end (`number` is None) or change the one of that number."""
    title, intro = " ".join(clean_text(title).split()), clean_text(intro)
    errors = {}
    if not title:
        errors["title"] = "Give the section a heading."
    if len(title) > MOST_NAME:
        errors["title"] = f"Keep the heading under {MOST_NAME} characters."
    if len(intro) > MOST_INTRO:
        errors["intro"] = f"Keep this under {MOST_INTRO:,} characters."
    with editing(ctx, season_slug, key, version) as it:
        if number is None and len(it.design.sections) >= MOST_SECTIONS:
            errors["title"] = f"A form has {MOST_SECTIONS} sections at most."
        if errors:
            raise Invalid(errors)
        if number is None:
            it.design.sections = forms.add_section(it.design.sections, title, intro)
        else:
            it.design.sections = forms.change_section(it.design.sections, number, title, intro)
        _told(ctx, it, "form.edit", section=title)


def remove_section(ctx: Context, season_slug: str, key: str, version: int, number: int) -> None:
    """Take a section away with its questions; what hung on one of them is asked always."""
    with editing(ctx, season_slug, key, version) as it:
        before = it.design.sections
        it.design.sections = forms.remove_section(before, number)
        _told(ctx, it, "form.edit", removed=before[number])


def move_section(ctx: Context, season_slug: str, key: str, version: int, number: int, to: int) -> None:
    """Put a section elsewhere. Raises `Invalid` if a question would come before the one it hangs on."""
    _step(ctx, season_slug, key, version, lambda sections: forms.move_section(sections, number, to))


# ---- questions ----


def save_question(
    ctx: Context,
    season_slug: str,
    key: str,
    version: int,
    *,
    question: str | None,
    section: int,
    kind: str,
    typed: Typed,
) -> str:
    """Add a question at the end of a section (`question` is None), or change one; returns its key.

    A key is made from the label of a new question and never changes, because answers hang on it; so does the kind of
    a question that has been published. Raises `Invalid` with an error for each field.
    """
    with editing(ctx, season_slug, key, version) as it:
        sections = it.design.sections
        old = forms.question_of(sections, question) if question is not None else None
        known = kind_of(kind)
        if known is None:
            raise Invalid({"kind": "Choose what kind of question this is."})
        every = read.categories(ctx.session, it.season.id)
        users = {one.slug: one.name for one in every if one.form_design_id == it.design.id}
        published = _published(ctx, [one.id for one in every if one.form_design_id == it.design.id])
        place = forms.place_of(sections, question) if question is not None else _end_of(sections, section)
        asked, errors = read_question(
            known,
            typed,
            conditions=forms.can_hang_on(sections, place),
            categories={slug: slug for slug in (old or {}).get("categories", ())} | users,
        )
        if old is not None and old["kind"] != kind and any(one["key"] == question for one in published):
            errors["kind"] = (
                "It has been published as another kind. Add a new question, and take this one away."
            )
        errors |= _words_of_consent(asked, question, published)
        lost = forms.answer_lost(sections, question, asked) if question is not None else ""
        if lost:
            errors["choices" if "choices" in asked else "kind"] = lost
        if question is None and sum(1 for _ in forms.every_question(sections)) >= MOST_QUESTIONS:
            errors["label"] = f"A form has {MOST_QUESTIONS} questions at most."
        if errors:
            raise Invalid(errors)
        if question is None:
            question = _new_key(asked, sections, published)
            after = forms.add_question(sections, section, {"key": question} | asked)
        else:
            after = forms.change_question(sections, question, asked)
        _must_read(after, question)
        it.design.sections = after
        _told(ctx, it, "form.edit", question=asked["label"])
    return question


def remove_question(ctx: Context, season_slug: str, key: str, version: int, question: str) -> None:
    """Take a question away; what hung on it is asked always."""
    with editing(ctx, season_slug, key, version) as it:
        removed = forms.question_of(it.design.sections, question)
        it.design.sections = forms.remove_question(it.design.sections, question)
        _told(ctx, it, "form.edit", removed=removed)


def move_question(ctx: Context, season_slug: str, key: str, version: int, question: str, to: Place) -> None:
    """Put a question elsewhere. Raises `Invalid` if a question would come before the one it hangs on."""
    _step(
        ctx,
        season_slug,
        key,
        version,
        lambda sections: forms.move_question(sections, question, to.section, to.index),
    )


def _step(
    ctx: Context, season_slug: str, key: str, version: int, step: Callable[[Sections], Sections]
) -> None:
    with editing(ctx, season_slug, key, version) as it:
        after = step(it.design.sections)
        if after == it.design.sections:
            return
        it.design.sections = after
        _told(ctx, it, "form.edit", order=[one["key"] for one in forms.every_question(after)])


def _end_of(sections: Sections, number: int) -> Place:
    if not 0 <= number < len(sections):
        raise NotFound
    return Place(number, len(sections[number].get("question", ())))


def _published(ctx: Context, category_ids: Sequence[int]) -> list[Asked]:
    """Every question that the form's categories have ever published."""
    return [
        question
        for sections in read.ever_asked(ctx.session, category_ids)
        for question in forms.every_question(sections)
    ]


def _new_key(asked: Asked, sections: Sections, published: Sequence[Asked]) -> str:
    """A key that no question has or had; the same question comes back under the key that it was published with."""
    here = {one["key"] for one in forms.every_question(sections)}
    for one in published:
        if one["key"] not in here and (one["kind"], one["label"]) == (asked["kind"], asked["label"]):
            return str(one["key"])
    return forms.free_key(asked["label"], here | {one["key"] for one in published})


def _words_of_consent(asked: Asked, question: str | None, published: Sequence[Asked]) -> dict[str, str]:
    for one in published:
        if (
            asked["kind"] == "consent" == one["kind"]
            and one["key"] == question
            and one.get("consent_version") == asked.get("consent_version")
            and one["label"] != asked.get("label")
        ):
            return {
                "consent_version": "People have agreed to other words under this version. Name a new version."
            }
    return {}


def _must_read(sections: Sections, question: str) -> None:
    """Whatever the fields let through must be a question that a form can have."""
    alone = dict(forms.question_of(sections, question))
    alone.pop("when", None)
    try:
        parse_form([{"title": "", "intro": "", "question": [alone]}])
    except BadForm as error:
        raise Invalid({"label": f"This cannot be asked: {str(error).rpartition(': ')[2]}."}) from error
