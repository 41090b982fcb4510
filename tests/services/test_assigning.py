"""Assigning: by hand and dealt, never to somebody connected, counters exact, one mail to each judge."""

from typing import Any

import pytest
from sqlalchemy import select, update

from heroes.models import Assignment, AuditRecord, Entry, Membership, OutboxMail, User
from heroes.services import assigning, recusing, scoring
from heroes.services.assigning import Reshuffled
from heroes.services.dealing import Plan, Rules
from heroes.services.refusals import Invalid, NotAllowed, NotFound, Refusal
from heroes.services.transactions import transaction
from tests.judging import (
    COMMENT,
    GOOD,
    WRITTEN,
    asked,
    assignment,
    cards,
    elsewhere,
    entered,
    handed_in,
    handle_of,
)
from tests.world import JUDGED, JUDGING, OPEN, World


def dealt(world: World, per_entry: int = 2, seed: str = "s") -> Plan:
    world.clock.at = JUDGING
    planned = assigning.plan(world.ctx("adam"), *WRITTEN, per_entry, seed)
    return assigning.apply(world.ctx("adam"), *WRITTEN, per_entry, seed, planned.digest)


def pairs(world: World) -> set[tuple[int, int]]:
    rows = world.session.execute(
        select(Assignment.entry_id, Assignment.user_id).where(Assignment.state == "assigned")
    )
    return {(entry_id, user_id) for entry_id, user_id in rows}


def mails(world: World) -> list[OutboxMail]:
    return list(
        world.session.scalars(
            select(OutboxMail).where(OutboxMail.template == "judge_dealt").order_by(OutboxMail.to_address)
        )
    )


def set_on(world: World, thing: Any, **values: Any) -> None:
    """Change a row behind the services' backs."""
    world.session.execute(update(type(thing)).where(type(thing).id == thing.id).values(**values))
    world.session.commit()


def test_a_plan_writes_nothing_and_applying_it_deals_exactly_that(world: World) -> None:
    entries = [elsewhere(world, f"Person {n}") for n in range(4)]
    world.clock.at = JUDGING
    planned = assigning.plan(world.ctx("adam"), *WRITTEN, 2, "s")
    assert pairs(world) == set()
    assigning.apply(world.ctx("adam"), *WRITTEN, 2, "s", planned.digest)
    assert pairs(world) == set(planned.pairs)
    assert {cards(world, entry) for entry in entries} == {(2, 0)}
    assert sorted(load.new for load in planned.loads.values()) == [2, 2, 2, 2]


def test_a_plan_that_has_become_untrue_deals_nothing_and_shows_the_new_one(world: World) -> None:
    elsewhere(world, "One")
    world.clock.at = JUDGING
    planned = assigning.plan(world.ctx("adam"), *WRITTEN, 2, "s")
    world.clock.at = OPEN
    elsewhere(world, "Two")
    world.clock.at = JUDGING
    with pytest.raises(Reshuffled):
        assigning.apply(world.ctx("adam"), *WRITTEN, 2, "s", planned.digest)
    assert pairs(world) == set()
    assert mails(world) == []


def test_each_judge_gets_one_mail_about_a_deal(world: World) -> None:
    for n in range(4):
        elsewhere(world, f"Person {n}")
    dealt(world)
    assert {(m.to_address, m.values["count"]) for m in mails(world)} == {
        (f"{who}@judges.example", 2) for who in ("chloe", "dora", "jack", "jill")
    }
    assert mails(world)[0].values == {
        "user_id": world.people["chloe"],
        "count": 2,
        "season": "Small Heroes 2026",
        "category": "Frontline Hero",
        "round": "Round 1, written",
        "opens_at": "2026-06-11T08:00:00+00:00",
        "closes_at": "2026-07-01T16:00:00+00:00",
        "zone": "Europe/London",
        "path": "/judge/",
    }


def test_a_judge_who_stopped_reminders_gets_entries_but_no_mail(world: World) -> None:
    elsewhere(world)
    set_on(world, world.session.get_one(User, world.people["jill"]), reminders=False)
    dealt(world, 4)
    assert {m.to_address.split("@")[0] for m in mails(world)} == {"chloe", "dora", "jack"}
    assert len(pairs(world)) == 4


def test_dora_is_never_dealt_an_entry_of_her_own_organisation(world: World) -> None:
    entry = entered(world)
    planned = dealt(world, 4)
    assert pairs(world) == {(entry.id, world.people[who]) for who in ("chloe", "jack", "jill")}
    assert [(s.entry, s.missing) for s in planned.short] == [(entry.id, 1)]


def connect(world: World, how: str, entry: Entry) -> None:
    """Connect Jack with an entry that is Fernhill's."""
    jack = world.session.get_one(User, world.people["jack"])
    fernhill = world.organisations["fernhill"]
    match how:
        case "employer":
            set_on(world, jack, employer_id=fernhill)
        case "workspace":
            set_on(world, entry, workspace_id=fernhill, organisation_id=None)
            ctx = world.ctx("adam")
            with transaction(ctx):
                ctx.session.add(
                    Membership(
                        user_id=jack.id,
                        organisation_id=fernhill,
                        role="member",
                        joined_at=ctx.now,
                    )
                )
        case "starter":
            set_on(world, entry, started_by_id=jack.id)
        case "nominator":
            set_on(world, entry, nominator_email_key="jack@judges.example")
        case "nominee":
            set_on(world, entry, nominee_email="Jack@Judges.example ")
        case "recusal":
            recusing.recuse(world.ctx("adam"), entry.handle, handle_of(world, "jack"), "His sister")


HOW = ("employer", "workspace", "starter", "nominator", "nominee", "recusal")


@pytest.mark.parametrize("how", HOW)
def test_no_connected_judge_is_dealt_an_entry(world: World, how: str) -> None:
    entry = elsewhere(world)
    connect(world, how, entry)
    dealt(world, 4)
    assert world.people["jack"] not in {judge for _, judge in pairs(world)}
    assert len(pairs(world)) == 3


@pytest.mark.parametrize("how", HOW)
def test_no_connected_judge_is_given_an_entry_by_hand_neither(world: World, how: str) -> None:
    entry = elsewhere(world)
    connect(world, how, entry)
    with pytest.raises(Invalid) as refused:
        asked(world, entry, "jack")
    assert set(refused.value.errors) == {"judge"}
    assert refused.value.errors["judge"].startswith("Jack Judge cannot judge this entry: Jack Judge ")
    assert (pairs(world), cards(world, entry), mails(world)) == (set(), (0, 0), [])


def test_a_disabled_judge_is_dealt_nothing(world: World) -> None:
    elsewhere(world)
    set_on(world, world.session.get_one(User, world.people["jack"]), disabled_at=world.clock.at)
    dealt(world, 4)
    assert {judge for _, judge in pairs(world)} == {world.people[who] for who in ("chloe", "dora", "jill")}


def test_loads_count_the_other_open_rounds_of_the_panel_only(world: World) -> None:
    team = entered(world, "teams", organisation_name="Fernhill Telecom")
    for who in ("chloe", "dora", "jack"):
        asked(world, team, who)
    world.clock.at = OPEN
    entry = elsewhere(world)
    planned = dealt(world, 1)
    # The teams panel is another one, so its entries weigh nothing here.
    assert sum(load.entries for load in planned.loads.values()) == 1
    assert planned.pairs[0][0] == entry.id


def test_existing_assignments_stay_and_count(world: World) -> None:
    entry = elsewhere(world)
    asked(world, entry, "jack")
    planned = dealt(world, 2)
    assert len(planned.pairs) == 1
    assert cards(world, entry) == (2, 0)


def test_an_entry_that_left_the_competition_is_not_dealt(world: World) -> None:
    gone, stays = elsewhere(world, "Gone"), elsewhere(world, "Stays")
    set_on(world, gone, state="ineligible", state_reason="Not in the country")
    planned = dealt(world, 1)
    assert {entry for entry, _ in pairs(world)} == {stays.id}
    assert planned.table.aside == 1


def test_a_deal_is_one_audit_record_that_names_every_hand(world: World) -> None:
    entry = elsewhere(world)
    dealt(world, 1)
    ((_, judge),) = pairs(world)
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "judging.deal")).one()
    assert record.subject == "frontline/written"
    assert record.body == {"after": {"judges_for_each": 1, "dealt": {f"user:{judge}": [entry.reference]}}}


@pytest.mark.parametrize("number", [0, -1, 26])
def test_a_number_of_judges_that_makes_no_sense_is_refused(world: World, number: int) -> None:
    with pytest.raises(Invalid) as refused:
        assigning.plan(world.ctx("adam"), *WRITTEN, number, "s")
    assert set(refused.value.errors) == {"per_entry"}


def test_nobody_is_assigned_once_the_round_has_closed(world: World) -> None:
    entry = elsewhere(world)
    world.clock.at = JUDGED
    planned = assigning.plan(world.ctx("adam"), *WRITTEN, 1, "s")
    with pytest.raises(Refusal) as refused:
        assigning.apply(world.ctx("adam"), *WRITTEN, 1, "s", planned.digest)
    assert refused.value.code == "round_closed"
    with pytest.raises(Refusal) as refused:
        asked(world, entry, "jack")
    assert refused.value.code == "round_closed"
    assert pairs(world) == set()


def test_nobody_is_assigned_in_an_ended_season(world: World) -> None:
    entry = elsewhere(world)
    set_on(world, world.season(), ended_at=JUDGING)
    with pytest.raises(Refusal) as refused:
        asked(world, entry, "jack")
    assert refused.value.code == "season_ended"


def test_assigning_by_hand_tells_the_judge_and_the_audit_trail(world: World) -> None:
    entry = elsewhere(world)
    asked(world, entry, "jack")
    assert cards(world, entry) == (1, 0)
    assert [(m.to_address, m.values["count"]) for m in mails(world)] == [("jack@judges.example", 1)]
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "judging.assign")).one()
    assert (record.entry_id, record.actor) == (entry.id, f"user:{world.people['adam']}")
    assert record.body == {"after": {"round": "frontline/written", "judge": f"user:{world.people['jack']}"}}


@pytest.mark.parametrize("who", ["bob", "adam"])
def test_only_the_rounds_own_panel_is_given_entries(world: World, who: str) -> None:
    entry = elsewhere(world)
    with pytest.raises(Invalid) as refused:
        asked(world, entry, who)
    assert refused.value.errors == {"judge": "Choose somebody from this round's panel."}


def test_nobody_is_given_an_entry_twice(world: World) -> None:
    entry = elsewhere(world)
    asked(world, entry, "jack")
    with pytest.raises(Invalid) as refused:
        asked(world, entry, "jack")
    assert refused.value.errors == {"judge": "Jack Judge has this entry already."}
    assert cards(world, entry) == (1, 0)


def test_an_entry_outside_the_round_is_not_found(world: World) -> None:
    stranger = world.submitted().entry
    world.clock.at = JUDGING
    with pytest.raises(NotFound):
        assigning.assign(world.ctx("adam"), *WRITTEN, stranger.handle, handle_of(world, "jack"))


def test_taking_an_entry_back_lowers_the_counter_and_keeps_the_draft(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    scoring.save(world.ctx("jack"), one.handle, one.revision, {"difference": "7"}, "So far")
    assigning.remove(world.ctx("adam"), one.handle)
    assert cards(world, entry) == (0, 0)
    assert assignment(world, entry, "jack").state == "removed"
    again = asked(world, entry, "jack")
    assert (again.handle, again.draft, again.draft_comment) == (one.handle, {"difference": "7"}, "So far")
    assert cards(world, entry) == (1, 0)


def test_a_deal_does_not_give_back_what_was_taken_away_by_hand(world: World) -> None:
    entry = elsewhere(world)
    assigning.remove(world.ctx("adam"), asked(world, entry, "jack").handle)
    dealt(world, 4)
    assert {judge for _, judge in pairs(world)} == {world.people[who] for who in ("chloe", "dora", "jill")}


def test_a_submitted_scorecard_is_never_taken_away(world: World) -> None:
    entry = elsewhere(world)
    one = handed_in(world, entry, "jack")
    with pytest.raises(Refusal) as refused:
        assigning.remove(world.ctx("adam"), one.handle)
    assert refused.value.code == "already_submitted"
    assert cards(world, entry) == (1, 1)


def test_taking_back_what_was_taken_back_is_somebody_being_faster(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    assigning.remove(world.ctx("adam"), one.handle)
    with pytest.raises(Refusal) as refused:
        assigning.remove(world.ctx("adam"), one.handle)
    assert refused.value.code == "faster"
    assert cards(world, entry) == (0, 0)


@pytest.mark.parametrize(
    "who,refusal",
    [("audrey", NotAllowed), ("chloe", NotFound), ("bob", NotFound), ("stranger", NotFound)],
)
def test_only_owner_and_admin_assign(world: World, who: str, refusal: type[Refusal]) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    ctx = world.ctx(who)
    with pytest.raises(refusal):
        assigning.plan(ctx, *WRITTEN, 1, "s")
    with pytest.raises(refusal):
        assigning.apply(ctx, *WRITTEN, 1, "s", "")
    with pytest.raises(refusal):
        assigning.assign(ctx, *WRITTEN, entry.handle, handle_of(world, "jill"))
    with pytest.raises(refusal):
        assigning.remove(ctx, one.handle)
    assert pairs(world) == {(entry.id, world.people["jack"])}


def test_an_admin_does_not_choose_the_judges_of_an_entry_that_they_entered(world: World) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    set_on(world, entry, started_by_id=world.people["adam"])
    with pytest.raises(NotAllowed):
        asked(world, entry, "jill")
    with pytest.raises(NotAllowed):
        assigning.remove(world.ctx("adam"), one.handle)


def test_every_judge_has_an_order_of_their_own(world: World) -> None:
    for n in range(12):
        elsewhere(world, f"Person {n}")
    dealt(world, 4)
    orders = {
        tuple(
            world.session.scalars(
                select(Assignment.entry_id).where(Assignment.user_id == user).order_by(Assignment.position)
            )
        )
        for user in (world.people[who] for who in ("chloe", "dora", "jack", "jill"))
    }
    assert len(orders) == 4


def test_marks_of_a_dealt_entry_count(world: World) -> None:
    entry = elsewhere(world)
    dealt(world, 4)
    one = assignment(world, entry, "jill")
    scoring.submit(world.ctx("jill"), one.handle, 1, GOOD, COMMENT)
    assert cards(world, entry) == (4, 1)


def test_a_second_wave_gives_only_the_named_entries_more_and_says_so(world: World) -> None:
    entries = [elsewhere(world, f"Person {n}") for n in range(4)]
    dealt(world, 1)
    before = pairs(world)
    extra = {entries[0].handle: 2, entries[1].reference or "": 1}
    planned = assigning.plan_extra(world.ctx("adam"), *WRITTEN, extra, "w")
    assert pairs(world) == before
    done = assigning.apply_extra(world.ctx("adam"), *WRITTEN, extra, "w", planned.digest)
    assert done.pairs == planned.pairs
    assert pairs(world) == before | set(planned.pairs)
    assert [cards(world, entry)[0] for entry in entries] == [3, 2, 1, 1]
    assert (done.short, sorted(load.new for load in done.loads.values())) == ((), [0, 1, 1, 1])
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "judging.wave")).one()
    hands: dict[str, list[str]] = {}
    for entry_id, judge_id in done.pairs:
        reference = next(e.reference or "" for e in entries if e.id == entry_id)
        hands.setdefault(f"user:{judge_id}", []).append(reference)
    assert record.subject == "frontline/written"
    assert record.body == {"after": {"extra": extra, "dealt": hands}}
    told = [m for m in mails(world) if m.values["count"] == 1]
    assert len(told) == 4 + len(hands)


def test_a_second_wave_keeps_to_its_rules_and_to_who_must_not(world: World) -> None:
    entry = entered(world)
    asked(world, entry, "jack")
    planned = assigning.plan_extra(world.ctx("adam"), *WRITTEN, {entry.handle: 4}, "w", Rules(cap=1))
    assert set(planned.pairs) == {(entry.id, world.people[who]) for who in ("chloe", "jill")}
    assert [(s.entry, s.missing) for s in planned.short] == [(entry.id, 2)]
    done = assigning.apply_extra(
        world.ctx("adam"), *WRITTEN, {entry.handle: 4}, "w", planned.digest, Rules(cap=1)
    )
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "judging.wave")).one()
    assert record.body is not None
    assert record.body["after"]["rules"] == {"cap": 1}
    assert done.pairs == planned.pairs


def test_a_second_wave_that_has_become_untrue_gives_nothing(world: World) -> None:
    entry = elsewhere(world)
    world.clock.at = JUDGING
    planned = assigning.plan_extra(world.ctx("adam"), *WRITTEN, {entry.handle: 1}, "w")
    asked(world, entry, "jack" if planned.pairs[0][1] == world.people["jack"] else "jill")
    with pytest.raises(Reshuffled):
        assigning.apply_extra(world.ctx("adam"), *WRITTEN, {entry.handle: 1}, "w", "another")
    assert len(pairs(world)) == 1


@pytest.mark.parametrize("count", [0, -1, 26])
def test_a_second_wave_of_a_size_that_makes_no_sense_is_refused(world: World, count: int) -> None:
    entry = elsewhere(world)
    with pytest.raises(Invalid) as refused:
        assigning.plan_extra(world.ctx("adam"), *WRITTEN, {entry.handle: count}, "w")
    assert refused.value.errors == {"extra": f"{entry.handle}: choose from 1 to 25 more judges."}


def test_a_second_wave_names_an_entry_that_takes_no_marks(world: World) -> None:
    gone = elsewhere(world)
    set_on(world, gone, state="ineligible", state_reason="Not in the country")
    with pytest.raises(Invalid) as refused:
        assigning.apply_extra(world.ctx("adam"), *WRITTEN, {gone.handle: 1}, "w", "")
    assert refused.value.errors == {"extra": f"{gone.handle} takes no marks in this round, as things stand."}


@pytest.mark.parametrize("who,refusal", [("audrey", NotAllowed), ("chloe", NotFound), ("bob", NotFound)])
def test_only_owner_and_admin_assign_a_second_wave(world: World, who: str, refusal: type[Refusal]) -> None:
    entry = elsewhere(world)
    world.clock.at = JUDGING
    for act in (assigning.plan_extra, assigning.apply_extra):
        more = ("",) if act is assigning.apply_extra else ()
        with pytest.raises(refusal):
            act(world.ctx(who), *WRITTEN, {entry.handle: 1}, "w", *more)


def test_no_second_wave_once_the_round_has_closed(world: World) -> None:
    entry = elsewhere(world)
    world.clock.at = JUDGED
    with pytest.raises(Refusal) as refused:
        assigning.apply_extra(world.ctx("adam"), *WRITTEN, {entry.handle: 1}, "w", "")
    assert refused.value.code == "round_closed"


def test_who_has_an_entry_keeps_it_whatever_comes_to_light_and_gets_nothing_of_that_kind(
    world: World,
) -> None:
    entry, other = elsewhere(world, "One"), elsewhere(world, "Two")
    asked(world, entry, "jack")
    connect(world, "employer", entry)
    planned = dealt(world, 4)
    assert pairs(world) >= {(entry.id, world.people["jack"])}
    assert (other.id, world.people["jack"]) not in pairs(world)
    assert [(s.entry, s.missing) for s in planned.short] == [(other.id, 1)]


def test_a_plan_says_when_a_judge_was_taken_off_by_hand(world: World) -> None:
    entry = elsewhere(world)
    assigning.remove(world.ctx("adam"), asked(world, entry, "jack").handle)
    (short,) = dealt(world, 4).short
    assert short.reason == "The panel has 4, and one judge is taken off it by hand."
    assert short.help == "Smallest change: give it to Jack Judge again, on its own page."
