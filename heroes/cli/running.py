"""What every command shares: settings, the application around it, and failures as one clear line."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError

from heroes import config, migrations
from heroes.app import create_app
from heroes.cli.failing import fail
from heroes.domain.actors import SYSTEM, Actor
from heroes.models.database import db, dispose
from heroes.services.context import Context
from heroes.services.refusals import Refusal
from heroes.web.kit.pipeline import house

MakeContext = Callable[..., Context]


def read_settings(*, serving: bool = False) -> config.Settings:
    """The settings of the environment, or the end of the command with a line that names what is wrong."""
    try:
        return config.load(os.environ, serving=serving)
    except config.BadSetting as error:
        fail(str(error))


def make_context() -> MakeContext:
    """A function that gives contexts for an actor, by default the clock's own. Needs an application context."""

    def make(actor: Actor = SYSTEM) -> Context:
        it = house()
        return Context(
            session=db.session(),
            actor=actor,
            now=it.clock.now(),
            keys=it.keys,
            chance=it.chance,
            base_url=it.settings.base_url,
            submissions_per_hour=it.settings.submissions_per_hour,
        )

    return make


@contextmanager
def one_clear_line() -> Iterator[None]:
    """Turn a refusal, a bad setting, a database or a disk that does not serve into one line and status 2."""
    try:
        yield
    except Refusal as error:
        fail(error.sentence)
    except config.BadSetting as error:
        fail(str(error))
    except ArgumentError as error:
        fail(f"DATABASE_URL: {str(error).splitlines()[0]}")
    except DBAPIError as error:
        fail(f"the database refused: {str(error.orig).strip().splitlines()[0]}")
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")


@contextmanager
def command_app(
    *, serving: bool = False, at_head: bool = True, settings: config.Settings | None = None
) -> Iterator[tuple[config.Settings, MakeContext]]:
    """The settings (given, or the environment's) and a maker of contexts, inside an application context.

    A refusal of a service and a database that does not answer end the command with one line and status 2.
    `at_head` also asks that the database is at this program's revision.
    """
    settings = settings or read_settings(serving=serving)
    with one_clear_line():
        if settings.database_url.startswith("sqlite"):
            settings.instance.mkdir(parents=True, exist_ok=True)
        app = create_app(settings)
        with app.app_context():
            try:
                if at_head and migrations.current(db.engine) != migrations.HEAD:
                    fail("the database is not at this program's revision; run: heroes db upgrade")
                yield settings, make_context()
            finally:
                db.session.remove()
                dispose(db.engine)
