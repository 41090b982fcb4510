"""create_app(): the one place where everything meets."""

import gc
import hashlib
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, request, url_for
from flask_bootstrap import Bootstrap5
from sqlalchemy.engine import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from heroes import config
from heroes.adapters.chance import Chance, SystemChance
from heroes.adapters.clock import Clock, SystemClock
from heroes.models.database import db, engine_options, install_rules
from heroes.services.context import Keys
from heroes.web import rooms
from heroes.web.kit import charts, pipeline, visits, words
from heroes.web.kit.turn import OneAtATime

HERE = Path(__file__).parent
MOST_BYTES = 2 * 1024 * 1024


def templates_folder() -> Path:
    """Where the templates are: inside an installed package, beside it in a checkout."""
    inside = HERE / "templates"
    return inside if inside.is_dir() else HERE.parent / "templates"


def create_app(
    settings: config.Settings, *, clock: Clock | None = None, chance: Chance | None = None
) -> Flask:
    """Build the application for these settings. Nothing is written anywhere, and no request is needed to use it."""
    app = Flask("heroes", template_folder=str(templates_folder()), static_folder=str(HERE / "static"))
    app.config.update(
        SECRET_KEY=settings.secret_key or None,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        SESSION_COOKIE_NAME="__Host-heroes" if settings.https else "heroes",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=60),
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
        BOOTSTRAP_SERVE_LOCAL=True,
        TRUSTED_HOSTS=_hosts(settings),
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=0)  # type: ignore[method-assign] # Flask's own recipe
    db.init_app(app)
    with app.app_context():
        install_rules(db.engine)
    Bootstrap5(app)
    words.register(app)
    charts.register(app)
    app.add_template_global(_asset, "asset")
    keys = Keys(
        links=hashlib.sha256(b"links:" + settings.secret_key.encode()).digest(),
        audit=config.audit_key(settings),
    )
    pipeline.install(app, pipeline.House(settings, keys, clock or SystemClock(), chance or SystemChance()))
    visits.install(app)
    rooms.register(app)
    pipeline.check_every_endpoint_declares(app)
    return app


def create_served_app(settings: config.Settings) -> Flask:
    """The application as one worker process of a server runs it, for good."""
    app = create_app(settings)
    if settings.database_url.startswith("sqlite"):
        app.wsgi_app = OneAtATime(app.wsgi_app, MOST_BYTES)  # type: ignore[method-assign] # Flask's own recipe
    # What lives as long as the process need not be looked through again and again for what could be freed.
    gc.collect()
    gc.freeze()
    return app


def _hosts(settings: config.Settings) -> list[str]:
    host = urlsplit(settings.base_url).hostname or "localhost"
    return [host, "localhost", "127.0.0.1"]


@lru_cache(maxsize=200)
def _stamp(filename: str) -> str:
    return hashlib.sha256((HERE / "static" / filename).read_bytes()).hexdigest()[:10]


def _asset(filename: str) -> str:
    """The address of one of our own static files; it changes with the file, so that it may be kept for a year."""
    return _stamped(request.script_root, filename)


@lru_cache(maxsize=500)
def _stamped(_root: str, filename: str) -> str:
    return url_for("static", filename=filename, v=_stamp(filename))


def database_file(settings: config.Settings) -> Path | None:
    """The file of a SQLite database, or None for a server."""
    url = make_url(settings.database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
