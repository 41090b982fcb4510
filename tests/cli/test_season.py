"""`heroes season load`, as the operator of a fresh installation types it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from heroes.cli.commands import heroes
from heroes.cli.running import command_app
from heroes.cli.season import EXAMPLE
from heroes.models import AuditRecord, Category, Programme, RuleCard, Season
from heroes.models.database import db
from tests.world import HERE

SMALL = (HERE / "data" / "small_season.toml").read_text()
OWNER = ("--body", "The Tiny Alliance", "--owner-name", "Olive Owner", "--owner-email", "olive@tiny.example")


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation as `heroes init` leaves it."""
    for name, value in {
        "HEROES_INSTANCE": str(tmp_path / "instance"),
        "HEROES_SECRET_KEY": "for tests only, and long enough to pass",
        "HEROES_BASE_URL": "http://localhost",
        "HEROES_MAIL_URL": f"file://{tmp_path / 'mail'}",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    done = run("init", "--slug", "small-heroes", "--name", "Small Heroes", *OWNER)
    assert done.exit_code == 0, done.output


def run(*words: str) -> Result:
    return CliRunner().invoke(heroes, list(words))


def load(text: str, *more: str) -> Result:
    Path("my.toml").write_text(text)
    return run("season", "load", "my.toml", *more)


def kept() -> tuple[list[str], list[str], int]:
    """The programmes, the seasons and how many records the audit trail has."""
    with command_app():
        return (
            list(db.session.scalars(select(Programme.slug))),
            list(db.session.scalars(select(Season.slug))),
            db.session.scalar(select(func.count()).select_from(AuditRecord)) or 0,
        )


def test_a_season_comes_into_the_programme_that_init_made() -> None:
    done = load(SMALL)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.output == (
        "Made Small Heroes 2026 (small-2026) in Small Heroes: 2 categories, 3 rounds, 2 panels.\n"
        "References begin with SH-26.\n"
        "The programme took its sectors from the file.\n"
        "Only its staff see it: go on at /admin/small-2026/setup/, and open it there when it is ready.\n"
    )
    assert kept()[:2] == (["small-heroes"], ["small-2026"])
    with command_app():
        programme = db.session.scalars(select(Programme)).one()
        assert (programme.sectors, programme.contact) == (["Water", "Energy"], "olive@tiny.example")
        assert db.session.scalar(select(func.count()).select_from(Category)) == 2


def opened() -> tuple[bool, int]:
    """Whether the season is open, and how many rule cards it has."""
    with command_app():
        season = db.session.scalars(select(Season)).one()
        return season.opened_at is not None, db.session.scalar(
            select(func.count()).select_from(RuleCard)
        ) or 0


def test_it_is_opened_only_when_nothing_keeps_it() -> None:
    assert load(SMALL).exit_code == 0
    assert opened() == (False, 0)
    kept = run("season", "open", "small-2026")
    assert kept.exit_code == 1
    assert "BAD  No mail has been delivered yet. Send yourself one.\n" in kept.stdout
    assert (
        kept.stderr
        == f"heroes: Small Heroes 2026 stays closed: {len(kept.stdout.splitlines())} lines above\n"
    )
    assert opened() == (False, 0)
    assert run("season", "open", "nothing").stderr == "heroes: there is no season 'nothing'\n"


def test_open_asks_nothing_where_it_is_told_so() -> None:
    done = load(SMALL, "--open")
    assert done.output.endswith(
        "Look at /small-2026/ as a stranger would; the owner goes on at /admin/small-2026/.\n"
    )
    assert opened() == (True, 1)
    again = run("season", "open", "small-2026")
    assert (again.exit_code, again.stderr) == (
        2,
        "heroes: This season is open: what happens in it is real.\n",
    )


def test_what_the_programme_has_is_not_replaced() -> None:
    assert load(SMALL).exit_code == 0
    again = SMALL.replace("small-2026", "small-2027").replace("SH-26", "SH-27").replace('"Water", ', "")
    done = load(again)
    assert done.exit_code == 0
    assert "took" not in done.output
    with command_app():
        assert db.session.scalars(select(Programme.sectors)).one() == ["Water", "Energy"]


def test_a_dry_run_says_what_it_would_make_and_writes_nothing() -> None:
    before = kept()
    done = load(SMALL, "--dry-run")
    assert done.exit_code == 0
    assert done.output.startswith(
        "It would make Small Heroes 2026 (small-2026) in Small Heroes: 2 categories"
    )
    assert "The programme would take its sectors from the file." in done.output
    assert done.output.endswith("Nothing was written: this was a dry run.\n")
    assert kept() == before
    with command_app():
        assert db.session.scalars(select(Programme.sectors)).one() == []


def test_no_second_programme_is_made() -> None:
    before = kept()
    done = load(SMALL.replace('slug = "small-heroes"', 'slug = "great-heroes"'))
    said = "my.toml: [programme]: slug: there is no programme 'great-heroes' here, only 'small-heroes'"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"heroes: {said}\n")
    assert kept() == before


def test_without_a_programme_init_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEROES_INSTANCE", str(tmp_path / "other"))
    assert run("db", "upgrade").exit_code == 0
    done = load(SMALL)
    assert (done.exit_code, done.stderr) == (
        2,
        "heroes: my.toml: there is no programme yet; run: heroes init\n",
    )


def test_a_used_prefix_and_a_used_address_are_named() -> None:
    assert load(SMALL).exit_code == 0
    before = kept()
    done = load(SMALL.replace("small-2026", "small-2027"))
    assert done.stderr == (
        "heroes: my.toml: [season]: reference: 'SH-26' belongs to Small Heroes 2026;"
        " each season needs one of its own\n"
    )
    assert load(SMALL).stderr == "heroes: my.toml: [season]: slug: there is already a season 'small-2026'\n"
    assert kept() == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format = 1", "format = 2", "format must be 1"),
        ("[season]", "[season", "line "),
        ("[programme]", "[program]", "programme: it is missing"),
        ('slug = "small-heroes"', "slug = 7", "[programme]: slug: a text is wanted"),
        ("year = 2026", 'year = "2026"', "[season]: year: a whole number from 1900 to 9999 is wanted"),
        ("grace_minutes", "grace_minute", "[season]: grace_minute: there is no such setting"),
        ("closes = 2026-05-22T17:00:00", "closes = 2026-05-22", "[season]: closes: a date with a time"),
        ("closes = 2026-05-22T17", "closes = 2026-01-22T17", "[season]: closes: it must be later than opens"),
        ("Europe/London", "Mars/Olympus", "[season]: timezone: there is no time zone 'Mars/Olympus'"),
        ('kind = "person"', 'kind = "hero"', "category 1 (frontline): kind: one of person, team, organ"),
        ('panel = "people"\n', "", "category 1 (frontline), round 1 (written): panel: it is missing"),
        ("quorum = 2", "quorum = 0", "quorum: a whole number from 1 to 100000 is wanted"),
        ('key = "teams"', 'key = "people"', "panel 2 (people): key: another one has it already"),
        ("low = 0", "low = 10", "scale 1 (ten): high: it must be above low"),
        ('kind = "short"', 'kind = "poem"', "form 1 (hero): section 1, question 3 (where)"),
        ("weight = 60", "weight = -1", "weight: the weight of difference is not positive"),
    ],
)
def test_a_bad_file_is_one_line_that_names_file_and_setting(old: str, new: str, said: str) -> None:
    before = kept()
    assert old in SMALL
    done = load(SMALL.replace(old, new, 1))
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("heroes: my.toml: ")
    assert said in done.stderr
    assert kept() == before


def test_a_file_that_is_not_there_is_said() -> None:
    done = run("season", "load", "gone.toml")
    assert (done.exit_code, done.stderr) == (2, "heroes: gone.toml: No such file or directory\n")


def test_the_help_names_a_ready_made_file_that_loads() -> None:
    said = run("season", "load", "--help").output
    assert str(EXAMPLE) in said
    text = EXAMPLE.read_text().replace('slug = "customer-service-heroes"', 'slug = "small-heroes"', 1)
    assert load(text, "--dry-run").exit_code == 0
