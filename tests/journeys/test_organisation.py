"""Two colleagues of one organisation on one entry: what either of them writes is kept, and no outsider sees it."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from heroes.models import AnswerSheet, Entry
from heroes.models.database import db
from tests.journeys.filling import fill
from tests.live import Live
from tests.world import STORY

pytestmark = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
STORY_BOX = "What happened?"


def open_entry(page: Page) -> None:
    """From the organisation's room to the form of its only entry."""
    page.goto("/organisation/")
    page.get_by_role("link", name="Maureen Okafor").click()
    page.get_by_role("link", name="Go on writing").click()


def test_two_colleagues_write_and_send_one_entry(live: Live, scripts: bool) -> None:
    bob, beth, charlie = (live.page(who, scripts=scripts) for who in ("bob", "beth", "charlie"))
    bob.goto("/organisation/")
    bob.get_by_role("link", name="Start an entry").first.click()
    bob.get_by_role("link", name="Start Frontline Hero").click()
    fill(bob, nominator=False, story="Bob began it.")
    bob.get_by_role("button", name="Save and leave").click()
    expect(bob.get_by_text("Saved at ")).to_be_visible()
    private = bob.url

    # Both have the form open; Beth saves first, so Bob meets her words beside his own.
    open_entry(beth)
    open_entry(bob)
    beth.get_by_label(STORY_BOX).fill("Beth knew more of it.")
    beth.get_by_role("button", name="Save and leave").click()
    expect(beth.get_by_text("Saved at ")).to_be_visible()
    bob.get_by_label(STORY_BOX).fill("Bob knew it all.")
    with bob.expect_response(lambda answer: answer.request.is_navigation_request()) as answered:
        bob.get_by_role("button", name="Save, and check it").click()
    assert answered.value.status == 409
    expect(bob.get_by_label(STORY_BOX)).to_have_value("Bob knew it all.")
    expect(bob.locator("main")).to_contain_text("Beth knew more of it.")
    assert kept_story() == "Beth knew more of it."

    bob.get_by_label(STORY_BOX).fill("Bob and Beth knew it together.")
    bob.get_by_role("button", name="Save, and check it").click()
    expect(bob.get_by_role("heading", level=1)).to_have_text("Check your answers")
    bob.locator("main form button.btn-primary").click()
    expect(bob.locator(".ref")).to_have_text("SH-26-0001")
    assert kept_story() == "Bob and Beth knew it together."

    beth.goto("/organisation/")
    expect(beth.get_by_role("row", name="Maureen Okafor")).to_contain_text("Submitted")
    for address in (private, f"{private.split('?')[0]}edit"):
        answer = charlie.goto(address)
        assert answer is not None
        assert answer.status == 404
    charlie.goto("/organisation/")
    expect(charlie.locator("main")).not_to_contain_text("Maureen")

    beth.get_by_role("link", name="Maureen Okafor").click()
    beth.locator("summary", has_text="Withdraw it").click()
    beth.get_by_role("button", name="Withdraw it now").click()
    expect(beth.locator("main")).to_contain_text("Withdrawn")
    db.session.rollback()
    assert db.session.scalars(select(Entry.state)).all() == ["withdrawn"]


def kept_story() -> str:
    """The story as the database has it now."""
    db.session.rollback()
    sheet = db.session.scalars(select(AnswerSheet).order_by(AnswerSheet.id.desc())).first()
    assert sheet is not None
    answers = sheet.answers
    db.session.rollback()
    assert answers["sentence"] == STORY["sentence"]
    return str(answers["story"])
