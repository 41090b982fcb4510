"""Planning the rounds of a category: adding, changing, moving and taking away, as far as nothing rests on them yet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select

from heroes.domain.advance_rules import as_data
from heroes.domain.round_kinds import kind_of
from heroes.domain.round_settings import (
    KEPT,
    BadSettings,
    InLine,
    RoundSettings,
    out_of_order,
    read_settings,
    said,
    share_trouble,
)
from heroes.domain.slugs import slugify
from heroes.models import round_pages as read
from heroes.models.seasons import Category, Panel, Round, ScoreSetDesign, Season, Slot
from heroes.services.auditing import note
from heroes.services.building import category_of, edit, hold_to
from heroes.services.context import Context
from heroes.services.refusals import Invalid, NotFound
from heroes.services.round_score_sets import score_set_for
from heroes.services.slot_clashes import clash_of, ends_at

_ADMITTED = "Entries have been admitted to it, so it stays. What they were promised is on the rule card."
_DECIDED = (
    "The shortlist of this category is decided already. Another number or order of rounds would change what"
    " shortlisted means, so they stay as they are."
)


def held(ctx: Context, season: Season, slug: str) -> Category:
    """A category whose rounds nobody else changes until the transaction ends, or `NotFound`."""
    category = category_of(ctx, season, slug)
    ctx.session.execute(select(Category.id).where(Category.id == category.id).with_for_update(key_share=True))
    return category


def rounds_held(ctx: Context, category: Category) -> list[Round]:
    """Its rounds in their order, as they are now."""
    return list(
        ctx.session.scalars(
            select(Round)
            .where(Round.category_id == category.id)
            .order_by(Round.position)
            .execution_options(populate_existing=True)
        )
    )


def _found(rounds: Sequence[Round], slug: str) -> Round:
    found = next((one for one in rounds if one.slug == slug), None)
    if found is None:
        raise NotFound
    return found


def subject(category: Category, round_: Round) -> str:
    """What the audit trail calls a round."""
    return f"{category.slug}/{round_.slug}"


# ---- adding and changing ----


def add_round(
    ctx: Context, season_slug: str, category_slug: str, raw: Mapping[str, str], reason: str = ""
) -> str:
    """Put a round after a category's others; return its slug.

    Raises `Invalid` by field; at "kind" where a round more would change what shortlisted means.
    """
    with edit(ctx, season_slug, reason) as season:
        category = held(ctx, season, category_slug)
        rounds = rounds_held(ctx, category)
        wanted = _read(raw, season)
        if wanted.design == KEPT:
            raise Invalid({"design": "Choose the scorecard."})
        if rounds and read.is_decided(ctx.session, category.id):
            raise Invalid({"kind": _DECIDED})
        _must_be_in_order([*map(_in_line, rounds), _wished(wanted)], len(rounds), season)
        made = Round(
            category_id=category.id, position=len(rounds) + 1, slug=_slug(wanted.name, rounds), quorum=1
        )
        _write(ctx, season, category, made, wanted)
        ctx.session.add(made)
        ctx.session.flush()
        note(ctx, "round.add", subject(category, made), season_id=season.id, after=as_said(ctx, made))
        return made.slug


def change_round(
    ctx: Context,
    season_slug: str,
    category_slug: str,
    round_slug: str,
    raw: Mapping[str, str],
    seen: int,
    reason: str = "",
) -> None:
    """Change a round's settings, made from a form of version `seen`. Raises `Faster`, and `Invalid` by field.

    What is marked, and how, stays once somebody has begun to mark; the panel stays once somebody has been asked.
    """
    with edit(ctx, season_slug, reason) as season:
        category = held(ctx, season, category_slug)
        rounds = rounds_held(ctx, category)
        round_ = _found(rounds, round_slug)
        hold_to(ctx, season, subject(category, round_), round_.version, seen)
        wanted = _read(raw, season)
        line = [_wished(wanted) if one.id == round_.id else _in_line(one) for one in rounds]
        _must_be_in_order(line, rounds.index(round_), season)
        _must_not_pull_away(ctx, season, round_, wanted)
        before = as_said(ctx, round_)
        _write(ctx, season, category, round_, wanted)
        ctx.session.flush()
        note(
            ctx,
            "round.change",
            subject(category, round_),
            season_id=season.id,
            before=before,
            after=as_said(ctx, round_),
        )


def _read(raw: Mapping[str, str], season: Season) -> RoundSettings:
    try:
        return read_settings(raw, season.timezone)
    except BadSettings as error:
        raise Invalid(error.errors) from None


def _in_line(round_: Round) -> InLine:
    return InLine(round_.name, round_.kind, round_.opens_at, round_.closes_at)


def _wished(wanted: RoundSettings) -> InLine:
    return InLine(wanted.name, wanted.kind.key, wanted.opens_at, wanted.closes_at)


def _must_be_in_order(line: Sequence[InLine], here: int, season: Season) -> None:
    """Refuse what does not fit, said at a field of the round that is being changed, whichever round it is about."""
    found = out_of_order(line, season.timezone)
    errors = dict(found.get(here, {}))
    if "opens" in found.get(here + 1, {}):
        following = line[here + 1]
        errors["closes"] = (
            f"{following.name} opens {said(following.opens_at, season.timezone)}. This round must have closed by then."
        )
    closing = next((one["kind"] for index, one in found.items() if index != here and "kind" in one), None)
    if closing:
        errors.setdefault("kind", closing)
    if errors:
        raise Invalid(errors)


def _must_not_pull_away(ctx: Context, season: Season, round_: Round, wanted: RoundSettings) -> None:
    """Refuse to change what somebody's work rests on: marks, assignments, slots."""
    errors: dict[str, str] = {}
    panel = _panel(ctx, season, wanted)
    if wanted.design == KEPT and (round_.design_id is not None or kind_of(round_.kind).question):
        errors["design"] = "Choose the scorecard."
    if wanted.kind.key != round_.kind and read.has_admitted(ctx.session, [round_.id]):
        errors["kind"] = "Entries have been admitted to it, so it stays what it is."
    if panel.id != round_.panel_id and read.is_assigned(ctx.session, round_.id):
        errors["panel"] = "Judges of this panel have entries already. Take these off them first."
    design = _design(ctx, season, wanted)
    if read.is_marked(ctx.session, round_.id):
        if (design.id if design else None) != round_.design_id:
            errors["design"] = (
                "Somebody has begun to mark, so its scorecard stays. Correct the scorecard itself instead."
            )
        elif wanted.kind.question and wanted.question != _question(ctx, round_):
            errors["question"] = "Somebody has answered it already, so the question stays."
    if round_.share is not None and "share" not in wanted.kind.settings:
        errors["kind"] = "It has a share of the blended result. Share that out anew first."
    slots = read.slots_of(ctx.session, round_.id)
    if slots:
        errors |= _slots_fit(ctx, season, round_, wanted, panel, slots)
    if errors:
        raise Invalid(errors)


def _slots_fit(
    ctx: Context,
    season: Season,
    round_: Round,
    wanted: RoundSettings,
    panel: Panel,
    slots: Sequence[Slot],
) -> dict[str, str]:
    if not wanted.kind.slots:
        return {"kind": "It has slots. Take these away first."}
    errors = {}
    if slots[0].starts_at < wanted.opens_at:
        errors["opens"] = f"A slot begins {said(slots[0].starts_at, season.timezone)}. Move it first."
    last = max(slots, key=ends_at)
    if ends_at(last) > wanted.closes_at:
        errors["closes"] = f"A slot ends {said(ends_at(last), season.timezone)}. Move it first."
    if panel.id != round_.panel_id:
        taken = read.slots_in_season(ctx.session, season.id)
        for slot in slots:
            clash = clash_of(slot, panel.id, [one for one in taken if one[1].id != round_.id], season)
            if clash:
                errors["panel"] = clash
                break
    return errors


def _question(ctx: Context, round_: Round) -> str:
    return read.question_of(ctx.session, round_.score_set_id)


def _panel(ctx: Context, season: Season, wanted: RoundSettings) -> Panel:
    found = ctx.session.scalar(select(Panel).where(Panel.season_id == season.id, Panel.slug == wanted.panel))
    if found is None:
        raise Invalid({"panel": "There is no such panel any more. Choose another one."})
    return found


def _design(ctx: Context, season: Season, wanted: RoundSettings) -> ScoreSetDesign | None:
    if not wanted.kind.chooses_scorecard or wanted.design == KEPT:
        return None
    found = ctx.session.scalar(
        select(ScoreSetDesign).where(
            ScoreSetDesign.season_id == season.id, ScoreSetDesign.key == wanted.design
        )
    )
    if found is None:
        raise Invalid({"design": "There is no such scorecard any more. Choose another one."})
    return found


def _write(ctx: Context, season: Season, category: Category, round_: Round, wanted: RoundSettings) -> None:
    design = _design(ctx, season, wanted)
    same = round_.kind == wanted.kind.key and round_.design_id == (design.id if design else None)
    if not same or wanted.kind.question:
        round_.score_set_id = score_set_for(ctx, category, wanted, design).id
    round_.design_id = design.id if design else None
    round_.kind, round_.name = wanted.kind.key, wanted.name
    round_.opens_at, round_.closes_at = wanted.opens_at, wanted.closes_at
    round_.panel_id = _panel(ctx, season, wanted).id
    round_.reviews, round_.quorum = wanted.reviews, wanted.quorum
    round_.blind, round_.marks_shown = wanted.blind, wanted.marks_shown
    round_.method, round_.advance = wanted.method, as_data(wanted.advance)


def _slug(name: str, rounds: Sequence[Round]) -> str:
    taken, base = {one.slug for one in rounds}, slugify(name)
    numbered = (f"{base[:76]}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbered) if slug not in taken)


def as_said(ctx: Context, round_: Round) -> dict[str, Any]:
    """A round's settings for the audit trail."""
    design = ctx.session.get(ScoreSetDesign, round_.design_id) if round_.design_id else None
    return {
        "name": round_.name,
        "kind": round_.kind,
        "opens": round_.opens_at,
        "closes": round_.closes_at,
        "panel": ctx.session.get_one(Panel, round_.panel_id).slug,
        "scorecard": design.key if design else read.question_of(ctx.session, round_.score_set_id),
        "reviews": round_.reviews,
        "quorum": round_.quorum,
        "blind": round_.blind,
        "marks_shown": round_.marks_shown,
        "method": round_.method,
        "advance": round_.advance,
    }


# ---- order, end and shares ----


def move_round(
    ctx: Context, season_slug: str, category_slug: str, round_slug: str, earlier: bool, reason: str = ""
) -> None:
    """Let a round and its neighbour change places, dates and all: whichever is first keeps the earlier dates.

    Raises `Invalid` at "move" once entries are admitted to either, or the shortlist is decided.
    """
    with edit(ctx, season_slug, reason) as season:
        category = held(ctx, season, category_slug)
        rounds = rounds_held(ctx, category)
        here = rounds.index(_found(rounds, round_slug))
        there = here - 1 if earlier else here + 1
        if not 0 <= there < len(rounds):
            raise Invalid({"move": "There is no round on that side of it."})
        first, second = sorted((rounds[here], rounds[there]), key=lambda one: one.position)
        _must_be_free(ctx, category, [first, second], "move")
        line = [_in_line(one) for one in rounds]
        at = rounds.index(first)
        line[at : at + 2] = (
            replace(line[at + 1], opens_at=first.opens_at, closes_at=first.closes_at),
            replace(line[at], opens_at=second.opens_at, closes_at=second.closes_at),
        )
        wrong = [text for errors in out_of_order(line, season.timezone).values() for text in errors.values()]
        if wrong:
            raise Invalid({"move": wrong[0]})
        position = second.position
        second.position = 0
        ctx.session.flush()
        first.position = position
        ctx.session.flush()
        second.position = position - 1
        dates = (first.opens_at, first.closes_at)
        first.opens_at, first.closes_at = second.opens_at, second.closes_at
        second.opens_at, second.closes_at = dates
        ctx.session.flush()
        note(
            ctx,
            "round.move",
            subject(category, rounds[here]),
            season_id=season.id,
            after={"order": [one.slug for one in sorted(rounds, key=lambda one: one.position)]},
        )


def remove_round(
    ctx: Context, season_slug: str, category_slug: str, round_slug: str, seen: int, reason: str = ""
) -> None:
    """Take a round away to which nothing was ever admitted. Raises `Invalid` at "remove" with why it must stay."""
    with edit(ctx, season_slug, reason) as season:
        category = held(ctx, season, category_slug)
        rounds = rounds_held(ctx, category)
        round_ = _found(rounds, round_slug)
        hold_to(ctx, season, subject(category, round_), round_.version, seen)
        _must_be_free(ctx, category, [round_], "remove")
        rest = [one for one in rounds if one.id != round_.id]
        if not rest and season.opened_at is not None:
            raise Invalid({"remove": "The season is open, and this is the only round of the category."})
        wrong = list(out_of_order([_in_line(one) for one in rest], season.timezone).values())
        if wrong:
            raise Invalid({"remove": next(iter(wrong[0].values()))})
        if share_trouble([one.share for one in rest]):
            raise Invalid({"remove": "It has a share of the blended result. Share that out anew first."})
        drop(ctx, [round_])
        for position, one in enumerate(rest, 1):
            one.position = position
            ctx.session.flush()
        note(ctx, "round.remove", subject(category, round_), season_id=season.id, before=as_said(ctx, round_))


def _must_be_free(ctx: Context, category: Category, rounds: Sequence[Round], field: str) -> None:
    if read.is_decided(ctx.session, category.id):
        raise Invalid({field: _DECIDED})
    if read.has_admitted(ctx.session, [one.id for one in rounds]):
        raise Invalid({field: _ADMITTED})


def drop(ctx: Context, rounds: Sequence[Round]) -> None:
    """Delete rounds to which nothing was admitted, with their slots. Needs a running transaction."""
    ids = [one.id for one in rounds]
    ctx.session.execute(delete(Slot).where(Slot.round_id.in_(ids)))
    for one in rounds:
        ctx.session.delete(one)
    ctx.session.flush()


def share_out(
    ctx: Context, season_slug: str, category_slug: str, typed: Mapping[str, str], seen: int, reason: str = ""
) -> None:
    """Say how much each round counts in the category's blended result: slug -> percent, all empty for none.

    `seen` is the sum of the rounds' versions that the form was made from. Raises `Invalid` at "share".
    """
    with edit(ctx, season_slug, reason) as season:
        category = held(ctx, season, category_slug)
        rounds = rounds_held(ctx, category)
        hold_to(ctx, season, category.slug, sum(one.version for one in rounds), seen)
        shares = [_share(typed.get(one.slug, "")) for one in rounds]
        wrong = share_trouble(shares)
        silent = [one.name for one, n in zip(rounds, shares, strict=True) if n and not _can_share(one)]
        if silent:
            wrong = f"{silent[0]} gives no score that could count: leave its share empty."
        if wrong:
            raise Invalid({"share": wrong})
        before = {one.slug: one.share for one in rounds}
        for one, share in zip(rounds, shares, strict=True):
            one.share = share
        after = {one.slug: one.share for one in rounds}
        note(ctx, "round.share", category.slug, season_id=season.id, before=before, after=after)


def _can_share(round_: Round) -> bool:
    return "share" in kind_of(round_.kind).settings


def _share(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
