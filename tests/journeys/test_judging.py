"""A judge with a keyboard and nothing else: from the queue through every scorecard to the page that says thank you."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from heroes.models import Assignment, Criterion, Mark
from heroes.models.database import db
from tests.judging import asked, elsewhere
from tests.live import Live

TITLES = ("Sam Poole", "Ada Ames")
FOCUSED = "document.activeElement"


def bench(live: Live) -> Page:
    """Two entries with Jack, and Jack at his queue."""
    for entry in [elsewhere(live.world, title) for title in TITLES]:
        asked(live.world, entry, "jack")
    db.session.rollback()
    return live.page("jack")


def tab_to(page: Page, what: str, limit: int = 90) -> None:
    """Press Tab until the element of this selector has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate(f"{FOCUSED}.matches({what!r})"):
            return
    raise AssertionError(f"Tab never comes to {what}")


def given(live: Live) -> list[tuple[int, dict[str, str | None], str]]:
    """Jack's scorecards in his own order: the place, the marks that count by criterion, the comment."""
    db.session.rollback()
    rows = db.session.execute(
        select(Assignment.position, Criterion.key, Mark.value, Assignment.comment)
        .join(Mark, (Mark.assignment_id == Assignment.id) & (Mark.submission == Assignment.submission))
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(Assignment.user_id == live.world.people["jack"], Assignment.state == "submitted")
        .order_by(Assignment.position, Assignment.id, Criterion.position)
    )
    found: dict[int, tuple[int, dict[str, str | None], str]] = {}
    for position, key, value, comment in rows:
        card = found.setdefault(position, (position, {}, comment))
        card[1][key] = None if value is None else f"{value.normalize():f}"
    return list(found.values())


def test_a_judge_needs_only_the_keyboard(live: Live) -> None:
    page = bench(live)
    page.goto("/judge/")
    tab_to(page, "a.btn-primary")
    page.keyboard.press("Enter")
    expect(page.locator("form[data-scorecard]")).to_be_visible()
    expect(page.locator("kbd").first).to_be_visible()  # the hints show once the module listens
    first = page.url

    page.keyboard.press("7")
    page.keyboard.press("j")
    page.keyboard.press("8")
    page.keyboard.press("k")
    page.keyboard.press("6")
    page.keyboard.press("c")
    page.keyboard.type("She rang them all, J and K.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Handed in. This is the next one.")).to_be_visible()
    assert page.url != first
    expect(page.locator("kbd").first).to_be_visible()

    page.keyboard.press("t")
    page.keyboard.press("j")
    page.keyboard.press("0")
    page.keyboard.press("c")
    page.keyboard.type("Nothing better this year.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("All done for now")
    expect(page.locator("main")).to_contain_text("That was the last one that is open to you")

    assert [card[1:] for card in given(live)] == [
        ({"difference": "6", "beyond": "8"}, "She rang them all, J and K."),
        ({"difference": "10", "beyond": "0"}, "Nothing better this year."),
    ]


def test_a_judge_needs_no_scripts_either(live: Live) -> None:
    bench(live)
    page = live.page("jack", scripts=False)
    page.goto("/judge/")
    tab_to(page, "a.btn-primary")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for comment in ("First.", "Second."):
        tab_to(page, "[name=mark-difference]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        tab_to(page, "[name=mark-beyond]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowLeft")
        tab_to(page, "textarea[name=comment]")
        page.keyboard.type(comment)
        tab_to(page, "button[value=submit]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("All done for now")

    assert [card[1:] for card in given(live)] == [
        ({"difference": "2", "beyond": None}, "First."),
        ({"difference": "2", "beyond": None}, "Second."),
    ]
