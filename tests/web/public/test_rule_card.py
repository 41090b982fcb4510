"""The rule card: frozen at the opening, its file is what its fingerprint is of, and no later change goes unseen."""

import hashlib

import pytest
from sqlalchemy import select

from heroes.domain.rule_card import changes
from heroes.models import Criterion, Release, ResultsRun, Round, RuleCard
from heroes.services import announcing, building
from heroes.services.refusals import NeedsReason
from tests.judging import change
from tests.outcomes import three
from tests.world import OPEN, World

CARD = "/small-2026/rule-card"


def cards(world: World) -> list[RuleCard]:
    world.session.expire_all()
    return list(world.session.scalars(select(RuleCard).order_by(RuleCard.number)))


def test_the_file_is_what_the_fingerprint_is_of(world: World) -> None:
    (card,) = cards(world)
    client = world.client()

    for path in (f"{CARD}.json", f"{CARD}/1.json"):
        file = client.get(path)
        assert hashlib.sha256(file.get_data()).hexdigest() == card.digest == file.headers["X-Rule-Card"]
    page = client.get(CARD).get_data(as_text=True)
    assert card.digest in page
    for said in ("Difference to the customer", "Highly commended: the next best 2 entries.", "Version 1"):
        assert said in page
    assert [client.get(f"{CARD}/{n}").status_code for n in (0, 1, 2)] == [404, 200, 404]


def test_a_change_after_the_opening_asks_for_a_reason_and_is_on_the_card(lite_world: World) -> None:
    world = lite_world

    def heavier(reason: str) -> None:
        with building.edit(world.ctx("adam"), "small-2026", reason):
            criterion = world.session.scalars(select(Criterion).where(Criterion.key == "beyond")).one()
            criterion.weight += 5
            world.session.scalars(select(Round).where(Round.slug == "written").limit(1)).one().quorum = 1

    with pytest.raises(NeedsReason) as refused:
        heavier(" ")
    said = (
        "Frontline Hero, Round 1, written: the scorecards needed for a decision was 2 and is now 1.",
        "Frontline Hero, Round 1, written, Beyond the role: the weight was 40 and is now 45.",
    )
    assert refused.value.changes == said
    assert [card.number for card in cards(world)] == [1]

    heavier("The panel lost a judge.")
    first, second = cards(world)
    assert (second.number, second.reason, second.made_by_id) == (
        2,
        "The panel lost a judge.",
        world.people["adam"],
    )
    assert changes(first.body, second.body) == said
    page = world.client().get(CARD).get_data(as_text=True)
    for shown in (*said, "The panel lost a judge.", "Adam Admin", first.digest, second.digest):
        assert shown.replace("'", "&#39;") in page

    with building.edit(world.ctx("adam"), "small-2026"):
        world.season().welcome = "Words are no rule."
    assert len(cards(world)) == 2


def test_another_date_of_a_release_is_a_change_of_the_card(lite_world: World) -> None:
    world = lite_world
    release = world.session.scalars(select(Release).where(Release.kind == "outcomes")).one()
    given = {"planned_at": OPEN, "armed": False, "expected_version": release.version}
    with pytest.raises(NeedsReason) as refused:
        announcing.plan(world.ctx("adam"), "small-2026", "outcomes", **given)  # type: ignore[arg-type] # a dict of names
    assert refused.value.changes == (
        "The outcome release was Thu 19 Nov 2026, 21:30 and is now Fri 1 May 2026, 13:00.",
    )
    announcing.plan(world.ctx("adam"), "small-2026", "outcomes", reason="So", **given)  # type: ignore[arg-type] # a dict of names
    assert [card.reason for card in cards(world)] == [None, "So"]


def test_a_season_opened_before_there_were_cards_gets_its_first_as_it_stood(lite_world: World) -> None:
    world = lite_world
    (card,) = cards(world)
    was = card.digest
    world.session.delete(card)
    world.session.commit()

    with building.edit(world.ctx("adam"), "small-2026", "So"):
        world.season().name = "Small Heroes, renamed"
    assert [(one.number, one.digest == was) for one in cards(world)] == [(1, True), (2, False)]


def test_a_run_says_under_which_card_it_was_computed(lite_world: World) -> None:
    world = lite_world
    three(world)
    (card,) = cards(world)
    assert {run.rule_card for run in world.session.scalars(select(ResultsRun))} == {card.digest}
    board = world.client("adam").get("/admin/small-2026/results/frontline/written").get_data(as_text=True)
    assert card.digest in board


def test_before_the_opening_its_staff_read_what_would_be_frozen(lite_world: World) -> None:
    world = lite_world
    for card in cards(world):
        world.session.delete(card)
    change(world, world.season(), opened_at=None)
    page = world.client("audrey").get(CARD)
    assert (page.status_code, "Not frozen yet" in page.get_data(as_text=True)) == (200, True)
    assert world.client("audrey").get(f"{CARD}.json").status_code == 404
    assert world.client().get(CARD).status_code == 404
