"""The chair's tables: their own panels only, no names where the round is blind, the shortlist through the one door."""

import re
from typing import Any

import pytest
from sqlalchemy import select, update

from heroes.domain.entry_states import Act
from heroes.models import (
    AuditRecord,
    Entry,
    Membership,
    Organisation,
    PanelMember,
    Programme,
    ProgrammeRole,
    Round,
    RoundEntry,
    User,
)
from heroes.services import recusing, rounds
from tests.counting import statements
from tests.judging import asked, change, handed_in, handle_of
from tests.outcomes import awarded, board, eligible, judged, moved, released, shortlisted, three
from tests.three_rounds import third_round
from tests.world import FINAL_JUDGED, JUDGED, JUDGING, STORY, World

TABLE = "/judge/table/small-2026/frontline/written"
PRESS = f"{TABLE}/shortlist"
WHO = ("Ada Ames", "Ben Bode", "Cyd Cole", "Fernhill Telecom", "SH-26-0001", "SH-26-0002", "SH-26-0003")


def page(world: World, path: str = TABLE, who: str = "chloe", status: int = 200) -> str:
    response = world.client(who).get(path)
    assert response.status_code == status, response.get_data(as_text=True)[:2000]
    return response.get_data(as_text=True)


def text(html: str) -> str:
    """The words of a page as somebody reads them out."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def code(world: World, entry: Entry) -> str:
    """What the panel calls an entry."""
    return world.session.scalars(select(RoundEntry.code).where(RoundEntry.entry_id == entry.id)).one()


def fields(html: str) -> dict[str, Any]:
    """Hidden fields and ticked boxes of the page's own form."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", html[html.index("<main") :]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="checkbox"' not in tag or "checked" in tag):
            found.setdefault(name[1], []).append(value[1])
    return found


def states(world: World) -> dict[str, str]:
    world.session.rollback()
    world.session.expire_all()
    return {e.title: e.state for e in world.session.scalars(select(Entry).order_by(Entry.title))}


def looked(world: World, client: Any, *entries: Entry, **more: str) -> Any:
    """The page that says what would happen to these."""
    token = fields(client.get(TABLE).get_data(as_text=True))["csrf_token"]
    return client.post(PRESS, data={"csrf_token": token, "chosen": [e.handle for e in entries], **more})


def sighted(world: World) -> None:
    """The written round as one that is not blind."""
    world.session.execute(update(Round).where(Round.slug == "written").values(blind=False))
    world.session.commit()
    world.session.expire_all()


# ---- what a chair sees ----


def test_the_list_holds_the_rounds_of_ones_own_panels(lite_world: World) -> None:
    three(lite_world)
    lite_world.session.execute(
        update(PanelMember)
        .where(PanelMember.user_id == lite_world.people["jack"], PanelMember.panel_id == 1)
        .values(role="chair")
    )
    lite_world.session.commit()
    both, one = page(lite_world, "/judge/table/"), page(lite_world, "/judge/table/", "jack")
    assert re.findall(r'href="(/judge/table/small[^"]+)"', both) == [
        TABLE,
        "/judge/table/small-2026/teams/written",
        "/judge/table/small-2026/teams/final",
    ]
    assert re.findall(r'href="(/judge/table/small[^"]+)"', one) == [TABLE]
    assert "6 of 6" in text(one)
    assert page(lite_world, who="jack")
    page(lite_world, "/judge/table/small-2026/teams/written", "jack", 404)


@pytest.mark.parametrize("who", ["jack", "dora", "adam", "olive", "audrey", "bob"])
@pytest.mark.parametrize("path", [TABLE, "/judge/table/small-2026/teams/final"])
def test_whoever_chairs_no_panel_finds_no_table(lite_world: World, who: str, path: str) -> None:
    three(lite_world)
    client = lite_world.client(who)
    assert client.get(path).status_code == 404
    if who in ("jack", "dora"):
        assert "You do not chair a panel." in page(lite_world, "/judge/table/", who)
        assert "/judge/table/" not in page(lite_world, "/judge/", who)
        token = {
            "csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', page(lite_world, "/judge/", who))
        }
        assert client.post(f"{path}/shortlist", data=token | {"act": "apply"}).status_code in (400, 404)


def test_what_does_not_exist_is_the_same_404(lite_world: World) -> None:
    for path in ("nothing/frontline/written", "small-2026/nothing/written", "small-2026/frontline/nothing"):
        page(lite_world, f"/judge/table/{path}", status=404)


def test_the_queue_leads_there(lite_world: World) -> None:
    assert 'href="/judge/table/"' in page(lite_world, "/judge/")


def test_in_a_blind_round_nothing_says_who_it_is(lite_world: World) -> None:
    ada, ben, cyd = three(lite_world)
    client = lite_world.client("chloe")
    codes = [code(lite_world, entry) for entry in (ada, ben, cyd)]
    for html in (page(lite_world), looked(lite_world, client, ada, ben).get_data(as_text=True)):
        assert [word for word in WHO if word in html] == []
        assert codes[0] in html
    said = text(page(lite_world))
    assert re.search(rf"{codes[0]} 1 76\.0 Jack Judge 80\.0 8 · 8 Jill Judge 72\.0 8 · 6 In judging", said)
    assert said.index(codes[0]) < said.index(codes[1]) < said.index(codes[2])


def test_where_the_round_is_not_blind_the_names_are_there(lite_world: World) -> None:
    three(lite_world)
    sighted(lite_world)
    html = page(lite_world)
    assert [word for word in WHO if word not in html] == []
    # Who nominates is for the organisers alone.
    assert STORY["nominator_name"] not in html
    assert STORY["relation"] not in html


def test_after_the_release_a_chair_is_promised_no_seal(lite_world: World) -> None:
    ada, ben, _ = three(lite_world)
    client = lite_world.client("chloe")
    assert "nobody is told before" in looked(lite_world, client, ben).get_data(as_text=True)
    shortlisted(lite_world, [ada])
    released(lite_world, "shortlist", anyway=True)
    said = looked(lite_world, client, ben).get_data(as_text=True)
    assert "the entrants are told, at once" in said
    assert "nobody is told before" not in said


def test_an_admin_who_chairs_has_no_names_in_the_judges_room_either(lite_world: World) -> None:
    three(lite_world)
    programme = lite_world.session.scalars(select(Programme.id)).one()
    lite_world.session.add(
        ProgrammeRole(
            user_id=lite_world.people["chloe"],
            programme_id=programme,
            role="admin",
            given_at=lite_world.clock.now(),
        )
    )
    lite_world.session.commit()
    assert [word for word in WHO if word in page(lite_world)] == []


def test_a_chair_who_marks_is_asked_for_their_own_marks_first(lite_world: World) -> None:
    entry = eligible(lite_world, "Ada Ames")
    lite_world.clock.at = JUDGING
    handed_in(lite_world, entry, "jack")
    asked(lite_world, entry, "chloe")
    html = page(lite_world, status=409)
    assert "1 scorecard left" in html
    assert "Jack Judge" not in html
    listed = page(lite_world, "/judge/table/")
    assert "1 scorecard left" in text(listed)
    assert TABLE not in listed
    lite_world.clock.at = JUDGED
    waiting = page(lite_world, status=409)
    assert "The results are being computed" in waiting
    assert "Your own marks first" not in waiting
    lite_world.computed()
    assert "Jack Judge" in page(lite_world)
    recusing.recuse(lite_world.ctx("adam"), entry.handle, handle_of(lite_world, "jack"), "They are cousins.")
    assert "Scorecards have changed since these numbers were computed." in page(lite_world)


@pytest.mark.parametrize("blind", [True, False])
def test_an_entry_that_a_chair_is_connected_with_has_no_numbers_and_no_box(
    lite_world: World, blind: bool
) -> None:
    ada, ben, _ = three(lite_world)
    recusing.recuse(lite_world.ctx("adam"), ada.handle, handle_of(lite_world, "chloe"), "She trained her.")
    employer = lite_world.session.scalars(
        select(Organisation).where(Organisation.handle == "orglarkfield")
    ).one()
    change(lite_world, lite_world.session.get_one(User, lite_world.people["chloe"]), employer_id=employer.id)
    change(lite_world, ben, organisation_id=employer.id)
    if not blind:
        sighted(lite_world)
    html = page(lite_world)
    assert "76.0" not in html
    assert "65.0" not in html
    assert html.count("its numbers are not shown to you") == 2
    assert html.count('name="chosen"') == 1

    client = lite_world.client("chloe")
    check = looked(lite_world, client, ada, ben).get_data(as_text=True)
    assert "0 entries will be shortlisted, 2 cannot" in text(check)
    assert "76.0" not in check
    forged = fields(check) | {"act": "apply", "chosen": f"{ben.handle}:{ben.version}"}
    assert client.post(PRESS, data=forged).status_code == 409
    assert set(states(lite_world).values()) == {"submitted"}


def test_what_became_of_an_entry_that_a_chair_is_connected_with_waits_for_its_hour(lite_world: World) -> None:
    """They have no part in the decision, and may well be the entrant."""
    ada, ben, cyd = three(lite_world)
    sighted(lite_world)
    recusing.recuse(lite_world.ctx("adam"), ada.handle, handle_of(lite_world, "chloe"), "She trained her.")
    recusing.recuse(lite_world.ctx("adam"), ben.handle, handle_of(lite_world, "chloe"), "She trained him.")
    shortlisted(lite_world, [ada, cyd], [ben])

    said = text(page(lite_world))
    assert said.count("In judging") == 2
    assert "not shortlisted this year" not in said.lower()
    chair = lite_world.client("chloe")
    look = text(looked(lite_world, chair, ada, ben).get_data(as_text=True))
    assert look.count("In judging") == 2

    released(lite_world, "shortlist")
    after = text(page(lite_world))
    assert "In judging" not in after
    assert "not shortlisted this year" in after.lower()


def test_that_an_entry_of_ones_own_is_in_the_final_waits_for_its_hour(lite_world: World) -> None:
    team, other = eligible(lite_world, "Team One", "teams"), eligible(lite_world, "Team Two", "teams")
    recusing.recuse(lite_world.ctx("adam"), team.handle, handle_of(lite_world, "chloe"), "She leads it.")
    lite_world.clock.at = JUDGED
    for entry in (team, other):
        moved(lite_world, entry, Act.SHORTLIST, override=True, reason="Two entries only.")
    rounds.open_final(lite_world.ctx("adam"), "small-2026", "teams")
    final = "/judge/table/small-2026/teams/final"
    html = page(lite_world, final)
    assert "Team Two" in html
    assert "Team One" not in html
    assert "connected with this entry" not in html
    released(lite_world, "shortlist")
    assert "connected with this entry" in page(lite_world, final)


def test_the_chair_of_an_early_round_is_not_told_what_a_later_one_decided(lite_world: World) -> None:
    third_round(lite_world)
    entry = eligible(lite_world, "Team One", "teams")
    lite_world.clock.at = JUDGED
    early = "/judge/table/small-2026/teams/written"
    assert "In judging" in text(page(lite_world, early))
    moved(lite_world, entry, Act.SHORTLIST, override=True, reason="One entry only.")
    said = text(page(lite_world, early))
    assert "In judging" in said
    assert "Shortlisted" not in said


def test_a_member_of_the_organisation_that_entered_is_connected(lite_world: World) -> None:
    ada, *_ = three(lite_world)
    lite_world.session.add(
        Membership(
            user_id=lite_world.people["chloe"],
            organisation_id=lite_world.organisations["larkfield"],
            role="member",
            joined_at=lite_world.clock.now(),
        )
    )
    change(lite_world, ada, workspace_id=lite_world.organisations["larkfield"])
    assert "76.0" not in page(lite_world)


def test_awards_are_not_told_before_they_are_out(lite_world: World) -> None:
    """Who is awarded and who is not reads alike, whatever the chair does with the page."""
    ada, ben, cyd = three(lite_world)
    shortlisted(lite_world, [ada, ben, cyd])
    before = page(lite_world)
    awarded(lite_world, {ada: "winner", ben: "commended"})
    after = page(lite_world)
    token = re.compile(r'name="csrf_token" value="[^"]+"')
    assert token.sub("", before) == token.sub("", after)
    awarded(lite_world, {cyd: "finalist"})
    lite_world.clock.at = FINAL_JUDGED
    released(lite_world, "outcomes")
    assert "is-awarded" in page(lite_world)


def test_a_closed_account_chairs_nothing(lite_world: World) -> None:
    three(lite_world)
    client = lite_world.client("chloe")
    change(
        lite_world,
        lite_world.session.get_one(User, lite_world.people["chloe"]),
        disabled_at=lite_world.clock.now(),
    )
    assert client.get(TABLE).status_code in (302, 404)


@pytest.mark.parametrize("path", ["/judge/table/", TABLE])
def test_a_page_has_a_literal_number_of_statements(lite_world: World, path: str) -> None:
    counts = []
    for n in (1, 3):
        judged(
            lite_world,
            {f"Person {n}{i}": {"jack": (str(9 - n - i), "8"), "jill": ("7", "7")} for i in range(n)},
        )
        client = lite_world.client("chloe")
        client.get(path)
        with statements(lite_world) as sent:
            client.get(path)
        counts.append(len(sent))
    assert counts[0] == counts[1] == (4 if path == "/judge/table/" else 16)


# ---- the shortlist ----


def test_a_chair_ticks_looks_and_presses(lite_world: World) -> None:
    ada, ben, cyd = three(lite_world)
    client = lite_world.client("chloe")
    first = fields(client.get(TABLE).get_data(as_text=True))
    assert sorted(first["chosen"]) == sorted([ada.handle, ben.handle]), "the line's two places"

    look = looked(lite_world, client, ada, cyd)
    assert "2 entries will be shortlisted." in text(look.get_data(as_text=True))
    assert set(states(lite_world).values()) == {"submitted"}

    assert "The rule proposes: not shortlisted. Needs your reason" in text(look.get_data(as_text=True))
    second = fields(look.get_data(as_text=True)) | {"act": "apply", "reason": "Cyd stands alone."}
    pressed = client.post(PRESS, data=second)
    assert (pressed.status_code, pressed.location) == (303, f"{TABLE}?done=2")
    assert states(lite_world) == {
        "Ada Ames": "shortlisted",
        "Ben Bode": "submitted",
        "Cyd Cole": "shortlisted",
    }
    assert "2 entries are on the shortlist now" in page(lite_world, f"{TABLE}?done=2")
    records = lite_world.session.scalars(
        select(AuditRecord).where(AuditRecord.act == "entry.shortlist").order_by(AuditRecord.id)
    ).all()
    assert [(r.actor_name, r.acting_as) for r in records] == [("Chloe Chair", "chair")] * 2
    assert [r.body["after"]["digest"] for r in records if r.body] == [board(lite_world).digest] * 2
    assert fields(page(lite_world))["chosen"] == [ben.handle], "the one place's ticked one that is left"


def test_below_the_quorum_a_reason_is_asked_for(lite_world: World) -> None:
    ada, ben = judged(
        lite_world,
        {"Ada Ames": {"jack": ("8", "8"), "jill": ("8", "6")}, "Ben Bode": {"jack": ("5", "5")}},
    )
    client = lite_world.client("chloe")
    look = looked(lite_world, client, ada, ben)
    assert "needs your reason" in text(look.get_data(as_text=True))
    data = fields(look.get_data(as_text=True)) | {"act": "apply"}

    refused = client.post(PRESS, data=data | {"reason": " "})
    assert refused.status_code == 422
    again = refused.get_data(as_text=True)
    assert again.count("Say why it is decided with fewer scorecards than the quorum.") == 2
    assert fields(again)["chosen"] == fields(look.get_data(as_text=True))["chosen"]
    assert set(states(lite_world).values()) == {"submitted"}

    assert client.post(PRESS, data=data | {"reason": "Jill is ill."}).status_code == 303
    assert set(states(lite_world).values()) == {"shortlisted"}
    lite_world.session.refresh(ben)
    assert (ben.state_reason, ben.state_as) == ("Jill is ill.", "chair")


def test_a_stale_page_moves_nobody_and_says_so_without_naming_anybody(lite_world: World) -> None:
    ada, ben, _ = three(lite_world)
    client = lite_world.client("chloe")
    data = fields(looked(lite_world, client, ada, ben).get_data(as_text=True)) | {"act": "apply"}
    moved(lite_world, ada, Act.DISQUALIFY, reason="Not in the country.")

    late = client.post(PRESS, data=data)

    html = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Nothing was done" in html
    assert [word for word in (*WHO, "Adam Admin") if word in html] == []
    assert states(lite_world)["Ben Bode"] == "submitted"


def test_nothing_ticked_is_said(lite_world: World) -> None:
    three(lite_world)
    response = looked(lite_world, lite_world.client("chloe"))
    assert response.status_code == 422
    assert "Tick at least one entry." in response.get_data(as_text=True)


@pytest.mark.parametrize("row", ["nobody", "nobody:1", "nobody:x", ":", "nobody:99999999999"])
def test_rows_that_were_never_shown_move_nobody(lite_world: World, row: str) -> None:
    ada, *_ = three(lite_world)
    client = lite_world.client("chloe")
    data = fields(looked(lite_world, client, ada).get_data(as_text=True)) | {"act": "apply"}
    assert client.post(PRESS, data=data | {"chosen": [row]}).status_code in (404, 422)
    assert set(states(lite_world).values()) == {"submitted"}


def test_an_entry_of_another_category_is_not_among_them(lite_world: World) -> None:
    three(lite_world)
    other = eligible(lite_world, "Team One", "teams")
    lite_world.clock.at = JUDGED
    assert looked(lite_world, lite_world.client("chloe"), other).status_code == 422


def test_a_chair_sets_nobody_aside(lite_world: World) -> None:
    """Whatever is posted beside it: that is an admin's."""
    ada, ben, _ = three(lite_world)
    client = lite_world.client("chloe")
    data = fields(looked(lite_world, client, ada).get_data(as_text=True)) | {"act": "apply"}
    client.post(PRESS, data=data | {"with_rest": "yes", "rest": f"{ben.handle}:{ben.version}"})
    assert states(lite_world) == {"Ada Ames": "shortlisted", "Ben Bode": "submitted", "Cyd Cole": "submitted"}


def test_on_a_last_round_nothing_is_shortlisted(lite_world: World) -> None:
    entry = eligible(lite_world, "Team One", "teams")
    lite_world.clock.at = JUDGED
    moved(lite_world, entry, Act.SHORTLIST, override=True, reason="One entry only.")
    client = lite_world.client("adam")
    token = fields(client.get("/admin/small-2026/results").get_data(as_text=True))["csrf_token"]
    client.post("/admin/small-2026/results/teams/final/open", data={"csrf_token": token[0]})
    final = "/judge/table/small-2026/teams/final"
    chair = lite_world.client("chloe")
    html = chair.get(final).get_data(as_text=True)
    assert "Team One" in html
    assert 'name="chosen"' not in html
    forged = fields(html) | {"chosen": entry.handle}
    refused = chair.post(f"{final}/shortlist", data=forged)
    assert refused.status_code == 409
    assert "The shortlist is not decided on this round." in refused.get_data(as_text=True)
    forged |= {"act": "apply", "chosen": f"{entry.handle}:{entry.version}"}
    assert chair.post(f"{final}/shortlist", data=forged).status_code == 409
