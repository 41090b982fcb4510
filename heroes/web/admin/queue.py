"""The admin room: the review queue, and the same view as a file."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from flask import Response, request, stream_with_context, url_for
from werkzeug.datastructures import MultiDict

from heroes.adapters.spreadsheets import BOM, stream_csv
from heroes.domain.entry_states import State
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.policy import Deed, may
from heroes.domain.questions import clean_text
from heroes.models import queue_pages as read
from heroes.models.database import current_session
from heroes.models.entries import SCREENINGS
from heroes.models.seasons import Category, Season
from heroes.services import exporting
from heroes.services.bulk import BulkAct
from heroes.services.permission import staff_season
from heroes.web.admin.acts import ACTS
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render, viewer
from heroes.web.kit.states import SCREENINGS as SCREENING_WORDS
from heroes.web.kit.states import STATES
from heroes.web.kit.terms import own
from heroes.web.kit.words import many, number

HUES = 10
TO_SCREEN = "to_screen"
MOST_TYPED = 200
SORT_WORDS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "title": "By title",
    "fewest": "Fewest scorecards",
}
PROGRESS_WORDS = {"none": "None in", "some": "Some in", "all": "All in"}
BULK_WORDS = {BulkAct.ELIGIBLE: "Mark as eligible"} | {
    act: ACTS[act.value].button for act in BulkAct if act.value in ACTS
}
TABS = (
    State.SUBMITTED,
    State.RETURNED,
    State.SHORTLISTED,
    State.NOT_SHORTLISTED,
    State.AWARDED,
    State.NOT_AWARDED,
    State.WITHDRAWN,
    State.INELIGIBLE,
    State.DRAFT,
)
ALWAYS_SHOWN = frozenset({State.SUBMITTED, State.RETURNED, State.SHORTLISTED, State.DRAFT})


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; anything unknown in it counts as not asked."""

    q: str
    category: str
    state: str
    organisation: str
    screening: str
    progress: str
    sort: str
    chapter: str = ""

    def filters(self, categories: list[Category]) -> read.Filters:
        """The same for the database. The tab "to screen" is submitted and unchecked."""
        to_screen = self.state == TO_SCREEN
        return read.Filters(
            words=self.q,
            category_id=next((c.id for c in categories if c.slug == self.category), None),
            state=State.SUBMITTED.value if to_screen else self.state,
            screening="unchecked" if to_screen else self.screening,
            organisation=self.organisation,
            progress=self.progress,
            chapter=self.chapter,
            sort=self.sort,
        )

    def query(self, **changes: str) -> str:
        """The address's query for this view with some of it changed."""
        values = {name: getattr(self, name) for name in self.__slots__} | changes
        return urlencode({k: v for k, v in values.items() if v and (k, v) != ("sort", "newest")})


def asked_of(args: MultiDict[str, str]) -> Asked:
    """Read a view from an address."""

    def one_of(name: str, known: Any) -> str:
        value = args.get(name, "")
        return value if value in known else ""

    def typed(name: str) -> str:
        return clean_text(args.get(name, ""))[:MOST_TYPED]

    return Asked(
        q=typed("q"),
        category=typed("category"),
        state=one_of("state", {*State, TO_SCREEN}),
        organisation=typed("organisation"),
        screening=one_of("screening", SCREENINGS),
        progress=one_of("progress", PROGRESS_WORDS),
        sort=one_of("sort", SORT_WORDS) or "newest",
        chapter=typed("chapter"),
    )


@blueprint.get("/<season_slug>/queue")
@open_to(Access.STAFF)
def queue(season_slug: str) -> Response:
    """The review queue: one page of a view, read by key, with totals that are kept and not counted."""
    season = staff_season(context(), season_slug, Deed.SEE_SEASON)
    return queue_page(season, asked_of(request.args), cursor_of(request.args.get("at", "")))


def queue_page(
    season: Season, asked: Asked, cursor: read.Cursor | None = None, status: int = 200, problem: str = ""
) -> Response:
    """Draw the queue; `problem` says why what was pressed on it could not be done."""
    session = current_session()
    categories = list(read.categories(session, season.id))
    page = read.queue(session, season, asked.filters(categories), cursor)
    totals = read.tallies(session, season.id)
    person = viewer()
    assert person is not None
    here = url_for("admin.queue", season_slug=season.slug)
    return render(
        "admin/queue.html",
        status,
        room=room(season, "queue"),
        season=season,
        asked=asked,
        here=here,
        view=asked.query(),
        export=f"{url_for('admin.export_queue', season_slug=season.slug)}?{asked.query()}",
        bulk_to=url_for("admin.bulk_preview", season_slug=season.slug),
        rows=page.rows,
        glance=glance_of(totals),
        state_tabs=_tabs(asked, here, totals),
        hues={c.id: f"hue-{(c.position - 1) % HUES + 1}" for c in categories},
        names={c.id: c.name for c in categories},
        levels=_levels(categories),
        category_options=[("", "Any"), *((c.slug, c.name) for c in categories)],
        screening_options=[("", "Any"), *((s, screening_word(s)) for s in SCREENINGS)],
        progress_options=[("", "Any"), *((key, own(text)) for key, text in PROGRESS_WORDS.items())],
        chapter_options=[("", "Any"), *((name, name) for name in season.chapters)]
        if len(season.chapters) > 1
        else [],
        sort_options=[(key, own(text)) for key, text in SORT_WORDS.items()],
        bulk_options=[(act.value, own(words)) for act, words in BULK_WORDS.items()],
        may_act=may(Deed.SCREEN, person.found.staff),
        begun=asked.state in read.NEVER_RECEIVED,
        sorted_words=own(SORT_WORDS[asked.sort].lower()),
        said=_said(asked, categories, totals, len(page.rows), more=bool(page.before or page.after)),
        before=_turned(asked, here, page.before),
        after=_turned(asked, here, page.after),
        problems_found=[Problem("act", problem)] if problem else [],
        notice=_notice(),
    )


def screening_word(screening: str) -> str:
    """What a screening verdict is called."""
    return SCREENING_WORDS["waiting" if screening == "unchecked" else screening].word


def glance_of(totals: dict[tuple[int, str, str], int]) -> SimpleNamespace:
    """The season's totals that pages open with."""

    def total(kind: str, value: str) -> int:
        return sum(count for (_, k, v), count in totals.items() if (k, v) == (kind, value))

    return SimpleNamespace(
        received=total("received", "yes"),
        to_screen=total("screening", "unchecked"),
        returned=total("state", State.RETURNED.value),
        drafts=total("state", State.DRAFT.value),
    )


def _tabs(
    asked: Asked, here: str, totals: dict[tuple[int, str, str], int]
) -> list[tuple[str, str, int, bool]]:
    """State tabs with their totals; a tab keeps every other filter."""
    sums: dict[tuple[str, str], int] = {}
    for (_, kind, value), count in totals.items():
        sums[kind, value] = sums.get((kind, value), 0) + count

    def tab(word: str, state: str, count: int) -> tuple[str, str, int, bool]:
        return own(word), f"{here}?{asked.query(state=state)}", count, asked.state == state

    found = [
        tab("All received", "", sums.get(("received", "yes"), 0)),
        tab("To screen", TO_SCREEN, sums.get(("screening", "unchecked"), 0)),
    ]
    for state in TABS:
        count = sums.get(("state", state.value), 0)
        if count or state in ALWAYS_SHOWN or asked.state == state:
            word = "Drafts" if state is State.DRAFT else STATES[state.value].word
            found.append(tab(word, state.value, count))
    return found


def _levels(categories: list[Category]) -> dict[tuple[int, str], str]:
    return {
        (c.id, level.key): level.name for c in categories for level in parse_outcome_rule(c.outcome).levels
    }


def _said(
    asked: Asked,
    categories: list[Category],
    totals: dict[tuple[int, str, str], int],
    shown: int,
    *,
    more: bool,
) -> str:
    """How many are shown, and out of how many where a kept total says so."""
    if not more:
        return many(shown, "entry", "entries")
    if asked.q or asked.organisation or asked.chapter or asked.progress or asked.screening:
        return f"{shown} on this page"
    kind, value = ("received", "yes") if not asked.state else ("state", asked.state)
    if asked.state == TO_SCREEN:
        kind, value = "screening", "unchecked"
    within = {c.id for c in categories if not asked.category or c.slug == asked.category}
    total = sum(count for (c, k, v), count in totals.items() if c in within and (k, v) == (kind, value))
    return f"{shown} of {number(total)}"


def _notice() -> str:
    done, act = request.args.get("done", ""), request.args.get("did", "")
    if not done.isdecimal() or len(done) > 4 or act not in {a.value for a in BulkAct}:
        return ""
    return f"{own(BULK_WORDS[BulkAct(act)])}: done for {many(int(done), 'entry', 'entries')}."


# ---- turning pages ----


def _turned(asked: Asked, here: str, cursor: read.Cursor | None) -> str:
    return f"{here}?{asked.query(at=text_of(cursor))}" if cursor is not None else ""


def text_of(cursor: read.Cursor) -> str:
    """A cursor as it travels in an address."""
    value = cursor.value.isoformat() if isinstance(cursor.value, datetime) else cursor.value
    kind = "d" if isinstance(cursor.value, datetime) else "v"
    packed = json.dumps([kind, value, cursor.entry_id, cursor.back], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def cursor_of(text: str) -> read.Cursor | None:
    """The cursor of an address; anything that is none begins at the start."""
    try:
        padded = text + "=" * (-len(text) % 4)
        kind, value, entry_id, back = json.loads(base64.urlsafe_b64decode(padded))
        if kind == "d":
            value = datetime.fromisoformat(value).astimezone(UTC)
        elif isinstance(value, str):
            value = clean_text(value)
    except (binascii.Error, ValueError, TypeError, OverflowError):
        return None
    fits = isinstance(value, datetime | str) or (type(value) is int and abs(value) < 2**31)
    if not fits or type(entry_id) is not int or not 0 < entry_id < 2**31:
        return None
    return read.Cursor(value, entry_id, bool(back))


@blueprint.get("/<season_slug>/queue.csv")
@open_to(Access.STAFF)
def export_queue(season_slug: str) -> Response:
    """Every row of this view as CSV, written out while it is read."""
    asked = asked_of(request.args)
    season = staff_season(context(), season_slug, Deed.EXPORT)
    filters = asked.filters(list(read.categories(current_session(), season.id)))
    export = exporting.queue(context(), season_slug, filters)

    def lines() -> Any:
        yield BOM
        yield from stream_csv(export.rows)

    response = Response(stream_with_context(lines()), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{season.slug}-queue.csv"'
    return response
