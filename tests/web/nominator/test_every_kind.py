"""Questions of every kind on the pages of whoever nominates, judges and decides."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from heroes.models import Entry
from tests.every_kind import ANSWERS, posted, use
from tests.judging import asked, entered
from tests.web.nominator.desk import FORM, handle_in, press, send, sheet_of, shown, tree
from tests.world import OPEN, World, token_in

ONLY_TOLD = {
    "In one sentence, why?": "She rang forty-one people before anybody asked.",
    "When did it begin?": "1 February 2026",
    "Where did customers meet them?": "Phone Letters",
    "Which shift?": "Left empty.",
    "Did anybody help?": "Yes",
    "Who helped?": "Name Role Organisation E-mail Priya Nair Team leader Larkfield Water priya@larkfield.example"
    " Sam Oduya",
    "What changed?": "Before After (%) Calls answered 1,204 12.5 Put right the first time 71 88",
    "What was done, step by step?": "What Took (days) Rang every one 3 Wrote it down 1",
    "What did it save?": "£12,500",
    "Were they posted?": "Yes",
    "Whose face was on the stamp?": "The Queen",
    "Their manager’s address": "manager@larkfield.example",
    "A page about it": "https://larkfield.example/storm",
    "No customer can be recognised in this.": "Confirmed",
}
"""Each question with its answer, as pages show it."""
LETTERS = {"Were they posted?", "Whose face was on the stamp?"}


@pytest.fixture
def world(lite_world: World) -> World:
    """The small season, whose category `frontline` asks questions of every kind."""
    use(lite_world)
    return lite_world


def begin(client: FlaskClient, act: str = "check", **changes: str) -> Any:
    """Open the form and press a button of it."""
    token = token_in(client.get(FORM).get_data(as_text=True))
    return client.post(FORM, data=posted(**changes) | {"csrf_token": token, "act": act})


def text_of(element: Any) -> str:
    """All the words in an element."""
    return " ".join(" ".join(element.itertext()).replace("(optional)", "").split())


def told(page: str) -> dict[str, str]:
    """The form's own questions on a page, each with what was answered."""
    found = {
        text_of(one.find("dt")): text_of(one.find("dd"))
        for one in tree(page).iter("div")
        if one.find("dt") is not None and one.find("dd") is not None
    }
    return {label: text for label, text in found.items() if label in ONLY_TOLD}


def read_by(world: World, who: str, entry: Entry) -> dict[str, str]:
    """What a judge reads of an entry."""
    one = asked(world, entry, who)
    page = world.client(who).get(f"/judge/{one.handle}").get_data(as_text=True)
    (article,) = tree(page).iter("article")
    inside = list(article)
    heads = [n for n, one in enumerate(inside) if one.tag == "h2"]
    return {text_of(inside[n]): text_of(inside[n + 1]) for n in heads}


def test_answers_of_every_kind_go_all_the_way(world: World) -> None:
    client = world.client()
    checked = begin(client)
    assert checked.status_code == 303
    handle = handle_in(checked.location)
    assert sheet_of(world, handle).answers == ANSWERS
    assert told(client.get(checked.location).get_data(as_text=True)) == ONLY_TOLD

    assert send(client, handle).status_code == 303
    entry = world.session.scalars(select(Entry)).one()
    assert (sheet_of(world, handle).answers, entry.reached) == (ANSWERS, "consent")
    for address in (f"/mine/{handle}/receipt", f"/mine/{handle}/"):
        assert told(client.get(address).get_data(as_text=True)) == ONLY_TOLD
    copy = client.get(f"/mine/{handle}/copy.txt").get_data(as_text=True)
    assert (
        "Who helped?\nPriya Nair, Team leader, Larkfield Water (priya@larkfield.example)\nSam Oduya\n" in copy
    )
    staff = world.client("adam").get(f"/admin/entry/{handle}").get_data(as_text=True)
    assert told(staff) == ONLY_TOLD | {
        "Which shift?": "Not answered",
        "No customer can be recognised in this.": "Confirmed (text 2026-2)",
    }


def test_the_form_comes_back_as_it_was_filled_in(world: World) -> None:
    client = world.client()
    handle = handle_in(begin(client, "leave").location)
    page = client.get(f"/mine/{handle}/edit").get_data(as_text=True)
    fields = shown(page)
    given = posted() | {"channels": "Letters"}  # of several boxes of one name the last that is ticked
    cells = {name for name in fields if name.startswith(("helpers-", "steps-")) and not fields[name]}
    assert {name: text for name, text in fields.items() if text} == given | {
        "csrf_token": fields["csrf_token"],
        "revision": "1",
    }
    assert len(cells) == 4 * 4 - 5 + 4 * 2 - 4
    # Saved as it stands, nothing has changed.
    again = press(client, f"/mine/{handle}/edit", {"channels": ["Phone", "Letters"]})
    assert again.status_code == 303
    assert sheet_of(world, handle).answers == ANSWERS
    # How far somebody came is known at every save.
    press(client, f"/mine/{handle}/edit", {"consent": "", "proof": ""})
    assert world.session.scalars(select(Entry)).one().reached == "manager"


def test_what_does_not_fit_is_said_at_its_field_and_is_still_there(world: World) -> None:
    client = world.client()
    wrong = {
        "began": "last spring",
        "channels": "Phone\nChat\nLetters\nIn person",
        "helpers": "Priya Nair\t\t\tno address",
        "measures": "Calls answered\tmany\t12.5",
        "steps": "Rang every one",
    }
    answer = begin(client, **wrong)
    assert answer.status_code == 422
    root = tree(answer.get_data(as_text=True))
    (summary,) = [e for e in root.iter("div") if e.get("data-errors") is not None]
    links = {(a.get("href") or "")[1:]: text_of(a) for a in summary.iter("a")}
    assert links == {
        "began": "When did it begin: Enter a day of the calendar, like 2026-05-22.",
        "channels-0": "Where did customers meet them: Choose 3 of these at most. You chose 4.",
        "helpers-0-0": "Who helped: Person 1: Enter an address like name@organisation.co.uk, with no spaces.",
        "measures-0-1": "What changed: Fill in the row “Put right the first time”.",
        "steps-0-0": "What was done, step by step: Row 1: Fill in “Took”.",
    }
    ids = {e.get("id"): e for e in root.iter() if e.get("id")}
    assert links.keys() <= ids.keys()
    # A calendar would show nothing of this.
    assert (ids["began"].get("type"), ids["began"].get("value")) == ("text", "last spring")
    assert ids["helpers-0-3"].get("value") == "no address"
    assert ids["measures-0-1"].get("value") == "many"
    assert [ids[f"channels-{n}"].get("checked") for n in range(4)] == [""] * 4


def test_what_is_not_asked_is_kept_while_it_is_a_draft_and_never_sent(world: World) -> None:
    client = world.client()
    page = tree(client.get(FORM).get_data(as_text=True))
    hanging = {
        e.get("data-asked"): (e.get("data-asked-if"), e.get("data-asked-is"))
        for e in page.iter("div")
        if e.get("data-asked")
    }
    assert [text_of(e) for e in page.iter("span") if e.get("data-only-if") is not None] == [
        "Only if your answer to “Did anybody help?” is Yes.",
        "Only if your answer to “Where did customers meet them?” includes Letters.",
        "Only if your answer to “Were they posted?” is Yes.",
    ]
    assert hanging == {
        "helpers": ("helped", '["yes"]'),
        "posted": ("channels", '["Letters"]'),
        "stamp": ("posted", '["yes"]'),
    }
    assert [text_of(e.find("h2")) for e in page.iter("section") if e.get("data-asked-part") is not None] == [
        "Letters"
    ]

    checked = begin(client, channels="Phone\nChat", helped="no", helpers="\t\t\tnobody")
    assert checked.status_code == 303
    handle = handle_in(checked.location)
    assert sheet_of(world, handle).answers["stamp"] == "The Queen"
    seen = {
        label: text for label, text in ONLY_TOLD.items() if label not in LETTERS and label != "Who helped?"
    } | {"Did anybody help?": "No", "Where did customers meet them?": "Phone Chat"}
    assert told(client.get(checked.location).get_data(as_text=True)) == seen
    assert send(client, handle).status_code == 303
    assert sheet_of(world, handle).answers.keys() == ANSWERS.keys() - {"posted", "stamp", "helpers"}
    assert told(client.get(f"/mine/{handle}/").get_data(as_text=True)) == seen


def test_the_second_to_save_sees_what_the_first_wrote(world: World) -> None:
    client = world.client()
    handle = handle_in(begin(client, "leave").location)
    first = client.get(f"/mine/{handle}/edit").get_data(as_text=True)
    token = token_in(first)
    theirs = posted(helpers="Sam Oduya\tAdviser", channels="Chat") | {"csrf_token": token, "revision": "1"}
    assert client.post(f"/mine/{handle}/edit", data=theirs | {"act": "leave"}).status_code == 303
    mine = posted(measures=ANSWERS["measures"].replace("71", "72")) | {"csrf_token": token, "revision": "1"}
    answer = client.post(f"/mine/{handle}/edit", data=mine)
    assert answer.status_code == 409
    beside = {
        text_of(box).split(": ", 1)[1]
        for box in tree(answer.get_data(as_text=True)).iter("div")
        if (box.get("class") or "").startswith("said")
    }
    assert beside == {
        "Sam Oduya, Adviser",
        "Chat",
        "Calls answered. Before: 1,204; After (%): 12.5 Put right the first time. Before: 71; After (%): 88",
    }


def test_a_judge_reads_what_is_meant_for_judges(world: World) -> None:
    seen = {
        label: text.replace("Left empty.", "No answer.")
        for label, text in ONLY_TOLD.items()
        if label not in ("Their manager’s address", "No customer can be recognised in this.", "Who helped?")
    }
    assert read_by(world, "jack", entered(world, **ANSWERS)) == seen
    use(world, category="teams")
    world.clock.at = OPEN
    named = entered(world, "teams", **ANSWERS | {"channels": "Chat"})
    assert read_by(world, "jack", named) == {
        **{label: text for label, text in seen.items() if label not in LETTERS},
        "Where did customers meet them?": "Chat",
        "Who helped?": "Name Role Organisation Priya Nair Team leader Larkfield Water Sam Oduya",
    }


HOSTILE: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"helpers-0-0": "Ann\x00\u202e\tBo\r\nCy"}, {"helpers": "Ann Bo Cy"}),
    ({"helpers-99-99": "far away", "helpers-100-0": "farther"}, {"helpers": "\t" * 99 + "far away"}),
    ({"helpers": "Ann\nBo\tcook"}, {"helpers": "Ann\nBo\tcook"}),
    ({"measures-0-1": "12"}, {"measures": "\t12"}),
    ({"measures-0-0": "Calls answered", "measures-1-0": "Put right the first time"}, {}),
    ({"channels": ["Phone", "", "Fax", "Phone", "\x07"]}, {"channels": "Phone\nFax"}),
    ({"began": ["2026-02-01", "2026-02-02"]}, {"began": "2026-02-01\n2026-02-02"}),
    ({"stamp-0-0": "a cell", "nobody-0-0": "a cell"}, {"stamp": "a cell"}),
]
"""What somebody posts, and what is kept of it."""


def test_whatever_is_posted_is_kept_as_text_and_shown_again(world: World) -> None:
    for hostile, kept in HOSTILE:
        client = world.client()
        token = token_in(client.get(FORM).get_data(as_text=True))
        answer = client.post(FORM, data=hostile | {"title": "Maureen", "csrf_token": token, "act": "leave"})
        assert answer.status_code == 303
        handle = handle_in(answer.location)
        assert sheet_of(world, handle).answers == kept
        for address in (f"/mine/{handle}/", f"/mine/{handle}/edit?check=1", f"/mine/{handle}/copy.txt"):
            assert client.get(address).status_code == 200


def test_more_than_can_be_kept_is_said_at_its_field(world: World) -> None:
    client = world.client()
    token = token_in(client.get(FORM).get_data(as_text=True))
    cells = {f"helpers-{n}-0": "x" * 3_000 for n in range(20)}
    answer = client.post(FORM, data=cells | {"title": "Maureen", "csrf_token": token, "act": "check"})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert page.count("This is longer than 45,000 characters, which is more than we can keep.") == 2
    assert shown(page)["helpers-19-0"] == "x" * 3_000
