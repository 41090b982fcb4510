"""Outcome rules on real boards: what is proposed, what departing from it takes, what a benchmark tells whom."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from heroes.domain.proposing import Kind
from heroes.models import AuditRecord, Category, Entry, OutboxMail, PrivateLink
from heroes.services import deciding
from heroes.services.deciding import FINALIST
from heroes.services.refusals import Invalid, NotNow
from tests.judging import change
from tests.outcomes import FRONTLINE, awarded, board, judged, released, shortlisted, three
from tests.world import FINAL_JUDGED, World

CHECK: dict[str, Any] = {
    "levels": [
        {"key": "merit", "name": "Merit", "at_least": 76, "floor": 70},
        {"key": "accredited", "name": "Accredited", "at_least": 60, "floor": 60},
    ]
}


def ruled(world: World, outcome: dict[str, Any]) -> None:
    """Give the frontline category another rule."""
    change(
        world,
        world.session.scalars(select(Category).where(Category.slug == "frontline")).one(),
        outcome=outcome,
    )


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def choose(world: World, choices: dict[Entry, str], reason: str = "") -> int:
    seen = board(world)
    return deciding.award(
        world.ctx("adam"),
        *FRONTLINE,
        run=seen.quoted,
        choices={entry.handle: choice for entry, choice in choices.items()},
        versions={entry.handle: entry.version for entry in choices},
        reason=reason,
    )


def after(world: World, act: str) -> list[tuple[str, dict[str, Any], str]]:
    rows = world.session.scalars(select(AuditRecord).where(AuditRecord.act == act).order_by(AuditRecord.id))
    return [(r.subject, r.body["after"], r.body.get("reason", "")) for r in rows if r.body]


def test_a_benchmark_proposes_on_a_board_with_the_floor_that_is_broken(lite_world: World) -> None:
    world = lite_world
    ruled(world, CHECK)
    ada, ben, cyd = three(world)
    dan, *_ = judged(world, {"Dan Dale": {"jack": ("10", "5"), "jill": ("10", "5")}})
    found = deciding.proposed(world.ctx("adam"), board(world))
    assert {key: (one.kind, one.level) for key, one in found.items()} == {
        ada.handle: (Kind.LEVEL, "merit"),
        ben.handle: (Kind.LEVEL, "accredited"),
        cyd.handle: (Kind.TOWARDS, "accredited"),
        dan.handle: (Kind.TOWARDS, "accredited"),
    }
    assert (
        found[dan.handle].reason
        == "For Accredited: Beyond the role: 50.0 of 100, and 60 is asked: 10.0 short."
    )
    assert deciding.suggested(world.ctx("adam"), board(world)) == {
        ada.handle: "merit",
        ben.handle: "accredited",
        cyd.handle: FINALIST,
        dan.handle: FINALIST,
    }
    # No limit on places at the door, and nothing departs from the rule: no reason is asked for.
    choose(world, {ada: "merit", ben: "accredited"})
    assert [sorted(told) for _, told, _ in after(world, "entry.award")] == [
        ["digest", "level", "method", "rules", "run", "state"]
    ] * 2


def test_departing_from_the_rule_takes_a_reason_and_the_trail_keeps_both(lite_world: World) -> None:
    world = lite_world
    ada, ben, cyd = three(world)
    choices = {ada: "commended", ben: "winner", cyd: "commended"}
    plan = deciding.plan_award(
        world.ctx("adam"), board(world), {entry.handle: choice for entry, choice in choices.items()}
    )
    assert [(step.line.entry.title, step.departs) for step in plan] == [
        ("Ada Ames", "Winner"),
        ("Ben Bode", "Highly commended"),
        ("Cyd Cole", ""),
    ]
    with pytest.raises(Invalid, match="otherwise than the rule proposes"):
        choose(world, choices)
    assert after(world, "entry.shortlist") == []

    choose(world, choices, "The panel heard the calls.")
    assert {
        (subject, told["level"], told.get("proposed"), why)
        for subject, told, why in after(world, "entry.award")
    } == {
        (ada.reference, "commended", "Winner", "The panel heard the calls."),
        (ben.reference, "winner", "Highly commended", "The panel heard the calls."),
        (cyd.reference, "commended", None, ""),
    }
    assert {why for _, _, why in after(world, "entry.shortlist")} == {""}


def test_departing_from_the_shortlist_takes_a_reason_too(lite_world: World) -> None:
    world = lite_world
    ada, ben, cyd = three(world)
    seen = board(world)
    press: dict[str, Any] = {
        "run": seen.quoted,
        "chosen": {one.handle: one.version for one in (ada, cyd)},
        "rest": {ben.handle: ben.version},
    }
    with pytest.raises(Invalid, match="otherwise than the rule proposes"):
        deciding.shortlist(world.ctx("adam"), *FRONTLINE, **press)
    deciding.shortlist(world.ctx("adam"), *FRONTLINE, **press, reason="Ben withdrew his case.")
    assert [
        (subject, told.get("proposed"), why) for subject, told, why in after(world, "entry.shortlist")
    ] == [
        (ada.reference, None, ""),
        (cyd.reference, "Not shortlisted", "Ben withdrew his case."),
    ]
    assert [(told["proposed"], why) for _, told, why in after(world, "entry.not_shortlist")] == [
        ("Shortlisted", "Ben withdrew his case.")
    ]


def test_where_there_is_always_an_award_the_last_one_cannot_be_without(lite_world: World) -> None:
    world = lite_world
    ada, ben, cyd = three(world)
    rule = board(world).category.outcome | {"no_award": False}
    ruled(world, rule)
    awarded(world, {cyd: FINALIST})
    with pytest.raises(Invalid, match="always has an award"):
        awarded(world, {ada: FINALIST, ben: FINALIST})
    awarded(world, {ada: "winner", ben: FINALIST})


def test_places_still_hold_at_the_door(lite_world: World) -> None:
    world = lite_world
    rule = {
        "levels": [
            {"key": "merit", "name": "Merit", "places": 1, "at_least": 20},
            {"key": "accredited", "name": "Accredited", "at_least": 20},
        ]
    }
    ruled(world, rule)
    ada, ben, cyd = three(world)
    with pytest.raises(NotNow, match="Every place"):
        awarded(world, {ada: "merit", ben: "merit"})
    awarded(world, {ada: "merit", ben: "accredited", cyd: "accredited"})


def test_nobody_hears_of_a_benchmark_before_the_outcomes_and_then_only_their_own_gaps(
    lite_world: World,
) -> None:
    world = lite_world
    ruled(world, CHECK)
    ada, ben, cyd = three(world)
    pages = {
        "ada": f"/mine/{ada.handle}/",
        "cyd": f"/mine/{cyd.handle}/",
        "shortlist": "/small-2026/shortlist/",
        "winners": "/small-2026/winners/",
    }

    def read() -> dict[str, str]:
        client = world.client()
        with client.session_transaction() as cookie:
            cookie["links"] = sorted(world.session.scalars(select(PrivateLink.id)))
        return {name: text(client.get(path).get_data(as_text=True)) for name, path in pages.items()}

    awarded(world, {ada: "merit", ben: "accredited", cyd: FINALIST})
    released(world, "shortlist", anyway=True)
    before = read()
    assert "In judging" in before["ada"]
    assert before["ada"] == before["cyd"].replace("Cyd Cole", "Ada Ames").replace(
        str(cyd.reference), str(ada.reference)
    )
    assert not any(name in before["shortlist"] for name in ("Ada Ames", "Ben Bode", "Cyd Cole"))
    assert world.session.scalars(_MAILS).all() == []
    staff = text(world.client("olive").get(f"/admin/entry/{cyd.handle}").get_data(as_text=True))
    assert "Working towards" in staff

    world.clock.at = FINAL_JUDGED
    released(world, "outcomes")
    now = read()
    assert "What is missing for Accredited" in now["cyd"]
    assert "30.0 out of 100, and 60 is asked: 30.0 short." in now["cyd"]
    assert "What is missing" not in now["ada"]
    assert "Ada Ames" in now["winners"]
    assert "Cyd Cole" not in now["winners"]
    assert "Cyd Cole" not in now["shortlist"]
    mails = world.session.execute(_TOLD).all()
    assert [(m.template, m.values["level"], len(m.values.get("gaps", ()))) for m in mails] == [
        ("awarded", "Merit", 0),
        ("awarded", "Accredited", 0),
        ("working_towards", "Accredited", 3),
    ]


_MAILS = select(OutboxMail.template).where(
    OutboxMail.template.in_(("shortlisted", "not_shortlisted", "awarded", "finalist", "working_towards"))
)
_TOLD = (
    select(OutboxMail.template, OutboxMail.values)
    .where(
        OutboxMail.template.in_(("shortlisted", "not_shortlisted", "awarded", "finalist", "working_towards"))
    )
    .order_by(OutboxMail.entry_id)
)


def test_a_shortlist_is_still_what_it_was_elsewhere(lite_world: World) -> None:
    world = lite_world
    ada, ben, cyd = three(world)
    shortlisted(world, [ada, ben], [cyd])
    released(world, "shortlist")
    assert sorted(world.session.scalars(_MAILS)) == ["not_shortlisted", "shortlisted", "shortlisted"]
