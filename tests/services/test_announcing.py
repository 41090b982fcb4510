"""The two releases: planned, kept back, refused, let out once, with everybody's mail in the same transaction."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from heroes.domain.entry_states import Act
from heroes.models import AuditRecord, OutboxMail, Release
from heroes.models.database import db
from heroes.services import announcing
from heroes.services.announcing import part, plan, rejoin, release_due, release_now
from heroes.services.deciding import FINALIST, SET_ASIDE
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, NotNow
from heroes.services.release_news import announcements, preview
from heroes.services.transactions import transaction
from tests.counting import statements
from tests.outcomes import awarded, eligible, moved, released, shortlisted, three
from tests.world import FINAL_JUDGED, JUDGED, World

SOON = JUDGED + timedelta(days=14)


def release(world: World, kind: str) -> Release:
    world.session.expire_all()
    return world.session.scalars(select(Release).where(Release.kind == kind).order_by(Release.id)).first()  # type: ignore[return-value]


def mails(world: World) -> list[tuple[str, str]]:
    """(template, title) of what is owed because of outcomes."""
    told = ("shortlisted", "not_shortlisted", "awarded", "finalist", "correction")
    rows = world.session.scalars(select(OutboxMail).where(OutboxMail.template.in_(told)))
    return sorted((mail.template, mail.values["title"]) for mail in rows)


def planned(world: World, kind: str, at: datetime | None, *, armed: bool = True) -> Release:
    current = release(world, kind)
    return plan(
        world.ctx("adam"),
        "small-2026",
        kind,
        planned_at=at,
        armed=armed,
        expected_version=current.version,
        reason="So",
    )


# ---- going out ----


def test_the_shortlist_goes_out_with_everybodys_mail(world: World) -> None:
    ada, ben, cyd = three(world)
    shortlisted(world, [ada, ben], [cyd])

    assert released(world, "shortlist") == 3

    found = release(world, "shortlist")
    assert (found.released_at, found.released_as, found.armed) == (JUDGED, "admin", False)
    assert mails(world) == [
        ("not_shortlisted", "Cyd Cole"),
        ("shortlisted", "Ada Ames"),
        ("shortlisted", "Ben Bode"),
    ]
    record = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "release.shortlist")).one()
    assert record.body is not None
    assert record.body["after"]["categories"][0] == {
        "category": "frontline",
        "Shortlisted": [ada.reference, ben.reference],
        "not_shortlisted": 1,
        "undecided": 0,
    }
    assert record.body["after"]["mails"] == 3


def test_the_outcomes_say_the_level_and_who_was_told_before_is_not_told_again(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    released(world, "shortlist")

    assert released(world, "outcomes") == 2

    assert mails(world) == [
        ("awarded", "Ada Ames"),
        ("finalist", "Ben Bode"),
        ("not_shortlisted", "Cyd Cole"),
        ("shortlisted", "Ada Ames"),
        ("shortlisted", "Ben Bode"),
    ]
    mail = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "awarded")).one()
    assert mail.values.pop("link_id") is not None
    assert mail.values == {
        "reference": ada.reference,
        "title": "Ada Ames",
        "category": "Frontline Hero",
        "season": "Small Heroes 2026",
        "season_slug": "small-2026",
        "reason": "",
        "level": "Winner",
    }
    assert (mail.to_address, mail.to_name) == ("alice@home.example", "Alice Archer")


def test_without_a_shortlist_release_the_outcomes_tell_everybody(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})

    assert released(world, "outcomes") == 3

    assert mails(world) == [
        ("awarded", "Ada Ames"),
        ("finalist", "Ben Bode"),
        ("not_shortlisted", "Cyd Cole"),
    ]


def test_outcomes_wait_for_every_decision_and_name_what_is_missing(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner"})

    found = preview(world.ctx("adam"), "small-2026", "outcomes")
    assert found.refusals == (
        f"Frontline Hero: 2 entries are not decided yet ({ben.reference} Ben Bode, {cyd.reference} Cyd Cole).",
    )
    for anyway in (False, True):
        with pytest.raises(NotNow, match="2 entries are not decided yet"):
            released(world, "outcomes", anyway=anyway)

    assert release(world, "outcomes").released_at is None
    assert mails(world) == []


@pytest.mark.parametrize(
    "state",
    ["withdrawn", "ineligible", "draft"],
)
def test_entries_that_are_out_of_it_keep_nothing_back(world: World, state: str) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST})
    if state == "draft":
        moved(world, cyd, Act.WITHDRAW, reason="x")
        world.clock.at = JUDGED - timedelta(days=60)
        world.nominate(title="Never sent")
        world.clock.at = JUDGED
    else:
        moved(world, cyd, Act.WITHDRAW if state == "withdrawn" else Act.DISQUALIFY, reason="As asked.")

    assert released(world, "outcomes") == 2
    assert mails(world) == [("awarded", "Ada Ames"), ("finalist", "Ben Bode")]


def test_an_undecided_shortlist_goes_out_only_on_purpose(world: World) -> None:
    ada, *_ = three(world)
    shortlisted(world, [ada])

    with pytest.raises(NotNow, match="not decided yet"):
        released(world, "shortlist")
    assert released(world, "shortlist", anyway=True) == 1


def test_a_release_goes_out_once(world: World) -> None:
    three(world)
    version = release(world, "shortlist").version
    released(world, "shortlist", anyway=True)

    with pytest.raises(Faster, match="released already"):
        release_now(world.ctx("adam"), "small-2026", "shortlist", expected_version=version, anyway=True)


def test_a_changed_plan_stops_the_press(world: World) -> None:
    three(world)
    version = release(world, "shortlist").version
    planned(world, "shortlist", SOON)

    with pytest.raises(Faster, match="Somebody changed"):
        release_now(world.ctx("adam"), "small-2026", "shortlist", expected_version=version, anyway=True)
    assert release(world, "shortlist").released_at is None


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
def test_only_an_admin_plans_or_releases(world: World, who: str, refusal: type[Exception]) -> None:
    version = release(world, "shortlist").version
    with pytest.raises(refusal):
        release_now(world.ctx(who), "small-2026", "shortlist", expected_version=version)
    with pytest.raises(refusal):
        plan(world.ctx(who), "small-2026", "shortlist", planned_at=SOON, armed=True, expected_version=version)
    with pytest.raises(refusal):
        part(world.ctx(who), "small-2026", "shortlist", "frontline")


def test_a_mail_that_cannot_be_written_keeps_everything_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, *_ = three(world)
    shortlisted(world, [ada])

    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("no room left")

    monkeypatch.setattr(announcing, "owe_many", broken)
    with pytest.raises(OSError, match="no room left"):
        released(world, "shortlist", anyway=True)

    assert release(world, "shortlist").released_at is None
    assert (
        world.session.scalars(select(AuditRecord).where(AuditRecord.act == "release.shortlist")).all() == []
    )


def test_the_number_of_statements_does_not_grow_with_the_mails(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    world.session.expire_all()
    with statements(world) as sent:
        assert released(world, "shortlist") == 3
    inserts = [statement for statement in sent if statement.startswith("INSERT INTO outbox")]
    assert len(inserts) == 2, "one for those who are told one thing, one for those who are told the other"


# ---- the clock ----


def test_the_clock_lets_an_armed_release_out_at_its_instant_and_not_before(world: World) -> None:
    ada, ben, cyd = three(world)
    shortlisted(world, [ada], [ben, cyd])
    planned(world, "shortlist", SOON)

    world.clock.at = SOON - timedelta(seconds=1)
    assert release_due(world.ctx("system")) == 0
    assert mails(world) == []
    world.clock.at = SOON
    assert release_due(world.ctx("system")) == 1
    assert release_due(world.ctx("system")) == 0

    found = release(world, "shortlist")
    assert (found.released_at, found.released_as, found.released_by_id) == (SOON, "system", None)
    assert len(mails(world)) == 3


@pytest.mark.parametrize(("armed", "at"), [(False, SOON), (False, None)])
def test_a_release_that_is_not_armed_stays_closed(world: World, armed: bool, at: datetime | None) -> None:
    ada, ben, cyd = three(world)
    shortlisted(world, [ada], [ben, cyd])
    planned(world, "shortlist", at, armed=armed)

    world.clock.at = SOON + timedelta(days=1)

    assert release_due(world.ctx("system")) == 0
    assert release(world, "shortlist").released_at is None


def test_the_clock_refuses_while_an_entry_is_undecided_and_tells_the_runners(world: World) -> None:
    ada, ben, _ = three(world)
    awarded(world, {ada: "winner", ben: FINALIST})
    planned(world, "outcomes", SOON)
    world.clock.at = SOON

    assert release_due(world.ctx("system")) == 0
    assert release_due(world.ctx("system")) == 0

    found = release(world, "outcomes")
    assert (found.released_at, found.armed) == (None, False)
    assert found.refusal is not None
    assert found.refusal.startswith("Frontline Hero: 1 entry is not decided yet")
    told = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "release_refused")).all()
    assert sorted(mail.to_address for mail in told) == ["adam@tiny.example", "olive@tiny.example"]
    assert told[0].values["refusals"] == found.refusal.split("\n")
    assert mails(world) == []


def test_a_refused_release_can_be_planned_again(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST})
    planned(world, "outcomes", SOON)
    world.clock.at = SOON
    release_due(world.ctx("system"))
    awarded(world, {cyd: SET_ASIDE})

    again = planned(world, "outcomes", SOON + timedelta(hours=1))
    assert again.refusal is None
    world.clock.at = SOON + timedelta(hours=1)

    assert release_due(world.ctx("system")) == 1


def test_a_refused_release_does_not_keep_another_back(world: World) -> None:
    ada, ben, cyd = three(world)
    shortlisted(world, [ada], [ben, cyd])
    planned(world, "outcomes", SOON)
    planned(world, "shortlist", SOON)
    world.clock.at = SOON

    assert release_due(world.ctx("system")) == 1

    assert release(world, "shortlist").released_at == SOON
    assert release(world, "outcomes").released_at is None


def test_a_decision_at_the_last_moment_is_seen_by_the_clock(world: World) -> None:
    """The clock's session may remember entries from before; what counts is what the database says."""
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    remembered = [e.state for e in (ada, ben, cyd)]
    with db.engine.begin() as apart:
        apart.exec_driver_sql(
            f"UPDATE entries SET state = 'shortlisted', state_reason = NULL WHERE id = {ben.id}"
        )
    assert [e.state for e in (ada, ben, cyd)] == remembered
    planned_at = SOON
    ctx = world.ctx("adam")
    with transaction(ctx):
        found = release(world, "outcomes")
        found.planned_at, found.armed = planned_at, True
    _ = [e.state for e in (ada, ben, cyd)]
    world.clock.at = SOON

    assert release_due(world.ctx("system")) == 0


# ---- planning ----


def test_a_plan_is_kept_and_can_be_cleared(world: World) -> None:
    found = planned(world, "outcomes", SOON)
    assert (found.planned_at, found.armed) == (SOON, True)

    cleared = planned(world, "outcomes", None, armed=False)

    assert (cleared.planned_at, cleared.armed) == (None, False)
    acts = world.session.scalars(select(AuditRecord).where(AuditRecord.act == "release.plan")).all()
    assert [record.body["after"]["armed"] for record in acts if record.body] == [True, False]


@pytest.mark.parametrize("at", [None, JUDGED - timedelta(days=400)])
def test_arming_needs_an_instant_to_come(world: World, at: datetime | None) -> None:
    with pytest.raises(Invalid) as refused:
        planned(world, "outcomes", at)
    assert set(refused.value.errors) == {"planned_at"}


def test_two_plans_at_once_give_one_success(world: World) -> None:
    version = release(world, "outcomes").version
    planned(world, "outcomes", SOON)
    with pytest.raises(Faster):
        plan(
            world.ctx("olive"),
            "small-2026",
            "outcomes",
            planned_at=None,
            armed=False,
            expected_version=version,
        )
    assert release(world, "outcomes").planned_at == SOON


def test_a_category_can_have_a_release_of_its_own(world: World) -> None:
    ada, ben, cyd = three(world)
    shortlisted(world, [ada], [ben, cyd])
    eligible(world, "Team One", "teams")
    world.clock.at = JUDGED
    own = part(world.ctx("adam"), "small-2026", "shortlist", "frontline")

    release_now(world.ctx("adam"), "small-2026", "shortlist", "frontline", expected_version=own.version)

    _, found = announcements(world.ctx("adam"), "small-2026")
    assert [
        (
            p.release.kind,
            p.own.slug if p.own else None,
            [c.slug for c in p.categories],
            bool(p.release.released_at),
        )
        for p in found
    ] == [
        ("shortlist", None, ["teams"], False),
        ("shortlist", "frontline", ["frontline"], True),
        ("outcomes", None, ["frontline", "teams"], False),
    ]
    with pytest.raises(NotNow, match="out already"):
        rejoin(world.ctx("adam"), "small-2026", "shortlist", "frontline")


def test_a_category_comes_back_into_the_seasons_release(world: World) -> None:
    part(world.ctx("adam"), "small-2026", "outcomes", "teams")
    with pytest.raises(NotNow, match="already"):
        part(world.ctx("adam"), "small-2026", "outcomes", "teams")

    rejoin(world.ctx("adam"), "small-2026", "outcomes", "teams")

    _, found = announcements(world.ctx("adam"), "small-2026")
    assert [(p.release.kind, p.own) for p in found] == [("shortlist", None), ("outcomes", None)]


def test_after_the_release_only_an_owner_takes_back(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    world.clock.at = FINAL_JUDGED
    released(world, "outcomes")

    with pytest.raises(NotAllowed, match="only an owner"):
        moved(world, ada, Act.REVOKE, reason="She asked us to.")
    moved(world, ada, Act.REVOKE, who="olive", reason="She asked us to.")
    assert ada.state == "shortlisted"


def test_nothing_of_a_preview_is_written(world: World) -> None:
    three(world)
    with statements(world) as sent:
        preview(world.ctx("audrey"), "small-2026", "outcomes")
    assert [s for s in sent if s.startswith(("INSERT", "UPDATE", "DELETE"))] == []
