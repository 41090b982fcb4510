"""Admission: code names unique in a round, once per entry, and the final for whoever is shortlisted."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from heroes.domain.entry_states import Act, Given
from heroes.models import AuditRecord, Entry, Round, RoundEntry
from heroes.services import door, rounds, tallies
from heroes.services.refusals import NotAllowed, NotFound, Refusal
from heroes.services.transactions import transaction
from tests.judging import entered
from tests.world import World

TEAMS = ("small-2026", "teams")


def admissions(world: World) -> Sequence[RoundEntry]:
    return world.session.scalars(
        select(RoundEntry)
        .order_by(RoundEntry.round_id, RoundEntry.entry_id)
        .execution_options(populate_existing=True)
    ).all()


def final_of(world: World, category: str = "teams") -> Round:
    found = world.session.scalars(select(Round).where(Round.slug == "final")).one()
    assert category == "teams"
    return found


def shortlisted(world: World, **changes: str) -> Entry:
    entry = entered(world, "teams", **changes)
    ctx = world.ctx("adam")
    with transaction(ctx):
        entry.screening, entry.screened_at = "eligible", ctx.now
        tallies.shift(ctx, entry.season_id, entry.category_id, "screening", "unchecked", "eligible")
        ctx.session.flush()
        door.move(ctx, entry, Act.SHORTLIST, given=Given(reason="By hand", override=True))
    return entry


def test_an_admitted_entry_has_a_code_name_and_its_round(world: World) -> None:
    entry = entered(world)
    (one,) = admissions(world)
    first = rounds.first_round(world.ctx("adam"), entry.category_id)
    assert (one.entry_id, one.round_id, one.cards_asked, one.cards_in) == (entry.id, first.id, 0, 0)
    assert one.admitted_by_id == world.people["adam"]
    assert one.code.strip()
    assert entry.round_id == first.id
    world.session.expire_all()
    assert world.session.get_one(Entry, entry.id).round_id == first.id


def test_admitting_twice_changes_nothing(world: World) -> None:
    entry = entered(world)
    code = admissions(world)[0].code
    ctx = world.ctx("adam")
    with transaction(ctx):
        rounds.admit(ctx, entry, rounds.first_round(ctx, entry.category_id))
    assert [row.code for row in admissions(world)] == [code]


def test_an_entry_in_the_final_is_not_sent_back_by_being_admitted_to_the_first_round_again(
    world: World,
) -> None:
    entry = shortlisted(world)
    rounds.open_final(world.ctx("adam"), *TEAMS)
    ctx = world.ctx("adam")
    with transaction(ctx):
        rounds.admit(ctx, entry, rounds.first_round(ctx, entry.category_id))
    world.session.expire_all()
    assert world.session.get_one(Entry, entry.id).round_id == final_of(world).id


def test_a_code_name_that_is_taken_is_not_given_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "candidates", lambda _: iter(["Harbour", "Meadow", "Zephyr"]))
    for title in ("One", "Two", "Three"):
        entered(world, title=title)
    assert [row.code for row in admissions(world)] == ["Harbour", "Meadow", "Zephyr"]


def test_many_are_admitted_in_a_handful_of_statements(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = entered(world)
    others = [world.submitted(title=f"Person {n}").entry.id for n in range(4)]
    ctx = world.ctx("adam")
    with transaction(ctx):
        new = rounds.admit_many(
            ctx, first.season_id, [first.id, *others, others[0]], rounds.first_round(ctx, first.category_id)
        )
    assert new == 4
    rows = admissions(world)
    assert {row.entry_id for row in rows} == {first.id, *others}
    assert len({row.code for row in rows}) == 5
    world.session.expire_all()
    assert {e.round_id for e in world.session.scalars(select(Entry))} == {rows[0].round_id}


def test_the_final_takes_the_shortlisted_and_nobody_else(world: World) -> None:
    chosen, other = shortlisted(world, title="Team A"), entered(world, "teams", title="Team B")
    assert rounds.open_final(world.ctx("adam"), *TEAMS) == 1
    final = final_of(world)
    assert {row.entry_id for row in admissions(world) if row.round_id == final.id} == {chosen.id}
    world.session.expire_all()
    assert world.session.get_one(Entry, chosen.id).round_id == final.id
    assert world.session.get_one(Entry, other.id).round_id != final.id
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "round.open")).one()
    assert record.subject == "teams/final"
    assert record.body == {"after": {"admitted": 1, "shortlisted": 1}}


def test_opening_the_final_again_takes_those_who_came_later(world: World) -> None:
    shortlisted(world, title="Team A")
    rounds.open_final(world.ctx("adam"), *TEAMS)
    shortlisted(world, title="Team B")
    assert rounds.open_final(world.ctx("adam"), *TEAMS) == 1
    assert rounds.open_final(world.ctx("adam"), *TEAMS) == 0


def test_a_category_of_one_round_has_no_final(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        rounds.open_final(world.ctx("adam"), "small-2026", "frontline")
    assert refused.value.code == "one_round"


@pytest.mark.parametrize(
    "who,refusal",
    [("audrey", NotAllowed), ("chloe", NotFound), ("bob", NotFound), ("stranger", NotFound)],
)
def test_only_owner_and_admin_open_a_final(world: World, who: str, refusal: type[Refusal]) -> None:
    shortlisted(world)
    with pytest.raises(refusal):
        rounds.open_final(world.ctx(who), *TEAMS)
    assert world.session.scalar(select(func.count()).where(RoundEntry.round_id == final_of(world).id)) == 0
