"""PostgreSQL for a benchmark: the tests' own server, told to keep its promises to the disk."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.servers import Postgres, Run, connect, postgres_program, server_address

HONEST = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")


@contextmanager
def databases() -> Iterator[Callable[[], str]]:
    """A maker of empty databases on a server that lives as long as the block."""
    folder = Path(tempfile.mkdtemp(prefix="heroes-bench-")).resolve()
    run = Run(folder, folder / "data", "")
    run.memory.mkdir()
    # The server's user is not ours, and must be able to walk to its data.
    folder.chmod(0o711)
    run.memory.chmod(0o711)
    try:
        address = server_address(run)
        if address is None:
            raise RuntimeError("there is no PostgreSQL here; `make bench` installs one")
        with connect(address) as connection:
            for setting in HONEST:
                connection.execute(f"ALTER SYSTEM SET {setting} = on")
            connection.execute("SELECT pg_reload_conf()")
            made = Postgres(address, connection, run.prefix, "bench", count())
            yield made.create
    finally:
        if (run.cluster / "postmaster.pid").exists():
            postgres_program(run, "pg_ctl", "-D", str(run.cluster), "-w", "-m", "fast", "stop")
        shutil.rmtree(folder)
