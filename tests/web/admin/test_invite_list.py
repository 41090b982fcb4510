"""Inviting a pasted list: shown line by line first, then sent whole or not at all, and never slow."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from heroes.domain.invitation_lists import MOST_LINES
from heroes.models import AuditRecord, Invitation, Organisation, OutboxMail, PrivateLink
from heroes.services import inviting, inviting_many
from heroes.services.inviting_many import Outcome
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound
from tests.counting import statements
from tests.world import World, post

PAGE = "/admin/small-2026/setup/people"
LIST = """role,email,name,panel,organisation
judge,nora@new.example,Nora New,People panel,
chair,omar@new.example,Omar New,teams,
manager,pia@new.example,Pia New,,New Water
member,quin@new.example,Quin New,,new  WATER!
judge,jill@judges.example,Jill,People panel,
judge,open@new.example,,People panel,"""


def counts(world: World) -> tuple[int, ...]:
    """Invitations, links, mails, organisations, audit records about invitations."""
    world.session.rollback()
    wanted = (
        select(func.count()).select_from(Invitation),
        select(func.count()).select_from(PrivateLink),
        select(func.count()).select_from(OutboxMail),
        select(func.count()).select_from(Organisation),
        select(func.count()).where(AuditRecord.act.startswith("invitation.")),
    )
    return tuple(world.session.scalar(one) or 0 for one in wanted)


def plan(world: World, text: str, who: str = "adam", *, again: bool = False) -> list[tuple[int, str, str]]:
    """What a list would do: line, outcome, sentence."""
    found = inviting_many.check(world.ctx(who), "small-2026", text, again=again)
    return [(step.line, step.outcome.value, step.what) for step in found.steps]


def test_a_list_is_shown_first_and_then_sent_whole(world: World) -> None:
    inviting.invite_judge(world.ctx("adam"), "small-2026", "people", "open@new.example", "", "judge")
    before = counts(world)
    assert plan(world, LIST) == [
        (2, "send", "Invited as judge, People panel."),
        (3, "send", "Invited as chair, Teams panel."),
        (4, "send", "Invited as organisation manager, New Water, an organisation that is new here."),
        (5, "send", "Invited as organisation member, new WATER!, an organisation that is new here."),
        (6, "has", "Jill Judge is there already of People panel; nothing is sent."),
        (7, "open", "Invited before as judge, and not taken up yet; nothing is sent."),
    ]
    assert counts(world) == before
    shown = inviting_many.check(world.ctx("adam"), "small-2026", LIST, again=True)
    first = world.session.scalars(select(PrivateLink)).one()
    assert inviting_many.apply(world.ctx("adam"), "small-2026", LIST, shown.digest, again=True) == 5
    assert [now - then for now, then in zip(counts(world), before, strict=True)] == [4, 5, 5, 1, 5]
    world.session.refresh(first)
    assert first.revoked_at is not None
    assert len(set(world.session.scalars(select(Invitation.organisation_id)))) == 2, (
        "one organisation, two people"
    )
    after = counts(world)
    assert {step[1] for step in plan(world, LIST)} == {"has", "open"}
    with pytest.raises(Faster):
        inviting_many.apply(world.ctx("adam"), "small-2026", LIST, shown.digest, again=True)
    assert counts(world) == after


def test_one_bad_line_sends_nothing_and_roles_have_their_givers(lite_world: World) -> None:
    text = "judge,nora@new.example,,Nowhere\nadmin,olaf@new.example\nauditor,pia@new.example"
    assert plan(lite_world, text) == [
        (1, "wrong", "“Nowhere” is no panel of this season."),
        (2, "wrong", "Only an owner may invite staff."),
        (3, "wrong", "Only an owner may invite staff."),
    ]
    assert [one[1] for one in plan(lite_world, text, "olive")] == ["wrong", "send", "send"]
    inviting.invite_staff(lite_world.ctx("olive"), "small-2026", "olaf@new.example", "", "admin")
    before = counts(lite_world)
    shown = inviting_many.check(lite_world.ctx("olive"), "small-2026", text)
    with pytest.raises(Invalid, match="Line 1"):
        inviting_many.apply(lite_world.ctx("olive"), "small-2026", text, shown.digest)
    assert counts(lite_world) == before
    for who, refusal in (("audrey", NotAllowed), ("jill", NotFound), ("bob", NotFound)):
        with pytest.raises(refusal):
            inviting_many.check(lite_world.ctx(who), "small-2026", text)
    inviting.invite_judge(lite_world.ctx("adam"), "small-2026", "people", "nora@new.example", "", "judge")
    assert plan(lite_world, "chair,nora@new.example,,people") == [
        (1, "wrong", "Invited before as judge. Take that invitation back first.")
    ]


def test_the_hours_limit_holds_for_a_list(lite_world: World) -> None:
    inviting.invite_judge(lite_world.ctx("adam"), "small-2026", "people", "one@new.example", "", "judge")
    text = "\n".join(f"judge,j{n}@new.example,J{n},people" for n in range(MOST_LINES))
    shown = inviting_many.check(lite_world.ctx("adam"), "small-2026", text)
    assert (shown.sends, shown.left) == (200, 199)
    with pytest.raises(Invalid, match="199 more in this hour"):
        inviting_many.apply(lite_world.ctx("adam"), "small-2026", text, shown.digest)
    fewer = text.partition("\n")[2]
    shown = inviting_many.check(lite_world.ctx("adam"), "small-2026", fewer)
    assert shown.count(Outcome.SEND) == 199
    with statements(lite_world) as sent:
        assert inviting_many.apply(lite_world.ctx("adam"), "small-2026", fewer, shown.digest) == 199
    assert len(sent) == 18 + 2 * 199, "SQLite takes new rows one by one"
    assert inviting_many.check(lite_world.ctx("adam"), "small-2026", fewer).left == 0


def test_the_page_checks_and_then_sends_and_loses_nothing(lite_world: World) -> None:
    client = lite_world.client("adam")
    text = "\n".join(f'judge,j{n}@new.example,"J, {n}",people' for n in range(MOST_LINES))
    client.get(PAGE)
    with statements(lite_world) as sent:
        page = post(client, PAGE, {"act": "check", "list": text}).get_data(as_text=True)
    assert len(sent) == 16, "the empty page and the checked list"
    assert "Send 200 invitations" in page
    kept = unescape(re.findall(r'name="list" value="([^"]*)"', page)[0])
    seen = re.findall(r'name="seen" value="([^"]*)"', page)[0]
    assert kept == text
    bad = post(client, PAGE, {"act": "apply", "list": f"{text}x", "seen": seen})
    assert bad.status_code == 422
    assert "Line 200" in bad.get_data(as_text=True)
    typed = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", bad.get_data(as_text=True), re.DOTALL)
    assert unescape(typed[0]) == f"{text}x"
    other = post(client, PAGE, {"act": "apply", "list": text.replace("j7@", "j7b@"), "seen": seen})
    assert other.status_code == 409
    assert counts(lite_world)[0] == 0
    done = post(client, PAGE, {"act": "apply", "list": kept.replace("\n", "\r\n"), "seen": seen})
    assert (done.status_code, done.location) == (303, "/admin/small-2026/people?done=invited_list")
    assert counts(lite_world)[0] == MOST_LINES
    assert post(client, PAGE, {"act": "check", "list": " "}).status_code == 422
    assert lite_world.client("audrey").get(PAGE).status_code == 200
    assert "Paste the list" not in lite_world.client("audrey").get(PAGE).get_data(as_text=True)
    assert lite_world.client("jill").get(PAGE).status_code == 404
