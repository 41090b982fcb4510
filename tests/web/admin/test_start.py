"""Starting a season in the browser: what it may begin from, what is refused, and that nothing typed is lost."""

import io

import pytest
from sqlalchemy import select

from heroes.models import Programme, Season
from heroes.services.season_exports import export
from tests.counting import statements
from tests.world import World, post

NEW = "/admin/seasons/new"
EMPTY = f"{NEW}/empty"
TYPED = {
    "programme": "small-heroes",
    "name": "A Winter Prize",
    "opens_on": "2026-11-02",
    "year": "2026",
    "timezone": "Europe/London",
    "slug": "",
    "reference": "",
}


def slugs(world: World) -> list[str]:
    world.session.expire_all()
    found = list(world.session.scalars(select(Season.slug).order_by(Season.id)))
    world.session.rollback()
    return found


@pytest.mark.parametrize(("who", "status"), [("olive", 200), ("adam", 200), ("audrey", 404), ("jack", 404)])
def test_who_may_start_a_season(lite_world: World, who: str, status: int) -> None:
    assert lite_world.client(who).get(NEW).status_code == status


def test_every_source_has_a_form_that_offers_next_years_name(lite_world: World) -> None:
    client = lite_world.client("olive")
    page = client.get(NEW).text
    for source in ("copy-small-2026", "ready-service-health-check", "ready-small-prize", "empty", "file"):
        assert f'href="{NEW}/{source}"' in page
    with statements(lite_world) as sent:
        form = client.get(f"{NEW}/copy-small-2026").text
    assert len(sent) == 12
    for said in ('value="Small Heroes 2027"', 'value="small-2027"', 'value="SH-27"', 'value="2027-03-01"'):
        assert said in form
    assert client.get(f"{NEW}/copy-nothing").status_code == 404
    assert client.get(f"{NEW}/ready-nothing").status_code == 404


def test_a_season_is_made_not_open_and_its_address_follows_from_its_name(lite_world: World) -> None:
    made = post(lite_world.client("adam"), EMPTY, TYPED)
    assert (made.status_code, made.location) == (303, "/admin/a-winter-prize/setup/")
    assert slugs(lite_world) == ["small-2026", "a-winter-prize"]
    assert lite_world.client().get("/a-winter-prize/").status_code == 404


def test_what_does_not_fit_is_said_beside_its_field_and_kept(lite_world: World) -> None:
    bad = {"name": "Small Heroes again", "slug": "small-2026", "opens_on": "soon", "timezone": "Mars/Olympus"}
    refused = post(lite_world.client("adam"), EMPTY, TYPED | bad)
    assert refused.status_code == 422
    for name in ("opens_on", "timezone"):
        assert f'id="{name}-error"' in refused.text
    for text in ("Small Heroes again", "small-2026", "Mars/Olympus"):
        assert f'value="{text}"' in refused.text
    assert slugs(lite_world) == ["small-2026"]


def test_a_chosen_file_that_cannot_be_used_comes_back_as_text_with_the_place(lite_world: World) -> None:
    good = export(lite_world.ctx("adam"), "small-2026")
    lite_world.session.rollback()
    broken = good.replace('kind = "team"', 'kind = "choir"')
    client = lite_world.client("adam")
    data = TYPED | {"upload": (io.BytesIO(broken.encode()), "season.toml")}
    refused = post(client, f"{NEW}/file", data)
    assert refused.status_code == 422
    assert "category 2 (teams): kind: one of person, team, organisation is wanted" in refused.text
    assert "choir" in refused.text
    assert post(client, f"{NEW}/file", TYPED | {"file": good}).location == "/admin/a-winter-prize/setup/"
    assert slugs(lite_world) == ["small-2026", "a-winter-prize"]


def test_an_owner_adds_a_programme_and_an_admin_does_not(lite_world: World) -> None:
    more = {"programme": "+", "programme_name": "Quiet Heroes", "programme_body": "The Tiny Alliance"}
    assert post(lite_world.client("adam"), EMPTY, TYPED | more).status_code == 403
    nameless = post(lite_world.client("olive"), EMPTY, TYPED | more | {"programme_name": ""})
    assert nameless.status_code == 422
    assert 'id="programme_name-error"' in nameless.text
    # Neither of the two is made without the other.
    half = post(lite_world.client("olive"), EMPTY, TYPED | more | {"name": ""})
    assert half.status_code == 422
    names = select(Programme.slug).order_by(Programme.id)
    assert lite_world.session.scalars(names).all() == ["small-heroes"]
    lite_world.session.rollback()
    assert post(lite_world.client("olive"), EMPTY, TYPED | more).status_code == 303
    lite_world.session.expire_all()
    assert lite_world.session.scalars(names).all() == ["small-heroes", "quiet-heroes"]
