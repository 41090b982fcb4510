"""How nominations come in: counted without anybody's name, and drawn against the question, the close and last year."""

from datetime import timedelta

from sqlalchemy import select

from heroes.models import Visits
from heroes.web.kit.visits import EVERY, flush, waiting
from tests.counting import statements
from tests.outcomes import eligible
from tests.world import OPEN, World

PAGE = "/admin/small-2026/incoming"
CATEGORY = "/small-2026/frontline/"


def kept(world: World) -> list[tuple[str, int]]:
    with world.app.app_context():
        flush(world.clock.at)
    world.session.expire_all()
    rows = world.session.execute(select(Visits.step, Visits.count).order_by(Visits.step))
    found = [(step, count) for step, count in rows]
    world.session.rollback()
    return found


def test_pages_are_counted_for_everybody_but_staff_and_nobody_is_kept(world: World) -> None:
    visitor = world.client()
    for _ in range(2):
        visitor.get(CATEGORY)
    visitor.head(CATEGORY)
    visitor.get(f"{CATEGORY}nominate")
    world.client("bob").get(CATEGORY)
    for who in ("olive", "audrey"):
        world.client(who).get(CATEGORY)
    assert kept(world) == [("form", 1), ("page", 3)]
    visitor.get(CATEGORY)
    assert kept(world) == [("form", 1), ("page", 4)]
    assert set(Visits.__table__.c.keys()) == {"category_id", "day", "step", "count"}


def test_counts_are_written_now_and_then_and_a_page_never_waits_for_them(lite_world: World) -> None:
    world = lite_world
    world.client().get(CATEGORY)
    with world.app.app_context():
        assert waiting().counts.total() == 1
    world.clock.at += EVERY
    with statements(world) as sent:
        world.client().get("/small-2026/rules")
    assert [text for text in sent if "visits" in text] != []
    with world.app.app_context():
        assert waiting().counts.total() == 0
    assert kept(world) == [("page", 1)]


def test_the_page_shows_the_funnel_and_the_question_where_drafts_stand(lite_world: World) -> None:
    world = lite_world
    for _ in range(4):
        world.client().get(CATEGORY)
    world.client().get(f"{CATEGORY}nominate")
    kept(world)
    world.nominate()
    world.nominate(story="", where="", calls="", agreed="", consent="")
    eligible(world, "Ada Ames")
    world.clock.at = OPEN + timedelta(days=2)
    client = world.client("audrey")
    with statements(world) as sent:
        page = " ".join(client.get(PAGE).text.split())
    assert len(sent) == 11
    for said in (
        'Read a category’s page</span> <strong class="num">4',
        'Opened the form</span> <strong class="num">1',
        'Began a draft</span> <strong class="num">3',
        'Sent it</span> <strong class="num">1',
        "In one sentence, why this person?",
        "No customer can be recognised in this story.",
    ):
        assert said in page
    assert client.get("/admin/nothing/incoming").status_code == 404
    assert world.client("jack").get(PAGE).status_code == 404
