"""Transactions, private links, rate limits and owed mail: what every service stands on."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from heroes.domain.slugs import email_key
from heroes.models import AuditRecord, OutboxMail, PrivateLink, Programme, RateCount
from heroes.models.database import db
from heroes.services.auditing import note
from heroes.services.limits import hit, sweep
from heroes.services.links import find_link, hash_of, make_link, token_of, use_link
from heroes.services.posting import owe
from heroes.services.refusals import NotFound, TooOften
from heroes.services.transactions import transaction
from tests.world import World


def count(world: World, table: type) -> int:
    world.session.rollback()
    return world.session.scalar(select(func.count()).select_from(table)) or 0


def test_everything_inside_a_transaction_happens_or_nothing_does(world: World) -> None:
    ctx = world.ctx("adam")
    before = count(world, AuditRecord)

    def act_and_fail() -> None:
        with transaction(ctx):
            note(ctx, "test.act", "something")
            owe(ctx, "links", "a@b.example", key="k", entries=[])
            ctx.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_and_fail()
    assert (count(world, AuditRecord), count(world, OutboxMail)) == (before, 0)


def test_a_transaction_inside_another_joins_it(world: World) -> None:
    ctx = world.ctx("adam")
    before = count(world, AuditRecord)

    def act_inside_and_fail() -> None:
        with transaction(ctx):
            with transaction(ctx):
                note(ctx, "test.inner", "something")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_inside_and_fail()
    assert count(world, AuditRecord) == before


def test_an_act_is_noted_with_its_own_actor_and_moment(world: World) -> None:
    olive, adam = world.ctx("olive"), world.ctx("adam")
    later = replace(adam, now=adam.now + timedelta(hours=1))
    with transaction(olive):
        note(olive, "test.first", "x")
        note(later, "test.second", "x")
    rows = world.session.execute(
        select(AuditRecord.act, AuditRecord.actor_name, AuditRecord.at)
        .where(AuditRecord.act.startswith("test."))
        .order_by(AuditRecord.number)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("test.first", "Olive Owner", olive.now),
        ("test.second", "Adam Admin", later.now),
    ]


def test_noting_outside_a_transaction_is_an_error(lite_world: World) -> None:
    with pytest.raises(RuntimeError):
        note(lite_world.ctx("adam"), "test.act", "x")


def test_a_links_token_is_kept_nowhere_and_follows_from_the_nonce_and_the_key(world: World) -> None:
    ctx = world.ctx("adam")
    with transaction(ctx):
        link = make_link(ctx, "sign_in", user_id=world.people["bob"])
    token = token_of(ctx.keys.links, "sign_in", link.nonce)

    assert link.token_hash == hash_of(token)
    assert token not in (link.nonce, link.token_hash)
    assert len(token) == 22
    assert find_link(ctx, token).id == link.id
    assert token_of(b"another key", "sign_in", link.nonce) != token
    assert token_of(ctx.keys.links, "entry", link.nonce) != token


def test_a_single_use_link_is_spent_once(world: World) -> None:
    ctx = world.ctx("adam")
    with transaction(ctx):
        link = make_link(ctx, "sign_in", user_id=world.people["bob"])
    token = token_of(ctx.keys.links, "sign_in", link.nonce)
    with transaction(ctx):
        use_link(ctx, token)
    with pytest.raises(NotFound), transaction(ctx):
        use_link(ctx, token)


def test_two_at_the_same_moment_cannot_both_spend_a_link(world: World) -> None:
    ctx = world.ctx("adam")
    with transaction(ctx):
        link = make_link(ctx, "sign_in", user_id=world.people["bob"])
    token = token_of(ctx.keys.links, "sign_in", link.nonce)
    answers: list[str] = []
    ready = threading.Barrier(4)

    def spend() -> None:
        with world.app.app_context():
            mine = replace(ctx, session=db.session())
            ready.wait()
            try:
                with transaction(mine):
                    use_link(mine, token)
                answers.append("spent")
            except NotFound:
                answers.append("refused")

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["refused", "refused", "refused", "spent"]


def test_a_link_that_ran_out_or_was_revoked_opens_nothing(world: World) -> None:
    ctx = world.ctx("adam")
    with transaction(ctx):
        old = make_link(ctx, "sign_in", user_id=world.people["bob"])
        gone = make_link(ctx, "sign_in", user_id=world.people["bob"])
        gone.revoked_at = ctx.now
    later = replace(ctx, now=ctx.now + timedelta(minutes=15))
    for link, when in ((old, later), (gone, ctx)):
        with pytest.raises(NotFound):
            find_link(when, token_of(ctx.keys.links, "sign_in", link.nonce))
    assert count(world, PrivateLink) == 2


def test_a_limit_counts_across_transactions_and_starts_again(world: World) -> None:
    ctx = world.ctx()
    for expected in (1, 2, 3):
        with transaction(ctx):
            assert hit(ctx, "test", "somebody", 3) == expected
    with pytest.raises(TooOften) as refused, transaction(ctx):
        hit(ctx, "test", "somebody", 3)
    assert 0 < refused.value.seconds <= 3600
    with transaction(ctx):
        assert hit(ctx, "test", "somebody else", 3) == 1
        assert hit(replace(ctx, now=ctx.now + timedelta(hours=1)), "test", "somebody", 3) == 1


def test_old_windows_are_swept(world: World) -> None:
    ctx = world.ctx()
    with transaction(ctx):
        hit(ctx, "test", "somebody", 3)
    with transaction(ctx):
        sweep(replace(ctx, now=ctx.now + timedelta(hours=1)))
    assert count(world, RateCount) == 1
    with transaction(ctx):
        sweep(replace(ctx, now=ctx.now + timedelta(hours=3)))
    assert count(world, RateCount) == 0


def test_nobody_without_an_address_is_written_to(world: World) -> None:
    ctx = world.ctx()
    with transaction(ctx):
        owe(ctx, "links", "", key="nobody", entries=[])
    assert count(world, OutboxMail) == 0


def test_a_mail_that_is_not_declared_is_an_error_of_the_caller(lite_world: World) -> None:
    ctx = lite_world.ctx()
    with pytest.raises(ValueError, match="there is no mail 'surprise'"), transaction(ctx):
        owe(ctx, "surprise", "a@b.example", key="k")


def test_two_spellings_of_an_address_meet() -> None:
    assert email_key(" A@B.example ") == email_key("a@b.EXAMPLE")


def test_two_addresses_do_not_meet() -> None:
    assert email_key("a+b@x.example") != email_key("a@x.example")


def test_the_programme_is_there_once(world: World) -> None:
    assert count(world, Programme) == 1
