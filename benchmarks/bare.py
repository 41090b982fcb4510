"""The least that a page can cost with these libraries on this machine: what the numbers of heroes stand beside."""

import os
from typing import Any

from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from gunicorn.app.base import BaseApplication
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

PAGE = """<!doctype html><title>Rows</title><table>{% for row in rows %}<tr class="row">
<td><a href="/entry/{{ row.id }}">{{ row.title }}</a></td><td>{{ row.who }}</td><td>{{ row.text }}</td></tr>
{% endfor %}</table>"""
ROWS = [
    {"id": n, "title": f"Entry {n}", "who": f"Somebody {n}", "text": "Some words & more. " * 30}
    for n in range(53)
]


class Base(DeclarativeBase):
    """Tables."""


class Row(Base):
    """One row for each POST."""

    __tablename__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


def make_app(url: str) -> Flask:
    """Hello, a page of 53 rows, and one row written for each POST."""
    app = Flask("bare")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db = SQLAlchemy(app, model_class=Base)
    with app.app_context():
        if url.startswith("sqlite"):
            event.listen(db.engine, "connect", _on_connect)
        Base.metadata.create_all(db.engine)
    page = app.jinja_env.from_string(PAGE)

    @app.get("/hello")
    def hello() -> str:
        return "hello"

    @app.get("/page")
    def rows() -> str:
        return page.render(rows=ROWS)

    @app.post("/row")
    def row() -> str:
        db.session.add(Row(text=request.form["text"]))
        db.session.commit()
        return "kept"

    return app


def _on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=20000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class _Server(BaseApplication):
    def load_config(self) -> None:
        """The same kind of server as heroes has."""
        for name, value in {
            "bind": f"127.0.0.1:{os.environ['BARE_PORT']}",
            "workers": 2,
            "worker_class": "gthread",
            "threads": 4,
            "control_socket_disable": True,
            "loglevel": "warning",
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, one for each worker."""
        return make_app(os.environ["BARE_DATABASE_URL"])


if __name__ == "__main__":
    _Server().run()
