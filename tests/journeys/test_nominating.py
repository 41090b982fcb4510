"""A stranger nominates somebody on a phone-sized screen: from the front page to a receipt, with scripts and without."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from heroes.models import AnswerSheet, Entry
from heroes.models.database import db
from tests.journeys.filling import fill
from tests.live import Live
from tests.world import STORY


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_stranger_nominates_somebody_on_a_phone(live: Live, scripts: bool) -> None:
    page = live.page(phone=True, scripts=scripts)
    page.goto("/")
    page.get_by_role("link", name="Frontline Hero").first.click()
    page.get_by_role("link", name="Nominate somebody").first.click()
    fill(page, story="word " * 103)
    page.get_by_role("button", name="Save, and check it").click()

    expect(page.get_by_role("alert")).to_contain_text("3 words too long")
    assert page.title().startswith("Error: ")
    assert page.locator("[name=title]").input_value() == STORY["title"]
    page.get_by_label("What happened?").fill(STORY["story"])
    page.get_by_role("button", name="Save, and check it").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(page.locator("main")).to_contain_text(STORY["story"])
    page.get_by_role("button", name="Send this nomination").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Alice Archer.")
    expect(page.locator(".ref")).to_have_text("SH-26-0001")
    assert "SH-26-0001" in page.title()

    page.goto("/mine/")
    page.get_by_role("link", name="Maureen Okafor").click()
    expect(page.locator("main")).to_contain_text("Submitted")

    # Another browser has nothing but the mailed link; opening it shows a button, pressing it a clean address.
    elsewhere = live.page(scripts=scripts)
    elsewhere.goto(page.url)
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Sorry, wrong number")
    elsewhere.goto(live.mailed_link("receipt"))
    elsewhere.get_by_role("button").last.click()
    expect(elsewhere).to_have_url(page.url)
    expect(elsewhere.locator("main")).to_contain_text("SH-26-0001")

    entry = db.session.scalars(select(Entry)).one()
    sheet = db.session.scalars(select(AnswerSheet)).one()
    assert (entry.state, entry.reference, sheet.answers["story"]) == (
        "submitted",
        "SH-26-0001",
        STORY["story"],
    )


def test_what_is_typed_keeps_itself(live: Live) -> None:
    page = live.page(phone=True)
    page.goto("/small-2026/frontline/nominate")
    page.get_by_label("What happened?").fill("She picked up.")
    expect(page.locator("#saved-line")).to_contain_text("Saved ", timeout=30_000)

    # The page now lives at the draft's own address, so that a reload brings back what was typed.
    page.reload()
    expect(page.get_by_label("What happened?")).to_have_value("She picked up.")
    with page.expect_response(lambda answer: answer.request.method == "POST") as saved:
        page.get_by_label("What happened?").fill("She picked up. Twice.")
    assert saved.value.status == 200

    page.goto("/mine/")
    page.locator("main a[href*='/mine/']").first.click()
    page.get_by_role("link", name="Go on writing").click()
    expect(page.get_by_label("What happened?")).to_have_value("She picked up. Twice.")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_refused_form_keeps_everything(live: Live, scripts: bool) -> None:
    page = live.page(phone=True, scripts=scripts)
    page.goto("/small-2026/frontline/nominate")
    fill(page)
    page.locator("[name=nominator_email]").fill("not an address")
    page.get_by_label("How many calls a day?").fill("lots")
    with page.expect_response(lambda answer: answer.request.is_navigation_request()) as answered:
        page.get_by_role("button", name="Save, and check it").click()

    assert answered.value.status == 422
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("link")).to_have_count(2)
    for name, value in {"nominator_email": "not an address", "title": STORY["title"]}.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    expect(page.get_by_label("How many calls a day?")).to_have_value("lots")
    expect(page.get_by_label("What happened?")).to_have_value(STORY["story"])
    expect(page.get_by_label("No, keep it a surprise until the shortlist")).to_be_checked()
    expect(page.get_by_label("No customer can be recognised in this story.")).to_be_checked()
    summary.locator("[href='#nominator_email']").click()
    expect(page.locator("[name=nominator_email]")).to_be_focused()
