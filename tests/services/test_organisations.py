"""The workspace: shared by its members, closed to everybody else, and never without a manager."""

import threading
import time

import pytest
from sqlalchemy import select

from heroes.models import AuditRecord, Entry, Membership, OutboxMail, User
from heroes.models.organisation_pages import counts, entries
from heroes.services import nominating, organisations
from heroes.services.accounts import add_user
from heroes.services.context import Context
from heroes.services.own_entries import load_draft
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, NotNow
from heroes.services.transactions import transaction
from tests.world import FINAL_JUDGED, STORY, World

ORG = "orglarkfield"
ANSWERS: dict[str, str | None] = {
    k: v for k, v in STORY.items() if k not in ("nominator_name", "nominator_email", "relation")
}
OUTSIDERS = ["charlie", "jack", "olive", "stranger"]


def start(world: World, who: str = "bob", **changes: str) -> nominating.Started:
    """A draft in Larkfield's name."""
    return organisations.start_entry(world.ctx(who), ORG, "small-2026", "frontline", ANSWERS | changes)


def roles(world: World) -> dict[str, str]:
    """Who is in Larkfield's workspace."""
    world.session.expire_all()
    return {
        name.split()[0].lower(): role
        for name, role in world.session.execute(
            select(User.name, Membership.role)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.organisation_id == world.organisations["larkfield"])
        )
    }


def handle_of(world: World, who: str) -> str:
    """Somebody's handle."""
    return world.session.get_one(User, world.people[who]).handle


def test_a_colleague_sees_edits_and_sends_what_another_started(world: World) -> None:
    started = start(world, "bob")
    assert started.link is None
    assert started.entry.workspace_id == world.organisations["larkfield"]
    nominating.save(world.ctx("beth"), started.entry.handle, 1, ANSWERS | {"where": "York"})
    sent = nominating.send(world.ctx("beth"), started.entry.handle, 2)
    assert sent.reference == "SH-26-0001"
    world.session.expire_all()
    assert load_draft(world.ctx("bob"), started.entry.handle).sheet.answers["where"] == "York"
    assert world.session.get_one(Entry, started.entry.id).state == "submitted"


def test_the_second_of_two_colleagues_loses_nothing(world: World) -> None:
    started = start(world)
    nominating.save(world.ctx("bob"), started.entry.handle, 1, ANSWERS | {"where": "Bob's York"})
    with pytest.raises(Faster):
        nominating.save(world.ctx("beth"), started.entry.handle, 1, ANSWERS | {"where": "Beth's Hull"})
    assert load_draft(world.ctx("beth"), started.entry.handle).sheet.answers["where"] == "Bob's York"


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_outside_can_do_anything_in_the_workspace(lite_world: World, who: str) -> None:
    started = start(lite_world)
    ctx = lite_world.ctx(who)
    deeds = (
        lambda: organisations.workspace(ctx, ORG),
        lambda: organisations.start_entry(ctx, ORG, "small-2026", "frontline", ANSWERS),
        lambda: organisations.change_role(ctx, ORG, handle_of(lite_world, "beth"), "manager"),
        lambda: organisations.remove_colleague(ctx, ORG, handle_of(lite_world, "beth")),
        lambda: load_draft(ctx, started.entry.handle),
        lambda: nominating.save(ctx, started.entry.handle, 1, ANSWERS),
        lambda: nominating.send(ctx, started.entry.handle, 1),
        lambda: nominating.withdraw(ctx, started.entry.handle),
        lambda: nominating.set_reminders(ctx, started.entry.handle, False),
    )
    for deed in deeds:
        with pytest.raises(NotFound):
            deed()
    assert roles(lite_world) == {"bob": "manager", "beth": "member"}
    assert lite_world.session.get_one(Entry, started.entry.id).state == "draft"


def test_a_list_holds_the_entries_of_that_organisation_and_no_other(world: World) -> None:
    mine = start(world).entry.id
    world.submitted()  # Alice names Larkfield, but did not enter for it
    organisations.start_entry(world.ctx("charlie"), "orgfernhill", "small-2026", "frontline", ANSWERS)
    larkfield, fernhill = world.organisations["larkfield"], world.organisations["fernhill"]

    def seen(who: str, organisation_id: int) -> set[int]:
        rows = entries(world.session, world.people[who], organisation_id, "all", 1)
        return {row.Entry.id for row in rows}

    assert seen("bob", larkfield) == seen("beth", larkfield) == {mine}
    assert seen("charlie", larkfield) == seen("bob", fernhill) == set()
    assert counts(world.session, world.people["bob"], larkfield) == {
        "all": 1,
        "unfinished": 1,
        "sent": 0,
        "withdrawn": 0,
    }


def test_a_member_withdraws_until_the_last_round_closes(lite_world: World) -> None:
    started = start(lite_world)
    nominating.send(lite_world.ctx("bob"), started.entry.handle, 1)
    lite_world.clock.at = FINAL_JUDGED
    with pytest.raises(NotNow):
        nominating.withdraw(lite_world.ctx("beth"), started.entry.handle)


def test_a_manager_changes_roles_and_a_member_does_not(world: World) -> None:
    with pytest.raises(NotAllowed):
        organisations.change_role(world.ctx("beth"), ORG, handle_of(world, "beth"), "manager")
    organisations.change_role(world.ctx("bob"), ORG, handle_of(world, "beth"), "manager")
    assert roles(world) == {"bob": "manager", "beth": "manager"}
    organisations.change_role(world.ctx("beth"), ORG, handle_of(world, "bob"), "member")
    assert roles(world) == {"bob": "member", "beth": "manager"}
    with pytest.raises(Invalid, match="Choose a role"):
        organisations.change_role(world.ctx("beth"), ORG, handle_of(world, "bob"), "owner")


def test_the_last_manager_stays(world: World) -> None:
    bob = handle_of(world, "bob")
    with pytest.raises(Invalid, match="at least one manager"):
        organisations.change_role(world.ctx("bob"), ORG, bob, "member")
    with pytest.raises(Invalid, match="at least one manager"):
        organisations.remove_colleague(world.ctx("bob"), ORG, bob)
    with pytest.raises(Invalid, match="at least one manager"):
        organisations.remove_member(world.ctx("adam"), world.season().programme_id, ORG, bob)
    assert roles(world) == {"bob": "manager", "beth": "member"}


def test_a_disabled_manager_does_not_count_as_the_one_who_stays(lite_world: World) -> None:
    organisations.change_role(lite_world.ctx("bob"), ORG, handle_of(lite_world, "beth"), "manager")
    lite_world.session.get_one(User, lite_world.people["beth"]).disabled_at = lite_world.clock.at
    lite_world.session.commit()
    with pytest.raises(Invalid, match="at least one manager"):
        organisations.remove_colleague(lite_world.ctx("bob"), ORG, handle_of(lite_world, "bob"))


def test_two_managers_who_demote_each_other_leave_one(world: World) -> None:
    organisations.change_role(world.ctx("bob"), ORG, handle_of(world, "beth"), "manager")
    handles = {who: handle_of(world, who) for who in ("bob", "beth")}
    ctx, beth, it = world.ctx("bob"), world.actor("beth"), world.house
    refused: list[str] = []
    world.session.rollback()

    def demote_bob() -> None:
        with world.app.app_context():
            second = Context(world.session, beth, world.clock.now(), it.keys, it.chance)
            try:
                organisations.change_role(second, ORG, handles["bob"], "member")
            except (Invalid, NotAllowed) as error:
                refused.append(error.code)
            finally:
                second.session.close()

    thread = threading.Thread(target=demote_bob)
    with transaction(ctx):
        organisations.change_role(ctx, ORG, handles["beth"], "member")
        thread.start()
        time.sleep(0.5)  # Beth's press arrives while Bob's is not finished
    thread.join()
    assert refused == ["not_allowed"]
    assert roles(world) == {"bob": "manager", "beth": "member"}


def test_who_is_removed_sees_nothing_and_gets_no_mail_any_more(world: World) -> None:
    started = start(world, "beth")
    organisations.remove_colleague(world.ctx("bob"), ORG, handle_of(world, "beth"))
    assert roles(world) == {"bob": "manager"}
    with pytest.raises(NotFound):
        load_draft(world.ctx("beth"), started.entry.handle)
    nominating.send(world.ctx("bob"), started.entry.handle, 1)
    receipts = world.session.scalars(
        select(OutboxMail.to_address).where(OutboxMail.template == "receipt")
    ).all()
    assert receipts == ["bob@larkfield.example"]
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "organisation.remove")).one()
    assert (record.actor, record.subject) == (f"user:{world.people['bob']}", f"user:{world.people['beth']}")


def test_everybody_may_leave_but_a_member_removes_nobody_else(lite_world: World) -> None:
    with pytest.raises(NotAllowed):
        organisations.remove_colleague(lite_world.ctx("beth"), ORG, handle_of(lite_world, "bob"))
    organisations.remove_colleague(lite_world.ctx("beth"), ORG, handle_of(lite_world, "beth"))
    assert roles(lite_world) == {"bob": "manager"}


def test_staff_remove_a_member_and_others_do_not(lite_world: World) -> None:
    beth, programme = handle_of(lite_world, "beth"), lite_world.season().programme_id
    for who, error in (("audrey", NotAllowed), ("jack", NotFound), ("charlie", NotFound), ("bob", NotFound)):
        with pytest.raises(error):
            organisations.remove_member(lite_world.ctx(who), programme, ORG, beth)
    organisations.remove_member(lite_world.ctx("adam"), programme, ORG, beth)
    assert roles(lite_world) == {"bob": "manager"}


def test_somebody_of_another_organisation_is_no_colleague(lite_world: World) -> None:
    with pytest.raises(NotFound):
        organisations.remove_colleague(lite_world.ctx("bob"), ORG, handle_of(lite_world, "charlie"))


def test_a_disabled_account_is_nobody_here(lite_world: World) -> None:
    ctx = lite_world.ctx("bob")
    lite_world.session.get_one(User, lite_world.people["bob"]).disabled_at = lite_world.clock.at
    lite_world.session.commit()
    with pytest.raises(NotFound):
        organisations.workspace(ctx, ORG)


def test_a_person_may_belong_to_several(lite_world: World) -> None:
    ctx = lite_world.ctx("adam")
    with transaction(ctx):
        user = add_user(ctx, "Sam Several", "sam@two.example")
        for organisation_id in lite_world.organisations.values():
            ctx.session.add(
                Membership(user_id=user.id, organisation_id=organisation_id, role="member", joined_at=ctx.now)
            )
    lite_world.people["sam"] = user.id
    assert organisations.workspace(lite_world.ctx("sam"), ORG).managed is False
    assert (
        organisations.workspace(lite_world.ctx("sam"), "orgfernhill").organisation.name == "Fernhill Telecom"
    )
