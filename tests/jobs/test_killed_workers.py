"""Workers die at any moment by SIGKILL: nothing is lost, and the database sees every mail go out exactly once."""

import random
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text, update

from heroes.models import OutboxMail, ResultsRun, RunLine
from heroes.services.posting import owe
from heroes.services.transactions import transaction
from tests.house.project import ROOT
from tests.mail_server import Sink, listening
from tests.outcomes import three

MAILS = 70
KILLS = 9
WORKER = "from heroes.cli.working import worker; worker()"
HANGING = (
    "import time; from heroes.services import computing;"
    f"computing.work_out = lambda *_, **__: time.sleep(600); {WORKER}"
)
"""A worker that claims a run, reads its marks and then computes for ever."""

LOG = {
    "sqlite": """
CREATE TABLE settled (mail integer);
CREATE TRIGGER log_settled AFTER UPDATE ON outbox WHEN NEW.state = 'sent' AND OLD.state <> 'sent'
BEGIN INSERT INTO settled VALUES (NEW.id); END
""",
    "postgresql": """
CREATE TABLE settled (mail integer);
CREATE FUNCTION log_settled() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO settled VALUES (NEW.id); RETURN NEW; END $$;
CREATE TRIGGER log_settled AFTER UPDATE ON outbox FOR EACH ROW
WHEN (NEW.state = 'sent' AND OLD.state <> 'sent') EXECUTE FUNCTION log_settled()
""",
}
"""Has the database itself write down how often each mail becomes sent."""


@pytest.fixture
def sink():
    """A mail server that is not too fast, so that many a worker dies in the middle."""
    with listening(Sink(pause=0.02)) as sink:
        yield sink


def begin(world, tmp_path, url, *more, program=WORKER):
    """Start a worker of its own process on the world's database."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": world.house.settings.database_url.replace("+psycopg", ""),
        "HEROES_SECRET_KEY": world.house.settings.secret_key,
        "HEROES_AUDIT_KEY": world.house.settings.audit_key,
        "HEROES_BASE_URL": "http://localhost",
        "HEROES_MAIL_URL": url,
        "HEROES_MAIL_FROM": "heroes@tiny.example",
        "HEROES_INSTANCE": str(tmp_path),
    }
    with (tmp_path / "worker.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, "-c", program, "--lease", "1", *more], cwd=ROOT, env=environment, stderr=log
        )


def waiting(world):
    """How many mails have not gone out."""
    count = world.session.scalar(select(func.count()).where(OutboxMail.state != "sent"))
    world.session.rollback()
    return count


@pytest.mark.slow
def test_killed_workers_lose_and_double_nothing(world, sink, tmp_path):
    ctx = world.ctx("system")
    with transaction(ctx):
        for number in range(MAILS):
            owe(ctx, "password_changed", f"person{number}@judges.example", key=f"mail:{number}")
        ctx.session.flush()
        ctx.session.execute(update(OutboxMail).values(due_at=datetime.now(UTC)))
        for statement in re.split(r";\n(?=CREATE)", LOG[world.kind]):
            ctx.session.execute(text(statement))
    dice = random.Random(7)
    workers = [begin(world, tmp_path, sink.url) for _ in range(2)]
    try:
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.6, 1.3))
            victim = workers.pop(0)
            victim.send_signal(signal.SIGKILL)
            assert victim.wait(10) == -signal.SIGKILL
            workers.append(begin(world, tmp_path, sink.url))
        deadline = time.monotonic() + 60
        while waiting(world) and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        for worker in workers:
            worker.terminate()
        ends = [worker.wait(30) for worker in workers]
    assert ends == [0, 0], (tmp_path / "worker.log").read_text()
    mails = world.session.execute(select(OutboxMail.id, OutboxMail.message_id, OutboxMail.state)).all()
    assert {mail.state for mail in mails} == {"sent"}
    assert len(mails) >= MAILS
    settled = world.session.scalars(text("SELECT mail FROM settled ORDER BY mail")).all()
    assert settled == sorted(mail.id for mail in mails)
    got = sink.by_message_id()
    assert set(got) == {mail.message_id for mail in mails}
    assert all(len(set(copies)) == 1 for copies in got.values())


def runs(world):
    """(state, attempts, handle) of every results run, as the database has them now."""
    found = world.session.execute(
        select(ResultsRun.state, ResultsRun.attempts, ResultsRun.handle).order_by(ResultsRun.id)
    ).all()
    world.session.rollback()
    return [tuple(row) for row in found]


def until(world, sound, seconds=60):
    """Wait until the runs are as they should be, and return them."""
    deadline = time.monotonic() + seconds
    while not sound(found := runs(world)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


@pytest.mark.slow
def test_a_run_whose_worker_is_killed_is_finished_by_another_one_once(world, sink, tmp_path):
    three(world, computed=False)
    hanging = begin(world, tmp_path, sink.url, "--computing-lease", "1.5", program=HANGING)
    try:
        ((state, attempts, handle),) = until(world, lambda found: found and found[0][0] == "computing")
        assert (state, attempts) == ("computing", 1), (tmp_path / "worker.log").read_text()
    finally:
        hanging.send_signal(signal.SIGKILL)
    assert hanging.wait(10) == -signal.SIGKILL
    assert runs(world) == [("computing", 1, handle)]
    assert world.session.scalar(select(func.count()).select_from(RunLine)) == 0
    world.session.rollback()
    workers = [begin(world, tmp_path, sink.url) for _ in range(2)]
    try:
        found = until(world, lambda found: found[0][0] == "done")
    finally:
        for worker in workers:
            worker.terminate()
        ends = [worker.wait(30) for worker in workers]
    assert set(ends) <= {0, -signal.SIGTERM}, (tmp_path / "worker.log").read_text()
    assert found == runs(world) == [("done", 2, handle)]
    assert world.session.scalar(select(func.count()).select_from(RunLine)) == 3


def test_a_worker_that_is_asked_to_stop_finishes_the_mail_in_hand(lite_world, sink, tmp_path):
    ctx = lite_world.ctx("system")
    with transaction(ctx):
        for number in range(MAILS):
            owe(ctx, "password_changed", f"person{number}@judges.example", key=f"mail:{number}")
    worker = begin(lite_world, tmp_path, sink.url)
    while len(sink.got) < 3:
        time.sleep(0.02)
    worker.terminate()
    assert worker.wait(20) == 0
    states = lite_world.session.execute(
        select(OutboxMail.state, func.count()).group_by(OutboxMail.state)
    ).all()
    counts = dict(states)
    assert "sending" not in counts
    assert counts["sent"] == len(sink.got)
    assert {len(copies) for copies in sink.by_message_id().values()} == {1}
    assert counts["waiting"] > 0


def test_once_does_what_is_due_and_ends(lite_world, sink, tmp_path):
    ctx = lite_world.ctx("system")
    with transaction(ctx):
        owe(ctx, "password_changed", "jack@judges.example", key="mail")
    worker = begin(lite_world, tmp_path, sink.url, "--once")
    assert worker.wait(60) == 0, (tmp_path / "worker.log").read_text()
    assert waiting(lite_world) == 0
    assert len(sink.got) >= 1
