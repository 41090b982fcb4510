"""Accounts: every way in, every way out, and nothing told to somebody who guesses."""

import logging
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from heroes.domain.actors import Actor
from heroes.domain.slugs import email_key
from heroes.models import AuditRecord, OutboxMail, PrivateLink, RateCount, User, UserSession
from heroes.services import accounts, limits, links
from heroes.services.context import Context
from heroes.services.refusals import Invalid, NotAllowed, NotFound, TooOften
from heroes.services.transactions import transaction
from tests.counting import statements
from tests.world import OPEN, World

PHRASE = "seven calm herons"
JACK = "jack@judges.example"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every hash that a password is compared with."""
    compared: list[str] = []
    real = accounts.password_matches

    def watch(stored: str, password: str) -> bool:
        compared.append(stored)
        return real(stored, password)

    monkeypatch.setattr(accounts, "password_matches", watch)
    return compared


def give_password(world: World, who: str, password: str = PHRASE) -> None:
    """Give somebody a password."""
    accounts.set_password(world.ctx(who), "", password)


def begin(world: World, who: str, how: str = "password") -> accounts.SignedIn:
    """Start a session for somebody."""
    ctx = world.ctx(who)
    with transaction(ctx):
        return accounts.start_session(ctx, ctx.session.get_one(User, world.people[who]), how)


def in_session(world: World, signed: accounts.SignedIn) -> Context:
    """The context of a request that carries this session's cookie."""
    found = accounts.session_user(world.ctx(), signed.token)
    assert found is not None
    return world.ctx().acting(accounts.actor_of(found[0], found[1].id, "192.0.2.9"))


def lives(world: World, signed: accounts.SignedIn) -> bool:
    """Whether a session's cookie still opens anything."""
    world.session.expire_all()
    return accounts.session_user(world.ctx(), signed.token) is not None


def link_token(world: World, user: str = "jack") -> str:
    """The token that the newest sign-in mail holds."""
    link = world.session.scalars(
        select(PrivateLink)
        .where(PrivateLink.purpose == "sign_in", PrivateLink.user_id == world.people[user])
        .order_by(PrivateLink.id.desc())
    ).first()
    assert link is not None
    return links.token_of(world.house.keys.links, link.purpose, link.nonce)


# ---- by password ----


def test_a_password_signs_in_and_the_database_holds_neither_it_nor_the_token(world: World) -> None:
    give_password(world, "jack")
    signed = accounts.sign_in(world.ctx(), JACK, PHRASE, browser="A browser\n\x00")
    assert signed.user.id == world.people["jack"]
    row = world.session.scalars(select(UserSession)).one()
    assert (row.user_id, row.how, row.created_at, row.browser) == (
        signed.user.id,
        "password",
        OPEN,
        "A browser",
    )
    assert signed.token not in (row.token_hash, row.browser)
    stored = world.session.get_one(User, signed.user.id).password_hash
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert PHRASE not in stored


@pytest.mark.parametrize(
    "typed",
    ["jack@judges.example", "JACK@Judges.Example", "  jack@judges.example\t", "Jack@judges.example\u2003"],
)
def test_spellings_of_one_address_meet(lite_world: World, typed: str) -> None:
    give_password(lite_world, "jack")
    assert accounts.sign_in(lite_world.ctx(), typed, PHRASE).user.id == lite_world.people["jack"]


def test_two_ways_of_composing_a_letter_meet_and_lookalikes_do_not() -> None:
    assert email_key("Zoë@X.example") == email_key("Zoe\u0308@x.EXAMPLE")
    for alike in ("ſam@x.example", "sam@x.example\u200b", "ｓam@x.example", "ѕam@x.example"):
        assert email_key(alike) != email_key("sam@x.example")


@pytest.mark.parametrize(
    "email, password",
    [
        (JACK, "seven calm heronS"),
        (JACK, ""),
        (JACK, PHRASE + " "),
        ("jill@judges.example", PHRASE),  # has no password
        ("nobody@judges.example", PHRASE),
        ("", ""),
        ("jack\x00@judges.example", PHRASE),
        (JACK, "x" * 1_000_000),
        ("x" * 100_000, PHRASE),
    ],
)
def test_every_miss_says_the_same_and_costs_the_same(
    world: World, hashes: list[str], email: str, password: str
) -> None:
    give_password(world, "jack")
    hashes.clear()
    with pytest.raises(Invalid) as miss:
        accounts.sign_in(world.ctx(), email, password)
    assert miss.value.errors == {
        "password": "That address and password do not go together. Nothing was changed."
    }
    assert len(hashes) == 1, "a miss must cost exactly one hash, whoever it was about"
    assert world.session.scalars(select(UserSession)).all() == []


def test_a_miss_reads_the_same_number_of_statements(lite_world: World) -> None:
    give_password(lite_world, "jack")

    def asked(email: str) -> list[str]:
        with statements(lite_world) as seen, pytest.raises(Invalid):
            accounts.sign_in(lite_world.ctx(), email, "wrong wrong wrong")
        return seen

    assert asked(JACK) == asked("nobody@judges.example") == asked("jill@judges.example") != []


def test_no_hash_is_worked_out_inside_a_transaction(
    lite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[bool] = []
    ctx = lite_world.ctx()
    hasher = accounts.hasher()

    class Watching:
        def verify(self, stored: str, password: str) -> bool:
            states.append(ctx.session.in_transaction())
            return hasher.verify(stored, password)

        def hash(self, password: str) -> str:
            states.append(ctx.session.in_transaction())
            return hasher.hash(password)

    monkeypatch.setattr(accounts, "hasher", Watching)
    give_password(lite_world, "jack")
    accounts.sign_in(ctx, JACK, PHRASE)
    signed = accounts.sign_in(ctx, JACK, PHRASE)
    accounts.set_password(in_session(lite_world, signed), PHRASE, "eight calm herons")
    assert states == [False] * 5


def test_tries_are_limited_per_account_and_keep_nobody_else_out(world: World) -> None:
    give_password(world, "jack")
    for number in range(10):
        with pytest.raises(Invalid):
            accounts.sign_in(world.ctx(), JACK.upper() if number % 2 else JACK, "wrong wrong wrong")
    with pytest.raises(TooOften) as refused:
        accounts.sign_in(world.ctx(), JACK, PHRASE)
    assert 0 < refused.value.seconds <= 900
    at_home = Actor(address="192.0.2.77")
    assert accounts.sign_in(world.ctx().acting(at_home), JACK, PHRASE).user.id == world.people["jack"]
    world.clock.forward(minutes=15)
    assert accounts.sign_in(world.ctx(), JACK, PHRASE).user.id == world.people["jack"]


def test_tries_are_limited_per_account_from_everywhere_too(lite_world: World) -> None:
    give_password(lite_world, "jack")
    for number in range(200):
        ctx = lite_world.ctx().acting(Actor(address=f"198.51.100.{number}"))
        limits.hit_account(ctx, "sign-in", email_key(JACK), 10, 200 + number, 900)
    lite_world.session.commit()
    with pytest.raises(TooOften):
        accounts.sign_in(lite_world.ctx(), JACK, PHRASE)


def test_tries_are_limited_per_address_whomever_they_are_about(lite_world: World) -> None:
    for number in range(60):
        limits.hit(lite_world.ctx(), "sign-in:address", lite_world.ctx().actor.address, 60 + number, 900)
    lite_world.session.commit()
    with pytest.raises(TooOften):
        accounts.sign_in(lite_world.ctx(), "somebody@else.example", PHRASE)


def test_limits_keep_no_address_in_clear(lite_world: World) -> None:
    with pytest.raises(Invalid):
        accounts.sign_in(lite_world.ctx(), JACK, PHRASE)
    kept = "".join(str(value) for row in lite_world.session.execute(select(RateCount.key)) for value in row)
    assert "jack" not in kept
    assert "192.0.2" not in kept


# ---- by link ----


def test_a_mailed_link_signs_in_once(world: World) -> None:
    accounts.ask_sign_in_link(world.ctx(), " JACK@judges.example")
    mail = world.session.scalars(select(OutboxMail)).one()
    assert (mail.template, mail.to_address) == ("sign_in", JACK)
    assert set(mail.values) == {"link_id"}
    token = link_token(world)
    signed = accounts.sign_in_by_link(world.ctx(), token)
    assert (signed.user.id, lives(world, signed)) == (world.people["jack"], True)
    with pytest.raises(NotFound):
        accounts.sign_in_by_link(world.ctx(), token)


def test_a_link_is_spent_by_exactly_one_of_two_presses(world: World) -> None:
    accounts.ask_sign_in_link(world.ctx(), JACK)
    token = link_token(world)
    it = world.house
    world.session.rollback()
    barrier, won = threading.Barrier(2), []

    def press() -> None:
        with world.app.app_context():
            ctx = Context(world.session, Actor(), world.clock.now(), it.keys, it.chance)
            barrier.wait()
            try:
                won.append(accounts.sign_in_by_link(ctx, token).token)
            except NotFound:
                won.append("")
            finally:
                ctx.session.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([token for token in won if token]) == 1
    assert len(won) == 2


@pytest.mark.parametrize("seconds, opens", [(15 * 60 - 1, True), (15 * 60, False)])
def test_a_link_lives_fifteen_minutes(lite_world: World, seconds: int, opens: bool) -> None:
    accounts.ask_sign_in_link(lite_world.ctx(), JACK)
    token = link_token(lite_world)
    lite_world.clock.forward(seconds=seconds)
    if opens:
        assert accounts.sign_in_by_link(lite_world.ctx(), token).user.id == lite_world.people["jack"]
    else:
        with pytest.raises(NotFound):
            accounts.sign_in_by_link(lite_world.ctx(), token)


@pytest.mark.parametrize(
    "email", ["nobody@judges.example", "", "jack\x00@judges.example", "jaсk@judges.example"]
)
def test_an_unknown_address_is_mailed_nothing_and_told_nothing(world: World, email: str) -> None:
    accounts.ask_sign_in_link(world.ctx(), email)
    assert world.session.scalars(select(OutboxMail)).all() == []


def test_links_are_limited_per_account_and_per_address(lite_world: World) -> None:
    for _ in range(5):
        accounts.ask_sign_in_link(lite_world.ctx(), JACK)
    with pytest.raises(TooOften):
        accounts.ask_sign_in_link(lite_world.ctx(), JACK)
    assert len(lite_world.session.scalars(select(OutboxMail)).all()) == 5


def test_an_entrys_link_does_not_sign_anybody_in(lite_world: World) -> None:
    started = lite_world.nominate()
    assert started.link is not None
    token = links.token_of(lite_world.house.keys.links, "entry", started.link.nonce)
    with pytest.raises(NotFound):
        accounts.sign_in_by_link(lite_world.ctx(), token)


def test_a_disabled_account_has_no_way_in(world: World) -> None:
    give_password(world, "jack")
    accounts.ask_sign_in_link(world.ctx(), JACK)
    token, signed = link_token(world), begin(world, "jack")
    world.session.get_one(User, world.people["jack"]).disabled_at = OPEN
    world.session.commit()
    assert not lives(world, signed)
    with pytest.raises(Invalid):
        accounts.sign_in(world.ctx(), JACK, PHRASE)
    with pytest.raises(NotFound):
        accounts.sign_in_by_link(world.ctx(), token)
    mails = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "sign_in")).all()
    accounts.ask_sign_in_link(world.ctx(), JACK)
    again = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "sign_in")).all()
    assert [m.id for m in again] == [m.id for m in mails]


def test_an_account_disabled_while_its_password_is_being_checked_does_not_get_in(
    lite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_password(lite_world, "jack")
    real = accounts.password_matches

    def disabling(stored: str, password: str) -> bool:
        lite_world.session.get_one(User, lite_world.people["jack"]).disabled_at = OPEN
        lite_world.session.commit()
        return real(stored, password)

    monkeypatch.setattr(accounts, "password_matches", disabling)
    with pytest.raises(Invalid):
        accounts.sign_in(lite_world.ctx(), JACK, PHRASE)


# ---- sessions ----


def test_a_session_ends_at_sign_out_for_every_copy_of_its_cookie(world: World) -> None:
    here, elsewhere = begin(world, "jack"), begin(world, "jack")
    accounts.sign_out(in_session(world, here))
    assert (lives(world, here), lives(world, elsewhere)) == (False, True)
    acts = world.session.scalars(select(AuditRecord.act).order_by(AuditRecord.id)).all()
    assert acts[-3:] == ["account.sign_in", "account.sign_in", "account.sign_out"]


@pytest.mark.parametrize("idle, alive", [(timedelta(days=7, seconds=-1), True), (timedelta(days=7), False)])
def test_an_idle_session_ends_after_a_week(lite_world: World, idle: timedelta, alive: bool) -> None:
    signed = begin(lite_world, "jack")
    lite_world.clock.at = OPEN + idle
    assert lives(lite_world, signed) is alive


@pytest.mark.parametrize("age, alive", [(timedelta(days=30, seconds=-1), True), (timedelta(days=30), False)])
def test_a_session_in_use_ends_after_thirty_days(lite_world: World, age: timedelta, alive: bool) -> None:
    signed = begin(lite_world, "jack")
    lite_world.clock.at = OPEN + age
    lite_world.session.scalars(select(UserSession)).one().last_seen_at = lite_world.clock.at
    lite_world.session.commit()
    assert lives(lite_world, signed) is alive


def test_signing_in_again_gives_a_new_session_and_ends_the_one_before(lite_world: World) -> None:
    give_password(lite_world, "jack")
    first = accounts.sign_in(lite_world.ctx(), JACK, PHRASE)
    second = accounts.sign_in(in_session(lite_world, first), JACK, PHRASE)
    assert first.token != second.token
    assert (lives(lite_world, first), lives(lite_world, second)) == (False, True)


def test_ending_the_others_leaves_this_one(lite_world: World) -> None:
    here, elsewhere, of_jill = begin(lite_world, "jack"), begin(lite_world, "jack"), begin(lite_world, "jill")
    accounts.end_other_sessions(in_session(lite_world, here))
    assert [lives(lite_world, s) for s in (here, elsewhere, of_jill)] == [True, False, True]
    with pytest.raises(NotAllowed):
        accounts.end_other_sessions(lite_world.ctx())


def test_a_made_up_token_is_nobodys(lite_world: World) -> None:
    begin(lite_world, "jack")
    row = lite_world.session.scalars(select(UserSession)).one()
    for token in ("", "0" * 32, row.token_hash):
        assert accounts.session_user(lite_world.ctx(), token) is None


# ---- passwords ----


def test_a_new_password_ends_other_sessions_and_unused_links(world: World) -> None:
    give_password(world, "jack")
    here, elsewhere = begin(world, "jack"), begin(world, "jack")
    accounts.ask_sign_in_link(world.ctx(), JACK)
    token = link_token(world)
    accounts.set_password(in_session(world, here), PHRASE, "eight calm herons")
    assert (lives(world, here), lives(world, elsewhere)) == (True, False)
    with pytest.raises(NotFound):
        accounts.sign_in_by_link(world.ctx(), token)
    with pytest.raises(Invalid):
        accounts.sign_in(world.ctx(), JACK, PHRASE)
    assert accounts.sign_in(world.ctx(), JACK, "eight calm herons").user.id == world.people["jack"]
    mails = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "password_changed")).all()
    assert [m.to_address for m in mails] == [JACK, JACK]


def test_the_present_password_is_asked_for(lite_world: World) -> None:
    give_password(lite_world, "jack")
    ctx = in_session(lite_world, begin(lite_world, "jack"))
    assert accounts.asks_old_password(ctx)
    with pytest.raises(Invalid) as refused:
        accounts.set_password(ctx, "a wrong one here", "eight calm herons")
    assert set(refused.value.errors) == {"old"}


def test_a_forgotten_password_is_replaced_within_half_an_hour_of_a_mailed_link(lite_world: World) -> None:
    give_password(lite_world, "jack")
    by_link = in_session(lite_world, begin(lite_world, "jack", "link"))
    assert not accounts.asks_old_password(by_link)
    accounts.set_password(by_link, "", "eight calm herons")
    lite_world.clock.forward(minutes=30)
    late = lite_world.ctx().acting(by_link.actor)
    assert accounts.asks_old_password(late)
    with pytest.raises(Invalid):
        accounts.set_password(late, "", "nine calm herons")


@pytest.mark.parametrize("how", ["password", "invitation", "demo"])
def test_no_other_way_in_replaces_a_password_without_the_old_one(lite_world: World, how: str) -> None:
    give_password(lite_world, "jack")
    ctx = in_session(lite_world, begin(lite_world, "jack", how))
    assert accounts.asks_old_password(ctx)
    with pytest.raises(Invalid):
        accounts.set_password(ctx, "", "eight calm herons")


def test_a_first_password_needs_no_old_one(lite_world: World) -> None:
    assert not accounts.asks_old_password(in_session(lite_world, begin(lite_world, "jack")))


@pytest.mark.parametrize(
    "password", ["", "short", "password123", "aaaaaaaaaaaa", "JackJudge", "jack@judges", "x" * 201]
)
def test_weak_passwords_are_refused(lite_world: World, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.set_password(lite_world.ctx("jack"), "", password)
    assert set(refused.value.errors) == {"new"}
    assert lite_world.session.get_one(User, lite_world.people["jack"]).password_hash is None


def test_guessing_the_old_password_in_a_borrowed_session_is_limited(lite_world: World) -> None:
    give_password(lite_world, "jack")
    ctx = in_session(lite_world, begin(lite_world, "jack"))
    for _ in range(9):  # the first password was the first of ten
        with pytest.raises(Invalid):
            accounts.set_password(ctx, "a wrong one here", "eight calm herons")
    with pytest.raises(TooOften):
        accounts.set_password(ctx, PHRASE, "eight calm herons")


def test_somebody_without_an_address_cannot_have_a_password(lite_world: World) -> None:
    ctx = lite_world.ctx("adam")
    with transaction(ctx):
        imported = accounts.add_user(ctx, "Judge 7", None)
    with pytest.raises(NotAllowed):
        accounts.set_password(lite_world.ctx().acting(accounts.actor_of(imported)), "", PHRASE)


def test_an_address_has_one_account(lite_world: World) -> None:
    ctx = lite_world.ctx("adam")
    with pytest.raises(Invalid, match="already has an account"), transaction(ctx):
        accounts.add_user(ctx, "Another Jack", "JACK@Judges.example ")
    with pytest.raises(Invalid), transaction(ctx):
        accounts.add_user(ctx, "Nobody", "not an address")


def test_no_secret_reaches_a_log_or_the_audit_trail(
    lite_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    give_password(lite_world, "jack")
    signed = accounts.sign_in(lite_world.ctx(), JACK, PHRASE)
    accounts.ask_sign_in_link(lite_world.ctx(), JACK)
    token = link_token(lite_world)
    again = accounts.sign_in_by_link(lite_world.ctx(), token)
    with pytest.raises(Invalid):
        accounts.sign_in(lite_world.ctx(), JACK, "a wrong guess here")
    written = caplog.text + "".join(
        str(value)
        for row in lite_world.session.execute(select(AuditRecord.subject, AuditRecord.body))
        for value in row
    )
    stored = lite_world.session.get_one(User, lite_world.people["jack"]).password_hash
    for secret in (PHRASE, signed.token, again.token, token, stored, "a wrong guess here"):
        assert secret is not None
        assert secret not in written
