"""A season's terms for judges: asked before the first entry and again when they change, kept in their exact words."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from heroes.domain.roles import Role
from heroes.models import Assignment, Mark, PrivateLink, Season, Undertaking
from heroes.services import building, inviting, scoring, standings, undertaking
from heroes.services.links import token_of
from heroes.services.refusals import Faster
from heroes.services.reporting import own_parts
from heroes.services.undertaking import TermsFirst
from tests.counting import statements
from tests.judging import COMMENT, FORM, GOOD, WRITTEN, asked, change, elsewhere
from tests.world import JUDGED, JUDGING, World, post

TERMS = "# Our terms\n\nWhat you read here **stays** here."
PAGE = "/judge/terms/small-2026"
REGISTER = "/admin/small-2026/people/terms"


def terms(world: World, text: str) -> None:
    """Change the season's terms as the builder does."""
    ctx = world.ctx("adam")
    with building.edit(ctx, "small-2026", "They were too short.") as season:
        season.terms = text


@pytest.fixture
def card(lite_world: World) -> Assignment:
    """Jill's assignment in a season with terms."""
    terms(lite_world, TERMS)
    return asked(lite_world, elsewhere(lite_world), "jill")


def kept(world: World) -> list[tuple[int, str]]:
    """Who agreed to which words."""
    world.session.rollback()
    return [
        (row.user_id, row.text)
        for row in world.session.execute(
            select(Undertaking.user_id, Undertaking.text).order_by(Undertaking.accepted_at)
        )
    ]


def test_no_entry_and_no_scorecard_before_the_terms_and_all_of_it_after(
    lite_world: World, card: Assignment
) -> None:
    client, at = lite_world.client("jill"), f"/judge/{card.handle}"
    assert client.get("/judge/").status_code == 200
    first = client.get(at)
    assert (first.status_code, first.location) == (302, f"{PAGE}?to={at}")
    assert client.get(f"{at}/step-back").status_code == 200, "nobody agrees to anything to step back"
    page = client.get(first.location).get_data(as_text=True)
    assert "<strong>stays</strong> here" in page
    seal = {"page": first.location}
    typed = post(client, at, FORM | {"revision": "1"}, **seal)
    assert typed.status_code == 409
    assert COMMENT in typed.get_data(as_text=True)
    auto = post(client, at, FORM, headers={"X-Requested-With": "autosave"}, **seal)
    assert (auto.status_code, (auto.json or {})["error"]) == (409, "terms_first")
    digest = undertaking.digest_of(TERMS)
    unticked = post(client, PAGE, {"digest": digest, "to": at})
    assert unticked.status_code == 422
    assert kept(lite_world) == []
    agreed = post(client, PAGE, {"digest": digest, "to": at, "agree": "yes"})
    assert (agreed.status_code, agreed.location) == (303, at)
    assert kept(lite_world) == [(lite_world.people["jill"], TERMS)]
    with statements(lite_world) as sent:
        assert client.get(at).status_code == 200
    assert len(sent) == 6
    assert post(
        client, PAGE, {"digest": digest, "agree": "yes", "to": "//evil.example"}, page="/account"
    ).location == ("/judge/")
    assert len(kept(lite_world)) == 1


def test_a_changed_text_asks_again_and_says_so(lite_world: World, card: Assignment) -> None:
    ctx = lite_world.ctx("jill")
    undertaking.agree(ctx, "small-2026", undertaking.digest_of(TERMS), True)
    scoring.submit(ctx, card.handle, 1, GOOD, COMMENT)
    lite_world.clock.at = JUDGING + timedelta(hours=3)
    terms(lite_world, "Even shorter.")
    with pytest.raises(TermsFirst):
        scoring.open_card(lite_world.ctx("jill"), card.handle)
    with pytest.raises(Faster):
        undertaking.agree(lite_world.ctx("jill"), "small-2026", undertaking.digest_of(TERMS), True)
    page = re.sub(r"<[^>]+>", "", lite_world.client("jill").get(PAGE).get_data(as_text=True))
    assert "You agreed to an earlier text on Monday 15 June 2026, 13:00" in page
    assert "It was changed on Monday 15 June 2026, 16:00" in page
    assert lite_world.session.scalar(select(func.count()).select_from(Mark)) == 2, "what was marked stays"
    lite_world.clock.at = JUDGED
    lite_world.computed()
    assert own_parts(lite_world.ctx("jill")) == []
    terms(lite_world, f"  {TERMS}\n")
    assert [part.totals for part in own_parts(lite_world.ctx("jill"))] == [(74,)]
    scoring.open_card(lite_world.ctx("jill"), card.handle)
    terms(lite_world, " ")
    scoring.open_card(lite_world.ctx("jill"), card.handle)


def test_a_chair_and_staff(lite_world: World, card: Assignment) -> None:
    for read in (standings.table, standings.standings):
        with pytest.raises(TermsFirst):
            read(lite_world.ctx("chloe"), *WRITTEN)
    standings.standings(lite_world.ctx("adam"), *WRITTEN)
    assert (
        lite_world.client("chloe").get("/judge/table/small-2026/frontline/written").location.startswith(PAGE)
    )
    assert lite_world.client("bob").get(PAGE).status_code == 404


def test_an_invited_judge_reads_the_terms_at_once(lite_world: World) -> None:
    terms(lite_world, TERMS)
    ctx = lite_world.ctx("adam")
    invitation = inviting.invite_judge(ctx, "small-2026", "people", "nora@new.example", "Nora", Role.JUDGE)
    from_mail = inviting_token(lite_world, invitation.id)
    client = lite_world.client()
    post(client, f"/link/{from_mail}")
    gone_on = post(client, "/invitation", {"name": "Nora", "promise": "yes"})
    assert (gone_on.status_code, gone_on.location) == (303, PAGE)
    assert client.get(PAGE).status_code == 200
    change(lite_world, lite_world.season(), opened_at=None)
    assert client.get(PAGE).status_code == 404, "nobody but staff knows of a season that is being built"


def inviting_token(world: World, invitation_id: int) -> str:
    """The secret of an invitation's link."""
    nonce = world.session.scalars(
        select(PrivateLink.nonce).where(PrivateLink.invitation_id == invitation_id)
    ).one()
    return token_of(world.house.keys.links, "invitation", nonce)


def test_staff_see_who_agreed_to_which_text_and_take_it_out_as_a_table(
    lite_world: World, card: Assignment
) -> None:
    for who in ("jill", "chloe"):
        undertaking.agree(lite_world.ctx(who), "small-2026", undertaking.digest_of(TERMS), True)
    lite_world.clock.at = JUDGING + timedelta(hours=3)
    terms(lite_world, "=Even shorter.")
    undertaking.agree(lite_world.ctx("jill"), "small-2026", undertaking.digest_of("=Even shorter."), True)
    client = lite_world.client("audrey")
    with statements(lite_world) as sent:
        page = client.get(REGISTER).get_data(as_text=True)
    assert len(sent) == 7
    assert "3 judges have still to agree" in page
    assert "<strong>stays</strong> here" in page
    lines = client.get(f"{REGISTER}.csv").get_data(as_text=True).splitlines()
    new, old = undertaking.digest_of("=Even shorter."), undertaking.digest_of(TERMS)
    both = '"People panel, Teams panel"'
    assert lines == [
        "\ufeffjudge,e-mail,panels,agreed to,agreed at,present text",
        f"Chloe Chair,chloe@judges.example,{both},{old},2026-06-15T12:00:00+00:00,no",
        f"Dora Dent,dora@judges.example,{both},,,no",
        f"Jack Judge,jack@judges.example,{both},,,no",
        f"Jill Judge,jill@judges.example,{both},{new},2026-06-15T15:00:00+00:00,yes",
    ]
    assert [lite_world.client(who).get(REGISTER).status_code for who in ("adam", "chloe", "bob")] == [
        200,
        404,
        404,
    ]
    lite_world.session.execute(update(Season).values(terms=""))
    lite_world.session.commit()
    assert "has no terms" in client.get(REGISTER).get_data(as_text=True)
