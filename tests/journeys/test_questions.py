"""Questions that come and go with an earlier answer, and rows that open one after the other, by keyboard."""

from playwright.sync_api import Page, expect

from tests.every_kind import ANSWERS, use
from tests.live import Live
from tests.web.nominator.desk import FORM

HANGING = ("helpers-0-0", "posted-0", "stamp")


def there(page: Page) -> list[str]:
    """Which of the questions that hang on another can be seen."""
    return [control for control in HANGING if page.locator(f"#{control}").is_visible()]


def test_questions_come_and_go_with_the_answers_they_hang_on(live: Live) -> None:
    use(live.world)
    page = live.page(phone=True)
    page.goto(FORM)
    letters = page.get_by_role("heading", name="Letters")
    assert there(page) == []
    expect(letters).to_be_hidden()

    page.get_by_label("Letters").check()
    expect(letters).to_be_visible()
    assert there(page) == ["posted-0"]
    page.locator("#posted-0").check()
    page.get_by_label("Whose face was on the stamp?").fill(ANSWERS["stamp"])
    page.get_by_label("Letters").uncheck()
    assert there(page) == []
    page.get_by_label("Letters").check()
    assert there(page) == ["posted-0", "stamp"]
    expect(page.get_by_text("Only if your answer")).to_have_count(3)
    assert not any(words.is_visible() for words in page.get_by_text("Only if your answer").all())
    assert page.locator("#stamp").input_value() == ANSWERS["stamp"]

    page.locator("#helped-0").focus()
    page.keyboard.press("Space")
    for key in ("Tab", *"Ann", "Tab", "Tab", "Tab", "Tab", "Enter", "Tab", *"Bo"):
        page.keyboard.press(key)
    assert page.locator("#helpers-0-0").input_value() == "Ann"
    assert page.locator("#helpers-1-0").input_value() == "Bo"
    expect(page.locator("#helpers-2-0")).to_be_hidden()

    # Saved and come back, what was opened stays open and what hangs on an answer is there.
    page.get_by_role("button", name="Save, and check it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert there(page) == list(HANGING)
    expect(page.locator("#helpers-1-0")).to_be_visible()
