"""Results bundles out of an installation: who may, what is recorded, and that nobody is named."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from heroes.adapters.signing import fingerprint
from heroes.domain import bundles
from heroes.domain.bundles.encoding import decode
from heroes.models import AuditRecord, Entry, ResultsRun, Round, RunLine, User
from heroes.models.result_pages import audit_head
from heroes.services import bundling, recusing
from heroes.services.refusals import NotFound, NotNow
from tests.bundling import SIGNER, examined
from tests.judging import handed_in, handle_of
from tests.outcomes import FRONTLINE, board, eligible, judged, three
from tests.world import JUDGED, JUDGING, World


def bundled(world: World, who: str = "adam", **more: Any) -> bundling.Bundled:
    world.session.rollback()
    return bundling.results(world.ctx(who), SIGNER, *FRONTLINE, **more)


def contents(data: bytes) -> Any:
    return decode(bundles.split(data).payload)


def not_computed(world: World) -> None:
    """Take every run away, as if the worker had never been."""
    world.session.execute(delete(RunLine))
    world.session.execute(delete(ResultsRun))
    world.session.commit()


def places(told: Any) -> list[tuple[int | None, str, str]]:
    return [(one["rank"], one["entry"], one["score"]) for one in told["standings"]["entries"]]


def test_a_stored_run_is_reproduced_from_its_file_alone(world: World) -> None:
    three(world)
    world.computed()
    seen = board(world)
    assert seen.run is not None
    length, head = audit_head(world.session, world.season().id)
    made = bundled(world, references=True)
    assert examined(made.data) == bundles.Verdict(None, True)
    told = contents(made.data)
    assert places(told) == [
        (line.place, line.entry.reference, f"{line.standing.score:f}") for line in seen.lines
    ]
    assert told["source"] == {
        "asked": seen.asked,
        "reason": seen.standings.reason,
        "run": seen.run.handle,
        "digest": seen.digest,
        "audit_head": f"small-2026:{length}:{head}",
    }
    assert told["settings"] == {
        "method": "mean",
        "places": seen.run.places,
        "draws": 1000,
        "seed": 0,
        "tie_seed": seen.round.draw_seed,
        "across_groups": False,
        "prior": True,
    }
    assert (told["season"], told["category"], told["round"]) == (
        {"slug": "small-2026", "name": seen.season.name},
        {"slug": "frontline", "name": seen.category.name},
        {"slug": "written", "name": seen.round.name},
    )
    assert (made.entries, made.marks, made.key) == (3, 12, fingerprint(SIGNER.public))
    assert (made.run, made.stale) == (seen.run.handle, False)


def test_without_a_run_it_is_computed_at_once_and_comes_to_the_same(world: World) -> None:
    three(world)
    not_computed(world)
    at_once = bundled(world, references=True)
    assert (at_once.run, at_once.stale) == (None, False)
    assert examined(at_once.data) == bundles.Verdict(None, True)
    world.computed()
    one, other = contents(at_once.data), contents(bundled(world, references=True).data)
    assert places(one) == places(other)
    assert one["settings"] == other["settings"]
    assert {**one["source"], "run": None, "audit_head": ""} == {
        **other["source"],
        "run": None,
        "audit_head": "",
    }


def test_a_round_that_nobody_has_marked_can_be_bundled(lite_world: World) -> None:
    eligible(lite_world, "Ada Ames")
    made = bundled(lite_world)
    assert examined(made.data) == bundles.Verdict(None, True)
    assert (made.entries, made.marks, made.run) == (1, 0, None)


def test_a_run_whose_marks_have_changed_since_is_told_as_it_was(world: World) -> None:
    entries = three(world)
    world.computed()
    before = contents(bundled(world, references=True).data)
    recusing.recuse(world.ctx("adam"), entries[0].handle, handle_of(world, "jack"), "They are cousins.")
    later = bundled(world, references=True)
    assert later.stale
    after = contents(later.data)
    assert places(after) == places(before)
    assert after["digest"] != before["digest"] or after["marks"]["judge"] == before["marks"]["judge"]
    assert examined(later.data) == bundles.Verdict(None, True)


def test_what_was_set_aside_is_listed_with_its_reason(world: World) -> None:
    entries = three(world)
    recusing.recuse(world.ctx("adam"), entries[0].handle, handle_of(world, "jack"), "They are cousins.")
    world.computed()
    for made in (bundled(world, references=True), bundled(world)):
        told = contents(made.data)
        assert [one["why"] for one in told["set_aside"]] == ["the judge is recused from the entry"]
        assert told["standings"]["left_out"] == []
        assert examined(made.data) == bundles.Verdict(None, True)
    assert {one["judge"] for one in told["set_aside"]} <= set(told["marks"]["judge"])


def test_a_calibrated_result_is_reproduced_with_its_chances(world: World) -> None:
    world.session.execute(update(Round).values(method="calibrated"))
    world.session.commit()
    judges = ("jack", "jill", "chloe")
    judged(
        world,
        {
            f"Person {number}": {
                judge: (str((number * 3 + at) % 8 + 2), str((number + 2 * at) % 8 + 2))
                for at, judge in enumerate(judges)
                if number % 3 != at
            }
            for number in range(8)
        },
    )
    world.computed()
    made = bundled(world)
    told = contents(made.data)
    assert (told["source"]["asked"], told["standings"]["method"]) == ("calibrated", "calibrated")
    assert {type(one["chance_of_best"]) for one in told["standings"]["entries"]} <= {float, int}
    assert examined(made.data) == bundles.Verdict(None, True)


def test_a_method_that_gives_way_on_a_complete_panel_says_so(lite_world: World) -> None:
    lite_world.session.execute(update(Round).values(method="calibrated"))
    lite_world.session.commit()
    three(lite_world)
    lite_world.computed()
    told = contents(bundled(lite_world).data)
    assert (told["source"]["asked"], told["settings"]["method"], told["standings"]["method"]) == (
        "calibrated", "mean", "mean"
    )  # fmt: skip
    assert "the plain mean is used" in told["source"]["reason"]


def test_a_run_under_other_rules_is_not_told_under_these(lite_world: World) -> None:
    three(lite_world)
    lite_world.computed()
    lite_world.session.execute(update(ResultsRun).values(rules="2031.1"))
    lite_world.session.commit()
    with pytest.raises(NotNow, match=r"under rules 2031\.1"):
        bundled(lite_world)


def test_a_result_that_does_not_reproduce_is_not_handed_out(
    lite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    three(lite_world)
    difference = bundles.Difference("standings.asked", "", "1", "2")
    monkeypatch.setattr(bundles, "recompute", lambda _: bundles.Verdict(difference, False))
    with pytest.raises(NotNow, match=r"does not reproduce itself: standings\.asked: the bundle says 1"):
        bundled(lite_world)
    assert (
        lite_world.session.scalars(select(AuditRecord).where(AuditRecord.act == "results.export")).all() == []
    )


def test_gaps_abstentions_and_entries_without_a_mark_come_along(lite_world: World) -> None:
    judged(lite_world, {"Ada Ames": {"jack": ("8", "8"), "jill": ("8", "6")}, "Ben Bode": {}})
    entry = eligible(lite_world, "Cyd Cole")
    lite_world.clock.at = JUDGING
    handed_in(lite_world, entry, "jack", difference="9", beyond="")
    lite_world.clock.at = JUDGED
    for computed in (False, True):
        (lite_world.computed if computed else lambda: not_computed(lite_world))()
        made = bundled(lite_world)
        assert examined(made.data) == bundles.Verdict(None, True)
        assert len(contents(made.data)["entries"]) == 3
        assert contents(made.data)["marks"]["value"].count(None) == 1


def test_nobody_is_named(world: World) -> None:
    three(world)
    data = bundled(world).data.lower()
    names = [
        text
        for user in world.session.scalars(select(User))
        for text in (user.name, *user.name.split(), user.handle, user.email)
        if text
    ] + [
        text
        for entry in world.session.scalars(select(Entry))
        for text in (entry.title, entry.reference, entry.handle, entry.organisation_name)
        if text
    ]
    assert len(names) > 40
    # The last name of two of them is a word of the format as well.
    assert {name for name in names if name.lower().encode() in data} == {"Judge"}


def test_two_bundles_differ_in_their_names_and_both_reproduce(lite_world: World) -> None:
    three(lite_world)
    several = {bundled(lite_world).data for _ in range(6)}
    assert len(several) == 6
    assert len({tuple(contents(data)["marks"]["value"]) for data in several}) > 1
    assert {examined(data) == bundles.Verdict(None, True) for data in several} == {True}


def test_every_export_is_in_the_trail_with_the_files_digest(world: World) -> None:
    three(world)
    made = bundled(world, "audrey")
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "results.export")).one()
    assert (record.actor_name, record.subject) == ("Audrey Auditor", "frontline/written")
    assert record.body == {
        "after": {
            "digest": board(world).digest,
            "run": made.run,
            "sha256": hashlib.sha256(made.data).hexdigest(),
            "key": made.key,
            "references": False,
        }
    }


@pytest.mark.parametrize("who", ["jill", "chloe", "bob", "stranger"])
def test_only_staff_export(lite_world: World, who: str) -> None:
    three(lite_world)
    with pytest.raises(NotFound):
        bundled(lite_world, who)
    assert (
        lite_world.session.scalars(select(AuditRecord).where(AuditRecord.act == "results.export")).all() == []
    )
