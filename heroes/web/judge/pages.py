"""The judge room: the queue, and an entry with its scorecard beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.questions import words_to_judge
from heroes.domain.round_kinds import RoundKind, kind_of
from heroes.domain.round_settings import others_marks_show
from heroes.domain.scorecards import minutes, plain
from heroes.models import judge_pages as read
from heroes.models.database import current_session
from heroes.services import recusing, scoring, undertaking
from heroes.services.nomination_forms import form_of
from heroes.services.refusals import Faster, Invalid
from heroes.services.scoring import Card, CardClosed, Words
from heroes.services.slotting import slot_of
from heroes.web.judge.reading import TheEntry, entry_to_read
from heroes.web.judge.sheets import Posted, Row, Sheet, Was, draft_sheet, posted_sheet
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, set_site, viewer, wants_json
from heroes.web.kit.terms import own

blueprint = Blueprint("judge", __name__, url_prefix="/judge")

SAID = {
    "sent": "Handed in. That was the last one that is open to you: thank you.",
    "stepped": "You have stepped back. The organisers will give the entry to somebody else.",
}


def room(current: bool, *, chairing: bool = False, mine: bool = False) -> dict[str, Any]:
    """The frame of the judge room's pages; who chairs a panel has its tables beside the queue."""
    person = viewer()
    assert person is not None
    tabs = [("My queue", url_for("judge.home"), current), ("How I mark", url_for("judge.own_marks"), mine)]
    if person.found.chair:
        tabs.append(("Panels I chair", url_for("judge.tables"), chairing))
    return {"role": own("Chair" if chairing else "Judge"), "who": person.name, "key": "judge", "tabs": tabs}


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment as the queue shows it; `sign` is its state's word and icon by the kit's name.

    `said` is the total where it is no number; `starts_at` and `place` are those of a live presentation.
    """

    handle: str
    name: str
    category: str
    minutes: int | None
    sign: str
    word: str
    total: Any
    said: str
    readable: bool
    starts_at: datetime | None
    place: str


@blueprint.get("/")
@open_to(Access.JUDGE)
def home() -> Response:
    """What waits to be judged, what is done, and how one has marked so far."""
    ctx, session = context(), current_session()
    user_id = ctx.actor.user_id or 0
    season = read.season_of_judge(session, user_id)
    assert season is not None
    set_site(season, season.programme)
    shown = request.args.get("show", "all")
    shown = shown if shown in read.SHOWN else "all"
    bench = read.bench(session, user_id, ctx.now)
    counts = {"all": bench.asked + bench.gone, "todo": bench.todo, "submitted": bench.submitted}
    pages = max(1, -(-counts[shown] // read.PAGE))
    page = min(_number("page"), pages)
    rows, rounds = (
        read.queue(session, user_id, ctx.now, shown, page),
        read.open_rounds(session, user_id, ctx.now),
    )
    seasons = {season.name, *(row.season for row in rows), *(one.season for one in rounds)}
    lines = [_line(row, ctx.now, several=len(seasons) > 1) for row in rows]
    waiting = [line.minutes for line in lines if line.minutes is not None]
    return render(
        "judge/queue.html",
        bench=bench,
        counts=counts,
        shown=shown,
        page=page,
        pages=pages,
        lines=lines,
        rounds=rounds,
        several=len(seasons) > 1,
        stepped_back=read.stepped_back(session, user_id),
        following=read.next_to_do(session, user_id, ctx.now),
        terms_wait=season.slug if undertaking.waits(ctx, season) else "",
        minutes_left=bench.todo * sum(waiting) // len(waiting) if waiting else 0,
        notices=[("ok", own(text)) for key, text in SAID.items() if key in request.args],
        room=room(True),
    )


def _number(name: str) -> int:
    text = request.args.get(name, "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1


def _line(row: Any, now: datetime, *, several: bool) -> Line:
    words = words_to_judge(form_of(row.FormVersion), row.answers, blind=row.blind)
    sign, word = _sign(row, now)
    return Line(
        handle=row.handle,
        name=row.code if row.blind else row.title,
        category=f"{row.category}, {row.season}" if several else row.category,
        minutes=minutes(words) if row.waits else None,
        sign=sign,
        word=word,
        total=row.total,
        said=kind_of(row.kind).said_total(row.total),
        readable=bool(row.live),
        starts_at=row.starts_at,
        place=row.place or "",
    )


def _sign(row: Any, now: datetime) -> tuple[str, str]:
    if row.waits and row.asked_again_at is not None and row.state == "submitted":
        return "draft", "Corrected: a mark is missing"
    if row.state == "submitted":
        changing = row.live and now < row.closes_at and _changed_since(row)
        return ("draft", "Submitted, changed since") if changing else ("submitted", "")
    if not row.live:
        back = row.entry_state == "returned"
        return "recused", "Back with its entrant" if back else "No longer in the competition"
    if now >= row.closes_at:
        return "recused", "Closed without a scorecard"
    if row.draft:
        return "draft", f"Draft, {len(row.draft)} marked"
    return ("draft", "") if row.saved_at else ("waiting", "")


def _changed_since(submitted: Any) -> bool:
    """Whether a scorecard that is in has a later draft; an imported one was never saved at all."""
    return submitted.saved_at is not None and submitted.saved_at > submitted.submitted_at


@blueprint.route("/<handle>", methods=["GET", "POST"])
@open_to(Access.JUDGE)
def card(handle: str) -> AnyResponse:
    """An entry and its scorecard. Whatever is refused comes back with everything still on the page."""
    if request.method == "GET":
        opened = scoring.open_card(context(), handle)
        was = _was(opened)
        return _page(opened, draft_sheet(opened, was), was)
    posted = _posted()
    handing_in = request.form.get("act") == "submit"
    given = (posted.revision, posted.raw, posted.words, posted.on)
    try:
        if handing_in:
            scoring.submit(context(), handle, *given)
        else:
            kept = scoring.save(context(), handle, *given)
    except Invalid as error:
        return _invalid(handle, posted, error)
    except (Faster, CardClosed) as error:
        return _refused(handle, posted, error)
    if handing_in:
        return _onwards(handle)
    if wants_json():
        said = f"Saved {kept.saved_at.astimezone(ZoneInfo(kept.zone)):%H:%M}"
        return jsonify(saved_at_text=said, revision=kept.revision)
    return redirect(url_for("judge.card", handle=handle, saved=1), 303)


def _posted() -> Posted:
    """The marks by criterion ("" is an abstention, None is a number that was left empty), and all beside them."""
    form = request.form
    raw: dict[str, str | None] = {**_named("mark-")}
    for key in form.getlist("typed"):
        empty = not (raw.get(key) or "").strip()
        raw[key] = ("" if form.get(f"none-{key}") else None) if empty else raw[key]
    revision = form.get("revision", "")
    number = int(revision) if revision.isdecimal() and len(revision) < 10 else 0
    return Posted(raw, Words(form.get("comment", ""), _named("note-")), _named("scale-"), number)


def _named(prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): text for name, text in request.form.items() if name.startswith(prefix)}


def _was(opened: Card) -> Was:
    """The marks that are in, with the criteria that they were given on."""
    return read.marks_handed_in(current_session(), opened.assignment) if opened.assignment.submission else {}


def _onwards(handle: str) -> AnyResponse:
    """To the next entry that waits, or back to the queue after the last."""
    ctx = context()
    following = read.next_to_do(current_session(), ctx.actor.user_id or 0, ctx.now, but=handle)
    if following is None:
        return redirect(url_for("judge.home", sent=1), 303)
    return redirect(url_for("judge.card", handle=following.handle, sent=1), 303)


def _invalid(handle: str, posted: Posted, error: Invalid) -> AnyResponse:
    if wants_json():
        return make_response(jsonify(error=error.code, sentence=error.sentence), 422)
    opened = scoring.open_card(context(), handle)
    was = _was(opened)
    return _page(opened, posted_sheet(opened, posted, error.errors, posted.revision, was), was, 422)


def _refused(handle: str, posted: Posted, error: Faster | CardClosed) -> AnyResponse:
    """What was typed beside what stands: nothing was written, nothing is lost."""
    if wants_json():
        return make_response(jsonify(error=error.code, sentence=error.sentence), 409)
    opened = scoring.open_card(context(), handle)
    was = _was(opened)
    sheet = posted_sheet(opened, posted, {}, opened.assignment.revision, was)
    return _page(opened, sheet, was, 409, theirs=draft_sheet(opened) if isinstance(error, Faster) else None)


def _page(opened: Card, sheet: Sheet, was: Was, status: int = 200, theirs: Sheet | None = None) -> Response:
    ctx, session = context(), current_session()
    row, assignment = opened.row, opened.assignment
    set_site(row.season, row.season.programme)
    live = row.takes_marks
    others: Sequence[Any] = ()
    kind = kind_of(row.round.kind)
    closed, shown = row.round.closes_at <= ctx.now, row.round.marks_shown
    if assignment.state == "submitted" and live and others_marks_show(shown, left=0, closed=closed):
        others = read.colleagues(session, assignment)
    return render(
        "judge/scorecard.html",
        status,
        card=opened,
        assignment=assignment,
        entry=entry_to_read(row) if live else _gone(row),
        sheet=sheet,
        theirs=theirs,
        typed=status == 409,
        handed_in={row.key: _handed_in(row, was, kind) for row in sheet.rows},
        others=others,
        kind=kind,
        slot=slot_of(ctx, row.round, row.entry.id),
        changed=assignment.state == "submitted" and _changed_since(assignment),
        bench=read.bench(session, ctx.actor.user_id or 0, ctx.now),
        live=live,
        notices=_card_notices(status),
        room=room(False),
    )


def _handed_in(row: Row, was: Was, kind: RoundKind) -> str:
    """What counts of a criterion, in words."""
    if row.was:
        return f"{row.was}, so it does not count"
    if row.key not in was:
        return "not marked"
    value = was[row.key][1]
    return "cannot judge" if value is None else kind.said(value) or plain(value)


def _gone(row: read.CardRow) -> TheEntry:
    """An entry that has left the competition took its words along."""
    return TheEntry(row.code, row.category.name, (), (), 0, 0, True)


def _card_notices(status: int) -> list[tuple[str, str]]:
    if status == 200 and "sent" in request.args:
        return [("ok", "Handed in. This is the next one.")]
    return []


@blueprint.route("/<handle>/step-back", methods=["GET", "POST"])
@open_to(Access.JUDGE)
def step_back(handle: str) -> AnyResponse:
    """Step back from an entry because of a connection with it."""
    reason, error = request.form.get("reason", ""), ""
    if request.method == "POST":
        try:
            recusing.step_back(context(), handle, reason)
        except Invalid as refusal:
            error = refusal.errors["reason"]
        else:
            return redirect(url_for("judge.home", stepped=1), 303)
    opened = scoring.open_card(context(), handle, name_only=True)
    set_site(opened.row.season, opened.row.season.programme)
    return render(
        "judge/step_back.html",
        422 if error else 200,
        card=opened,
        assignment=opened.assignment,
        name=opened.row.name,
        reason=reason,
        error=error,
        problems=[SimpleNamespace(anchor="reason", text=error)] if error else [],
        room=room(False),
    )
