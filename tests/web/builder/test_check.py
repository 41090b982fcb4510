"""Check and open: what is missing with the way to it, the rehearsal on top of its pages, and the opening by name."""

import re

from sqlalchemy import select

from heroes.models import Category, Entry, OutboxMail
from tests.counting import statements
from tests.services.test_launching import NAME, built
from tests.world import STORY, World, post

CHECK = "/admin/small-2026/setup/check"


def test_what_is_missing_is_listed_with_the_page_that_puts_it_right(lite_world: World) -> None:
    world = lite_world
    built(world, ready=False)
    client = world.client("adam")

    with statements(world) as sent:
        page = client.get(CHECK)

    text = page.get_data(as_text=True)
    assert "3 things keep it from being opened" in text
    assert "No mail has been delivered yet. Send yourself one." in text
    assert f'action="{CHECK}/open"' not in text
    assert len(sent) <= 20
    refused = post(client, f"{CHECK}/open", {"confirm": NAME}, page=CHECK)
    assert (refused.status_code, world.season().opened_at) == (409, None)

    sent_to = post(client, f"{CHECK}/mail", page=CHECK)
    assert sent_to.headers["Location"] == f"{CHECK}?done=mailed"
    mail = world.session.scalars(select(OutboxMail)).one()
    assert (mail.template, mail.to_address, mail.state) == ("test_mail", "adam@tiny.example", "waiting")


def test_a_rehearsal_says_so_on_every_page_and_takes_an_entry(lite_world: World) -> None:
    world = lite_world
    built(world)
    client = world.client("adam")
    form = "/small-2026/frontline/nominate"
    assert "Only the staff of Small Heroes see" in client.get("/small-2026/").get_data(as_text=True)

    begun = post(client, f"{CHECK}/rehearsal", {"act": "start"}, page=CHECK)
    assert begun.headers["Location"] == f"{CHECK}?done=rehearsing"
    for path in ("/small-2026/", form, CHECK, "/admin/small-2026/", "/small-2026/rule-card"):
        assert "Nothing here counts" in client.get(path).get_data(as_text=True), path
    assert "Nothing here counts" in world.client("jack").get("/judge/").get_data(as_text=True)
    kept = post(client, form, STORY | {"act": "save"})
    assert kept.status_code == 303
    assert client.get(kept.headers["Location"]).status_code == 200
    assert world.client().get(kept.headers["Location"]).status_code == 404

    emptied = post(client, f"{CHECK}/rehearsal", {"act": "empty"}, page=CHECK)
    assert emptied.headers["Location"] == f"{CHECK}?done=emptied"
    assert world.session.scalars(select(Entry)).all() == []
    assert world.season().rehearsing_since is not None
    post(client, f"{CHECK}/rehearsal", {"act": "stop"}, page=CHECK)
    assert "Nothing here counts" not in client.get("/small-2026/").get_data(as_text=True)


def test_it_is_opened_by_its_name_and_then_everybody_sees_it(lite_world: World) -> None:
    world = lite_world
    built(world)
    client = world.client("adam")
    wrong = post(client, f"{CHECK}/open", {"confirm": "Small <Heroes>"}, page=CHECK)
    assert wrong.status_code == 422
    assert 'value="Small &lt;Heroes&gt;"' in wrong.get_data(as_text=True)
    assert world.client().get("/small-2026/").status_code == 404

    opened = post(client, f"{CHECK}/open", {"confirm": NAME}, page=CHECK)

    assert opened.headers["Location"] == f"{CHECK}?done=opened"
    page = client.get(opened.headers["Location"]).get_data(as_text=True)
    assert "The season is open. Everybody can see it now." in page
    assert f"{CHECK}/end" not in page
    public = world.client().get("/small-2026/").get_data(as_text=True)
    assert re.search(r"version 1: <span[^>]*>", public)
    owner = world.client("olive")
    ended = post(owner, f"{CHECK}/end", {"confirm": NAME, "reason": ""}, page=CHECK)
    assert ended.status_code == 422
    ended = post(owner, f"{CHECK}/end", {"confirm": NAME, "reason": "All is announced."}, page=CHECK)
    assert ended.headers["Location"] == f"{CHECK}?done=ended"
    assert "The season has ended." in owner.get(ended.headers["Location"]).get_data(as_text=True)


def test_sixty_categories_are_looked_at_in_as_many_statements(lite_world: World) -> None:
    world = lite_world
    built(world)
    one = world.session.scalars(select(Category).order_by(Category.id)).first()
    assert one is not None
    columns = {c.name: getattr(one, c.name) for c in Category.__table__.columns if c.name != "id"}
    for number in range(60):
        world.session.add(Category(**columns | {"slug": f"c{number}", "name": f"Category {number}"}))
    world.session.commit()
    client = world.client("adam")
    with statements(world) as sent:
        text = client.get(CHECK).get_data(as_text=True)
    assert "60 things keep it from being opened" in text
    assert "And 49 more lines." in text
    assert len(sent) <= 20


def test_who_looks_as_a_visitor_sees_the_season_that_is_built(lite_world: World) -> None:
    world = lite_world
    built(world)
    client = world.client("adam")
    post(client, "/admin/small-2026/people/view-as", {"act": "visitor"}, page=CHECK)
    assert client.get("/small-2026/frontline/").status_code == 200
    assert client.get("/admin/small-2026/").status_code != 200
    assert world.client("bob").get("/small-2026/frontline/").status_code == 404
