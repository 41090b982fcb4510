"""Two who press at one moment, in the worst order: one happens, the other is told, and nobody waits for ever."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from heroes.domain.entry_states import Act, Given
from heroes.models import Entry, Release
from heroes.models.database import db
from heroes.services import acting, announcing, deciding, recusing, scoring
from heroes.services.context import Context
from heroes.services.deciding import FINALIST, SET_ASIDE
from tests.judging import COMMENT, GOOD, asked, assignment, cards, elsewhere, handed_in, handle_of
from tests.outcomes import FRONTLINE, awarded, board, eligible, shortlisted, three
from tests.two_at_once import Press, one_after_the_other
from tests.world import JUDGED, JUDGING, World

# ---- returning an entry while a judge hands in ----


def submitting(handle: str) -> Press:
    return lambda ctx: scoring.submit(ctx, handle, 1, GOOD, COMMENT)


def returning(world: World, handle: str) -> Press:
    given = Given(message="Which office?", due_at=world.clock.now() + timedelta(days=3))
    return lambda ctx: acting.press(ctx, handle, Act.RETURN, given, 1)


@pytest.fixture
def scene(world: World) -> tuple[World, Any, str]:
    """An entry, at version 1, that Jack is about to hand in a first scorecard for."""
    entry = elsewhere(world)
    handle = asked(world, entry, "jack").handle
    db.session.execute(text("UPDATE entries SET version = 1"))
    db.session.commit()
    return world, entry, handle


@pytest.mark.parametrize("before", ["INSERT INTO marks", "UPDATE round_entries"])
def test_a_scorecard_on_its_way_in_keeps_its_entry_from_being_returned(scene: Any, before: str) -> None:
    world, entry, handle = scene
    submit, send_back = submitting(handle), returning(world, entry.handle)
    assert one_after_the_other(world, ("jack", submit), before, ("adam", send_back)) == (
        "done",
        "already_marked",
    )
    world.session.refresh(entry)
    assert (entry.state, cards(world, entry)) == ("submitted", (1, 1))


@pytest.mark.parametrize("before", ["UPDATE entries", "UPDATE round_entries"])
def test_a_judge_who_is_recused_with_their_marks_keeps_nobody_from_handing_in(
    scene: Any, before: str
) -> None:
    world, entry, handle = scene
    handed_in(world, entry, "jill")
    subject, jill = entry.handle, handle_of(world, "jill")

    def recuse(ctx: Context) -> None:
        recusing.recuse(ctx, subject, jill, "They are neighbours.")

    assert one_after_the_other(world, ("adam", recuse), before, ("jack", submitting(handle))) == (
        "done",
        "done",
    )
    assert cards(world, entry) == (1, 1)


def test_an_entry_on_its_way_back_takes_no_scorecard(scene: Any) -> None:
    world, entry, handle = scene
    submit, send_back = submitting(handle), returning(world, entry.handle)
    assert one_after_the_other(world, ("adam", send_back), "UPDATE entries", ("jack", submit)) == (
        "done",
        "card_closed",
    )
    world.session.refresh(entry)
    assert (entry.state, cards(world, entry)) == ("returned", (1, 0))


# ---- letting results out while somebody takes one back ----


def letting_out(world: World) -> Press:
    release = world.session.query(Release).filter_by(kind="outcomes").one()
    version = release.version
    return lambda ctx: announcing.release_now(ctx, "small-2026", "outcomes", expected_version=version)


def test_a_decision_being_taken_back_keeps_the_release_waiting_and_then_closed(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    given, handle, version = Given(reason="A marking error."), ben.handle, ben.version

    def take_back(ctx: Context) -> object:
        return acting.press(ctx, handle, Act.REVOKE, given, version)

    outcome = one_after_the_other(world, ("adam", take_back), "UPDATE entries", ("olive", letting_out(world)))
    assert outcome == ("done", "undecided")
    world.session.expire_all()
    assert world.session.query(Release).filter_by(kind="outcomes").one().released_at is None


def test_a_release_on_its_way_out_shuts_the_way_back_to_an_admin(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    given, handle, version = Given(reason="A marking error."), ben.handle, ben.version

    def take_back(ctx: Context) -> object:
        return acting.press(ctx, handle, Act.REVOKE, given, version)

    outcome = one_after_the_other(
        world, ("olive", letting_out(world)), "UPDATE releases", ("adam", take_back)
    )
    assert outcome == ("done", "owner_only")
    assert world.clock.now() == JUDGED


def test_a_category_does_not_come_back_into_a_release_that_is_going_out(world: World) -> None:
    """The release has asked about every entry but that category's."""
    announcing.part(world.ctx("adam"), "small-2026", "outcomes", "teams")
    world.clock.at = JUDGED

    def come_back(ctx: Context) -> None:
        announcing.rejoin(ctx, "small-2026", "outcomes", "teams")

    world.session.expire_all()
    release = world.session.query(Release).filter_by(kind="outcomes").order_by(Release.id).first()
    assert release is not None
    version = release.version

    def let_out(ctx: Context) -> object:
        return announcing.release_now(ctx, "small-2026", "outcomes", expected_version=version)

    outcome = one_after_the_other(world, ("olive", let_out), "UPDATE releases", ("adam", come_back))
    assert outcome == ("done", "released")


def test_a_category_that_has_just_come_back_is_asked_about_as_well(world: World) -> None:
    announcing.part(world.ctx("adam"), "small-2026", "outcomes", "teams")
    eligible(world, "Team One", "teams")
    world.clock.at = JUDGED
    world.session.expire_all()
    release = world.session.query(Release).filter_by(kind="outcomes").order_by(Release.id).first()
    assert release is not None
    version = release.version

    def come_back(ctx: Context) -> None:
        announcing.rejoin(ctx, "small-2026", "outcomes", "teams")

    def let_out(ctx: Context) -> object:
        return announcing.release_now(ctx, "small-2026", "outcomes", expected_version=version)

    outcome = one_after_the_other(world, ("adam", come_back), "UPDATE categories", ("olive", let_out))
    assert outcome == ("done", "undecided")


# ---- giving a category a release of its own while somebody awards in it ----


def test_a_category_may_be_parted_while_somebody_awards_in_it(world: World) -> None:
    """Whoever awards has the category first and asks for its releases then; so must whoever parts it."""
    ada, *_ = three(world)
    shortlisted(world, [ada])
    handle, version, given = ada.handle, ada.version, Given(level="winner")

    def award(ctx: Context) -> object:
        return acting.press(ctx, handle, Act.AWARD, given, version)

    def part(ctx: Context) -> object:
        return announcing.part(ctx, "small-2026", "outcomes", "frontline")

    before = "FOR SHARE" if world.kind == "postgresql" else "UPDATE entries"
    assert one_after_the_other(world, ("adam", award), before, ("olive", part)) == ("done", "done")
    world.session.refresh(ada)
    assert (ada.state, ada.level) == ("awarded", "winner")


def test_a_category_is_parted_once_by_two_who_press_at_once(world: World) -> None:
    def part(ctx: Context) -> object:
        return announcing.part(ctx, "small-2026", "outcomes", "teams")

    outcome = one_after_the_other(world, ("adam", part), "UPDATE categories", ("olive", part))
    assert outcome == ("done", "already_parted")


# ---- deciding on a board while a judge changes a mark ----


def test_no_mark_comes_between_the_board_and_the_press(world: World) -> None:
    """The board is read under the lock that whoever hands a scorecard in waits for, so nothing comes between."""
    ada, *_ = three(world)
    world.clock.at = JUDGING
    seen = board(world)
    one = assignment(world, ada, "jack")
    handle, revision, shown = one.handle, one.revision, {ada.handle: ada.version}

    def decide(ctx: Context) -> object:
        return deciding.shortlist(ctx, *FRONTLINE, run=seen.quoted, chosen=shown, rest={})

    def submit(ctx: Context) -> object:
        return scoring.submit(ctx, handle, revision, GOOD, COMMENT)

    # The statement after the marks have been read.
    outcome = one_after_the_other(world, ("adam", decide), "audit_chains.length", ("jack", submit))
    assert outcome == ("done", "done")
    world.session.expire_all()
    entry = world.session.get_one(Entry, ada.id)
    times = world.session.execute(
        text(
            "SELECT act FROM audit_records WHERE act IN ('entry.shortlist', 'scorecard.submit') ORDER BY id DESC"
        )
    ).scalars()
    assert entry.decided_digest == seen.digest
    assert list(times)[:2] == ["scorecard.submit", "entry.shortlist"], "the decision came first"
