"""What the tests of the nominator room share: reading a form back from a page, and driving it as a browser does."""

import html
import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from sqlalchemy import func, select

from heroes.models import AnswerSheet, AuditRecord, Entry, OutboxMail
from tests.world import STORY, World, token_in

FORM = "/small-2026/frontline/nominate"


def tree(page: str) -> Element:
    """A page as elements, read as a browser reads it."""
    root: Element = html5lib.parse(page, namespaceHTMLElements=False)
    return root


def shown(page: str, form: int | None = None) -> dict[str, str]:
    """Every control of a page with what it holds, as a browser would send it; of one form, if its number is given."""
    root = tree(page)
    scope = root if form is None else list(root.iter("form"))[form]
    found: dict[str, str] = {}
    for e in scope.iter():
        name = e.get("name")
        if not name:
            continue
        if e.tag == "textarea":
            found[name] = e.text or ""
        elif e.tag == "select":
            found[name] = next(
                (o.get("value", "") for o in e.iter("option") if o.get("selected") is not None), ""
            )
        elif e.tag == "input" and e.get("type") in ("radio", "checkbox"):
            if e.get("checked") is not None:
                found[name] = e.get("value") or "on"
        elif e.tag == "input":
            found[name] = e.get("value") or ""
    return found


def words_of(page: str) -> str:
    """The text of a page's main part, with white space folded."""
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert main is not None
    flowing = re.sub(r"</?(a|b|em|span|strong|time)\b[^>]*>", "", main[0])
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", flowing)).split())


def begin(client: FlaskClient, act: str = "check", **changes: str) -> Any:
    """Open the form and press a button of it."""
    token = token_in(client.get(FORM).get_data(as_text=True))
    return client.post(FORM, data=STORY | changes | {"csrf_token": token, "act": act})


def handle_in(location: str) -> str:
    """The entry's handle in one of its addresses."""
    found = re.search(r"/mine/([a-z0-9]+)/", location)
    assert found is not None, location
    return found[1]


def press(client: FlaskClient, page: str, changes: dict[str, Any] | None = None, to: str = "") -> Any:
    """Post the form of a page as it stands, with these changes."""
    got = client.get(page).get_data(as_text=True)
    form = next(e for e in tree(got).iter("form") if "revision" in {i.get("name") for i in e.iter()})
    fields: dict[str, Any] = shown(got) | (changes or {})
    return client.post(to or form.get("action"), data=fields)


def send(client: FlaskClient, handle: str) -> Any:
    """Press the button of the check page."""
    return press(client, f"/mine/{handle}/check")


def counts(world: World) -> dict[str, int]:
    """How many rows there are of what a nomination leaves behind."""
    tables = {"entries": Entry, "sheets": AnswerSheet, "mails": OutboxMail, "audit": AuditRecord}
    world.session.rollback()
    return {
        name: world.session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in tables.items()
    }


def sheet_of(world: World, handle: str) -> AnswerSheet:
    """The answers of an entry as they are kept."""
    world.session.rollback()
    return world.session.scalars(
        select(AnswerSheet).join(Entry, Entry.id == AnswerSheet.entry_id).where(Entry.handle == handle)
    ).one()
