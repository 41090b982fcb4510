"""Every mail in words: text and HTML, readable, in the house's voice, and safe whatever somebody typed."""

import re
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any

import html5lib
import pytest
from jinja2 import UndefinedError

from heroes.adapters.letters import WIDTH, Letters
from heroes.app import templates_folder
from heroes.domain.notices import NOTICES
from heroes.domain.questions import Question, Section

AT = datetime(2026, 7, 16, 9, 0, tzinfo=UTC)
EVIL = "<script>alert(1)</script>\"' \u202e & {{ 7*7 }}"

ALWAYS: dict[str, Any] = {
    "base_url": "https://awards.example",
    "now": AT - timedelta(days=2),
    "link": "https://awards.example/link/AbCdEf",
    "zone": "Europe/London",
    "programme": "Small Heroes",
    "body": "The Tiny Alliance",
    "contact": "small@tiny.example",
    "stop_link": "",
    "subject": "Subject",
    "to_name": "Rhian",
    "thing": "nomination",
    "a_thing": "a nomination",
    "words": {},
    "season": "Small Heroes 2026",
    "season_slug": "small-2026",
}
ENTRY: dict[str, Any] = {
    "category": "Frontline Hero",
    "title": "Maureen Okafor",
    "reference": "SH-26-0042",
    "surprise": True,
    "closes_at": AT,
    "shortlist_at": AT,
    "outcomes_at": AT,
}
SENT: dict[str, Any] = {"sent_at": AT.isoformat(), "digest": "9c41" * 16}
COPY: dict[str, Any] = {
    "sections": [Section("The story", "", (Question("story", "long", "What happened?"),))],
    "answers": {"story": "She rang everybody."},
    "sent_people": {"nominator_name": "Rhian", "organisation_name": "Larkfield Water"},
    "answer_count": 1,
    "word_count": 3,
}
ROUND: dict[str, Any] = {"category": "Frontline Hero", "round": "Final", "closes_at": AT.isoformat()}
REASON: dict[str, Any] = {"reason": "Because it was so."}
VALUES: dict[str, dict[str, Any]] = {
    "draft_kept": ENTRY,
    "receipt": ENTRY | SENT | COPY,
    "returned": ENTRY | {"message": "Please say when.\n\nAnd where.", "due_at": AT.isoformat()},
    "withdrawn": ENTRY | REASON,
    "ineligible": ENTRY | REASON,
    "reinstated": ENTRY | REASON,
    "shortlisted": ENTRY,
    "not_shortlisted": ENTRY,
    "awarded": ENTRY | {"level": "Winner"},
    "finalist": ENTRY,
    "working_towards": ENTRY | {"level": "Accredited", "gaps": ["Access: 52.5 of 100, and 55 is asked: 2.5 short."]},
    "correction": ENTRY | REASON | {"level": ""},
    "links": {
        "entries": [
            {"title": "Maureen Okafor", "category": "Frontline Hero", "reference": "SH-26-0042", "link": "https://a.example/link/x"},
            {"title": "", "category": "Best Team", "reference": "", "link": "https://a.example/link/y"},
        ]
    },
    "shared": ENTRY | {"who": "Rhian Price"},
    "sign_in": {},
    "password_changed": {},
    "invitation": {"role": "Judge", "place": "People panel", "invited_by": "Olive Owner", "expires_at": AT.isoformat()},
    "draft_reminder": ENTRY | {"closes_at": AT.isoformat()},
    "draft_erasure": ENTRY | {"erased_at": AT.isoformat()},
    "dates_moved": ENTRY | {"what": "Nominations close", "closes_at": AT.isoformat(), "was_at": AT.isoformat()},
    "slot": ENTRY | {"round": "Final", "has_time": True, "starts_at": AT.isoformat(), "minutes": 20, "place": "Room 1"},
    "judge_dealt": ROUND | {"count": 3, "opens_at": AT.isoformat()},
    "judge_reminder": {"count": 1, "closes_at": AT.isoformat(), "rounds": [ROUND | {"count": 1}]},
    "scorecard_again": ROUND | {"count": 2, "said": "A wrong scale", "closes_at": AT.isoformat()},
    "test_mail": {},
    "release_refused": {"kind": "shortlist", "planned_at": None, "refusals": ["One entry is undecided."]},
    "audit_head": {"heads": ["small-2026:12:" + "ab" * 32]},
}  # fmt: skip
"""What each mail is given at the least, beside what all are given."""
EVERY = sorted(VALUES)


def write(template, **changes):
    """The text and the HTML of a mail."""
    return Letters(templates_folder()).write(template, ALWAYS | VALUES[template] | changes)


def hostile(value):
    """The same values with something evil in every text."""
    if isinstance(value, dict):
        return {
            key: value if key in ("digest", "kind") or key.endswith("_at") else hostile(value)
            for key, value in value.items()
        }
    if isinstance(value, list):
        return [hostile(inner) for inner in value]
    return EVIL if isinstance(value, str) else value


def test_every_mail_that_is_declared_has_both_its_templates_and_no_other_is_there():
    folder = templates_folder() / "mail"
    assert {path.name for path in folder.iterdir() if path.is_file()} == {
        f"{name}.{kind}" for name in NOTICES for kind in ("txt", "html")
    }
    assert set(VALUES) == set(NOTICES)


@pytest.mark.parametrize("template", EVERY)
def test_the_subject_can_be_made_from_what_the_mail_is_given(template):
    names = {name for _, name, _, _ in Formatter().parse(NOTICES[template].subject) if name}
    assert names <= set(ALWAYS | VALUES[template])


@pytest.mark.parametrize("template", EVERY)
def test_the_text_is_plain_and_fits_a_screen(template):
    text, _ = write(template)
    assert text.endswith("\n")
    assert not re.search(r"<\w|&\w+;|\{\{|\n\n\n|[ \t]\n", text)
    assert [line for line in text.splitlines() if len(line) > WIDTH and not re.search(r"\S{39}", line)] == []
    assert "Small Heroes · The Tiny Alliance" in text
    assert "Questions: small@tiny.example" in text


@pytest.mark.parametrize("template", EVERY)
def test_the_html_is_well_formed_and_asks_for_nothing_from_elsewhere(template):
    _, html = write(template)
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    assert len([e for e in elements if e.tag == "h1"]) == 1
    assert {e.tag for e in elements} & {"script", "img", "link", "iframe", "form", "input"} == set()
    assert [
        e.tag for e in elements if e.get("style") or any(str(name).startswith("on") for name in e.attrib)
    ] == []
    assert "url(" not in html
    assert [
        e.get("href") for e in elements if e.tag == "a" and not re.match(r"https://|mailto:", e.get("href"))
    ] == []


@pytest.mark.parametrize("template", EVERY)
def test_whatever_somebody_typed_stays_text(template):
    values = hostile(ALWAYS | VALUES[template]) | {"zone": "Europe/London"}
    _, html = Letters(templates_folder()).write(template, values | {"thing": "nomination"})
    assert "<script" not in html
    assert "49" not in html.replace(values.get("digest", ""), "")
    html5lib.HTMLParser(strict=True).parse(html)


@pytest.mark.parametrize("template", EVERY)
def test_the_voice_is_the_houses(template):
    for words in write(template):
        body = re.sub(r"<style>.*?</style>", "", words, flags=re.DOTALL)
        assert not re.search(
            r"reject|unfortunately|oops|\blose[rs]?\b|fail|congratulations!|!(?!doctype)", body, re.IGNORECASE
        )


@pytest.mark.parametrize(
    "template",
    sorted(
        set(EVERY)
        - {"password_changed", "judge_dealt", "judge_reminder", "scorecard_again", "release_refused"}
        - {"audit_head", "links", "test_mail"}
    ),
)
def test_what_has_a_private_link_carries_it_in_both(template):
    text, html = write(template)
    assert ALWAYS["link"] in text
    assert f'href="{ALWAYS["link"]}"' in html


@pytest.mark.parametrize("template", sorted(name for name, notice in NOTICES.items() if notice.stoppable))
def test_what_can_be_stopped_says_how(template):
    for words in write(template, stop_link="https://awards.example/link/xyz/stop"):
        assert "https://awards.example/link/xyz/stop" in words
        assert "Stop these reminders" in words


@pytest.mark.parametrize("template", EVERY)
def test_a_mail_without_a_name_greets_somebody_all_the_same(template):
    text, _ = write(template, to_name="")
    assert not re.search(r"(^|\n), |, \.|  ,", text)


def test_a_reason_or_none():
    assert "The reason given:\n\n  Because it was so.\n" in write("withdrawn")[0]
    assert "reason" not in write("withdrawn", reason="")[0]


def test_a_message_keeps_its_lines():
    text, html = write("returned")
    assert "\n  Please say when.\n\n  And where.\n" in text
    assert "<p>Please say when.<br><br>And where.</p>" in html


def test_instants_are_said_in_the_seasons_zone():
    assert "Thursday 16 July 2026, 10:00 UK time" in write("draft_reminder")[0]
    assert "Thursday 16 July 2026, 11:00 CEST" in write("draft_reminder", zone="Europe/Berlin")[0]
    assert "closes in 2 days" in write("draft_reminder")[0]


def test_the_copy_holds_every_question_and_answer():
    text = Letters(templates_folder()).copy(ALWAYS | VALUES["receipt"])
    for words in (
        "THE STORY",
        "What happened?\nShe rang everybody.",
        "Larkfield Water",
        "SH-26-0042",
        "9c41 9c41",
    ):
        assert words in text


def test_a_value_that_is_missing_is_an_error_and_not_a_gap():
    values = ALWAYS | VALUES["awarded"]
    del values["level"]
    with pytest.raises(UndefinedError, match="level"):
        Letters(templates_folder()).write("awarded", values)
