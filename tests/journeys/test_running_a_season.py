"""An admin takes three entries from the review queue to the night: every step by its preview, and two at one press."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from heroes.models import Assignment, Entry
from heroes.models.database import db
from heroes.services import scoring
from tests.live import Live
from tests.world import JUDGED, JUDGING

MARKS = {"Ada Ames": "9", "Ben Bode": "6", "Cyd Cole": "3"}
SEASON = "/admin/small-2026"


def all_judged(live: Live) -> None:
    """Every judge who was asked hands a scorecard in; then the round closes."""
    world = live.world
    rows = db.session.execute(
        select(Assignment, Entry.title).join(Entry, Entry.id == Assignment.entry_id).order_by(Assignment.id)
    ).all()
    assert len(rows) == 6
    names = {user_id: name for name, user_id in world.people.items()}
    for assignment, title in rows:
        marks = {"difference": MARKS[title], "beyond": MARKS[title]}
        scoring.submit(
            world.ctx(names[assignment.user_id]), assignment.handle, assignment.revision, marks, "Read twice."
        )
    world.clock.at = JUDGED
    world.computed()
    db.session.rollback()


def states() -> dict[str, tuple[str, str | None]]:
    """Who stands where, by the database."""
    db.session.rollback()
    rows = db.session.execute(select(Entry.title, Entry.state, Entry.level)).all()
    db.session.rollback()
    return {title: (state, level) for title, state, level in rows}


def to_shortlist(page: Page) -> None:
    """From the results to the names above a line of two places."""
    page.goto(f"{SEASON}/results")
    page.get_by_role("region", name="Frontline Hero").get_by_role("link", name="Round 1, written").click()
    page.get_by_role("textbox", name="Places above the line").fill("2")
    page.get_by_role("button", name="Draw the line").click()
    page.get_by_role("link", name="See whom this line shortlists").click()
    page.get_by_label("Also decide these now: not shortlisted this year").check()


def release(page: Page, name: str) -> None:
    """Let a release go out by hand."""
    page.goto(f"{SEASON}/announce")
    page.get_by_role("region", name=name).get_by_role("link").first.click()
    page.get_by_label("I have read the names. It cannot be taken back.").check()
    page.get_by_role("button", name="Release it to everybody").click()
    expect(page.locator("main")).to_contain_text("Released")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_queue_to_the_night(live: Live, scripts: bool) -> None:
    world = live.world
    for title in MARKS:
        world.submitted(title=title, organisation_name="Fernhill Telecom")
    world.clock.at = JUDGING
    db.session.rollback()

    adam = live.page("adam", scripts=scripts)
    adam.goto("/admin/")
    adam.get_by_role("link", name="Review queue").click()
    if scripts:
        adam.get_by_label("Choose all on this page").check()
    else:
        for box in adam.locator("[data-choose]").all():
            box.check()
    adam.get_by_label("What to do with them").select_option(label="Mark as eligible")
    adam.get_by_role("button", name="See what would happen").click()
    expect(adam.locator("main")).to_contain_text("3 entries will change, 0 cannot.")
    assert {state for state, _ in states().values()} == {"submitted"}
    adam.get_by_role("button", name="Mark as eligible these 3").click()
    expect(adam.get_by_role("status")).to_contain_text("done for 3 entries")

    adam.get_by_role("link", name="Judging", exact=True).click()
    adam.locator("main a[href$='/judging/frontline/written']").first.click()
    adam.get_by_label("Judges for each entry").fill("2")
    adam.get_by_role("button", name="See what would happen").click()
    expect(adam.get_by_role("heading", level=1)).to_have_text("What would happen")
    adam.get_by_role("button", name="Deal exactly this").click()
    expect(adam.locator("main")).to_contain_text("0 of 6 scorecards in")
    all_judged(live)

    # Weeks have passed, so both sign in again. Both stand before the same names; Adam presses first.
    adam, olive = live.page("adam", scripts=scripts), live.page("olive", scripts=scripts)
    to_shortlist(adam)
    to_shortlist(olive)
    adam.get_by_role("button", name="Shortlist those ticked").click()
    expect(adam.locator("main")).to_contain_text("Decide the awards")
    decided = {"Ada Ames": "shortlisted", "Ben Bode": "shortlisted", "Cyd Cole": "not_shortlisted"}
    assert {title: state for title, (state, _) in states().items()} == decided
    olive.get_by_role("button", name="Shortlist those ticked").click()
    expect(olive.locator("main")).to_contain_text("Adam Admin was faster with one of these entries.")
    assert {title: state for title, (state, _) in states().items()} == decided
    release(adam, "Shortlist")

    adam.goto(f"{SEASON}/results/frontline/written")
    adam.get_by_role("link", name="Decide the awards").click()
    adam.get_by_label("Outcome for Ada Ames").select_option(label="Winner")
    adam.get_by_label("Outcome for Ben Bode").select_option(label="Highly commended")
    adam.get_by_role("button", name="See what would happen").click()
    expect(adam.locator("main")).to_contain_text("2 entries will be decided, 0 cannot.")
    adam.get_by_role("button", name="Decide these 2").click()
    expect(adam.locator("main")).to_contain_text("Winner")
    assert states() == {
        "Ada Ames": ("awarded", "winner"),
        "Ben Bode": ("awarded", "commended"),
        "Cyd Cole": ("not_shortlisted", None),
    }

    stranger = live.page(scripts=scripts, phone=True)
    stranger.goto("/small-2026/winners/")
    expect(stranger.locator("body")).not_to_contain_text("Ada Ames")
    release(adam, "Outcomes")
    stranger.reload()
    expect(stranger.locator("main")).to_contain_text("Ada Ames")
    expect(stranger.locator("main")).to_contain_text("Ben Bode")
    expect(stranger.locator("main")).not_to_contain_text("Cyd Cole")
    stranger.goto(live.mailed_link("awarded"))
    stranger.locator("main form button").first.click()
    expect(
        stranger.locator(".chip, h2")
        .filter(has_text="Highly commended")
        .or_(stranger.locator(".chip, h2").filter(has_text="Winner"))
        .first
    ).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_second_of_two_admins_is_told_who_was_faster(live: Live, scripts: bool) -> None:
    entry = live.world.submitted().entry
    handle = entry.handle
    live.world.clock.at = JUDGING
    db.session.rollback()
    adam, olive = live.page("adam", scripts=scripts), live.page("olive", scripts=scripts)
    for page, reason in ((adam, "A duplicate."), (olive, "It came twice.")):
        page.goto(f"/admin/entry/{handle}")
        page.locator(f"a[href$='/{handle}/disqualify']").click()
        page.locator("textarea[name=reason]").fill(reason)
    adam.locator("main form button[type=submit]").click()
    expect(adam.get_by_role("status")).to_contain_text("You found it ineligible")
    with olive.expect_response(lambda answer: answer.request.is_navigation_request()) as answered:
        olive.locator("main form button[type=submit]").click()

    assert answered.value.status == 409
    expect(olive.get_by_role("heading", level=1)).to_have_text("Somebody was faster")
    expect(olive.locator("main")).to_contain_text("Adam Admin found it ineligible")
    expect(olive.locator("main")).to_contain_text("It came twice.")
    db.session.rollback()
    kept = db.session.scalars(select(Entry.state_reason)).one()
    db.session.rollback()
    assert kept == "A duplicate."
