"""The entrant's short form of a result: after the outcomes, a score and from how many judges, and nothing more."""

import re

import pytest
from sqlalchemy import select

from heroes.models import Entry, PrivateLink
from heroes.services.links import token_of
from tests.outcomes import awarded, released, shortlisted, three
from tests.web.nominator.desk import words_of
from tests.world import World, post


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def private_page(world: World, entry: Entry) -> str:
    """The entry's page as whoever holds its link reads it."""
    link = world.session.scalars(select(PrivateLink).where(PrivateLink.entry_id == entry.id)).first()
    assert link is not None
    client = world.client()
    post(client, f"/link/{token_of(world.house.keys.links, link.purpose, link.nonce)}")
    return words_of(client.get(f"/mine/{entry.handle}/").get_data(as_text=True))


def test_before_the_outcomes_nobody_reads_a_score(world: World) -> None:
    ada, ben, cyd = three(world)
    shortlisted(world, [ada, ben], [cyd])
    released(world, "shortlist")
    for entry in (ada, ben, cyd):
        assert "Its score" not in private_page(world, entry)
    awarded(world, {ada: "winner", ben: "finalist"})
    assert "Its score" not in private_page(world, ada)


def test_after_the_outcomes_everybody_who_was_judged_reads_their_own(world: World) -> None:
    ada, ben, cyd = three(world)
    shortlisted(world, [ada, ben], [cyd])
    released(world, "shortlist")
    awarded(world, {ada: "winner", ben: "finalist"})
    released(world, "outcomes")
    said = {entry.title: private_page(world, entry) for entry in (ada, ben, cyd)}
    assert {title: re.findall(r"Its score (.+? judges?)\.", text) for title, text in said.items()} == {
        "Ada Ames": ["76.0 out of 100, from 2 judges"],
        "Ben Bode": ["65.0 out of 100, from 2 judges"],
        "Cyd Cole": ["30.0 out of 100, from 2 judges"],
    }
    assert "It is the average of the judges’ totals." in said["Ada Ames"]
    assert [text for text in said.values() if re.search(r"%|Jack|Jill|\bplace\b", text)] == []
