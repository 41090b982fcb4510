"""A backup holds one moment of everything, comes back whole on either database, or is refused."""

import gzip
import hashlib
import io
import tarfile
import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from heroes import migrations
from heroes.adapters.chance import SeededChance
from heroes.adapters.clock import FixedClock
from heroes.adapters.files import MemoryStore
from heroes.app import create_app
from heroes.domain.actors import SYSTEM
from heroes.models import AuditRecord, Base, Entry
from heroes.models.database import db, dispose
from heroes.models.search import matching
from heroes.services import backing_up, nominating, verifying
from heroes.services.context import Context, Keys
from heroes.services.refusals import Invalid
from tests.servers import KINDS
from tests.world import OPEN, STORY, settings_for

FILES = {"one.txt": b"one", "deep/two.bin": bytes(range(256))}


def store_of(files=FILES):
    """A store with some files."""
    store = MemoryStore()
    for name, content in files.items():
        store.write(name, io.BytesIO(content))
    return store


def filled(world):
    """A season with entries in several states; among them one of every kind of value."""
    for number in range(3):
        world.submitted(title=f"Person {number}")
    world.nominate(title="Draft “ünïcode” 🎉\u202e")


class Elsewhere:
    """Another, empty installation."""

    def __init__(self, url, folder):
        self.settings = settings_for(url, folder)
        self.app = create_app(self.settings, clock=FixedClock(OPEN), chance=SeededChance(9))
        self.store = MemoryStore()
        self.key = self.signing = None

    def ctx(self):
        """Its context, with an audit key of its own."""
        keys = Keys(b"links", self.key or b"a key that nothing was signed with")
        return Context(session=db.session(), actor=SYSTEM, now=OPEN, keys=keys, chance=SeededChance(3))

    def keep(self, key, signing):
        """Take the restored keys."""
        self.key, self.signing = key, signing

    def restore(self, path):
        """Restore a backup here."""
        with self.app.app_context():
            try:
                return backing_up.restore(self.ctx(), self.store, path, self.keep)
            finally:
                db.session.remove()
                dispose(db.engine)

    def ask(self, question):
        """Ask something inside it."""
        with self.app.app_context():
            try:
                return question(self.ctx())
            finally:
                db.session.remove()
                dispose(db.engine)


@pytest.fixture(params=KINDS)
def elsewhere(request, databases, tmp_path):
    """An empty installation, once on each database."""
    return Elsewhere(databases.fresh(request.param), tmp_path)


def counts(session):
    """Rows of every table."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
    }


def test_everything_comes_back_and_adds_up_on_either_database(world, elsewhere, tmp_path):
    filled(world)
    before = counts(world.session)
    path = tmp_path / "b.tar.gz"
    manifest = backing_up.back_up(world.ctx("system"), store_of(), path)
    assert {name: part.size for name, part in manifest.tables.items()} == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    elsewhere.restore(path)
    assert elsewhere.ask(lambda ctx: counts(ctx.session)) == before
    assert elsewhere.store.kept == FILES
    assert elsewhere.key == world.house.keys.audit
    checked = elsewhere.ask(verifying.verify)
    assert {check.name: check.fault for check in checked} == {"installation": "", "small-2026": ""}
    head = verifying.head_of(world.ctx(), world.season())
    assert {check.label for check in checked} >= {head}


def test_a_backup_of_the_restored_copy_has_the_same_digests(world, elsewhere, tmp_path):
    filled(world)
    first = backing_up.back_up(world.ctx("system"), store_of(), tmp_path / "1.tar.gz")
    elsewhere.restore(tmp_path / "1.tar.gz")
    second = elsewhere.ask(lambda ctx: backing_up.back_up(ctx, elsewhere.store, tmp_path / "2.tar.gz"))
    assert (second.tables, second.files, second.key) == (first.tables, first.files, first.key)


def test_the_restored_copy_goes_on_where_the_first_one_stopped(world, elsewhere, tmp_path):
    filled(world)
    backing_up.back_up(world.ctx("system"), store_of({}), tmp_path / "b.tar.gz")
    elsewhere.restore(tmp_path / "b.tar.gz")

    def go_on(ctx):
        ctx = replace(ctx, actor=world.actor("stranger"))
        started = nominating.start(ctx, "small-2026", "frontline", dict(STORY))
        words = matching(ctx.session, "forty-one")
        return started.entry.id, len(ctx.session.scalars(words).all())

    highest = max(world.session.scalars(select(Entry.id)))
    number, found = elsewhere.ask(go_on)
    assert number == highest + 1
    assert found == 3


def test_a_backup_taken_while_people_submit_is_one_moment(world, elsewhere, tmp_path):
    stop, errors, sent = threading.Event(), [], []

    def submit():
        with world.app.app_context():
            number = 0
            while not stop.is_set() and number < 200:
                number += 1
                try:
                    sent.append(world.submitted(title=f"Meanwhile {number}").entry.handle)
                except Exception as error:  # noqa: BLE001 (the test looks at whatever it is)
                    errors.append(error)
                    return
            db.session.remove()

    filled(world)
    world.session.rollback()
    writer = threading.Thread(target=submit)
    writer.start()
    try:
        while len(sent) < 2 and writer.is_alive():
            pass
        paths = [tmp_path / f"{n}.tar.gz" for n in range(3)]
        manifests = []
        for path in paths:
            began = len(sent)
            manifests.append(backing_up.back_up(world.ctx("system"), store_of({}), path))
            while len(sent) < began + 2 and writer.is_alive():
                pass
    finally:
        stop.set()
        writer.join()
    assert errors == []
    sizes = [m.tables["entries"].size for m in manifests]
    assert sizes == sorted(set(sizes))
    elsewhere.restore(paths[1])
    assert {check.fault for check in elsewhere.ask(verifying.verify)} == {""}
    states = elsewhere.ask(
        lambda ctx: ctx.session.execute(
            select(Entry.state, Entry.reference.is_(None), func.count()).group_by(
                Entry.state, Entry.reference.is_(None)
            )
        ).all()
    )
    assert {(state, unreferenced) for state, unreferenced, _ in states} <= {
        ("submitted", False),
        ("draft", True),
    }


# ---- refused, with nothing written ----


def empty(elsewhere):
    """Whether the other installation is as it was."""

    def look(ctx):
        return migrations.current(db.engine) is None or not any(counts(ctx.session).values())

    return elsewhere.ask(look) and elsewhere.store.kept == {} and elsewhere.key is None


@pytest.fixture
def path(lite_world, tmp_path):
    """A good backup."""
    filled(lite_world)
    backing_up.back_up(lite_world.ctx("system"), store_of(), tmp_path / "b.tar.gz")
    return tmp_path / "b.tar.gz"


@pytest.fixture
def lite_elsewhere(databases, tmp_path):
    """An empty installation on SQLite."""
    return Elsewhere(databases.fresh("sqlite"), tmp_path)


def refused(elsewhere, path):
    """The sentence that a restore is refused with; nothing was written."""
    with pytest.raises(Invalid) as caught:
        elsewhere.restore(path)
    assert "\n" not in str(caught.value)
    assert empty(elsewhere)
    return str(caught.value)


def test_a_backup_cut_short_anywhere_is_refused(path, lite_elsewhere):
    whole = path.read_bytes()
    for length in (0, 5, 100, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert "b.tar.gz" in refused(lite_elsewhere, path)


def test_a_backup_with_one_altered_byte_is_refused(path, lite_elsewhere):
    whole = path.read_bytes()
    for place in (0, 30, len(whole) // 3, len(whole) // 2, len(whole) - 20, len(whole) - 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :])
        refused(lite_elsewhere, path)


def content(archive, member):
    """The bytes of a member."""
    source = archive.extractfile(member)
    assert source is not None
    return source.read()


def rewritten(path, change):
    """Write the archive anew, as somebody who knows how it is made; `change` maps (name, content) to the same."""
    with tarfile.open(path) as archive:
        members = [(m.name, content(archive, m)) for m in archive]
    with tarfile.open(path, "w:gz") as archive:
        for name, body in filter(None, (change(*member) for member in members)):
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))


def test_a_backup_packed_anew_as_it_was_is_taken(path, lite_elsewhere):
    rewritten(path, lambda name, content: (name, content))
    lite_elsewhere.restore(path)
    assert not empty(lite_elsewhere)


REWRITTEN = [
    ("tables/entries.jsonl", "tables/entries.jsonl", (b"Person 0", b"Person X")),
    ("tables/entries.jsonl", "tables/people.jsonl", (b"", b"")),
    ("tables/marks.jsonl", "", (b"", b"")),
    ("files/one.txt", "files/one.txt", (b"one", b"two")),
    ("files/one.txt", "", (b"", b"")),
    ("audit.key", "audit.key", (b"key", b"yek")),
    ("manifest.json", "manifest.json", (b'"format": 1', b'"format": 2')),
    ("manifest.json", "manifest.json", (b'"format": 1,', b"")),
    ("manifest.json", "manifest.json", (b"{", b"[")),
    ("manifest.json", "manifest.json", (b'"one.txt"', b'"../x"')),
    ("manifest.json", "", (b"", b"")),
]
"""A member of the archive, the name it gets (none: it is left out), and what is changed in it."""


@pytest.mark.parametrize("name, new, change", REWRITTEN)
def test_an_altered_part_is_refused(path, lite_elsewhere, name, new, change):
    def altered(old, content):
        if old != name:
            return old, content
        assert change[0] in content
        return (new, content.replace(*change) if change[0] else content) if new else None

    rewritten(path, altered)
    refused(lite_elsewhere, path)


def test_rows_left_out_are_missed(path, lite_elsewhere):
    rewritten(path, lambda n, c: (n, c.split(b"\n", 1)[1] if n == "tables/entries.jsonl" else c))
    refused(lite_elsewhere, path)


def test_a_backup_of_another_revision_says_what_to_do(path, lite_elsewhere):
    head = migrations.HEAD.encode()
    rewritten(path, lambda n, c: (n, c.replace(b'"revision": "' + head, b'"revision": "0000')))
    assert "upgrade" in refused(lite_elsewhere, path)


def test_the_signing_key_comes_along_where_there_is_one(world, lite_elsewhere, tmp_path):
    filled(world)
    seed = b"s" * 32
    manifest = backing_up.back_up(world.ctx("system"), store_of(), tmp_path / "b.tar.gz", seed)
    assert manifest.signing == hashlib.sha256(seed).hexdigest()
    lite_elsewhere.restore(tmp_path / "b.tar.gz")
    assert lite_elsewhere.signing == seed


@pytest.mark.parametrize("change", [b"", b"another"])
def test_an_altered_signing_key_is_refused(lite_world, lite_elsewhere, tmp_path, change):
    backing_up.back_up(lite_world.ctx("system"), store_of(), tmp_path / "b.tar.gz", b"s" * 32)
    rewritten(
        tmp_path / "b.tar.gz",
        lambda n, c: ((n, change) if change else None) if n == "signing.key" else (n, c),
    )
    assert "signing.key" in refused(lite_elsewhere, tmp_path / "b.tar.gz")


def test_a_backup_from_before_there_were_signing_keys_is_taken(path, lite_elsewhere):
    rewritten(path, lambda n, c: (n, c.replace(b',\n "signing": ""', b"") if n == "manifest.json" else c))
    lite_elsewhere.restore(path)
    assert lite_elsewhere.signing is None


def test_a_trail_that_was_broken_before_the_backup_is_not_restored(lite_world, lite_elsewhere, tmp_path):
    filled(lite_world)
    lite_world.session.execute(text("UPDATE audit_records SET act = 'x' WHERE number = 2"))
    lite_world.session.commit()
    backing_up.back_up(lite_world.ctx("system"), store_of(), tmp_path / "b.tar.gz")
    assert "record 2" in refused(lite_elsewhere, tmp_path / "b.tar.gz")


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", gzip.compress(b"hello", mtime=0), gzip.compress(b"\0" * 20_000, mtime=0)],
    ids=["empty", "text", "packed text", "packed zeros"],
)
def test_a_file_that_is_no_backup_is_refused(tmp_path, lite_elsewhere, content):
    (tmp_path / "b.tar.gz").write_bytes(content)
    refused(lite_elsewhere, tmp_path / "b.tar.gz")


def test_a_file_that_is_not_there_is_refused(tmp_path, lite_elsewhere):
    assert "No such file" in refused(lite_elsewhere, tmp_path / "nothing.tar.gz")


def test_an_installation_that_is_not_empty_is_left_alone(world, path):
    before = counts(world.session)
    world.session.rollback()
    store = MemoryStore()
    with pytest.raises(Invalid, match="not empty"):
        backing_up.restore(world.ctx("system"), store, path, print)
    assert counts(world.session) == before
    assert store.kept == {}


def test_a_folder_of_files_that_is_not_empty_is_left_alone(path, lite_elsewhere):
    lite_elsewhere.store.write("mine", io.BytesIO(b"x"))
    with pytest.raises(Invalid, match="not empty"):
        lite_elsewhere.restore(path)
    assert lite_elsewhere.store.kept == {"mine": b"x"}


def test_a_key_that_cannot_be_kept_takes_everything_back(path, lite_elsewhere):
    def refuse(*keys):
        raise Invalid({"key": "no"})

    lite_elsewhere.keep = refuse
    assert refused(lite_elsewhere, path) == "no"


def test_a_backup_never_replaces_a_file_and_a_failure_leaves_none(lite_world, tmp_path):
    path = tmp_path / "b.tar.gz"
    path.write_text("mine")
    with pytest.raises(Invalid, match="never replaces"):
        backing_up.back_up(lite_world.ctx("system"), store_of(), path)
    assert path.read_text() == "mine"
    with pytest.raises(Invalid, match="no folder"):
        backing_up.back_up(lite_world.ctx("system"), store_of(), tmp_path / "nowhere" / "b.tar.gz")

    class Broken(MemoryStore):
        def read(self, name):
            raise OSError("broken")

    broken = Broken({"a": b"x"})
    with pytest.raises(OSError, match="broken"):
        backing_up.back_up(lite_world.ctx("system"), broken, tmp_path / "new.tar.gz")
    assert [p.name for p in tmp_path.iterdir() if "backup" in p.name or p.name == "new.tar.gz"] == []


def test_erased_bodies_stay_erased(world, elsewhere, tmp_path):
    filled(world)
    world.session.execute(text("UPDATE audit_records SET body = NULL, salt = NULL WHERE number = 2"))
    world.session.commit()
    backing_up.back_up(world.ctx("system"), store_of({}), tmp_path / "b.tar.gz")
    elsewhere.restore(tmp_path / "b.tar.gz")
    erased = elsewhere.ask(
        lambda ctx: ctx.session.scalars(select(AuditRecord.number).where(AuditRecord.salt.is_(None))).all()
    )
    null = elsewhere.ask(
        lambda ctx: ctx.session.execute(
            text("SELECT count(*) FROM audit_records WHERE body IS NULL")
        ).scalar()
    )
    assert set(erased) == {2}
    assert null == len(erased)
