"""The shortlist and the hall of heroes: nothing before the hour, everything after it, corrections in public."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from heroes.domain.entry_states import Act
from heroes.domain.questions import parse_form
from heroes.models import AnswerSheet, AuditRecord
from heroes.services.announcing import part, release_now
from heroes.services.deciding import FINALIST, SET_ASIDE
from heroes.web.public.winners import public_answer
from tests.counting import statements
from tests.every_kind import ANSWERS, EVERY
from tests.outcomes import awarded, eligible, moved, released, shortlisted, three
from tests.web.admin.test_results import text
from tests.world import FINAL_JUDGED, JUDGED, World

SHORTLIST, WINNERS = "/small-2026/shortlist/", "/small-2026/winners/"


@pytest.fixture
def world(lite_world: World) -> World:
    """These tests are about pages; what the database does is asked in tests/services, on both."""
    return lite_world


def html(world: World, path: str) -> str:
    response = world.client().get(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def page(world: World, path: str) -> str:
    return text(html(world, path))


def test_before_the_hour_they_only_say_when(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    for path, when in (
        (SHORTLIST, "Announced on Thursday 16 July 2026, 10:00 UK time, in 13 days 21 hours."),
        (WINNERS, "Announced on Thursday 19 November 2026, 21:30 UK time"),
    ):
        said = page(world, path)
        assert when in said
        assert "Frontline Hero and Team of the Year" in said
        for entry in (ada, ben, cyd):
            assert entry.title not in said


def test_an_instant_that_has_passed_is_not_called_future(world: World) -> None:
    world.clock.at = FINAL_JUDGED
    assert "Planned for Thursday 16 July 2026, 10:00 UK time. It will be here soon." in page(world, SHORTLIST)


def test_a_released_shortlist_is_in_the_order_of_names(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {cyd: "winner", ada: FINALIST, ben: SET_ASIDE})
    released(world, "shortlist")

    said = page(world, SHORTLIST)

    assert said.index("Ada Ames") < said.index("Cyd Cole")
    assert "Ben Bode" not in said
    assert "Team of the Year No shortlist in this category this year." in said
    assert "Winner" not in said
    assert "Ada Ames" not in page(world, WINNERS)


def test_released_winners_with_their_citation(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: "commended", cyd: FINALIST})
    world.clock.at = FINAL_JUDGED
    released(world, "outcomes")

    said = page(world, WINNERS)

    assert "Frontline Hero · Winner Ada Ames Adviser · Fernhill Telecom" in said
    assert said.count("She rang forty-one people before anybody asked.") == 1, "the winner’s public answer"
    assert "A main burst at teatime" not in said, "an answer that was not asked as public"
    assert "Highly commended BB Ben Bode" in said
    assert "Finalists CC Cyd Cole" in said
    assert "Team of the Year No award this year" in said
    assert "Announced Sunday 20 September 2026" in said


def test_a_category_with_a_release_of_its_own_goes_alone(world: World) -> None:
    ada, ben, cyd = three(world)
    team = eligible(world, "Team One", "teams")
    world.clock.at = JUDGED
    shortlisted(world, [ada], [ben, cyd])
    moved(world, team, Act.SHORTLIST, override=True, reason="One entry only.")
    own = part(world.ctx("adam"), "small-2026", "shortlist", "frontline")
    release_now(world.ctx("adam"), "small-2026", "shortlist", "frontline", expected_version=own.version)

    said = page(world, SHORTLIST)

    assert "Ada Ames" in said
    assert "Team One" not in said
    assert "Announced on Thursday 16 July 2026, 10:00 UK time, in 13 days 21 hours. Team of the Year" in said


def test_what_is_taken_back_after_the_release_is_corrected_in_public(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    world.clock.at = FINAL_JUDGED
    released(world, "outcomes")
    moved(world, ada, Act.REVOKE, who="olive", reason="A secret reason.")
    world.clock.at += timedelta(minutes=5)
    moved(world, ben, Act.REVOKE, who="olive", reason="She moves up.")
    moved(world, ben, Act.AWARD, who="olive", level="winner")

    said = page(world, WINNERS)

    assert (
        "Correction, Sunday 20 September 2026, 13:01 UK time: “Winner” for Ada Ames was taken back."
    ) in said
    assert (
        "Correction, Sunday 20 September 2026, 13:06 UK time: the outcome for Ben Bode was changed;"
        " Ben Bode now holds “Winner”."
    ) in said
    assert "A secret reason." not in said


def test_what_was_taken_back_before_the_release_leaves_no_trace(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    moved(world, ada, Act.REVOKE, reason="Too soon.")
    moved(world, ada, Act.AWARD, level="winner")
    released(world, "outcomes")
    assert "Correction" not in page(world, WINNERS)


def test_a_correction_whose_words_were_erased_still_says_that_there_was_one(world: World) -> None:
    ada, ben, cyd = three(world)
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    world.clock.at = FINAL_JUDGED
    released(world, "outcomes")
    moved(world, ada, Act.REVOKE, who="olive", reason="Asked.")
    world.session.execute(update(AuditRecord).where(AuditRecord.act == "entry.revoke").values(body=None))
    world.session.commit()
    assert "the outcome for Ada Ames was changed." in page(world, WINNERS)


def test_hostile_words_are_words(world: World) -> None:
    ada, ben, cyd = three(world)
    world.session.execute(
        update(AnswerSheet)
        .where(AnswerSheet.entry_id == ada.id)
        .values(answers={"sentence": "<script>alert(1)</script>"})
    )
    world.session.commit()
    awarded(world, {ada: "winner", ben: FINALIST, cyd: SET_ASIDE})
    released(world, "outcomes")
    assert "&lt;script&gt;alert(1)" in html(world, WINNERS)


@pytest.mark.parametrize("path", [SHORTLIST, WINNERS])
def test_the_statements_are_few_and_do_not_grow(world: World, path: str) -> None:
    ada, ben, cyd = three(world)
    client = world.client()
    with statements(world) as before:
        client.get(path)
    awarded(world, {ada: "winner", ben: "commended", cyd: FINALIST})
    released(world, "shortlist")
    released(world, "outcomes")
    with statements(world) as after:
        client.get(path)
    assert len(before) == len(after) == (3 if path == SHORTLIST else 5)


def test_an_unknown_season_is_no_page(world: World) -> None:
    for path in ("/nothing/shortlist/", "/nothing/winners/"):
        assert world.client().get(path).status_code == 404


def test_only_a_public_answer_to_what_was_asked_is_published() -> None:
    form = parse_form(EVERY)
    assert public_answer(form, ANSWERS) == ANSWERS["sentence"]
    assert public_answer(form, {key: text for key, text in ANSWERS.items() if key != "sentence"}) == ""
    helped, helpers = EVERY[0]["question"][4:6]
    people = parse_form([{"question": [helped, helpers | {"public": True}]}])
    assert public_answer(people, ANSWERS | {"helped": "no"}) == ""
    assert public_answer(people, ANSWERS) == "Priya Nair, Team leader, Larkfield Water\nSam Oduya"
