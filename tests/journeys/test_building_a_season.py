"""A manager builds the Service Health Check from nothing, opens it, and an entry and a scorecard go through it."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import Locator, Page, expect
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


Named = str | re.Pattern[str]


class Hands:
    """What somebody does to a page, with a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def field(self, name: str) -> Locator:
        return self.page.locator(f"[name={name}]")

    def write(self, where: Locator, text: str) -> None:
        where.fill(text)

    def tick(self, box: Locator) -> None:
        box.check()

    def choose(self, where: Locator, option: str) -> None:
        where.select_option(label=option)

    def go(self, to: Locator) -> None:
        """Press a button or follow a link, and wait for the page that comes of it."""
        with self.page.expect_navigation():
            to.click()

    def press(self, name: Named) -> None:
        self.go(self.page.get_by_role("button", name=name).first)

    def follow(self, name: Named) -> None:
        self.go(self.page.locator("main").get_by_role("link", name=name).first)

    def part(self, name: str) -> None:
        self.go(self.page.get_by_role("navigation", name="Set-up").get_by_role("link", name=name))

    def reads(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)


class Keys(Hands):
    """The same with nothing but a keyboard: whatever cannot be reached by Tab cannot be used."""

    def reach(self, target: Locator) -> None:
        wanted = target.element_handle()
        assert wanted is not None
        before = wanted.evaluate(
            "e => !!(document.activeElement.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING)"
        )
        for _ in range(200):
            if wanted.evaluate("e => document.activeElement === e"):
                return
            self.page.keyboard.press("Shift+Tab" if before else "Tab")
        raise AssertionError(f"Tab does not reach {target}")

    def write(self, where: Locator, text: str) -> None:
        self.reach(where)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)

    def tick(self, box: Locator) -> None:
        if box.get_attribute("type") == "checkbox":
            self.reach(box)
            self.page.keyboard.press("Space")
            return
        # A group of radio buttons is one stop; the arrows choose in it.
        group = self.field(str(box.get_attribute("name")))
        chosen = group.and_(self.page.locator(":checked"))
        self.reach(chosen.first if chosen.count() else group.first)
        if not chosen.count():
            self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if box.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {box}")

    def choose(self, where: Locator, option: str) -> None:
        self.reach(where)
        self.page.keyboard.type(option)

    def go(self, to: Locator) -> None:
        self.reach(to)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


def started(hands: Hands) -> None:
    hands.page.goto("/admin/seasons/new")
    hands.follow("Begin with an empty season")
    hands.write(hands.page.get_by_label("Its name"), NAME)
    hands.write(hands.page.get_by_label("Its address"), "health-check-2026")
    hands.write(hands.page.get_by_label("References begin with"), "SHC-26")
    hands.press("Make the season")
    expect(hands.page.get_by_role("heading", level=1)).to_have_text(NAME)


def described(hands: Hands) -> None:
    hands.part("Look and texts")
    for name in TEXTS:
        hands.write(hands.field(name), f"## The {name}\n\nRead this, and **keep** it.")
    hands.press("Save the texts")


def asks(hands: Hands) -> None:
    """A form of one section and three questions."""
    hands.part("Forms")
    hands.follow("New form")
    hands.write(hands.page.get_by_label("Name"), "Health check")
    hands.press("Make it")
    hands.follow("Add a section")
    hands.write(hands.page.get_by_label("Heading"), "What you do")
    hands.press("Save")
    for kind, label, required in (
        ("Long text", "How do you look after customers?", True),
        ("Yes or no", "Has a regulator acted against you?", True),
        ("Short text", "What was it about?", False),
    ):
        hands.follow(re.compile("^Add a question"))
        hands.follow(re.compile(f"^{kind}"))
        hands.write(hands.page.get_by_label("The question"), label)
        if required:
            hands.tick(hands.page.get_by_label("Must be answered"))
        hands.press("Save")


def marks(hands: Hands) -> None:
    hands.part("Scorecards")
    hands.write(hands.page.get_by_label("Name"), "Health check")
    hands.press("Begin")
    for number, (name, weight) in enumerate(CRITERIA, 1):
        if number > 1:
            hands.press("Add a criterion")
        hands.write(hands.field(f"criterion-{number}-name"), name)
        hands.write(hands.field(f"criterion-{number}-weight"), weight)
    hands.press("Save")


def can_be_won(hands: Hands) -> None:
    hands.part("Categories and outcomes")
    hands.follow("Add a category")
    hands.write(hands.page.get_by_label("Name", exact=True), "Service Health Check")
    hands.tick(hands.page.get_by_label("An organisation"))
    hands.choose(hands.page.get_by_label("Form"), "Health check")
    hands.press("Add it, and say how it is decided")
    for number, (name, score, floor) in enumerate(LEVELS, 1):
        for field, value in (("name", name), ("places", ""), ("at_least", score), ("floor", floor)):
            hands.write(hands.field(f"level-{number}-{field}"), value)
    hands.write(hands.field("minimum_field"), "0")
    hands.press("Save the rule")
    hands.reads("Accredited: every entry at 70 out of 100 or above with no criterion under 55 of 100.")


def is_judged(hands: Hands) -> None:
    hands.part("Rounds and panels")
    hands.follow(re.compile("Service Health Check"))
    hands.go(hands.page.locator("main").get_by_role("link", name=re.compile("^Scorecard")).last)
    hands.write(hands.page.get_by_label("Name", exact=True), "Assessment")
    # The only panel and the only scorecard are chosen already.
    expect(hands.page.locator("[name=panel] option:checked")).to_have_text("Judges")
    expect(hands.page.locator("[name=design] option:checked")).to_have_text("Health check")
    hands.write(hands.field("reviews"), "1")
    hands.write(hands.field("quorum"), "1")
    hands.press("Add the round")
    hands.reads("Assessment")


def invited(hands: Hands) -> None:
    hands.part("People")
    line = "judge, jack@judges.example, Jack Judge, Judges"
    hands.write(hands.page.get_by_label("Paste the list"), line)
    hands.press("Check the list")
    hands.press(re.compile("Send|Invite"))


def opened(hands: Hands) -> None:
    hands.go(hands.page.get_by_role("link", name="Set-up"))
    hands.part("Check and open")
    hands.reads("Ready to open")
    hands.write(hands.field("confirm").last, NAME)
    hands.press("Open it to everybody")
    hands.reads("Open since")


BUILD = (started, described, asks, marks, can_be_won, is_judged, invited, opened)


def accepted(live: Live) -> None:
    """Jack takes the invitation and agrees to the terms, which come before any entry."""
    page = live.page("jack")
    hands = Hands(page)
    page.goto(live.mailed_link("invitation", "jack@judges.example"))
    hands.press("See the invitation")
    hands.tick(page.get_by_role("checkbox").first)
    hands.press("Accept the invitation")
    hands.reads("Read this, and keep it.")
    hands.tick(page.get_by_role("checkbox").first)
    hands.press(re.compile("agree", re.IGNORECASE))
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
    hands = Hands(page)
    hands.press("Save, and check it")
    hands.press(re.compile("Send"))
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
    Hands(page).press(re.compile("Submit"))
    expect(page.locator("main")).to_contain_text("thank you")


def test_the_health_check_is_built_opened_entered_and_marked(live: Live) -> None:
    proven(live)
    hands = Hands(live.page("olive"))
    for step in BUILD:
        step(hands)
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


def test_it_is_built_and_opened_without_a_mouse(live: Live) -> None:
    proven(live)
    keys = Keys(live.page("olive"))
    for step in BUILD:
        step(keys)
    opened_at = select(Season.opened_at).where(Season.slug == "health-check-2026")
    assert db.session.scalars(opened_at).one() == OPEN
    db.session.rollback()
