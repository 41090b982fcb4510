"""Which marks count, who may look, and what a line through the standings does."""

from decimal import Decimal

import pytest

from heroes.domain.entry_states import Act
from heroes.domain.results import Mark, digest, rank
from heroes.models import Panel
from heroes.services import recusing, scoring
from heroes.services.boards import cut
from heroes.services.refusals import Invalid, NotFound, NotNow
from heroes.services.standings import standings, table
from tests.judging import COMMENT, asked, assignment, change, handed_in, handle_of
from tests.outcomes import FRONTLINE, PAIR, board, eligible, judged, moved, three
from tests.world import JUDGED, JUDGING, World


def points(world: World, who: str = "adam") -> dict[str, str | None]:
    return {
        line.entry.title: None if line.points is None else f"{line.points.normalize():f}"
        for line in board(world, who).lines
    }


def test_the_board_is_what_the_domain_makes_of_the_marks(world: World) -> None:
    three(world)

    found = board(world)

    assert [(line.place, line.entry.title) for line in found.lines] == [
        (1, "Ada Ames"),
        (2, "Ben Bode"),
        (3, "Cyd Cole"),
    ]
    assert points(world) == {"Ada Ames": "76", "Ben Bode": "65", "Cyd Cole": "30"}
    assert found.lines[0].standing.score == Decimal("7.6")
    assert found.lines[0].standing.total == Decimal(760)
    first = found.lines[0].given
    assert [(g.name, g.points, g.marks) for g in first] == [
        ("Jack Judge", Decimal(80), (Decimal(8), Decimal(8))),
        ("Jill Judge", Decimal(72), (Decimal(8), Decimal(6))),
    ]
    assert (found.asked, found.standings.method, found.standings.rules) == ("mean", "mean", "2026.1")


def test_the_digest_can_be_recomputed_from_what_the_board_shows(lite_world: World) -> None:
    three(lite_world)
    found = board(lite_world)
    from_the_page = [
        Mark(line.standing.entry, given.judge, criterion.name, value)
        for line in found.lines
        for given in line.given
        for criterion, value in zip(found.criteria, given.marks, strict=True)
    ]

    assert digest(from_the_page, found.criteria, "mean") == found.digest
    assert rank(from_the_page, found.criteria, method="mean").entries == tuple(
        line.standing for line in found.lines
    )


def test_a_new_submission_replaces_the_old_marks(world: World) -> None:
    entry = eligible(world, "Ada Ames")
    world.clock.at = JUDGING
    handed_in(world, entry, "jack", difference="3", beyond="3")
    again = assignment(world, entry, "jack")
    scoring.submit(
        world.ctx("jack"), again.handle, again.revision, {"difference": "9", "beyond": "9"}, COMMENT
    )

    world.clock.at = JUDGED
    assert points(world) == {"Ada Ames": "90"}


def test_a_draft_does_not_count(world: World) -> None:
    entry = eligible(world, "Ada Ames")
    world.clock.at = JUDGING
    one = asked(world, entry, "jack")
    scoring.save(world.ctx("jack"), one.handle, one.revision, {"difference": "9", "beyond": "9"}, COMMENT)

    world.clock.at = JUDGED
    assert points(world) == {"Ada Ames": None}


def test_a_recused_judges_marks_do_not_count(world: World) -> None:
    entry = eligible(world, "Ada Ames")
    world.clock.at = JUDGING
    handed_in(world, entry, "jack", difference="10", beyond="10")
    handed_in(world, entry, "jill", difference="5", beyond="5")

    recusing.recuse(world.ctx("adam"), entry.handle, handle_of(world, "jack"), "They are cousins.")

    world.clock.at = JUDGED
    assert points(world) == {"Ada Ames": "50"}


def test_a_recusal_counts_even_beside_a_submitted_scorecard(world: World) -> None:
    """The rows could disagree after an import or a repair; the recusal is what stands."""
    entry = eligible(world, "Ada Ames")
    world.clock.at = JUDGING
    one = handed_in(world, entry, "jack", difference="10", beyond="10")
    handed_in(world, entry, "jill", difference="5", beyond="5")
    recusing.recuse(world.ctx("adam"), entry.handle, handle_of(world, "jack"), "They are cousins.")
    change(world, one, state="submitted", submitted_at=JUDGING, recused_reason=None)

    world.clock.at = JUDGED
    assert points(world) == {"Ada Ames": "50"}


@pytest.mark.parametrize("act", [Act.WITHDRAW, Act.DISQUALIFY])
def test_entries_out_of_the_running_are_not_on_the_board(world: World, act: Act) -> None:
    first, *_ = three(world)

    moved(world, first, act, reason="As asked.")

    assert points(world) == {"Ben Bode": "65", "Cyd Cole": "30"}


def test_an_unjudged_entry_is_listed_without_a_place(world: World) -> None:
    judged(world, {"Ada Ames": PAIR, "Zoe Zed": {}})

    assert [(line.place, line.entry.title) for line in board(world).lines] == [
        (1, "Ada Ames"),
        (None, "Zoe Zed"),
    ]


def test_only_staff_and_the_panels_chair_may_look(world: World) -> None:
    three(world)
    seen = {}
    for who in ("olive", "adam", "audrey", "chloe", "jack", "jill", "dora", "bob", "charlie", "stranger"):
        try:
            seen[who] = len(board(world, who).lines)
        except NotFound:
            seen[who] = 0
    assert seen == {
        "olive": 3,
        "adam": 3,
        "audrey": 3,
        "chloe": 3,
        "jack": 0,
        "jill": 0,
        "dora": 0,
        "bob": 0,
        "charlie": 0,
        "stranger": 0,
    }


def test_a_chair_sees_only_rounds_of_their_own_panel(world: World) -> None:
    three(world)
    other = Panel(season_id=world.season().id, slug="other", name="Another panel")
    world.session.add(other)
    world.session.commit()
    other_id = other.id
    change(world, board(world).round, panel_id=other_id)

    with pytest.raises(NotFound):
        board(world, "chloe")


def test_a_chair_who_is_recused_from_an_entry_sees_no_number_of_it(world: World) -> None:
    first, *_ = three(world)
    recusing.recuse(world.ctx("adam"), first.handle, handle_of(world, "chloe"), "She trained him.")

    found = board(world, "chloe")

    sealed = next(line for line in found.lines if line.entry.id == first.id)
    assert (sealed.sealed, sealed.place, sealed.points, sealed.given) == (True, None, None, ())
    assert [line.sealed for line in board(world, "adam").lines] == [False, False, False]


def test_others_marks_show_once_ones_own_are_in(world: World) -> None:
    entry = eligible(world, "Ada Ames")
    world.clock.at = JUDGING
    handed_in(world, entry, "jack")
    own = asked(world, entry, "chloe")

    with pytest.raises(NotNow, match="1 scorecard left"):
        board(world, "chloe")

    scoring.submit(world.ctx("chloe"), own.handle, own.revision, {"difference": "9", "beyond": "9"}, COMMENT)
    assert len(board(world, "chloe").lines[0].given) == 2


def test_after_the_close_an_unfinished_chair_may_look(world: World) -> None:
    entry = eligible(world, "Ada Ames")
    world.clock.at = JUDGING
    asked(world, entry, "chloe")
    world.clock.at = JUDGED

    assert len(board(world, "chloe").lines) == 1


def test_names_and_slugs_find_the_same_board(world: World) -> None:
    three(world)
    world.computed()
    ctx = world.ctx("system")

    by_name = standings(ctx, "Small Heroes 2026", "Frontline Hero", "Round 1, written")

    assert by_name.digest == standings(ctx, *FRONTLINE).digest


@pytest.mark.parametrize(
    ("asked_for", "said"),
    [
        (("nowhere", "frontline", "written"), "There is no season “nowhere”."),
        (("small-2026", "nothing", "written"), "There is no category “nothing”."),
        (("small-2026", "frontline", "third"), "There is no round “third” in this category."),
    ],
)
def test_unknown_names_are_said(lite_world: World, asked_for: tuple[str, str, str], said: str) -> None:
    with pytest.raises(NotFound, match=said):
        standings(lite_world.ctx("system"), *asked_for)


def test_an_unknown_method_is_said(lite_world: World) -> None:
    with pytest.raises(Invalid, match="There is no method “luck”: there are calibrated, mean, trimmed-mean"):
        standings(lite_world.ctx("system"), *FRONTLINE, method="luck")


def test_without_a_round_the_last_marked_one_is_meant(world: World) -> None:
    ctx = world.ctx("system")
    assert standings(ctx, "small-2026", "teams").round.slug == "written"


class TestCut:
    def titles(self, lines: tuple[object, ...]) -> list[str]:
        return [line.entry.title for line in lines]  # type: ignore[attr-defined]

    def test_by_places(self, lite_world: World) -> None:
        three(lite_world)
        found = cut(board(lite_world), places=2)
        assert (self.titles(found.above), self.titles(found.level), self.titles(found.below)) == (
            ["Ada Ames", "Ben Bode"],
            [],
            ["Cyd Cole"],
        )

    def test_by_a_score_that_is_just_reached(self, lite_world: World) -> None:
        three(lite_world)
        found = board(lite_world)
        assert self.titles(cut(found, at_least=Decimal(65)).above) == ["Ada Ames", "Ben Bode"]
        assert self.titles(cut(found, at_least=Decimal("65.001")).above) == ["Ada Ames"]

    def test_by_both(self, lite_world: World) -> None:
        three(lite_world)
        assert self.titles(cut(board(lite_world), places=2, at_least=Decimal(70)).above) == ["Ada Ames"]

    def test_without_a_line_everybody_with_a_place_is_above(self, lite_world: World) -> None:
        three(lite_world)
        assert len(cut(board(lite_world)).above) == 3

    def test_equals_are_never_parted(self, lite_world: World) -> None:
        same = {"jack": ("7", "7"), "jill": ("6", "6")}
        judged(
            lite_world,
            {"Ada Ames": {"jack": ("9", "9"), "jill": ("9", "9")}, "Ben Bode": same, "Cyd Cole": same},
        )
        found = cut(board(lite_world), places=2)
        assert (self.titles(found.above), self.titles(found.level), found.below) == (
            ["Ada Ames"],
            ["Ben Bode", "Cyd Cole"],
            (),
        )
        assert len(cut(board(lite_world), places=3).above) == 3

    def test_an_unjudged_entry_is_below(self, lite_world: World) -> None:
        judged(lite_world, {"Ada Ames": PAIR, "Zoe Zed": {}})
        assert self.titles(cut(board(lite_world), places=5).below) == ["Zoe Zed"]


def test_a_withdrawn_entry_leaves_no_trace_in_the_digest(world: World) -> None:
    entries = three(world)
    before = board(world).digest
    moved(world, entries[2], Act.WITHDRAW, reason="As asked.")
    after = board(world).digest
    assert before != after


def test_a_chair_has_an_empty_table_before_anything_is_admitted(lite_world: World) -> None:
    found = table(lite_world.ctx("chloe"), *FRONTLINE)

    assert (found.lines, found.run, found.blind) == ((), None, found.round.blind)
