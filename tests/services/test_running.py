"""Stored runs: who asks, what is computed again and when, what a run says, and that the revision tells the truth."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from heroes.domain.counting import Mark, plain
from heroes.domain.counting.standings import Standing
from heroes.domain.entry_states import Act, Given
from heroes.domain.results import digest, rank
from heroes.jobs.reckoner import AT_THE_LATEST, QUIET, Reckoner
from heroes.models import Assignment, AuditRecord, Entry, ResultsRun, Round, RunLine, Tally
from heroes.models import run_pages as read
from heroes.models.database import db
from heroes.services import acting, assigning, computing, deciding, recusing, rounds, running, scoring
from heroes.services.boards import NotComputed, cut
from heroes.services.gathering import gather
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, Refusal
from heroes.services.standings import affected, standings, table
from tests.journeys.walk import build_stage
from tests.judging import COMMENT, asked, assignment, change, handed_in, handle_of
from tests.outcomes import FRONTLINE, PAIR, board, eligible, judged, moved, shortlisted, three
from tests.servers import Databases
from tests.world import JUDGED, JUDGING, World, open_world


def found_runs(world: World) -> list[ResultsRun]:
    world.session.rollback()
    world.session.expire_all()
    return list(world.session.scalars(select(ResultsRun).order_by(ResultsRun.id)))


def count(world: World, table_: type) -> int:
    number = world.session.scalar(select(func.count()).select_from(table_)) or 0
    world.session.rollback()
    return number


# ---- what a run is ----


def test_a_run_says_all_that_it_was_computed_from(world: World) -> None:
    three(world)
    found = board(world)
    (run,) = found_runs(world)
    assert (run.state, run.progress, run.step, run.failure) == ("done", 100, "", None)
    assert (run.asked, run.method, run.explicit, run.rules) == ("mean", "mean", False, "2026.1")
    assert (run.places, run.entries, run.reviews) == (2, 3, 6)
    assert (run.digest, run.program) == (found.digest, "0.1.0")
    assert found.run is not None
    assert (found.run.handle, found.run.result_digest) == (run.handle, run.result_digest)
    lines = world.session.scalars(select(RunLine).where(RunLine.run_id == run.id).order_by(RunLine.position))
    marks = [
        Mark(line.data["entry"], judge, criterion.name, None if text is None else Decimal(text))
        for line in lines
        for judge, given in line.marks.items()
        for criterion, text in zip(found.criteria, given, strict=True)
    ]
    again = rank(marks, found.criteria, method="mean", places=2)
    assert (
        plain.with_entries(plain.without_entries(again), tuple(one.standing for one in found.lines)) == again
    )
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "results.run")).one()
    assert (record.subject, record.actor_name) == ("frontline/written", "The clock")
    assert record.body == {
        "after": {
            "run": run.handle,
            "digest": digest(marks, found.criteria, "mean"),
            "asked": "mean",
            "method": "mean",
            "rules": "2026.1",
            "result_digest": run.result_digest,
            "program": "0.1.0",
        }
    }


def test_nothing_that_does_not_count_is_left_unsaid(world: World) -> None:
    ada, ben, cyd = three(world)
    world.clock.at = JUDGING
    again = assignment(world, ben, "jack")
    scoring.submit(
        world.ctx("jack"), again.handle, again.revision, {"difference": "9", "beyond": "9"}, COMMENT
    )
    recusing.recuse(world.ctx("adam"), ada.handle, handle_of(world, "jill"), "They are cousins.")
    moved(world, cyd, Act.WITHDRAW, reason="As asked.")
    world.session.refresh(ben)
    draft = asked(world, ben, "chloe")
    scoring.save(world.ctx("chloe"), draft.handle, draft.revision, {"difference": "9"}, "")
    handed_in(world, ada, "chloe", difference="9", beyond="")
    world.clock.at = JUDGED

    found = board(world)

    said = {(one.entry, one.judge, one.criterion, one.why) for one in found.standings.left_out}
    handles = {who: handle_of(world, who) for who in ("jack", "jill", "chloe")}
    assert said == {
        (ada.reference, handles["jill"], None, "the judge is recused from the entry"),
        (cyd.reference, handles["jack"], None, "the entry has been withdrawn"),
        (cyd.reference, handles["jill"], None, "the entry has been withdrawn"),
    }
    assert found.summary["beside"] == {"superseded": 1, "drafts": 1}


def test_a_scorecard_to_be_handed_in_again_is_said_as_well(world: World) -> None:
    ada, *_ = three(world)
    world.clock.at = JUDGING
    jill = handle_of(world, "jill")
    recusing.recuse(world.ctx("adam"), ada.handle, jill, "They are cousins.")
    recusing.lift(world.ctx("adam"), ada.handle, jill, "They are not.")
    world.clock.at = JUDGED
    (left,) = board(world).standings.left_out
    assert left.why == "the scorecard is back with the judge and has not been handed in again"


# ---- the method ----


def own(world: World, method: str) -> None:
    round_ = world.session.scalars(select(Round).where(Round.slug == "written").order_by(Round.id)).first()
    assert round_ is not None
    change(world, round_, method=method)


def test_a_complete_panel_needs_no_calibration(world: World) -> None:
    own(world, "calibrated")
    three(world)
    found = board(world)
    assert (found.asked, found.standings.method) == ("calibrated", "mean")
    assert (found.standings.reason or "").startswith("Every judge marked every entry in full")


def test_an_incomplete_one_is_calibrated(world: World) -> None:
    own(world, "calibrated")
    judged(world, {"Ada Ames": PAIR, "Ben Bode": {"jack": ("5", "5")}})
    found = board(world)
    assert found.asked == "calibrated"
    assert (found.standings.reason or "").startswith("Fewer than three judges have marked"), "so it was tried"


def test_a_method_that_somebody_chose_is_kept(world: World) -> None:
    own(world, "calibrated")
    three(world)
    running.request_run(world.ctx("adam"), *FRONTLINE, method="calibrated-limits")
    found = board(world, method="calibrated-limits")
    assert found.asked == "calibrated-limits"
    assert (found.standings.reason or "").startswith("Fewer than three judges have marked"), "so it was tried"
    running.request_run(world.ctx("adam"), *FRONTLINE, method="calibrated")
    world.computed()
    chosen = found_runs(world)[-1]
    assert (chosen.asked, chosen.explicit) == ("calibrated", True)
    assert "Every judge marked every entry" not in (chosen.reason or "")


# ---- asking ----


def test_asking_twice_for_the_same_is_one_run(world: World) -> None:
    three(world)
    first = running.request_run(world.ctx("adam"), *FRONTLINE, method="median", places=2)
    assert running.request_run(world.ctx("olive"), *FRONTLINE, method="median") == first, "the rule's places"
    other = running.request_run(world.ctx("adam"), *FRONTLINE, method="median", places=3)
    assert other != first
    world.computed()
    assert running.request_run(world.ctx("adam"), *FRONTLINE, method="median") == first, "it is up to date"
    states = [(run.handle, run.state) for run in found_runs(world) if run.explicit]
    assert states == [(first, "done"), (other, "done")]


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("audrey", NotAllowed),
        ("chloe", NotFound),
        ("jack", NotFound),
        ("bob", NotFound),
        ("stranger", NotFound),
    ],
)
def test_only_owner_and_admin_ask(world: World, who: str, refusal: type[Exception]) -> None:
    three(world)
    before = count(world, ResultsRun)
    with pytest.raises(refusal):
        running.request_run(world.ctx(who), *FRONTLINE, method="median")
    assert count(world, ResultsRun) == before


@pytest.mark.parametrize(
    "wish", [{"method": "luck"}, {"places": 0}, {"places": 10_001}, {"budget": -1}, {"budget": 1_000_001}]
)
def test_what_makes_no_sense_is_said(lite_world: World, wish: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        running.request_run(lite_world.ctx("adam"), *FRONTLINE, **wish)
    assert set(refused.value.errors) == set(wish)


def test_with_a_budget_it_proposes_where_more_reviews_tell_most(world: World) -> None:
    judged(world, {"Ada Ames": PAIR, "Ben Bode": {"jack": ("5", "5")}, "Zoe Zed": {}})
    handle = running.request_run(world.ctx("adam"), *FRONTLINE, places=1, budget=4)
    world.computed()
    found = standings(world.ctx("adam"), *FRONTLINE, run=handle)
    proposed = found.summary["proposals"]
    assert (proposed["places"], proposed["budget"], proposed["given_out"]) == (1, 4, 4)
    extra = {row["entry"]: row["extra"] for row in proposed["rows"]}
    assert sum(extra.values()) == 4
    assert extra["SH-26-0003"] >= 1, "whom nobody has marked comes first"


# ---- when it is computed ----


def test_the_worker_waits_for_a_quiet_moment_and_not_for_ever(lite_world: World) -> None:
    world = lite_world
    ada, *_ = three(world)
    reckoner = Reckoner(lambda: world.ctx("system"))
    mine = reckoner.watch

    def seconds(number: float) -> None:
        world.clock.at += timedelta(seconds=number)

    def again() -> None:
        at, world.clock.at = world.clock.at, JUDGING
        one = assignment(world, ada, "jack")
        scoring.submit(
            world.ctx("jack"), one.handle, one.revision, {"difference": "9", "beyond": "9"}, COMMENT
        )
        world.clock.at = at

    def waiting() -> int:
        return sum(run.state == "waiting" for run in found_runs(world))

    mine(world.ctx("system"))
    assert waiting() == 0, "it is up to date"
    again()
    mine(world.ctx("system"))
    seconds(QUIET.total_seconds() - 1)
    again()
    mine(world.ctx("system"))
    seconds(QUIET.total_seconds() - 1)
    mine(world.ctx("system"))
    assert waiting() == 0, "something came in a moment ago"
    seconds(1)
    mine(world.ctx("system"))
    mine(world.ctx("system"))
    assert waiting() == 1
    world.computed()
    for _ in range(int(AT_THE_LATEST.total_seconds() / 2) + 1):
        assert waiting() == 0
        again()
        mine(world.ctx("system"))
        seconds(2)
    mine(world.ctx("system"))
    assert waiting() == 1, "a steady stream must not keep it from being computed"


def test_a_round_without_marks_has_no_run_and_a_board_all_the_same(world: World) -> None:
    eligible(world, "Ada Ames")
    found = board(world)
    assert (found.run, found.quoted, found.stale, [line.entry.title for line in found.lines]) == (
        None,
        "",
        False,
        ["Ada Ames"],
    )
    assert found_runs(world) == []


def test_until_the_first_run_is_done_pages_are_told_how_far_it_is(world: World) -> None:
    entry = eligible(world, "Ada Ames")
    handed_in(world, entry, "jack")
    world.clock.at = JUDGED
    with pytest.raises(NotComputed) as missing:
        standings(world.ctx("adam"), *FRONTLINE)
    assert missing.value.progress is None
    handle = running.request_run(world.ctx("adam"), *FRONTLINE, method="median")
    with pytest.raises(NotComputed) as missing:
        standings(world.ctx("adam"), *FRONTLINE, "median")
    told = missing.value.progress
    assert told is not None
    assert (told.handle, told.state, told.percent, missing.value.asked) == (handle, "waiting", 0, "median")
    with pytest.raises(NotFound):
        standings(world.ctx("jack"), *FRONTLINE, "median")


def test_a_run_that_is_behind_says_so_and_whom_it_touches(world: World) -> None:
    _, ben, cyd = three(world)
    seen = board(world)
    assert (seen.stale, affected(world.ctx("adam"), seen)) == (False, [])
    world.clock.at = JUDGING
    handed_in(world, ben, "chloe", difference="10", beyond="10")
    moved(world, cyd, Act.WITHDRAW, reason="As asked.")
    world.clock.at = JUDGED
    late = standings(world.ctx("adam"), *FRONTLINE)
    assert late.stale
    assert [line.entry.title for line in late.lines] == ["Ada Ames", "Ben Bode"], "one has left the running"
    assert [entry.id for entry in affected(world.ctx("adam"), late)] == [ben.id, cyd.id]
    running.request_due(world.ctx("system"))
    under_way = standings(world.ctx("adam"), *FRONTLINE).under_way
    assert under_way is not None
    assert under_way.state == "waiting"
    assert not board(world).stale


def test_a_run_that_cannot_be_computed_says_why_and_is_not_tried_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    three(world)
    before = board(world).quoted

    def broken(*_: object, **__: object) -> None:
        raise ValueError("The marks are upside down.")

    with monkeypatch.context() as patched:
        patched.setattr(computing, "work_out", broken)
        running.request_run(world.ctx("adam"), *FRONTLINE, method="median")
        world.computed()
        world.computed()
    failed = found_runs(world)[-1]
    assert (failed.state, failed.failure, failed.attempts) == ("failed", "The marks are upside down.", 1)
    assert board(world).quoted == before


def test_a_lease_that_ran_out_is_taken_over_and_the_late_one_writes_nothing(world: World) -> None:
    three(world)
    handle = running.request_run(world.ctx("adam"), *FRONTLINE, method="median")
    slow = computing.claim(world.ctx("system"))
    assert slow is not None
    assert computing.claim(world.ctx("system")) is None
    material = computing.read_material(world.ctx("system"), slow.round_id)
    found = computing.work_out(material, slow, lambda *_: None)
    world.session.rollback()
    world.clock.at += computing.LEASE
    quick = computing.claim(world.ctx("system"))
    assert quick is not None
    assert (quick.id, quick.attempt) == (slow.id, 2)
    assert computing.store(world.ctx("system"), quick, found)
    lines = count(world, RunLine)
    assert not computing.store(world.ctx("system"), slow, found)
    assert count(world, RunLine) == lines
    assert [run.state for run in found_runs(world) if run.handle == handle] == ["done"]


def test_a_run_that_kills_every_worker_is_given_up(world: World) -> None:
    three(world)
    running.request_run(world.ctx("adam"), *FRONTLINE, method="median")
    for _ in range(computing.MOST_ATTEMPTS):
        assert computing.claim(world.ctx("system")) is not None
        world.clock.at += computing.LEASE
    assert computing.claim(world.ctx("system")) is None
    assert "each time it was tried" in (found_runs(world)[-1].failure or "")


# ---- decisions ----


def test_a_decision_quotes_its_run_and_the_run_is_kept(world: World) -> None:
    ada, *_ = three(world)
    quoted = board(world).quoted
    shortlisted(world, [ada])
    world.session.expire_all()
    run = next(one for one in found_runs(world) if one.handle == quoted)
    assert (ada.decided_run_id, ada.decided_digest, run.quoted_at) == (run.id, run.digest, world.clock.at)
    for mark in "3456":
        world.clock.at = JUDGING
        one = assignment(world, ada, "jack")
        scoring.submit(
            world.ctx("jack"), one.handle, one.revision, {"difference": mark, "beyond": "9"}, COMMENT
        )
        world.clock.at = JUDGED
        world.computed()
    kept = [one.handle for one in found_runs(world)]
    assert quoted in kept
    assert len(kept) == computing.KEPT + 1, "what nobody quotes goes"


def test_a_press_on_old_numbers_names_whom_they_touch(world: World) -> None:
    ada, ben, _ = three(world)
    seen = board(world)
    world.clock.at = JUDGING
    handed_in(world, ben, "chloe", difference="10", beyond="10")
    world.clock.at = JUDGED
    chosen = {ada.handle: ada.version}
    for _ in range(2):  # before the worker has computed it anew, and afterwards
        with pytest.raises(Faster) as refused:
            deciding.shortlist(world.ctx("adam"), *FRONTLINE, run=seen.quoted, chosen=chosen, rest={})
        assert refused.value.affected == (ben.handle,)
        world.computed()


def test_a_run_of_another_round_or_a_forgotten_one_decides_nothing(world: World) -> None:
    ada, *_ = three(world)
    seen = board(world)
    chosen = {ada.handle: ada.version}
    for run in ("nowhere", ""):
        with pytest.raises(Faster):
            deciding.shortlist(world.ctx("adam"), *FRONTLINE, run=run, chosen=chosen, rest={})
        world.session.rollback()
    change(world, seen.round, slug="other")
    with pytest.raises(NotFound):
        deciding.shortlist(world.ctx("adam"), *FRONTLINE, run=seen.quoted, chosen=chosen, rest={})


def test_before_any_mark_it_is_decided_without_a_run(world: World) -> None:
    ada, ben = (eligible(world, title) for title in ("Ada Ames", "Ben Bode"))
    world.clock.at = JUDGED
    seen = board(world)
    deciding.shortlist(
        world.ctx("adam"),
        *FRONTLINE,
        run=seen.quoted,
        chosen={ada.handle: ada.version},
        rest={},
        reason="The jury met.",
    )
    world.session.refresh(ada)
    assert (ada.state, ada.decided_run_id, ada.decided_digest) == ("shortlisted", None, seen.digest)
    world.clock.at = JUDGING
    handed_in(world, ben, "jack")
    world.clock.at = JUDGED
    with pytest.raises(Faster):
        deciding.shortlist(
            world.ctx("adam"), *FRONTLINE, run="", chosen={ben.handle: ben.version}, rest={}, reason="Again."
        )


# ---- pages of many, and whom they may show what ----


def test_a_page_of_lines_is_divided_as_the_whole_field_is(world: World) -> None:
    same = {"jack": ("7", "7"), "jill": ("6", "6")}
    judged(
        world,
        {
            "Ada Ames": {"jack": ("9", "9"), "jill": ("9", "9")},
            "Ben Bode": same,
            "Cyd Cole": same,
            "Zoe Zed": {},
        },
    )
    whole = board(world)
    pages = [standings(world.ctx("adam"), *FRONTLINE, page=n, per_page=2) for n in (1, 2, 3)]
    assert [line.entry.id for page in pages for line in page.lines] == [line.entry.id for line in whole.lines]
    assert [(len(page.lines), page.total) for page in pages] == [(2, 4), (2, 4), (0, 4)]
    for places in (1, 2, 3, 9):
        parts = [cut(page, places=places) for page in pages]
        all_at_once = cut(whole, places=places)
        for side in ("above", "level", "below"):
            ids = [line.entry.id for part in parts for line in getattr(part, side)]
            assert ids == [line.entry.id for line in getattr(all_at_once, side)]
        assert whole.run is not None
        divided = read.divided(world.session, whole.run.id, places, None)
        assert divided == {
            "above": len(all_at_once.above),
            "level": len(all_at_once.level),
            "below": len(all_at_once.below),
        }
        assert divided["below"] >= 1
    assert whole.run is not None
    at_least = cut(whole, places=2, at_least=Decimal(66))
    found = read.divided(world.session, whole.run.id, 2, 66.0)
    assert list(found.values()) == [len(at_least.above), len(at_least.level), len(at_least.below)]


def test_who_chairs_learns_nothing_of_what_is_sealed(world: World) -> None:
    own(world, "calibrated")
    first, second, third = judged(
        world,
        {
            "Ada Ames": {"jack": ("8", "8"), "jill": ("8", "6")},
            "Ben Bode": {"jack": ("7", "6"), "jill": ("6", "7")},
            "Cyd Cole": {"jack": ("3", "3")},
        },
    )
    open_to_all = board(world, "chloe")
    assert open_to_all.standings.judges
    assert open_to_all.summary == {}
    assert (open_to_all.standings.left_out, open_to_all.standings.groups) == ((), ())
    recusing.recuse(world.ctx("adam"), second.handle, handle_of(world, "chloe"), "She trained him.")
    for found in (board(world, "chloe"), table(world.ctx("chloe"), *FRONTLINE)):
        told = found.standings
        assert (told.judges, told.variances, told.reliability, told.clear, told.warnings) == (
            (),
            None,
            None,
            None,
            (),
        )
        by_id = {line.entry.id: line for line in found.lines}
        assert by_id[second.id].standing == Standing(second.reference or "", None, None, None, 0)
        assert by_id[first.id].standing.chance_above_next is None, "the next one is sealed"
        assert by_id[first.id].standing.explanation is None, (
            "it tells what a judge gives beside what others do"
        )
        assert by_id[first.id].standing.score is not None
    assert board(world, "adam").standings.judges
    assert third.id in by_id


# ---- the revision tells the truth ----


def facts(world: World) -> dict[int, tuple[int, object]]:
    """Round -> its revision, and all that a result of it would count or list."""
    found: dict[int, tuple[int, object]] = {}
    for round_ in world.session.scalars(select(Round)):
        now = gather(world.ctx("system"), round_.id)
        found[round_.id] = (
            now.revision,
            (now.digest("mean"), now.digest("trimmed-mean"), tuple(sorted(now.entries))),
        )
    world.session.rollback()
    return found


class Acts:
    """Things that people do at random, in the small world; most are refused at times, which changes nothing."""

    def __init__(self, world: World, dice: Random) -> None:
        self.world, self.dice = world, dice
        self.entries = [eligible(world, f"Person {n}") for n in range(3)]
        self.entries += [eligible(world, f"Team {n}", "teams") for n in range(2)]
        self.number = 0

    def entry(self) -> Entry:
        found = self.dice.choice(self.entries)
        self.world.session.refresh(found)
        return found

    def hand_in(self, *, kept: bool = False) -> None:
        entry, judge = self.entry(), self.dice.choice(("jack", "jill", "chloe"))
        mine = (Assignment.entry_id == entry.id) & (Assignment.user_id == self.world.people[judge])
        if self.world.session.scalar(
            select(Assignment.id).where(mine, Assignment.round_id == entry.round_id)
        ):
            one = assignment(self.world, entry, judge)
        else:
            one = asked(self.world, entry, judge)
        keys = ("difference", "beyond") if entry.title.startswith("Person") else ("outcome", "learning")
        marks = {key: self.dice.choice(("", "3", "7", "9")) for key in keys}
        act = scoring.save if kept else scoring.submit
        act(self.world.ctx(judge), one.handle, one.revision, marks, COMMENT)

    def keep_a_draft(self) -> None:
        self.hand_in(kept=True)

    def step_back(self) -> None:
        wanted = (
            select(Assignment).where(Assignment.state.in_(("assigned", "submitted"))).order_by(Assignment.id)
        )
        one = self.dice.choice(self.world.session.scalars(wanted).all() or [None])
        if one is not None:
            who = next(name for name, number in self.world.people.items() if number == one.user_id)
            recusing.step_back(self.world.ctx(who), one.handle, "A cousin.")

    def recuse(self) -> None:
        judge = handle_of(self.world, self.dice.choice(("jack", "jill", "chloe")))
        recusing.recuse(self.world.ctx("adam"), self.entry().handle, judge, "A cousin.")

    def lift(self) -> None:
        judge = handle_of(self.world, self.dice.choice(("jack", "jill", "chloe")))
        recusing.lift(self.world.ctx("adam"), self.entry().handle, judge, "No cousin.")

    def press(self) -> None:
        entry = self.entry()
        act = self.dice.choice(
            (Act.WITHDRAW, Act.DISQUALIFY, Act.REINSTATE, Act.SHORTLIST, Act.NOT_SHORTLIST, Act.RECONSIDER)
        )
        acting.press(
            self.world.ctx("olive"),
            entry.handle,
            act,
            Given(reason="So it is.", override=True),
            entry.version,
        )

    def remove(self) -> None:
        wanted = select(Assignment).where(Assignment.state == "assigned").order_by(Assignment.id)
        one = self.dice.choice(self.world.session.scalars(wanted).all() or [None])
        if one is not None:
            assigning.remove(self.world.ctx("adam"), one.handle)

    def admit(self) -> None:
        self.number += 1
        at = self.world.clock.at
        self.entries.append(eligible(self.world, f"Person late {self.number}"))
        self.world.clock.at = at

    def open_the_final(self) -> None:
        rounds.open_final(self.world.ctx("adam"), "small-2026", "teams")

    def time_goes_by(self) -> None:
        self.world.clock.at = self.dice.choice((JUDGING, JUDGED))


@pytest.mark.parametrize("seed", range(4))
def test_as_long_as_the_revision_is_the_same_so_is_all_that_counts(world: World, seed: int) -> None:
    dice = Random(seed)
    acts = Acts(world, dice)
    world.clock.at = JUDGING
    names = [name for name in dir(Acts) if not name.startswith("_") and name != "entry"]
    names += ["hand_in"] * 6
    before, done, told = facts(world), 0, 0
    for _ in range(60):
        try:
            getattr(acts, dice.choice(names))()
        except Refusal:
            world.session.rollback()
        after = facts(world)
        for round_id, (revision, counted) in after.items():
            if revision == before[round_id][0]:
                assert counted == before[round_id][1], acts
            else:
                told += 1
            done += counted != before[round_id][1]
        before = after
    assert done >= 5, "enough has happened"
    assert told >= done


def test_a_round_that_is_skipped_takes_its_runs_along(world: World) -> None:
    where = ("small-2026", "teams", "final")
    running.request_run(world.ctx("adam"), *where)
    world.computed()
    deciding.skip_final(world.ctx("adam"), "small-2026", "teams")
    assert found_runs(world) == []
    world.session.execute(delete(RunLine))
    assert db.session.scalar(select(func.count()).select_from(Round)) == 2


@pytest.mark.slow
def test_a_demo_comes_with_results_that_are_up_to_date(databases: Databases, tmp_path: Path) -> None:
    url = databases.copy_of("sqlite", "demo-shortlisted", lambda address: build_stage(address, "shortlisted"))
    with open_world(url, "sqlite", tmp_path, demo=True) as world:
        marked = set(
            world.session.scalars(select(Tally.value).where(Tally.kind == "cards_in", Tally.count > 0))
        )
        done = world.session.scalars(select(ResultsRun).where(ResultsRun.state == "done")).all()

        assert {str(run.round_id) for run in done} == marked
        assert read.rounds_to_compute(world.session) == []
        # Those that decisions quote were computed in the very transaction that brought the marks.
        assert all(run.revision for run in done)
