"""Shortlisting by a line and awarding with levels: exactly what was shown, all of it or nothing."""

import pytest
from sqlalchemy import select

from heroes.domain.entry_states import Act
from heroes.models import AuditRecord, Entry, OutboxMail, Round
from heroes.services import deciding, rounds
from heroes.services.deciding import FINALIST, SET_ASIDE, Stage, stage_of
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, NotNow
from heroes.services.standings import standings
from tests.judging import change, handed_in
from tests.outcomes import (
    FRONTLINE,
    PAIR,
    awarded,
    board,
    eligible,
    judged,
    moved,
    released,
    shortlisted,
    three,
)
from tests.world import FINAL_JUDGED, JUDGED, JUDGING, World


def states(world: World) -> dict[str, tuple[str, str | None]]:
    world.session.expire_all()
    return {e.title: (e.state, e.level) for e in world.session.scalars(select(Entry).order_by(Entry.title))}


def acts(world: World) -> list[str]:
    return [
        f"{record.subject} {record.act}"
        for record in world.session.scalars(select(AuditRecord).order_by(AuditRecord.id))
        if record.act.startswith("entry.") and record.act.split(".")[1] not in ("start", "submit", "screen")
    ]


# ---- the shortlist ----


def test_a_line_shortlists_those_above_and_leaves_the_rest(world: World) -> None:
    ada, ben, _ = three(world)
    seen = board(world)

    assert shortlisted(world, [ada, ben]) == 2

    assert states(world) == {
        "Ada Ames": ("shortlisted", None),
        "Ben Bode": ("shortlisted", None),
        "Cyd Cole": ("submitted", None),
    }
    assert {(e.decided_digest, e.decided_method, e.decided_rules) for e in (ada, ben)} == {
        (seen.digest, "mean", "2026.1")
    }


def test_the_rest_can_be_set_aside_in_the_same_press(world: World) -> None:
    ada, ben, cyd = three(world)

    assert shortlisted(world, [ada], [ben, cyd]) == 3

    assert {title: state for title, (state, _) in states(world).items()} == {
        "Ada Ames": "shortlisted",
        "Ben Bode": "not_shortlisted",
        "Cyd Cole": "not_shortlisted",
    }


def test_a_mark_that_came_in_meanwhile_stops_the_whole_press(world: World) -> None:
    ada, ben, _ = three(world)
    seen = board(world)
    world.clock.at = JUDGING
    handed_in(world, ben, "chloe", difference="10", beyond="10")
    world.clock.at = JUDGED

    with pytest.raises(Faster, match="A scorecard has come in"):
        deciding.shortlist(
            world.ctx("adam"),
            *FRONTLINE,
            run=seen.quoted,
            chosen={ada.handle: ada.version},
            rest={},
        )

    assert {state for state, _ in states(world).values()} == {"submitted"}


def test_one_changed_entry_stops_the_whole_press(world: World) -> None:
    ada, ben, _ = three(world)
    seen = board(world)
    versions = {ada.handle: ada.version, ben.handle: ben.version - 1}

    with pytest.raises(Faster):
        deciding.shortlist(world.ctx("adam"), *FRONTLINE, run=seen.quoted, chosen=versions, rest={})

    assert {state for state, _ in states(world).values()} == {"submitted"}
    assert acts(world) == []


def test_fewer_scorecards_than_the_quorum_take_a_reason_and_only_there_it_is_kept(world: World) -> None:
    ada, ben = judged(world, {"Ada Ames": PAIR, "Ben Bode": {"jack": ("5", "5")}})
    seen = board(world)
    plan = deciding.plan_shortlist(world.ctx("adam"), seen, places=2)
    assert [(s.line.entry.title, s.moves, s.asks_reason) for s in plan.above] == [
        ("Ada Ames", True, False),
        ("Ben Bode", True, True),
    ]
    press = {
        "run": seen.quoted,
        "chosen": {ada.handle: ada.version, ben.handle: ben.version},
        "rest": {},
    }

    with pytest.raises(Invalid, match="Say why"):
        deciding.shortlist(world.ctx("adam"), *FRONTLINE, **press)  # type: ignore[arg-type]
    assert {state for state, _ in states(world).values()} == {"submitted"}

    deciding.shortlist(world.ctx("adam"), *FRONTLINE, **press, reason="Jill is ill.")  # type: ignore[arg-type]
    world.session.expire_all()
    assert (ada.state_reason, ben.state_reason) == (None, "Jill is ill.")


def test_the_plan_says_who_cannot_move_and_why(world: World) -> None:
    ada, ben, _ = three(world)
    shortlisted(world, [ada])
    change(world, ben, screening="query", screening_reason="Which branch?")

    plan = deciding.plan_shortlist(world.ctx("adam"), board(world), places=3)

    assert [(s.line.entry.title, s.refusal) for s in plan.above] == [
        ("Ada Ames", "This cannot be done from where the entry stands now."),
        ("Ben Bode", "It has not been screened as eligible."),
        ("Cyd Cole", ""),
    ]


def test_a_chair_shortlists_but_sets_nobody_aside(world: World) -> None:
    ada, ben, cyd = three(world)
    seen = board(world)
    chloe = world.ctx("chloe")

    with pytest.raises(NotAllowed):
        deciding.shortlist(
            chloe,
            *FRONTLINE,
            run=seen.quoted,
            chosen={ada.handle: ada.version},
            rest={cyd.handle: cyd.version},
        )
    deciding.shortlist(chloe, *FRONTLINE, run=seen.quoted, chosen={ada.handle: ada.version}, rest={})

    assert states(world)["Ada Ames"][0] == "shortlisted"
    assert {states(world)[one.title][0] for one in (ben, cyd)} == {"submitted"}


def test_nobody_decides_on_an_entry_they_are_named_in(world: World) -> None:
    ada, ben, _ = three(world)
    change(world, ada, nominee_email="adam@tiny.example")

    with pytest.raises(NotAllowed, match="connection"):
        shortlisted(world, [ada, ben])

    assert {state for state, _ in states(world).values()} == {"submitted"}


@pytest.mark.parametrize("who", ["audrey", "jack", "bob", "stranger"])
def test_others_cannot_decide(world: World, who: str) -> None:
    ada, *_ = three(world)
    seen = board(world)
    with pytest.raises((NotFound, NotAllowed)):
        deciding.shortlist(
            world.ctx(who),
            *FRONTLINE,
            run=seen.quoted,
            chosen={ada.handle: ada.version},
            rest={},
        )
    assert states(world)["Ada Ames"][0] == "submitted"


def test_an_entry_of_another_category_is_not_moved(world: World) -> None:
    three(world)
    other = eligible(world, "Team Ten", "teams")
    world.clock.at = JUDGED
    seen = board(world)
    with pytest.raises(NotFound):
        deciding.shortlist(
            world.ctx("adam"),
            *FRONTLINE,
            run=seen.quoted,
            chosen={other.handle: other.version},
            rest={},
        )


def test_nothing_chosen_is_said(lite_world: World) -> None:
    with pytest.raises(Invalid, match="Choose at least one entry"):
        deciding.shortlist(lite_world.ctx("adam"), *FRONTLINE, run="", chosen={}, rest={})


def test_after_the_shortlist_is_out_a_decision_is_told_at_once(world: World) -> None:
    ada, ben, _ = three(world)
    shortlisted(world, [ada])
    released(world, "shortlist", anyway=True)

    shortlisted(world, [ben])

    mails = world.session.scalars(select(OutboxMail.template).where(OutboxMail.entry_id == ben.id)).all()
    assert sorted(mails) == ["draft_kept", "receipt", "shortlisted"]


# ---- the awards ----


def test_one_round_shortlists_and_awards_as_two_acts_in_one_press(world: World) -> None:
    ada, ben, cyd = three(world)

    assert awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE}) == 3

    assert states(world) == {
        "Ada Ames": ("awarded", "winner"),
        "Ben Bode": ("not_awarded", None),
        "Cyd Cole": ("not_shortlisted", None),
    }
    assert acts(world) == [
        f"{ada.reference} entry.shortlist",
        f"{ben.reference} entry.shortlist",
        f"{ada.reference} entry.award",
        f"{ben.reference} entry.not_award",
        f"{cyd.reference} entry.not_shortlist",
    ]
    assert ada.decided_digest == board(world).digest


def test_no_award_is_a_decision_too(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, dict.fromkeys((ada, ben, cyd), FINALIST))
    assert set(states(world).values()) == {("not_awarded", None)}


def test_more_awards_than_places_move_nobody(world: World) -> None:
    ada, ben, _ = three(world)
    plan = deciding.plan_award(world.ctx("adam"), board(world), {ada.handle: "winner", ben.handle: "winner"})
    assert [(s.line.entry.title, s.refusal) for s in plan] == [
        ("Ada Ames", ""),
        ("Ben Bode", "Every place of this level is taken."),
    ]

    with pytest.raises(NotNow, match="Every place"):
        awarded(world, {ada: "winner", ben: "winner"})

    assert {state for state, _ in states(world).values()} == {"submitted"}


def test_an_unknown_level_is_said(world: World) -> None:
    ada, *_ = three(world)
    with pytest.raises(Invalid, match="one of the category's levels"):
        awarded(world, {ada: "emperor"})


def test_awards_wait_for_the_last_round_to_close(world: World) -> None:
    ada, *_ = three(world)
    world.clock.at = JUDGING

    with pytest.raises(NotNow, match="The last round has not closed yet"):
        awarded(world, {ada: "winner"})

    assert states(world)["Ada Ames"] == ("submitted", None)


def test_suggestions_follow_the_places(world: World) -> None:
    ada, ben, cyd = three(world)
    assert deciding.suggested(world.ctx("adam"), board(world)) == {
        ada.handle: "winner",
        ben.handle: "commended",
        cyd.handle: "commended",
    }


def test_suggestions_part_no_equals_and_go_no_further(world: World) -> None:
    same = {"jack": ("7", "7"), "jill": ("6", "6")}
    judged(world, {"Ada Ames": same, "Ben Bode": same, "Cyd Cole": {"jack": ("3", "3"), "jill": ("3", "3")}})
    assert deciding.suggested(world.ctx("adam"), board(world)) == {}


def test_a_field_too_small_suggests_nothing(world: World) -> None:
    three(world)
    rule = dict(board(world).category.outcome) | {"minimum_field": 4}
    change(world, board(world).category, outcome=rule)
    assert deciding.suggested(world.ctx("adam"), board(world)) == {}


def test_what_is_taken_is_not_suggested_again(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner"})
    assert deciding.suggested(world.ctx("adam"), board(world)) == {
        ben.handle: "commended",
        cyd.handle: "commended",
    }


# ---- two rounds ----

TEAMS = ("small-2026", "teams")


def team(world: World, title: str, outcome: str) -> Entry:
    entry = eligible(world, title, "teams")
    world.clock.at = JUDGING
    handed_in(world, entry, "jack", outcome=outcome, learning="5")
    return entry


def test_the_final_is_opened_judged_and_decided(world: World) -> None:
    first, second = team(world, "Team One", "9"), team(world, "Team Two", "4")
    world.clock.at = JUDGED
    world.computed()
    written = standings(world.ctx("adam"), *TEAMS, "written")
    assert stage_of(written) is Stage.SHORTLIST
    deciding.shortlist(
        world.ctx("adam"),
        *TEAMS,
        "written",
        run=written.quoted,
        chosen={first.handle: first.version, second.handle: second.version},
        rest={},
    )

    assert rounds.open_final(world.ctx("adam"), *TEAMS) == 2
    world.clock.at = FINAL_JUDGED.replace(day=10)
    for entry, mark in ((first, "3"), (second, "8")):
        world.session.refresh(entry)
        handed_in(world, entry, "jill", outcome=mark, learning="5")
    world.clock.at = FINAL_JUDGED

    world.computed()
    final = standings(world.ctx("adam"), *TEAMS)
    assert (final.round.slug, stage_of(final)) == ("final", Stage.FINAL)
    assert deciding.suggested(world.ctx("adam"), final) == {second.handle: "winner"}
    deciding.award(
        world.ctx("adam"),
        *TEAMS,
        "final",
        run=final.quoted,
        choices={second.handle: "winner", first.handle: FINALIST},
        versions={e.handle: e.version for e in (first, second)},
    )
    assert states(world) == {"Team One": ("not_awarded", None), "Team Two": ("awarded", "winner")}


def test_awards_are_not_decided_on_the_first_of_two_rounds(world: World) -> None:
    entry = team(world, "Team One", "9")
    world.clock.at = JUDGED
    world.computed()
    written = standings(world.ctx("adam"), *TEAMS, "written")
    with pytest.raises(NotNow, match="not decided on this round"):
        deciding.award(
            world.ctx("adam"),
            *TEAMS,
            "written",
            run=written.quoted,
            choices={entry.handle: "winner"},
            versions={entry.handle: entry.version},
        )


def test_a_final_nobody_is_in_can_be_skipped(world: World) -> None:
    entry = team(world, "Team One", "9")
    world.clock.at = JUDGED

    deciding.skip_final(world.ctx("adam"), *TEAMS)

    world.computed()
    written = standings(world.ctx("adam"), *TEAMS)
    assert (written.round.slug, stage_of(written)) == ("written", Stage.ONLY)
    deciding.award(
        world.ctx("adam"),
        *TEAMS,
        "written",
        run=written.quoted,
        choices={entry.handle: "winner"},
        versions={entry.handle: entry.version},
    )
    assert states(world) == {"Team One": ("awarded", "winner")}
    skipped = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "round.skip")).one()
    assert skipped.subject == "teams/final"


def test_a_final_with_entries_cannot_be_skipped_nor_an_only_round(world: World) -> None:
    entry = team(world, "Team One", "9")
    world.clock.at = JUDGED
    moved(world, entry, Act.SHORTLIST)
    rounds.open_final(world.ctx("adam"), *TEAMS)

    with pytest.raises(NotNow, match="has entries in it already"):
        deciding.skip_final(world.ctx("adam"), *TEAMS)
    with pytest.raises(NotNow, match="one round only"):
        deciding.skip_final(world.ctx("adam"), "small-2026", "frontline")
    assert len(world.session.scalars(select(Round)).all()) == 3


@pytest.mark.parametrize(
    ("who", "refusal"), [("audrey", NotAllowed), ("chloe", NotFound), ("stranger", NotFound)]
)
def test_only_an_admin_skips_a_round(world: World, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        deciding.skip_final(world.ctx(who), *TEAMS)
