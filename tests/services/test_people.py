"""Running a programme's people: disabling, roles, panels and employers, and the last owner who stays."""

import threading
import time

import pytest
from sqlalchemy import select

from heroes.models import (
    Assignment,
    Entry,
    PanelMember,
    PrivateLink,
    Programme,
    ProgrammeRole,
    Round,
    User,
    UserSession,
)
from heroes.services import accounts, links, people
from heroes.services.context import Context
from heroes.services.opening import give_role
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, Refusal
from heroes.services.transactions import transaction
from tests.world import OPEN, World

SEASON = "small-2026"


def handle_of(world: World, who: str) -> str:
    """Somebody's handle."""
    return world.session.get_one(User, world.people[who]).handle


def owners(world: World) -> set[int]:
    """The accounts that own the programme and can sign in."""
    world.session.expire_all()
    return set(
        world.session.scalars(
            select(ProgrammeRole.user_id)
            .join(User, User.id == ProgrammeRole.user_id)
            .where(ProgrammeRole.role == "owner", User.disabled_at.is_(None))
        )
    )


def second_owner(world: World, who: str = "adam") -> None:
    """Make somebody another owner."""
    ctx = world.ctx("olive")
    with transaction(ctx):
        give_role(ctx, world.people[who], world.season().programme_id, "owner")


def test_disabling_ends_every_session_and_link_at_once(world: World) -> None:
    ctx = world.ctx("jack")
    with transaction(ctx):
        signed = accounts.start_session(ctx, ctx.session.get_one(User, world.people["jack"]), "password")
    accounts.ask_sign_in_link(world.ctx(), "jack@judges.example")
    people.disable(world.ctx("olive"), SEASON, handle_of(world, "jack"), "Left the panel in anger.")
    assert accounts.session_user(world.ctx(), signed.token) is None
    assert world.session.scalars(select(UserSession.ended_at)).all() == [OPEN]
    link = world.session.scalars(select(PrivateLink).where(PrivateLink.purpose == "sign_in")).one()
    assert link.revoked_at == OPEN
    with pytest.raises(NotFound):
        accounts.sign_in_by_link(world.ctx(), token_of(world, link))


def token_of(world: World, link: PrivateLink) -> str:
    """The token that the mail would hold."""
    return links.token_of(world.house.keys.links, link.purpose, link.nonce)


def test_enabling_again_does_not_bring_old_sessions_back(world: World) -> None:
    ctx = world.ctx("jack")
    with transaction(ctx):
        signed = accounts.start_session(ctx, ctx.session.get_one(User, world.people["jack"]), "password")
    people.disable(world.ctx("olive"), SEASON, handle_of(world, "jack"), "A mistake.")
    people.enable(world.ctx("olive"), SEASON, handle_of(world, "jack"))
    assert accounts.session_user(world.ctx(), signed.token) is None
    world.session.expire_all()
    assert world.session.get_one(User, world.people["jack"]).disabled_at is None


@pytest.mark.parametrize(
    "who, refusal",
    [
        ("adam", NotAllowed),
        ("audrey", NotAllowed),
        ("jack", NotFound),
        ("bob", NotFound),
        ("stranger", NotFound),
    ],
)
def test_only_an_owner_disables_enables_and_removes_roles(lite_world: World, who: str, refusal: type) -> None:
    beth, audrey = handle_of(lite_world, "beth"), handle_of(lite_world, "audrey")
    for deed in (
        lambda: people.disable(lite_world.ctx(who), SEASON, beth, "Because."),
        lambda: people.enable(lite_world.ctx(who), SEASON, beth),
        lambda: people.remove_role(lite_world.ctx(who), SEASON, audrey, "auditor"),
    ):
        with pytest.raises(refusal):
            deed()
    assert lite_world.session.get_one(User, lite_world.people["beth"]).disabled_at is None


def test_nobody_disables_themselves_or_without_a_reason(lite_world: World) -> None:
    second_owner(lite_world)
    with pytest.raises(NotAllowed, match="your own"):
        people.disable(lite_world.ctx("olive"), SEASON, handle_of(lite_world, "olive"), "Holiday.")
    with pytest.raises(Invalid, match="reason"):
        people.disable(lite_world.ctx("olive"), SEASON, handle_of(lite_world, "jack"), "")


def test_the_last_owner_stays(world: World) -> None:
    with pytest.raises(Invalid, match="at least one owner"):
        people.remove_role(world.ctx("olive"), SEASON, handle_of(world, "olive"), "owner")
    second_owner(world)
    people.disable(world.ctx("olive"), SEASON, handle_of(world, "adam"), "Away.")
    with pytest.raises(Invalid, match="at least one owner"):
        people.remove_role(world.ctx("olive"), SEASON, handle_of(world, "olive"), "owner")
    assert owners(world) == {world.people["olive"]}


def test_of_two_owners_who_disable_each_other_the_second_is_refused(world: World) -> None:
    second_owner(world)
    second_owner(world, "audrey")
    handles = {who: handle_of(world, who) for who in ("olive", "adam")}
    ctx, adam, it = world.ctx("olive"), world.actor("adam"), world.house
    refused: list[str] = []
    world.session.rollback()

    def disable_olive() -> None:
        with world.app.app_context():
            second = Context(world.session, adam, world.clock.now(), it.keys, it.chance)
            try:
                people.disable(second, SEASON, handles["olive"], "A coup.")
            except Refusal as error:
                refused.append(error.code)
            finally:
                second.session.close()

    thread = threading.Thread(target=disable_olive)
    with transaction(ctx):
        people.disable(ctx, SEASON, handles["adam"], "A coup.")
        thread.start()
        time.sleep(0.5)  # Adam's press arrives while Olive's is not finished
    thread.join()
    assert refused == ["not_found"], "a disabled owner is nobody, however early the press was"
    assert owners(world) == {world.people["olive"], world.people["audrey"]}


def test_the_last_two_owners_do_not_both_go(world: World) -> None:
    second_owner(world)
    handles = {who: handle_of(world, who) for who in ("olive", "adam")}
    ctx, adam, it = world.ctx("olive"), world.actor("adam"), world.house
    refused: list[str] = []
    world.session.rollback()

    def leave() -> None:
        with world.app.app_context():
            second = Context(world.session, adam, world.clock.now(), it.keys, it.chance)
            try:
                people.remove_role(second, SEASON, handles["adam"], "owner")
            except Refusal as error:
                refused.append(error.code)
            finally:
                second.session.close()

    thread = threading.Thread(target=leave)
    with transaction(ctx):
        people.remove_role(ctx, SEASON, handles["olive"], "owner")
        thread.start()
        time.sleep(0.5)
    thread.join()
    assert refused == ["invalid"]
    assert owners(world) == {world.people["adam"]}


def test_removing_a_role_takes_that_role_only(world: World) -> None:
    second_owner(world)
    people.remove_role(world.ctx("olive"), SEASON, handle_of(world, "adam"), "owner")
    left = set(
        world.session.execute(
            select(ProgrammeRole.user_id, ProgrammeRole.role).where(ProgrammeRole.role != "x")
        )
    )
    assert left == {
        (world.people["olive"], "owner"),
        (world.people["adam"], "admin"),
        (world.people["audrey"], "auditor"),
    }
    with pytest.raises(NotFound):
        people.remove_role(world.ctx("olive"), SEASON, handle_of(world, "audrey"), "admin")


def test_staff_of_another_programme_are_not_an_owners_to_disable(lite_world: World) -> None:
    ctx = lite_world.ctx("olive")
    with transaction(ctx):
        other = Programme(slug="other", name="Other", body="Others", contact="", sectors=[])
        ctx.session.add(other)
        ctx.session.flush()
        give_role(ctx, lite_world.people["audrey"], other.id, "admin")
    with pytest.raises(NotAllowed, match="do not own"):
        people.disable(lite_world.ctx("olive"), SEASON, handle_of(lite_world, "audrey"), "Mine.")


def test_somebody_outside_the_programme_is_not_found(lite_world: World) -> None:
    ctx = lite_world.ctx("olive")
    with transaction(ctx):
        stranger = accounts.add_user(ctx, "Xavier", "x@elsewhere.example")
    with pytest.raises(NotFound):
        people.disable(lite_world.ctx("olive"), SEASON, stranger.handle, "Who?")


def test_a_judge_leaves_a_panel_once_nothing_waits_for_them(world: World) -> None:
    entry_id = world.submitted().entry.id
    round_id = world.session.scalars(
        select(Round.id).join(Entry, Entry.category_id == Round.category_id).where(Entry.id == entry_id)
    ).one()
    waiting = Assignment(
        handle="waiting",
        round_id=round_id,
        entry_id=entry_id,
        user_id=world.people["jack"],
        position=1,
        state="assigned",
        assigned_at=OPEN,
    )
    world.session.add(waiting)
    world.session.commit()
    with pytest.raises(Invalid, match="still wait"):
        people.remove_from_panel(world.ctx("adam"), SEASON, "people", handle_of(world, "jack"))
    world.session.get_one(Assignment, waiting.id).state = "removed"
    world.session.commit()
    people.remove_from_panel(world.ctx("adam"), SEASON, "people", handle_of(world, "jack"))
    panels = world.session.scalars(
        select(PanelMember.panel_id).where(PanelMember.user_id == world.people["jack"])
    ).all()
    assert len(panels) == 1
    with pytest.raises(NotFound):
        people.remove_from_panel(world.ctx("adam"), SEASON, "people", handle_of(world, "jack"))


@pytest.mark.parametrize("who, refusal", [("audrey", NotAllowed), ("chloe", NotFound), ("bob", NotFound)])
def test_panels_and_employers_are_for_admins(lite_world: World, who: str, refusal: type) -> None:
    jack = handle_of(lite_world, "jack")
    with pytest.raises(refusal):
        people.remove_from_panel(lite_world.ctx(who), SEASON, "people", jack)
    with pytest.raises(refusal):
        people.set_employer(lite_world.ctx(who), SEASON, jack, "Larkfield Water", 1)


def test_an_employer_is_set_by_name_and_taken_away(world: World) -> None:
    jack = world.session.get_one(User, world.people["jack"])
    people.set_employer(world.ctx("adam"), SEASON, jack.handle, " larkfield water", jack.version)
    world.session.expire_all()
    assert world.session.get_one(User, jack.id).employer_id == world.organisations["larkfield"]
    with pytest.raises(Invalid, match="No organisation"):
        people.set_employer(world.ctx("adam"), SEASON, jack.handle, "Nowhere Ltd", jack.version)
    people.set_employer(
        world.ctx("adam"), SEASON, jack.handle, "", world.session.get_one(User, jack.id).version
    )
    world.session.expire_all()
    assert world.session.get_one(User, jack.id).employer_id is None


def test_a_stale_page_does_not_overwrite_an_employer(lite_world: World) -> None:
    jack = lite_world.session.get_one(User, lite_world.people["jack"])
    handle, version = jack.handle, jack.version
    people.set_employer(lite_world.ctx("adam"), SEASON, handle, "Larkfield Water", version)
    with pytest.raises(Faster):
        people.set_employer(lite_world.ctx("olive"), SEASON, handle, "Fernhill Telecom", version)
