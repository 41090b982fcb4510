"""Importing marks: all of a file or nothing, one record, and results that agree with what was published."""

import csv
import hashlib
from collections import defaultdict
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from sqlalchemy import func, select

from heroes.domain.entry_states import Act
from heroes.models import (
    Assignment,
    AuditRecord,
    Category,
    Entry,
    Mark,
    OutboxMail,
    Panel,
    Programme,
    Recusal,
    Round,
    RoundEntry,
    Season,
    Tally,
    User,
)
from heroes.models.search import matching
from heroes.services import announcing, deciding, running
from heroes.services.imported_cards import Imported
from heroes.services.importing import BadFile, import_marks
from heroes.services.refusals import Invalid, NotFound
from heroes.services.release_news import find_release
from heroes.services.standings import find_category, find_season, standings
from tests.judging import asked, cards, change, entered, handed_in
from tests.outcomes import board, eligible, moved
from tests.world import JUDGED, JUDGING, World

DATA = Path(__file__).parents[1] / "data" / "figure_skating"
HEAD = "category,entry,judge,criterion,mark\n"
SKATING = "Figure Skating 2016-17"
SMALL = (
    "category,entry,judge,criterion,mark,weight,low,high\n"
    "Pairs,Ann,J1,Skills,7.25,0.8,0,10\n"
    "Pairs,Ann,J1,Music,6.5,1.2,0,10\n"
    "Pairs,Ann,J2,Skills,,0.8,0,10\n"
    "Pairs,Ann,J2,Music,8,1.2,0,10\n"
    "Pairs,Bo,J1,Skills,5,0.8,0,10\n"
    "Pairs,Bo,J1,Music,5,1.2,0,10\n"
    "Pairs,Bo,J2,Skills,,0.8,0,10\n"
    "Pairs,Bo,J2,Music,,1.2,0,10\n"
    "Rules,Cy,J1,Skills,9,1,0,10\n"
)


def brought(world: World, text: str, **more: object) -> Imported:
    asked_for = {"name": "marks.csv", "season": SKATING, "create": True} | more
    return import_marks(world.ctx("import"), text.encode(), **asked_for)  # type: ignore[arg-type]


def into_small(world: World, rows: str, **more: object) -> Imported:
    return brought(world, HEAD + rows, season="small-2026", create=False, **more)


def faults(refused: pytest.ExceptionInfo[BadFile]) -> list[tuple[int, str, str]]:
    return [(f.line, f.field, f.what) for f in refused.value.faults]


def counted(world: World) -> dict[str, int]:
    tables = (Programme, Season, Category, Round, Panel, Entry, User, Assignment, Mark, AuditRecord, Tally)
    world.session.expire_all()
    return {t.__name__: world.session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


# ---- making what is new ----


def test_a_whole_season_is_made(world: World) -> None:
    done = brought(world, SMALL)

    assert (done.season, done.categories, done.entries, done.judges) == ("figure-skating-2016-17", 2, 3, 2)
    assert (done.scorecards, done.marks, done.abstentions) == (4, 6, 3)
    assert dict(done.made) == {"seasons": 1, "categories": 2, "judges": 2, "entries": 3}
    season = find_season(world.ctx("system"), SKATING)
    assert (season.reference_prefix, season.programme.slug) == ("FS-16", "small-heroes")
    categories = world.session.scalars(
        select(Category).where(Category.season_id == season.id).order_by(Category.position)
    ).all()
    assert [(c.name, c.slug) for c in categories] == [("Pairs", "pairs"), ("Rules", "rules-2")]
    entries = world.session.scalars(
        select(Entry).where(Entry.season_id == season.id).order_by(Entry.id)
    ).all()
    assert [(e.title, e.reference, e.state, e.state_as, e.screening) for e in entries] == [
        ("Ann", "FS-16-0001", "submitted", "import", "eligible"),
        ("Bo", "FS-16-0002", "submitted", "import", "eligible"),
        ("Cy", "FS-16-0003", "submitted", "import", "eligible"),
    ]
    tallies = world.session.execute(
        select(Tally.category_id, Tally.kind, Tally.value, Tally.count)
        .where(Tally.season_id == season.id, Tally.kind.in_(("screening", "state")))
        .order_by(Tally.category_id, Tally.kind)
    ).all()
    assert [tuple(t) for t in tallies] == [
        (categories[0].id, "screening", "eligible", 2),
        (categories[0].id, "state", "submitted", 2),
        (categories[1].id, "screening", "eligible", 1),
        (categories[1].id, "state", "submitted", 1),
    ]
    counters = world.session.execute(
        select(RoundEntry.entry_id, RoundEntry.cards_asked, RoundEntry.cards_in)
        .where(RoundEntry.entry_id.in_([e.id for e in entries]))
        .order_by(RoundEntry.entry_id)
    ).all()
    assert [(c.cards_asked, c.cards_in) for c in counters] == [(2, 2), (1, 1), (1, 1)]
    judges = world.session.scalars(select(User).where(User.email.is_(None)).order_by(User.name)).all()
    assert [judge.name for judge in judges] == ["J1", "J2"]
    found = matching(world.session, "ann")
    assert found is not None
    assert world.session.scalars(found).all() == [entries[0].id]


def test_marks_are_kept_digit_for_digit_with_their_scales(world: World) -> None:
    brought(world, SMALL)
    world.computed()
    found = standings(world.ctx("system"), SKATING, "pairs")

    assert [(c.name, c.weight, c.low, c.high) for c in found.criteria] == [
        ("Skills", Decimal("0.8"), Decimal(0), Decimal(10)),
        ("Music", Decimal("1.2"), Decimal(0), Decimal(10)),
    ]
    ann = found.lines[0]
    assert [(g.name, g.marks) for g in ann.given] == [
        ("J1", (Decimal("7.25"), Decimal("6.5"))),
        ("J2", (None, Decimal(8))),
    ]


def test_a_judge_who_marked_nothing_is_not_a_zero(world: World) -> None:
    brought(world, SMALL)
    world.computed()
    found = standings(world.ctx("system"), SKATING, "pairs")
    bo = found.lines[1]
    assert (bo.entry.title, bo.standing.reviews, bo.points) == ("Bo", 1, Decimal(50))
    stepped_back = world.session.scalars(select(Assignment).where(Assignment.state == "recused")).one()
    assert stepped_back.recused_reason == "Abstained on every criterion."
    assert world.session.scalars(select(Recusal)).all() == []


def test_an_import_is_one_audit_record_with_the_files_digest(world: World) -> None:
    before = counted(world)["AuditRecord"]
    brought(world, SMALL)
    assert counted(world)["AuditRecord"] == before + 1
    record = world.session.scalars(select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert record is not None
    assert (record.act, record.actor, record.acting_as) == ("import.marks", "import", "import")
    assert record.body is not None
    assert record.body["after"]["digest"] == hashlib.sha256(SMALL.encode()).hexdigest()
    assert record.body["after"]["file"] == "marks.csv"


def test_nobody_gets_a_mail_from_an_import(world: World) -> None:
    brought(world, SMALL)
    assert world.session.scalars(select(OutboxMail)).all() == []


def test_a_dry_run_says_the_same_and_writes_nothing(world: World) -> None:
    before = counted(world)
    rehearsed = brought(world, SMALL, dry_run=True)
    assert counted(world) == before
    assert rehearsed == brought(world, SMALL)


def test_without_create_an_unknown_season_is_refused(world: World) -> None:
    with pytest.raises(NotFound, match="no season “Figure Skating 2016-17”"):
        brought(world, SMALL, create=False)


def test_a_season_that_would_hide_a_fixed_page_is_refused(world: World) -> None:
    before = counted(world)
    with pytest.raises(Invalid, match="fixed page"):
        brought(world, SMALL, season="Judge")
    assert counted(world) == before


def test_a_second_file_adds_to_the_season(world: World) -> None:
    brought(world, SMALL)
    done = brought(world, HEAD + "Pairs,Ann,J3,Skills,9\nPairs,Dee,J1,Skills,4\nSolo,Eve,J1,Skills,3\n")
    assert dict(done.made) == {"categories": 1, "entries": 2, "judges": 1}
    world.computed()
    found = standings(world.ctx("system"), SKATING, "Pairs")
    assert {line.entry.title: len(line.given) for line in found.lines} == {"Ann": 3, "Bo": 1, "Dee": 1}


def test_the_same_file_twice_is_refused_line_by_line_of_each_scorecard(world: World) -> None:
    brought(world, SMALL)
    before = counted(world)
    with pytest.raises(BadFile) as refused:
        brought(world, SMALL)
    assert faults(refused) == [
        (2, "judge", "J1 has submitted a scorecard for it already: Ann"),
        (4, "judge", "J2 has submitted a scorecard for it already: Ann"),
        (6, "judge", "J1 has submitted a scorecard for it already: Bo"),
        (8, "judge", "J2 has stepped back from it: Bo"),
        (10, "judge", "J1 has submitted a scorecard for it already: Cy"),
    ]
    assert counted(world) == before


def test_a_mark_off_its_scale_names_every_such_line_and_makes_nothing(world: World) -> None:
    before = counted(world)
    with pytest.raises(BadFile) as refused:
        brought(world, HEAD + "Pairs,Ann,J1,Skills,10.5\nPairs,Ann,J1,Music,x\nPairs,Ann,J2,Skills,-1\n")
    assert faults(refused) == [
        (2, "mark", "10.5 is outside the scale from 0 to 10"),
        (3, "mark", "“x” is not a number"),
        (4, "mark", "-1 is outside the scale from 0 to 10"),
    ]
    assert counted(world) == before


def test_bytes_that_are_no_text_are_named(world: World) -> None:
    with pytest.raises(BadFile) as refused:
        import_marks(world.ctx("import"), b"a,b\nc,\xff\n", name="x.csv", season="S", create=True)
    assert faults(refused) == [(2, "file", "is not UTF-8 text")]


# ---- into a season that stands ----


def test_names_are_found_as_title_reference_name_or_mail(world: World) -> None:
    entry = entered(world, title="Sam Poole", organisation_name="Fernhill Telecom")
    done = into_small(
        world,
        f"frontline,{entry.reference},Jack Judge,Difference to the customer,8\n"
        "Frontline Hero,Sam Poole,jack@judges.example,beyond,6\n",
    )
    assert (done.scorecards, done.marks, dict(done.made)) == (1, 2, {"entries": 0})
    world.clock.at = JUDGED
    assert [(line.entry.title, line.points) for line in board(world).lines] == [("Sam Poole", Decimal(72))]
    assert cards(world, entry) == (1, 1)


def test_every_unknown_name_is_named_with_its_line(world: World) -> None:
    entered(world, title="Sam Poole", organisation_name="Fernhill Telecom")
    with pytest.raises(BadFile) as refused:
        into_small(
            world,
            "frontline,Sam Poole,Nobody Here,beyond,8\n"
            "frontline,Sam Poole,Jack Judge,charm,8\n"
            "frontline,Pat Quick,Jack Judge,beyond,8\n"
            "luck,Sam Poole,Jack Judge,beyond,8\n"
            "frontline,Sam Poole,Jack Judge,beyond,8.5\n",
        )
    assert faults(refused) == [
        (2, "judge", "nobody on the panel of Frontline Hero is called “Nobody Here”"),
        (3, "criterion", "Frontline Hero has no criterion “charm”"),
        (4, "entry", "Frontline Hero has no entry “Pat Quick”"),
        (5, "category", "there is no category “luck” in Small Heroes 2026"),
        (6, "mark", "8.5 does not fit: Give a mark from 0 to 10 in steps of 1."),
    ]


def test_two_entries_of_one_title_need_their_reference(world: World) -> None:
    first, _ = (entered(world, title="Sam Poole", organisation_name="Fernhill Telecom") for _ in range(2))
    with pytest.raises(BadFile) as refused:
        into_small(world, "frontline,Sam Poole,Jack Judge,beyond,8\n")
    assert faults(refused) == [(2, "entry", "“Sam Poole” is the title of 2 entries: use its reference")]
    assert into_small(world, f"frontline,{first.reference},Jack Judge,beyond,8\n").marks == 1


def test_the_same_mark_under_two_names_is_refused(world: World) -> None:
    entry = entered(world, title="Sam Poole", organisation_name="Fernhill Telecom")
    with pytest.raises(BadFile) as refused:
        into_small(
            world,
            f"frontline,{entry.reference},Jack Judge,beyond,8\nfrontline,Sam Poole,Jack Judge,beyond,9\n",
        )
    assert faults(refused) == [(3, "mark", "Jack Judge has marked Sam Poole on Beyond the role already")]


def test_a_weight_that_is_not_the_categorys_is_refused_where_the_file_says_one(world: World) -> None:
    entered(world, title="Sam Poole", organisation_name="Fernhill Telecom")
    with pytest.raises(BadFile) as refused:
        brought(
            world,
            "category,entry,judge,criterion,mark,weight\nfrontline,Sam Poole,Jack Judge,beyond,8,10\n",
            season="small-2026",
        )
    assert faults(refused) == [(2, "weight", "the criterion’s weight in Frontline Hero is 40")]


@pytest.mark.parametrize("act", [Act.WITHDRAW, Act.DISQUALIFY])
def test_entries_out_of_the_running_take_no_marks(world: World, act: Act) -> None:
    entry = eligible(world, "Sam Poole")
    moved(world, entry, act, reason="As asked.")
    with pytest.raises(BadFile) as refused:
        into_small(world, "frontline,Sam Poole,Jack Judge,beyond,8\n")
    assert faults(refused) == [(2, "entry", f"Sam Poole is {entry.state}, so it takes no marks")]


def test_an_entry_must_have_been_admitted(world: World) -> None:
    world.submitted(title="Sam Poole")
    with pytest.raises(BadFile) as refused:
        into_small(world, "frontline,Sam Poole,Jack Judge,beyond,8\n")
    assert faults(refused) == [(2, "entry", "Sam Poole has not been admitted to this round")]


def test_nobody_marks_their_own_organisation_by_import_either(world: World) -> None:
    entered(world, title="Maureen Okafor")
    with pytest.raises(BadFile) as refused:
        into_small(world, "frontline,Maureen Okafor,Dora Dent,beyond,8\n")
    assert faults(refused) == [
        (2, "judge", "Dora Dent works for the organisation that is nominated or that entered: Maureen Okafor")
    ]


def test_a_recused_judge_is_refused(world: World) -> None:
    entry = entered(world, title="Sam Poole", organisation_name="Fernhill Telecom")
    world.session.add(
        Recusal(
            user_id=world.people["jack"],
            entry_id=entry.id,
            source="admin",
            reason="Cousins.",
            recused_at=JUDGING,
        )
    )
    world.session.commit()
    with pytest.raises(BadFile) as refused:
        into_small(world, "frontline,Sam Poole,Jack Judge,beyond,8\n")
    assert faults(refused) == [(2, "judge", "Jack Judge is recused from it: Sam Poole")]


def test_a_scorecard_that_was_asked_for_is_handed_in(world: World) -> None:
    entry = eligible(world, "Sam Poole")
    asked(world, entry, "jack")
    handed_in(world, entry, "jill")
    into_small(
        world, "frontline,Sam Poole,Jack Judge,beyond,8\nfrontline,Sam Poole,Jack Judge,difference,8\n"
    )
    assert cards(world, entry) == (2, 2)
    one = world.session.scalars(select(Assignment).where(Assignment.user_id == world.people["jack"])).one()
    assert (one.state, one.submission, one.total) == ("submitted", 1, Decimal("80.00"))


def test_one_category_only(world: World) -> None:
    entered(world, title="Sam Poole", organisation_name="Fernhill Telecom")
    done = into_small(
        world,
        "frontline,Sam Poole,Jack Judge,beyond,8\nteams,Nobody,Jack Judge,outcome,8\n",
        category="frontline",
    )
    assert (done.categories, done.left_out) == (1, 1)


def test_a_round_can_be_named_and_an_unknown_one_is_refused(world: World) -> None:
    with pytest.raises(BadFile) as refused:
        into_small(world, "frontline,Sam Poole,Jack Judge,beyond,8\n", in_round="third")
    assert faults(refused) == [(2, "category", "Frontline Hero has no round third")]


def test_an_ended_season_takes_nothing_in(world: World) -> None:
    change(world, world.season(), ended_at=JUDGED)
    world.clock.at = JUDGED
    with pytest.raises(Exception, match="The season has ended"):
        brought(world, HEAD + "New Category,Ann,J1,Skills,7\n", season="small-2026")


# ---- real input ----


@pytest.fixture
def skating(lite_world: World) -> World:
    done = brought(lite_world, (DATA / "marks.csv").read_text(encoding="utf-8"))
    assert (done.categories, done.entries, done.judges) == (12, 119, 9)
    return lite_world


def test_the_trimmed_mean_reproduces_the_published_totals(skating: World) -> None:
    published: dict[str, dict[str, Decimal]] = defaultdict(dict)
    with (DATA / "published.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            published[row["category"]][row["entry"]] = Decimal(row["total_component_score"])
    seen = 0
    season = find_season(skating.ctx("system"), SKATING)
    for category in published:
        slug = find_category(skating.ctx("system"), season, category).slug
        running.request_run(skating.ctx("system"), season.slug, slug, "judging", method="trimmed-mean")
    skating.computed()
    for category, totals in published.items():
        found = standings(skating.ctx("system"), SKATING, category, method="trimmed-mean")
        ours = {line.entry.title: line.standing.total for line in found.lines}
        assert ours.keys() == totals.keys()
        for name, total in ours.items():
            assert total is not None
            assert abs(Decimal(total) - totals[name]) <= Decimal("0.02"), (category, name)
            seen += 1
        order = {line.entry.title: line.place or 0 for line in found.lines}
        inverted = [
            (one, other)
            for one, other in combinations(totals, 2)
            if (totals[one] - totals[other]) * (order[one] - order[other]) > 0
        ]
        assert inverted == [], category
    assert seen == 119


def test_one_program_goes_through_shortlist_award_and_release(skating: World) -> None:
    ctx = skating.ctx("adam")
    season = find_season(ctx, SKATING)
    category = "isu-gp-2016-progressive-skate-america-pairs-short-program"
    where = (season.slug, category, "judging")
    running.request_run(ctx, *where, method="trimmed-mean")
    skating.computed()
    found = standings(ctx, *where, "trimmed-mean")
    plan = deciding.plan_shortlist(ctx, found, places=3)
    assert [step.line.entry.title for step in plan.above if step.moves] == [
        "Evgenia TARASOVA / Vladimir MOROZOV",
        "Vanessa JAMES / Morgan CIPRES",
        "Julianne SEGUIN / Charlie BILODEAU",
    ]
    deciding.shortlist(
        ctx,
        *where,
        run=found.quoted,
        chosen={s.line.entry.handle: s.line.entry.version for s in plan.above},
        rest={s.line.entry.handle: s.line.entry.version for s in plan.below},
    )
    found = standings(ctx, *where, "trimmed-mean")
    choices = {
        line.entry.handle: deciding.suggested(ctx, found).get(line.entry.handle, deciding.FINALIST)
        for line in deciding.candidates(found)
    }
    deciding.award(
        ctx,
        *where,
        run=found.quoted,
        choices=choices,
        versions={line.entry.handle: line.entry.version for line in found.lines},
    )
    for kind in ("shortlist", "outcomes"):
        announcing.part(ctx, season.slug, kind, category)
        version = find_release(ctx, season, kind, category).release.version
        announcing.release_now(ctx, season.slug, kind, category, expected_version=version)
    page = skating.client().get(f"/{season.slug}/winners/").get_data(as_text=True)
    assert "Evgenia TARASOVA / Vladimir MOROZOV" in page
    assert "Tarah KAYNE" not in page
    assert skating.client().get(f"/{season.slug}/shortlist/").status_code == 200
