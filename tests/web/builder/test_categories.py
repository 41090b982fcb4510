"""The builder's pages of categories and their outcome rules: what they save, refuse, give back and cost."""

import re
from typing import Any

from sqlalchemy import func, select

from heroes.models import AuditRecord, Category, Round, RuleCard, ScoreSet
from heroes.models.seasons import FormDesign, FormVersion, Season
from heroes.services.transactions import transaction
from tests.counting import statements
from tests.judging import change
from tests.world import World, post

ALL = "/admin/small-2026/setup/categories/"
ONE = f"{ALL}one/frontline/"
RULE = f"{ONE}outcome"
NEW = {
    "name": "Kindest Reply",
    "kind": "team",
    "line": "In writing.",
    "eligibility": "Sent in 2026.\n\nOver 50 words.",
}


def category(world: World, slug: str = "frontline") -> Category:
    world.session.expire_all()
    return world.session.scalars(select(Category).where(Category.slug == slug)).one()


def order(world: World) -> list[str]:
    world.session.expire_all()
    return list(world.session.scalars(select(Category.slug).order_by(Category.position)))


def building(world: World) -> None:
    """Make the season one that has not been opened yet."""
    change(world, world.season(), opened_at=None)


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)).split())


def press(world: World, path: str, data: dict[str, Any], on: str | None = None) -> Any:
    return post(world.client("adam"), path, data, on)


def levels(*rows: dict[str, str], **more: str) -> dict[str, str]:
    """A rule as its form posts it."""
    found = {f"level-{n}-{field}": value for n, row in enumerate(rows, 1) for field, value in row.items()}
    return {"no_award": "yes"} | found | more


CHECK = levels(
    {"name": "Merit", "at_least": "80", "floor": "65"},
    {"name": "Accredited", "at_least": "70.5", "floor": "55"},
)


def test_a_category_is_added_changed_copied_moved_and_taken_away(lite_world: World) -> None:
    world = lite_world
    building(world)
    before = order(world)
    added = press(
        world, f"{ALL}add", NEW | {"form": "hero", "opens": "2026-03-02T09:00", "closes": "2026-04-01T12:00"}
    )
    assert (added.status_code, added.location) == (303, f"{ALL}one/kindest-reply/outcome?new=1")
    made = category(world, "kindest-reply")
    assert (made.kind, made.eligibility, made.outcome["levels"][0]["places"], str(made.closes_at)) == (
        "team",
        ["Sent in 2026.", "Over 50 words."],
        1,
        "2026-04-01 11:00:00+00:00",
    )
    assert made.form_design_id == world.session.scalar(select(FormDesign.id).where(FormDesign.key == "hero"))

    data = NEW | {"name": "Kindest Answer", "slug": "", "version": str(made.version)}
    assert press(world, f"{ALL}one/kindest-reply/", data).status_code == 303
    press(world, f"{ALL}one/kindest-answer/copy", {}, ALL)
    press(world, f"{ALL}one/kindest-answer-2/move", {"to": "earlier"}, ALL)
    assert order(world) == [*before, "kindest-answer-2", "kindest-answer"]
    press(world, f"{ALL}one/kindest-answer/move", {"to": "later"}, ALL)
    for slug in ("kindest-answer", "frontline"):
        version = str(category(world, slug).version)
        press(world, f"{ALL}one/{slug}/remove", {"version": version}, ALL)
    assert order(world) == [*before[1:], "kindest-answer-2"]
    orphans = [
        world.session.scalar(select(func.count()).where(table.category_id.not_in(select(Category.id))))
        for table in (Round, ScoreSet, FormVersion)
    ]
    assert orphans == [0, 0, 0]
    said = world.session.scalars(select(AuditRecord.act).where(AuditRecord.act.like("category.%")))
    assert list(said) == [f"category.{act}" for act in ("add", "change", "add", "move", "remove", "remove")]


def test_what_does_not_fit_comes_back_with_all_that_was_typed(lite_world: World) -> None:
    world = lite_world
    data = NEW | {
        "name": "frontline HERO",
        "kind": "choir",
        "opens": "2026-03-29T01:30",
        "who": "Everybody <b>",
    }
    answer = press(world, f"{ALL}add", data)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for field in ("kind", "opens"):
        assert f'id="{field}-error"' in html
    assert "Everybody &lt;b&gt;" in html
    twin = press(world, f"{ALL}add", NEW | {"name": "frontline HERO"})
    assert "Another category of this season has this name." in text(twin)
    entered = world.submitted()
    kept = category(world)
    stays = press(
        world, ONE, NEW | {"name": kept.name, "version": str(kept.version), "rule_reason": "Why not"}
    )
    assert "So this stays." in text(stays)
    gone = press(world, f"{ONE}remove", {"version": str(kept.version), "rule_reason": "Why not"}, ALL)
    assert (gone.status_code, entered.entry.category_id) == (422, category(world).id)
    assert "has entries, drafts among them perhaps, so it stays." in text(gone)


def test_a_new_address_is_followed_by_the_questions_that_name_it(lite_world: World) -> None:
    world = lite_world
    building(world)
    design = world.session.scalars(select(FormDesign).where(FormDesign.key == "hero")).one()
    sections = [dict(section) for section in design.sections]
    sections[0]["question"] = [dict(one) for one in sections[0]["question"]]
    sections[0]["question"][0]["categories"] = ["frontline", "teams"]
    change(world, design, sections=sections)
    kept = category(world)
    data = {"name": kept.name, "kind": kept.kind, "slug": "heroes-of-the-line", "version": str(kept.version)}
    assert press(world, ONE, data).status_code == 303
    world.session.expire_all()
    asked = world.session.get_one(FormDesign, design.id).sections[0]["question"][0]["categories"]
    assert asked == ["heroes-of-the-line", "teams"]


def test_a_rule_is_typed_tried_saved_and_read_by_everybody_in_the_same_sentences(lite_world: World) -> None:
    world = lite_world
    building(world)
    seen = {"version": str(category(world).version), "floor-beyond": "60"}
    tried = press(world, RULE, CHECK | seen | {"act": "try", "tries": "90 82/50, 70.4"})
    assert (tried.status_code, category(world).outcome["levels"][0]["key"]) == (200, "winner")
    assert "Of 3 entries, 1 would be proposed" in text(tried)
    assert "For Accredited: 70.4 out of 100, and 70.5 is asked: 0.1 short." in text(tried)

    assert press(world, RULE, CHECK | seen).status_code == 303
    assert category(world).outcome == {
        "levels": [
            {"key": "merit", "name": "Merit", "at_least": 80, "floor": 65},
            {"key": "accredited", "name": "Accredited", "at_least": 70.5, "floor": 55},
        ],
        "floors": {"beyond": 60},
    }
    change(world, world.season(), opened_at=world.clock.at)
    said = [
        "Merit: every entry at 80 out of 100 or above with no criterion under 65 of 100.",
        "Accredited: every entry at 70.5 out of 100 or above with no criterion under 55 of 100.",
        "Beyond the role: at least 60 of 100, for any award.",
    ]
    pages = (RULE, "/small-2026/frontline/", "/admin/small-2026/results/frontline/written/award")
    for path in pages:
        page = text(world.client("adam").get(path))
        assert [sentence for sentence in said if sentence not in page] == [], path


def test_a_rule_that_cannot_be_is_refused_beside_its_field(lite_world: World) -> None:
    world = lite_world
    building(world)
    seen = {"version": str(category(world).version)}
    for typed, field in (
        (levels({"name": "Merit", "at_least": "101"}), "level-1-at_least"),
        (levels({"name": "A", "places": "1"}, {"name": "B", "at_least": "60"}), "level-2-at_least"),
        (levels({"name": "A"}, {"name": "", "floor": "6"}), "level-2-name"),
        (levels({"name": "A", "places": "0"}), "level-1-places"),
        (levels({"name": "A", "places": "many"}), "level-1-places"),
        (levels({"name": "A", "places": "1"}, minimum_field="2.5"), "minimum_field"),
        ({}, "level-1-name"),
    ):
        answer = press(world, RULE, typed | seen)
        html = answer.get_data(as_text=True)
        assert (answer.status_code, f'id="{field}-error"' in html) == (422, True), typed
    assert category(world).outcome["levels"][0]["key"] == "winner"


def test_in_an_open_season_another_rule_wants_a_reason_and_somebody_faster_is_shown(
    lite_world: World,
) -> None:
    world = lite_world
    seen = {"version": str(category(world).version)}
    first = press(world, RULE, CHECK | seen)
    assert first.status_code == 422
    assert "This changes the public rule card" in text(first)
    assert 'value="70.5"' in first.get_data(as_text=True)
    assert press(world, RULE, CHECK | seen | {"rule_reason": "The board met."}).status_code == 303
    assert (
        list(world.session.scalars(select(RuleCard.reason).order_by(RuleCard.number)))[-1] == "The board met."
    )

    late = press(world, RULE, levels({"name": "Best", "places": "1"}) | seen | {"rule_reason": "Mine."})
    assert late.status_code == 409
    assert "Adam Admin was faster" in text(late)
    assert "Best: the best entry." in text(late)
    now = re.search(r'name="version" value="(\d+)"', late.get_data(as_text=True))
    assert now is not None
    again = levels({"name": "Best", "places": "1"}) | {"version": now[1], "rule_reason": "Mine."}
    assert press(world, RULE, again).status_code == 303
    assert [one["key"] for one in category(world).outcome["levels"]] == ["best"]


def test_pages_cost_the_same_with_sixty_categories(lite_world: World) -> None:
    world = lite_world
    client = world.client("adam")
    paths = (ALL, f"{ALL}add", ONE, RULE)

    def costs() -> list[int]:
        found = []
        for path in paths:
            with statements(world) as sent:
                assert client.get(path).status_code == 200
            found.append(len(sent))
        return found

    few = costs()
    source = category(world)
    columns = {
        c.key: getattr(source, c.key)
        for c in Category.__table__.columns
        if c.key not in ("id", "slug", "name")
    }
    ctx = world.ctx("adam")
    with transaction(ctx):
        world.session.add_all(
            Category(**columns | {"slug": f"more-{n}", "name": f"More {n}", "position": 10 + n})
            for n in range(60)
        )
    assert costs() == few == [5, 5, 6, 6]


def test_only_admins_change_and_auditors_read(lite_world: World) -> None:
    world = lite_world
    assert "Add a category" not in text(world.client("audrey").get(ALL))
    assert world.client("audrey").get(RULE).status_code in (403, 404)
    assert post(world.client("audrey"), RULE, CHECK, ALL).status_code in (403, 404)
    assert world.session.scalar(select(func.count()).select_from(Season)) == 1
