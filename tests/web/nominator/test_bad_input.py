"""Whatever is posted: the right status, a clear sentence, and every word still there."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from heroes.domain.questions import showable
from heroes.models import AnswerSheet, Entry
from heroes.models.outbox import RateCount
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
from tests.world import OPEN, STORY, World

SAME = {"Sec-Fetch-Site": "same-origin"}
TYPED = (
    *("title", "nominee_role", "nominee_email", "organisation_name"),
    *("sentence", "story", "where", "calls", "proof"),
    *("nominator_name", "nominator_email", "relation"),
)
"""Every field that somebody types into."""

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '" autofocus onfocus="alert(1)" x=\'',
    "closing": "</textarea></form><h1>Gone</h1>",
    "comment": "<!-- --> <![CDATA[ ]]> &amp; &lt; &#0; &nbsp;",
    "template": "{{ config }} {% raw %} ${7*7} #{x}",
    "right to left": "abc \u200f\u05e9\u05dc\u05d5\u05dd\u200e def",
    "emoji": "👨‍👩‍👧 🏳️‍🌈 🎉" * 20,
    "formula": '=HYPERLINK("https://x.example")',
    "sql": "'; DROP TABLE entries; --",
    "newlines": "\n\nfirst\n\n\nlast\n",
    "zalgo": "Z̸͖͈a̵l̶g̷o̴" * 5,
}


def token_of(client: FlaskClient) -> str:
    """The seal of this browser's forms."""
    return shown(client.get(FORM).get_data(as_text=True))["csrf_token"]


def errors_of(root: Element) -> set[str]:
    """The names of the controls that are marked as wrong."""
    return {e.get("name") or "" for e in root.iter() if e.get("aria-invalid") == "true"}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_kept_and_shown_as_text_wherever_it_appears(world: World, text: str) -> None:
    client = world.client()
    line = " ".join(text.split())
    changes = {"story": text, "title": line, "organisation_name": line[:200], "nominator_name": line[:200]}
    handle = handle_in(begin(client, **changes).location)
    assert sheet_of(world, handle).answers["story"] == text.strip()
    before = [client.get(f"/mine/{handle}/{name}") for name in ("edit", "check", "")]
    assert shown(before[0].get_data(as_text=True))["story"] == text.strip()
    assert send(client, handle).status_code == 303
    after = [client.get(f"/mine/{handle}/{name}") for name in ("receipt", "", "copy.txt")]
    after.append(client.get("/mine/"))
    assert {answer.status_code for answer in [*before, *after]} == {200}
    entry = world.session.scalars(select(Entry)).one()
    assert entry.title == line


def test_what_no_page_can_hold_is_dropped_and_nothing_else(world: World) -> None:
    client = world.client()
    handle = handle_in(begin(client, story="a\x00b\x07c \u202eevil\u202c \ufffe", title="N\x00ul").location)
    assert sheet_of(world, handle).answers["story"] == "abc evil"
    assert world.session.scalars(select(Entry.title)).one() == "Nul"


def test_ten_thousand_emoji_are_one_answer_and_twenty_thousand_and_one_letters_too_many(world: World) -> None:
    client = world.client()
    party = "🎉" * 10_000
    handle = handle_in(begin(client, story=party).location)
    assert sheet_of(world, handle).answers["story"] == party
    long = "x" * 20_001
    answer = press(client, f"/mine/{handle}/edit", {"story": long, "title": "y" * 301, "where": "Hull"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert errors_of(tree(text)) == {"story", "title"}
    fields = shown(text)
    assert (fields["story"], fields["title"], fields["where"]) == (long, "y" * 301, "Hull")
    assert "and saved" not in words_of(text)
    assert sheet_of(world, handle).answers["story"] == party


def test_a_first_save_that_is_too_long_keeps_nothing_on_the_server_and_everything_on_the_page(
    lite_world: World,
) -> None:
    client = lite_world.client()
    answer = begin(client, relation="x" * 301)
    fields = shown(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert {key: fields[key] for key in STORY} == STORY | {"relation": "x" * 301}
    assert counts(lite_world)["entries"] == 0


def test_values_that_no_form_of_ours_sends_are_told_at_the_field(lite_world: World) -> None:
    client = lite_world.client()
    wrong = {
        "may_tell": "perhaps",
        "sector": "Piracy",
        "shift": "Dusk",
        "agreed": "maybe",
        "consent": "2025-1",
    }
    answer = begin(client, **wrong, proof="javascript:alert(1)", calls="12e99999", foreign="field")
    root = tree(answer.get_data(as_text=True))
    assert answer.status_code == 422
    links = {e.get("href") for e in root.iter("a") if (e.get("href") or "").startswith("#")} - {"#main"}
    assert links == {"#may_tell-0", "#sector", "#shift-0", "#agreed-0", "#consent", "#proof", "#calls"}


def test_the_trap_is_shown_to_whoever_falls_into_it(lite_world: World) -> None:
    client = lite_world.client()
    answer = begin(client, website="https://spam.example")
    text = answer.get_data(as_text=True)
    fields = shown(text)
    assert answer.status_code == 400
    assert {key: fields[key] for key in STORY} == STORY
    assert fields["website"] == "https://spam.example"
    assert 'class="honey"' not in text
    assert counts(lite_world)["entries"] == 0
    again = client.post(FORM, data=fields | {"website": "", "act": "check"})
    assert again.status_code == 303
    trapped = press(client, again.location.replace("check", "edit"), {"website": "x", "story": "Typed."})
    assert (trapped.status_code, shown(trapped.get_data(as_text=True))["story"]) == (400, "Typed.")


# ---- a form that is stale, or from elsewhere ----


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_wrong_seal_gives_everything_back_with_a_button_that_works(
    lite_world: World, token: str | None
) -> None:
    client = lite_world.client()
    client.get(FORM)
    posted = STORY | {"story": '"quoted"\n<b>bold</b>', "act": "check"}
    sealed = posted | ({} if token is None else {"csrf_token": token})
    answer = client.post(FORM, data=sealed, headers=SAME)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Please press once more" in words_of(text)
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    hidden = shown(text)
    assert {key: hidden[key] for key in posted} == posted
    (form,) = list(tree(text).iter("form"))
    assert form.get("action") == FORM
    again = client.post(FORM, data=hidden, headers=SAME)
    assert again.status_code == 303
    assert sheet_of(lite_world, handle_in(again.location)).answers["story"] == posted["story"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/localhost"},
    ],
)
def test_a_form_from_elsewhere_is_refused_without_a_button(
    lite_world: World, headers: dict[str, str]
) -> None:
    answer = lite_world.client().post(FORM, data=STORY | {"act": "check"}, headers=headers)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "This form did not come from our own pages." in words_of(text)
    assert "csrf_token" not in text
    assert counts(lite_world)["entries"] == 0


def test_a_signed_in_person_with_a_stale_form_gets_it_back_too(lite_world: World) -> None:
    bob = lite_world.client("bob")
    answer = bob.post(FORM, data=STORY | {"act": "check", "csrf_token": "old"}, headers=SAME)
    assert answer.status_code == 400
    assert shown(answer.get_data(as_text=True))["story"] == STORY["story"]


def test_somebody_who_was_signed_out_while_writing_gets_everything_back(lite_world: World) -> None:
    client = lite_world.client()
    token = token_of(client)
    answer = client.post("/account/sessions", data={"note": "Kept.", "csrf_token": token}, headers=SAME)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "You have been signed out" in words_of(text)
    assert shown(text)["note"] == "Kept."
    (way,) = [e for e in tree(text).iter("a") if e.get("href") == "/sign-in" and e.get("target") == "_blank"]
    assert way.text == "First sign in, in another tab"


def test_a_parcel_that_is_too_heavy_is_refused_with_a_page(lite_world: World) -> None:
    client = lite_world.client()
    answer = client.post(FORM, data=STORY | {"story": "x" * 2_200_000, "csrf_token": token_of(client)})
    assert answer.status_code == 413
    assert "That is more than one page can carry" in words_of(answer.get_data(as_text=True))


def test_past_the_limit_of_an_hour_everything_stays_on_the_page(
    world: World,
) -> None:
    client = world.client()
    handle = handle_in(begin(client).location)
    with transaction(world.ctx()):
        world.session.execute(update(RateCount).values(count=600))
    answer = begin(client)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    fields = shown(text)
    assert {key: fields[key] for key in STORY} == STORY
    assert send(client, handle).status_code == 303


def test_past_the_limit_of_sendings_the_check_page_waits(world: World) -> None:
    client = world.client()
    first, second = (handle_in(begin(client).location) for _ in range(2))
    send(client, first)
    with transaction(world.ctx()):
        world.session.execute(update(RateCount).values(count=300))
    answer = send(client, second)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert STORY["story"] in words_of(text)
    world.clock.at = OPEN + timedelta(hours=1)
    assert client.post(f"/mine/{second}/check", data=shown(text)).status_code == 303


# ---- two windows ----


def test_a_second_window_shows_both_texts_and_the_next_press_counts(world: World) -> None:
    client = world.client()
    handle = handle_in(begin(client).location)
    edit = f"/mine/{handle}/edit"
    second = shown(client.get(edit).get_data(as_text=True))
    world.clock.at = OPEN + timedelta(minutes=5)
    press(
        client, edit, {"story": "From the first window.", "title": "M. Okafor", "where": "", "act": "leave"}
    )
    second |= {"story": "From the second window.", "act": "check"}
    answer = client.post(edit, data=second)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    said = words_of(text)
    assert "These answers were saved in another window or by a colleague" in said
    assert said.count("Saved at 13:05, in another window or by a colleague:") == 3
    for part in ("From the first window.", "M. Okafor", "Nothing: it was left empty."):
        assert part in said
    fields = shown(text)
    assert {key: fields[key] for key in STORY} == STORY | {"story": "From the second window."}
    assert fields["revision"] == "2"
    assert sheet_of(world, handle).answers["story"] == "From the first window."
    assert client.post(edit, data=fields | {"act": "check"}).status_code == 303
    assert sheet_of(world, handle).answers["story"] == "From the second window."


def test_a_refused_page_does_not_pass_over_what_another_window_saved(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    edit = f"/mine/{handle}/edit"
    second = shown(client.get(edit).get_data(as_text=True))
    press(client, edit, {"story": "From the first window.", "act": "leave"})
    too_long = client.post(edit, data=second | {"title": "x" * 301, "act": "check"})
    assert too_long.status_code == 422
    mended = shown(too_long.get_data(as_text=True)) | {"title": "Short", "act": "check"}
    assert client.post(edit, data=mended).status_code == 409


@pytest.mark.parametrize("revision", ["", "0", "-1", "one", "1e3", "99999999999", "²"])
def test_a_revision_that_is_none_is_a_stale_page(lite_world: World, revision: str) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    answer = press(client, f"/mine/{handle}/edit", {"revision": revision, "story": "Typed."})
    assert (answer.status_code, shown(answer.get_data(as_text=True))["story"]) == (409, "Typed.")
    sent = press(client, f"/mine/{handle}/check", {"revision": revision})
    assert sent.status_code == 409
    assert lite_world.session.scalars(select(Entry.state)).one() == "draft"


def test_a_page_that_was_checked_before_a_change_sends_nothing_and_shows_the_change(
    lite_world: World,
) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    old = shown(client.get(f"/mine/{handle}/check").get_data(as_text=True))
    press(client, f"/mine/{handle}/edit", {"story": "Changed since.", "act": "leave"})
    answer = client.post(f"/mine/{handle}/check", data=old)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Changed since." in text
    assert "Please read it once more, then send it." in words_of(text)
    assert client.post(f"/mine/{handle}/check", data=shown(text)).status_code == 303


def test_what_was_sent_in_another_tab_is_not_sent_twice_nor_changed(world: World) -> None:
    client = world.client()
    handle = handle_in(begin(client).location)
    editing = shown(client.get(f"/mine/{handle}/edit").get_data(as_text=True))
    checking = shown(client.get(f"/mine/{handle}/check").get_data(as_text=True))
    assert send(client, handle).status_code == 303
    before = counts(world)
    again = client.post(f"/mine/{handle}/check", data=checking)
    assert (again.status_code, again.location) == (303, f"/mine/{handle}/receipt")
    late = client.post(f"/mine/{handle}/edit", data=editing | {"story": "Too late, but not lost."})
    text = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "This has been sent, so it can no longer be changed here." in words_of(text)
    assert "Too late, but not lost." in words_of(text)
    assert counts(world) == before
    assert sheet_of(world, handle).answers["story"] == STORY["story"]


# ---- the module that saves by itself ----


def save_quietly(client: FlaskClient, address: str, fields: dict[str, str]) -> Any:
    """Post as js/autosave.js does."""
    return client.post(address, data=fields, headers={"X-Requested-With": "autosave"})


def test_a_quiet_first_save_says_where_the_draft_lives_from_now_on(lite_world: World) -> None:
    client = lite_world.client()
    fields = shown(client.get(FORM).get_data(as_text=True)) | {
        "title": "Mo",
        "nominator_email": "alice@home.ex",
    }
    first = save_quietly(client, FORM, fields)
    entry = lite_world.session.scalars(select(Entry)).one()
    here = f"/mine/{entry.handle}/edit"
    assert first.status_code == 200
    assert first.json == {"saved_at_text": "Saved 13:00", "revision": 1, "action": here, "address": here}
    assert counts(lite_world)["mails"] == 0
    second = save_quietly(client, here, fields | {"revision": "1", "story": "More."})
    assert (second.status_code, second.json["revision"]) == (200, 2)
    pressed = client.post(here, data=fields | {"revision": "2", "act": "leave"})
    assert pressed.status_code == 303
    assert counts(lite_world)["mails"] == 1


def test_a_quiet_save_is_refused_in_a_sentence(lite_world: World) -> None:
    client = lite_world.client()
    handle = handle_in(begin(client).location)
    edit = f"/mine/{handle}/edit"
    fields = shown(client.get(edit).get_data(as_text=True))
    told = {}

    def note(name: str, answer: Any) -> None:
        assert answer.mimetype == "application/json"
        told[name] = (answer.status_code, answer.json["error"], bool(answer.json["sentence"]))

    note("stale revision", save_quietly(client, edit, fields | {"revision": "9"}))
    note("too long", save_quietly(client, edit, fields | {"title": "x" * 301}))
    note("somebody else's", save_quietly(client, "/mine/nobodyhasthis/edit", fields))
    stale = client.post(
        edit, data=fields | {"csrf_token": "x"}, headers=SAME | {"X-Requested-With": "autosave"}
    )
    note("stale seal", stale)
    lite_world.clock.at = datetime(2026, 5, 22, 18, 0, tzinfo=UTC)
    note("closed", save_quietly(client, edit, fields))
    note("closed, first", save_quietly(client, FORM, fields))
    lite_world.clock.at = OPEN
    send(client, handle)
    note("sent", save_quietly(client, edit, fields))
    assert told == {
        "stale revision": (409, "faster", True),
        "too long": (422, "invalid", True),
        "somebody else's": (404, "not_found", True),
        "stale seal": (400, "stale", True),
        "closed": (409, "closed", True),
        "closed, first": (409, "closed", True),
        "sent": (409, "faster", True),
    }


# ---- any text at all ----

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(values=st.fixed_dictionaries(dict.fromkeys(TYPED, ANY)))
def test_whatever_is_posted_comes_back_from_every_refusal(lite_world: World, values: dict[str, str]) -> None:
    client = lite_world.client()
    token = token_of(client)
    wanted = {key: showable(text) for key, text in values.items()}
    refused = {
        "wrong seal": client.post(FORM, data=values | {"csrf_token": "forged"}, headers=SAME),
        "too long": client.post(FORM, data=values | {"csrf_token": token, "relation": "x" * 301}),
        "trap": client.post(FORM, data=values | {"csrf_token": token, "website": "x"}),
    }
    lite_world.clock.at = datetime(2026, 5, 22, 16, 0, tzinfo=UTC)
    refused["closed"] = client.post(FORM, data=values | {"csrf_token": token})
    lite_world.clock.at = OPEN
    assert {name: answer.status_code for name, answer in refused.items()} == {
        "wrong seal": 400,
        "too long": 422,
        "trap": 400,
        "closed": 409,
    }
    for name, answer in refused.items():
        fields = shown(answer.get_data(as_text=True))
        changed = {"relation": "x" * 301} if name == "too long" else {}
        assert {key: fields[key] for key in TYPED} == wanted | changed, name
    assert lite_world.session.scalars(select(AnswerSheet)).all() == []


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=ANY, title=ANY)
def test_whatever_is_saved_is_what_the_form_shows_again(world: World, story: str, title: str) -> None:
    client = world.client()
    answer = begin(client, "leave", story=story, title=title)
    handle = handle_in(answer.location)
    fields = shown(client.get(f"/mine/{handle}/edit").get_data(as_text=True))
    assert fields["story"] == showable(story).strip()
    assert fields["title"] == " ".join(showable(title).split())
    assert re.search(r"<h1[^>]*>[^<]*</h1>", client.get(f"/mine/{handle}/").get_data(as_text=True))
