"""A real competition, brought in as a file, judged by its own marks and announced in the browser."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from heroes.models import Category, Season
from heroes.models.database import db
from heroes.services import running
from heroes.services.importing import import_marks
from tests.live import Live
from tests.world import JUDGED

DATA = Path(__file__).parents[1] / "data" / "figure_skating"
LEVELS = ("Winner", "Highly commended", "Highly commended")


def one_program() -> tuple[str, str, list[str]]:
    """The excerpt's first program: its name, its marks as a file, its skaters by published totals, best first."""
    lines = (DATA / "marks.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    program = next(csv.reader(lines[1:2]))[0]
    with (DATA / "published.csv").open(encoding="utf-8", newline="") as file:
        totals = {
            row["entry"]: Decimal(row["total_component_score"])
            for row in csv.DictReader(file)
            if row["category"] == program
        }
    marks = "".join(line for line in lines[1:] if next(csv.reader([line]))[0] == program)
    return program, lines[0] + marks, sorted(totals, key=lambda name: -totals[name])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_real_competition_ends_on_the_winners_page(live: Live) -> None:
    world = live.world
    program, marks, best = one_program()
    world.clock.at = JUDGED
    import_marks(world.ctx("import"), marks.encode(), name="marks.csv", season="Skating 2016", create=True)
    season, category = db.session.execute(
        select(Season.slug, Category.slug)
        .join(Category, Category.season_id == Season.id)
        .where(Category.name == program)
    ).one()
    running.request_run(world.ctx("adam"), season, category, "judging", method="trimmed-mean")
    world.computed()
    page = live.page("adam")

    page.goto(f"/admin/{season}/results")
    page.locator(f"main a[href*='/results/{category}/']").first.click()
    page.locator("ul[aria-label=Method]").get_by_role("link", name="Trimmed mean").click()
    page.get_by_role("textbox", name="Places above the line").fill("3")
    page.get_by_role("button", name="Draw the line").click()
    page.get_by_role("link", name="See whom this line shortlists").click()
    expect(page.locator("main")).to_contain_text("3 entries above the line")
    page.get_by_label("Also decide these now: not shortlisted this year").check()
    page.get_by_role("button", name="Shortlist those ticked").click()
    for kind in ("shortlist", "outcomes"):
        if kind == "outcomes":
            page.goto(f"/admin/{season}/results/{category}/judging?method=trimmed-mean")
            page.get_by_role("link", name="Decide the awards").click()
            for name, level in zip(best, LEVELS, strict=False):
                page.get_by_label(f"Outcome for {name}", exact=True).select_option(label=level)
            page.get_by_role("button", name="See what would happen").click()
            page.get_by_role("button", name="Decide these 3").click()
            expect(page.locator("main")).to_contain_text(LEVELS[0])
        page.goto(f"/admin/{season}/announce/{kind}")
        page.get_by_label("I have read the names. It cannot be taken back.").check()
        page.get_by_role("button", name="Release it to everybody").click()
        expect(page.locator("main")).to_contain_text("Released")

    stranger = live.page(scripts=False)
    stranger.goto(f"/{season}/winners/")
    shown = stranger.locator("main").inner_text()
    assert {name for name in best if name in shown} == set(best[:3])
    expect(stranger.locator(".top-hero h2")).to_have_text(best[0])
