"""The audit pages: a season's history and an entry's."""

import re

import pytest
from sqlalchemy import null, update

from heroes.models import AuditRecord
from heroes.services import nominating, verifying
from heroes.services.auditing import note
from heroes.services.transactions import transaction
from heroes.web.admin.audit import changes_of, said

PAGE = "/admin/small-2026/audit"


def rows(page):
    """The cells of each row, as text."""
    body = page.split("<tbody", 1)[1].split("</tbody>")[0]
    texts = [re.sub(r"<[^>]+>", " ", row) for row in body.split("<tr")[1:]]
    return [" ".join(text.split(">", 1)[1].split()) for text in texts]


def noted(world, who="olive", act="entry.screen", subject="SH-26-0001", **more):
    """One more record of the season."""
    ctx = world.ctx(who)
    with transaction(ctx):
        note(ctx, act, subject, season_id=world.season().id, **more)


def test_the_history_says_who_did_what_when_and_what_changed(lite_world):
    noted(
        lite_world,
        acting_as="admin",
        before={"screening": "unchecked"},
        after={"screening": "eligible", "places": [1, 2]},
        reason="Fits & <well>",
    )
    page = lite_world.client("audrey").get(PAGE).get_data(as_text=True)
    latest = rows(page)[0]
    assert "Fri 1 May, 13:00" in latest
    assert "Olive Owner as admin" in latest
    assert "Screened SH-26-0001" in latest
    assert "Screening: To check → became Eligible" in latest
    assert "Places: 1, 2" in latest
    assert "Reason: Fits &amp; &lt;well&gt;" in latest


def test_people_are_named_and_not_numbered(lite_world):
    jack = f"user:{lite_world.people['jack']}"
    noted(lite_world, act="panel.remove", subject=jack, before={"judge": jack, "gone": "user:99999"})
    latest = rows(lite_world.client("audrey").get(PAGE).get_data(as_text=True))[0]
    assert "Took off a panel Jack Judge" in latest
    assert "Judge: Jack Judge → became nothing" in latest
    assert "Gone: user:99999" in latest


def test_what_somebody_typed_names_nobody(lite_world):
    jack = f"user:{lite_world.people['jack']}"
    noted(lite_world, act="scorecard.submit", subject="CSH", after={"comment": f"Ask {jack}"})
    latest = rows(lite_world.client("audrey").get(PAGE).get_data(as_text=True))[0]
    assert f"Ask {jack}" in latest


def test_the_head_stands_on_the_page(lite_world):
    head = verifying.head_of(lite_world.ctx(), lite_world.season())
    assert head in lite_world.client("audrey").get(PAGE).get_data(as_text=True)


def test_an_act_or_a_person_narrows_the_history(lite_world):
    noted(lite_world, "olive", subject="A")
    noted(lite_world, "adam", "entry.share", subject="B")
    noted(lite_world, "adam", subject="C")
    client = lite_world.client("audrey")

    def subjects(**query):
        page = client.get(PAGE, query_string=query).get_data(as_text=True)
        return re.findall(r"(?:Screened|Shared) (\w)\b", page.split("<tbody", 1)[-1])

    assert subjects(act="entry.screen") == ["C", "A"]
    assert subjects(who="Adam") == ["C", "B"]
    assert subjects(act="entry.share", who=f"user:{lite_world.people['adam']}") == ["B"]
    assert "No record fits" in client.get(PAGE, query_string={"who": "nobody"}).get_data(as_text=True)


def test_the_history_is_turned_by_fifties_and_keeps_its_filter(lite_world):
    ctx = lite_world.ctx("olive")
    with transaction(ctx):
        for number in range(120):
            note(ctx, "entry.screen", f"n{number}", season_id=lite_world.season().id)
    client, seen, address = lite_world.client("audrey"), [], f"{PAGE}?act=entry.screen"
    while address:
        page = client.get(address).get_data(as_text=True)
        seen += re.findall(r"Screened n(\d+)", page)
        found = re.search(r'<a href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == [str(n) for n in range(119, -1, -1)]


def test_an_entrys_history_holds_its_own_records_only(lite_world):
    started = lite_world.submitted()
    lite_world.nominate(title="Another")
    nominating.withdraw(
        lite_world.ctx("alice", frozenset({started.link.id})), started.entry.handle, reason="ill"
    )
    page = (
        lite_world.client("audrey").get(f"/admin/entry/{started.entry.handle}/audit").get_data(as_text=True)
    )
    assert [re.sub(r"^.*(Withdrew it|Submitted it|Started it).*$", r"\1", row) for row in rows(page)] == [
        "Withdrew it",
        "Submitted it",
        "Started it",
    ]
    assert "Reason: ill" in rows(page)[0]


def test_an_erased_body_says_so(lite_world):
    noted(lite_world, reason="secret")
    with transaction(lite_world.ctx("system")):
        lite_world.session.execute(update(AuditRecord).values(body=null(), salt=None))
    page = lite_world.client("audrey").get(PAGE).get_data(as_text=True)
    assert "secret" not in page
    assert "Erased. The record itself still counts." in rows(page)[0]


@pytest.mark.parametrize("who", ["jack", "bob", "chloe"])
def test_nobody_but_staff_knows_of_the_pages(lite_world, who):
    started = lite_world.submitted()
    client = lite_world.client(who)
    assert client.get(PAGE).status_code == 404
    assert client.get(f"/admin/entry/{started.entry.handle}/audit").status_code == 404


def test_an_unknown_entry_or_season_is_not_found(lite_world):
    client = lite_world.client("audrey")
    assert client.get("/admin/entry/nothing/audit").status_code == 404
    assert client.get("/admin/nothing/audit").status_code == 404


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "before=99999999999999999999", "act=nonsense", "who=%00"]
)
def test_nonsense_in_the_address_is_left_out(lite_world, query):
    assert lite_world.client("audrey").get(f"{PAGE}?{query}").status_code == 200


def test_values_of_every_kind_are_said_in_words():
    named = [{"category": "a", "Hero": ["R-1"]}, {"category": "b", "Hero": ["R-2", "R-3"]}]
    assert said(named) == "category: a; Hero: R-1\ncategory: b; Hero: R-2, R-3"
    assert said({"Jack": ["R-1", "R-2"], "Jill": ["R-3"]}) == "Jack: R-1, R-2\nJill: R-3"
    digest = "0123456789abcdef" * 4
    body = {
        "before": {"state": "not_awarded"},
        "after": {"state": "awarded", "digest": digest, "due_at": "2026-05-31T20:29:00+00:00", "x_at": "?"},
    }
    assert changes_of(body, "Europe/London") == [
        ("state", "Finalist", "Awarded"),
        ("fingerprint of the results", "", "0123 4567 89ab cdef …"),
        ("due", "", "Sunday 31 May 2026, 21:29 UK time"),
        ("x at", "", "?"),
    ]
    assert said(None) == ""
    assert said(True) == "yes"
    assert said(False) == "no"
    assert said({"a_b": [1, "x"]}) == "a b: 1, x"
    assert changes_of({"before": {"a": 1, "b": 2}, "after": {"b": 3, "c": 4}}) == [
        ("a", "1", ""), ("b", "2", "3"), ("c", "", "4"),
    ]  # fmt: skip
    assert changes_of({"after": "plain"}) == [("value", "", "plain")]
    assert changes_of({}) == []
