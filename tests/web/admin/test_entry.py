"""The entry's page: what it shows to whom, the acts it offers, and what each of them answers."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text, update

from heroes.domain.entry_states import Act, Given
from heroes.models import Assignment, AuditRecord, Entry, Recusal, Release, Round
from heroes.services import acting, screening
from tests.counting import statements
from tests.crowd import add_crowd, add_one
from tests.world import JUDGED, OPEN, World, post


def path_of(entry: Entry, act: str = "") -> str:
    return f"/admin/entry/{entry.handle}" + (f"/{act}" if act else "")


def page_of(world: World, entry: Entry, who: str = "adam") -> str:
    response = world.client(who).get(path_of(entry))
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


def offered(page: str) -> set[str]:
    return set(re.findall(r'class="btn[^"]*" href="/admin/entry/\w+/(\w+)"', page))


def state(world: World, entry: Entry) -> tuple[str, int]:
    world.session.expire_all()
    return entry.state, entry.version


# ---- what it shows ----


def test_it_shows_answers_people_history_and_evidence(lite_world: World) -> None:
    world = lite_world
    entry = world.submitted().entry
    screening.screen(world.ctx("adam"), entry.handle, "query", "Which office <b>?", entry.version)
    page = page_of(world, entry)
    for words in (
        "She rang forty-one people before anybody asked.",
        "Alice Archer",
        "maureen@larkfield.example",
        "Which office &lt;b&gt;?",
        "identifying",
        "Form version 1",
        str(entry.reference),
        "screened it",
        "submitted it",
        "started it",
        "To check → Query",
        "mail to Alice Archer, waiting to go out",
    ):
        assert words in page, words


def test_scorecards_and_recusals_are_shown_to_staff(lite_world: World) -> None:
    world = lite_world
    entry = add_one(world, "submitted")
    round_id = world.session.scalars(select(Round.id).order_by(Round.id)).first()
    for who, total in (("jack", Decimal("84.5")), ("jill", None)):
        world.session.add(
            Assignment(
                handle=f"card{who}",
                round_id=round_id,
                entry_id=entry.id,
                user_id=world.people[who],
                position=1,
                assigned_at=OPEN,
                state="submitted" if total else "assigned",
                submission=1 if total else 0,
                submitted_at=OPEN if total else None,
                total=total,
            )
        )
    world.session.add(
        Recusal(
            user_id=world.people["dora"],
            entry_id=entry.id,
            source="organisation",
            reason="Same employer.",
            recused_at=OPEN,
        )
    )
    world.session.commit()
    page = page_of(world, entry, "audrey")
    assert re.search(r"Jack Judge</th>.*?84\.5</td>", page, re.DOTALL)
    assert re.search(r"Jill Judge</th>.*?not in yet", page, re.DOTALL)
    assert "Recused: Dora Dent. Same employer." in page


def test_of_a_returned_entry_it_shows_what_was_sent(lite_world: World) -> None:
    world = lite_world
    started = world.submitted()
    entry = started.entry
    due = OPEN + timedelta(days=3)
    acting.press(
        world.ctx("adam"), entry.handle, Act.RETURN, Given(message="Where?", due_at=due), entry.version
    )
    world.session.execute(
        text('UPDATE answer_sheets SET answers = \'{"story": "half a th"}\' WHERE number = 2')
    )
    world.session.commit()
    page = page_of(world, entry)
    assert "A main burst at teatime" in page
    assert "half a th" not in page
    assert "The entrant is changing a copy." in page


@pytest.mark.parametrize("crowd", [10, 2000])
def test_it_asks_few_statements_however_large_the_season(world: World, crowd: int) -> None:
    entry = world.submitted().entry
    add_crowd(world, crowd, judges=1)
    client = world.client("adam")
    with statements(world) as sent:
        assert client.get(path_of(entry)).status_code == 200
    assert len(sent) == 9, "\n".join(sent)


@pytest.mark.parametrize(
    ("who", "status"), [("audrey", 200), ("olive", 200), ("chloe", 404), ("jill", 404), ("bob", 404)]
)
def test_it_is_for_staff(lite_world: World, who: str, status: int) -> None:
    entry = add_one(lite_world, "submitted")
    assert lite_world.client(who).get(path_of(entry)).status_code == status


def test_an_entry_that_is_not_there_is_a_404(lite_world: World) -> None:
    assert lite_world.client("adam").get("/admin/entry/nothing").status_code == 404


# ---- what it offers ----

OFFERED = {
    "draft": {"submit", "withdraw"},
    "submitted": {"return", "withdraw", "disqualify", "shortlist", "not_shortlist"},
    "returned": {"resubmit", "withdraw", "disqualify"},
    "shortlisted": {"withdraw", "disqualify", "reconsider", "award", "not_award"},
    "not_shortlisted": {"withdraw", "disqualify", "reconsider"},
    "withdrawn": {"reinstate"},
    "ineligible": {"reinstate"},
    "awarded": {"revoke", "change_level", "disqualify"},
    "not_awarded": {"revoke", "disqualify"},
}


@pytest.mark.parametrize("name", OFFERED)
def test_it_offers_exactly_what_this_person_may_do_now(lite_world: World, name: str) -> None:
    world = lite_world
    world.clock.at = OPEN if name in ("draft", "returned") else JUDGED
    entry = add_one(world, name)
    assert offered(page_of(world, entry)) == OFFERED[name]
    assert offered(page_of(world, entry, "audrey")) == set()


def test_what_must_wait_is_named_with_the_reason(lite_world: World) -> None:
    page = page_of(lite_world, add_one(lite_world, "shortlisted"))
    assert "<strong>Award</strong>: The last round has not closed yet." in page
    assert "award" not in offered(page)


def test_after_the_release_an_admin_is_told_that_only_an_owner_can(lite_world: World) -> None:
    world = lite_world
    entry = add_one(world, "shortlisted")
    row = world.session.scalars(select(Release).where(Release.kind == "shortlist")).one()
    row.released_at, row.released_as = OPEN, "admin"
    world.session.commit()
    page = page_of(world, entry)
    assert "<strong>Reconsider</strong>: This has been released, so only an owner can change it." in page
    assert "reconsider" in offered(page_of(world, entry, "olive"))


def test_somebody_with_a_part_in_it_is_offered_nothing(lite_world: World) -> None:
    entry = add_one(lite_world, "submitted", nominee_email="adam@tiny.example")
    page = page_of(lite_world, entry)
    assert offered(page) == set()
    assert "You have a connection with this entry" in page
    assert 'name="verdict"' not in page


# ---- acts ----

TYPED: dict[str, dict[str, str]] = {
    "submit": {},
    "return": {"message": "Where was it?", "due": "2026-07-09T17:00"},
    "resubmit": {"reason": "By telephone."},
    "withdraw": {"reason": "She asked us to."},
    "disqualify": {"reason": "Not in the country."},
    "reinstate": {"reason": "She is, after all."},
    "shortlist": {"override": "y", "reason": "Clear."},
    "not_shortlist": {"reason": "Below the line."},
    "reconsider": {"reason": "Look again."},
    "award": {"level": "commended"},
    "not_award": {},
    "revoke": {"reason": "Miscounted."},
    "change_level": {"level": "commended", "reason": "A tie."},
}
CASES = [(name, act) for name, acts in OFFERED.items() for act in sorted(acts)]


@pytest.mark.parametrize(("name", "act"), CASES)
def test_every_act_works_from_its_form(lite_world: World, name: str, act: str) -> None:
    world = lite_world
    world.clock.at = OPEN if name in ("draft", "returned") else JUDGED
    entry = add_one(world, name)
    client = world.client("adam")
    form = client.get(path_of(entry, act))
    assert form.status_code == 200
    response = post(client, path_of(entry, act), TYPED[act] | {"version": "1"})
    assert (response.status_code, response.headers["Location"]) == (303, path_of(entry) + f"?done={act}")
    assert state(world, entry)[1] == (
        3 if act == "change_level" or (act, name[-7:]) == ("disqualify", "awarded") else 2
    )
    assert client.get(response.headers["Location"]).get_data(as_text=True).count('class="note ok"') == 1


SEALED = "Nobody outside the staff sees it before"


@pytest.mark.parametrize(
    ("name", "act", "kind", "before", "after"),
    [
        ("submitted", "shortlist", "shortlist", SEALED, "it goes public and the entrant is told at once"),
        ("submitted", "shortlist", "outcomes", SEALED, "it goes public and the entrant is told at once"),
        ("submitted", "not_shortlist", "shortlist", SEALED, "the entrant is told, at once"),
        ("shortlisted", "award", "outcomes", SEALED, "it goes public and the entrant is told at once"),
        ("shortlisted", "award", "shortlist", SEALED, SEALED),
        ("shortlisted", "not_award", "outcomes", "once the outcomes are", "the entrant is told, at once"),
    ],
)
def test_after_a_release_an_act_says_that_it_is_told_at_once(
    lite_world: World, name: str, act: str, kind: str, before: str, after: str
) -> None:
    world = lite_world
    world.clock.at = JUDGED
    entry = add_one(world, name)

    def said() -> str:
        form = world.client("olive").get(path_of(entry, act)).text
        lead = re.search(r'<p class="lead">(.*?)</p>', form, re.DOTALL)
        small = re.search(rf"/{act}\".*?<small>(.*?)</small>", page_of(world, entry, "olive"), re.DOTALL)
        assert lead is not None
        assert small is not None
        assert small[1] in lead[1]
        return small[1]

    assert before in said()
    world.session.execute(update(Release).where(Release.kind == kind).values(released_at=JUDGED))
    world.session.commit()
    assert after in said()
    if after != SEALED:
        assert SEALED not in said()


@pytest.mark.parametrize(
    ("name", "act", "typed", "field"),
    [
        ("submitted", "return", {"message": "", "due": "2026-07-09T17:00"}, "message"),
        ("submitted", "return", {"message": "Where?", "due": ""}, "due"),
        ("submitted", "return", {"message": "Where?", "due": "tomorrow"}, "due"),
        ("submitted", "return", {"message": "Where?", "due": "2026-07-02T12:59"}, "due"),
        ("submitted", "return", {"message": "Where?", "due": "2027-03-28T01:30"}, "due"),
        ("submitted", "return", {"message": "x" * 4001, "due": "2026-07-09T17:00"}, "message"),
        ("submitted", "withdraw", {"reason": " \u0000 "}, "reason"),
        ("submitted", "disqualify", {}, "reason"),
        ("submitted", "shortlist", {"reason": "Clear <em>lead</em>."}, "override"),
        ("submitted", "shortlist", {"override": "y"}, "reason"),
        ("submitted", "not_shortlist", {"reason": ""}, "reason"),
        ("shortlisted", "award", {"level": ""}, "level"),
        ("shortlisted", "award", {"level": "emperor"}, "level"),
        ("awarded", "change_level", {"level": "winner", "reason": ""}, "reason"),
    ],
)
def test_a_form_that_does_not_fit_comes_back_with_everything_in_it(
    lite_world: World, name: str, act: str, typed: dict[str, str], field: str
) -> None:
    world = lite_world
    world.clock.at = JUDGED
    entry = add_one(world, name)
    response = post(world.client("adam"), path_of(entry, act), typed | {"version": "1"})
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "<title>Error: " in page
    anchor = f"{field}-0" if field == "level" else field
    assert f'<a href="#{anchor}">' in page
    assert f'id="{field}-error"' in page
    for value in set(typed.values()) - {"emperor"}:
        kept = value.strip().replace("<", "&lt;").replace(">", "&gt;").replace("\x00", "")
        assert kept in page
    assert state(world, entry) == (name, 1)


def test_a_level_without_a_place_left_says_so_and_keeps_the_choice(lite_world: World) -> None:
    world = lite_world
    world.clock.at = JUDGED
    add_one(world, "awarded")
    entry = add_one(world, "shortlisted")
    response = post(world.client("adam"), path_of(entry, "award"), {"level": "winner", "version": "1"})
    page = response.get_data(as_text=True)
    assert (response.status_code, "Every place of this level is taken." in page) == (422, True)
    assert "Winner (no place left)" in page
    radio = re.search(r'<input [^>]*value="winner"[^>]*>', page)
    assert radio is not None
    assert " checked" in radio[0]


def test_a_stale_page_says_who_was_faster_and_keeps_what_was_typed(lite_world: World) -> None:
    world = lite_world
    entry = add_one(world, "submitted")
    client = world.client("adam")
    client.get(path_of(entry, "return"))
    acting.press(world.ctx("olive"), entry.handle, Act.SHORTLIST, Given(reason="Clear.", override=True), 1)
    typed = {"message": "Could you say <how> many?", "due": "2026-05-09T17:00", "version": "1"}
    response = post(client, path_of(entry, "return"), typed, page=path_of(entry))
    page = response.get_data(as_text=True)
    assert response.status_code == 409
    for words in (
        "Olive Owner shortlisted it",
        "“Clear.”",
        "Could you say &lt;how&gt; many?",
        "2026-05-09T17:00",
    ):
        assert words in page
    assert "This cannot be done from where the entry stands now." in page
    assert state(world, entry) == ("shortlisted", 2)


def test_after_somebody_was_faster_the_form_can_be_looked_at_again(lite_world: World) -> None:
    world = lite_world
    entry = add_one(world, "submitted")
    client = world.client("adam")
    client.get(path_of(entry, "withdraw"))
    screening.screen(world.ctx("olive"), entry.handle, "query", "Who?", 1)
    typed = {"reason": "She asked us to.", "version": "1"}
    response = post(client, path_of(entry, "withdraw"), typed, page=path_of(entry))
    page = response.get_data(as_text=True)
    assert (response.status_code, "Olive Owner screened it" in page) == (409, True)
    again = client.post(
        path_of(entry, "withdraw"), data={"reason": "She asked us to.", "look": "again", **_token(page)}
    )
    form = again.get_data(as_text=True)
    assert "She asked us to.</textarea>" in form
    assert 'name="version" type="hidden" value="2"' in form
    assert state(world, entry) == ("submitted", 2)
    assert (
        post(client, path_of(entry, "withdraw"), {"reason": "She asked.", "version": "2"}).status_code == 303
    )


def _token(page: str) -> dict[str, Any]:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return {"csrf_token": found[1]}


def test_two_admins_over_http_are_one_success_and_one_clear_page(lite_world: World) -> None:
    world = lite_world
    entry = add_one(world, "submitted")
    olive, adam = world.client("olive"), world.client("adam")
    olive.get(path_of(entry, "disqualify"))
    adam.get(path_of(entry, "disqualify"))
    first = post(olive, path_of(entry, "disqualify"), {"reason": "Not here.", "version": "1"})
    second = post(
        adam, path_of(entry, "disqualify"), {"reason": "Not here.", "version": "1"}, page=path_of(entry)
    )
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Olive Owner found it ineligible" in second.get_data(as_text=True)
    records = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "entry.disqualify")).all()
    assert len(records) == 1


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "2", "99999999999999", "１"])
def test_a_wrong_version_never_moves_anything(lite_world: World, version: str) -> None:
    entry = add_one(lite_world, "submitted")
    response = post(
        lite_world.client("adam"), path_of(entry, "disqualify"), {"reason": "x", "version": version}
    )
    assert response.status_code == 409
    assert state(lite_world, entry) == ("submitted", 1)


def test_an_act_that_is_not_possible_or_not_known_is_refused(lite_world: World) -> None:
    entry = add_one(lite_world, "draft")
    client = lite_world.client("adam")
    assert client.get(path_of(entry, "award")).status_code == 409
    assert client.get(path_of(entry, "crown")).status_code == 404
    assert post(client, path_of(entry, "award"), {"version": "1"}, page=path_of(entry)).status_code in (
        409,
        422,
    )
    assert state(lite_world, entry) == ("draft", 1)


@pytest.mark.parametrize("who", ["audrey", "jill", "bob", "chloe"])
def test_acts_are_for_admins(lite_world: World, who: str) -> None:
    entry = add_one(lite_world, "submitted")
    client = lite_world.client(who)
    assert client.get(path_of(entry, "withdraw")).status_code == 404
    data = {"reason": "x", "version": "1"}
    assert post(client, path_of(entry, "withdraw"), data, page="/account").status_code == 404
    assert state(lite_world, entry) == ("submitted", 1)


# ---- screening ----


def test_screening_from_the_page(lite_world: World) -> None:
    world = lite_world
    entry = add_one(world, "submitted", screening="unchecked", screened_at=None, round_id=None)
    client = world.client("adam")
    path = path_of(entry, "screen")
    wrong = post(client, path, {"verdict": "query", "reason": "", "version": "1"}, page=path_of(entry))
    page = wrong.get_data(as_text=True)
    assert (wrong.status_code, '<a href="#reason">' in page) == (422, True)
    assert re.search(r'value="query" checked', page)
    unknown = post(client, path, {"verdict": "", "reason": "Kept.", "version": "1"}, page=path_of(entry))
    assert (unknown.status_code, "Kept.</textarea>" in unknown.get_data(as_text=True)) == (422, True)
    done = post(client, path, {"verdict": "eligible", "version": "1"}, page=path_of(entry))
    assert (done.status_code, done.headers["Location"]) == (303, path_of(entry) + "?done=screen")
    world.session.expire_all()
    assert (entry.screening, entry.version) == ("eligible", 2)
    stale = post(client, path, {"verdict": "query", "reason": "Who?", "version": "1"}, page=path_of(entry))
    assert (stale.status_code, "Who?" in stale.get_data(as_text=True)) == (409, True)
