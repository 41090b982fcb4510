"""Invitations: who may send them, that they are bound to one address, and that each works once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from heroes.models import (
    AuditRecord,
    Invitation,
    Membership,
    OutboxMail,
    PanelMember,
    PrivateLink,
    ProgrammeRole,
    User,
)
from heroes.services import accepting, accounts, inviting, limits
from heroes.services.links import INVITATION_DAYS
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, Refusal
from tests.world import OPEN, World

SEASON = "small-2026"
SENDERS = ["olive", "adam", "audrey", "chloe", "jack", "bob", "beth", "charlie", "stranger"]


def link_of(world: World, invitation: Invitation) -> int:
    """The newest link of an invitation."""
    found = world.session.scalars(
        select(PrivateLink.id)
        .where(PrivateLink.invitation_id == invitation.id)
        .order_by(PrivateLink.id.desc())
    ).first()
    assert found is not None
    return found


def invite(world: World, kind: str, who: str, email: str = "new@person.example") -> Invitation:
    """Send an invitation of one kind."""
    ctx = world.ctx(who)
    match kind:
        case "owner" | "admin" | "auditor":
            return inviting.invite_staff(ctx, SEASON, email, "Nina New", kind)
        case "judge" | "chair":
            return inviting.invite_judge(ctx, SEASON, "people", email, "Nina New", kind)
        case "organisation":
            return inviting.invite_organisation(ctx, SEASON, "Larkfield Water", email, "Nina New", "manager")
        case _:
            return inviting.invite_colleague(ctx, "orglarkfield", email, "Nina New", "member")


@pytest.mark.parametrize(
    "kind, allowed",
    [
        ("owner", {"olive"}),
        ("admin", {"olive"}),
        ("auditor", {"olive"}),
        ("judge", {"olive", "adam"}),
        ("chair", {"olive", "adam"}),
        ("organisation", {"olive", "adam"}),
        ("colleague", {"bob"}),
    ],
)
def test_each_kind_of_invitation_is_sent_by_its_roles_and_nobody_else(
    world: World, kind: str, allowed: set[str]
) -> None:
    managed = set()
    for who in SENDERS:
        try:
            invite(world, kind, who, f"{who}@invited.example")
        except (NotFound, NotAllowed):
            world.session.rollback()
            continue
        managed.add(who)
    assert managed == allowed
    kept = set(world.session.scalars(select(Invitation.email)))
    assert kept == {f"{who}@invited.example" for who in allowed}
    assert set(world.session.scalars(select(OutboxMail.to_address))) == kept


@pytest.mark.parametrize("who", ["charlie", "jack", "stranger"])
def test_strangers_to_an_organisation_do_not_learn_that_it_is_there(lite_world: World, who: str) -> None:
    with pytest.raises(NotFound, match="no page at this address"):
        invite(lite_world, "colleague", who)


def test_a_member_is_told_that_a_manager_can_do_it(lite_world: World) -> None:
    with pytest.raises(NotAllowed, match="manager"):
        invite(lite_world, "colleague", "beth")


def test_the_mail_holds_the_link_by_its_number_only(lite_world: World) -> None:
    invitation = invite(lite_world, "judge", "adam")
    mail = lite_world.session.scalars(select(OutboxMail)).one()
    assert mail.template == "invitation"
    assert mail.values == {
        "programme": "Small Heroes",
        "role": "Judge",
        "place": "People panel",
        "invited_by": "Adam Admin",
        "expires_at": (OPEN + timedelta(days=INVITATION_DAYS)).isoformat(),
        "link_id": link_of(lite_world, invitation),
    }
    assert (mail.to_name, mail.to_address) == ("Nina New", "new@person.example")


def test_accepting_makes_the_account_gives_the_role_and_signs_in(world: World) -> None:
    invitation = invite(world, "judge", "adam", " New@Person.example ")
    signed = accepting.accept(
        world.ctx(), link_of(world, invitation), name="Nina  New", password="three warm words", promised=True
    )
    assert signed is not None
    user = world.session.scalars(select(User).where(User.email_key == "new@person.example")).one()
    assert (user.name, user.email) == ("Nina New", "New@Person.example")
    panels = world.session.scalars(select(PanelMember.role).where(PanelMember.user_id == user.id)).all()
    assert panels == ["judge"]
    assert accounts.session_user(world.ctx(), signed.token) is not None
    assert accounts.sign_in(world.ctx(), "new@person.example", "three warm words").user.id == user.id
    world.session.refresh(invitation)
    assert (invitation.accepted_at, invitation.accepted_by_id) == (OPEN, user.id)
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "invitation.accept")).one()
    assert record.actor == f"user:{user.id}"
    assert record.body == {"after": {"role": "judge", "place": "People panel", "promise": "2026-1"}}


def test_accepting_without_a_password_leaves_the_mailed_link_as_the_way_in(lite_world: World) -> None:
    invitation = invite(lite_world, "admin", "olive")
    accepting.accept(lite_world.ctx(), link_of(lite_world, invitation), name="Nina New")
    user = lite_world.session.scalars(select(User).where(User.email_key == "new@person.example")).one()
    assert user.password_hash is None
    roles = lite_world.session.scalars(
        select(ProgrammeRole.role).where(ProgrammeRole.user_id == user.id)
    ).all()
    assert roles == ["admin"]


@pytest.mark.parametrize(
    "given, wrong",
    [
        ({"name": "", "promised": True}, {"name"}),
        ({"name": "N" * 201, "promised": True}, {"name"}),
        ({"name": "Nina", "promised": False}, {"promise"}),
        ({"name": "Nina", "password": "short", "promised": True}, {"password"}),
        ({"name": " ", "password": "short"}, {"name", "password", "promise"}),
    ],
)
def test_a_refused_acceptance_names_every_field_and_spends_nothing(
    lite_world: World, given: dict[str, object], wrong: set[str]
) -> None:
    link = link_of(lite_world, invite(lite_world, "judge", "adam"))
    with pytest.raises(Invalid) as refused:
        accepting.accept(lite_world.ctx(), link, **given)  # type: ignore[arg-type]
    assert set(refused.value.errors) == wrong
    assert accepting.accept(lite_world.ctx(), link, name="Nina", promised=True) is not None


def test_an_invitation_works_once(world: World) -> None:
    link = link_of(world, invite(world, "colleague", "bob"))
    accepting.accept(world.ctx(), link, name="Nina New")
    with pytest.raises(NotFound, match="Ask the person who invited you"):
        accepting.accept(world.ctx(), link, name="Mallory")
    with pytest.raises(NotFound):
        accepting.open_offer(world.ctx(), link)


def test_an_invitation_runs_out_after_thirty_days(lite_world: World) -> None:
    link = link_of(lite_world, invite(lite_world, "colleague", "bob"))
    lite_world.clock.at = OPEN + timedelta(days=INVITATION_DAYS, seconds=-1)
    assert accepting.open_offer(lite_world.ctx(), link).invitation.email == "new@person.example"
    lite_world.clock.at = OPEN + timedelta(days=INVITATION_DAYS)
    with pytest.raises(NotFound):
        accepting.accept(lite_world.ctx(), link, name="Nina New")


def test_a_withdrawn_invitation_opens_nothing(world: World) -> None:
    invitation = invite(world, "colleague", "bob")
    link = link_of(world, invitation)
    inviting.withdraw(world.ctx("bob"), invitation.id)
    with pytest.raises(NotFound):
        accepting.accept(world.ctx(), link, name="Nina New")
    with pytest.raises(Faster):
        inviting.resend(world.ctx("bob"), invitation.id)


def test_sending_again_makes_a_new_link_and_closes_the_old_one(world: World) -> None:
    invitation = invite(world, "colleague", "bob")
    old = link_of(world, invitation)
    world.clock.at = OPEN + timedelta(days=20)
    inviting.resend(world.ctx("bob"), invitation.id)
    new = link_of(world, invitation)
    assert new != old
    with pytest.raises(NotFound):
        accepting.open_offer(world.ctx(), old)
    world.clock.at = OPEN + timedelta(
        days=40
    )  # thirty days from the first mail have passed, from the second not
    assert accepting.accept(world.ctx(), new, name="Nina New") is not None
    keys = set(world.session.scalars(select(OutboxMail.key)))
    assert keys == {f"invitation:{old}", f"invitation:{new}"}


@pytest.mark.parametrize("who", ["beth", "charlie", "stranger", "jack", "audrey"])
@pytest.mark.parametrize("deed", [inviting.resend, inviting.withdraw])
def test_only_who_may_invite_sends_again_or_withdraws(lite_world: World, who: str, deed: object) -> None:
    invitation = invite(lite_world, "colleague", "bob")
    with pytest.raises((NotFound, NotAllowed)):
        deed(lite_world.ctx(who), invitation.id)  # type: ignore[operator]
    assert accepting.open_offer(lite_world.ctx(), link_of(lite_world, invitation)).account is None


def test_somebody_who_is_there_already_is_not_invited_again(lite_world: World) -> None:
    with pytest.raises(Invalid, match="there already"):
        invite(lite_world, "colleague", "bob", "BETH@larkfield.example")
    invite(lite_world, "colleague", "bob")
    with pytest.raises(Invalid, match="open invitation"):
        invite(lite_world, "colleague", "bob", "New@person.example")


def test_the_role_goes_to_the_invited_address_whoever_opens_the_link(world: World) -> None:
    """Charlie opens an invitation to Larkfield that was meant for Jack: Jack gets the role, Charlie nothing."""
    invitation = invite(world, "colleague", "bob", "jack@judges.example")
    signed = accepting.accept(world.ctx("charlie"), link_of(world, invitation))
    assert signed is not None
    assert signed.user.id == world.people["jack"]
    inside = set(
        world.session.scalars(
            select(Membership.user_id).where(Membership.organisation_id == world.organisations["larkfield"])
        )
    )
    assert inside == {world.people[name] for name in ("bob", "beth", "jack")}
    charlie = set(
        world.session.scalars(
            select(Membership.organisation_id).where(Membership.user_id == world.people["charlie"])
        )
    )
    assert charlie == {world.organisations["fernhill"]}


def test_a_forwarded_invitation_does_not_open_an_account_that_has_a_password(world: World) -> None:
    accounts.set_password(world.ctx("jack"), "", "a long pass phrase")
    link = link_of(world, invite(world, "colleague", "bob", "jack@judges.example"))
    with pytest.raises(Invalid) as refused:
        accepting.accept(world.ctx(), link, password="not this phrase")
    assert set(refused.value.errors) == {"password"}
    signed = accepting.accept(world.ctx(), link, password="a long pass phrase")
    assert signed is not None
    assert signed.user.id == world.people["jack"]


def test_who_is_signed_in_already_needs_no_password_and_keeps_the_session(lite_world: World) -> None:
    accounts.set_password(lite_world.ctx("jack"), "", "a long pass phrase")
    link = link_of(lite_world, invite(lite_world, "colleague", "bob", "jack@judges.example"))
    assert accepting.accept(lite_world.ctx("jack"), link) is None


def test_a_disabled_account_cannot_come_back_by_an_invitation(lite_world: World) -> None:
    link = link_of(lite_world, invite(lite_world, "colleague", "bob", "jack@judges.example"))
    user = lite_world.session.get_one(User, lite_world.people["jack"])
    user.disabled_at = OPEN
    lite_world.session.commit()
    with pytest.raises(NotFound):
        accepting.accept(lite_world.ctx(), link)


def test_an_invitation_never_lowers_a_role(lite_world: World) -> None:
    first = invite(lite_world, "colleague", "bob")
    invitation = lite_world.session.scalars(select(Invitation)).one()
    accepting.accept(lite_world.ctx(), link_of(lite_world, first), name="Nina New")
    user = lite_world.session.scalars(select(User).where(User.email_key == "new@person.example")).one()
    membership = lite_world.session.get_one(Membership, (user.id, lite_world.organisations["larkfield"]))
    membership.role = "manager"
    invitation.accepted_at = invitation.accepted_by_id = None
    lite_world.session.commit()
    inviting.resend(lite_world.ctx("bob"), invitation.id)
    accepting.accept(lite_world.ctx(), link_of(lite_world, invitation))
    lite_world.session.refresh(membership)
    assert membership.role == "manager"


def test_an_unknown_organisation_is_added_and_two_spellings_meet(lite_world: World) -> None:
    ctx = lite_world.ctx("adam")
    one = inviting.invite_organisation(ctx, SEASON, "Mill & Sons", "a@mill.example", "", "manager")
    two = inviting.invite_organisation(ctx, SEASON, "mill and sons", "b@mill.example", "", "member")
    known = inviting.invite_organisation(ctx, SEASON, "larkfield  WATER", "c@mill.example", "", "member")
    assert one.organisation_id == two.organisation_id
    assert known.organisation_id == lite_world.organisations["larkfield"]


@pytest.mark.parametrize(
    "email", ["", "nobody", "two@at@signs.example", "a b@c.example", "x" * 250 + "@a.example"]
)
def test_an_address_that_no_mail_reaches_is_refused_at_its_field(lite_world: World, email: str) -> None:
    with pytest.raises(Invalid) as refused:
        invite(lite_world, "colleague", "bob", email)
    assert set(refused.value.errors) == {"email"}


def test_a_role_of_another_kind_is_refused(lite_world: World) -> None:
    """A manager cannot slip `owner` into the form."""
    with pytest.raises(Invalid, match="Choose a role"):
        inviting.invite_colleague(lite_world.ctx("bob"), "orglarkfield", "x@y.example", "", "owner")
    with pytest.raises(Invalid, match="Choose a role"):
        inviting.invite_judge(lite_world.ctx("adam"), SEASON, "people", "x@y.example", "", "owner")
    with pytest.raises(Invalid, match="Choose a panel"):
        inviting.invite_judge(lite_world.ctx("adam"), SEASON, "nowhere", "x@y.example", "", "judge")


def test_one_account_does_not_flood_the_world_with_mail(lite_world: World) -> None:
    ctx = lite_world.ctx("bob")
    for number in range(inviting.MOST_AN_HOUR):
        limits.hit(ctx, "invite", ctx.actor.label, inviting.MOST_AN_HOUR + number)
    lite_world.session.commit()
    with pytest.raises(Refusal, match="more than we take"):
        invite(lite_world, "colleague", "bob")


def test_an_address_that_only_looks_alike_is_somebody_else(lite_world: World) -> None:
    """A long s folds to an s in Unicode; the mailbox is another person's all the same."""
    invitation = invite(lite_world, "colleague", "bob", "jill@judgeſ.example")
    offer = accepting.open_offer(lite_world.ctx(), link_of(lite_world, invitation))
    assert offer.account is None
