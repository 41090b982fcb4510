"""The page of people: who sees it, who changes what, and that it stays small."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from heroes.models import Invitation, Membership, Organisation, ProgrammeRole, User
from heroes.services.accounts import add_user
from heroes.services.transactions import transaction
from tests.counting import statements
from tests.world import World, post

PEOPLE = "/admin/small-2026/people"


def handle_of(world: World, who: str) -> str:
    """Somebody's handle."""
    return world.session.get_one(User, world.people[who]).handle


def text_of(page: str) -> str:
    """What a person reads of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize(
    "who, status",
    [
        ("olive", 200),
        ("adam", 200),
        ("audrey", 200),
        ("chloe", 404),
        ("jack", 404),
        ("bob", 404),
        (None, 302),
    ],
)
@pytest.mark.parametrize("path", [PEOPLE, f"{PEOPLE}/organisations"])
def test_staff_see_the_people_and_nobody_else(
    lite_world: World, path: str, who: str | None, status: int
) -> None:
    assert lite_world.client(who).get(path).status_code == status


def test_the_page_names_staff_judges_and_invitations(lite_world: World) -> None:
    client = lite_world.client("olive")
    post(client, f"{PEOPLE}/invite/staff", {"email": "nina@new.example", "name": "Nina New", "role": "admin"})
    said = text_of(client.get(PEOPLE).get_data(as_text=True))
    for name in (
        "Olive Owner",
        "Adam Admin",
        "Audrey Auditor",
        "Chloe Chair",
        "Dora Dent",
        "Larkfield Water",
        "Nina New",
    ):
        assert name in said
    organisations = text_of(client.get(f"{PEOPLE}/organisations").get_data(as_text=True))
    assert "Bob Baker" in organisations
    assert "Charlie Cole" in organisations
    assert "Bob Baker" not in text_of(client.get(f"{PEOPLE}/organisations?q=fern").get_data(as_text=True))


@pytest.mark.parametrize(
    "kind, given, kept",
    [
        ("staff", {"role": "auditor"}, ("auditor", None)),
        ("judge", {"role": "chair", "panel": "teams"}, ("chair", "teams")),
        ("organisation", {"role": "manager", "organisation": "Brand New Ltd"}, ("manager", "Brand New Ltd")),
    ],
)
def test_an_owner_invites_every_kind(
    lite_world: World, kind: str, given: dict[str, str], kept: tuple[str, str | None]
) -> None:
    answer = post(
        lite_world.client("olive"), f"{PEOPLE}/invite/{kind}", {"email": "n@n.example", "name": "N"} | given
    )
    assert answer.status_code == 303
    invitation = lite_world.session.scalars(select(Invitation)).one()
    assert invitation.role == kept[0]
    assert (invitation.panel_id is not None) == (kind == "judge")
    if kind == "organisation":
        assert lite_world.session.get_one(Organisation, invitation.organisation_id).name == kept[1]


def test_an_admin_has_no_page_for_inviting_staff(lite_world: World) -> None:
    client = lite_world.client("adam")
    assert client.get(f"{PEOPLE}/invite/staff").status_code == 403
    assert client.get(f"{PEOPLE}/invite/judge").status_code == 200
    assert client.get(f"{PEOPLE}/invite/king").status_code == 404
    assert "Invite staff" not in client.get(PEOPLE).get_data(as_text=True)


def test_a_refused_invitation_keeps_what_was_typed(lite_world: World) -> None:
    given = {"email": "no address", "name": "<b>Nina</b>", "role": "judge", "panel": "teams"}
    answer = post(lite_world.client("adam"), f"{PEOPLE}/invite/judge", given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="no address"' in page
    assert 'value="&lt;b&gt;Nina&lt;/b&gt;"' in page
    assert '<option value="teams" selected>' in page
    assert 'aria-describedby="email-error"' in page
    assert lite_world.session.scalars(select(Invitation)).all() == []


def test_an_invitation_is_sent_again_and_withdrawn(lite_world: World) -> None:
    client = lite_world.client("adam")
    post(client, f"{PEOPLE}/invite/judge", {"email": "n@n.example", "role": "judge", "panel": "people"})
    number = str(lite_world.session.scalars(select(Invitation.id)).one())
    for act, status in (("resend", 303), ("nonsense", 404), ("withdraw", 303), ("withdraw", 409)):
        answer = post(client, f"{PEOPLE}/invitations", {"invitation": number, "act": act}, page=PEOPLE)
        assert (act, answer.status_code) == (act, status)
    gone = post(client, f"{PEOPLE}/invitations", {"invitation": "99999999999", "act": "resend"}, page=PEOPLE)
    assert gone.status_code == 404


def test_an_owner_disables_a_judge_whose_next_click_asks_to_sign_in(lite_world: World) -> None:
    jack, path = lite_world.client("jack"), f"{PEOPLE}/{handle_of(lite_world, 'jack')}"
    assert jack.get("/account/password").status_code == 200
    olive = lite_world.client("olive")
    refused = post(olive, path, {"act": "disable", "reason": " "})
    assert refused.status_code == 422
    assert jack.get("/account/password").status_code == 200
    assert post(olive, path, {"act": "disable", "reason": "He asked for it."}).status_code == 303
    assert jack.get("/account/password").status_code == 302
    assert post(olive, path, {"act": "enable"}).status_code == 303
    assert jack.get("/account/password").status_code == 302


def test_an_auditor_reads_but_has_no_button(lite_world: World) -> None:
    path = f"{PEOPLE}/{handle_of(lite_world, 'jack')}"
    client = lite_world.client("audrey")
    page = client.get(path).get_data(as_text=True)
    assert "Disable" not in page
    assert "Take off" not in page
    assert post(client, path, {"act": "disable", "reason": "No."}).status_code == 404
    assert lite_world.session.get_one(User, lite_world.people["jack"]).disabled_at is None


def test_an_admin_sets_an_employer_and_takes_people_out(lite_world: World) -> None:
    client = lite_world.client("adam")
    jack = lite_world.session.get_one(User, lite_world.people["jack"])
    path = f"{PEOPLE}/{jack.handle}"
    wrong = post(client, path, {"act": "employer", "employer": "Nobody & Co", "version": jack.version})
    assert wrong.status_code == 422
    assert 'value="Nobody &amp; Co"' in wrong.get_data(as_text=True)
    right = {"act": "employer", "employer": "fernhill telecom", "version": jack.version}
    assert post(client, path, right).status_code == 303
    assert post(client, path, right).status_code == 409
    assert post(client, path, {"act": "panel", "what": "people"}).status_code == 303
    beth = f"{PEOPLE}/{handle_of(lite_world, 'beth')}"
    assert post(client, beth, {"act": "workspace", "what": "orglarkfield"}).status_code == 303
    lite_world.session.expire_all()
    inside = lite_world.session.scalars(
        select(Membership.user_id).where(Membership.organisation_id == lite_world.organisations["larkfield"])
    ).all()
    assert inside == [lite_world.people["bob"]]


def test_an_owner_takes_a_role_away_but_never_the_last_owners(lite_world: World) -> None:
    client = lite_world.client("olive")
    audrey = f"{PEOPLE}/{handle_of(lite_world, 'audrey')}"
    assert post(client, audrey, {"act": "role", "what": "auditor"}).status_code == 303
    own = f"{PEOPLE}/{handle_of(lite_world, 'olive')}"
    assert post(client, own, {"act": "role", "what": "owner"}).status_code == 422
    left = set(lite_world.session.scalars(select(ProgrammeRole.role)))
    assert left == {"owner", "admin"}


def test_an_unknown_act_or_person_is_a_404(lite_world: World) -> None:
    client = lite_world.client("olive")
    assert post(client, f"{PEOPLE}/{handle_of(lite_world, 'jack')}", {"act": "promote"}).status_code == 404
    assert client.get(f"{PEOPLE}/nobody").status_code == 404
    assert client.get(f"{PEOPLE}/organisations?page=0").status_code == 404
    assert client.get(f"{PEOPLE}/organisations?page=x").status_code == 404


@pytest.mark.parametrize("path", [PEOPLE, f"{PEOPLE}/organisations"])
def test_more_people_cost_no_more_statements(lite_world: World, path: str) -> None:
    client = lite_world.client("olive")

    def asked() -> list[str]:
        with statements(lite_world) as seen:
            assert client.get(path).status_code == 200
        return seen

    few = len(asked())
    assert few
    ctx = lite_world.ctx("olive")
    with transaction(ctx):
        for number in range(20):
            user = add_user(ctx, f"Person {number}", f"p{number}@many.example")
            ctx.session.add(
                Membership(
                    user_id=user.id,
                    organisation_id=lite_world.organisations["fernhill"],
                    role="member",
                    joined_at=ctx.now,
                )
            )
            ctx.session.add(
                Invitation(
                    programme_id=1,
                    email=f"i{number}@many.example",
                    email_key=f"i{number}@many.example",
                    role="admin",
                    invited_at=ctx.now,
                )
            )
    assert len(asked()) == few
    assert few <= 10
