"""What anybody may read: seasons, categories with their whole form, rules; and what it costs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from heroes.models import Category, Release, Round, Season
from heroes.services.season_files import load_season, read_season
from heroes.services.transactions import transaction
from tests.counting import statements
from tests.web.nominator.desk import tree, words_of
from tests.world import HERE, JUDGING, OPEN, World

BEFORE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def read(world: World, address: str, who: str | None = None) -> str:
    """The text of a page."""
    answer = world.client(who).get(address)
    assert answer.status_code == 200
    text: str = answer.get_data(as_text=True)
    return text


def test_with_one_season_the_front_page_is_that_season(lite_world: World) -> None:
    assert lite_world.client().get("/").location == "/small-2026/"


def test_with_two_seasons_the_front_page_lists_both(lite_world: World) -> None:
    ctx = lite_world.ctx("system")
    data = read_season(HERE / "data" / "small_season.toml")
    data["season"] |= {"slug": "small-2027", "name": "Small Heroes 2027", "reference": "SH-27"}
    load_season(ctx, data, shift=timedelta(weeks=52))
    root = tree(read(lite_world, "/"))
    cards = [e.text for e in root.iter("a") if (e.get("href") or "").startswith("/small-")]
    assert cards == ["Small Heroes 2027", "Small Heroes 2026"]


def test_without_a_season_the_front_page_says_so(lite_world: World) -> None:
    with transaction(lite_world.ctx()):
        lite_world.session.execute(update(Season).values(slug="gone"))
    assert lite_world.client().get("/gone/").status_code == 200
    assert lite_world.client().get("/small-2026/").status_code == 404


def test_a_season_says_what_can_be_won_by_when_and_how_it_is_judged(lite_world: World) -> None:
    text = read(lite_world, "/small-2026/")
    said = words_of(text)
    for part in (
        "Tell us who picked up.",
        "Nominations close Friday 22 May 2026, 17:00 UK time, which is in 21 days 4 hours.",
        "2 ways to be a hero",
        "1 winner, up to 2 highly commended",
        "Season opens",
        "Nominations close",
        "Water",
    ):
        assert part in said
    cards = [e for e in tree(text).iter("li") if "cat" in (e.get("class") or "").split()]
    assert [e.get("href") for card in cards for e in card.iter("a")] == [
        "/small-2026/frontline/",
        "/small-2026/teams/",
    ]


@pytest.mark.parametrize(
    ("now", "part"),
    [
        (BEFORE, "Nominations open Monday 2 March 2026, 09:00 UK time, which is in 1 day."),
        (JUDGING, "Nominations closed Friday 22 May 2026, 17:00 UK time."),
    ],
)
def test_a_season_that_takes_no_entries_says_when(lite_world: World, now: datetime, part: str) -> None:
    lite_world.clock.at = now
    said = words_of(read(lite_world, "/small-2026/"))
    assert part in said
    assert "Nominate somebody" not in said


def test_a_category_shows_the_whole_form_its_marks_its_dates_and_its_rules(lite_world: World) -> None:
    text = read(lite_world, "/small-2026/frontline/")
    said = words_of(text)
    for part in (
        "Anybody who answers.",
        "Works in the United Kingdom.",
        "8 questions about what happened.",
        "Tell it as it was.",
        "In one sentence, why this person? As you would say it to a friend.",
        "May be published with the shortlist and the winners. up to 30 words",
        "Which office do they work in? (optional) Judges do not see this. one line",
        "Which shift? (optional) Day or Night choose one",
        "No customer can be recognised in this story. to confirm",
        "Your e-mail Your receipt and your private link go here.",
        "Difference to the customer What changed, and for whom? 60",
        "Nothing offered. Nothing was offered.",
        "6–9 All of it. All that is asked, shown.",
        "Three judges read each entry.",
        "Shortlist: 2 places at the most.",
        "Round 1, written 11 June to 1 July 2026, 2 judges an entry, names hidden",
        "Thursday 16 July 2026, 10:00 UK time",
        "Thursday 19 November 2026, 21:30 UK time",
    ):
        assert part in said
    links = {e.get("href") for e in tree(text).iter("a")}
    assert {"/small-2026/rules", "/small-2026/rules#privacy", "/small-2026/frontline/nominate"} <= links


def test_what_a_draw_is_made_from_is_published(lite_world: World) -> None:
    assert "a draw decides" not in read(lite_world, "/small-2026/frontline/")
    round_ = lite_world.session.scalars(select(Round).order_by(Round.id)).first()
    assert round_ is not None
    round_.draw_seed = "The lottery of 1 May 2026"
    lite_world.session.commit()
    said = words_of(read(lite_world, "/small-2026/frontline/"))
    assert "It is made from the seed The lottery of 1 May 2026, so that" in said


def test_two_criteria_with_one_scale_show_it_once(lite_world: World) -> None:
    assert words_of(read(lite_world, "/small-2026/frontline/")).count("The worded scale") == 1


@pytest.mark.parametrize(
    ("now", "part"),
    [
        (BEFORE, "Opens in 1 day"),
        (OPEN, "Closes in 21 days 4 hours"),
        (JUDGING, "Nominations have closed They closed Friday 22 May 2026, 17:00 UK time."),
    ],
)
def test_the_form_stays_readable_when_the_category_is_not_open(
    lite_world: World, now: datetime, part: str
) -> None:
    lite_world.clock.at = now
    text = read(lite_world, "/small-2026/frontline/")
    assert part in words_of(text)
    assert "What happened?" in text
    assert ('href="/small-2026/frontline/nominate"' in text) is (now == OPEN)


def test_a_category_may_close_at_an_instant_of_its_own(lite_world: World) -> None:
    own = datetime(2026, 5, 2, 12, 0, tzinfo=UTC)
    with transaction(lite_world.ctx()):
        lite_world.session.execute(update(Category).where(Category.slug == "teams").values(closes_at=own))
    lite_world.clock.at = own
    assert "Nominations have closed" in words_of(read(lite_world, "/small-2026/teams/"))
    assert "Closes in" in words_of(read(lite_world, "/small-2026/frontline/"))


def test_only_a_category_that_is_judged_blind_throughout_says_so(lite_world: World) -> None:
    with transaction(lite_world.ctx()):
        lite_world.session.execute(update(Round).values(blind=False))
    assert "Judges do not see this" not in read(lite_world, "/small-2026/frontline/")


def test_the_rules_and_the_privacy_notice_are_one_page(lite_world: World) -> None:
    text = read(lite_world, "/small-2026/rules")
    said = words_of(text)
    assert "Be kind." in said
    assert "We keep your words until the season ends." in said
    ids = {e.get("id") for e in tree(text).iter() if e.get("id")}
    assert {"rules", "privacy"} <= ids


def test_rules_are_shown_as_text_and_never_as_somebodys_script(lite_world: World) -> None:
    with transaction(lite_world.ctx()):
        bad = "<script>alert(1)</script> [x](javascript:alert(1)) **kind**"
        lite_world.session.execute(update(Season).values(rules=bad))
    text = read(lite_world, "/small-2026/rules")
    assert "<script>alert" not in text
    assert "javascript:" not in "".join(e.get("href") or "" for e in tree(text).iter("a"))
    assert "<strong>kind</strong>" in text


@pytest.mark.parametrize(
    "address",
    ["/nowhere/", "/nowhere/frontline/", "/small-2026/nowhere/", "/nowhere/rules", "/small-2026/x/y"],
)
def test_what_is_not_there_is_a_404(lite_world: World, address: str) -> None:
    answer = lite_world.client().get(address)
    assert answer.status_code == 404
    assert "Sorry, wrong number" in answer.get_data(as_text=True)


def test_the_navigation_offers_to_sign_in_only_to_whoever_is_not(lite_world: World) -> None:
    def texts(who: str | None) -> list[str | None]:
        root = tree(read(lite_world, "/small-2026/", who))
        (nav,) = [e for e in root.iter("nav") if e.get("aria-label") == "Main"]
        return [e.text for e in nav.iter("a")]

    assert texts(None)[-1] == "Sign in"
    assert "Sign in" not in texts("adam")
    assert {"Run the season", "Account"} <= set(texts("adam"))


def test_health_and_readiness_answer(lite_world: World) -> None:
    for address in ("/healthz", "/readyz"):
        answer = lite_world.client().get(address)
        assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_who_cannot_keep_files_is_not_ready(lite_world: World, tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    answer = lite_world.client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "files cannot be kept"})
    assert lite_world.client().get("/healthz").status_code == 200


@pytest.mark.parametrize("released", [False, True])
def test_what_public_pages_cost_never_depends_on_what_is_decided(world: World, released: bool) -> None:
    world.submitted()
    if released:
        with transaction(world.ctx()):
            world.session.execute(update(Release).values(released_at=OPEN, released_as="admin"))
    client = world.client()
    cost = {}
    for address in (
        "/",
        "/small-2026/",
        "/small-2026/frontline/",
        "/small-2026/rules",
        "/small-2026/frontline/nominate",
        "/mine/",
        "/links",
        "/sign-in",
        "/healthz",
    ):
        with statements(world) as sent:
            client.get(address)
        cost[address] = len(sent)
    assert cost == {
        "/": 1,
        "/small-2026/": 3,
        "/small-2026/frontline/": 4,
        "/small-2026/rules": 1,
        "/small-2026/frontline/nominate": 1,
        "/mine/": 1,
        "/links": 1,
        "/sign-in": 1,
        "/healthz": 0,
    }
