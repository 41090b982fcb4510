"""Building a form and publishing it: what is asked, who is told, and what becomes of what was written already."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from heroes.domain.form_designs import Place
from heroes.domain.question_settings import Typed
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.outbox import OutboxMail
from heroes.models.seasons import Category, FormDesign, FormVersion
from heroes.services import form_designs, form_publishing, nominating
from heroes.services.context import Context
from heroes.services.form_publishing import Published
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound
from heroes.services.transactions import transaction
from tests.judging import entered, handed_in
from tests.two_at_once import one_after_the_other
from tests.world import STORY, World

SEASON = "small-2026"
HERO = ["sentence", "story", "where", "calls", "proof", "shift", "agreed", "consent"]


def design(world: World, key: str = "hero") -> FormDesign:
    world.session.expire_all()
    return world.session.scalars(select(FormDesign).where(FormDesign.key == key)).one()


def keys(world: World) -> list[str]:
    return [one["key"] for section in design(world).sections for one in section["question"]]


def add(world: World, label: str, kind: str = "short", *, who: str = "adam", **texts: Any) -> str:
    ticked = {name: value for name, value in texts.items() if isinstance(value, list)}
    plain = {name: value for name, value in texts.items() if isinstance(value, str)}
    typed = Typed(
        {"label": label} | plain, {name.replace("__", "-"): value for name, value in ticked.items()}
    )
    return form_designs.save_question(
        world.ctx(who),
        SEASON,
        "hero",
        design(world).version,
        question=None,
        section=0,
        kind=kind,
        typed=typed,
    )


def publish(world: World, **how: Any) -> Published:
    return form_publishing.publish(world.ctx("adam"), SEASON, "hero", design(world).version, **how)


def form_numbers(world: World) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for slug, number in world.session.execute(
        select(Category.slug, FormVersion.number)
        .join(Category, Category.id == FormVersion.category_id)
        .order_by(FormVersion.id)
    ):
        found.setdefault(slug, []).append(number)
    return found


def test_a_form_goes_out_to_the_categories_that_ask_something_else(world: World) -> None:
    before = {v.id: (v.sections, v.digest) for v in world.session.scalars(select(FormVersion))}
    assert add(world, "How many in the team?", "number", some_categories="1", categories=["teams"]) == (
        "how_many_in_the_team"
    )
    todo = form_publishing.plan(world.ctx("adam"), world.season(), design(world))
    assert [(change.category.slug, change.differences) for change in todo.changes] == [
        ("teams", ("“How many in the team?” is new, and may be left empty.",))
    ]
    assert publish(world) == Published(("Team of the Year",))
    assert form_numbers(world) == {"frontline": [1], "teams": [1, 2]}
    latest = world.session.scalars(select(FormVersion).order_by(FormVersion.id.desc()).limit(1)).one()
    assert latest.sections[0]["question"][-1] == {
        "key": "how_many_in_the_team",
        "kind": "number",
        "label": "How many in the team?",
    }
    world.session.expire_all()
    assert {v.id: (v.sections, v.digest) for v in world.session.scalars(select(FormVersion))}.items() >= (
        before.items()
    )
    assert publish(world) == Published(())
    add(world, "Who else helped?")
    adam, season = world.ctx("adam"), world.season()
    with transaction(adam):
        assert (form_publishing.publish_all(adam, season), form_publishing.publish_all(adam, season)) == (
            2,
            0,
        )
    assert form_numbers(world) == {"frontline": [1, 2], "teams": [1, 2, 3]}


def test_a_draft_moves_along_with_its_answers_and_the_others_are_kept(world: World) -> None:
    draft = world.nominate()
    form_designs.remove_question(world.ctx("adam"), SEASON, "hero", design(world).version, "story")
    add(world, "Who else helped?")
    assert publish(world) == Published(("Frontline Hero", "Team of the Year"), moved=1)
    world.session.expire_all()
    entry = world.session.get_one(Entry, draft.entry.id)
    old, new = world.session.scalars(
        select(AnswerSheet).where(AnswerSheet.entry_id == entry.id).order_by(AnswerSheet.number)
    )
    assert (entry.sheet_number, entry.form_version_id) == (2, new.form_version_id)
    assert (old.revision, new.revision) == (2, 2)
    assert new.answers == {key: text for key, text in old.answers.items() if key != "story"}
    assert old.answers["story"].startswith("A main burst")
    assert draft.link is not None
    alice = world.ctx("alice", frozenset({draft.link.id}))
    with pytest.raises(Faster):
        nominating.save(alice, entry.handle, 1, {"sentence": "Typed on the form of before."})
    nominating.send(alice, entry.handle, 2)


def test_a_draft_can_stay_on_its_form(world: World) -> None:
    draft = world.nominate()
    add(world, "Who else helped?", required="1")
    assert publish(world, move_drafts=False).moved == 0
    world.session.expire_all()
    assert draft.link is not None
    nominating.send(world.ctx("alice", frozenset({draft.link.id})), draft.entry.handle, 1)


@pytest.mark.parametrize("saver_first", [True, False])
def test_saving_while_the_form_is_published_loses_no_words(world: World, saver_first: bool) -> None:
    draft = world.nominate()
    add(world, "Who else helped?")
    version, handle, entry_id = design(world).version, draft.entry.handle, draft.entry.id
    assert draft.link is not None
    alice = world.actor("alice", frozenset({draft.link.id}))
    later = STORY | {"story": "Later words.", "title": "Another name"}

    def save(ctx: Context) -> None:
        nominating.save(ctx.acting(alice), handle, 1, dict(later))

    def publish_it(ctx: Context) -> None:
        form_publishing.publish(ctx, SEASON, "hero", version)

    publisher, saver = ("adam", publish_it), ("stranger", save)
    if saver_first:
        assert one_after_the_other(world, saver, "UPDATE entries", publisher) == ("done", "done")
    else:
        came = one_after_the_other(world, publisher, "INSERT INTO answer_sheets", saver)
        assert came == ("done", "faster")
    entry = world.session.get_one(Entry, entry_id, populate_existing=True)
    shown = world.session.scalars(
        select(AnswerSheet).where(AnswerSheet.entry_id == entry_id, AnswerSheet.number == entry.sheet_number)
    ).one()
    kept = "Later words." if saver_first else STORY["story"]
    assert (shown.number, shown.answers["story"]) == (2, kept)


def test_entries_that_are_in_are_asked_to_complete_what_is_new_only_where_that_may_be(world: World) -> None:
    asked = world.submitted(title="Ada Byron")
    handed_in(world, entered(world), "jack")
    add(world, "Who else helped?", required="1")
    season = world.season()
    todo = form_publishing.plan(world.ctx("adam"), season, design(world))
    counted = form_publishing.written(world.ctx("adam"), season, todo.changes)
    assert (counted.drafts, counted.submitted, counted.can_be_asked) == (0, 2, 1)
    with pytest.raises(Invalid) as refused:
        publish(world, ask=True, message=" ", due_at=world.clock.now())
    assert set(refused.value.errors) == {"message", "due"}
    due = world.clock.now() + timedelta(days=7)
    assert publish(world, ask=True, message="There is one more question.", due_at=due).asked == 1
    world.session.expire_all()
    states = {
        e.title: (e.state, e.due_at, e.sheet_number) for e in world.session.scalars(select(Entry)).all()
    }
    assert states == {"Maureen Okafor": ("submitted", None, 1), "Ada Byron": ("returned", due, 2)}
    mails = world.session.scalars(select(OutboxMail).where(OutboxMail.template == "returned")).all()
    assert [(mail.entry_id, mail.values["message"]) for mail in mails] == [
        (asked.entry.id, "There is one more question.")
    ]
    assert asked.link is not None
    alice = world.ctx("alice", frozenset({asked.link.id}))
    with pytest.raises(Invalid) as missing:
        nominating.send(alice, asked.entry.handle, 1)
    assert set(missing.value.errors) == {"who_else_helped"}


def test_somebody_was_faster(lite_world: World) -> None:
    seen = design(lite_world).version
    add(lite_world, "Who else helped?")
    before = design(lite_world).sections
    with pytest.raises(Faster) as refused:
        form_designs.remove_question(lite_world.ctx("olive"), SEASON, "hero", seen, "story")
    assert (refused.value.who, refused.value.when) == ("Adam Admin", lite_world.clock.now())
    assert design(lite_world).sections == before


def test_a_condition_looks_back_only_and_what_would_break_it_is_refused(lite_world: World) -> None:
    world = lite_world
    why = add(world, "Why at night?", when="shift", when__shift=["Night"])
    before, version = design(world).sections, design(world).version
    adam = world.ctx("adam")
    ask: dict[str, Any] = {"section": 0, "kind": "choice"}
    circle = Typed({"label": "Which shift?", "choices": "Day\nNight", "when": why}, {f"when-{why}": ["yes"]})
    with pytest.raises(Invalid) as refused:
        form_designs.save_question(adam, SEASON, "hero", version, question="shift", typed=circle, **ask)
    assert refused.value.errors == {"when": "Choose a question that is asked before this one."}
    fewer = Typed({"label": "Which shift?", "choices": "Day\nLate"}, {})
    with pytest.raises(Invalid) as refused:
        form_designs.save_question(adam, SEASON, "hero", version, question="shift", typed=fewer, **ask)
    assert refused.value.errors == {
        "choices": "“Why at night?” is asked after the answer “Night”. Change that first."
    }
    with pytest.raises(Invalid) as refused:
        form_designs.move_question(adam, SEASON, "hero", version, why, Place(0, 0))
    assert refused.value.errors == {
        "move": "“Why at night?” is asked after certain answers to “Which shift?”, so it must come after it."
    }
    assert design(world).sections == before
    form_designs.remove_question(adam, SEASON, "hero", version, "shift")
    assert "when" not in design(world).sections[0]["question"][-1]


def test_what_was_published_keeps_its_key_kind_and_words(lite_world: World) -> None:
    world = lite_world
    adam = world.ctx("adam")
    ask: dict[str, Any] = {"question": "consent", "section": 0, "kind": "consent"}
    words = Typed({"label": "Other words.", "consent_version": "2026-1"}, {})
    with pytest.raises(Invalid) as refused:
        form_designs.save_question(adam, SEASON, "hero", design(world).version, typed=words, **ask)
    assert set(refused.value.errors) == {"consent_version"}
    ask |= {"question": "calls", "kind": "short"}
    with pytest.raises(Invalid) as refused:
        form_designs.save_question(adam, SEASON, "hero", design(world).version, typed=words, **ask)
    assert set(refused.value.errors) == {"kind"}
    form_designs.remove_question(adam, SEASON, "hero", design(world).version, "where")
    assert add(world, "Where", "number") == "where_2"
    assert add(world, "Which office do they work in?", "short") == "where"


def test_the_whole_form_is_made_and_unmade(lite_world: World) -> None:
    world = lite_world
    adam = world.ctx("adam")
    key = form_designs.new(adam, SEASON, "Health Check")
    assert form_designs.new(adam, SEASON, "Copy", copy_of="hero") == "copy"
    assert design(world, "copy").sections == design(world).sections
    with pytest.raises(Invalid):
        form_designs.new(adam, SEASON, "health check")
    version = design(world, key).version
    form_designs.settle(adam, SEASON, key, version, "Check", ["teams"])
    season, teams = (
        world.season(),
        world.session.scalars(select(Category).where(Category.slug == "teams")).one(),
    )
    assert form_publishing.unfit(design(world, key), [teams]) == ("Check asks nothing yet.",)
    with transaction(adam), pytest.raises(Invalid):
        form_publishing.publish_all(adam, season)
    with pytest.raises(Invalid):
        form_designs.delete(adam, SEASON, key, design(world, key).version)
    form_designs.settle(adam, SEASON, key, design(world, key).version, "Check", [])
    form_designs.delete(adam, SEASON, key, design(world, key).version)
    left = world.session.scalars(select(FormDesign.key).order_by(FormDesign.key)).all()
    assert left == ["copy", "hero"]


@pytest.mark.parametrize(("who", "refusal"), [("audrey", NotAllowed), ("jill", NotFound), ("bob", NotFound)])
def test_only_admins_change_a_form(lite_world: World, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        add(lite_world, "Who else helped?", who=who)
    with pytest.raises(refusal):
        form_publishing.publish(lite_world.ctx(who), SEASON, "hero", 1)
    assert keys(lite_world) == HERO
