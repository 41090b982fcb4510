"""Why an entry has its score: the sentences, the table, the formulas; and what a result rests on."""

import re

import pytest
from sqlalchemy import Select, select

from heroes.domain.counting import TieStep
from heroes.domain.counting.plain import to_plain
from heroes.models import RunLine, RunTie
from tests.counting import statements
from tests.judging import asked, assignment, change, handed_in
from tests.outcomes import three
from tests.stored import judge_of, stored
from tests.web.admin.test_results import BOARD, page, text
from tests.world import JUDGING, World


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def lines_of(run_id: int) -> Select[RunLine]:
    return select(RunLine).where(RunLine.run_id == run_id).order_by(RunLine.position)


def test_a_score_is_explained_in_words_with_every_number(world: World) -> None:
    entries = three(world, computed=False)
    stored(world, entries)
    said = text(page(world, f"{BOARD}/why/{entries[0].handle}"))
    assert "Why this score: Ada Ames" in said
    assert "70.0 out of 100" in said
    assert "1 place, between 1 and 2 nine times in ten" in said
    assert "97% sure of one of 2 places" in said
    assert (
        "Jack Judge scores 0.5 below colleagues on the same entries: the 6.5 given counts as 7.0. "
        "Jill Judge scores 0.5 above colleagues on the same entries: the 7.5 given counts as 7.0. "
        "Average 7.2. With only two scorecards we move it a third of the way to everybody’s average, 6.2: 7.0."
    ) in said
    assert (
        "Jill Judge far from what the other scorecards suggest: read it again 7 6 7.50 0.5 above 7.00 75.0"
        in said
    )
    assert "6.2000 + 2 ÷ (2 + 0.9167) × (7.2000 − 6.2000) = 7.0000" in said


def test_no_jargon_on_first_sight(world: World) -> None:
    entries = three(world, computed=False)
    stored(world, entries)
    html = page(world, f"{BOARD}/why/{entries[0].handle}")
    outside = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
    assert re.findall(r"REML|posterior|shrinkage|variance|likelihood", outside) == []
    assert {"REML", "posterior", "shrinkage"} <= set(re.findall(r"REML|posterior|shrinkage", html))


def test_a_tie_is_told_with_names(world: World) -> None:
    entries = three(world, computed=False)
    ada, ben = (entry.reference or "" for entry in entries[:2])
    run = stored(world, entries)
    step = TieStep("majority", None, ((ada,), (ben,)), f"Two judges scored both: they prefer {ada} to {ben}.")
    line = next(iter(world.session.scalars(lines_of(run.id))))
    world.session.add(RunTie(run_id=run.id, number=99, data=to_plain(step)))
    line.ties = [99]
    world.session.commit()
    said = text(page(world, f"{BOARD}/why/{entries[0].handle}"))
    assert "Two judges scored both: they prefer Ada Ames to Ben Bode." in said


def test_an_entry_that_nobody_judged_has_no_score_and_is_not_last(world: World) -> None:
    entries = three(world, computed=False)
    run = stored(world, entries)
    line = world.session.scalars(lines_of(run.id)).all()[2]
    line.rank = None
    line.data = {"entry": entries[2].reference, "rank": None, "score": None, "total": None, "reviews": 0}
    world.session.commit()
    said = text(page(world, f"{BOARD}/why/{entries[2].handle}"))
    assert "No scorecard counts for this entry, so it has no score: it is neither nought nor last." in said


def test_numbers_that_are_behind_the_marks_say_so(world: World) -> None:
    entries = three(world, computed=False)
    stored(world, entries)
    assert "Marks have changed since" not in page(world, f"{BOARD}/why/{entries[0].handle}")
    world.clock.at = JUDGING
    handed_in(world, entries[0], "dora", difference="3")
    assert "Marks have changed since" in page(world, f"{BOARD}/why/{entries[0].handle}")


def test_what_no_run_lists_is_not_found(world: World) -> None:
    entries = three(world, computed=False)
    assert world.client("adam").get(f"{BOARD}/why/{entries[0].handle}").status_code == 409
    stored(world, entries)
    assert world.client("adam").get(f"{BOARD}/why/nobody").status_code == 404


@pytest.mark.parametrize("who", ["jack", "jill", "dora", "chloe", "bob", "charlie"])
@pytest.mark.parametrize("name", ["why/{}", "fairness"])
def test_nobody_but_staff_sees_it(world: World, who: str, name: str) -> None:
    entries = three(world, computed=False)
    stored(world, entries)
    assert world.client(who).get(f"{BOARD}/{name.format(entries[0].handle)}").status_code == 404


def test_an_auditor_sees_both(world: World) -> None:
    entries = three(world, computed=False)
    stored(world, entries)
    page(world, f"{BOARD}/why/{entries[0].handle}", "audrey")
    page(world, f"{BOARD}/fairness", "audrey")


def test_staff_who_judge_see_nothing_before_their_own_cards_are_in(world: World) -> None:
    entries = three(world, computed=False)
    stored(world, entries)
    world.clock.at = JUDGING
    asked(world, entries[0], "dora")
    change(world, assignment(world, entries[0], "dora"), user_id=world.people["adam"])
    for name in (f"why/{entries[0].handle}", "fairness"):
        assert world.client("adam").get(f"{BOARD}/{name}").status_code == 409


# ---- fairness ----


def test_before_the_first_run_there_is_nothing_to_rest_on(world: World) -> None:
    three(world, computed=False)
    assert "Nothing has been computed yet" in page(world, f"{BOARD}/fairness")


def test_what_was_not_computed_is_said_and_not_drawn(world: World) -> None:
    entries = three(world, computed=False)
    stored(world, entries)
    said = text(page(world, f"{BOARD}/fairness"))
    assert "The other ways to count were not computed with these results." in said
    assert said.count("This was not computed with these results.") == 2
    assert "The judges agree tolerably" in said
    assert "Jack Judge: stricter than the panel" in said
    assert "This is the first run that there is." in said


def test_a_strict_judge_is_named_where_leaving_them_out_changes_who_is_in(world: World) -> None:
    entries = three(world, computed=False)
    ada, ben, cyd = (entry.reference for entry in entries)
    jack = judge_of(world, "jack")
    stored(
        world,
        entries,
        extras={
            "fairness": {
                "orders": {
                    "mean": {ada: 1, cyd: 2, ben: 3},
                    "calibrated": {ada: 1, ben: 2, cyd: 3},
                    "median": {ada: 2, ben: 1, cyd: 3},
                },
                "flips": [
                    {"up": ben, "down": cyd, "line": 2, "cause": jack, "leniency": -0.51, "share": 0.9}
                ],
                "without": [
                    {
                        "judge": jack,
                        "changes": [{"entry": cyd, "before": 3, "after": 2}],
                        "came_in": [cyd],
                        "fell_out": [ben],
                        "first": None,
                    },
                ],
                "judges_left_out": 2,
                "deciding": [
                    {
                        "entry": ben,
                        "rival": cyd,
                        "judge": jack,
                        "criterion": "Beyond the role",
                        "gave": 6.0,
                        "turns_at": 5.5,
                        "line": 2,
                    }
                ],
            }
        },
    )
    said = text(page(world, f"{BOARD}/fairness"))
    assert (
        "The median order puts the same entries above the line. Raw: Cyd Cole comes in, Ben Bode drops out."
        in said
    )
    assert (
        "The cause is Jack Judge, who marks 0.5 stricter than colleagues on the same entries, which accounts for 90%"
        " of it."
    ) in said
    assert "2 judges left out, one at a time. One would change something" in said
    assert "Jack Judge Cyd Cole would be in, Ben Bode would be out." in said
    assert "Ben Bode Jack Judge 6 for Beyond the role. At 5.5 Cyd Cole would be level." in said


def test_late_changes_and_the_run_before_are_told(world: World) -> None:
    entries = three(world, computed=False)
    stored(world, entries)
    world.clock.at = JUDGING
    handed_in(world, entries[2], "dora", difference="9")
    moved = [
        {"entry": entry.reference, "before": was, "after": now}
        for entry, was, now in zip(entries, (1, 2, 3), (2, 3, 1), strict=True)
    ]
    stored(world, [entries[2], *entries[:2]], extras={"moved": moved})
    said = text(page(world, f"{BOARD}/fairness"))
    assert "3 places changed. Cyd Cole came in, Ben Bode dropped out." in said
    assert "Cyd Cole: 3 → 1" in said


@pytest.mark.parametrize("name,number", [("why/{}", 23), ("fairness", 21)])
def test_the_pages_have_a_literal_number_of_statements(world: World, name: str, number: int) -> None:
    entries = three(world, computed=False)
    counts = []
    for some in (entries[:1], entries):
        stored(world, some)
        client = world.client("adam")
        client.get(f"{BOARD}/{name.format(entries[0].handle)}")
        with statements(world) as sent:
            client.get(f"{BOARD}/{name.format(entries[0].handle)}")
        counts.append(len(sent))
    assert counts == [number, number]
