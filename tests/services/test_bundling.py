"""Results bundles out of an installation: who may, what is recorded, and that nobody is named."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import select

from heroes.adapters.signing import fingerprint
from heroes.domain import bundles
from heroes.domain.bundles.encoding import decode
from heroes.models import AuditRecord, Entry, User
from heroes.models.result_pages import audit_head
from heroes.services import bundling
from heroes.services.refusals import NotFound
from tests.bundling import SIGNER, examined
from tests.judging import handed_in
from tests.outcomes import FRONTLINE, board, eligible, judged, three
from tests.world import JUDGED, JUDGING, World


def bundled(world: World, who: str = "adam", **more: Any) -> bundling.Bundled:
    world.session.rollback()
    return bundling.results(world.ctx(who), SIGNER, *FRONTLINE, **more)


def contents(data: bytes) -> Any:
    return decode(bundles.split(data).payload)


def test_an_installations_result_is_reproduced_from_its_file_alone(world: World) -> None:
    three(world)
    seen = board(world)
    length, head = audit_head(world.session, world.season().id)
    made = bundled(world, references=True)
    assert examined(made.data) == bundles.Verdict(None, True)
    told = contents(made.data)
    assert [(one["rank"], one["entry"], one["score"]) for one in told["standings"]["entries"]] == [
        (line.place, line.entry.reference, f"{line.standing.score:f}") for line in seen.lines
    ]
    assert told["source"] == {
        "run": None,
        "digest": seen.digest,
        "audit_head": f"small-2026:{length}:{head}",
    }
    assert (told["season"], told["category"], told["round"]) == (
        {"slug": "small-2026", "name": seen.season.name},
        {"slug": "frontline", "name": seen.category.name},
        {"slug": "written", "name": seen.round.name},
    )
    assert (made.entries, made.marks, made.key) == (3, 12, fingerprint(SIGNER.public))


def test_gaps_abstentions_and_entries_without_a_mark_come_along(lite_world: World) -> None:
    judged(lite_world, {"Ada Ames": {"jack": ("8", "8"), "jill": ("8", "6")}, "Ben Bode": {}})
    entry = eligible(lite_world, "Cyd Cole")
    lite_world.clock.at = JUDGING
    handed_in(lite_world, entry, "jack", difference="9", beyond="")
    lite_world.clock.at = JUDGED
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
    assert (record.actor_name, record.subject) == ("Audrey Auditor", "small-2026/frontline/written")
    assert record.body == {
        "after": {
            "digest": board(world).digest,
            "run": None,
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
