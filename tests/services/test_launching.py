"""Rehearsing and opening: what is tried leaves nothing behind, and nothing is opened that nobody could use."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from heroes.domain.entry_states import Act
from heroes.models import (
    Base,
    Category,
    Entry,
    FormDesign,
    OutboxMail,
    Release,
    Round,
    RuleCard,
    Season,
)
from heroes.models.audit import AuditRecord
from heroes.models.installation import Programme, Proof
from heroes.services import (
    building,
    launching,
    nominating,
    preflight,
    rehearsing,
    screening,
    verifying,
)
from heroes.services.permission import staff_season
from heroes.services.refusals import Invalid, NotAllowed, NotFound, NotNow
from heroes.services.transactions import transaction
from tests.judging import change, handed_in
from tests.outcomes import moved, released
from tests.world import STORY, World

NAME = "Small Heroes 2026"
BEFORE = timedelta(days=90)
"""How long before its entries open the season is still being built."""


def built(world: World, *, ready: bool = True) -> Season:
    """The small season before it is opened, in the winter; `ready` with all that the pre-flight asks for."""
    for card in world.session.scalars(select(RuleCard)):
        world.session.delete(card)
    world.session.commit()
    change(world, world.season(), opened_at=None)
    world.clock.at = world.season().opens_at - BEFORE
    if ready:
        with transaction(world.ctx("system")):
            for kind in ("mail", "backup", "restored"):
                world.session.add(Proof(kind=kind, at=world.clock.at))
    return world.season()


def rehearsed(world: World) -> Entry:
    """A rehearsal with everything in it: a draft, an entry screened, marked, computed, shortlisted and announced."""
    rehearsing.start(world.ctx("adam"), "small-2026")
    olive = world.ctx("olive")
    story: dict[str, Any] = STORY | {"organisation_name": "Nobody Knows Ltd"}
    nominating.start(olive, "small-2026", "teams", story)
    started = nominating.start(olive, "small-2026", "frontline", story)
    assert started.link is not None
    linked = replace(olive, actor=replace(olive.actor, links=frozenset({started.link.id})))
    nominating.send(linked, started.entry.handle, 1)
    entry = started.entry
    world.session.refresh(entry)
    screening.screen(linked, entry.handle, "eligible", "", entry.version)
    world.session.refresh(entry)
    clock = world.clock.at
    for judge in ("jack", "jill"):
        handed_in(world, entry, judge)
    world.clock.at = clock
    world.computed()
    world.session.refresh(entry)
    moved(world, entry, Act.SHORTLIST)
    released(world, "shortlist")
    world.clock.at = clock
    return entry


def rows(world: World) -> dict[str, list[str]]:
    """Every row of every table as text, but those of the audit trail and of rate limits and sessions."""
    world.session.expire_all()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in ("audit_records", "audit_chains", "rate_counts", "user_sessions"):
            said = (dict(row._mapping) for row in world.session.execute(select(table)))
            found[table.name] = sorted(json.dumps(row, default=str, sort_keys=True) for row in said)
    found["search"] = [
        str(tuple(row))
        for row in world.session.connection().exec_driver_sql("SELECT rowid FROM entry_search")
    ]
    return found


def without(found: dict[str, list[str]], *columns: str) -> dict[str, list[str]]:
    def less(text: str) -> str:
        row = json.loads(text)
        return json.dumps({key: value for key, value in row.items() if key not in columns}, sort_keys=True)

    return {name: [less(row) if row.startswith("{") else row for row in many] for name, many in found.items()}


def test_a_rehearsal_leaves_nothing_behind_but_its_records(world: World) -> None:
    built(world)
    before = rows(world)
    entry_id = rehearsed(world).id
    assert entry_id in {row.id for row in world.session.execute(select(Entry.id))}

    gone = rehearsing.stop(world.ctx("adam"), "small-2026")

    assert gone == 2
    # Rows that were changed and changed back have been written more often.
    assert without(rows(world), "version") == without(before, "version")
    kept = world.session.scalars(select(AuditRecord).where(AuditRecord.on_behalf == "a rehearsal")).all()
    assert {"entry.submit", "scorecard.submit", "entry.shortlist"} <= {record.act for record in kept}
    assert {(record.entry_id, record.body, record.salt) for record in kept} == {(None, None, None)}
    assert [check.fault for check in verifying.verify(world.ctx("system")) if check.fault] == []


def test_mails_of_a_rehearsal_go_to_whoever_causes_them(lite_world: World) -> None:
    world = lite_world
    built(world)
    rehearsed(world)
    mails = {mail.to_address for mail in world.session.scalars(select(OutboxMail))}
    assert mails == {"olive@tiny.example", "adam@tiny.example"}


def test_opening_takes_the_rehearsal_away_and_counts_from_one(world: World) -> None:
    built(world)
    never = rows(world)
    rehearsed(world)

    card = launching.open_season(world.ctx("olive"), "small-2026", f" {NAME} ")

    season = world.season()
    assert (season.opened_at, season.opened_by_id, season.rehearsing_since) == (
        world.clock.at,
        world.people["olive"],
        None,
    )
    assert (card.number, card.reason) == (1, None)
    now = rows(world)
    opened = ("seasons", "rule_cards", "form_versions", "score_sets")
    for table in now.keys() - set(opened):
        assert without(now, "version")[table] == without(never, "version")[table], table
    for table in ("form_versions", "score_sets"):
        assert {json.loads(row)["number"] for row in now[table]} == {1}
        assert len(now[table]) == len(never[table])
    world.clock.at = season.opens_at
    started = world.submitted()
    assert started.entry.reference == "SH-26-0001"
    with pytest.raises(NotNow):
        launching.open_season(world.ctx("olive"), "small-2026", NAME)
    with pytest.raises(NotNow):
        rehearsing.stop(world.ctx("olive"), "small-2026")


@pytest.mark.parametrize(
    ("who", "typed", "refusal"),
    [
        ("adam", "Small Heroes", Invalid),
        ("audrey", NAME, NotAllowed),
        ("bob", NAME, NotFound),
        ("stranger", NAME, NotFound),
    ],
)
def test_only_admins_open_and_only_by_its_name(
    lite_world: World, who: str, typed: str, refusal: type[Exception]
) -> None:
    built(lite_world)
    with pytest.raises(refusal):
        launching.open_season(lite_world.ctx(who), "small-2026", typed)
    assert lite_world.season().opened_at is None


def test_nothing_is_opened_while_something_is_red(lite_world: World) -> None:
    world = lite_world
    season = built(world, ready=False)
    world.session.execute(delete(Round).where(Round.slug == "final"))
    for design in world.session.scalars(select(FormDesign)):
        change(world, design, sections=[])
    teams = world.session.scalars(select(Category).where(Category.slug == "teams")).one()
    change(world, teams, outcome={"levels": []})
    change(
        world,
        season,
        privacy=" ",
        closes_at=world.clock.at - timedelta(days=1),
        opens_at=world.clock.at - BEFORE,
    )
    change(world, world.session.scalars(select(Programme)).one(), contact="")
    for round_ in world.session.scalars(select(Round)):
        change(world, round_, quorum=9, reviews=8)
    for release in world.session.scalars(select(Release).where(Release.kind == "outcomes")):
        change(world, release, planned_at=world.clock.at + timedelta(days=30))
    world.session.expire_all()

    with pytest.raises(launching.NotReady) as refused:
        launching.open_season(world.ctx("olive"), "small-2026", NAME)

    red = {finding.sentence: finding.endpoint for finding in refused.value.findings}
    assert red == {
        "There is no address that people can write to.": "builder.programme",
        "The privacy notice is not written yet.": "builder.look",
        "Entries have closed already, on Monday 1 December 2025, 09:00 UK time.": "builder.timeline",
        "Hero asks nothing yet.": "builder.form",
        "Frontline Hero, Round 1, written: a decision needs 9 scorecards of 8.": "builder.edit_round",
        "Team of the Year, Round 1, written: a decision needs 9 scorecards of 8.": "builder.edit_round",
        "People panel has 4 judges and 0 invitations; its rounds ask for 9.": "builder.invite",
        "Teams panel has 4 judges and 0 invitations; its rounds ask for 9.": "builder.invite",
        "Frontline Hero is announced before Round 1, written closes.": "builder.timeline",
        "Team of the Year: its outcome rule cannot be read: levels: an outcome rule needs at least one level.": (
            "builder.categories"
        ),
        "No mail has been delivered yet. Send yourself one.": "builder.check",
        "No backup has been made yet. On the server: heroes backup FILE --try": "builder.check",
        "No backup has been restored yet. The same command does it.": "builder.check",
    }
    assert world.season().opened_at is None


def test_an_owner_ends_it_and_then_nothing_is_set_up_any_more(lite_world: World) -> None:
    world = lite_world
    for who, typed, reason, refusal in (
        ("adam", NAME, "Over.", NotAllowed),
        ("olive", NAME, " ", Invalid),
        ("olive", "small", "Over.", Invalid),
    ):
        with pytest.raises(refusal):
            launching.end_season(world.ctx(who), "small-2026", typed, reason)
    launching.end_season(world.ctx("olive"), "small-2026", NAME, "Everything is announced.")
    assert world.season().ended_at == world.clock.at
    with pytest.raises(NotAllowed), building.edit(world.ctx("olive"), "small-2026", "So"):
        raise AssertionError("it was let in")
    with pytest.raises(NotNow):
        world.nominate()


def test_in_a_rehearsal_a_round_takes_marks_before_its_day(lite_world: World) -> None:
    world = lite_world
    built(world)
    with pytest.raises((NotNow, NotFound)):
        nominating.start(world.ctx("olive"), "small-2026", "frontline", dict(STORY))
    entry = rehearsed(world)
    card = world.session.scalars(select(Entry.handle).where(Entry.id == entry.id)).one()
    assert card
    season = staff_season(world.ctx("audrey"), "small-2026")
    assert world.clock.at < season.opens_at


def test_a_ready_season_says_so(lite_world: World) -> None:
    built(lite_world)
    _, found, _ = preflight.look(lite_world.ctx("audrey"), "small-2026")
    assert found.red == ()
    assert found.ready == len(found.parts)
