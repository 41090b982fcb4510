"""An owner or admin who declares a connection of their own with an entry acts on it no more."""

import pytest
from sqlalchemy import select

from heroes.domain.entry_states import Act, Given
from heroes.models import AuditRecord, Entry, Recusal
from heroes.services import acting, bulk, recusing, screening
from heroes.services.opening import give_role
from heroes.services.refusals import Invalid, NotAllowed, NotFound, Refusal
from heroes.services.transactions import transaction
from tests.judging import cards, elsewhere, handed_in, handle_of
from tests.outcomes import board, three
from tests.world import World

WHY = "My sister works for them."


def disqualified(world: World, entry: Entry, who: str) -> object:
    world.session.refresh(entry)
    return acting.press(
        world.ctx(who), entry.handle, Act.DISQUALIFY, Given(reason="Not in the country."), entry.version
    )


@pytest.mark.parametrize("who", ["adam", "olive"])
def test_whoever_declares_acts_no_more_and_others_do(world: World, who: str) -> None:
    entry = elsewhere(world)
    recusing.declare(world.ctx(who), entry.handle, f" {WHY} ")
    with pytest.raises(NotAllowed, match="connection"):
        disqualified(world, entry, who)
    with pytest.raises(NotAllowed):
        screening.screen(world.ctx(who), entry.handle, "eligible", "", entry.version)
    assert not bulk.preview(world.ctx(who), "small-2026", bulk.parsed("not_shortlist"), [entry.handle]).moving
    other = {"adam": "olive", "olive": "adam"}[who]
    disqualified(world, entry, other)
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "entry.conflict")).one()
    assert record.body is not None
    assert (
        record.actor_name.split()[0].lower(),
        record.acting_as,
        record.entry_id,
        record.body["reason"],
    ) == (
        who,
        {"adam": "admin", "olive": "owner"}[who],
        entry.id,
        WHY,
    )


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("audrey", NotAllowed),
        ("chloe", NotFound),
        ("jack", NotFound),
        ("bob", NotFound),
        ("stranger", NotFound),
        ("system", NotFound),
        ("import", NotFound),
    ],
)
def test_only_an_owner_or_admin_declares_so(world: World, who: str, refusal: type[Exception]) -> None:
    entry = elsewhere(world)
    with pytest.raises(refusal):
        recusing.declare(world.ctx(who), entry.handle, WHY)
    world.session.rollback()
    assert world.session.scalars(select(Recusal)).all() == []


@pytest.mark.parametrize("reason", ["", " \n", "x" * 2001])
def test_a_reason_is_asked_for(world: World, reason: str) -> None:
    entry = elsewhere(world)
    with pytest.raises(Invalid) as refused:
        recusing.declare(world.ctx("adam"), entry.handle, reason)
    assert set(refused.value.errors) == {"reason"}


def test_there_is_no_such_entry(world: World) -> None:
    with pytest.raises(NotFound):
        recusing.declare(world.ctx("adam"), "nothing", WHY)


def test_once_is_enough_and_oneself_cannot_take_it_back(world: World) -> None:
    entry = elsewhere(world)
    recusing.declare(world.ctx("adam"), entry.handle, WHY)
    with pytest.raises(Refusal, match="You are recused from it already"):
        recusing.declare(world.ctx("adam"), entry.handle, WHY)
    with pytest.raises(NotAllowed):
        recusing.lift(world.ctx("adam"), entry.handle, handle_of(world, "adam"), "A mistake.")
    recusing.lift(world.ctx("olive"), entry.handle, handle_of(world, "adam"), "Another Larkfield.")
    disqualified(world, entry, "adam")


def test_marks_of_an_admin_who_judges_stop_counting(world: World) -> None:
    ada, *_ = three(world)
    before = board(world).digest
    world.session.rollback()
    _make_admin(world, "jack")
    recusing.declare(world.ctx("jack"), ada.handle, WHY)
    assert cards(world, ada) == (1, 1)
    assert board(world).digest != before


def _make_admin(world: World, who: str) -> None:
    ctx = world.ctx("system")
    with transaction(ctx):
        give_role(ctx, world.people[who], world.season().programme_id, "admin")


def test_a_judge_elsewhere_in_the_season_is_still_recused_by_an_admin(world: World) -> None:
    entry = elsewhere(world)
    handed_in(world, entry, "jill")
    recusing.recuse(world.ctx("adam"), entry.handle, handle_of(world, "jack"), WHY)
    with pytest.raises(NotFound):
        recusing.recuse(world.ctx("adam"), entry.handle, handle_of(world, "olive"), WHY)
