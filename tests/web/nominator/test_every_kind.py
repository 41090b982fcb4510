"""Questions of every kind on the pages of whoever nominates, judges and decides."""

from typing import Any

from flask.testing import FlaskClient

from heroes.models import Entry
from tests.every_kind import ANSWERS, posted, use
from tests.web.nominator.desk import FORM, handle_in, sheet_of, tree
from tests.world import World, token_in


def begin(client: FlaskClient, act: str = "check", **changes: str) -> Any:
    """Open the form and press a button of it."""
    token = token_in(client.get(FORM).get_data(as_text=True))
    return client.post(FORM, data=posted(**changes) | {"csrf_token": token, "act": act})


def asks(page: str) -> list[tuple[str, str | None]]:
    """The answers on a page: each question with what was said."""
    return [
        (
            "".join(one.find("dt").itertext()).replace(" (optional)", ""),
            " ".join(" ".join(one.find("dd").itertext()).split()),
        )
        for one in tree(page).iter("div")
        if one.find("dt") is not None
    ]


def test_answers_of_every_kind_are_kept_shown_and_sent(lite_world: World) -> None:
    use(lite_world)
    client = lite_world.client()
    checked = begin(client)
    assert checked.status_code == 303
    handle = handle_in(checked.location)
    assert sheet_of(lite_world, handle).answers == ANSWERS
    assert lite_world.session.query(Entry).one().reached == "consent"
    page = client.get(checked.location).get_data(as_text=True)
    print(asks(page))
