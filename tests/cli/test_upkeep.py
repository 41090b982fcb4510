"""The commands that keep an installation going: one clear line on failure, and nothing half done."""

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text, update

from heroes import migrations
from heroes.cli import upkeep
from heroes.cli.working import worker
from heroes.models import OutboxMail
from heroes.services import verifying
from heroes.services.posting import owe
from heroes.services.transactions import transaction


@pytest.fixture
def environment(world, tmp_path, monkeypatch):
    """The variables under which the commands see the world's database."""
    it = world.house.settings
    given = {
        "DATABASE_URL": it.database_url.replace("+psycopg", ""),
        "HEROES_SECRET_KEY": it.secret_key,
        "HEROES_AUDIT_KEY": it.audit_key,
        "HEROES_BASE_URL": it.base_url,
        "HEROES_MAIL_URL": f"file://{tmp_path / 'post'}",
        "HEROES_MAIL_FROM": it.mail_from,
        "HEROES_INSTANCE": str(tmp_path / "instance"),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    world.session.rollback()
    return given


def run(command, *arguments):
    """Run a command in this process: (status, stdout, stderr)."""
    done = CliRunner().invoke(command, [str(a) for a in arguments], prog_name="heroes")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def one_line(result, status=2):
    """The one line of a failure."""
    code, _, errors = result
    assert code == status
    assert errors.startswith("heroes: ")
    assert errors.count("\n") == 1
    return errors


# ---- worker ----


def test_the_worker_delivers_what_is_due_and_ends(world, environment, tmp_path):
    ctx = world.ctx("system")
    with transaction(ctx):
        owe(ctx, "password_changed", "jack@judges.example", key="mail", to_name="Jack Judge")
    assert run(worker, "--once")[0] == 0
    messages = [path.read_text() for path in (tmp_path / "post").glob("*.eml")]
    assert len([m for m in messages if "jack@judges.example" in m]) == 1
    assert set(world.session.scalars(select(OutboxMail.state))) == {"sent"}


@pytest.mark.parametrize("name", ["HEROES_SECRET_KEY", "HEROES_MAIL_URL", "HEROES_BASE_URL"])
def test_the_worker_needs_the_settings_of_serving(environment, monkeypatch, name):
    monkeypatch.delenv(name)
    assert name in one_line(run(worker, "--once"))


# ---- db upgrade ----


def test_upgrade_brings_an_empty_database_to_the_newest_revision_and_again_does_nothing(
    databases, database_kind, tmp_path, monkeypatch
):
    monkeypatch.setenv("DATABASE_URL", databases.fresh(database_kind).replace("+psycopg", ""))
    monkeypatch.setenv("HEROES_INSTANCE", str(tmp_path))
    assert run(upkeep.database, "upgrade") == (0, f"from empty to {migrations.HEAD}\n", "")
    assert run(upkeep.database, "upgrade") == (0, f"already at {migrations.HEAD}\n", "")


def test_a_database_without_tables_is_named_by_every_other_command(databases, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", databases.fresh("sqlite"))
    monkeypatch.setenv("HEROES_INSTANCE", str(tmp_path))
    for result in (run(upkeep.backup, tmp_path / "b.tar.gz"), run(upkeep.audit, "verify")):
        assert "heroes db upgrade" in one_line(result)


@pytest.mark.parametrize(
    "url",
    ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////nowhere/at/all.db", "postgresql://[", "mysql://x"],
)
def test_a_database_that_does_not_answer_is_one_line(tmp_path, monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("HEROES_INSTANCE", str(tmp_path))
    one_line(run(upkeep.database, "upgrade"))


def test_an_unknown_setting_is_named(environment, monkeypatch):
    monkeypatch.setenv("HEROES_SECRETKEY", "x")
    assert "HEROES_SECRETKEY" in one_line(run(upkeep.audit, "verify"))


# ---- audit verify ----


def test_verify_prints_the_heads_and_finds_what_was_altered(world, environment):
    world.submitted()
    head = verifying.head_of(world.ctx(), world.season())
    world.session.rollback()
    code, out, _ = run(upkeep.audit, "verify")
    assert code == 0
    assert f"ok   {head}\n" in out
    assert run(upkeep.audit, "verify", "--expect", head)[0] == 0
    with transaction(world.ctx("system")):
        world.session.execute(text("UPDATE audit_records SET act = 'x' WHERE number = 2"))
    result = run(upkeep.audit, "verify", "--season", "small-2026")
    assert "small-2026: record 2 has been altered" in one_line(result, 1)
    assert result[1].startswith("BAD  small-2026:")


def test_verify_refuses_what_it_does_not_know(environment):
    assert "no season" in one_line(run(upkeep.audit, "verify", "--season", "another"))
    assert "season-slug:length:hash" in one_line(run(upkeep.audit, "verify", "--expect", "nonsense"))


def test_verify_does_not_keep_writers_waiting(world, environment, monkeypatch):
    seen = []

    def look(ctx, season, expect):
        seen.append(ctx.session.info.get("read_only"))
        return []

    monkeypatch.setattr(verifying, "verify", look)
    run(upkeep.audit, "verify")
    assert seen == [True]


# ---- backup and restore ----


def test_a_backup_is_restored_into_an_empty_installation_and_verifies(
    world, environment, databases, tmp_path, monkeypatch
):
    world.submitted()
    world.session.rollback()
    stored = tmp_path / "instance" / "files" / "a.txt"
    stored.parent.mkdir(parents=True)
    stored.write_text("kept")
    path = tmp_path / "b.tar.gz"
    code, out, _ = run(upkeep.backup, path)
    assert code == 0
    assert re.fullmatch(r".*: \d+ rows and 1 file\. It holds the installation’s keys: keep it safe\.\n", out)
    heads = run(upkeep.audit, "verify")[1]
    monkeypatch.setenv("DATABASE_URL", databases.fresh("sqlite"))
    monkeypatch.setenv("HEROES_INSTANCE", str(tmp_path / "other"))
    monkeypatch.delenv("HEROES_AUDIT_KEY")
    code, out, errors = run(upkeep.restore, path)
    assert (code, errors) == (0, "")
    assert "everything adds up" in out
    assert (tmp_path / "other" / "files" / "a.txt").read_text() == "kept"
    assert (tmp_path / "other" / "audit.key").read_text() == environment["HEROES_AUDIT_KEY"]
    assert run(upkeep.audit, "verify") == (0, heads, "")
    assert "not empty" in one_line(run(upkeep.restore, path))


def test_a_broken_backup_is_refused_before_anything_is_made(environment, databases, tmp_path, monkeypatch):
    path = tmp_path / "b.tar.gz"
    run(upkeep.backup, path)
    path.write_bytes(path.read_bytes()[:-10])
    monkeypatch.setenv("HEROES_INSTANCE", str(tmp_path / "other"))
    monkeypatch.delenv("DATABASE_URL")
    assert "cut short" in one_line(run(upkeep.restore, path))
    assert "No such file" in one_line(run(upkeep.restore, tmp_path / "nothing"))
    assert not (tmp_path / "other").exists()


def test_another_audit_key_in_the_settings_is_refused(environment, databases, tmp_path, monkeypatch):
    path = tmp_path / "b.tar.gz"
    run(upkeep.backup, path)
    monkeypatch.setenv("DATABASE_URL", databases.fresh("sqlite"))
    monkeypatch.setenv("HEROES_AUDIT_KEY", "another key altogether, long enough to pass")
    assert "HEROES_AUDIT_KEY" in one_line(run(upkeep.restore, path))
    assert run(upkeep.audit, "verify") == (0, f"ok   installation:0:{'0' * 64}\n", "")


# ---- doctor ----


def test_a_well_installation_is_well_in_every_line(world, environment):
    with transaction(world.ctx("system")):
        world.session.execute(update(OutboxMail).values(state="cancelled"))
    code, out, errors = run(upkeep.doctor)
    assert (code, errors) == (0, "")
    looked = [re.split(r"\s{2,}", line)[1].split(" ")[0] for line in out.splitlines()]
    journal = ["journal"] if world.kind == "sqlite" else []
    assert looked == [
        "settings",
        "signing",
        "database",
        "revision",
        *journal,
        "files",
        "mail",
        "outbox",
        "audit",
    ]
    assert all(line.startswith("ok ") for line in out.splitlines())


def bad(result):
    """What the doctor found to be wrong, by its last line."""
    assert result[0] == 1
    return one_line(result, 1).removeprefix("heroes: not well: ").strip()


def test_the_doctor_finds_what_is_wrong(world, environment, tmp_path, monkeypatch):
    ctx = world.ctx("system")
    with transaction(ctx):
        owe(ctx, "password_changed", "jack@judges.example", key="mail")
        ctx.session.flush()
        ctx.session.execute(update(OutboxMail).values(state="stuck"))
        ctx.session.execute(text("UPDATE audit_records SET act = 'x' WHERE number = 1"))
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("HEROES_STORAGE_URL", f"file://{tmp_path}/a-file/x")
    monkeypatch.setenv("HEROES_MAIL_URL", "smtp://127.0.0.1:1")
    assert bad(run(upkeep.doctor)) == "files, mail server, outbox, audit trail"


def test_the_doctor_goes_on_without_the_settings_of_serving(environment, monkeypatch):
    monkeypatch.delenv("HEROES_SECRET_KEY")
    assert bad(run(upkeep.doctor)) == "settings"


def test_the_doctor_finds_a_database_that_is_old_or_away(databases, database_kind, environment, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", databases.fresh(database_kind).replace("+psycopg", ""))
    assert bad(run(upkeep.doctor)) == "revision"
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert bad(run(upkeep.doctor)) == "database"


def test_every_command_explains_itself():
    for command in (
        worker,
        upkeep.database,
        upkeep.doctor,
        upkeep.backup,
        upkeep.restore,
        upkeep.audit,
    ):
        code, out, _ = run(command, "--help")
        assert code == 0
        assert "Usage:" in out
