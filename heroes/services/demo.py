"""The demo season: "Customer Service Heroes", with dates relative to today and everything done by the same services."""

import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from heroes.adapters.chance import SeededChance, handle
from heroes.domain.clocks import in_utc
from heroes.domain.slugs import name_key
from heroes.models.entries import Entry
from heroes.models.outbox import OutboxMail
from heroes.models.people import Membership, Organisation, User
from heroes.models.seasons import Category, Panel, PanelMember, Round
from heroes.services import computing, nominating
from heroes.services.accounts import add_user
from heroes.services.context import Context
from heroes.services.demo_decisions import decide_awards, decide_shortlist, judge_final, release
from heroes.services.demo_judging import (
    Cast,
    deal_round,
    mark_round,
    screen_all,
    stand_in_for_the_drop_out,
    step_back_once,
)
from heroes.services.demo_world import Demo
from heroes.services.opening import ensure_installation, give_role
from heroes.services.season_files import load_season, read_season
from heroes.services.transactions import transaction

SEASONS = Path(__file__).parent.parent / "seasons"
_NEXT_DATE = {
    "open": ("closes", timedelta(days=2)),
    "judging": ("round", timedelta(days=4)),
    "shortlisted": ("outcome_release", timedelta(days=2)),
    "announced": ("outcome_release", timedelta(days=-8)),
}
"""Stage -> the date that is to lie at least so far ahead of today (before it: less than a week more)."""


def shift_for(data: dict[str, Any], stage: str, today: datetime) -> timedelta:
    """Whole weeks to move the season by, so that weekdays stay and today falls where the stage wants it."""
    name, ahead = _NEXT_DATE[stage]
    zone = data["season"]["timezone"]
    local = data["category"][0]["round"][0]["closes"] if name == "round" else data["season"][name]
    distance = today + ahead - in_utc(local, zone)
    weeks = -(-distance // timedelta(weeks=1))
    return timedelta(weeks=weeks)


def build(ctx: Context, stage: str, today: datetime) -> None:
    """Build the season up to a stage and compute its results; the database must be empty and becomes a demo."""
    ctx = replace(ctx, chance=SeededChance(26), now=today)
    data = read_season(SEASONS / "customer-service-heroes.toml")
    shift = shift_for(data, stage, today)
    opens = in_utc(data["season"]["opens"] + shift, data["season"]["timezone"])
    early = replace(ctx, now=min(today, opens - timedelta(days=21)))
    with transaction(ctx):
        ensure_installation(early, demo=True)
        season = load_season(early, data, shift=shift)
        demo = Demo(ctx, today, season, comments=_read("comments.toml"))
        _add_people(demo, early)
        cast = _add_entries(demo)
        judge(demo, cast)
        decide(demo, cast, stage)
        _settle_mail(demo)
    # Afterwards: how far the marks are is written when a transaction ends.
    computing.compute_due(ctx)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((SEASONS / "demo" / name).read_text(encoding="utf-8"))


def _add_people(demo: Demo, ctx: Context) -> None:
    session, programme_id = ctx.session, demo.season.programme_id
    for raw in _read("organisations.toml")["organisation"]:
        demo.organisations[raw["key"]] = Organisation(
            programme_id=programme_id,
            handle=handle(ctx.chance),
            name=raw["name"],
            name_key=name_key(raw["name"]),
            sector=raw["sector"],
            has_workspace=bool(raw.get("workspace")),
            created_at=ctx.now,
        )
    session.add_all(demo.organisations.values())
    session.flush()
    people = _read("people.toml")
    panels = {p.slug: p for p in session.scalars(select(Panel).where(Panel.season_id == demo.season.id))}
    for raw in people["staff"]:
        user = _user(demo, ctx, raw, raw.get("note") or raw["role"].capitalize())
        give_role(ctx, user.id, programme_id, raw["role"])
    for raw in people["judge"]:
        user = _user(demo, ctx, raw, raw.get("note", ""))
        demo.judges[user.email_key or ""] = raw
        user.employer_id = demo.organisations[raw["employer"]].id if raw.get("employer") else None
        role = "chair" if raw.get("chair") else "judge"
        session.add(
            PanelMember(panel_id=panels[raw["panel"]].id, user_id=user.id, role=role, joined_at=ctx.now)
        )
    for raw in people["member"]:
        user = _user(demo, ctx, raw, raw.get("note", ""))
        organisation = demo.organisations[raw["organisation"]]
        demo.members[raw["email"]] = user
        session.add(
            Membership(user_id=user.id, organisation_id=organisation.id, role=raw["role"], joined_at=ctx.now)
        )
    session.flush()


def _user(demo: Demo, ctx: Context, raw: dict[str, Any], note: str) -> User:
    user = add_user(ctx, raw["name"], raw["email"])
    user.demo_note = note[:200]
    demo.users[raw["key"]] = user
    return user


def _add_entries(demo: Demo) -> list[Cast]:
    planned = []
    for path in sorted((SEASONS / "demo" / "entries").glob("*.toml")):
        planned += [(path.stem, raw) for raw in _read(f"entries/{path.name}")["entry"]]
    opens, closes = demo.season.opens_at, demo.season.closes_at
    cast = []
    for category, raw in sorted(planned, key=lambda pair: (pair[1]["arrival"], pair[1]["key"])):
        arrived = opens + (closes - opens) * raw["arrival"]
        if arrived < demo.today:
            entry = _add_entry(demo, category, raw, arrived)
            cast.append(Cast(entry.id, entry.handle, category, raw))
    return cast


def _add_entry(demo: Demo, category: str, raw: dict[str, Any], arrived: datetime) -> Entry:
    organisation = demo.organisations[raw["organisation"]]
    member = demo.members.get(raw["nominator_email"]) if raw["via"] == "organisation" else None
    values = {
        "title": raw["nominee"],
        "nominee_role": raw.get("nominee_role", ""),
        "nominee_email": raw.get("nominee_email", ""),
        "organisation_name": organisation.name,
        "sector": organisation.sector,
        "nominator_name": raw["nominator"],
        "nominator_email": raw["nominator_email"],
        "relation": raw.get("relation", ""),
        "may_tell": "no" if raw.get("surprise") else "yes",
    } | raw["answers"]
    ctx = demo.at(arrived, member)
    workspace = organisation if member is not None else None
    started = nominating.start(ctx, demo.season.slug, category, values, workspace=workspace)
    if started.link is not None:
        ctx = ctx.acting(replace(ctx.actor, links=frozenset({started.link.id})))
    if raw.get("state") != "draft":
        later = min(arrived + timedelta(minutes=11), demo.today)
        nominating.send(replace(ctx, now=later), started.entry.handle, started.sheet.revision)
    if raw.get("state") == "withdrawn":
        later = min(arrived + timedelta(days=2), demo.today)
        nominating.withdraw(replace(ctx, now=later), started.entry.handle)
    return started.entry


def judge(demo: Demo, cast: list[Cast]) -> None:
    """Screen, deal and mark as far as today has come."""
    if demo.today < demo.season.closes_at + timedelta(days=4):
        return
    screen_all(demo, cast)
    for category, round_ in _rounds(demo, position=1):
        dealt = round_.opens_at - timedelta(days=2)
        if dealt >= demo.today:
            continue
        deal_round(demo, cast, category, round_, dealt)
        if demo.today > round_.closes_at - timedelta(days=9):
            stand_in_for_the_drop_out(demo, category, round_)
        if category.slug == "vulnerable-customer-champion":
            step_back_once(demo, round_)
        mark_round(demo, cast, round_)


def decide(demo: Demo, cast: list[Cast], stage: str) -> None:
    """Shortlist, final panels, awards and releases, as far as the stage goes."""
    if stage not in ("shortlisted", "announced"):
        return
    for category, round_ in _rounds(demo, position=1):
        decide_shortlist(demo, cast, category, round_)
    release(demo, "shortlist")
    finals = _rounds(demo, position=2)
    for category, round_ in finals:
        judge_final(demo, cast, category, round_)
    if stage == "announced":
        last = {category.id: (category, round_) for category, round_ in [*_rounds(demo, position=1), *finals]}
        for category, round_ in last.values():
            decide_awards(demo, category, round_)
        release(demo, "outcomes")


def _settle_mail(demo: Demo) -> None:
    """What the season owed by mail before today has long been delivered."""
    demo.ctx.session.flush()
    demo.ctx.session.execute(
        update(OutboxMail)
        .where(OutboxMail.due_at < demo.today - timedelta(hours=2))
        .values(state="sent", sent_at=OutboxMail.due_at, attempts=1)
    )


def _rounds(demo: Demo, *, position: int) -> list[tuple[Category, Round]]:
    rows = demo.ctx.session.execute(
        select(Category, Round)
        .join(Round, Round.category_id == Category.id)
        .where(Category.season_id == demo.season.id, Round.position == position)
        .order_by(Category.position)
    )
    return [(category, round_) for category, round_ in rows]
