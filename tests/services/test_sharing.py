"""Private links to an entry: sharing one, opening one, having them sent again."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from heroes.models import AuditRecord, OutboxMail, PrivateLink
from heroes.services import sharing
from heroes.services.links import make_link, token_of
from heroes.services.nominating import Started
from heroes.services.own_entries import load_draft
from heroes.services.refusals import Invalid, NotFound, TooOften
from heroes.services.transactions import transaction
from tests.world import OPEN, World


def mails(world: World, template: str) -> list[OutboxMail]:
    """The mails of one kind that are owed, the oldest first."""
    found = select(OutboxMail).where(OutboxMail.template == template).order_by(OutboxMail.id)
    return list(world.session.scalars(found))


def links_of(started: Started) -> frozenset[int]:
    """The links that Alice's browser has opened."""
    assert started.link is not None
    return frozenset({started.link.id})


def test_sharing_makes_a_link_of_its_own_that_opens_the_same_entry(world: World) -> None:
    started = world.nominate()
    ctx = world.ctx("alice", links_of(started))
    link = sharing.share(ctx, started.entry.handle, " Tom@home.example ", " Tom\x00  Archer ")
    assert link.id not in links_of(started)
    (mail,) = mails(world, "shared")
    assert (mail.to_address, mail.to_name, mail.key) == (
        "Tom@home.example",
        "Tom Archer",
        f"shared:{link.id}",
    )
    assert mail.values == {
        "who": "Alice Archer",
        "title": "Maureen Okafor",
        "category": "Frontline Hero",
        "link_id": link.id,
    }
    tom = world.ctx("alice", frozenset({link.id}))
    assert load_draft(tom, started.entry.handle).entry.id == started.entry.id
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "entry.share")).one()
    assert record.body == {"after": {"address": "Tom@home.example"}}


@pytest.mark.parametrize(
    ("address", "name", "fields"),
    [
        ("", "", {"address"}),
        ("tom", "", {"address"}),
        ("tom@home.example\nBcc: x@y.example", "", {"address"}),
        ("tom@home.example", "x" * 201, {"name"}),
        ("tom", "x" * 201, {"address", "name"}),
    ],
)
def test_an_address_that_mail_cannot_reach_is_refused(
    world: World, address: str, name: str, fields: set[str]
) -> None:
    started = world.nominate()
    with pytest.raises(Invalid) as refused:
        sharing.share(world.ctx("alice", links_of(started)), started.entry.handle, address, name)
    assert set(refused.value.errors) == fields
    assert mails(world, "shared") == []


@pytest.mark.parametrize("who", ["stranger", "charlie", "adam", "jack"])
def test_only_an_entrant_shares(world: World, who: str) -> None:
    started = world.nominate()
    with pytest.raises(NotFound):
        sharing.share(world.ctx(who), started.entry.handle, "tom@home.example")


def test_one_entry_is_shared_ten_times_an_hour(world: World) -> None:
    started = world.nominate()
    ctx = world.ctx("alice", links_of(started))
    for number in range(sharing.SHARES_AN_HOUR):
        sharing.share(ctx, started.entry.handle, f"tom{number}@home.example")
    with pytest.raises(TooOften):
        sharing.share(ctx, started.entry.handle, "tom@home.example")
    world.clock.at = OPEN + timedelta(hours=1)
    sharing.share(world.ctx("alice", links_of(started)), started.entry.handle, "tom@home.example")


def test_opening_a_link_gives_its_entry_as_often_as_one_likes(world: World) -> None:
    started = world.nominate()
    assert started.link is not None
    token = token_of(world.ctx().keys.links, "entry", started.link.nonce)
    for _ in range(2):
        assert sharing.open_link(world.ctx(), token) == (started.link.id, started.entry.handle)


def test_a_link_of_another_kind_or_a_revoked_one_opens_no_entry(world: World) -> None:
    ctx = world.ctx()
    started = world.nominate()
    assert started.link is not None
    with transaction(ctx):
        other = make_link(ctx, "sign_in", user_id=world.people["bob"])
        world.session.execute(
            update(PrivateLink).where(PrivateLink.id == started.link.id).values(revoked_at=OPEN)
        )
    for purpose, nonce in (("sign_in", other.nonce), ("entry", started.link.nonce)):
        with pytest.raises(NotFound):
            sharing.open_link(ctx, token_of(ctx.keys.links, purpose, nonce))
    world.session.rollback()
    used = world.session.scalars(select(PrivateLink.used_at)).all()
    assert set(used) == {None}


def test_everybody_gets_one_link_to_each_entry_of_their_own_address(world: World) -> None:
    first, second = world.nominate(), world.submitted(nominator_email="Alice@Home.example")
    world.nominate(nominator_email="tom@home.example")
    sharing.share(world.ctx("alice", links_of(first)), first.entry.handle, "sue@home.example")
    sharing.send_links(world.ctx(), " ALICE@home.example")
    assert first.link is not None
    assert second.link is not None
    sent = {mail.to_address: mail.values["entries"] for mail in mails(world, "links")}
    assert sent == {
        "alice@home.example": [
            {
                "link_id": first.link.id,
                "title": "Maureen Okafor",
                "reference": "",
                "category": "Frontline Hero",
            }
        ],
        "Alice@Home.example": [
            {
                "link_id": second.link.id,
                "title": "Maureen Okafor",
                "reference": "SH-26-0001",
                "category": "Frontline Hero",
            }
        ],
    }


def test_an_address_without_entries_gets_no_mail_and_revoked_links_are_not_sent(world: World) -> None:
    started = world.nominate()
    assert started.link is not None
    sharing.send_links(world.ctx(), "nobody@home.example")
    with transaction(world.ctx()):
        world.session.execute(update(PrivateLink).values(revoked_at=OPEN))
    sharing.send_links(world.ctx(), "alice@home.example")
    assert mails(world, "links") == []


@pytest.mark.parametrize("known", [True, False])
def test_the_limit_is_the_same_whether_or_not_there_is_anything_to_send(world: World, known: bool) -> None:
    if known:
        world.nominate()
    for _ in range(3):
        sharing.send_links(world.ctx(), "alice@home.example")
    with pytest.raises(TooOften):
        sharing.send_links(world.ctx(), "alice@home.example")
