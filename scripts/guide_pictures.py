"""Take the pictures of "Your first season" from the running demo, by doing what that guide says: `make pictures`.

    python scripts/guide_pictures.py

Builds the demo in a folder that is thrown away, serves it on a free port, and goes through the steps of
docs/guides/your-first-season.md in Chromium. A step that cannot be done any more ends the program with that step's
name and leaves the pictures as they are: mend the page, or the guide and this program together. Everybody and
everything in the pictures is the demo's, and invented.
"""

import io
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Error, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "guides" / "pictures"
WIDE = 1280
TALLEST = 1400
MOST_BYTES = 80_000
COLOURS = 96
PATIENCE = 60_000
BUILT_WITHIN = 180

PICTURES = (
    "start.png",
    "overview.png",
    "words.png",
    "look.png",
    "timeline.png",
    "outcome-rule.png",
    "form.png",
    "form-preview.png",
    "scorecard.png",
    "rounds.png",
    "people.png",
    "check.png",
    "rehearsal.png",
    "rule-card.png",
)
"""Every picture, in the order in which the guide shows it; a test holds that the guides and the folder agree."""

PEOPLE = """chair, ada.quill@assessors.example, Ada Quill, Assessors
judge, ben.marsh@assessors.example, Ben Marsh, Assessors
judge, cora.field@assessors.example, Cora Field, Assessors
judge, dev.rowan, Dev Rowan, Assessors
"""
MENDED = PEOPLE.replace("dev.rowan,", "dev.rowan@assessors.example,")


class Stuck(Exception):
    """A step of the guide cannot be done any more; the message says which."""


# ---- the demo ---------------------------------------------------------------------------------------------


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        number: int = one.getsockname()[1]
        return number


def heroes(*arguments: str, **settings: str) -> subprocess.Popen[bytes]:
    """A command of the program, with these settings and none of the person's own."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if name != "DATABASE_URL" and not name.startswith("HEROES_")
    }
    return subprocess.Popen([sys.executable, "-m", "heroes", *arguments], cwd=ROOT, env=plain | settings)


@contextmanager
def demo() -> Iterator[tuple[str, Path]]:
    """A demo of its own, served: its address and its folder. Gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        served = heroes("demo", "--stage", "open", "--port", str(port), HEROES_INSTANCE=folder)
        try:
            address = f"http://127.0.0.1:{port}"
            until = time.monotonic() + BUILT_WITHIN
            while not answers(f"{address}/readyz"):
                if served.poll() is not None or time.monotonic() > until:
                    raise Stuck("the demo does not start")
                time.sleep(0.5)
            yield address, Path(folder) / "demo-open"
        finally:
            served.terminate()
            served.wait(timeout=40)


def answers(address: str) -> bool:
    """Whether something of ours is served there already."""
    try:
        with urlopen(address, timeout=5) as response:  # noqa: S310 (our own loopback address)
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def back_up(address: str, folder: Path) -> None:
    """What whoever keeps the server does once: a backup that is restored as well."""
    key = (folder / "secret.key").read_text().strip()
    made = heroes(
        "backup",
        str(folder / f"backup-{secrets.token_hex(4)}.tar.gz"),
        "--try",
        HEROES_INSTANCE=str(folder),
        HEROES_SECRET_KEY=key,
        HEROES_BASE_URL=address,
        HEROES_MAIL_URL=f"file://{folder / 'mail'}",
    )
    if made.wait(timeout=120):
        raise Stuck("no backup can be made of the demo")


# ---- the browser ------------------------------------------------------------------------------------------


class Guide:
    """Somebody who does what the guide says, and takes a picture where it shows one."""

    def __init__(self, page: Page, into: Path, back_up: Callable[[], None]) -> None:
        """Keep the page, the folder for pictures, and how whoever keeps the server makes a backup."""
        self.page = page
        self.into = into
        self.back_up = back_up
        self.main = page.locator("main")

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press the button of this name, and wait for the page that comes of it."""
        button = (within or self.page.locator("body")).get_by_role("button", name=name).first
        with self.page.expect_navigation():
            button.click()

    def follow(self, name: str, *, within: Locator | None = None) -> None:
        """Follow the link of this name."""
        link = (within or self.main).get_by_role("link", name=name).first
        with self.page.expect_navigation():
            link.click()

    def part(self, name: str) -> None:
        """Open a part of the set-up."""
        self.follow(name, within=self.page.get_by_role("navigation", name="Set-up"))

    def reads(self, *words: str) -> None:
        """Insist that the page says this."""
        for each in words:
            expect(self.main).to_contain_text(each)

    def picture(self, name: str, first: Locator | None = None, last: Locator | None = None) -> None:
        """The page from the top of `first` to the foot of `last`, at its full width; without them from its top."""
        assert name in PICTURES, name
        scrolled = float(self.page.evaluate("window.scrollY"))
        top = max(self._edges(first)[0] + scrolled - 24, 0) if first else 0.0
        foot = self._edges(last or self.main)[1] + scrolled + 24
        tall = min(foot - top, TALLEST)
        taken = self.page.screenshot(full_page=True, clip={"x": 0, "y": top, "width": WIDE, "height": tall})
        with Image.open(io.BytesIO(taken)) as drawn:
            few = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(self.into / name, optimize=True)
        size = (self.into / name).stat().st_size
        if size > MOST_BYTES:
            raise Stuck(f"{name} has {size} bytes; crop it")

    def _edges(self, what: Locator) -> tuple[float, float]:
        box = what.bounding_box()
        assert box is not None
        return box["y"], box["y"] + box["height"]


def heading(guide: Guide, name: str) -> Locator:
    """A heading of the page."""
    return guide.page.get_by_role("heading", name=name).first


# ---- the steps, named as the guide's headings -------------------------------------------------------------


def start_it(guide: Guide) -> None:
    """1. Start it."""
    page = guide.page
    page.goto("/admin/seasons/new")
    guide.picture("start.png", last=page.locator("ul.start-list").last)
    guide.follow("Begin with this", within=page.locator("li.panel", has_text="Accreditation"))
    page.get_by_label("Its name").fill("Service Health Check")
    page.get_by_label("Its address").fill("health-check")
    page.get_by_label("References begin with").fill("SHC")
    guide.press("Make the season")
    guide.reads("Only your staff see this season")
    guide.picture("overview.png")


def programme_and_words(guide: Guide) -> None:
    """2. Programme and words."""
    guide.part("Programme and words")
    page = guide.page
    page.get_by_label("Yours for “judge”").fill("assessor")
    page.get_by_label("Yours for “judges”").fill("assessors")
    guide.press("Save", within=page.locator("form#words"))
    guide.reads("Saved.")
    guide.picture("words.png", page.locator("#words-h"), page.locator("#words tbody tr").nth(11))


def look_and_texts(guide: Guide) -> None:
    """3. Look and texts."""
    guide.part("Look and texts")
    page = guide.page
    page.get_by_label("The colour of links, buttons and marks").fill("#9adcff")
    guide.press("Use this colour")
    guide.reads("Look at ")
    guide.follow("Look at #")
    guide.press("Use this colour")
    guide.reads("Saved.")
    guide.picture("look.png", page.locator("#colour"), page.locator("#colour"))
    text = page.get_by_label("Welcome", exact=True)
    text.fill(f"How well do you look after your customers?\n\n{text.input_value()}")
    guide.press("Save the texts")
    guide.reads("Saved.")


def timeline(guide: Guide) -> None:
    """4. Timeline."""
    guide.part("Timeline")
    page = guide.page
    page.get_by_label("Grace after the close, in minutes").fill("60")
    guide.press("Save the dates")
    guide.reads("The dates are saved.")
    guide.picture("timeline.png", last=page.locator("fieldset.instant").nth(1))


def categories_and_outcomes(guide: Guide) -> None:
    """5. Categories and outcomes."""
    guide.part("Categories and outcomes")
    guide.follow("Distinction from 90")
    page = guide.page
    page.get_by_label("Scores").fill("91, 84/50, 76, 68")
    guide.press("Try it")
    guide.reads("Of 4 entries", "would be proposed")
    guide.picture("outcome-rule.png", heading(guide, "Try it out"), guide.main.locator("form").last)
    guide.press("Save the rule")
    guide.reads("Saved. The public page shows these sentences.")


def forms(guide: Guide) -> None:
    """6. Forms."""
    guide.part("Forms")
    guide.follow("Health check")
    guide.follow("Add a question to About you")
    guide.follow("Yes or no")
    page = guide.page
    page.get_by_label("The question").fill("Do you answer customers at night?")
    page.get_by_label("Must be answered").check()
    guide.press("Save")
    guide.reads("Changes to publish", "Do you answer customers at night?")
    guide.picture("form.png", last=page.locator("section.form-part").first)
    guide.follow("Preview")
    page.get_by_label("Seen by").select_option(label="A judge of a blind round")
    guide.press("Show")
    guide.picture(
        "form-preview.png", last=page.get_by_role("heading", name="How many people serve customers?")
    )
    page.get_by_role("link", name="Back to the form").click()
    guide.follow("See what changes, and publish")
    guide.reads("What changes", "Do you answer customers at night?")
    guide.press("Publish")
    guide.reads("Published")


def scorecards(guide: Guide) -> None:
    """7. Scorecards."""
    guide.part("Scorecards")
    guide.follow("Health check")
    page = guide.page
    page.locator("[name=criterion-1-weight]").fill("14.99")
    guide.press("Save")
    guide.reads("99.99")
    page.locator("[name=criterion-1-weight]").fill("15")
    guide.press("Save")
    guide.reads("Saved.")
    guide.picture("scorecard.png", last=page.locator("#row-1"))


def rounds_and_panels(guide: Guide) -> None:
    """8. Rounds and panels."""
    guide.part("Rounds and panels")
    guide.follow("Service Health Check")
    guide.reads("Assessment")
    guide.picture("rounds.png")


def people(guide: Guide) -> None:
    """9. People."""
    guide.part("People")
    page = guide.page
    page.get_by_label("Paste the list").fill(PEOPLE)
    guide.press("Check the list")
    guide.reads("What this list would do")
    page.get_by_label("Paste the list").fill(MENDED)
    guide.press("Check the list")
    guide.reads("Nothing is sent yet.")
    guide.picture("people.png", last=guide.main.locator("table").first)
    guide.press("Send 4 invitations")


def check_it(guide: Guide) -> None:
    """10. Check it."""
    guide.follow("Set-up", within=guide.page.locator("body"))
    guide.part("Check and open")
    guide.picture("check.png", last=guide.main.locator("ol.checks"))
    guide.press("Send me a test mail")
    guide.back_up()


def rehearse_it(guide: Guide) -> None:
    """11. Rehearse it."""
    guide.part("Check and open")
    guide.press("Begin the rehearsal")
    guide.reads("It has been going on since")
    guide.picture("rehearsal.png", heading(guide, "Rehearsal"), guide.main.locator("section").last)
    page = guide.page
    guide.follow("Look as somebody else")
    guide.press("Look as a visitor")
    guide.press("Stop")
    page.goto("/admin/health-check/setup/check")


def open_it(guide: Guide) -> None:
    """12. Open it."""
    page = guide.page
    until = time.monotonic() + 60
    while "Ready to open" not in guide.main.inner_text():
        if time.monotonic() > until:
            raise Stuck(f"the season cannot be opened: {guide.main.inner_text()}")
        time.sleep(1)
        page.reload()
    page.get_by_label("Which season are you opening?").fill("Service Health Check")
    guide.press("Open it to everybody")
    guide.reads("Open since")
    guide.follow("The rule card")
    guide.picture("rule-card.png", last=guide.main.locator("summary + ul").first)


def change_it(guide: Guide) -> None:
    """13. Change something afterwards."""
    page = guide.page
    page.goto("/admin/health-check/setup/timeline")
    page.get_by_label("Nominations close: time").fill("18:00")
    guide.press("See what moves")
    guide.reads("Dates stand on the public rule card")
    page.get_by_label("Why they change").fill("An hour more for everybody, because the office closes later.")
    guide.press("Save these dates")
    guide.reads("The dates are saved.")
    page.goto("/health-check/rule-card")
    guide.reads("Version 2", "An hour more for everybody")


def keep_it(guide: Guide) -> None:
    """14. Next year, and elsewhere."""
    page = guide.page
    page.goto("/admin/health-check/setup/")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Take the set-up out as a file").click()
    if b"[season]" not in Path(taken.value.path()).read_bytes():
        raise Stuck("the season file holds no season")
    guide.follow("Start another season")
    guide.follow("Copy it", within=page.locator("li.panel", has_text="Service Health Check"))
    expect(page.get_by_role("button", name="Make the season")).to_be_visible()


# ---- all of it --------------------------------------------------------------------------------------------

STEPS = (
    start_it,
    programme_and_words,
    look_and_texts,
    timeline,
    categories_and_outcomes,
    forms,
    scorecards,
    rounds_and_panels,
    people,
    check_it,
    rehearse_it,
    open_it,
    change_it,
    keep_it,
)
"""What the guide says, heading by heading."""


def walk(guide: Guide) -> None:
    """Do every step of the guide. Raises `Stuck` with the step's name and what the page said."""
    for step in STEPS:
        print(step.__doc__, flush=True)
        try:
            step(guide)
        except (Error, AssertionError, Stuck) as error:
            page = guide.page
            said = page.locator("body").inner_text()[:1500]
            raise Stuck(f"“{step.__doc__}” cannot be done at {page.url}: {error}\n\n{said}") from error


def chromium() -> str:
    """Chromium's program: the one named in CHROMIUM, else the first found."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome-stable"]
    found = next(filter(None, map(shutil.which, filter(None, names))), None)
    if found is None:
        raise Stuck("there is no Chromium: apt install chromium")
    return found


def take(into: Path) -> None:
    """Do the guide's steps in a demo of its own, and leave a picture of each in `into`."""
    # Chromium's sandbox refuses root; the pages are our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with demo() as (address, folder), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        try:
            page = browser.new_page(
                base_url=address,
                viewport={"width": WIDE, "height": 900},
                locale="en-GB",
                reduced_motion="reduce",
            )
            page.set_default_timeout(PATIENCE)
            expect.set_options(timeout=PATIENCE)
            page.goto("/sign-in")
            guide = Guide(page, into, lambda: back_up(address, folder))
            guide.press("Jamal")
            walk(guide)
        finally:
            browser.close()
    missing = [name for name in PICTURES if not (into / name).exists()]
    if missing:
        raise Stuck(f"no step takes {', '.join(missing)}")


def main() -> int:
    """Take the pictures, and put them into the folder when all are there."""
    with tempfile.TemporaryDirectory() as aside:
        try:
            take(Path(aside))
        except Stuck as error:
            print(error, file=sys.stderr)
            return 1
        FOLDER.mkdir(exist_ok=True)
        for name in PICTURES:
            shutil.copyfile(Path(aside) / name, FOLDER / name)
    print(f"{len(PICTURES)} pictures in {FOLDER.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
