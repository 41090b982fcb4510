"""What the public path costs: literal counts of statements, on both databases and however full the season is."""

from tests.counting import statements
from tests.world import STORY, World, token_in


def test_a_whole_nomination_costs_these_statements(world: World) -> None:
    client = world.client()
    counted = {}
    with statements(world) as sent:
        page = client.get("/small-2026/frontline/nominate")
    counted["form"] = len(sent)
    token = token_in(page.get_data(as_text=True))
    with statements(world) as sent:
        saved = client.post(
            "/small-2026/frontline/nominate", data=STORY | {"csrf_token": token, "act": "check"}
        )
    assert saved.status_code == 303
    counted["first save"] = len(sent)
    with statements(world) as sent:
        checked = client.get(saved.location)
    assert checked.status_code == 200
    counted["check"] = len(sent)
    with statements(world) as sent:
        done = client.post(saved.location, data={"csrf_token": token, "revision": "1"})
    assert done.status_code == 303
    counted["send"] = len(sent)
    with statements(world) as sent:
        receipt = client.get(done.location)
    assert receipt.status_code == 200
    counted["receipt"] = len(sent)
    assert counted == {"form": 1, "first save": 10, "check": 1, "send": 14, "receipt": 1}
