"""A leaderboard from nothing to a line drawn by keys: the page follows the worker; without JavaScript it is asked."""

import re

import pytest
from playwright.sync_api import Page, expect

from heroes.models.database import db
from tests.journeys.test_judging import tab_to
from tests.live import Live
from tests.outcomes import three
from tests.stored import stored

BOARD = "/admin/small-2026/results/frontline/written"
pytestmark = pytest.mark.slow


def waiting(live: Live, *, scripts: bool = True, phone: bool = False) -> Page:
    """The page of a round whose marks nobody has computed yet."""
    three(live.world, computed=False)
    db.session.rollback()
    page = live.page("adam", scripts=scripts, phone=phone)
    page.goto(BOARD)
    expect(page.get_by_role("heading", name="The results are being computed")).to_be_visible()
    return page


def test_the_page_follows_the_worker_by_itself(live: Live) -> None:
    page = waiting(live)
    live.world.computed()
    expect(page.get_by_role("heading", name="Standings")).to_be_visible()
    expect(page.get_by_role("link", name="Ada Ames").first).to_be_visible()


def test_without_javascript_one_looks_again(live: Live) -> None:
    page = waiting(live, scripts=False, phone=True)
    live.world.computed()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="Standings")).to_be_visible()
    page.get_by_label("Places above the line").fill("1")
    page.get_by_role("button", name="Draw the line").click()
    expect(page).to_have_url(re.compile(r"places=1"))
    expect(page.get_by_text("One place more (2): Ben Bode comes in.")).to_be_visible()
    expect(page.locator("[data-cut-slider]")).to_be_hidden()


def test_a_line_is_drawn_and_a_score_explained_with_the_keyboard_alone(live: Live) -> None:
    entries = three(live.world, computed=False)
    stored(live.world, entries)
    db.session.rollback()
    page = live.page("adam")
    page.goto(BOARD)
    tab_to(page, "[data-cut-slider]")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-cut-said]")).to_contain_text("After 1 place: Ben Bode drops out.")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"places=1"))
    tab_to(page, "td a[title='Why this score']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why this score: Ada Ames")).to_be_visible()
    tab_to(page, "details.formula summary")
    page.keyboard.press("Enter")
    expect(page.get_by_text("restricted maximum likelihood")).to_be_visible()
