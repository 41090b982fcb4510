"""Score sets from design to results: rewritten before the first mark, corrected with a reason after it, marks kept."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from heroes.models import Assignment, AuditRecord, Criterion, Entry, Mark, OutboxMail, Round, ScoreSet, Season
from heroes.models import run_pages as runs
from heroes.models.judge_pages import bench
from heroes.models.seasons import ScoreSetDesign
from heroes.services import bundling, looking, scoring
from heroes.services import score_set_designs as designs
from heroes.services.gathering import gather
from heroes.services.importing import import_marks
from heroes.services.refusals import Faster, Invalid, NeedsReason, NotAllowed, NotFound, NotNow
from heroes.services.score_set_designs import Edit
from heroes.services.score_set_publishing import ensure_sets
from heroes.services.scoring import Words
from heroes.services.transactions import transaction
from tests.bundling import SIGNER, examined
from tests.judging import COMMENT, GOOD, WRITTEN, asked, assignment, elsewhere, handed_in, marks_kept
from tests.outcomes import board, three
from tests.two_at_once import one_after_the_other
from tests.world import World

SEASON = "small-2026"


def design_of(world: World, key: str = "frontline") -> ScoreSetDesign:
    """A working copy, as the database has it."""
    return world.session.scalars(
        select(ScoreSetDesign).where(ScoreSetDesign.key == key).execution_options(populate_existing=True)
    ).one()


def edited(world: World, changes: dict[str, dict[str, Any]], more: tuple[dict[str, Any], ...] = ()) -> Edit:
    """The design of the category `frontline` with changes by criterion key, and further criteria."""
    design = design_of(world)
    criteria = [one | changes.get(one["key"], {}) for one in design.criteria]
    return Edit(design.name, [*criteria, *more], str(design.comment_words), design.reason_for_extremes)


def saved(world: World, typed: Edit) -> int:
    """Keep a working copy; returns its version."""
    designs.save(world.ctx("adam"), SEASON, "frontline", typed, design_of(world).version)
    return design_of(world).version


def corrected(world: World, typed: Edit, reason: str = "The brief said otherwise.") -> int:
    """Keep a working copy and publish it; returns in how many categories."""
    version = saved(world, typed)
    return designs.publish(world.ctx("adam"), SEASON, "frontline", reason, version)


def unopened(world: World) -> None:
    """Have the season be one that is being built."""
    world.session.execute(update(Season).values(opened_at=None))
    world.session.commit()


def sets(world: World) -> list[tuple[int, str | None, list[tuple[str, str]]]]:
    """(number, reason, (key, weight) of each criterion) of the published sets of `frontline`."""
    return [
        (
            one.number,
            one.reason,
            [
                (c.key, f"{c.weight:f}")
                for c in world.session.scalars(
                    select(Criterion).where(Criterion.score_set_id == one.id).order_by(Criterion.position)
                )
            ],
        )
        for one in world.session.scalars(
            select(ScoreSet).where(ScoreSet.design_id == design_of(world).id).order_by(ScoreSet.number)
        )
    ]


def round_of(world: World) -> Round:
    """The round of the category `frontline`."""
    return world.session.scalars(
        select(Round).where(Round.design_id == design_of(world).id).execution_options(populate_existing=True)
    ).one()


def raw_marks(world: World) -> list[tuple[Any, ...]]:
    """Every row of marks, as it stands."""
    rows = world.session.execute(select(Mark.__table__).order_by(Mark.id))
    return [tuple(row) for row in rows]


SWAPPED = {"difference": {"weight": "40"}, "beyond": {"weight": "60"}}
OTHER_SCALE = {"beyond": {"high": "20", "points": []}}
TONE = {"name": "Tone", "counts": False, "low": "0", "high": "4", "step": "1", "scale": "four"}


# ---- the working copy ----


def test_a_set_is_begun_copied_renamed_and_deleted_only_while_no_round_uses_it(lite_world: World) -> None:
    world = lite_world
    adam = world.ctx("adam")
    key = designs.create(adam, SEASON, " Live  panel ")
    copy = designs.create(world.ctx("adam"), SEASON, "Live panel, 2", "frontline")
    assert (key, copy, design_of(world, copy).criteria) == (
        "live-panel",
        "live-panel-2",
        design_of(world).criteria,
    )
    with pytest.raises(Invalid) as taken:
        designs.save(world.ctx("adam"), SEASON, copy, Edit("Live panel", []), 1)
    assert taken.value.errors == {"name": "Another scorecard of this season has this name."}
    designs.save(world.ctx("adam"), SEASON, copy, Edit("Renamed", []), 1)
    designs.delete(world.ctx("adam"), SEASON, key)
    with pytest.raises(NotNow):
        designs.delete(world.ctx("adam"), SEASON, "frontline")
    _, listed = designs.list_sets(world.ctx("audrey"), SEASON)
    assert [(one.design.name, one.rounds, one.faults) for one in listed] == [
        ("Frontline Hero", (("Frontline Hero", "Round 1, written"),), ()),
        ("Renamed", (), ("It has no criterion yet.",)),
        (
            "Team of the Year",
            (("Team of the Year", "Round 1, written"), ("Team of the Year", "Final panel")),
            (),
        ),
    ]
    for who, refused in (("audrey", NotAllowed), ("jack", NotFound)):
        with pytest.raises(refused):
            designs.create(world.ctx(who), SEASON, "Mine")


def test_half_a_set_is_kept_but_never_published_and_what_is_wrong_is_refused(lite_world: World) -> None:
    world = lite_world
    unopened(world)
    seen = saved(world, edited(world, {"beyond": {"weight": "39.99"}}))
    assert sets(world) == [(1, None, [("difference", "60"), ("beyond", "40")])]
    said = "The weights must make exactly 100: 99.99 of 100, 0.01 to go."
    with pytest.raises(Invalid, match="exactly 100"):
        designs.publish(world.ctx("adam"), SEASON, "frontline", "", seen)
    ctx = world.ctx("adam")
    with transaction(ctx):
        assert ensure_sets(ctx, world.season()) == (f"Frontline Hero: {said}",)
    typed = edited(world, {"beyond": {"weight": "-3", "step": "3"}})
    with pytest.raises(Invalid) as refused:
        designs.save(world.ctx("adam"), SEASON, "frontline", typed, seen)
    assert set(refused.value.errors) == {"criterion-2-weight", "criterion-2-step"}
    with pytest.raises(Faster):
        designs.save(world.ctx("olive"), SEASON, "frontline", typed, seen - 1)
    assert design_of(world).criteria[1]["weight"] == "39.99"


# ---- before the first mark ----


def test_before_the_first_mark_a_season_being_built_rewrites_its_set_and_an_open_one_numbers_it(
    lite_world: World,
) -> None:
    world = lite_world
    version = saved(world, edited(world, SWAPPED))
    with pytest.raises(NeedsReason) as asked_why:
        designs.publish(world.ctx("adam"), SEASON, "frontline", "", version)
    assert (
        "Frontline Hero, Round 1, written, Beyond the role: the weight was 40 and is now 60."
        in asked_why.value.changes
    )
    assert designs.publish(world.ctx("adam"), SEASON, "frontline", "Agreed in May", version) == 1
    assert designs.publish(world.ctx("adam"), SEASON, "frontline", "Again", version) == 0
    old, new = [("difference", "60"), ("beyond", "40")], [("difference", "40"), ("beyond", "60")]
    assert sets(world) == [(1, None, old), (2, None, new)]
    assert round_of(world).score_set_id == sets_ids(world)[1]
    unopened(world)
    saved(world, edited(world, {"difference": {"weight": "60"}, "beyond": {"weight": "40"}}))
    assert sets(world) == [(1, None, old), (2, None, old)], "the set is written anew in its place"


def sets_ids(world: World) -> list[int]:
    """The ids of the published sets, in their order."""
    own = select(ScoreSet.id).where(ScoreSet.design_id == design_of(world).id).order_by(ScoreSet.number)
    return list(world.session.scalars(own))


# ---- after it ----


def test_a_correction_of_weights_leaves_every_raw_mark_and_counts_as_a_fresh_import_would(
    world: World,
) -> None:
    three(world)
    world.computed()
    before, seen = raw_marks(world), board(world)
    version = saved(world, edited(world, SWAPPED))
    with pytest.raises(NeedsReason):
        designs.publish(world.ctx("adam"), SEASON, "frontline", "  ", version)
    assert sets(world) == [(1, None, [("difference", "60"), ("beyond", "40")])]
    assert designs.publish(world.ctx("adam"), SEASON, "frontline", "Typed wrongly", version) == 1
    assert sets(world)[1] == (2, "Typed wrongly", [("difference", "40"), ("beyond", "60")])
    assert raw_marks(world) == before
    assert runs.rounds_to_compute(world.session)[0][0].id == round_of(world).id
    assert board(world).digest != seen.digest
    here = looking.look(world.ctx("adam"), *WRITTEN[:2], method="mean")
    gathered = here.computed.material.gathered
    lines = ["category,entry,judge,criterion,mark,weight,low,high"]
    weights = {one.name: one.weight for one in gathered.criteria}
    lines += [
        f'"Same",{mark.entry},{mark.judge},{mark.criterion},{mark.value},{weights[mark.criterion]:f},0,10'
        for mark in gathered.marks
    ]
    import_marks(
        world.ctx("import"), "\n".join(lines).encode(), name="m.csv", season="Fresh 2026", create=True
    )
    fresh = looking.look(world.ctx("import"), "Fresh 2026", "Same", method="mean").computed.standings
    told = [(one.entry, one.score, one.rank) for one in here.computed.standings.entries]
    titles = {title: name for name, title in fresh_titles(world).items()}
    assert [(titles[e], s, r) for e, s, r in told] == [(o.entry, o.score, o.rank) for o in fresh.entries]
    told_apart: dict[bool, list[Decimal | None]] = {True: [], False: []}
    for one in world.session.scalars(select(Assignment)):
        told_apart[one.round_id == round_of(world).id].append(one.total)
    assert sorted(map(str, told_apart[True])) == sorted(map(str, told_apart[False]))
    verdict = examined(bundling.results(world.ctx("adam"), SIGNER, *WRITTEN).data)
    assert verdict is not None
    assert verdict.difference is None


def fresh_titles(world: World) -> dict[str, str]:
    """Reference -> title of the entries of the imported season, whose titles are the references of the first."""
    rows = world.session.execute(
        select(Entry.reference, Entry.title).join(Season).where(Season.name == "Fresh 2026")
    )
    return {row.reference or "": row.title for row in rows}


def test_a_corrected_scale_never_takes_an_old_mark_and_asks_for_it_again(world: World) -> None:
    entry, other = elsewhere(world), elsewhere(world, title="Ann Lee")
    one = handed_in(world, entry, "jack")
    draft = asked(world, other, "jack")
    scoring.save(world.ctx("jack"), draft.handle, 1, GOOD, "So far")
    before = raw_marks(world)
    assert corrected(world, edited(world, OTHER_SCALE, (TONE,)), "Ten was too coarse") == 1
    assert raw_marks(world) == before
    one = assignment(world, entry, "jack")
    assert (one.state, one.draft, str(one.total)) == ("submitted", {"difference": "7"}, "70.00")
    assert one.asked_again_at == world.clock.now()
    assert assignment(world, other, "jack").draft == {"difference": "7"}
    counted = gather(world.ctx("adam"), round_of(world).id)
    assert [(mark.criterion, mark.value) for mark in counted.marks] == [
        ("Difference to the customer", Decimal(7))
    ]
    here = bench(world.session, world.people["jack"], world.clock.now())
    assert (here.todo, here.submitted, here.asked) == (2, 0, 2)
    mails = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "scorecard_again")).all()
    assert [(mail.to_address, mail.values["count"], mail.values["said"]) for mail in mails] == [
        ("jack@judges.example", 1, "Ten was too coarse")
    ]
    # The page that was open before the correction says which scale its marks are on.
    given = {"difference": "7", "beyond": "8", "tone": "3"}
    with pytest.raises(Invalid) as refused:
        scoring.submit(world.ctx("jack"), one.handle, one.revision, given, COMMENT, {"beyond": "0:10:1"})
    assert refused.value.errors == {
        "beyond": "The organisers have put this criterion on another scale, 0 to 20. Mark it again."
    }
    scoring.submit(world.ctx("jack"), one.handle, one.revision, given | {"beyond": "16"}, COMMENT)
    one = assignment(world, entry, "jack")
    assert (one.asked_again_at, str(one.total)) == (None, "74.00")
    assert marks_kept(world, one) == {1: ["7", "8"], 2: ["7", "16", "3"]}
    counted = gather(world.ctx("adam"), round_of(world).id)
    assert (len(counted.marks), [c.name for c in counted.criteria]) == (
        2,
        ["Difference to the customer", "Beyond the role"],
    ), "what stands apart is not counted"
    trail = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "scorecards.correct")).one()
    assert trail.body is not None
    assert trail.body["reason"] == "Ten was too coarse"
    assert (trail.subject, trail.body["after"]["asked_again"]) == ("scorecard frontline", 1)


def test_words_alone_need_a_reason_too_once_somebody_has_marked(lite_world: World) -> None:
    world = lite_world
    entry = elsewhere(world)
    asked_of = asked(world, entry, "jack")
    scoring.save(world.ctx("jack"), asked_of.handle, 1, {"difference": "7"}, "")
    with pytest.raises(NeedsReason) as wanted:
        corrected(world, edited(world, {"beyond": {"help": "Only what nobody asked for."}}), "")
    assert wanted.value.changes == (
        "Frontline Hero, Round 1, written: Beyond the role: its help is worded anew",
    )
    version = design_of(world).version
    designs.publish(world.ctx("adam"), SEASON, "frontline", "Judges asked what it means", version)
    assert assignment(world, entry, "jack").draft == {"difference": "7"}


def test_a_correction_taken_back_asks_for_nothing_any_more(lite_world: World) -> None:
    world = lite_world
    entry = elsewhere(world)
    handed_in(world, entry, "jack")
    first = edited(world, {})
    corrected(world, edited(world, OTHER_SCALE))
    corrected(world, first, "A mistake of ours")
    one = assignment(world, entry, "jack")
    assert (one.asked_again_at, str(one.total)) == (None, "74.00")
    assert (
        world.session.scalar(select(func.count()).select_from(ScoreSet).where(ScoreSet.reason.is_not(None)))
        == 2
    )


# ---- what judges meet ----


def test_what_stands_apart_is_marked_and_in_no_total(lite_world: World) -> None:
    world = lite_world
    corrected(world, edited(world, {}, (TONE,)))
    entry = elsewhere(world)
    one = handed_in(world, entry, "jack", tone="4")
    assert (str(one.total), marks_kept(world, one)) == ("74.00", {1: ["7", "8", "4"]})
    again = {"difference": "", "beyond": "", "tone": "2"}
    with pytest.raises(Invalid) as nothing:
        scoring.submit(world.ctx("jack"), one.handle, one.revision, again, COMMENT)
    assert set(nothing.value.errors) == {"difference"}
    with pytest.raises(Invalid) as open_still:
        scoring.submit(world.ctx("jack"), one.handle, one.revision, GOOD, COMMENT)
    assert set(open_still.value.errors) == {"tone"}


def test_the_lowest_and_the_highest_mark_ask_for_a_reason(lite_world: World) -> None:
    world = lite_world
    typed = edited(world, {})
    corrected(world, Edit(typed.name, typed.criteria, "", True))
    entry = elsewhere(world)
    one = asked(world, entry, "jack")
    marks = {"difference": "10", "beyond": "0"}
    with pytest.raises(Invalid) as refused:
        scoring.submit(
            world.ctx("jack"), one.handle, 1, marks, Words(COMMENT, {"difference": "She saved a life."})
        )
    assert refused.value.errors == {"note:beyond": "Say in a sentence why it is 0."}
    scoring.save(world.ctx("jack"), one.handle, 1, marks, Words(COMMENT, {"beyond": " Nothing. "}))
    assert assignment(world, entry, "jack").draft_notes == {"beyond": "Nothing."}
    notes = {"difference": "She saved a life.", "beyond": "Nothing."}
    scoring.submit(world.ctx("jack"), one.handle, 2, marks, Words(COMMENT, notes))
    assert assignment(world, entry, "jack").notes == notes


# ---- both at one moment ----


def test_a_scorecard_that_comes_in_during_a_correction_is_marked_on_the_scale_of_after(world: World) -> None:
    entry = elsewhere(world)
    handed_in(world, entry, "jack")
    handle = asked(world, entry, "jill").handle
    version = saved(world, edited(world, OTHER_SCALE))
    outcomes = one_after_the_other(
        world,
        ("adam", lambda ctx: designs.publish(ctx, SEASON, "frontline", "Too coarse", version)),
        "INSERT INTO score_sets",
        (
            "jill",
            lambda ctx: scoring.submit(ctx, handle, 1, GOOD, COMMENT, {"beyond": "0:10:1"}),
        ),
    )
    assert outcomes == ("done", "invalid")
    assert assignment(world, entry, "jill").submission == 0
