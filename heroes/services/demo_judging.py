"""The demo season goes on: screening, dealing and marking, with the stories that its judges were cast for."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from heroes.domain.entry_states import Act, Given
from heroes.domain.slugs import email_key
from heroes.models.entries import Entry
from heroes.models.judging import Assignment
from heroes.models.people import User
from heroes.models.seasons import Category, Criterion, PanelMember, Round
from heroes.services import acting, assigning, recusing, scoring, screening
from heroes.services.demo_world import Demo

LENIENCY = {"harsh": -2.3, "lenient": 0.9, "wavering": 0.0}
"""How a judge's temperament moves every mark; a steady judge moves none."""
SPREAD = {"wavering": 1.9}
"""How far marks wander around what an entry is worth; 0.8 for most."""
DRAFTS_AHEAD = timedelta(days=1)
NOT_MARKED = frozenset({"dropout"})


@dataclass(frozen=True, slots=True)
class Cast:
    """One entry of the demo: its row's id and handle, and what its file says of it."""

    entry_id: int
    handle: str
    category: str
    raw: dict[str, Any]


def chance_of(*parts: str) -> float:
    """A number from 0 to 1 that is always the same for these words."""
    return int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:6], "big") / (1 << 48)


def screen_all(demo: Demo, cast: list[Cast]) -> None:
    """The review weeks: each submitted entry is looked at, one is sent back, one is found ineligible."""
    first = demo.season.closes_at + timedelta(days=4, hours=1)
    by_arrival = sorted(cast, key=lambda one: one.raw["arrival"])
    for number, one in enumerate(by_arrival):
        if one.raw.get("state") in ("draft", "withdrawn"):
            continue
        when = first + timedelta(minutes=97 * number)
        if when >= demo.today:
            break
        ctx = demo.at(when, demo.users["thackeray" if number % 3 else "crombie"])
        entry = demo.ctx.session.get_one(Entry, one.entry_id)
        state = one.raw.get("state")
        if state == "ineligible":
            acting.press(ctx, one.handle, Act.DISQUALIFY, Given(reason=one.raw["reason"]), entry.version)
        elif state == "returned":
            due = when + timedelta(days=4)
            given = Given(message=one.raw["message"], due_at=due)
            acting.press(ctx, one.handle, Act.RETURN, given, entry.version)
        else:
            screening.screen(ctx, one.handle, "eligible", "", entry.version)


def deal_round(demo: Demo, cast: list[Cast], category: Category, round_: Round, when: datetime) -> None:
    """Deal a round's entries to its panel, the entries of a planted tie to the same judges."""
    ctx = demo.at(when, demo.users["thackeray"])
    season = demo.season.slug
    tied = [one for one in cast if one.category == category.slug and one.raw.get("tie")]
    if tied and round_.position == 1:
        judges = _steady_judges(demo, round_)[: round_.reviews]
        for one in tied:
            for judge in judges:
                assigning.assign(ctx, season, category.slug, round_.slug, one.handle, judge.handle)
    planned = assigning.plan(ctx, season, category.slug, round_.slug, round_.reviews, "demo")
    assigning.apply(ctx, season, category.slug, round_.slug, round_.reviews, "demo", planned.digest)


def _steady_judges(demo: Demo, round_: Round) -> list[User]:
    panel = demo.ctx.session.scalars(
        select(User)
        .join(PanelMember, PanelMember.user_id == User.id)
        .where(PanelMember.panel_id == round_.panel_id)
        .order_by(User.id)
    ).all()
    steady = [user for user in panel if demo.judges[user.email_key or ""]["temperament"] == "steady"]
    return sorted(steady, key=lambda user: user.employer_id is not None)


def mark_round(demo: Demo, cast: list[Cast], round_: Round) -> None:
    """Have the judges of a round hand in what they would have handed in by today."""
    by_id = {one.entry_id: one for one in cast}
    criteria = demo.ctx.session.scalars(
        select(Criterion).where(Criterion.score_set_id == round_.score_set_id).order_by(Criterion.position)
    ).all()
    rows = demo.ctx.session.execute(
        select(Assignment, User)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.round_id == round_.id, Assignment.state == "assigned")
        .order_by(Assignment.id)
    ).all()
    planned = sorted(
        ((_moment(demo, judge, row, round_), row, judge) for row, judge in rows), key=lambda item: item[0]
    )
    for when, row, judge in planned:
        raw = demo.judges[email_key(judge.email or "")]
        if raw["temperament"] in NOT_MARKED:
            continue
        one = by_id[row.entry_id]
        if when < demo.today:
            _hand_in(demo, judge, row, one, list(criteria), when)
        elif when < demo.today + DRAFTS_AHEAD:
            marks = dict(list(_marks(raw, one, list(criteria), round_.position).items())[:2])
            scoring.save(
                demo.at(demo.today - timedelta(minutes=40), judge), row.handle, row.revision, marks, ""
            )


def _moment(demo: Demo, judge: User, row: Assignment, round_: Round) -> datetime:
    length = round_.closes_at - round_.opens_at
    key = judge.email_key or ""
    share = chance_of("when", key, str(row.position))
    if demo.judges[key]["temperament"] == "late":
        return round_.closes_at - timedelta(minutes=20 + 9 * (share * 10))
    return round_.opens_at + length * (0.03 + 0.9 * share)


def _marks(raw: dict[str, Any], one: Cast, criteria: list[Criterion], position: int) -> dict[str, str]:
    quality = one.raw.get("final_quality", one.raw["quality"]) if position > 1 else one.raw["quality"]
    temperament = raw["temperament"]
    told = one.raw.get("tie") or one.raw["key"]
    marks = {}
    for criterion in criteria:
        wander = 2 * chance_of(raw["key"], told, criterion.key, str(position)) - 1
        value = quality + LENIENCY.get(temperament, 0.0) + wander * SPREAD.get(temperament, 0.8)
        marks[criterion.key] = str(min(int(criterion.high), max(int(criterion.low), round(value))))
    return marks


def _hand_in(
    demo: Demo, judge: User, row: Assignment, one: Cast, criteria: list[Criterion], when: datetime
) -> None:
    raw = demo.judges[email_key(judge.email or "")]
    round_position = 2 if row.round_id in demo.finals else 1
    comments = demo.comments.get(one.raw["key"], []) if round_position == 1 else []
    said = demo.said.setdefault(one.entry_id, 0)
    demo.said[one.entry_id] += 1
    comment = comments[said] if said < len(comments) else ""
    marks = _marks(raw, one, criteria, round_position)
    scoring.submit(demo.at(when, judge), row.handle, row.revision, marks, comment)


def stand_in_for_the_drop_out(demo: Demo, category: Category, round_: Round) -> None:
    """Nine days before the close the admin gives up waiting for one judge and deals his share again."""
    when = round_.closes_at - timedelta(days=9)
    ctx = demo.at(when, demo.users["crombie"])
    rows = demo.ctx.session.execute(
        select(Assignment.handle, User.email_key)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.round_id == round_.id, Assignment.state == "assigned")
    ).all()
    gone = [handle for handle, key in rows if demo.judges[key or ""]["temperament"] == "dropout"]
    for handle in gone:
        assigning.remove(ctx, handle)
    if gone:
        season = demo.season.slug
        planned = assigning.plan(ctx, season, category.slug, round_.slug, round_.reviews, "again")
        assigning.apply(ctx, season, category.slug, round_.slug, round_.reviews, "again", planned.digest)


def step_back_once(demo: Demo, round_: Round) -> None:
    """One judge recognises somebody and says so."""
    row = demo.ctx.session.execute(
        select(Assignment, User)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.round_id == round_.id, Assignment.state == "assigned")
        .order_by(Assignment.id.desc())
        .limit(1)
    ).one_or_none()
    if row is not None:
        when = min(round_.opens_at + timedelta(days=1), demo.today - timedelta(hours=1))
        recusing.step_back(
            demo.at(when, row.User),
            row.Assignment.handle,
            "I trained somebody in this story and would know her laugh anywhere.",
        )
