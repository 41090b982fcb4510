"""The whole way of a nomination in the browser, without scripts: write, check, send, receipt, private page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from heroes.domain.entry_states import Act, Given
from heroes.models import Entry, OutboxMail, PrivateLink
from heroes.services import acting
from heroes.services.transactions import transaction
from tests.web.nominator.desk import (
    FORM,
    begin,
    counts,
    handle_in,
    press,
    send,
    sheet_of,
    shown,
    tree,
    words_of,
)
from tests.world import FINAL_JUDGED, JUDGED, JUDGING, OPEN, STORY, World, post

CLOSE = datetime(2026, 5, 22, 16, 0, tzinfo=UTC)


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    """The text of a page that answers with this status."""
    answer = client.get(address)
    assert answer.status_code == status
    text: str = answer.get_data(as_text=True)
    return text


def test_the_form_asks_everything_in_the_order_of_the_page(lite_world: World) -> None:
    text = page(lite_world.client(), FORM)
    fields = shown(text)
    assert set(fields) == {
        *("csrf_token", "revision", "website"),
        *("title", "nominee_role", "nominee_email", "organisation_name", "sector"),
        *("sentence", "story", "where", "calls", "proof"),
        *("nominator_name", "nominator_email", "relation"),
    }
    assert {name: value for name, value in fields.items() if value} == {
        "csrf_token": fields["csrf_token"],
        "revision": "0",
    }
    headings = [e.text for e in tree(text).iter("h2")]
    assert headings == ["Who you are nominating", "The story", "You"]


def test_the_form_counts_words_and_hides_its_trap(lite_world: World) -> None:
    root = tree(page(lite_world.client(), FORM))
    counters = {e.get("data-words"): e.get("data-limit") for e in root.iter() if e.get("data-words")}
    assert counters == {"sentence": "30", "story": "100"}
    (trap,) = [e for e in root.iter("div") if "honey" in (e.get("class") or "").split()]
    (control,) = list(trap.iter("input"))
    assert trap.get("aria-hidden") == "true"
    assert {key: control.get(key) for key in ("name", "tabindex", "autocomplete")} == {
        "name": "website",
        "tabindex": "-1",
        "autocomplete": "off",
    }
    assert [e.get("for") for e in trap.iter("label")] == ["website"]


def test_only_what_judges_never_see_is_marked_as_unseen(lite_world: World) -> None:
    blind = page(lite_world.client(), FORM)
    named = page(lite_world.client(), "/small-2026/teams/nominate")
    assert blind.count("Judges do not see this") == 1
    assert named.count("Judges do not see this") == 0


def test_a_whole_nomination(world: World) -> None:
    client = world.client()
    answer = begin(client)
    handle = handle_in(answer.location)
    assert (answer.status_code, answer.location) == (303, f"/mine/{handle}/check")
    checked = words_of(page(client, answer.location))
    for text in (
        STORY["story"],
        STORY["title"],
        "40",
        "No, keep it a surprise until the shortlist",
        "Confirmed",
    ):
        assert text in checked
    assert "Nothing has been sent yet." in checked
    world.clock.at = OPEN + timedelta(minutes=3, seconds=9)
    sent = send(client, handle)
    assert (sent.status_code, sent.location) == (303, f"/mine/{handle}/receipt")
    receipt = words_of(page(client, sent.location))
    fingerprint = sheet_of(world, handle).digest or ""
    groups = " ".join(fingerprint[n : n + 4] for n in range(0, 64, 4))
    for text in (
        "Thank you, Alice Archer.",
        "SH-26-0001",
        "Friday 1 May 2026, 13:03:09 UK time",
        groups,
        "6 answers",
        STORY["story"],
    ):
        assert text in receipt
    status = words_of(page(client, f"/mine/{handle}/"))
    for text in ("It is in", "Thursday 11 June 2026, 09:00 UK time", "Thursday 16 July 2026, 10:00 UK time"):
        assert text in status
    assert counts(world) == {"entries": 1, "sheets": 1, "mails": 2, "audit": 4}


def test_a_browser_that_did_not_begin_it_finds_nothing(lite_world: World) -> None:
    client, other = lite_world.client(), lite_world.client()
    handle = handle_in(begin(client).location)
    begin(other)
    token = shown(page(other, FORM))["csrf_token"]
    for name in ("", "edit", "check", "receipt", "copy.txt", "links"):
        assert other.get(f"/mine/{handle}/{name}").status_code == 404
    for name in ("edit", "check", "withdraw", "restore", "reminders", "share", "links"):
        answer = other.post(f"/mine/{handle}/{name}", data=STORY | {"csrf_token": token, "revision": "1"})
        assert answer.status_code == 404
        # What was typed comes back even here: it is the sender's own.
        assert STORY["story"] in shown(answer.get_data(as_text=True)).values() or STORY[
            "story"
        ] in answer.get_data(as_text=True)


def test_save_and_leave_keeps_it_and_says_where_it_is(lite_world: World) -> None:
    client = lite_world.client()
    answer = begin(client, "leave", story="half a st", consent="")
    handle = handle_in(answer.location)
    assert (answer.status_code, answer.location) == (303, f"/mine/{handle}/?saved=1")
    kept = words_of(page(client, answer.location))
    assert "Saved at 13:00" in kept
    assert "The private link to this page is in your e-mail." in kept
    assert "half a st" in kept
    again = page(client, f"/mine/{handle}/edit")
    assert shown(again)["story"] == "half a st"
    assert "Saved 13:00" in words_of(again)


def test_without_an_address_nobody_is_told_of_a_mail(lite_world: World) -> None:
    client = lite_world.client()
    kept = words_of(page(client, begin(client, "leave", nominator_email="alice@").location))
    assert "in your e-mail" not in kept
    assert "This browser finds it again" in kept


def test_what_is_missing_is_said_at_the_field_and_in_the_summary_and_all_is_saved(lite_world: World) -> None:
    client = lite_world.client()
    answer = begin(client, title="", calls="about forty", sentence="word " * 31, consent="", agreed="")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    root = tree(text)
    (summary,) = [e for e in root.iter("div") if e.get("data-errors") is not None]
    links = {a.get("href"): a.text for a in summary.iter("a")}
    assert links == {
        "#title": "Who are you nominating: Write an answer here.",
        "#sentence": "In one sentence, why this person: Your answer is 1 word too long. The limit is 30.",
        "#calls": "How many calls a day: Enter a number, in digits.",
        "#agreed-0": "Does their manager agree: Choose yes or no.",
        "#consent": "No customer can be recognised in this story.: Please confirm this to send the form.",
    }
    invalid = {e.get("name") for e in root.iter() if e.get("aria-invalid") == "true"}
    assert invalid == {"title", "sentence", "calls", "consent"}
    fields = shown(text)
    assert (fields["story"], fields["calls"], fields["revision"]) == (STORY["story"], "about forty", "1")
    assert words_of(text).count("and saved") == 1
    assert next(e.text for e in root.iter("title") if e.text).startswith("Error: ")
    entry = lite_world.session.scalars(select(Entry)).one()
    assert page(client, f"/mine/{entry.handle}/edit?check=1").count("data-errors") == 1
    assert client.get(f"/mine/{entry.handle}/check").location == f"/mine/{entry.handle}/edit?check=1"


def test_editing_ends_at_the_check_again(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    answer = press(client, f"/mine/{handle}/edit", {"story": "Told again.", "act": "check"})
    assert (answer.status_code, answer.location) == (303, f"/mine/{handle}/check")
    assert "Told again." in page(client, answer.location)
    assert sheet_of(lite_world, handle).revision == 2


def test_change_links_lead_to_the_controls_that_they_name(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    ids = {e.get("id") for e in tree(page(client, f"/mine/{handle}/edit")).iter() if e.get("id")}
    anchors = re.findall(rf'href="/mine/{handle}/edit#([^"]+)"', page(client, f"/mine/{handle}/check"))
    assert len(anchors) == len(set(anchors)) == 17
    assert set(anchors) <= ids


def test_a_sent_entry_has_no_form_any_more(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    send(client, handle)
    for name in ("edit", "check"):
        assert client.get(f"/mine/{handle}/{name}").location == f"/mine/{handle}/"


def test_a_draft_has_no_receipt(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    assert client.get(f"/mine/{handle}/receipt").location == f"/mine/{handle}/"


def test_the_copy_is_plain_text_with_everything_in_it(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    draft = client.get(f"/mine/{handle}/copy.txt")
    assert draft.headers["Content-Disposition"] == 'attachment; filename="draft.txt"'
    assert "Draft, not sent" in draft.get_data(as_text=True)
    send(client, handle)
    copy = client.get(f"/mine/{handle}/copy.txt")
    assert copy.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert copy.headers["Content-Disposition"] == 'attachment; filename="SH-26-0001.txt"'
    text = copy.get_data(as_text=True)
    digest = sheet_of(lite_world, handle).digest
    for part in (STORY["story"], STORY["title"], "(left empty)", f"Fingerprint: {digest}"):
        assert part in text


# ---- the private page ----


def test_withdrawing_asks_twice_and_restoring_brings_everything_back(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    here = f"/mine/{handle}/"
    assert 'class="confirm"' in page(client, here)
    assert post(client, f"{here}withdraw", page=here).location == here
    withdrawn = words_of(page(client, here))
    assert "Withdrawn" in withdrawn
    assert STORY["story"] in withdrawn
    assert post(client, f"{here}restore", page=here).location == f"{here}edit"
    assert shown(page(client, f"{here}edit"))["story"] == STORY["story"]


def test_a_sent_entry_is_withdrawn_with_a_reason_that_stays_readable(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    send(client, handle)
    here = f"/mine/{handle}/"
    post(client, f"{here}withdraw", {"reason": "She asked\x00 me to."}, page=here)
    status = page(client, here)
    assert "She asked me to." in status
    assert "Take it up again" not in status
    assert 'class="confirm"' not in status
    assert "What happens, and when" not in status


def test_reminders_are_turned_off_and_on(lite_world: World) -> None:
    client = lite_world.client()
    here = f"/mine/{handle_in(begin(client).location)}/"
    said = []
    for on in ("no", "yes"):
        assert post(client, f"{here}reminders", {"on": on}, page=here).location == here
        said.append("You get no reminders" in page(client, here))
    assert said == [True, False]


def test_sharing_mails_a_link_and_a_wrong_address_is_said_at_the_field(lite_world: World) -> None:
    client = lite_world.client()
    here = f"/mine/{handle_in(begin(client).location)}/"
    wrong = post(client, f"{here}share", {"address": "tom@", "name": "Tom"}, page=here)
    assert wrong.status_code == 422
    assert {k: shown(wrong.get_data(as_text=True))[k] for k in ("address", "name")} == {
        "address": "tom@",
        "name": "Tom",
    }
    right = post(client, f"{here}share", {"address": "tom@home.example", "name": "Tom"}, page=here)
    assert right.location == f"{here}?shared=1"
    assert "is on its way to them" in page(client, right.location)
    mails = lite_world.session.scalars(select(OutboxMail.to_address).order_by(OutboxMail.id)).all()
    assert mails == ["alice@home.example", "tom@home.example"]


def test_a_link_that_was_given_is_listed_and_taken_back(lite_world: World) -> None:
    client = lite_world.client()
    here = f"/mine/{handle_in(begin(client).location)}/"
    assert f'href="{here}links"' in page(client, here)
    assert "Nobody was given a link of their own." in page(client, f"{here}links")
    for name in ("Tom", "Sue"):
        post(client, f"{here}share", {"address": f"{name}@home.example", "name": name}, page=here)
    listed = page(client, f"{here}links")
    assert [name in listed for name in ("Tom", "Sue", "Alice")] == [True, True, False]
    keys = re.findall(r'name="link" value="([^"]+)"', listed)

    answer = post(client, f"{here}links", {"link": keys[0]}, page=f"{here}links")

    assert (answer.status_code, answer.location) == (303, f"{here}links?taken=1")
    after = page(client, answer.location)
    assert "Taken back" in after
    assert [name in after for name in ("Tom@", "Sue@")] == [False, True]
    for gone in (keys[0], "", "nothing"):
        assert post(client, f"{here}links", {"link": gone}, page=f"{here}links").status_code == 404


def test_whoever_takes_back_the_link_they_came_by_is_led_out(lite_world: World) -> None:
    client, tom = lite_world.client(), lite_world.client()
    here = f"/mine/{handle_in(begin(client).location)}/"
    post(client, f"{here}share", {"address": "tom@home.example", "name": "Tom"}, page=here)
    link = lite_world.session.scalars(select(PrivateLink).order_by(PrivateLink.id.desc())).first()
    assert link is not None
    with tom.session_transaction() as cookie:
        cookie["links"] = [link.id]
    key = re.findall(r'name="link" value="([^"]+)"', page(tom, f"{here}links"))[0]
    answer = post(tom, f"{here}links", {"link": key}, page=f"{here}links")
    assert (answer.status_code, answer.location) == (303, "/mine/")
    assert tom.get(here).status_code == 404
    assert client.get(here).status_code == 200


def test_a_returned_entry_shows_the_question_and_can_be_sent_in_again(world: World) -> None:
    client = world.client()
    handle = handle_in(begin(client).location)
    send(client, handle)
    due = OPEN + timedelta(days=3)
    question = Given(message="Which street?\n\n<b>Please</b>", due_at=due)
    entry = world.session.scalars(select(Entry)).one()
    acting.press(world.ctx("adam"), handle, Act.RETURN, question, entry.version)
    status = page(client, f"/mine/{handle}/")
    assert "Which street?" in status
    assert "&lt;b&gt;Please&lt;/b&gt;" in status
    assert "Monday 4 May 2026, 13:00 UK time" in status
    assert "Which street?" in page(client, f"/mine/{handle}/edit")
    press(client, f"/mine/{handle}/edit", {"story": "No street.", "act": "check"})
    assert send(client, handle).location == f"/mine/{handle}/receipt"
    assert "No street." in page(client, f"/mine/{handle}/receipt")


def unsealed(text: str) -> str:
    """A page without the seals of its forms, which differ from second to second."""
    return re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", text)


@pytest.mark.parametrize("now", [JUDGING, JUDGED, FINAL_JUDGED])
def test_the_private_page_never_tells_what_has_been_decided(lite_world: World, now: datetime) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    send(client, handle)
    pages = set()
    lite_world.clock.at = now
    decided = {"decided_digest": "0" * 64, "decided_method": "mean", "decided_rules": "2026.1"}
    for values in (
        {"state": "submitted"},
        {"state": "shortlisted", **decided},
        {"state": "not_shortlisted"},
        {"state": "awarded", "level": "winner", **decided},
        {"state": "not_awarded", "level": None},
    ):
        if now == JUDGING and "award" in str(values["state"]):
            continue  # nobody is awarded before the last round has closed
        with transaction(lite_world.ctx()):
            entry = lite_world.session.scalars(select(Entry)).one()
            lite_world.session.execute(update(Entry).where(Entry.id == entry.id).values(**values))
        got = [client.get(f"/mine/{handle}/{name}") for name in ("", "receipt", "copy.txt", "edit", "check")]
        got.append(client.get("/mine/"))
        pages.add(tuple((answer.status_code, unsealed(answer.get_data(as_text=True))) for answer in got))
    assert len(pages) == 1


# ---- before the opening and after the close ----


def test_before_the_opening_the_form_waits_and_can_be_read(lite_world: World) -> None:
    lite_world.clock.at = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    text = words_of(page(lite_world.client(), FORM))
    assert "Frontline Hero has not opened yet" in text
    assert "Monday 2 March 2026, 09:00 UK time" in text


def test_after_the_close_the_form_says_when_it_closed(lite_world: World) -> None:
    lite_world.clock.at = CLOSE
    text = words_of(page(lite_world.client(), FORM))
    assert "Nominations for Frontline Hero have closed" in text
    assert "Friday 22 May 2026, 17:00 UK time" in text


def test_a_page_opened_before_the_close_and_posted_after_it_keeps_everything_on_the_page(
    lite_world: World,
) -> None:
    client = lite_world.client()
    lite_world.clock.at = CLOSE - timedelta(seconds=1)
    token = shown(page(client, FORM))["csrf_token"]
    lite_world.clock.at = CLOSE
    answer = client.post(FORM, data=STORY | {"csrf_token": token, "act": "check"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "This category has closed." in words_of(text)
    fields = shown(text)
    assert {key: fields[key] for key in STORY} == STORY
    assert "data-autosave" not in text
    assert counts(lite_world)["entries"] == 0


def test_a_draft_begun_before_the_close_is_written_and_sent_in_the_grace(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client, story="").get_data(as_text=True))
    lite_world.clock.at = CLOSE + timedelta(minutes=119)
    form = words_of(page(client, f"/mine/{handle}/edit"))
    assert "you can still send this until Friday 22 May 2026, 19:00 UK time, 1 minute from now" in form
    assert "until Friday 22 May 2026, 19:00 UK time" in words_of(page(client, f"/mine/{handle}/"))
    saved = press(client, f"/mine/{handle}/edit", {"story": "In the last minute.", "act": "check"})
    assert saved.location == f"/mine/{handle}/check"
    assert send(client, handle).location == f"/mine/{handle}/receipt"


def test_after_the_grace_everything_is_refused_and_everything_is_still_there(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    edit, check = f"/mine/{handle}/edit", f"/mine/{handle}/check"
    fields = shown(page(client, edit)) | {"story": "Typed until the very end.", "act": "check"}
    sending = shown(page(client, check))
    lite_world.clock.at = CLOSE + timedelta(minutes=120)
    late = client.post(edit, data=fields)
    assert late.status_code == 409
    assert shown(late.get_data(as_text=True))["story"] == "Typed until the very end."
    assert "stays on its private page" in words_of(late.get_data(as_text=True))
    sent = client.post(check, data=sending)
    assert sent.status_code == 409
    assert STORY["story"] in words_of(sent.get_data(as_text=True))
    assert "It has not been sent, and everything is kept." in words_of(sent.get_data(as_text=True))
    for name in ("edit", "check"):
        assert client.get(f"/mine/{handle}/{name}").location == f"/mine/{handle}/"
    status = words_of(page(client, f"/mine/{handle}/"))
    assert "it can no longer be sent" in status
    assert STORY["story"] in status
    assert (sheet_of(lite_world, handle).revision, counts(lite_world)["mails"]) == (1, 1)


# ---- one's own list, and the links again ----


def test_my_nominations_are_those_of_this_browser(lite_world: World) -> None:
    client = lite_world.client()
    assert "opened no nominations yet" in words_of(page(client, "/mine/"))
    first = handle_in(begin(client, title="First of mine").location)
    second = handle_in(begin(client, title="").get_data(as_text=True))
    send(client, first)
    begin(lite_world.client(), title="Not of mine")
    text = page(client, "/mine/")
    rows = [e.get("href") for e in tree(text).iter("a") if "who-cell" in (e.get("class") or "")]
    assert rows == [f"/mine/{second}/", f"/mine/{first}/"]
    assert "Not of mine" not in text
    for part in ("First of mine", "SH-26-0001", "No name yet", "Submitted", "Draft"):
        assert part in text


@pytest.mark.parametrize("address", ["alice@home.example", "nobody@home.example"])
def test_asking_for_links_answers_the_same_whoever_asks(lite_world: World, address: str) -> None:
    begin(lite_world.client())
    answer = post(lite_world.client(), "/links", {"email": f" {address} "})
    assert answer.status_code == 200
    said = words_of(answer.get_data(as_text=True)).replace(address, "ADDRESS")
    assert "If nominations were made with ADDRESS, their links are on the way to it." in said


def test_a_wrong_address_for_links_is_said_at_the_field(lite_world: World) -> None:
    answer = post(lite_world.client(), "/links", {"email": "alice at home"})
    text = answer.get_data(as_text=True)
    assert (answer.status_code, shown(text)["email"]) == (422, "alice at home")
    assert text.count('aria-invalid="true"') == 1
    assert 'href="#email"' in text
