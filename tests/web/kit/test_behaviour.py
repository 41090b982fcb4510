"""The modules in a real browser, answered by the gallery without any network."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINE = "#saved-line"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    any_page: Page, theme: str, width: int
) -> None:
    any_page.set_viewport_size({"width": width, "height": 900})
    # Axe itself writes styles into the page, which the policy rightly stops: so the lenient page.
    found = []
    for address in (f"/sheet?bad=1&theme={theme}", f"/error/404?theme={theme}", f"/room?theme={theme}"):
        any_page.goto(address)
        # A room without a page in it has no title; the pages that fill it have.
        rules = {"page-has-heading-one": {"enabled": "/room" not in address}}
        report = Axe().run(any_page, options={"rules": rules})
        found += [(address, v["id"], [n["html"] for n in v["nodes"]]) for v in report.response["violations"]]
        found += [(address, "wide", [])] * (any_page.evaluate("document.documentElement.scrollWidth") > width)
    assert found == []


def test_words_are_counted_while_typing(page: Page) -> None:
    page.goto("/sheet")
    counter = page.locator("#sentence-count")
    expect(counter.locator("[data-words-text]")).to_have_text("0 of 30 words")
    page.fill("#sentence", "one two\u00a0three\ufeffstill\n\nfour")
    expect(counter.locator("[data-words-text]")).to_have_text("4 of 30 words")
    page.fill("#sentence", "word " * 31)
    expect(counter.locator("[data-words-text]")).to_have_text("31 of 30 words, 1 over")
    expect(counter).to_have_class("count over")
    expect(counter.locator("[data-words-said]")).to_have_text("31 of 30 words, 1 over")
    page.fill("#comment", "word " * 20)
    expect(page.locator("#comment-count [data-words-text]")).to_have_text("20 words")


def saved_soon(page: Page) -> None:
    """Type something, and do not wait for the pause to pass."""
    page.clock.install()
    page.fill("#name", "Rhian Cole")
    page.clock.run_for(4000)


def test_a_form_saves_itself_and_its_revision_follows(page: Page, shown: Flask) -> None:
    page.goto("/sheet")
    saved_soon(page)
    expect(page.locator(LINE)).to_contain_text("Saved 14:06")
    expect(page.locator("#revision")).to_have_value("4")
    page.fill("#email", "a@b.example")
    page.clock.run_for(4000)
    expect(page.locator(LINE)).to_contain_text("Saved 14:06")
    sent = [(saved["revision"], saved["name"], saved["email"]) for saved in shown.extensions["saves"]]
    assert sent == [("3", "Rhian Cole", ""), ("4", "Rhian Cole", "a@b.example")]


def test_a_first_save_tells_the_form_where_it_lives_from_now_on(page: Page, shown: Flask) -> None:
    shown.config["SAVE_MORE"] = {"action": "/sheet?draft=1", "address": "/sheet?draft=1"}
    page.goto("/sheet")
    saved_soon(page)
    expect(page.locator(LINE)).to_contain_text("Saved 14:06")
    expect(page.locator("form[data-autosave]")).to_have_attribute("action", "/sheet?draft=1")
    assert page.url.endswith("/sheet?draft=1")


@pytest.mark.parametrize(
    "status, sentence",
    [
        (409, "Not saved: this was changed in another window."),
        (401, "Not saved: you are signed out."),
        (302, "Not saved: you are signed out."),
        (413, "Not saved: this is longer than we can take."),
        (503, "Not saved: no connection just now."),
        (400, "Not saved yet."),
    ],
)
def test_a_failed_save_says_so_and_keeps_the_text(
    page: Page, shown: Flask, status: int, sentence: str
) -> None:
    shown.config["SAVE_STATUS"] = status
    page.goto("/sheet")
    saved_soon(page)
    expect(page.locator(LINE)).to_contain_text(sentence)
    expect(page.locator(LINE)).to_have_class("saved bad")
    expect(page.locator("#name")).to_have_value("Rhian Cole")
    expect(page.locator("#revision")).to_have_value("3")


def test_somebody_elses_change_ends_the_saving(page: Page, shown: Flask) -> None:
    shown.config["SAVE_STATUS"] = 409
    page.goto("/sheet")
    saved_soon(page)
    expect(page.locator(LINE)).to_contain_text("changed in another window")
    page.fill("#email", "a@b.example")
    page.clock.run_for(60000)
    assert len(shown.extensions["saves"]) == 1


def test_a_page_that_is_left_saves_at_once(page: Page, shown: Flask) -> None:
    page.goto("/sheet")
    page.fill("#name", "Rhian Cole")
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    # Sooner than the pause after a change, which would save it anyway.
    expect(page.locator(LINE)).to_contain_text("Saved 14:06", timeout=2000)
    assert [saved["name"] for saved in shown.extensions["saves"]] == ["Rhian Cole"]


def test_a_form_that_nobody_touched_is_not_saved(page: Page, shown: Flask) -> None:
    page.clock.install()
    page.goto("/sheet")
    page.clock.run_for(60000)
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    page.wait_for_timeout(500)
    assert shown.extensions["saves"] == []


def test_a_lost_connection_is_tried_again(page: Page, shown: Flask) -> None:
    shown.config["OFFLINE"] = True
    page.goto("/sheet")
    saved_soon(page)
    expect(page.locator(LINE)).to_contain_text("no connection just now")
    shown.config["OFFLINE"] = False
    page.clock.run_for(6000)
    expect(page.locator(LINE)).to_contain_text("Saved 14:06")
    assert [saved["name"] for saved in shown.extensions["saves"]] == ["Rhian Cole"]


def test_the_button_waits_for_a_save_on_its_way(page: Page, shown: Flask) -> None:
    page.goto("/sheet")
    # The save is held back until the button has been pressed.
    page.evaluate(
        """() => {
          const send = window.fetch;
          window.fetch = async (...given) => {
            await new Promise((go) => { window.letGo = go; });
            return send(...given);
          };
        }"""
    )
    saved_soon(page)
    page.wait_for_function("window.letGo !== undefined")
    page.evaluate("document.querySelector('form[data-autosave]').requestSubmit()")
    with page.expect_navigation():
        page.evaluate("window.letGo()")
    assert [saved["revision"] for saved in shown.extensions["saves"]] == ["3", "4"]


def test_a_scorecard_is_filled_by_keys_and_adds_up(page: Page) -> None:
    page.goto("/sheet")
    got, of = page.locator("[data-total-got]"), page.locator("[data-total-of]")
    expect(got).to_have_text("31.5")
    page.locator("#mark-beyond-0").focus()
    page.keyboard.press("8")
    expect(page.locator("#mark-beyond-8")).to_be_checked()
    expect(got).to_have_text("63.5")
    expect(of).to_have_text("75")
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(page.locator("#mark-evidence-10")).to_be_checked()
    expect(got).to_have_text("88.5")
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.keyboard.press("0")
    expect(page.locator("#mark-difference-0")).to_be_checked()
    expect(got).to_have_text("57.0")
    page.check("#mark-beyond-none")
    expect(page.locator("[data-total-done]")).to_have_text("2")
    expect(of).to_have_text("60")


def test_keys_do_not_write_over_writing_and_can_be_turned_off(page: Page) -> None:
    page.goto("/sheet")
    page.locator("#mark-beyond-0").focus()
    page.keyboard.press("c")
    expect(page.locator("#comment")).to_be_focused()
    page.keyboard.type("7 days")
    expect(page.locator("#comment")).to_have_value("She asked the question the process did not.7 days")
    page.keyboard.press("Escape")
    page.uncheck("#keys-on")
    page.keyboard.press("7")
    expect(page.locator("[data-total-done]")).to_have_text("1")
    page.reload()
    expect(page.locator("#keys-on")).not_to_be_checked()


def test_control_and_enter_submit_with_the_right_button(page: Page, shown: Flask) -> None:
    page.goto("/sheet")
    another = "'<button type=submit>Another</button>'"
    page.evaluate(f"document.querySelector('[data-scorecard]').insertAdjacentHTML('afterbegin', {another})")
    page.locator("#comment").focus()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert [(saved["act"], saved["mark-difference"]) for saved in shown.extensions["saves"]] == [
        ("submit", "9")
    ]


def test_rows_are_chosen_and_counted(page: Page) -> None:
    page.goto("/sheet")
    count, everything = page.locator("[data-choose-count]"), page.locator("[data-choose-all]")
    expect(count).to_have_text("1 chosen")
    everything.check()
    expect(count).to_have_text("3 chosen")
    assert page.locator("tr.picked").count() == 3
    page.locator("[data-choose]").first.uncheck()
    expect(count).to_have_text("2 chosen")
    expect(everything).not_to_be_checked()


def test_the_error_summary_has_the_focus_and_leads_on(page: Page) -> None:
    page.goto("/sheet?bad=1")
    expect(page.locator("[data-errors]")).to_be_focused()
    page.click("[data-errors] a[href='#surprise-0']")
    expect(page.locator("#surprise-0")).to_be_focused()
    expect(page.locator("fieldset legend", has_text="May we tell them")).to_be_in_viewport()


def test_printing_is_offered_where_it_works(page: Page) -> None:
    page.add_init_script("window.print = () => { document.title = 'printed'; }")
    page.goto("/sheet")
    page.click("[data-print]")
    assert page.title() == "printed"


def line_of(page: Page) -> tuple[str, str]:
    """The number in the field, and the sentence under the picture."""
    return page.locator("#line-places").input_value(), page.locator("[data-cut-said]").inner_text()


def test_the_line_moves_by_keys_and_says_who_changes_sides(page: Page) -> None:
    page.goto("/sheet")
    slider = page.get_by_label("Move the line")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert line_of(page)[0] == "7"
    assert line_of(page)[1].startswith(
        "After 7 places: The out-of-hours desk at Larkfield Energy and Water and"
    )
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^7 places\. .+ come in\.$"))
    expect(page.locator("[data-row].moving")).to_have_count(2)
    page.keyboard.press("Home")
    assert line_of(page) == (
        "1",
        (
            "After 1 place: Farah Siddiqui, Jo McAllister, Tomasz Wieczorek and Bronagh Kelly drop out."
            " Press Enter, or “Draw the line”, to see how sure that is."
        ),
    )
    page.keyboard.press("Escape")
    assert line_of(page) == ("5", "This is where the line is.")


def test_the_line_is_dragged_and_its_form_is_sent_by_enter(page: Page) -> None:
    page.goto("/sheet")
    line = page.locator("[data-cut] line")
    line.scroll_into_view_if_needed()
    box, picture = line.bounding_box(), page.locator(".ranks").bounding_box()
    assert box is not None
    assert picture is not None
    page.mouse.move(box["x"], box["y"] + 150)
    page.mouse.down()
    page.mouse.move(picture["x"] + picture["width"] * 3 / 12 + 4, box["y"] + 150)
    page.mouse.up()
    assert line_of(page)[0] == "3"
    page.mouse.move(picture["x"] + picture["width"], box["y"] + 150)
    assert line_of(page)[0] == "3"
    page.locator("[data-cut-slider]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"places=3"))
