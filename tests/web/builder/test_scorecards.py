"""The builder's scorecards: one form that loses nothing, what publishing would change, and the real card to look at."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from heroes.models.seasons import ScoreSetDesign
from heroes.services import score_set_designs as designs
from heroes.web.builder.scorecard_form import of_design
from tests.judging import COMMENT, asked, assignment, elsewhere, handed_in
from tests.services.test_score_sets import OTHER_SCALE, corrected, design_of, edited, saved, sets, unopened
from tests.world import World, post

HERE = "/admin/small-2026/setup/scorecards"
ONE = f"{HERE}/frontline"


def form_of(world: World, **changes: str) -> dict[str, str]:
    """The form of `frontline` as its page would post it, with changes; an empty change leaves the field out."""
    typed = of_design(design_of(world))
    form = {
        "name": typed.name,
        "comment_words": typed.comment_words,
        "version": str(typed.version),
        "act": "save",
    }
    for n, one in enumerate(typed.criteria, 1):
        form |= {
            f"criterion-{n}-{name}": str(getattr(one, name)) for name in ("key", "name", "help", "weight")
        }
        form |= {f"criterion-{n}-scale": str(one.scale), f"criterion-{n}-floor": one.floor}
    for n, scale in enumerate(typed.scales, 1):
        form |= {f"scale-{n}-{name}": getattr(scale, name) for name in ("name", "low", "high", "step")}
        for at, point in enumerate(scale.points, 1):
            here = f"scale-{n}-point-{at}"
            form |= {f"{here}-from": point.low, f"{here}-to": point.high}
            form |= {f"{here}-word": point.word, f"{here}-text": point.text}
    return form | {name.replace("_", "-"): text for name, text in changes.items()}


def posted(world: World, path: str = ONE, who: str = "adam", **form: Any) -> Any:
    """Press a button of the form as somebody."""
    page = HERE if path == HERE or path.endswith("/delete") else path.removesuffix("/publish")
    return post(world.client(who), path, form, page=page)


def values(text: str, name: str) -> list[str]:
    """The values of the inputs of this name on a page."""
    return re.findall(rf'name="{name}" value="([^"]*)"', text)


def test_the_page_as_it_stands_saves_the_same_and_a_weight_can_be_changed(lite_world: World) -> None:
    world = lite_world
    before = design_of(world).criteria
    assert posted(world, **form_of(world)).status_code == 303
    design = design_of(world)
    assert [one | {"points": []} for one in design.criteria] == [one | {"points": []} for one in before]
    weights = {"criterion_1_weight": "35.5", "criterion_2_weight": "64.5"}
    answer = posted(world, **form_of(world, **weights))
    assert answer.headers["Location"] == f"{ONE}?done=saved"
    assert [one["weight"] for one in design_of(world).criteria] == ["35.5", "64.5"]
    page = world.client("adam").get(f"{ONE}?done=saved").text
    assert "Saved as a working copy" in page
    assert "Beyond the role, weight: 40 becomes 64.5" in page
    assert '<strong class="num" data-weight-line>100 of 100</strong>' in page


def test_what_is_wrong_comes_back_at_its_field_with_all_that_was_typed(lite_world: World) -> None:
    world = lite_world
    wrong = {
        "criterion_1_weight": "many",
        "criterion_2_help": "Look <b>hard</b>",
        "scale_1_point_2_to": "6",
        "comment_words": "-1",
    }
    form = form_of(world, **wrong) | {"comment_words": "-1", "reasons": "yes"}
    answer = posted(world, **form)
    assert answer.status_code == 422
    assert re.findall(r'<a href="#([a-z0-9_-]+)">', answer.text) == [
        "criterion-1-weight",
        "scale-1-point-3-from",
        "comment_words",
    ]
    assert values(answer.text, "criterion-1-weight") == ["many"]
    assert "Look &lt;b&gt;hard&lt;/b&gt;" in answer.text
    assert re.search(r'id="reasons"[^>]* checked', answer.text)
    assert design_of(world).version == 1


def test_rows_are_added_moved_and_taken_away_without_saving(lite_world: World) -> None:
    world = lite_world
    form = form_of(world, criterion_1_name="Typed")
    names = r'id="criterion-\d+-name" name="criterion-\d+-name" value="([^"]*)"'
    for act, wanted in (
        ("add-criterion", ["Typed", "Beyond the role", ""]),
        ("down-1", ["Beyond the role", "Typed"]),
        ("up-2", ["Beyond the role", "Typed"]),
        ("remove-1", ["Beyond the role"]),
    ):
        page = posted(world, **form | {"act": act})
        assert (page.status_code, re.findall(names, page.text)) == (200, wanted)
    page = posted(world, **form | {"act": "add-scale"}).text
    assert re.findall(r'id="scale-(\d)-low"', page) == ["1", "2"]
    page = posted(world, **form | {"act": "add-points-1"}).text
    assert page.count('aria-label="Row 7, from"') == 1
    assert design_of(world).version == 1
    unused = form | {f"scale-2-{name}": text for name, text in (("low", "0"), ("high", "5"), ("step", "1"))}
    answer = posted(world, **unused | {"scale-2-name": "Five"})
    assert answer.status_code == 422
    assert "No criterion uses this scale." in answer.text


def test_somebody_who_was_faster_is_shown_beside_what_was_typed(lite_world: World) -> None:
    world = lite_world
    form = form_of(world, criterion_1_weight="50")
    saved(world, edited(world, {"difference": {"weight": "55"}}))
    answer = posted(world, who="olive", **form)
    assert answer.status_code == 409
    assert "Adam Admin was faster" in answer.text
    row = re.search(
        r"<tr><th scope=\"row\">Difference to the customer</th><td>(.*?)</td><td>(.*?)</td>", answer.text
    )
    assert row is not None
    assert (row[1][:9], row[2][:9]) == ("weight 55", "weight 50")
    assert 'name="version" value="2"' in answer.text
    assert posted(world, who="olive", **form | {"version": "2"}).status_code == 303
    assert design_of(world).criteria[0]["weight"] == "50"


def test_a_correction_says_whom_it_asks_again_and_wants_a_reason(lite_world: World) -> None:
    world = lite_world
    handed_in(world, elsewhere(world), "jack")
    page = world.client("adam").get(ONE).text
    assert "Locked: judges have marked under it" in page
    assert "publish-h" not in page, "nothing to publish"
    version = saved(world, edited(world, OTHER_SCALE))
    page = world.client("adam").get(ONE).text
    assert "1 scorecard holds marks; 1 judge’s scorecard that is in will be asked for what is missing" in page
    answer = posted(world, f"{ONE}/publish", version=version, rule_reason=" ")
    assert answer.status_code == 422
    assert "Say why: everybody will read it." in answer.text
    assert posted(world, f"{ONE}/publish", who="audrey", version=version, rule_reason="x").status_code == 403
    assert len(sets(world)) == 1
    answer = posted(world, f"{ONE}/publish", version=version, rule_reason="Ten was too coarse")
    assert answer.headers["Location"] == f"{ONE}?done=published"
    assert [reason for _, reason, _ in sets(world)] == [None, "Ten was too coarse"]


def test_a_judge_sees_what_to_mark_again_with_everything_else_filled_in(lite_world: World) -> None:
    world = lite_world
    entry = elsewhere(world)
    handed_in(world, entry, "jack")
    corrected(world, edited(world, OTHER_SCALE), "Ten was too coarse")
    one = assignment(world, entry, "jack")
    jack = world.client("jack")
    assert "Corrected: a mark is missing" in jack.get("/judge/").text
    page = jack.get(f"/judge/{one.handle}").text
    assert ("Ten was too coarse" in page, "Please mark Beyond the role." in page) == (True, True)
    assert "You gave 8 on a scale from 0 to 10." in page
    assert COMMENT in page
    assert re.search(r'id="mark-difference-7" value="7" checked', page)
    old = {
        "revision": one.revision,
        "comment": COMMENT,
        "act": "submit",
        "mark-difference": "7",
        "mark-beyond": "8",
        "scale-beyond": "0:10:1",
    }
    answer = post(jack, f"/judge/{one.handle}", old)
    assert answer.status_code == 422
    assert "The organisers have put this criterion on another scale, 0 to 20. Mark it again." in answer.text
    assert not re.search(r'name="mark-beyond"[^>]* checked', answer.text)
    assert (
        post(jack, f"/judge/{one.handle}", old | {"mark-beyond": "16", "scale-beyond": "0:20:1"}).status_code
        == 303
    )


def test_a_missing_reason_comes_back_at_its_field_with_the_others_kept(lite_world: World) -> None:
    world = lite_world
    typed = edited(world, {})
    corrected(world, designs.Edit(typed.name, typed.criteria, "", True))
    one = asked(world, elsewhere(world), "jack")
    form = {
        "revision": 1,
        "act": "submit",
        "mark-difference": "0",
        "mark-beyond": "10",
        "note-beyond": "She <i>did</i>.",
    }
    answer = post(world.client("jack"), f"/judge/{one.handle}", form)
    assert answer.status_code == 422
    assert 'href="#note-difference"' in answer.text
    assert "Say in a sentence why it is 0." in answer.text
    assert "She &lt;i&gt;did&lt;/i&gt;." in answer.text


def test_the_preview_is_the_judges_own_card_and_half_a_set_has_one_too(lite_world: World) -> None:
    world = lite_world
    page = world.client("audrey").get(f"{ONE}/preview").text
    assert re.findall(r'data-criterion="([^"]*)"', page) == ["difference", "beyond"]
    posted(world, HERE, name="Bare", copy_of="")
    page = world.client("adam").get(f"{HERE}/bare/preview").text
    assert "It has no criterion yet." in page
    world.session.rollback()
    design = world.session.scalars(select(ScoreSetDesign).where(ScoreSetDesign.key == "bare")).one()
    design.criteria = [{"key": "x", "name": "X", "weight": "1", "low": "5", "high": "1", "step": "1"}]
    world.session.commit()
    for path in (HERE, f"{HERE}/bare", f"{HERE}/bare/preview"):
        assert world.client("adam").get(path).status_code == 200


def test_a_scorecard_is_deleted_only_while_no_round_uses_it(lite_world: World) -> None:
    world = lite_world
    assert posted(world, HERE, name="", copy_of="").status_code == 422
    assert posted(world, HERE, name="Spare", copy_of="frontline").headers["Location"] == f"{HERE}/spare"
    assert posted(world, f"{HERE}/spare/delete").status_code == 303
    answer = posted(world, f"{ONE}/delete")
    assert (answer.status_code, "A round is judged by it." in answer.text) == (409, True)
    assert world.client("adam").get(f"{HERE}/spare").status_code == 404


@pytest.mark.parametrize("path", [HERE, ONE, f"{ONE}/preview"])
def test_strangers_find_nothing(lite_world: World, path: str) -> None:
    assert lite_world.client("jack").get(path).status_code == 404


def test_a_season_being_built_has_its_rounds_follow_a_whole_set_at_once(lite_world: World) -> None:
    world = lite_world
    unopened(world)
    weights = {"criterion_1_weight": "50", "criterion_2_weight": "50"}
    answer = posted(world, **form_of(world, **weights))
    assert "Its rounds have it as well." in world.client("adam").get(answer.headers["Location"]).text
    assert sets(world) == [(1, None, [("difference", "50"), ("beyond", "50")])]
