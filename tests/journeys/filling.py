"""Filling a nomination in as a person does: by the labels of its fields."""

from playwright.sync_api import Page

from tests.world import STORY

NOMINATOR = ("nominator_name", "nominator_email", "relation")
NOMINEE = ("title", "nominee_role", "organisation_name")


def fill(page: Page, *, story: str = STORY["story"], nominator: bool = True) -> None:
    """Fill the whole form in; an organisation's entry does not ask who nominates."""
    for name in NOMINATOR * nominator + NOMINEE:
        page.locator(f"[name={name}]").fill(STORY[name])
    page.get_by_label("No, keep it a surprise until the shortlist").check()
    page.get_by_label("In one sentence, why this person?").fill(STORY["sentence"])
    page.get_by_label("What happened?").fill(story)
    page.locator("[name=agreed][value=yes]").check()
    page.get_by_label("No customer can be recognised in this story.").check()
