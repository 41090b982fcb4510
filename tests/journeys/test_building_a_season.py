"""A manager builds the Service Health Check from nothing, opens it, and an entry and a scorecard go through it."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import Select, select

from heroes.models import Entry, Round, Season
from heroes.models.database import db
from heroes.models.installation import Proof
from heroes.services import assigning, screening
from heroes.services.transactions import transaction
from tests.judging import handle_of
from tests.live import Live
from tests.world import OPEN

NAME = "Service Health Check 2026"
SETUP = "/admin/health-check-2026/setup"
CRITERIA = (
    ("Leadership and culture", "15"),
    ("Customer insight", "15"),
    ("Access and channels", "15"),
    ("Delivery and resolution", "25"),
    ("People and wellbeing", "20"),
    ("Vulnerability and compliance", "10"),
)
LEVELS = (("Distinction", "90", "75"), ("Merit", "80", "65"), ("Accredited", "70", "55"))
TEXTS = ("welcome", "rules", "privacy", "terms")


def proven(live: Live) -> None:
    """What whoever keeps the server has shown: mails arrive, and a backup was made and restored."""
    with transaction(live.world.ctx("system")):
        for kind in ("mail", "backup", "restored"):
            db.session.add(Proof(kind=kind, at=OPEN))


def started(page: Page) -> None:
    page.goto("/admin/seasons/new")
    page.get_by_role("link", name="Begin with an empty season").click()
    page.get_by_label("Its name").fill(NAME)
    page.get_by_label("Its address").fill("health-check-2026")
    page.get_by_label("References begin with").fill("SHC-26")
    press(page, "Make the season")
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)


def press(page: Page, name: str | re.Pattern[str], *, last: bool = False) -> None:
    """Press a button and wait for the page that comes of it."""
    buttons = page.get_by_role("button", name=name)
    with page.expect_navigation():
        (buttons.last if last else buttons.first).click()


def part(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Set-up").get_by_role("link", name=name).click()


def described(page: Page) -> None:
    part(page, "Look and texts")
    for name in TEXTS:
        page.locator(f"[name={name}]").fill(f"## The {name}\n\nRead this, and **keep** it.")
    press(page, "Save the texts")


def asks(page: Page) -> None:
    """A form of two sections: what is asked, and a note that only some are asked for."""
    part(page, "Forms")
    page.get_by_role("link", name="New form").click()
    page.get_by_label("Name").fill("Health check")
    press(page, "Make it")
    page.get_by_role("link", name="Add a section").click()
    page.get_by_label("Heading").fill("What you do")
    press(page, "Save")
    for kind, label, required in (
        ("Long text", "How do you look after customers?", True),
        ("Yes or no", "Has a regulator acted against you?", True),
        ("Short text", "What was it about?", False),
    ):
        page.get_by_role("link", name="Add a question").click()
        page.get_by_role("link", name=re.compile(f"^{kind}")).click()
        page.get_by_label("The question").fill(label)
        if required:
            page.get_by_label("Must be answered").check()
        press(page, "Save")


def marks(page: Page) -> None:
    part(page, "Scorecards")
    page.get_by_label("Name").fill("Health check")
    press(page, "Begin")
    for number, (name, weight) in enumerate(CRITERIA, 1):
        if number > 1:
            press(page, "Add a criterion")
        page.locator(f"[name=criterion-{number}-name]").fill(name)
        page.locator(f"[name=criterion-{number}-weight]").fill(weight)
    press(page, "Save")


def can_be_won(page: Page) -> None:
    part(page, "Categories and outcomes")
    page.get_by_role("link", name="Add a category").click()
    page.get_by_label("Name", exact=True).fill("Service Health Check")
    page.get_by_label("An organisation").check()
    page.get_by_label("Form").select_option("health-check")
    press(page, "Add it, and say how it is decided")
    for number, (name, score, floor) in enumerate(LEVELS, 1):
        for field, value in (("name", name), ("places", ""), ("at_least", score), ("floor", floor)):
            page.locator(f"[name=level-{number}-{field}]").fill(value)
    page.locator("[name=minimum_field]").fill("0")
    press(page, "Save the rule")
    expect(page.locator("main")).to_contain_text(
        "Accredited: every entry at 70 out of 100 or above with no criterion under 55 of 100."
    )


def is_judged(page: Page) -> None:
    part(page, "Rounds and panels")
    page.get_by_role("link", name=re.compile("Service Health Check")).first.click()
    page.locator("main").get_by_role("link", name=re.compile("^Scorecard")).last.click()
    page.get_by_label("Name", exact=True).fill("Assessment")
    # The only panel and the only scorecard are chosen already.
    expect(page.locator("[name=panel] option:checked")).to_have_text("Judges")
    expect(page.locator("[name=design] option:checked")).to_have_text("Health check")
    page.locator("[name=reviews]").fill("1")
    page.locator("[name=quorum]").fill("1")
    press(page, "Add the round")
    expect(page.locator("main")).to_contain_text("Assessment")


def invited(page: Page) -> None:
    part(page, "People")
    page.get_by_label("Paste the list").fill("judge\tjack@judges.example\tJack Judge\tJudges")
    press(page, "Check the list")
    press(page, re.compile("Send|Invite"))


def opened(page: Page) -> None:
    page.get_by_role("link", name="Set-up").click()
    part(page, "Check and open")
    expect(page.locator("main")).to_contain_text("Ready to open")
    page.locator("[name=confirm]").last.fill(NAME)
    press(page, re.compile("Open"))
    expect(page.locator("main")).to_contain_text("Open since")


def accepted(live: Live) -> None:
    """Jack takes the invitation and agrees to the terms, which come before any entry."""
    page = live.page("jack")
    page.goto(live.mailed_link("invitation", "jack@judges.example"))
    press(page, "See the invitation")
    page.get_by_role("checkbox").first.check()
    press(page, "Accept the invitation")
    expect(page.locator("main")).to_contain_text("Read this, and keep it.")
    page.get_by_role("checkbox").first.check()
    press(page, re.compile("agree", re.IGNORECASE))
    page.close()


def at(wanted: Select[datetime]) -> datetime:
    """A day after an instant; the read is over when it returns, since nobody else could write before."""
    found = db.session.scalars(wanted).one()
    db.session.rollback()
    return found + timedelta(days=1)


def entered(live: Live) -> str:
    """A visitor without an account sends an entry; returns its handle, screened, and given to Jack."""
    page = live.page()
    page.goto("/health-check-2026/service-health-check/")
    expect(page.locator("main")).to_contain_text("Accredited: every entry at 70 out of 100 or above")
    page.get_by_role("link", name="Make an entry").last.click()
    for name, text in (
        ("title", "Larkfield Water"),
        ("organisation_name", "Larkfield Water"),
        ("how_do_you_look_after", "We answer, we listen, and we put it right."),
        ("nominator_name", "Alice Archer"),
        ("nominator_email", "alice@home.example"),
        ("relation", "I lead the service desk"),
    ):
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=has_a_regulator_acted_against][value=no]").check()
    press(page, "Save, and check it")
    press(page, re.compile("Send"))
    expect(page.locator("main")).to_contain_text("SHC-26-0001")
    page.close()
    db.session.rollback()
    entry = db.session.scalars(select(Entry).where(Entry.reference == "SHC-26-0001")).one()
    screening.screen(live.world.ctx("adam"), entry.handle, "eligible", "", entry.version)
    return entry.handle


def marked(live: Live, handle: str) -> None:
    world = live.world
    assigning.assign(
        world.ctx("adam"),
        "health-check-2026",
        "service-health-check",
        "assessment",
        handle,
        handle_of(world, "jack"),
    )
    db.session.rollback()
    page = live.page("jack")
    page.goto("/judge/")
    page.get_by_role("link", name=re.compile("Larkfield|Service Health Check")).first.click()
    for field in page.locator("fieldset[data-criterion]").all():
        field.locator("label[for$='-8']").click()
    page.get_by_label("What would you say").fill("Clear, and shown by what happened.")
    press(page, re.compile("Submit"))
    expect(page.locator("main")).to_contain_text("thank you")


def test_the_health_check_is_built_opened_entered_and_marked(live: Live) -> None:
    proven(live)
    page = live.page("olive")
    started(page)
    for step in (described, asks, marks, can_be_won, is_judged, invited, opened):
        step(page)
    accepted(live)
    live.world.clock.at = at(select(Season.opens_at).where(Season.slug == "health-check-2026"))
    handle = entered(live)
    live.world.clock.at = at(select(Round.opens_at).where(Round.slug == "assessment"))
    marked(live, handle)
    live.world.computed()

    page = live.page("olive")
    page.goto("/admin/health-check-2026/results")
    page.get_by_role("link", name="Assessment").first.click()
    expect(page.locator("main")).to_contain_text("80")
