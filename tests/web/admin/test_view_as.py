"""Looking at the site as somebody else: the same pages as theirs, nothing changed, no more than the admin may see."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from heroes.domain.slugs import name_key
from heroes.models import (
    AuditRecord,
    Membership,
    Organisation,
    PrivateLink,
    Programme,
    ProgrammeRole,
    User,
    UserSession,
)
from tests.counting import statements
from tests.house.test_endpoints import rules
from tests.judging import COMMENT, asked, change, elsewhere, handed_in, handle_of
from tests.world import STORY, World, post, token_in

VIEW = "/admin/small-2026/people/view-as"
STOP = "/account/viewing/stop"
KNOWN = {"season_slug": "small-2026", "category_slug": "frontline"}


def look(client: FlaskClient, **form: str) -> Any:
    """Press one of the page's buttons."""
    return post(client, VIEW, form)


def looking_as(world: World, who: str, kind: str = "judge") -> FlaskClient:
    """Adam's browser, looking as somebody."""
    client = world.client("adam")
    assert look(client, act=kind, who=handle_of(world, who)).status_code == 303
    return client


def own(page: str) -> str:
    """A page without what says that somebody else looks: the banner, the way to the own account, the forms' seals."""
    page = re.sub(r'<aside class="looking".*?</aside>', "", page, flags=re.DOTALL)
    page = re.sub(r'name="csrf_token" value="[^"]*"', "", page)
    page = re.sub(r'<a href="/account">Account</a>', "", page)
    page = re.sub(r'<li><a class="own" href="/account">Account</a></li>', "", page)
    return " ".join(page.split())


def acts(world: World) -> list[tuple[str, str, str]]:
    """The trail's records about looking: act, who, whom."""
    world.session.rollback()
    found = world.session.execute(
        select(AuditRecord.act, AuditRecord.actor_name, AuditRecord.subject)
        .where(AuditRecord.act.startswith("view."))
        .order_by(AuditRecord.id)
    )
    return [(row.act, row.actor_name, row.subject) for row in found]


def test_a_judges_pages_are_the_judges_own_with_a_banner_and_a_way_back(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    card = handed_in(lite_world, entry, "jill").handle
    client, jill = looking_as(lite_world, "jill"), lite_world.client("jill")
    seen = lite_world.session.scalars(
        select(UserSession.last_seen_at).where(UserSession.user_id == lite_world.people["jill"])
    ).all()
    paths = ("/judge/", f"/judge/{card}", "/judge/mine", "/small-2026/", "/mine/")
    for path in paths:
        looked = client.get(path).get_data(as_text=True)
        assert own(looked) == own(jill.get(path).get_data(as_text=True)), path
        assert "You are looking as <strong>Jill Judge, judge</strong>." in looked, path
    assert client.get("/judge/table/small-2026/frontline/written").status_code == 404, "Jill chairs nothing"
    lite_world.clock.at = lite_world.clock.at.replace(hour=20)
    with statements(lite_world) as sent:
        client.get("/judge/")
    assert len(sent) == 15
    assert (
        lite_world.session.scalars(
            select(UserSession.last_seen_at).where(UserSession.user_id == lite_world.people["jill"])
        ).all()
        == seen
    )
    back = client.post(STOP, data={"csrf_token": token_in(looked)})
    assert back.location == VIEW
    assert client.get(back.location).status_code == 200
    subject = f"user:{lite_world.people['jill']}"
    assert acts(lite_world) == [("view.start", "Adam Admin", subject), ("view.stop", "Adam Admin", subject)]


def test_every_change_is_refused_while_looking_and_gives_back_what_was_typed(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    card = asked(lite_world, entry, "jill")
    client = looking_as(lite_world, "jill")
    seal = token_in(client.get(f"/judge/{card.handle}").get_data(as_text=True))
    before = lite_world.session.scalar(select(func.count()).select_from(AuditRecord))
    for rule in rules(lite_world):
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            if rule.endpoint in ("viewing.stop", "accounts.sign_out"):
                continue
            to = re.sub(r"<int:\w+>", "1", rule.rule)
            to = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: KNOWN.get(found[1], card.handle), to)
            assert client.open(to, method=method, data={"csrf_token": seal}).status_code == 403, to
    typed = client.post(f"/judge/{card.handle}", data={"csrf_token": seal, "comment": COMMENT}).get_data(
        as_text=True
    )
    assert COMMENT in typed
    assert "You are only looking" in typed
    saved = client.post(
        f"/judge/{card.handle}",
        data={"csrf_token": seal, "mark-beyond": "8"},
        headers={"X-Requested-With": "autosave"},
    )
    assert (saved.status_code, (saved.json or {})["error"]) == (403, "only_looking")
    assert client.post(f"/judge/{card.handle}", data={"comment": COMMENT}).status_code == 400, (
        "without a seal"
    )
    assert lite_world.session.scalar(select(func.count()).select_from(AuditRecord)) == before
    lite_world.session.refresh(card)
    assert (card.revision, card.draft, card.saved_at) == (1, {}, None)


@pytest.mark.parametrize(
    "path",
    [
        "/admin/small-2026/people",
        "/admin/small-2026/queue.csv",
        "/account",
        "/invitation",
        "/account/password",
    ],
)
def test_ones_own_pages_and_theirs_stay_shut_while_looking(lite_world: World, path: str) -> None:
    page = looking_as(lite_world, "bob", "member").get(path)
    assert page.status_code == 403
    assert "Stop looking" in page.get_data(as_text=True)


def test_a_member_and_a_nominator_see_their_own_and_a_visitor_nothing_of_it(lite_world: World) -> None:
    started = lite_world.submitted()
    other = lite_world.submitted(title="Sam Poole")
    client = lite_world.client("adam")
    assert other.link is not None
    with client.session_transaction() as cookie:
        cookie["links"] = [other.link.id]
    reference = started.entry.reference or ""
    assert look(client, act="entry", entry=f" {reference.lower()} ").location == "/mine/"
    mine = client.get("/mine/").get_data(as_text=True)
    assert "Maureen Okafor" in mine
    assert "Sam Poole" not in mine
    assert client.get(f"/mine/{started.entry.handle}/").status_code == 200
    assert client.get(f"/mine/{other.entry.handle}/").status_code == 404, "the admin’s own links open nothing"
    assert lite_world.session.scalars(select(PrivateLink.used_at)).all() == [None, None]
    client.post(STOP, data={"csrf_token": token_in(mine)})
    assert look(client, act="visitor").location == "/small-2026/"
    page = client.get("/small-2026/").get_data(as_text=True)
    assert own(page) == own(lite_world.client().get("/small-2026/").get_data(as_text=True))
    assert client.get("/judge/").status_code == 302
    assert "Sam Poole" not in client.get("/mine/").get_data(as_text=True)
    client.post(STOP, data={"csrf_token": token_in(page)})
    look(client, act="member", who=handle_of(lite_world, "bob"))
    assert own(client.get("/organisation/orglarkfield/").get_data(as_text=True)) == own(
        lite_world.client("bob").get("/organisation/orglarkfield/").get_data(as_text=True)
    )


def another_programme(world: World) -> Organisation:
    """A second programme, which Olive alone owns, with an organisation."""
    programme = Programme(slug="other", name="Other Heroes", body="B", contact="c@o.example", sectors=[])
    world.session.add(programme)
    world.session.flush()
    place = Organisation(
        programme_id=programme.id,
        handle="orgelse",
        name="Elsewhere",
        name_key=name_key("Elsewhere"),
        has_workspace=True,
        created_at=world.clock.now(),
    )
    world.session.add_all(
        [
            place,
            ProgrammeRole(
                user_id=world.people["olive"],
                programme_id=programme.id,
                role="owner",
                given_at=world.clock.now(),
            ),
        ]
    )
    world.session.flush()
    return place


def test_nobody_looks_as_staff_as_strangers_or_into_a_programme_they_do_not_run(lite_world: World) -> None:
    place = another_programme(lite_world)
    lite_world.session.add(
        Membership(
            user_id=lite_world.people["jack"],
            organisation_id=place.id,
            role="member",
            joined_at=lite_world.clock.now(),
        )
    )
    lite_world.session.commit()
    change(
        lite_world,
        lite_world.session.get_one(User, lite_world.people["dora"]),
        disabled_at=lite_world.clock.now(),
    )
    adam = lite_world.client("adam")
    answers = {
        who: look(adam, act="judge", who=handle_of(lite_world, who)).status_code
        for who in ("olive", "adam", "audrey", "jack", "dora")
    }
    assert answers == dict.fromkeys(("olive", "adam", "audrey", "jack", "dora"), 403)
    assert look(adam, act="judge", who="nobody").status_code == 404
    assert look(adam, act="entry", entry="SH-26-9999").status_code == 422
    assert look(adam, act="judge", who="panel:people").status_code == 303
    jill = f"user:{lite_world.people['jill']}"
    assert acts(lite_world) == [("view.start", "Adam Admin", jill)], "the first whom he may look as"
    olive = lite_world.client("olive")
    assert look(olive, act="judge", who=handle_of(lite_world, "jack")).status_code == 303, "she runs both"
    for who, status in (("audrey", 404), ("chloe", 404), ("bob", 404)):
        client = lite_world.client(who)
        assert client.get(VIEW).status_code == status
        seal = token_in(client.get("/account").get_data(as_text=True))
        assert client.post(VIEW, data={"csrf_token": seal, "act": "visitor"}).status_code == status


def test_it_ends_with_the_role_with_the_persons_place_and_with_signing_out(lite_world: World) -> None:
    client = looking_as(lite_world, "bob", "member")
    assert client.get("/organisation/").status_code == 302
    bob = lite_world.session.get_one(
        Membership, (lite_world.people["bob"], lite_world.organisations["larkfield"])
    )
    lite_world.session.delete(bob)
    lite_world.session.commit()
    page = client.get("/small-2026/").get_data(as_text=True)
    assert 'class="looking"' not in page
    assert "Run the season" in page
    client = looking_as(lite_world, "jill")
    role = lite_world.session.scalars(
        select(ProgrammeRole).where(ProgrammeRole.user_id == lite_world.people["adam"])
    ).one()
    lite_world.session.delete(role)
    lite_world.session.commit()
    assert client.get("/judge/").status_code == 404
    olive = lite_world.client("olive")
    look(olive, act="judge", who=handle_of(lite_world, "jill"))
    post(olive, "/sign-out", page="/judge/")
    assert olive.get("/judge/").status_code == 302
    lite_world.sign_in(olive, "olive")
    assert 'class="looking"' not in olive.get("/small-2026/").get_data(as_text=True)


def test_a_season_that_is_being_built_is_looked_at_before_anybody_else_sees_it(lite_world: World) -> None:
    change(lite_world, lite_world.season(), opened_at=None)
    assert lite_world.client().get("/small-2026/frontline/").status_code == 404
    client = lite_world.client("adam")
    look(client, act="visitor")
    page = client.get("/small-2026/frontline/")
    assert page.status_code == 200
    assert "The season is not open yet: they will see this once it is." in page.get_data(as_text=True)
    change(lite_world, lite_world.season(), opened_at=lite_world.clock.now())
    lite_world.app.extensions["visits"].take(lite_world.clock.now(), all_now=True)
    client.get("/small-2026/frontline/")
    assert not lite_world.app.extensions["visits"].counts, "nobody has visited"
    lite_world.client("jill").get("/small-2026/frontline/")
    assert lite_world.app.extensions["visits"].counts.total() == 1


def test_marks_that_wait_for_ones_own_do_not_show_through_a_colleagues_eyes(lite_world: World) -> None:
    entry = elsewhere(lite_world)
    handed_in(lite_world, entry, "jill")
    lite_world.session.add(
        ProgrammeRole(
            user_id=lite_world.people["jack"],
            programme_id=lite_world.season().programme_id,
            role="admin",
            given_at=lite_world.clock.now(),
        )
    )
    lite_world.session.commit()
    jack = lite_world.client("jack")
    assert look(jack, act="judge", who=handle_of(lite_world, "jill")).status_code == 303
    asked(lite_world, entry, "jack")
    page = jack.get("/judge/").get_data(as_text=True)
    assert 'class="looking"' not in page, "a scorecard of his own has come meanwhile"
    refused = look(jack, act="judge", who=handle_of(lite_world, "jill"))
    assert refused.status_code == 403
    assert "You judge beside this person" in refused.get_data(as_text=True)
    assert STORY["title"] not in refused.get_data(as_text=True)
