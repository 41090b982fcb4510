"""Taking back a private link that somebody was given."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from heroes.models import AuditRecord, Organisation, OutboxMail, PrivateLink
from heroes.services import delivering, nominating, sharing
from heroes.services.context import Context
from heroes.services.links import token_of
from heroes.services.nominating import Started
from heroes.services.own_entries import load_draft
from heroes.services.refusals import NotFound
from tests.two_at_once import one_after_the_other
from tests.world import STORY, World


def own(started: Started) -> frozenset[int]:
    assert started.link is not None
    return frozenset({started.link.id})


@pytest.fixture
def scene(world: World) -> tuple[World, Started, PrivateLink, PrivateLink]:
    """Alice's draft, shared with Tom and with Sue."""
    started = world.nominate()
    ctx = world.ctx("alice", own(started))
    tom = sharing.share(ctx, started.entry.handle, "tom@home.example", "Tom Archer")
    return world, started, tom, sharing.share(ctx, started.entry.handle, "sue@home.example")


def listed(world: World, started: Started, links: frozenset[int]) -> list[tuple[str, str, bool, bool]]:
    _, found = sharing.shared_with(world.ctx("alice", links), started.entry.handle)
    return [(one.name, one.address, one.opened_at is not None, one.own) for one in found]


def key_of(world: World, started: Started, number: int) -> str:
    return sharing.shared_with(world.ctx("alice", own(started)), started.entry.handle)[1][number].key


def test_the_list_names_those_who_were_given_a_link_and_not_the_nominator(scene: Any) -> None:
    world, started, tom, _ = scene
    sharing.open_link(world.ctx(), token_of(world.ctx().keys.links, "entry", tom.nonce))
    assert listed(world, started, own(started)) == [
        ("Tom Archer", "tom@home.example", True, False),
        ("", "sue@home.example", False, False),
    ]
    assert [mine for *_, mine in listed(world, started, frozenset({tom.id}))] == [True, False]


def test_a_link_that_is_taken_back_opens_nothing_and_the_other_does(scene: Any) -> None:
    world, started, tom, sue = scene
    taken = sharing.unshare(world.ctx("alice", own(started)), started.entry.handle, key_of(world, started, 0))

    assert (taken.id, taken.address) == (tom.id, "tom@home.example")
    with pytest.raises(NotFound):
        sharing.open_link(world.ctx(), token_of(world.ctx().keys.links, "entry", tom.nonce))
    with pytest.raises(NotFound):
        load_draft(world.ctx("alice", frozenset({tom.id})), started.entry.handle)
    load_draft(world.ctx("alice", frozenset({sue.id})), started.entry.handle)  # raises nothing
    assert [address for _, address, *_ in listed(world, started, own(started))] == ["sue@home.example"]
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "entry.unshare")).one()
    assert (record.body, record.entry_id) == ({"before": {"address": "tom@home.example"}}, started.entry.id)


def test_a_mail_that_has_not_gone_out_does_not_go(scene: Any) -> None:
    world, started, *_ = scene
    sharing.unshare(world.ctx("alice", own(started)), started.entry.handle, key_of(world, started, 0))
    world.session.expire_all()
    found = select(OutboxMail.to_address, OutboxMail.state).where(OutboxMail.template == "shared")
    assert {tuple(row) for row in world.session.execute(found)} == {
        ("tom@home.example", "cancelled"),
        ("sue@home.example", "waiting"),
    }


def test_a_mail_that_got_stuck_is_not_sent_after_all_when_an_admin_tries_again(scene: Any) -> None:
    world, started, tom, _ = scene
    world.session.execute(
        update(OutboxMail).where(OutboxMail.to_address == "tom@home.example").values(state="stuck")
    )
    world.session.commit()
    sharing.unshare(world.ctx("alice", own(started)), started.entry.handle, key_of(world, started, 0))
    world.session.expire_all()
    mail = world.session.scalars(select(OutboxMail).where(OutboxMail.key == f"shared:{tom.id}")).one()
    assert delivering.retry(world.ctx("adam"), "small-2026", [mail.id]) == 0
    world.session.refresh(mail)
    assert mail.state == "cancelled"


def test_the_nominators_own_link_stays(scene: Any) -> None:
    """Whoever was given a link can take back others, and nobody can lock the nominator out."""
    world, started, tom, _ = scene
    assert started.link is not None
    with pytest.raises(NotFound):
        sharing.unshare(
            world.ctx("alice", frozenset({tom.id})), started.entry.handle, started.link.token_hash[:16]
        )
    world.session.rollback()
    load_draft(world.ctx("alice", own(started)), started.entry.handle)  # raises nothing


def test_every_link_to_an_organisations_entry_can_be_taken_back(world: World) -> None:
    started = nominating.start(
        world.ctx("bob"),
        "small-2026",
        "frontline",
        dict(STORY),
        workspace=world.session.get_one(Organisation, world.organisations["larkfield"]),
    )
    sharing.share(world.ctx("bob"), started.entry.handle, "tom@home.example")
    (one,) = sharing.shared_with(world.ctx("beth"), started.entry.handle)[1]
    sharing.unshare(world.ctx("beth"), started.entry.handle, one.key)
    assert sharing.shared_with(world.ctx("bob"), started.entry.handle)[1] == []


@pytest.mark.parametrize("who", ["stranger", "charlie", "adam", "jack"])
def test_only_an_entrant_takes_back(scene: Any, who: str) -> None:
    world, started, *_ = scene
    key = key_of(world, started, 0)
    with pytest.raises(NotFound):
        sharing.shared_with(world.ctx(who), started.entry.handle)
    with pytest.raises(NotFound):
        sharing.unshare(world.ctx(who), started.entry.handle, key)


def test_a_link_to_another_entry_is_not_among_them(scene: Any) -> None:
    world, started, *_ = scene
    other = world.nominate(title="Somebody Else")
    with pytest.raises(NotFound):
        sharing.unshare(world.ctx("alice", own(other)), other.entry.handle, key_of(world, started, 0))


def test_taking_back_twice_is_one_record(scene: Any) -> None:
    world, started, *_ = scene
    links, handle, key = own(started), started.entry.handle, key_of(world, started, 0)

    def take_back(ctx: Context) -> object:
        return sharing.unshare(replace(ctx, actor=replace(ctx.actor, links=links)), handle, key)

    first, second = one_after_the_other(
        world, ("stranger", take_back), "UPDATE outbox", ("stranger", take_back)
    )
    assert first == "done"
    assert second in ("taken_back", "not_found")
    records = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "entry.unshare")).all()
    assert len(records) == 1


def test_an_address_that_is_no_longer_kept_is_not_named(scene: Any) -> None:
    world, started, *_ = scene
    world.session.execute(update(OutboxMail).values(key=OutboxMail.message_id))
    world.session.commit()
    assert [(name, address) for name, address, *_ in listed(world, started, own(started))] == [("", "")] * 2
