"""Mail from the outbox: who gets it, what is in it, and what becomes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from heroes.adapters.letters import Letters
from heroes.adapters.mail import MemoryPost, Undelivered
from heroes.app import templates_folder
from heroes.jobs.postman import Postman
from heroes.models import Entry, OutboxMail, PrivateLink, Programme, User
from heroes.services import delivering, sharing
from heroes.services.links import find_link
from heroes.services.posting import owe
from heroes.services.refusals import NotAllowed, NotFound
from heroes.services.transactions import transaction
from tests.every_kind import ANSWERS, use


def owed(world, template="password_changed", address="jack@judges.example", **values):
    """Owe one mail and return its id."""
    ctx = world.ctx("system")
    key = f"test:{ctx.chance.token_hex(4)}"
    with transaction(ctx):
        owe(ctx, template, address, key=key, to_name="Jack Judge", **values)
    return world.session.scalars(select(OutboxMail.id).where(OutboxMail.key == key)).one()


def row(world, mail_id):
    """The mail as the database has it now."""
    world.session.expire_all()
    found = world.session.get_one(OutboxMail, mail_id)
    world.session.rollback()
    return found


def forget_all(world):
    """Start from an empty outbox."""
    with transaction(world.ctx("system")):
        world.session.execute(delete(OutboxMail))


def claim(world):
    """Claim the next mail, which must be there."""
    claimed = delivering.claim(world.ctx("system"))
    assert claimed is not None
    return claimed


def postman(world, post):
    """A postman at the world's clock."""
    return Postman(
        lambda: world.ctx("system"), post, Letters(templates_folder()), world.house.settings.mail_from
    )


def deliver(world, post=None):
    """Deliver everything that is due; returns the post."""
    post = post or MemoryPost()
    man = postman(world, post)
    while man.deliver_one():
        pass
    return post


def test_a_mail_is_claimed_by_one_only(world):
    mail_id = owed(world)
    first = claim(world)
    assert first.id == mail_id
    assert delivering.claim(world.ctx("system")) is None
    assert (row(world, mail_id).state, row(world, mail_id).attempts) == ("sending", 1)


def test_nothing_is_claimed_before_it_is_due(world):
    mail_id = owed(world)
    with transaction(world.ctx("system")):
        world.session.execute(update(OutboxMail).values(due_at=world.clock.at + timedelta(seconds=1)))
    assert delivering.claim(world.ctx("system")) is None
    world.clock.forward(seconds=1)
    claimed = claim(world)
    assert claimed.id == mail_id


def test_the_mail_that_is_due_first_goes_first(world):
    late, early = owed(world), owed(world)
    with transaction(world.ctx("system")):
        world.session.execute(
            update(OutboxMail)
            .where(OutboxMail.id == early)
            .values(due_at=world.clock.at - timedelta(minutes=1))
        )
    ids = [claim(world).id for _ in range(2)]
    assert ids == [early, late]


def test_a_lease_that_ran_out_lets_somebody_else_send_it_and_only_they_settle(world):
    mail_id = owed(world)
    first = claim(world)
    world.clock.at += delivering.LEASE
    second = claim(world)
    assert second.message_id == first.message_id
    assert delivering.sent(world.ctx("system"), first) is False
    assert row(world, mail_id).state == "sending"
    assert delivering.sent(world.ctx("system"), second) is True
    assert delivering.sent(world.ctx("system"), second) is False
    assert (row(world, mail_id).state, row(world, mail_id).attempts) == ("sent", 2)


def test_a_lease_holds_until_it_ends(world):
    owed(world)
    assert delivering.claim(world.ctx("system")) is not None
    world.clock.at += delivering.LEASE - timedelta(seconds=1)
    assert delivering.claim(world.ctx("system")) is None


def test_a_mail_that_dies_with_every_worker_is_stuck_in_the_end(world):
    mail_id = owed(world)
    for _ in range(delivering.MOST_ATTEMPTS):
        assert delivering.claim(world.ctx("system")) is not None
        world.clock.at += delivering.LEASE
    assert delivering.claim(world.ctx("system")) is None
    assert (row(world, mail_id).state, row(world, mail_id).lease_until) == ("stuck", None)


def test_failures_wait_longer_and_longer_and_then_are_stuck(world):
    mail_id = owed(world)
    waits = []
    while True:
        claimed = claim(world)
        delivering.failed(world.ctx("system"), claimed, "451 come back later")
        found = row(world, mail_id)
        if found.state != "waiting":
            break
        waits.append(found.due_at - world.clock.at)
        world.clock.at = found.due_at
    assert tuple(waits) == delivering.BACKOFF
    assert waits == sorted(waits)
    assert (found.state, found.last_error) == ("stuck", "451 come back later")


def test_a_permanent_refusal_is_stuck_at_once_and_a_temporary_one_is_not(world):
    forget_all(world)
    first, second = owed(world), owed(world)
    deliver(
        world, MemoryPost(trouble=[Undelivered("550 nobody here", permanent=True), Undelivered("421 busy")])
    )
    assert {first: "stuck", second: "waiting"} == {i: row(world, i).state for i in (first, second)}
    assert row(world, first).last_error == "550 nobody here"


def test_an_error_is_kept_without_links_and_passwords():
    error = "smtp://me:hunter2@mail.example said\nno to http://a.example/link/AbC_-9"
    assert delivering.masked(error) == "smtp:…mail.example said no to http://a.example…"


def test_the_message_id_and_the_date_stay_the_same_over_attempts(world):
    forget_all(world)
    owed(world)
    post = MemoryPost(trouble=[Undelivered("421 busy")])
    deliver(world, post)
    first = world.session.scalars(select(OutboxMail)).one().message_id
    world.session.rollback()
    world.clock.forward(hours=1)
    deliver(world, post)
    assert [m["Message-ID"] for m in post.sent] == [first]
    assert post.sent[0]["Date"].datetime == world.clock.at - timedelta(hours=1)


def test_a_mail_has_text_html_and_the_headers_of_a_machine(world):
    forget_all(world)
    owed(world)
    message = deliver(world).sent[0]
    assert message["From"] == "Small Heroes <heroes@tiny.example>"
    assert message["Reply-To"] == "small@tiny.example"
    assert message["To"] == "Jack Judge <jack@judges.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_private_link_is_worked_out_for_the_mail_and_is_nowhere_in_the_outbox(world):
    started = world.nominate()
    message = next(m for m in deliver(world).sent if m["Subject"].startswith("Your draft"))
    text = message.get_body(("plain",)).get_content()
    token = text.split("/link/")[1].split()[0]
    assert find_link(world.ctx(), token).id == started.link.id
    kept = [
        str(value) for found in world.session.execute(select(OutboxMail.__table__)).all() for value in found
    ]
    assert not any(token in value for value in kept)


def test_a_receipt_carries_the_copy_of_what_was_sent(world):
    started = world.submitted()
    message = next(
        m for m in deliver(world).sent if m["Subject"] == f"Your nomination {started.entry.reference}"
    )
    (copy,) = message.iter_attachments()
    assert copy.get_filename() == f"{started.entry.reference}.txt"
    for words in ("She rang forty-one people before anybody asked.", "MAUREEN OKAFOR", "Larkfield Water"):
        assert words in copy.get_content()
    text = message.get_body(("plain",)).get_content()
    assert "Friday 1 May 2026, 13:00:00 UK time" in text
    assert started.entry.reference in text


def test_the_copy_says_answers_of_every_kind_and_nothing_that_was_not_asked(lite_world):
    use(lite_world)
    lite_world.submitted(**ANSWERS | {"channels": "Chat\nIn person"})
    (copy,) = next(m for m in deliver(lite_world).sent if "SH-26-" in m["Subject"]).iter_attachments()
    text = copy.get_content()
    assert text[text.index("When did it begin?") : text.index("FOR THE ORGANISERS")].split("\n\n") == [
        "When did it begin?\n1 February 2026",
        "Where did customers meet them?\nChat\nIn person",
        "Which shift?\n(empty)",
        "Did anybody help?\nYes",
        "Who helped?\nPriya Nair, Team leader, Larkfield Water (priya@larkfield.example)\nSam Oduya",
        (
            "What changed?\nCalls answered. Before: 1,204; After (%): 12.5\n"
            "Put right the first time. Before: 71; After (%): 88"
        ),
        "What was done, step by step?\nWhat: Rang every one; Took (days): 3\nWhat: Wrote it down; Took (days): 1",
        "What did it save?\n£12,500",
        "",
    ]


def test_links_lists_every_entry_with_its_own_link(world):
    first, second = world.submitted(), world.nominate(title="Second Person")
    sharing.send_links(world.ctx(), "alice@home.example")
    message = next(m for m in deliver(world).sent if m["Subject"] == "Your private links")
    text = message.get_body(("plain",)).get_content()
    tokens = [part.split()[0] for part in text.split("/link/")[1:]]
    assert {find_link(world.ctx(), token).id for token in tokens} == {first.link.id, second.link.id}


def test_what_somebody_typed_cannot_become_a_header_or_markup(world):
    evil = "<script>alert(1)</script>\r\nBcc: everybody@evil.example"
    started = world.nominate()
    with transaction(world.ctx("system")):
        owe(
            world.ctx("system"),
            "withdrawn",
            "jack@judges.example",
            to_name=evil,
            key="evil",
            entry_id=started.entry.id,
            reference=evil,
            reason=evil,
        )
    message = next(m for m in deliver(world).sent if "withdrawn" in m["Subject"])
    assert message["Bcc"] is None
    assert "<script" not in message.get_body(("html",)).get_content()
    assert "&lt;script&gt;" in message.get_body(("html",)).get_content()


@pytest.mark.parametrize("address", ["nobody", "a@", "@b.example", "a b@c.example\nBcc: x@y.example"])
def test_an_address_that_is_none_is_stuck_at_once_and_stops_nobody_else(world, address):
    forget_all(world)
    bad, good = owed(world, address=address), owed(world)
    post = deliver(world)
    assert len(post.sent) == 1
    assert {bad: "stuck", good: "sent"} == {i: row(world, i).state for i in (bad, good)}


def test_an_international_address_is_written_in_letters_that_travel(world):
    forget_all(world)
    owed(world, address="jack@büro.example")
    assert deliver(world).sent[0]["To"] == "Jack Judge <jack@xn--bro-hoa.example>"


def test_a_mail_that_lacks_a_value_is_stuck_with_the_reason(world):
    mail_id = owed(world, "judge_dealt")
    forget = deliver(world)
    assert all("judge" not in m["Subject"] for m in forget.sent)
    found = row(world, mail_id)
    assert found.state == "stuck"
    assert "count" in found.last_error


def test_a_link_from_another_secret_key_is_not_sent(world):
    started = world.nominate()
    with transaction(world.ctx("system")):
        world.session.execute(update(PrivateLink).values(token_hash="0" * 64))
    deliver(world)
    found = world.session.scalars(select(OutboxMail).where(OutboxMail.entry_id == started.entry.id)).one()
    assert found.state == "stuck"
    assert "secret key has changed" in found.last_error


def test_a_stoppable_mail_carries_a_link_that_stops_it_and_the_same_one_next_time(world):
    for _ in range(2):
        owed(world, "judge_dealt", count=2)
    messages = deliver(world).sent
    headers = {m["List-Unsubscribe"] for m in messages}
    assert len(headers) == 1
    token = headers.pop().split("/link/")[1].removesuffix("/stop>")
    link = find_link(world.ctx(), token)
    assert (link.purpose, link.user_id) == ("stop_reminders", world.people["jack"])


def test_a_reminder_that_nobody_wants_any_more_is_cancelled(world):
    mail_id = owed(world, "judge_dealt", count=2)
    with transaction(world.ctx("system")):
        world.session.get_one(User, world.people["jack"]).reminders = False
    assert deliver(world).sent == []
    assert row(world, mail_id).state == "cancelled"


def test_a_draft_reminder_follows_the_entrys_own_setting(world):
    started = world.nominate()
    forget_all(world)
    values = {"entry_id": started.entry.id, "closes_at": world.clock.at.isoformat()}
    kept = owed(world, "draft_reminder", **values)
    assert len(deliver(world).sent) == 1
    with transaction(world.ctx("system")):
        world.session.execute(update(Entry).values(reminders=False))
    stopped = owed(world, "draft_reminder", **values)
    deliver(world)
    assert {kept: "sent", stopped: "cancelled"} == {i: row(world, i).state for i in (kept, stopped)}


# ---- retrying ----


def stuck(world, **more):
    """A mail of the season that is stuck."""
    mail_id = owed(world, season_id=world.season().id, **more)
    with transaction(world.ctx("system")):
        world.session.execute(
            update(OutboxMail)
            .where(OutboxMail.id == mail_id)
            .values(state="stuck", attempts=8, last_error="550")
        )
    return mail_id


def test_an_admin_has_stuck_mail_tried_again_from_the_first_attempt_on(world):
    mail_id, other = stuck(world), stuck(world)
    assert delivering.retry(world.ctx("adam"), "small-2026", [mail_id]) == 1
    found = row(world, mail_id)
    assert (found.state, found.attempts, found.due_at) == ("waiting", 0, world.clock.at)
    assert row(world, other).state == "stuck"


def test_mail_that_went_out_is_never_sent_again(world):
    forget_all(world)
    mail_id = owed(world, season_id=world.season().id)
    deliver(world)
    assert delivering.retry(world.ctx("adam"), "small-2026", [mail_id]) == 0
    assert row(world, mail_id).state == "sent"


def test_mail_on_its_way_is_left_alone(world):
    mail_id = owed(world, season_id=world.season().id)
    while delivering.claim(world.ctx("system")) is not None:
        pass
    assert delivering.retry(world.ctx("adam"), "small-2026", [mail_id]) == 0


@pytest.mark.parametrize("who, refusal", [("audrey", NotAllowed), ("jack", NotFound), ("stranger", NotFound)])
def test_nobody_but_admins_and_owners_retries(world, who, refusal):
    mail_id = stuck(world)
    with pytest.raises(refusal):
        delivering.retry(world.ctx(who), "small-2026", [mail_id])
    assert row(world, mail_id).state == "stuck"


def test_mail_about_accounts_is_only_for_staff_of_every_programme(world):
    mail_id = owed(world)
    with transaction(world.ctx("system")):
        world.session.execute(update(OutboxMail).where(OutboxMail.id == mail_id).values(state="stuck"))
    assert delivering.retry(world.ctx("adam"), "small-2026", [mail_id]) == 1
    with transaction(world.ctx("system")):
        world.session.execute(update(OutboxMail).where(OutboxMail.id == mail_id).values(state="stuck"))
        world.session.add(Programme(slug="other", name="Other", body="Other", sectors=[]))
    assert delivering.retry(world.ctx("adam"), "small-2026", [mail_id]) == 0
