"""The audit trail is worked out again: whatever was altered, removed, moved or cut off is named."""

import json

import pytest
from sqlalchemy import func, null, select, text, update

from heroes.models import AuditChain, AuditRecord
from heroes.services import keeping, nominating, verifying
from heroes.services.auditing import note
from heroes.services.refusals import Invalid, NotFound
from heroes.services.transactions import transaction

HEAD = "small-2026"


def lived(world):
    """A season in which several things have happened; returns its chain's id and the ids of its records."""
    started = world.submitted()
    nominating.withdraw(world.ctx("alice", frozenset({started.link.id})), started.entry.handle, reason="ill")
    world.nominate(title="Somebody Else")
    chain = world.session.scalars(select(AuditChain.id).where(AuditChain.season_id.is_not(None))).one()
    ids = world.session.scalars(
        select(AuditRecord.id).where(AuditRecord.chain_id == chain).order_by(AuditRecord.number)
    ).all()
    world.session.rollback()
    assert len(ids) >= 5
    return chain, list(ids)


def faults(world, **more):
    """Chain -> fault, for those that have one."""
    world.session.expire_all()
    checked = verifying.verify(world.ctx("system"), **more)
    world.session.rollback()
    return {check.name: check.fault for check in checked if check.fault}


def meddle(world, sql, **values):
    """What somebody with the database's password could do."""
    with transaction(world.ctx("system")):
        if world.kind == "sqlite":
            world.session.execute(text("PRAGMA defer_foreign_keys=ON"))
        world.session.execute(text(sql), values)


ALTERED = {
    "at": "'2026-01-01 00:00:00.000000'",
    "act": "'entry.award'",
    "actor": "'user:99'",
    "actor_name": "'Somebody Else'",
    "acting_as": "'owner'",
    "on_behalf": "'the King'",
    "subject": "'SH-26-9999'",
    "entry_id": "CASE WHEN entry_id IS NULL THEN (SELECT min(id) FROM entries) END",
    "salt": "'00'",
    "body": '\'{"reason": "another"}\'',
    "body_digest": f"'{'0' * 64}'",
    "previous": f"'{'1' * 64}'",
    "hash": f"'{'0' * 64}'",
    "number": "100000",
    "id": "100000",
    "chain_id": "(SELECT id FROM audit_chains WHERE season_id IS NULL)",
}


def test_every_column_has_its_way_of_being_altered():
    assert set(ALTERED) == set(AuditRecord.__table__.columns.keys())


def test_a_trail_that_nobody_touched_is_whole(world):
    lived(world)
    with transaction(world.ctx("olive")):
        note(world.ctx("olive"), "test.act", "installation")
    assert faults(world) == {}


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_every_altered_column_is_found(world, place):
    _, ids = lived(world)
    with transaction(world.ctx("olive")):
        note(world.ctx("olive"), "test.act", "installation")
    index = {"first": 0, "middle": len(ids) // 2, "last": len(ids) - 1}[place]
    missed = set()
    for column, value in ALTERED.items():
        if column == "chain_id":
            # Make room for it in the other trail, where the number is taken.
            away = "(SELECT id FROM audit_chains WHERE season_id IS NULL)"
            world.session.execute(
                text(f"UPDATE audit_records SET number = number + 1000 WHERE chain_id = {away}")
            )
        world.session.execute(
            text(f"UPDATE audit_records SET {column} = {value} WHERE id = :id"), {"id": ids[index]}
        )
        found = faults(world).get(HEAD, "")
        if not found or (column not in ("id", "number", "chain_id") and f"record {index + 1} " not in found):
            missed.add(column)
    # The last row under a larger id is the same record in the same order: nothing was said differently.
    assert missed == ({"id"} if place == "last" else set())


@pytest.mark.parametrize("place", [0, 2, -1])
def test_a_removed_record_is_named(world, place):
    _, ids = lived(world)
    meddle(world, "DELETE FROM audit_records WHERE id = :id", id=ids[place])
    expected = len(ids) if place == -1 else place + 1
    assert faults(world)[HEAD].startswith(f"record {expected} has been removed")


def test_two_records_that_changed_places_are_found(world):
    _, ids = lived(world)
    for old, new in ((2, -2), (3, 2), (-2, 3)):
        meddle(
            world,
            "UPDATE audit_records SET number = :new WHERE number = :old AND id IN (:a, :b)",
            old=old,
            new=new,
            a=ids[1],
            b=ids[2],
        )
    assert faults(world)[HEAD].startswith("record 2 ")


def test_an_altered_head_is_found(world):
    lived(world)
    meddle(world, f"UPDATE audit_chains SET head = '{'0' * 64}' WHERE season_id IS NOT NULL")
    assert "head" in faults(world)[HEAD]


def test_a_tail_cut_off_with_its_head_moved_is_found_by_a_head_from_before(world):
    chain, ids = lived(world)
    head = verifying.head_of(world.ctx("system"), world.season())
    world.session.rollback()
    last_but_one = world.session.scalars(select(AuditRecord.hash).where(AuditRecord.id == ids[-2])).one()
    world.session.rollback()
    meddle(world, "DELETE FROM audit_records WHERE id = :id", id=ids[-1])
    meddle(
        world,
        "UPDATE audit_chains SET head = :head, length = length - 1 WHERE id = :id",
        head=last_but_one,
        id=chain,
    )
    assert faults(world) == {}
    assert faults(world, expect=head) == {HEAD: f"records from {len(ids)} on have been cut off"}


def test_a_head_from_before_still_stands_after_more_acts(world):
    lived(world)
    head = verifying.head_of(world.ctx("system"), world.season())
    world.session.rollback()
    world.nominate(title="Later")
    assert faults(world, expect=head) == {}
    wrong = head[:-1] + ("0" if head[-1] != "0" else "1")
    assert "not the one" in faults(world, expect=wrong)[HEAD]


def test_a_whole_trail_taken_away_is_found(world):
    chain, _ = lived(world)
    head = verifying.head_of(world.ctx("system"), world.season())
    world.session.rollback()
    meddle(world, "DELETE FROM audit_records WHERE chain_id = :id", id=chain)
    meddle(world, "DELETE FROM audit_chains WHERE id = :id", id=chain)
    assert HEAD in faults(world)
    assert "cut off" in faults(world, expect=head)[HEAD]


def test_a_record_made_without_the_key_is_found(world):
    chain, ids = lived(world)
    columns = set(ALTERED) - {"id", "number", "previous", "hash"}
    listed = ", ".join(columns)
    meddle(
        world,
        f"INSERT INTO audit_records ({listed}, number, previous, hash) SELECT {listed}, :number, hash, :hash "
        "FROM audit_records WHERE id = :id",
        number=len(ids) + 1,
        hash="1" * 64,
        id=ids[-1],
    )
    assert HEAD in faults(world)
    meddle(
        world,
        "UPDATE audit_chains SET length = :n, head = :h WHERE id = :id",
        n=len(ids) + 1,
        h="1" * 64,
        id=chain,
    )
    assert f"record {len(ids) + 1} " in faults(world)[HEAD]


def test_another_key_verifies_nothing(world):
    lived(world)
    ctx = world.ctx("system")
    other = type(ctx.keys)(ctx.keys.links, b"another key")
    checked = verifying.verify(type(ctx)(session=ctx.session, actor=ctx.actor, now=ctx.now, keys=other))
    world.session.rollback()
    assert "record 1 has been altered" in {c.name: c.fault for c in checked}[HEAD]


def test_erased_bodies_leave_the_trail_whole_and_half_erased_ones_do_not(world):
    _, ids = lived(world)
    entry_id = world.session.scalars(select(AuditRecord.entry_id).where(AuditRecord.id == ids[2])).one()
    with transaction(world.ctx("system")):
        keeping.erase_bodies(world.ctx("system"), entry_id)
    erased = world.session.scalars(
        select(func.count()).where(AuditRecord.entry_id == entry_id, AuditRecord.body.is_(null()))
    ).one()
    world.session.rollback()
    assert erased >= 3
    assert faults(world) == {}
    with transaction(world.ctx("system")):
        world.session.execute(update(AuditRecord).where(AuditRecord.id == ids[0]).values(body=null()))
    assert "record 1 has been altered" in faults(world)[HEAD]


def test_every_kind_of_value_in_a_body_verifies_after_its_way_through_the_database(world):
    ctx = world.ctx("olive")
    after = {
        "zahl": 3,
        "none": None,
        "list": [1, "ü", {"b": 1, "a": 2}],
        "flag": True,
        "number": {"10": 1, "9": 2},
    }
    with transaction(ctx):
        note(
            ctx,
            "test.act",
            "x",
            season_id=world.season().id,
            before={"at": ctx.now},
            after=after,
            reason="weil",
        )
    assert faults(world) == {}
    kept = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "test.act")).one()
    assert json.dumps(kept.body["after"], sort_keys=True) == json.dumps(after, sort_keys=True)


@pytest.mark.parametrize(
    "head", ["nonsense", "small-2026:x:" + "0" * 64, "small-2026:1:zz", "other:1:" + "0" * 64]
)
def test_a_head_that_is_none_is_refused(world, head):
    with pytest.raises(Invalid):
        verifying.verify(world.ctx("system"), expect=head)


def test_one_season_can_be_checked_alone_and_an_unknown_one_is_refused(world):
    assert [check.name for check in verifying.verify(world.ctx("system"), HEAD)] == [HEAD]
    assert [check.name for check in verifying.verify(world.ctx("system"))] == ["installation", HEAD]
    with pytest.raises(NotFound):
        verifying.verify(world.ctx("system"), "another")


@pytest.mark.parametrize("who", ["jack", "bob", "stranger"])
def test_only_staff_read_the_trail(world, who):
    started = world.submitted()
    with pytest.raises(NotFound):
        verifying.season_history(world.ctx(who), HEAD, "", "", None)
    with pytest.raises(NotFound):
        verifying.entry_history(world.ctx(who), started.entry.handle, None)
    for staff in ("audrey", "adam", "olive"):
        verifying.season_history(world.ctx(staff), HEAD, "", "", None)


def test_a_history_is_read_by_fifties_without_gaps(world):
    ctx = world.ctx("olive")
    with transaction(ctx):
        for number in range(120):
            note(ctx, "test.act", f"thing {number}", season_id=world.season().id)
    seen, before = [], None
    while True:
        _, page, _ = verifying.season_history(world.ctx("audrey"), HEAD, "", "", before)
        assert len(page.records) <= 50
        seen += [record.number for record in page.records]
        before = page.next
        if before is None:
            break
    assert seen == list(range(len(seen), 0, -1))
    assert len(seen) > 120


def test_a_history_is_filtered_by_act_and_actor(world):
    lived(world)
    for who in ("olive", "adam"):
        with transaction(world.ctx(who)):
            note(world.ctx(who), "test.act", who, season_id=world.season().id)
    olive = f"user:{world.people['olive']}"

    def subjects(act, who):
        return [
            r.subject for r in verifying.season_history(world.ctx("audrey"), HEAD, act, who, None)[1].records
        ]

    assert subjects("test.act", "") == ["adam", "olive"]
    assert subjects("", olive) == ["olive"]
    assert subjects("test.act", "oLiVe o") == ["olive"]
    assert subjects("test.act", "%") == []
