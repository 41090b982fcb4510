"""Judging as its organisers see it: rounds, who has marked what, dealing, and single assignments."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, Self

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.policy import Deed
from heroes.domain.policy import may as may_do
from heroes.domain.round_kinds import kind_of
from heroes.domain.scorecards import behind
from heroes.models import judging_pages as read
from heroes.models.database import current_session
from heroes.models.entries import Entry
from heroes.models.seasons import Category, Round, Season
from heroes.services import assigning, recusing
from heroes.services.assigning import Reshuffled
from heroes.services.dealing import Plan, Rules
from heroes.services.judging_tables import Table, table_of_entry
from heroes.services.permission import staff_season
from heroes.services.refusals import Faster, Invalid, Refusal
from heroes.services.rounds import staff_round
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.own_marks import rounds_to_judge_first
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, status_of, viewer
from heroes.web.kit.terms import own

ROUND = "/<season_slug>/judging/<category_slug>/<round_slug>"
ONE = f"{ROUND}/<entry_handle>"
MOST_SHOWN = 50
"""So many short entries are listed; the others are counted."""


def _acts() -> bool:
    """Whether this person assigns judges, or only looks on."""
    person = viewer()
    assert person is not None
    return may_do(Deed.ASSIGN, person.found.staff)


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of a deal as it was filled in."""

    per_entry: str = ""
    cap: str = ""
    by_sector: bool = False
    link: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """What a request carries."""
        per_entry, cap = (given.get(name, "").strip()[:40] for name in ("per_entry", "cap"))
        return cls(per_entry, cap, given.get("by_sector") == "1", given.get("link") == "1")

    @property
    def rules(self) -> Rules:
        """The rules; a limit that is no number is one that makes no sense."""
        return Rules(_whole(self.cap) if self.cap else None, self.by_sector, self.link)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


@blueprint.get("/<season_slug>/judging")
@open_to(Access.STAFF)
def judging(season_slug: str) -> Response:
    """Every round of the season with its dates, its panel and how far it is."""
    season = staff_season(context(), season_slug, Deed.SEE_SEASON)
    return render(
        "admin/judging.html",
        season=season,
        lines=read.rounds_of_season(current_session(), season.id),
        room=room(season, "judging"),
    )


@blueprint.get(ROUND)
@open_to(Access.STAFF)
def judging_round(season_slug: str, category_slug: str, round_slug: str) -> Response:
    """One round: each judge's progress and marks, each entry's scorecards, and the form to deal."""
    ctx, session = context(), current_session()
    season, category, round_ = staff_round(ctx, season_slug, category_slug, round_slug, Deed.SEE_SEASON)
    return _round_page(season, category, round_, ctx.chance.token_hex(4), session)


def _round_page(
    season: Season,
    category: Category,
    round_: Round,
    seed: str,
    session: Any,
    *,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    ctx = context()
    errors = errors or {}
    shown = request.args.get("show", "all")
    shown = shown if shown in read.SHOWN else "all"
    text = request.args.get("page", "1")
    page = max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
    entries = read.entries_of_round(session, round_, season.programme_id, shown, page)
    judges = read.judges_of_round(session, round_)
    if round_.id in rounds_to_judge_first():
        mine = ctx.actor.user_id
        judges = [
            j if j.user.id == mine else replace(j, mean=None, bands=(0,) * len(j.bands)) for j in judges
        ]
    dealt = request.args.get("dealt", "")
    return render(
        "admin/judging_round.html",
        422 if errors else 200,
        season=season,
        category=category,
        round=round_,
        kind=kind_of(round_.kind),
        judges=[
            SimpleNamespace(
                line=line,
                late=behind(line.asked, line.submitted, round_.opens_at, round_.closes_at, ctx.now),
            )
            for line in judges
        ],
        asked=sum(line.asked for line in judges),
        submitted=sum(line.submitted for line in judges),
        entries=entries[: read.PAGE],
        more=len(entries) > read.PAGE,
        page=page,
        shown=shown,
        seed=seed,
        typed=typed or Typed(str(round_.reviews), link=True),
        errors=errors,
        employed=any(line.user.employer_id for line in judges),
        problems=[SimpleNamespace(anchor=key, text=text) for key, text in errors.items()],
        acts=_acts(),
        open=ctx.now < round_.closes_at and season.ended_at is None,
        notices=[("ok", own(_dealt(int(dealt))))] if dealt.isdecimal() and len(dealt) < 7 else [],
        room=room(season, "judging"),
    )


def _dealt(count: int) -> str:
    if not count:
        return "Every entry has its judges already, so nothing was dealt."
    return (
        f"{count:,} {'entry was' if count == 1 else 'entries were'} dealt. Each judge gets one mail about it."
    )


@blueprint.route(f"{ROUND}/deal", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def judging_deal(season_slug: str, category_slug: str, round_slug: str) -> AnyResponse:
    """A deal, first as a plan with everybody's load; the button deals exactly that plan."""
    ctx = context()
    given = request.form if request.method == "POST" else request.args
    typed, seed = Typed.of(given), given.get("seed", "")[:40]
    per_entry, rules = _whole(typed.per_entry), typed.rules
    where = (season_slug, category_slug, round_slug)
    try:
        if request.method == "POST":
            done = assigning.apply(ctx, *where, per_entry, seed, given.get("plan", ""), rules)
            return redirect(_round_url(where, dealt=len(done.pairs)), 303)
        planned = assigning.plan(ctx, *where, per_entry, seed, rules)
    except Reshuffled as error:
        return _plan_page(assigning.plan(ctx, *where, per_entry, seed, rules), typed, 409, error.sentence)
    except Invalid as error:
        found = staff_round(ctx, *where, Deed.ASSIGN)
        return _round_page(*found, seed, current_session(), typed=typed, errors=error.errors)
    return _plan_page(planned, typed)


def _round_url(where: tuple[str, str, str], **more: Any) -> str:
    return url_for(
        "admin.judging_round", season_slug=where[0], category_slug=where[1], round_slug=where[2], **more
    )


def _plan_page(planned: Plan, typed: Typed, status: int = 200, reason: str = "") -> Response:
    table = planned.table

    def named(pairs: tuple[tuple[int, int], ...]) -> list[SimpleNamespace]:
        return [SimpleNamespace(entry=table.entries[e], judge=table.judges[j]) for e, j in pairs]

    return render(
        "admin/judging_deal.html",
        status,
        season=table.season,
        category=table.category,
        round=table.round,
        plan=planned,
        typed=typed,
        reason=reason,
        judges=[
            SimpleNamespace(user=user, load=planned.loads[user_id]) for user_id, user in table.judges.items()
        ],
        most=max((load.entries for load in planned.loads.values()), default=0),
        dealt=len(planned.pairs),
        short=[SimpleNamespace(entry=table.entries[s.entry], says=s) for s in planned.short[:MOST_SHOWN]],
        links=named(planned.links),
        missing_links=named(planned.missing_links),
        employed=bool(table.sectors),
        problems=[],
        errors={},
        room=room(table.season, "judging"),
    )


@blueprint.get(ONE)
@open_to(Access.STAFF)
def judging_entry(season_slug: str, category_slug: str, round_slug: str, entry_handle: str) -> Response:
    """One entry's judges in a round: who has it, who could, who must not, and why."""
    return _entry_page((season_slug, category_slug, round_slug), entry_handle)


def _entry_page(
    where: tuple[str, str, str],
    entry_handle: str,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    ctx = context()
    season, category, round_ = staff_round(ctx, *where, Deed.SEE_SEASON)
    table, entry = table_of_entry(ctx, season, category, round_, entry_handle)
    errors = errors or {}
    pressed = request.form.get("judge", "")
    return render(
        "admin/judging_entry.html",
        status,
        season=season,
        category=category,
        round=round_,
        entry=entry,
        takes_marks=entry.id in table.entries,
        judge_first=round_.id in rounds_to_judge_first(),
        lines=_entry_lines(table, entry),
        pressed=pressed,
        typed=request.form.get("reason", ""),
        errors=errors,
        problems=[
            SimpleNamespace(anchor=f"reason-{pressed}" if key == "reason" else None, text=text)
            for key, text in errors.items()
        ],
        acts=_acts(),
        open=ctx.now < round_.closes_at and season.ended_at is None,
        room=room(season, "judging"),
    )


def _entry_lines(table: Table, entry: Entry) -> list[SimpleNamespace]:
    """Every judge of the panel, and whoever was asked, with what they have to do with the entry."""
    session = current_session()
    held = read.held_by_judges(session, table.round.id, entry.id, list(table.judges))
    users = read.people_by_id(session, list(held))
    lines = []
    for user in sorted(users.values(), key=lambda u: (u.name, u.id)):
        on_panel = user.id in table.judges
        barred = on_panel and entry.id in table.entries
        why = table.why_not(entry.id, user.id) if barred else None
        lines.append(
            SimpleNamespace(
                user=user,
                assignment=held[user.id].assignment,
                recusal=held[user.id].recusal if held[user.id].recused else None,
                on_panel=on_panel,
                why=why,
            )
        )
    return lines


def _one_act(where: tuple[str, str, str], entry_handle: str, act: str) -> AnyResponse:
    """Do one act on one judge and one entry; a refusal comes back on the page with its reason."""
    ctx = context()
    judge, reason = request.form.get("judge", ""), request.form.get("reason", "")
    try:
        match act:
            case "assign":
                assigning.assign(ctx, *where, entry_handle, judge)
            case "remove":
                assigning.remove(ctx, request.form.get("assignment", ""))
            case "recuse":
                recusing.recuse(ctx, entry_handle, judge, reason)
            case "lift":
                recusing.lift(ctx, entry_handle, judge, reason)
    except Invalid as error:
        return _entry_page(where, entry_handle, errors=error.errors, status=422)
    except Refusal as error:
        if isinstance(error, Faster) or status_of(error) != 409:
            raise
        return _entry_page(where, entry_handle, errors={"act": error.sentence}, status=409)
    return redirect(
        url_for(
            "admin.judging_entry",
            season_slug=where[0],
            category_slug=where[1],
            round_slug=where[2],
            entry_handle=entry_handle,
        ),
        303,
    )


@blueprint.post(f"{ONE}/assign")
@open_to(Access.ADMIN)
def judging_assign(season_slug: str, category_slug: str, round_slug: str, entry_handle: str) -> AnyResponse:
    """Give the entry to a judge by hand."""
    return _one_act((season_slug, category_slug, round_slug), entry_handle, "assign")


@blueprint.post(f"{ONE}/remove")
@open_to(Access.ADMIN)
def judging_remove(season_slug: str, category_slug: str, round_slug: str, entry_handle: str) -> AnyResponse:
    """Take the entry back from a judge who has not submitted."""
    return _one_act((season_slug, category_slug, round_slug), entry_handle, "remove")


@blueprint.post(f"{ONE}/recuse")
@open_to(Access.ADMIN)
def judging_recuse(season_slug: str, category_slug: str, round_slug: str, entry_handle: str) -> AnyResponse:
    """Recuse a judge from the entry."""
    return _one_act((season_slug, category_slug, round_slug), entry_handle, "recuse")


@blueprint.post(f"{ONE}/lift")
@open_to(Access.ADMIN)
def judging_lift(season_slug: str, category_slug: str, round_slug: str, entry_handle: str) -> AnyResponse:
    """Take a recusal back."""
    return _one_act((season_slug, category_slug, round_slug), entry_handle, "lift")
